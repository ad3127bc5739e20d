//! Why a text was refused.

use std::fmt;

/// The reason why a text is no date that can be trusted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// Nothing in it names a day, a month or a year, or what stands there is no part of a date.
    #[error("no date in it")]
    NoDate,
    /// A word that is no part of a date in any language known.
    #[error("no date: what `{0}` means is not known")]
    UnknownWord(Box<str>),
    /// A part has a value that it cannot have: month 13, 29 February 2023, the year -1.
    #[error("impossible date: the {part} cannot be {value}")]
    Impossible {
        /// Which part.
        part: Part,
        /// Its value as written.
        value: i64,
    },
    /// A time zone is written, and it is none that is known.
    #[error("the time zone `{0}` is not known")]
    UnknownZone(Box<str>),
    /// Two readings are equally good, or none accounts for all of its numbers.
    #[error("ambiguous: {0}")]
    Ambiguous(&'static str),
    /// A part without which there is no instant is not written: `5 May`.
    #[error("the {0} is missing")]
    Missing(Part),
    /// It is told from the moment of the fetch (`2 hours ago`), and the hints do not say when that was.
    #[error("it is told from the time of the fetch, which is not known")]
    Relative,
    /// A real date, outside of the years that can be counted.
    #[error("the date is out of range")]
    OutOfRange,
    /// Longer than any date, [`MAX_BYTES`](super::MAX_BYTES).
    #[error("too long for a date")]
    TooLong,
}

/// A part of a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Part {
    Year,
    Month,
    Week,
    Day,
    Hour,
    Minute,
    Second,
    Offset,
}

impl fmt::Display for Part {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Part::Year => "year",
            Part::Month => "month",
            Part::Week => "week",
            Part::Day => "day",
            Part::Hour => "hour",
            Part::Minute => "minute",
            Part::Second => "second",
            Part::Offset => "offset from UTC",
        })
    }
}

/// A number as written, for a message: the largest there is where it is larger.
pub(super) fn whole(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

impl Refusal {
    pub(super) fn impossible(part: Part, value: i64) -> Refusal {
        Refusal::Impossible { part, value }
    }
}
