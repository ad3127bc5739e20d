//! `dateline state`: the database that Dateline keeps everything in, checked, copied and looked into.

mod args;
mod backup;
mod check;
mod info;
mod vacuum;

use dateline_pipeline::store::StoreError;

pub(crate) use args::StateArgs;
use args::StateCommand;

use super::{Done, Stop, ended, load_config, no_state, stop};
use crate::cli::ConfigArg;
use crate::exit::Exit;

pub(crate) fn state(args: &StateArgs) -> anyhow::Result<Exit> {
    ended(match &args.command {
        StateCommand::Check(args) => check::check(args),
        StateCommand::Backup(args) => backup::backup(args),
        StateCommand::Vacuum(args) => vacuum::vacuum(args),
        StateCommand::Info(args) => info::info(args),
    })
}

/// Does something with the state folder of a configuration, in which there must be a state.
fn with_state<T>(
    config: &ConfigArg,
    work: impl FnOnce(&std::path::Path) -> Result<Option<T>, StoreError>,
) -> Result<T, Stop> {
    let loaded = load_config(&config.config).map_err(Stop::Said)?;
    let dir = &loaded.config.state.dir;
    let done = work(dir).map_err(|error| stop(Exit::Unavailable, &error.into()))?;
    done.ok_or_else(|| no_state(dir))
}
