//! Years: of two digits, of other eras and calendars, to those of the Gregorian calendar.

use jiff::civil::Date;

use super::calendars;
use super::parts::{Calendar, Era, Parts};
use super::refusal::{Part, Refusal, whole};
use super::settle;
use super::stamp::Hints;

/// No calendar's year is larger: five digits, beyond any that has been written in earnest.
const MAX_WRITTEN: u64 = 99_999;

/// Years of two digits from here on are of the last century, as POSIX has it; so where the time of fetching is not known.
const PIVOT: u64 = 69;

/// Years after the fetching that a year of two digits may be: announcements, not the last century.
const AHEAD: i64 = 20;

/// Years by which the Buddhist era is ahead.
const BUDDHIST: i64 = 543;

/// Years that are Buddhist in a Thai text without saying so; nothing is dated in the Gregorian years of this number yet.
const BUDDHIST_YEARS: std::ops::RangeInclusive<u64> = 2400..=2700;

/// Years of two digits that are Buddhist in a Thai text: 2543 to 2599. Lower ones are rather Gregorian.
const BUDDHIST_SHORT: std::ops::RangeInclusive<u64> = 43..=99;

/// A numeric or named date whose month is counted by the calendar of its year.
pub(super) fn date(
    year: u64,
    digits: u8,
    month: u64,
    day: u64,
    parts: &Parts,
    hints: &Hints<'_>,
) -> Result<(Date, f32), Refusal> {
    let named = parts.name_count > 0 && parts.month.is_some();
    let calendar = match parts.era {
        Era::Persian => Some(Calendar::Persian),
        Era::Islamic if !named => Some(Calendar::Islamic),
        Era::Unsaid if !named => unsaid(year, hints),
        _ => None,
    };
    if let Some(calendar) = calendar {
        let (date, sure) = calendars::date(calendar, year, digits, month, day)?;
        return Ok((date, 0.9 * sure));
    }
    let (year, confidence) = gregorian(year, digits, parts, hints)?;
    Ok((settle::date(year, whole(month), whole(day))?, confidence))
}

/// The calendar that a year of four digits tells in the languages whose countries date by it.
fn unsaid(year: u64, hints: &Hints<'_>) -> Option<Calendar> {
    let of = |calendar, languages| {
        (calendars::is_year_of(calendar, year) && speaks(hints, languages)).then_some(calendar)
    };
    of(Calendar::Persian, &["fa", "ps", "ckb", "mzn", "prs"])
        .or_else(|| of(Calendar::Islamic, &["ar"]))
}

/// A year as written, small enough to reckon with.
pub(super) fn written(year: u64) -> Result<i64, Refusal> {
    if year > MAX_WRITTEN {
        return Err(Refusal::OutOfRange);
    }
    i64::try_from(year).map_err(|_| Refusal::OutOfRange)
}

/// The Gregorian year, and how sure.
pub(super) fn gregorian(
    year: u64,
    digits: u8,
    parts: &Parts,
    hints: &Hints<'_>,
) -> Result<(i64, f32), Refusal> {
    let written = written(year)?;
    match parts.era {
        Era::From(first) => return Ok((i64::from(first) + written - 1, 1.0)),
        Era::Buddhist if digits <= 2 => return Ok((written + 2500 - BUDDHIST, 0.9)),
        Era::Buddhist => return Ok((written - BUDDHIST, 1.0)),
        Era::Persian => return Ok((written + 621, 0.8)),
        // A year of the moon begins in any month of the Gregorian one.
        Era::Islamic => {
            return Err(Refusal::Ambiguous(
                "its year is of another calendar than its month",
            ));
        }
        Era::Unsaid => {}
    }
    let buddhist = || speaks(hints, &["th"]);
    Ok(match digits {
        1 | 2 if BUDDHIST_SHORT.contains(&year) && buddhist() => (written + 2500 - BUDDHIST, 0.7),
        1 | 2 if is_of_this_century(year, hints) => (written + 2000, 0.9),
        1 | 2 => (written + 1900, 0.9),
        // 民國 left out, as Taiwanese sites do.
        3 if speaks(hints, &["zh"])
            && hints
                .country
                .is_none_or(|code| code.eq_ignore_ascii_case("TW")) =>
        {
            (written + 1911, 0.7)
        }
        3 => return Err(Refusal::impossible(Part::Year, written)),
        4 if BUDDHIST_YEARS.contains(&year) && buddhist() => (written - BUDDHIST, 0.95),
        4 => (written, 1.0),
        _ => return Err(Refusal::OutOfRange),
    })
}

fn is_of_this_century(year: u64, hints: &Hints<'_>) -> bool {
    match hints.now {
        Some(now) => {
            let today = jiff::tz::Offset::UTC.to_datetime(now);
            2000 + year as i64 <= i64::from(today.year()) + AHEAD
        }
        None => year < PIVOT,
    }
}

fn speaks(hints: &Hints<'_>, languages: &[&str]) -> bool {
    let base = hints.language.and_then(|tag| tag.split(['-', '_']).next());
    base.is_some_and(|base| {
        languages
            .iter()
            .any(|language| language.eq_ignore_ascii_case(base))
    })
}
