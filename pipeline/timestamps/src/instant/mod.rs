//! Date strings: one text that is meant to be a date, to one instant or one reason.
//!
//! `fast` reads the two forms that nearly all feeds use. What it does not take goes through `items` (numbers, names and marks), `scan`
//! (which of them is a clock, a zone, a name), `fields` (which of the remaining numbers is the year, the month, the day) and `settle` (is it a
//! real date, and which instant). What names no day may be told from the fetching (`relative`: `2 hours ago`). Nothing here guesses a field that is
//! not written, and nothing clamps.

mod bare;
mod both;
mod calendars;
mod clock;
mod fast;
mod fields;
mod items;
mod letters;
mod markers;
mod meanings;
mod numeric;
mod parts;
mod refusal;
mod relative;
mod scan;
mod settle;
mod sign;
mod stamp;
mod unknown;
mod words;
mod year;
mod zone;
mod zone_words;

pub use refusal::{Part, Refusal};
pub use stamp::{FieldOrder, Hints, Precision, Stamp, ZoneSource};

use crate::names;

/// Bytes of a date string. The longest honest one (a full date in an Indic script, with a zone's name in brackets) has about 150.
pub const MAX_BYTES: usize = 256;

/// Reads one date string.
///
/// The text must be the date and little else: labels such as `Published:` and the small words of dates are passed over, anything unknown is
/// refused. A date without a zone is taken by the hints (and in the end as UTC), which [`Stamp::zone`] tells. What is told from now (`2 hours ago`,
/// `yesterday at 10:00`) is reckoned from [`Hints::now`], with a low confidence.
///
/// # Errors
///
/// [`Refusal`] says why: no date, an impossible one, a zone that nobody knows, a form with several readings.
pub fn parse(text: &str, hints: &Hints<'_>) -> Result<Stamp, Refusal> {
    let text = text.trim();
    if text.len() > MAX_BYTES {
        return Err(Refusal::TooLong);
    }
    if let Some(answer) = fast::rfc3339(text.as_bytes()).or_else(|| fast::rfc822(text.as_bytes())) {
        return answer;
    }
    if let Some(answer) = bare::single_number(text, hints) {
        return answer;
    }
    let language = hints.language.and_then(names::language);
    let mut items = items::split(text)?;
    if let Some(answer) = relative::read(text, &items, language, hints) {
        return answer;
    }
    written(text, &mut items, language, hints).or_else(|refusal| {
        let half = |half: &str| written(half, &mut items::split(half)?, language, hints);
        both::read(text, &items, half).ok_or(refusal)
    })
}

/// What names a day of the calendar.
fn written(
    text: &str,
    items: &mut items::Items,
    language: Option<u16>,
    hints: &Hints<'_>,
) -> Result<Stamp, Refusal> {
    words::look_up(text, items, language)?;
    let parts = scan::scan(text, items, language)?;
    let settled = fields::resolve(&parts, hints)?;
    zone::stamp(settled, parts.zone.as_ref(), hints)
}

#[cfg(test)]
mod tests;
