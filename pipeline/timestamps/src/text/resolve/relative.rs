//! What is told from another time: units back and on, this and last, the nth of a larger one, parts of a day, clock times.

use super::period::{Period, Shape, Time};
use super::place::on;
use super::{Meaning, Resolver, What};
use crate::text::matching::Frame;
use crate::text::table::{Clock, Direction, Rel, Slot, Unit, VAGUE};
use crate::text::types::{Anchor, Granularity};

const SURE: f32 = 0.9;
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
                frame.get(Slot::Number).unwrap_or(1000),
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

    /// The nth unit of a larger one; -1 is the last.
    pub(super) fn nth(&mut self, frame: &Frame) -> Option<Meaning> {
        let ordinal = frame.get(Slot::Ordinal)?;
        if let Some(weekday) = frame.get(Slot::Weekday) {
            return self.nth_weekday(frame, ordinal, weekday);
        }
        let unit = Unit::of(frame.get(Slot::Unit)?)?;
        let base = match frame.parts[0] {
            Some(_) => {
                let base = self.part(frame, 0)?;
                Some((*base.period()?, base.anchor))
            }
            None => None,
        };
        let highest = match unit {
            Unit::Quarter => 4,
            Unit::Half => 2,
            Unit::Day => 31,
            Unit::Week => 53,
            Unit::Month => 12,
            Unit::Decade | Unit::Year => 100,
            Unit::Century => return self.century(ordinal),
            _ => return None,
        };
        if ordinal == 0 || ordinal > highest {
            return None;
        }
        let in_year = |shape| match base {
            Some((base, anchor)) => Some((Period::new(Some(base.year?), shape), anchor)),
            None => Some(self.placed(shape, |_| true)),
        };
        let of_year = base.is_none_or(|(base, _)| base.granularity() == Granularity::Year);
        let (mut period, anchor) = match unit {
            Unit::Quarter => in_year(Shape::Quarter(counted(ordinal, 4)))?,
            Unit::Half if of_year => in_year(Shape::Half(counted(ordinal, 2)))?,
            _ => {
                let (base, anchor) = base?;
                (inside(&base, ordinal, unit)?, anchor)
            }
        };
        period.fiscal = base.is_some_and(|(base, _)| base.fiscal);
        Some(Meaning::of(What::Period(period), anchor, SURE))
    }

    /// “The first Monday of May”.
    fn nth_weekday(&mut self, frame: &Frame, ordinal: i64, weekday: i64) -> Option<Meaning> {
        let base = self.part(frame, 0)?;
        let period = base.period()?;
        let (first, after) = (period.first()?, period.after()?);
        let day = if ordinal > 0 {
            let ahead = (weekday - i64::from(first.weekday().to_monday_one_offset())).rem_euclid(7);
            on(first, ahead + (ordinal - 1) * 7)?
        } else {
            let last = on(after, -1)?;
            let back = (i64::from(last.weekday().to_monday_one_offset()) - weekday).rem_euclid(7);
            on(last, -back)?
        };
        let what = What::Period(Period::day(day));
        (first <= day && day < after).then(|| Meaning::of(what, base.anchor, SURE))
    }

    fn century(&self, ordinal: i64) -> Option<Meaning> {
        let first = i16::try_from(ordinal.checked_sub(1)? * 100).ok()?;
        let period = Period::new(Some(first).filter(|first| *first >= 0), Shape::Century);
        period.year?;
        Some(Meaning::of(What::Period(period), Anchor::Itself, 0.95))
    }

    /// A part of a day: of the one named, of one so many days off, of the one spoken of, or of any.
    pub(super) fn part_of_day(&mut self, frame: &Frame) -> Option<Meaning> {
        let time = part_time(frame.get(Slot::Part)?);
        let (mut day, source) = if frame.parts[0].is_some() {
            let base = self.part(frame, 0)?;
            (*base.period()?, base.anchor)
        } else if names_day(frame) {
            let base = self.date(frame)?;
            (*base.period()?, base.anchor)
        } else if let Some(days) = frame.get(Slot::Offset) {
            match self.today() {
                Some(today) => (Period::day(on(today, days)?), Anchor::Publication),
                None => any_day(),
            }
        } else {
            match frame.get(Slot::Rel).and_then(Rel::of) {
                Some(rel) => self.related_day(rel).unwrap_or(any_day()),
                None => any_day(),
            }
        };
        if day.granularity() > Granularity::Day && !matches!(day.shape, Shape::Month(_)) {
            return None;
        }
        if let Shape::Month(month) = day.shape {
            day.shape = Shape::SomeDay(Some(month));
        }
        day.time = Some(time);
        Some(Meaning::of(What::Period(day), source, SURE))
    }

    fn related_day(&self, rel: Rel) -> Option<(Period, Anchor)> {
        let ((day, source), days) = match rel {
            Rel::This => (self.publication()?, 0),
            Rel::Last => (self.publication()?, -1),
            Rel::Next | Rel::Following => (self.reference_day()?, 1),
            Rel::Previous => (self.reference_day()?, -1),
            Rel::Same | Rel::That | Rel::The => (self.reference_day()?, 0),
        };
        Some((Period::day(on(day.first()?, days)?), source))
    }

    /// A time of day, on the day named, else on the one spoken of.
    pub(super) fn clock(&mut self, frame: &Frame) -> Option<Meaning> {
        let mut clock = Clock::unpack(frame.get(Slot::Clock)?);
        if let Some(minute) = frame.get(Slot::Minute) {
            clock.minute = minute as u8;
            clock.fields = clock.fields.max(2);
        }
        clock.hour = match frame.get(Slot::Meridiem) {
            Some(_) if clock.hour > 12 => clock.hour,
            Some(0) if clock.hour == 12 => 0,
            Some(1) if clock.hour < 12 => clock.hour + 12,
            // “At night”: before midnight, or after it.
            Some(2) if (6..12).contains(&clock.hour) => clock.hour + 12,
            _ => clock.hour,
        };
        if clock.hour > 24 || (clock.hour == 24 && clock.minute > 0) {
            return None;
        }
        let (mut day, source) = if frame.parts[0].is_some() {
            let base = self.part(frame, 0)?;
            (*base.period()?, base.anchor)
        } else if names_day(frame) {
            let base = self.date(frame)?;
            (*base.period()?, base.anchor)
        } else if let Some(days) = frame.get(Slot::Offset) {
            (Period::day(on(self.today()?, days)?), Anchor::Publication)
        } else {
            self.reference_day().unwrap_or(any_day())
        };
        if day.granularity() > Granularity::Day {
            return None;
        }
        day.time = Some(Time {
            clock: Some(clock),
            zone: frame.get(Slot::Zone).and_then(|z| i16::try_from(z).ok()),
            ..Time::default()
        });
        Some(Meaning::of(What::Period(day), source, SURE))
    }
}

