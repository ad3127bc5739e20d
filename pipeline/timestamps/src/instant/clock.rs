//! The time of day: `10:00:00.5`, `10h11`, `21時40分`, `5.45` before am or pm, `T101500`.

use super::items::{Item, Kind};
use super::settle::TimeOfDay;
use super::stamp::Precision;
use super::words::{self, Rank};
use crate::names::{Role, Unit};

/// A time found, and the number of items it has.
pub(super) type Found = Option<(TimeOfDay, usize)>;

fn small(item: Option<&Item>) -> Option<u8> {
    let (value, digits) = item?.number()?;
    (digits <= 2).then_some(value as u8)
}

fn time(hour: u8, minute: Option<u8>, second: Option<u8>) -> TimeOfDay {
    TimeOfDay {
        hour,
        minute: minute.unwrap_or(0),
        second: second.unwrap_or(0),
        nanos: 0,
        precision: match (minute, second) {
            (_, Some(_)) => Precision::Second,
            (Some(_), None) => Precision::Minute,
            (None, None) => Precision::Hour,
        },
    }
}

/// `hh:mm`, `hh:mm:ss`, and a fraction behind a dot, comma or third colon.
pub(super) fn with_colons(items: &[Item]) -> Found {
    let hour = small(items.first())?;
    if !items.get(1)?.is_mark(':') {
        return None;
    }
    let minute = small(items.get(2))?;
    let second = items
        .get(3)
        .filter(|item| item.is_mark(':'))
        .and_then(|_| small(items.get(4)));
    let mut found = time(hour, Some(minute), second);
    if second.is_none() {
        return Some((found, 3));
    }
    Some(match fraction(&items[5..]) {
        Some(nanos) => {
            found.nanos = nanos;
            found.precision = Precision::Subsecond;
            (found, 7)
        }
        None => (found, 5),
    })
}

/// Whether `a:b:c` is a date, since one of its ends is a year.
pub(super) fn is_colon_date(items: &[Item]) -> bool {
    let digits = |at: usize| {
        items
            .get(at)
            .and_then(Item::number)
            .map_or(0, |(_, digits)| digits)
    };
    let colon = |at: usize| items.get(at).is_some_and(|item| item.is_mark(':'));
    colon(1) && colon(3) && (digits(0) == 4 || digits(4) == 4) && digits(2) > 0
}

/// A fraction of a second, right behind it; after a colon it needs three digits, as some loggers write milliseconds.
fn fraction(items: &[Item]) -> Option<u32> {
    let (mark, number) = (items.first()?, items.get(1)?);
    let (value, digits) = number.number()?;
    let fits = match mark.kind {
        Kind::Mark('.' | ',') => true,
        Kind::Mark(':') => digits >= 3,
        _ => false,
    };
    if !fits || mark.blank || number.blank || digits > 18 {
        return None;
    }
    let nanos = match digits {
        0..=9 => value * 10_u64.pow(9 - u32::from(digits)),
        _ => value / 10_u64.pow(u32::from(digits) - 9),
    };
    u32::try_from(nanos).ok()
}

/// `14h40`, `10 Uhr`, `21時40分`, `7 гадзін 10 хвілін`: numbers with the units behind them.
pub(super) fn with_units(items: &[Item], language: Option<u16>) -> Found {
    let hour = small(items.first())?;
    unit(items.get(1)?, Unit::Hour, language)?;
    let followed = |at: usize, wanted| {
        items
            .get(at)
            .and_then(|item| unit(item, wanted, language))
            .is_some()
    };
    let touches = |at: usize| items.get(at).is_some_and(|item| !item.blank);
    let minute = small(items.get(2)).filter(|&value| value <= 59);
    // 8 h 05; but in 10 h 25 mars the number is the day.
    let is_month = |item: &Item| {
        item.entries
            .iter()
            .any(|entry| matches!(entry.role, Role::Month(_)))
    };
    let alone = items
        .get(2)
        .and_then(Item::number)
        .is_some_and(|(_, digits)| digits == 2)
        && items
            .get(3)
            .is_none_or(|next| next.kind == Kind::Word && !is_month(next));
    let Some(minute) = minute.filter(|_| touches(2) || alone || followed(3, Unit::Minute)) else {
        return Some((time(hour, None, None), 2));
    };
    if !followed(3, Unit::Minute) {
        return Some((time(hour, Some(minute), None), 3));
    }
    let second = small(items.get(4)).filter(|_| followed(5, Unit::Second));
    let length = if second.is_some() { 6 } else { 4 };
    Some((time(hour, Some(minute), second), length))
}

/// Whether a word is this unit, read in its nearest language.
pub(super) fn unit(item: &Item, wanted: Unit, language: Option<u16>) -> Option<Rank> {
    let found = words::best(item.entries, language, |role| {
        (role == Role::Unit(wanted)).then_some(())
    })?;
    // One letter of another language is no unit here.
    (found.rank <= Rank::English || item.end - item.start > 1).then_some(found.rank)
}

/// `3pm`, `12.16 pm`, `5.45 ip.`: a number, or two with a dot, before a part of the day.
pub(super) fn before_meridiem(
    items: &[Item],
    language: Option<u16>,
    is_meridiem: impl Fn(&Item) -> bool,
) -> Found {
    let hour = small(items.first()).filter(|&hour| hour <= 24)?;
    if is_meridiem(items.get(1)?) {
        // 17 晚上8点: the part of the day belongs to the time behind it.
        let clock_behind = items.get(2).is_some_and(|item| item.number().is_some())
            && items.get(3).is_some_and(|item| {
                item.is_mark(':') || unit(item, Unit::Hour, language).is_some()
            });
        if clock_behind {
            return None;
        }
        return Some((time(hour, None, None), 1));
    }
    let (dotted, length) = dotted(items)?;
    is_meridiem(items.get(length)?).then_some((dotted, length))
}

/// `18.30 Uhr`.
pub(super) fn dotted_before_unit(items: &[Item], language: Option<u16>) -> Found {
    let (time, length) = dotted(items)?;
    unit(items.get(length)?, Unit::Hour, language)?;
    Some((time, length + 1))
}

/// `13.12`, `13.12.05`, `04.30.00.000000`: a clock with dots, which is a time only where the rest of the text says so.
fn dotted(items: &[Item]) -> Found {
    let hour = small(items.first()).filter(|&hour| hour <= 24)?;
    let behind_dot = |at: usize| {
        let (dot, number) = (items.get(at)?, items.get(at + 1)?);
        let (value, digits) = number.number()?;
        let fits = dot.is_mark('.') && !dot.blank && !number.blank && digits == 2 && value <= 59;
        fits.then_some(value as u8)
    };
    let minute = behind_dot(1)?;
    let second = behind_dot(3);
    let mut found = time(hour, Some(minute), second);
    if second.is_none() {
        return Some((found, 3));
    }
    let Some(nanos) = fraction(&items[5..]) else {
        return Some((found, 5));
    };
    found.nanos = nanos;
    found.precision = Precision::Subsecond;
    Some((found, 7))
}

/// `hh`, `hhmm`, `hhmmss` in one number.
pub(super) fn compact(value: u64, digits: u8) -> Option<TimeOfDay> {
    let part = |at: u32| (value / 100_u64.pow(at) % 100) as u8;
    Some(match digits {
        2 => time(part(0), None, None),
        4 => time(part(1), Some(part(0)), None),
        6 => time(part(2), Some(part(1)), Some(part(0))),
        _ => return None,
    })
}
