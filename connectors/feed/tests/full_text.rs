//! Pages of a feed's items, where `full_text` wants them.
#![allow(clippy::unwrap_used, clippy::panic)]

#[allow(dead_code)]
mod server;
#[allow(dead_code)]
mod setup;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use dateline_feed::FeedSource;
use dateline_pipeline::clock::Clock;
use dateline_pipeline::draft::Draft;
use serde_json::Value;
use server::{Reply, Server};

const PAGE: &[u8] =
    b"<html><body><article><p>The gulls came back to the harbour.</p></article></body></html>";

/// A feed with one item of a few words for each of these pages, and a long one.
fn feed(base: &str, pages: &[&str]) -> Vec<u8> {
    let item = |page: &str, text: &str| {
        format!(
            "<item><title>{page}</title><link>{base}{page}</link><description>{text}</description></item>"
        )
    };
    let mut items: String = pages
        .iter()
        .map(|page| item(page, "A few words."))
        .collect();
    items += &item("/long", &"word ".repeat(200));
    format!("<rss version=\"2.0\"><channel><title>Quay</title>{items}</channel></rss>").into_bytes()
}

async fn drafts(server: &Server, full_text: &str) -> Vec<Draft> {
    let more = format!("full_text = \"{full_text}\"");
    let feed = setup::config(&server.url("/feed"), &more, "")
        .feeds
        .remove(0);
    let client = Arc::new(setup::client(""));
    let clock = Clock::manual(setup::now());
    let source = FeedSource::new(&feed, client).with_pages(Duration::ZERO, clock);
    let harvest = setup::poll(&source, Value::Null).await;
    harvest.items.into_iter().map(|item| item.draft).collect()
}

fn of<'d>(drafts: &'d [Draft], page: &str) -> &'d Draft {
    drafts
        .iter()
        .find(|draft| draft.item.link.as_ref().unwrap().href.ends_with(page))
        .unwrap()
}

async fn site(pages: &'static [&'static str]) -> Server {
    let tries = AtomicU32::new(0);
    Server::start(move |request| match request.path.as_str() {
        "/robots.txt" => Reply::new(200, &[], b"User-agent: *\nDisallow: /private"),
        "/feed" => {
            let base = format!("http://{}", request.header("host").unwrap());
            Reply::new(200, &[], &feed(&base, pages))
        }
        "/missing" => Reply::new(404, &[], b""),
        "/file" => Reply::new(200, &[("Content-Type", "application/pdf")], b"%PDF"),
        "/shaky" if tries.fetch_add(1, Ordering::Relaxed) == 0 => Reply::new(503, &[], b""),
        _ => Reply::new(200, &[("Content-Type", "text/html; charset=utf-8")], PAGE),
    })
    .await
}

#[tokio::test]
async fn pages_are_asked_for_where_the_feed_gives_little() {
    let server = site(&["/short"]).await;
    let drafts = drafts(&server, "when_short").await;
    let page = of(&drafts, "/short").page.as_ref().unwrap();
    assert_eq!(page.bytes, PAGE);
    assert_eq!(
        page.content_type.as_deref(),
        Some("text/html; charset=utf-8")
    );
    assert!(page.url.ends_with("/short"));
    assert!(of(&drafts, "/long").page.is_none());
}

#[tokio::test]
async fn nothing_is_asked_for_without_being_told() {
    let server = site(&["/short"]).await;
    let drafts = drafts(&server, "never").await;
    assert!(drafts.iter().all(|draft| draft.page.is_none()));
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn what_is_not_to_be_had_is_said_and_costs_nothing_else() {
    let server = site(&["/missing", "/private/x", "/file", "/short"]).await;
    let drafts = drafts(&server, "always").await;
    for (page, reason) in [
        ("/missing", "HTTP 404"),
        ("/private/x", "robots.txt does not allow"),
        ("/file", "it is no page but application/pdf"),
    ] {
        let draft = of(&drafts, page);
        assert!(draft.page.is_none(), "{page}");
        let fault = draft.page_fault.as_ref().unwrap();
        assert!(fault.contains(reason), "{fault}");
    }
    let short = of(&drafts, "/short");
    assert!(short.page.is_some() && short.page_fault.is_none());
    assert!(of(&drafts, "/long").page.is_some());
    let asked = server.requests().into_iter();
    assert!(
        asked
            .into_iter()
            .all(|request| request.path != "/private/x")
    );
}

#[tokio::test(start_paused = true)]
async fn what_fails_for_the_moment_is_asked_for_again() {
    let server = site(&["/shaky"]).await;
    let drafts = drafts(&server, "always").await;
    assert!(of(&drafts, "/shaky").page.is_some());
}

#[test]
fn a_page_waits_in_the_log_and_comes_out_as_it_went_in() {
    let page = dateline_pipeline::draft::FetchedPage {
        url: "https://quay.example/a".to_owned(),
        content_type: None,
        fetched: None,
        bytes: (0..=255).cycle().take(100_000).collect(),
    };
    let text = serde_json::to_string(&page).unwrap();
    assert!(text.len() < 5000, "{}", text.len());
    let again: dateline_pipeline::draft::FetchedPage = serde_json::from_str(&text).unwrap();
    assert_eq!(again, page);
}
