//! Calendars other than the Gregorian one, and arithmetic on dates that date strings, holidays and temporal expressions share.

mod chinese;
mod easter;
mod hebrew;
mod hijri;
mod persian;

pub(crate) use chinese::{chinese_to_gregorian, qingming};
pub(crate) use easter::{orthodox_easter, western_easter};
pub(crate) use hebrew::{is_leap as is_hebrew_leap_year, to_gregorian as hebrew_to_gregorian};
pub(crate) use hijri::to_gregorian as hijri_to_gregorian;
pub(crate) use persian::to_gregorian as persian_to_gregorian;

use jiff::ToSpan;
use jiff::civil::Date;

/// A day by its number, 1 January of the year 1 of the proleptic Gregorian calendar being 1 (the *rata die* of Reingold and Dershowitz).
fn from_fixed(day: i64) -> Option<Date> {
    // Far beyond the dates that jiff counts, and far from an overflow.
    if day.abs() > 4_000_000 {
        return None;
    }
    Date::constant(1, 1, 1).checked_add((day - 1).days()).ok()
}
