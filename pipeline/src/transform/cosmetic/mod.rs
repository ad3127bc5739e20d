//! What of a text is its wording, and what changes by itself: pure.
//!
//! An edit is what an editor does. White space, the shapes of quotation marks and dashes, the way in which accents are encoded, tracking
//! parameters of addresses, counters of views, comments and shares, reading times and "5 minutes ago" change without one. They are left out of what
//! versions are compared by; the record itself has every text as its source gives it.
//!
//! Counters (`counter.rs`) count as such only where they stand alone: as a paragraph, between marks within one (`3 min read · 12 comments`), or in
//! brackets at its end (`Ferry stays (12 comments)`). A number within a sentence is news.

mod counter;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use dateline_text::url_key;
use dateline_timestamps::{Hints, Refusal};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};
use url::Url;

/// Characters of a paragraph in which counters are looked for between marks: longer ones are sentences.
const MAX_LINE_CHARS: usize = 200;

/// Characters of a stamp such as "last updated 5 minutes ago", in the wordiest languages.
const MAX_STAMP_CHARS: usize = 60;

/// Marks between the parts of a line that is no sentence.
const PART_MARKS: [char; 5] = ['|', '·', '•', '∙', '⋅'];

/// The wording of a text of several paragraphs; empty where it holds nothing but counters. `language` is its primary subtag.
pub(super) fn wording(text: &str, language: Option<&str>) -> String {
    let moves = |part: &str| counter::is_counter(part) || is_told_from_now(part, language);
    let paragraphs = text.split("\n\n").map(plain);
    let worded = paragraphs.map(|paragraph| without_parts(&paragraph, moves));
    worded.fold(String::new(), |mut wording, paragraph| {
        add(&mut wording, &paragraph);
        wording
    })
}

/// The wording of a headline. It may be about a number and nothing else, so that it is never left empty, and a time in it is
/// part of it.
pub(super) fn headline(title: &str) -> String {
    let title = plain(title);
    let worded = without_parts(&title, counter::is_counter);
    if worded.is_empty() { title } else { worded }
}

/// A paragraph without the parts that move by themselves.
fn without_parts(paragraph: &str, moves: impl Fn(&str) -> bool) -> String {
    let paragraph = without_brackets(paragraph);
    if paragraph.chars().nth(MAX_LINE_CHARS).is_some() {
        return paragraph.to_owned();
    }
    let parts = paragraph.split(PART_MARKS).map(str::trim);
    let kept: Vec<&str> = parts
        .filter(|part| !part.is_empty() && !part.split(", ").all(&moves))
        .collect();
    kept.join("|")
}

/// A paragraph without a counter in brackets at its end.
fn without_brackets(paragraph: &str) -> &str {
    let bracketed = ["()", "[]"].into_iter().find_map(|brackets| {
        let (open, close) = brackets.split_at(1);
        paragraph.strip_suffix(close)?.rsplit_once(open)
    });
    match bracketed {
        Some((before, inside)) if counter::is_counter(inside) => before.trim_end(),
        _ => paragraph,
    }
}

/// Whether a part is a time that is told from now, such as "updated 5 minutes ago".
fn is_told_from_now(part: &str, language: Option<&str>) -> bool {
    let hints = Hints {
        language,
        ..Hints::default()
    };
    part.contains(char::is_numeric)
        && part.chars().nth(MAX_STAMP_CHARS).is_none()
        && dateline_timestamps::parse(part, &hints) == Err(Refusal::Relative)
}

/// A paragraph with one shape for everything that typography has several for.
fn plain(paragraph: &str) -> String {
    let composed = match is_nfc_quick(paragraph.chars()) {
        IsNormalized::Yes => Cow::Borrowed(paragraph),
        _ => Cow::Owned(paragraph.nfc().collect()),
    };
    let mut plain = String::with_capacity(composed.len());
    for word in composed.split_whitespace() {
        add(&mut plain, &address(word));
    }
    plain
}

/// Adds a word or more to a plain text, each mark in its plainest shape.
fn add(plain: &mut String, words: &str) {
    let is_joined = plain.ends_with(JOINING) || words.starts_with(|c| JOINING.contains(&shape(c)));
    if !plain.is_empty() && !words.is_empty() && !is_joined {
        plain.push(' ');
    }
    for c in words.chars() {
        match shape(c) {
            '…' => plain.push_str("..."),
            '-' if plain.ends_with('-') => {}
            c => plain.push(c),
        }
    }
}

/// Marks around which languages and houses put spaces as they like.
const JOINING: [char; 2] = ['"', '-'];

/// The plainest mark that is read the same.
fn shape(c: char) -> char {
    match c {
        '“' | '”' | '„' | '‟' | '«' | '»' | '″' => '"',
        '‘' | '’' | '‚' | '‛' | '‹' | '›' | '′' | '`' | '´' => '\'',
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        c => c,
    }
}

/// A web address as it is compared, another word as it is.
fn address(word: &str) -> Cow<'_, str> {
    let Some(start) = word.find("http") else {
        return Cow::Borrowed(word);
    };
    let end = word
        .trim_end_matches(['.', ',', ';', ':', ')', ']', '>', '"', '”', '»', '!'])
        .len();
    let Some(found) = word.get(start..end).filter(|found| found.contains("://")) else {
        return Cow::Borrowed(word);
    };
    match Url::parse(found) {
        Ok(url) => Cow::Owned([&word[..start], &url_key::key(&url), &word[end..]].concat()),
        Err(_) => Cow::Borrowed(word),
    }
}
