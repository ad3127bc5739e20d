//! Times within a day: its parts, and what the clock shows.

use super::period::{Period, Shape, Time};
use super::place::on;
use super::relative::SURE;
use super::{Meaning, Resolver, What};
use crate::text::matching::Frame;
use crate::text::table::{Clock, Rel, Slot};
use crate::text::types::{Anchor, Granularity};

impl Resolver<'_> {
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

pub(super) fn part_time(part: i64) -> Time {
    Time {
        part: usize::try_from(part).ok(),
        ..Time::default()
    }
}
