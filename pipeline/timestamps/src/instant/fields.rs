//! Which number is the year, the month, the day. What the text says outright (names, units, four digits, values that only one field can have)
//! decides first, then the order that hints, country and language tell.

use jiff::civil::{Date, ISOWeekDate, Weekday};

use super::calendars;
use super::clock;
use super::numeric;
use super::parts::{Loose, Month, Parts};
use super::refusal::{Part, Refusal, whole};
use super::settle::{self, TimeOfDay};
use super::stamp::{FieldOrder, Hints, Precision};
use super::year;
use super::zone::Settled;

/// Days that a date without a year may lie ahead of the fetching before it is taken as last year's.
const AHEAD: i64 = 31;

/// A day with what is known of how it was found.
#[derive(Debug, Clone, Copy)]
pub(super) struct Day {
    pub(super) date: Date,
    pub(super) precision: Precision,
    pub(super) order: Option<FieldOrder>,
    pub(super) confidence: f32,
}

impl Day {
    pub(super) fn sure(date: Date, precision: Precision) -> Day {
        Day {
            date,
            precision,
            order: None,
            confidence: 1.0,
        }
    }
}

/// The date and the time of day of the parts.
pub(super) fn resolve(parts: &Parts, hints: &Hints<'_>) -> Result<Settled, Refusal> {
    let mut numbers = Numbers::of(parts);
    let mut time = parts.time;
    if time.is_none() {
        time = numbers.take_time(parts);
    }
    let mut day = day(parts, numbers.list(), hints)?;
    let mut precision = day.precision;
    if let Some(time) = time {
        if precision < Precision::Day {
            return Err(Refusal::Missing(Part::Day));
        }
        precision = time.precision;
    }
    if let Some(weekday) = parts.weekday
        && precision >= Precision::Day
        && !falls_on(day.date, weekday)
    {
        // The crescent was seen a day earlier or later than reckoned.
        let beside = [day.date.yesterday(), day.date.tomorrow()];
        let seen = beside.into_iter().flatten();
        match seen
            .filter(|_| parts.is_islamic())
            .find(|&date| falls_on(date, weekday))
        {
            Some(date) => day.date = date,
            None => day.confidence *= 0.8,
        }
    }
    Ok(Settled {
        date: day.date,
        time: time.unwrap_or(TimeOfDay::START),
        precision,
        order: day.order,
        confidence: parts.confidence * day.confidence,
    })
}

pub(super) fn falls_on(date: Date, weekday: u8) -> bool {
    date.weekday().to_monday_one_offset() == weekday as i8
}

/// The loose numbers, from which a time without colons is taken off.
struct Numbers {
    list: [Loose; super::parts::MAX_LOOSE],
    len: usize,
}

impl Numbers {
    fn of(parts: &Parts) -> Numbers {
        Numbers {
            list: parts.loose,
            len: parts.loose_count,
        }
    }

    fn list(&self) -> &[Loose] {
        &self.list[..self.len]
    }

    /// `29.02.2020 13.12`, `20140722 105203`: what is left over behind a whole date, in the form of a time.
    fn take_time(&mut self, parts: &Parts) -> Option<TimeOfDay> {
        let known = [
            parts.month.is_some(),
            parts.year.is_some(),
            parts.day.is_some(),
        ];
        let whole = known.iter().filter(|known| !**known).count();
        if let [date, time] = self.list()
            && date.digits == 8
            && matches!(time.digits, 4 | 6)
        {
            let time = clock::compact(time.value, time.digits)?;
            self.len = 1;
            return Some(time);
        }
        let [hour, rest @ ..] = self.list().get(whole..)? else {
            return None;
        };
        let dotted = |number: &Loose| {
            number.separator == '.' && number.tight && number.digits == 2 && number.value <= 59
        };
        let apart = !(hour.separator == '.' && hour.tight);
        if !apart || hour.digits > 2 || hour.value > 24 || !rest.iter().all(dotted) {
            return None;
        }
        let (minute, second) = match rest {
            [minute] => (minute, None),
            [minute, second] => (minute, Some(second)),
            _ => return None,
        };
        let time = TimeOfDay {
            hour: hour.value as u8,
            minute: minute.value as u8,
            second: second.map_or(0, |second| second.value as u8),
            nanos: 0,
            precision: if second.is_some() {
                Precision::Second
            } else {
                Precision::Minute
            },
        };
        self.len = whole;
        Some(time)
    }
}

