//! By which an article is followed from its turn to its delivery: the spans of the stages, and what ties them together.
//!
//! Each turn is a trace of its own. Its context goes with the drafts into their log and with the records into theirs, and
//! the spans of the batches that they come into link back to it. Where traces are off there are no spans: then nothing is
//! written, and nothing is linked.

use std::collections::HashSet;
use std::str::FromStr;

use opentelemetry::trace::{SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState};
use tracing::Span;
use tracing::field::Empty;
use tracing_opentelemetry::OpenTelemetrySpanExt;

use crate::record::SourceRef;

/// Most turns that a batch's span links to: what OpenTelemetry allows a span where nobody says otherwise. A batch of a
/// thousand drafts may come from as many turns.
pub const MAX_LINKS: usize = 128;

/// The only version of `traceparent` that there is (W3C Trace Context, level 1, section 3.2.2).
const VERSION: &str = "00";

/// The span of a source's turn.
pub(crate) fn turn(source: &SourceRef) -> Span {
    tracing::info_span!(
        "collect",
        dateline.source = source.id,
        dateline.source.kind = source.kind.as_str(),
        dateline.outcome = Empty,
        dateline.drafts = Empty,
        http.response.status_code = Empty,
        error.type = Empty,
        otel.status_code = Empty,
    )
}

/// The span of a batch of drafts; none where no turn of theirs is traced.
pub(crate) fn transform<'t>(turns: impl Iterator<Item = Option<&'t str>>) -> Span {
    linked(turns, || {
        tracing::info_span!(
            "transform",
            dateline.drafts = Empty,
            dateline.records = Empty,
            dateline.dead_letters = Empty,
            error.type = Empty,
            otel.status_code = Empty,
        )
    })
}

/// The span of a batch for a sink; none where no turn of its records is traced.
pub(crate) fn deliver<'t>(sink: &str, turns: impl Iterator<Item = Option<&'t str>>) -> Span {
    linked(turns, || {
        tracing::info_span!(
            "deliver",
            otel.kind = "producer",
            dateline.sink = sink,
            messaging.batch.message_count = Empty,
            dateline.records = Empty,
            error.type = Empty,
            otel.status_code = Empty,
        )
    })
}

/// A span with links to these turns, each once, if there are any.
fn linked<'t>(turns: impl Iterator<Item = Option<&'t str>>, span: impl FnOnce() -> Span) -> Span {
    let mut known = HashSet::new();
    let turns = turns.flatten().filter(|turn| known.insert(*turn));
    let mut turns = turns.filter_map(read).take(MAX_LINKS).peekable();
    if turns.peek().is_none() {
        return Span::none();
    }
    let span = span();
    if !span.is_disabled() {
        // Before anything enters it: what a span links to decides whether it is sent.
        turns.for_each(|turn| span.add_link(turn));
    }
    span
}

/// Notes a kind of fault in a span that has a place for it.
pub fn fail(span: &Span, kind: &str) {
    span.record("error.type", kind);
    span.record("otel.status_code", "ERROR");
}

/// The present span's context as `traceparent`, where the span is sent.
pub(crate) fn current() -> Option<String> {
    let context = Span::current().context();
    let span = context.span();
    let span = span.span_context();
    span.is_sampled().then(|| write(span))
}

/// A span's context in the words of W3C Trace Context.
fn write(span: &SpanContext) -> String {
    format!(
        "{VERSION}-{}-{}-{:02x}",
        span.trace_id(),
        span.span_id(),
        span.trace_flags()
    )
}

/// The context that a `traceparent` of ours stands for; `None` for anything else.
fn read(traceparent: &str) -> Option<SpanContext> {
    let parts: Vec<&str> = traceparent.split('-').collect();
    let [VERSION, trace, span, flags] = parts[..] else {
        return None;
    };
    let flags = u8::from_str_radix(flags, 16).ok()?;
    let context = SpanContext::new(
        TraceId::from_hex(trace).ok()?,
        SpanId::from_hex(span).ok()?,
        TraceFlags::new(flags),
        true,
        TraceState::from_str("").ok()?,
    );
    (context.is_valid() && context.is_sampled()).then_some(context)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    /// The example of W3C Trace Context, section 3.2.
    const EXAMPLE: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    #[test]
    fn a_context_is_written_as_it_was_read() {
        assert_eq!(write(&read(EXAMPLE).unwrap()), EXAMPLE);
        for wrong in [
            "",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00",
            "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-letter-b7ad6b7169203331-01",
        ] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn without_traces_there_is_no_span_and_nothing_to_carry() {
        assert!(transform([Some(EXAMPLE), None].into_iter()).is_disabled());
        assert_eq!(current(), None);
    }
}
