//! Times told from the fetching: `2 hours ago`, `yesterday at 10:00`, `vor 3 Stunden`, `il y a 2 jours`. Only the past is read, since what is published
//! has been published. Without the time of fetching they are refused.

mod forms;
#[cfg(test)]
mod tests;

use jiff::civil::Date;
use jiff::tz::Offset;
use jiff::{Span, Timestamp};

use self::forms::{Form, Unit, key, table};
use super::items::{self, Item, Kind};
use super::refusal::Refusal;
use super::settle::TimeOfDay;
use super::stamp::{Hints, Precision, Stamp, ZoneSource};
use super::zone::{self, Settled, Zone};
use super::{scan, words};
use crate::names::{self, Key, Role};

/// Digits of a number of units; nobody tells a thousand of them.
const MAX_DIGITS: u8 = 3;

/// Words of a name of a day: `the day before yesterday`.
const MAX_DAY_WORDS: usize = 4;

/// Small words and marks around the form: `Published: 2 hours ago`.
const MAX_AROUND: usize = 6;

/// How far back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Back {
    count: i64,
    unit: Unit,
}

/// The stamp of a text that is told from now; `None` where it is something else.
pub(super) fn read(
    text: &str,
    items: &[Item],
    language: Option<u16>,
    hints: &Hints<'_>,
) -> Option<Result<Stamp, Refusal>> {
    // Nearly all dates name a year, and are told apart by it at no cost. `+0200` is none.
    let mut sign = false;
    for item in items {
        let long = item.number().is_some_and(|(_, digits)| digits > MAX_DIGITS);
        if long && !sign {
            return None;
        }
        sign = item.is_mark('+') || item.is_mark('-');
    }
    let small = |item: &&Item| is_small(item, text, language);
    let before = items.iter().take(MAX_AROUND).take_while(small).count();
    let behind = items.iter().rev().take(MAX_AROUND);
    let behind = behind.take_while(small).count();
    let marks = items.iter().rev().take(MAX_AROUND);
    let marks = marks.take_while(|item| matches!(item.kind, Kind::Mark(_)));
    let ends = [items.len() - marks.count(), items.len() - behind];
    let mut forms = (0..=before).flat_map(|start| ends.map(|end| items.get(start..end)));
    let (back, clock) = forms.find_map(|form| {
        let form = form.filter(|form| !form.is_empty())?;
        let whole = lookup(form, text, language).map(|back| (back, None));
        whole.or_else(|| day_and_clock(form, text, language))
    })?;
    Some(match hints.now {
        Some(now) => stamp(back, clock, now, hints),
        None => Err(Refusal::Relative),
    })
}

/// Marks, and words that are passed over in this language or in English.
fn is_small(item: &Item, text: &str, language: Option<u16>) -> bool {
    let near = |entry: &names::Entry| words::rank(entry, language) <= words::Rank::English;
    match item.kind {
        Kind::Mark(_) => true,
        Kind::Number { .. } => false,
        Kind::Word => names::lookup(Key::of(item.text(text)).as_str())
            .iter()
            .any(|entry| entry.role == Role::Filler && near(entry)),
    }
}

/// What these items say, as a whole.
fn lookup(items: &[Item], text: &str, language: Option<u16>) -> Option<Back> {
    let mut number = None;
    for item in items {
        if let Some((value, _)) = item.number()
            && number.replace(value).is_some()
        {
            return None;
        }
    }
    let key = key(items, text);
    let forms = table().get(key.as_str())?;
    let of = |wanted: u16| forms.iter().find(|form| form.language == wanted);
    let near = language.and_then(of).or_else(|| of(words::ENGLISH));
    let form = match near {
        Some(form) => form,
        // Another language's word, where all that have it agree.
        None => {
            let (first, rest) = forms.split_first()?;
            let same = |form: &Form| (form.unit, form.count) == (first.unit, first.count);
            rest.iter().all(same).then_some(first)?
        }
    };
    let count = form.count.or_else(|| i64::try_from(number?).ok())?;
    Some(Back {
        count,
        unit: form.unit,
    })
}

/// A time of day beside the name of a day, and its zone.
type Clock = (TimeOfDay, Option<Zone>);