fn day(parts: &Parts, numbers: &[Loose], hints: &Hints<'_>) -> Result<Day, Refusal> {
    if let Some((week, day)) = parts.week {
        return week_date(numbers, week, day);
    }
    if let Some(month) = parts.month {
        return with_month(parts, month, numbers, hints);
    }
    match (parts.year, parts.day, numbers) {
        (None, None, numbers) => numeric::day(parts, numbers, hints),
        (Some((year, digits)), None, []) => {
            let (year, confidence) = year::gregorian(year, digits, parts, hints)?;
            Ok(Day {
                confidence,
                ..Day::sure(settle::date(year, 1, 1)?, Precision::Year)
            })
        }
        // 2014 год, 5.3: the year is told, two numbers are left.
        (Some((year, digits)), None, [first, second]) => {
            let year = Loose {
                value: year,
                digits: digits.max(4),
                ..Loose::default()
            };
            match numeric::preferred(parts, hints).0 {
                FieldOrder::Dmy => numeric::day(parts, &[*first, *second, year], hints),
                _ => numeric::day(parts, &[year, *first, *second], hints),
            }
        }
        (_, Some(_), _) => Err(Refusal::Missing(Part::Month)),
        _ => Err(Refusal::Ambiguous("its numbers make no date")),
    }
}

/// The month is known: of the other numbers one is the day, one the year.
fn with_month(
    parts: &Parts,
    month: Month,
    numbers: &[Loose],
    hints: &Hints<'_>,
) -> Result<Day, Refusal> {
    let is_year = |number: &Loose| number.apostrophe || number.digits >= 3 || number.value > 31;
    let as_year = |number: &Loose| Some((number.value, number.digits));
    let (year, day) = match (parts.year, parts.day, numbers) {
        (year, day, []) => (year, day),
        (Some(year), None, [day]) => (Some(year), Some(day.value)),
        (None, Some(day), [year]) => (as_year(year), Some(day)),
        (None, None, [one]) if is_year(one) && !one.ordinal => (as_year(one), None),
        (None, None, [one]) => (None, Some(one.value)),
        (None, None, [first, second]) => match (is_year(first), is_year(second)) {
            (false, true) => (as_year(second), Some(first.value)),
            (true, false) => (as_year(first), Some(second.value)),
            (false, false) if second.ordinal || first.value == 0 => {
                (as_year(first), Some(second.value))
            }
            (false, false) => (as_year(second), Some(first.value)),
            (true, true) => {
                return Err(Refusal::Impossible {
                    part: Part::Day,
                    value: whole(first.value.min(second.value)),
                });
            }
        },
        _ => return Err(Refusal::Ambiguous("more numbers than a date has")),
    };
    let precision = if day.is_some() {
        Precision::Day
    } else {
        Precision::Month
    };
    let day = day.unwrap_or(1);
    let Some((year, digits)) = year else {
        return without_year(month, day, precision, hints);
    };
    let (date, confidence) = match month {
        Month::Other(calendar, month, instead)
            if instead.is_none() || calendars::is_year_of(calendar, year) =>
        {
            calendars::date(calendar, year, digits, month, day)?
        }
        Month::Gregorian(month)
        | Month::Other(_, month, None)
        | Month::Other(_, _, Some(month)) => year::date(year, digits, month, day, parts, hints)?,
    };
    Ok(Day {
        confidence,
        ..Day::sure(date, precision)
    })
}

/// A day without a year is the last such day before the fetching, or one shortly ahead of it.
fn without_year(
    month: Month,
    day: u64,
    precision: Precision,
    hints: &Hints<'_>,
) -> Result<Day, Refusal> {
    let (Month::Gregorian(month) | Month::Other(_, _, Some(month))) = month else {
        return Err(Refusal::Missing(Part::Year));
    };
    let (Some(now), Precision::Day) = (hints.now, precision) else {
        return Err(Refusal::Missing(Part::Year));
    };
    let today = jiff::tz::Offset::UTC.to_datetime(now).date();
    let this_year = i64::from(today.year());
    let in_year = |year| settle::date(year, whole(month), whole(day));
    let latest = today
        .checked_add(jiff::Span::new().days(AHEAD))
        .map_err(|_| Refusal::OutOfRange)?;
    let candidates = (this_year - 4..=this_year + 1).rev();
    let date = candidates
        .filter_map(|year| in_year(year).ok())
        .find(|date| *date <= latest);
    match date {
        Some(date) => Ok(Day {
            confidence: 0.6,
            ..Day::sure(date, Precision::Day)
        }),
        None => in_year(this_year).map(|date| Day::sure(date, Precision::Day)),
    }
}

fn week_date(numbers: &[Loose], week: u64, day: u64) -> Result<Day, Refusal> {
    let [year] = numbers else {
        return Err(Refusal::Missing(Part::Year));
    };
    let precision = Precision::Day;
    let weekday = match i8::try_from(day) {
        Ok(0) => Weekday::Monday,
        Ok(day) => Weekday::from_monday_one_offset(day)
            .map_err(|_| Refusal::impossible(Part::Day, day.into()))?,
        Err(_) => return Err(Refusal::impossible(Part::Day, whole(day))),
    };
    let of_year = i16::try_from(year.value).map_err(|_| Refusal::OutOfRange)?;
    let week = i8::try_from(week).unwrap_or(i8::MAX);
    let date = ISOWeekDate::new(of_year, week, weekday)
        .map_err(|_| Refusal::impossible(Part::Week, week.into()))?;
    Ok(Day::sure(date.date(), precision))
}
