//! Traces for OpenTelemetry: made by the spans of the stages, sent to a collector where one is configured.
//!
//! What the stages do is never held up: a span that has ended goes into a bounded queue, or is dropped and counted. One task
//! takes them out and sends them ([`export`]). Without `[telemetry] otlp` there is no layer that would want spans, and none are made.

mod export;

use dateline_config::Config;
use dateline_feed::FetchError;
use dateline_pipeline::trace::MAX_LINKS;
use opentelemetry::trace::{Link, SpanKind, TraceId, TracerProvider};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{
    Sampler, SamplingResult, SdkTracer, SdkTracerProvider, ShouldSample, Span, SpanData,
    SpanProcessor,
};
use tokio::sync::mpsc::{self, Sender};
use tracing::level_filters::LevelFilter;
use tracing::{Level, Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::FilterFn;
use tracing_subscriber::registry::LookupSpan;

pub(crate) use export::Exporter;

/// Spans that wait for the collector: some seconds of a large installation, about 4 MB.
const QUEUE: usize = 4096;

/// Why spans were not sent, as the metric has it.
const FULL: &str = "queue_full";
const REFUSED: &str = "refused";
const AT_STOP: &str = "stopped";

/// Where the layer of spans puts them, and what takes them to the collector; `None` where traces are off.
pub(crate) fn traces(config: &Config) -> Result<Option<(SdkTracer, Exporter)>, FetchError> {
    let settings = &config.telemetry;
    let Some(collector) = &settings.otlp else {
        return Ok(None);
    };
    // The environment's variables for OpenTelemetry are not read: what is configured stands in one place.
    let resource = Resource::builder_empty()
        .with_service_name(settings.service_name.clone())
        .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
        .build();
    let (sender, queue) = mpsc::channel(QUEUE);
    let exporter = Exporter::new(collector, config, &resource, queue)?;
    let links = u32::try_from(MAX_LINKS).unwrap_or(u32::MAX);
    let provider = SdkTracerProvider::builder()
        .with_resource(resource)
        .with_sampler(Share(Sampler::ParentBased(Box::new(
            Sampler::TraceIdRatioBased(settings.sample),
        ))))
        .with_max_links_per_span(links)
        .with_span_processor(Queue(sender))
        .build();
    Ok(Some((provider.tracer("dateline"), exporter)))
}

/// The layer that makes traces of our own spans. The log's level has no say in it, and what the log says does not go along.
pub(crate) fn layer<S>(tracer: SdkTracer) -> impl Layer<S>
where
    S: Subscriber + for<'s> LookupSpan<'s>,
{
    let own = FilterFn::new(|metadata: &Metadata<'_>| {
        metadata.is_span()
            && *metadata.level() <= Level::INFO
            && metadata.target().starts_with("dateline")
    });
    tracing_opentelemetry::layer()
        .with_tracer(tracer)
        .with_location(false)
        .with_threads(false)
        .with_target(false)
        .with_tracked_inactivity(false)
        .with_filter(own.with_max_level_hint(LevelFilter::INFO))
}

/// Counts spans that no collector gets.
fn count_dropped(spans: usize, reason: &'static str) {
    if spans == 0 {
        return;
    }
    metrics::counter!("dateline_traces_dropped_total", "reason" => reason).increment(spans as u64);
}

/// Takes a share of the turns. A batch is taken with any of the turns that it links to, so that a turn can be followed.
#[derive(Debug, Clone)]
struct Share(Sampler);

impl ShouldSample for Share {
    fn should_sample(
        &self,
        parent: Option<&Context>,
        trace: TraceId,
        name: &str,
        kind: &SpanKind,
        attributes: &[KeyValue],
        links: &[Link],
    ) -> SamplingResult {
        let follows = links.iter().any(|link| link.span_context.is_sampled());
        let sampler = if follows { &Sampler::AlwaysOn } else { &self.0 };
        sampler.should_sample(parent, trace, name, kind, attributes, links)
    }
}

/// Takes spans that have ended to the exporter.
#[derive(Debug)]
struct Queue(Sender<SpanData>);

impl SpanProcessor for Queue {
    fn on_start(&self, _: &mut Span, _: &Context) {}

    fn on_end(&self, span: SpanData) {
        if self.0.try_send(span).is_err() {
            count_dropped(1, FULL);
        }
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: std::time::Duration) -> OTelSdkResult {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use opentelemetry::trace::{
        SpanContext, SpanId, TraceFlags, TraceState, Tracer, TracerProvider,
    };
    use opentelemetry_sdk::trace::SamplingDecision;

    use super::*;

    fn link(flags: TraceFlags) -> Link {
        let (trace, span) = (TraceId::from(1_u128), SpanId::from(1_u64));
        let turn = SpanContext::new(trace, span, flags, true, TraceState::default());
        Link::with_context(turn)
    }

    #[test]
    fn a_batch_is_sent_with_any_turn_that_is_and_a_turn_by_its_share() {
        let share = Share(Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(
            0.01,
        ))));
        let sent = |trace: u64, links: &[Link]| {
            // The ratio looks at the lower half of an id, which is drawn evenly.
            let trace = TraceId::from(u128::from(trace.wrapping_mul(0x9e37_79b9_7f4a_7c15)));
            let kind = SpanKind::Internal;
            let result = share.should_sample(None, trace, "transform", &kind, &[], links);
            result.decision == SamplingDecision::RecordAndSample
        };
        let followed = [link(TraceFlags::default()), link(TraceFlags::SAMPLED)];
        assert!((0..1000).all(|trace| sent(trace, &followed)));
        let turns = (1..=10_000).filter(|trace| sent(*trace, &[])).count();
        assert!((50..200).contains(&turns), "{turns}");
    }

    #[test]
    fn a_span_more_than_there_is_room_for_is_dropped_at_once() {
        let (sender, mut queue) = mpsc::channel(1);
        let provider = SdkTracerProvider::builder()
            .with_span_processor(Queue(sender))
            .build();
        let tracer = provider.tracer("test");
        for name in ["first", "second"] {
            drop(tracer.start(name));
        }
        assert_eq!(queue.try_recv().unwrap().name, "first");
        assert!(queue.try_recv().is_err());
        // Nor is anybody held up once the queue is gone.
        drop(queue);
        drop(tracer.start("third"));
    }
}
