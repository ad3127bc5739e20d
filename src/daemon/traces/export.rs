//! Sends spans to a collector: OTLP over HTTP, as protobuf (OpenTelemetry Protocol 1.x).
//!
//! A collector that is away is asked again; meanwhile the queue fills, and what does not fit into it is dropped and counted.
//! Nothing here makes spans, so requests to the collector are never traced.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use dateline_config::{Config, HeaderValue, Url};
use dateline_feed::FetchError;
use dateline_feed::fetch::agent_for_own_service;
use dateline_pipeline::backoff::Backoff;
use dateline_pipeline::clock::Dice;
use dateline_pipeline::fault::{Class, Fault};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use opentelemetry_proto::transform::common::tonic::ResourceAttributesWithSchema;
use opentelemetry_proto::transform::trace::tonic::group_spans_by_resource_and_scope;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SpanData;
use prost::Message;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName};
use reqwest::{Client, Response};
use tokio::sync::mpsc::Receiver;
use tokio_util::sync::CancellationToken;

use super::{AT_STOP, REFUSED, count_dropped};

/// Most spans in one request, as OpenTelemetry's own exporters have it.
const BATCH: usize = 512;

/// Pause after a request, in which spans for the next one gather, unless it is full already.
const PAUSE: Duration = Duration::from_secs(1);

/// The longest that a collector may take to answer, as OpenTelemetry's own exporters have it.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The longest that sending may go on after everything else has ended.
const FLUSH: Duration = Duration::from_secs(2);

/// Bytes of an answer that are read: it holds one number and one line at the most.
const MAX_ANSWER: usize = 64 << 10;

/// Waits while the collector is away.
const RETRY: Backoff = Backoff {
    floor: Duration::from_secs(1),
    ceiling: Duration::from_secs(60),
};

/// How often the log says that the collector takes nothing.
const SAY_EVERY: Duration = Duration::from_secs(600);

/// Takes spans from the queue to the collector.
pub(crate) struct Exporter {
    collector: Collector,
    resource: ResourceAttributesWithSchema,
    queue: Receiver<SpanData>,
    /// What is to be sent next. Kept here, so that sending can be broken off.
    request: Option<Request>,
    failures: u32,
    /// When the log last said that nothing is taken.
    said: Option<Instant>,
    dice: Dice,
}

/// Spans in the words of the protocol.
struct Request {
    body: Vec<u8>,
    spans: usize,
}

/// Who takes the spans.
struct Collector {
    client: Client,
    address: Url,
    headers: BTreeMap<String, HeaderValue>,
}

impl Exporter {
    pub(super) fn new(
        address: &Url,
        config: &Config,
        resource: &Resource,
        queue: Receiver<SpanData>,
    ) -> Result<Exporter, FetchError> {
        let collector = Collector {
            client: agent_for_own_service(&config.http, TIMEOUT)?,
            address: traces_below(address),
            headers: config.telemetry.headers.clone(),
        };
        Ok(Exporter {
            collector,
            resource: ResourceAttributesWithSchema::from(resource),
            queue,
            request: None,
            failures: 0,
            said: None,
            dice: Dice::from_system(),
        })
    }

    /// Sends until `stop`, then what waits by then, within a limit.
    pub(crate) async fn run(mut self, stop: CancellationToken) {
        if stop.run_until_cancelled(self.send_all()).await.is_some() {
            return;
        }
        self.queue.close();
        if tokio::time::timeout(FLUSH, self.flush()).await.is_ok() {
            return;
        }
        let in_hand = self.request.map_or(0, |request| request.spans);
        let left = in_hand + self.queue.len();
        count_dropped(left, AT_STOP);
        tracing::warn!(
            spans = left,
            limit = ?FLUSH,
            "the collector did not take the last spans in time; they are dropped"
        );
    }

    /// Sends for as long as anybody can make spans.
    async fn send_all(&mut self) {
        while self.fill().await {
            self.send_until_taken().await;
            if self.queue.len() < BATCH {
                tokio::time::sleep(PAUSE).await;
            }
        }
    }

    /// Sends what is left, each request once.
    async fn flush(&mut self) {
        while self.request.is_some() || self.fill().await {
            if let Err(fault) = self.send().await {
                self.give_up(&fault, AT_STOP);
            }
        }
    }

    /// Waits for spans to send; false when there will be none.
    async fn fill(&mut self) -> bool {
        let mut spans = Vec::new();
        let count = self.queue.recv_many(&mut spans, BATCH).await;
        if count == 0 {
            return false;
        }
        let message = ExportTraceServiceRequest {
            resource_spans: group_spans_by_resource_and_scope(spans, &self.resource),
        };
        self.request = Some(Request {
            body: message.encode_to_vec(),
            spans: count,
        });
        true
    }

