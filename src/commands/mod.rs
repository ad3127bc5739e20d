//! One file a command. A command prints through [`crate::terminal`] and returns how it ended.

pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod demo;
pub(crate) mod feeds;
pub(crate) mod init;
pub(crate) mod inspect;
pub(crate) mod reload;
pub(crate) mod replay;
pub(crate) mod run;
pub(crate) mod schema;
pub(crate) mod status;
pub(crate) mod tail;
pub(crate) mod test;

use std::path::Path;

use dateline_config::{Config, Loaded};
use dateline_pipeline::transform::enrichment::Enrichment;

use crate::client::ClientError;
use crate::daemon::enrichment::enrichment;
use crate::exit::Exit;
use crate::terminal;

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

/// Says why the daemon did not do what it was asked; `refusal` is how a command ends that it refuses.
pub(crate) fn refused(error: ClientError, refusal: Exit) -> Exit {
    let exit = match error {
        ClientError::Refused { status, .. } if status.is_client_error() => refusal,
        _ => Exit::Unavailable,
    };
    terminal::complain(&error.into());
    exit
}
