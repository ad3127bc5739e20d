//! What a feed is asked on the conditions of its last answer: validators, hashes, differences.

use std::sync::atomic::{AtomicBool, Ordering};

use dateline_pipeline::source::Outcome;
use serde_json::Value;

use crate::server::{Reply, Request, Server};
use crate::setup::{feed, poll, poll_after, source};
use crate::{FEED, failed, failure, titles};

#[tokio::test]
async fn a_feed_is_read_and_validated_from_then_on() {
    let server = Server::start(|request| match request.header("if-none-match") {
        Some("W/\"a;b\"") => Reply::new(304, &[], b""),
        _ => Reply::new(
            200,
            &[("ETag", "W/\"a;b\""), ("Last-Modified", "whenever")],
            FEED,
        ),
    })
    .await;
    let source = source(&feed(&server.url("/feed")));
    let first = poll(&source, Value::Null).await;
    assert_eq!(first.outcome, Outcome::Read);
    // Not every item has a date: the document's order is turned around.
    assert_eq!(titles(&first), ["Timetable", "Podcast:", "Lighthouse"]);
    assert_eq!(
        (first.facts.status, first.facts.items, first.facts.bytes),
        (Some(200), 3, FEED.len() as u64)
    );
    assert_eq!(first.facts.title.as_deref(), Some("The Quayside Record"));
    let http = first.items[0].draft.http.clone().unwrap();
    assert_eq!(
        (
            http.status,
            http.etag.as_deref(),
            http.last_modified.as_deref()
        ),
        (200, Some("W/\"a;b\""), Some("whenever"))
    );

    let second = poll(&source, first.memory.clone()).await;
    assert_eq!(
        (second.outcome, second.facts.status),
        (Outcome::Unchanged, Some(304))
    );
    assert_eq!(second.memory, first.memory);

    let requests = server.requests();
    assert_eq!(requests[0].header("if-none-match"), None);
    assert_eq!(requests[1].header("if-modified-since"), Some("whenever"));
    let agent = format!(
        "dateline/{} (+https://quayside.example/bot)",
        env!("CARGO_PKG_VERSION")
    );
    assert_eq!(requests[0].header("user-agent"), Some(agent.as_str()));
    assert!(
        requests[0]
            .header("accept")
            .unwrap()
            .starts_with("application/atom+xml")
    );
    for encoding in ["gzip", "br", "zstd"] {
        assert!(
            requests[0]
                .header("accept-encoding")
                .unwrap()
                .contains(encoding)
        );
    }
}

#[tokio::test]
async fn the_same_body_is_unchanged_without_validators() {
    let server = Server::start(|_| Reply::new(200, &[], FEED)).await;
    let source = source(&feed(&server.url("/feed")));
    let first = poll(&source, Value::Null).await;
    let second = poll(&source, first.memory.clone()).await;
    assert_eq!(
        (second.outcome, second.items.len()),
        (Outcome::Unchanged, 0)
    );
    let forgotten = poll(&source, serde_json::json!({"from": "another version"})).await;
    assert_eq!(forgotten.items.len(), 3);
}

#[tokio::test]
async fn a_document_that_was_cut_off_is_asked_for_again() {
    let first_item = FEED.windows(7).position(|text| text == b"</item>").unwrap() + 7;
    for headers in [&[("ETag", "\"a\""), ("Last-Modified", "today")][..], &[]] {
        let dying = AtomicBool::new(true);
        let server = Server::start(move |request| match request.header("if-none-match") {
            Some("\"a\"") => Reply::new(304, &[], b""),
            _ if dying.swap(false, Ordering::SeqCst) => {
                Reply::new(200, headers, &FEED[..first_item])
            }
            _ => Reply::new(200, headers, FEED),
        })
        .await;
        let source = source(&feed(&server.url("/feed")));
        let cut = poll(&source, Value::Null).await;
        assert_eq!((&cut.outcome, cut.items.len()), (&Outcome::Read, 1));
        for key in ["etag", "last_modified", "body", "whole"] {
            assert_eq!(cut.memory.get(key), None, "{key}");
        }
        let whole = poll(&source, cut.memory).await;
        assert_eq!((&whole.outcome, whole.items.len()), (&Outcome::Read, 3));
        let again = poll(&source, whole.memory).await;
        assert_eq!(again.outcome, Outcome::Unchanged);
    }
}

