//! A daemon that is looked after: its configuration changes, records are delivered again, a newer version takes over, somebody watches and
//! orders by the page, systemd asks.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

#[allow(dead_code, reason = "each test binary uses its part of the harness")]
#[path = "../torture/mod.rs"]
mod torture;

mod actions;
mod reload;
mod series;
mod systemd;
mod tail;
mod traces;
mod unrest;
mod upgrade;

use std::path::Path;
use std::process::Output;
use std::time::Duration;

use serde_json::Value;

use torture::daemon::dateline;

/// For what takes some seconds when all is well.
const SOON: Duration = Duration::from_secs(60);

/// How long a daemon may take to stop: its own limit, and some.
const STOP_LIMIT: Duration = Duration::from_secs(15);

/// A command with a configuration, and how it ended.
fn command(config: &Path, arguments: &[&str]) -> Output {
    let mut command = dateline();
    command.args(&arguments[..1]).arg("-c").arg(config);
    command.args(&arguments[1..]).output().unwrap()
}

/// What a command prints as JSON, when it ends well.
fn said(config: &Path, arguments: &[&str]) -> Value {
    let output = command(config, arguments);
    assert!(
        output.status.success(),
        "{arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).unwrap()
}
