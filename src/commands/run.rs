//! `dateline run`: the daemon.

use std::sync::Arc;
use std::time::Duration;

use dateline_feed::websub;
use jiff::Timestamp;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::admin;
use crate::cli::RunArgs;
use crate::daemon::{Daemon, StartError, callbacks, logging, metrics, signals};
use crate::exit::Exit;
use crate::terminal;

/// The longest wait for blocking work at the very end.
const STRAGGLERS: Duration = Duration::from_secs(1);

pub(crate) fn run(args: &RunArgs) -> anyhow::Result<Exit> {
    let config = match super::load_config(&args.config.config) {
        Ok(loaded) => loaded.config,
        Err(exit) => return Ok(exit),
    };
    logging::install(&config.log);
    let metrics = metrics::install()?;
    let runtime = super::runtime()?;
    let exit = runtime.block_on(async {
        let daemon = match Daemon::assemble(&config) {
            Ok(daemon) => daemon,
            Err(error) => {
                let exit = match &error {
                    StartError::Store(_) => Exit::Unavailable,
                    StartError::Connector(_) | StartError::Gazetteer(_) => Exit::Config,
                };
                terminal::complain(&error.into());
                return Ok(exit);
            }
        };
        let stop = CancellationToken::new();
        signals::listen(stop.clone())?;
        let admin_stop = CancellationToken::new();
        let config = Arc::new(config);
        // What the admin port shows follows whoever sends a newer one.
        let (_newer, running) = watch::channel(Arc::clone(&config));
        let admin = if config.admin.enabled {
            let guard = match admin::guard(&config.admin) {
                Ok(guard) => guard,
                Err(error) => {
                    terminal::complain(&error.into());
                    return Ok(Exit::Config);
                }
            };
            let port = match admin::bind(&config.admin).await {
                Ok(port) => port,
                Err(error) => {
                    terminal::complain(&error);
                    return Ok(Exit::Unavailable);
                }
            };
            let facts = admin::Facts {
                store: daemon.store().clone(),
                readers: daemon.readers(),
                sinks: daemon.sinks(),
                outlook: daemon.outlook(),
                metrics: metrics.clone(),
                config: running,
                started: Timestamp::now(),
            };
            tracing::info!(
                address = port.address()?,
                "the page, metrics and health are served"
            );
            let serving = admin::serve(port, guard, facts, admin_stop.clone());
            Some(tokio::spawn(serving))
        } else {
            None
        };
        let hubs = match daemon.callbacks() {
            Some(callbacks) => match callbacks::bind(&config.websub).await {
                Ok(listener) => {
                    tracing::info!(address = %listener.local_addr()?, "hubs are served");
                    Some(tokio::spawn(websub::serve(
                        listener,
                        callbacks,
                        stop.clone(),
                    )))
                }
                Err(error) => {
                    terminal::complain(&error);
                    return Ok(Exit::Unavailable);
                }
            },
            None => None,
        };
        let upkeep = tokio::spawn(metrics_upkeep(metrics));
        tracing::info!(
            version = env!("CARGO_PKG_VERSION"),
            config = %args.config.config.display(),
            state = %config.state.dir.display(),
            feeds = config.feeds.iter().filter(|feed| feed.enabled).count(),
            drops = config.drops.iter().filter(|folder| folder.enabled).count(),
            sinks = daemon.sinks().len(),
            "dateline is running"
        );
        daemon.run(stop).await;
        admin_stop.cancel();
        for port in [admin, hubs].into_iter().flatten() {
            port.await?;
        }
        upkeep.abort();
        tracing::info!("dateline has stopped");
        Ok(Exit::Fine)
    });
    // What still blocks a thread (a name server that does not answer, a dead network folder) holds
    // nothing that counts.
    runtime.shutdown_timeout(STRAGGLERS);
    exit
}

/// Keeps the recorder's histograms small.
async fn metrics_upkeep(handle: metrics_exporter_prometheus::PrometheusHandle) {
    let mut ticks = tokio::time::interval(Duration::from_secs(5));
    loop {
        ticks.tick().await;
        handle.run_upkeep();
    }
}
