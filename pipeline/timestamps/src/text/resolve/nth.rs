//! The nth unit of a larger one, and centuries by their number.

use super::period::{Period, Shape};
use super::place::on;
use super::relative::SURE;
use super::{Meaning, Resolver, What};
use crate::text::matching::Frame;
use crate::text::table::{Slot, Unit};
use crate::text::types::{Anchor, Granularity};

impl Resolver<'_> {
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
