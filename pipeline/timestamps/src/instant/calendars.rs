//! Dates of the calendars that have months of their own: Persian, Islamic, Hebrew.

use jiff::civil::Date;

use super::parts::Calendar;
use super::refusal::{Part, Refusal, whole};
use super::year;
use crate::calendar;

/// The month of the Hebrew calendar that does not say which Adar it is, and the second Adar by which a leap year says it.
const ADAR: u64 = 7;
const SECOND_ADAR: u64 = 14;

/// Whether a year is of this calendar by its number alone: some centuries to either side of now.
pub(super) fn is_year_of(calendar: Calendar, year: u64) -> bool {
    match calendar {
        Calendar::Persian => (1200..=1501).contains(&year),
        Calendar::Islamic => (1200..=1599).contains(&year),
        Calendar::Hebrew => (5000..=5999).contains(&year),
    }
}

/// A date of another calendar as a Gregorian one, and how sure it is: a crescent that was seen earlier or later than reckoned makes an Islamic date
/// another day, and a Hebrew day begins at the sunset before.
pub(super) fn date(
    calendar: Calendar,
    year: u64,
    digits: u8,
    month: u64,
    day: u64,
) -> Result<(Date, f32), Refusal> {
    match calendar {
        Calendar::Persian => Ok((persian(year, digits, month, day)?, 1.0)),
        Calendar::Islamic => {
            let year = full(calendar, year, digits)?;
            let date = calendar::hijri_to_gregorian(year, whole(month), whole(day));
            let months = (1..=12).contains(&month);
            Ok((date.ok_or(impossible(months, month, day))?, 0.7))
        }
        Calendar::Hebrew => {
            let year = full(calendar, year, digits)?;
            let leap = calendar::is_hebrew_leap_year(year);
            let known = match month {
                ADAR if leap => {
                    return Err(Refusal::Ambiguous("a leap year has two months of Adar"));
                }
                SECOND_ADAR if leap => ADAR,
                other => other,
            };
            let date = calendar::hebrew_to_gregorian(year, whole(known), whole(day));
            let months = known != SECOND_ADAR && (known != 6 || leap);
            Ok((date.ok_or(impossible(months, month, day))?, 0.9))
        }
    }
}

/// A year in all its digits: the century of a short one is not guessed.
fn full(calendar: Calendar, year: u64, digits: u8) -> Result<i64, Refusal> {
    let written = year::written(year)?;
    if digits >= 4 && is_year_of(calendar, year) {
        return Ok(written);
    }
    Err(Refusal::impossible(Part::Year, written))
}

fn impossible(months: bool, month: u64, day: u64) -> Refusal {
    if months {
        Refusal::impossible(Part::Day, whole(day))
    } else {
        Refusal::impossible(Part::Month, whole(month))
    }
}

/// A date of the Persian calendar.
fn persian(year: u64, digits: u8, month: u64, day: u64) -> Result<Date, Refusal> {
    let _ = year::written(year)?;
    // Of two digits: 1300 to 1399 ended in 2021, so small numbers are of the century after.
    let year = match (digits, year) {
        (1 | 2, 0..=29) => year + 1400,
        (1 | 2, _) => year + 1300,
        _ => year,
    };
    let date = calendar::persian_to_gregorian(whole(year), whole(month), whole(day));
    date.ok_or_else(|| match (month, day) {
        (1..=12, _) if is_year_of(Calendar::Persian, year) => {
            Refusal::impossible(Part::Day, whole(day))
        }
        (1..=12, _) => Refusal::impossible(Part::Year, whole(year)),
        _ => Refusal::impossible(Part::Month, whole(month)),
    })
}
