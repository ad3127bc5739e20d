//! A feed whose hub tells of new items: a real hub on loopback, the real collect stage, real records.
#![allow(clippy::unwrap_used, clippy::panic)]

mod crowd;
mod rig;
#[allow(dead_code)]
#[path = "../setup/mod.rs"]
mod setup;
#[path = "../waker/mod.rs"]
mod waker;
mod web;

use std::time::Duration;

use dateline_config::Feed;
use dateline_feed::Client;
use dateline_pipeline::clock::between;
use rig::{HOUR, Rig, document};
use tokio::net::TcpListener;
use waker::until;
use web::{Request, Web, get, post, sign};

/// A publisher with its hub, and a feed that has read it once.
async fn subscribing(hub: u16) -> (Web, Feed, Rig) {
    let web = Web::start().await;
    web.serve("/feed", 200, document(&web, &["first"]));
    web.serve("/hub", hub, Vec::new());
    let feed = setup::feed(&web.url("/feed"));
    let rig = Rig::start(&feed).await;
    assert_eq!(rig.records(1).await, ["first"]);
    (web, feed, rig)
}

/// The same, subscribed and verified.
async fn subscribed(lease: &str) -> (Web, Feed, Rig, Request) {
    let (web, feed, rig) = subscribing(202).await;
    let asked = web.asked("/hub", 1).await;
    let (status, body) = verify(&asked, &web.url("/feed"), lease).await;
    assert_eq!((status, body.as_str()), (200, "ch4llenge"));
    rig.until_active().await;
    (web, feed, rig, asked)
}

async fn verify(asked: &Request, topic: &str, lease: &str) -> (u16, String) {
    let query = web::form(&[
        ("hub.mode", "subscribe"),
        ("hub.topic", topic),
        ("hub.challenge", "ch4llenge"),
        ("hub.lease_seconds", lease),
    ]);
    get(&format!("{}?{query}", asked.field("hub.callback"))).await
}

/// The hub was told that a subscription is to end: it asks whether that is so, and is told no more of anything else.
async fn unsubscribed(web: &Web, asked: &Request, told: &Request) {
    for field in ["hub.callback", "hub.topic"] {
        assert_eq!(told.field(field), asked.field(field));
    }
    assert_eq!(told.field("hub.mode"), "unsubscribe");
    let confirm = |mode: &'static str, topic: String| async move {
        let query = web::form(&[
            ("hub.mode", mode),
            ("hub.topic", &topic),
            ("hub.challenge", "ch4llenge"),
        ]);
        get(&format!("{}?{query}", asked.field("hub.callback"))).await
    };
    for (mode, topic) in [("subscribe", "/feed"), ("unsubscribe", "/other")] {
        assert_eq!(confirm(mode, web.url(topic)).await.0, 410);
    }
    let confirmed = confirm("unsubscribe", asked.field("hub.topic")).await;
    assert_eq!(confirmed, (200, "ch4llenge".to_owned()));
    assert_eq!(push(asked, &document(web, &["late"])).await, 410);
}

async fn push(asked: &Request, body: &[u8]) -> u16 {
    let signature = sign(&asked.field("hub.secret"), body);
    post(&asked.field("hub.callback"), body, Some(&signature))
        .await
        .0
}

#[tokio::test]
async fn what_a_hub_sends_is_delivered_without_a_poll_and_once() {
    let (web, _, rig, asked) = subscribed("864000").await;
    assert_eq!(asked.field("hub.mode"), "subscribe");
    assert_eq!(asked.field("hub.topic"), web.url("/feed"));
    assert_eq!(asked.field("hub.lease_seconds"), "864000");
    assert!(asked.field("hub.secret").len() >= 32);

    let news = document(&web, &["second", "first"]);
    assert_eq!(push(&asked, &news).await, 200);
    assert_eq!(rig.records(2).await, ["first", "second"]);
    assert_eq!(web.count("/feed"), 1, "without a poll");

    // The same by a poll, and by the hub again.
    web.serve("/feed", 200, document(&web, &["second", "first"]));
    rig.clock.advance(24 * HOUR);
    assert_eq!(push(&asked, &news).await, 200);
    until("a poll", || web.count("/feed") == 2).await;
    let more = document(&web, &["third"]);
    assert_eq!(push(&asked, &more).await, 200);
    assert_eq!(rig.records(3).await, ["first", "second", "third"]);
    rig.stop().await;
}

