//! `dateline run`: the daemon.

use std::time::Duration;

use dateline_config::Loaded;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio_util::sync::CancellationToken;

use crate::cli::RunArgs;
use crate::daemon::logging::{self, Logging};
use crate::daemon::ports::{Ports, PortsError};
use crate::daemon::traces::{self, Exporter};
use crate::daemon::{Daemon, StartError, control, metrics, signals, systemd, watch};
use crate::exit::Exit;
use crate::terminal;

/// The longest wait for blocking work at the very end.
const STRAGGLERS: Duration = Duration::from_secs(1);

pub(crate) fn run(args: &RunArgs) -> anyhow::Result<Exit> {
    let loaded = match super::load_config(&args.config.config) {
        Ok(loaded) => loaded,
        Err(exit) => return Ok(exit),
    };
    let (tracer, exporter) = match traces::traces(&loaded.config) {
        Ok(traces) => traces.unzip(),
        Err(error) => {
            terminal::complain(&error.into());
            return Ok(Exit::Config);
        }
    };
    let logging = logging::install(&loaded.config.log, tracer);
    let metrics = metrics::install()?;
    let runtime = super::runtime()?;
    let exit = runtime.block_on(traced(exporter, work(loaded, logging, metrics)));
    // What still blocks a thread (a name server that does not answer, a dead network folder) holds
    // nothing that counts.
    runtime.shutdown_timeout(STRAGGLERS);
    exit
}

/// Sends the traces of `work`, to its end and a little beyond.
async fn traced<T>(exporter: Option<Exporter>, work: impl Future<Output = T>) -> T {
    let stop = CancellationToken::new();
    let sending = exporter.map(|exporter| tokio::spawn(exporter.run(stop.clone())));
    let worked = work.await;
    stop.cancel();
    if let Some(sending) = sending
        && let Err(error) = sending.await
    {
        tracing::error!(%error, "the sending of traces ended abnormally");
    }
    worked
}

async fn work(loaded: Loaded, logging: Logging, metrics: PrometheusHandle) -> anyhow::Result<Exit> {
    tokio::spawn(logging.summarise());
    let daemon = match Daemon::assemble(loaded, logging) {
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
    let (control, orders) = control::control();
    signals::reload_at_hangup(control.clone())?;
    let ports = match Ports::open(&daemon, control.clone(), metrics, &stop).await {
        Ok(ports) => ports,
        Err(error) => {
            let exit = match &error {
                PortsError::Token(_) => Exit::Config,
                PortsError::Port(_) | PortsError::Address(_) => Exit::Unavailable,
            };
            terminal::complain(&error.into());
            return Ok(exit);
        }
    };
    say_running(&daemon);
    tokio::spawn(systemd::watchdog(daemon.store().clone(), stop.clone()));
    let (config, files) = (daemon.config(), daemon.files());
    tokio::spawn(watch::watch(config, files, control, stop.clone()));
    daemon.run(stop, orders).await;
    ports.close().await?;
    tracing::info!("dateline has stopped");
    Ok(Exit::Fine)
}

fn say_running(daemon: &Daemon) {
    let (config, files) = (daemon.config(), daemon.files());
    let config = config.borrow();
    tracing::info!(
        version = env!("CARGO_PKG_VERSION"),
        config = %files.borrow().main().display(),
        state = %config.state.dir.display(),
        feeds = config.feeds.iter().filter(|feed| feed.enabled).count(),
        drops = config.drops.iter().filter(|folder| folder.enabled).count(),
        sinks = daemon.sinks().now().len(),
        "dateline is running"
    );
}
