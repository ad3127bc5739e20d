//! Where the older pages of a feed are (RFC 5005): `prev-archive` of archived feeds, `next` of paged
//! ones. No I/O.
//!
//! A [`Cursor`] is what is left to read. It is remembered with the feed, so that a fill that is cut
//! off goes on where it was.

use std::time::Duration;

use dateline_feed_reader::FeedDocument;
use dateline_pipeline::clock::{after, between};
use dateline_pipeline::fault::{Class, Fault};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use url::Url;

/// Failures in a row after which the rest of a fill is given up: old pages that cannot be had now
/// will not come back.
const MAX_FAILURES: u32 = 3;

/// For so long what passes may last: a server that throttles or is down comes back, or the feed has worse troubles.
const MAX_TROUBLE: SignedDuration = SignedDuration::from_hours(7 * 24);

/// The longest that a server can put a page off.
const MAX_WAIT: Duration = Duration::from_secs(86_400);

/// Longest address that is followed.
const MAX_URL: usize = 2048;

/// What is left to read of a feed's older pages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Cursor {
    /// The next page.
    next: String,
    /// How many pages may still be read, that one included.
    left: usize,
    /// Hashes of the pages read, and of the next one: whoever leads back to one of them leads round
    /// in a circle.
    visited: Vec<String>,
    /// Times in a row that the next page could not be read, for reasons that do not pass.
    #[serde(default)]
    failures: u32,
    /// Since when the next page could not be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    since: Option<Timestamp>,
    /// Until when its server wants to be left alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    until: Option<Timestamp>,
}

impl Cursor {
    /// The pages after a feed's first one, of which `left` may be read.
    pub(crate) fn start(first: &FeedDocument, at: &Url, left: usize) -> Option<Cursor> {
        let cursor = Cursor {
            next: at.to_string(),
            left: left.checked_add(1)?,
            visited: vec![mark(at)],
            failures: 0,
            since: None,
            until: None,
        };
        cursor.after(first, at)
    }

    /// The next page; `None` where what was remembered is no address.
    pub(crate) fn next(&self) -> Option<Url> {
        Url::parse(&self.next).ok()
    }

    /// Whether the next page could not be read before.
    pub(crate) fn is_in_trouble(&self) -> bool {
        self.failures > 0 || self.since.is_some()
    }

    /// Whether the next page's server wants to be left alone still.
    pub(crate) fn waits(&self, now: Timestamp) -> bool {
        // A time further off than it is ever set was set while the clock was wrong.
        self.until
            .is_some_and(|until| now < until && between(now, until) <= MAX_WAIT)
    }

    /// What is left after a page that was read at `at`; `None` at the end.
    pub(crate) fn after(mut self, page: &FeedDocument, at: &Url) -> Option<Cursor> {
        self.left = self.left.saturating_sub(1);
        if self.left == 0 {
            return None;
        }
        let next = older(page, at)?;
        let mark = mark(&next);
        if self.visited.contains(&mark) {
            return None;
        }
        self.visited.push(mark);
        self.next = next.into();
        self.failures = 0;
        self.since = None;
        self.until = None;
        Some(self)
    }

    /// What is left after a page that could not be read; `None` when it was the last attempt.
    pub(crate) fn failed(
        mut self,
        fault: &Fault,
        retry_after: Option<Duration>,
        now: Timestamp,
    ) -> Option<Cursor> {
        self.failures += u32::from(fault.class == Class::Permanent);
        let since = *self.since.get_or_insert(now);
        self.until = retry_after.map(|wait| after(now, wait.min(MAX_WAIT)));
        let goes_on = self.failures < MAX_FAILURES && now.duration_since(since) < MAX_TROUBLE;
        goes_on.then_some(self)
    }
}

/// The page before this one, on the same server.
fn older(page: &FeedDocument, at: &Url) -> Option<Url> {
    let link = |wanted: &str| {
        let named = |rel: &str| {
            let short = rel
                .strip_prefix("http://www.iana.org/assignments/relation/")
                .unwrap_or(rel);
            short.eq_ignore_ascii_case(wanted)
        };
        page.links
            .iter()
            .find(|link| link.rel.as_deref().is_some_and(named))
    };
    // Archives stay as they are; pages move while one reads them.
    let link = link("prev-archive").or_else(|| link("next"))?;
    let mut url = at.join(&link.href).ok()?;
    url.set_fragment(None);
    let same_server = url.origin() == at.origin();
    (same_server && url.as_str().len() <= MAX_URL).then_some(url)
}

