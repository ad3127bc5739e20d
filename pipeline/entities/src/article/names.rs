//! What is compared of a name.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::titles;
use crate::label::Kind;

/// Forms of law and their like, in small letters.
static COMPANY_FORMS: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    let lines = include_str!("../../data/company-forms.txt").lines();
    let lines = lines.filter(|line| !line.starts_with('#'));
    lines.flat_map(str::split_whitespace).collect()
});

/// Words that initials may leave out.
pub(super) const LITTLE: [&str; 9] = ["of", "the", "for", "and", "in", "on", "to", "de", "&"];

/// Letters that an abbreviation has: longer ones are words in capitals.
const ABBREVIATION: std::ops::RangeInclusive<usize> = 2..=8;

/// A name and what it is compared by.
#[derive(Debug)]
pub(super) struct Name {
    /// As it stands, without article, honorific and possessive ending.
    pub(super) written: String,
    /// Its words in small letters and without points, a blank between them.
    pub(super) key: String,
}

impl Name {
    pub(super) fn of(written: &str, kind: Kind) -> Name {
        let mut words: Vec<&str> = written.split_whitespace().collect();
        while words.len() > 1 && is_before(words[0], kind) {
            words.remove(0);
        }
        let written = words.join(" ");
        let ending = ["'s", "’s"]
            .iter()
            .find(|ending| written.ends_with(**ending));
        let written = match ending {
            Some(ending) => written[..written.len() - ending.len()].to_owned(),
            None => written,
        };
        let key = written
            .split([' ', '-', '\u{a0}'])
            .map(plain)
            .filter(|word| !word.is_empty())
            .collect::<Vec<_>>()
            .join(" ");
        Name { written, key }
    }

    pub(super) fn words(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.key.split(' ')
    }

    /// The key without a company's form of law; the key itself where nothing else would be left.
    pub(super) fn base(&self) -> &str {
        without_form(&self.key)
    }

    /// The letters of an abbreviation, in small letters: of one word without small letters.
    pub(super) fn abbreviation(&self) -> Option<&str> {
        let is_one = !self.key.contains(' ') && ABBREVIATION.contains(&self.key.chars().count());
        let is_upper = !self.written.contains(char::is_lowercase)
            && self.written.contains(char::is_alphabetic);
        (is_one && is_upper).then_some(self.key.as_str())
    }

    /// The initials of several words: of all, and without the little ones.
    pub(super) fn initials(&self) -> Option<[String; 2]> {
        if !self.key.contains(' ') {
            return None;
        }
        let first = |word: &str| word.chars().next();
        let all = self.words().filter_map(first).collect();
        let large = self.words().filter(|word| !LITTLE.contains(word));
        Some([all, large.filter_map(first).collect()])
    }
}

/// An organization's name, in small letters and without points, without its form of law; the name itself where nothing else would be left.
pub fn without_form(name: &str) -> &str {
    let mut base = name;
    while let Some((before, last)) = base.rsplit_once(' ') {
        if !COMPANY_FORMS.contains(last) {
            break;
        }
        base = before.trim_end_matches(" &").trim_end_matches(" and");
    }
    base
}

/// Whether an abbreviation's first letter begins a name and the others follow within it in order, both in small letters.
pub(super) fn are_in_order(letters: &str, name: &str) -> bool {
    let mut name = name.chars();
    let begins = letters.chars().next() == name.clone().next();
    begins
        && letters
            .chars()
            .all(|letter| name.any(|other| other == letter))
}

/// An article before any name, an honorific before a person's.
fn is_before(word: &str, kind: Kind) -> bool {
    let word = plain(word);
    matches!(word.as_str(), "the" | "a" | "an")
        || kind == Kind::Person && titles::is_honorific(&word)
}

/// A word in small letters, without what stands around it and without points.
fn plain(word: &str) -> String {
    let inside = word.trim_matches(|letter: char| !letter.is_alphanumeric() && letter != '&');
    let inside = inside.trim_end_matches("'s").trim_end_matches("’s");
    let letters = inside.chars().filter(|letter| *letter != '.');
    letters.flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_without_what_does_not_name() {
        for (written, kind, plainly, key) in [
            ("the U.S.", Kind::Location, "U.S.", "us"),
            ("Mr. Putin's", Kind::Person, "Putin", "putin"),
            (
                "Kassym-Jomart\nTokayev",
                Kind::Person,
                "Kassym-Jomart Tokayev",
                "kassym jomart tokayev",
            ),
            ("The", Kind::Misc, "The", "the"),
            ("AT&T", Kind::Organization, "AT&T", "at&t"),
        ] {
            let name = Name::of(written, kind);
            assert_eq!((name.written.as_str(), name.key.as_str()), (plainly, key));
        }
    }

    #[test]
    fn companies_go_without_their_form_of_law() {
        for (written, base) in [
            ("Boeing Co.", "boeing"),
            ("Acme Holdings Ltd", "acme"),
            ("Tern & Co", "tern"),
            ("Group", "group"),
        ] {
            assert_eq!(Name::of(written, Kind::Organization).base(), base);
        }
    }
}
