//! The battery for sinks, with every compression, small files and a clock that runs.

#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

mod common;

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use dateline_config::{ByteSize, Compression, JsonlSink as Settings};
use dateline_conformance::sinks::{Seen, SinkHarness, battery};
use dateline_jsonl::JsonlSink;
use dateline_pipeline::clock::Clock;
use dateline_pipeline::sink::Sink;
use tempfile::TempDir;

struct Folder {
    temp: TempDir,
    settings: Settings,
    clock: Clock,
}

impl Folder {
    fn new(change: impl FnOnce(&mut Settings)) -> Folder {
        let temp = tempfile::tempdir().unwrap();
        let mut settings = common::settings(&temp.path().join("out"));
        // What is asked of the disk is the same; waiting for it shows nothing.
        settings.fsync = false;
        change(&mut settings);
        Folder {
            temp,
            settings,
            clock: Clock::manual(common::BEGIN.parse().unwrap()),
        }
    }

    fn away(&self) -> PathBuf {
        self.temp.path().join("away")
    }
}

impl SinkHarness for Folder {
    fn make(&self) -> Box<dyn Sink> {
        Box::new(JsonlSink::new("main", &self.settings, self.clock.clone()))
    }

    async fn contents(&self) -> Vec<Seen> {
        let dir = &self.settings.dir;
        // The battery looks after a stop: nothing may be left behind under another name.
        let names = common::names(dir);
        assert!(
            !names.iter().any(|name| common::is_unfinished(name)),
            "{names:?}"
        );
        let text: Vec<u8> = names
            .iter()
            .flat_map(|name| common::read(&dir.join(name)))
            .collect();
        text.split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
            .map(|line| {
                let record: serde_json::Value = serde_json::from_slice(line).unwrap();
                Seen {
                    id: record["id"].as_str().unwrap().to_owned(),
                    revision: u32::try_from(record["revision"].as_u64().unwrap()).unwrap(),
                    body: line.to_vec(),
                }
            })
            .collect()
    }

    /// The folder is moved away and a file put in its place.
    async fn outage(&self, on: bool) -> bool {
        let dir = &self.settings.dir;
        if on {
            fs::rename(dir, self.away()).unwrap();
            fs::write(dir, "in the way").unwrap();
        } else {
            fs::remove_file(dir).unwrap();
            fs::rename(self.away(), dir).unwrap();
        }
        true
    }

    fn unacceptable(&self) -> Option<Vec<u8>> {
        Some(b"{\"two\":\n\"lines\"}".to_vec())
    }

    fn pass_time(&self, by: Duration) {
        self.clock.advance(by);
    }
}

#[tokio::test]
async fn plain_files_that_rotate_by_age() {
    battery(Folder::new(|settings| {
        settings.rotate_every = Duration::from_secs(60)
    }))
    .await;
}

#[tokio::test]
async fn small_files_below_dated_folders() {
    battery(Folder::new(|settings| {
        settings.rotate_size = ByteSize(1000);
        settings.file = "{date}/{hour}/{sink}-{seq}.jsonl".to_owned();
    }))
    .await;
}

#[tokio::test]
async fn small_files_with_gzip() {
    battery(Folder::new(|settings| {
        settings.rotate_size = ByteSize(1000);
        settings.rotate_every = Duration::from_secs(60);
        settings.compress = Compression::Gzip;
    }))
    .await;
}

#[tokio::test]
async fn files_with_zstd_and_fsync() {
    battery(Folder::new(|settings| {
        settings.rotate_size = ByteSize(20_000);
        settings.rotate_every = Duration::from_secs(60);
        settings.compress = Compression::Zstd;
        settings.fsync = true;
    }))
    .await;
}
