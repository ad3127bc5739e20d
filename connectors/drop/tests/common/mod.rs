//! A folder, a source over it, and a small model of the collect stage around both.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    dead_code,
    unreachable_pub,
    reason = "each test file uses a part of it"
)]

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use dateline_config::{AfterDrop, ByteSize, Copies, DropFolder, Enrichment};
use dateline_drop::DropSource;
use dateline_pipeline::clock::Clock;
use dateline_pipeline::fault::Fault;
use dateline_pipeline::source::{Fingerprint, Harvest, ItemKey, Seen, Source, Turn};
use futures::future::BoxFuture;
use jiff::Timestamp;
use tempfile::TempDir;
use tokio::sync::Semaphore;

/// Far more than anything takes, so that a slow machine does not fail a test.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// A settings block with nothing special about it: files are taken as soon as they are seen.
pub fn config(path: &Path, after: AfterDrop) -> DropFolder {
    DropFolder {
        id: "wire".to_owned(),
        name: Some("Harbour wire".to_owned()),
        tags: Vec::new(),
        path: path.to_owned(),
        patterns: vec!["*".to_owned()],
        recursive: false,
        settle: Duration::ZERO,
        scan_every: Duration::from_secs(3600),
        after,
        archive_dir: None,
        max_file: ByteSize(64 * 1024),
        max_archive: ByteSize(64 << 20),
        language: Some("en".to_owned()),
        enrich: vec![
            Enrichment::Timestamps,
            Enrichment::Entities,
            Enrichment::Quantities,
        ],
        copies: Copies::Mark,
        fields: None,
        enabled: true,
    }
}

/// A plain-text article whose headline is `headline`.
pub fn story(headline: &str) -> String {
    format!(
        "{headline}\n\nThe ferry office published its timetable on Monday, a week later than it had promised.\n\n\
         Passengers are asked to read the notice at the gate before they board, the office added.\n"
    )
}

pub struct Stage {
    pub dir: TempDir,
    pub config: DropFolder,
    pub source: DropSource,
    pub known: Arc<Known>,
    pub cpu: Arc<Semaphore>,
}

impl Stage {
    /// A stage over a new folder; `change` sets what is special about it.
    pub fn new(after: AfterDrop, change: impl FnOnce(&mut DropFolder)) -> Stage {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("in");
        fs::create_dir(&root).unwrap();
        let mut config = config(&root, after);
        change(&mut config);
        let source = DropSource::new(&config, Clock::System);
        Stage {
            dir,
            config,
            source,
            known: Arc::default(),
            cpu: Arc::new(Semaphore::new(2)),
        }
    }

    pub fn restart(&mut self) {
        self.source = DropSource::new(&self.config, Clock::System);
    }

    pub fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.config.path.join(name)
    }

    /// Writes a file in place.
    pub fn write(&self, name: impl AsRef<Path>, content: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// Writes a file elsewhere and moves it in.
    pub fn move_in(&self, name: impl AsRef<Path>, content: impl AsRef<[u8]>) {
        let outside = self.dir.path().join("outside");
        fs::write(&outside, content).unwrap();
        fs::rename(outside, self.path(name)).unwrap();
    }

    pub async fn poll(&self) -> Harvest {
        self.poll_at(Timestamp::now()).await
    }

    pub async fn poll_at(&self, now: Timestamp) -> Harvest {
        let memory = serde_json::Value::Null;
        self.source
            .poll(Turn {
                now,
                memory,
                rung: false,
                seen: self.known.clone(),
                cpu: self.cpu.clone(),
            })
            .await
    }

    /// Remembers what came, without telling the source.
    pub fn commit_only(&self, harvest: &Harvest) {
        let mut known = self.known.0.lock().unwrap();
        known.extend(
            harvest
                .items
                .iter()
                .map(|item| (item.key, item.fingerprint)),
        );
        known.extend(
            harvest
                .rejects
                .iter()
                .map(|reject| (reject.key, reject.fingerprint)),
        );
    }

    pub async fn commit(&self, harvest: Harvest) {
        self.commit_only(&harvest);
        self.source.committed(harvest.files).await;
    }

    /// One turn with its commit.
    pub async fn turn(&self) -> Harvest {
        let mut harvest = self.poll().await;
        self.commit_only(&harvest);
        self.source
            .committed(std::mem::take(&mut harvest.files))
            .await;
        harvest
    }

    /// Waits for the bell and takes one turn.
    pub async fn turn_when_rung(&self) -> Harvest {
        let bell = self.source.rhythm().bell.unwrap();
        tokio::time::timeout(PATIENCE, bell.notified())
            .await
            .expect("the bell was not rung");
        self.turn().await
    }

    /// Takes a turn whenever the bell is rung, until articles have come.
    pub async fn articles_when_rung(&self) -> Vec<String> {
        let started = Instant::now();
        loop {
            let harvest = self.turn_when_rung().await;
            if !harvest.items.is_empty() {
                return headlines(&harvest);
            }
            assert!(started.elapsed() < PATIENCE, "no article came");
        }
    }

    /// Files under the folder, hidden ones too, sorted.
    pub fn left(&self) -> Vec<String> {
        files_under(&self.config.path)
    }
}

pub fn files_under(folder: &Path) -> Vec<String> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.push(
                    path.strip_prefix(folder)
                        .unwrap()
                        .to_string_lossy()
                        .into_owned(),
                );
            }
        }
    }
    files.sort();
    files
}

pub fn headlines(harvest: &Harvest) -> Vec<String> {
    let title = |item: &dateline_pipeline::source::Gathered| {
        item.draft.item.title.as_ref().unwrap().value.clone()
    };
    harvest.items.iter().map(title).collect()
}

/// The items that are committed.
#[derive(Default)]
pub struct Known(pub Mutex<HashMap<ItemKey, Fingerprint>>);

impl Seen for Known {
    fn fresh<'a>(
        &'a self,
        items: Vec<(ItemKey, Fingerprint)>,
    ) -> BoxFuture<'a, Result<Vec<bool>, Fault>> {
        let known = self.0.lock().unwrap();
        let fresh = items
            .iter()
            .map(|(key, print)| known.get(key) != Some(print))
            .collect();
        Box::pin(std::future::ready(Ok(fresh)))
    }
}
