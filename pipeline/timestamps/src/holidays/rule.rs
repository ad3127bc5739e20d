//! When a holiday is: a rule and its days in a year. How a rule is written, `notation` knows.

use std::sync::OnceLock;

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

use crate::calendar;
use crate::names::FixedMap;

const HINDU: &str = include_str!("../../data/hindu.tsv");

/// How sure a day is that a crescent decides, which is seen, or not, in each country on its own.
const SIGHTED: f32 = 0.7;

/// How sure a day of the Hindu calendar is: almanacs differ by one where the lunar day turns near the hour that decides.
const ALMANAC: f32 = 0.8;

/// One rule: a first day, and a length or a last day.
#[derive(Debug, Clone)]
pub(super) struct Rule {
    pub(super) first: Day,
    pub(super) length: Length,
}

#[derive(Debug, Clone)]
pub(super) enum Length {
    Days(i32),
    /// Up to this day and with it.
    To(Day),
}

/// A day of a year: a base, days added, days added where it then falls on a certain one.
#[derive(Debug, Clone)]
pub(super) struct Day {
    pub(super) base: Base,
    pub(super) add: i32,
    pub(super) shifts: Vec<(On, i32)>,
}

/// What a day falls on that makes it another.
#[derive(Debug, Clone, Copy)]
pub(super) enum On {
    Weekday(Weekday),
    Pentecost,
}

impl On {
    fn holds(self, day: Date) -> bool {
        match self {
            On::Weekday(weekday) => day.weekday() == weekday,
            On::Pentecost => calendar::western_easter(day.year())
                .is_some_and(|easter| (day - easter).get_days() == 49),
        }
    }
}

#[derive(Debug, Clone)]
pub(super) enum Base {
    /// Of one year alone where one is written.
    Fixed(i8, i8, Option<i16>),
    /// The nth weekday of a month, or the last one (0).
    Nth(i8, Weekday, i8),
    /// The last such weekday before a day of a month.
    Before(Weekday, i8, i8),
    /// The first such weekday after a day of a month.
    After(Weekday, i8, i8),
    WesternEaster,
    OrthodoxEaster,
    Hijri(i64, i64),
    Hebrew(i64, i64),
    Persian(i64, i64),
    Chinese(i64, usize),
    Qingming,
    Hindu(&'static str),
}

/// First day, one past the last, and how sure.
pub(super) type Days = (Date, Date, f32);

impl Rule {
    /// The one year in which it was, where it does not recur.
    pub(super) fn only_year(&self) -> Option<i16> {
        match self.first.base {
            Base::Fixed(_, _, year) => year,
            _ => None,
        }
    }

    /// When the holiday is, by the Gregorian year in which it begins; twice where a lunar year begins twice in it.
    pub(super) fn in_year(&self, year: i16) -> Vec<Days> {
        let firsts = self.first.in_year(year);
        let spans = firsts.into_iter().filter_map(|first| {
            let end = match &self.length {
                Length::Days(days) => first.checked_add(days.days()).ok()?,
                Length::To(last) => last.after(first)?.tomorrow().ok()?,
            };
            Some((first, end, self.first.base.certainty()))
        });
        spans.collect()
    }
}

impl Day {
    fn in_year(&self, year: i16) -> Vec<Date> {
        // Days taken off may lead out of the year, so that those of the next are asked for too.
        let bases = [Some(year), year.checked_add(1)];
        let bases = bases
            .into_iter()
            .flatten()
            .flat_map(|year| self.base.in_year(year));
        let days = bases.filter_map(|base| {
            let day = base.checked_add(self.add.days()).ok()?;
            let shift = self.shifts.iter().find(|(on, _)| on.holds(day));
            day.checked_add(shift.map_or(0, |(_, days)| *days).days())
                .ok()
        });
        days.filter(|day| day.year() == year).collect()
    }

    /// The first such day that is not before another.
    fn after(&self, first: Date) -> Option<Date> {
        let next = first.year().checked_add(1)?;
        let days = [first.year(), next];
        let mut days = days.into_iter().flat_map(|year| self.in_year(year));
        days.find(|day| *day >= first)
    }
}

impl Base {
    fn in_year(&self, year: i16) -> Vec<Date> {
        let gregorian = i64::from(year);
        let of_years = |years: std::ops::RangeInclusive<i64>,
                        date: &dyn Fn(i64) -> Option<Date>| {
            let days = years.filter_map(date);
            days.filter(|day| day.year() == year).collect::<Vec<_>>()
        };
        let one: Option<Date> = match *self {
            Base::Fixed(month, day, only) => only
                .is_none_or(|only| only == year)
                .then(|| Date::new(year, month, day).ok())
                .flatten(),
            Base::Nth(nth, weekday, month) => nth_weekday(year, month, nth, weekday),
            Base::Before(weekday, month, day) => Date::new(year, month, day)
                .and_then(|day| day.nth_weekday(-1, weekday))
                .ok(),
            Base::After(weekday, month, day) => Date::new(year, month, day)
                .and_then(|day| day.nth_weekday(1, weekday))
                .ok(),
            Base::WesternEaster => calendar::western_easter(year),
            Base::OrthodoxEaster => calendar::orthodox_easter(year),
            Base::Qingming => calendar::qingming(year),
            Base::Hindu(name) => hindu(name, year),
            Base::Persian(month, day) => {
                calendar::persian_to_gregorian(gregorian - 621, month, day)
            }
            Base::Chinese(day, month) => {
                return of_years(gregorian - 1..=gregorian, &|year| {
                    calendar::chinese_to_gregorian(i16::try_from(year).ok()?, month, day)
                });
            }
            Base::Hijri(month, day) => {
                // 33 years of the Hijra are 32 of the sun.
                let about = (gregorian - 622) * 33 / 32;
                return of_years(about - 1..=about + 2, &|year| {
                    calendar::hijri_to_gregorian(year, month, day)
                });
            }
            Base::Hebrew(month, day) => {
                return of_years(gregorian + 3760..=gregorian + 3761, &|year| {
                    calendar::hebrew_to_gregorian(year, month, day)
                });
            }
        };
        one.into_iter().collect()
    }

    fn certainty(&self) -> f32 {
        match self {
            Base::Hijri(..) => SIGHTED,
            Base::Hindu(_) => ALMANAC,
            _ => 1.0,
        }
    }
}

fn nth_weekday(year: i16, month: i8, nth: i8, weekday: Weekday) -> Option<Date> {
    let nth = if nth == 0 { -1 } else { nth };
    let month = Date::new(year, month, 1).ok()?;
    month.nth_weekday_of_month(nth, weekday).ok()
}

/// A festival of the Hindu calendar by its table.
fn hindu(name: &str, year: i16) -> Option<Date> {
    static DAYS: OnceLock<FixedMap<(&'static str, i16), Date>> = OnceLock::new();
    let days = DAYS.get_or_init(|| {
        let (_, table) = HINDU.split_once("year\t").unwrap_or_default();
        let (head, rows) = table.split_once('\n').unwrap_or_default();
        let names: Vec<&'static str> = head.split('\t').collect();
        let rows = rows.lines().filter_map(|row| {
            let (year, days) = row.split_once('\t')?;
            Some((year.parse().ok()?, days))
        });
        let days = rows.flat_map(|(year, days): (i16, &str)| {
            let days = names.iter().zip(days.split('\t'));
            days.filter_map(move |(&name, day)| {
                let day = format!("{year}-{day}").parse().ok()?;
                Some(((name, year), day))
            })
            .collect::<Vec<_>>()
        });
        days.collect()
    });
    days.get(&(name, year)).copied()
}
