//! How a source stands after a turn: failures, rhythm, and the plan for the next turn.
//!
//! Pure: what was before, what the turn brought, and what it showed of its surroundings go in; what
//! is to be remembered comes out.

use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::time::Duration;

use jiff::Timestamp;

use super::pace::Pace;
use super::plan::{Ending, Plan, Situation, plan};
use crate::clock::{after, before, between};
use crate::source::{Contact, Harvest, Outcome, Rhythm, Source};
use crate::store::{DueSource, SourceHistory};

/// Failing for so long is said loudly, once a day.
pub const FAILING_LONG: Duration = Duration::from_secs(7 * 86_400);

/// Time from one loud word to the next.
const SAY_AGAIN: Duration = Duration::from_secs(86_400);

/// The longest that a publisher can put a source off: a day by its wishes, then four of skipped days.
const FURTHEST_WISH: Duration = Duration::from_secs(5 * 86_400);

/// The status of a refusal that may be meant for all requests.
const FORBIDDEN: u16 = 403;

/// How well a source does, for the metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Health {
    Fine,
    Failing,
    FailingLong,
    Stopped,
}

impl Health {
    /// What the state says of a source at the start.
    pub(super) fn of(known: &DueSource, now: Timestamp) -> Health {
        match known.due {
            None => Health::Stopped,
            Some(_) => Health::by(known.failures, known.failing_since, now),
        }
    }

    fn by(failures: u32, since: Option<Timestamp>, now: Timestamp) -> Health {
        if failures == 0 {
            return Health::Fine;
        }
        match since {
            Some(since) if between(since, now) >= FAILING_LONG => Health::FailingLong,
            _ => Health::Failing,
        }
    }
}

/// How many sources do how well.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tally([usize; 4]);

impl Tally {
    /// One more of this health.
    pub(super) fn add(&mut self, health: Health) {
        self.0[health as usize] += 1;
    }

    /// One less.
    pub(super) fn remove(&mut self, health: Health) {
        self.0[health as usize] = self.0[health as usize].saturating_sub(1);
    }

    /// So many are of this health.
    pub(super) fn count(&self, health: Health) -> usize {
        self.0[health as usize]
    }
}

/// What is known of a source's turns before this one.
#[derive(Debug, Clone)]
pub(super) struct Past {
    /// What the source asked to be remembered.
    pub(super) memory: serde_json::Value,
    pub(super) failures: u32,
    pub(super) failing_since: Option<Timestamp>,
    /// When its last turn was, if it was refused.
    pub(super) refused: Option<Timestamp>,
    pub(super) pace: Pace,
}

impl Past {
    /// Reads what the state holds. At another address a source has no failures yet.
    pub(super) fn of(history: Option<SourceHistory>, source: &dyn Source) -> Past {
        let Some(history) = history else {
            return Past {
                memory: serde_json::Value::Null,
                failures: 0,
                failing_since: None,
                refused: None,
                pace: Pace::default(),
            };
        };
        let same = !has_moved(history.address.as_deref(), source);
        let refused = history.status == Some(FORBIDDEN) && same;
        Past {
            memory: serde_json::from_str(&history.memory).unwrap_or_default(),
            failures: if same { history.failures } else { 0 },
            failing_since: history.failing_since.filter(|_| same),
            refused: refused.then_some(history.attempted),
            pace: Pace::from_json(&history.pace),
        }
    }
}

/// Whether a source is configured with another address than it was asked at last.
pub(super) fn has_moved(address: Option<&str>, source: &dyn Source) -> bool {
    address.is_some() && address != source.reference().url.as_deref()
}

/// When a known source has its first turn after the start; `None` for one that is not asked.
pub(super) fn first_due(
    known: &DueSource,
    source: &dyn Source,
    rhythm: &Rhythm,
    max_backoff: Duration,
    now: Timestamp,
) -> Option<Timestamp> {
    if has_moved(known.address.as_deref(), source) {
        return Some(now);
    }
    // What is later than now was planned by a clock that was ahead: it is as far off as it was.
    let ahead = between(now, known.attempted);
    let (attempted, due) = (before(known.attempted, ahead), before(known.due?, ahead));
    let longest = rhythm.every.unwrap_or(rhythm.most);
    // A due time further off than the configuration allows was made by another one.
    if known.failures > 0 {
        return Some(due.min(after(now, longest.max(max_backoff))));
    }
    let wished = match rhythm.heeds_hints {
        true => FURTHEST_WISH,
        false => Duration::ZERO,
    };
    let due = due.min(after(now, longest.max(rhythm.most).max(wished)));
    let pace = Pace::from_json(&known.pace);
    if pace.settings == Some(mark(rhythm)) {
        return Some(due);
    }
    let every = rhythm.every.unwrap_or_else(|| {
        let (interval, _) = pace.interval(now);
        interval.clamp(rhythm.least, rhythm.most.max(rhythm.least))
    });
    Some(due.min(after(attempted, every)))
}

