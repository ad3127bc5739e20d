//! The first fill: older pages of a feed that has never been read.
#![allow(clippy::unwrap_used, clippy::panic)]

#[allow(dead_code)]
mod server;
#[allow(dead_code)]
mod setup;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use dateline_config::WebSub;
use dateline_feed::FeedSource;
use dateline_feed::websub::Callbacks;
use dateline_pipeline::clock::Clock;
use dateline_pipeline::fault::Fault;
use dateline_pipeline::source::{Contact, Fingerprint, Harvest, ItemKey, Outcome, Seen};
use futures::future::BoxFuture;
use serde_json::Value;
use server::{Reply, Server};
use setup::{feed, poll, poll_after, poll_with, source};

/// A page with the items of these numbers, the newest first, and a link.
fn page(numbers: &[u32], link: &str) -> Vec<u8> {
    let items: String = numbers
        .iter()
        .map(|number| {
            format!(
                "<entry><id>tag:quayside.example,2024:{number}</id><title>{number}</title>\
                 <updated>2024-05-01T00:{number:02}:00Z</updated></entry>"
            )
        })
        .collect();
    format!("<feed xmlns='http://www.w3.org/2005/Atom'><title>Quayside</title>{link}{items}</feed>")
        .into_bytes()
}

fn link(rel: &str, href: &str) -> String {
    format!("<link rel='{rel}' href='{href}'/>")
}

fn filling(server: &Server, pages: usize, max_items: usize) -> FeedSource {
    let mut feed = feed(&server.url("/feed"));
    feed.first_fill = pages;
    feed.max_items = max_items;
    source(&feed)
}

fn titles(harvest: &Harvest) -> Vec<&str> {
    let items = harvest.items.iter();
    items
        .map(|item| item.draft.item.title.as_ref().unwrap().value.as_str())
        .collect()
}

fn asked(server: &Server) -> Vec<String> {
    let requests = server.requests().into_iter();
    requests.map(|request| request.path).collect()
}

/// Three pages, of which the second repeats an item that moved there.
async fn three_pages(rel: &'static str) -> Server {
    Server::start(move |request| {
        let body = match request.path.as_str() {
            "/feed" => page(&[6, 5], &link(rel, "/2")),
            "/2" => page(&[5, 4, 3], &link(rel, "3")),
            "/3" => page(&[2, 1], &link(rel, "/feed")),
            _ => return Reply::new(404, &[], b""),
        };
        Reply::new(200, &[("ETag", "\"x\"")], &body)
    })
    .await
}

#[tokio::test]
async fn older_pages_are_read_once_and_the_oldest_items_come_first() {
    for rel in ["next", "prev-archive"] {
        let server = three_pages(rel).await;
        let source = filling(&server, 10, 1000);
        let first = poll(&source, Value::Null).await;
        assert_eq!(titles(&first), ["1", "2", "3", "4", "5", "6"]);
        assert!(!first.more);
        assert_eq!(
            asked(&server),
            ["/feed", "/2", "/3"],
            "and not round in a circle"
        );
        poll(&source, first.memory).await;
        assert_eq!(asked(&server).last().unwrap(), "/feed");
        assert_eq!(asked(&server).len(), 4);
    }
}

#[tokio::test]
async fn a_first_attempt_that_fails_does_not_count_as_the_first_time() {
    let well = Arc::new(AtomicBool::new(false));
    let switch = Arc::clone(&well);
    let server = Server::start(move |request| match request.path.as_str() {
        _ if !switch.load(Ordering::SeqCst) => Reply::new(503, &[], b""),
        "/feed" => Reply::new(200, &[], &page(&[6, 5], &link("next", "/2"))),
        _ => Reply::new(200, &[], &page(&[4, 3], "")),
    })
    .await;
    let settings = WebSub {
        callback: Some("https://quayside.example/websub".parse().unwrap()),
        listen: server.address,
        lease: Duration::from_secs(86_400),
    };
    let callbacks = Callbacks::new(&settings, Clock::manual(setup::now())).unwrap();
    let source = filling(&server, 10, 1000).with_hub(&callbacks);
    let failed = poll(&source, Value::Null).await;
    assert!(!failed.memory.is_null(), "hubs have something to remember");
    well.store(true, Ordering::SeqCst);
    let read = poll(&source, failed.memory).await;
    assert_eq!(titles(&read), ["3", "4", "5", "6"]);
}

