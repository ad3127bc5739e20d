//! Who is told a feed's own headers and its login: the configured server, and nobody else.

use std::io;
use std::sync::{Arc, Mutex};

use dateline_config::HeaderValue;
use dateline_pipeline::fault::Class;
use dateline_pipeline::source::Outcome;
use serde_json::Value;

use crate::secure::{Authority, HTTP_2, Secure};
use crate::server::{Reply, Server};
use crate::setup::{feed, poll, source};
use crate::{FEED, Folder, Hosts, client, failed, failure, over};

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

/// A feed's login in both kinds, with the header that its server must get.
fn logins(folder: &Folder) -> [(String, &'static str); 2] {
    let file = folder.file("secret", "s3cret-t0ken\n");
    [
        (
            format!("auth = {{ basic = {{ user = \"me\", password = {{ file = \"{file}\" }} }} }}"),
            "Basic bWU6czNjcmV0LXQwa2Vu",
        ),
        (
            format!("auth = {{ bearer = {{ file = \"{file}\" }} }}"),
            "Bearer s3cret-t0ken",
        ),
    ]
}

#[tokio::test]
async fn logins_go_to_the_configured_server_only() {
    let folder = Folder::new();
    for (auth, expected) in logins(&folder) {
        // Another port and another host are other servers.
        let port = Server::start(|_| Reply::new(200, &[], FEED)).await;
        let port_url = port.url("/feed");
        let name = Server::start(move |_| Reply::new(302, &[("Location", &port_url)], b"")).await;
        let name_url = format!("http://other.example:{}/", name.address.port());
        let server = Server::start(move |request| match request.path.as_str() {
            "/feed" => Reply::new(302, &[("Location", "/here")], b""),
            _ => Reply::new(302, &[("Location", &name_url)], b""),
        })
        .await;
        let hosts = Hosts::new(&[("other.example", "127.0.0.1")]);
        let client = client("allow_networks = [\"127.0.0.0/8\"]", &hosts);
        let harvest = poll(&over(&client, &server.url("/feed"), &auth), Value::Null).await;
        assert_eq!(harvest.outcome, Outcome::Read);
        let told = |server: &Server| -> Vec<Option<String>> {
            let requests = server.requests().into_iter();
            requests
                .map(|request| request.header("authorization").map(str::to_owned))
                .collect()
        };
        assert_eq!(told(&server), vec![Some(expected.to_owned()); 2]);
        assert_eq!(told(&name), [None]);
        assert_eq!(told(&port), [None]);
        assert!(!format!("{harvest:?}").contains("s3cret"));
    }
}

#[tokio::test]
async fn logins_that_cannot_be_sent_are_named_and_not_shown() {
    let folder = Folder::new();
    let bad = folder.file("bad", "s3cret\nline");
    let missing = folder.file("missing", "");
    std::fs::remove_file(&missing).unwrap();
    for (auth, says) in [
        (
            format!("auth = {{ bearer = {{ file = \"{bad}\" }} }}"),
            "printable ASCII",
        ),
        (
            format!("auth = {{ bearer = {{ file = \"{missing}\" }} }}"),
            &*missing,
        ),
        (
            format!("auth = {{ basic = {{ user = \"a:b\", password = {{ file = \"{bad}\" }} }} }}"),
            "must not hold a colon",
        ),
    ] {
        let client = client("allow_networks = [\"127.0.0.0/8\"]", &Hosts::new(&[]));
        let harvest = poll(
            &over(&client, "http://127.0.0.1:1/feed", &auth),
            Value::Null,
        )
        .await;
        failed(&harvest, "auth", &["auth of feed quayside", says]);
        assert!(!format!("{harvest:?}").contains("s3cret"));
    }
}

/// A log in memory.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn no_log_shows_a_secret() {
    let log = Log::default();
    let written = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || log.clone())
        .finish();
    let logging = tracing::subscriber::set_default(subscriber);
    let folder = Folder::new();
    let authority = Authority::new();
    let ca = folder.file("ca.pem", &authority.pem());
    let secure = Secure::start(&authority, "feed.example", &[HTTP_2]).await;
    let plain = Server::start(|_| Reply::new(403, &[], b"")).await;
    let http = format!("allow_networks = [\"127.0.0.0/8\"]\nca_files = [\"{ca}\"]");
    let client = client(&http, &Hosts::new(&[("feed.example", "127.0.0.1")]));
    for (auth, header) in logins(&folder) {
        for url in [secure.url("feed.example", "/feed"), plain.url("/feed")] {
            let harvest = poll(&over(&client, &url, &auth), Value::Null).await;
            tracing::info!(?harvest, "polled");
        }
        let log = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
        assert!(log.contains("polled") && log.contains("TRACE"));
        let shown = header.split(' ').nth(1).unwrap();
        assert!(!log.contains(shown) && !log.contains("s3cret"));
    }
    assert!(secure.asked().iter().all(|asked| asked.login));
    drop(logging);
}
