//! Limits on what is too much: bytes, header fields, time.

use std::io::{Read, Write};
use std::time::{Duration, Instant};

use dateline_config::ByteSize;
use dateline_pipeline::source::{Contact, Outcome};
use serde_json::Value;

use crate::server::{Reply, Server};
use crate::setup::{feed, poll, source};
use crate::{FEED, failed, failure, serving};

const MIB: usize = 1 << 20;

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
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
        failed(&harvest, "timeout", &["raise timeout"]);
        assert_eq!(
            harvest.hints.contact,
            Contact::Answered,
            "a connection stood"
        );
        assert!(started.elapsed() < Duration::from_secs(10));
    }
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
        failed(&harvest, "too_large", &["raise max_body"]);
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
    failed(&harvest, "headers", &["200 header fields"]);
}

#[tokio::test]
async fn large_headers_are_refused() {
    let long = "x".repeat(66 << 10);
    let (_server, harvest) = serving(move |_| Reply::new(200, &[("X-Long", &long)], FEED)).await;
    failed(
        &harvest,
        "headers",
        &["65536 bytes", "tell the feed's publisher"],
    );
}

#[tokio::test]
async fn many_headers_are_refused() {
    for (count, read) in [(190, true), (201, false)] {
        let names: Vec<String> = (0..count).map(|number| format!("X-{number}")).collect();
        let (_server, harvest) = serving(move |_| {
            let fields: Vec<(&str, &str)> = names.iter().map(|name| (&**name, "x")).collect();
            Reply::new(200, &fields, FEED)
        })
        .await;
        assert_eq!(harvest.outcome == Outcome::Read, read, "{count}");
        if !read {
            failed(&harvest, "headers", &["200 header fields"]);
        }
    }
}

#[tokio::test]
async fn what_comes_drop_by_drop_ends_in_a_timeout() {
    let status = b"HTTP/1.1 200 OK\r\n".to_vec();
    let head = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n<rss version='2.0'>".to_vec();
    for (slow, first) in [("headers", status), ("body", head)] {
        let server = Server::start(move |_| Reply::Drip(first.clone(), b"x".to_vec())).await;
        let mut feed = feed(&server.url("/feed"));
        feed.timeout = Duration::from_millis(500);
        let started = Instant::now();
        let harvest = poll(&source(&feed), Value::Null).await;
        failed(&harvest, "timeout", &["0.5 s", "raise timeout"]);
        assert_eq!(
            harvest.hints.contact,
            Contact::Answered,
            "a connection stood"
        );
        assert!(started.elapsed() < Duration::from_secs(10), "{slow}");
    }
}
