//! Reads the dates of feeds: RFC 3339 and ISO 8601, RFC 822 with what has become of it, asctime.
//!
//! Keeps what was written (text, offset, precision). Guesses nothing: months in other languages than
//! English, orders of numbers that could be read two ways and unknown zones give no date.

use jiff::civil::{Date, Time};
use jiff::fmt::temporal::Pieces;
use jiff::tz::Offset;

use crate::values::{self, Precision};

/// Longest text that is looked at, in bytes; the longest of the formats has some 40.
const LONGEST: usize = 128;

const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];
const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// Zones with their offset in minutes: RFC 822, section 5.1, and those European and East Asian ones
/// that mean one thing in feeds (`BST` is British there).
const ZONES: [(&str, i32); 23] = [
    ("z", 0),
    ("ut", 0),
    ("utc", 0),
    ("gmt", 0),
    ("est", -300),
    ("edt", -240),
    ("cst", -360),
    ("cdt", -300),
    ("mst", -420),
    ("mdt", -360),
    ("pst", -480),
    ("pdt", -420),
    ("akst", -540),
    ("akdt", -480),
    ("bst", 60),
    ("wet", 0),
    ("west", 60),
    ("cet", 60),
    ("cest", 120),
    ("eet", 120),
    ("eest", 180),
    ("msk", 180),
    ("jst", 540),
];

/// Reads a date.
pub(crate) fn parse(text: &str) -> Option<values::Date> {
    let text = text.trim();
    if text.is_empty() || text.len() > LONGEST {
        return None;
    }
    let moment = iso(text).or_else(|| worded(text))?;
    stated(moment, text)
}

/// A date as read; no offset is written when it is not known.
struct Moment {
    date: Date,
    time: Option<(Time, Precision)>,
    offset: Option<Offset>,
}

fn stated(moment: Moment, raw: &str) -> Option<values::Date> {
    let (time, precision) = moment.time.unwrap_or((Time::midnight(), Precision::Day));
    let instant = moment
        .offset
        .unwrap_or(Offset::UTC)
        .to_timestamp(moment.date.to_datetime(time))
        .ok()?;
    Some(values::Date {
        instant,
        raw: raw.to_owned(),
        offset: moment.offset.map(written),
        precision,
    })
}

