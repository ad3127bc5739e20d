//! A calendar time of any size, as TIMEX3 writes it and as an interval. Pure calendar, the proleptic Gregorian one; knows nothing of texts.

use jiff::civil::{Date, DateTime, ISOWeekDate, Weekday, date};
use jiff::tz::Offset;
use jiff::{Span, ToSpan};

use crate::text::table::{Clock, Unit};
use crate::text::types::{Granularity, Interval};

/// What part of its year a period is. Numbers count from one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Day(i8, i8),
    /// A day of a month that is known, or not even that.
    SomeDay(Option<i8>),
    /// A weekday that nothing places.
    Weekday(i8),
    Week(i8),
    SomeWeek,
    Weekend(i8),
    Month(i8),
    SomeMonth,
    Quarter(i8),
    Half(i8),
    /// Index into [`SEASONS`].
    Season(i8),
    Year,
    /// The year is its first.
    Decade,
    /// The year is its first: 1900 for the 1900s and the twentieth century.
    Century,
    Millennium,
}

/// A time within a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Time {
    /// Index into [`PARTS`].
    pub(crate) part: Option<usize>,
    pub(crate) clock: Option<Clock>,
    /// Minutes from UTC.
    pub(crate) zone: Option<i16>,
    /// An hour that is not known.
    pub(crate) some: bool,
}

/// A calendar time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Period {
    /// Absent where the text leaves it open; 0 is 1 BC.
    pub(crate) year: Option<i16>,
    pub(crate) shape: Shape,
    pub(crate) time: Option<Time>,
    pub(crate) fiscal: bool,
}

impl Period {
    pub(crate) fn new(year: Option<i16>, shape: Shape) -> Period {
        Period {
            year,
            shape,
            time: None,
            fiscal: false,
        }
    }

    pub(crate) fn day(day: Date) -> Period {
        Period::new(Some(day.year()), Shape::Day(day.month(), day.day()))
    }

    pub(crate) fn week(of: Date) -> Period {
        let week = of.iso_week_date();
        Period::new(Some(week.year()), Shape::Week(week.week()))
    }

    pub(crate) fn weekend(of: Date) -> Period {
        let week = of.iso_week_date();
        Period::new(Some(week.year()), Shape::Weekend(week.week()))
    }

    pub(crate) fn month(of: Date) -> Period {
        Period::new(Some(of.year()), Shape::Month(of.month()))
    }

    pub(crate) fn year(year: i16) -> Period {
        Period::new(Some(year), Shape::Year)
    }

    /// The period of a unit around a day.
    pub(crate) fn around(day: Date, unit: Unit) -> Period {
        let year = day.year();
        match unit {
            Unit::Second | Unit::Minute | Unit::Hour | Unit::Day => Period::day(day),
            Unit::Week => Period::week(day),
            Unit::Weekend => Period::weekend(day),
            Unit::Month => Period::month(day),
            Unit::Quarter => Period::new(Some(year), Shape::Quarter((day.month() - 1) / 3 + 1)),
            Unit::Half => Period::new(Some(year), Shape::Half((day.month() - 1) / 6 + 1)),
            Unit::Year => Period::year(year),
            Unit::Decade => Period::new(Some(year - year.rem_euclid(10)), Shape::Decade),
            Unit::Century => Period::new(Some(year - year.rem_euclid(100)), Shape::Century),
            Unit::Millennium => Period::new(Some(year - year.rem_euclid(1000)), Shape::Millennium),
        }
    }

    pub(crate) fn granularity(&self) -> Granularity {
        if let Some(time) = self.time {
            return match time.clock.map(|clock| clock.fields) {
                Some(3) => Granularity::Second,
                Some(2) => Granularity::Minute,
                Some(_) => Granularity::Hour,
                None if time.some => Granularity::Hour,
                None => Granularity::PartOfDay,
            };
        }
        match self.shape {
            Shape::Day(..) | Shape::SomeDay(_) | Shape::Weekday(_) => Granularity::Day,
            Shape::Week(_) | Shape::SomeWeek => Granularity::Week,
            Shape::Weekend(_) => Granularity::Weekend,
            Shape::Month(_) | Shape::SomeMonth => Granularity::Month,
            Shape::Quarter(_) => Granularity::Quarter,
            Shape::Half(_) => Granularity::Half,
            Shape::Season(_) => Granularity::Season,
            Shape::Year => Granularity::Year,
            Shape::Decade => Granularity::Decade,
            Shape::Century => Granularity::Century,
            Shape::Millennium => Granularity::Millennium,
        }
    }