/// What a hub sends changes nothing of how the feed is polled: neither its failures nor its due time nor its rhythm, nor
/// the validators of its last answer.
#[tokio::test]
async fn a_publication_disturbs_no_poll() {
    let (web, _, rig, asked) = subscribed("864000").await;
    let whole = document(&web, &["first"]);
    let told = |title: &'static str| {
        let (rig, asked, news) = (&rig, &asked, document(&web, &[title]));
        async move {
            rig.clock.advance(HOUR / 60);
            let before = (rig.state("quayside"), rig.pace("quayside"));
            assert_eq!(push(asked, &news).await, 200);
            let after = (rig.state("quayside"), rig.pace("quayside"));
            assert_eq!(after.0.drafts, before.0.drafts + 1);
            let mut expected = before;
            expected.0.drafts = after.0.drafts;
            expected.0.memory.clone_from(&after.0.memory);
            assert_eq!(after, expected);
            assert_eq!(after.0.memory["etag"], "\"1\"");
        }
    };
    let next_poll = |number: usize| {
        let (web, rig) = (&web, &rig);
        async move {
            let due = rig.state("quayside").due.unwrap();
            let second = Duration::from_secs(1);
            rig.advance(between(rig.clock.now(), due) - second);
            rig.settled().await;
            assert_eq!(web.count("/feed"), number - 1, "before its time");
            // What is stored is cut to milliseconds.
            rig.advance(second + Duration::from_millis(1));
            until("the poll", || rig.state("quayside").attempted >= due).await;
            assert_eq!(web.count("/feed"), number);
            let state = rig.state("quayside");
            (
                state.outcome.clone(),
                state.failures,
                between(due, state.due.unwrap()),
            )
        }
    };
    web.answer("/feed", 200, "ETag: \"1\"\r\n", whole.clone());
    let unchanged = |(outcome, failures, wait): (String, u32, Duration)| {
        assert_eq!((outcome.as_str(), failures), ("unchanged", 0));
        wait
    };
    let relied_on = unchanged(next_poll(2).await);
    told("second").await;

    web.serve("/feed", 500, Vec::new());
    let (outcome, failures, put_off) = next_poll(3).await;
    assert_eq!((outcome.as_str(), failures), ("failed", 1));
    told("third").await;
    assert_eq!(rig.state("quayside").failures, 1);
    let (_, failures, longer) = next_poll(4).await;
    assert_eq!(failures, 2);
    assert!(longer > put_off);

    // The same body, then no body at all.
    web.answer("/feed", 200, "ETag: \"1\"\r\n", whole);
    assert_eq!(unchanged(next_poll(5).await), relied_on);
    told("fourth").await;
    web.serve("/feed", 304, Vec::new());
    assert_eq!(unchanged(next_poll(6).await), relied_on);
    told("fifth").await;
    assert_eq!(
        rig.records(5).await,
        ["first", "second", "third", "fourth", "fifth"]
    );
    rig.stop().await;
}

#[tokio::test]
async fn what_the_hub_did_not_sign_is_ignored() {
    let (web, _, rig, asked) = subscribed("864000").await;
    let forged = document(&web, &["forged"]);
    let callback = asked.field("hub.callback");
    for signature in [
        None,
        Some("sha256=00"),
        Some(&*sign("another secret", &forged)),
    ] {
        assert_eq!(post(&callback, &forged, signature).await.0, 202);
    }
    assert_eq!(push(&asked, &document(&web, &["true"])).await, 200);
    assert_eq!(rig.records(2).await, ["first", "true"]);
    rig.stop().await;
}

