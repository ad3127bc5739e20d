//! From fields to an instant: every field is checked, none is clamped or carried over.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::Offset;
use jiff::{Span, Timestamp};

use super::refusal::{Part, Refusal};
use super::stamp::Precision;

/// A time of day as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TimeOfDay {
    pub(super) hour: u8,
    pub(super) minute: u8,
    pub(super) second: u8,
    pub(super) nanos: u32,
    pub(super) precision: Precision,
}

impl TimeOfDay {
    /// The first moment of a day, where no time is written.
    pub(super) const START: TimeOfDay = TimeOfDay {
        hour: 0,
        minute: 0,
        second: 0,
        nanos: 0,
        precision: Precision::Day,
    };
}

/// The years that a date may have; four digits is all that the wild writes.
const YEARS: std::ops::RangeInclusive<i64> = 1..=9999;

/// A date of the Gregorian calendar, if there is such a one.
pub(super) fn date(year: i64, month: i64, day: i64) -> Result<Date, Refusal> {
    if !YEARS.contains(&year) {
        return Err(if year > *YEARS.end() {
            Refusal::OutOfRange
        } else {
            Refusal::impossible(Part::Year, year)
        });
    }
    if !(1..=12).contains(&month) {
        return Err(Refusal::impossible(Part::Month, month));
    }
    let first = Date::new(year as i16, month as i8, 1).map_err(|_| Refusal::OutOfRange)?;
    if !(1..=i64::from(first.days_in_month())).contains(&day) {
        return Err(Refusal::impossible(Part::Day, day));
    }
    Date::new(year as i16, month as i8, day as i8).map_err(|_| Refusal::OutOfRange)
}

/// A day and a time on the clock of some place. 24:00 is the end of the day (ISO 8601); second 60 is only checked to be at the end of an hour
/// here, and by [`instant`] to be a leap second.
#[derive(Debug, Clone, Copy)]
pub(super) struct Local {
    pub(super) at: DateTime,
    leap: bool,
}

pub(super) fn local(date: Date, time: TimeOfDay) -> Result<Local, Refusal> {
    let impossible = |part, value: u8| Err(Refusal::impossible(part, i64::from(value)));
    let midnight_after = time.hour == 24;
    if time.hour > 24 {
        return impossible(Part::Hour, time.hour);
    }
    if time.minute > 59 || (midnight_after && time.minute > 0) {
        return impossible(Part::Minute, time.minute);
    }
    let leap = time.second == 60 && time.minute % 15 == 14;
    if (time.second > 59 && !leap) || (midnight_after && (time.second > 0 || time.nanos > 0)) {
        return impossible(Part::Second, time.second);
    }
    let date = if midnight_after {
        date.tomorrow().map_err(|_| Refusal::OutOfRange)?
    } else {
        date
    };
    let clock = Time::new(
        (time.hour % 24) as i8,
        time.minute as i8,
        time.second.min(59) as i8,
        time.nanos as i32,
    );
    let clock = clock.map_err(|_| Refusal::OutOfRange)?;
    Ok(Local {
        at: date.to_datetime(clock),
        leap,
    })
}

/// The instant of a local time at an offset. A leap second, which only the last minute of June and December (UTC) has, is the instant that
/// follows it, as POSIX counts; at any other place second 60 is impossible.
pub(super) fn instant(local: Local, offset: Offset) -> Result<Timestamp, Refusal> {
    let at = offset
        .to_timestamp(local.at)
        .map_err(|_| Refusal::OutOfRange)?;
    if !local.leap {
        return Ok(at);
    }
    let utc = Offset::UTC.to_datetime(at);
    let at_the_end = utc.hour() == 23 && utc.minute() == 59;
    if !at_the_end || !matches!((utc.month(), utc.day()), (6, 30) | (12, 31)) {
        return Err(Refusal::impossible(Part::Second, 60));
    }
    let whole = Timestamp::new(at.as_second(), 0).map_err(|_| Refusal::OutOfRange)?;
    whole
        .checked_add(Span::new().seconds(1))
        .map_err(|_| Refusal::OutOfRange)
}

/// The largest offset taken, in seconds. Places have had -12:00 to +14:00; 18 hours is the limit that other libraries agree on.
const MAX_OFFSET: i32 = 18 * 3600;

/// An offset written in hours and minutes.
pub(super) fn offset(negative: bool, hours: u32, minutes: u32) -> Result<Offset, Refusal> {
    let impossible = |value| Err(Refusal::impossible(Part::Offset, value));
    if minutes > 59 {
        return impossible(i64::from(minutes));
    }
    let seconds = i64::from(hours) * 3600 + i64::from(minutes) * 60;
    if seconds > i64::from(MAX_OFFSET) {
        return impossible(i64::from(hours));
    }
    let seconds = seconds as i32;
    Offset::from_seconds(if negative { -seconds } else { seconds }).map_err(|_| Refusal::OutOfRange)
}
