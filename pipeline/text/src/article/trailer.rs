//! The last line, where it tells who published the article first.

use super::names::{is_host, is_title_case, starts_big};

/// How a trailer begins, in lower case; one of [`PREPOSITIONS`] and a name follow.
const OPENINGS: [&str; 18] = [
    "this article originally appeared",
    "this article first appeared",
    "this article was originally published",
    "this article was first published",
    "this story originally appeared",
    "this story first appeared",
    "this story was originally published",
    "this story was first published",
    "this post originally appeared",
    "this post was originally published",
    "originally appeared",
    "originally published",
    "first published",
    "read the original article",
    "read the original story",
    "read the full article",
    "read the full story",
    "read the original",
];

/// Openings that also begin ordinary sentences: the name after them must look like one.
const WEAK_OPENINGS: [&str; 2] = ["read more", "continue reading"];

const PREPOSITIONS: [&str; 4] = ["on", "in", "at", "by"];

/// The longest name of a publisher, in words and in characters: "The Journal of the Royal Society of Norhaven" has eight.
const MAX_NAME_WORDS: usize = 8;
const MAX_NAME_CHARS: usize = 80;

/// The publisher that `paragraph` names, where it is a trailer and nothing else.
pub(super) fn publisher(paragraph: &str) -> Option<String> {
    let after = |openings: &[&str]| {
        openings
            .iter()
            .find_map(|opening| name_after(paragraph, opening))
    };
    let looks_named = |name: &&str| is_host(name) || (starts_big(name) && is_title_case(name));
    let name = after(&OPENINGS).or_else(|| after(&WEAK_OPENINGS).filter(looks_named))?;
    Some(name.to_owned())
}

/// The name that follows `opening` and a preposition in `paragraph`, if that is all there is.
fn name_after<'a>(paragraph: &'a str, opening: &str) -> Option<&'a str> {
    let rest = strip_word_start(paragraph, opening)?;
    let name = PREPOSITIONS
        .iter()
        .find_map(|preposition| strip_word_start(rest, preposition))?;
    let name = name.trim_end_matches('.').trim_end();
    let is_sentence =
        name.contains([',', ';', ':', '?', '!', '"', '“', '”']) || name.contains(". ");
    let fits =
        name.split(' ').count() <= MAX_NAME_WORDS && name.chars().nth(MAX_NAME_CHARS).is_none();
    let has_letters = name.contains(char::is_alphanumeric);
    (has_letters && fits && !is_sentence).then_some(name)
}

/// `text` behind `start` and a space, compared without regard to case.
fn strip_word_start<'a>(text: &'a str, start: &str) -> Option<&'a str> {
    let (head, tail) = text.split_at_checked(start.len())?;
    if head.eq_ignore_ascii_case(start) {
        tail.strip_prefix(' ')
    } else {
        None
    }
}
