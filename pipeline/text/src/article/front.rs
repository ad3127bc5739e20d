//! What stands above the body, but for the image: source line, headline, byline, key points.

use super::names::{is_agency, is_host, is_person, is_title_case, words};
use super::{caption, is_short};
use crate::clean;

/// The longest source line, in words: two names of four words, as in "Norhaven Evening News - Full Text Articles".
const MAX_SOURCE_WORDS: usize = 8;

/// The longest source line that is one name.
const MAX_NAME_WORDS: usize = 4;

/// Words by which media and collections of articles call themselves, in lower case.
const MEDIA_WORDS: [&str; 58] = [
    "agency",
    "archive",
    "archives",
    "article",
    "articles",
    "blog",
    "broadcasting",
    "bulletin",
    "chronicle",
    "courier",
    "daily",
    "diario",
    "digest",
    "dispatch",
    "edition",
    "examiner",
    "express",
    "feed",
    "gazette",
    "gazeta",
    "giornale",
    "globe",
    "guardian",
    "herald",
    "independent",
    "inquirer",
    "journal",
    "kurier",
    "ledger",
    "magazine",
    "mail",
    "media",
    "messenger",
    "mirror",
    "monitor",
    "nachrichten",
    "news",
    "newspaper",
    "newswire",
    "noticias",
    "observer",
    "online",
    "post",
    "press",
    "radio",
    "record",
    "register",
    "review",
    "sources",
    "standard",
    "telegraph",
    "times",
    "tribune",
    "tv",
    "weekly",
    "wire",
    "zeitung",
    "новости",
];

const SEPARATORS: [&str; 7] = [" - ", " – ", " — ", " | ", " · ", " » ", " / "];

/// How many authors a byline has at most; what lists more is a list of something else.
const MAX_AUTHORS: usize = 8;

const BYLINE_STARTS: [&str; 8] = ["By: ", "By ", "BY: ", "BY ", "Von ", "Par ", "Por ", "Di "];

/// Whether the first of `paragraphs` is the line of a medium above a headline.
pub(super) fn is_source_line(paragraphs: &[String]) -> bool {
    let [first, headline, _, ..] = paragraphs else {
        return false;
    };
    let word_count = words(first).count();
    reads_like_headline(first)
        && reads_like_headline(headline)
        && word_count < words(headline).count()
        && (is_host(first)
            || (word_count <= MAX_SOURCE_WORDS
                && is_title_case(first)
                && names_a_medium(first, word_count)))
}

/// Whether `line` calls itself by a word that media use. Without a separator that word ends the name, as in "The Norhaven
/// Gazette": "Post Workers Strike" is a headline.
fn names_a_medium(line: &str, word_count: usize) -> bool {
    let is_media_word = |word: &str| MEDIA_WORDS.contains(&word.to_lowercase().as_str());
    if SEPARATORS.iter().any(|separator| line.contains(separator)) {
        words(line).any(is_media_word)
    } else {
        word_count <= MAX_NAME_WORDS && words(line).last().is_some_and(is_media_word)
    }
}

/// Whether the first of `paragraphs` is a headline above something else.
pub(super) fn has_headline(paragraphs: &[String]) -> bool {
    matches!(paragraphs, [first, _, ..] if reads_like_headline(first))
}

fn reads_like_headline(paragraph: &str) -> bool {
    is_short(paragraph)
        && paragraph.contains(char::is_alphanumeric)
        && !ends_like_sentence(paragraph)
        && clean::bullet(paragraph).is_none()
        && byline(paragraph).is_none()
        && caption::credit(paragraph).is_none()
}

/// Whether `paragraph` ends with a full stop, other than that of an abbreviation (`U.S.`) or three dots.
fn ends_like_sentence(paragraph: &str) -> bool {
    let unquoted = paragraph.trim_end_matches(['"', '”', '’', '\'', '»', ')', '」']);
    let is_abbreviation = || {
        let last_word = unquoted.rsplit(' ').next().unwrap_or_default();
        last_word.trim_end_matches('.').contains('.') && !is_host(last_word.trim_end_matches('.'))
    };
    unquoted.ends_with(['。', '।', '۔', '։'])
        || (unquoted.ends_with('.') && !unquoted.ends_with("..") && !is_abbreviation())
}

/// The authors, where `paragraph` is a byline and nothing else.
pub(super) fn byline(paragraph: &str) -> Option<Vec<String>> {
    let names = BYLINE_STARTS
        .iter()
        .find_map(|start| paragraph.strip_prefix(start))?;
    if is_agency(names) {
        return Some(vec![names.to_owned()]);
    }
    let authors: Vec<&str> = split_names(names).take(MAX_AUTHORS + 1).collect();
    let fits = authors.len() <= MAX_AUTHORS && authors.iter().all(|author| is_person(author));
    fits.then(|| authors.into_iter().map(str::to_owned).collect())
}

/// The names of a list such as "Jane Doe, John Smith and Ann Other".
fn split_names(names: &str) -> impl Iterator<Item = &str> {
    let conjunctions = [
        " and ", " AND ", " And ", " & ", " und ", " et ", " y ", " e ",
    ];
    names
        .split(',')
        .map(str::trim)
        .enumerate()
        .flat_map(move |(i, part)| {
            // The conjunction behind a comma: "A, B, and C".
            let part = if i > 0 {
                conjunctions
                    .iter()
                    .find_map(|c| part.strip_prefix(c.trim_start()))
                    .unwrap_or(part)
            } else {
                part
            };
            let conjunction = conjunctions
                .iter()
                .copied()
                .find(|conjunction| part.contains(conjunction))
                .unwrap_or(", ");
            part.split(conjunction)
        })
}

/// The items of the list at the start of `paragraphs`, without their bullets; each is one paragraph.
///
/// A single item counts with a real bullet alone: a dash may begin a line of speech.
pub(super) fn key_points(paragraphs: &[String]) -> Vec<String> {
    let Some((list_bullet, _)) = paragraphs.first().and_then(|first| clean::bullet(first)) else {
        return Vec::new();
    };
    let item = |paragraph: &String| {
        let (bullet, item) = clean::bullet(paragraph)?;
        (bullet == list_bullet).then(|| item.to_owned())
    };
    let items: Vec<String> = paragraphs.iter().map_while(item).collect();
    let is_list = items.len() > 1 || matches!(list_bullet, '•' | '▪' | '●' | '‣');
    if is_list { items } else { Vec::new() }
}
