//! Which networks a feed, a redirect or a page may lead to.

use std::sync::Arc;
use std::time::Duration;

use dateline_feed::Client;
use dateline_feed::discover::discover;
use dateline_feed::fetch::Limits;
use dateline_feed::robots::{PageError, Pages};
use dateline_pipeline::clock::Clock;
use dateline_pipeline::fault::Class;
use dateline_pipeline::source::Outcome;
use serde_json::Value;
use url::Url;

use crate::server::{Reply, Server};
use crate::setup::{self, poll};
use crate::{FEED, Hosts, client, failed, failure, over};

async fn serve() -> Server {
    Server::start(|_| Reply::new(200, &[], FEED)).await
}

/// A client with no more in `[http]` than these networks.
fn allowing(networks: &str, hosts: &Arc<Hosts>) -> Arc<Client> {
    client(&format!("allow_networks = [{networks}]"), hosts)
}

#[tokio::test]
async fn addresses_of_every_special_class_are_refused() {
    let client = allowing("", &Hosts::new(&[]));
    for (hosts, what) in [
        (
            "127.0.0.1 127.1 2130706433 0x7f.1 0177.0.0.1 [::1] localhost a.localhost",
            "this machine itself",
        ),
        (
            "10.0.0.1 172.16.0.1 192.168.0.1 [fc00::1] [fec0::1]",
            "a private network",
        ),
        ("169.254.0.1 [fe80::1]", "a link-local network"),
        ("100.64.0.1", "a network shared behind a provider's NAT"),
        ("224.0.0.1 [ff02::1]", "a multicast group"),
        (
            "169.254.169.254 100.100.100.200 [fd00:ec2::254]",
            "a cloud's metadata service",
        ),
        ("[::ffff:127.0.0.1] [2002:7f00:1::]", "this machine itself"),
        (
            "[::ffff:169.254.169.254] [64:ff9b::a9fe:a9fe]",
            "a cloud's metadata service",
        ),
        ("0.0.0.0 [::]", "no address at all"),
        ("255.255.255.255", "the broadcast address"),
    ] {
        for host in hosts.split(' ') {
            for scheme in ["http", "https"] {
                let url = format!("{scheme}://{host}/feed");
                let harvest = poll(&over(&client, &url, ""), Value::Null).await;
                failed(&harvest, "network", &[what, "add allow_networks = ["]);
                assert_eq!(failure(&harvest).0.class, Class::Permanent);
            }
        }
    }
}

