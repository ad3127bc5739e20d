//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use dateline_config::{Admin, Listen};

use crate::commands::dead_letters::DeadLettersArgs;
use crate::commands::feeds::args::FeedsArgs;
use crate::commands::inspect::date::InspectDate;
use crate::commands::inspect::text::InspectText;
use crate::commands::state::StateArgs;
use crate::daemon::socket::MOST_LATEST;

/// Collects articles from feeds and text drops, and delivers one clean record per article version
/// to Kafka or JSON-lines files.
#[derive(Debug, Parser)]
#[command(name = "dateline", version, propagate_version = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the daemon: collect, transform, deliver, until SIGTERM or SIGINT.
    Run(RunArgs),
    /// Check a configuration and say everything that is wrong with it.
    Check(CheckArgs),
    /// Test a configuration: what it makes of files, against what is expected of it.
    Test(TestArgs),
    /// Write a commented configuration to start from.
    Init(InitArgs),
    /// Show what the pipeline makes of a feed, a dropped file, a page, a text or a date; says itself which of them a thing is.
    Inspect(InspectArgs),
    /// Watch a small newsroom of our own being collected, in under a minute.
    Demo(DemoArgs),
    /// Show how a running or stopped daemon stands.
    Status(StatusArgs),
    /// Show the records of a running daemon as they are made.
    Tail(TailArgs),
    /// Have a running daemon apply a changed configuration.
    Reload(ReloadArgs),
    /// Deliver records to a sink again that it had.
    Replay(ReplayArgs),
    /// Make records anew from what was fetched before, as the present version and configuration do.
    Reprocess(ReprocessArgs),
    /// List, show, retry and drop what was set aside.
    DeadLetters(DeadLettersArgs),
    /// Check, back up and look into the state.
    State(StateArgs),
    /// List, add, remove, import, export and explain feeds.
    Feeds(FeedsArgs),
    /// Print a JSON Schema.
    Schema(SchemaArgs),
    /// Ask a daemon whether all is well, for health checks.
    Health(HealthArgs),
    /// Print completions for a shell.
    Completions(CompletionsArgs),
    /// Write the manual pages.
    Manual(ManualArgs),
}

#[derive(Debug, Args)]
pub(crate) struct ConfigArg {
    /// The configuration file.
    #[arg(
        short,
        long,
        value_name = "FILE",
        env = "DATELINE_CONFIG",
        default_value = "dateline.toml"
    )]
    pub(crate) config: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    #[command(flatten)]
    pub(crate) config: ConfigArg,
}

#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    pub(crate) config: ConfigArg,
    /// Also fetch every feed, look into every drop folder and talk to every broker.
    #[arg(long)]
    pub(crate) online: bool,
}

#[derive(Debug, Args)]
pub(crate) struct TestArgs {
    #[command(flatten)]
    pub(crate) config: ConfigArg,
    /// The files of tests; those beside the configuration by default, `*.test.toml`.
    #[arg(long, value_name = "GLOB")]
    pub(crate) tests: Option<String>,
    /// Print the results as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    /// Where to write it; an existing file is never overwritten.
    #[arg(value_name = "FILE", default_value = "dateline.toml")]
    pub(crate) path: PathBuf,
}

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct InspectArgs {
    #[command(subcommand)]
    pub(crate) what: Option<Inspect>,
    #[command(flatten)]
    pub(crate) anything: InspectAnything,
}

#[derive(Debug, Args)]
pub(crate) struct InspectAnything {
    /// A file, an address, `-` for standard input, a date or a text: what it is is told by its content.
    #[arg(value_name = "THING", required = true)]
    pub(crate) thing: Vec<String>,
    /// Print the answer as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Inspect {
    /// A feed: a file, an address, or `-` for standard input.
    Feed(InspectOne),
    /// A dropped file, or `-` for standard input.
    Drop(InspectDrop),
    /// An article's page: a file, an address, or `-` for standard input.
    Page(InspectOne),
    /// A date as somebody wrote it: its instant, or why it is none.
    Date(InspectDate),
    /// A text: the times that it speaks of, marked where they stand.
    Text(InspectText),
}

#[derive(Debug, Args)]
pub(crate) struct InspectOne {
    /// What to inspect.
    #[arg(value_name = "WHAT", required_unless_present = "batch")]
    pub(crate) target: Option<String>,
    /// Print the records as JSON lines instead of a summary.
    #[arg(long, conflicts_with = "batch")]
    pub(crate) json: bool,
    /// Read requests from standard input and write answers, one JSON object a line: {"path", "headers"} for feeds,
    /// {"path", "url"} for pages.
    #[arg(long, conflicts_with = "target")]
    pub(crate) batch: bool,
}

#[derive(Debug, Args)]
pub(crate) struct InspectDrop {
    /// What to inspect.
    #[arg(value_name = "FILE", required_unless_present = "batch")]
    pub(crate) target: Option<String>,
    /// Read it with the settings of this drop folder of the configuration, by its id: its mapping of fields and its language.
    #[arg(long, value_name = "ID")]
    pub(crate) drop: Option<String>,
    #[command(flatten)]
    pub(crate) config: ConfigArg,
    /// Print the records as JSON lines instead of a summary.
    #[arg(long, conflicts_with = "batch")]
    pub(crate) json: bool,
    /// Read requests {"path"} from standard input and write answers {"records", "problems"}, one JSON object a line.
    #[arg(long, conflicts_with = "target")]
    pub(crate) batch: bool,
}

