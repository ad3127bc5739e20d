//! The admin port: the page for people, metrics and health for machines.
//!
//! It reads: what is stored, on connections of its own; what the stages say of themselves; the configuration. It changes nothing itself but its own
//! samples: what is done by the page is an order to the daemon (`pages/actions`). Who may come in, and by what names, is decided in [`mod@guard`] before
//! anything else is looked at; how connections and requests are limited stands in [`mod@serve`].

mod assets;
mod guard;
mod html;
mod machines;
mod notes;
mod pages;
mod sampling;
mod series;
mod serve;
mod trend;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::get;
use dateline_config::{Admin, Config};
use dateline_pipeline::collect::Outlook;
use dateline_pipeline::store::{Reader, Readers, Store, StoreError};
use jiff::Timestamp;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::daemon::control::Control;
use crate::daemon::{Refusal, Sinks};
pub(crate) use guard::{Guard, TokenError};
pub(crate) use notes::Notes;
pub(crate) use serve::{Port, bind};

/// Most bytes of a request's body: forms of a few words.
const MAX_BODY: usize = 16 << 10;

/// What the admin port reports on.
pub(crate) struct Facts {
    pub(crate) store: Store,
    pub(crate) readers: Arc<Readers>,
    pub(crate) sinks: Sinks,
    pub(crate) outlook: Outlook,
    pub(crate) metrics: PrometheusHandle,
    /// The configuration that the daemon runs by.
    pub(crate) config: watch::Receiver<Arc<Config>>,
    /// A changed one that was not taken.
    pub(crate) refusal: watch::Receiver<Option<Refusal>>,
    /// By which the daemon is told what to do; `None` where the page only shows.
    pub(crate) control: Option<Control>,
    /// What has become of what was done by the page.
    pub(crate) notes: Notes,
    pub(crate) started: Timestamp,
}

impl Facts {
    fn config(&self) -> Arc<Config> {
        Arc::clone(&self.config.borrow())
    }

    /// Asks the store.
    async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Reader<'_>) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.readers.ask(question).await
    }
}

/// Makes what decides who may come in.
///
/// # Errors
/// When the token cannot be had, or is too short.
pub(crate) fn guard(admin: &Admin) -> Result<Guard, TokenError> {
    Guard::new(admin)
}

/// Serves until `stop`.
pub(crate) async fn serve(port: Port, guard: Guard, facts: Facts, stop: CancellationToken) {
    let facts = Arc::new(facts);
    let sampling = tokio::spawn(sampling::sample(Arc::clone(&facts), stop.clone()));
    let counting = tokio::spawn(series::count_left_out(facts.config.clone(), stop.clone()));
    serve::serve(port, router(facts, Arc::new(guard)), stop).await;
    for (what, task) in [("taking samples", sampling), ("counting feeds", counting)] {
        if let Err(error) = task.await {
            tracing::error!(%error, "{what} ended abnormally");
        }
    }
}

fn router(facts: Arc<Facts>, guard: Arc<Guard>) -> Router {
    let machines = Router::new()
        .route("/metrics", get(machines::metrics))
        .route("/healthz", get(machines::healthz))
        .route("/readyz", get(machines::readyz))
        .with_state(Arc::clone(&facts));
    let doors = Router::new()
        .route("/login", get(guard::login::form).post(guard::login::enter))
        .route("/logout", axum::routing::post(guard::login::leave))
        .with_state(Arc::clone(&guard));
    Router::new()
        .merge(machines)
        .merge(doors)
        .route("/assets/{name}", get(assets::serve))
        .merge(pages::router(facts))
        .fallback(pages::not_found)
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(from_fn_with_state(guard, guard::admit))
        .layer(from_fn(serve::within_time))
        .layer(from_fn(guard::headers))
}
