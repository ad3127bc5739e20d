//! A text that is one number: years, days without separators, seconds since the epoch and finer.

use jiff::Timestamp;
use jiff::tz::Offset;

use super::clock;
use super::numeric;
use super::parts::{Loose, Parts};
use super::refusal::Refusal;
use super::settle::TimeOfDay;
use super::stamp::{Hints, Precision, Stamp, ZoneSource};
use super::zone::{self, Settled};
use crate::names::digit;

/// Seconds since the epoch that are read as such: 1973 to 2100. What is less has fewer digits; what is more is rather another number.
const EPOCH_SECONDS: std::ops::RangeInclusive<u64> = 100_000_000..=4_102_444_800;

/// Years that a number of four digits is read as.
const YEARS: std::ops::RangeInclusive<u64> = 1000..=2999;

/// The stamp of a bare number, or its refusal; `None` where the text is something else.
pub(super) fn single_number(text: &str, hints: &Hints<'_>) -> Option<Result<Stamp, Refusal>> {
    let (mut value, mut digits) = (0_u64, 0_u8);
    let mut fraction: Option<(u64, u32)> = None;
    for c in text.chars() {
        match (digit(c), &mut fraction) {
            (Some(next), None) => {
                value = value.saturating_mul(10).saturating_add(next.into());
                digits = digits.saturating_add(1);
            }
            (Some(next), Some((part, places))) if *places < 9 => {
                *part = *part * 10 + u64::from(next);
                *places += 1;
            }
            (Some(_), Some(_)) => {}
            (None, None) if c == '.' && matches!(digits, 9 | 10 | 14) => fraction = Some((0, 0)),
            _ => return None,
        }
    }
    if digits == 0 || fraction.is_some_and(|(_, places)| places == 0) {
        return None;
    }
    Some(match fraction {
        Some((part, places)) => with_fraction(value, digits, part * 10_u64.pow(9 - places), hints),
        None => number(value, digits, hints),
    })
}

fn with_fraction(value: u64, digits: u8, nanos: u64, hints: &Hints<'_>) -> Result<Stamp, Refusal> {
    if digits != 14 {
        return epoch(value, nanos, Precision::Subsecond);
    }
    let time = clock::compact(value % 1_000_000, 6).map(|time| TimeOfDay {
        nanos: nanos as u32,
        precision: Precision::Subsecond,
        ..time
    });
    compact(value / 1_000_000, 8, time, 0.9, hints)
}

fn number(value: u64, digits: u8, hints: &Hints<'_>) -> Result<Stamp, Refusal> {
    let whole = |unit: u64| {
        epoch(
            value / unit,
            value % unit * (1_000_000_000 / unit),
            Precision::Subsecond,
        )
    };
    match digits {
        4 if YEARS.contains(&value) => compact(value, 4, None, 1.0, hints),
        // A year of two digits and a day of it; without the zero it is any number.
        5 if value < 10_000 => {
            let year = value / 1000;
            let day = numeric::ordinal(
                if year < 69 {
                    2000 + year as i64
                } else {
                    1900 + year as i64
                },
                (value % 1000) as i64,
            )?;
            let settled = Settled {
                date: day.date,
                time: TimeOfDay::START,
                precision: Precision::Day,
                order: None,
                confidence: 0.5,
            };
            zone::stamp(settled, None, hints)
        }
        6..=8 => compact(value, digits, None, 0.9, hints),
        9 => epoch(value, 0, Precision::Second),
        10 => epoch(value, 0, Precision::Second).or_else(|refusal| {
            let hour = clock::compact(value % 100, 2);
            compact(value / 100, 8, hour, 0.7, hints).map_err(|_| refusal)
        }),
        12 => compact(
            value / 10_000,
            8,
            clock::compact(value % 10_000, 4),
            0.9,
            hints,
        )
        .or_else(|_| {
            compact(
                value / 1_000_000,
                6,
                clock::compact(value % 1_000_000, 6),
                0.7,
                hints,
            )
        }),
        13 => whole(1000),
        14 => compact(
            value / 1_000_000,
            8,
            clock::compact(value % 1_000_000, 6),
            0.95,
            hints,
        ),
        16 => whole(1_000_000),
        17 => {
            let mut time = clock::compact(value / 1000 % 1_000_000, 6);
            if let Some(time) = &mut time {
                time.nanos = (value % 1000) as u32 * 1_000_000;
                time.precision = Precision::Subsecond;
            }
            compact(value / 1_000_000_000, 8, time, 0.9, hints)
        }
        19 => whole(1_000_000_000),
        _ => Err(Refusal::NoDate),
    }
}

fn compact(
    value: u64,
    digits: u8,
    time: Option<TimeOfDay>,
    confidence: f32,
    hints: &Hints<'_>,
) -> Result<Stamp, Refusal> {
    let number = Loose {
        value,
        digits,
        ..Loose::default()
    };
    let day = numeric::compact(&number, &Parts::new(), hints)?;
    let settled = Settled {
        date: day.date,
        time: time.unwrap_or(TimeOfDay::START),
        precision: time.map_or(day.precision, |time| time.precision),
        order: None,
        confidence: confidence * day.confidence,
    };
    zone::stamp(settled, None, hints)
}

fn epoch(seconds: u64, nanos: u64, precision: Precision) -> Result<Stamp, Refusal> {
    if !EPOCH_SECONDS.contains(&seconds) {
        return Err(Refusal::NoDate);
    }
    let instant = Timestamp::new(seconds as i64, nanos as i32).map_err(|_| Refusal::OutOfRange)?;
    Ok(Stamp {
        instant,
        offset: Some(Offset::UTC),
        precision,
        zone: ZoneSource::Utc,
        order: None,
        confidence: 0.95,
    })
}
