//! Which URLs are one article.

#![allow(clippy::unwrap_used, clippy::panic)]

use proptest::prelude::*;
use url::Url;

use super::{canonical, key};
use pairs::{ONE_ARTICLE, TWO_ARTICLES};

mod pairs;

/// A URL as it comes, and its canonical form; `=` where that is the same.
const CANONICAL: &[(&str, &str)] = &[
    // What `Url` does.
    (
        "HTTPS://News.Example.COM/World/Story-1",
        "https://news.example.com/World/Story-1",
    ),
    ("https://example.com:443/a", "https://example.com/a"),
    ("http://example.com:80/a", "http://example.com/a"),
    ("https://example.com:8443/a", "="),
    ("https://example.com", "https://example.com/"),
    ("https://example.com/a/../b", "https://example.com/b"),
    // The path is left alone.
    (
        "https://example.com/World/Übersicht",
        "https://example.com/World/%C3%9Cbersicht",
    ),
    ("https://example.com/a//b", "="),
    ("https://example.com/a/", "="),
    ("https://example.com/a%2fb", "="),
    ("https://example.com/amp/story", "="),
    (
        "https://example.com/story,1.html;jsessionid=5",
        "https://example.com/story,1.html",
    ),
    // Versions of a page can be opened as they are.
    ("https://example.com/a/amp/", "="),
    ("https://m.example.com/a?amp=1&print=1", "="),
    ("https://example.com/a/index.html", "="),
    // Detours are undone.
    ("http://https://example.com/a", "https://example.com/a"),
    ("https://http//example.com/a", "http://example.com/a"),
    (
        "https://example.comhttp://example.com/a",
        "http://example.com/a",
    ),
    (
        "https://example.com/https:/example.com/a",
        "https://example.com/a",
    ),
    (
        "https://www.google.com/amp/s/m.example.com/a.amp.html",
        "https://m.example.com/a.amp.html",
    ),
    (
        "https://www.google.com/url?q=https://example.com/a?id%3D5%26utm_source%3Dx",
        "https://example.com/a?id=5",
    ),
    ("https://www.google.com/url?q=javascript:alert(1)", "="),
    ("https://www.google.com/url?q=http://localhost/a", "="),
    (
        "http://us.rd.yahoo.com/rss/*http://example.com/a",
        "http://example.com/a",
    ),
    // Host and user.
    ("https://example.com./a", "https://example.com/a"),
    ("https://jane:secret@example.com/a", "https://example.com/a"),
    ("https://www.example.com/a", "="),
    ("https://192.0.2.7/a", "="),
    ("https://[2001:db8::1]/a", "="),
    (
        "https://müller.example/a",
        "https://xn--mller-kva.example/a",
    ),
    // Fragments.
    ("https://example.com/a#comments", "https://example.com/a"),
    ("https://example.com/a#", "https://example.com/a"),
    (
        "https://example.com/a#:~:text=storm",
        "https://example.com/a",
    ),
    ("https://example.com/#!/story/5", "="),
    ("https://example.com/a#!", "https://example.com/a"),
    (
        "https://example.com/a?utm_source=x#!story",
        "https://example.com/a#!story",
    ),
    // Empty queries and parameters.
    ("https://example.com/a?", "https://example.com/a"),
    ("https://example.com/a?&", "https://example.com/a"),
    (
        "https://example.com/a?x=1&&y=2&",
        "https://example.com/a?x=1&y=2",
    ),
    // Parameters that may identify an article stay, in order and encoding.
    ("https://example.com/?p=123", "="),
    ("https://example.com/?id=5&page=2", "="),
    ("https://example.com/read?story=9&article=8&s=7&v=6", "="),
    ("https://example.com/?b=2&a=1", "="),
    ("https://example.com/?q=a+b%20c&t=%e2%82%ac", "="),
    ("https://example.com/?cid=77", "="),
    ("https://example.com/?icid=77", "="),
    ("https://example.com/?campaign=2024", "="),
    (
        "https://example.com/?ID=5&fbclid=x",
        "https://example.com/?ID=5",
    ),
    ("https://example.com/?utm=1", "="),
    ("https://example.com/?at_page=3", "="),
    ("https://example.com/?ns_id=3", "="),
    ("https://example.com/?output=amp", "="),
    ("https://example.com/?flag", "="),
    (
        "https://example.com/?url=https://example.org/?utm_source=x",
        "=",
    ),
    // Tracking parameters go.
    (
        "https://example.com/a?utm_source=rss&utm_medium=feed&utm_campaign=x",
        "https://example.com/a",
    ),
    (
        "https://example.com/a?UTM_Source=x",
        "https://example.com/a",
    ),
    (
        "https://example.com/?p=1&utm_term=x&page=2",
        "https://example.com/?p=1&page=2",
    ),
    ("https://example.com/a?fbclid=x", "https://example.com/a"),
    (
        "https://example.com/a?gclid=x&gclsrc=y&dclid=z",
        "https://example.com/a",
    ),
    ("https://example.com/a?msclkid=x", "https://example.com/a"),
    (
        "https://example.com/a?mc_cid=1&mc_eid=2",
        "https://example.com/a",
    ),
    ("https://example.com/a?igshid=1", "https://example.com/a"),
    (
        "https://example.com/a?at_medium=RSS&at_campaign=KARANGA",
        "https://example.com/a",
    ),
    (
        "https://example.com/a?at_custom1=x&at_link_id=y&at_bbc_team=z",
        "https://example.com/a",
    ),
    (
        "https://example.com/a?ns_source=public_rss&ns_mchannel=rss&ns_campaign=x",
        "https://example.com/a",
    ),
    (
        "https://example.com/a?CMP=share_btn",
        "https://example.com/a",
    ),
    (
        "https://example.com/a?cmpid=x&ncid=y&ito=1490",
        "https://example.com/a",
    ),
    (
        "https://example.com/a?ocid=x&cvid=y",
        "https://example.com/a",
    ),
    (
        "https://example.com/a?smid=nytcore&smtyp=cur",
        "https://example.com/a",
    ),
    (
        "https://example.com/a?xtor=RSS-3208",
        "https://example.com/a",
    ),
    (
        "https://example.com/a?wt_mc=rss.red&wt.mc_id=x",
        "https://example.com/a",
    ),
    (
        "https://example.com/a?_ga=2.1&_gl=1*x",
        "https://example.com/a",
    ),
    (
        "https://example.com/a?feedType=RSS&feedName=worldNews",
        "https://example.com/a",
    ),
    (
        "https://example.com/a?traffic_source=rss",
        "https://example.com/a",
    ),
    ("https://example.com/a?fbclid", "https://example.com/a"),
    (
        "https://example.com/a?id=5&fbclid=x#top",
        "https://example.com/a?id=5",
    ),
    // Ordinary words go only when they say that the link stood in a feed.
    ("https://example.com/a?ref=rss", "https://example.com/a"),
    (
        "https://example.com/a?partner=rss&emc=rss",
        "https://example.com/a",
    ),
    (
        "https://example.com/a?source=RSS20",
        "https://example.com/a",
    ),
    (
        "https://example.com/a?from=rss%2Fworld",
        "https://example.com/a",
    ),
    (
        "https://example.com/a?src=feed&mod=rss_world_news",
        "https://example.com/a",
    ),
    ("https://example.com/a?ref=front", "="),
    ("https://example.com/a?source=reuters", "="),
    ("https://example.com/a?from=2024-05-01", "="),
    ("https://example.com/a?rss=1", "="),
    ("https://example.com/a?story=rss", "="),
    // Other schemes are nobody's business here.
    ("tag:example.com,2024:story?utm_source=x#y", "="),
    ("ftp://jane@example.com./a?utm_source=x#y", "="),
    ("mailto:desk@example.com?utm_source=x", "="),
];

