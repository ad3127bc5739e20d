//! The daemon put together: config → store, sources, stages, sinks → run → drain.

pub(crate) mod callbacks;
pub(crate) mod enrichment;
pub(crate) mod logging;
pub(crate) mod metrics;
pub(crate) mod signals;

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use dateline_config::Config;
use dateline_feed::websub::Callbacks;
use dateline_pipeline::clock::{Clock, Dice};
use dateline_pipeline::collect::{CollectSettings, Collector, HostLimits, Outlook};
use dateline_pipeline::deliver::{Deliverer, SharedHealth};
use dateline_pipeline::sink::Sink;
use dateline_pipeline::source::Source;
use dateline_pipeline::store::{
    self, Commit, Keeper, Readers, Retention, Store, StoreError, Tuning, Vitals,
};
use dateline_pipeline::transform::Transformer;
use dateline_pipeline::transform::enrichment::Enrichment;
use dateline_pipeline::transform::gazetteer::GazetteerErrors;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// How often upkeep looks for old entries.
const UPKEEP: Duration = Duration::from_secs(5);

/// The longest that running fetches may go on after the stop signal: they come again.
const COLLECT_GRACE: Duration = Duration::from_secs(3);

/// Why a daemon cannot start.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StartError {
    /// The state folder cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A source or sink cannot be made of its configuration.
    #[error("{0}")]
    Connector(String),
    /// The user's own names cannot be read.
    #[error("[enrich.entities] gazetteers: {0}")]
    Gazetteer(#[from] GazetteerErrors),
}

/// A daemon that is ready to run.
pub(crate) struct Daemon {
    store: Store,
    readers: Arc<Readers>,
    collector: Collector,
    configured: Vec<String>,
    callbacks: Option<Arc<Callbacks>>,
    deliverers: Vec<Deliverer>,
    enrichment: Enrichment,
    retention: Retention,
    drain: Duration,
    clock: Clock,
}

impl Daemon {
    /// Opens the state and makes sources and sinks.
    pub(crate) fn assemble(config: &Config) -> Result<Daemon, StartError> {
        let clock = Clock::System;
        let callbacks = Callbacks::new(&config.websub, clock.clone());
        let sources = sources(config, &clock, callbacks.as_ref())?;
        let sinks = sinks(config, &clock)?;
        let enrichment = enrichment::enrichment(config)?;
        let (store, readers) = store::open(&config.state.dir, Tuning::default())?;
        if let Some(callbacks) = &callbacks {
            callbacks.resume(|feed| remembered(&readers, feed))?;
        }
        let settings = CollectSettings {
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
        };
        let retention = Retention {
            max_bytes: config.state.max_bytes.0,
            max_age: config.state.max_age,
            article_memory: config.state.article_memory,
            sinks: sinks.iter().map(|sink| sink.name().to_owned()).collect(),
        };
        let configured: Vec<String> = sources
            .iter()
            .map(|source| source.reference().id.clone())
            .collect();
        if let Some(callbacks) = &callbacks {
            leave_hubs(config, callbacks, &readers, &configured)?;
        }
        let collector = Collector::new(
            settings,
            sources,
            store.clone(),
            Arc::clone(&readers),
            clock.clone(),
            Dice::from_system(),
        )?;
        let deliverers = sinks
            .into_iter()
            .map(|sink| {
                let (store, readers) = (store.clone(), Arc::clone(&readers));
                Deliverer::new(sink, store, readers, clock.clone(), Dice::from_system())
            })
            .collect();
        Ok(Daemon {
            store,
            readers,
            collector,
            configured,
            callbacks,
            deliverers,
            enrichment,
            retention,
            drain: config.shutdown.drain,
            clock,
        })
    }

    /// The store, for whoever reports on it.
    pub(crate) fn store(&self) -> &Store {
        &self.store
    }

    /// The store as it is read.
    pub(crate) fn readers(&self) -> Arc<Readers> {
        Arc::clone(&self.readers)
    }

    /// What the collect stage knows of the world.
    pub(crate) fn outlook(&self) -> Outlook {
        self.collector.outlook()
    }

    /// The subscriptions to hubs, where they are configured.
    pub(crate) fn callbacks(&self) -> Option<Arc<Callbacks>> {
        self.callbacks.clone()
    }

    /// Health of every sink.
    pub(crate) fn sinks(&self) -> Vec<(String, SharedHealth)> {
        self.deliverers
            .iter()
            .map(|deliverer| (deliverer.name().to_owned(), deliverer.health()))
            .collect()
    }

