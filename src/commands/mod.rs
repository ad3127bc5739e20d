//! One file a command. A command prints through [`crate::terminal`] and returns how it ended.

mod act;
pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod dead_letters;
pub(crate) mod demo;
pub(crate) mod feeds;
pub(crate) mod health;
pub(crate) mod init;
pub(crate) mod inspect;
pub(crate) mod manual;
pub(crate) mod reload;
pub(crate) mod replay;
pub(crate) mod reprocess;
pub(crate) mod run;
pub(crate) mod schema;
pub(crate) mod state;
pub(crate) mod status;
mod table;
pub(crate) mod tail;
pub(crate) mod test;

use std::path::Path;

use anyhow::anyhow;
use dateline_config::{Config, Loaded};
use dateline_pipeline::transform::enrichment::Enrichment;
use hyper::StatusCode;
use jiff::Timestamp;

use crate::client::ClientError;
use crate::daemon::enrichment::enrichment;
use crate::exit::Exit;
use crate::terminal;
use crate::wording::named_instant;

/// Loads a configuration and shows what is wrong or doubtful about it.
pub(crate) fn load_config(path: &Path) -> Result<Loaded, Exit> {
    let (colour, columns) = (terminal::stderr_is_colourful(), terminal::columns());
    match dateline_config::load(path) {
        Ok(loaded) => {
            if !loaded.warnings.is_empty() {
                terminal::say(&dateline_config::render(&loaded.warnings, colour, columns));
            }
            Ok(loaded)
        }
        Err(errors) => {
            terminal::say(&errors.render(colour, columns));
            Err(Exit::Config)
        }
    }
}

/// How a configuration wants records to be enriched; says what is wrong with the files that it names for that.
pub(crate) fn load_enrichment(config: &Config) -> Result<Enrichment, Exit> {
    enrichment(config).map_err(|errors| {
        terminal::complain(&anyhow::anyhow!("[enrich.entities] gazetteers: {errors}"));
        Exit::Config
    })
}

/// The runtime that asynchronous commands run on.
pub(crate) fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?)
}

/// Why a command ends before its work is done.
#[derive(Debug)]
enum Stop {
    /// What is wrong has been said already.
    Said(Exit),
    /// Something went wrong that the command knows nothing about.
    Broken(anyhow::Error),
}

impl<E: Into<anyhow::Error>> From<E> for Stop {
    fn from(error: E) -> Stop {
        Stop::Broken(error.into())
    }
}

type Done = Result<Exit, Stop>;

/// How a command has ended.
fn ended(done: Done) -> anyhow::Result<Exit> {
    match done {
        Ok(exit) | Err(Stop::Said(exit)) => Ok(exit),
        Err(Stop::Broken(error)) => Err(error),
    }
}

/// Says why the command ends.
fn stop(exit: Exit, error: &anyhow::Error) -> Stop {
    terminal::complain(error);
    Stop::Said(exit)
}

/// The instant that an option names: itself, or how long ago it is.
fn instant(option: &str, text: &str) -> anyhow::Result<Timestamp> {
    named_instant(text).ok_or_else(|| {
        anyhow!(
            "{option} {text} is neither a duration nor an instant; write how long ago (\"2d\", \"90m\") or when (\"2026-05-09T12:00:00Z\")"
        )
    })
}

/// Says that a state folder holds nothing.
fn no_state(dir: &Path) -> Stop {
    let dir = dir.display();
    terminal::say(&format!(
        "there is no state in {dir} yet: the daemon has not run"
    ));
    Stop::Said(Exit::Unavailable)
}

/// Says why the daemon did not do what it was asked; `refusal` is how a command ends that it refuses.
pub(crate) fn refused(error: ClientError, refusal: Exit) -> Exit {
    let exit = match error {
        // Something else is under way that has to end before.
        ClientError::Refused { status, .. } if status == StatusCode::CONFLICT => Exit::Findings,
        ClientError::Refused { status, .. } if status.is_client_error() => refusal,
        _ => Exit::Unavailable,
    };
    terminal::complain(&error.into());
    exit
}
