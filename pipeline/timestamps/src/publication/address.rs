//! The day in an article's address: `/2023/05/09/`, `/2023/may/09/`, `/2023-05-09-tern`, `/tern-20230509`, or a month `/2023/05/`.
//!
//! Only what marks of the path set off counts, year first: that is how publishers' systems write them, and there is one reading. Numbers that only look
//! like a date (an article's number `20239911`) are impossible days or lie outside of [`YEARS`].

use jiff::civil::Date;
use jiff::tz::Offset;

use super::reading::Reading;
use crate::instant::Precision;
use crate::names;

/// Bytes of an address that are looked at; the date stands near its beginning.
const MAX_BYTES: usize = 512;

/// Years that stand in addresses: articles have had them since the web began, and archives put the year of the paper there.
const YEARS: std::ops::RangeInclusive<i16> = 1850..=2199;

/// How sure a day in an address is the day of publication. A month is no less sure, only less.
const SURE: f32 = 0.7;

/// The date of an address and the part of the path that it stands in. What is finer goes before what stands first.
pub(super) fn date(url: &str) -> Option<(Reading, &str)> {
    let path = path(url);
    let mut month = None;
    let mut start = 0;
    while start < path.len() {
        let rest = &path[start..];
        let part = rest.split('/').next().unwrap_or_default();
        let whole = in_parts(rest).map(|(date, length)| (date, 0, length));
        if let Some((date, at, length)) = whole.or_else(|| in_one(part)) {
            let raw = &rest[at..at + length];
            return reading(date, Precision::Day).map(|reading| (reading, raw));
        }
        if month.is_none() {
            month = month_in(rest);
        }
        start += part.len() + 1;
    }
    let (date, raw) = month?;
    Some((reading(date, Precision::Month)?, raw))
}

fn path(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let end = rest.find(['?', '#']).unwrap_or(rest.len());
    let rest = &rest[..end];
    let path = rest.find('/').map_or("", |slash| &rest[slash + 1..]);
    &path[..path.floor_char_boundary(MAX_BYTES)]
}

/// `2023/05/09` and what follows a slash.
fn in_parts(rest: &str) -> Option<(Date, usize)> {
    let mut parts = rest.split('/');
    let (year, month, third) = (parts.next()?, parts.next()?, parts.next()?);
    // `/2023/05/09-headline` and `/2023/05/09.html` are days as well.
    let digits = third.bytes().take_while(u8::is_ascii_digit).count();
    let ends = third[digits..].is_empty() || third[digits..].starts_with(['-', '_', '.']);
    let day = ends.then(|| number(&third[..digits], 1..=2))??;
    let date = Date::new(self::year(year)?, self::month(month)?, day as i8).ok()?;
    Some((date, year.len() + month.len() + digits + 2))
}

/// `2023-05-09`, `2023_05_09`, `20230509`, alone, before or behind a headline: where it begins in the part of the path, and its length.
fn in_one(part: &str) -> Option<(Date, usize, usize)> {
    let bytes = part.as_bytes();
    let starts = bytes
        .iter()
        .enumerate()
        .filter(|&(at, _)| at == 0 || matches!(bytes[at - 1], b'-' | b'_' | b'.'))
        .map(|(at, _)| at);
    starts
        .filter_map(|at| day_at(part.get(at..)?).map(|(date, length)| (date, at, length)))
        .next()
}

/// The day that a text begins with.
fn day_at(text: &str) -> Option<(Date, usize)> {
    let bytes = text.as_bytes();
    let separator = *bytes.get(4)?;
    let (month, day, length) = match separator {
        b'-' | b'_' if bytes.get(7) == Some(&separator) => (text.get(5..7)?, text.get(8..10)?, 10),
        b'0'..=b'9' => (text.get(4..6)?, text.get(6..8)?, 8),
        _ => return None,
    };
    if bytes.get(length).is_some_and(u8::is_ascii_alphanumeric) {
        return None;
    }
    let month = number(month, 2..=2)?;
    let day = number(day, 2..=2)?;
    let date = Date::new(year(text.get(..4)?)?, month as i8, day as i8).ok()?;
    Some((date, length))
}

/// `2023/05/`, where it does not stand for a day.
fn month_in(rest: &str) -> Option<(Date, &str)> {
    let mut parts = rest.split('/');
    let (year, month) = (parts.next()?, parts.next()?);
    // A day that is none says that this is no date at all.
    if number(parts.next()?, 1..=2).is_some() {
        return None;
    }
    let date = Date::new(self::year(year)?, self::month(month)?, 1).ok()?;
    Some((date, &rest[..year.len() + month.len() + 1]))
}

fn year(text: &str) -> Option<i16> {
    let year = i16::try_from(number(text, 4..=4)?).ok()?;
    YEARS.contains(&year).then_some(year)
}

/// A month as `05`, `5` or by its English name, as some papers have it.
fn month(text: &str) -> Option<i8> {
    if let Some(month) = number(text, 1..=2) {
        return i8::try_from(month).ok();
    }
    if text.len() < 3 || !text.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return None;
    }
    let english = names::language("en")?;
    let months = names::lookup(names::Key::of(text).as_str()).iter();
    months
        .filter(|entry| entry.language == english)
        .find_map(|entry| match entry.role {
            names::Role::Month(month) => i8::try_from(month).ok(),
            _ => None,
        })
}

fn number(text: &str, digits: std::ops::RangeInclusive<usize>) -> Option<u16> {
    let is_number = digits.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten()
}

fn reading(date: Date, precision: Precision) -> Option<Reading> {
    let midnight = date.to_datetime(jiff::civil::Time::midnight());
    Some(Reading {
        instant: Offset::UTC.to_timestamp(midnight).ok()?,
        offset: None,
        precision,
        confidence: SURE,
    })
}
