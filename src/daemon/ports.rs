//! What a daemon listens on: the admin port, the port for hubs, the socket for commands.

use std::sync::Arc;
use std::time::Duration;

use dateline_feed::websub;
use jiff::Timestamp;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::control::Control;
use super::{Daemon, callbacks, socket};
use crate::admin::{self, TokenError};

/// How often the recorder's histograms are made small.
const UPKEEP: Duration = Duration::from_secs(5);

/// Why the ports are not open.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PortsError {
    /// The token of the admin port cannot be had, or is too short.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// A port is taken or not to be had.
    #[error("{0:#}")]
    Port(#[from] anyhow::Error),
    /// The address of a port cannot be told.
    #[error(transparent)]
    Address(#[from] std::io::Error),
}

/// The ports that are open.
pub(crate) struct Ports {
    /// Closed last: whoever looks shall see the daemon drain.
    close: CancellationToken,
    tasks: Vec<JoinHandle<()>>,
    upkeep: JoinHandle<()>,
    admin: Option<String>,
}

impl Ports {
    /// Opens what the configuration of `daemon` wants. Hubs are served until `stop`, the others until they are closed.
    ///
    /// # Errors
    /// When a port is taken or not to be had, or the admin port's token is not.
    pub(crate) async fn open(
        daemon: &Daemon,
        control: Control,
        metrics: PrometheusHandle,
        stop: &CancellationToken,
    ) -> Result<Ports, PortsError> {
        let config = Arc::clone(&daemon.config().borrow());
        let close = CancellationToken::new();
        let mut tasks = Vec::new();
        let mut address = None;
        if config.admin.enabled {
            let guard = admin::guard(&config.admin)?;
            let port = admin::bind(&config.admin).await?;
            let at = port.address()?;
            tracing::info!(address = at, "the page, metrics and health are served");
            address = Some(at);
            let started = Timestamp::now();
            let facts = admin::Facts {
                store: daemon.store().clone(),
                readers: Arc::clone(daemon.readers()),
                sinks: daemon.sinks(),
                outlook: daemon.outlook(),
                metrics: metrics.clone(),
                config: daemon.config(),
                refusal: daemon.refusal(),
                control: config.admin.actions.then(|| control.clone()),
                notes: admin::Notes::new(started),
                started,
            };
            tasks.push(tokio::spawn(admin::serve(
                port,
                guard,
                facts,
                close.clone(),
            )));
        }
        if let Some(called) = daemon.callbacks() {
            let listener = callbacks::bind(&config.websub).await?;
            tracing::info!(address = %listener.local_addr()?, "hubs are served");
            tasks.push(tokio::spawn(websub::serve(listener, called, stop.clone())));
        }
        let listener = socket::bind(&config.state.dir)?;
        let served = socket::Daemon {
            control,
            sinks: daemon.sinks(),
            store: daemon.store().clone(),
            readers: Arc::clone(daemon.readers()),
        };
        tasks.push(tokio::spawn(socket::serve(listener, served, close.clone())));
        Ok(Ports {
            close,
            tasks,
            upkeep: tokio::spawn(upkeep(metrics)),
            admin: address,
        })
    }

    /// Where the page is, if it is anywhere.
    pub(crate) fn admin(&self) -> Option<&str> {
        self.admin.as_deref()
    }

    /// Closes them, and waits until they are.
    pub(crate) async fn close(self) -> anyhow::Result<()> {
        self.close.cancel();
        for task in self.tasks {
            task.await?;
        }
        self.upkeep.abort();
        Ok(())
    }
}

/// Keeps the recorder's histograms small.
async fn upkeep(handle: PrometheusHandle) {
    let mut ticks = tokio::time::interval(UPKEEP);
    loop {
        ticks.tick().await;
        handle.run_upkeep();
    }
}
