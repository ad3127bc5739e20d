//! Where redirects lead, and feeds that have moved for good.

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};

use dateline_pipeline::source::{Harvest, Outcome};
use serde_json::Value;

use crate::server::{Reply, Server};
use crate::setup::{feed, poll, poll_after, source};
use crate::{FEED, failed, failure};

#[tokio::test]
async fn redirects_are_followed_to_a_limit() {
    let server = Server::start(|request| match request.path.as_str() {
        "/feed" => Reply::new(301, &[("Location", "moved/2")], b""),
        "/moved/2" => Reply::new(302, &[("Location", "/moved/3")], b""),
        "/moved/3" => Reply::new(308, &[("Location", "//127.0.0.1:1/never")], b""),
        "/circle" => Reply::new(307, &[("Location", "/circle#again")], b""),
        "/lost" => Reply::new(301, &[], b""),
        "/short" => Reply::new(303, &[("Location", "/short/feed")], b""),
        "/endless" => Reply::new(302, &[("Location", "/endless?")], b""),
        path if path.starts_with("/endless") => {
            Reply::new(302, &[("Location", &format!("{path}x"))], b"")
        }
        _ => Reply::new(200, &[], FEED),
    })
    .await;
    let poll_at = async |path: &str| poll(&source(&feed(&server.url(path))), Value::Null).await;
    for (refused, why) in [
        ("/circle", "round in a circle"),
        ("/lost", "does not say where to"),
        ("/endless", "more than 3 redirects; configure the address"),
    ] {
        failed(&poll_at(refused).await, "redirect", &[why]);
    }
    assert_eq!(failure(&poll_at("/feed").await).0.kind, "connect");
    let followed = poll_at("/short").await;
    assert_eq!(followed.outcome, Outcome::Read);
    // Relative links are those of the address that gave the document.
    assert_eq!(
        followed.items[2].draft.item.link.as_ref().unwrap().href,
        server.url("/2024/05/keeper?utm_source=feed")
    );
    let endless = server
        .requests()
        .iter()
        .filter(|request| request.path.starts_with("/endless"))
        .count();
    assert_eq!(endless, 4);
}

/// A feed at `/feed` that has moved to `/new`; what the two answer can be changed.
struct Moving {
    server: Server,
    feed: Arc<AtomicU16>,
    new: Arc<AtomicU16>,
    memory: Value,
}

impl Moving {
    async fn start(status: u16) -> Moving {
        let (feed, new) = (
            Arc::new(AtomicU16::new(status)),
            Arc::new(AtomicU16::new(200)),
        );
        let (at_feed, at_new) = (feed.clone(), new.clone());
        let server = Server::start(move |request| {
            let status = match request.path.as_str() {
                "/feed" => at_feed.load(Ordering::SeqCst),
                _ => at_new.load(Ordering::SeqCst),
            };
            Reply::new(status, &[("Location", "/new"), ("ETag", "\"1\"")], FEED)
        })
        .await;
        Moving {
            server,
            feed,
            new,
            memory: Value::Null,
        }
    }

    /// Polls so many hours after the beginning; returns what was asked for.
    async fn at(&mut self, hours: i64) -> (Vec<String>, Harvest) {
        let before = self.server.requests().len();
        let source = source(&feed(&self.server.url("/feed")));
        let mut harvest = poll_after(&source, self.memory.take(), hours).await;
        self.memory = std::mem::take(&mut harvest.memory);
        (self.server.paths().split_off(before), harvest)
    }

    async fn adopted(status: u16) -> Moving {
        let mut moving = Moving::start(status).await;
        for hours in [0, 25, 50] {
            assert_eq!(moving.at(hours).await.0, ["/feed", "/new"], "{hours}");
        }
        assert_eq!(moving.at(51).await.0, ["/new"]);
        moving
    }
}

#[tokio::test]
async fn a_move_for_good_is_adopted_after_days_and_looked_after_daily() {
    for status in [301, 308] {
        let mut moving = Moving::adopted(status).await;
        // Its own validators go to the new address.
        let last = moving.server.requests().pop().unwrap();
        assert_eq!(last.header("if-none-match"), Some("\"1\""));
        assert_eq!(moving.at(75).await.0, ["/feed", "/new"]);
        assert_eq!(moving.at(76).await.0, ["/new"]);
    }
}

#[tokio::test]
async fn many_sightings_within_an_afternoon_move_nothing() {
    let mut moving = Moving::start(301).await;
    for hours in 0..10 {
        assert_eq!(moving.at(hours).await.0, ["/feed", "/new"]);
    }
}

#[tokio::test]
async fn a_move_that_is_taken_back_is_forgotten() {
    let mut moving = Moving::adopted(301).await;
    moving.feed.store(200, Ordering::SeqCst);
    assert_eq!(moving.at(75).await.0, ["/feed"]);
    assert_eq!(moving.at(76).await.0, ["/feed"]);
}

#[tokio::test]
async fn a_new_address_that_fails_leads_back_to_the_configured_one() {
    for lost in [404, 410] {
        let mut moving = Moving::adopted(308).await;
        moving.new.store(lost, Ordering::SeqCst);
        moving.feed.store(200, Ordering::SeqCst);
        let (asked, harvest) = moving.at(52).await;
        assert_eq!(asked, ["/new", "/feed"]);
        // The same document from another address is read again: nothing is lost by it.
        assert_eq!(
            (harvest.outcome, harvest.facts.status),
            (Outcome::Read, Some(200))
        );
        assert_eq!(moving.at(53).await.0, ["/feed"]);
    }
    // Trouble that passes is no reason to ask another server.
    let mut moving = Moving::adopted(308).await;
    moving.new.store(503, Ordering::SeqCst);
    let (asked, harvest) = moving.at(52).await;
    assert_eq!(
        (asked, failure(&harvest).0.kind),
        (vec!["/new".to_owned()], "http_503")
    );
}

#[tokio::test]
async fn an_old_address_that_is_gone_leaves_the_feed_at_its_new_one() {
    let mut moving = Moving::adopted(301).await;
    moving.feed.store(410, Ordering::SeqCst);
    let (asked, harvest) = moving.at(75).await;
    assert_eq!(
        (asked, harvest.outcome),
        (
            vec!["/feed".to_owned(), "/new".to_owned()],
            Outcome::Unchanged
        )
    );
}

#[tokio::test]
async fn what_moves_for_now_is_followed_and_never_adopted() {
    for status in [302, 303, 307] {
        let mut moving = Moving::start(status).await;
        for hours in [0, 25, 50, 51, 100] {
            let (asked, harvest) = moving.at(hours).await;
            assert_eq!(asked, ["/feed", "/new"], "{status}");
            assert!(matches!(
                harvest.outcome,
                Outcome::Read | Outcome::Unchanged
            ));
        }
    }
}
