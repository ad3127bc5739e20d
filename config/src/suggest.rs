//! What a user probably meant: the nearest key, the nearest word, the section that a key belongs to.

use toml::Spanned;

use crate::finding::Finding;
use crate::schema;
use crate::section::{Section, TOP_LEVEL};

/// Likeness (Jaro-Winkler, 0 to 1) from which a word is taken for a misspelling; below it, suggestions are noise.
const ALIKE: f64 = 0.85;

/// Letters from which a word counts as the beginning of a key.
const MIN_PREFIX: usize = 3;

/// Longest stretch of a user's word repeated in a message, in characters.
const MAX_QUOTE: usize = 60;

/// The word of `known` that `word` most likely stands for.
pub(crate) fn nearest<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let word = plain(word);
    known
        .into_iter()
        .map(|candidate| (likeness(&word, &plain(candidate)), candidate))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .max_by(|left, right| left.0.total_cmp(&right.0))
        .map(|(_, candidate)| candidate)
}

/// One slip of the finger counts as alike even in a short word, where Jaro-Winkler is strict.
fn likeness(word: &str, candidate: &str) -> f64 {
    if word == candidate {
        return 1.0;
    }
    let slips = strsim::damerau_levenshtein(word, candidate);
    let one_slip = slips == 1 && candidate.len() > 2;
    let likeness = strsim::jaro_winkler(word, candidate);
    if one_slip {
        likeness.max(0.9)
    } else {
        likeness
    }
}

/// Without case, hyphens and underscores: `maxBody`, `max-body` and `max_body` are one.
fn plain(word: &str) -> String {
    word.chars()
        .take(MAX_QUOTE)
        .filter(|letter| letter.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// The finding for a key that section `S` does not know.
pub(crate) fn unknown_key<S: Section>(key: &Spanned<std::borrow::Cow<'_, str>>) -> Finding {
    let word = key.get_ref().as_ref();
    let place = match S::PLACE {
        TOP_LEVEL => "at the top level".to_owned(),
        place => format!("in {place}"),
    };
    Finding::error(format!("unknown key `{}` {place}", quote(word)))
        .at(key.span())
        .help(advice::<S>(word))
}

fn advice<S: Section>(word: &str) -> String {
    let known = || S::KEYS.iter().copied();
    let hint = S::HINTS
        .iter()
        .find(|(habit, _)| plain(habit) == plain(word));
    if let Some((_, advice)) = hint {
        return (*advice).to_owned();
    }
    if let Some(same) = known().find(|candidate| plain(candidate) == plain(word)) {
        return format!("did you mean `{same}`?");
    }
    let begun: Vec<String> = known()
        .filter(|candidate| word.len() >= MIN_PREFIX && plain(candidate).starts_with(&plain(word)))
        .map(|candidate| format!("`{candidate}`"))
        .collect();
    if begun.len() > 1 {
        return format!("did you mean {}?", begun.join(" or "));
    }
    let homes: Vec<&str> = schema::catalogue()
        .iter()
        .filter(|section| section.place != S::PLACE && section.keys.contains(&word))
        .map(|section| section.place)
        .collect();
    match (nearest(word, known()), homes.as_slice()) {
        (Some(near), _) => format!("did you mean `{near}`?"),
        (None, [TOP_LEVEL]) => {
            format!("`{word}` belongs at the top of the file, before the first section")
        }
        (None, []) => format!("known here: {}", S::KEYS.join(", ")),
        (None, homes) => format!("`{word}` belongs in {}", homes.join(" or ")),
    }
}

/// A user's text, cut to a length that fits a message and without control characters.
pub(crate) fn quote(text: &str) -> String {
    let mut shown: String = text
        .chars()
        .take(MAX_QUOTE)
        .map(|letter| {
            if letter.is_control() {
                '\u{fffd}'
            } else {
                letter
            }
        })
        .collect();
    if text.chars().nth(MAX_QUOTE).is_some() {
        shown.push('…');
    }
    shown
}

/// "a duration", "an integer".
pub(crate) fn with_article(noun: &str) -> String {
    if noun.starts_with("one of") || noun.starts_with("true") {
        return noun.to_owned();
    }
    let article = if noun.starts_with(['a', 'e', 'i', 'o']) {
        "an"
    } else {
        "a"
    };
    format!("{article} {noun}")
}

/// Whether what is called `name` is likely to hold a secret.
pub(crate) fn sounds_secret(name: &str) -> bool {
    const WORDS: &[&str] = &[
        "password",
        "passwd",
        "passphrase",
        "secret",
        "token",
        "authorization",
        "apikey",
        "cookie",
        "credential",
    ];
    let name = plain(name);
    WORDS.iter().any(|word| name.contains(word))
}
