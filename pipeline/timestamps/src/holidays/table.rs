//! The holidays and their rows: which rule holds in which country and years.

use std::sync::OnceLock;

use jiff::civil::Date;

use super::rule::Rule;
use crate::names::FixedMap;

const TABLE: &str = include_str!("../../data/holidays.tsv");

/// How much a day loses that all other countries have, where the country is not known or has no row of its own.
const USUAL: f32 = 0.9;

/// How much a day loses that is one of several, with nothing to tell which.
const CANDIDATE: f32 = 0.3;

/// A holiday, by its place in the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Holiday(u16);

/// When a holiday is, once.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Occurrence {
    /// First day.
    pub begin: Date,
    /// One past the last day.
    pub end: Date,
    /// How sure, 0 to 1.
    pub confidence: f32,
    /// Whose day it is.
    pub scope: Scope,
}

/// Whose day an occurrence is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The row names the country asked for.
    Country,
    /// The day of all countries that have none of their own, or the only one there is.
    Usual,
    /// One of several countries' days, and nothing tells which.
    Candidate,
}

struct Row {
    /// Blanks between; `*` is any other.
    countries: &'static str,
    rule: Rule,
    years: std::ops::RangeInclusive<i16>,
}

struct Table {
    names: Vec<&'static str>,
    rows: Vec<Vec<Row>>,
    by_name: FixedMap<&'static str, Holiday>,
}

impl Holiday {
    /// The holiday that the tables call so: `good-friday`.
    pub fn named(name: &str) -> Option<Holiday> {
        table().by_name.get(name).copied()
    }

    /// Its name in the tables.
    pub fn name(self) -> &'static str {
        let names = &table().names;
        names.get(usize::from(self.0)).copied().unwrap_or_default()
    }

    fn rows(self) -> &'static [Row] {
        table()
            .rows
            .get(usize::from(self.0))
            .map_or(&[], Vec::as_slice)
    }
}

/// When a holiday is that begins in a year: once, never (before there was such a day), or twice (a lunar one). Where the country is not known and
/// its day is another in each, all of them come, as candidates. `country` is ISO 3166 alpha-2, in any case.
pub fn occurrences(holiday: Holiday, year: i16, country: Option<&str>) -> Vec<Occurrence> {
    let rows = holiday.rows().iter();
    let rows: Vec<&Row> = rows.filter(|row| row.years.contains(&year)).collect();
    let of_country = rows
        .iter()
        .filter(|row| country.is_some_and(|code| row.names(code)));
    let mut chosen: Vec<&Row> = of_country.copied().collect();
    let mut scope = Scope::Country;
    if chosen.is_empty() {
        chosen = rows.iter().filter(|row| row.names("*")).copied().collect();
        scope = Scope::Usual;
    }
    if chosen.is_empty() {
        scope = match rows[..] {
            [_] => Scope::Usual,
            _ => Scope::Candidate,
        };
        chosen = rows;
    }
    let mut found: Vec<Occurrence> = Vec::new();
    for (begin, end, certainty) in chosen.iter().flat_map(|row| row.rule.in_year(year)) {
        let known = found.iter().any(|one| (one.begin, one.end) == (begin, end));
        if !known {
            found.push(Occurrence {
                begin,
                end,
                confidence: certainty * scope.confidence(),
                scope,
            });
        }
    }
    found.sort_by_key(|one| one.begin);
    found
}

/// The day of what was once: D-Day. None for what recurs.
#[must_use]
pub fn once(holiday: Holiday) -> Option<Occurrence> {
    let [row] = holiday.rows() else { return None };
    let year = row.rule.only_year()?;
    occurrences(holiday, year, None).into_iter().next()
}

impl Scope {
    fn confidence(self) -> f32 {
        match self {
            Scope::Country => 1.0,
            Scope::Usual => USUAL,
            Scope::Candidate => CANDIDATE,
        }
    }
}

impl Row {
    fn names(&self, country: &str) -> bool {
        let mut countries = self.countries.split(' ');
        countries.any(|code| code.eq_ignore_ascii_case(country))
    }
}

fn table() -> &'static Table {
    static HOLIDAYS: OnceLock<Table> = OnceLock::new();
    HOLIDAYS.get_or_init(|| {
        let mut table = Table {
            names: Vec::new(),
            rows: Vec::new(),
            by_name: FixedMap::default(),
        };
        for (name, row) in TABLE.lines().filter_map(read) {
            let next = Holiday(u16::try_from(table.names.len()).unwrap_or(u16::MAX));
            let holiday = *table.by_name.entry(name).or_insert(next);
            if holiday == next {
                table.names.push(name);
                table.rows.push(Vec::new());
            }
            if let Some(rows) = table.rows.get_mut(usize::from(holiday.0)) {
                rows.push(row);
            }
        }
        table
    })
}

fn read(line: &'static str) -> Option<(&'static str, Row)> {
    if line.starts_with('#') {
        return None;
    }
    let mut columns = line.split('\t');
    let name = columns.next()?;
    let countries = columns.next()?;
    let rule = Rule::read(columns.next()?)?;
    let years = columns.next().unwrap_or("-").split_once('-')?;
    let bound = |year: &str, open| match year {
        "" => Some(open),
        year => year.parse().ok(),
    };
    let years = bound(years.0, i16::MIN)?..=bound(years.1, i16::MAX)?;
    Some((
        name,
        Row {
            countries,
            rule,
            years,
        },
    ))
}

/// All holidays of the table.
#[cfg(test)]
pub(super) fn all() -> impl Iterator<Item = Holiday> {
    (0..table().names.len()).filter_map(|place| u16::try_from(place).ok().map(Holiday))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_read() {
        for line in TABLE.lines().filter(|line| !line.starts_with('#')) {
            assert!(read(line).is_some(), "{line}");
        }
    }

    #[test]
    fn every_row_gives_days_somewhere() {
        for line in TABLE.lines() {
            let Some((name, row)) = read(line) else {
                continue;
            };
            let mut years = (1900..=2100).filter(|year| row.years.contains(year));
            assert!(
                years.any(|year| !row.rule.in_year(year).is_empty()),
                "{name}"
            );
        }
    }
}