#[tokio::test]
async fn a_first_document_that_was_cut_off_does_not_hide_the_older_pages() {
    let cut = AtomicBool::new(true);
    let server = Server::start(move |request| {
        let mut feed = page(&[6, 5], "");
        feed.truncate(feed.len() - b"</feed>".len());
        if !cut.swap(false, Ordering::SeqCst) {
            feed.extend_from_slice(format!("{}</feed>", link("next", "/2")).as_bytes());
        }
        match request.path.as_str() {
            "/feed" => Reply::new(200, &[("ETag", "\"x\"")], &feed),
            _ => Reply::new(200, &[], &page(&[4], "")),
        }
    })
    .await;
    let source = filling(&server, 10, 1000);
    let first = poll(&source, Value::Null).await;
    assert_eq!(titles(&first), ["5", "6"]);
    let second = poll(&source, first.memory).await;
    assert_eq!(titles(&second), ["4", "5", "6"]);
    poll(&source, second.memory).await;
    assert_eq!(asked(&server), ["/feed", "/feed", "/2", "/feed"]);
}

#[tokio::test]
async fn no_more_pages_are_read_than_configured() {
    for (pages, items) in [(1, 2), (2, 4)] {
        let server = three_pages("next").await;
        let harvest = poll(&filling(&server, pages, 1000), Value::Null).await;
        assert_eq!(harvest.items.len(), items);
        assert_eq!(asked(&server).len(), pages);
    }
}

#[tokio::test]
async fn what_is_too_much_for_a_turn_goes_on_at_the_next() {
    let server = three_pages("next").await;
    let source = filling(&server, 10, 2);
    let first = poll(&source, Value::Null).await;
    assert_eq!((titles(&first), first.more), (vec!["5", "6"], true));
    let second = poll(&source, first.memory).await;
    // Of one document only the first items are taken, as configured.
    assert_eq!((titles(&second), second.more), (vec!["4", "5"], true));
    assert_eq!(second.outcome, Outcome::Read);
    let third = poll(&source, second.memory).await;
    assert_eq!((titles(&third), third.more), (vec!["1", "2"], false));
    assert_eq!(asked(&server), ["/feed", "/2", "/3"]);
    let fourth = poll(&source, third.memory).await;
    assert_eq!(fourth.outcome, Outcome::Unchanged, "the feed itself again");
}

#[tokio::test]
async fn a_page_that_cannot_be_had_is_asked_for_again_and_loses_nothing() {
    let well = Arc::new(AtomicBool::new(false));
    let switch = Arc::clone(&well);
    let server = Server::start(move |request| match request.path.as_str() {
        "/feed" => Reply::new(200, &[], &page(&[6, 5], &link("next", "/2"))),
        _ if switch.load(Ordering::SeqCst) => Reply::new(200, &[], &page(&[4], "")),
        _ => Reply::new(404, &[], b""),
    })
    .await;
    let source = filling(&server, 10, 1000);
    let first = poll(&source, Value::Null).await;
    assert_eq!((titles(&first), first.more), (vec!["5", "6"], false));
    assert!(first.facts.recovered[0].contains("HTTP 404"));
    assert_eq!(first.hints.contact, Contact::Answered, "of old pages alone");
    well.store(true, Ordering::SeqCst);
    let second = poll(&source, first.memory.clone()).await;
    assert_eq!(titles(&second), ["4"]);
    assert_eq!(second.outcome, Outcome::Unchanged, "the feed itself");
    well.store(false, Ordering::SeqCst);
    let mut memory = first.memory;
    for _ in 0..3 {
        memory = poll(&source, memory).await.memory;
    }
    assert_eq!(memory.get("fill"), None, "given up");
}

