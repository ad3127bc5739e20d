//! When a source has its next turn, and why: one pure function of how the last turn went.
//!
//! The interval is the configured one, or follows the source's rhythm between a floor and a ceiling.
//! The publisher's wishes lengthen it and never shorten it. Failures double it. The reasons are kept
//! with the due time, so that anyone can be told later.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::hosts::LONGEST_HOLD;
use super::pace::{Known, Pace, START};
use crate::backoff::Backoff;
use crate::clock::after;
use crate::source::{Fresh, FreshBy, Hints, Rhythm, Wishes};

/// The longest that `Cache-Control`, `Expires`, `ttl` and `sy:updatePeriod` may put a turn off:
/// frameworks state years where nobody meant it, and news is of the day.
const MOST_WISHED: Duration = Duration::from_secs(86_400);

/// Hours within which `skipHours` and `skipDays` must leave one: a weekend and two days more. What
/// leaves out all of them is not believed.
const MOST_SKIPPED_HOURS: i64 = 96;

/// Turns put off to the end of skipped hours are spread over at most so much of the next hour.
const AFTER_SKIPPED: Duration = Duration::from_secs(600);

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

fn reason(kind: ReasonKind, number: u64, text: impl Into<String>) -> Reason {
    Reason {
        kind,
        number,
        text: text.into(),
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

/// Everything that may lengthen the interval.
fn wishes(situation: &Situation<'_>) -> Vec<(Duration, Reason)> {
    let mut wishes = Vec::new();
    if situation.hints.pushed {
        let most = situation.rhythm.most;
        let text = format!(
            "new items are pushed, so it is asked only every {}",
            say(most)
        );
        wishes.push((most, reason(ReasonKind::Pushed, most.as_secs(), text)));
    }
    if !situation.rhythm.heeds_hints {
        return wishes;
    }
    let mut wish = |kind: ReasonKind, stated: Duration, what: &str| {
        let honoured = stated.min(MOST_WISHED);
        let limit = if honoured < stated {
            format!(", of which {} are honoured", say(honoured))
        } else {
            String::new()
        };
        let text = format!("the publisher's {what} {}{limit}", say(stated));
        wishes.push((honoured, reason(kind, stated.as_secs(), text)));
    };
    if let Some(Fresh { by, lasts }) = situation.hints.fresh {
        match by {
            FreshBy::CacheControl => {
                wish(
                    ReasonKind::CacheControl,
                    lasts,
                    "Cache-Control says fresh for",
                );
            }
            FreshBy::Expires => wish(ReasonKind::Expires, lasts, "Expires says fresh for"),
        }
    }
    let document = situation.pace.wishes.unwrap_or_default();
    if let Some(ttl) = document.ttl.map(Duration::from_secs) {
        wish(ReasonKind::Ttl, ttl, "ttl says to keep it for");
    }
    if let Some(every) = document.update_every.map(Duration::from_secs) {
        wish(
            ReasonKind::UpdatePeriod,
            every,
            "sy:updatePeriod says that it changes every",
        );
    }
    wishes
}

/// Puts a due time off to the next hour that is not left out.
fn skip(
    due: Timestamp,
    wishes: &Wishes,
    situation: &Situation<'_>,
    interval: Duration,
) -> Option<(Timestamp, Reason)> {
    if !wishes.skips_hours() && !wishes.skips_days() {
        return None;
    }
    let hour = due.as_second().div_euclid(3600);
    // 1 January 1970 was a Thursday, day 3 from Monday.
    let left_out = |hour: i64| {
        let of_day = u32::try_from(hour.rem_euclid(24)).unwrap_or(0);
        let day = u32::try_from((hour.div_euclid(24) + 3).rem_euclid(7)).unwrap_or(0);
        wishes.skips(of_day, day)
    };
    let ahead = (0..=MOST_SKIPPED_HOURS).find(|ahead| !left_out(hour + ahead))?;
    if ahead == 0 {
        return None;
    }
    let opens = Timestamp::from_second((hour + ahead) * 3600).ok()?;
    let due = after(opens, AFTER_SKIPPED.min(interval).mul_f64(situation.chance));
    let (kind, what) = if wishes.skips_hours() {
        (ReasonKind::SkipHours, "skipHours")
    } else {
        (ReasonKind::SkipDays, "skipDays")
    };
    let text = format!(
        "the publisher's {what} ask to be left alone until {}",
        opens.strftime("%A %H:%M UTC")
    );
    Some((due, reason(kind, ahead.unsigned_abs() * 3600, text)))
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

#[cfg(test)]
mod tests;
