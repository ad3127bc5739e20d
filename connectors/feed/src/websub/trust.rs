//! How far a hub may be relied on: while it tells of everything, asking is but a precaution.
//!
//! A hub that says that it sends, and does not, must not cost hours: what a poll finds without having
//! been told of it counts against the hub until it tells of something. No I/O.

use serde::{Deserialize, Serialize};

/// What is remembered of a hub's deeds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Trust {
    /// The next poll was planned in the belief that the hub tells of new items.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    relied_on: bool,
    /// It sent when the feed was asked last.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    active: bool,
    /// It has told of something since the last poll.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    heard: bool,
    /// It kept something to itself that a poll found.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    failed: bool,
}

impl Trust {
    /// The hub told of something.
    pub(crate) fn heard(&mut self) {
        self.heard = true;
        self.failed = false;
    }

    /// Whether the feed must be asked before its time, since the hub that was relied on no longer
    /// sends.
    pub(crate) fn is_lost(&self, active: bool) -> bool {
        self.relied_on && !active
    }

    /// The feed was asked, and so many items were new. Says whether the hub may be relied on until the
    /// next time. `active` says whether it sends; what came up before it did says nothing.
    pub(crate) fn polled(&mut self, active: bool, fresh: usize) -> bool {
        if active && self.active && fresh > 0 && !self.heard {
            self.failed = true;
        }
        self.active = active;
        self.heard = false;
        self.relied_on = active && !self.failed;
        self.relied_on
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hub_that_tells_is_relied_on() {
        let mut trust = Trust::default();
        assert!(!trust.polled(false, 5));
        assert!(trust.polled(true, 0));
        trust.heard();
        assert!(trust.polled(true, 1), "a late item or two are no matter");
        assert!(!trust.is_lost(true));
        assert!(trust.is_lost(false), "and missed when it is gone");
    }

    #[test]
    fn a_hub_that_keeps_things_to_itself_is_not_until_it_tells() {
        let mut trust = Trust::default();
        assert!(trust.polled(true, 0));
        assert!(!trust.polled(true, 2));
        assert!(!trust.polled(true, 0));
        assert!(!trust.is_lost(false));
        trust.heard();
        assert!(trust.polled(true, 0));
    }
}
