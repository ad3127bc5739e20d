//! How much memory a large web archive takes: makes one, reads it as the collect stage does, and prints what that took.
//!
//! ```text
//! cargo run -p dateline-drop --example large -- 512        an archive of 512 MiB
//! cargo run -p dateline-drop --example large -- 512 gz     the same, packed record by record
//! ```

#![allow(clippy::print_stdout, reason = "it prints what it measured")]

use std::collections::HashMap;
use std::error::Error;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use dateline_config::{AfterDrop, ByteSize, Copies, DropFolder};
use dateline_drop::DropSource;
use dateline_pipeline::clock::Clock;
use dateline_pipeline::fault::Fault;
use dateline_pipeline::source::{Fingerprint, Harvest, ItemKey, Seen, Source, Turn};
use flate2::Compression;
use flate2::write::GzEncoder;
use futures::future::BoxFuture;
use jiff::Timestamp;
use tokio::sync::Semaphore;

/// Bytes of a page, as news sites have them.
const PAGE: usize = 96 << 10;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let mib: usize = arguments.next().map_or(Ok(512), |size| size.parse())?;
    let is_packed = arguments.next().is_some();
    let folder = std::env::temp_dir().join(format!("dateline-large-{}", std::process::id()));
    fs::create_dir(&folder)?;
    let pages = (mib << 20) / PAGE;
    let result = match make(&folder.join("wire.warc"), pages, is_packed) {
        Ok(()) => read(&folder, pages).await,
        Err(error) => Err(error.into()),
    };
    fs::remove_dir_all(&folder)?;
    result
}

fn make(path: &Path, pages: usize, is_packed: bool) -> std::io::Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    for number in 0..pages {
        let record = record(number);
        if is_packed {
            let mut member = GzEncoder::new(&mut file, Compression::fast());
            member.write_all(record.as_bytes())?;
            member.finish()?;
        } else {
            file.write_all(record.as_bytes())?;
        }
    }
    file.flush()
}

/// A page of its own, with words that do not pack to nothing.
fn record(number: usize) -> String {
    let mut page = format!("<!doctype html><title>Line {number} leaves</title>");
    let mut word = number as u64;
    while page.len() < PAGE {
        // The multiplier of Knuth's MMIX.
        word = word.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        page += &format!("<p>The ferry office has given it the number {word:x}.</p>\n");
    }
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n";
    format!(
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://quay.example/{number}\r\nContent-Type: application/http\r\n\
         Content-Length: {}\r\n\r\n{head}{page}\r\n\r\n",
        head.len() + page.len()
    )
}

async fn read(folder: &Path, pages: usize) -> Result<(), Box<dyn Error>> {
    let source = DropSource::new(&settings(folder), Clock::System);
    let known = Arc::new(Known::default());
    let before = peak()?;
    let began = Instant::now();
    let (mut turns, mut items, mut bytes) = (0_usize, 0, 0);
    loop {
        let harvest = source.poll(turn(&known)).await;
        turns += 1;
        items += harvest.items.len();
        bytes += harvest.facts.bytes;
        let more = harvest.more;
        known.commit(&harvest);
        if !more {
            break;
        }
    }
    let seconds = began.elapsed().as_secs_f64();
    println!(
        "{items} of {pages} pages, {} MiB, in {turns} turns and {seconds:.1} s; at most {} MiB of memory, {before} MiB before",
        bytes >> 20,
        peak()?
    );
    Ok(())
}

fn settings(folder: &Path) -> DropFolder {
    DropFolder {
        id: "wire".to_owned(),
        name: None,
        tags: Vec::new(),
        path: folder.to_owned(),
        patterns: vec!["*".to_owned()],
        recursive: false,
        settle: Duration::ZERO,
        scan_every: Duration::from_secs(3600),
        after: AfterDrop::Keep,
        archive_dir: None,
        max_file: ByteSize(16 << 20),
        max_archive: ByteSize(16 << 30),
        language: None,
        enrich: Vec::new(),
        copies: Copies::Pass,
        fields: None,
        enabled: true,
    }
}

fn turn(known: &Arc<Known>) -> Turn {
    Turn {
        now: Timestamp::now(),
        memory: serde_json::Value::Null,
        rung: false,
        seen: known.clone(),
        cpu: Arc::new(Semaphore::new(1)),
    }
}

/// The most memory that this process has had so far, in MiB.
fn peak() -> Result<u64, Box<dyn Error>> {
    let status = fs::read_to_string("/proc/self/status")?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib: u64 = peak
        .unwrap_or_default()
        .trim()
        .trim_end_matches(" kB")
        .parse()?;
    Ok(kib >> 10)
}

/// What has been committed.
#[derive(Default)]
struct Known(Mutex<HashMap<ItemKey, Fingerprint>>);

impl Known {
    fn commit(&self, harvest: &Harvest) {
        let items = harvest
            .items
            .iter()
            .map(|item| (item.key, item.fingerprint));
        let rejects = harvest
            .rejects
            .iter()
            .map(|reject| (reject.key, reject.fingerprint));
        if let Ok(mut known) = self.0.lock() {
            known.extend(items.chain(rejects));
        }
    }
}

impl Seen for Known {
    fn fresh<'a>(
        &'a self,
        items: Vec<(ItemKey, Fingerprint)>,
    ) -> BoxFuture<'a, Result<Vec<bool>, Fault>> {
        let fresh = match self.0.lock() {
            Ok(known) => items
                .iter()
                .map(|(key, print)| known.get(key) != Some(print))
                .collect(),
            Err(_) => vec![true; items.len()],
        };
        Box::pin(std::future::ready(Ok(fresh)))
    }
}
