//! Lengths of time and what recurs.

use jiff::civil::DateTime;

use super::period::{Period, Shape, granularity};
use super::{Meaning, Resolver, What};
use crate::text::matching::Frame;
use crate::text::table::{PARTS, QUANTS, Rel, Slot, Unit, VAGUE};
use crate::text::types::{Anchor, Interval};

impl Resolver<'_> {
    pub(super) fn duration(&mut self, frame: &Frame) -> Option<Meaning> {
        let count = frame.slots.sum(Slot::Number).unwrap_or(1000);
        let unit = Unit::of(frame.get(Slot::Unit)?)?;
        if count == 0 {
            return None;
        }
        let value = format!("P{}", amount(count, unit));
        let what = What::Duration(value, Some(granularity(unit)));
        let mut meaning = Meaning::of(what, Anchor::Itself, 0.95);
        if let Some(rel) = frame.get(Slot::Rel).and_then(Rel::of)
            && let Some((interval, anchor)) = self.stretch(count, unit, rel)
        {
            meaning.interval = Some(interval);
            meaning.anchor = anchor;
        }
        Some(meaning)
    }

    /// The last or next so many units, up to or from the publication, or what was spoken of.
    fn stretch(&self, count: i64, unit: Unit, rel: Rel) -> Option<(Interval, Anchor)> {
        let back = matches!(rel, Rel::Last | Rel::Previous);
        let on = matches!(rel, Rel::Next | Rel::Following);
        if (!back && !on) || count == VAGUE || count % 1000 != 0 {
            return None;
        }
        let (anchor, source) = match rel {
            Rel::Previous | Rel::Following => self.reference()?,
            _ => self.publication()?,
        };
        let steps = count / 1000 * if back { -1 } else { 1 };
        let here = Period::day(anchor.first()?);
        let from: DateTime = match unit {
            Unit::Second | Unit::Minute | Unit::Hour => self.published?,
            _ => here.first()?.into(),
        };
        let span = jiff::Span::new();
        let steps = i32::try_from(steps).ok()?;
        let span = match unit {
            Unit::Second => span.try_seconds(steps),
            Unit::Minute => span.try_minutes(steps),
            Unit::Hour => span.try_hours(steps),
            Unit::Day => span.try_days(steps),
            Unit::Week | Unit::Weekend => span.try_weeks(steps),
            Unit::Month => span.try_months(steps),
            Unit::Quarter => span.try_months(steps.checked_mul(3)?),
            Unit::Half => span.try_months(steps.checked_mul(6)?),
            Unit::Year => span.try_years(steps),
            Unit::Decade => span.try_years(steps.checked_mul(10)?),
            Unit::Century => span.try_years(steps.checked_mul(100)?),
            Unit::Millennium => span.try_years(steps.checked_mul(1000)?),
        };
        let there = from.checked_add(span.ok()?).ok()?;
        let interval = Interval {
            begin: from.min(there),
            end: from.max(there),
            offset: None,
        };
        Some((interval, source))
    }

    /// Whether the second of two lengths is of a smaller unit than the first.
    pub(super) fn descends(&self, frame: &Frame) -> bool {
        let [one, other] = frame.parts.map(|part| {
            let part = self.frames.get(part? as usize)?;
            part.get(Slot::Unit)
        });
        one > other
    }

    /// “Two years and three months”.
    pub(super) fn sum(&mut self, frame: &Frame) -> Option<Meaning> {
        let [Some(one), Some(other)] = frame.parts else {
            return None;
        };
        let mut value = String::from("P");
        let mut timed = false;
        let mut finest = None;
        for part in [one, other] {
            let part = &self.frames[part as usize];
            let unit = Unit::of(part.get(Slot::Unit)?)?;
            let written = amount(part.get(Slot::Number).unwrap_or(1000), unit);
            let written = match written.strip_prefix('T') {
                Some(rest) if timed => rest.to_owned(),
                Some(_) => {
                    timed = true;
                    written
                }
                None => written,
            };
            value.push_str(&written);
            finest = Some(granularity(unit));
        }
        Some(Meaning::of(
            What::Duration(value, finest),
            Anchor::Itself,
            0.95,
        ))
    }

    pub(super) fn set(&mut self, frame: &Frame) -> Option<Meaning> {
        let value = if let Some(unit) = frame.get(Slot::Unit) {
            let count = frame.get(Slot::Number).unwrap_or(1000);
            format!("P{}", amount(count, Unit::of(unit)?))
        } else if frame.get(Slot::Holiday).is_some() {
            self.every_holiday(frame)?
        } else if let Some(part) = frame.get(Slot::Part) {
            let name = PARTS.get(usize::try_from(part).ok()?)?;
            match frame.get(Slot::Weekday) {
                Some(weekday) => format!("XXXX-WXX-{weekday}T{name}"),
                None => format!("XXXX-XX-XXT{name}"),
            }
        } else {
            let number = |slot| frame.get(slot).and_then(|value| i8::try_from(value).ok());
            let shape = match (
                number(Slot::Month),
                number(Slot::Day),
                number(Slot::Weekday),
                number(Slot::Season),
            ) {
                (Some(month), Some(day), ..) => Shape::Day(month, day),
                (Some(month), ..) => Shape::Month(month),
                (_, _, Some(weekday), _) => Shape::Weekday(weekday),
                (.., Some(season)) => Shape::Season(season),
                _ if frame.get(Slot::Rel).is_some() => Shape::Weekend(0),
                _ => return None,
            };
            Period::new(None, shape).value()
        };
        let freq = frame.get(Slot::Freq).map(|times| format!("{times}X"));
        let quant = frame
            .get(Slot::Quant)
            .and_then(|quant| QUANTS.get(usize::try_from(quant).ok()?).copied());
        let what = What::Set { value, freq, quant };
        Some(Meaning::of(what, Anchor::Itself, 0.9))
    }
}

/// `3Y`, `T30M`, `2.5Y`, `XD`.
fn amount(count: i64, unit: Unit) -> String {
    let (count, letter) = match unit {
        Unit::Second => (count, "S"),
        Unit::Minute => (count, "M"),
        Unit::Hour => (count, "H"),
        Unit::Day => (count, "D"),
        Unit::Weekend => (count, "WE"),
        Unit::Week => (count, "W"),
        Unit::Month => (count, "M"),
        Unit::Quarter => (count, "Q"),
        Unit::Half if count == VAGUE => (count, "M"),
        Unit::Half => (count.saturating_mul(6), "M"),
        Unit::Year => (count, "Y"),
        Unit::Decade => (count, "DE"),
        Unit::Century => (count, "CE"),
        Unit::Millennium if count == VAGUE => (count, "ML"),
        Unit::Millennium => (count.saturating_mul(1000), "Y"),
    };
    let time = if unit < Unit::Day { "T" } else { "" };
    if count == VAGUE {
        return format!("{time}X{letter}");
    }
    // Half an hour is thirty minutes, half a year six months: fractions only where TIMEX3 has no smaller whole number.
    let (count, letter) = match (unit, count % 1000) {
        (_, 0) => (count, letter),
        (Unit::Hour, _) if count < 1000 => (count * 60, "M"),
        (Unit::Year, _) if count < 1000 && count * 12 % 1000 == 0 => (count * 12, "M"),
        _ => (count, letter),
    };
    let (whole, part) = (count / 1000, count % 1000);
    if part == 0 {
        return format!("{time}{whole}{letter}");
    }
    let part = format!("{part:03}");
    format!("{time}{whole}.{}{letter}", part.trim_end_matches('0'))
}
