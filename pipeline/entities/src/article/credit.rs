//! Who made a picture: “Sefa Karacan/Anadolu Agency via Getty Images”, “Photo: Jane Roe for Tern News”, “AFP”.

use std::collections::HashSet;

use crate::label::Kind;
use crate::tagger::Mention;

/// Bytes of the longest credit that is read; longer ones are texts.
const MAX_CREDIT: usize = 300;
/// How sure it is that the pieces of a credit are names.
const CONFIDENCE: f32 = 0.8;
/// Words of a person's name.
const PERSON: std::ops::RangeInclusive<usize> = 2..=4;

/// Words that say what is credited, or how, and name nobody.
const OPENINGS: [&str; 12] = [
    "photo",
    "photos",
    "photograph",
    "picture",
    "image",
    "credit",
    "courtesy",
    "illustration",
    "file",
    "by",
    "of",
    "from",
];
/// Words that only names of organizations have.
const OF_ORGANIZATIONS: [&str; 22] = [
    "agency",
    "news",
    "images",
    "press",
    "pictures",
    "photos",
    "media",
    "times",
    "post",
    "service",
    "services",
    "network",
    "pool",
    "archive",
    "archives",
    "office",
    "ministry",
    "department",
    "university",
    "museum",
    "stock",
    "group",
];

/// The names in a picture's credit: pieces between strokes, bars, commas, “via” and “for”. The first is a person where it looks like one and more follows,
/// all others are organizations.
#[must_use]
pub fn credit(text: &str) -> Vec<Mention> {
    if text.len() > MAX_CREDIT {
        return Vec::new();
    }
    let pieces: Vec<(usize, usize)> = pieces(text)
        .into_iter()
        .filter_map(|(start, end)| trimmed(text, start, end))
        .collect();
    let known: HashSet<&str> = OF_ORGANIZATIONS.into();
    let many = pieces.len() > 1;
    let of = |(number, &(start, end)): (usize, &(usize, usize))| {
        let name = &text[start..end];
        let words: Vec<&str> = name.split_whitespace().collect();
        let is_person = number == 0
            && (many || starts_with_opening(text, start))
            && PERSON.contains(&words.len())
            && words.iter().all(|word| is_capitalised(word))
            && !words
                .iter()
                .any(|word| known.contains(word.to_lowercase().as_str()));
        let is_name = name.starts_with(|letter: char| letter.is_uppercase() || letter.is_numeric());
        let kind = if is_person {
            Kind::Person
        } else {
            Kind::Organization
        };
        is_name.then(|| Mention {
            start,
            end,
            chars: (text[..start].chars().count(), text[..end].chars().count()),
            kind,
            confidence: CONFIDENCE,
        })
    };
    pieces.iter().enumerate().filter_map(of).collect()
}

fn is_capitalised(word: &str) -> bool {
    let letters: String = word
        .chars()
        .filter(|letter| letter.is_alphabetic())
        .collect();
    letters.starts_with(char::is_uppercase)
        && (letters.contains(char::is_lowercase) || letters.chars().count() == 1)
        || matches!(
            word,
            "de" | "van" | "von" | "der" | "la" | "el" | "al" | "bin" | "da" | "di"
        )
}

/// Begins and ends of what stands between separators.
fn pieces(text: &str) -> Vec<(usize, usize)> {
    let mut pieces = Vec::new();
    let mut start = 0;
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        let mark = rest.chars().next().map_or(1, char::len_utf8);
        let length = if rest.starts_with(['/', '|', ',', ';', ':', '©', '(', ')', '\n', '•', '·'])
        {
            mark
        } else {
            let words = [" via ", " for ", " - ", " – "];
            words
                .iter()
                .find(|word| rest.starts_with(**word))
                .map_or(0, |word| word.len())
        };
        if length > 0 {
            pieces.push((start, at));
            at += length;
            start = at;
        } else {
            at += mark;
        }
    }
    pieces.push((start, text.len()));
    pieces
}

/// A piece without blanks, openings and full stops around it; none where nothing is left.
fn trimmed(text: &str, mut start: usize, mut end: usize) -> Option<(usize, usize)> {
    loop {
        let piece = &text[start..end];
        start += piece.len() - piece.trim_start().len();
        let word = text[start..end].split_whitespace().next()?;
        if !OPENINGS.contains(&word.to_lowercase().as_str()) {
            break;
        }
        start += word.len();
    }
    let piece = text[start..end].trim_end();
    let is_short = piece
        .rsplit(' ')
        .next()
        .is_some_and(|word| word.len() <= 4 && word.contains('.'));
    end = start
        + if is_short {
            piece.len()
        } else {
            piece.trim_end_matches('.').len()
        };
    (end > start).then_some((start, end))
}

/// Whether what stands before a piece says that a person follows: “Photo: Jane Roe”.
fn starts_with_opening(text: &str, start: usize) -> bool {
    let before = text[..start].trim_end_matches([' ', ':', '©']);
    let word = before.rsplit(' ').next().unwrap_or_default().to_lowercase();
    OPENINGS.contains(&word.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credits_name_photographers_and_agencies() {
        use Kind::{Organization, Person};
        for (text, names) in [
            (
                "Sefa Karacan/Anadolu Agency via Getty Images",
                [
                    ("Sefa Karacan", Person),
                    ("Anadolu Agency", Organization),
                    ("Getty Images", Organization),
                ]
                .as_slice(),
            ),
            (
                "Photo: Łucja Roe for Tern News.",
                &[("Łucja Roe", Person), ("Tern News", Organization)],
            ),
            (
                "Photograph by Jane de la Roe",
                &[("Jane de la Roe", Person)],
            ),
            ("Getty Images", &[("Getty Images", Organization)]),
            ("AFP", &[("AFP", Organization)]),
            (
                "© Tern Ferries Inc.",
                &[("Tern Ferries Inc.", Organization)],
            ),
            (
                "Jane Roe, AP",
                &[("Jane Roe", Person), ("AP", Organization)],
            ),
            ("courtesy of the harbour office", &[]),
            ("", &[]),
            (" / via ", &[]),
        ] {
            let found: Vec<(&str, Kind)> = credit(text)
                .iter()
                .map(|name| {
                    let chars = text.chars().skip(name.chars.0);
                    let counted: String = chars.take(name.chars.1 - name.chars.0).collect();
                    assert_eq!(counted, text[name.start..name.end]);
                    (&text[name.start..name.end], name.kind)
                })
                .collect();
            assert_eq!(found, names, "{text}");
        }
    }
}