fn mark(url: &Url) -> String {
    let hash = blake3::hash(url.as_str().as_bytes());
    hash.to_hex().chars().take(16).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use dateline_feed_reader::{Context, read};

    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    fn page(links: &str) -> FeedDocument {
        let text =
            format!("<feed xmlns='http://www.w3.org/2005/Atom'><title>x</title>{links}</feed>");
        let context = Context {
            url: Some(url("https://a.example/feed")),
            ..Context::default()
        };
        read(text.as_bytes(), &context).feed.unwrap()
    }

    fn linking(rel: &str, href: &str) -> FeedDocument {
        page(&format!("<link rel='{rel}' href='{href}'/>"))
    }

    #[test]
    fn archives_and_pages_are_followed_on_the_same_server() {
        let at = url("https://a.example/feed");
        let next = |document: &FeedDocument| {
            let cursor = Cursor::start(document, &at, 3)?;
            Some(cursor.next().unwrap().to_string())
        };
        assert_eq!(
            next(&linking("next", "/feed?page=2#top")).as_deref(),
            Some("https://a.example/feed?page=2")
        );
        let both = page("<link rel='next' href='/n'/><link rel='prev-archive' href='/a'/>");
        assert_eq!(next(&both).as_deref(), Some("https://a.example/a"));
        for (rel, href) in [
            ("next", "https://b.example/feed"),
            ("next", "http://a.example/feed"),
            ("next", "/feed"),
            ("previous", "/x"),
        ] {
            assert_eq!(next(&linking(rel, href)), None, "{rel} {href}");
        }
    }

    #[test]
    fn circles_and_the_number_of_pages_end_it() {
        let at = url("https://a.example/feed");
        let to = |number: usize| linking("next", &format!("/{number}"));
        assert_eq!(Cursor::start(&to(1), &at, 0), None);
        let first = Cursor::start(&to(1), &at, 2).unwrap();
        let second = first
            .clone()
            .after(&to(2), &url("https://a.example/1"))
            .unwrap();
        assert_eq!(second.after(&to(3), &url("https://a.example/2")), None);
        let back = first.after(&to(1), &url("https://a.example/1"));
        assert_eq!(back, None);
    }

    #[test]
    fn it_is_given_up_after_three_failures() {
        let at = url("https://a.example/feed");
        let cursor = Cursor::start(&linking("next", "/1"), &at, 5).unwrap();
        let now = Timestamp::from_second(1_700_000_000).unwrap();
        let gone = Fault::permanent("http_404", "");
        let fail = |cursor: Cursor| cursor.failed(&gone, None, now);
        let cursor = fail(fail(cursor).unwrap()).unwrap();
        assert!(cursor.is_in_trouble());
        assert_eq!(fail(cursor), None);
    }

    #[test]
    fn what_passes_is_waited_for_and_given_up_after_a_week() {
        let at = url("https://a.example/feed");
        let mut cursor = Cursor::start(&linking("next", "/1"), &at, 5).unwrap();
        let begin = Timestamp::from_second(1_700_000_000).unwrap();
        let busy = Fault::transient("http_429", "");
        let hour = Duration::from_secs(3600);
        for hours in 0..7 * 24 {
            let now = after(begin, hour * hours);
            assert!(!cursor.waits(now));
            cursor = cursor.failed(&busy, Some(hour), now).unwrap();
            assert!(cursor.is_in_trouble() && cursor.waits(now));
        }
        let waiting = cursor.clone().failed(&busy, Some(hour), begin).unwrap();
        let long_before = begin - SignedDuration::from_hours(1000);
        assert!(!waiting.waits(long_before), "the clock was wrong");
        let week = after(begin, hour * 7 * 24);
        assert_eq!(cursor.failed(&busy, None, week), None);
    }
}
