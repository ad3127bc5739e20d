//! How `data/holidays.tsv` writes when a holiday is (`data/README.md` has it for people), read into rules.

use jiff::civil::Weekday;

use super::rule::{Base, Day, Length, On, Rule};

impl Rule {
    /// Reads a rule; `None` where the table has an error, which a test rules out.
    pub(super) fn read(text: &'static str) -> Option<Rule> {
        let (first, rest) = match text.split_once(" to ") {
            Some((first, last)) => return Rule::between(first, last),
            None => text.split_once(" for ").unwrap_or((text, "1 day")),
        };
        let days = rest.split(' ').next()?.parse().ok()?;
        Some(Rule {
            first: Day::read(first)?,
            length: Length::Days(days),
        })
    }

    fn between(first: &'static str, last: &'static str) -> Option<Rule> {
        Some(Rule {
            first: Day::read(first)?,
            length: Length::To(Day::read(last)?),
        })
    }
}

impl Day {
    fn read(text: &'static str) -> Option<Day> {
        let (text, shifts) = shifts(text)?;
        let later = text.split_once(" + ").map(|split| (split, 1));
        let split = later.or_else(|| text.split_once(" - ").map(|split| (split, -1)));
        let (base, add) = match split {
            Some(((base, days), sign)) => (base, sign * days.parse::<i32>().ok()?),
            None => (text, 0),
        };
        Some(Day {
            base: Base::read(base)?,
            add,
            shifts,
        })
    }
}

/// Takes ` if Saturday - 1 if Sunday + 1` off the end.
fn shifts(text: &'static str) -> Option<(&'static str, Vec<(On, i32)>)> {
    let mut parts = text.split(" if ");
    let base = parts.next()?;
    let shifts = parts.map(|part| {
        let mut words = part.split(' ');
        let on = match words.next()? {
            "Pentecost" => On::Pentecost,
            word => On::Weekday(weekday(word)?),
        };
        let negative = words.next()? == "-";
        let days: i32 = words.next()?.parse().ok()?;
        Some((on, if negative { -days } else { days }))
    });
    Some((base, shifts.collect::<Option<_>>()?))
}

impl Base {
    fn read(text: &'static str) -> Option<Base> {
        let words: Vec<&'static str> = text.split(' ').collect();
        Some(match words[..] {
            ["Easter"] => Base::WesternEaster,
            ["Orthodox", "Easter"] => Base::OrthodoxEaster,
            ["Qingming"] => Base::Qingming,
            ["Hindu", name] => Base::Hindu(name),
            [day, "of", "Chinese", "month", month] => {
                Base::Chinese(day.parse().ok()?, month.parse().ok()?)
            }
            ["last", of_week, "of", of_year] => {
                Base::Nth(0, weekday(of_week)?, index(of_year, &MONTHS)? as i8)
            }
            [nth, of_week, "of", of_year] => {
                let nth = nth.trim_end_matches(char::is_alphabetic).parse().ok()?;
                Base::Nth(nth, weekday(of_week)?, index(of_year, &MONTHS)? as i8)
            }
            [of_week, side @ ("before" | "after"), day, month] => {
                let (weekday, month) = (weekday(of_week)?, index(month, &MONTHS)? as i8);
                let day = day.parse().ok()?;
                match side {
                    "before" => Base::Before(weekday, month, day),
                    _ => Base::After(weekday, month, day),
                }
            }
            [day, month, year] => Base::Fixed(
                index(month, &MONTHS)? as i8,
                day.parse().ok()?,
                Some(year.parse().ok()?),
            ),
            [day, month] => Base::of_month(day, month)?,
            _ => return None,
        })
    }

    /// The calendar is told by the name of the month.
    fn of_month(day: &str, month: &str) -> Option<Base> {
        let number = day.parse().ok()?;
        if let Some(month) = index(month, &MONTHS) {
            return Some(Base::Fixed(month as i8, day.parse().ok()?, None));
        }
        let hijri = index(month, &HIJRI).map(|month| Base::Hijri(month, number));
        let hebrew = || index(month, &HEBREW).map(|month| Base::Hebrew(month, number));
        hijri
            .or_else(hebrew)
            .or_else(|| (month == "Farvardin").then_some(Base::Persian(1, number)))
    }
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

const HIJRI: [&str; 12] = [
    "Muharram",
    "Safar",
    "Rabi-I",
    "Rabi-II",
    "Jumada-I",
    "Jumada-II",
    "Rajab",
    "Shaban",
    "Ramadan",
    "Shawwal",
    "Dhul-Qidah",
    "Dhul-Hijjah",
];

const HEBREW: [&str; 13] = [
    "Tishri", "Heshvan", "Kislev", "Tevet", "Shevat", "Adar-I", "Adar", "Nisan", "Iyar", "Sivan",
    "Tamuz", "Av", "Elul",
];

const WEEKDAYS: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];

/// Place of a word in a list, counted from 1.
fn index(word: &str, list: &[&str]) -> Option<i64> {
    let at = list.iter().position(|&one| one == word)?;
    i64::try_from(at + 1).ok()
}

fn weekday(word: &str) -> Option<Weekday> {
    let number = i8::try_from(index(word, &WEEKDAYS)?).ok()?;
    Weekday::from_monday_one_offset(number).ok()
}
