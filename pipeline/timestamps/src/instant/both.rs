//! One day in two calendars, as Arabic and Persian sites write it: 15 رمضان 1445هـ الموافق 25 مارس 2024م. The two halves must name the same day,
//! but for the one by which a crescent may have been seen earlier or later; the Gregorian half is taken.

use super::items::{Item, Kind};
use super::refusal::Refusal;
use super::stamp::{Precision, Stamp};
use crate::names::{self, Key, Role};

/// Places at which a text is tried to be cut in two.
const MAX_CUTS: usize = 6;

/// Years of other calendars end where those of the Gregorian one that are in use begin.
const OTHER: std::ops::Range<u64> = 1200..1600;

/// Seconds by which the two halves may differ: a day.
const MAX_APART: i64 = 24 * 3600;

/// The stamp of the Gregorian half; `None` where the text is no such pair, or its halves do not agree.
pub(super) fn read(
    text: &str,
    items: &[Item],
    half: impl Fn(&str) -> Result<Stamp, Refusal>,
) -> Option<Stamp> {
    let years = || items.iter().filter_map(year);
    if !(years().any(|other| other) && years().any(|other| !other)) {
        return None;
    }
    let cuts = (1..items.len().saturating_sub(1)).filter(|&at| is_cut(items, at, text));
    cuts.take(MAX_CUTS).find_map(|at| {
        let (before, after) = (&items[..at], &items[at + 1..]);
        let is_other = |half: &[Item]| half.iter().filter_map(year).all(|other| other);
        let (other, gregorian) = match (is_other(before), is_other(after)) {
            (true, false) => (before, after),
            (false, true) => (after, before),
            _ => return None,
        };
        let read = |items: &[Item]| {
            let (from, to) = (items.first()?.start, items.last()?.end);
            half(text.get(usize::from(from)..usize::from(to))?).ok()
        };
        let (other, gregorian) = (read(other)?, read(gregorian)?);
        let whole = other.precision >= Precision::Day && gregorian.precision >= Precision::Day;
        let apart = start_of_day(&other) - start_of_day(&gregorian);
        (whole && apart.abs() <= MAX_APART).then_some(gregorian)
    })
}

/// Whether a number is a year of another calendar; `None` for what is no year.
fn year(item: &Item) -> Option<bool> {
    let (value, digits) = item.number()?;
    (digits == 4).then(|| OTHER.contains(&value))
}

/// A mark with blanks around it, or a word that is passed over: one of them says "corresponding to".
fn is_cut(items: &[Item], at: usize, text: &str) -> bool {
    let (Some(item), Some(next)) = (items.get(at), items.get(at + 1)) else {
        return false;
    };
    match item.kind {
        Kind::Mark('-' | '\u{2013}' | '|' | '/' | ',' | '(') => item.blank || next.blank,
        Kind::Word => names::lookup(Key::of(item.text(text)).as_str())
            .iter()
            .any(|entry| entry.role == Role::Filler),
        _ => false,
    }
}

/// Seconds of its day's beginning, on the clock that it is told by.
fn start_of_day(stamp: &Stamp) -> i64 {
    let offset = stamp.offset.map_or(0, |offset| i64::from(offset.seconds()));
    let local = stamp.instant.as_second() + offset;
    local - local.rem_euclid(24 * 3600)
}
