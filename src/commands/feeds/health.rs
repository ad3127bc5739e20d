//! What the state folder knows of the feeds. Only reads: a daemon that works on it notices nothing.

use std::collections::HashMap;

use dateline_config::{Config, Feed};
use dateline_pipeline::store::{Holder, SourceState, StoreError, holder, read_sources};

/// How the sources stand.
pub(super) struct Health {
    states: HashMap<String, SourceState>,
    pub(super) daemon: Holder,
}

/// How a feed does, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Condition {
    /// It is switched off.
    Off,
    /// It has not been asked yet.
    New,
    /// Its last turn went well.
    Well,
    /// Its last turns failed.
    Failing(u32),
    /// Its publisher took it away for good.
    Gone,
}

impl Health {
    /// Reads the state folder of a configuration; nothing is known where there is none yet.
    pub(super) fn read(config: &Config) -> Result<Health, StoreError> {
        let dir = &config.state.dir;
        let states = read_sources(dir)?.unwrap_or_default();
        let by_id = |state: SourceState| (state.id.clone(), state);
        Ok(Health {
            states: states.into_iter().map(by_id).collect(),
            daemon: holder(dir),
        })
    }

    /// What is known of a source; `None` before its first turn.
    pub(super) fn of(&self, id: &str) -> Option<&SourceState> {
        self.states.get(id)
    }

    pub(super) fn condition(&self, feed: &Feed) -> Condition {
        if feed.enabled {
            self.of(&feed.id).map_or(Condition::New, of_state)
        } else {
            Condition::Off
        }
    }
}

/// How a source does by its state alone.
pub(super) fn of_state(state: &SourceState) -> Condition {
    match state.outcome.as_str() {
        "gone" => Condition::Gone,
        "failed" => Condition::Failing(state.failures),
        _ => Condition::Well,
    }
}

impl Condition {
    /// Whether somebody should look at it.
    pub(super) fn is_bad(self) -> bool {
        matches!(self, Condition::Failing(_) | Condition::Gone)
    }

    /// The condition for people.
    pub(super) fn word(self) -> String {
        match self {
            Condition::Off => "off".to_owned(),
            Condition::New => "new".to_owned(),
            Condition::Well => "ok".to_owned(),
            Condition::Failing(failures) => format!("failing ×{failures}"),
            Condition::Gone => "gone".to_owned(),
        }
    }
}
