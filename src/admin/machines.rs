//! What machines ask for: metrics in Prometheus' text format, and whether all is well.
//!
//! `/healthz` says that the process answers; `/readyz` that the state can be written and that every
//! sink takes records or is catching up.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use serde_json::json;

use super::Facts;

pub(super) async fn metrics(State(facts): State<Arc<Facts>>) -> impl IntoResponse {
    // Counted when asked for: a sink that is away commits nothing that could keep it up to date.
    let head = facts.store.vitals().borrow().records_head;
    for (name, sink) in facts.sinks.health() {
        metrics::gauge!("dateline_sink_lag_records", "sink" => name)
            .set((head - sink.position) as f64);
    }
    let content_type = [(
        header::CONTENT_TYPE,
        "text/plain; version=0.0.4; charset=utf-8",
    )];
    (content_type, facts.metrics.render())
}

pub(super) async fn healthz() -> &'static str {
    "ok\n"
}

pub(super) async fn readyz(State(facts): State<Arc<Facts>>) -> impl IntoResponse {
    let store = facts.store.trouble();
    let sinks: serde_json::Map<String, serde_json::Value> = facts
        .sinks
        .health()
        .into_iter()
        .map(|(name, health)| {
            let health = json!({ "position": health.position, "fault": health.fault });
            (name, health)
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
