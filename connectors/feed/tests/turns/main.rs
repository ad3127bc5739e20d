//! When feeds are asked again: real requests on loopback, the real collect stage, a clock that the
//! test moves.
#![allow(clippy::unwrap_used, clippy::panic)]

#[allow(dead_code)]
#[path = "../setup/mod.rs"]
mod setup;
mod site;
#[path = "../waker/mod.rs"]
mod waker;

use std::time::Duration;

use dateline_config::Every;
use dateline_pipeline::clock::{after, between};
use dateline_pipeline::collect::ReasonKind;
use site::{Answer, FEED, HOUR, Rig, Site, bare, feed, fine, until};

const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn a_feed_that_is_gone_stays_gone_until_its_address_changes() {
    let site = Site::start(|path| match path {
        "/old" => bare(410, ""),
        _ => fine(),
    });
    let rig = Rig::new(8, 4);
    let old = [feed("quay", &site.url("/old"))];
    let run = rig.run(&old);
    run.asked(&["quay"]).await;
    let state = rig.state("quay").unwrap();
    assert_eq!((state.outcome.as_str(), state.due), ("gone", None));
    run.advance(HOUR * 700);
    run.settled().await;
    run.stop().await;
    let run = rig.run(&old);
    run.settled().await;
    run.stop().await;
    assert_eq!(site.requests(), ["/old"], "over a restart too");
    let run = rig.run(&[feed("quay", &site.url("/new"))]);
    run.asked(&["quay"]).await;
    run.stop().await;
    let state = rig.state("quay").unwrap();
    assert_eq!((state.outcome.as_str(), state.failures), ("read", 0));
    rig.close().await;
}

#[tokio::test]
async fn what_is_gone_behind_a_redirect_may_come_back() {
    let site = Site::start(|path| match path {
        "/moved" => bare(302, "Location: /gone\r\n"),
        "/moved-for-good" => bare(301, "Location: /gone\r\n"),
        _ => bare(410, ""),
    });
    let rig = Rig::new(8, 4);
    let paths = ["/moved", "/moved-for-good"];
    let run = rig.run(&paths.map(|path| feed(path, &site.url(path))));
    run.asked(&paths).await;
    run.stop().await;
    for state in rig.states() {
        assert_eq!((state.outcome.as_str(), state.failures), ("failed", 1));
        assert_eq!(state.status, Some(410));
        assert!(state.due.is_some());
    }
    rig.close().await;
}

#[tokio::test]
async fn failures_put_a_feed_off_longer_and_longer_up_to_a_day() {
    let site = Site::start(|path| match path {
        "/missing" => bare(404, ""),
        _ => bare(500, ""),
    });
    let rig = Rig::new(8, 4);
    let paths = ["/missing", "/broken"];
    for path in paths {
        let run = rig.run(&[feed(path, &site.url(path))]);
        let mut waits = Vec::new();
        for failures in 1..=10 {
            run.asked(&[path]).await;
            assert_eq!(rig.state(path).unwrap().failures, failures);
            waits.push(rig.wait(path));
            // The state keeps milliseconds of what is planned to the nanosecond.
            run.advance(rig.wait(path) + Duration::from_millis(1));
        }
        run.stop().await;
        for (wait, plain) in waits
            .iter()
            .zip([15, 30, 60, 120, 240, 480, 960, 1440, 1440, 1440])
        {
            let share = wait.as_secs_f64() / (f64::from(plain) * 60.0);
            assert!(
                (0.799..1.201).contains(&share) && *wait <= HOUR * 24,
                "{waits:?}"
            );
        }
    }
    site.answer(|_| fine());
    let run = rig.run(&paths.map(|path| feed(path, &site.url(path))));
    let read = || rig.states().iter().all(|state| state.outcome == "read");
    run.advance(HOUR * 24);
    until("both feeds", read).await;
    run.stop().await;
    assert!(
        rig.states()
            .iter()
            .all(|state| state.failures == 0 && state.failing_since.is_none())
    );
    rig.close().await;
}

