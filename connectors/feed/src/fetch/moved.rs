//! Feeds that have moved for good: which permanent redirects are believed, and since when.
//!
//! A captive portal, an expired domain or a mistake of an afternoon answers 301 too. So a move is adopted only when the
//! same one was seen several times over days, and given up as soon as the configured address does not say it any more.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use url::Url;

use super::exchange::Hop;
use super::redirects::without_credentials;

/// Sightings from which on a move is believed, and the time that lies between the first and the latest of them at least.
const MIN_SIGHTINGS: u32 = 3;
const MIN_SPAN: SignedDuration = SignedDuration::from_hours(48);

/// A permanent redirect that was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Moved {
    /// The configured address that said so.
    from: String,
    /// Where it leads.
    pub(crate) to: Url,
    /// When it was first seen, without another answer between.
    first: Timestamp,
    /// When it was last seen.
    latest: Timestamp,
    /// How often.
    sightings: u32,
}

impl Moved {
    /// What is known of a move after the configured address was asked and led through `hops` to an answer.
    pub(super) fn after(
        before: Option<&Moved>,
        configured: &Url,
        hops: &[Hop],
        now: Timestamp,
    ) -> Option<Moved> {
        let permanent = |hop: &&Hop| matches!(hop.status, 301 | 308);
        // Only what stands before the first temporary redirect is for good.
        let to = hops.iter().take_while(permanent).last()?.to.clone();
        let from = without_credentials(configured).to_string();
        let known = before.filter(|before| before.to == to && before.from == from);
        Some(Moved {
            first: known.map_or(now, |known| known.first.min(now)),
            latest: now,
            sightings: known.map_or(1, |known| known.sightings.saturating_add(1)),
            from,
            to,
        })
    }

    /// How it stands, for people.
    pub(crate) fn standing(&self) -> String {
        let times = match self.sightings {
            1 => "seen once".to_owned(),
            often => format!("seen {often} times"),
        };
        let to = without_credentials(&self.to);
        let since = self.first.strftime("%Y-%m-%d");
        format!(
            "the address says that the feed is at {to} for good ({times}, first on {since}); write that into the configuration"
        )
    }

    /// The address to ask in place of the configured one.
    pub(super) fn adopted(&self, configured: &Url) -> Option<&Url> {
        let believed = self.sightings >= MIN_SIGHTINGS
            && self.latest.duration_since(self.first) >= MIN_SPAN
            && self.from == without_credentials(configured).as_str();
        believed.then_some(&self.to)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    fn hop(status: u16, to: &str) -> Hop {
        Hop {
            status,
            to: url(to),
        }
    }

    fn at(hours: i64) -> Timestamp {
        Timestamp::from_second(1_700_000_000 + hours * 3600).unwrap()
    }

    fn seen(before: Option<Moved>, hops: &[Hop], hours: i64) -> Option<Moved> {
        Moved::after(before.as_ref(), &url("http://a.example/"), hops, at(hours))
    }

    fn adopted(moved: &Option<Moved>) -> Option<&str> {
        moved
            .as_ref()
            .and_then(|moved| moved.adopted(&url("http://a.example/")))
            .map(Url::as_str)
    }

    #[test]
    fn a_move_is_believed_after_several_sightings_over_days() {
        let hops = [hop(301, "https://b.example/")];
        let mut moved = None;
        for (hours, believed) in [
            (0, false),
            (1, false),
            (2, false),
            (47, false),
            (48, true),
            (900, true),
        ] {
            moved = seen(moved, &hops, hours);
            assert_eq!(adopted(&moved).is_some(), believed, "{hours}");
        }
        assert_eq!(adopted(&moved), Some("https://b.example/"));
        let other = moved.as_ref().unwrap().adopted(&url("http://c.example/"));
        assert_eq!(other, None, "another address is configured now");
        let two = seen(seen(None, &hops, 0), &hops, 100);
        assert_eq!(adopted(&two), None, "two sightings");
    }

    #[test]
    fn a_move_is_forgotten_when_it_is_not_seen_again() {
        let hops = [hop(308, "https://b.example/")];
        let moved = seen(seen(None, &hops, 0), &hops, 47);
        assert_eq!(seen(moved.clone(), &[], 48), None);
        let elsewhere = seen(moved, &[hop(301, "https://c.example/")], 48);
        assert_eq!(adopted(&elsewhere), None);
    }

    #[test]
    fn what_lies_behind_a_temporary_redirect_is_not_for_good() {
        let hops = [
            hop(301, "https://b.example/"),
            hop(308, "https://c.example/"),
            hop(302, "https://d.example/"),
            hop(301, "https://e.example/"),
        ];
        let moved = seen(None, &hops, 0).unwrap();
        assert_eq!(moved.to.as_str(), "https://c.example/");
        for status in [302, 303, 307] {
            assert_eq!(seen(None, &[hop(status, "https://b.example/")], 0), None);
        }
    }
}
