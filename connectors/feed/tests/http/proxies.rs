//! Which requests go through which proxy, and how.

use std::process::Command;
use std::sync::Arc;

use dateline_feed::Client;
use dateline_pipeline::source::{Harvest, Outcome};
use serde_json::Value;

use crate::relay::{Passed, Relay};
use crate::secure::{Authority, HTTP_2, Secure};
use crate::server::{Reply, Server};
use crate::setup::{self, poll};
use crate::{FEED, Folder, Hosts, client, failed, over};

const LOOPBACK: &str = "allow_networks = [\"127.0.0.0/8\"]";

async fn serve() -> Server {
    Server::start(|_| Reply::new(200, &[], FEED)).await
}

fn passed(asked: &str, login: Option<&str>) -> Passed {
    Passed {
        asked: asked.to_owned(),
        login: login.map(str::to_owned),
    }
}

/// Lines that configure a proxy with a login, and the folder that its password is in.
fn with_login(proxy: &str) -> (String, Folder) {
    let folder = Folder::new();
    let file = folder.file("password", "s3cret\n");
    let lines = format!(
        "proxy = \"{proxy}\"\nproxy_login = {{ user = \"me\", password = {{ file = \"{file}\" }} }}"
    );
    (lines, folder)
}

async fn poll_over(client: &Arc<Client>, url: &str, lines: &str) -> Harvest {
    poll(&over(client, url, lines), Value::Null).await
}

#[tokio::test]
async fn http_goes_through_a_proxy_that_looks_names_up_itself() {
    let server = serve().await;
    let relay = Relay::http(server.address).await;
    let (lines, _folder) = with_login(&format!("http://{}", relay.address));
    let hosts = Hosts::new(&[]);
    let client = client(&lines, &hosts);
    let harvest = poll_over(&client, "http://feed.example/feed?a=b", "").await;
    assert_eq!(harvest.outcome, Outcome::Read);
    let asked = "GET http://feed.example/feed?a=b";
    assert_eq!(relay.passed(), [passed(asked, Some("Basic bWU6czNjcmV0"))]);
    assert_eq!(hosts.lookups(), 0);
}

#[tokio::test]
async fn https_goes_through_a_tunnel_and_is_checked_at_its_end() {
    let authority = Authority::new();
    let server = Secure::start(&authority, "feed.example", &[HTTP_2]).await;
    let relay = Relay::http(server.address).await;
    let (lines, folder) = with_login(&format!("http://{}", relay.address));
    let file = folder.file("ca.pem", &authority.pem());
    let client = client(
        &format!("{lines}\nca_files = [\"{file}\"]"),
        &Hosts::new(&[]),
    );
    let harvest = poll_over(&client, "https://feed.example/feed", "").await;
    assert_eq!(harvest.outcome, Outcome::Read);
    let login = Some("Basic bWU6czNjcmV0");
    assert_eq!(relay.passed(), [passed("CONNECT feed.example:443", login)]);
    // The proxy's login is for the proxy.
    assert!(!server.asked()[0].login);
    // Who answers at the other end must be who was asked for.
    let harvest = poll_over(&client, "https://other.example/feed", "").await;
    failed(&harvest, "tls", &["for another name"]);
}

#[tokio::test]
async fn socks_proxies_look_names_up_themselves_where_they_may() {
    let server = serve().await;
    let relay = Relay::socks(server.address).await;
    let (lines, _folder) = with_login(&format!("socks5h://{}", relay.address));
    let hosts = Hosts::new(&[("here.example", "127.0.0.9")]);
    let far = client(&lines, &hosts);
    let harvest = poll_over(&far, "http://feed.example/feed", "").await;
    assert_eq!(harvest.outcome, Outcome::Read);
    assert_eq!(
        relay.passed(),
        [passed("feed.example:80", Some("me:s3cret"))]
    );
    assert_eq!(hosts.lookups(), 0);

    let near = format!("proxy = \"socks5://{}\"", relay.address);
    let allowed = client(&format!("{near}\n{LOOPBACK}"), &hosts);
    let harvest = poll_over(&allowed, "http://here.example/feed", "").await;
    assert_eq!(harvest.outcome, Outcome::Read);
    assert_eq!(relay.passed()[1], passed("127.0.0.9:80", None));
    // What is looked up here is checked here.
    let harvest = poll_over(&client(&near, &hosts), "http://here.example/feed", "").await;
    failed(&harvest, "network", &["here.example resolves to 127.0.0.9"]);
    assert_eq!(relay.passed().len(), 2);
}

