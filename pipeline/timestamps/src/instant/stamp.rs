//! What is known beforehand, and what comes out.

use jiff::Timestamp;
use jiff::tz::Offset;

/// What the caller knows about where the text stands. All of it may be absent.
#[derive(Debug, Clone, Copy, Default)]
pub struct Hints<'h> {
    /// Language of the text, a BCP 47 tag such as `de` or `pt-BR`; what is no known tag counts as absent.
    pub language: Option<&'h str>,
    /// Country of the publisher, ISO 3166 alpha-2.
    pub country: Option<&'h str>,
    /// Order of the fields that the other dates of the same feed have shown ([`Stamp::order`]).
    pub order: Option<FieldOrder>,
    /// Offsets from UTC that the other dates of the same feed state.
    pub offsets: &'h [Offset],
    /// When the text was fetched: completes dates without a year, places years of two digits, and is what `2 hours ago` is told from.
    pub now: Option<Timestamp>,
}

/// The order in which a numeric date has its fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FieldOrder {
    /// Day, month, year.
    Dmy,
    /// Month, day, year.
    Mdy,
    /// Year, month, day.
    Ymd,
}

/// An instant and what is known of how it was written.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Stamp {
    /// The first moment of the smallest unit written; of hours and finer units told from the fetching, so far back from it.
    pub instant: Timestamp,
    /// Offset from UTC in force there; absent where neither the text nor a hint tells one and UTC was assumed.
    pub offset: Option<Offset>,
    /// The smallest unit written.
    pub precision: Precision,
    /// Where the offset comes from.
    pub zone: ZoneSource,
    /// Order of the fields, where the date was numeric and its own values admit no other: evidence for [`Hints::order`].
    pub order: Option<FieldOrder>,
    /// How sure the reading is, 0 to 1. A form with one reading and an explicit offset has 1; every assumption lowers it.
    pub confidence: f32,
}

/// The smallest unit that a text names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Precision {
    Year,
    Month,
    Day,
    Hour,
    Minute,
    Second,
    Subsecond,
}

impl Precision {
    /// Its name in lower case.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Precision::Year => "year",
            Precision::Month => "month",
            Precision::Day => "day",
            Precision::Hour => "hour",
            Precision::Minute => "minute",
            Precision::Second => "second",
            Precision::Subsecond => "subsecond",
        }
    }
}

/// Where an offset from UTC comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ZoneSource {
    /// Written in digits: `+02:00`.
    Numeric,
    /// Written as `Z`, `UTC`, `GMT` or `UT`, or counted from the epoch.
    Utc,
    /// A name of the IANA time zone database: `Europe/Paris`.
    Name,
    /// An abbreviation: `EST`, `МСК`. An ambiguous one is resolved by country, by the feed's own offsets, by language.
    Abbreviation,
    /// Not written; the hints tell it.
    Hint,
    /// Not written and not told: UTC was assumed.
    Assumed,
}

impl ZoneSource {
    /// Its name in lower case.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            ZoneSource::Numeric => "numeric",
            ZoneSource::Utc => "utc",
            ZoneSource::Name => "name",
            ZoneSource::Abbreviation => "abbreviation",
            ZoneSource::Hint => "hint",
            ZoneSource::Assumed => "assumed",
        }
    }
}
