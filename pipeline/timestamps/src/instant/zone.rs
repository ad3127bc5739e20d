//! From a zone as written, or none, to an offset. An abbreviation with several readings is settled by the publisher's country, the offsets that
//! the feed itself states, and the language, in this order; nothing is taken as UTC without saying so.

use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};

use super::refusal::Refusal;
use super::settle::{self, Local, TimeOfDay};
use super::stamp::{FieldOrder, Hints, Precision, Stamp, ZoneSource};
use crate::zones::{self, Reading, Rule};

/// Bytes of the names of zones that are not abbreviations; between the shortest (`eastern`) and the longest.
const MIN_LONG_NAME: usize = 7;
const MAX_LONG_NAME: usize = 48;

/// A zone as written.
#[derive(Debug, Clone)]
pub(super) enum Zone {
    Offset(Offset, ZoneSource),
    Place(TimeZone),
    Abbreviation(&'static [Reading]),
}

/// A date that is settled but for its zone.
#[derive(Debug, Clone, Copy)]
pub(super) struct Settled {
    pub(super) date: Date,
    pub(super) time: TimeOfDay,
    pub(super) precision: Precision,
    pub(super) order: Option<FieldOrder>,
    pub(super) confidence: f32,
}

/// What a local time is counted by.
struct Choice {
    rule: Rule,
    source: ZoneSource,
    confidence: f32,
}

/// The stamp of a settled date.
pub(super) fn stamp(
    settled: Settled,
    zone: Option<&Zone>,
    hints: &Hints<'_>,
) -> Result<Stamp, Refusal> {
    let local = settle::local(settled.date, settled.time)?;
    let choice = match zone {
        Some(zone) => written(zone, hints)?,
        None => unwritten(settled.precision, hints),
    };
    let mut confidence = settled.confidence * choice.confidence;
    let (instant, offset) = match choice.rule {
        Rule::Fixed(offset) => (settle::instant(local, offset)?, offset),
        Rule::Place(place) => {
            let (offset, sure) = offset_at(&place, local);
            confidence *= sure;
            (settle::instant(local, offset)?, offset)
        }
    };
    Ok(Stamp {
        instant,
        offset: (choice.source != ZoneSource::Assumed).then_some(offset),
        precision: settled.precision,
        zone: choice.source,
        order: settled.order,
        confidence,
    })
}

fn written(zone: &Zone, hints: &Hints<'_>) -> Result<Choice, Refusal> {
    let readings = match zone {
        Zone::Offset(offset, source) => return Ok(Choice::fixed(*offset, *source, 1.0)),
        Zone::Place(place) => {
            return Ok(Choice {
                rule: Rule::Place(place.clone()),
                source: ZoneSource::Name,
                confidence: 1.0,
            });
        }
        Zone::Abbreviation(readings) => *readings,
    };
    let (reading, confidence) = choose(readings, hints).ok_or(Refusal::Ambiguous(
        "the time zone's abbreviation has several readings",
    ))?;
    Ok(Choice {
        rule: reading.rule.clone(),
        source: ZoneSource::Abbreviation,
        confidence,
    })
}

fn choose(readings: &'static [Reading], hints: &Hints<'_>) -> Option<(&'static Reading, f32)> {
    let usual = readings.first()?;
    if readings.len() == 1 && !usual.needs_hint {
        return Some((usual, 0.95));
    }
    let listed = |list: &str, code: &str| list.split(' ').any(|one| one.eq_ignore_ascii_case(code));
    if let Some(country) = hints.country
        && let Some(reading) = readings
            .iter()
            .find(|reading| listed(reading.countries, country))
    {
        return Some((reading, 0.9));
    }
    let stated = |reading: &&Reading| match &reading.rule {
        Rule::Fixed(offset) => hints.offsets.contains(offset),
        Rule::Place(_) => false,
    };
    if let Some(reading) = readings.iter().find(stated) {
        return Some((reading, 0.85));
    }
    let base = hints.language.and_then(|tag| tag.split(['-', '_']).next());
    if let Some(language) = base
        && let Some(reading) = readings
            .iter()
            .find(|reading| listed(reading.languages, language))
    {
        return Some((reading, 0.75));
    }
    (!usual.needs_hint).then_some((usual, 0.6))
}

/// No zone is written: the offset that the feed states elsewhere, if it is one; Korean time for a time in Korean, since Korean sites write the
/// local time and all of them have the same; else UTC is assumed.
fn unwritten(precision: Precision, hints: &Hints<'_>) -> Choice {
    if let [first, rest @ ..] = hints.offsets
        && rest.iter().all(|offset| offset == first)
    {
        return Choice::fixed(*first, ZoneSource::Hint, 0.85);
    }
    let korean = hints
        .language
        .is_some_and(|tag| tag.split(['-', '_']).next() == Some("ko"));
    if korean && precision >= Precision::Hour {
        return Choice::fixed(Offset::constant(9), ZoneSource::Hint, 0.8);
    }
    Choice::fixed(Offset::UTC, ZoneSource::Assumed, 0.7)
}

impl Choice {
    fn fixed(offset: Offset, source: ZoneSource, confidence: f32) -> Choice {
        Choice {
            rule: Rule::Fixed(offset),
            source,
            confidence,
        }
    }
}

/// The offset of a place at a local time, and how sure: a time that the change of the clocks skips or repeats is taken as the first reading.
fn offset_at(place: &TimeZone, local: Local) -> (Offset, f32) {
    use jiff::tz::AmbiguousOffset;
    match place.to_ambiguous_timestamp(local.at).offset() {
        AmbiguousOffset::Unambiguous { offset } => (offset, 1.0),
        AmbiguousOffset::Gap { before, .. } | AmbiguousOffset::Fold { before, .. } => (before, 0.7),
    }
}

/// The zone that a word names, if it is an abbreviation or UTC.
pub(super) fn of_word(word: &str) -> Option<Zone> {
    let mut upper = [0; 12];
    let upper = upper.get_mut(..word.len())?;
    upper.copy_from_slice(word.as_bytes());
    upper.make_ascii_uppercase();
    let upper = std::str::from_utf8(upper).ok()?;
    if matches!(upper, "UTC" | "GMT" | "UT" | "Z" | "UCT" | "ZULU") {
        return Some(Zone::Offset(Offset::UTC, ZoneSource::Utc));
    }
    zones::abbreviation(upper).map(Zone::Abbreviation)
}

/// The zone that a name of several words names, or one in a script without capitals.
pub(super) fn of_long_name(name: &str) -> Option<Zone> {
    if name.is_ascii() && name.len() < MIN_LONG_NAME {
        return None;
    }
    let mut lower = [0; MAX_LONG_NAME];
    let lower = lower.get_mut(..name.len())?;
    lower.copy_from_slice(name.as_bytes());
    lower.make_ascii_lowercase();
    let lower = std::str::from_utf8(lower).ok()?;
    zones::abbreviation(lower).map(Zone::Abbreviation)
}

/// The IANA name at the start of a text and its length: `America/Argentina/Buenos_Aires`, `Etc/GMT+5`, `EST5EDT`.
pub(super) fn place_at(rest: &str) -> Option<(TimeZone, usize)> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '_' | '-' | '+');
    let length = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
    let name = &rest[..length];
    zones::place(name).map(|place| (place, length))
}