/// `+hh:mm`.
fn written(offset: Offset) -> String {
    let minutes = offset.seconds() / 60;
    let sign = if minutes < 0 { '-' } else { '+' };
    format!("{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
}

/// `2024-05-09T10:12:00+02:00`, with the parts that may be missing (RFC 3339, ISO 8601).
fn iso(text: &str) -> Option<Moment> {
    let first = text
        .split(|character: char| !character.is_ascii_digit())
        .next()
        .unwrap_or_default();
    if first.len() < 4 {
        return None;
    }
    let dashed = match text.as_bytes().get(4) {
        Some(b'/' | b'-') => with_two_digits(text).unwrap_or_else(|| text.to_owned()),
        _ => text.to_owned(),
    };
    // Some write a space before the offset.
    let dashed = match dashed.rsplit_once(' ') {
        Some((moment, zone)) if moment.contains(':') => match offset_of(zone) {
            Some(Zone::Unknown) => moment.to_owned(),
            Some(Zone::Known(offset)) => format!("{moment}{}", written(offset)),
            None => dashed,
        },
        _ => dashed,
    };
    let pieces = Pieces::parse(&dashed).ok()?;
    let precision = precision_of(&dashed);
    Some(Moment {
        date: pieces.date(),
        time: pieces.time().map(|time| (time, precision)),
        offset: pieces.to_numeric_offset(),
    })
}

/// `2024/5/9 7:12` as `2024-05-09 07:12`: whoever leaves out zeros still puts the year first, then the month.
fn with_two_digits(text: &str) -> Option<String> {
    let (year, rest) = text.split_at_checked(4)?;
    let (month, rest) = rest.get(1..)?.split_once(['/', '-'])?;
    let is_digit = |byte: u8| byte.is_ascii_digit();
    let (day, rest) = split_while(rest, is_digit);
    let (gap, rest) = rest.split_at(usize::from(rest.starts_with([' ', 'T', 't'])));
    let (time, rest) = split_while(rest, |byte| is_digit(byte) || byte == b':');
    let digits = |part: &str| matches!(part.len(), 1 | 2) && part.bytes().all(is_digit);
    if !digits(month) || !digits(day) {
        return None;
    }
    // Without a colon it is a time in digits alone, which has all of them.
    let time = match time.contains(':') {
        true => time
            .split(':')
            .map(|part| format!("{part:0>2}"))
            .collect::<Vec<_>>()
            .join(":"),
        false => time.to_owned(),
    };
    Some(format!("{year}-{month:0>2}-{day:0>2}{gap}{time}{rest}"))
}

fn split_while(text: &str, is_part: impl Fn(u8) -> bool) -> (&str, &str) {
    text.split_at(
        text.bytes()
            .position(|byte| !is_part(byte))
            .unwrap_or(text.len()),
    )
}

/// Whether the time of an ISO date goes down to seconds.
fn precision_of(text: &str) -> Precision {
    let time = text
        .split_once(['T', 't', ' '])
        .map_or("", |(_, time)| time);
    let time = time
        .split(['+', '-', 'Z', 'z', '['])
        .next()
        .unwrap_or_default();
    match (time.matches(':').count(), time.len()) {
        (1, _) | (0, ..6) => Precision::Minute,
        _ => Precision::Second,
    }
}

/// `Thu, 9 May 2024 10:12:00 +0200`, `May 9, 2024 10:12 PM EST`, `Thu May  9 10:12:00 2024`
/// (RFC 822 and RFC 2822 with their obsolete forms, asctime).
fn worded(text: &str) -> Option<Moment> {
    let mut month = None;
    let mut numbers: Vec<&str> = Vec::new();
    let mut clock = None;
    let mut afternoon = None;
    let mut offset = None;
    let words = text.split(|character: char| character.is_whitespace() || character == ',');
    for word in words.filter(|word| !word.is_empty()) {
        if word.contains(':')
            && clock.is_none()
            && word.starts_with(|first: char| first.is_ascii_digit())
        {
            let (time, zone) = split_zone(word);
            clock = Some(clock_of(time)?);
            offset = zone.map(offset_of).unwrap_or(offset);
        } else if word.bytes().all(|byte| byte.is_ascii_digit()) {
            numbers.push(word);
        } else if let Some((day, named, year)) = dashed(word) {
            month = Some(named);
            numbers.extend([day, year]);
        } else if let Some(named) = named(word, &MONTHS) {
            month.get_or_insert(named);
        } else if named(word, &WEEKDAYS).is_some() {
            continue;
        } else if matches!(word.to_ascii_lowercase().as_str(), "am" | "pm") {
            afternoon = Some(word.eq_ignore_ascii_case("pm"));
        } else if let Some(zone) = offset_of(word) {
            offset.get_or_insert(zone);
        } else if !(word.starts_with('(') && word.ends_with(')')) {
            return None;
        }
    }
    let [day, year] = numbers[..] else {
        return None;
    };
    let (day, year) = if day.len() == 4 {
        (year, day)
    } else {
        (day, year)
    };
    let date = Date::new(
        year_of(year)?,
        i8::try_from(month?).ok()? + 1,
        day.parse().ok()?,
    )
    .ok()?;
    let (date, time) = match clock {
        Some(clock) => clock
            .on(date, afternoon)
            .map(|(date, time)| (date, Some(time)))?,
        None => (date, None),
    };
    let offset = match offset {
        Some(Zone::Known(offset)) => Some(offset),
        _ => None,
    };
    Some(Moment { date, time, offset })
}

/// The place in `names` of the one that `word` is or abbreviates.
fn named(word: &str, names: &[&str]) -> Option<usize> {
    let word = word.trim_end_matches('.').to_ascii_lowercase();
    let short = word.get(..3)?;
    if !word.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return None;
    }
    names.iter().position(|name| *name == short)
}

/// `9-May-2024`.
fn dashed(word: &str) -> Option<(&str, usize, &str)> {
    let mut parts = word.split('-');
    let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    (parts.next().is_none() && digits(day) && digits(year)).then_some(())?;
    Some((day, named(month, &MONTHS)?, year))
}

