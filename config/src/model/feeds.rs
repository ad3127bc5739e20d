//! Feeds, and the defaults that each of them may override. The shared keys are written once, in `feed_sections!`.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::PathBuf;
use std::time::Duration;

use url::Url;

use crate::decode::{Context, Fields};
use crate::finding::Finding;
use crate::model::duplicates::Copies;
use crate::model::enrich::{Enrichment, FullText, enrichments, everything};
use crate::model::http::{Auth, ca_files, networks};
use crate::shape::{
    Bool, ByteSize, Every, HeaderValue, Headers, Integer, Network, OneOf, Proxy, Table, Text, days,
    duration, every, feed_url, format_duration, gib, hours, identifier, kib, language, line, mib,
    millis, minutes, proxy, secs, set_header_defaults, size,
};

/// Longest derived id, in characters; what is longer is cut and told apart by a hash.
const MAX_DERIVED_ID: usize = 128;

/// The header that `auth` makes.
const AUTHORIZATION: &str = "authorization";

fn feed_id() -> Text<String> {
    identifier("bbc-world")
}

/// Makes `FeedDefaults` from the shared keys, and `Feed` from its own keys and the shared ones, inherited.
macro_rules! feed_sections {
    (
        own { $($own:tt)* }
        shared { $( $(#[doc = $doc:literal])* $key:ident : $type:ty = default($default:expr), $shape:expr; )* }
    ) => {
        section! {
            /// What holds for every feed that does not say otherwise.
            table FeedDefaults at "[defaults]", hints {
                "interval" => "did you mean `every`?",
                "refresh" => "did you mean `every`?",
                "max_size" => "did you mean `max_body`?",
                "min_interval" => "did you mean `min_every`?",
                "max_interval" => "did you mean `max_every`?",
            }, check check_defaults {
                $( $(#[doc = $doc])* $key: $type = default($default), $shape; )*
            }
        }

        section! {
            /// A feed to collect: RSS, Atom or JSON Feed. It takes from `[defaults]` what it does not set itself.
            item Feed at "[[feeds]]", hints {
                "interval" => "did you mean `every`?",
                "refresh" => "did you mean `every`?",
                "max_size" => "did you mean `max_body`?",
                "title" => "did you mean `name`?",
                "tag" => "did you mean `tags`? It is a list: [\"sports\"]",
                "categories" => "did you mean `tags`?",
                "folder" => "did you mean `tags`? It is a list: [\"sports\"]",
                "link" => "did you mean `url`?",
                "feed" => "did you mean `url`?",
                "lang" => "did you mean `language`?",
                "fulltext" => "did you mean `full_text`?",
                "path" => "a feed has a `url`; a folder is watched by [[drops]]",
                "username" => "write auth = { basic = { user = \"…\", password = { env = \"NAME\" } } }",
                "password" => "write auth = { basic = { user = \"…\", password = { env = \"NAME\" } } }",
                "token" => "write auth = { bearer = { env = \"NAME\" } }",
            }, check check_feed {
                $($own)*
                $( $(#[doc = $doc])* $key: $type = inherited, $shape; )*
            }
        }
    };
}

feed_sections! {
    own {
        /// Name of the feed in records, state and metrics; unique over feeds and drop folders.
        /// Where absent, it is made from the URL: `https://example.org/news/rss.xml` gives `example.org-news-rss.xml`.
        /// State is kept under it: with another id the feed starts anew.
        id: String = derived, feed_id();
        /// Name for people, put into records as the source's name.
        name: Option<String> = optional, line("BBC World");
        /// Words to sort sources by, put into records as the source's tags; folders in OPML.
        tags: Vec<String> = default(Vec::new()), super::tags();
        /// Address of the feed, http or https, without user name and password.
        url: Url = required, feed_url();
        /// The page that the feed belongs to, for people and other readers (`htmlUrl` in OPML). Where absent, an export has the
        /// one that the feed names itself.
        page: Option<Url> = optional, feed_url();
        /// Language of the articles where the feed does not say.
        language: Option<String> = optional, language();
        /// How the feed's server is told who asks: `{ basic = { user = "…", password = { env = "NAME" } } }` or
        /// `{ bearer = { env = "NAME" } }`. Sent to the configured server only, never to one that a redirect leads to.
        auth: Option<Auth> = optional, Table::<Auth>::new();
        /// Who the feed's requests are sent through, where it is not the proxy of `[http]`: `"none"`, `"environment"` or a
        /// proxy's address.
        proxy: Option<Proxy> = optional, proxy();
        /// Networks that this feed may be asked from though they are not of the public internet, besides those of `[http]`:
        /// `["10.1.2.3/32"]`.
        allow_networks: Vec<Network> = default(Vec::new()), networks();
        /// Files with certificates (PEM) of authorities that are trusted for this feed, besides those of `[http]` and of the
        /// system.
        ca_files: Vec<PathBuf> = default(Vec::new()), ca_files();
    }
    shared {
        /// Time from one fetch to the next. `"adaptive"` follows the feed: about two fetches for each new item, between
        /// `min_every` and `max_every`, and every quarter of an hour until its rhythm is known.
        every: Every = default(Every::Adaptive), every(secs(1), days(365));
        /// Least time between two fetches of an adaptive feed, however many items it brings.
        min_every: Duration = default(minutes(5)), duration(secs(1), days(30));
        /// Longest time between two fetches of an adaptive feed, however quiet it is, and of any feed whose hub tells of
        /// new items.
        max_every: Duration = default(hours(6)), duration(secs(1), days(365));
        /// Whether the publisher's wishes for fewer fetches lengthen the wait: `Cache-Control` and `Expires`, `ttl`,
        /// `sy:updatePeriod`, `skipHours` and `skipDays`. They never shorten it. `Retry-After` is always honoured.
        publisher_hints: bool = default(true), Bool;
        /// Longest time for one fetch, from the first byte sent to the last byte read.
        timeout: Duration = default(secs(30)), duration(millis(100), hours(1));
        /// Longest time to connect, TLS included.
        connect_timeout: Duration = default(secs(10)), duration(millis(100), minutes(10));
        /// Largest body read, after decompression. A larger one fails the fetch.
        max_body: ByteSize = default(mib(16)), size(kib(1), gib(1));
        /// Most redirects followed in one fetch.
        max_redirects: usize = default(5), Integer(0..=20);
        /// Most items taken from one fetch, the first ones of the feed.
        max_items: usize = default(5000), Integer(1..=1_000_000);
        /// Most pages read when the feed is fetched for the first time, where it announces older ones (RFC 5005, `next`
        /// and `prev-archive`). With 1 only the feed itself is read.
        first_fill: usize = default(1), Integer(1..=500);
        /// Whether Dateline subscribes to the feed's hub, where it announces one and `[websub]` is set up.
        websub: bool = default(true), Bool;
        /// Whether the pages of the feed's articles are fetched for their full text: `"never"`, `"when_short"` (the feed gives fewer than
        /// 150 words) or `"always"`. robots.txt is obeyed, and the pauses between requests to one host hold.
        full_text: FullText = default(FullText::Never), OneOf::<FullText>::new();
        /// What is looked for in the texts of the feed's articles: `["timestamps", "entities", "quantities"]`, or fewer of them;
        /// `[]` switches it off.
        enrich: Vec<Enrichment> = default(everything()), enrichments();
        /// What becomes of an article that tells a story of another source in nearly the same words: `"mark"` (its record says so), `"drop"` (it
        /// makes no record) or `"pass"` (copies are not looked for).
        copies: Copies = default(Copies::Mark), OneOf::<Copies>::new();
        /// Whether the feed is collected. A feed that is switched off keeps its state.
        enabled: bool = default(true), Bool;
        /// Request headers: strings, or secrets as `{ env = "NAME" }` or `{ file = "path" }`.
        /// Those of a feed are added to those of `[defaults]`; of equal names the feed's holds.
        headers: BTreeMap<String, HeaderValue> = default(BTreeMap::new()), Headers;
    }
}

fn check_defaults(defaults: &mut FeedDefaults, context: &mut Context, at: &Fields<'_>) {
    check_bounds(defaults.min_every, defaults.max_every, context, at);
}

/// The least and the longest wait of an adaptive feed, reported where they are written.
fn check_bounds(least: Duration, most: Duration, context: &mut Context, at: &Fields<'_>) {
    let written = ["min_every", "max_every"]
        .into_iter()
        .find(|key| at.has(key) && !at.failed(key));
    let Some(key) = written.filter(|_| least > most) else {
        return;
    };
    let finding = Finding::error("`min_every` is longer than `max_every`")
        .label(
            at.span(key),
            format!(
                "they are {} and {}",
                format_duration(least),
                format_duration(most)
            ),
        )
        .help("make `min_every` the shorter one, or write `every = \"…\"` for an interval that stays the same");
    context.report(finding);
}

fn check_feed(feed: &mut Feed, context: &mut Context, at: &Fields<'_>) {
    check_bounds(feed.min_every, feed.max_every, context, at);
    if feed.auth.is_some() && feed.headers.contains_key(AUTHORIZATION) && at.has("headers") {
        let finding = Finding::error("`auth` and the header `authorization` say the same thing")
            .label(at.span("auth"), "this one says it too")
            .help("take one of them out");
        context.report(finding);
    }
    set_header_defaults(&mut feed.headers, &context.feed_defaults.headers);
    super::check_tags(&mut feed.tags, context, at.span("tags"));
    let written = at.has("id");
    if !written {
        feed.id = derive_id(&feed.url);
    }
    let id_is_free = at.failed("id")
        || super::claim_id(
            context,
            &feed.id,
            at.span(if written { "id" } else { "url" }),
        );
    if id_is_free {
        warn_of_same_url(feed, context, at.span("url"));
    }
}

fn warn_of_same_url(feed: &Feed, context: &mut Context, span: Range<usize>) {
    let Some(first) = context.claimed("url", feed.url.as_str()).cloned() else {
        context.claim("url", feed.url.as_str(), span, "", "");
        return;
    };
    let finding = Finding::warning("two feeds have the same URL")
        .label(span, "here again")
        .help("take one of them out: its articles arrive once in any case, but it is fetched twice")
        .and_at(&context.source, &first, "first here");
    context.report(finding);
}

/// `https://example.org:8080/a/b.xml?c=1` gives `example.org-8080-a-b.xml-c-1`.
pub(crate) fn derive_id(url: &Url) -> String {
    let port = url
        .port()
        .map(|port| format!("-{port}"))
        .unwrap_or_default();
    let query = url
        .query()
        .map(|query| format!("-{query}"))
        .unwrap_or_default();
    let whole = format!(
        "{}{port}-{}{query}",
        url.host_str().unwrap_or_default(),
        url.path()
    );
    let id = slug(&whole);
    if id.len() <= MAX_DERIVED_ID {
        return id;
    }
    let hash = format!("-{:016x}", fnv1a(whole.as_bytes()));
    format!("{}{hash}", &id[..MAX_DERIVED_ID - hash.len()])
}

/// Letters, digits, dots and underscores, with single hyphens for everything else.
pub(super) fn slug(text: &str) -> String {
    let mut slug = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter.is_ascii_alphanumeric() || letter == '.' || letter == '_' {
            slug.push(letter);
        } else if !slug.ends_with('-') && !slug.is_empty() {
            slug.push('-');
        }
    }
    slug.trim_end_matches('-').to_owned()
}

/// FNV-1a, 64 bits: stable over releases, which the hashes of the standard library do not promise.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use super::*;

    fn id_of(url: &str) -> String {
        derive_id(&Url::parse(url).unwrap())
    }

    #[test]
    fn ids_are_made_from_urls() {
        assert_eq!(
            id_of("https://feeds.bbci.co.uk/news/world/rss.xml"),
            "feeds.bbci.co.uk-news-world-rss.xml"
        );
        assert_eq!(
            id_of("http://127.0.0.1:8080/feed/?id=7&x=%20"),
            "127.0.0.1-8080-feed-id-7-x-20"
        );
        assert_eq!(id_of("https://example.org/"), "example.org");
        assert_eq!(id_of("https://[::1]/a"), "1-a");
    }

    #[test]
    fn long_ids_are_cut_and_stay_apart() {
        let tail = "x".repeat(300);
        let one = id_of(&format!("https://example.org/{tail}1"));
        let two = id_of(&format!("https://example.org/{tail}2"));
        assert_eq!(one.len(), MAX_DERIVED_ID);
        assert_ne!(one, two);
        assert_eq!(one, id_of(&format!("https://example.org/{tail}1")));
    }
}
