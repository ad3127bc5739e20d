//! So many units on or back from a calendar time.

use jiff::Span;

use super::period::{Period, Shape, Time, clock_span, granularity};
use crate::text::table::{Clock, Unit};

impl Period {
    /// So many of a unit on (or back, below zero), at the granularity of the unit, or its own where that is finer and `keep` is set.
    pub(crate) fn shifted(&self, count: i64, unit: Unit, keep: bool) -> Option<Period> {
        let count = i32::try_from(count).ok()?;
        let Some(first) = self.first() else {
            return self.loosely(unit);
        };
        let coarse = self.granularity() > granularity(unit);
        if coarse {
            return self.loosely(unit);
        }
        let span = match unit {
            Unit::Second | Unit::Minute | Unit::Hour => return self.hours_on(count, unit),
            Unit::Day => Span::new().try_days(count),
            Unit::Week | Unit::Weekend => Span::new().try_weeks(count),
            Unit::Month => Span::new().try_months(count),
            Unit::Quarter => Span::new().try_months(count.checked_mul(3)?),
            Unit::Half => Span::new().try_months(count.checked_mul(6)?),
            Unit::Year => Span::new().try_years(count),
            Unit::Decade => Span::new().try_years(count.checked_mul(10)?),
            Unit::Century => Span::new().try_years(count.checked_mul(100)?),
            Unit::Millennium => Span::new().try_years(count.checked_mul(1000)?),
        };
        let there = first.checked_add(span.ok()?).ok()?;
        if keep {
            let own = match self.shape {
                Shape::Day(..) => Period::day(there),
                Shape::Month(_) => Period::month(there),
                Shape::Quarter(_) => Period::around(there, Unit::Quarter),
                Shape::Half(_) => Period::around(there, Unit::Half),
                Shape::Season(season) => Period::new(Some(there.year()), Shape::Season(season)),
                Shape::Week(_) => Period::week(there),
                _ => Period::around(there, unit),
            };
            return Some(own);
        }
        let unit = match unit {
            Unit::Decade | Unit::Century | Unit::Millennium => Unit::Year,
            unit => unit,
        };
        Some(Period::around(there, unit))
    }

    /// Some day, week or month that cannot be told any better.
    fn loosely(&self, unit: Unit) -> Option<Period> {
        let month = match self.shape {
            Shape::Month(month) => Some(month),
            _ => None,
        };
        let shape = match unit {
            Unit::Day => Shape::SomeDay(month),
            Unit::Week => Shape::SomeWeek,
            Unit::Month => Shape::SomeMonth,
            _ => return None,
        };
        let definite = matches!(self.shape, Shape::Month(_) | Shape::Year | Shape::Season(_));
        Some(Period::new(self.year.filter(|_| definite), shape))
    }

    fn hours_on(&self, count: i32, unit: Unit) -> Option<Period> {
        let first = self.first()?;
        let Some(clock) = self.time.and_then(|time| time.clock) else {
            let mut day = Period::day(first);
            day.time = Some(Time {
                some: true,
                ..Time::default()
            });
            return Some(day);
        };
        let (begin, _) = clock_span(first, clock)?;
        let span = match unit {
            Unit::Second => Span::new().try_seconds(count),
            Unit::Minute => Span::new().try_minutes(count),
            _ => Span::new().try_hours(count),
        };
        let there = begin.checked_add(span.ok()?).ok()?;
        let mut day = Period::day(there.date());
        day.time = Some(Time {
            clock: Some(Clock {
                hour: there.hour() as u8,
                minute: there.minute() as u8,
                second: there.second() as u8,
                fields: clock.fields,
            }),
            ..self.time.unwrap_or_default()
        });
        Some(day)
    }
}
