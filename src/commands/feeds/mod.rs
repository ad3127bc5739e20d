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
mod poll;
mod registry;
mod remove;
mod sorting;
mod why;

use dateline_config::Config;
use dateline_pipeline::store::{Holder, holder};

use args::{FeedsArgs, FeedsCommand};

use super::{Done, Stop, ended, stop};
use crate::exit::Exit;
use crate::terminal;
use crate::wording::count;

pub(crate) fn feeds(args: &FeedsArgs) -> anyhow::Result<Exit> {
    ended(match &args.command {
        FeedsCommand::List(args) => list::list(args),
        FeedsCommand::Add(args) => add::add(args),
        FeedsCommand::Remove(args) => remove::remove(args),
        FeedsCommand::Import(args) => import::import(args),
        FeedsCommand::Export(args) => export::export(args),
        FeedsCommand::Why(args) => why::why(args),
        FeedsCommand::Poll(args) => poll::poll(args),
    })
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
