//! What a source learnt about when it should be asked again: the wishes of its publisher, and how
//! its host behaved. The source reads them; [`plan`](crate::collect::plan) weighs them.

use std::time::Duration;

use jiff::civil::Weekday;
use serde::{Deserialize, Serialize};

/// Hints for the next turn.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Hints {
    /// How the host behaved.
    pub contact: Contact,
    /// The host that answered, where it was not the source's own but one that it was sent on to.
    pub elsewhere: Option<String>,
    /// How long a host that throttles asks to be left alone, where the source was read all the same.
    pub retry_after: Option<Duration>,
    /// How long the answer stays fresh, by its header fields.
    pub fresh: Option<Fresh>,
    /// What the document asks for; `None` when none was read: the last one's wishes hold on.
    pub wishes: Option<Wishes>,
    /// Whether the items are old ones, fetched from an archive: they say nothing about the rhythm.
    pub backlog: bool,
    /// Whether somebody tells of new items, so that asking is but a precaution.
    pub pushed: bool,
}

/// How the host behaved, which concerns every source on it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Contact {
    /// It answered, well or ill.
    #[default]
    Answered,
    /// It asks for fewer requests (HTTP 429, or 503 with `Retry-After`).
    Throttled,
    /// It refuses access (HTTP 403), as some hosts do where they mean fewer requests.
    Forbidden,
    /// No connection came about: its name is unknown, or nobody answered.
    Unreached,
}

/// How long an answer stays fresh.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fresh {
    /// Who says so.
    pub by: FreshBy,
    /// For how long from now.
    pub lasts: Duration,
}

/// What says how long an answer stays fresh.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FreshBy {
    /// `Cache-Control: max-age`.
    CacheControl,
    /// `Expires`.
    Expires,
}

/// What a document asks of those who read it regularly.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Wishes {
    /// RSS `ttl`: how long it may be kept, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ttl: Option<u64>,
    /// `sy:updatePeriod` over `sy:updateFrequency`: time from one change to the next, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub update_every: Option<u64>,
    /// RSS `skipHours`: bit n is the hour n, UTC.
    #[serde(skip_serializing_if = "is_zero")]
    pub skip_hours: u32,
    /// RSS `skipDays`: bit 0 is Monday, UTC.
    #[serde(skip_serializing_if = "is_zero")]
    pub skip_days: u32,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
fn is_zero(bits: &u32) -> bool {
    *bits == 0
}

impl Wishes {
    /// Leaves an hour out; 24 is taken for 0, and what is no hour is ignored.
    pub fn skip_hour(&mut self, hour: u8) {
        match hour {
            0..=23 => self.skip_hours |= 1 << hour,
            24 => self.skip_hours |= 1,
            _ => {}
        }
    }

    /// Leaves a day out.
    pub fn skip_day(&mut self, day: Weekday) {
        self.skip_days |= 1 << day.to_monday_zero_offset();
    }

    /// Whether any hours are left out.
    pub fn skips_hours(&self) -> bool {
        self.skip_hours != 0
    }

    /// Whether any days are left out.
    pub fn skips_days(&self) -> bool {
        self.skip_days != 0
    }

    /// Whether an hour of a day (from Monday as 0) is left out.
    pub(crate) fn skips(&self, hour: u32, day: u32) -> bool {
        self.skip_hours >> hour & 1 == 1 || self.skip_days >> day & 1 == 1
    }
}