/// A URL and its key.
const KEYS: &[(&str, &str)] = &[
    ("https://example.com/a", "example.com/a"),
    ("http://example.com/a/", "example.com/a"),
    ("https://www.example.com/a?utm_source=x", "example.com/a"),
    ("https://WWW.example.com./a#top", "example.com/a"),
    ("https://example.com/?b=2&a=1", "example.com?a=1&b=2"),
    ("https://example.com?a=1&b=2", "example.com?a=1&b=2"),
    ("https://example.com/a%2fb?x=%e2", "example.com/a%2Fb?x=%E2"),
    ("https://example.com/A", "example.com/A"),
    ("https://example.com/a//", "example.com/a/"),
    ("https://example.com:8443/a", "example.com:8443/a"),
    ("https://m.example.com/a", "example.com/a"),
    ("https://www.com/a", "www.com/a"),
    ("https://example.com/%7ea?b=%2d+%20", "example.com/~a?b=-++"),
    ("https://example.com/100%?b=%", "example.com/100%?b=%"),
    ("https://example.com/index.html", "example.com"),
    ("https://example.com/#!/story/5", "example.com#!/story/5"),
    ("tag:example.com,2024:story", "tag:example.com,2024:story"),
];

#[test]
fn canonical_urls() {
    for &(given, expected) in CANONICAL {
        let url = Url::parse(given).unwrap();
        let expected = if expected == "=" { given } else { expected };
        assert_eq!(canonical(&url).as_str(), expected, "{given}");
        assert_eq!(
            canonical(&canonical(&url)),
            canonical(&url),
            "{given}, twice"
        );
    }
}

