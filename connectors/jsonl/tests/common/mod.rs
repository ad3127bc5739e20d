//! What the tests share: a folder, a clock, a store that remembers, and a reader.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    dead_code,
    unreachable_pub
)]

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use dateline_config::{ByteSize, Compression, JsonlSink as Settings};
use dateline_jsonl::JsonlSink;
use dateline_pipeline::clock::Clock;
use dateline_pipeline::fault::Fault;
use dateline_pipeline::sink::{Delivered, Entry, Opened, Sink, Stored};
use serde_json::{Value, json};
use tempfile::TempDir;

/// When the clock of the tests begins.
pub const BEGIN: &str = "2026-03-04T05:06:07Z";

/// How long to wait for work in the background.
const PATIENCE: Duration = Duration::from_secs(30);

/// A sink in a folder of its own, and what the store keeps for it.
pub struct Bench {
    pub dir: PathBuf,
    pub settings: Settings,
    pub clock: Clock,
    pub sink: JsonlSink,
    pub stored: Stored,
    next: i64,
    _temp: Option<TempDir>,
}

/// Settings that never rotate.
pub fn settings(dir: &Path) -> Settings {
    Settings {
        dir: dir.to_owned(),
        file: "articles-{date}-{seq}.jsonl".to_owned(),
        rotate_size: ByteSize(1 << 30),
        rotate_every: Duration::from_secs(3600),
        compress: Compression::None,
        fsync: true,
        r#where: None,
        enabled: true,
        required: true,
    }
}

impl Bench {
    /// A bench in a new temporary folder, with settings changed by `change`. Nothing is open.
    pub fn new(change: impl FnOnce(&mut Settings)) -> Bench {
        let temp = tempfile::tempdir().unwrap();
        let mut bench = Bench::at(&temp.path().join("out"), change);
        bench._temp = Some(temp);
        bench
    }

    pub fn at(dir: &Path, change: impl FnOnce(&mut Settings)) -> Bench {
        let mut settings = settings(dir);
        change(&mut settings);
        let clock = Clock::manual(BEGIN.parse().unwrap());
        Bench {
            dir: dir.to_owned(),
            sink: JsonlSink::new("main", &settings, clock.clone()),
            settings,
            clock,
            stored: Stored {
                log: "log-1".to_owned(),
                position: 0,
                detail: Value::Null,
            },
            next: 1,
            _temp: None,
        }
    }

    /// Opens the sink and commits what it says.
    pub async fn open(&mut self) -> Result<(), Fault> {
        let Opened { position, detail } = self.sink.open(self.stored.clone()).await?;
        self.stored.position = position;
        self.stored.detail = detail;
        Ok(())
    }

    /// A fresh sink, without closing the old one, that is not open yet.
    pub fn replace(&mut self) {
        self.sink = JsonlSink::new("main", &self.settings, self.clock.clone());
    }

    /// Ends the sink without closing it and opens a fresh one. Work in the background of the old
    /// one may hold the lock a little longer.
    pub async fn restart(&mut self) {
        self.replace();
        self.open_patiently().await;
    }

