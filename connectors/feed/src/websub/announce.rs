//! Which hub an answer announces, and for which topic (WebSub, section 4). No I/O.

use dateline_feed_reader::FeedDocument;
use reqwest::header::{HeaderMap, LINK};
use serde::{Deserialize, Serialize};
use url::Url;

/// Links of an answer's header fields that are read; answers have a handful.
const MAX_LINKS: usize = 100;

/// Hubs that are remembered: one is asked at a time, and few feeds have more than two.
const MAX_HUBS: usize = 4;

/// Longest address that is taken.
const MAX_URL: usize = 2048;

/// What a feed announces.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Announced {
    /// Its hubs, never none.
    pub(super) hubs: Vec<String>,
    /// What to subscribe to: the address that the feed gives itself.
    pub(super) topic: String,
}

impl Announced {
    /// The hub that is asked first.
    pub(crate) fn hub(&self) -> &str {
        self.hubs.first().map_or("", String::as_str)
    }
}

/// What an answer from `at` announces: its header fields count before its document.
pub(crate) fn announced(headers: &HeaderMap, feed: &FeedDocument, at: &Url) -> Option<Announced> {
    let mut links = Vec::new();
    for value in headers.get_all(LINK) {
        if let Ok(value) = value.to_str() {
            parse(value, &mut links);
        }
    }
    let said = |rel: &str| -> Vec<Url> {
        let of_header = links
            .iter()
            .filter(|(_, rels)| has(rels, rel))
            .filter_map(|(href, _)| address(href, at));
        let found: Vec<Url> = of_header.collect();
        if !found.is_empty() {
            return found;
        }
        let of_feed = feed
            .links
            .iter()
            .filter(|link| link.rel.as_deref().is_some_and(|rels| has(rels, rel)));
        of_feed.filter_map(|link| address(&link.href, at)).collect()
    };
    let topic = said("self").into_iter().next();
    let topic = topic.unwrap_or_else(|| at.clone());
    let mut hubs: Vec<String> = Vec::new();
    // A hub without encryption would give away what a feed or a topic with it protects.
    let plain = topic.scheme() == "http" && at.scheme() == "http";
    let fit = |hub: &Url| hub.scheme() == "https" || plain;
    for hub in said("hub").into_iter().filter(fit) {
        if hubs.len() < MAX_HUBS && !hubs.iter().any(|known| *known == hub.as_str()) {
            hubs.push(hub.into());
        }
    }
    (!hubs.is_empty()).then(|| Announced {
        hubs,
        topic: topic.into(),
    })
}

fn has(rels: &str, wanted: &str) -> bool {
    rels.split_ascii_whitespace()
        .any(|rel| rel.eq_ignore_ascii_case(wanted))
}

fn address(href: &str, at: &Url) -> Option<Url> {
    let mut url = at.join(href).ok()?;
    url.set_fragment(None);
    let usable = matches!(url.scheme(), "http" | "https")
        && url.username().is_empty()
        && url.password().is_none();
    (usable && url.as_str().len() <= MAX_URL).then_some(url)
}

/// The targets and relations of a `Link` header (RFC 8288, section 3). What is malformed ends it.
fn parse(value: &str, links: &mut Vec<(String, String)>) {
    let mut rest = value;
    while links.len() < MAX_LINKS {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        let Some((href, after)) = rest.strip_prefix('<').and_then(|rest| rest.split_once('>'))
        else {
            return;
        };
        let (rels, after) = parameters(after);
        if let Some(rels) = rels {
            links.push((href.to_owned(), rels));
        }
        rest = after;
    }
}

/// The first `rel` of a link, and what comes after its parameters.
fn parameters(text: &str) -> (Option<String>, &str) {
    let mut rels = None;
    let mut rest = text.trim_start();
    while let Some(after) = rest.strip_prefix(';') {
        let name_end = after.find(['=', ';', ',']).unwrap_or(after.len());
        let (name, after) = after.split_at(name_end);
        let (value, after) = match after.strip_prefix('=') {
            Some(after) => value(after.trim_start()),
            None => (String::new(), after),
        };
        if name.trim().eq_ignore_ascii_case("rel") && rels.is_none() {
            rels = Some(value);
        }
        rest = after.trim_start();
    }
    (rels, rest)
}

