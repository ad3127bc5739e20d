//! Calendar dates: whole ones, and those that lack a year, a month, or all but the weekday.

use super::period::{Period, Shape, new_year};
use super::place::{days_between, on};
use super::{Meaning, Resolver, What};
use crate::text::matching::Frame;
use crate::text::table::{Op, Rel, Slot};
use crate::text::types::Anchor;

/// Years past the anchor to which two digits may still point.
const AHEAD: i16 = 20;

impl Resolver<'_> {
    pub(super) fn date(&mut self, frame: &Frame) -> Option<Meaning> {
        if let Some(ymd) = frame.get(Slot::Ymd) {
            let year = self.full_year(ymd / 10_000, ymd >= 10_000_000);
            let shape = Shape::Day((ymd / 100 % 100) as i8, (ymd % 100) as i8);
            let period = Period::new(Some(year), shape);
            period.first()?;
            return Some(meaning(period, Anchor::Itself, 0.9));
        }
        let base = match frame.parts[0] {
            Some(_) => Some(self.part(frame, 0)?),
            None => None,
        };
        let inherited = base.as_ref().and_then(|base| {
            let period = base.period()?;
            Some((*period, base.anchor, base.confidence))
        });
        if base.is_some() && inherited.is_none() {
            return None;
        }
        let year = match frame.get(Slot::Year) {
            Some(year) => Some((self.year_said(frame, year)?, Anchor::Itself, 1.0)),
            None => inherited
                .and_then(|(period, anchor, confidence)| Some((period.year?, anchor, confidence))),
        };
        if frame.get(Slot::Holiday).is_some() {
            return self.holiday(frame, year.map(|(year, anchor, _)| (year, anchor)));
        }
        let Some(shape) = self.shape(frame, inherited.map(|(period, ..)| period)) else {
            return self.coarse(frame, year);
        };
        if frame.get(Slot::Day).is_some() && !could_be(shape) {
            return None;
        }
        if let Some((year, anchor, confidence)) = year {
            let mut period = Period::new(Some(year), shape);
            period.fiscal = frame.get(Slot::Fiscal).is_some();
            period.first()?;
            return Some(meaning(period, anchor, confidence));
        }
        let (period, anchor) = match frame.get(Slot::Rel).and_then(Rel::of) {
            Some(rel) => self.related(shape, rel)?,
            None => self.unrelated(frame, shape),
        };
        Some(meaning(period, anchor, 0.85))
    }

    /// What is not a part of a year: the weekday, the decade, the century, the year itself.
    fn coarse(&mut self, frame: &Frame, year: Option<(i16, Anchor, f32)>) -> Option<Meaning> {
        if let Some(weekday) = frame.get(Slot::Weekday) {
            let (period, anchor) = self.weekday_of(frame, weekday as i8)?;
            return Some(meaning(period, anchor, 0.85));
        }
        if let Some(decade) = frame.get(Slot::Decade).filter(|decade| decade % 10 == 0) {
            let first = self.full_decade(decade);
            let sign = |year: i16| {
                if self.before_christ(frame) {
                    -year
                } else {
                    year
                }
            };
            let period = Period::new(Some(sign(first)), Shape::Decade);
            return Some(meaning(period, Anchor::Itself, 0.95));
        }
        if let Some(century) = frame.get(Slot::Century).or(frame.get(Slot::Ordinal)) {
            let century = i16::try_from(century)
                .ok()
                .filter(|c| (1..=99).contains(c))?;
            let first = if self.before_christ(frame) {
                -century * 100
            } else {
                (century - 1) * 100
            };
            let period = Period::new(Some(first), Shape::Century);
            return Some(meaning(period, Anchor::Itself, 0.95));
        }
        let (year, anchor, confidence) = year?;
        let mut period = Period::year(year);
        period.fiscal = frame.get(Slot::Fiscal).is_some();
        Some(meaning(period, anchor, confidence))
    }

    /// What part of its year the words name.
    fn shape(&self, frame: &Frame, base: Option<Period>) -> Option<Shape> {
        let small = |slot, most: i64| {
            let value = frame.get(slot)?;
            (0..=most).contains(&value).then_some(value as i8)
        };
        let base_month = base.and_then(|base| match base.shape {
            Shape::Month(month) | Shape::Day(month, _) => Some(month),
            _ => None,
        });
        let month = small(Slot::Month, 12).or(base_month);
        let day = small(Slot::Day, 31).or(small(Slot::Ordinal, 31).filter(|_| month.is_some()));
        match (month, day) {
            (Some(month), Some(day)) => return Some(Shape::Day(month, day)),
            (Some(month), None) => return Some(Shape::Month(month)),
            (None, Some(day)) => return self.day_of_month_spoken_of(day),
            (None, None) => {}
        }
        let quarter = small(Slot::Quarter, 4).map(Shape::Quarter);
        quarter
            .or_else(|| small(Slot::Half, 2).map(Shape::Half))
            .or_else(|| small(Slot::Season, 3).map(Shape::Season))
    }

    /// “The 20th”: of the month spoken of, in news the one nearest to the publication.
    fn day_of_month_spoken_of(&self, day: i8) -> Option<Shape> {
        let (reference, anchor) = self.reference()?;
        let month = match reference.shape {
            Shape::Month(month) | Shape::Day(month, _) => month,
            _ => return None,
        };
        if anchor != Anchor::Publication {
            return Some(Shape::Day(month, day));
        }
        let today = reference.first()?;
        let months = [month, (month + 10) % 12 + 1, month % 12 + 1];
        let shapes = months.map(|month| Shape::Day(month, day));
        let cost = |shape: &Shape| {
            let first = self.placed(*shape, |_| true).0.first();
            first.map_or(i32::MAX, |first| self.cost(days_between(today, first)))
        };
        shapes.into_iter().min_by_key(cost)
    }

    fn unrelated(&self, frame: &Frame, shape: Shape) -> (Period, Anchor) {
        // A weekday beside the date tells the year.
        let weekday = frame.get(Slot::Weekday);
        self.placed(shape, |first| {
            weekday
                .is_none_or(|weekday| i64::from(first.weekday().to_monday_one_offset()) == weekday)
        })
    }

    /// “Last September”, “next spring”, “this quarter”.
    fn related(&self, shape: Shape, rel: Rel) -> Option<(Period, Anchor)> {
        let spoken_of = matches!(rel, Rel::Previous | Rel::Following | Rel::Same | Rel::That);
        let (anchor, source) = if spoken_of || (self.narrative && self.spoken.is_some()) {
            self.reference()?
        } else {
            self.publication()?
        };
        let at = anchor.first()?;
        let in_year = |year: i16| Period::new(Some(year), shape);
        let years = [at.year() - 1, at.year(), at.year() + 1].map(in_year);
        let found = match rel {
            Rel::Last | Rel::Previous => years
                .into_iter()
                .rev()
                .find(|period| period.after().is_some_and(|after| after <= at)),
            Rel::Next | Rel::Following => years
                .into_iter()
                .find(|period| period.first().is_some_and(|first| first > at)),
            Rel::This | Rel::Same | Rel::That => Some(in_year(at.year())),
            Rel::The => return Some(self.placed(shape, |_| true)),
        };
        Some((found?, source))
    }

    fn weekday_of(&self, frame: &Frame, weekday: i8) -> Option<(Period, Anchor)> {
        let Some(rel) = frame.get(Slot::Rel).and_then(Rel::of) else {
            return Some(self.weekday(weekday));
        };
        let spoken_of = matches!(rel, Rel::Previous | Rel::Following | Rel::Same | Rel::That);
        let (anchor, source) = if spoken_of || self.narrative {
            self.reference()?
        } else {
            self.publication()?
        };
        let Some(at) = anchor.first() else {
            return Some((Period::new(None, Shape::Weekday(weekday)), Anchor::Itself));
        };
        let ahead = i64::from((weekday - at.weekday().to_monday_one_offset()).rem_euclid(7));
        let days = match rel {
            Rel::Last | Rel::Previous if ahead == 0 => -7,
            Rel::Last | Rel::Previous => ahead - 7,
            Rel::Next | Rel::Following if ahead == 0 => 7,
            Rel::Next | Rel::Following => ahead,
            // Within the week that runs.
            Rel::This => i64::from(weekday - at.weekday().to_monday_one_offset()),
            Rel::Same | Rel::That | Rel::The => return Some(self.weekday(weekday)),
        };
        Some((Period::day(on(at, days)?), source))
    }

    fn before_christ(&self, frame: &Frame) -> bool {
        frame.get(Slot::Era) == Some(1)
    }

    fn year_said(&self, frame: &Frame, year: i64) -> Option<i16> {
        if let Some(era) = frame.get(Slot::Era) {
            let year = i16::try_from(year).ok()?;
            return Some(if era == 1 { 1 - year } else { year });
        }
        Some(self.full_year(year, year > 99))
    }

    /// Two digits to the year that fits the text's time.
    fn full_year(&self, year: i64, full: bool) -> i16 {
        let year = i16::try_from(year).unwrap_or(i16::MAX);
        if full {
            return year;
        }
        self.century_for(year, AHEAD)
    }

    /// Two digits to the year that is no farther ahead of the text's own time than this.
    fn century_for(&self, year: i16, ahead: i16) -> i16 {
        let (anchor, ahead) = match (self.spoken.and_then(|s| s.period.year), self.today()) {
            (Some(year), _) if self.narrative => (year, 50),
            (_, Some(today)) => (today.year(), ahead),
            (Some(year), None) => (year, ahead),
            (None, None) => (2000, 40),
        };
        let highest = anchor.saturating_add(ahead);
        highest - (highest - year).rem_euclid(100)
    }

    fn full_decade(&self, decade: i64) -> i16 {
        match i16::try_from(decade) {
            // One speaks of a decade by its number once it has begun.
            Ok(short) if short < 100 => self.century_for(short, 0),
            _ => self.full_year(decade, true),
        }
    }
}

