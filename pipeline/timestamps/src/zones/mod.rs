//! Time zones by name: abbreviations with all their readings, the IANA database that is compiled in, and the countries that have one time.

use std::sync::OnceLock;

use jiff::tz::{Offset, TimeZone, TimeZoneDatabase};

use crate::names::FixedMap;

const TABLE: &str = include_str!("../../data/zones.tsv");
const PLACES: &str = include_str!("../../data/places.tsv");

/// One reading of an abbreviation.
#[derive(Debug, Clone)]
pub(crate) struct Reading {
    pub(crate) rule: Rule,
    pub(crate) countries: &'static str,
    pub(crate) languages: &'static str,
    /// Not to be taken without a hint.
    pub(crate) needs_hint: bool,
}

/// An offset for ever, or the rules of a place.
#[derive(Debug, Clone)]
pub(crate) enum Rule {
    Fixed(Offset),
    Place(TimeZone),
}

/// The readings of an abbreviation in upper case, the usual one first.
pub(crate) fn abbreviation(upper: &str) -> Option<&'static [Reading]> {
    static READINGS: OnceLock<FixedMap<&'static str, Vec<Reading>>> = OnceLock::new();
    let readings = READINGS.get_or_init(|| {
        let mut readings: FixedMap<&'static str, Vec<Reading>> = FixedMap::default();
        for (name, reading) in TABLE.lines().filter_map(row) {
            readings.entry(name).or_default().push(reading);
        }
        readings
    });
    readings.get(upper).map(Vec::as_slice)
}

/// A zone of the IANA database by its name, from the copy that is compiled in.
pub(crate) fn place(name: &str) -> Option<TimeZone> {
    static DATABASE: OnceLock<TimeZoneDatabase> = OnceLock::new();
    DATABASE
        .get_or_init(TimeZoneDatabase::bundled)
        .get(name)
        .ok()
}

/// The time of a country (ISO 3166 alpha-2), where it has one.
pub(crate) fn of_country(code: &str) -> Option<TimeZone> {
    static ZONES: OnceLock<FixedMap<&'static str, TimeZone>> = OnceLock::new();
    let zones = ZONES.get_or_init(|| {
        PLACES
            .lines()
            .filter_map(|line| line.split_once('\t'))
            .filter_map(|(country, name)| Some((country, place(name)?)))
            .collect()
    });
    zones.get(code).cloned()
}

fn row(line: &'static str) -> Option<(&'static str, Reading)> {
    if line.starts_with('#') {
        return None;
    }
    let mut columns = line.split('\t');
    let (name, zone) = (columns.next()?, columns.next()?);
    let needs_hint = zone.ends_with('?');
    let zone = zone.trim_end_matches('?');
    let rule = if zone.starts_with(['+', '-']) {
        Rule::Fixed(offset(zone)?)
    } else {
        Rule::Place(place(zone)?)
    };
    let reading = Reading {
        rule,
        countries: columns.next().unwrap_or_default(),
        languages: columns.next().unwrap_or_default(),
        needs_hint,
    };
    Some((name, reading))
}

/// An offset from UTC as `+hh:mm` or `-hh:mm`; seconds, which no place has today, are left out.
#[must_use]
pub fn offset_text(offset: Offset) -> String {
    let minutes = offset.seconds() / 60;
    let sign = if minutes < 0 { '-' } else { '+' };
    let minutes = minutes.abs();
    format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
}

/// Reads what [`offset_text`] writes.
#[must_use]
pub fn offset(text: &str) -> Option<Offset> {
    let (hours, minutes) = text.get(1..)?.split_once(':')?;
    // Two digits each, so that `u8` holds what is right.
    let (hours, minutes) = (hours.parse::<u8>().ok()?, minutes.parse::<u8>().ok()?);
    let seconds = i32::from(hours) * 3600 + i32::from(minutes) * 60;
    let sign = match text.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    Offset::from_seconds(sign * seconds).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_are_written_as_they_are_read() {
        for text in ["+00:00", "+05:30", "-03:30", "-00:30", "-12:00", "+14:00"] {
            assert_eq!(offset(text).map(offset_text).as_deref(), Some(text));
        }
        for text in ["", "+", "é00:00", "00:00", "+0530", "+99:00", "+9999999:00"] {
            assert_eq!(offset(text), None, "{text}");
        }
    }

    #[test]
    fn every_row_of_the_table_is_read() {
        let rows = TABLE.lines().filter(|line| !line.starts_with('#'));
        for line in rows {
            assert!(row(line).is_some(), "{line}");
        }
    }

    #[test]
    fn ambiguous_abbreviations_have_all_their_readings() {
        assert_eq!(abbreviation("IST").map(<[_]>::len), Some(3));
        assert_eq!(abbreviation("GST").map(<[_]>::len), Some(2));
        assert!(abbreviation("XYZ").is_none());
    }

    #[test]
    fn countries_with_one_time_have_a_zone() {
        for line in PLACES.lines().filter(|line| !line.starts_with('#')) {
            let (country, _) = line.split_once('\t').unwrap();
            assert!(of_country(country).is_some(), "{line}");
        }
        assert_eq!(of_country("GB"), place("Europe/London"));
        assert_eq!(of_country("ES"), place("Europe/Madrid"));
        assert_eq!(of_country("US"), None);
    }

    #[test]
    fn places_come_from_the_copy_compiled_in() {
        assert!(place("Europe/Paris").is_some());
        assert!(place("EST5EDT").is_some());
        assert!(place("Atlantis/City").is_none());
    }
}
