//! Structured logs on stderr: text for people at a terminal, JSON lines otherwise.

use std::io::IsTerminal;

use dateline_config::{Level, Log, LogFormat};
use tracing_subscriber::EnvFilter;

/// Overrides the configured level with directives such as `info,dateline_feed=debug`.
const VARIABLE: &str = "DATELINE_LOG";

/// Installs the log for the rest of the process.
pub(crate) fn install(log: &Log) {
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
    let filter = std::env::var(VARIABLE)
        .ok()
        .and_then(|directives| EnvFilter::try_new(directives).ok())
        .unwrap_or_else(|| EnvFilter::new(default));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    let text = match log.format {
        LogFormat::Text => true,
        LogFormat::Json => false,
        LogFormat::Auto => std::io::stderr().is_terminal(),
    };
    let installed = if text {
        builder
            .with_ansi(crate::terminal::stderr_is_colourful())
            .with_target(false)
            .compact()
            .try_init()
    } else {
        builder
            .json()
            .flatten_event(true)
            .with_current_span(false)
            .with_span_list(false)
            .try_init()
    };
    if installed.is_err() {
        tracing::debug!("a log was installed before");
    }
}
