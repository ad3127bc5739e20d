//! `dateline feeds` from outside: hand-written files, a small web on loopback, lists of other readers.

#![allow(clippy::unwrap_used, clippy::panic)]

mod editing;
mod finding;
mod listing;
mod opml;
mod web;

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// A file by hand: comments, an order of its own, a feed that is off.
const BY_HAND: &str = "# The desk's list. Ask Ana before you touch it.\n\
include = [\"feeds.d/*.toml\"]\n\
\n\
# the big one\n\
[[feeds]]\n\
id   = \"courier\"\n\
name = \"The Courier\"\n\
url  = \"https://courier.example/rss\"   # by agreement\n\
tags = [\"world\", \"daily\"]\n\
\n\
[[feeds]]\n\
id   = \"gazette\"\n\
url  = \"https://gazette.example/feed.xml\"\n\
tags = [\"sports\"]\n\
enabled = false\n\
\n\
# Where it goes.\n\
[sinks.jsonl.files]\n\
dir = \"articles\"\n";

fn dateline(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_dateline"))
        .args(arguments)
        .current_dir(folder)
        .env_remove("DATELINE_CONFIG")
        .env_remove("DATELINE_LOG")
        .env("NO_COLOR", "1")
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn feeds(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = dateline(folder, &[&["feeds"], arguments].concat());
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (
        output.status.code().unwrap(),
        text(output.stdout),
        text(output.stderr),
    )
}

/// A folder with the configuration and one included file.
fn desk() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("dateline.toml"), BY_HAND).unwrap();
    fs::create_dir(folder.path().join("feeds.d")).unwrap();
    fs::write(
        folder.path().join("feeds.d/local.toml"),
        "[[feeds]]\nurl = \"https://local.example/atom\"\ntags = [\"daily\"]\n",
    )
    .unwrap();
    folder
}

fn main_file(folder: &TempDir) -> String {
    fs::read_to_string(folder.path().join("dateline.toml")).unwrap()
}
