//! How often an article may be revised: pure, of instants alone.
//!
//! Some sources show another text at every poll (a rotating teaser, an advertisement in the body), and would make a revision each time.
//! Every article has a budget: as many revisions at once as an article that is edited through a busy day has, of which one comes back after a pause. Each
//! further time that the last one is spent the pause doubles, up to a limit; an article that comes to its full budget again begins anew.
//! What is over the budget is not lost: the latest content waits until a revision has come back ([`super::resolve`]).

use std::time::Duration;

use jiff::Timestamp;

use crate::clock::{after, between};

/// Revisions at once: a story that is followed through a day is edited about a dozen times.
const BURST: u32 = 16;

/// After this time one comes back at first: longer than the usual time between two polls, or an article that changes at each would never spend its budget.
const FIRST_PAUSE: Duration = Duration::from_secs(2 * 60 * 60);

/// The longest pause: four revisions a day still tell that something changes, and are not too many to read.
const LONGEST_PAUSE: Duration = Duration::from_secs(6 * 60 * 60);

/// Times that a budget was spent after which the pause is at its longest.
const MAX_DRY: u32 = 3;

/// What an article may still spend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Revisions that it may have at once.
    pub left: u32,
    /// How often the last of them was spent since the budget was full.
    pub dry: u32,
    /// When one last came back, or when the budget was full.
    pub counted: Timestamp,
}

impl Budget {
    /// That of a new article.
    pub fn full(at: Timestamp) -> Budget {
        Budget {
            left: BURST,
            dry: 0,
            counted: at,
        }
    }

    /// The budget after a revision at `at`.
    ///
    /// # Errors
    /// The instant from which there is one again, where there is none.
    pub fn spend(self, at: Timestamp) -> Result<Budget, Timestamp> {
        let refilled = self.refilled(at);
        match refilled.left {
            0 => Err(after(refilled.counted, refilled.pause())),
            1 => Ok(Budget {
                left: 0,
                dry: (refilled.dry + 1).min(MAX_DRY),
                ..refilled
            }),
            left => Ok(Budget {
                left: left - 1,
                ..refilled
            }),
        }
    }

    /// Whether it has been spent for the first time since it was full.
    pub fn has_just_run_dry(self) -> bool {
        self.dry == 1
    }

    /// With what has come back by `at`.
    fn refilled(self, at: Timestamp) -> Budget {
        // A clock that was set back owes nobody the time that it went ahead.
        let counted = self.counted.min(at);
        let pause = self.pause();
        let back = between(counted, at).as_secs() / pause.as_secs();
        let back = u32::try_from(back).unwrap_or(BURST);
        if self.left.saturating_add(back) >= BURST {
            return Budget::full(at);
        }
        Budget {
            left: self.left + back,
            counted: after(counted, pause * back),
            ..self
        }
    }

    fn pause(self) -> Duration {
        let doubled = FIRST_PAUSE * 2_u32.pow(self.dry.min(MAX_DRY).saturating_sub(1));
        doubled.min(LONGEST_PAUSE)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const HOUR: Duration = Duration::from_secs(60 * 60);

    fn start() -> Timestamp {
        "2026-03-01T12:00:00Z".parse().unwrap()
    }

    /// Revisions in each of the days of a source that shows another text after each `poll`.
    fn revisions_by_day(days: u32, poll: Duration) -> Vec<u32> {
        let mut budget = Budget::full(start());
        let mut revisions = vec![0; days as usize];
        let mut at = start();
        while let Some(of_day) = revisions.get_mut(between(start(), at).as_secs() as usize / 86_400)
        {
            if let Ok(less) = budget.spend(at) {
                budget = less;
                *of_day += 1;
            }
            at = after(at, poll);
        }
        revisions
    }

    #[test]
    fn a_busy_day_is_not_damped() {
        let mut budget = Budget::full(start());
        for _ in 0..BURST {
            budget = budget.spend(start()).unwrap();
        }
        assert_eq!(budget.left, 0);
    }

    #[test]
    fn what_is_over_the_budget_waits_longer_each_time() {
        let mut budget = Budget::full(start());
        let mut at = start();
        let mut waits = Vec::new();
        while waits.len() < 8 {
            match budget.spend(at) {
                Ok(less) => budget = less,
                Err(due) => {
                    waits.push(between(at, due).as_secs() / 60);
                    assert!(budget.spend(due).is_ok());
                    at = due;
                }
            }
        }
        assert_eq!(waits, [120, 240, 360, 360, 360, 360, 360, 360]);
    }

    #[test]
    fn a_source_that_changes_at_every_poll_comes_to_four_revisions_a_day() {
        for poll in [HOUR / 12, HOUR / 4, HOUR] {
            let revisions = revisions_by_day(8, poll);
            assert!(revisions[0] <= 30, "{revisions:?}");
            assert_eq!(revisions[4..], [4, 4, 4, 4], "{poll:?}");
        }
    }

    #[test]
    fn a_few_edits_a_day_are_never_damped() {
        assert_eq!(revisions_by_day(30, HOUR * 2), [12; 30]);
    }

    #[test]
    fn a_calm_article_has_its_whole_budget_again() {
        let mut budget = Budget::full(start());
        for _ in 0..BURST {
            budget = budget.spend(start()).unwrap();
        }
        let calm = after(start(), HOUR * 24 * 4);
        assert_eq!(budget.refilled(calm), Budget::full(calm));
    }

    #[test]
    fn a_clock_that_is_set_back_mutes_nobody() {
        let ahead = after(start(), HOUR * 24 * 365);
        let mut budget = Budget::full(ahead);
        for _ in 0..BURST {
            budget = budget.spend(ahead).unwrap();
        }
        let due = budget.spend(start()).unwrap_err();
        assert!(due <= after(start(), LONGEST_PAUSE));
    }
}
