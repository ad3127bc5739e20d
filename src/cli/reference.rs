//! `docs/commands.md`, the reference of all commands: generated from what the command line says of itself, committed, and in step with it.

#![allow(clippy::unwrap_used)]

use std::path::Path;

use clap::{Command, CommandFactory};

use super::Cli;

/// Columns of the help texts, on whatever terminal the test runs.
const COLUMNS: usize = 100;

const HEAD: &str = "# Commands

<!-- Generated from src/cli.rs by `make generate`. -->

What every command says of itself with `-h`. All of them have `-h`, `--help` and `-V` for the version besides.

Results go to standard output, talk to standard error; [exit codes](operating.md#exit-codes) are the same for all.
";

fn reference() -> String {
    // Help, version and the environment of whoever runs the test are the same everywhere, or nobody's business.
    let mut command = Cli::command()
        .term_width(COLUMNS)
        .disable_help_flag(true)
        .disable_help_subcommand(true)
        .disable_version_flag(true);
    command.build();
    let mut page = HEAD.to_owned();
    describe(&mut command, &mut page);
    page
}

/// A section for the command, then one for each command below it.
fn describe(command: &mut Command, page: &mut String) {
    let name = command
        .get_bin_name()
        .unwrap_or(command.get_name())
        .to_owned();
    *command = std::mem::take(command).mut_args(|argument| argument.hide_env_values(true));
    let help = command.render_help().to_string();
    page.push_str(&format!(
        "\n## {name}\n\n```text\n{}\n```\n",
        help.trim_end()
    ));
    for below in command.get_subcommands_mut() {
        describe(below, page);
    }
}

#[test]
fn the_committed_reference_of_commands_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/commands.md");
    let generated = reference();
    if std::env::var("UPDATE_SCHEMA").as_deref() == Ok("1") {
        std::fs::write(&path, &generated).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == generated,
        "docs/commands.md is out of date: run `make generate` and commit the result"
    );
}
