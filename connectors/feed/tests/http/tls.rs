//! TLS: which versions of HTTP are spoken over it, and whose certificates are believed.

use std::sync::Arc;

use dateline_feed::Client;
use dateline_pipeline::fault::Class;
use dateline_pipeline::source::Outcome;
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::{Response, Version};
use serde_json::Value;

use crate::secure::{Authority, HTTP_1, HTTP_2, Secure};
use crate::server::{Reply, Server};
use crate::setup::poll;
use crate::{FEED, Folder, Hosts, client, failed, failure, over};

const HOST: &str = "feed.example";
const LOOPBACK: &str = "allow_networks = [\"127.0.0.0/8\"]";

fn hosts() -> Arc<Hosts> {
    Hosts::new(&[(HOST, "127.0.0.1"), ("other.example", "127.0.0.1")])
}

/// A client that trusts an authority, and the folder that its certificate is in.
fn trusting(authority: &Authority) -> (Arc<Client>, Folder) {
    let folder = Folder::new();
    let file = folder.file("ca.pem", &authority.pem());
    let http = format!("{LOOPBACK}\nca_files = [\"{file}\"]");
    (client(&http, &hosts()), folder)
}

#[tokio::test]
async fn http_2_is_spoken_where_the_server_offers_it_and_http_1_1_elsewhere() {
    let authority = Authority::new();
    let (client, _folder) = trusting(&authority);
    for (protocols, version) in [
        (&[HTTP_2, HTTP_1][..], Version::HTTP_2),
        (&[HTTP_2], Version::HTTP_2),
        (&[HTTP_1], Version::HTTP_11),
        (&[], Version::HTTP_11),
    ] {
        let server = Secure::start(&authority, HOST, protocols).await;
        let source = over(&client, &server.url(HOST, "/feed"), "");
        let first = poll(&source, Value::Null).await;
        assert_eq!((&first.outcome, first.items.len()), (&Outcome::Read, 3));
        let second = poll(&source, first.memory).await;
        assert_eq!(second.outcome, Outcome::Unchanged);
        assert_eq!(server.versions(), [version; 2]);
        // The connection is kept for the next request.
        assert_eq!(server.connections(), 1);
    }
}

#[tokio::test]
async fn an_authority_may_be_trusted_by_one_feed_alone() {
    let authority = Authority::new();
    let server = Secure::start(&authority, HOST, &[HTTP_2]).await;
    let folder = Folder::new();
    let file = folder.file("ca.pem", &authority.pem());
    let client = client(LOOPBACK, &hosts());
    let url = server.url(HOST, "/feed");
    let trusted = over(&client, &url, &format!("ca_files = [\"{file}\"]"));
    assert_eq!(poll(&trusted, Value::Null).await.outcome, Outcome::Read);
    // Over the same client, without: neither the trust nor the connection is shared.
    let harvest = poll(&over(&client, &url, ""), Value::Null).await;
    failed(
        &harvest,
        "tls",
        &[HOST, "signed by nobody known here", "ca_files"],
    );
    assert_eq!(failure(&harvest).0.class, Class::Permanent);
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test]
async fn a_certificate_for_another_name_is_refused() {
    let authority = Authority::new();
    let (client, _folder) = trusting(&authority);
    let server = Secure::start(&authority, HOST, &[HTTP_2]).await;
    let url = server.url("other.example", "/feed");
    let harvest = poll(&over(&client, &url, ""), Value::Null).await;
    failed(
        &harvest,
        "tls",
        &["other.example", "for another name", "check the address"],
    );
    assert!(server.asked().is_empty());
}

#[tokio::test]
async fn a_file_of_authorities_that_cannot_be_read_is_named() {
    let folder = Folder::new();
    let file = folder.file("ca.pem", "no certificate");
    let client = client(LOOPBACK, &hosts());
    let source = over(
        &client,
        "https://feed.example/",
        &format!("ca_files = [\"{file}\"]"),
    );
    let harvest = poll(&source, Value::Null).await;
    failed(&harvest, "tls", &[&file, "written as PEM"]);
}

#[tokio::test]
async fn a_redirect_may_not_give_up_encryption() {
    let authority = Authority::new();
    let (client, _folder) = trusting(&authority);
    let plain = Server::start(|_| Reply::new(200, &[], FEED)).await;
    let to = plain.url("/feed");
    let server = Secure::answering(&authority, HOST, &[HTTP_2], move |_| redirect(&to)).await;
    let harvest = poll(&over(&client, &server.url(HOST, "/feed"), ""), Value::Null).await;
    failed(
        &harvest,
        "redirect",
        &["would give up encryption", "configure that address"],
    );
    assert_eq!(plain.connections(), 0);
}

#[tokio::test]
async fn a_redirect_may_take_encryption_up() {
    let authority = Authority::new();
    let (client, _folder) = trusting(&authority);
    let server = Secure::start(&authority, HOST, &[HTTP_2]).await;
    let to = server.url(HOST, "/feed");
    let plain = Server::start(move |_| Reply::new(301, &[("Location", &to)], b"")).await;
    let harvest = poll(&over(&client, &plain.url("/feed"), ""), Value::Null).await;
    assert_eq!(harvest.outcome, Outcome::Read);
}

#[tokio::test]
async fn limits_on_headers_hold_for_http_2_too() {
    let authority = Authority::new();
    let (client, _folder) = trusting(&authority);
    for (count, length, read) in [
        (190, 1, true),
        (201, 1, false),
        (66, 1024, false),
        (400, 1024, false),
    ] {
        let answer = move |_: &str| {
            let mut response = Response::new(Full::new(Bytes::from_static(FEED)));
            for number in 0..count {
                let name: hyper::header::HeaderName = format!("x-{number}").parse().unwrap();
                let value = "x".repeat(length).parse().unwrap();
                response.headers_mut().insert(name, value);
            }
            response
        };
        let server = Secure::answering(&authority, HOST, &[HTTP_2], answer).await;
        let harvest = poll(&over(&client, &server.url(HOST, "/feed"), ""), Value::Null).await;
        assert_eq!(
            harvest.outcome == Outcome::Read,
            read,
            "{count} of {length}"
        );
        if !read {
            failed(
                &harvest,
                "headers",
                &["200 header fields", "tell the feed's publisher"],
            );
        }
    }
}

fn redirect(to: &str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = hyper::StatusCode::FOUND;
    response
        .headers_mut()
        .insert("location", to.parse().unwrap());
    response
}
