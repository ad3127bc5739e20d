//! `dateline dead-letters`: what was set aside, looked at, tried again and thrown away.

mod args;
mod drop;
mod list;
mod retry;
mod show;

pub(crate) use args::DeadLettersArgs;
use args::DeadLettersCommand;

use super::ended;
use crate::exit::Exit;

pub(crate) fn dead_letters(args: &DeadLettersArgs) -> anyhow::Result<Exit> {
    ended(match &args.command {
        DeadLettersCommand::List(args) => list::list(args),
        DeadLettersCommand::Show(args) => show::show(args),
        DeadLettersCommand::Retry(args) => retry::retry(args),
        DeadLettersCommand::Drop(args) => drop::drop(args),
    })
}
