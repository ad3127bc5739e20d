//! The feed source against servers that behave and servers that do not.
#![allow(clippy::unwrap_used, clippy::panic)]

mod server;
mod setup;

use std::io::{Read, Write};
use std::sync::Arc;
use std::time::{Duration, Instant};

use dateline_config::{ByteSize, HeaderValue};
use dateline_pipeline::fault::{Class, Fault};
use dateline_pipeline::source::{Harvest, Outcome};
use serde_json::Value;
use server::{Reply, Request, Server};
use setup::{OutOfOrder, feed, poll, poll_with, source};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;

const FEED: &[u8] = include_bytes!("samples/rss-2.0.xml");
const MIB: usize = 1 << 20;

async fn serving(reply: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> (Server, Harvest) {
    let server = Server::start(reply).await;
    let harvest = poll(&source(&feed(&server.url("/feed"))), Value::Null).await;
    (server, harvest)
}

fn failure(harvest: &Harvest) -> (&Fault, Option<Duration>) {
    assert!(harvest.items.is_empty() && harvest.files.is_empty());
    match &harvest.outcome {
        Outcome::Failed { fault, retry_after } => (fault, *retry_after),
        Outcome::Gone { fault } => (fault, None),
        other => panic!("expected a failure, not {other:?}"),
    }
}

fn titles(harvest: &Harvest) -> Vec<&str> {
    let titles = harvest
        .items
        .iter()
        .map(|item| item.draft.item.title.as_ref().unwrap().value.as_str());
    titles
        .map(|title| title.split(' ').next().unwrap())
        .collect()
}

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
async fn statuses_fail_with_what_to_do() {
    for (status, class, kind, advice) in [
        (500, Class::Transient, "http_500", "asked again later"),
        (503, Class::Transient, "http_503", "asked again later"),
        (599, Class::Transient, "http_5xx", "asked again later"),
        (404, Class::Permanent, "http_404", "present address"),
        (410, Class::Permanent, "http_410", "remove it"),
        (401, Class::Permanent, "http_401", "auth"),
        (403, Class::Permanent, "http_403", "headers"),
        (418, Class::Permanent, "http_4xx", "check the address"),
        (429, Class::Transient, "http_429", "fewer requests"),
        (304, Class::Transient, "http_304", "unchanged"),
        (204, Class::Permanent, "http_status", "no document"),
    ] {
        let (_server, harvest) = serving(move |_| Reply::new(status, &[], b"")).await;
        let (fault, wait) = failure(&harvest);
        assert_eq!(
            (fault.class, fault.kind, wait),
            (class, kind, None),
            "{status}"
        );
        assert!(
            fault.reason.contains(&status.to_string()) && fault.reason.contains(advice),
            "{}",
            fault.reason
        );
        assert_eq!(harvest.facts.status, Some(status));
    }
}

#[tokio::test]
async fn servers_say_how_long_to_wait() {
    for (status, header, seconds) in [
        (429, "120", 120),
        (503, "Thu, 09 May 2024 10:05:00 GMT", 300),
    ] {
        let (_server, harvest) =
            serving(move |_| Reply::new(status, &[("Retry-After", header)], b"")).await;
        assert_eq!(failure(&harvest).1, Some(Duration::from_secs(seconds)));
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

#[tokio::test]
async fn silence_ends_in_a_timeout() {
    let head = b"HTTP/1.1 200 OK\r\n\r\n<rss version='2.0'>".to_vec();
    for said in [Vec::new(), head[..20].to_vec(), head] {
        let server = Server::start(move |_| Reply::Hang(said.clone())).await;
        let mut feed = feed(&server.url("/feed"));
        feed.timeout = Duration::from_millis(300);
        let started = Instant::now();
        let harvest = poll(&source(&feed), Value::Null).await;
        assert_eq!(failure(&harvest).0.kind, "timeout");
        assert!(started.elapsed() < Duration::from_secs(10));
    }
}

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
    for refused in ["/circle", "/lost", "/endless"] {
        assert_eq!(
            failure(&poll_at(refused).await).0.kind,
            "redirect",
            "{refused}"
        );
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

#[tokio::test]
async fn headers_of_a_feed_reach_its_own_host_only() {
    let other = Server::start(|_| Reply::new(200, &[], FEED)).await;
    let elsewhere = other.url("/feed");
    let server = Server::start(move |request| match request.path.as_str() {
        "/feed" => Reply::new(302, &[("Location", "/here")], b""),
        _ => Reply::new(302, &[("Location", &elsewhere)], b""),
    })
    .await;
    let mut feed = feed(&server.url("/feed"));
    feed.url.set_username("reader").unwrap();
    feed.url.set_password(Some("secret")).unwrap();
    feed.headers
        .insert("X-Token".to_owned(), HeaderValue::Plain("abc".to_owned()));
    let harvest = poll(&source(&feed), Value::Null).await;
    assert_eq!(harvest.outcome, Outcome::Read);
    for request in server.requests() {
        assert_eq!(request.header("x-token"), Some("abc"));
        assert!(request.header("authorization").is_some());
    }
    let stranger = &other.requests()[0];
    assert_eq!(
        (stranger.header("x-token"), stranger.header("authorization")),
        (None, None)
    );
    assert!(!format!("{harvest:?}").contains("secret"));
}

#[tokio::test]
async fn a_header_that_cannot_be_sent_is_named() {
    let mut feed = feed("http://127.0.0.1:1/feed");
    feed.headers.insert(
        "X-Token".to_owned(),
        HeaderValue::Plain("line\nbreak".to_owned()),
    );
    let harvest = poll(&source(&feed), Value::Null).await;
    let fault = failure(&harvest).0;
    assert_eq!((fault.kind, fault.class), ("header", Class::Permanent));
    assert!(fault.reason.contains("X-Token") && !fault.reason.contains("break"));
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn brotli(bytes: &mut impl Read) -> Vec<u8> {
    let mut out = Vec::new();
    let settings = brotli::enc::BrotliEncoderParams {
        quality: 2,
        ..Default::default()
    };
    brotli::BrotliCompress(bytes, &mut out, &settings).unwrap();
    out
}

#[tokio::test]
async fn compressed_bodies_are_unpacked() {
    for (encoding, body) in [
        ("gzip", gzip(FEED)),
        ("br", brotli(&mut &*FEED)),
        ("zstd", zstd::encode_all(FEED, 3).unwrap()),
    ] {
        let (_server, harvest) =
            serving(move |_| Reply::new(200, &[("Content-Encoding", encoding)], &body)).await;
        assert_eq!(harvest.items.len(), 3, "{encoding}: {:?}", harvest.outcome);
        assert_eq!(harvest.facts.bytes, FEED.len() as u64);
    }
}

/// 1 GiB of zeros as the beginning of a gzip stream, made of one MiB over and over.
fn gzip_bomb() -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    let mut ends = Vec::new();
    for _ in 0..2 {
        encoder.write_all(&vec![0; MIB]).unwrap();
        encoder.flush().unwrap();
        ends.push(encoder.get_ref().len());
    }
    let stream = encoder.get_ref();
    let mebibyte = &stream[ends[0]..ends[1]];
    [&stream[..ends[0]], &mebibyte.repeat(1023)].concat()
}

#[tokio::test]
async fn bombs_stop_at_the_limit() {
    let zeros = || std::io::repeat(0).take(1 << 30);
    for (encoding, body) in [
        ("gzip", gzip_bomb()),
        ("zstd", zstd::encode_all(zeros(), 1).unwrap()),
        ("br", brotli(&mut zeros().take(128 << 20))),
    ] {
        assert!(body.len() < 4 * MIB, "{encoding}");
        let server =
            Server::start(move |_| Reply::new(200, &[("Content-Encoding", encoding)], &body)).await;
        let started = Instant::now();
        let harvest = poll(&source(&feed(&server.url("/feed"))), Value::Null).await;
        assert_eq!(failure(&harvest).0.kind, "too_large", "{encoding}");
        assert!(
            started.elapsed() < Duration::from_secs(5),
            "{encoding}: {:?}",
            started.elapsed()
        );
    }
}

#[tokio::test]
async fn large_bodies_stop_at_the_limit() {
    let head = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n<rss>".to_vec();
    let (_server, endless) = serving(move |_| Reply::Endless(head.clone(), vec![b' '; 4096])).await;
    let promised = b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n".to_vec();
    let (_server2, promised) = serving(move |_| Reply::Hang(promised.clone())).await;
    for harvest in [endless, promised] {
        let fault = failure(&harvest).0;
        assert_eq!(fault.kind, "too_large");
        assert!(fault.reason.contains("max_body"));
    }
    let server = Server::start(|_| Reply::new(200, &[], FEED)).await;
    for (limit, read) in [(FEED.len(), true), (FEED.len() - 1, false)] {
        let mut feed = feed(&server.url("/feed"));
        feed.max_body = ByteSize(limit as u64);
        let harvest = poll(&source(&feed), Value::Null).await;
        assert_eq!(harvest.outcome == Outcome::Read, read);
    }
}

#[tokio::test]
async fn endless_headers_end() {
    let (_server, harvest) = serving(|_| {
        Reply::Endless(
            b"HTTP/1.1 200 OK\r\n".to_vec(),
            b"X-More: and more\r\n".repeat(64),
        )
    })
    .await;
    assert_eq!(failure(&harvest).0.kind, "headers");
}

#[tokio::test]
async fn large_headers_are_refused() {
    let long = "x".repeat(66 << 10);
    let (_server, harvest) = serving(move |_| Reply::new(200, &[("X-Long", &long)], FEED)).await;
    let fault = failure(&harvest).0;
    assert_eq!((fault.kind, fault.class), ("headers", Class::Permanent));
}

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
async fn a_body_that_breaks_off_is_not_taken() {
    let plain = [
        format!(
            "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n",
            FEED.len() + 1
        )
        .as_bytes(),
        FEED,
    ]
    .concat();
    let chunked = [
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfff\r\n",
        &FEED[..500],
    ]
    .concat();
    for raw in [plain, chunked] {
        let (_server, harvest) = serving(move |_| Reply::Raw(raw.clone())).await;
        let fault = failure(&harvest).0;
        assert_eq!(
            (fault.class, fault.kind),
            (Class::Transient, "interrupted"),
            "{}",
            fault.reason
        );
    }
    let packed = gzip(FEED);
    let (_server, harvest) = serving(move |_| {
        Reply::new(
            200,
            &[("Content-Encoding", "gzip")],
            &packed[..packed.len() / 2],
        )
    })
    .await;
    assert_eq!(failure(&harvest).0.class, Class::Transient);
}

#[tokio::test]
async fn damaged_and_unknown_encodings_are_named() {
    for (encoding, body) in [
        ("gzip", &b"this is not gzip at all"[..]),
        ("compress", b"\x1f\x9d"),
    ] {
        let (_server, harvest) =
            serving(move |_| Reply::new(200, &[("Content-Encoding", encoding)], body)).await;
        let fault = failure(&harvest).0;
        assert_eq!(fault.kind, "decode", "{}", fault.reason);
    }
}

#[tokio::test]
async fn what_cannot_be_reached_is_named() {
    let greeter = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let https = format!("https://{}/feed", greeter.local_addr().unwrap());
    let greeting = tokio::spawn(async move {
        while let Ok((mut stream, _)) = greeter.accept().await {
            drop(stream.write_all(b"220 this is not TLS\r\n").await);
        }
    });
    for (url, kind) in [
        ("http://127.0.0.1:1/feed".to_owned(), "connect"),
        (https, "tls"),
        ("http://no-such-host.invalid/feed".to_owned(), "dns"),
    ] {
        let harvest = poll(&source(&feed(&url)), Value::Null).await;
        let fault = failure(&harvest).0;
        assert_eq!(fault.kind, kind, "{}", fault.reason);
    }
    greeting.abort();
}

#[tokio::test]
async fn rubbish_instead_of_http_is_a_failure() {
    let (_server, harvest) = serving(|_| Reply::Raw(b"SSH-2.0-OpenSSH_9.6\r\n".to_vec())).await;
    assert_eq!(failure(&harvest).0.kind, "interrupted");
    let (_server, harvest) = serving(|_| Reply::Raw(Vec::new())).await;
    assert_eq!(failure(&harvest).0.kind, "interrupted");
}

#[tokio::test]
async fn documents_that_are_no_feeds_are_named() {
    for (body, kind, class) in [
        (&b""[..], "empty", Class::Transient),
        (
            b"<!doctype html><html><body>Hello",
            "not_a_feed",
            Class::Permanent,
        ),
    ] {
        let (_server, harvest) = serving(move |_| Reply::new(200, &[], body)).await;
        let fault = failure(&harvest).0;
        assert_eq!((fault.kind, fault.class), (kind, class), "{}", fault.reason);
    }
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
