//! What the state folder knows of the feeds. Only reads: a daemon that works on it notices nothing.

use std::collections::HashMap;

use dateline_config::{Config, Feed};
use dateline_pipeline::store::{Holder, SourceState, StoreError, holder, read_sources};

use crate::condition::Condition;

/// How the sources stand.
pub(super) struct Health {
    states: HashMap<String, SourceState>,
    pub(super) daemon: Holder,
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
            self.of(&feed.id)
                .map_or(Condition::New, Condition::of_state)
        } else {
            Condition::Off
        }
    }
}
