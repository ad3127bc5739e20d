//! `dateline feeds`: the list of feeds, shown and changed where it is written: in hand-written TOML.
//!
//! - [`registry`]: the files of a configuration, and how a change gets into them; the only room here that writes.
//! - [`health`]: what the state folder knows of the feeds, read without disturbing a daemon.
//! - one file a command.

mod add;
pub(crate) mod args;
mod export;
mod health;
mod import;
mod list;
mod registry;
mod remove;
mod sorting;
mod table;
mod why;

use dateline_config::Config;
use dateline_pipeline::store::{Holder, holder};

use args::{FeedsArgs, FeedsCommand};

use crate::exit::Exit;
use crate::terminal;
use crate::wording::count;

pub(crate) fn feeds(args: &FeedsArgs) -> anyhow::Result<Exit> {
    let done = match &args.command {
        FeedsCommand::List(args) => list::list(args),
        FeedsCommand::Add(args) => add::add(args),
        FeedsCommand::Remove(args) => remove::remove(args),
        FeedsCommand::Import(args) => import::import(args),
        FeedsCommand::Export(args) => export::export(args),
        FeedsCommand::Why(args) => why::why(args),
    };
    match done {
        Ok(exit) => Ok(exit),
        Err(Stop::Said(exit)) => Ok(exit),
        Err(Stop::Broken(error)) => Err(error),
    }
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

/// Says why the command ends.
fn stop(exit: Exit, error: &anyhow::Error) -> Stop {
    terminal::complain(error);
    Stop::Said(exit)
}

/// Says when a change holds.
fn say_when_it_holds(config: &Config) {
    let runs = !matches!(holder(&config.state.dir), Holder::Nobody);
    terminal::say(match (runs, config.reload.watch) {
        (true, true) => "the running daemon takes this by itself",
        (true, false) => "the running daemon takes this by `dateline reload`",
        (false, _) => "it holds from the daemon's next start on",
    });
}