#[tokio::test]
async fn a_rate_limit_is_heard_and_the_rest_comes_later() {
    let busy = Arc::new(AtomicBool::new(true));
    let switch = Arc::clone(&busy);
    let server = Server::start(move |request| match request.path.as_str() {
        "/feed" => Reply::new(200, &[], &page(&[6, 5], &link("next", "/2"))),
        _ if switch.load(Ordering::SeqCst) => Reply::new(429, &[("Retry-After", "5400")], b""),
        _ => Reply::new(200, &[], &page(&[4], "")),
    })
    .await;
    let source = filling(&server, 10, 1000);
    let first = poll(&source, Value::Null).await;
    assert_eq!((titles(&first), first.more), (vec!["5", "6"], false));
    assert_eq!(first.hints.contact, Contact::Throttled);
    assert_eq!(first.hints.retry_after, Some(Duration::from_secs(5400)));
    let mut memory = first.memory;
    for hours in [1, 2, 4, 6, 8] {
        memory = poll_after(&source, memory, hours).await.memory;
    }
    let pages = asked(&server).iter().filter(|path| *path == "/2").count();
    assert_eq!(pages, 5, "not before its time");
    busy.store(false, Ordering::SeqCst);
    let last = poll_after(&source, memory, 10).await;
    assert_eq!(titles(&last), ["4"]);
}

/// Knows this item, as something else than what is read.
struct Edited(ItemKey);

impl Seen for Edited {
    fn fresh<'a>(
        &'a self,
        items: Vec<(ItemKey, Fingerprint)>,
    ) -> BoxFuture<'a, Result<Vec<bool>, Fault>> {
        Box::pin(async move { Ok(vec![true; items.len()]) })
    }

    fn unknown<'a>(
        &'a self,
        items: Vec<(ItemKey, Fingerprint)>,
    ) -> BoxFuture<'a, Result<Vec<bool>, Fault>> {
        Box::pin(async move { Ok(items.iter().map(|(key, _)| *key != self.0).collect()) })
    }
}

#[tokio::test]
async fn an_older_page_overwrites_nothing() {
    let server = Server::start(|request| {
        let (older, newer) = (
            page(&[5, 4, 3], "<id>x</id>"),
            page(&[6, 5], &link("next", "/2")),
        );
        match request.path.as_str() {
            "/feed" => Reply::new(200, &[], &newer),
            _ => {
                let older = String::from_utf8(older).unwrap();
                let older = older.replace("<title>5<", "<title>5 before it was mended<");
                Reply::new(200, &[], older.as_bytes())
            }
        }
    })
    .await;
    // Where both come in one turn, and where one is known from an earlier one.
    let together = poll(&filling(&server, 10, 1000), Value::Null).await;
    assert_eq!(titles(&together), ["3", "4", "5", "6"]);
    let source = filling(&server, 10, 2);
    let first = poll(&source, Value::Null).await;
    assert_eq!((titles(&first), first.more), (vec!["5", "6"], true));
    let known = Arc::new(Edited(first.items[0].key));
    let second = poll_with(&source, first.memory, known).await;
    assert_eq!(titles(&second), ["4"]);
}

#[tokio::test]
async fn other_hosts_are_not_followed() {
    let other = three_pages("next").await;
    let elsewhere = link("next", &other.url("/2"));
    let server = Server::start(move |_| Reply::new(200, &[], &page(&[6], &elsewhere))).await;
    let harvest = poll(&filling(&server, 10, 1000), Value::Null).await;
    assert_eq!(harvest.items.len(), 1);
    assert_eq!(other.requests().len(), 0);
}
