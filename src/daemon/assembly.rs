//! What a configuration stands for: sources, sinks, settings of the stages.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use dateline_config::{Config, DropFolder, Feed};
use dateline_drop::DropSource;
use dateline_feed::websub::Callbacks;
use dateline_feed::{Client, FeedSource};
use dateline_jsonl::JsonlSink;
use dateline_kafka::KafkaSink;
use dateline_pipeline::clock::Clock;
use dateline_pipeline::collect::{CollectSettings, HostLimits};
use dateline_pipeline::sink::Sink;
use dateline_pipeline::source::Source;
use dateline_pipeline::store::{Readers, Retention, StoreError};

use super::delivery::{Configured, Outlet};
use super::{StartError, rules};

/// The longest that running fetches may go on after the stop signal: they come again.
const COLLECT_GRACE: Duration = Duration::from_secs(3);

/// Settings of the collect stage.
pub(super) fn collect_settings(config: &Config) -> CollectSettings {
    CollectSettings {
        max_concurrent: config.collect.max_concurrent,
        host: HostLimits {
            concurrent: config.collect.per_host_concurrent,
            spacing: config.collect.per_host_spacing,
        },
        jitter: config.collect.jitter,
        max_backoff: config.collect.max_backoff,
        max_log_bytes: config.state.max_bytes.0,
        article_memory: config.state.article_memory,
        grace: COLLECT_GRACE.min(config.shutdown.drain / 2),
    }
}

/// How long what is kept of the logs.
pub(super) fn retention(config: &Config) -> Retention {
    Retention {
        max_bytes: config.state.max_bytes.0,
        max_age: config.state.max_age,
        article_memory: config.state.article_memory,
        sinks: enabled_sinks(config).map(|sink| sink.name()).collect(),
    }
}

/// The feeds that are asked.
pub(super) fn enabled_feeds(config: &Config) -> impl Iterator<Item = &Feed> {
    config.feeds.iter().filter(|feed| feed.enabled)
}

/// The folders that are looked into.
pub(super) fn enabled_drops(config: &Config) -> impl Iterator<Item = &DropFolder> {
    config.drops.iter().filter(|folder| folder.enabled)
}

/// The sinks that records go to, by the names that they have in state, logs and metrics.
pub(super) fn enabled_sinks(config: &Config) -> impl Iterator<Item = Configured<'_>> {
    let jsonl = config.sinks.jsonl.iter().filter(|(_, sink)| sink.enabled);
    let kafka = config.sinks.kafka.iter().filter(|(_, sink)| sink.enabled);
    jsonl
        .map(|(name, settings)| Configured::Jsonl(name, settings))
        .chain(kafka.map(|(name, settings)| Configured::Kafka(name, settings)))
}

/// What feeds are fetched by.
pub(super) fn client(config: &Config) -> Result<Arc<Client>, StartError> {
    Client::new(&config.collect, &config.http)
        .map(Arc::new)
        .map_err(|error| StartError::Connector(error.to_string()))
}

/// Makes the source of a feed.
pub(super) fn feed(
    feed: &Feed,
    config: &Config,
    client: &Arc<Client>,
    clock: &Clock,
    callbacks: Option<&Arc<Callbacks>>,
) -> Arc<dyn Source> {
    let source = FeedSource::new(feed, Arc::clone(client))
        .with_pages(config.collect.per_host_spacing, clock.clone());
    Arc::new(match callbacks {
        Some(callbacks) => source.with_hub(callbacks),
        None => source,
    })
}

/// Makes the source of a drop folder.
pub(super) fn drop_folder(folder: &DropFolder, clock: &Clock) -> Arc<dyn Source> {
    Arc::new(DropSource::new(folder, clock.clone()))
}

/// All sources.
pub(super) fn sources(
    config: &Config,
    clock: &Clock,
    callbacks: Option<&Arc<Callbacks>>,
) -> Result<Vec<Arc<dyn Source>>, StartError> {
    let mut sources: Vec<Arc<dyn Source>> = Vec::new();
    // Authorities and proxies need not be right where no feed is asked.
    if enabled_feeds(config).next().is_some() {
        let client = client(config)?;
        let feeds = enabled_feeds(config);
        sources.extend(feeds.map(|settings| feed(settings, config, &client, clock, callbacks)));
    }
    let drops = enabled_drops(config);
    sources.extend(drops.map(|folder| drop_folder(folder, clock)));
    Ok(sources)
}

/// Makes a sink, with what goes there.
pub(super) fn outlet(
    configured: &Configured<'_>,
    config: &Config,
    clock: &Clock,
) -> Result<Outlet, StartError> {
    let sink: Box<dyn Sink> = match configured {
        Configured::Jsonl(name, settings) => {
            Box::new(JsonlSink::new(name, settings, clock.clone()))
        }
        Configured::Kafka(name, settings) => Box::new(
            KafkaSink::new(name, settings)
                .map_err(|error| StartError::Connector(format!("[sinks.kafka.{name}]: {error}")))?,
        ),
    };
    let route = rules::route(config, sink.name());
    Ok(Outlet {
        sink,
        route,
        required: configured.is_required(),
    })
}

/// All sinks.
pub(super) fn sinks(config: &Config, clock: &Clock) -> Result<Vec<Outlet>, StartError> {
    enabled_sinks(config)
        .map(|configured| outlet(&configured, config, clock))
        .collect()
}

/// What a source asked to be remembered; what cannot be read is as good as nothing.
pub(super) fn remembered(
    readers: &Readers,
    source: &str,
) -> Result<Option<serde_json::Value>, StoreError> {
    let history = readers.with(|reader| reader.history(source))?;
    Ok(history.and_then(|history| serde_json::from_str(&history.memory).ok()))
}

/// Ends the subscriptions of feeds that have left the configuration; what is known of them is forgotten right after.
pub(super) fn leave_hubs(
    config: &Config,
    callbacks: &Callbacks,
    readers: &Readers,
) -> Result<(), StartError> {
    let feeds = enabled_feeds(config).map(|feed| feed.id.as_str());
    let configured: HashSet<&str> = feeds.collect();
    let mut left = readers.with(|reader| reader.due_sources())?;
    left.retain(|source| !configured.contains(source.id.as_str()));
    if left.is_empty() {
        return Ok(());
    }
    let client = client(config)?;
    for source in left {
        if let Some(memory) = remembered(readers, &source.id)? {
            callbacks.leave_behind(&memory, &client);
        }
    }
    Ok(())
}
