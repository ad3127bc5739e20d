//! Configured feeds and turns for tests.

use std::path::Path;
use std::sync::{Arc, Mutex};

use dateline_config::{Config, Feed};
use dateline_feed::{Client, FeedSource};
use dateline_pipeline::fault::Fault;
use dateline_pipeline::source::{Fingerprint, Harvest, ItemKey, Seen, Source, Turn};
use futures::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::Semaphore;

/// The configuration of a feed at `url`, with more lines of its own and before it.
pub(crate) fn config(url: &str, feed: &str, before: &str) -> Config {
    let text = format!(
        "[collect]\ncontact = \"https://quayside.example/bot\"\nper_host_spacing = \"0s\"\n{before}\n\
         [[feeds]]\nid = \"quayside\"\nurl = \"{url}\"\ntimeout = \"20s\"\nconnect_timeout = \"5s\"\n\
         max_body = \"1MiB\"\nmax_redirects = 3\n{feed}\n"
    );
    let parsed = dateline_config::parse(&text, Path::new("dateline.toml"));
    parsed
        .unwrap_or_else(|errors| panic!("{}", errors.render(false, 100)))
        .config
}

pub(crate) fn feed(url: &str) -> Feed {
    config(url, "", "").feeds.remove(0)
}

pub(crate) fn source(feed: &Feed) -> FeedSource {
    FeedSource::new(feed, Arc::new(client("")))
}

/// A client that may ask this machine, with more lines before the feeds.
pub(crate) fn client(http: &str) -> Client {
    let http = format!("[http]\nallow_networks = [\"127.0.0.0/8\"]\n{http}");
    let config = config("https://quayside.example/feed", "", &http);
    Client::new(&config.collect, &config.http).unwrap()
}

/// Polls with what was remembered, nothing being known.
pub(crate) async fn poll(source: &FeedSource, memory: serde_json::Value) -> Harvest {
    poll_with(source, memory, Arc::new(Nothing)).await
}

/// The same, so many hours later.
pub(crate) async fn poll_after(
    source: &FeedSource,
    memory: serde_json::Value,
    hours: i64,
) -> Harvest {
    let later = now() + SignedDuration::from_hours(hours);
    turn(source, memory, Arc::new(Nothing), later).await
}

pub(crate) async fn poll_with(
    source: &FeedSource,
    memory: serde_json::Value,
    seen: Arc<dyn Seen>,
) -> Harvest {
    turn(source, memory, seen, now()).await
}

async fn turn(
    source: &FeedSource,
    memory: serde_json::Value,
    seen: Arc<dyn Seen>,
    now: Timestamp,
) -> Harvest {
    let turn = Turn {
        now,
        memory,
        rung: false,
        seen,
        cpu: Arc::new(Semaphore::new(1)),
    };
    source.poll(turn).await
}

/// The instant at which tests take place.
pub(crate) fn now() -> Timestamp {
    "2024-05-09T10:00:00Z".parse().unwrap()
}

/// Knows no item.
pub(crate) struct Nothing;

impl Seen for Nothing {
    fn fresh<'a>(
        &'a self,
        items: Vec<(ItemKey, Fingerprint)>,
    ) -> BoxFuture<'a, Result<Vec<bool>, Fault>> {
        Box::pin(async move { Ok(vec![true; items.len()]) })
    }
}

/// Cannot tell, and keeps what it was asked.
#[derive(Default)]
pub(crate) struct OutOfOrder(pub(crate) Mutex<usize>);

impl Seen for OutOfOrder {
    fn fresh<'a>(
        &'a self,
        items: Vec<(ItemKey, Fingerprint)>,
    ) -> BoxFuture<'a, Result<Vec<bool>, Fault>> {
        *self.0.lock().unwrap() += items.len();
        Box::pin(async { Err(Fault::transient("store", "the state cannot be read")) })
    }
}
