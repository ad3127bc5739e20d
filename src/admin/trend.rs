//! Samples made into lines of plots: what happened in each of a row of equal steps. Pure.

use std::time::Duration;

use dateline_pipeline::clock::{after, before, between};
use dateline_pipeline::store::{SAMPLE_EVERY, Sample};
use jiff::Timestamp;

/// How far back a plot goes, and in what steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Range {
    pub(super) key: &'static str,
    pub(super) words: &'static str,
    length: Duration,
    /// No finer than samples of that age are kept.
    step: Duration,
}

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

/// The ranges that can be shown.
pub(super) const RANGES: [Range; 4] = [Range::MINUTES, Range::HOUR, Range::DAY, Range::WEEK];

impl Range {
    const MINUTES: Range = Range {
        key: "minutes",
        words: "the last ten minutes",
        length: MINUTE.saturating_mul(10),
        step: SAMPLE_EVERY,
    };

    /// What is shown where none is named, once so much is known.
    pub(super) const HOUR: Range = Range {
        key: "hour",
        words: "the last hour",
        length: HOUR,
        step: MINUTE,
    };

    const DAY: Range = Range {
        key: "day",
        words: "the last day",
        length: HOUR.saturating_mul(24),
        step: MINUTE.saturating_mul(20),
    };

    const WEEK: Range = Range {
        key: "week",
        words: "the last week",
        length: HOUR.saturating_mul(168),
        step: HOUR.saturating_mul(2),
    };

    /// The range of this name.
    pub(super) fn named(key: &str) -> Option<Range> {
        RANGES.into_iter().find(|range| range.key == key)
    }

    /// The range for who has named none: the hour, or the minutes while no more is known.
    pub(super) fn fitting(samples: &[(Timestamp, Sample)], now: Timestamp) -> Range {
        match samples.first() {
            Some((oldest, _)) if between(*oldest, now) > Range::MINUTES.length => Range::HOUR,
            _ => Range::MINUTES,
        }
    }

    /// How long its steps are, in words.
    pub(super) fn step_in_words(self) -> String {
        crate::wording::rough(self.step)
    }

    /// The earliest sample that a plot needs.
    pub(super) fn since(self, now: Timestamp) -> Timestamp {
        before(now, self.length + self.step * 2)
    }
}

/// Lines over the same steps.
pub(super) struct Trend {
    /// The ends of the steps.
    pub(super) at: Vec<Timestamp>,
    /// For each the samples at its beginning and its end, where there are any near enough.
    steps: Vec<(Option<usize>, Option<usize>)>,
    samples: Vec<(Timestamp, Sample)>,
}

impl Trend {
    /// The steps of `range` up to the last whole one before `now`; `samples` by time.
    pub(super) fn new(range: Range, samples: Vec<(Timestamp, Sample)>, now: Timestamp) -> Trend {
        let step = i64::try_from(range.step.as_millis()).unwrap_or(i64::MAX);
        let last = now.as_millisecond() / step * step;
        let count = range.length.as_millis() / range.step.as_millis().max(1);
        let last = Timestamp::from_millisecond(last).unwrap_or(now);
        let first = before(last, range.length);
        let at: Vec<Timestamp> = (1..=u32::try_from(count).unwrap_or(0))
            .map(|number| after(first, range.step * number))
            .collect();
        // A sample counts for an instant for as long as samples of its age are apart.
        let near = (range.step / 2).max(range.step.min(MINUTE) * 3 / 2);
        let sample_at = |instant: Timestamp| {
            let next = samples.partition_point(|(at, _)| *at <= instant);
            let index = next.checked_sub(1)?;
            let (at, _) = samples.get(index)?;
            (between(*at, instant) <= near).then_some(index)
        };
        let steps = at
            .iter()
            .map(|end| (sample_at(before(*end, range.step)), sample_at(*end)))
            .collect();
        Trend { at, steps, samples }
    }

    /// Whether anything is known at all.
    pub(super) fn is_empty(&self) -> bool {
        self.steps.iter().all(|(_, end)| end.is_none())
    }

    /// What a number was at the end of each step.
    pub(super) fn levels(&self, number: impl Fn(&Sample) -> Option<i64>) -> Vec<Option<f64>> {
        let level = |end: &Option<usize>| Some(number(&self.samples.get((*end)?)?.1)? as f64);
        self.steps.iter().map(|(_, end)| level(end)).collect()
    }