#[tokio::test]
async fn only_what_was_asked_for_is_verified() {
    let (web, _, rig) = subscribing(202).await;
    let asked = web.asked("/hub", 1).await;
    let callback = asked.field("hub.callback");
    assert_eq!(verify(&asked, &web.url("/other"), "60").await.0, 404);
    let query = |mode: &str| {
        let topic = web.url("/feed");
        web::form(&[
            ("hub.mode", mode),
            ("hub.topic", &topic),
            ("hub.challenge", "x"),
        ])
    };
    assert_eq!(
        get(&format!("{callback}?{}", query("unsubscribe"))).await.0,
        404
    );
    assert_eq!(
        get(&format!("{callback}?{}", query("nonsense"))).await.0,
        404
    );
    assert_eq!(get(&callback).await.0, 404);
    let (base, name) = callback.rsplit_once('/').unwrap();
    let other: String = name.chars().rev().collect();
    assert_eq!(
        get(&format!("{base}/{other}?{}", query("subscribe")))
            .await
            .0,
        410
    );
    assert_eq!(
        get(&format!("{base}/nobody?{}", query("subscribe")))
            .await
            .0,
        404
    );
    assert_eq!(
        get(&format!("{callback}?{}", query("subscribe"))).await.0,
        200
    );
    rig.until_active().await;
    rig.stop().await;
}

#[tokio::test]
async fn a_subscription_is_renewed_before_its_end() {
    let (web, _, rig, first) = subscribed("9000").await;
    rig.clock.advance(Duration::from_secs(5000));
    rig.callbacks.tick();
    rig.clock.advance(Duration::from_secs(1000));
    rig.callbacks.tick();
    let again = web.asked("/hub", 2).await;
    for field in ["hub.callback", "hub.secret", "hub.topic"] {
        assert_eq!(again.field(field), first.field(field));
    }
    let until = rig.subscription()["phase"]["active"]["until"].clone();
    assert_eq!(verify(&again, &web.url("/feed"), "9000").await.0, 200);
    rig.until("a longer lease", |stored| {
        stored["phase"]["active"]["until"] != until
    })
    .await;
    rig.stop().await;
}

#[tokio::test]
async fn after_a_denial_the_feed_is_polled() {
    let (web, _, rig) = subscribing(202).await;
    let asked = web.asked("/hub", 1).await;
    let topic = web.url("/feed");
    let query = web::form(&[
        ("hub.mode", "denied"),
        ("hub.topic", &topic),
        ("hub.reason", "no more"),
    ]);
    let denial = format!("{}?{query}", asked.field("hub.callback"));
    assert_eq!(get(&denial).await.0, 200);
    rig.until("the denial", |stored| {
        stored["phase"]["waiting"].is_object()
    })
    .await;
    web.serve("/feed", 200, document(&web, &["second", "first"]));
    rig.clock.advance(25 * HOUR);
    rig.callbacks.tick();
    assert_eq!(rig.records(2).await, ["first", "second"]);
    web.asked("/hub", 2).await;
    rig.stop().await;
}

#[tokio::test]
async fn a_hub_that_is_away_is_asked_again_and_the_feed_polled() {
    let (web, _, rig) = subscribing(503).await;
    web.asked("/hub", 1).await;
    rig.until("the failure", |stored| stored["failures"] == 1)
        .await;
    web.serve("/feed", 200, document(&web, &["second", "first"]));
    web.serve("/hub", 202, Vec::new());
    rig.clock.advance(HOUR);
    rig.callbacks.tick();
    assert_eq!(rig.records(2).await, ["first", "second"]);
    let asked = web.asked("/hub", 2).await;
    assert_eq!(verify(&asked, &web.url("/feed"), "60").await.0, 200);
    rig.until_active().await;
    rig.stop().await;
}

