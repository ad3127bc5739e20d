//! `dateline manual`: writes the manual pages of all commands.

use anyhow::Context;
use clap::CommandFactory;

use crate::cli::{Cli, ManualArgs};
use crate::exit::Exit;

pub(crate) fn manual(args: &ManualArgs) -> anyhow::Result<Exit> {
    // What `dateline help` says stands in the pages.
    let command = Cli::command().disable_help_subcommand(true);
    std::fs::create_dir_all(&args.dir)
        .and_then(|()| clap_mangen::generate_to(command, &args.dir))
        .with_context(|| format!("writing manual pages to {}", args.dir.display()))?;
    Ok(Exit::Fine)
}
