//! What a page says of feeds. No I/O: the same page gives the same candidates.

use std::collections::HashSet;

use dateline_text::charset::{Declared, decode};
use dateline_text::html::{HtmlLink, links};
use url::Url;

use super::{Candidate, How};

/// Links of a page that are looked at: portals have a few thousand.
const MAX_LINKS: usize = 10_000;

/// Candidates that are kept of one page. A section list announces a few dozen.
const MAX_CANDIDATES: usize = 50;

/// Longest title that is kept, in characters.
const MAX_TITLE: usize = 200;

/// Longest address that is taken for one.
const MAX_URL: usize = 2048;

/// Media types of feeds. `application/json` is one of JSON Feed 1.0, and of much else.
const FEED_TYPES: &[&str] = &[
    "application/atom+xml",
    "application/rss+xml",
    "application/feed+json",
    "application/rdf+xml",
    "application/rss",
    "application/atom",
    "application/x-rss+xml",
    "application/x-atom+xml",
    "application/x.atom+xml",
    "application/xml",
    "text/xml",
    "text/rss",
    "text/atom",
    "text/rss+xml",
    "text/atom+xml",
];

/// The feeds that a page names, the likeliest first: those announced in its head in document order,
/// feeds of comments after them, then links of its text that look like feeds.
///
/// `base` is the page's address, `content_type` the header that came with it.
pub fn candidates(html: &[u8], content_type: Option<&str>, base: &Url) -> Vec<Candidate> {
    let declared = Declared {
        content_type,
        host: base.host_str(),
    };
    let found = links(&decode(html, &declared).text, MAX_LINKS);
    let base = found
        .base
        .and_then(|href| base.join(&href).ok())
        .filter(|base| matches!(base.scheme(), "http" | "https"))
        .unwrap_or_else(|| base.clone());
    let mut known = HashSet::new();
    let mut candidates: Vec<Candidate> = Vec::new();
    for link in &found.links {
        if let Some(candidate) = candidate(link, &base)
            && known.insert((candidate.url.clone(), candidate.how))
        {
            candidates.push(candidate);
        }
    }
    candidates.sort_by_key(|candidate| (candidate.how, is_of_comments(candidate)));
    // An address that is announced and linked counts by the first.
    let mut once = HashSet::new();
    candidates.retain(|candidate| once.insert(candidate.url.clone()));
    candidates.truncate(MAX_CANDIDATES);
    candidates
}

/// What to say of a page in place of a configured feed: the feeds that it announces, where it is a
/// page and announces any.
pub(crate) fn named_in(bytes: &[u8], content_type: Option<&str>, base: &Url) -> Option<String> {
    /// Feeds that are named: more than these no line for people can hold.
    const NAMED: usize = 3;
    if !is_page(bytes, content_type) {
        return None;
    }
    let candidates = candidates(bytes, content_type, base);
    // A page that announces itself would send whoever believes it round in a circle.
    let announced = candidates
        .iter()
        .filter(|candidate| candidate.how == How::Announced && candidate.url != *base);
    let urls: Vec<&str> = announced
        .map(|candidate| candidate.url.as_str())
        .take(NAMED)
        .collect();
    match urls.as_slice() {
        [] => None,
        [url] => Some(format!(
            "this is an HTML page now; it announces {url} as its feed: set url to it"
        )),
        urls => Some(format!(
            "this is an HTML page now; it announces {} as its feeds: set url to one of them",
            urls.join(", ")
        )),
    }
}

/// Whether bytes that are no feed are an HTML page, by their type or by how they begin.
pub(super) fn is_page(bytes: &[u8], content_type: Option<&str>) -> bool {
    /// Bytes within which a page says what it is.
    const HEAD: usize = 1024;
    let html = content_type.is_some_and(|content_type| {
        let media_type = media_type(content_type);
        media_type == "text/html" || media_type == "application/xhtml+xml"
    });
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(HEAD)]).to_ascii_lowercase();
    let begins = ["<!doctype html", "<html", "<head", "<body"];
    html || begins.iter().any(|start| head.contains(start))
}

fn candidate(link: &HtmlLink, base: &Url) -> Option<Candidate> {
    let has = |rel: &str| link.rel.iter().any(|word| word == rel);
    let media_type = link.media_type.as_deref().map(media_type);
    let url = address(&link.href, base)?;
    let how = if link.anchor {
        looks_like_feed(&url, media_type.as_deref()).then_some(How::Linked)?
    } else {
        let of_feed = media_type.as_deref().is_some_and(|media_type| {
            let json = media_type == "application/json" && names_feed(&url);
            json || FEED_TYPES.contains(&media_type)
        });
        let style = has("stylesheet") || has("icon") || has("canonical");
        let announced = has("feed") || (has("alternate") && of_feed);
        (announced && !style).then_some(How::Announced)?
    };
    let title = link
        .title
        .as_deref()
        .map(|title| title.chars().take(MAX_TITLE).collect());
    Some(Candidate {
        url,
        title,
        media_type,
        how,
    })
}

/// Without parameters, in lower case.
fn media_type(text: &str) -> String {
    let essence = text.split(';').next().unwrap_or_default();
    essence.trim().to_ascii_lowercase()
}

/// The absolute address, also of the scheme `feed:`, which some sites still write.
fn address(href: &str, base: &Url) -> Option<Url> {
    if href.len() > MAX_URL {
        return None;
    }
    let feed = href
        .get(..5)
        .filter(|scheme| scheme.eq_ignore_ascii_case("feed:"));
    let mut url = match feed.map(|_| &href[5..]) {
        Some(rest) if rest.starts_with("//") => Url::parse(&format!("http:{rest}")).ok()?,
        Some(rest) => Url::parse(rest).ok()?,
        None => base.join(href).ok()?,
    };
    url.set_fragment(None);
    (matches!(url.scheme(), "http" | "https") && url.has_host() && url.as_str().len() <= MAX_URL)
        .then_some(url)
}

