//! What is told from another time: units back and on, this and last.

use super::hours::part_time;
use super::period::{Period, Shape, Time};
use super::place::on;
use super::{Meaning, Resolver, What};
use crate::text::matching::Frame;
use crate::text::table::{Clock, Direction, Rel, Slot, Unit, VAGUE};
use crate::text::types::Anchor;

pub(super) const SURE: f32 = 0.9;
const LIKELY: f32 = 0.75;

impl Resolver<'_> {
    /// This, last, next, that unit.
    pub(super) fn relative(&mut self, frame: &Frame) -> Option<Meaning> {
        let rel = Rel::of(frame.get(Slot::Rel)?)?;
        let unit = Unit::of(frame.get(Slot::Unit)?)?;
        if unit == Unit::Weekend {
            return self.weekend(rel);
        }
        let ((anchor, source), steps) = match rel {
            Rel::This => (self.publication()?, 0),
            Rel::Last => (self.publication()?, -1),
            Rel::Next => (self.publication()?, 1),
            Rel::Previous => (self.reference()?, -1),
            Rel::Following => (self.reference()?, 1),
            Rel::Same | Rel::That => (self.reference()?, 0),
            Rel::The if unit <= Unit::Day => (self.reference_day()?, 0),
            Rel::The => (self.reference_near(unit)?, 0),
        };
        let mut period = self.stepped(&anchor, steps, unit)?;
        period.fiscal = frame.get(Slot::Fiscal).is_some();
        Some(Meaning::of(What::Period(period), source, SURE))
    }

    fn stepped(&self, anchor: &Period, steps: i64, unit: Unit) -> Option<Period> {
        // From its own unit, so that a week after a Sunday is the next week.
        let own = match anchor.first() {
            Some(first) if anchor.granularity() <= super::period::granularity(unit) => {
                Period::around(first, unit)
            }
            _ => *anchor,
        };
        match unit {
            Unit::Decade | Unit::Century | Unit::Millennium => {
                let step = match unit {
                    Unit::Decade => 10,
                    Unit::Century => 100,
                    _ => 1000,
                };
                let year = i64::from(own.year?) + steps * step;
                Some(Period::new(i16::try_from(year).ok(), own.shape))
            }
            _ => own.shifted(steps, unit, false),
        }
    }

    /// What was spoken of in this paragraph or the one before, if it is no coarser than the unit, else the publication.
    fn reference_near(&self, unit: Unit) -> Option<(Period, Anchor)> {
        let near = self.spoken.is_some_and(|spoken| {
            let fine = spoken.period.granularity() <= super::period::granularity(unit);
            self.narrative || (fine && spoken.paragraph + 1 >= self.found.paragraph)
        });
        if near {
            self.reference()
        } else {
            self.publication()
        }
    }

    /// The one that is over, for what happened; else the one of the week that runs.
    fn weekend(&mut self, rel: Rel) -> Option<Meaning> {
        let (anchor, source) = match rel {
            Rel::Previous | Rel::Following | Rel::Same | Rel::That => self.reference()?,
            Rel::This | Rel::Last | Rel::Next | Rel::The => self.publication()?,
        };
        let at = anchor.first()?;
        let midweek = at.weekday().to_monday_one_offset() <= 5;
        let steps = match rel {
            Rel::Last | Rel::Previous => -1,
            Rel::Next | Rel::Following => 1,
            Rel::The if midweek && self.whither() <= 0 => -1,
            Rel::This | Rel::The | Rel::Same | Rel::That => 0,
        };
        let period = Period::weekend(on(at, steps * 7)?);
        Some(Meaning::of(What::Period(period), source, LIKELY))
    }

    /// So many units back or on.
    pub(super) fn shift(&mut self, frame: &Frame) -> Option<Meaning> {
        if self.narrative && frame.get(Slot::Offset) == Some(0) && frame.parts[0].is_none() {
            return Some(Meaning::of(What::Reference(0), Anchor::Itself, LIKELY));
        }
        let direction = frame
            .get(Slot::Direction)
            .and_then(Direction::of)
            .unwrap_or(Direction::Hence);
        let (count, unit) = match frame.get(Slot::Offset) {
            Some(days) => (days * 1000, Unit::Day),
            None => (
                frame.slots.sum(Slot::Number).unwrap_or(1000),
                Unit::of(frame.get(Slot::Unit)?)?,
            ),
        };
        if count == VAGUE {
            let when = What::Reference(direction.sign());
            return Some(Meaning::of(when, Anchor::Itself, LIKELY));
        }
        let (base, source) = match (frame.parts[0], direction) {
            (Some(_), _) => {
                let base = self.part(frame, 0)?;
                (*base.period()?, base.anchor)
            }
            (None, Direction::Ago | Direction::Hence) => match self.now(unit) {
                Some(now) => now,
                None => return unanchored(frame, direction),
            },
            (None, _) => match self.reference() {
                Some(reference) => reference,
                None => return unanchored(frame, direction),
            },
        };
        let (count, unit) = whole(count, unit);
        let same = frame.get(Slot::Rel).and_then(Rel::of) == Some(Rel::Same);
        let reported = direction == Direction::Earlier
            && matches!(base.shape, Shape::Quarter(_) | Shape::Half(_))
            && unit == Unit::Year;
        let keep = same || reported;
        let mut period = base.shifted(count * direction.sign(), unit, keep)?;
        if let Some(part) = frame.get(Slot::Part) {
            period.time = Some(part_time(part));
        }
        Some(Meaning::of(What::Period(period), source, SURE))
    }

    /// The publication, to the minute where hours are counted and its time is known.
    fn now(&self, unit: Unit) -> Option<(Period, Anchor)> {
        let (mut period, anchor) = self.publication()?;
        let at = self.published?;
        if unit < Unit::Day && at.time() != jiff::civil::Time::midnight() {
            let clock = Clock {
                hour: at.hour() as u8,
                minute: at.minute() as u8,
                second: 0,
                fields: 2,
            };
            period.time = Some(Time {
                clock: Some(clock),
                ..Time::default()
            });
        }
        Some((period, anchor))
    }
}

/// Halves of units as whole smaller ones: two and a half years are thirty months.
fn whole(count: i64, unit: Unit) -> (i64, Unit) {
    if count % 1000 == 0 {
        return (count / 1000, unit);
    }
    let (finer, times) = match unit {
        Unit::Minute => (Unit::Second, 60),
        Unit::Hour => (Unit::Minute, 60),
        Unit::Day => (Unit::Hour, 24),
        Unit::Week => (Unit::Day, 7),
        Unit::Month => (Unit::Day, 30),
        Unit::Year => (Unit::Month, 12),
        Unit::Decade => (Unit::Year, 10),
        Unit::Century => (Unit::Year, 100),
        other => (other, 1),
    };
    (count.saturating_mul(times) / 1000, finer)
}

/// Without any anchor: past or future, no more.
fn unanchored(frame: &Frame, direction: Direction) -> Option<Meaning> {
    let sign = match frame.get(Slot::Offset) {
        Some(days) => days.signum(),
        None => direction.sign(),
    };
    Some(Meaning::of(What::Reference(sign), Anchor::Itself, 0.5))
}
