//! Configured feeds and turns for tests.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use dateline_config::{ByteSize, Collect, Every, Feed};
use dateline_feed::{Client, FeedSource};
use dateline_pipeline::fault::Fault;
use dateline_pipeline::source::{Fingerprint, Harvest, ItemKey, Seen, Source, Turn};
use futures::future::BoxFuture;
use jiff::Timestamp;
use tokio::sync::Semaphore;

pub(crate) fn collect() -> Collect {
    Collect {
        max_concurrent: 8,
        per_host_concurrent: 2,
        per_host_spacing: Duration::ZERO,
        jitter: 0.0,
        contact: Some("https://quayside.example/bot".to_owned()),
        user_agent: None,
        max_backoff: Duration::from_secs(3600),
    }
}

pub(crate) fn feed(url: &str) -> Feed {
    Feed {
        id: "quayside".to_owned(),
        name: None,
        tags: Vec::new(),
        url: url.parse().unwrap(),
        language: None,
        every: Every::Fixed(Duration::from_secs(900)),
        min_every: Duration::from_secs(300),
        max_every: Duration::from_secs(6 * 3600),
        publisher_hints: true,
        timeout: Duration::from_secs(20),
        connect_timeout: Duration::from_secs(5),
        max_body: ByteSize(1 << 20),
        max_redirects: 3,
        max_items: 1000,
        first_fill: 1,
        websub: true,
        enabled: true,
        headers: BTreeMap::new(),
    }
}

pub(crate) fn source(feed: &Feed) -> FeedSource {
    FeedSource::new(feed, Arc::new(Client::new(&collect()).unwrap()))
}

/// Polls with what was remembered, nothing being known.
pub(crate) async fn poll(source: &FeedSource, memory: serde_json::Value) -> Harvest {
    poll_with(source, memory, Arc::new(Nothing)).await
}

pub(crate) async fn poll_with(
    source: &FeedSource,
    memory: serde_json::Value,
    seen: Arc<dyn Seen>,
) -> Harvest {
    let turn = Turn {
        now: now(),
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
