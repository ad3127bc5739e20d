//! What an answer says about when to ask again, for the stage that plans it.
//!
//! Freshness is that of a private cache (RFC 9111, section 4.2), and only what the publisher states:
//! nothing is guessed from `Last-Modified`. `s-maxage` is for shared caches and ignored.

use std::time::Duration;

use dateline_pipeline::clock::between;
use dateline_pipeline::source::{Contact, Fresh, FreshBy, Hints, Wishes};
use jiff::Timestamp;
use reqwest::header::{AGE, CACHE_CONTROL, DATE, EXPIRES, HeaderMap, HeaderName};
use url::Url;

use crate::fetch::{Answer, Memory, Refusal};
use crate::read::FeedDocument;

/// Kinds of faults for which no connection came about.
///
/// A plain timeout is none of them: it strikes once a connection stands.
const UNREACHED: [&str; 4] = ["dns", "connect", "connect_timeout", "proxy"];

/// What feeds share limits by: the host, with its port where that is an unusual one.
pub(crate) fn host(url: &Url) -> Option<String> {
    let host = url.host_str()?;
    Some(match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    })
}

/// The hints in an answer's head.
pub(crate) fn hints(feed: &Url, answer: &Result<Answer, Refusal>, now: Timestamp) -> Hints {
    match answer {
        Ok(answer) => Hints {
            fresh: fresh(&answer.headers, now),
            elsewhere: elsewhere(feed, answer.memory.as_ref().and_then(Memory::url).as_ref()),
            ..Hints::default()
        },
        Err(refusal) => refused(feed, refusal),
    }
}

/// What a refusal says of the host that gave it.
pub(crate) fn refused(feed: &Url, refusal: &Refusal) -> Hints {
    Hints {
        contact: contact(refusal),
        elsewhere: elsewhere(feed, refusal.by.as_ref()),
        ..Hints::default()
    }
}

/// The host that an answer came from, where it is not the feed's.
fn elsewhere(feed: &Url, by: Option<&Url>) -> Option<String> {
    let met = host(by?);
    met.filter(|met| Some(met) != host(feed).as_ref())
}

fn contact(refusal: &Refusal) -> Contact {
    match (refusal.status, refusal.retry_after) {
        (Some(429), _) | (Some(403 | 503), Some(_)) => Contact::Throttled,
        (Some(403), None) => Contact::Forbidden,
        (Some(_), _) => Contact::Answered,
        (None, _) if UNREACHED.contains(&refusal.fault.kind) => Contact::Unreached,
        (None, _) => Contact::Answered,
    }
}

/// What a document asks of those who read it regularly.
pub(crate) fn wishes(feed: &FeedDocument) -> Wishes {
    let mut wishes = Wishes {
        ttl: feed
            .ttl
            .map(|minutes| u64::from(minutes) * 60)
            .filter(|seconds| *seconds > 0),
        update_every: feed
            .update_every
            .map(|every| every.as_secs())
            .filter(|seconds| *seconds > 0),
        ..Wishes::default()
    };
    for hour in &feed.skip_hours {
        wishes.skip_hour(*hour);
    }
    for day in &feed.skip_days {
        wishes.skip_day(*day);
    }
    wishes
}

/// How long an answer stays fresh from `now` on; `None` where nobody says so, or it is stale already.
fn fresh(headers: &HeaderMap, now: Timestamp) -> Option<Fresh> {
    let (by, lifetime) = match max_age(headers) {
        Lifetime::None => return None,
        Lifetime::Stated(seconds) => (FreshBy::CacheControl, Duration::from_secs(seconds)),
        Lifetime::Unstated => {
            let expires = date(headers, EXPIRES)?;
            let sent = date(headers, DATE).unwrap_or(now);
            (FreshBy::Expires, between(sent, expires))
        }
    };
    let age = text(headers, AGE)
        .and_then(|age| age.trim().parse().ok())
        .map_or(Duration::ZERO, Duration::from_secs);
    let lasts = lifetime.saturating_sub(age);
    (!lasts.is_zero()).then_some(Fresh { by, lasts })
}

enum Lifetime {
    Stated(u64),
    /// The answer must not be used without asking again.
    None,
    Unstated,
}

