//! Looking at a text byte by byte: what stands at a place, before it, and how far a run goes. Nothing here allocates.

pub(super) fn char_at(text: &str, at: usize) -> Option<char> {
    match text.as_bytes().get(at) {
        Some(&byte) if byte.is_ascii() => Some(char::from(byte)),
        _ => text.get(at..)?.chars().next(),
    }
}

pub(super) fn char_before(text: &str, at: usize) -> Option<char> {
    text.get(..at)?.chars().next_back()
}

pub(super) fn digit_at(text: &str, at: usize) -> bool {
    text.as_bytes().get(at).is_some_and(u8::is_ascii_digit)
}

/// The end of the digits at a place.
pub(super) fn digits_end(text: &str, at: usize) -> usize {
    let rest = text.as_bytes().get(at..).unwrap_or_default();
    at + rest.iter().take_while(|byte| byte.is_ascii_digit()).count()
}

/// The end of the letters at a place.
pub(super) fn letters_end(text: &str, at: usize) -> usize {
    run_end(text, at, char::is_alphabetic)
}

/// The end of the letters and digits at a place.
pub(super) fn word_end(text: &str, at: usize) -> usize {
    run_end(text, at, char::is_alphanumeric)
}

fn run_end(text: &str, at: usize, belongs: impl Fn(char) -> bool) -> usize {
    let mut end = at;
    while let Some(letter) = char_at(text, end).filter(|&letter| belongs(letter)) {
        end += letter.len_utf8();
    }
    end
}

/// Spaces, those that do not break among them, and a single end of a line: a paragraph ends what is told in it.
pub(super) fn blank(text: &str, at: usize) -> usize {
    match char_at(text, at) {
        Some(' ' | '\u{a0}' | '\u{2009}' | '\u{202f}') => {
            at + char_at(text, at).map_or(0, char::len_utf8)
        }
        Some('\n') if char_at(text, at + 1) != Some('\n') => at + 1,
        _ => at,
    }
}

/// A blank, or a hyphen between two parts of a word.
pub(super) fn joint(text: &str, at: usize) -> usize {
    match char_at(text, at) {
        Some('-') => at + 1,
        Some('‑' | '‐') => at + '‑'.len_utf8(),
        _ => blank(text, at),
    }
}

/// What of a text stands before a place, at most so many bytes of it.
pub(super) fn before(text: &str, at: usize, most: usize) -> &str {
    let from = text.floor_char_boundary(at.saturating_sub(most));
    text.get(from..at).unwrap_or_default()
}

/// Whether a text ends with these words, as words, in any case.
pub(super) fn ends_with(text: &str, words: &str) -> bool {
    let Some(from) = text.len().checked_sub(words.len()) else {
        return false;
    };
    let cut =
        text.is_char_boundary(from) && !char_before(text, from).is_some_and(char::is_alphanumeric);
    let alone = cut || !words.starts_with(char::is_alphanumeric);
    alone && text.as_bytes()[from..].eq_ignore_ascii_case(words.as_bytes())
}