    /// By how much a number grew in each step, a minute; absent where it was set back.
    pub(super) fn rates(&self, number: impl Fn(&Sample) -> Option<i64>) -> Vec<Option<f64>> {
        let rate = |begin: &Option<usize>, end: &Option<usize>| {
            let (earlier, before) = self.samples.get((*begin)?)?;
            let (later, after) = self.samples.get((*end)?)?;
            let grown = number(after)? - number(before)?;
            let minutes = between(*earlier, *later).as_secs_f64() / 60.0;
            (grown >= 0 && minutes > 0.0).then(|| grown as f64 / minutes)
        };
        self.steps
            .iter()
            .map(|(begin, end)| rate(begin, end))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn samples(points: &[(i64, i64)]) -> Vec<(Timestamp, Sample)> {
        let sample = |&(minute, drafts): &(i64, i64)| {
            let sample = Sample {
                drafts,
                ..Sample::default()
            };
            (Timestamp::from_second(minute * 60).unwrap(), sample)
        };
        points.iter().map(sample).collect()
    }

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_second(minute * 60 + 7).unwrap()
    }

    #[test]
    fn rates_are_differences_and_gaps_stay_gaps() {
        let points = [(61, 10), (62, 30), (63, 30), (70, 100), (71, 40), (72, 41)];
        let trend = Trend::new(Range::HOUR, samples(&points), at(72));
        let rates = trend.rates(|sample| Some(sample.drafts));
        let levels = trend.levels(|sample| Some(sample.drafts));
        assert_eq!((rates.len(), trend.at.len()), (60, 60));
        let of = |line: &[Option<f64>], minute: usize| line[minute - 13];
        assert_eq!(
            of(&rates, 61),
            None,
            "nothing is known of the minute before"
        );
        assert_eq!(of(&rates, 62), Some(20.0));
        assert_eq!(of(&rates, 63), Some(0.0));
        assert_eq!(of(&rates, 65), None);
        assert_eq!(of(&rates, 70), None, "the time between is not known");
        assert_eq!(of(&rates, 71), None, "it was set back");
        assert_eq!(of(&rates, 72), Some(1.0));
        assert_eq!((of(&levels, 61), of(&levels, 66)), (Some(10.0), None));
        assert_eq!(
            trend.at.last().copied(),
            Some(Timestamp::from_second(72 * 60).unwrap())
        );
    }

    #[test]
    fn wider_steps_take_what_is_kept_of_their_age() {
        let week: Vec<(i64, i64)> = (0..170).map(|hour| (hour * 60 + 3, hour * 60)).collect();
        let trend = Trend::new(Range::WEEK, samples(&week), at(169 * 60));
        let rates = trend.rates(|sample| Some(sample.drafts));
        assert_eq!(rates.len(), 84);
        assert!(
            rates.iter().skip(1).all(|rate| *rate == Some(1.0)),
            "{rates:?}"
        );
    }

    #[test]
    fn who_names_no_range_gets_the_one_that_is_filled() {
        let fitting = |points: &[(i64, i64)]| Range::fitting(&samples(points), at(72));
        assert_eq!(fitting(&[]), Range::MINUTES);
        assert_eq!(fitting(&[(63, 0), (72, 0)]), Range::MINUTES);
        assert_eq!(fitting(&[(62, 0), (72, 0)]), Range::HOUR);
        assert_eq!(Range::named("week"), Some(Range::WEEK));
        assert_eq!(Range::named("?"), None);
    }

    #[test]
    fn the_first_step_is_known_after_two_samples() {
        let sample = |second: i64, drafts| {
            let sample = Sample {
                drafts,
                ..Sample::default()
            };
            (Timestamp::from_second(4320 + second).unwrap(), sample)
        };
        let samples = vec![sample(0, 5), sample(10, 7)];
        let now = Timestamp::from_second(4320 + 11).unwrap();
        let rates = Trend::new(Range::MINUTES, samples, now).rates(|sample| Some(sample.drafts));
        assert_eq!((rates.len(), rates[59], rates[58]), (60, Some(12.0), None));
    }

    #[test]
    fn without_samples_nothing_is_known() {
        let trend = Trend::new(Range::MINUTES, Vec::new(), at(72));
        assert!(trend.is_empty());
        assert!(
            trend
                .rates(|sample| Some(sample.drafts))
                .iter()
                .all(Option::is_none)
        );
    }
}