/// What `Cache-Control` says; of several lifetimes the shortest.
fn max_age(headers: &HeaderMap) -> Lifetime {
    let directives = headers
        .get_all(CACHE_CONTROL)
        .into_iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    let mut lifetime = None;
    for directive in directives {
        let (name, value) = directive.split_once('=').unwrap_or((directive, ""));
        match name.trim().to_ascii_lowercase().as_str() {
            "no-cache" | "no-store" => return Lifetime::None,
            "max-age" => {
                let digits = value.trim().trim_matches('"');
                let whole = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
                // What is too large for a number is a long time; what is no number is stale.
                let seconds = if whole {
                    digits.parse().unwrap_or(u64::from(u32::MAX))
                } else {
                    0
                };
                lifetime = Some(lifetime.map_or(seconds, |known: u64| known.min(seconds)));
            }
            _ => {}
        }
    }
    lifetime.map_or(Lifetime::Unstated, Lifetime::Stated)
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

fn date(headers: &HeaderMap, name: HeaderName) -> Option<Timestamp> {
    let stated = httpdate::parse_http_date(text(headers, name)?.trim()).ok()?;
    Timestamp::try_from(stated).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use dateline_pipeline::fault::Fault;
    use reqwest::header::HeaderValue;

    use super::*;

    fn now() -> Timestamp {
        "2024-05-09T10:00:00Z".parse().unwrap()
    }

    fn lasts(fields: &[(&'static str, &'static str)]) -> Option<(FreshBy, u64)> {
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            headers.append(*name, HeaderValue::from_static(value));
        }
        fresh(&headers, now()).map(|fresh| (fresh.by, fresh.lasts.as_secs()))
    }

    #[test]
    fn cache_control_as_a_private_cache_reads_it() {
        let control = |value| lasts(&[("cache-control", value)]);
        let stated = |seconds| Some((FreshBy::CacheControl, seconds));
        assert_eq!(control("max-age=3600"), stated(3600));
        assert_eq!(control("public, Max-Age = \"60\""), stated(60));
        assert_eq!(control("s-maxage=900, max-age=60"), stated(60));
        assert_eq!(control("max-age=60, max-age=30"), stated(30));
        assert_eq!(
            control("max-age=99999999999999999999"),
            stated(u64::from(u32::MAX))
        );
        for stale in [
            "s-maxage=900",
            "max-age=0",
            "max-age=soon",
            "max-age=-5",
            "no-cache, max-age=60",
            "max-age=60, no-store",
            "private",
            "",
        ] {
            assert_eq!(control(stale), None, "{stale}");
        }
        let two = [("cache-control", "public"), ("cache-control", "max-age=60")];
        assert_eq!(lasts(&two), stated(60));
    }

    #[test]
    fn what_has_lain_in_a_cache_is_fresh_for_less() {
        let aged = |age| lasts(&[("cache-control", "max-age=60"), ("age", age)]);
        assert_eq!(aged("20"), Some((FreshBy::CacheControl, 40)));
        assert_eq!(aged("60"), None);
        assert_eq!(aged("old"), Some((FreshBy::CacheControl, 60)));
    }

    #[test]
    fn expires_counts_from_the_servers_own_clock() {
        let noon = ("expires", "Thu, 09 May 2024 12:00:00 GMT");
        assert_eq!(lasts(&[noon]), Some((FreshBy::Expires, 7200)));
        let sent = ("date", "Thu, 09 May 2024 11:30:00 GMT");
        assert_eq!(lasts(&[noon, sent]), Some((FreshBy::Expires, 1800)));
        assert_eq!(
            lasts(&[noon, ("cache-control", "max-age=60")]),
            Some((FreshBy::CacheControl, 60)),
            "Cache-Control is heard first"
        );
        assert_eq!(lasts(&[noon, ("cache-control", "no-cache")]), None);
        for stale in ["0", "-1", "soon", "Thu, 09 May 2024 09:00:00 GMT"] {
            assert_eq!(lasts(&[("expires", stale)]), None, "{stale}");
        }
    }

    #[test]
    fn refusals_say_how_the_host_behaved() {
        let met = |kind, status, retry_after: Option<u64>| {
            contact(&Refusal {
                fault: Fault::transient(kind, ""),
                retry_after: retry_after.map(Duration::from_secs),
                status,
                by: None,
                redirected: false,
            })
        };
        assert_eq!(met("http_status", Some(429), None), Contact::Throttled);
        assert_eq!(met("http_status", Some(503), Some(60)), Contact::Throttled);
        assert_eq!(met("http_status", Some(503), None), Contact::Answered);
        assert_eq!(met("http_status", Some(403), None), Contact::Forbidden);
        assert_eq!(met("http_status", Some(404), None), Contact::Answered);
        assert_eq!(met("dns", None, None), Contact::Unreached);
        assert_eq!(met("connect", None, None), Contact::Unreached);
        assert_eq!(met("connect_timeout", None, None), Contact::Unreached);
        assert_eq!(met("proxy", None, None), Contact::Unreached);
        assert_eq!(met("proxy", Some(407), None), Contact::Answered);
        assert_eq!(met("timeout", None, None), Contact::Answered);
        assert_eq!(met("tls", None, None), Contact::Answered);
    }

    #[test]
    fn who_answered_in_place_of_the_feeds_host_is_named() {
        let feed = Url::parse("https://a.example/feed").unwrap();
        let refused = |by: Option<&str>| {
            let refusal = Refusal {
                fault: Fault::transient("http_status", ""),
                retry_after: None,
                status: Some(429),
                by: by.map(|by| by.parse().unwrap()),
                redirected: by.is_some(),
            };
            hints(&feed, &Err(refusal), now()).elsewhere
        };
        assert_eq!(refused(None), None);
        assert_eq!(refused(Some("http://a.example/other")), None);
        assert_eq!(
            refused(Some("https://b.example/x")).as_deref(),
            Some("b.example")
        );
    }

    #[test]
    fn feeds_on_one_server_share_its_limits() {
        let host = |url: &str| host(&Url::parse(url).unwrap()).unwrap();
        assert_eq!(host("https://a.example/x"), host("http://a.example/y"));
        assert_ne!(host("https://a.example/"), host("https://a.example:8443/"));
    }
}