#[tokio::test]
async fn https_goes_through_socks_too() {
    let authority = Authority::new();
    let server = Secure::start(&authority, "feed.example", &[HTTP_2]).await;
    let relay = Relay::socks(server.address).await;
    let folder = Folder::new();
    let file = folder.file("ca.pem", &authority.pem());
    let lines = format!(
        "proxy = \"socks5h://{}\"\nca_files = [\"{file}\"]",
        relay.address
    );
    let client = client(&lines, &Hosts::new(&[]));
    let harvest = poll_over(&client, "https://feed.example/feed", "").await;
    assert_eq!(harvest.outcome, Outcome::Read);
    assert_eq!(relay.passed(), [passed("feed.example:443", None)]);
}

#[tokio::test]
async fn a_proxy_may_be_asked_over_tls_itself() {
    let authority = Authority::new();
    let folder = Folder::new();
    let file = folder.file("ca.pem", &authority.pem());
    let plain = serve().await;
    let secure = Secure::start(&authority, "feed.example", &[HTTP_2]).await;
    for (upstream, url, asked) in [
        (
            plain.address,
            "http://feed.example/",
            "GET http://feed.example/",
        ),
        (
            secure.address,
            "https://feed.example/",
            "CONNECT feed.example:443",
        ),
    ] {
        let config = authority.vouch("proxy.example", &[]);
        let relay = Relay::https(upstream, config).await;
        let port = relay.address.port();
        let (lines, _password) = with_login(&format!("https://proxy.example:{port}"));
        let hosts = Hosts::new(&[("proxy.example", "127.0.0.1")]);
        let trusting = client(&format!("{lines}\nca_files = [\"{file}\"]"), &hosts);
        let harvest = poll_over(&trusting, url, "").await;
        assert_eq!(harvest.outcome, Outcome::Read, "{url}");
        let login = Some("Basic bWU6czNjcmV0");
        assert_eq!(relay.passed(), [passed(asked, login)]);
        // A proxy that nobody vouches for learns nothing.
        let harvest = poll_over(&client(&lines, &hosts), url, "").await;
        failed(&harvest, "proxy", &["proxy.example", "ca_files"]);
        assert_eq!(relay.passed().len(), 1);
    }
}

#[tokio::test]
async fn addresses_in_place_of_names_go_through_socks_where_they_may() {
    let server = serve().await;
    let relay = Relay::socks(server.address).await;
    for scheme in ["socks5", "socks5h"] {
        let lines = format!("proxy = \"{scheme}://{}\"", relay.address);
        let url = server.url("/feed");
        let allowed = Arc::new(setup::client(&lines));
        assert_eq!(poll_over(&allowed, &url, "").await.outcome, Outcome::Read);
        let asked = server.address.to_string();
        assert_eq!(relay.passed().pop(), Some(passed(&asked, None)));
        let refused = poll_over(&client(&lines, &Hosts::new(&[])), &url, "").await;
        failed(&refused, "network", &[]);
    }
    assert_eq!(relay.passed().len(), 2);
}

#[tokio::test]
async fn some_hosts_and_some_feeds_do_without_the_proxy() {
    let server = serve().await;
    let (relay, own) = (
        Relay::http(server.address).await,
        Relay::http(server.address).await,
    );
    let (lines, _folder) = with_login(&format!("http://{}", relay.address));
    let hosts = Hosts::new(&[
        ("near.example", "127.0.0.1"),
        ("a.near.example", "127.0.0.1"),
    ]);
    let client = client(
        &format!("{lines}\nno_proxy = [\"near.example\", \"127.0.0.1\"]\n{LOOPBACK}"),
        &hosts,
    );
    let port = server.address.port();
    for host in ["near.example", "a.near.example", "127.0.0.1"] {
        let harvest = poll_over(&client, &format!("http://{host}:{port}/feed"), "").await;
        assert_eq!(harvest.outcome, Outcome::Read, "{host}");
    }
    hosts.set("feed.example", "127.0.0.1");
    let url = format!("http://feed.example:{port}/feed");
    let direct = poll_over(&client, &url, "proxy = \"none\"").await;
    assert_eq!(direct.outcome, Outcome::Read);
    assert_eq!(
        (server.paths(), relay.passed()),
        (vec!["/feed".to_owned(); 4], Vec::new())
    );
    // Another proxy is not shown the login of the first.
    let line = format!("proxy = \"http://{}\"", own.address);
    assert_eq!(poll_over(&client, &url, &line).await.outcome, Outcome::Read);
    assert_eq!(own.passed(), [passed(&format!("GET {url}"), None)]);
    assert_eq!(poll_over(&client, &url, "").await.outcome, Outcome::Read);
    assert_eq!(relay.passed().len(), 1);
}

