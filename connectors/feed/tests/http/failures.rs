//! Which failures are told apart, and what is advised.

use std::time::Duration;

use dateline_pipeline::fault::Class;
use dateline_pipeline::source::Contact;
use serde_json::Value;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;

use crate::limits::gzip;
use crate::server::{Reply, Server};
use crate::setup::{feed, poll, source};
use crate::{FEED, Hosts, client, failed, failure, over, serving};

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
    let client = client("allow_networks = [\"127.0.0.0/8\"]", &Hosts::new(&[]));
    for (url, kind, advice) in [
        (
            "http://127.0.0.1:1/feed",
            "connect",
            "check that the server is up and reachable from here",
        ),
        (&https, "tls", "check that it serves https at this port"),
        (
            "http://no-such-host.example/feed",
            "dns",
            "check its spelling and this machine's resolver",
        ),
    ] {
        let harvest = poll(&over(&client, url, ""), Value::Null).await;
        failed(&harvest, kind, &[url, advice]);
        assert_eq!(failure(&harvest).0.class, Class::Transient);
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
async fn a_server_that_makes_no_secure_connection_is_told_apart() {
    // One hangs up, one says nothing at all.
    let server = Server::start(|_| Reply::Raw(Vec::new())).await;
    let hangs_up = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let https = format!("https://{}/feed", hangs_up.local_addr().unwrap());
    let hanging_up = tokio::spawn(async move { while hangs_up.accept().await.is_ok() {} });
    let harvest = poll(&source(&feed(&https)), Value::Null).await;
    failed(
        &harvest,
        "tls",
        &["check that it serves https at this port"],
    );
    hanging_up.abort();

    let silent = format!("https://{}/feed", server.address);
    let mut silent = feed(&silent);
    silent.connect_timeout = Duration::from_millis(300);
    let harvest = poll(&source(&silent), Value::Null).await;
    failed(
        &harvest,
        "connect_timeout",
        &["0.3 s", "raise connect_timeout"],
    );
    assert_eq!(harvest.hints.contact, Contact::Unreached);
}
