//! A text cut into numbers, words and marks. Digits of all scripts are numbers here already, and so are Chinese numerals before a unit; what a
//! word means is filled in by `words`.

use super::refusal::Refusal;
use crate::names::{Entry, digit, is_ignored, is_letter};

/// Items of a date string. The longest forms (a JavaScript date with its zone spelled out) have under thirty.
const MAX_ITEMS: usize = 48;

/// One number, word or mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Item {
    pub(super) kind: Kind,
    pub(super) start: u16,
    pub(super) end: u16,
    /// Whether a blank stands before it.
    pub(super) blank: bool,
    /// What a word can mean.
    pub(super) entries: &'static [Entry],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Its value, and how many digits; more than 19 digits do not fit.
    Number {
        value: u64,
        digits: u8,
    },
    Word,
    Mark(char),
}

/// The items of a text, on the stack.
pub(super) struct Items {
    list: [Item; MAX_ITEMS],
    len: usize,
}

impl std::ops::Deref for Items {
    type Target = [Item];

    fn deref(&self) -> &[Item] {
        &self.list[..self.len]
    }
}

impl Items {
    fn new() -> Items {
        let nothing = Item {
            kind: Kind::Word,
            start: 0,
            end: 0,
            blank: false,
            entries: &[],
        };
        Items {
            list: [nothing; MAX_ITEMS],
            len: 0,
        }
    }

    fn push(&mut self, item: Item) -> Result<(), Refusal> {
        let slot = self.list.get_mut(self.len).ok_or(Refusal::TooLong)?;
        *slot = item;
        self.len += 1;
        Ok(())
    }

    pub(super) fn set_meaning(&mut self, at: usize, entries: &'static [Entry]) {
        self.list[at].entries = entries;
    }

    /// Cuts the word at `at` in two, `length` bytes into it.
    pub(super) fn cut(&mut self, at: usize, length: usize) -> Result<(), Refusal> {
        if self.len == MAX_ITEMS {
            return Err(Refusal::TooLong);
        }
        self.list.copy_within(at..self.len, at + 1);
        self.len += 1;
        let middle = self.list[at].start + length as u16;
        self.list[at].end = middle;
        self.list[at + 1].start = middle;
        self.list[at + 1].blank = false;
        Ok(())
    }

    /// Makes the `count` items from `at` one word.
    pub(super) fn join(&mut self, at: usize, count: usize) {
        self.list[at].end = self.list[at + count - 1].end;
        self.list[at].kind = Kind::Word;
        self.list.copy_within(at + count..self.len, at + 1);
        self.len -= count - 1;
    }
}

impl Item {
    pub(super) fn text<'t>(&self, text: &'t str) -> &'t str {
        text.get(usize::from(self.start)..usize::from(self.end))
            .unwrap_or_default()
    }

    pub(super) fn is_mark(&self, mark: char) -> bool {
        self.kind == Kind::Mark(mark)
    }

    pub(super) fn number(&self) -> Option<(u64, u8)> {
        match self.kind {
            Kind::Number { value, digits } => Some((value, digits)),
            _ => None,
        }
    }
}

/// Cuts a text of at most [`MAX_BYTES`](super::MAX_BYTES).
pub(super) fn split(text: &str) -> Result<Items, Refusal> {
    let mut items = Items::new();
    let mut blank = false;
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        if c.is_whitespace() || is_ignored(c) {
            blank |= c.is_whitespace();
            at += c.len_utf8();
            continue;
        }
        let rest = &text[at..];
        let (kind, length) = if let Some(number) = number(rest) {
            number
        } else if is_letter(c) {
            (Kind::Word, word(rest))
        } else {
            (Kind::Mark(mark(c)), c.len_utf8())
        };
        items.push(Item {
            kind,
            start: at as u16,
            end: (at + length) as u16,
            blank,
            entries: &[],
        })?;
        at += length;
        blank = false;
    }
    Ok(items)
}