/// What a poll or a hub brings does not wait until a hub has answered a request of ours.
#[tokio::test]
async fn no_item_waits_for_the_answer_of_a_hub() {
    let (web, _, rig) = subscribing(503).await;
    web.asked("/hub", 1).await;
    rig.until("the failure", |stored| stored["failures"] == 1)
        .await;
    web.hang("/hub");
    web.serve("/feed", 200, document(&web, &["second", "first"]));
    // The feed and its subscription are due together.
    rig.advance(HOUR);
    web.asked("/hub", 2).await;
    assert_eq!(rig.records(2).await, ["first", "second"]);
    assert_eq!(rig.subscription()["failures"], 1, "it has not answered yet");
    web.serve("/hub", 202, Vec::new());
    rig.until("the answer", |stored| {
        stored["phase"]["requested"].is_object()
    })
    .await;
    rig.stop().await;
}

#[tokio::test]
async fn when_a_hub_that_was_relied_on_ends_the_feed_is_polled_at_once() {
    let (web, _, rig, asked) = subscribed("864000").await;
    // A poll that finds the hub sending: the next one is hours away.
    assert_eq!(push(&asked, b"ask for yourself").await, 200);
    until("reliance", || rig.memory()["trust"]["relied_on"] == true).await;
    assert_eq!(web.count("/feed"), 2);
    web.serve("/feed", 200, document(&web, &["second", "first"]));
    let topic = web.url("/feed");
    let query = web::form(&[("hub.mode", "denied"), ("hub.topic", &topic)]);
    let denial = format!("{}?{query}", asked.field("hub.callback"));
    assert_eq!(get(&denial).await.0, 200);
    assert_eq!(rig.records(2).await, ["first", "second"]);
    assert_eq!(web.count("/feed"), 3);
    rig.stop().await;
}

#[tokio::test]
async fn a_hub_is_heard_while_the_publisher_wants_to_be_left_alone() {
    let (web, _, rig, asked) = subscribed("864000").await;
    web.serve("/feed", 429, Vec::new());
    assert_eq!(push(&asked, b"ask for yourself").await, 200);
    until("the refusal", || web.count("/feed") == 2).await;
    for title in ["second", "third"] {
        assert_eq!(push(&asked, &document(&web, &[title])).await, 200);
    }
    assert_eq!(rig.records(3).await, ["first", "second", "third"]);
    assert_eq!(web.count("/feed"), 2, "and the publisher is left alone");
    rig.stop().await;
}

#[tokio::test]
async fn nothing_is_acknowledged_that_is_not_committed() {
    let (web, _, rig, asked) = subscribed("864000").await;
    let news = document(&web, &["second"]);
    rig.store.clone().close(true).await;
    let signature = sign(&asked.field("hub.secret"), &news);
    let (status, head) = post(&asked.field("hub.callback"), &news, Some(&signature)).await;
    assert_eq!(status, 503);
    assert!(
        head.to_ascii_lowercase().contains("retry-after: 60"),
        "{head}"
    );
    rig.stop.cancel();
}

#[tokio::test]
async fn a_subscription_outlives_a_restart() {
    let (web, feed, rig, asked) = subscribed("864000").await;
    let clock = rig.clock.clone();
    let folder = rig.stop().await;
    let port = port_of(&asked.field("hub.callback")).await;
    let rig = Rig::start_in(
        std::slice::from_ref(&feed),
        setup::client(""),
        clock,
        folder,
        Some(port),
    )
    .await;
    assert_eq!(push(&asked, &document(&web, &["second"])).await, 200);
    assert_eq!(rig.records(2).await, ["first", "second"]);
    assert_eq!((web.count("/feed"), web.count("/hub")), (1, 1));
    rig.stop().await;
}

