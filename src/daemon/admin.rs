//! The admin port: metrics and health, on loopback.
//!
//! `/healthz` says that the process answers; `/readyz` that the state can be written and that every
//! sink takes records or is catching up.

use std::sync::Arc;

use anyhow::Context;
use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use dateline_config::Admin;
use dateline_pipeline::store::Store;
use metrics_exporter_prometheus::PrometheusHandle;
use serde_json::json;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::Sinks;

/// What the admin port reports on.
pub(crate) struct Health {
    pub(crate) store: Store,
    pub(crate) sinks: Sinks,
    pub(crate) metrics: PrometheusHandle,
}

/// Binds the admin port.
///
/// # Errors
/// When the port is taken or not to be had.
pub(crate) async fn bind(admin: &Admin) -> anyhow::Result<TcpListener> {
    TcpListener::bind(admin.listen).await.with_context(|| {
        format!(
            "the admin port {} cannot be opened; choose another [admin] listen, or set [admin] enabled = false",
            admin.listen
        )
    })
}

/// Serves until `stop`.
pub(crate) async fn serve(listener: TcpListener, health: Health, stop: CancellationToken) {
    let router = Router::new()
        .route("/metrics", get(metrics))
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz))
        .with_state(Arc::new(health));
    let served = axum::serve(listener, router)
        .with_graceful_shutdown(stop.cancelled_owned())
        .await;
    if let Err(error) = served {
        tracing::error!(%error, "the admin port stopped answering");
    }
}

async fn metrics(State(health): State<Arc<Health>>) -> impl IntoResponse {
    // Counted when asked for: a sink that is away commits nothing that could keep it up to date.
    let head = health.store.vitals().borrow().records_head;
    for (name, sink) in health.sinks.health() {
        metrics::gauge!("dateline_sink_lag_records", "sink" => name)
            .set((head - sink.position) as f64);
    }
    let content_type = [(
        header::CONTENT_TYPE,
        "text/plain; version=0.0.4; charset=utf-8",
    )];
    (content_type, health.metrics.render())
}

async fn healthz() -> &'static str {
    "ok\n"
}

async fn readyz(State(health): State<Arc<Health>>) -> impl IntoResponse {
    let store = health.store.trouble();
    let sinks: serde_json::Map<String, serde_json::Value> = health
        .sinks
        .health()
        .into_iter()
        .map(|(name, sink)| {
            let state = json!({ "position": sink.position, "fault": sink.fault });
            (name, state)
        })
        .collect();
    let ready = store.is_none() && sinks.values().all(|sink| sink["fault"].is_null());
    let status = if ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (
        status,
        axum::Json(json!({ "ready": ready, "store": { "fault": store }, "sinks": sinks })),
    )
}
