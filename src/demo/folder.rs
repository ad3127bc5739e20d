//! The demo's folder: a fresh one, whatever was there before. Nothing is ever deleted.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::Context;

use super::newsroom::{FeedFacts, Newsroom};

/// Fresh folders that are tried before giving up: more demos than anyone keeps.
const TRIES: u32 = 10_000;

/// Where everything of one demo is.
#[derive(Debug, Clone)]
pub(crate) struct Folder {
    pub(crate) root: PathBuf,
}

impl Folder {
    /// The folder that was asked for if it is new or empty, else a fresh one within it; without
    /// any, a fresh one under the system's folder for temporary files.
    ///
    /// # Errors
    /// When no folder can be made.
    pub(crate) fn make(asked: Option<&Path>) -> anyhow::Result<Folder> {
        let root = match asked {
            None => fresh(&std::env::temp_dir(), "dateline-demo")?,
            Some(dir) => {
                std::fs::create_dir_all(dir)
                    .with_context(|| format!("{} cannot be made", dir.display()))?;
                let dir = dir
                    .canonicalize()
                    .with_context(|| format!("{} cannot be read", dir.display()))?;
                let is_empty = std::fs::read_dir(&dir)
                    .with_context(|| format!("{} cannot be read", dir.display()))?
                    .next()
                    .is_none();
                if is_empty { dir } else { fresh(&dir, "demo")? }
            }
        };
        let folder = Folder { root };
        for dir in [folder.incoming(), folder.articles()] {
            std::fs::create_dir(&dir)
                .with_context(|| format!("{} cannot be made", dir.display()))?;
        }
        Ok(folder)
    }

    /// The drop folder.
    pub(crate) fn incoming(&self) -> PathBuf {
        self.root.join("incoming")
    }

    /// Where the JSON lines go.
    pub(crate) fn articles(&self) -> PathBuf {
        self.root.join("articles")
    }

    /// The configuration.
    pub(crate) fn config(&self) -> PathBuf {
        self.root.join("dateline.toml")
    }

    /// The daemon's log.
    pub(crate) fn log(&self) -> PathBuf {
        self.root.join("dateline.log")
    }

    /// Writes the configuration that collects the newsroom into this folder.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) fn write_config(&self, newsroom: &Newsroom) -> anyhow::Result<()> {
        let path = self.config();
        std::fs::write(&path, configuration(newsroom))
            .with_context(|| format!("{} cannot be written", path.display()))
    }
}

/// Makes a folder that was not there: `NAME-1`, `NAME-2`, … in `parent`.
fn fresh(parent: &Path, name: &str) -> anyhow::Result<PathBuf> {
    for number in 1..=TRIES {
        let dir = parent.join(format!("{name}-{number}"));
        match std::fs::create_dir(&dir) {
            Ok(()) => return Ok(dir),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => {
                return Err(error).with_context(|| format!("{} cannot be made", dir.display()));
            }
        }
    }
    anyhow::bail!(
        "{} holds {TRIES} demos; remove some or name another folder with --dir",
        parent.display()
    )
}

/// The configuration, as somebody would write it who wants to see much in little time.
fn configuration(newsroom: &Newsroom) -> String {
    let feeds: String = newsroom
        .feeds()
        .iter()
        .map(|feed| feed_section(feed, newsroom))
        .collect();
    format!("{HEAD}{feeds}{TAIL}")
}

fn feed_section(feed: &FeedFacts, newsroom: &Newsroom) -> String {
    let url = newsroom.feed_address(&feed.id);
    format!(
        "\n[[feeds]] # {}, {}\nid = \"{}\"\nurl = \"{url}\"\n",
        feed.title, feed.format, feed.id
    )
}

const HEAD: &str = r#"# What the demo ran on. Its newsroom is served while the demo runs; then these feeds are gone.
# Look at what is left:  dateline status -c dateline.toml

[collect]
# All papers share one machine that does not mind: real hosts get a second between two requests.
per_host_concurrent = 4
per_host_spacing = "0s"
# A failing feed is tried again soon, so that its recovery can be watched.
max_backoff = "2s"

[http]
# The newsroom is on this machine, where feeds are not looked for otherwise.
allow_networks = ["127.0.0.0/8"]

[defaults]
# Real feeds are asked every quarter of an hour or so.
every = "2s"
"#;

const TAIL: &str = r#"
[[drops]]
id = "wire"
path = "incoming"
settle = "500ms"
scan_every = "1s"
after = "archive"
language = "en"

[sinks.jsonl.articles]
dir = "articles"

# Any port that is free: the demo says which.
[admin]
listen = "127.0.0.1:0"

[shutdown]
drain = "10s"
"#;
