//! Counters: a number and what it counts, and nothing else.
//!
//! The table (`counters.tsv`) has the words that sites put beside the number, in the languages that most feeds are in. A language that is not there
//! costs revisions that say nothing, so that an entry needs to be certain: words that a headline or paragraph of news could consist of beside a
//! number (votes, points, deaths) are left out.

use std::collections::HashSet;
use std::sync::LazyLock;

/// Characters of a counter: the longest that are known have about 40.
const MAX_CHARS: usize = 60;

type Words = HashSet<&'static str>;

/// What stands beside numbers, by its kind.
#[derive(Default)]
struct Table {
    counted: Words,
    times: Words,
    reading: Words,
    minutes: Words,
    magnitudes: Words,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut table = Table::default();
    let rows = include_str!("counters.tsv").lines();
    for row in rows.filter(|row| !row.starts_with('#')) {
        let mut cells = row.split('\t');
        let (kind, _languages, words) = (cells.next(), cells.next(), cells.next());
        let words = words.unwrap_or_default().split(", ");
        match kind {
            Some("counted") => table.counted.extend(words),
            Some("times") => table.times.extend(words),
            Some("reading") => table.reading.extend(words),
            Some("minutes") => table.minutes.extend(words),
            Some("magnitude") => table.magnitudes.extend(words),
            // A test finds it.
            _ => {}
        }
    }
    table
});

/// Whether a piece of text is a counter or a reading time. Case, order and the marks around the number make no difference.
pub(super) fn is_counter(text: &str) -> bool {
    if text.chars().nth(MAX_CHARS).is_some() {
        return false;
    }
    let Some(words) = beside_number(&text.to_lowercase()) else {
        return false;
    };
    let table = &*TABLE;
    let is_counted = |words: &[String]| table.counted.contains(words.join(" ").as_str());
    let of_times = without(&words, &table.times);
    let of_minutes = without(&words, &table.minutes);
    let is_reading_time =
        of_minutes.len() < words.len() && table.reading.contains(of_minutes.join(" ").as_str());
    is_counted(&words) || is_counted(&of_times) || is_reading_time
}

fn without(words: &[String], left_out: &Words) -> Vec<String> {
    let kept = words
        .iter()
        .filter(|word| !left_out.contains(word.as_str()));
    kept.cloned().collect()
}

/// The words of a text that holds just one number, without it; `None` where there is another number, or a mark that does not
/// belong to counters.
fn beside_number(text: &str) -> Option<Vec<String>> {
    let mut words: Vec<String> = Vec::new();
    let mut numbers = 0;
    let mut before = Before::Nothing;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let now = match c {
            _ if c.is_numeric() => Before::Number,
            // Between two digits these are marks of one number; a space is one of thousands.
            ',' | '.' | '\'' | ' '
                if before == Before::Number
                    && chars.peek().is_some_and(|next| next.is_numeric()) =>
            {
                Before::Number
            }
            _ if c.is_alphabetic() || c == '\'' || is_sign(c) || is_mark_of_letter(c) => {
                Before::Word
            }
            '-' if before == Before::Word => Before::Word,
            ' ' | '(' | ')' | '[' | ']' | ':' | ',' | '.' | '+' | '#' | '~' | '-' | '\u{fe0f}' => {
                Before::Nothing
            }
            _ => return None,
        };
        match (now, before) {
            (Before::Number, Before::Number) | (Before::Nothing, _) => {}
            (Before::Number, _) => numbers += 1,
            (Before::Word, Before::Word) if !is_sign(c) => {
                if let Some(word) = words.last_mut() {
                    word.push(c);
                }
            }
            (Before::Word, _) => words.push(c.to_string()),
        }
        before = now;
    }
    let words = without(&words, &TABLE.magnitudes);
    (numbers == 1 && !words.is_empty()).then_some(words)
}

/// What the character before was part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Before {
    Nothing,
    Number,
    Word,
}

/// Signs that stand for words.
fn is_sign(c: char) -> bool {
    let mut letter = [0; 4];
    !c.is_alphabetic() && TABLE.counted.contains(c.encode_utf8(&mut letter) as &str)
}

/// Vowel signs and the like, which belong to the letter before them.
fn is_mark_of_letter(c: char) -> bool {
    unicode_normalization::char::is_combining_mark(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_the_table_is_read() {
        let table = &*TABLE;
        let kinds = [
            &table.counted,
            &table.times,
            &table.reading,
            &table.minutes,
            &table.magnitudes,
        ];
        for row in include_str!("counters.tsv").lines() {
            let is_read = |word: &str| kinds.iter().any(|words| words.contains(word));
            let words = row.split('\t').nth(2);
            let all_read = words.is_some_and(|words| words.split(", ").all(is_read));
            assert!(row.starts_with('#') || all_read, "{row}");
        }
    }
}
