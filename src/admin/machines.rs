//! What machines ask for: metrics in Prometheus' text format, and whether all is well.
//!
//! `/healthz` says that the process answers; `/readyz` that the state can be written and that every
//! required sink takes records or is catching up.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use dateline_pipeline::deliver::SinkHealth;
use serde_json::json;

use super::{Facts, series};

pub(super) async fn metrics(State(facts): State<Arc<Facts>>) -> impl IntoResponse {
    // Counted when asked for: a sink that is away commits nothing that could keep it up to date.
    let head = facts.store.vitals().borrow().records_head;
    for sink in facts.sinks.now() {
        metrics::gauge!("dateline_sink_lag_records", "sink" => sink.name)
            .set((head - sink.health.position) as f64);
    }
    let content_type = [(
        header::CONTENT_TYPE,
        "text/plain; version=0.0.4; charset=utf-8",
    )];
    let mut text = facts.metrics.render();
    match series::of_feeds(&facts).await {
        Ok(feeds) => text += &feeds,
        Err(error) => {
            tracing::error!(%error, "the state of single feeds cannot be read for /metrics")
        }
    }
    (content_type, text)
}

pub(super) async fn healthz() -> &'static str {
    "ok\n"
}

pub(super) async fn readyz(State(facts): State<Arc<Facts>>) -> impl IntoResponse {
    let store = facts.store.trouble();
    let now = facts.sinks.now();
    let ready = store.is_none()
        && now
            .iter()
            .all(|sink| !sink.required || sink.health.fault.is_none());
    let sinks: serde_json::Map<String, serde_json::Value> = now
        .into_iter()
        .map(|sink| {
            let SinkHealth { position, fault } = sink.health;
            let state = json!({ "position": position, "fault": fault, "required": sink.required });
            (sink.name, state)
        })
        .collect();
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
