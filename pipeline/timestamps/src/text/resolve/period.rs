//! A calendar time of any size, as TIMEX3 writes it and as an interval. Pure calendar, the proleptic Gregorian one; knows nothing of texts.

use std::fmt::Write;

use jiff::civil::{Date, DateTime, ISOWeekDate, Weekday, date};
use jiff::tz::Offset;
use jiff::{Span, ToSpan};

use crate::text::table::{Clock, PARTS, SEASONS, Unit};
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

    /// As TIMEX3 writes it.
    pub(crate) fn value(&self) -> String {
        let mut text = String::new();
        // Writing to a string cannot fail.
        self.write(&mut text).unwrap_or_default();
        text
    }

    fn write(&self, to: &mut String) -> std::fmt::Result {
        if self.fiscal {
            to.push_str("FY");
        }
        let year = self.year.map(i32::from);
        match (year, self.shape) {
            (Some(year), Shape::Decade) => write!(to, "{:03}", year.div_euclid(10))?,
            (Some(year), Shape::Century) => write!(to, "{:02}", year.div_euclid(100))?,
            (Some(year), Shape::Millennium) => write!(to, "{}", year.div_euclid(1000))?,
            (None, Shape::Decade) => to.push_str("XXX"),
            (None, Shape::Century) => to.push_str("XX"),
            (None, Shape::Millennium) => to.push('X'),
            (Some(year), _) if year <= 0 => write!(to, "BC{:04}", 1 - year)?,
            (Some(year), _) => write!(to, "{year:04}")?,
            (None, _) => to.push_str("XXXX"),
        }
        match self.shape {
            Shape::Day(month, day) => write!(to, "-{month:02}-{day:02}")?,
            Shape::SomeDay(Some(month)) => write!(to, "-{month:02}-XX")?,
            Shape::SomeDay(None) => to.push_str("-XX-XX"),
            Shape::Weekday(day) => write!(to, "-WXX-{day}")?,
            Shape::Week(week) => write!(to, "-W{week:02}")?,
            Shape::SomeWeek => to.push_str("-WXX"),
            Shape::Weekend(0) => to.push_str("-WXX-WE"),
            Shape::Weekend(week) => write!(to, "-W{week:02}-WE")?,
            Shape::Month(month) => write!(to, "-{month:02}")?,
            Shape::SomeMonth => to.push_str("-XX"),
            Shape::Quarter(quarter) => write!(to, "-Q{quarter}")?,
            Shape::Half(half) => write!(to, "-H{half}")?,
            Shape::Season(season) => {
                let name = SEASONS.get(season as usize).unwrap_or(&"XX");
                write!(to, "-{name}")?;
            }
            Shape::Year | Shape::Decade | Shape::Century | Shape::Millennium => {}
        }
        let Some(time) = self.time else {
            return Ok(());
        };
        to.push('T');
        match (time.clock, time.part) {
            (Some(clock), _) => {
                write!(to, "{:02}", clock.hour)?;
                if clock.fields > 1 {
                    write!(to, ":{:02}", clock.minute)?;
                } else {
                    to.push_str(":00");
                }
                if clock.fields > 2 {
                    write!(to, ":{:02}", clock.second)?;
                }
                match time.zone {
                    None => {}
                    Some(0) => to.push('Z'),
                    Some(minutes) => {
                        let sign = if minutes < 0 { '-' } else { '+' };
                        write!(to, "{sign}{:02}", minutes.abs() / 60)?;
                        if minutes % 60 != 0 {
                            write!(to, ":{:02}", minutes.abs() % 60)?;
                        }
                    }
                }
            }
            (None, Some(part)) => to.push_str(PARTS.get(part).unwrap_or(&"XX")),
            (None, None) => to.push_str("XX"),
        }
        Ok(())
    }

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
fn clock_span(day: Date, clock: Clock) -> Option<(DateTime, Span)> {
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
