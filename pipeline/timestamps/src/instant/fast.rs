//! The two forms that nearly all feeds use, straight from the bytes: RFC 3339, and RFC 822 with English names. `None` means that the text has
//! another form, not that it is wrong.

use jiff::tz::Offset;

use super::refusal::Refusal;
use super::settle::{self, TimeOfDay};
use super::stamp::{Precision, Stamp, ZoneSource};

type Answer = Option<Result<Stamp, Refusal>>;

/// `2024-01-15T10:00:00.5+05:30`, with `T`, `t` or a blank; seconds and their fraction may be absent, the zone may not.
pub(super) fn rfc3339(text: &[u8]) -> Answer {
    let mut at = Cursor { text, at: 0 };
    let year = at.number(4)?;
    at.byte(b'-')?;
    let month = at.number(2)?;
    at.byte(b'-')?;
    let day = at.number(2)?;
    if !matches!(at.next()?, b'T' | b't' | b' ') {
        return None;
    }
    let time = at.time(true)?;
    let (offset, zone) = at.numeric_zone()?;
    at.end()?;
    Some(stamp(year, month, day, time, offset, zone))
}

/// `Mon, 15 Jan 2024 10:00:00 +0100`; weekday and seconds may be absent, the zone is numeric or UTC.
pub(super) fn rfc822(text: &[u8]) -> Answer {
    let mut at = Cursor { text, at: 0 };
    if at.peek()?.is_ascii_alphabetic() {
        weekday(at.word()?)?;
        at.byte(b',')?;
        at.byte(b' ')?;
    }
    let two_digits = at.text.get(at.at + 1)?.is_ascii_digit();
    let day = at.number(if two_digits { 2 } else { 1 })?;
    at.byte(b' ')?;
    let month = month(at.word()?)?;
    at.byte(b' ')?;
    let year = at.number(4)?;
    at.byte(b' ')?;
    let time = at.time(false)?;
    at.byte(b' ')?;
    let (offset, zone) = at.numeric_zone()?;
    at.end()?;
    Some(stamp(year, month, day, time, offset, zone))
}

fn stamp(
    year: u32,
    month: u32,
    day: u32,
    time: TimeOfDay,
    offset: Result<Offset, Refusal>,
    zone: ZoneSource,
) -> Result<Stamp, Refusal> {
    let date = settle::date(year.into(), month.into(), day.into())?;
    let offset = offset?;
    let instant = settle::instant(settle::local(date, time)?, offset)?;
    Ok(Stamp {
        instant,
        offset: Some(offset),
        precision: time.precision,
        zone,
        order: None,
        confidence: 1.0,
    })
}

fn month(word: &[u8]) -> Option<u32> {
    let short: [u8; 3] = word.get(..3)?.try_into().ok()?;
    let (number, full): (u32, &[u8]) = match &short.map(|byte| byte.to_ascii_lowercase()) {
        b"jan" => (1, b"january"),
        b"feb" => (2, b"february"),
        b"mar" => (3, b"march"),
        b"apr" => (4, b"april"),
        b"may" => (5, b"may"),
        b"jun" => (6, b"june"),
        b"jul" => (7, b"july"),
        b"aug" => (8, b"august"),
        b"sep" => (9, b"september"),
        b"oct" => (10, b"october"),
        b"nov" => (11, b"november"),
        b"dec" => (12, b"december"),
        _ => return None,
    };
    (word.len() == 3 || word.eq_ignore_ascii_case(full)).then_some(number)
}

/// The weekday tells nothing that the date does not; it only has to be one.
fn weekday(word: &[u8]) -> Option<()> {
    let short: [u8; 3] = word.get(..3)?.try_into().ok()?;
    let full: &[u8] = match &short.map(|byte| byte.to_ascii_lowercase()) {
        b"mon" => b"monday",
        b"tue" => b"tuesday",
        b"wed" => b"wednesday",
        b"thu" => b"thursday",
        b"fri" => b"friday",
        b"sat" => b"saturday",
        b"sun" => b"sunday",
        _ => return None,
    };
    (word.len() == 3 || word.eq_ignore_ascii_case(full)).then_some(())
}

struct Cursor<'t> {
    text: &'t [u8],
    at: usize,
}

impl<'t> Cursor<'t> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }

    fn byte(&mut self, expected: u8) -> Option<()> {
        (self.next()? == expected).then_some(())
    }

    fn end(&self) -> Option<()> {
        (self.at == self.text.len()).then_some(())
    }

    /// Exactly so many digits.
    fn number(&mut self, digits: usize) -> Option<u32> {
        let mut value = 0;
        for _ in 0..digits {
            let byte = self.next()?;
            if !byte.is_ascii_digit() {
                return None;
            }
            value = value * 10 + u32::from(byte - b'0');
        }
        Some(value)
    }

    fn word(&mut self) -> Option<&'t [u8]> {
        let rest = &self.text[self.at..];
        let length = rest
            .iter()
            .position(|byte| !byte.is_ascii_alphabetic())
            .unwrap_or(rest.len());
        self.at += length;
        (length > 0).then_some(&rest[..length])
    }

    /// `hh:mm[:ss[.fraction]]`; digits of the fraction after the ninth are not kept.
    fn time(&mut self, fraction: bool) -> Option<TimeOfDay> {
        let hour = self.number(2)? as u8;
        self.byte(b':')?;
        let minute = self.number(2)? as u8;
        let mut time = TimeOfDay {
            hour,
            minute,
            precision: Precision::Minute,
            ..TimeOfDay::START
        };
        if self.peek() != Some(b':') {
            return Some(time);
        }
        self.at += 1;
        time.second = self.number(2)? as u8;
        time.precision = Precision::Second;
        if fraction && matches!(self.peek(), Some(b'.' | b',')) {
            self.at += 1;
            time.nanos = self.nanos()?;
            time.precision = Precision::Subsecond;
        }
        Some(time)
    }

    fn nanos(&mut self) -> Option<u32> {
        let mut nanos = 0;
        let mut unit = 100_000_000;
        let start = self.at;
        while let Some(byte @ b'0'..=b'9') = self.peek() {
            nanos += u32::from(byte - b'0') * unit;
            unit /= 10;
            self.at += 1;
        }
        (self.at > start).then_some(nanos)
    }

    /// `Z`, `GMT`, `UTC`, `UT`, `+hhmm`, `+hh:mm`.
    fn numeric_zone(&mut self) -> Option<(Result<Offset, Refusal>, ZoneSource)> {
        let sign = self.peek()?;
        if !matches!(sign, b'+' | b'-') {
            let utc = matches!(self.word()?, b"Z" | b"z" | b"GMT" | b"UTC" | b"UT");
            return utc.then_some((Ok(Offset::UTC), ZoneSource::Utc));
        }
        self.at += 1;
        let hours = self.number(2)?;
        if self.peek() == Some(b':') {
            self.at += 1;
        }
        let minutes = self.number(2)?;
        let offset = settle::offset(sign == b'-', hours, minutes);
        Some((offset, ZoneSource::Numeric))
    }
}