#[tokio::test]
async fn a_document_that_was_cut_off_leaves_the_time_of_the_last_whole_one() {
    let server = Server::start(|request| match request.header("if-none-match") {
        None => Reply::new(200, &[("ETag", "\"a\"")], FEED),
        _ => Reply::new(200, &[("ETag", "\"b\"")], &FEED[..FEED.len() - 20]),
    })
    .await;
    let source = source(&feed(&server.url("/feed")));
    let whole = poll(&source, Value::Null).await.memory;
    let cut = poll_after(&source, whole.clone(), 3).await;
    assert_eq!(cut.outcome, Outcome::Read);
    assert_eq!(cut.memory.get("etag"), None);
    assert_eq!(cut.memory["whole"], whole["whole"]);
}

#[tokio::test]
async fn a_document_that_is_never_closed_is_remembered_after_a_while() {
    let open = &FEED[..FEED
        .windows(10)
        .position(|text| text == b"</channel>")
        .unwrap()];
    for headers in [&[("ETag", "\"a\"")][..], &[]] {
        let server = Server::start(move |request| match request.header("if-none-match") {
            Some("\"a\"") => Reply::new(304, &[], b""),
            _ => Reply::new(200, headers, open),
        })
        .await;
        let source = source(&feed(&server.url("/feed")));
        let mut memory = Value::Null;
        for (hours, outcome) in [
            (0, Outcome::Read),
            (0, Outcome::Read),
            (1, Outcome::Read),
            (2, Outcome::Unchanged),
            (3, Outcome::Unchanged),
            (26, Outcome::Unchanged),
        ] {
            let harvest = poll_after(&source, memory, hours).await;
            assert_eq!(harvest.outcome, outcome, "after {hours} h");
            memory = harvest.memory;
        }
        let conditional = |request: &Request| request.header("if-none-match").is_some();
        let requests = server.requests();
        let asked: Vec<bool> = requests.iter().map(conditional).collect();
        let some = !headers.is_empty();
        assert_eq!(asked, [false, false, false, some, some, false]);
    }
}

#[tokio::test]
async fn a_failure_keeps_what_was_remembered() {
    let server = Server::start(|_| Reply::new(200, &[("ETag", "\"new\"")], b"<html>")).await;
    let memory = serde_json::json!({"url": server.url("/feed"), "etag": "\"old\"", "body": "x"});
    let harvest = poll(&source(&feed(&server.url("/feed"))), memory.clone()).await;
    assert_eq!(failure(&harvest).0.kind, "not_a_feed");
    assert_eq!(harvest.memory, memory);
}

/// Answers "unchanged" to whoever asks on conditions.
fn believes_itself_unchanged(request: &Request) -> Reply {
    match request.header("if-none-match") {
        Some(_) => Reply::new(304, &[], b""),
        None => Reply::new(200, &[("ETag", "\"1\""), ("Last-Modified", "then")], FEED),
    }
}

#[tokio::test]
async fn once_a_day_the_whole_is_asked_for() {
    let server = Server::start(believes_itself_unchanged).await;
    let source = source(&feed(&server.url("/feed")));
    let mut memory = Value::Null;
    let mut conditional = Vec::new();
    for hours in [0, 1, 23, 24, 25, 47, 48] {
        let harvest = poll_after(&source, memory, hours).await;
        let expected = match hours {
            0 => (Outcome::Read, 3),
            _ => (Outcome::Unchanged, 0),
        };
        assert_eq!((harvest.outcome, harvest.items.len()), expected, "{hours}");
        memory = harvest.memory;
        let request = server.requests().pop().unwrap();
        let fields = ["if-none-match", "if-modified-since", "a-im"];
        let sent = fields.map(|field| request.header(field).is_some());
        assert_eq!(sent, [sent[0]; 3], "all of them or none");
        conditional.push(sent[0]);
    }
    assert_eq!(conditional, [false, true, true, false, true, true, false]);
}