/// Two feeds of a host that answers the first request so; the wait that it asks for.
async fn held_by(fields: &'static str, wait: Duration) {
    let site = Site::start(move |_| bare(429, fields));
    let rig = Rig::new(8, 1);
    let feeds = ["one", "two"].map(|id| feed(id, &site.url("/feed")));
    let run = rig.run(&feeds);
    until("the hold", || !rig.holds().is_empty()).await;
    run.settled().await;
    run.stop().await;
    let host = format!("127.0.0.1:{}", site.port);
    assert_eq!(rig.holds(), [(host, wait)]);
    assert_eq!(site.requests().len(), 1, "the other feed was not asked");
    rig.clock.advance(wait - MINUTE);
    let run = rig.run(&feeds);
    run.settled().await;
    assert_eq!(site.requests().len(), 1, "nor after a restart");
    site.answer(|_| fine());
    run.advance(MINUTE);
    let read = || {
        rig.states()
            .iter()
            .filter(|state| state.outcome == "read")
            .count()
            == 2
    };
    until("both feeds", read).await;
    run.stop().await;
    assert_eq!(site.requests().len(), 3);
    rig.close().await;
}

#[tokio::test]
async fn a_host_that_asks_for_fewer_requests_is_left_alone_as_a_whole() {
    held_by("Retry-After: 7200\r\n", HOUR * 2).await;
    held_by("Retry-After: Thu, 09 May 2024 13:00:00 GMT\r\n", HOUR * 3).await;
}

#[tokio::test]
async fn a_host_that_refuses_whom_it_let_in_before_is_left_alone() {
    let site = Site::start(|_| fine());
    let rig = Rig::new(8, 1);
    let feeds = ["one", "two"].map(|id| feed(id, &site.url("/feed")));
    let run = rig.run(&feeds);
    run.asked(&["one", "two"]).await;
    assert_eq!(site.requests().len(), 2);
    site.answer(|_| bare(403, ""));
    run.advance(HOUR);
    until("the hold", || !rig.holds().is_empty()).await;
    run.settled().await;
    run.stop().await;
    assert_eq!(rig.holds()[0].1, MINUTE * 5);
    assert_eq!(site.requests().len(), 3, "the other feed was not asked");
    rig.close().await;
}

#[tokio::test]
async fn who_throttles_behind_a_redirect_holds_its_own_feeds_only() {
    let behind = Site::start(|_| bare(429, "Retry-After: 7200\r\n"));
    let to = format!("Location: {}\r\n", behind.url("/x"));
    let site = Site::start(move |path| match path {
        "/sent-on" => bare(307, &to),
        _ => fine(),
    });
    let rig = Rig::new(8, 1);
    let feeds = ["/sent-on", "/here"].map(|path| feed(path, &site.url(path)));
    let run = rig.run(&feeds);
    run.asked(&["/sent-on", "/here"]).await;
    run.stop().await;
    assert_eq!(rig.state("/here").unwrap().outcome, "read");
    assert_eq!(rig.wait("/sent-on"), HOUR * 2);
    assert_eq!(
        rig.holds(),
        [(format!("127.0.0.1:{}", behind.port), HOUR * 2)]
    );
    let neighbour = feed("neighbour", &behind.url("/y"));
    let run = rig.run(&[neighbour]);
    run.settled().await;
    run.stop().await;
    assert_eq!(behind.requests(), ["/x"], "those of the host behind wait");
    rig.close().await;
}

fn rss(more: &str) -> String {
    let with = format!("<title>Quay</title>{more}");
    let document = FEED.replace("<title>Quay</title>", &with);
    document.replace(
        "<rss ",
        "<rss xmlns:sy='http://purl.org/rss/1.0/modules/syndication/' ",
    )
}

fn wishing(path: &str) -> Answer {
    let headers = |fields: &str| (200, fields.to_owned(), FEED.to_owned());
    let document = |more: &str| (200, String::new(), rss(more));
    match path {
        "/control" => headers("Cache-Control: max-age=7500\r\nAge: 300\r\n"),
        "/expires" => headers("Expires: Thu, 09 May 2024 13:00:00 GMT\r\n"),
        "/ttl" => document("<ttl>240</ttl>"),
        "/hours" => document("<skipHours><hour>10</hour><hour>11</hour></skipHours>"),
        "/days" => document("<skipDays><day>Thursday</day></skipDays>"),
        "/period" => document(
            "<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>",
        ),
        _ => fine(),
    }
}

