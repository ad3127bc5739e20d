//! When an article was published, by everything that was written about it: one rule. No I/O and no clock; the caller says when the
//! article was fetched.
//!
//! 1. **Rank.** Sources are believed in the order of [`Source`]: what a feed or a dropped file says of this very item, then what its page says in
//!    words for machines (JSON-LD, meta), then what it shows to readers (`<time>`), then the day in its address. Of one source the first.
//! 2. **No date at all.** What cannot be true is left out, with the reason: the zero of a machine's calendar (1970-01-01 and its like), a
//!    date before the first newspaper, a date more than [`AHEAD`] after the fetch. What was fetched had been published; a date further
//!    ahead is an event's, or a slip, and a post that is only planned is not there to be fetched.
//! 3. **Ahead by less than that** is a wrong zone or clock, as when local time is written as UTC: kept, with less confidence.
//! 4. **No zone.** A time without one is local time of the publisher's country, where that country has one time and the moment does not then lie
//!    after the fetch; else UTC was assumed when it was read. (A feed's own offsets come before both: whoever reads the feed knows them.)
//!    The country is the caller's, else that of the address (`.de`), else the region of the language (`de-AT`).
//! 5. **Day or month.** Where `03/05/2023` may be two days and the address holds one of them (`/2023/05/03/`), it is that one.
//! 6. **Outvoted.** A source that two others contradict, which agree with each other, is wrong, as feeds are that date every item by
//!    the minute they were written; the best of the two is taken.
//! 7. **Completed.** A year, month or day takes the finer part from the next source that names one within it, of the same [`Role`]: a time
//!    of change says nothing of the time of publication.
//! 8. **Disagreement** that remains is told, and lowers the confidence. Sources agree when what they name overlaps, give or take
//!    [`SLACK`]: a day has its own bounds in every zone.
//!
//! The address alone gives a day (or a month) of publication where nothing else does; it never gives a time of change.

mod address;
mod country;
mod note;
mod plausible;
mod reading;
#[cfg(test)]
mod tests;
mod weigh;

pub use country::{country, country_of_host, region};
pub use note::{Note, Reason};
pub use reading::Reading;

use jiff::{SignedDuration, Timestamp};

/// How far after the fetch a date may lie: no clock on Earth is further ahead of UTC than 14 hours, and local time written as UTC is the
/// slip that puts honest dates ahead.
pub const AHEAD: SignedDuration = SignedDuration::from_hours(14);

/// How far after the fetch a date may lie without a word: clocks of servers differ by minutes.
pub const SKEW: SignedDuration = SignedDuration::from_mins(10);

/// How far two dates may lie apart and still be the same: by a zone that one of them leaves out.
pub const SLACK: SignedDuration = SignedDuration::from_hours(14);

/// Candidates that are looked at; a page with more has lists of other articles on it, further down.
pub const MAX_CANDIDATES: usize = 64;

/// What a date says about the article.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// When it was published.
    Published,
    /// When it was last changed.
    Modified,
}

/// Where a date was written, the most believed first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// An item of a feed.
    Feed,
    /// The head of a dropped file.
    Drop,
    /// `datePublished` and the like in a page's JSON-LD or microdata.
    JsonLd,
    /// A `meta` element of a page.
    Meta,
    /// A `time` element of a page.
    Element,
    /// The path of the article's address.
    Url,
}

impl Source {
    /// Its name in lower case.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Source::Feed => "feed",
            Source::Drop => "drop",
            Source::JsonLd => "json-ld",
            Source::Meta => "meta",
            Source::Element => "time element",
            Source::Url => "address",
        }
    }
}

/// One date that somebody wrote about the article.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate<'c> {
    /// What it says.
    pub role: Role,
    /// Where it was written.
    pub source: Source,
    /// Its text as written, where that is known.
    pub raw: Option<&'c str>,
    /// What [`parse`](crate::parse) made of it.
    pub reading: Reading,
}

/// What is known besides the dates.
#[derive(Debug, Clone, Copy)]
pub struct Circumstances<'c> {
    /// When the article was fetched.
    pub fetched: Timestamp,
    /// Language of the article, a BCP 47 tag.
    pub language: Option<&'c str>,
    /// Country of the publisher, ISO 3166 alpha-2, where it is known for certain.
    pub country: Option<&'c str>,
    /// Address of the article.
    pub url: Option<&'c str>,
}

/// What came out.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Publication {
    /// When the article was published.
    pub published: Option<Settled>,
    /// When it was last changed.
    pub modified: Option<Settled>,
    /// What was refused, set right or contradicted on the way, in that order.
    pub notes: Vec<Note>,
}

/// An instant and where it comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct Settled {
    /// Instant, offset, precision and confidence.
    pub reading: Reading,
    /// The source that was believed.
    pub source: Source,
    /// The text that it was read from, where that is known.
    pub raw: Option<String>,
    /// The source that the finer part of the instant was taken from, where it is another one.
    pub completed_by: Option<Source>,
}

/// Settles when an article was published and last changed, by the rule at the head of this module.
#[must_use]
pub fn settle(candidates: &[Candidate<'_>], circumstances: &Circumstances<'_>) -> Publication {
    let mut notes = Vec::new();
    let by_url = circumstances
        .url
        .and_then(address::date)
        .filter(|(reading, _)| plausible::check(reading, circumstances.fetched).is_ok());
    let place = country::place(circumstances);
    let mut kept = Vec::with_capacity(candidates.len() + 1);
    for candidate in candidates.iter().take(MAX_CANDIDATES) {
        let mut candidate = candidate.clone();
        if let Some((day, _)) = &by_url {
            reading::reorder(&mut candidate, day, circumstances, &mut notes);
        }
        if let Some(place) = &place {
            reading::place(&mut candidate.reading, place, circumstances.fetched);
        }
        match plausible::check(&candidate.reading, circumstances.fetched) {
            Ok(sure) => {
                candidate.reading.confidence *= sure;
                kept.push(candidate);
            }
            Err(reason) => notes.push(Note::refused(&candidate, reason)),
        }
    }
    if let Some((reading, raw)) = by_url {
        kept.push(Candidate {
            role: Role::Published,
            source: Source::Url,
            raw: Some(raw),
            reading,
        });
    }
    // Stable: of one source, the first stays the first.
    kept.sort_by_key(|candidate| candidate.source);
    let mut published = weigh::weigh(&kept, Role::Published, &mut notes);
    let mut modified = weigh::weigh(&kept, Role::Modified, &mut notes);
    if let (Some(published), Some(modified)) = (&mut published, &mut modified) {
        weigh::compare(published, modified, &mut notes);
    }
    Publication {
        published,
        modified,
        notes,
    }
}