#[tokio::test]
async fn what_cannot_be_taken_from_the_hub_is_asked_for() {
    let (web, _, rig, asked) = subscribed("864000").await;
    web.serve("/feed", 200, document(&web, &["second", "first"]));
    assert_eq!(push(&asked, b"something is new").await, 200);
    assert_eq!(rig.records(2).await, ["first", "second"]);
    assert_eq!(web.count("/feed"), 2);
    web.serve("/feed", 200, document(&web, &["third"]));
    let huge = vec![b' '; (1 << 20) + 1];
    assert_eq!(push(&asked, &huge).await, 413);
    assert_eq!(rig.records(3).await, ["first", "second", "third"]);
    rig.stop().await;
}

#[tokio::test]
async fn a_hub_in_a_network_that_may_not_be_asked_is_not() {
    let web = Web::start().await;
    let (here, there) = (
        web.url("/feed"),
        web.url("/hub").replace("127.0.0.1", "127.0.0.2"),
    );
    let hub = Web::start_at("127.0.0.2").await;
    let there = there.replace(&web.port(), &hub.port());
    let announced = String::from_utf8(document(&web, &["first"])).unwrap();
    web.serve(
        "/feed",
        200,
        announced.replace(&web.url("/hub"), &there).into_bytes(),
    );
    let config = setup::config(&here, "allow_networks = [\"127.0.0.1/32\"]", "");
    let client = Client::new(&config.collect, &config.http).unwrap();
    let rig = Rig::start_by(&config.feeds[0], client).await;
    assert_eq!(rig.records(1).await, ["first"]);
    rig.until("a refusal", |stored| stored["failures"] == 1)
        .await;
    assert_eq!(rig.subscription()["hub"], there);
    assert_eq!(hub.connections(), 0);
    rig.stop().await;
}

#[tokio::test]
async fn a_feed_that_is_gone_has_no_hub_any_more() {
    let (web, _, rig, asked) = subscribed("864000").await;
    web.serve("/feed", 410, Vec::new());
    assert_eq!(push(&asked, b"ask for yourself").await, 200);
    until("the end", || rig.subscription().is_null()).await;
    let memory = rig.memory();
    assert!(memory["announced"].is_null() && memory["trust"].is_null());
    unsubscribed(&web, &asked, &web.asked("/hub", 2).await).await;
    rig.stop().await;
}

#[tokio::test]
async fn without_hubs_an_earlier_subscription_says_nothing() {
    let (web, mut feed, rig, asked) = subscribed("864000").await;
    assert_eq!(push(&asked, b"ask for yourself").await, 200);
    until("reliance", || rig.memory()["trust"]["relied_on"] == true).await;
    let (clock, callback) = (rig.clock.clone(), asked.field("hub.callback"));
    let folder = rig.stop().await;
    feed.websub = false;
    clock.advance(2 * HOUR);
    let (feeds, port) = (std::slice::from_ref(&feed), port_of(&callback).await);
    let rig = Rig::start_in(feeds, setup::client(""), clock, folder, Some(port)).await;
    rig.until("the end", serde_json::Value::is_null).await;
    assert_eq!(rig.state("quayside").outcome, "unchanged");
    assert!(
        rig.state("quayside").due.unwrap() <= rig.clock.now() + 2 * HOUR,
        "asked as often as any other"
    );
    unsubscribed(&web, &asked, &web.asked("/hub", 2).await).await;
    rig.stop().await;
}

#[tokio::test]
async fn the_hub_of_a_feed_that_left_is_told_so() {
    let (web, _, rig, asked) = subscribed("864000").await;
    let (clock, callback) = (rig.clock.clone(), asked.field("hub.callback"));
    let folder = rig.stop().await;
    let port = port_of(&callback).await;
    let rig = Rig::start_in(&[], setup::client(""), clock, folder, Some(port)).await;
    unsubscribed(&web, &asked, &web.asked("/hub", 2).await).await;
    rig.stop().await;
}

