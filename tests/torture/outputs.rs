//! What came out: records in JSON-lines files, and what a `read_committed` consumer gets.

use std::collections::{BTreeSet, HashSet};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::message::{Headers, Message};
use rdkafka::{Offset, TopicPartitionList};
use serde_json::Value;

use super::article::Token;

/// One delivered record, in the order of delivery within its sink.
#[derive(Debug, Clone)]
pub(crate) struct Delivered {
    /// File and line, or partition and offset.
    pub(crate) place: String,
    /// The message's key and its `op` header, in Kafka.
    pub(crate) message: Option<(String, String)>,
    /// The record, or the text that is none.
    pub(crate) record: Result<Value, String>,
}

/// How long a topic may take to be read to its end.
const READ_LIMIT: Duration = Duration::from_secs(30);

/// Beginning of the names of the files that the tests configure.
const PREFIX: &str = "records-";

/// Every line of every file below `dir`, finished ones and the open one.
pub(crate) fn jsonl(dir: &Path) -> Vec<Delivered> {
    let mut all = Vec::new();
    for path in files(dir).unwrap() {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let text = read(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
        for (number, line) in (1..).zip(text.split_inclusive('\n')) {
            let record = match line.strip_suffix('\n') {
                Some(line) => {
                    serde_json::from_str(line).map_err(|error| format!("{error}: {line}"))
                }
                None => Err(format!("cut off: {line}")),
            };
            all.push(Delivered {
                place: format!("{name}:{number}"),
                message: None,
                record,
            });
        }
    }
    all
}

/// Files that are not finished: `*.part`, `*.tmp`.
pub(crate) fn unfinished(dir: &Path) -> Vec<PathBuf> {
    let is_unfinished = |path: &PathBuf| {
        path.extension()
            .is_some_and(|extension| extension == "part" || extension == "tmp")
    };
    let entries = fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    entries.filter(is_unfinished).collect()
}

/// The files in the order in which they were begun. A finished file that has not yet lost its
/// unfinished twin counts once.
fn files(dir: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(dir)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name.starts_with(PREFIX) && !name.ends_with(".tmp") {
            paths.push(dir.join(name));
        }
    }
    paths.sort();
    let stem = |path: &Path| {
        path.to_string_lossy()
            .split(".jsonl")
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    let finished: HashSet<String> = paths
        .iter()
        .filter(|path| !is_part(path))
        .map(|path| stem(path))
        .collect();
    paths.retain(|path| !is_part(path) || !finished.contains(&stem(path)));
    Ok(paths)
}

fn is_part(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension == "part")
}

fn read(path: &Path) -> io::Result<String> {
    let file = File::open(path)?;
    let mut text = String::new();
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("gz") => flate2::read::MultiGzDecoder::new(file).read_to_string(&mut text)?,
        Some("zst") => zstd::Decoder::new(file)?.read_to_string(&mut text)?,
        _ => { file }.read_to_string(&mut text)?,
    };
    Ok(text)
}

/// Follows the files while the daemon writes, renames and compresses them.
pub(crate) struct Tap {
    dir: PathBuf,
    finished: HashSet<PathBuf>,
    seen: BTreeSet<Token>,
}

impl Tap {
    pub(crate) fn new(dir: &Path) -> Tap {
        Tap {
            dir: dir.to_owned(),
            finished: HashSet::new(),
            seen: BTreeSet::new(),
        }
    }

    /// Looks again, and returns every version that was ever seen.
    pub(crate) fn look(&mut self) -> &BTreeSet<Token> {
        // Whatever moves away under our eyes is found at the next look.
        for path in files(&self.dir).unwrap_or_default() {
            if self.finished.contains(&path) {
                continue;
            }
            let Ok(text) = read(&path) else { continue };
            let whole = text.rfind('\n').map_or(0, |end| end + 1);
            self.seen
                .extend(text[..whole].lines().filter_map(token_of_line));
            if !is_part(&path) {
                self.finished.insert(path);
            }
        }
        &self.seen
    }
}

fn token_of_line(line: &str) -> Option<Token> {
    let record: Value = serde_json::from_str(line).ok()?;
    token(&record)
}

/// The version that a record carries: the later one of those that its title and its text name.
pub(crate) fn token(record: &Value) -> Option<Token> {
    let in_field = |field: &str| Token::all_in(record[field].as_str().unwrap_or_default());
    in_field("title")
        .into_iter()
        .chain(in_field("text"))
        .max_by_key(|token| token.version)
}

/// Everything that a new `read_committed` consumer gets from `topic`, partition after partition.
pub(crate) fn kafka(bootstrap: &str, topic: &str) -> Vec<Delivered> {
    let consumer: BaseConsumer = ClientConfig::new()
        .set("bootstrap.servers", bootstrap)
        .set("group.id", "torture-reads-without-committing")
        .set("isolation.level", "read_committed")
        .set("enable.partition.eof", "true")
        .set("enable.auto.commit", "false")
        .create()
        .unwrap();
    let metadata = consumer.fetch_metadata(Some(topic), READ_LIMIT).unwrap();
    let partitions: Vec<i32> = metadata.topics()[0]
        .partitions()
        .iter()
        .map(|partition| partition.id())
        .collect();
    let mut assignment = TopicPartitionList::new();
    for partition in &partitions {
        assignment
            .add_partition_offset(topic, *partition, Offset::Beginning)
            .unwrap();
    }
    consumer.assign(&assignment).unwrap();
    let mut open: HashSet<i32> = partitions.into_iter().collect();
    let mut all = Vec::new();
    let deadline = Instant::now() + READ_LIMIT;
    while !open.is_empty() {
        assert!(
            Instant::now() < deadline,
            "{topic}: the end of partitions {open:?} was not reached"
        );
        match consumer.poll(Duration::from_millis(200)) {
            None => {}
            Some(Err(KafkaError::PartitionEOF(partition))) => {
                open.remove(&partition);
            }
            Some(Err(error)) => panic!("reading {topic}: {error}"),
            Some(Ok(message)) => {
                all.push((message.partition(), message.offset(), delivered(&message)))
            }
        }
    }
    all.sort_by_key(|(partition, offset, _)| (*partition, *offset));
    all.into_iter().map(|(_, _, delivered)| delivered).collect()
}

fn delivered(message: &impl Message) -> Delivered {
    let text =
        |bytes: Option<&[u8]>| String::from_utf8_lossy(bytes.unwrap_or_default()).into_owned();
    let op = message
        .headers()
        .and_then(|headers| headers.iter().find(|header| header.key == "op"));
    let payload = message.payload().unwrap_or_default();
    Delivered {
        place: format!(
            "partition {} offset {}",
            message.partition(),
            message.offset()
        ),
        message: Some((text(message.key()), text(op.and_then(|op| op.value)))),
        record: serde_json::from_slice(payload)
            .map_err(|error| format!("{error}: {}", text(Some(payload)))),
    }
}

/// The versions among what was delivered.
pub(crate) fn tokens(delivered: &[Delivered]) -> BTreeSet<Token> {
    delivered
        .iter()
        .filter_map(|one| token(one.record.as_ref().ok()?))
        .collect()
}