    /// Sends the request that is in hand, again and again while that may help.
    async fn send_until_taken(&mut self) {
        while let Err(fault) = self.send().await {
            if fault.class != Class::Transient {
                self.give_up(&fault, REFUSED);
                return;
            }
            self.say(&fault);
            let wait = RETRY.wait(self.failures, &mut self.dice);
            tokio::time::sleep(wait).await;
        }
    }

    async fn send(&mut self) -> Result<(), Fault> {
        let Some(request) = &self.request else {
            return Ok(());
        };
        let refused = self.collector.take(request.body.clone()).await?;
        let taken = request.spans.saturating_sub(refused);
        metrics::counter!("dateline_traces_sent_total").increment(taken as u64);
        count_dropped(refused, REFUSED);
        self.request = None;
        if self.failures > 0 {
            tracing::info!(failures = self.failures, "the collector takes traces again");
        }
        (self.failures, self.said) = (0, None);
        Ok(())
    }

    /// Drops the request that is in hand.
    fn give_up(&mut self, fault: &Fault, reason: &'static str) {
        self.say(fault);
        let spans = self.request.take().map_or(0, |request| request.spans);
        count_dropped(spans, reason);
    }

    /// Says once in a while that traces are not taken.
    fn say(&mut self, fault: &Fault) {
        self.failures = self.failures.saturating_add(1);
        if self.said.is_some_and(|said| said.elapsed() < SAY_EVERY) {
            return;
        }
        self.said = Some(Instant::now());
        tracing::warn!(
            fault = fault.kind,
            reason = fault.reason,
            failures = self.failures,
            "the collector does not take traces; articles go their way without"
        );
    }
}

impl Collector {
    /// Hands a request over; says how many of its spans were refused.
    async fn take(&self, body: Vec<u8>) -> Result<usize, Fault> {
        let request = self.client.post(self.address.clone());
        let answer = request.headers(self.headers()?).body(body).send().await;
        let answer = answer.map_err(|error| {
            let cause = anyhow::Error::from(error).root_cause().to_string();
            Fault::transient("network", format!("{}: {cause}", self.address))
        })?;
        match answer.status().as_u16() {
            200..=299 => Ok(refused(answer).await),
            // Those that the protocol has asked again (OTLP 1.x, "Retryable Response Codes").
            status @ (429 | 502..=504) => Err(Fault::transient(
                "http_status",
                format!("{}: HTTP status {status}", self.address),
            )),
            status => Err(Fault::permanent(
                "http_status",
                format!(
                    "{}: HTTP status {status}; check `otlp` and `headers` under [telemetry]",
                    self.address
                ),
            )),
        }
    }

    /// The configured headers; secrets are read each time, so that a new one is found.
    fn headers(&self) -> Result<HeaderMap, Fault> {
        let mut headers = HeaderMap::new();
        for (name, value) in &self.headers {
            let wrong = |what: String| {
                Fault::transient("headers", format!("[telemetry] headers: {name}: {what}"))
            };
            let value = value.reveal().map_err(|error| wrong(error.to_string()))?;
            let mut value = reqwest::header::HeaderValue::from_str(&value)
                .map_err(|error| wrong(error.to_string()))?;
            value.set_sensitive(true);
            let name =
                HeaderName::try_from(name.as_str()).map_err(|error| wrong(error.to_string()))?;
            headers.insert(name, value);
        }
        let protobuf = reqwest::header::HeaderValue::from_static("application/x-protobuf");
        headers.insert(CONTENT_TYPE, protobuf);
        Ok(headers)
    }
}

/// How many spans a collector refused that took the others. An answer that cannot be read says nothing.
async fn refused(mut answer: Response) -> usize {
    let mut bytes = Vec::new();
    while let Ok(Some(part)) = answer.chunk().await {
        bytes.extend_from_slice(&part);
        if bytes.len() > MAX_ANSWER {
            return 0;
        }
    }
    let said = ExportTraceServiceResponse::decode(bytes.as_slice()).unwrap_or_default();
    let Some(partial) = said
        .partial_success
        .filter(|partial| partial.rejected_spans > 0)
    else {
        return 0;
    };
    tracing::warn!(
        spans = partial.rejected_spans,
        reason = partial.error_message,
        "the collector refused spans"
    );
    usize::try_from(partial.rejected_spans).unwrap_or(0)
}

/// Where a collector takes traces (OTLP 1.x, "OTLP/HTTP Request").
fn traces_below(collector: &Url) -> Url {
    let mut address = collector.clone();
    let path = format!("{}/v1/traces", collector.path().trim_end_matches('/'));
    address.set_path(&path);
    address
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn the_path_of_traces_is_added() {
        for (collector, traces) in [
            ("http://127.0.0.1:4318", "http://127.0.0.1:4318/v1/traces"),
            (
                "https://c.example/otlp/",
                "https://c.example/otlp/v1/traces",
            ),
        ] {
            let collector = Url::parse(collector).unwrap();
            assert_eq!(traces_below(&collector).as_str(), traces);
        }
    }
}
