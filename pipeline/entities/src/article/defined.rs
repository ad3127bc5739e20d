//! Names that the text itself gives in full: what stands before an abbreviation in brackets, “Institute for the Study of War (ISW)”, or has the letters
//! of one that stands anywhere as its initials, is one name, there and wherever it stands again, even where a part of it was found alone. After Schwartz
//! and Hearst, “A simple algorithm for identifying abbreviation definitions in biomedical text” (PSB 2003), but for names: their words have capitals, or
//! are little ones.

use std::collections::HashMap;

use super::Part;
use super::names::{LITTLE, Name, are_in_order};
use crate::label::Kind;
use crate::tagger::{Chars, Mention};

/// Definitions that are followed through an article: each costs a search of its texts. A report with more has a list of them.
const MAX_DEFINITIONS: usize = 32;

/// Letters of the shortest abbreviation that is looked for without brackets: two are anybody's.
const MIN_INITIALS: usize = 3;

/// Words before a mention that may belong to its name.
const MAX_BEFORE: usize = 6;

/// A name in full, and what it is.
#[derive(Debug, Clone, Copy)]
struct Definition<'t> {
    name: &'t str,
    /// The kind of the abbreviation, and how sure it is.
    kind: Kind,
    confidence: f32,
}

/// The parts with the defined names whole.
pub(super) fn whole<'t>(parts: &[Part<'t>]) -> Vec<Part<'t>> {
    let abbreviations = abbreviations(parts);
    let mut definitions: Vec<Definition<'t>> = Vec::new();
    for part in parts {
        for mention in &part.mentions {
            let bracketed = long_form(part.text, mention).map(|name| (name, *mention));
            let Some((name, short)) =
                bracketed.or_else(|| initialled(part.text, mention, &abbreviations))
            else {
                continue;
            };
            let is_new = definitions.iter().all(|known| known.name != name);
            if is_new && definitions.len() < MAX_DEFINITIONS {
                definitions.push(Definition {
                    name,
                    kind: short.kind,
                    confidence: short.confidence,
                });
            }
        }
    }
    let mut parts = parts.to_vec();
    for definition in definitions {
        for part in &mut parts {
            part.mentions = with(part.text, &part.mentions, definition);
        }
    }
    parts
}

/// The abbreviations that are no persons' by their letters, the surest mention of each.
fn abbreviations(parts: &[Part<'_>]) -> HashMap<String, Mention> {
    let mut found: HashMap<String, Mention> = HashMap::new();
    for part in parts {
        for mention in &part.mentions {
            let written = part.text.get(mention.start..mention.end);
            let name = Name::of(written.unwrap_or_default(), mention.kind);
            let Some(letters) = name.abbreviation() else {
                continue;
            };
            if mention.kind == Kind::Person || letters.chars().count() < MIN_INITIALS {
                continue;
            }
            let surest = found.entry(letters.to_owned()).or_insert(*mention);
            if mention.confidence > surest.confidence {
                *surest = *mention;
            }
        }
    }
    found
}

/// The mention with the words before it, where their initials are an abbreviation of the article: “Institute for the [Study of War]”.
fn initialled<'t>(
    text: &'t str,
    mention: &Mention,
    abbreviations: &HashMap<String, Mention>,
) -> Option<(&'t str, Mention)> {
    if abbreviations.is_empty() || mention.kind == Kind::Person {
        return None;
    }
    let before = text.get(..mention.end)?;
    let mut start = mention.start;
    for _ in 0..MAX_BEFORE {
        let (at, word) = word_before(before, start)?;
        let has_capital = word.starts_with(char::is_uppercase);
        if !has_capital && !LITTLE.contains(&word) || ends_phrase(word) {
            return None;
        }
        start = at;
        if !has_capital {
            continue;
        }
        let long = &before[start..];
        let name = Name::of(long, mention.kind);
        let mut initials = name.initials().into_iter().flatten();
        if let Some(short) = initials.find_map(|letters| abbreviations.get(&letters)) {
            return Some((long, *short));
        }
    }
    None
}

/// The word that ends before `start`, a blank between, and where it begins.
fn word_before(text: &str, start: usize) -> Option<(usize, &str)> {
    let rest = text[..start].strip_suffix(' ')?;
    let at = rest.rfind([' ', '\n', '\u{a0}']).map_or(0, |blank| {
        blank + rest[blank..].chars().next().map_or(1, char::len_utf8)
    });
    let word = &rest[at..];
    (!word.is_empty()).then_some((at, word))
}

/// What the abbreviation in brackets stands for: the nearest words before it that begin with its first letter and have its others in order.
fn long_form<'t>(text: &'t str, short: &Mention) -> Option<&'t str> {
    let written = text.get(short.start..short.end)?;
    let before = text[..short.start].strip_suffix('(')?;
    if short.kind == Kind::Person || !text[short.end..].starts_with(')') {
        return None;
    }
    let name = Name::of(written, short.kind);
    let letters = name.abbreviation()?;
    // As many words as the paper looks at.
    let count = letters.chars().count();
    let mut start = before.len();
    for number in 0..(count + 5).min(2 * count) {
        let (at, word) = word_before(before, start)?;
        let is_last = number == 0;
        let has_capital = word.starts_with(char::is_uppercase);
        let belongs = has_capital || !is_last && LITTLE.contains(&word);
        // “EADS N.V. (EADS)” explains nothing.
        let is_itself = word == written;
        if !belongs || is_itself || !is_last && ends_phrase(word) {
            return None;
        }
        start = at;
        let long = before[start..].trim_end();
        if has_capital && !is_last && are_in_order(letters, &long.to_lowercase()) {
            return Some(long);
        }
    }
    None
}

/// Whether a name cannot go on behind this word.
fn ends_phrase(word: &str) -> bool {
    word.ends_with([
        ',', ';', ':', '.', '!', '?', '(', ')', '"', '“', '”', '—', '–',
    ])
}

/// The mentions with those of the definition's name whole. One that holds the name and more, or only a part of it and more, stays.
fn with(text: &str, mentions: &[Mention], definition: Definition<'_>) -> Vec<Mention> {
    let mut found: Vec<Mention> = Vec::with_capacity(mentions.len());
    let length = definition.name.chars().count();
    let mut rest = mentions;
    let mut chars = Chars::default();
    for (start, _) in text.match_indices(definition.name) {
        let end = start + definition.name.len();
        let before = rest.partition_point(|mention| mention.end <= start);
        let (passed, others) = rest.split_at(before);
        found.extend_from_slice(passed);
        rest = others;
        let (within, others) =
            others.split_at(others.partition_point(|mention| mention.start < end));
        let stays = |mention: &Mention| {
            let is_whole = (mention.start, mention.end) == (start, end);
            is_whole || mention.start < start || mention.end > end
        };
        if !is_apart(text, start, end) || within.iter().any(stays) {
            continue;
        }
        rest = others;
        let surest = within.iter().map(|mention| mention.confidence);
        let first = chars.at(text, start);
        found.push(Mention {
            start,
            end,
            chars: (first, first + length),
            kind: definition.kind,
            confidence: surest.fold(definition.confidence, f32::max),
        });
    }
    found.extend_from_slice(rest);
    found
}

/// Whether no letter or digit stands beside it.
fn is_apart(text: &str, start: usize, end: usize) -> bool {
    let before = text[..start].chars().next_back();
    let after = text[end..].chars().next();
    ![before, after]
        .into_iter()
        .flatten()
        .any(char::is_alphanumeric)
}
