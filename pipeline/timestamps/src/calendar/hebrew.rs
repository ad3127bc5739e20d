//! The Hebrew calendar, by its arithmetic (Reingold and Dershowitz, Calendrical Calculations). A day begins at the sunset before; the civil day
//! given is the one with its daylight.

use jiff::civil::Date;

use super::from_fixed;

/// The day before 1 Tishri of the year 1.
const EPOCH: i64 = -1_373_427;

/// Years that are reckoned with; no date of news is outside of them.
const YEARS: std::ops::RangeInclusive<i64> = 1..=9999;

/// A Hebrew date as a Gregorian one; `None` where there is no such month or day. Months are in the order of the year, 1 Tishri to 13 Elul, as CLDR
/// counts them: 6 is Adar I of leap years, 7 the only or second Adar.
pub(crate) fn to_gregorian(year: i64, month: i64, day: i64) -> Option<Date> {
    if !YEARS.contains(&year) || !(1..=13).contains(&month) {
        return None;
    }
    if !(1..=length(year, month)).contains(&day) {
        return None;
    }
    let before: i64 = (1..month).map(|month| length(year, month)).sum();
    from_fixed(new_year(year) + before + day - 1)
}

/// Whether a year has thirteen months.
pub(crate) fn is_leap(year: i64) -> bool {
    (7 * year + 1).rem_euclid(19) < 7
}

/// Days of a month; none of Adar I in a year without one.
fn length(year: i64, month: i64) -> i64 {
    let last_digit = (new_year(year + 1) - new_year(year)) % 10;
    match month {
        6 if !is_leap(year) => 0,
        // A long year lengthens Heshvan, a short one shortens Kislev.
        2 if last_digit != 5 => 29,
        3 if last_digit == 3 => 29,
        4 | 7 | 9 | 11 | 13 => 29,
        _ => 30,
    }
}

/// Number of the first day of a year.
fn new_year(year: i64) -> i64 {
    let (before, this, after) = (molad_day(year - 1), molad_day(year), molad_day(year + 1));
    let delay = if after - this == 356 {
        2
    } else {
        i64::from(this - before == 382)
    };
    EPOCH + this + delay
}

/// Days from the epoch to the mean new moon of Tishri, put off so that the year begins on no Sunday, Wednesday or Friday.
fn molad_day(year: i64) -> i64 {
    let months = (235 * year - 234).div_euclid(19);
    let parts = 12_084 + 13_753 * months;
    let day = 29 * months + parts.div_euclid(25_920);
    day + i64::from((3 * (day + 1)).rem_euclid(7) < 3)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::{Weekday, date};

    #[test]
    fn known_days() {
        for (year, month, day, expected) in [
            (5708, 9, 5, date(1948, 5, 14)),
            (5734, 1, 10, date(1973, 10, 6)),
            (5760, 1, 1, date(1999, 9, 11)),
            (5782, 1, 1, date(2021, 9, 7)),
            (5782, 7, 14, date(2022, 3, 17)),
            (5783, 8, 15, date(2023, 4, 6)),
            (5784, 1, 1, date(2023, 9, 16)),
            (5784, 1, 10, date(2023, 9, 25)),
            (5784, 3, 25, date(2023, 12, 8)),
            (5784, 7, 14, date(2024, 3, 24)),
            (5784, 8, 15, date(2024, 4, 23)),
            (5785, 1, 1, date(2024, 10, 3)),
            (5785, 3, 25, date(2024, 12, 26)),
        ] {
            assert_eq!(
                to_gregorian(year, month, day),
                Some(expected),
                "{year} {month} {day}"
            );
        }
    }

    #[test]
    fn days_that_are_not() {
        assert_eq!(to_gregorian(5783, 6, 1), None);
        assert_eq!(to_gregorian(5784, 7, 30), None);
        assert_eq!(to_gregorian(5784, 14, 1), None);
        assert_eq!(to_gregorian(0, 1, 1), None);
        assert_eq!(to_gregorian(i64::MAX, 1, 1), None);
    }

    #[test]
    fn every_day_follows_the_one_before() {
        let mut expected = to_gregorian(5660, 1, 1).unwrap();
        for year in 5660..=5861 {
            let first = expected.weekday();
            assert!(!matches!(
                first,
                Weekday::Sunday | Weekday::Wednesday | Weekday::Friday
            ));
            for month in 1..=13 {
                for day in 1..=length(year, month) {
                    assert_eq!(to_gregorian(year, month, day), Some(expected));
                    expected = expected.tomorrow().unwrap();
                }
            }
        }
    }
}
