//! Easter Sunday, Western and Orthodox.

use jiff::ToSpan;
use jiff::civil::Date;

/// Easter of the Gregorian calendar, by the anonymous computus (Nature, 20 April 1876; Meeus, Astronomical Algorithms, chapter 8).
pub(crate) fn western_easter(year: i16) -> Option<Date> {
    let y = i32::from(year);
    let golden = y % 19;
    let (century, of_century) = (y / 100, y % 100);
    let skipped = (century + 8) / 25;
    let epact =
        (19 * golden + century - century / 4 - (century - skipped + 1) / 3 + 15).rem_euclid(30);
    let weekday = (32 + 2 * (century % 4) + 2 * (of_century / 4) - epact - of_century % 4) % 7;
    let correction = (golden + 11 * epact + 22 * weekday) / 451;
    let sum = epact + weekday - 7 * correction + 114;
    Date::new(year, (sum / 31) as i8, (sum % 31 + 1) as i8).ok()
}

/// Easter of the Julian calendar as a Gregorian date (Meeus, chapter 8).
pub(crate) fn orthodox_easter(year: i16) -> Option<Date> {
    let y = i32::from(year);
    let moon = (19 * (y % 19) + 15) % 30;
    let weekday = (2 * (y % 4) + 4 * (y % 7) - moon + 34) % 7;
    let sum = moon + weekday + 114;
    let julian = Date::new(year, (sum / 31) as i8, (sum % 31 + 1) as i8).ok()?;
    let behind = y / 100 - y / 400 - 2;
    julian.checked_add(behind.days()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::Weekday;

    /// Months and days as published in ecclesiastical tables.
    const WESTERN: &[(i16, i8, i8)] = &[
        (1583, 4, 10),
        (1818, 3, 22),
        (1900, 4, 15),
        (1913, 3, 23),
        (1916, 4, 23),
        (1943, 4, 25),
        (1954, 4, 18),
        (1981, 4, 19),
        (1999, 4, 4),
        (2000, 4, 23),
        (2008, 3, 23),
        (2011, 4, 24),
        (2019, 4, 21),
        (2020, 4, 12),
        (2021, 4, 4),
        (2022, 4, 17),
        (2023, 4, 9),
        (2024, 3, 31),
        (2025, 4, 20),
        (2026, 4, 5),
        (2038, 4, 25),
        (2049, 4, 18),
        (2076, 4, 19),
        (2100, 3, 28),
    ];

    const ORTHODOX: &[(i16, i8, i8)] = &[
        (1917, 4, 15),
        (1991, 4, 7),
        (2000, 4, 30),
        (2013, 5, 5),
        (2016, 5, 1),
        (2019, 4, 28),
        (2021, 5, 2),
        (2022, 4, 24),
        (2023, 4, 16),
        (2024, 5, 5),
        (2025, 4, 20),
        (2026, 4, 12),
    ];

    #[test]
    fn published_days() {
        for &(year, month, day) in WESTERN {
            assert_eq!(
                western_easter(year),
                Date::new(year, month, day).ok(),
                "{year}"
            );
        }
        for &(year, month, day) in ORTHODOX {
            assert_eq!(
                orthodox_easter(year),
                Date::new(year, month, day).ok(),
                "{year}"
            );
        }
    }

    /// The published facts of the computus: a Sunday from 22 March to 25 April, after the fourteenth day of the moon of the golden number's
    /// epact; the Orthodox one falls on the same day or one, four or five weeks later.
    #[test]
    fn every_easter_keeps_the_rules() {
        for year in 1900..=2099 {
            let (west, east) = (
                western_easter(year).unwrap(),
                orthodox_easter(year).unwrap(),
            );
            assert_eq!(west.weekday(), Weekday::Sunday);
            assert_eq!(east.weekday(), Weekday::Sunday);
            assert!(((3, 22)..=(4, 25)).contains(&(west.month(), west.day())));
            assert!(((4, 4)..=(5, 8)).contains(&(east.month(), east.day())));
            let weeks = (east - west).get_days() / 7;
            assert!(matches!(weeks, 0 | 1 | 4 | 5), "{year}: {weeks}");
            let full = full_moon(year);
            let after = (west - full).get_days();
            assert!((1..=7).contains(&after), "{year}");
        }
    }

    /// The ecclesiastical full moon by golden number, as the Book of Common Prayer prints it for 1900 to 2199.
    fn full_moon(year: i16) -> Date {
        const TABLE: [(i8, i8); 19] = [
            (4, 14),
            (4, 3),
            (3, 23),
            (4, 11),
            (3, 31),
            (4, 18),
            (4, 8),
            (3, 28),
            (4, 16),
            (4, 5),
            (3, 25),
            (4, 13),
            (4, 2),
            (3, 22),
            (4, 10),
            (3, 30),
            (4, 17),
            (4, 7),
            (3, 27),
        ];
        let (month, day) = TABLE[(year % 19) as usize];
        Date::new(year, month, day).unwrap()
    }
}
