//! The daemon put together: config → store, sources, stages, sinks → run → drain.
//!
//! - [`assembly`]: what a configuration stands for.
//! - [`delivery`]: the sinks that run.
//! - [`control`]: what a running daemon may be told, by whomever.
//! - [`reload`]: from the configuration that holds to another one.
//! - [`letters`]: what it says about dead letters that are tried again.
//! - [`traces`]: what goes to a collector of OpenTelemetry, and how.
//! - [`watch`]: the configuration's files have changed.
//! - [`ports`]: what it listens on; [`socket`] is the one for commands, [`crate::admin`] that for people and their tools.

mod assembly;
pub(crate) mod callbacks;
pub(crate) mod control;
mod delivery;
pub(crate) mod enrichment;
pub(crate) mod letters;
pub(crate) mod logging;
pub(crate) mod metrics;
pub(crate) mod ports;
mod reload;
pub(crate) mod rules;
pub(crate) mod signals;
pub(crate) mod socket;
pub(crate) mod systemd;
pub(crate) mod traces;
pub(crate) mod watch;

use std::sync::Arc;
use std::time::Duration;

use dateline_config::{Config, Files, Loaded};
use dateline_feed::websub::Callbacks;
use dateline_pipeline::clock::{Clock, Dice};
use dateline_pipeline::collect::{Collector, Outlook};
use dateline_pipeline::deliver::Deliverer;
use dateline_pipeline::store::{
    self, Keeper, Readers, Retention, Store, StoreError, Tuning, Vitals,
};
use dateline_pipeline::transform::Transformer;
use dateline_pipeline::transform::gazetteer::GazetteerErrors;
use tokio::sync::watch as latest;
use tokio_util::sync::CancellationToken;

use control::Orders;
use delivery::Delivery;
pub(crate) use delivery::{SinkState, Sinks};
use logging::Logging;
use reload::{AtStart, Live};
pub(crate) use reload::{Refusal, Refused};

/// How often upkeep looks for old entries.
const UPKEEP: Duration = Duration::from_secs(5);

/// Why a daemon cannot start, or take another configuration.
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
    live: Live,
    collector: Collector,
    transformer: Transformer,
    deliverers: Vec<Deliverer>,
    keeper: Keeper,
    retention: latest::Receiver<Retention>,
}

impl Daemon {
    /// Opens the state and makes sources and sinks.
    pub(crate) fn assemble(loaded: Loaded, logging: Logging) -> Result<Daemon, StartError> {
        let Loaded { config, files, .. } = loaded;
        let config = &Arc::new(config);
        let clock = Clock::System;
        let callbacks = Callbacks::new(&config.websub, clock.clone());
        let sources = assembly::sources(config, &clock, callbacks.as_ref())?;
        let sinks = assembly::sinks(config, &clock)?;
        let enrichment = enrichment::enrichment(config)?;
        let (store, readers) = store::open(&config.state.dir, Tuning::default())?;
        if let Some(callbacks) = &callbacks {
            callbacks.resume(|feed| assembly::remembered(&readers, feed))?;
            assembly::leave_hubs(config, callbacks, &readers)?;
        }
        let collector = Collector::new(
            assembly::collect_settings(config),
            sources,
            store.clone(),
            Arc::clone(&readers),
            clock.clone(),
            Dice::from_system(),
        )?;
        let (enrichment, enriched_by) = latest::channel(Arc::new(enrichment));
        let (retention, kept) = latest::channel(assembly::retention(config));
        let transformer = Transformer::new(
            store.clone(),
            Arc::clone(&readers),
            clock.clone(),
            enriched_by,
        )
        .minding(retention.subscribe());
        let delivery = Delivery::new(store.clone(), Arc::clone(&readers), clock.clone());
        let deliverers = sinks
            .into_iter()
            .map(|outlet| delivery.admit(outlet))
            .collect();
        let keeper = Keeper::new(assembly::retention(config), clock.clone());
        let live = Live {
            rosters: collector.rosters(),
            delivery,
            config: latest::Sender::new(Arc::clone(config)),
            refusal: latest::Sender::new(None),
            files: latest::Sender::new(files),
            at_start: AtStart::of(config),
            store,
            readers,
            callbacks,
            enrichment,
            retention,
            logging,
            clock,
        };
        Ok(Daemon {
            live,
            collector,
            transformer,
            deliverers,
            keeper,
            retention: kept,
        })
    }