/// `yesterday at 10:00`, `10:00 Uhr, gestern`.
fn day_and_clock(
    items: &[Item],
    text: &str,
    language: Option<u16>,
) -> Option<(Back, Option<Clock>)> {
    let most = items.len().saturating_sub(1).min(MAX_DAY_WORDS);
    let splits = (1..=most).rev().flat_map(|words| {
        let (day, clock) = items.split_at(words);
        let (before, after) = items.split_at(items.len() - words);
        [(day, clock), (after, before)]
    });
    let mut found = splits.filter_map(|(day, time)| {
        let has_number = day.iter().any(|item| item.number().is_some());
        let back =
            lookup(day, text, language).filter(|back| back.unit == Unit::Day && !has_number)?;
        let (from, to) = (time.first()?.start, time.last()?.end);
        let clock = clock(text.get(usize::from(from)..usize::from(to))?, language)?;
        Some((back, Some(clock)))
    });
    found.next()
}

/// A text that is a time of day and nothing else.
fn clock(text: &str, language: Option<u16>) -> Option<Clock> {
    let mut items = items::split(text).ok()?;
    words::look_up(text, &mut items, language).ok()?;
    let parts = scan::scan(text, &items, language).ok()?;
    let alone = parts.is_dateless() && parts.day.is_none() && parts.week.is_none();
    let time = parts.time.filter(|_| alone && parts.weekday.is_none())?;
    Some((time, parts.zone))
}

fn stamp(
    back: Back,
    clock: Option<Clock>,
    now: Timestamp,
    hints: &Hints<'_>,
) -> Result<Stamp, Refusal> {
    let Back { count, unit } = back;
    let fine = match unit {
        Unit::Second => Some((Span::new().try_seconds(count), Precision::Second)),
        Unit::Minute => Some((Span::new().try_minutes(count), Precision::Minute)),
        Unit::Hour => Some((Span::new().try_hours(count), Precision::Hour)),
        _ => None,
    };
    if let Some((span, precision)) = fine {
        let instant = span.and_then(|span| now.checked_sub(span));
        return Ok(Stamp {
            instant: instant.map_err(|_| Refusal::OutOfRange)?,
            offset: Some(Offset::UTC),
            precision,
            zone: ZoneSource::Utc,
            order: None,
            confidence: 0.5,
        });
    }
    let (time, zone) = clock.map_or((None, None), |(time, zone)| (Some(time), zone));
    let (date, precision, confidence) = day(back, today(now, zone.as_ref(), hints))?;
    let settled = Settled {
        date,
        time: time.unwrap_or(TimeOfDay::START),
        precision: time.map_or(precision, |time| time.precision),
        order: None,
        confidence,
    };
    zone::stamp(settled, zone.as_ref(), hints)
}

/// The day of the fetch where the text was written, as far as that is known.
fn today(now: Timestamp, zone: Option<&Zone>, hints: &Hints<'_>) -> Date {
    let offset = match (zone, hints.offsets) {
        (Some(Zone::Offset(offset, _)), _) => *offset,
        (_, [first, rest @ ..]) if rest.iter().all(|offset| offset == first) => *first,
        _ => Offset::UTC,
    };
    offset.to_datetime(now).date()
}

/// So many days, weeks, months or years back, with the precision of the unit and how sure that is.
fn day(back: Back, today: Date) -> Result<(Date, Precision, f32), Refusal> {
    let span = match back.unit {
        Unit::Week => Span::new().try_weeks(back.count),
        Unit::Month => Span::new().try_months(back.count),
        Unit::Year => Span::new().try_years(back.count),
        _ => Span::new().try_days(back.count),
    };
    let there = span.and_then(|span| today.checked_sub(span));
    let there = there.map_err(|_| Refusal::OutOfRange)?;
    Ok(match back.unit {
        Unit::Month => (there.first_of_month(), Precision::Month, 0.4),
        Unit::Year => (there.first_of_year(), Precision::Year, 0.4),
        // Any of seven days.
        Unit::Week => (there, Precision::Day, 0.3),
        _ => (there, Precision::Day, 0.5),
    })
}