#[tokio::test]
async fn a_hub_that_is_not_announced_any_more_is_told_so() {
    let (web, _, rig, asked) = subscribed("864000").await;
    let announcing = String::from_utf8(document(&web, &["first"])).unwrap();
    let silent = announcing.replace("rel='hub'", "rel='related'");
    web.serve("/feed", 200, silent.clone().into_bytes());
    assert_eq!(push(&asked, b"ask for yourself").await, 200);
    rig.until("the end", serde_json::Value::is_null).await;
    unsubscribed(&web, &asked, &web.asked("/hub", 2).await).await;

    // Another hub from now on, then another topic there.
    web.serve("/two", 202, Vec::new());
    web.serve(
        "/feed",
        200,
        announcing.replace("/hub'", "/two'").into_bytes(),
    );
    rig.advance(HOUR / 2);
    let second = web.asked("/two", 1).await;
    assert_eq!(second.field("hub.mode"), "subscribe");
    assert_ne!(second.field("hub.callback"), asked.field("hub.callback"));
    assert_eq!(verify(&second, &web.url("/feed"), "864000").await.0, 200);
    rig.until_active().await;
    let moved = announcing
        .replace("/hub'", "/two'")
        .replace("/feed'", "/topic'");
    web.serve("/feed", 200, moved.into_bytes());
    assert_eq!(push(&second, b"ask for yourself").await, 200);
    web.asked("/two", 3).await;
    assert!(
        rig.state("quayside").due.unwrap() <= rig.clock.now() + 2 * HOUR,
        "polled as often as any other until the hub tells of the new topic"
    );
    let requests = web.requests("/two");
    let mode = |mode: &'static str| {
        let of = |request: &&Request| request.field("hub.mode") == mode;
        requests.iter().skip(1).find(of).unwrap()
    };
    assert_eq!(mode("subscribe").field("hub.topic"), web.url("/topic"));
    unsubscribed(&web, &second, mode("unsubscribe")).await;
    assert_eq!(web.count("/hub"), 2, "the first hub is left alone");
    rig.stop().await;
}

/// The port of a callback: with another one the callback would be another.
async fn port_of(callback: &str) -> TcpListener {
    let callback: reqwest::Url = callback.parse().unwrap();
    let address = ("127.0.0.1", callback.port().unwrap());
    TcpListener::bind(address).await.unwrap()
}

#[tokio::test]
async fn a_hub_is_asked_by_the_feed_s_own_way_out() {
    let web = Web::start().await;
    web.serve("/feed", 200, document(&web, &["first"]));
    web.serve("/hub", 202, Vec::new());
    let own = "allow_networks = [\"127.0.0.1/32\"]";
    let config = setup::config(&web.url("/feed"), own, "");
    let client = Client::new(&config.collect, &config.http).unwrap();
    let rig = Rig::start_by(&config.feeds[0], client).await;
    let asked = web.asked("/hub", 1).await;
    assert_eq!(asked.field("hub.mode"), "subscribe");
    rig.stop().await;
}

#[tokio::test]
async fn a_feed_can_do_without_its_hub() {
    let web = Web::start().await;
    web.serve("/feed", 200, document(&web, &["first"]));
    web.serve("/hub", 202, Vec::new());
    let mut feed = setup::feed(&web.url("/feed"));
    feed.websub = false;
    let rig = Rig::start(&feed).await;
    assert_eq!(rig.records(1).await, ["first"]);
    rig.callbacks.tick();
    assert!(rig.subscription().is_null());
    assert_eq!(web.count("/hub"), 0);
    rig.stop().await;
}

#[tokio::test]
async fn silent_connections_keep_no_hub_waiting() {
    let (web, _, rig, asked) = subscribed("864000").await;
    let callback: reqwest::Url = asked.field("hub.callback").parse().unwrap();
    let mut silent = Vec::new();
    for _ in 0..100 {
        let address = ("127.0.0.1", callback.port().unwrap());
        silent.push(tokio::net::TcpStream::connect(address).await.unwrap());
    }
    assert_eq!(push(&asked, &document(&web, &["second"])).await, 200);
    rig.stop().await;
}