/// A token or a quoted string, and what comes after it.
fn value(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([';', ',']).unwrap_or(text.len());
        return (text[..end].trim().to_owned(), &text[end..]);
    };
    let mut value = String::new();
    let mut escaped = false;
    for (at, letter) in quoted.char_indices() {
        match letter {
            _ if escaped => {
                value.push(letter);
                escaped = false;
            }
            '\\' => escaped = true,
            '"' => return (value, &quoted[at + 1..]),
            _ => value.push(letter),
        }
    }
    (value, "")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use dateline_feed_reader::{Context, read};
    use reqwest::header::HeaderValue;

    use super::*;

    fn of(headers: &[&'static str], links: &str) -> Option<Announced> {
        at(
            &Url::parse("http://a.example/feed").unwrap(),
            headers,
            links,
        )
    }

    fn at(at: &Url, headers: &[&'static str], links: &str) -> Option<Announced> {
        let text =
            format!("<feed xmlns='http://www.w3.org/2005/Atom'><title>x</title>{links}</feed>");
        let feed = read(text.as_bytes(), &Context::default()).feed.unwrap();
        let mut map = HeaderMap::new();
        for header in headers {
            map.append(LINK, HeaderValue::from_static(header));
        }
        announced(&map, &feed, at)
    }

    #[test]
    fn header_fields_count_before_the_document() {
        let links = "<link rel='hub' href='https://hub.example/'/><link rel='self' href='http://a.example/self'/>";
        let found = of(&[], links).unwrap();
        assert_eq!(found.hubs, ["https://hub.example/"]);
        assert_eq!(found.topic, "http://a.example/self");
        let found = of(
            &[
                "<https://other.example/hub?a,b>; title=\"a, \\\"b\\\"; rel=x\"; rel=\"nofollow HUB\", </top>;rel=self",
                "<https://two.example/>; rel=hub; rel=self",
            ],
            links,
        );
        let found = found.unwrap();
        assert_eq!(
            found.hubs,
            ["https://other.example/hub?a,b", "https://two.example/"]
        );
        assert_eq!(found.topic, "http://a.example/top");
    }

    #[test]
    fn rss_announces_hubs_by_links_of_atom() {
        let at = Url::parse("https://a.example/feed").unwrap();
        let rss = "<rss version='2.0' xmlns:atom='http://www.w3.org/2005/Atom'><channel><title>x</title>\
            <atom:link rel='hub' href='https://hub.example/'/><atom:link rel='self' href='https://a.example/self'/>\
            </channel></rss>";
        let feed = read(rss.as_bytes(), &Context::default()).feed.unwrap();
        let found = announced(&HeaderMap::new(), &feed, &at).unwrap();
        assert_eq!(found.hubs, ["https://hub.example/"]);
        assert_eq!(found.topic, "https://a.example/self");
    }

    #[test]
    fn without_a_usable_hub_there_is_nothing_to_do() {
        assert_eq!(of(&[], "<link rel='self' href='/x'/>"), None);
        assert_eq!(
            of(&["<mailto:x@a.example>; rel=hub", "rel=hub", "<x"], ""),
            None
        );
        let secret = "<link rel='self' href='https://a.example/'/><link rel='hub' href='http://hub.example/'/>";
        assert_eq!(of(&[], secret), None, "no secrets without encryption");
        let encrypted = Url::parse("https://a.example/feed").unwrap();
        let plain = "<link rel='self' href='http://a.example/'/><link rel='hub' href='http://hub.example/'/>";
        assert_eq!(
            at(&encrypted, &[], plain),
            None,
            "nor where only the feed has it"
        );
        assert_eq!(
            of(&["<http://hub.example/>; rel=hub"], "").unwrap().topic,
            "http://a.example/feed",
            "without a self link the feed's own address"
        );
    }

    #[test]
    fn hostile_headers_end_soon() {
        let many: &'static str = Box::leak("<x>; rel=hub,".repeat(5000).into_boxed_str());
        assert_eq!(of(&[many], "").unwrap().hubs.len(), 1);
        let open: &'static str =
            Box::leak(format!("<x>;{}", "a=\"".repeat(20_000)).into_boxed_str());
        assert_eq!(of(&[open], ""), None);
    }
}
