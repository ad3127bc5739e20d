//! The Persian (Solar Hijri) calendar, by the 33-year cycle that agrees with the astronomical rule for the years that are in use.

use jiff::ToSpan;
use jiff::civil::Date;

/// Years for which the cycle is known to agree with the observed equinox; 1502 is the first that differs.
const YEARS: std::ops::RangeInclusive<i64> = 1178..=1501;

/// A Persian date as a Gregorian one; `None` where the month or day does not exist or the year is out of the known range.
pub(crate) fn to_gregorian(year: i64, month: i64, day: i64) -> Option<Date> {
    if !YEARS.contains(&year)
        || !(1..=12).contains(&month)
        || !(1..=length(year, month)).contains(&day)
    {
        return None;
    }
    let months_before = month - 1;
    let day_of_year = months_before * 30 + months_before.min(6) + day - 1;
    let days = 365 * (year - 1) + (8 * year + 21) / 33 + day_of_year;
    // 1 Farvardin 1 is 22 March 622 of the proleptic Gregorian calendar; the sum above is 1 for it.
    Date::new(622, 3, 21).ok()?.checked_add(days.days()).ok()
}

fn length(year: i64, month: i64) -> i64 {
    match month {
        1..=6 => 31,
        7..=11 => 30,
        _ if is_leap(year) => 30,
        _ => 29,
    }
}

fn is_leap(year: i64) -> bool {
    (25 * year + 11) % 33 < 8
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn known_days() {
        assert_eq!(to_gregorian(1403, 1, 1), Some(date(2024, 3, 20)));
        assert_eq!(to_gregorian(1399, 12, 30), Some(date(2021, 3, 20)));
        assert_eq!(to_gregorian(1400, 1, 1), Some(date(2021, 3, 21)));
        assert_eq!(to_gregorian(1357, 11, 22), Some(date(1979, 2, 11)));
        assert_eq!(to_gregorian(1402, 10, 25), Some(date(2024, 1, 15)));
        assert_eq!(to_gregorian(1300, 1, 1), Some(date(1921, 3, 21)));
    }

    #[test]
    fn days_that_are_not() {
        assert_eq!(to_gregorian(1402, 12, 30), None);
        assert_eq!(to_gregorian(1402, 7, 31), None);
        assert_eq!(to_gregorian(1402, 13, 1), None);
        assert_eq!(to_gregorian(2024, 1, 1), None);
    }

    #[test]
    fn every_day_follows_the_one_before() {
        let mut expected = to_gregorian(1178, 1, 1).unwrap();
        for year in YEARS {
            for month in 1..=12 {
                for day in 1..=length(year, month) {
                    assert_eq!(
                        to_gregorian(year, month, day),
                        Some(expected),
                        "{year}-{month}-{day}"
                    );
                    expected = expected.tomorrow().unwrap();
                }
            }
        }
    }
}
