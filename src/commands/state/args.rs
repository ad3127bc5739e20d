//! The command line of `dateline state`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::cli::ConfigArg;

#[derive(Debug, Args)]
pub(crate) struct StateArgs {
    #[command(subcommand)]
    pub(super) command: StateCommand,
}

#[derive(Debug, Subcommand)]
pub(super) enum StateCommand {
    /// Look whether the state is sound; a daemon may go on meanwhile.
    Check(CheckStateArgs),
    /// Copy the state as it is at one instant; a daemon may go on meanwhile.
    Backup(BackupArgs),
    /// Give the room of what was deleted back to the disk; the daemon must be stopped.
    Vacuum(VacuumArgs),
    /// Say what the state holds: sizes, versions, rows, ages.
    Info(InfoArgs),
}

#[derive(Debug, Args)]
pub(super) struct CheckStateArgs {
    #[command(flatten)]
    pub(super) config: ConfigArg,
    /// Do not compare indexes with their tables, nor look at every record.
    #[arg(long)]
    pub(super) quick: bool,
    /// Print what was found as JSON.
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
pub(super) struct BackupArgs {
    #[command(flatten)]
    pub(super) config: ConfigArg,
    /// The file to write, which must not exist; or a folder, in which the file is named by the time.
    #[arg(value_name = "FILE|DIR")]
    pub(super) to: PathBuf,
    /// Print what was written as JSON.
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
pub(super) struct VacuumArgs {
    #[command(flatten)]
    pub(super) config: ConfigArg,
    /// Print the sizes as JSON.
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
pub(super) struct InfoArgs {
    #[command(flatten)]
    pub(super) config: ConfigArg,
    /// Print it as JSON.
    #[arg(long)]
    pub(super) json: bool,
}
