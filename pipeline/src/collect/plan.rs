//! When a source has its next turn, and why: one pure function of how the last turn went.
//!
//! The interval is the configured one, or follows the source's rhythm between a floor and a ceiling.
//! The publisher's wishes lengthen it and never shorten it. Failures double it. The reasons are kept
//! with the due time, so that anyone can be told later.

mod reason;
mod wishes;

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use self::reason::reason;
pub use self::reason::{Reason, ReasonKind, say};
use self::wishes::{skip, wishes};
use super::hosts::LONGEST_HOLD;
use super::pace::{Known, Pace, START};
use crate::backoff::Backoff;
use crate::clock::after;
use crate::source::{Hints, Rhythm};

/// The longest that `Retry-After` may put a turn off, however short the waits after failures are
/// configured: who asks for a day is given it, and who asks for more is asked once a day.
const MOST_ASKED: Duration = LONGEST_HOLD;

/// The longest wait while this machine's network is taken to be out.
const NETWORK_OUT: Duration = START;

/// When the next turn is, and why.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Plan {
    /// When; `None` for a source that is not asked any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<Timestamp>,
    /// Why, what decided first.
    pub reasons: Vec<Reason>,
}

/// How a turn ended, as far as the next one depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// Well.
    Fine,
    /// Well, and there is more.
    More,
    /// Ill, so often in a row.
    Failed {
        failures: u32,
        retry_after: Option<Duration>,
        /// Until when the whole host is left alone.
        held: Option<Timestamp>,
    },
    /// Ill, because of this machine's network.
    NetworkOut,
    /// The source is gone.
    Gone,
}

/// Everything that the next turn depends on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Situation<'s> {
    pub(super) now: Timestamp,
    pub(super) rhythm: &'s Rhythm,
    pub(super) pace: &'s Pace,
    pub(super) hints: &'s Hints,
    pub(super) ending: Ending,
    /// The longest wait after failures.
    pub(super) max_backoff: Duration,
    /// Share by which due times are spread.
    pub(super) jitter: f64,
    /// A number from 0 to 1 by which this one is spread.
    pub(super) chance: f64,
}

/// Finds the next turn.
pub(super) fn plan(situation: &Situation<'_>) -> Plan {
    match situation.ending {
        Ending::Gone => Plan {
            due: None,
            reasons: vec![reason(
                ReasonKind::Gone,
                0,
                "the publisher says that it is gone for good; it is asked again when its address in the configuration changes",
            )],
        },
        Ending::More => Plan {
            due: Some(situation.now),
            reasons: vec![reason(ReasonKind::More, 0, "there is more to read")],
        },
        Ending::Fine => after_success(situation),
        Ending::Failed {
            failures,
            retry_after,
            held,
        } => after_failure(situation, failures, retry_after, held),
        Ending::NetworkOut => {
            let (interval, _) = interval(situation);
            let wait = interval.min(NETWORK_OUT);
            Plan {
                due: Some(after(situation.now, wait)),
                reasons: vec![reason(
                    ReasonKind::Network,
                    wait.as_secs(),
                    "no feed at all can be reached, so it is taken for an outage of this machine's network; all are asked as soon as one answers",
                )],
            }
        }
    }
}

/// The interval without wishes and failures.
fn interval(situation: &Situation<'_>) -> (Duration, Vec<Reason>) {
    let rhythm = situation.rhythm;
    if let Some(every) = rhythm.every {
        let text = format!("the configured interval is {}", say(every));
        return (
            every,
            vec![reason(ReasonKind::Every, every.as_secs(), text)],
        );
    }
    let (wished, known) = situation.pace.interval(situation.now);
    let text = match known {
        Known::Nothing => format!(
            "its rhythm is not known yet, so it is asked every {}",
            say(wished)
        ),
        Known::Gap(gap) => format!("it has brought a new item every {} or so", say(gap)),
        Known::Silence(silence) => format!("it has brought nothing new for {}", say(silence)),
    };
    let mut reasons = vec![reason(ReasonKind::Rhythm, wished.as_secs(), text)];
    let interval = wished.clamp(rhythm.least, rhythm.most.max(rhythm.least));
    if interval > wished {
        let text = format!("it is never asked sooner than after {}", say(interval));
        reasons.insert(0, reason(ReasonKind::Floor, interval.as_secs(), text));
    } else if interval < wished {
        let text = format!("it is never left alone for longer than {}", say(interval));
        reasons.insert(0, reason(ReasonKind::Ceiling, interval.as_secs(), text));
    }
    (interval, reasons)
}

fn after_success(situation: &Situation<'_>) -> Plan {
    let (mut interval, mut reasons) = interval(situation);
    let mut least = match situation.rhythm.every {
        Some(_) => Duration::ZERO,
        None => interval.min(situation.rhythm.least),
    };
    for (wish, why) in wishes(situation) {
        if wish > interval {
            interval = wish;
            least = wish;
            reasons.insert(0, why);
        } else {
            reasons.push(why);
        }
    }
    let spread = interval.mul_f64(1.0 + situation.jitter * (2.0 * situation.chance - 1.0));
    let due = after(situation.now, spread.max(least));
    let wishes = situation
        .pace
        .wishes
        .filter(|_| situation.rhythm.heeds_hints);
    let due = match wishes.and_then(|wishes| skip(due, &wishes, situation, interval)) {
        Some((due, why)) => {
            reasons.insert(0, why);
            due
        }
        None => due,
    };
    Plan {
        due: Some(due),
        reasons,
    }
}

fn after_failure(
    situation: &Situation<'_>,
    failures: u32,
    retry_after: Option<Duration>,
    held: Option<Timestamp>,
) -> Plan {
    let (interval, _) = interval(situation);
    let ceiling = situation.max_backoff;
    let backoff = Backoff {
        floor: interval.min(ceiling),
        ceiling,
    };
    let wait = backoff.wait_by(failures, situation.chance);
    let times = if failures == 1 { "time" } else { "times" };
    let text = format!(
        "it failed {failures} {times} in a row, which puts it off by {}",
        say(wait)
    );
    let mut due = after(situation.now, wait);
    let mut reasons = vec![reason(ReasonKind::Failures, failures.into(), text)];
    if let Some(asked) = retry_after.map(|asked| asked.min(MOST_ASKED)) {
        let why = reason(
            ReasonKind::RetryAfter,
            asked.as_secs(),
            format!("its host asks to be left alone for {}", say(asked)),
        );
        let until = after(situation.now, asked);
        let place = if until > due { 0 } else { reasons.len() };
        reasons.insert(place, why);
        due = due.max(until);
    }
    if let Some(until) = held.filter(|until| *until > due) {
        let wait = crate::clock::between(situation.now, until);
        let why = reason(
            ReasonKind::Host,
            wait.as_secs(),
            format!(
                "its host refuses everybody, so all of it is left alone for {}",
                say(wait)
            ),
        );
        reasons.insert(0, why);
        due = until;
    }
    Plan {
        due: Some(due),
        reasons,
    }
}

#[cfg(test)]
mod tests;
