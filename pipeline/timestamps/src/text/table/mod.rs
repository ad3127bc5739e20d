//! A language's table: its words, its rules, and the forms in which they are searched. Built once, at first use, from the text in `data/languages/`.

mod builtin;
mod meanings;
mod pattern;
mod read;
mod slots;
mod starts;
mod trie;
mod vocabulary;

use std::sync::OnceLock;

pub(crate) use builtin::Builtin;
pub(crate) use meanings::{Clock, Direction, Op, Rel, Unit};
pub(crate) use pattern::{Ask, Context, Glue};
pub(crate) use slots::{PARTS, QUANTS, SEASONS, Slot, VAGUE, modifier, relation};
pub(crate) use starts::{Mask, NUMBER, Starts, bit};
pub(crate) use trie::{Accept, Child, Node, Trie, What};
pub(crate) use vocabulary::{Key, Lexeme, Vocabulary};

/// What holds in every language: forms of digits and marks.
const COMMON: &str = include_str!("../../../data/languages/common.txt");

/// Rules over classes of words, for languages that put the day before the month.
const EUROPEAN: &str = include_str!("../../../data/languages/european.txt");

/// The tables, by the tags of their languages, in the order in which they are read; the first serves texts whose language has none.
const TABLES: [(&str, &[&str]); 8] = [
    (
        "en",
        &[COMMON, include_str!("../../../data/languages/en.txt")],
    ),
    (
        "de",
        &[
            COMMON,
            EUROPEAN,
            include_str!("../../../data/languages/de.txt"),
        ],
    ),
    (
        "fr",
        &[
            COMMON,
            EUROPEAN,
            include_str!("../../../data/languages/fr.txt"),
        ],
    ),
    (
        "es",
        &[
            COMMON,
            EUROPEAN,
            include_str!("../../../data/languages/es.txt"),
        ],
    ),
    (
        "it",
        &[
            COMMON,
            EUROPEAN,
            include_str!("../../../data/languages/it.txt"),
        ],
    ),
    (
        "pt",
        &[
            COMMON,
            EUROPEAN,
            include_str!("../../../data/languages/pt.txt"),
        ],
    ),
    (
        "nl",
        &[
            COMMON,
            EUROPEAN,
            include_str!("../../../data/languages/nl.txt"),
        ],
    ),
    (
        "ru",
        &[
            COMMON,
            EUROPEAN,
            include_str!("../../../data/languages/ru.txt"),
        ],
    ),
];

/// The tags of [`TABLES`].
pub(crate) const TAGS: [&str; TABLES.len()] = {
    let mut tags = [""; TABLES.len()];
    let mut at = 0;
    while at < TABLES.len() {
        tags[at] = TABLES[at].0;
        at += 1;
    }
    tags
};

/// One rule, as far as it matters after it matched.
#[derive(Debug, Clone)]
pub(crate) struct Rule {
    pub(crate) name: &'static str,
    pub(crate) op: Op,
    /// What the rule itself says.
    pub(crate) says: Vec<(Slot, i64)>,
}

/// A language as the matcher wants it.
#[derive(Debug)]
pub(crate) struct Language {
    pub(crate) tag: &'static str,
    pub(crate) vocabulary: Vocabulary,
    pub(crate) rules: Vec<Rule>,
    pub(crate) phrases: Vec<Trie>,
    pub(crate) starts: Starts,
    /// The phrase that whole expressions are.
    pub(crate) top: usize,
    /// Lines that could not be read, for the tests.
    #[cfg_attr(not(test), allow(dead_code, reason = "tests read it"))]
    pub(crate) errors: Vec<String>,
}

/// The table for a BCP 47 tag.
pub(crate) fn language(tag: &str) -> &'static Language {
    static LANGUAGES: [OnceLock<Language>; TABLES.len()] =
        [const { OnceLock::new() }; TABLES.len()];
    let base = tag.split(['-', '_']).next().unwrap_or_default();
    let place = TAGS
        .iter()
        .position(|known| known.eq_ignore_ascii_case(base))
        .unwrap_or(0);
    LANGUAGES[place].get_or_init(|| read::language(TABLES[place].0, TABLES[place].1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_every_table_is_read() {
        for tag in TAGS {
            let errors = &language(tag).errors;
            assert!(errors.is_empty(), "{tag}:\n{}", errors.join("\n"));
        }
    }
}
