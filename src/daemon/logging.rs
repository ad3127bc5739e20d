//! Structured logs on stderr: text for people at a terminal, JSON lines otherwise.

mod limit;
mod traced;

use std::io::IsTerminal;

use dateline_config::{Level, Log, LogFormat};
use opentelemetry_sdk::trace::SdkTracer;
use tracing::Dispatch;
use tracing_subscriber::filter::{FilterExt, FilterFn};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, Registry, fmt, reload};

use limit::Limits;
use traced::Traced;

use super::traces;

/// Overrides the configured level with directives such as `info,dateline_feed=debug`.
const VARIABLE: &str = "DATELINE_LOG";

/// The log of the process, whose level may be set anew.
pub(crate) struct Logging {
    level: Option<reload::Handle<EnvFilter, Registry>>,
    limits: Limits,
}

impl Logging {
    /// Somebody else's log, which stays as it is.
    pub(crate) fn of_others() -> Logging {
        Logging {
            level: None,
            limits: Limits::default(),
        }
    }

    /// Says every so often which lines were left out, as there were too many of their kind. Ends with the runtime.
    pub(crate) fn summarise(&self) -> impl Future<Output = ()> + use<> {
        self.limits.clone().summarise()
    }

    /// Takes another level. Its form stays.
    pub(crate) fn set(&self, log: &Log) {
        let Some(level) = &self.level else { return };
        if let Err(error) = level.reload(filter(log)) {
            tracing::warn!(%error, "the log keeps its level");
        }
    }
}

/// What is logged: what the environment says, else the configured level of our own parts.
fn filter(log: &Log) -> EnvFilter {
    let level = match log.level {
        Level::Trace => "trace",
        Level::Debug => "debug",
        Level::Info => "info",
        Level::Warn => "warn",
        Level::Error => "error",
    };
    // Libraries say nothing below a warning unless they are asked for by name.
    let quiet = if matches!(log.level, Level::Error) {
        "error"
    } else {
        "warn"
    };
    let own = [
        "dateline",
        "dateline_pipeline",
        "dateline_feed",
        "dateline_drop",
        "dateline_jsonl",
        "dateline_kafka",
    ];
    let default = own.iter().fold(quiet.to_owned(), |all, name| {
        format!("{all},{name}={level}")
    });
    std::env::var(VARIABLE)
        .ok()
        .and_then(|directives| EnvFilter::try_new(directives).ok())
        .unwrap_or_else(|| EnvFilter::new(default))
}

/// Lets no span into a log. Spans are for traces alone: where those are off, nobody wants spans, and none are made.
pub(crate) fn events() -> FilterFn {
    FilterFn::new(|metadata| metadata.is_event())
}

/// What takes the log's lines and, where there is a tracer, spans.
fn dispatch<L>(lines: L, tracer: Option<SdkTracer>) -> Dispatch
where
    L: Layer<Registry> + Send + Sync,
{
    let lines = tracing_subscriber::registry().with(lines);
    // No layer at all, rather than one that is `None`, which would have every span made.
    match tracer {
        Some(tracer) => lines.with(traces::layer(tracer)).into(),
        None => lines.into(),
    }
}

/// Installs the log for the rest of the process, and beside it what makes traces, where they are on.
pub(crate) fn install(log: &Log, tracer: Option<SdkTracer>) -> Logging {
    let text = match log.format {
        LogFormat::Text => true,
        LogFormat::Json => false,
        LogFormat::Auto => std::io::stderr().is_terminal(),
    };
    let lines = fmt::layer().with_writer(std::io::stderr);
    let lines = if text {
        lines
            .with_ansi(crate::terminal::stderr_is_colourful())
            .with_target(false)
            .compact()
            .boxed()
    } else {
        lines
            .json()
            .flatten_event(true)
            .with_current_span(false)
            .with_span_list(false)
            .map_event_format(Traced)
            .boxed()
    };
    let limits = Limits::default();
    let (filter, level) = reload::Layer::new(filter(log));
    let written = events().and(filter).and(limits.clone());
    if dispatch(lines.with_filter(written), tracer)
        .try_init()
        .is_err()
    {
        tracing::debug!("a log was installed before");
        return Logging::of_others();
    }
    Logging {
        level: Some(level),
        limits,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_traces_no_span_is_made() {
        let lines = fmt::layer().with_writer(std::io::sink);
        let off = dispatch(lines.with_filter(events()), None);
        tracing::dispatcher::with_default(&off, || {
            assert!(tracing::info_span!("turn").is_disabled());
            assert!(tracing::event_enabled!(tracing::Level::INFO));
        });
    }
}
