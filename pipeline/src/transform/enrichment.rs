//! What is looked for in the texts of which sources, and by what.

use std::collections::HashMap;

use dateline_entities::Gazetteer;

use super::copies;
use super::rules::Rules;

/// How records are enriched.
#[derive(Debug, Default)]
pub struct Enrichment {
    gazetteer: Gazetteer,
    by_source: HashMap<String, Wanted>,
    copies: copies::Settings,
    rules: Rules,
}

/// What is looked for in the texts of one source. Everything, where nothing else is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// The times that they speak of.
    pub timestamps: bool,
    /// Whom and what they name.
    pub entities: bool,
    /// Amounts.
    pub quantities: bool,
    /// Copies of stories of others.
    pub copies: CopyPolicy,
}

/// What becomes of articles that are copies of others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum CopyPolicy {
    /// Their records say so.
    #[default]
    Mark,
    /// They make no records.
    Drop,
    /// They are not looked for.
    Pass,
}

impl Default for Wanted {
    fn default() -> Self {
        Self {
            timestamps: true,
            entities: true,
            quantities: true,
            copies: CopyPolicy::Mark,
        }
    }
}

impl Enrichment {
    /// With names of the user's own, and what is wanted for sources by their ids, where it is not everything.
    #[must_use]
    pub fn new(gazetteer: Gazetteer, sources: impl Iterator<Item = (String, Wanted)>) -> Self {
        Self {
            gazetteer,
            // Only the exceptions: a list of feeds may have a hundred thousand.
            by_source: sources
                .filter(|(_, wanted)| *wanted != Wanted::default())
                .collect(),
            copies: copies::Settings::default(),
            rules: Rules::default(),
        }
    }

    /// With copies known for so long, and of so many.
    #[must_use]
    pub fn with_copies(self, copies: copies::Settings) -> Self {
        Self { copies, ..self }
    }

    /// With rules for what becomes of records.
    #[must_use]
    pub fn with_rules(self, rules: Rules) -> Self {
        Self { rules, ..self }
    }

    /// What becomes of records before they go into the log.
    #[must_use]
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// For how long, and of how many, copies are known.
    #[must_use]
    pub fn copies(&self) -> copies::Settings {
        self.copies
    }

    /// The user's own names.
    #[must_use]
    pub fn gazetteer(&self) -> &Gazetteer {
        &self.gazetteer
    }

    /// What is looked for in the texts of a source, by its id.
    #[must_use]
    pub fn wanted(&self, source: &str) -> Wanted {
        self.by_source.get(source).copied().unwrap_or_default()
    }
}