    /// The store, for whoever reports on it.
    pub(crate) fn store(&self) -> &Store {
        &self.live.store
    }

    /// By which the store is read.
    pub(crate) fn readers(&self) -> &Arc<Readers> {
        &self.live.readers
    }

    /// What the collect stage knows of the world.
    pub(crate) fn outlook(&self) -> Outlook {
        self.collector.outlook()
    }

    /// The subscriptions to hubs, where they are configured.
    pub(crate) fn callbacks(&self) -> Option<Arc<Callbacks>> {
        self.live.callbacks.clone()
    }

    /// The configuration that holds.
    pub(crate) fn config(&self) -> latest::Receiver<Arc<Config>> {
        self.live.config.subscribe()
    }

    /// The changed configuration that was not taken; `None` while the files hold what the daemon runs by.
    pub(crate) fn refusal(&self) -> latest::Receiver<Option<Refusal>> {
        self.live.refusal.subscribe()
    }

    /// The files of a configuration that were read last, whether it was taken or not.
    pub(crate) fn files(&self) -> latest::Receiver<Files> {
        self.live.files.subscribe()
    }

    /// The sinks and how they do.
    pub(crate) fn sinks(&self) -> Sinks {
        self.live.delivery.sinks()
    }

    /// Runs until `stop`, doing what `orders` say; then drains stage by stage within the configured time: collecting ends,
    /// drafts become records, records reach the sinks.
    pub(crate) async fn run(self, stop: CancellationToken, mut orders: Orders) {
        let mut live = self.live;
        let stop_transform = CancellationToken::new();
        let end_upkeep = CancellationToken::new();
        let upkeep = tokio::spawn(keep_up(
            self.keeper,
            self.retention,
            live.store.clone(),
            Arc::clone(&live.readers),
            end_upkeep.clone(),
        ));
        let collect = tokio::spawn(ending_stops(stop.clone(), self.collector.run(stop.clone())));
        let transform = tokio::spawn(ending_stops(
            stop.clone(),
            self.transformer.run(stop_transform.clone()),
        ));
        live.delivery.start(self.deliverers, &stop);
        systemd::ready();
        while let Some(order) = stop.run_until_cancelled(orders.next()).await {
            live.obey(order).await;
        }
        // Who gives one from now on, or waits for one to be obeyed, is told that nobody does.
        drop(orders);
        systemd::stopping();
        let drain = live.config().shutdown.drain;
        let deadline = tokio::time::Instant::now() + drain;
        let vitals = live.store.vitals();
        let drained = tokio::time::timeout_at(deadline, async {
            join("collect", collect).await;
            caught_up(vitals).await;
            stop_transform.cancel();
            join("transform", transform).await;
            live.delivery.finish().await;
        })
        .await
        .is_ok();
        if !drained {
            tracing::warn!(limit = ?drain, "the time to drain is over; the rest goes on at the next start");
        }
        stop_transform.cancel();
        live.delivery.give_up().await;
        end_upkeep.cancel();
        join("upkeep", upkeep).await;
        live.store.close(!drained).await;
    }
}

/// Runs a stage; when it ends, in whatever way, the daemon stops, since it does nothing useful
/// without one of its stages and whoever supervises it should know.
async fn ending_stops(stop: CancellationToken, stage: impl Future<Output = ()>) {
    let _stops = stop.drop_guard();
    stage.await;
}

/// Waits until every draft has been transformed.
async fn caught_up(mut vitals: latest::Receiver<Vitals>) {
    // An error means that the writer is gone; there is nothing to wait for then.
    drop(
        vitals
            .wait_for(|vitals| vitals.transformed >= vitals.drafts_head)
            .await,
    );
}

async fn keep_up(
    mut keeper: Keeper,
    retention: latest::Receiver<Retention>,
    store: Store,
    readers: Arc<Readers>,
    stop: CancellationToken,
) {
    loop {
        keeper.keep(retention.borrow().clone());
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
