//! A folder with everything one daemon needs, and its configuration.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// A folder of its own for state, outputs and configuration; gone with this value.
pub(crate) struct Setup {
    folder: TempDir,
    state: PathBuf,
    records: PathBuf,
    drain: &'static str,
}

impl Setup {
    pub(crate) fn new(name: &str) -> Setup {
        let folder = tempfile::Builder::new()
            .prefix(&format!("dateline-{name}-"))
            .tempdir()
            .unwrap();
        let (state, records) = (folder.path().join("state"), folder.path().join("records"));
        Setup {
            folder,
            state,
            records,
            drain: "10s",
        }
    }

    /// Puts the state elsewhere.
    pub(crate) fn with_state(mut self, state: &Path) -> Setup {
        self.state = state.to_owned();
        self
    }

    /// Puts the JSON lines elsewhere.
    pub(crate) fn with_records(mut self, records: &Path) -> Setup {
        self.records = records.to_owned();
        self
    }

    /// Limits the time to drain.
    pub(crate) fn with_drain(mut self, drain: &'static str) -> Setup {
        self.drain = drain;
        self
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The state folder.
    pub(crate) fn state(&self) -> &Path {
        &self.state
    }

    /// The folder of the JSON lines.
    pub(crate) fn records(&self) -> &Path {
        &self.records
    }

    /// Writes the configuration: what all tests share, and `more`. Returns its path.
    pub(crate) fn configure(&self, more: &str) -> PathBuf {
        let path = self.folder().join("dateline.toml");
        let common = format!(
            "[state]\ndir = {:?}\n\n[collect]\nper_host_spacing = \"0s\"\nper_host_concurrent = 4\njitter = 0.0\n\n[http]\nallow_networks = [\"127.0.0.0/8\"]\n\n\
             [defaults]\nevery = \"1s\"\n\n[admin]\nlisten = \"127.0.0.1:0\"\n\n[log]\nformat = \"json\"\n\n\
             [shutdown]\ndrain = {:?}\n\n",
            self.state, self.drain
        );
        fs::write(&path, common + more).unwrap();
        path
    }

    /// A JSON-lines sink with these further settings.
    pub(crate) fn jsonl(&self, settings: &str) -> String {
        format!(
            "[sinks.jsonl.files]\ndir = {:?}\nfile = \"records-{{seq}}.jsonl\"\n{settings}\n",
            self.records
        )
    }
}

/// A Kafka sink with these further settings.
pub(crate) fn kafka(bootstrap: &str, topic: &str, settings: &str) -> String {
    format!("[sinks.kafka.stream]\nbrokers = [\"{bootstrap}\"]\ntopic = \"{topic}\"\n{settings}\n")
}