#[tokio::test]
async fn the_publishers_wishes_put_the_next_turn_off() {
    // It is 10:00 on a Thursday.
    let wishes = [
        ("/control", HOUR * 2, ReasonKind::CacheControl),
        ("/expires", HOUR * 3, ReasonKind::Expires),
        ("/ttl", HOUR * 4, ReasonKind::Ttl),
        ("/hours", HOUR * 2, ReasonKind::SkipHours),
        ("/days", HOUR * 14, ReasonKind::SkipDays),
        ("/period", HOUR * 6, ReasonKind::UpdatePeriod),
        ("/none", MINUTE * 15, ReasonKind::Rhythm),
    ];
    let site = Site::start(wishing);
    let rig = Rig::new(8, 8);
    let paths = wishes.map(|(path, _, _)| path);
    let run = rig.run(&paths.map(|path| feed(path, &site.url(path))));
    run.asked(&paths).await;
    run.stop().await;
    for (path, wait, kind) in wishes {
        let state = rig.state(path).unwrap();
        assert_eq!(state.plan.reasons[0].kind, kind, "{path}: {:?}", state.plan);
        // What was skipped is spread over the first ten minutes after.
        let late = rig.wait(path).saturating_sub(wait);
        assert!(
            rig.wait(path) >= wait && late <= MINUTE * 10,
            "{path}: {:?}",
            state.plan
        );
    }
    let careless = paths.map(|path| {
        let mut feed = feed(path, &site.url(path));
        feed.publisher_hints = false;
        feed.every = Every::Fixed(MINUTE * 20);
        feed
    });
    let run = rig.run(&careless);
    run.advance(MINUTE * 20);
    run.asked(&paths).await;
    run.stop().await;
    assert!(paths.iter().all(|path| rig.wait(path) == MINUTE * 20));
    rig.close().await;
}

#[tokio::test]
async fn an_outage_of_ones_own_network_is_not_blamed_on_the_feeds() {
    let mut sites: Vec<Site> = (0..20).map(|_| Site::silent("127.0.0.1")).collect();
    let rig = Rig::new(8, 2);
    let feeds: Vec<_> = (0..40)
        .map(|number| feed(&format!("feed{number}"), &sites[number % 20].url("/feed")))
        .collect();
    let run = rig.run(&feeds);
    run.settled().await;
    // New feeds begin within a moment, spread.
    run.advance(Duration::from_secs(1));
    let excused = || {
        let states = rig.states();
        let network = |kind| kind == ReasonKind::Network;
        states
            .iter()
            .any(|state| network(state.plan.reasons[0].kind))
    };
    until("the outage", excused).await;
    for _ in 0..60 {
        run.advance(MINUTE);
        run.settled().await;
    }
    let failures = rig.states().iter().map(|state| state.failures).max();
    assert_eq!(
        failures,
        Some(1),
        "only those before it was known to be an outage"
    );
    for site in &mut sites {
        site.open();
    }
    run.advance(Duration::from_secs(5));
    let read = || {
        rig.states()
            .iter()
            .filter(|state| state.outcome == "read")
            .count()
    };
    until("one feed", || read() > 0).await;
    run.settled().await;
    assert!(read() < 20, "not all at once: {}", read());
    run.advance(Duration::from_secs(1));
    until("all feeds", || read() == 40).await;
    run.stop().await;
    assert!(rig.states().iter().all(|state| state.failures == 0));
    let requests: usize = sites.iter().map(|site| site.requests().len()).sum();
    assert_eq!(requests, 40, "each once, the one that showed it too");
    rig.close().await;
}

#[tokio::test]
async fn a_thousand_overdue_feeds_do_not_come_at_once_after_a_restart() {
    let site = Site::start(|_| fine());
    let feeds: Vec<_> = (0..1000)
        .map(|number| {
            let url = format!("http://127.0.0.{}:{}/{number}", 1 + number % 50, site.port);
            feed(&format!("feed{number}"), &url)
        })
        .collect();
    let rig = Rig::new(8, 2);
    let run = rig.run(&feeds);
    run.advance(Duration::from_secs(11));
    until("the first turns", || {
        site.requests().len() == 1000 && rig.states().len() == 1000
    })
    .await;
    run.stop().await;
    rig.clock.advance(HOUR * 24);
    let began = rig.clock.now();
    let run = rig.run(&feeds);
    run.advance(Duration::from_secs(1));
    let since = |count: usize| site.requests().len() >= 1000 + count;
    until("the first of them", || since(50)).await;
    run.settled().await;
    assert!(!since(200), "{} in a second", site.requests().len() - 1000);
    run.advance(Duration::from_secs(10));
    let again = || rig.states().iter().all(|state| state.attempted > began);
    until("all of them", again).await;
    run.stop().await;
    assert_eq!(site.requests().len(), 2000, "each once");
    let seconds = rig
        .states()
        .iter()
        .map(|state| between(began, state.attempted))
        .max();
    assert!(seconds <= Some(Duration::from_secs(11)) && after(began, HOUR) > rig.clock.now());
    rig.close().await;
}