/// A number that changes with the settings that plans depend on.
fn mark(rhythm: &Rhythm) -> u64 {
    // A plan that relied on being told of new items is not one for a source that nobody tells of.
    let told = rhythm.bell.is_some();
    let settings = (
        rhythm.every,
        rhythm.least,
        rhythm.most,
        rhythm.heeds_hints,
        told,
    );
    // 53 bits, which every reader of JSON keeps.
    BuildHasherDefault::<DefaultHasher>::default().hash_one(settings) >> 11
}

/// What a turn showed, and what it is weighed with.
pub(super) struct Surroundings<'s> {
    pub(super) now: Timestamp,
    pub(super) rhythm: &'s Rhythm,
    pub(super) harvest: &'s Harvest,
    /// Whether this machine's network is taken to be out.
    pub(super) network_out: bool,
    /// Until when the host is left alone.
    pub(super) held: Option<Timestamp>,
    pub(super) max_backoff: Duration,
    pub(super) jitter: f64,
    pub(super) chance: f64,
}

/// How a source stands.
#[derive(Debug)]
pub(super) struct Standing {
    pub(super) failures: u32,
    pub(super) failing_since: Option<Timestamp>,
    pub(super) pace: Pace,
    pub(super) plan: Plan,
    pub(super) health: Health,
    /// Whether its turn failed because of this machine's network.
    pub(super) excused: bool,
    /// For how long it has failed, when it is time to say so loudly.
    pub(super) failing_for: Option<Duration>,
    /// Failures in a row that came to an end.
    pub(super) recovered: u32,
}

impl Standing {
    /// Weighs a turn.
    pub(super) fn after(past: Past, around: &Surroundings<'_>) -> Standing {
        let now = around.now;
        let mut pace = past.pace;
        pace.settings = around.rhythm.host.is_some().then(|| mark(around.rhythm));
        let failing = (
            past.failures.saturating_add(1),
            past.failing_since.or(Some(now)),
        );
        let excused = around.network_out && around.harvest.hints.contact == Contact::Unreached;
        let (ending, (failures, failing_since)) = match &around.harvest.outcome {
            Outcome::Gone { .. } => (Ending::Gone, failing),
            Outcome::Failed { .. } if excused => {
                (Ending::NetworkOut, (past.failures, past.failing_since))
            }
            Outcome::Failed { retry_after, .. } => {
                let ending = Ending::Failed {
                    failures: failing.0,
                    retry_after: *retry_after,
                    held: around.held,
                };
                (ending, failing)
            }
            Outcome::Read | Outcome::Unchanged => {
                note_success(&mut pace, around);
                let ending = match around.harvest.more {
                    true => Ending::More,
                    false => Ending::Fine,
                };
                (ending, (0, None))
            }
        };
        let health = match ending {
            Ending::Gone => Health::Stopped,
            _ => Health::by(failures, failing_since, now),
        };
        let failing_for = (health == Health::FailingLong && !excused)
            .then(|| time_to_speak(&mut pace, failing_since, now))
            .flatten();
        let plan = plan(&Situation {
            now,
            rhythm: around.rhythm,
            pace: &pace,
            hints: &around.harvest.hints,
            ending,
            max_backoff: around.max_backoff,
            jitter: around.jitter,
            chance: around.chance,
        });
        Standing {
            recovered: if failures == 0 { past.failures } else { 0 },
            failures,
            failing_since,
            pace,
            plan,
            health,
            excused,
            failing_for,
        }
    }
}

fn note_success(pace: &mut Pace, around: &Surroundings<'_>) {
    pace.said = None;
    if around.rhythm.host.is_none() {
        return;
    }
    match around.harvest.hints.backlog {
        true => pace.note_backlog(around.now),
        false => pace.note(around.now, around.harvest.items.len()),
    }
    if let Some(wishes) = around.harvest.hints.wishes {
        pace.wishes = (wishes != Default::default()).then_some(wishes);
    }
}

/// For how long the source has failed, unless that was said less than a day ago.
fn time_to_speak(pace: &mut Pace, since: Option<Timestamp>, now: Timestamp) -> Option<Duration> {
    if pace.said.is_some_and(|said| between(said, now) < SAY_AGAIN) {
        return None;
    }
    pace.said = Some(now);
    since.map(|since| between(since, now))
}

#[cfg(test)]
mod tests;
