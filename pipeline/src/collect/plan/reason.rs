//! Why a turn is when it is: kept with the due time, and said to people.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// A reason for a due time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// What it comes from.
    pub kind: ReasonKind,
    /// Seconds, or the number of failures; 0 where there is none.
    #[serde(default)]
    pub number: u64,
    /// The reason for people, half a sentence.
    #[serde(default)]
    pub text: String,
}

/// What a reason comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReasonKind {
    /// The configured interval.
    Every,
    /// The source's own rhythm.
    Rhythm,
    /// The floor of the interval.
    Floor,
    /// The ceiling of the interval.
    Ceiling,
    /// The header field `Cache-Control`.
    CacheControl,
    /// The header field `Expires`.
    Expires,
    /// RSS `ttl`.
    Ttl,
    /// `sy:updatePeriod`.
    UpdatePeriod,
    /// RSS `skipHours`.
    SkipHours,
    /// RSS `skipDays`.
    SkipDays,
    /// New items are pushed.
    Pushed,
    /// Failures in a row.
    Failures,
    /// The header field `Retry-After`.
    RetryAfter,
    /// The whole host is left alone.
    Host,
    /// This machine's network seems to be out.
    Network,
    /// There is more at once.
    More,
    /// The source is gone for good.
    Gone,
    /// One that a later version knows.
    #[serde(other)]
    Other,
}

/// A reason, said in half a sentence.
pub(super) fn reason(kind: ReasonKind, number: u64, text: impl Into<String>) -> Reason {
    Reason {
        kind,
        number,
        text: text.into(),
    }
}

/// A duration as people say it: its two largest units.
pub fn say(duration: Duration) -> String {
    const UNITS: [(u64, &str); 4] = [(86_400, "d"), (3600, "h"), (60, "min"), (1, "s")];
    let seconds = duration.as_secs();
    let Some(largest) = UNITS.iter().position(|(size, _)| seconds >= *size) else {
        return format!("{} ms", duration.as_millis());
    };
    let (size, unit) = UNITS[largest];
    let mut text = format!("{} {unit}", seconds / size);
    if let Some((smaller, unit)) = UNITS.get(largest + 1) {
        let rest = seconds % size / smaller;
        if rest > 0 {
            text += &format!(" {rest} {unit}");
        }
    }
    text
}
