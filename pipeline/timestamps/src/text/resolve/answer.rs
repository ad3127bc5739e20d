//! A meaning to the answer that the caller gets, and what is remembered of it for those that follow.

use super::period::{self, Period};
use super::{Meaning, Resolver, Spoken, What};
use crate::text::matching::Frame;
use crate::text::table::{Direction, Language, Rel, Slot};
use crate::text::types::{Anchor, Granularity, Kind, Timex};

impl Resolver<'_> {
    pub(super) fn answer(&mut self, frame: &Frame, meaning: Meaning, language: &Language) {
        let index = self.answers.len();
        let Meaning {
            what,
            modifier,
            anchor,
            confidence,
            interval,
        } = meaning;
        let rule = language.rules[frame.rule as usize].name;
        let mut timex = Timex {
            start: 0,
            end: 0,
            bytes: frame.start as usize..frame.end as usize,
            kind: Kind::Date,
            value: String::new(),
            modifier,
            interval,
            granularity: None,
            anchor,
            relation: self.found.relation,
            freq: None,
            quant: None,
            confidence,
            rule,
        };
        match what {
            What::Period(period) => {
                if !back(frame) {
                    self.remember(period, anchor, index);
                }
                timex.kind = if period.time.is_some() {
                    Kind::Time
                } else {
                    Kind::Date
                };
                timex.value = period.value();
                timex.interval = timex.interval.or_else(|| period.interval());
                timex.granularity = Some(period.granularity());
            }
            What::Duration(value, granularity) => {
                timex.kind = Kind::Duration;
                timex.value = value;
                timex.granularity = granularity;
            }
            What::Set { value, freq, quant } => {
                timex.kind = Kind::Set;
                timex.value = value;
                timex.freq = freq;
                timex.quant = quant;
            }
            What::Reference(when) => {
                timex.value = match when {
                    -1 => "PAST_REF",
                    0 => "PRESENT_REF",
                    _ => "FUTURE_REF",
                }
                .to_owned();
            }
        }
        self.answers.push(timex);
    }

    fn remember(&mut self, period: Period, anchor: Anchor, index: usize) {
        let spoken = Spoken {
            period,
            index,
            paragraph: self.found.paragraph,
        };
        if period.first().is_none() || period.fiscal || period.granularity() > Granularity::Year {
            return;
        }
        if anchor == Anchor::Itself && self.is_aside(&period) {
            return;
        }
        self.spoken = Some(spoken);
        if matches!(period.shape, period::Shape::Day(..)) {
            self.spoken_day = Some(spoken);
        }
    }

    /// Whether a bare year that stands there in full does not move what is spoken of: it is the year already spoken of, or an earlier one in
    /// the same paragraph (“the constitution of 1790”).
    fn is_aside(&self, period: &Period) -> bool {
        let Some(spoken) = self.spoken.filter(|_| period.shape == period::Shape::Year) else {
            return false;
        };
        let same_paragraph = spoken.paragraph == self.found.paragraph;
        spoken.period.year == period.year || (same_paragraph && spoken.period.year > period.year)
    }
}

/// Whether an expression only looks back from where the text is (“the previous year”): what follows goes on from there.
fn back(frame: &Frame) -> bool {
    let rel = frame.get(Slot::Rel).and_then(Rel::of);
    let direction = frame.get(Slot::Direction).and_then(Direction::of);
    rel == Some(Rel::Previous) || direction == Some(Direction::Earlier)
}
