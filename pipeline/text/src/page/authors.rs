//! Who wrote an article, as its page names them.

use super::head::{Clarity, Head};
use super::linked::Linked;

/// Authors that are kept.
const MAX_AUTHORS: usize = 20;
/// Letters of the longest name.
const MAX_NAME: usize = 80;
/// Words of the longest name in a byline.
const MAX_WORDS: usize = 6;

/// What bylines begin with, in small letters.
const OPENINGS: [&str; 20] = [
    "by ",
    "by: ",
    "von ",
    "von: ",
    "par ",
    "por ",
    "di ",
    "door ",
    "av ",
    "af ",
    "written by ",
    "author: ",
    "autor: ",
    "autorin: ",
    "text: ",
    "story by ",
    "published by ",
    "reported by ",
    "from ",
    "de ",
];
/// What stands between two names.
const BETWEEN: [&str; 9] = [
    " and ", " und ", " et ", " y ", " e ", " en ", " og ", " och ", " & ",
];

/// Those of the linked data, else of meta elements, else of the page's own byline.
pub(super) fn authors(head: &Head<'_>, linked: &Linked) -> Vec<String> {
    let mut names = cleaned(linked.authors.iter().map(String::as_str));
    if names.is_empty() {
        let metas = [
            "author",
            "article:author",
            "parsely-author",
            "dc.creator",
            "dc.contributor",
            "sailthru.author",
            "byl",
            "cxenseparse:author",
            "citation_author",
        ];
        let found = metas.iter().map(|meta| cleaned(head.metas_of(meta)));
        names = found
            .into_iter()
            .find(|names| !names.is_empty())
            .unwrap_or_default();
    }
    if names.is_empty() {
        for clarity in [Clarity::Property, Clarity::Rel, Clarity::Class] {
            let bylines = head
                .bylines
                .iter()
                .filter(|(of, text)| *of == clarity && text.split(' ').count() <= MAX_WORDS * 2);
            names = cleaned(bylines.map(|(_, text)| text.as_str()));
            if clarity == Clarity::Class {
                names.truncate(1);
            }
            if !names.is_empty() {
                break;
            }
        }
    }
    names.truncate(MAX_AUTHORS);
    names
}

/// The names in a byline: “By Jane Roe and Tom Low”.
#[must_use]
pub fn byline_names(text: &str) -> Vec<String> {
    let mut names = cleaned(std::iter::once(text));
    names.truncate(MAX_AUTHORS);
    names
}

/// Names, each once, without what stands around them; addresses and handles are none.
fn cleaned<'t>(texts: impl Iterator<Item = &'t str>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for text in texts {
        for name in apart(text) {
            let name = name.trim_matches(|letter: char| {
                letter.is_whitespace()
                    || matches!(letter, ',' | ';' | ':' | '|' | '-' | '–' | '•' | '·')
            });
            let is_name = name.contains(char::is_alphabetic)
                && name.chars().count() <= MAX_NAME
                && !name.contains("://")
                && !name.starts_with(['@', '/', '{'])
                && !name.contains('@');
            let is_new = names
                .iter()
                .all(|known| known.to_lowercase() != name.to_lowercase());
            if is_name && is_new {
                names.push(name.to_owned());
            }
        }
    }
    names
}

/// The names of a text that may hold several.
fn apart(text: &str) -> Vec<String> {
    let mut text = text.trim();
    let small = text.to_lowercase();
    let opening = OPENINGS.iter().find(|opening| small.starts_with(**opening));
    if let Some(rest) = opening.and_then(|opening| text.get(opening.len()..)) {
        text = rest;
    }
    let mut text = text.to_owned();
    for between in BETWEEN {
        text = text.replace(between, ";");
    }
    let separated = text.split([';', '|', '\n']);
    separated
        .flat_map(|part| {
            // “Roe, Jane” is one name, “Jane Roe, Tom Low” are two.
            let pieces: Vec<&str> = part.split(',').map(str::trim).collect();
            let are_names = pieces.len() > 1 && pieces.iter().all(|piece| piece.contains(' '));
            if are_names {
                pieces.into_iter().map(str::to_owned).collect()
            } else {
                vec![part.trim().to_owned()]
            }
        })
        .filter(|name| !name.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bylines_are_taken_apart() {
        let of = |text: &str| cleaned(std::iter::once(text));
        assert_eq!(of("By Jane Roe and Tom Low"), ["Jane Roe", "Tom Low"]);
        assert_eq!(of("Jane Roe, Tom Low"), ["Jane Roe", "Tom Low"]);
        assert_eq!(of("Roe, Jane"), ["Roe, Jane"]);
        assert_eq!(of("Von Jana Reh"), ["Jana Reh"]);
        assert!(of("https://harbour.example/roe").is_empty());
        assert!(of("@roe").is_empty());
    }
}