#[tokio::test]
async fn names_of_special_addresses_are_refused_before_any_connection() {
    let server = serve().await;
    let hosts = Hosts::new(&[
        ("feed.example", "127.0.0.1"),
        ("six.example", "::ffff:127.0.0.1"),
    ]);
    let client = allowing("\"10.0.0.0/8\"", &hosts);
    for host in ["feed.example", "six.example"] {
        let url = format!("http://{host}:{}/feed", server.address.port());
        let harvest = poll(&over(&client, &url, ""), Value::Null).await;
        failed(
            &harvest,
            "network",
            &[host, "resolves to", "this machine itself"],
        );
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn what_the_system_says_of_a_name_is_checked_too() {
    let server = serve().await;
    let config = setup::config("https://quayside.example/feed", "", "");
    let client = Arc::new(Client::new(&config.collect, &config.http).unwrap());
    // Most systems know themselves by these names, the first by no lookup at all.
    for (host, known) in [
        ("localhost", true),
        ("localhost.localdomain", false),
        ("ip6-localhost", false),
    ] {
        let url = format!("http://{host}:{}/feed", server.address.port());
        let harvest = poll(&over(&client, &url, ""), Value::Null).await;
        let kind = failure(&harvest).0.kind;
        assert!(kind == "network" || !known, "{host}: {kind}");
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn redirects_into_other_networks_are_refused() {
    let inside = Server::start_on([127, 0, 0, 2].into(), |_| Reply::new(200, &[], FEED)).await;
    let port = inside.address.port();
    let hosts = Hosts::new(&[("inside.example", "127.0.0.2")]);
    for host in ["127.0.0.2", "inside.example", "[::ffff:127.0.0.2]", "127.2"] {
        let to = format!("http://{host}:{port}/feed");
        let server = Server::start(move |_| Reply::new(301, &[("Location", &to)], b"")).await;
        let client = allowing("\"127.0.0.1/32\"", &hosts);
        let harvest = poll(&over(&client, &server.url("/feed"), ""), Value::Null).await;
        failed(&harvest, "network", &["127.0.0.2", "this machine itself"]);
    }
    assert_eq!(inside.connections(), 0);
}

#[tokio::test]
async fn a_name_that_changes_its_mind_gains_nothing() {
    let inside = Server::start_on([127, 0, 0, 2].into(), |_| Reply::new(200, &[], FEED)).await;
    let server = serve().await;
    let hosts = Hosts::new(&[("feed.example", "127.0.0.1")]);
    let client = allowing("\"127.0.0.1/32\"", &hosts);
    let url = format!("http://feed.example:{}/feed", server.address.port());
    let harvest = poll(&over(&client, &url, ""), Value::Null).await;
    assert_eq!(harvest.outcome, Outcome::Read);
    // Looked up once, and that is what was connected to.
    assert_eq!((hosts.lookups(), server.connections()), (1, 1));
    hosts.set("feed.example", "127.0.0.2");
    let url = format!("http://feed.example:{}/feed", inside.address.port());
    let harvest = poll(&over(&client, &url, ""), Value::Null).await;
    failed(&harvest, "network", &["feed.example resolves to 127.0.0.2"]);
    assert_eq!(inside.connections(), 0);
}

#[tokio::test]
async fn what_is_allowed_may_be_asked_by_all_or_by_one_feed() {
    let server = serve().await;
    let other = Server::start_on([127, 0, 0, 2].into(), |_| Reply::new(200, &[], FEED)).await;
    let hosts = Hosts::new(&[("feed.example", "127.0.0.1")]);
    let by_name = format!("http://feed.example:{}/feed", server.address.port());
    for (all, own) in [
        ("\"127.0.0.1/32\"", ""),
        ("", "allow_networks = [\"127.0.0.1/32\"]"),
    ] {
        let client = allowing(all, &hosts);
        for url in [server.url("/feed"), by_name.clone()] {
            let harvest = poll(&over(&client, &url, own), Value::Null).await;
            assert_eq!(harvest.outcome, Outcome::Read, "{url}");
        }
        let beside = poll(&over(&client, &other.url("/feed"), own), Value::Null).await;
        failed(&beside, "network", &["127.0.0.2"]);
    }
    // What one feed may does not help another one over the same client.
    let client = allowing("", &hosts);
    let own = "allow_networks = [\"127.0.0.1/32\"]";
    let allowed = poll(&over(&client, &by_name, own), Value::Null).await;
    assert_eq!(allowed.outcome, Outcome::Read);
    failed(
        &poll(&over(&client, &by_name, ""), Value::Null).await,
        "network",
        &[],
    );
    assert_eq!(other.connections(), 0);
}

#[tokio::test]
async fn pages_and_their_rules_lead_nowhere_else_either() {
    let inside = Server::start_on([127, 0, 0, 2].into(), |_| Reply::new(200, &[], b"page")).await;
    let to = inside.url("/page");
    // The page, then the rules of the site, send on into another network.
    let server = Server::start(move |request| match request.path.as_str() {
        "/robots.txt" => Reply::new(404, &[], b""),
        _ => Reply::new(302, &[("Location", &to)], b""),
    })
    .await;
    let client = allowing("\"127.0.0.1/32\"", &Hosts::new(&[]));
    let pages = Pages::new(client, Duration::ZERO, Clock::manual(setup::now()));
    for url in [inside.url("/page"), server.url("/page")] {
        let page = pages.page(&Url::parse(&url).unwrap(), &Limits::PAGE).await;
        // Rules that may not be asked for allow nothing.
        let refused = page.unwrap_err();
        assert!(matches!(refused, PageError::Disallowed(_)), "{refused}");
        // Where a person names the page, no rules are asked for, and the address is refused itself.
        let found = discover(&pages, &Url::parse(&url).unwrap()).await;
        let why = &found.missed[0].reason;
        assert!(why.contains("127.0.0.2 is this machine itself"), "{why}");
    }
    assert_eq!(inside.connections(), 0);
}
