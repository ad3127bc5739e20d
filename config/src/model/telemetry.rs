//! The section about traces: where they go, and which.

use std::collections::BTreeMap;

use url::Url;

use crate::decode::{Context, Fields};
use crate::finding::Finding;
use crate::shape::{Float, HeaderValue, Headers, collector_url, line};

/// The smallest share of traces that can be asked for: less than one turn in a hundred shows nothing that the metrics do not.
const MIN_SAMPLE: f64 = 0.01;

/// Where OTLP is spoken by gRPC, by custom.
const GRPC_PORT: u16 = 4317;

section! {
    /// Traces for OpenTelemetry: what became of each turn, from the fetch to the delivery of its records. They are on where
    /// `otlp` is set. What is in them stands in docs/operating.md. Changes hold from the next start on.
    table Telemetry at "[telemetry]", hints {
        "enabled" => "set `otlp` to switch it on; take it away to switch it off",
        "endpoint" => "did you mean `otlp`?",
        "url" => "did you mean `otlp`?",
        "protocol" => "OTLP over HTTP with protobuf is spoken, which every collector takes; take it out",
        "sampling" => "did you mean `sample`?",
        "ratio" => "did you mean `sample`?",
        "name" => "did you mean `service_name`?",
        "service" => "did you mean `service_name`?",
        "traces" => "set `otlp` to switch traces on",
        "metrics" => "metrics are served for Prometheus on the port of [admin], which collectors can read",
    }, check check_telemetry {
        /// Address of a collector that takes OTLP over HTTP (protobuf), such as `"http://127.0.0.1:4318"`; `/v1/traces` is
        /// added to it. It is asked directly, whatever `[http]` says of proxies and networks; the authorities of
        /// `[http] ca_files` are trusted.
        otlp: Option<Url> = optional, collector_url();
        /// Headers for the collector, such as `{ authorization = { env = "OTLP_AUTHORIZATION" } }`.
        headers: BTreeMap<String, HeaderValue> = default(BTreeMap::new()), Headers;
        /// Share of the turns that are traced, with all that becomes of them.
        sample: f64 = default(1.0), Float(MIN_SAMPLE..=1.0);
        /// The name that the traces are found under (`service.name`).
        service_name: String = default("dateline".to_owned()), line("dateline");
    }
}

fn check_telemetry(telemetry: &mut Telemetry, context: &mut Context, at: &Fields<'_>) {
    let Some(otlp) = &telemetry.otlp else {
        if at.failed("otlp") {
            return;
        }
        for key in ["headers", "sample", "service_name"] {
            if at.has(key) {
                let finding = Finding::warning(format!("`{key}` is not used without `otlp`"))
                    .at(at.span(key))
                    .help("add otlp = \"http://127.0.0.1:4318\", or take it out");
                context.report(finding);
            }
        }
        return;
    };
    if otlp.port() == Some(GRPC_PORT) {
        let finding = Finding::warning(format!(
            "port {GRPC_PORT} is where collectors speak gRPC, by custom"
        ))
        .at(at.span("otlp"))
        .help("Dateline speaks OTLP over HTTP: that is port 4318, where the collector was not told otherwise");
        context.report(finding);
    }
}
