//! One turn of a source outside the daemon: everything counts as fresh, nothing is remembered.

use std::path::Path;
use std::sync::Arc;

use dateline_config::{Config, Feed};
use dateline_feed::fetch::Limits;
use dateline_feed::robots::Pages;
use dateline_pipeline::clock::Clock;
use dateline_pipeline::fault::Fault;
use dateline_pipeline::source::{Fingerprint, Harvest, ItemKey, Seen, Source, Turn};
use futures::future::BoxFuture;
use jiff::Timestamp;
use tokio::sync::Semaphore;

/// Polls the feed at `address` with the default settings.
pub(super) async fn poll_feed(address: &str) -> anyhow::Result<Harvest> {
    let config = settings(address)?;
    let client = Arc::new(dateline_feed::Client::new(&config.collect, &config.http)?);
    let mut feed: Feed = config
        .feeds
        .first()
        .cloned()
        .ok_or_else(|| anyhow::anyhow!("{address} is not a feed's address"))?;
    feed.allow_networks = dateline_feed::networks_of(&feed.url).await;
    let source = dateline_feed::FeedSource::new(&feed, client);
    Ok(source.poll(first_turn()).await)
}

/// A page and what its server says of its type, asked for as the daemon would: robots.txt is obeyed.
pub(super) async fn fetch_page(address: &str) -> anyhow::Result<(Vec<u8>, Option<String>)> {
    let url = dateline_config::Url::parse(address)?;
    let mut config = settings(address)?;
    config.http.allow_networks = dateline_feed::networks_of(&url).await;
    let client = Arc::new(dateline_feed::Client::new(&config.collect, &config.http)?);
    let pages = Pages::new(client, config.collect.per_host_spacing, Clock::System);
    let page = pages.page(&url, &Limits::PAGE).await?;
    let content_type = page.content_type().map(str::to_owned);
    Ok((page.bytes, content_type))
}

/// The default settings, with the address as the one feed: without a source there are none.
fn settings(address: &str) -> anyhow::Result<Config> {
    let quoted = serde_json::to_string(address)?;
    let text = format!("[[feeds]]\nurl = {quoted}\n");
    let loaded = dateline_config::parse(&text, Path::new("command line"));
    let loaded = loaded.map_err(|errors| anyhow::anyhow!("{}", errors.render(false, 100)))?;
    Ok(loaded.config)
}

/// The turn that a source has when nothing is known of it.
pub(crate) fn first_turn() -> Turn {
    Turn {
        now: Timestamp::now(),
        memory: serde_json::Value::Null,
        rung: false,
        seen: Arc::new(NothingSeen),
        cpu: Arc::new(Semaphore::new(1)),
    }
}

struct NothingSeen;

impl Seen for NothingSeen {
    fn fresh<'a>(
        &'a self,
        items: Vec<(ItemKey, Fingerprint)>,
    ) -> BoxFuture<'a, Result<Vec<bool>, Fault>> {
        Box::pin(async move { Ok(vec![true; items.len()]) })
    }
}