    /// Its first day, where it is a definite one.
    pub(crate) fn first(&self) -> Option<Date> {
        let year = self.year?;
        let month = |month: i8| Date::new(year, month, 1).ok();
        match self.shape {
            Shape::Day(month, day) => Date::new(year, month, day).ok(),
            Shape::Week(week) => monday(year, week),
            Shape::Weekend(week) => monday(year, week)?.checked_add(5.days()).ok(),
            Shape::Month(m) => month(m),
            Shape::Quarter(quarter) => month(quarter * 3 - 2),
            Shape::Half(half) => month(half * 6 - 5),
            Shape::Season(season) => month(season * 3 + 3),
            Shape::Year | Shape::Decade | Shape::Century | Shape::Millennium => month(1),
            Shape::SomeDay(_) | Shape::SomeWeek | Shape::SomeMonth | Shape::Weekday(_) => None,
        }
    }

    /// The day after its last.
    pub(crate) fn after(&self) -> Option<Date> {
        let length: Span = match self.shape {
            Shape::Day(..) => 1.day(),
            Shape::Week(_) => 7.days(),
            Shape::Weekend(_) => 2.days(),
            Shape::Month(_) => 1.month(),
            Shape::Quarter(_) | Shape::Season(_) => 3.months(),
            Shape::Half(_) => 6.months(),
            Shape::Year => 1.year(),
            Shape::Decade => 10.years(),
            Shape::Century => 100.years(),
            Shape::Millennium => 1000.years(),
            Shape::SomeDay(_) | Shape::SomeWeek | Shape::SomeMonth | Shape::Weekday(_) => {
                return None;
            }
        };
        self.first()?.checked_add(length).ok()
    }

    pub(crate) fn interval(&self) -> Option<Interval> {
        // When a fiscal year begins, its company knows.
        if self.fiscal {
            return None;
        }
        let (first, after) = (self.first()?, self.after()?);
        let plain = Interval {
            begin: first.into(),
            end: after.into(),
            offset: None,
        };
        let Some(time) = self.time else {
            return Some(plain);
        };
        let offset = time
            .zone
            .and_then(|minutes| Offset::from_seconds(i32::from(minutes) * 60).ok());
        let (begin, length) = match (time.clock, time.part) {
            (Some(clock), _) => clock_span(first, clock)?,
            (None, Some(part)) => part_span(first, part)?,
            (None, None) => (plain.begin, 1.day()),
        };
        Some(Interval {
            begin,
            end: begin.checked_add(length).ok()?,
            offset,
        })
    }
}

/// The granularity of a unit.
pub(crate) fn granularity(unit: Unit) -> Granularity {
    match unit {
        Unit::Second => Granularity::Second,
        Unit::Minute => Granularity::Minute,
        Unit::Hour => Granularity::Hour,
        Unit::Day => Granularity::Day,
        Unit::Weekend => Granularity::Weekend,
        Unit::Week => Granularity::Week,
        Unit::Month => Granularity::Month,
        Unit::Quarter => Granularity::Quarter,
        Unit::Half => Granularity::Half,
        Unit::Year => Granularity::Year,
        Unit::Decade => Granularity::Decade,
        Unit::Century => Granularity::Century,
        Unit::Millennium => Granularity::Millennium,
    }
}

/// The Monday of an ISO week.
pub(crate) fn monday(year: i16, week: i8) -> Option<Date> {
    ISOWeekDate::new(year, week, Weekday::Monday)
        .ok()
        .map(ISOWeekDate::date)
}

/// 24:00 is the next midnight; second 60 the next minute.
pub(super) fn clock_span(day: Date, clock: Clock) -> Option<(DateTime, Span)> {
    let midnight: DateTime = day.into();
    let seconds = (i64::from(clock.hour) * 60 + i64::from(clock.minute)) * 60;
    let begin = midnight
        .checked_add((seconds + i64::from(clock.second)).seconds())
        .ok()?;
    let length = match clock.fields {
        1 => 1.hour(),
        2 => 1.minute(),
        _ => 1.second(),
    };
    Some((begin, length))
}

/// Hours of the parts of the day, as most of CLDR's day periods for English have them; the night is the one that begins on the day.
fn part_span(day: Date, part: usize) -> Option<(DateTime, Span)> {
    let (from, hours) = match part {
        0 => (6, 6),
        1 => (12, 2),
        2 => (12, 6),
        3 => (18, 3),
        4 => (21, 9),
        _ => (6, 12),
    };
    let midnight: DateTime = day.into();
    Some((midnight.checked_add(from.hours()).ok()?, hours.hours()))
}

/// The first of January of a year, for comparing.
pub(crate) fn new_year(year: i16) -> Date {
    date(year.clamp(-9999, 9999), 1, 1)
}
