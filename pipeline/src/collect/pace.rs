//! The rhythm in which a source brings new items, learnt from its turns.
//!
//! A mean gap between items, weighted towards the latest: a shorter gap is believed at once, a
//! longer one a quarter at a time. While nothing comes, half the silence counts as the gap, so that
//! a quiet source drifts to its ceiling.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::clock::between;
use crate::source::Wishes;

/// Time from one turn to the next while the rhythm is not known.
pub(super) const START: Duration = Duration::from_secs(15 * 60);

/// Turns for each new item: with two, an item waits a quarter of the mean gap on average.
const TURNS_AN_ITEM: u32 = 2;

/// A gap that is longer than the mean moves it by this part of the difference.
const SLOWING: u64 = 4;

/// The share of a silence that counts as the gap.
const OF_SILENCE: u32 = 2;

/// What is remembered from turn to turn to find the time of the next one.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Pace {
    /// Mean time between two new items, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    gap: Option<u64>,
    /// When the latest new item came, or the first turn was.
    #[serde(skip_serializing_if = "Option::is_none")]
    news: Option<Timestamp>,
    /// What the last document that was read asks for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) wishes: Option<Wishes>,
    /// Marks the settings that the plan was made with: others make another plan.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) settings: Option<u64>,
    /// When it was last said that the source has failed for long.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) said: Option<Timestamp>,
}

/// What the rhythm comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    /// Nothing yet.
    Nothing,
    /// The mean gap.
    Gap(Duration),
    /// The silence since the latest item.
    Silence(Duration),
}

impl Pace {
    /// Reads what was stored; what another version stored and this one cannot read is as good as
    /// nothing.
    pub(crate) fn from_json(stored: &str) -> Pace {
        serde_json::from_str(stored).unwrap_or_default()
    }

    /// Notes a successful turn with so many new items.
    pub(super) fn note(&mut self, now: Timestamp, fresh: usize) {
        let Some(last) = self.news else {
            // At the first turn everything is new, which says nothing about the rhythm.
            self.news = Some(now);
            return;
        };
        if fresh == 0 {
            return;
        }
        let seen = between(last, now).as_secs() / fresh as u64;
        self.news = Some(now);
        self.gap = Some(match self.gap {
            Some(gap) if seen > gap => gap + (seen - gap) / SLOWING,
            _ => seen,
        });
    }

    /// Notes a turn that fetched old items: what comes after it is new.
    pub(super) fn note_backlog(&mut self, now: Timestamp) {
        self.news = Some(now);
    }

    /// The time from one turn to the next that fits the rhythm, without floor and ceiling.
    pub(super) fn interval(&self, now: Timestamp) -> (Duration, Known) {
        let silence = self.news.map_or(Duration::ZERO, |last| between(last, now));
        let gap = self.gap.map(Duration::from_secs);
        let believed = gap.unwrap_or(START * TURNS_AN_ITEM);
        if silence / OF_SILENCE > believed {
            let interval = silence / OF_SILENCE / TURNS_AN_ITEM;
            return (interval, Known::Silence(silence));
        }
        let known = gap.map_or(Known::Nothing, Known::Gap);
        (believed / TURNS_AN_ITEM, known)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::clock::after;

    const HOUR: Duration = Duration::from_secs(3600);

    fn begin() -> Timestamp {
        "2026-03-02T08:00:00Z".parse().unwrap()
    }

    #[test]
    fn the_first_turn_says_nothing() {
        let mut pace = Pace::default();
        assert_eq!(pace.interval(begin()), (START, Known::Nothing));
        pace.note(begin(), 40);
        assert_eq!(pace.interval(begin()), (START, Known::Nothing));
    }

    #[test]
    fn two_turns_an_item() {
        let mut pace = Pace::default();
        let mut now = begin();
        pace.note(now, 40);
        for _ in 0..5 {
            now = after(now, HOUR);
            pace.note(now, 1);
        }
        assert_eq!(pace.interval(now), (HOUR / 2, Known::Gap(HOUR)));
    }

    #[test]
    fn silence_drifts_to_the_ceiling_and_a_burst_pulls_back_at_once() {
        let mut pace = Pace::default();
        let mut now = begin();
        pace.note(now, 40);
        let mut waits = Vec::new();
        for _ in 0..40 {
            let (wait, _) = pace.interval(now);
            waits.push(wait);
            now = after(now, wait.min(HOUR * 6));
            pace.note(now, 0);
        }
        assert!(waits.windows(2).all(|pair| pair[0] <= pair[1]), "{waits:?}");
        assert!(waits.last().unwrap() > &(HOUR * 6), "{waits:?}");
        // A day later there are twenty items in the two hours since the last turn that had one.
        pace.note(after(now, HOUR), 1);
        pace.note(after(now, HOUR * 2), 20);
        let (wait, known) = pace.interval(after(now, HOUR * 2));
        assert_eq!(known, Known::Gap(Duration::from_secs(180)));
        assert_eq!(wait, Duration::from_secs(90));
    }

    #[test]
    fn what_is_stored_reads_back_and_rubbish_is_nothing() {
        let mut pace = Pace::default();
        pace.note(begin(), 1);
        pace.note(after(begin(), HOUR), 3);
        pace.wishes = Some(Wishes {
            ttl: Some(3600),
            ..Wishes::default()
        });
        let stored = serde_json::to_string(&pace).unwrap();
        assert_eq!(Pace::from_json(&stored), pace);
        assert_eq!(Pace::from_json("{}"), Pace::default());
        assert_eq!(Pace::from_json("rubbish"), Pace::default());
    }
}