#[tokio::test]
async fn what_a_wrong_unchanged_hides_comes_within_a_day() {
    let server = Server::start(believes_itself_unchanged).await;
    let feed = feed(&server.url("/feed"));
    let other = serde_json::json!({"url": server.url("/feed"), "etag": "\"0\"", "body": "another",
        "whole": "2024-05-09T10:00:00Z", "max_items": feed.max_items});
    let source = source(&feed);
    let unchanged = poll_after(&source, other, 23).await;
    assert_eq!(unchanged.outcome, Outcome::Unchanged);
    let read = poll_after(&source, unchanged.memory, 24).await;
    assert_eq!((read.outcome, read.items.len()), (Outcome::Read, 3));
}

const NEWS: &[u8] = b"<rss version='2.0'><channel><title>The Quayside Record</title>\
    <item><guid>new</guid><title>Ferry</title></item></channel></rss>";

/// Answers with the difference `im` to whoever could have one, or to everybody.
fn delta(im: &'static [(&'static str, &'static str)], asked: bool) -> impl Fn(&Request) -> Reply {
    move |request| {
        let whole = request.header("if-none-match").is_none();
        if whole && asked {
            return Reply::new(200, &[("ETag", "\"1\"")], FEED);
        }
        Reply::new(226, &[&[("ETag", "\"2\"")], im].concat(), NEWS)
    }
}

#[tokio::test]
async fn a_difference_of_new_items_is_read() {
    let server = Server::start(delta(
        &[("IM", "feed"), ("Cache-Control", "no-store, im")],
        true,
    ))
    .await;
    let source = source(&feed(&server.url("/feed")));
    let whole = poll(&source, Value::Null).await;
    assert_eq!(whole.items.len(), 3);
    let news = poll_after(&source, whole.memory, 1).await;
    assert_eq!(
        (news.facts.status, titles(&news)),
        (Some(226), vec!["Ferry"])
    );
    // The difference's own validator goes back; the whole is still asked for once a day.
    let next = poll_after(&source, news.memory, 23).await;
    let whole = poll_after(&source, next.memory, 24).await;
    assert_eq!(
        (whole.facts.status, whole.outcome),
        (Some(200), Outcome::Read)
    );
    let requests = server.requests();
    let sent = requests.iter().map(|request| {
        let validator = request.header("if-none-match");
        (validator, request.header("a-im"))
    });
    let sent: Vec<_> = sent.collect();
    let feed = Some("feed");
    assert_eq!(
        sent,
        [
            (None, None),
            (Some("\"1\""), feed),
            (Some("\"2\""), feed),
            (None, None)
        ]
    );
}

#[tokio::test]
async fn a_difference_that_was_not_asked_for_is_refused() {
    let server = Server::start(delta(&[("IM", "feed")], false)).await;
    let harvest = poll(&source(&feed(&server.url("/feed"))), Value::Null).await;
    failed(
        &harvest,
        "delta",
        &["HTTP 226", "tell the feed's publisher"],
    );
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn instead_of_a_difference_of_another_kind_the_whole_is_read() {
    for foreign in [
        &[][..],
        &[("IM", "vcdiff")],
        &[("IM", "feed, gzip")],
        &[("IM", "feed"), ("IM", "gzip")],
    ] {
        let server = Server::start(delta(foreign, true)).await;
        let source = source(&feed(&server.url("/feed")));
        let whole = poll(&source, Value::Null).await;
        let again = poll_after(&source, whole.memory, 1).await;
        assert_eq!(
            (again.outcome, again.facts.status),
            (Outcome::Unchanged, Some(200))
        );
        assert_eq!(server.requests().len(), 3);
    }
}