fn meaning(period: Period, anchor: Anchor, confidence: f32) -> Meaning {
    Meaning::of(What::Period(period), anchor, confidence)
}

/// Whether any year has it.
fn could_be(shape: Shape) -> bool {
    Period::new(Some(new_year(2000).year()), shape)
        .first()
        .is_some()
}

/// Lends each of two dates that stand side by side what it lacks and the other has: “3–5 May”, “March and April 2005”, “1914–18”.
pub(super) fn lend(one: &mut Frame, other: &mut Frame) {
    if one.op != Op::Date || other.op != Op::Date {
        return;
    }
    let missing = |frame: &Frame, slot| frame.get(slot).is_none();
    if one.get(Slot::Day).is_some() && missing(one, Slot::Month) {
        copy(other, one, Slot::Month);
    }
    if other.get(Slot::Day).is_some() && missing(other, Slot::Month) {
        copy(one, other, Slot::Month);
    }
    let months = (one.get(Slot::Month), other.get(Slot::Month));
    let turns = matches!(months, (Some(from), Some(to)) if from > to);
    if missing(one, Slot::Year)
        && let Some(year) = other.get(Slot::Year)
    {
        one.slots.push(Slot::Year, year - i64::from(turns));
        copy(other, one, Slot::Era);
    } else if missing(other, Slot::Year)
        && let Some(year) = one.get(Slot::Year)
        && other.get(Slot::Month).is_some()
    {
        other.slots.push(Slot::Year, year + i64::from(turns));
        copy(one, other, Slot::Era);
    }
    if let (Some(from), Some(to)) = (one.get(Slot::Year), other.get(Slot::Year))
        && from > 99
        && to < 100
        && missing(other, Slot::Era)
    {
        other.slots.set(Slot::Year, from - from % 100 + to);
    }
}

fn copy(from: &Frame, to: &mut Frame, slot: Slot) {
    if let (Some(value), None) = (from.get(slot), to.get(slot)) {
        to.slots.push(slot, value);
    }
}
