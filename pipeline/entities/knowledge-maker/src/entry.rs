//! An entry of the file while it is made.

use std::collections::BTreeMap;

use dateline_entities::EntryKind;
use dateline_entities::making::{Facts, Line, LineKind, fold};

#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) kind: LineKind,
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) country: String,
    pub(crate) region: String,
    pub(crate) point: Option<(i32, i32)>,
    pub(crate) weight: u32,
    pub(crate) more_names: String,
    pub(crate) facts: Facts,
}

/// What no entry is without saying so.
impl Default for Entry {
    fn default() -> Self {
        Self {
            kind: LineKind::Demonym,
            id: String::new(),
            name: String::new(),
            country: String::new(),
            region: String::new(),
            point: None,
            weight: 0,
            more_names: String::new(),
            facts: Facts::default(),
        }
    }
}

impl Entry {
    pub(crate) fn line(&self) -> Line<'_> {
        Line {
            kind: self.kind,
            id: &self.id,
            name: &self.name,
            country: &self.country,
            region: &self.region,
            point: self.point,
            weight: self.weight,
            more_names: &self.more_names,
            facts: self.facts.clone(),
        }
    }
}

/// A country as persons need it.
#[derive(Debug, Clone)]
pub(crate) struct Country {
    pub(crate) code: String,
    pub(crate) population: u32,
}

/// Countries by their folded names.
#[derive(Debug)]
pub(crate) struct Countries(BTreeMap<String, Country>);

impl Countries {
    pub(crate) fn of(entries: &[Entry]) -> Self {
        let mut by_name = BTreeMap::new();
        let countries = entries
            .iter()
            .filter(|entry| entry.kind == LineKind::Entry(EntryKind::Country));
        for entry in countries {
            let country = Country {
                code: entry.country.clone(),
                population: entry.weight,
            };
            for name in std::iter::once(entry.name.as_str()).chain(entry.more_names.split('|')) {
                by_name.insert(fold(name), country.clone());
            }
        }
        Self(by_name)
    }

    /// The country of a name: “Kingdom of Denmark”, “The Gambia”.
    pub(crate) fn find(&self, name: &str) -> Option<&Country> {
        let folded = fold(name);
        let bare = [
            "kingdom of ",
            "republic of ",
            "state of ",
            "peoples republic of ",
        ]
        .iter()
        .find_map(|form| folded.strip_prefix(form));
        let found = self.0.get(&folded);
        found.or_else(|| self.0.get(&fold(bare?)))
    }
}
