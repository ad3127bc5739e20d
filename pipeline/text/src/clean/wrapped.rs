//! Which lines of a block without blank lines begin a paragraph.

use super::items::{bullet, item_number};

/// The widest line that is still taken for a hard-wrapped one, in characters.
///
/// Mail wraps at 72 to 78, editors at 80 to 120. A file with a longer line between its blank lines was not wrapped, so that
/// each of the lines around it is a paragraph of its own.
const MAX_WRAPPED_LINE_CHARS: usize = 120;

/// The narrowest block that was wrapped by a program, in characters: wires wrap at 60 and more, verse and addresses are narrower.
const MIN_WRAPPED_LINE_CHARS: usize = 40;

/// The fewest columns by which an indented line stands in: one alone is a slip.
const MIN_INDENT: usize = 2;

/// The columns that a tab takes, for comparing it with blanks.
const TAB: usize = 4;

/// Signs that close what a sentence stands in.
pub(crate) const CLOSING: [char; 8] = ['"', '”', '’', '\'', '»', ')', '」', '“'];

/// A line of a block.
pub(super) struct Row {
    /// Its clean text.
    pub(super) text: String,
    /// Columns before it.
    indent: usize,
    /// Characters of its text.
    width: usize,
}

impl Row {
    /// The line `raw`, whose clean text is `text`.
    pub(super) fn new(raw: &str, text: String) -> Self {
        let blanks = raw.chars().take_while(|c| c.is_whitespace());
        let columns = blanks.map(|c| match c {
            '\t' => TAB,
            '\u{3000}' => 2,
            _ => 1,
        });
        Self {
            indent: columns.sum(),
            width: text.chars().count(),
            text,
        }
    }

    fn ends_sentence(&self) -> bool {
        let ends = [
            '.', '!', '?', ':', '…', '。', '।', '۔', '։', '؟', '！', '？',
        ];
        self.text.trim_end_matches(CLOSING).ends_with(ends)
    }

    fn starts_big(&self) -> bool {
        let first = self.text.chars().find(|c| c.is_alphanumeric());
        first.is_none_or(|first| !first.is_lowercase())
    }

    /// Characters up to the first place where the line could have been broken.
    fn first_word(&self) -> usize {
        self.text.chars().take_while(|c| *c != ' ').count()
    }
}

/// Whether each line of `block` begins a paragraph; the first does.
pub(super) fn beginnings(block: &[Row]) -> Vec<bool> {
    if block.iter().any(|row| row.width > MAX_WRAPPED_LINE_CHARS) {
        return vec![true; block.len()];
    }
    let mut beginnings = items(block);
    if !beginnings.contains(&true) {
        beginnings = indented(block);
    }
    if !beginnings.contains(&true) {
        beginnings = behind_short_lines(block);
    }
    if let Some(first) = beginnings.first_mut() {
        *first = true;
    }
    beginnings
}

/// The items of lists: with the bullet that the block begins with, with a bullet that nothing else is, or numbered.
fn items(block: &[Row]) -> Vec<bool> {
    let list_bullet = block
        .first()
        .and_then(|row| bullet(&row.text))
        .map(|(bullet, _)| bullet);
    let mut items: Vec<bool> = block
        .iter()
        .map(|row| {
            bullet(&row.text)
                .is_some_and(|(bullet, _)| bullet == '•' || Some(bullet) == list_bullet)
        })
        .collect();
    for place in numbered(block) {
        items[place] = true;
    }
    items
}

/// Where numbered items stand: a run of two at least, which begins with 1 or at the head of the block.
fn numbered(block: &[Row]) -> Vec<usize> {
    let mut places = Vec::new();
    let mut next = None;
    for (place, row) in block.iter().enumerate() {
        let Some(number) = item_number(&row.text) else {
            continue;
        };
        let begins_run = places.is_empty() && (place == 0 || number == 1);
        if begins_run || next == Some(number) {
            places.push(place);
            next = Some(number + 1);
        }
    }
    if places.len() < 2 {
        places.clear();
    }
    places
}

/// Indented lines behind the end of a sentence, or behind a first line that may be a headline. Continued items and quotations are
/// indented too, but behind other lines.
fn indented(block: &[Row]) -> Vec<bool> {
    let margin = block.iter().map(|row| row.indent).min().unwrap_or(0);
    let is_indented = |row: &Row| row.indent >= margin + MIN_INDENT;
    let begins = |place: usize| {
        let Some(above) = place.checked_sub(1) else {
            return false;
        };
        let is_below_headline = above == 0
            && !is_indented(&block[0])
            && block.get(place + 1).is_some_and(|next| !is_indented(next));
        is_indented(&block[place]) && (block[above].ends_sentence() || is_below_headline)
    };
    (0..block.len()).map(begins).collect()
}

/// The lines behind short ones, in a block that a program has wrapped: there a line is short where its paragraph ends. A short first
/// line may be a headline.
///
/// A line is full where the first word of the next had no room. A block with a short line that ends no sentence was wrapped by hand, one
/// whose lines are rarely full was not wrapped at all: there nothing begins.
fn behind_short_lines(block: &[Row]) -> Vec<bool> {
    let none = vec![false; block.len()];
    let widest = block.iter().map(|row| row.width).max().unwrap_or(0);
    if block.len() < 3 || widest < MIN_WRAPPED_LINE_CHARS {
        return none;
    }
    let mut beginnings = none.clone();
    for (place, pair) in block.windows(2).enumerate() {
        let [row, next] = pair else { continue };
        let is_full = row.width + 1 + next.first_word() > widest;
        let may_end = next.starts_big() && (row.ends_sentence() || place == 0);
        if !is_full && !may_end {
            return none;
        }
        beginnings[place + 1] = !is_full;
    }
    let short = beginnings.iter().filter(|begins| **begins).count();
    if short * 2 > block.len() - 1 {
        return none;
    }
    beginnings
}
