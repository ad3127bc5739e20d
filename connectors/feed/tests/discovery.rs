//! Finding feeds on a site, by its rules.
#![allow(clippy::unwrap_used, clippy::panic)]

#[allow(dead_code)]
mod server;
#[allow(dead_code)]
mod setup;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use dateline_feed::discover::{Discovery, How, discover};
use dateline_feed::fetch::Limits;
use dateline_feed::robots::{PageError, Pages};
use dateline_pipeline::clock::Clock;
use dateline_pipeline::source::Outcome;
use serde_json::Value;
use server::{Reply, Request, Server};
use url::Url;

const FEED: &[u8] = include_bytes!("samples/rss-2.0.xml");
const HTML: &[(&str, &str)] = &[("Content-Type", "text/html")];

fn pages() -> (Pages, Clock) {
    let clock = Clock::manual(setup::now());
    let client = Arc::new(setup::client(""));
    (Pages::new(client, Duration::ZERO, clock.clone()), clock)
}

async fn found_at(server: &Server, path: &str) -> Discovery {
    discover(&pages().0, &Url::parse(&server.url(path)).unwrap()).await
}

fn shown(discovery: &Discovery) -> Vec<(&str, How)> {
    let found = discovery.found.iter();
    found.map(|found| (found.url.path(), found.how)).collect()
}

fn asked(server: &Server) -> Vec<String> {
    let requests = server.requests().into_iter();
    requests.map(|request| request.path).collect()
}

#[tokio::test]
async fn an_address_that_is_a_feed_is_the_feed() {
    let server = Server::start(|request| match request.path.as_str() {
        "/old" => Reply::new(302, &[("Location", "/feed")], b""),
        _ => Reply::new(200, &[], FEED),
    })
    .await;
    let discovery = found_at(&server, "/old").await;
    assert_eq!(shown(&discovery), [("/feed", How::Address)]);
    let found = &discovery.found[0];
    assert_eq!(found.title.as_deref(), Some("The Quayside Record"));
    assert_eq!(found.items, 3);
    assert_eq!(asked(&server), ["/old", "/feed"]);
}

#[tokio::test]
async fn a_page_s_feeds_are_asked_and_those_that_are_none_said() {
    let server = Server::start(|request| match request.path.as_str() {
        "/" => Reply::new(
            200,
            HTML,
            b"<link rel=alternate type=application/rss+xml href=/gone>\
              <link rel=alternate type=application/rss+xml title=News href=/news.rss>",
        ),
        "/news.rss" => Reply::new(200, &[], FEED),
        _ => Reply::new(404, HTML, b""),
    })
    .await;
    let discovery = found_at(&server, "/").await;
    assert_eq!(shown(&discovery), [("/news.rss", How::Announced)]);
    let missed: Vec<_> = discovery.missed.iter().map(|miss| miss.how).collect();
    assert_eq!(missed, [How::Address, How::Announced]);
    assert!(discovery.missed[1].reason.contains("HTTP 404"));
    assert_eq!(asked(&server), ["/", "/gone", "/news.rss"]);
}

#[tokio::test]
async fn usual_places_are_asked_where_robots_txt_allows() {
    let server = Server::start(|request| match request.path.as_str() {
        "/robots.txt" => Reply::new(200, &[], b"User-agent: *\nDisallow: /rss$\n"),
        "/rss" | "/rss.xml" => Reply::new(200, &[], FEED),
        "/" => Reply::new(200, HTML, b"<html>no feeds here"),
        _ => Reply::new(404, &[], b""),
    })
    .await;
    let discovery = found_at(&server, "/").await;
    assert_eq!(shown(&discovery), [("/rss.xml", How::Usual)]);
    assert_eq!(asked(&server), ["/", "/robots.txt", "/feed", "/rss.xml"]);
    let refused = discovery
        .missed
        .iter()
        .find(|miss| miss.url.path() == "/rss");
    assert!(refused.unwrap().reason.contains("robots.txt"));
}

#[tokio::test]
async fn a_search_in_vain_ends_soon() {
    let server = Server::start(|_| Reply::new(404, &[], b"")).await;
    let discovery = found_at(&server, "/a/b").await;
    assert_eq!(discovery.found, []);
    assert_eq!(
        server.requests().len(),
        12,
        "the address, robots.txt, ten guesses"
    );
    let nobody = Url::parse("http://127.0.0.1:1/").unwrap();
    let discovery = discover(&pages().0, &nobody).await;
    assert_eq!(
        discovery.missed.len(),
        1,
        "a site that is away is not searched"
    );
}

