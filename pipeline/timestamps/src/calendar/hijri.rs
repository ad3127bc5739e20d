//! The Islamic (lunar Hijri) calendar. Where the new crescent has to be seen a month may begin a day earlier or later than any table says, so no
//! date of it is sure: for the years that it is published for, the calendar of Umm al-Qura is taken, else the civil arithmetic of thirty years.

use std::sync::OnceLock;

use jiff::ToSpan;
use jiff::civil::Date;

use super::from_fixed;

const TABLE: &str = include_str!("../../data/umm-al-qura.tsv");

/// The day before 1 Muharram of the year 1, 16 July 622 of the Julian calendar.
const EPOCH: i64 = 227_014;

/// Years that are reckoned with; no date of news is outside of them.
const YEARS: std::ops::RangeInclusive<i64> = 1..=9000;

/// A date of the Hijra as a Gregorian one; `None` where there is no such month or day.
pub(crate) fn to_gregorian(year: i64, month: i64, day: i64) -> Option<Date> {
    if !YEARS.contains(&year) || !(1..=12).contains(&month) || day < 1 {
        return None;
    }
    if let Some(first) = published(year, month) {
        let next = match month {
            12 => published(year + 1, 1),
            _ => published(year, month + 1),
        };
        let length = next.map_or(30, |next| i64::from((next - first).get_days()));
        return first
            .checked_add((day - 1).min(length).days())
            .ok()
            .filter(|_| day <= length);
    }
    let length = 29 + i64::from(month % 2 == 1 || (month == 12 && is_leap(year)));
    if day > length {
        return None;
    }
    let years = 354 * (year - 1) + (3 + 11 * year) / 30;
    from_fixed(EPOCH + years + 29 * (month - 1) + month / 2 + day)
}

fn is_leap(year: i64) -> bool {
    (14 + 11 * year) % 30 < 11
}

/// First day of a month by the table of Umm al-Qura.
fn published(year: i64, month: i64) -> Option<Date> {
    static MONTHS: OnceLock<(i64, Vec<Date>)> = OnceLock::new();
    let (first_year, months) = MONTHS.get_or_init(read);
    let index = (year - first_year) * 12 + month - 1;
    months.get(usize::try_from(index).ok()?).copied()
}

fn read() -> (i64, Vec<Date>) {
    let rows = || {
        let lines = TABLE.lines().filter(|line| !line.starts_with('#'));
        lines.filter_map(|line| line.split_once('\t'))
    };
    let first = rows().find_map(|(year, _)| year.parse().ok()).unwrap_or(0);
    let months = rows().flat_map(|(_, days)| days.split(' '));
    (first, months.filter_map(|day| day.parse().ok()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    /// Days as Saudi Arabia announced them or the calendar of Umm al-Qura prints them.
    #[test]
    fn published_days() {
        for (year, month, day, expected) in [
            (1400, 1, 1, date(1979, 11, 20)),
            (1422, 9, 1, date(2001, 11, 16)),
            (1440, 9, 1, date(2019, 5, 6)),
            (1443, 12, 10, date(2022, 7, 9)),
            (1444, 9, 1, date(2023, 3, 23)),
            (1444, 10, 1, date(2023, 4, 21)),
            (1445, 1, 1, date(2023, 7, 19)),
            (1445, 9, 1, date(2024, 3, 11)),
            (1445, 10, 1, date(2024, 4, 10)),
            (1445, 12, 10, date(2024, 6, 16)),
            (1446, 9, 1, date(2025, 3, 1)),
        ] {
            assert_eq!(
                to_gregorian(year, month, day),
                Some(expected),
                "{year} {month} {day}"
            );
        }
    }

    #[test]
    fn before_and_after_the_table_by_arithmetic() {
        assert_eq!(to_gregorian(1, 1, 1), Some(date(622, 7, 19)));
        assert_eq!(to_gregorian(1300, 1, 1), Some(date(1882, 11, 12)));
        let (end, next) = (to_gregorian(1500, 12, 29), to_gregorian(1501, 1, 1));
        let days = (next.unwrap() - end.unwrap()).get_days();
        assert!((0..=3).contains(&days), "{days}");
    }

    #[test]
    fn days_that_are_not() {
        assert_eq!(to_gregorian(1445, 13, 1), None);
        assert_eq!(to_gregorian(1445, 9, 31), None);
        assert_eq!(to_gregorian(1445, 10, 30), None);
        assert_eq!(to_gregorian(0, 1, 1), None);
        assert_eq!(to_gregorian(1445, 1, i64::MAX), None);
    }

    /// Up to 1364 the published calendar has months of 28 and 31 days, by which it came back to the moon.
    #[test]
    fn months_have_29_or_30_days() {
        let months = (1365..=1600).flat_map(|year| (1..=12).map(move |month| (year, month)));
        for (year, month) in months.filter(|month| *month != (1500, 12)) {
            let next = if month == 12 {
                to_gregorian(year + 1, 1, 1)
            } else {
                to_gregorian(year, month + 1, 1)
            };
            let days = next.unwrap() - to_gregorian(year, month, 1).unwrap();
            assert!((29..=30).contains(&days.get_days()), "{year} {month}");
        }
    }
}
