//! A moment that somebody gives on the command line or in a request: in any form that dates are written in.

use std::str::FromStr;

use dateline_timestamps::{Hints, Precision, offset_text, parse};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;
use serde::Deserialize;

/// A day, or a time of one, with the offset that was given, else UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Moment {
    /// The instant; the first moment of a day that was given alone.
    pub(super) instant: Timestamp,
    offset: Option<Offset>,
    has_time: bool,
}

impl Moment {
    /// What the clocks of its place show.
    pub(super) fn local(self) -> DateTime {
        self.offset.unwrap_or(Offset::UTC).to_datetime(self.instant)
    }
}

impl FromStr for Moment {
    type Err = String;

    fn from_str(text: &str) -> Result<Moment, String> {
        const HOW: &str = "write it as 2023-05-10 or 2023-05-10T09:12:00+01:00";
        let stamp = parse(text, &Hints::default()).map_err(|why| format!("{why}; {HOW}"))?;
        if stamp.precision < Precision::Day {
            return Err(format!("it names no day; {HOW}"));
        }
        Ok(Moment {
            instant: stamp.instant,
            offset: stamp.offset,
            has_time: stamp.precision > Precision::Day,
        })
    }
}

impl TryFrom<String> for Moment {
    type Error = String;

    fn try_from(text: String) -> Result<Moment, String> {
        let moment = text.parse();
        moment.map_err(|why: String| format!("the date {text:?} was not understood: {why}"))
    }
}

/// As it was given: without a time or an offset that was not.
impl std::fmt::Display for Moment {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let local = self.local();
        match self.offset {
            _ if !self.has_time => write!(out, "{}", local.date()),
            Some(offset) => write!(out, "{local}{}", offset_text(offset)),
            None => write!(out, "{local}"),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_moment_is_a_day_or_a_time_of_one() {
        for (text, local, shown) in [
            ("2023-05-10", "2023-05-10T00:00:00", "2023-05-10"),
            ("20130322", "2013-03-22T00:00:00", "2013-03-22"),
            (
                "2023-05-10T00:30:00+02:00",
                "2023-05-10T00:30:00",
                "2023-05-10T00:30:00+02:00",
            ),
            (
                "10 May 2023 09:12",
                "2023-05-10T09:12:00",
                "2023-05-10T09:12:00",
            ),
        ] {
            let moment: Moment = text.parse().unwrap();
            assert_eq!(moment.local().to_string(), local, "{text}");
            assert_eq!(moment.to_string(), shown, "{text}");
        }
        for (text, why) in [
            ("a ferry", "no date"),
            ("2023-02-29", "impossible date: the day cannot be 29"),
            ("May 2023", "it names no day"),
        ] {
            let refused = text.parse::<Moment>().unwrap_err();
            assert!(refused.starts_with(why), "{refused}");
            assert!(refused.ends_with("+01:00"), "{refused}");
        }
    }
}