async fn serving_robots(
    robots: impl Fn(&Request) -> Reply + Send + Sync + 'static,
) -> (Server, Url) {
    let server = Server::start(move |request| match request.path.as_str() {
        "/robots.txt" => robots(request),
        "/moved" => Reply::new(301, &[("Location", "/private")], b""),
        _ => Reply::new(200, HTML, b"<p>hello"),
    })
    .await;
    let url = Url::parse(&server.url("/page")).unwrap();
    (server, url)
}

#[tokio::test]
async fn rules_are_asked_for_once_a_day() {
    let (server, url) =
        serving_robots(|_| Reply::new(200, &[], b"User-agent: *\nDisallow: /private")).await;
    let (pages, clock) = pages();
    let private = url.join("/private").unwrap();
    for _ in 0..3 {
        assert_eq!(
            pages.page(&url, &Limits::PAGE).await.unwrap().bytes,
            b"<p>hello"
        );
        let refused = pages.page(&private, &Limits::PAGE).await.unwrap_err();
        assert!(matches!(refused, PageError::Disallowed(_)), "{refused}");
    }
    let moved = pages
        .page(&url.join("/moved").unwrap(), &Limits::PAGE)
        .await;
    assert!(
        matches!(moved, Err(PageError::Disallowed(_))),
        "redirects obey too"
    );
    let robots = |server: &Server| {
        asked(server)
            .iter()
            .filter(|path| *path == "/robots.txt")
            .count()
    };
    assert_eq!(robots(&server), 1);
    assert!(!asked(&server).contains(&"/private".to_owned()));
    clock.advance(Duration::from_secs(24 * 3600 + 1));
    pages.page(&url, &Limits::PAGE).await.unwrap();
    assert_eq!(robots(&server), 2);
    // Rules of a day that a wrong clock put a month off do not hold for that month.
    clock.set_back(Duration::from_secs(30 * 24 * 3600));
    pages.page(&url, &Limits::PAGE).await.unwrap();
    assert_eq!(robots(&server), 3);
}

#[tokio::test]
async fn a_site_without_rules_allows_and_one_in_trouble_refuses_for_a_while() {
    for (status, allowed) in [(404, true), (401, true), (429, false), (503, false)] {
        let (_server, url) = serving_robots(move |_| Reply::new(status, &[], b"")).await;
        let page = pages().0.page(&url, &Limits::PAGE).await;
        assert_eq!(page.is_ok(), allowed, "{status}");
    }
    let asked = AtomicU64::new(0);
    let (_server, url) = serving_robots(move |_| match asked.fetch_add(1, Ordering::SeqCst) {
        0 => Reply::new(200, &[], b"User-agent: *\nDisallow: /private"),
        1 => Reply::new(500, &[], b""),
        _ => Reply::new(200, &[], b"User-agent: *\nDisallow: /page"),
    })
    .await;
    let (pages, clock) = pages();
    assert!(pages.page(&url, &Limits::PAGE).await.is_ok());
    clock.advance(Duration::from_secs(25 * 3600));
    assert!(
        pages.page(&url, &Limits::PAGE).await.is_ok(),
        "the last rules still hold"
    );
    clock.advance(Duration::from_secs(11 * 60));
    assert!(
        pages.page(&url, &Limits::PAGE).await.is_err(),
        "asked again soon"
    );
}

#[tokio::test]
async fn a_crawl_delay_longer_than_one_can_wait_is_said() {
    let (_server, url) =
        serving_robots(|_| Reply::new(200, &[], b"User-agent: *\nCrawl-delay: 600")).await;
    let (pages, _) = pages();
    assert!(pages.page(&url, &Limits::PAGE).await.is_ok());
    let busy = pages.page(&url, &Limits::PAGE).await.unwrap_err();
    assert!(
        matches!(busy, PageError::Busy { wait, .. } if wait > Duration::from_secs(500)),
        "{busy}"
    );
}

#[tokio::test]
async fn a_feed_that_became_a_page_is_told_where_it_went() {
    let server = Server::start(|_| {
        Reply::new(
            200,
            HTML,
            b"<!doctype html><link rel=alternate type=application/atom+xml href=/new.xml>",
        )
    })
    .await;
    let feed = setup::feed(&server.url("/feed"));
    let harvest = setup::poll(&setup::source(&feed), Value::Null).await;
    let Outcome::Failed { fault, .. } = harvest.outcome else {
        panic!("{:?}", harvest.outcome)
    };
    let wanted = format!(
        "{}: this is an HTML page now; it announces {} as its feed: set url to it",
        server.url("/feed"),
        server.url("/new.xml")
    );
    assert_eq!(fault.reason, wanted);
    assert_eq!(server.requests().len(), 1);
}