fn number(rest: &str) -> Option<(Kind, usize)> {
    let (mut value, mut digits, mut length) = (0_u64, 0_u8, 0);
    for c in rest.chars() {
        let Some(next) = digit(c) else { break };
        value = value.saturating_mul(10).saturating_add(next.into());
        digits = digits.saturating_add(1);
        length += c.len_utf8();
    }
    if digits > 0 {
        return Some((Kind::Number { value, digits }, length));
    }
    numeral(rest)
}

/// Bytes of the word at the start.
fn word(rest: &str) -> usize {
    for (at, c) in rest.char_indices() {
        let goes_on = is_letter(c) || is_ignored(c);
        if !goes_on || (at > 0 && numeral(&rest[at..]).is_some()) {
            return at;
        }
    }
    rest.len()
}

/// Digits of a Chinese numeral: a day is the longest that counts by tens (三十一), a year is spelled digit by digit.
const MAX_NUMERAL: usize = 4;

/// A Chinese numeral, if a unit follows: 二〇一四年, 十一月, 三十日, 元年.
fn numeral(rest: &str) -> Option<(Kind, usize)> {
    if !rest.starts_with(|c| matches!(c, '〇' | '○' | '元') || han_digit(c).is_some() || c == '十')
    {
        return None;
    }
    let (mut value, mut digits, mut length) = (0_u64, 0_u8, 0);
    let mut rest_of = rest.chars().peekable();
    while let Some(c) = rest_of.next_if(|c| !is_unit(*c)) {
        let tens = match (c, digits) {
            ('十', 0) => 10,
            ('十', 1) => value * 10,
            ('元', 0) => 1,
            _ => value * 10 + han_digit(c)?,
        };
        // 二十三: the ten has made the number two digits long, and its ones come in place of the zero.
        value = if digits == 2 && rest[..length].ends_with('十') {
            value + han_digit(c)?
        } else {
            tens
        };
        digits = if c == '十' { 2 } else { digits + 1 };
        length += c.len_utf8();
        if usize::from(digits) > MAX_NUMERAL {
            return None;
        }
    }
    rest_of.next()?;
    let digits = if value >= 100 { digits } else { 2 };
    (length > 0).then_some((Kind::Number { value, digits }, length))
}

fn is_unit(c: char) -> bool {
    matches!(
        c,
        '年' | '月' | '日' | '号' | '號' | '時' | '时' | '点' | '點' | '分' | '秒'
    )
}

fn han_digit(c: char) -> Option<u64> {
    const DIGITS: [char; 10] = ['〇', '一', '二', '三', '四', '五', '六', '七', '八', '九'];
    if matches!(c, '零' | '○') {
        return Some(0);
    }
    DIGITS
        .iter()
        .position(|&digit| digit == c)
        .map(|at| at as u64)
}

/// The ASCII mark that a mark stands for.
fn mark(c: char) -> char {
    match c {
        '\u{2010}' | '\u{2011}' | '\u{2012}' | '\u{2212}' | '\u{ff0d}' | '\u{fe63}' => '-',
        '\u{2013}' | '\u{2014}' | '\u{2015}' => '\u{2013}',
        '\u{ff0b}' => '+',
        '\u{ff0f}' | '\u{2044}' => '/',
        '\u{ff0e}' | '\u{3002}' | '\u{0964}' | '\u{06d4}' => '.',
        '\u{ff1a}' | '\u{2236}' => ':',
        '\u{ff0c}' | '\u{3001}' | '\u{060c}' => ',',
        '\u{ff08}' | '\u{3010}' | '\u{3014}' => '(',
        '\u{ff09}' | '\u{3011}' | '\u{3015}' => ')',
        '\u{2018}' | '\u{2019}' | '\u{02bc}' | '\u{5f3}' | '`' | '\u{b4}' => '\'',
        '\u{5f4}' => '"',
        '\u{ff5c}' | '\u{2502}' | '\u{a6}' | '\u{2022}' | '\u{b7}' | '\u{30fb}' => '|',
        other => other,
    }
}
