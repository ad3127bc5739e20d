//! What is read of an answer's document, and with which settings.

use std::sync::Arc;

use serde_json::Value;

use crate::server::{Reply, Server};
use crate::setup::{OutOfOrder, feed, poll, poll_with, source};
use crate::{FEED, failure, serving, titles};

#[tokio::test]
async fn a_body_without_length_is_read() {
    let raw = [
        b"HTTP/1.0 200 OK\r\nContent-Type: application/rss+xml\r\n\r\n",
        FEED,
    ]
    .concat();
    let (_server, harvest) = serving(move |_| Reply::Raw(raw.clone())).await;
    assert_eq!(harvest.items.len(), 3);
}

#[tokio::test]
async fn the_charset_of_the_answer_counts() {
    let feed = b"<rss version='2.0'><channel><item><title>caf\xe9</title></item></channel></rss>";
    let (_server, harvest) = serving(|_| {
        Reply::new(
            200,
            &[("Content-Type", "text/xml; charset=iso-8859-1")],
            feed,
        )
    })
    .await;
    assert_eq!(
        harvest.items[0].draft.item.title.as_ref().unwrap().value,
        "café"
    );
}

#[tokio::test]
async fn the_page_of_a_feed_is_remembered_where_it_may_be_shown() {
    for (link, page) in [
        ("https://quay.example/", Some("https://quay.example/")),
        (
            "https://me:secret@quay.example/",
            Some("https://quay.example/"),
        ),
        ("javascript:alert(1)", None),
    ] {
        let feed = format!(
            "<rss version='2.0'><channel><link>{link}</link><item><title>x</title></item></channel></rss>"
        );
        let (_server, harvest) = serving(move |_| Reply::new(200, &[], feed.as_bytes())).await;
        assert_eq!(dateline_feed::page(&harvest.memory).as_deref(), page);
    }
}

#[tokio::test]
async fn only_so_many_items_are_taken() {
    let server = Server::start(|_| Reply::new(200, &[], FEED)).await;
    let mut feed = feed(&server.url("/feed"));
    feed.max_items = 2;
    let harvest = poll(&source(&feed), Value::Null).await;
    assert_eq!(titles(&harvest), ["Podcast:", "Lighthouse"]);
    assert_eq!(harvest.facts.items, 3);
    assert!(
        harvest
            .facts
            .recovered
            .iter()
            .any(|line| line.contains("max_items"))
    );
}

#[tokio::test]
async fn a_state_that_cannot_be_read_is_a_failure() {
    let server = Server::start(|_| Reply::new(200, &[], FEED)).await;
    let seen = Arc::new(OutOfOrder::default());
    let harvest = poll_with(
        &source(&feed(&server.url("/feed"))),
        Value::Null,
        seen.clone(),
    )
    .await;
    assert_eq!(failure(&harvest).0.kind, "store");
    assert_eq!((*seen.0.lock().unwrap(), harvest.memory), (3, Value::Null));
}