#[tokio::test]
async fn proxies_that_fail_are_told_apart_from_feeds_that_do() {
    let (http, socks) = (Relay::refusing_http().await, Relay::refusing_socks().await);
    let login = "check proxy_login under [http]";
    let way = "check that the proxy is up, its login, and that it lets this host through";
    for (proxy, url, advice) in [
        ("http://127.0.0.1:1".to_owned(), "http://feed.example/", way),
        (
            "http://127.0.0.1:1".to_owned(),
            "https://feed.example/",
            way,
        ),
        (
            "socks5h://127.0.0.1:1".to_owned(),
            "http://feed.example/",
            way,
        ),
        (
            "http://no-such-proxy.example".to_owned(),
            "http://feed.example/",
            way,
        ),
        (
            format!("http://{}", http.address),
            "http://feed.example/",
            login,
        ),
        (
            format!("http://{}", http.address),
            "https://feed.example/",
            way,
        ),
        (
            format!("socks5h://{}", socks.address),
            "http://feed.example/",
            way,
        ),
        (
            format!("socks5h://{}", socks.address),
            "https://feed.example/",
            way,
        ),
    ] {
        let (lines, _folder) = with_login(&proxy);
        let harvest = poll_over(&client(&lines, &Hosts::new(&[])), url, "").await;
        failed(&harvest, "proxy", &[url, advice]);
        assert!(!format!("{harvest:?}").contains("s3cret"));
    }
}

#[tokio::test]
async fn no_proxy_leads_to_addresses_that_may_not_be_asked() {
    let server = serve().await;
    let relay = Relay::http(server.address).await;
    let proxy = format!("proxy = \"http://{}\"", relay.address);
    let client = client(&proxy, &Hosts::new(&[]));
    for host in [
        "127.0.0.1",
        "169.254.169.254",
        "[::1]",
        "localhost",
        "10.0.0.1",
    ] {
        let harvest = poll_over(&client, &format!("http://{host}/feed"), "").await;
        failed(&harvest, "network", &["allow_networks"]);
    }
    assert_eq!(relay.passed(), []);
}

/// Tells the test below that it runs with an environment of its own; holds the feed's address.
const CHILD: &str = "DATELINE_TEST_FEED";

#[tokio::test]
async fn the_environment_names_proxies_only_where_it_is_asked() {
    if let Ok(url) = std::env::var(CHILD) {
        for proxy in ["", "proxy = \"environment\""] {
            let client = client(&format!("{proxy}\n{LOOPBACK}"), &Hosts::new(&[]));
            assert_eq!(poll_over(&client, &url, "").await.outcome, Outcome::Read);
            let own = "proxy = \"environment\"";
            assert_eq!(poll_over(&client, &url, own).await.outcome, Outcome::Read);
        }
        return;
    }
    let server = serve().await;
    let relay = Relay::http(server.address).await;
    let (url, proxy) = (
        server.url("/feed"),
        format!("http://me:s3cret@{}", relay.address),
    );
    let child = tokio::task::spawn_blocking(move || {
        let name = "proxies::the_environment_names_proxies_only_where_it_is_asked";
        let mut child = Command::new(std::env::current_exe().unwrap());
        for variable in ["http_proxy", "HTTP_PROXY", "ALL_PROXY"] {
            child.env(variable, &proxy);
        }
        child.env_remove("no_proxy").env_remove("NO_PROXY");
        child
            .env(CHILD, url)
            .args(["--exact", name])
            .output()
            .unwrap()
    });
    let output = child.await.unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stdout)
    );
    let through = passed(
        &format!("GET {}", server.url("/feed")),
        Some("Basic bWU6czNjcmV0"),
    );
    assert_eq!(relay.passed(), vec![through; 3]);
    // The first of four went directly.
    assert_eq!(server.paths()[0], "/feed");
    assert_eq!(server.requests().len(), 4);
}
