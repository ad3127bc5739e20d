//! The `dateline` command: reads the command line, calls one of [`commands`], returns its exit code.

mod admin;
mod cli;
mod client;
mod commands;
mod condition;
mod daemon;
mod demo;
mod exit;
mod marks;
mod terminal;
mod wording;

use std::process::ExitCode;

use clap::Parser;

use crate::cli::{Cli, Command};

/// Small and steady under a daemon's load of many short-lived buffers on many threads.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let outcome = match cli.command {
        Command::Run(args) => commands::run::run(&args),
        Command::Check(args) => commands::check::check(&args),
        Command::Test(args) => commands::test::test(&args),
        Command::Init(args) => commands::init::init(&args),
        Command::Inspect(args) => commands::inspect::inspect(&args),
        Command::Demo(args) => commands::demo::demo(&args),
        Command::Status(args) => commands::status::status(&args),
        Command::Tail(args) => commands::tail::tail(&args),
        Command::Reload(args) => commands::reload::reload(&args),
        Command::Replay(args) => commands::replay::replay(&args),
        Command::Reprocess(args) => commands::reprocess::reprocess(&args),
        Command::DeadLetters(args) => commands::dead_letters::dead_letters(&args),
        Command::State(args) => commands::state::state(&args),
        Command::Feeds(args) => commands::feeds::feeds(&args),
        Command::Schema(args) => commands::schema::schema(&args),
        Command::Health(args) => commands::health::health(&args),
        Command::Manual(args) => commands::manual::manual(&args),
        Command::Completions(args) => commands::completions::completions(&args),
    };
    match outcome {
        Ok(exit) => exit.into(),
        Err(error) => {
            terminal::complain(&error);
            exit::Exit::Internal.into()
        }
    }
}
