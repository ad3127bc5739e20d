//! The command line of `dateline dead-letters`.

use anyhow::anyhow;
use clap::{Args, Subcommand, ValueEnum};
use dateline_config::Config;
use dateline_pipeline::store::Which;

use crate::cli::ConfigArg;
use crate::commands::{Stop, instant, replay, stop};
use crate::exit::Exit;

#[derive(Debug, Args)]
pub(crate) struct DeadLettersArgs {
    #[command(subcommand)]
    pub(super) command: DeadLettersCommand,
}

#[derive(Debug, Subcommand)]
pub(super) enum DeadLettersCommand {
    /// List what was set aside, the newest first.
    List(ListArgs),
    /// Show one dead letter with its reason and its bytes.
    Show(ShowArgs),
    /// Try dead letters again: records are delivered, drafts transformed, files read once more.
    Retry(ChosenArgs),
    /// Throw dead letters away.
    Drop(ChosenArgs),
}

#[derive(Debug, Args)]
pub(super) struct ListArgs {
    #[command(flatten)]
    pub(super) config: ConfigArg,
    #[command(flatten)]
    pub(super) filter: Filter,
    /// List so many of them.
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub(super) limit: u32,
    /// Print them as JSON.
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
pub(super) struct ShowArgs {
    #[command(flatten)]
    pub(super) config: ConfigArg,
    /// Its number.
    #[arg(value_name = "NUMBER")]
    pub(super) number: i64,
    /// Write its bytes as they are to standard output, and nothing else.
    #[arg(long, conflicts_with = "json")]
    pub(super) raw: bool,
    /// Print it as JSON.
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
pub(super) struct ChosenArgs {
    #[command(flatten)]
    pub(super) config: ConfigArg,
    /// Their numbers.
    #[arg(value_name = "NUMBER")]
    numbers: Vec<i64>,
    #[command(flatten)]
    filter: Filter,
    /// All of them.
    #[arg(long, conflicts_with_all = ["numbers", "stage", "source", "sink", "kind", "since"])]
    all: bool,
    /// Print what was done as JSON.
    #[arg(long)]
    pub(super) json: bool,
}

/// All that is given must hold.
#[derive(Debug, Args)]
pub(super) struct Filter {
    /// Only what was set aside in this stage.
    #[arg(long, value_enum)]
    stage: Option<Stage>,
    /// Only what came from this feed or drop folder, by its id.
    #[arg(long, visible_alias = "feed", value_name = "ID")]
    source: Option<String>,
    /// Only what this sink refused: `jsonl.NAME` or `kafka.NAME`; NAME alone where only one is called so.
    #[arg(long, value_name = "NAME", conflicts_with = "source")]
    sink: Option<String>,
    /// Only this kind of fault, such as `too_large`.
    #[arg(long, value_name = "KIND")]
    kind: Option<String>,
    /// Only what was set aside since: how long ago ("2d", "90m"), or an instant ("2026-05-09T12:00:00Z").
    #[arg(long, value_name = "WHEN")]
    since: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Stage {
    /// Input that could not be read.
    Collect,
    /// Drafts that could not be made into records.
    Transform,
    /// Records that a sink refused.
    Deliver,
}

impl Filter {
    /// The letters that are meant.
    pub(super) fn which(&self, config: &Config) -> Result<Which, Stop> {
        let since = self.since.as_deref().map(|text| instant("--since", text));
        let since = since.transpose();
        let stage = self.stage.map(|stage| match stage {
            Stage::Collect => "collect",
            Stage::Transform => "transform",
            Stage::Deliver => "deliver",
        });
        // A sink that has left the configuration is known by its full name.
        let sink = self
            .sink
            .as_ref()
            .map(|name| replay::sink(name, config).unwrap_or_else(|_| name.clone()));
        Ok(Which {
            numbers: Vec::new(),
            stage: stage.map(str::to_owned),
            origin: sink.or_else(|| self.source.clone()),
            kind: self.kind.clone(),
            since: since.map_err(|error| stop(Exit::Usage, &error))?,
            ..Which::default()
        })
    }
}

impl ChosenArgs {
    /// The letters that are meant; all only where that is said.
    pub(super) fn which(&self, config: &Config) -> Result<Which, Stop> {
        let which = Which {
            numbers: self.numbers.clone(),
            ..self.filter.which(config)?
        };
        if which.is_all() && !self.all {
            let error = anyhow!("say which: their numbers, a filter such as --stage, or --all");
            return Err(stop(Exit::Usage, &error));
        }
        Ok(which)
    }
}
