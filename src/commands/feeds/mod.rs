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
mod why;

use args::{FeedsArgs, FeedsCommand};

use super::{Done, Stop, count, ended, stop};
use crate::exit::Exit;
use crate::terminal;

pub(crate) fn feeds(args: &FeedsArgs) -> anyhow::Result<Exit> {
    ended(match &args.command {
        FeedsCommand::List(args) => list::list(args),
        FeedsCommand::Add(args) => add::add(args),
        FeedsCommand::Remove(args) => remove::remove(args),
        FeedsCommand::Import(args) => import::import(args),
        FeedsCommand::Export(args) => export::export(args),
        FeedsCommand::Why(args) => why::why(args),
    })
}

/// Says that a running daemon does not know of a change yet.
fn say_when_it_holds() {
    terminal::say("a daemon that is running takes this at its next start");
}