#[derive(Debug, Args)]
pub(crate) struct DemoArgs {
    /// Go on until interrupted.
    #[arg(long)]
    pub(crate) keep: bool,
    /// Where records and state go; a folder of its own under the system's temporary folder by default.
    #[arg(long, value_name = "DIR")]
    pub(crate) dir: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct StatusArgs {
    #[command(flatten)]
    pub(crate) config: ConfigArg,
    /// Print it as JSON.
    #[arg(long)]
    pub(crate) json: bool,
    /// How many sources in trouble to list.
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub(crate) worst: u32,
}

#[derive(Debug, Args)]
pub(crate) struct TailArgs {
    #[command(flatten)]
    pub(crate) config: ConfigArg,
    /// Only records of this feed or drop folder, by its id; may be given several times.
    #[arg(long = "source", visible_alias = "feed", value_name = "ID")]
    pub(crate) sources: Vec<String>,
    /// Only records in this language, by its code: `pt` is any Portuguese, `pt-BR` that of Brazil. May be given several times.
    #[arg(long = "language", value_name = "CODE")]
    pub(crate) languages: Vec<String>,
    /// Only records that name this person, place or organisation, by a part of its name or by its id. May be given several times.
    #[arg(long = "entity", value_name = "NAME|ID")]
    pub(crate) entities: Vec<String>,
    /// Begin with so many of the latest records.
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u32).range(..=MOST_LATEST))]
    pub(crate) last: u32,
    /// Print JSON lines, as it does where the output is no terminal.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ReloadArgs {
    #[command(flatten)]
    pub(crate) config: ConfigArg,
    /// Print what has changed as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ReplayArgs {
    #[command(flatten)]
    pub(crate) config: ConfigArg,
    /// The sink: `jsonl.NAME` or `kafka.NAME`; NAME alone where only one is called so.
    #[arg(long, value_name = "NAME")]
    pub(crate) sink: String,
    /// From when on: how long ago ("2d", "90m"), or an instant ("2026-05-09T12:00:00Z"). The log holds what is younger than
    /// `[state] max_age`.
    #[arg(
        long,
        value_name = "WHEN",
        required_unless_present = "from",
        conflicts_with = "from"
    )]
    pub(crate) since: Option<String>,
    /// From this record of the log on, by its number.
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(i64).range(1..))]
    pub(crate) from: Option<i64>,
    /// Print what is delivered again as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ReprocessArgs {
    #[command(flatten)]
    pub(crate) config: ConfigArg,
    /// What the records are to whoever reads them. It has no default, since nobody can take it back.
    #[arg(
        long = "as",
        value_name = "WHAT",
        value_enum,
        required_unless_present_any = ["status", "cancel"]
    )]
    pub(crate) becomes: Option<ReprocessAs>,
    /// Only what was fetched from then on: how long ago ("2d", "90m"), or an instant ("2026-05-09T12:00:00Z"). Drafts are there for
    /// `[state] max_age`.
    #[arg(long, value_name = "WHEN")]
    pub(crate) since: Option<String>,
    /// Only articles whose present version came from this feed or drop folder, by its id; may be given several times.
    #[arg(long = "source", visible_alias = "feed", value_name = "ID")]
    pub(crate) sources: Vec<String>,
    /// Only say what would come of it by the configuration as it is in its files, with some examples; write nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Show how far the last job is.
    #[arg(long, conflicts_with_all = ["becomes", "since", "sources", "dry_run", "cancel"])]
    pub(crate) status: bool,
    /// End the job that runs; what it has made stays.
    #[arg(long, conflicts_with_all = ["becomes", "since", "sources", "dry_run"])]
    pub(crate) cancel: bool,
    /// Print the answer as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReprocessAs {
    /// New versions: the next revision of each article, which every reader takes as it takes an edited article.
    Revisions,
    /// The same versions once more: the same id and revision, said anew. For readers that let the later record of an id stand (a compacted topic, an upsert);
    /// one that only takes higher revisions passes over them.
    Replacements,
}

#[derive(Debug, Args)]
pub(crate) struct SchemaArgs {
    /// Of what.
    #[arg(value_enum)]
    pub(crate) of: SchemaOf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SchemaOf {
    /// The configuration file (TOML).
    Config,
    /// The record that sinks receive.
    Record,
}

#[derive(Debug, Args)]
pub(crate) struct HealthArgs {
    /// Ask also whether the state can be written and every required sink takes records.
    #[arg(long)]
    pub(crate) ready: bool,
    /// Where the daemon has its admin port: `[admin] listen`. The configuration is not read.
    #[arg(
        long,
        value_name = "ADDRESS",
        env = "DATELINE_ADMIN",
        default_value_t = Admin::default().listen
    )]
    pub(crate) admin: Listen,
}

#[derive(Debug, Args)]
pub(crate) struct ManualArgs {
    /// The folder to write them to, one page a command; it is made if it is not there.
    #[arg(value_name = "DIR")]
    pub(crate) dir: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// The shell.
    #[arg(value_enum)]
    pub(crate) shell: clap_complete::Shell,
}

#[cfg(test)]
mod reference;
