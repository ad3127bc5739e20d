//! The Chinese calendar for 1900 to 2100, by a table: its months follow the true moon and sun, which no short arithmetic does.

use std::sync::OnceLock;

use jiff::ToSpan;
use jiff::civil::Date;

const TABLE: &str = include_str!("../../data/chinese.tsv");

/// A year: which month is followed by a leap month, the first days of all, and Qingming.
struct Year {
    leap: usize,
    months: Vec<Date>,
    qingming: Date,
}

struct Years {
    first: i16,
    years: Vec<Year>,
}

/// A day of a Chinese year, which is named by the Gregorian year that it begins in; leap months are passed over.
pub(crate) fn chinese_to_gregorian(year: i16, month: usize, day: i64) -> Option<Date> {
    let year = of(year)?;
    let leap_before = usize::from(year.leap > 0 && month > year.leap);
    let first = year.months.get(month.checked_sub(1)? + leap_before)?;
    let in_range = (1..=12).contains(&month) && (1..=30).contains(&day);
    in_range.then(|| first.checked_add((day - 1).days()).ok())?
}

/// The day of the graves in a Gregorian year.
pub(crate) fn qingming(year: i16) -> Option<Date> {
    of(year).map(|year| year.qingming)
}

fn of(year: i16) -> Option<&'static Year> {
    static YEARS: OnceLock<Years> = OnceLock::new();
    let table = YEARS.get_or_init(|| {
        let rows = TABLE.lines().filter(|line| !line.starts_with('#'));
        let rows: Vec<(i16, Year)> = rows.filter_map(row).collect();
        Years {
            first: rows.first().map_or(0, |(year, _)| *year),
            years: rows.into_iter().map(|(_, year)| year).collect(),
        }
    });
    let index = usize::try_from(year.checked_sub(table.first)?).ok()?;
    table.years.get(index)
}

fn row(line: &str) -> Option<(i16, Year)> {
    let mut columns = line.split('\t');
    let year: i16 = columns.next()?.parse().ok()?;
    let leap = columns.next()?.parse().ok()?;
    let mut in_year = year;
    let mut months: Vec<Date> = Vec::new();
    for month_day in columns.next()?.split(' ') {
        let (month, _) = month_of(month_day)?;
        // The last months begin in the next Gregorian year.
        if months.last().is_some_and(|before| month < before.month()) {
            in_year = year + 1;
        }
        months.push(in_gregorian(in_year, month_day)?);
    }
    let qingming = in_gregorian(year, columns.next()?)?;
    Some((
        year,
        Year {
            leap,
            months,
            qingming,
        },
    ))
}

fn in_gregorian(year: i16, month_day: &str) -> Option<Date> {
    let (month, day) = month_of(month_day)?;
    Date::new(year, month, day).ok()
}

fn month_of(month_day: &str) -> Option<(i8, i8)> {
    let (month, day) = month_day.split_once('-')?;
    Some((month.parse().ok()?, day.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    /// New Year's days as the Hong Kong Observatory publishes them.
    #[test]
    fn new_years_of_the_almanac() {
        for (year, month, day) in [
            (1900, 1, 31),
            (1912, 2, 18),
            (1949, 1, 29),
            (1954, 2, 3),
            (1970, 2, 6),
            (1985, 2, 20),
            (1997, 2, 7),
            (2000, 2, 5),
            (2007, 2, 18),
            (2015, 2, 19),
            (2019, 2, 5),
            (2020, 1, 25),
            (2021, 2, 12),
            (2022, 2, 1),
            (2023, 1, 22),
            (2024, 2, 10),
            (2025, 1, 29),
            (2026, 2, 17),
            (2034, 2, 19),
            (2099, 1, 21),
            (2100, 2, 9),
        ] {
            assert_eq!(
                chinese_to_gregorian(year, 1, 1),
                Date::new(year, month, day).ok()
            );
        }
    }

    #[test]
    fn leap_months_are_passed_over() {
        // 2020 had a fourth month twice, 2023 a second.
        assert_eq!(chinese_to_gregorian(2020, 5, 5), Some(date(2020, 6, 25)));
        assert_eq!(chinese_to_gregorian(2023, 8, 15), Some(date(2023, 9, 29)));
        assert_eq!(chinese_to_gregorian(2024, 8, 15), Some(date(2024, 9, 17)));
        assert_eq!(chinese_to_gregorian(2023, 12, 8), Some(date(2024, 1, 18)));
        assert_eq!(qingming(2024), Some(date(2024, 4, 4)));
        assert_eq!(qingming(2023), Some(date(2023, 4, 5)));
    }

    #[test]
    fn months_have_29_or_30_days_and_years_twelve_or_thirteen_months() {
        for year in 1900..2100 {
            let of_year = of(year).unwrap();
            assert_eq!(
                of_year.months.len(),
                12 + usize::from(of_year.leap > 0),
                "{year}"
            );
            let next = of(year + 1).unwrap().months[0];
            let days: Vec<Date> = of_year.months.iter().copied().chain([next]).collect();
            for pair in days.windows(2) {
                assert!(
                    (29..=30).contains(&(pair[1] - pair[0]).get_days()),
                    "{year}"
                );
            }
        }
    }

    #[test]
    fn days_that_are_not() {
        assert_eq!(chinese_to_gregorian(1899, 1, 1), None);
        assert_eq!(chinese_to_gregorian(2101, 1, 1), None);
        assert_eq!(chinese_to_gregorian(2023, 0, 1), None);
        assert_eq!(chinese_to_gregorian(2023, 13, 1), None);
        assert_eq!(chinese_to_gregorian(2023, 1, 31), None);
        assert_eq!(chinese_to_gregorian(i16::MIN, 1, 1), None);
    }
}