/// Whether an anchor of the text leads to what is probably a feed.
fn looks_like_feed(url: &Url, media_type: Option<&str>) -> bool {
    if media_type.is_some_and(|media_type| FEED_TYPES.contains(&media_type)) {
        return true;
    }
    let path = url.path().to_ascii_lowercase();
    let last = path.trim_end_matches('/').rsplit('/').next().unwrap_or("");
    let ending = last.rsplit_once('.').map(|(_, ending)| ending);
    match ending {
        Some("rss" | "rdf" | "atom") => true,
        Some("xml" | "json" | "php" | "aspx") => names_feed(url),
        Some(_) => false,
        None => {
            let query = url.query().unwrap_or_default().to_ascii_lowercase();
            matches!(last, "feed" | "feeds" | "rss" | "atom" | "rdf" | "rss2")
                || ["feed=", "format=rss", "format=atom", "format=feed"]
                    .iter()
                    .any(|part| query.contains(part))
        }
    }
}

/// Whether the path speaks of a feed.
fn names_feed(url: &Url) -> bool {
    let path = url.path().to_ascii_lowercase();
    ["feed", "rss", "atom", "rdf"]
        .iter()
        .any(|word| path.contains(word))
        || path.ends_with("/index.xml")
}

/// Whether it is a feed of what readers say.
fn is_of_comments(candidate: &Candidate) -> bool {
    let title = candidate.title.as_deref().unwrap_or_default();
    candidate.url.path().contains("comments") || title.to_lowercase().contains("comment")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn of(html: &str) -> Vec<(String, How)> {
        let base = Url::parse("https://a.example/news/index.html").unwrap();
        candidates(html.as_bytes(), None, &base)
            .into_iter()
            .map(|candidate| (String::from(candidate.url), candidate.how))
            .collect()
    }

    fn urls(html: &str) -> Vec<String> {
        of(html).into_iter().map(|(url, _)| url).collect()
    }

    #[test]
    fn announced_feeds_come_in_order_and_comments_after_them() {
        let page = r#"
            <link rel="alternate" type="application/rss+xml" title="All &raquo; Comments" href="/comments/feed/">
            <link rel="ALTERNATE" type="Application/RSS+XML; charset=utf-8" title="All" href="/feed/">
            <link rel="alternate" type="application/atom+xml" href="atom.xml">
            <a href="/feed/">Subscribe</a>"#;
        assert_eq!(
            of(page),
            [
                ("https://a.example/feed/".to_owned(), How::Announced),
                ("https://a.example/news/atom.xml".to_owned(), How::Announced),
                (
                    "https://a.example/comments/feed/".to_owned(),
                    How::Announced
                ),
            ]
        );
    }

    #[test]
    fn what_only_resembles_an_announcement_is_none() {
        let page = r#"
            <link rel="alternate" hreflang="de" href="/de/">
            <link rel="alternate" type="application/json" href="/wp-json/wp/v2/posts/1">
            <link rel="alternate" type="application/json+oembed" href="/oembed?url=feed">
            <link rel="alternate stylesheet" type="text/xml" href="/feed.css">
            <link rel="search" type="application/opensearchdescription+xml" href="/feed.osdd">
            <link rel="alternate" type="application/rss+xml" href="javascript:feed()">
            <link rel="alternate" type="application/rss+xml" href="">
            <a href="/feedback">feedback</a> <a href="/feed.html">x</a> <a href="mailto:rss@a.example">x</a>"#;
        assert_eq!(of(page), []);
    }

    #[test]
    fn json_feeds_the_relation_feed_and_the_scheme_feed_count() {
        let page = r#"
            <link rel="alternate" type="application/feed+json" href="/a.json">
            <link rel="alternate" type="application/json" href="/feed.json">
            <link rel="feed" href="/b">
            <a href="feed:https://b.example/x.rss">x</a> <a href="FEED://c.example/rss">x</a>"#;
        assert_eq!(
            urls(page),
            [
                "https://a.example/a.json",
                "https://a.example/feed.json",
                "https://a.example/b",
                "https://b.example/x.rss",
                "http://c.example/rss",
            ]
        );
    }

    #[test]
    fn links_are_relative_to_the_base_of_the_page() {
        let page =
            "<base href=\"https://cdn.example/x/\"><link rel=alternate type=text/xml href=rss#top>";
        assert_eq!(urls(page), ["https://cdn.example/x/rss"]);
    }

    #[test]
    fn anchors_that_look_like_feeds_are_weak_candidates() {
        let page = "<a href=/rss/>r</a> <a href='/?feed=rss2'>q</a> <a href=/news.rss>n</a> \
            <a href=/sitemap.xml>s</a> <a href=/feeds/all.xml>f</a>";
        assert_eq!(of(page).len(), 4);
        assert!(of(page).iter().all(|(_, how)| *how == How::Linked));
    }

    #[test]
    fn many_candidates_are_cut() {
        let many: String = (0..2000)
            .map(|number| format!("<a href=/{number}.rss>x</a>"))
            .collect();
        assert_eq!(of(&many).len(), MAX_CANDIDATES);
    }

    #[test]
    fn pages_are_known_by_type_or_beginning() {
        assert!(is_page(b"x", Some("text/html; charset=utf-8")));
        assert!(is_page(
            b"\n<!DOCTYPE HTML><p>",
            Some("application/rss+xml")
        ));
        assert!(!is_page(b"<rss/>", Some("text/xml")));
    }
}