/// Whether a time's own words name its day.
fn names_day(frame: &Frame) -> bool {
    let says = |slot| frame.get(slot).is_some();
    says(Slot::Weekday) || says(Slot::Day) || says(Slot::Ymd) || says(Slot::Holiday)
}

fn any_day() -> (Period, Anchor) {
    (Period::new(None, Shape::SomeDay(None)), Anchor::Itself)
}

fn part_time(part: i64) -> Time {
    Time {
        part: usize::try_from(part).ok(),
        ..Time::default()
    }
}

/// Counted from the end where negative.
fn counted(ordinal: i64, of: i8) -> i8 {
    if ordinal < 0 {
        of + 1 + ordinal as i8
    } else {
        ordinal as i8
    }
}

/// The nth unit inside a period.
fn inside(base: &Period, ordinal: i64, unit: Unit) -> Option<Period> {
    let (first, after) = (base.first()?, base.after()?);
    let start = Period::around(first, unit);
    let period = if ordinal > 0 {
        match unit {
            Unit::Decade => {
                let year = first.year() + (ordinal as i16 - 1) * 10;
                Period::new(Some(year), Shape::Decade)
            }
            _ => start.shifted(ordinal - 1, unit, false)?,
        }
    } else {
        let last = Period::around(on(after, ordinal)?, unit);
        // The week of the last day may be more the next year's.
        if base.shape == Shape::Year
            && unit == Unit::Week
            && last.after().is_some_and(|end| end > after)
        {
            last.shifted(-1, unit, false)?
        } else {
            last
        }
    };
    let within = period.first()? < after;
    within.then_some(period)
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
