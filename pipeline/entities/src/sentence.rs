//! Tokens to sentences: where each ends. Errs towards long sentences, which cost the tagger less than a name cut in two.

use crate::token::{Gap, Token, TokenKind};

/// Tokens of one sentence. A list or a table has no full stop; it is cut there.
const MAX_SENTENCE: usize = 200;

/// Abbreviations before names, which never end a sentence.
const BEFORE_NAMES: &[&str] = &[
    "Adm.", "Brig.", "Capt.", "Cmdr.", "Col.", "Cpl.", "Det.", "Dr.", "Drs.", "Gen.", "Gov.",
    "Hon.", "Insp.", "Lt.", "Maj.", "Messrs.", "Mr.", "Mrs.", "Ms.", "Mt.", "Mx.", "Pfc.", "Pres.",
    "Prof.", "Pte.", "Pvt.", "Rep.", "Reps.", "Rev.", "Sen.", "Sens.", "Sgt.", "St.", "Supt.",
    "vs.",
];

/// Words that begin sentences and hardly ever go on with a name after an abbreviation.
const STARTERS: &[&str] = &[
    "A",
    "After",
    "Although",
    "An",
    "And",
    "As",
    "At",
    "But",
    "By",
    "Earlier",
    "For",
    "He",
    "Her",
    "His",
    "However",
    "I",
    "If",
    "In",
    "It",
    "Its",
    "Last",
    "Meanwhile",
    "No",
    "On",
    "Other",
    "Our",
    "She",
    "Since",
    "So",
    "Some",
    "Such",
    "That",
    "The",
    "Their",
    "Then",
    "There",
    "These",
    "They",
    "This",
    "Those",
    "Though",
    "To",
    "We",
    "What",
    "When",
    "Where",
    "Which",
    "While",
    "With",
    "You",
];

/// The ends of the sentences: for each the number of tokens up to and with its last.
pub(crate) fn ends(text: &str, tokens: &[Token]) -> Vec<usize> {
    let mut ends = Vec::with_capacity(tokens.len() / 15 + 1);
    let mut start = 0;
    for at in 1..tokens.len() {
        if at - start >= MAX_SENTENCE || breaks(text, tokens, at) {
            ends.push(at);
            start = at;
        }
    }
    if start < tokens.len() {
        ends.push(tokens.len());
    }
    ends
}

/// Whether a sentence begins at token `at`, which is not the first.
fn breaks(text: &str, tokens: &[Token], at: usize) -> bool {
    let (before, next) = (&tokens[at - 1], &tokens[at]);
    match next.gap {
        Gap::None => return false,
        Gap::Paragraph => return true,
        Gap::Line | Gap::Space => {}
    }
    let word = &text[next.start..next.end];
    let small = word.starts_with(char::is_lowercase);
    if next.gap == Gap::Line && !small {
        // A line that wraps within a sentence goes on in small letters, or after a comma.
        return !matches!(&text[before.start..before.end], "," | "-" | "–");
    }
    if small {
        return false;
    }
    let mut last = at - 1;
    while last > 0
        && tokens[last].gap == Gap::None
        && closes(&text[tokens[last].start..tokens[last].end])
    {
        last -= 1;
        if at - last > 4 {
            return false;
        }
    }
    let last = &tokens[last];
    let end = &text[last.start..last.end];
    if last.kind == TokenKind::Mark {
        return end.starts_with(['.', '!', '?', '…', '。'])
            && (end != "." || last.gap == Gap::None || next.kind != TokenKind::Number);
    }
    last.kind == TokenKind::Word
        && end.ends_with('.')
        && !BEFORE_NAMES.contains(&end)
        && STARTERS.binary_search(&word).is_ok()
}

fn closes(mark: &str) -> bool {
    matches!(mark, "\"" | "'" | "”" | "’" | ")" | "]" | "»")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::tokenise;

    fn sentences(text: &str) -> Vec<&str> {
        let tokens = tokenise(text);
        let mut start = 0;
        ends(text, &tokens)
            .into_iter()
            .map(|end| {
                let piece = &text[tokens[start].start..tokens[end - 1].end];
                start = end;
                piece
            })
            .collect()
    }

    #[test]
    fn starters_are_in_order_for_the_search() {
        assert!(STARTERS.is_sorted());
    }

    #[test]
    fn sentences_end_where_a_reader_would_say_so() {
        assert_eq!(
            sentences(
                "Mr. Low of the U.S. Navy left. \"Why?\" She knew: in the U.S. The end… Or not"
            ),
            [
                "Mr. Low of the U.S. Navy left.",
                "\"Why?\"",
                "She knew: in the U.S.",
                "The end…",
                "Or not"
            ]
        );
    }

    #[test]
    fn lines_that_wrap_go_on() {
        assert_eq!(
            sentences("TITLE OF IT\nThe text\nwraps here, in\nParis. So.\n\nnext"),
            [
                "TITLE OF IT",
                "The text\nwraps here, in",
                "Paris.",
                "So.",
                "next"
            ]
        );
    }
}
