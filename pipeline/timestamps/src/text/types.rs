//! What a caller tells about a text, and what comes back: the public face of the annotator. No logic beyond names and notation.

use std::fmt;
use std::ops::Range;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

/// What the caller knows about a text. All of it may be absent; the language alone decides which words are looked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct Context<'c> {
    /// When the text was published, as the clocks of its publisher showed it. Without it, what is relative to the publication stays
    /// underspecified (`XXXX-WXX-2` for “Tuesday”).
    pub published: Option<DateTime>,
    /// Language of the text, a BCP 47 tag; the part before the first hyphen counts. One without a table is read as [`languages`](super::languages)' first.
    pub language: &'c str,
    /// Country of the publisher, ISO 3166 alpha-2: the order of `03/05/2014`, the holidays.
    pub country: Option<&'c str>,
}

impl<'c> Context<'c> {
    /// A context whose publication is an instant; without an offset its clock is taken as UTC.
    #[must_use]
    pub fn at(published: Timestamp, offset: Option<Offset>, language: &'c str) -> Context<'c> {
        let offset = offset.unwrap_or(Offset::UTC);
        Context {
            published: Some(offset.to_datetime(published)),
            language,
            country: None,
        }
    }
}

/// One temporal expression, in the terms of TimeML's TIMEX3 (TimeML 1.2.1, ISO 24617-1).
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Timex {
    /// First character, counted in Unicode code points.
    pub start: usize,
    /// One past the last character, in code points.
    pub end: usize,
    /// The same span in bytes of the UTF-8 text; always on boundaries of characters.
    pub bytes: Range<usize>,
    /// Type of the expression.
    pub kind: Kind,
    /// The TIMEX3 value: `2023-05-09`, `2023-W19`, `2023-SU`, `2023-05-09TMO`, `P3D`, `PXM`, `XXXX-WXX-1`, `PAST_REF`.
    pub value: String,
    /// The TIMEX3 modifier: “early”, “about”, “more than”.
    pub modifier: Option<Modifier>,
    /// The time meant, where the value is a definite one.
    pub interval: Option<Interval>,
    /// The smallest unit that the value names; absent for references such as “recently”.
    pub granularity: Option<Granularity>,
    /// What the value was reckoned from.
    pub anchor: Anchor,
    /// The word before the expression that says how something stands to it.
    pub relation: Option<Relation>,
    /// How often within the period of a set: the TIMEX3 `freq` (`2X` in “twice a week”).
    pub freq: Option<String>,
    /// Which periods of a set: the TIMEX3 `quant` (`EVERY`, `EACH`).
    pub quant: Option<&'static str>,
    /// How sure the reading is, 0 to 1: 1 for what stands there in full, less for every assumption.
    pub confidence: f32,
    /// Name of the rule in the language's table.
    pub rule: &'static str,
}

/// TIMEX3 types.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// A calendar time of a day or longer.
    Date,
    /// A time within a day.
    Time,
    /// A length of time.
    Duration,
    /// Something that recurs.
    Set,
}

impl Kind {
    /// Its name in TimeML: `DATE`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Kind::Date => "DATE",
            Kind::Time => "TIME",
            Kind::Duration => "DURATION",
            Kind::Set => "SET",
        }
    }
}

/// TIMEX3 modifiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the names are TimeML's")]
pub enum Modifier {
    Start,
    Mid,
    End,
    Approx,
    Before,
    After,
    OnOrBefore,
    OnOrAfter,
    LessThan,
    MoreThan,
    EqualOrLess,
    EqualOrMore,
}

impl Modifier {
    /// Its name in TimeML: `EQUAL_OR_LESS`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Modifier::Start => "START",
            Modifier::Mid => "MID",
            Modifier::End => "END",
            Modifier::Approx => "APPROX",
            Modifier::Before => "BEFORE",
            Modifier::After => "AFTER",
            Modifier::OnOrBefore => "ON_OR_BEFORE",
            Modifier::OnOrAfter => "ON_OR_AFTER",
            Modifier::LessThan => "LESS_THAN",
            Modifier::MoreThan => "MORE_THAN",
            Modifier::EqualOrLess => "EQUAL_OR_LESS",
            Modifier::EqualOrMore => "EQUAL_OR_MORE",
        }
    }
}

/// A stretch of civil time, half open. Both ends of a range (“from 3 to 5 May”) carry the interval of the whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Interval {
    /// First moment.
    pub begin: DateTime,
    /// First moment after it.
    pub end: DateTime,
    /// Offset from UTC of both, where the text names a zone. Without it they are as the clocks of the place show them.
    pub offset: Option<Offset>,
}

impl Interval {
    /// The first moment, as [`Interval::end_text`] writes the end.
    #[must_use]
    pub fn begin_text(&self) -> String {
        self.text(self.begin)
    }

    /// One past the last moment in ISO 8601: the day alone (`2023-05-10`) where the interval is of whole days, else the time too, with the
    /// offset where one is known.
    #[must_use]
    pub fn end_text(&self) -> String {
        self.text(self.end)
    }

    fn text(&self, at: DateTime) -> String {
        let midnight = jiff::civil::Time::midnight();
        if self.begin.time() == midnight && self.end.time() == midnight && self.offset.is_none() {
            return at.date().to_string();
        }
        match self.offset {
            None => at.to_string(),
            Some(Offset::UTC) => format!("{at}Z"),
            Some(offset) => {
                let minutes = offset.seconds() / 60;
                let sign = if minutes < 0 { '-' } else { '+' };
                let (hours, minutes) = (minutes.abs() / 60, minutes.abs() % 60);
                format!("{at}{sign}{hours:02}:{minutes:02}")
            }
        }
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.begin_text(), self.end_text())
    }
}

/// The smallest unit that a value names, the finest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Granularity {
    Second,
    Minute,
    Hour,
    /// Morning, night.
    PartOfDay,
    Day,
    Weekend,
    Week,
    Month,
    Quarter,
    Season,
    Half,
    Year,
    Decade,
    Century,
    Millennium,
}

impl Granularity {
    /// Its name in lower case: `part-of-day`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Granularity::Second => "second",
            Granularity::Minute => "minute",
            Granularity::Hour => "hour",
            Granularity::PartOfDay => "part-of-day",
            Granularity::Day => "day",
            Granularity::Weekend => "weekend",
            Granularity::Week => "week",
            Granularity::Month => "month",
            Granularity::Quarter => "quarter",
            Granularity::Season => "season",
            Granularity::Half => "half",
            Granularity::Year => "year",
            Granularity::Decade => "decade",
            Granularity::Century => "century",
            Granularity::Millennium => "millennium",
        }
    }
}

/// What a value was reckoned from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Anchor {
    /// Nothing: it stands there in full, or needs no anchor, or there is none.
    Itself,
    /// The publication.
    Publication,
    /// An earlier expression, by its place in the answer.
    Earlier(usize),
}

impl Anchor {
    /// Its name in lower case.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Anchor::Itself => "itself",
            Anchor::Publication => "publication",
            Anchor::Earlier(_) => "earlier",
        }
    }
}

/// How something stands to the time named, by the word before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Relation {
    Since,
    Until,
    By,
    Before,
    After,
    From,
    To,
    During,
    Within,
    Around,
    Between,
}

impl Relation {
    /// Its name in lower case.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Relation::Since => "since",
            Relation::Until => "until",
            Relation::By => "by",
            Relation::Before => "before",
            Relation::After => "after",
            Relation::From => "from",
            Relation::To => "to",
            Relation::During => "during",
            Relation::Within => "within",
            Relation::Around => "around",
            Relation::Between => "between",
        }
    }
}