#[test]
fn keys() {
    for &(given, expected) in KEYS {
        assert_eq!(key_of(given), expected, "{given}");
    }
}

#[test]
fn pairs_of_one_article_have_one_key() {
    for &(one, other) in ONE_ARTICLE {
        assert_eq!(key_of(one), key_of(other), "{one} and {other}");
    }
}

#[test]
fn pairs_of_two_articles_have_two_keys() {
    for &(one, other) in TWO_ARTICLES {
        assert_ne!(key_of(one), key_of(other), "{one} and {other}");
    }
}

fn key_of(url: &str) -> String {
    key(&Url::parse(url).unwrap_or_else(|error| panic!("{url}: {error}")))
}

#[test]
fn a_url_and_its_canonical_form_have_one_key() {
    let pairs = CANONICAL.iter().chain(ONE_ARTICLE).chain(TWO_ARTICLES);
    for &(given, _) in pairs {
        let url = Url::parse(given).unwrap();
        assert_eq!(key(&canonical(&url)), key(&url), "{given}");
    }
}

#[test]
fn detours_of_detours_come_to_an_end() {
    let mut nested = "https://example.com/a".to_owned();
    for _ in 0..20 {
        let target = url::form_urlencoded::byte_serialize(nested.as_bytes()).collect::<String>();
        nested = format!("https://www.google.com/url?q={target}");
        if nested.len() > 10_000 {
            break;
        }
    }
    let url = Url::parse(&nested).unwrap();
    assert!(canonical(&url).as_str().len() < nested.len());
}

proptest! {
    #[test]
    fn any_url_has_a_stable_canonical_form(rest in "[ -~é]{0,40}", host in "[a-z.]{1,12}|[0-9.]{1,9}") {
        for scheme in ["http", "https", "feed"] {
            let Ok(url) = Url::parse(&format!("{scheme}://{host}{rest}")) else { continue };
            let once = canonical(&url);
            let again = Url::parse(once.as_str());
            prop_assert_eq!(again.as_ref(), Ok(&once), "the canonical form of {} is a URL", url);
            prop_assert_eq!(key(&once), key(&url));
            prop_assert_eq!(canonical(&once), once);
        }
    }

    #[test]
    fn parameters_that_are_not_listed_stay_as_they_are(query in "[a-z]{1,3}=[a-zA-Z0-9%+/?]{0,6}(&x[a-z]{0,3}=[a-zA-Z0-9%+]{0,6}){0,3}") {
        let url = Url::parse(&format!("https://example.com/a?{query}")).unwrap();
        prop_assume!(!["cmp=", "ito=", "spm="].iter().any(|name| query.starts_with(name)) && !query.contains("rss") && !query.contains("RSS"));
        let canonical = canonical(&url);
        prop_assert_eq!(canonical.query(), Some(query.as_str()));
    }
}
