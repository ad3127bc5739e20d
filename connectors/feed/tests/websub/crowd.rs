//! Many feeds at one hub: whatever the hub does, they are polled.

use dateline_config::{Every, Feed};

use crate::rig::{HOUR, Rig, document_at};
use crate::setup;
use crate::waker::until;
use crate::web::Web;

const FEEDS: usize = 50;

/// Feeds of one publisher and one hub, asked every 10 minutes.
fn crowd(web: &Web) -> Vec<Feed> {
    let feeds = (0..FEEDS).map(|number| {
        let mut feed = setup::feed(&web.url(&path(number)));
        feed.id = id(number);
        feed.every = Every::Fixed(HOUR / 6);
        feed
    });
    feeds.collect()
}

fn id(number: usize) -> String {
    format!("feed-{number}")
}

fn path(number: usize) -> String {
    format!("/feed/{number}")
}

/// Every feed holds an item of this name from now on.
fn publish(web: &Web, name: &str) {
    for number in 0..FEEDS {
        let title = format!("{name} {number}");
        web.serve(
            &path(number),
            200,
            document_at(web, &path(number), &[&title]),
        );
    }
}

/// Feeds that were polled so often.
fn polled(web: &Web, times: usize) -> usize {
    let polled = |number: &usize| web.count(&path(*number)) >= times;
    (0..FEEDS).filter(polled).count()
}

/// Feeds whose subscription stands in a phase.
fn standing(rig: &Rig, phase: &str) -> usize {
    let stands = |number: &usize| {
        let stored = &rig.memory_of(&id(*number))["websub"]["phase"];
        stored == phase || stored[phase].is_object()
    };
    (0..FEEDS).filter(stands).count()
}

/// Topics that the hub was asked for, each once.
fn topics(web: &Web, requests: &[crate::web::Request]) -> usize {
    let topics: std::collections::HashSet<String> = requests
        .iter()
        .map(|request| request.field("hub.topic"))
        .collect();
    assert!(topics.iter().all(|topic| topic.starts_with(&web.url("/"))));
    topics.len()
}

/// The stage has four turns at a time: were they all to wait for the hub, nothing would be polled.
#[tokio::test]
async fn a_hub_that_hangs_keeps_few_turns_and_no_poll() {
    let web = Web::start().await;
    publish(&web, "first");
    web.hang("/hub");
    let rig = Rig::start_all(&crowd(&web)).await;
    assert_eq!(rig.records(FEEDS).await.len(), FEEDS);
    web.asked("/hub", 3).await;
    publish(&web, "second");
    rig.advance(HOUR);
    rig.callbacks.tick();
    // What is due after an hour without a clock is spread.
    rig.settled().await;
    rig.advance(HOUR / 60);
    // All but the three feeds that wait for the hub.
    until("polls", || polled(&web, 2) == FEEDS - 3).await;
    assert_eq!(rig.records(2 * FEEDS - 3).await.len(), 2 * FEEDS - 3);
    assert_eq!(web.count("/hub"), 3);

    // It answers, and everybody has a place there soon, without anybody waiting for a clock.
    web.serve("/hub", 202, Vec::new());
    until("all requests", || web.count("/hub") == FEEDS).await;
    until("all answers", || standing(&rig, "planned") == 0).await;
    let asked = topics(&web, &web.requests("/hub"));
    assert_eq!(asked, FEEDS, "each once");
    assert_eq!(rig.records(2 * FEEDS).await.len(), 2 * FEEDS);
    rig.stop().await;
}

#[tokio::test]
async fn a_hub_is_left_alone_for_as_long_as_it_asks() {
    let web = Web::start().await;
    publish(&web, "first");
    web.hang("/hub");
    let rig = Rig::start_all(&crowd(&web)).await;
    assert_eq!(rig.records(FEEDS).await.len(), FEEDS);
    web.asked("/hub", 3).await;
    web.answer("/hub", 429, "Retry-After: 7200\r\n", Vec::new());
    until("refusals", || standing(&rig, "waiting") == 3).await;
    until("plans", || standing(&rig, "planned") == FEEDS - 3).await;
    for rounds in 1..=2 {
        rig.advance(HOUR - HOUR / 60);
        rig.callbacks.tick();
        rig.settled().await;
        rig.advance(HOUR / 120);
        until("polls", || polled(&web, rounds + 1) == FEEDS).await;
        rig.callbacks.tick();
        rig.settled().await;
        assert_eq!(web.count("/hub"), 3, "two hours are not over yet");
    }
    web.hang("/hub");
    rig.advance(HOUR / 60);
    rig.callbacks.tick();
    web.asked("/hub", 4).await;
    rig.callbacks.tick();
    rig.settled().await;
    assert_eq!(web.count("/hub"), 4, "one tries");
    web.serve("/hub", 202, Vec::new());
    until("all answers", || standing(&rig, "requested") == FEEDS).await;
    assert_eq!(web.count("/hub"), 3 + FEEDS);
    rig.stop().await;
}