    pub async fn open_patiently(&mut self) {
        let deadline = Instant::now() + PATIENCE;
        while let Err(fault) = self.open().await {
            assert!(
                fault.kind == "locked" && Instant::now() < deadline,
                "{fault}"
            );
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// One call with `batch`, committed.
    pub async fn call(&mut self, batch: &[Entry]) -> Result<Delivered, Fault> {
        let delivered = self.sink.deliver(batch).await?;
        if delivered.records > 0 {
            self.stored.position = batch[delivered.records - 1].seq;
        }
        if let Some(detail) = &delivered.detail {
            self.stored.detail = detail.clone();
        }
        Ok(delivered)
    }

    /// Delivers `count` more records with numbered texts in as many calls as that takes.
    pub async fn deliver(&mut self, count: usize) -> Result<(), Fault> {
        let entries: Vec<_> = (self.next..).take(count).map(entry).collect();
        self.deliver_entries(&entries).await?;
        self.next += count as i64;
        Ok(())
    }

    pub async fn deliver_entries(&mut self, entries: &[Entry]) -> Result<(), Fault> {
        loop {
            let rest: Vec<_> = entries
                .iter()
                .filter(|entry| entry.seq > self.stored.position)
                .cloned()
                .collect();
            if rest.is_empty() {
                return Ok(());
            }
            let delivered = self.call(&rest).await?;
            assert!(delivered.refused.is_empty());
            assert!(
                delivered.records > 0 || delivered.detail.is_some(),
                "no progress"
            );
        }
    }

    /// Idle calls until every closed file is finished.
    pub async fn settle(&mut self) {
        self.idle_until(|detail| detail["closing"] == json!([]))
            .await;
    }

    pub async fn idle_until(&mut self, done: impl Fn(&Value) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            self.call(&[]).await.unwrap();
            if done(&self.stored.detail) {
                return;
            }
            assert!(
                Instant::now() < deadline,
                "not settled: {}",
                self.stored.detail
            );
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    pub async fn close(&mut self) {
        if let Some(detail) = self.sink.close().await.unwrap() {
            self.stored.detail = detail;
        }
    }

    /// Names of everything in the folder but the lock, relative, sorted.
    pub fn names(&self) -> Vec<String> {
        names(&self.dir)
    }

    /// The numbers of all records in files under final names, in the order of the names.
    pub fn numbers(&self) -> Vec<i64> {
        finished_lines(&self.dir)
            .iter()
            .map(|line| line["n"].as_i64().unwrap())
            .collect()
    }
}

/// The entry with the sequence number `seq`.
pub fn entry(seq: i64) -> Entry {
    let id = format!("{seq:032x}");
    Entry {
        seq,
        body: json!({"id": id, "revision": 1, "n": seq, "text": "x".repeat(50)})
            .to_string()
            .into_bytes(),
        id,
        revision: 1,
        op: "new".to_owned(),
        source: "s".to_owned(),
        kind: "feed".to_owned(),
        language: None,
        trace: None,
    }
}

/// Names of everything in `dir` and below but locks and folders, relative, sorted.
pub fn names(dir: &Path) -> Vec<String> {
    let mut names = Vec::new();
    let mut folders = vec![dir.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let entry = entry.unwrap();
            let name = entry
                .path()
                .strip_prefix(dir)
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned();
            if entry.file_type().unwrap().is_dir() {
                folders.push(entry.path());
            } else if !name.ends_with(".lock") {
                names.push(name);
            }
        }
    }
    names.sort();
    names
}

/// Whether a file of this name is not for readers yet.
pub fn is_unfinished(name: &str) -> bool {
    name.ends_with(".part") || name.ends_with(".tmp")
}

/// A file as a reader reads it.
pub fn read(path: &Path) -> Vec<u8> {
    let bytes = fs::read(path).unwrap();
    let mut plain = Vec::new();
    match path.extension().and_then(|ending| ending.to_str()) {
        Some("gz") => drop(
            flate2::read::GzDecoder::new(bytes.as_slice())
                .read_to_end(&mut plain)
                .unwrap(),
        ),
        Some("zst") => plain = zstd::decode_all(bytes.as_slice()).unwrap(),
        _ => plain = bytes,
    }
    plain
}

/// All lines of all files under final names, in the order of the names. Every line must be whole.
pub fn finished_lines(dir: &Path) -> Vec<Value> {
    let mut lines = Vec::new();
    for name in names(dir).iter().filter(|name| !is_unfinished(name)) {
        let text = String::from_utf8(read(&dir.join(name))).unwrap();
        assert!(
            text.ends_with('\n'),
            "{name} does not end with a whole line"
        );
        lines.extend(
            text.lines()
                .map(|line| serde_json::from_str::<Value>(line).unwrap()),
        );
    }
    lines
}