    /// Runs until `stop`, then drains stage by stage within the configured time: collecting ends,
    /// drafts become records, records reach the sinks.
    pub(crate) async fn run(self, stop: CancellationToken) {
        let configure = self.store.commit(Commit::Configure(self.configured));
        if let Some(Err(error)) = stop.run_until_cancelled(configure).await {
            tracing::error!(%error, "the sources of the configuration cannot be noted");
        }
        let (stop_transform, stop_deliver) = (CancellationToken::new(), CancellationToken::new());
        let give_up = CancellationToken::new();
        let upkeep = tokio::spawn(keep_up(
            Keeper::new(self.retention, self.clock.clone()),
            self.store.clone(),
            Arc::clone(&self.readers),
            give_up.clone(),
        ));
        let collect = tokio::spawn(ending_stops(stop.clone(), self.collector.run(stop.clone())));
        let transformer = Transformer::new(
            self.store.clone(),
            Arc::clone(&self.readers),
            self.clock.clone(),
            Arc::new(self.enrichment),
        );
        let transform = tokio::spawn(ending_stops(
            stop.clone(),
            transformer.run(stop_transform.clone()),
        ));
        let mut deliver = JoinSet::new();
        for deliverer in self.deliverers {
            let run = deliverer.run(stop_deliver.clone(), give_up.clone());
            deliver.spawn(ending_stops(stop.clone(), run));
        }
        stop.cancelled().await;
        let deadline = tokio::time::Instant::now() + self.drain;
        let vitals = self.store.vitals();
        let drained = tokio::time::timeout_at(deadline, async {
            join("collect", collect).await;
            caught_up(vitals).await;
            stop_transform.cancel();
            join("transform", transform).await;
            stop_deliver.cancel();
            while let Some(ended) = deliver.join_next().await {
                report_end("deliver", ended);
            }
        })
        .await
        .is_ok();
        if !drained {
            tracing::warn!(limit = ?self.drain, "the time to drain is over; the rest goes on at the next start");
        }
        stop_transform.cancel();
        give_up.cancel();
        while let Some(ended) = deliver.join_next().await {
            report_end("deliver", ended);
        }
        join("upkeep", upkeep).await;
        self.store.close(!drained).await;
    }
}

/// Runs a stage; when it ends, in whatever way, the daemon stops, since it does nothing useful
/// without one of its stages and whoever supervises it should know.
async fn ending_stops(stop: CancellationToken, stage: impl Future<Output = ()>) {
    let _stops = stop.drop_guard();
    stage.await;
}

/// Waits until every draft has been transformed.
async fn caught_up(mut vitals: watch::Receiver<Vitals>) {
    // An error means that the writer is gone; there is nothing to wait for then.
    drop(
        vitals
            .wait_for(|vitals| vitals.transformed >= vitals.drafts_head)
            .await,
    );
}

async fn keep_up(mut keeper: Keeper, store: Store, readers: Arc<Readers>, stop: CancellationToken) {
    loop {
        let pause = match stop
            .run_until_cancelled(keeper.step(&store, &readers))
            .await
        {
            None => return,
            Some(Ok(true)) => Duration::ZERO,
            Some(Ok(false)) => UPKEEP,
            Some(Err(error)) => {
                tracing::error!(%error, "upkeep of the state failed; trying again");
                UPKEEP
            }
        };
        if stop
            .run_until_cancelled(tokio::time::sleep(pause))
            .await
            .is_none()
        {
            return;
        }
    }
}

async fn join(stage: &str, task: tokio::task::JoinHandle<()>) {
    report_end(stage, task.await);
}

fn report_end(stage: &str, ended: Result<(), tokio::task::JoinError>) {
    if let Err(error) = ended {
        tracing::error!(stage, %error, "a stage ended abnormally");
    }
}

/// What a source asked to be remembered; what cannot be read is as good as nothing.
fn remembered(readers: &Readers, source: &str) -> Result<Option<serde_json::Value>, StoreError> {
    let history = readers.with(|reader| reader.history(source))?;
    Ok(history.and_then(|history| serde_json::from_str(&history.memory).ok()))
}

/// Ends the subscriptions of feeds that have left the configuration; what is known of them is forgotten right after.
fn leave_hubs(
    config: &Config,
    callbacks: &Callbacks,
    readers: &Readers,
    configured: &[String],
) -> Result<(), StartError> {
    let configured: HashSet<&str> = configured.iter().map(String::as_str).collect();
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

fn client(config: &Config) -> Result<dateline_feed::Client, StartError> {
    dateline_feed::Client::new(&config.collect, &config.http)
        .map_err(|error| StartError::Connector(error.to_string()))
}

/// The configured sources.
fn sources(
    config: &Config,
    clock: &Clock,
    callbacks: Option<&Arc<Callbacks>>,
) -> Result<Vec<Arc<dyn Source>>, StartError> {
    let mut sources: Vec<Arc<dyn Source>> = Vec::new();
    let feeds: Vec<_> = config.feeds.iter().filter(|feed| feed.enabled).collect();
    if !feeds.is_empty() {
        let client = Arc::new(client(config)?);
        for feed in feeds {
            let source = dateline_feed::FeedSource::new(feed, Arc::clone(&client))
                .with_pages(config.collect.per_host_spacing, clock.clone());
            sources.push(Arc::new(match callbacks {
                Some(callbacks) => source.with_hub(callbacks),
                None => source,
            }));
        }
    }
    for folder in config.drops.iter().filter(|folder| folder.enabled) {
        sources.push(Arc::new(dateline_drop::DropSource::new(
            folder,
            clock.clone(),
        )));
    }
    Ok(sources)
}

/// The configured sinks.
fn sinks(config: &Config, clock: &Clock) -> Result<Vec<Box<dyn Sink>>, StartError> {
    let mut sinks: Vec<Box<dyn Sink>> = Vec::new();
    for (name, settings) in config
        .sinks
        .jsonl
        .iter()
        .filter(|(_, settings)| settings.enabled)
    {
        sinks.push(Box::new(dateline_jsonl::JsonlSink::new(
            name,
            settings,
            clock.clone(),
        )));
    }
    for (name, settings) in config
        .sinks
        .kafka
        .iter()
        .filter(|(_, settings)| settings.enabled)
    {
        let sink = dateline_kafka::KafkaSink::new(name, settings)
            .map_err(|error| StartError::Connector(format!("[sinks.kafka.{name}]: {error}")))?;
        sinks.push(Box::new(sink));
    }
    Ok(sinks)
}
