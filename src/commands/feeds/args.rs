//! The command line of `dateline feeds`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::cli::ConfigArg;

#[derive(Debug, Args)]
pub(crate) struct FeedsArgs {
    #[command(subcommand)]
    pub(super) command: FeedsCommand,
}

#[derive(Debug, Subcommand)]
pub(super) enum FeedsCommand {
    /// List the feeds and how they do.
    List(ListArgs),
    /// Find the feed of an address and add it to the configuration.
    Add(AddArgs),
    /// Take feeds out of the configuration.
    Remove(RemoveArgs),
    /// Add the feeds of an OPML file.
    Import(ImportArgs),
    /// Write the feeds as OPML.
    Export(ExportArgs),
    /// Explain when a feed is asked next, and how it does.
    Why(WhyArgs),
    /// Have a running daemon ask feeds now, as soon as their hosts may be asked again.
    Poll(PollArgs),
}

#[derive(Debug, Args)]
pub(super) struct ListArgs {
    #[command(flatten)]
    pub(super) config: ConfigArg,
    /// Only feeds with this tag; given more than once, with all of them.
    #[arg(long, value_name = "TAG")]
    pub(super) tag: Vec<String>,
    /// Only feeds whose last turn failed, or that are gone; ends with 1 where there are any.
    #[arg(long)]
    pub(super) failing: bool,
    /// Print them as JSON.
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
pub(super) struct AddArgs {
    #[command(flatten)]
    pub(super) config: ConfigArg,
    /// Address of the feed, or of a page that has one.
    #[arg(value_name = "URL")]
    pub(super) url: String,
    /// Id in records, state and metrics; made from the address where it is not given.
    #[arg(long)]
    pub(super) id: Option<String>,
    /// Name for people.
    #[arg(long)]
    pub(super) name: Option<String>,
    /// A tag; may be given more than once.
    #[arg(long, value_name = "TAG")]
    pub(super) tag: Vec<String>,
    /// Time between two fetches, such as 5m.
    #[arg(long, value_name = "DURATION")]
    pub(super) every: Option<String>,
    /// Write it into this file; one that is missing is made, and included by the configuration.
    #[arg(long, value_name = "FILE")]
    pub(super) file: Option<PathBuf>,
    /// Take this one of several feeds that are found, counted from 1.
    #[arg(long, value_name = "N", conflicts_with = "no_check")]
    pub(super) pick: Option<usize>,
    /// Do not ask the address whether there is a feed.
    #[arg(long)]
    pub(super) no_check: bool,
    /// Print what was done as JSON.
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
pub(super) struct RemoveArgs {
    #[command(flatten)]
    pub(super) config: ConfigArg,
    /// Ids of the feeds.
    #[arg(value_name = "ID", required = true)]
    pub(super) ids: Vec<String>,
    /// Print what was done as JSON.
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
pub(super) struct ImportArgs {
    #[command(flatten)]
    pub(super) config: ConfigArg,
    /// The OPML file, or `-` for standard input.
    #[arg(value_name = "FILE.opml")]
    pub(super) opml: PathBuf,
    /// Write the feeds into this file; one that is missing is made, and included by the configuration.
    #[arg(long, value_name = "FILE")]
    pub(super) file: Option<PathBuf>,
    /// Only say what would be done.
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Print what was done as JSON.
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
pub(super) struct ExportArgs {
    #[command(flatten)]
    pub(super) config: ConfigArg,
    /// Write to this file instead of standard output.
    #[arg(long, value_name = "FILE")]
    pub(super) file: Option<PathBuf>,
    /// Only feeds with this tag; given more than once, with all of them.
    #[arg(long, value_name = "TAG")]
    pub(super) tag: Vec<String>,
}

#[derive(Debug, Args)]
pub(super) struct WhyArgs {
    #[command(flatten)]
    pub(super) config: ConfigArg,
    /// Id of the feed.
    #[arg(value_name = "ID")]
    pub(super) id: String,
    /// Print what is known of it as JSON.
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
pub(super) struct PollArgs {
    #[command(flatten)]
    pub(super) config: ConfigArg,
    /// Ids of the feeds; those of drop folders too, which are looked into.
    #[arg(value_name = "ID", required = true)]
    pub(super) ids: Vec<String>,
    /// Print what their turns wait for as JSON.
    #[arg(long)]
    pub(super) json: bool,
}
