//! The feed source against servers that behave and servers that do not.
//!
//! - `conditions`: validators, hashes, differences. `redirects`: where they lead, and moves for good.
//! - `documents`: what is read. `limits`: on what is too much. `failures`: which are told apart, and what is advised.
//! - `networks`: who may not be asked. `credentials`: who is told secrets. `proxies`, `tls`: the way.
//! - `relay` and `secure` are a proxy and a server behind TLS, for the others.
#![allow(clippy::unwrap_used, clippy::panic)]

mod conditions;
mod credentials;
mod documents;
mod failures;
mod limits;
mod networks;
mod proxies;
mod redirects;
mod relay;
mod secure;
#[path = "../server/mod.rs"]
mod server;
#[path = "../setup/mod.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod setup;
mod tls;

use std::collections::HashMap;
use std::io;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use dateline_feed::{Client, FeedSource, Names};
use dateline_pipeline::fault::Fault;
use dateline_pipeline::source::{Harvest, Outcome};
use futures::future::BoxFuture;
use serde_json::Value;
use server::{Reply, Request, Server};
use setup::{config, feed, poll, source};

const FEED: &[u8] = include_bytes!("../samples/rss-2.0.xml");

/// Polls a feed that gets this answer.
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

/// Asserts that a poll failed in this way, saying this.
#[track_caller]
fn failed(harvest: &Harvest, kind: &str, says: &[&str]) {
    let fault = failure(harvest).0;
    let said = says.iter().all(|part| fault.reason.contains(part));
    assert!(fault.kind == kind && said, "{}: {fault}", fault.kind);
}

/// The first word of each title.
fn titles(harvest: &Harvest) -> Vec<&str> {
    let titles = harvest
        .items
        .iter()
        .map(|item| item.draft.item.title.as_ref().unwrap().value.as_str());
    titles
        .map(|title| title.split(' ').next().unwrap())
        .collect()
}

/// A client with these lines under `[http]` and nothing else there, that looks names up in `hosts`.
fn client(http: &str, hosts: &Arc<Hosts>) -> Arc<Client> {
    let names = Arc::clone(hosts) as Arc<dyn Names>;
    let config = config(
        "https://quayside.example/feed",
        "",
        &format!("[http]\n{http}"),
    );
    Arc::new(Client::with_names(&config.collect, &config.http, names).unwrap())
}

/// A feed at `url` with more lines of its own, over that client.
fn over(client: &Arc<Client>, url: &str, lines: &str) -> FeedSource {
    let feed = config(url, lines, "").feeds.remove(0);
    FeedSource::new(&feed, Arc::clone(client))
}

/// Names of hosts, in place of the system's resolver.
#[derive(Default)]
struct Hosts {
    known: Mutex<HashMap<String, IpAddr>>,
    lookups: AtomicUsize,
}

impl Hosts {
    fn new(known: &[(&str, &str)]) -> Arc<Hosts> {
        let hosts = Hosts::default();
        for (name, address) in known {
            hosts.set(name, address);
        }
        Arc::new(hosts)
    }

    fn set(&self, name: &str, address: &str) {
        let mut known = self.known.lock().unwrap();
        known.insert(name.to_owned(), address.parse().unwrap());
    }

    fn lookups(&self) -> usize {
        self.lookups.load(Ordering::SeqCst)
    }
}

impl Names for Hosts {
    fn lookup(&self, host: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        self.lookups.fetch_add(1, Ordering::SeqCst);
        let known = self.known.lock().unwrap().get(&host).copied();
        let found = known.ok_or_else(|| io::Error::other("no such name in this test"));
        Box::pin(async move { found.map(|address| vec![address]) })
    }
}

/// A folder with files of secrets and certificates; it goes with the value.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Folder {
        Folder(tempfile::tempdir().unwrap())
    }

    /// Writes a file and returns its path, which needs no escaping in TOML.
    fn file(&self, name: &str, content: &str) -> String {
        let path: PathBuf = self.0.path().join(name);
        std::fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    }
}
