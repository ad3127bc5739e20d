//! What the words around an amount tell: whether it is one, which meaning a word has, how its value is meant.

use super::amount::Amount;
use super::number::Number;
use super::spellings::no_word;
use super::tables::{Measure, TABLES};
use super::{Found, Modifier, QuantityKind, scan};

/// Bytes before an amount in which words about it may stand.
pub(super) const NEAR: usize = 40;

/// Years that may stand before a currency without being an amount of it: "in 2010 dollars".
const YEARS: std::ops::Range<u128> = 1800..2100;

/// Words for how something changed: what follows "to" is then the new state, not the end of a range.
const CHANGES: &str = "from by up down rose rise rises rising fell fall falls falling gained lost climbed jumped dropped slipped slid \
    increased decreased grew cut raised added surged soared shed declined advanced";

/// Whether the digits at a place are the rest of something longer: a name (`F-16`), a word, a number that was passed over.
pub(super) fn is_part_of_more(text: &str, at: usize) -> bool {
    let Some(before) = scan::char_before(text, at) else {
        return false;
    };
    if matches!(before, '-' | '–' | '‑' | '/' | '.' | ',' | ':') {
        let further = scan::char_before(text, at - before.len_utf8());
        return further.is_some_and(char::is_alphanumeric);
    }
    before.is_alphanumeric() || matches!(before, '_' | '#' | '@' | '\\')
}

/// Whether letters at a place can be the code of a currency before a number: a cheap look, as every word is asked.
pub(super) fn may_begin_code(text: &str, at: usize) -> bool {
    if !TABLES.symbols.begins_with(text.as_bytes()[at]) {
        return false;
    }
    // The longest code has few letters, and then a symbol or the number.
    let mut reach = text.as_bytes()[at..].iter().take(8);
    reach.any(|byte| byte.is_ascii_digit() || *byte == b'$' || !byte.is_ascii())
}

/// Where the amount begins with its minus sign, if one stands before it.
pub(super) fn signed(text: &str, start: usize) -> usize {
    let Some(sign @ ('-' | '−' | '–')) = scan::char_before(text, start) else {
        return start;
    };
    let with_sign = start - sign.len_utf8();
    let free = scan::char_before(text, with_sign)
        .is_none_or(|before| before.is_whitespace() || matches!(before, '(' | '[' | '"' | '“'));
    if free { with_sign } else { start }
}

/// Whether a number can be one of this measure: a word that has other meanings too wants one that is clearly an amount.
pub(super) fn carries(number: &Number, measure: Measure) -> bool {
    let clear = number.magnitude > 0 || number.grouped;
    // An angle is told in digits; in words it is a doctor's degree as well.
    let degrees = measure.unit == Some("deg") && number.spelled;
    !degrees && (!measure.weak || clear)
}

/// Whether an amount is what it looks like. One without a measure is not asked here.
pub(super) fn is_sensible(text: &str, amount: &Amount) -> bool {
    let Some(suffix) = amount.suffix.filter(|_| amount.symbol.is_none()) else {
        return true;
    };
    let written = &text[amount.number.end..amount.end];
    let behind = &text[amount.end..];
    if suffix.kind == QuantityKind::Money {
        let plain =
            amount.number.magnitude == 0 && !amount.number.grouped && !amount.number.spelled;
        let year = amount
            .number
            .value
            .is_some_and(|value| value.is_within(YEARS));
        let before = scan::before(text, amount.start, NEAR).trim_end();
        let dated = plain
            && year
            && ["in", "of", "to", "constant"]
                .iter()
                .any(|word| scan::ends_with(before, word));
        // 50 Cent sings.
        return !dated && !written.trim_start().starts_with("Cent");
    }
    if suffix.unit == Some("m") && written.trim_start() == "m" {
        return !counts_things(behind);
    }
    true
}

/// Whether a word for several things follows: "5m people", "3m customers".
fn counts_things(behind: &str) -> bool {
    let Some(rest) = behind.strip_prefix(' ') else {
        return false;
    };
    let word = &rest[..scan::letters_end(rest, 0)];
    let small = word.starts_with(char::is_lowercase);
    small
        && (matches!(word, "people" | "children" | "women" | "men")
            || word.len() > 3 && word.ends_with('s'))
}

/// Whether "between" stands before an amount.
pub(super) fn follows_between(text: &str, start: usize) -> bool {
    scan::ends_with(scan::before(text, start, NEAR).trim_end(), "between")
}

/// Whether a word for a change stands before an amount.
pub(super) fn follows_change(text: &str, start: usize) -> bool {
    let before = scan::before(text, start, NEAR).trim_end();
    let last = before
        .rsplit(|letter: char| !letter.is_alphabetic())
        .next()
        .unwrap_or_default();
    CHANGES.split(' ').any(|word| word == last)
}

/// What the words before a quantity, or else behind it, say about its value.
pub(super) fn modifier(text: &str, found: &Found) -> Option<Modifier> {
    if found.kind == QuantityKind::Ticker {
        return None;
    }
    let before = scan::before(text, found.start, NEAR).trim_end();
    let words = TABLES.modifiers.iter();
    let told = words
        .copied()
        .find_map(|(words, modifier)| scan::ends_with(before, words).then_some(modifier));
    let behind = || TABLES.modifiers_behind.longest(text, found.end, no_word);
    told.or_else(|| behind().map(|(_, modifier)| modifier))
}