/// Two digits mean 1950 to 2049, three are counted from 1900 (RFC 2822, section 4.3).
fn year_of(digits: &str) -> Option<i16> {
    let year: i16 = digits.parse().ok()?;
    match digits.len() {
        4 => Some(year),
        3 => Some(1900 + year),
        2 if year < 50 => Some(2000 + year),
        2 => Some(1900 + year),
        _ => None,
    }
}

/// A time of day as written.
struct Clock {
    hour: i8,
    minute: i8,
    second: Option<i8>,
}

impl Clock {
    /// The time on `date`; hour 24 is the first of the next day.
    fn on(&self, date: Date, afternoon: Option<bool>) -> Option<(Date, (Time, Precision))> {
        let hour = match (afternoon, self.hour) {
            (Some(true), 1..=11) => self.hour + 12,
            (Some(false), 12) => 0,
            (_, hour) => hour,
        };
        let (date, hour) = if hour == 24 {
            (date.tomorrow().ok()?, 0)
        } else {
            (date, hour)
        };
        // A leap second counts as the second before it.
        let second = self.second.unwrap_or(0).min(59);
        let precision = if self.second.is_some() {
            Precision::Second
        } else {
            Precision::Minute
        };
        Some((
            date,
            (Time::new(hour, self.minute, second, 0).ok()?, precision),
        ))
    }
}

/// `10:12`, `10:12:00`, `10:12:00.5`.
fn clock_of(text: &str) -> Option<Clock> {
    let mut parts = text.split(':');
    let (hour, minute) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    let second = match parts.next() {
        Some(second) => Some(
            second
                .split(['.', ','])
                .next()?
                .parse()
                .ok()
                .filter(|second| *second <= 60)?,
        ),
        None => None,
    };
    parts.next().is_none().then_some(Clock {
        hour,
        minute,
        second,
    })
}

/// Parts `10:12:00+0200` and `10:12:00Z`.
fn split_zone(word: &str) -> (&str, Option<&str>) {
    match word.find(|character: char| !(character.is_ascii_digit() || ":.".contains(character))) {
        Some(at) => (&word[..at], Some(&word[at..])),
        None => (word, None),
    }
}

/// A zone as written.
#[derive(Clone, Copy)]
enum Zone {
    /// It has this offset from UTC.
    Known(Offset),
    /// The text is in UTC and says that the local offset is not known (`-0000`).
    Unknown,
}

/// `+0200`, `+02:00`, `+2`, `EST`, `GMT+2`.
fn offset_of(word: &str) -> Option<Zone> {
    let lower = word.to_ascii_lowercase();
    if let Some((_, minutes)) = ZONES.iter().find(|(name, _)| *name == lower) {
        return Offset::from_seconds(minutes * 60).ok().map(Zone::Known);
    }
    let bare = lower.trim_start_matches("utc").trim_start_matches("gmt");
    let (sign, digits) = match bare.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, bare.strip_prefix('+')?),
    };
    let (hours, minutes) = match digits.split_once(':') {
        Some(parts) => parts,
        None if digits.len() <= 2 => (digits, "0"),
        None => digits.split_at_checked(digits.len() - 2)?,
    };
    let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
    if sign < 0 && hours == 0 && minutes == 0 {
        return Some(Zone::Unknown);
    }
    let seconds = sign * (hours.checked_mul(3600)? + minutes.checked_mul(60)?);
    (minutes < 60).then_some(())?;
    Offset::from_seconds(seconds).ok().map(Zone::Known)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use super::*;
    use proptest::prelude::{any, proptest};

    fn read(text: &str) -> String {
        match parse(text) {
            Some(stated) => {
                let offset = stated.offset.unwrap_or_else(|| "none".to_owned());
                format!("{} {offset} {:?}", stated.instant, stated.precision)
            }
            None => "none".to_owned(),
        }
    }

    #[test]
    fn iso_dates_are_read_with_what_they_leave_out() {
        assert_eq!(read("2024/5/9 7:12:03"), "2024-05-09T07:12:03Z none Second");
        assert_eq!(
            read("2024/1/10 14:33:00"),
            "2024-01-10T14:33:00Z none Second"
        );
        assert_eq!(
            read("2024-05-09T12:35:9+01:00"),
            "2024-05-09T11:35:09Z +01:00 Second"
        );
        assert_eq!(read("2024-5-9"), "2024-05-09T00:00:00Z none Day");
        assert_eq!(
            read("2024-05-09T10:12:03Z"),
            "2024-05-09T10:12:03Z +00:00 Second"
        );
        assert_eq!(
            read("2024-05-09T10:12:03.25+02:00"),
            "2024-05-09T08:12:03.25Z +02:00 Second"
        );
        assert_eq!(
            read("2024-05-09T10:12+02:00"),
            "2024-05-09T08:12:00Z +02:00 Minute"
        );
        assert_eq!(
            read("2024-05-09T10:12-05:30"),
            "2024-05-09T15:42:00Z -05:30 Minute"
        );
        assert_eq!(
            read("2024-05-09T10:12Z"),
            "2024-05-09T10:12:00Z +00:00 Minute"
        );
        assert_eq!(
            read("2024-05-09 10:12:03"),
            "2024-05-09T10:12:03Z none Second"
        );
        assert_eq!(
            read("2024-05-09 10:12:03 +0200"),
            "2024-05-09T08:12:03Z +02:00 Second"
        );
        assert_eq!(
            read("2024-05-09T10:12:03+0200"),
            "2024-05-09T08:12:03Z +02:00 Second"
        );
        assert_eq!(read("2024-05-09"), "2024-05-09T00:00:00Z none Day");
        assert_eq!(read("2024/05/09 10:12"), "2024-05-09T10:12:00Z none Minute");
    }

    #[test]
    fn mail_dates_are_read_in_all_their_forms() {
        assert_eq!(
            read("Thu, 09 May 2024 10:12:03 +0200"),
            "2024-05-09T08:12:03Z +02:00 Second"
        );
        assert_eq!(
            read("Thu, 9 May 24 10:12 GMT"),
            "2024-05-09T10:12:00Z +00:00 Minute"
        );
        assert_eq!(
            read("Thursday, 09-May-24 10:12:03 UTC"),
            "2024-05-09T10:12:03Z +00:00 Second"
        );
        assert_eq!(
            read("9 September 1999 23:59:60 EST"),
            "1999-09-10T04:59:59Z -05:00 Second"
        );
        assert_eq!(
            read("Wed, 09 May 2024 24:00:00 GMT"),
            "2024-05-10T00:00:00Z +00:00 Second"
        );
        assert_eq!(
            read("May 9, 2024 1:05 PM EDT"),
            "2024-05-09T17:05:00Z -04:00 Minute"
        );
        assert_eq!(
            read("Thu May  9 10:12:03 2024"),
            "2024-05-09T10:12:03Z none Second"
        );
        assert_eq!(
            read("Thu, 09 May 2024 10:12:03 -0000"),
            "2024-05-09T10:12:03Z none Second"
        );
        assert_eq!(
            read("Thu, 09 May 2024 10:12:03+02:00 (CEST)"),
            "2024-05-09T08:12:03Z +02:00 Second"
        );
        assert_eq!(read("09 May 2024"), "2024-05-09T00:00:00Z none Day");
    }

    #[test]
    fn what_could_be_anything_is_no_date() {
        for text in [
            "",
            "yesterday",
            "05/09/2024",
            "31 Feb 2024",
            "9 mai 2024",
            "2024",
            "10:12",
            "Thu, 09 May 2024 10:12:03 XYZT",
            "2024-13-01",
        ] {
            assert_eq!(read(text), "none", "{text}");
        }
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(text in any::<String>()) {
            parse(&text);
        }

        #[test]
        fn nothing_like_a_date_makes_it_panic(text in "[0-9:+\\-TZ, ./MayjanPGé]{0,40}") {
            parse(&text);
        }

        #[test]
        fn instants_come_back(second in 0_i64..4_000_000_000) {
            let instant = jiff::Timestamp::from_second(second).unwrap();
            assert_eq!(parse(&instant.to_string()).unwrap().instant, instant);
            let mail = instant.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
            assert_eq!(parse(&mail).unwrap().instant, instant);
        }
    }
}
