//! A real broker for the tests, entries to deliver, and a reader that sees what consumers see.
//!
//! `$KAFKA_BOOTSTRAP` names a broker to use; without it the development broker under
//! `deploy/kafka` is started in a temporary folder, once for a test binary, and ends with it.

#![allow(dead_code, unreachable_pub, clippy::unwrap_used, clippy::panic)]

pub mod wire;

use std::collections::BTreeMap;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use dateline_config::{ByteSize, Delivery, KafkaCompression, KafkaSink as Settings};
use dateline_pipeline::fault::Fault;
use dateline_pipeline::sink::{Entry, Opened, Sink, Stored};
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::message::{BorrowedMessage, Headers, Message};
use rdkafka::{ClientConfig, Offset, TopicPartitionList};
use serde_json::Value;
use tempfile::TempDir;

/// Longest wait for anything of the broker's.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A development broker of one's own, which can be taken away and given back.
pub struct Broker {
    dir: TempDir,
    options: Vec<String>,
    pub bootstrap: String,
    /// What it said of itself: `KAFKA_…` names with their values.
    said: BTreeMap<String, String>,
    /// Ends the broker when this process ends, however it ends.
    leash: Child,
}

impl Broker {
    pub fn start(options: &[&str]) -> Broker {
        let dir = tempfile::Builder::new()
            .prefix("dateline-kafka")
            .tempdir()
            .unwrap();
        let leash = leash(dir.path());
        let mut broker = Broker {
            dir,
            options: options.iter().map(|option| (*option).to_owned()).collect(),
            bootstrap: String::new(),
            said: BTreeMap::new(),
            leash,
        };
        let said = broker.start_again(&["--port", "0"]);
        let pairs = said.lines().filter_map(|line| line.split_once('='));
        broker.said = pairs
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect();
        broker.bootstrap = broker.told("KAFKA_BOOTSTRAP").to_owned();
        broker
    }

    /// What the broker said that `key` is: an address, or a file for its clients.
    pub fn told(&self, key: &str) -> &str {
        let said = &self.said;
        said.get(key)
            .unwrap_or_else(|| panic!("the broker did not say {key}, but {said:?}"))
    }

    fn start_again(&self, more: &[&str]) -> String {
        let options = self.options.iter().map(String::as_str);
        script(
            self.dir.path(),
            "start",
            options.chain(more.iter().copied()),
        )
    }

    pub fn stop(&self) {
        script(self.dir.path(), "stop", []);
    }

    pub fn kill(&self) {
        script(self.dir.path(), "kill", []);
    }

    /// Starts it again on the same port.
    pub fn resume(&self) {
        self.start_again(&[]);
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        drop(self.leash.stdin.take());
        if let Err(error) = self.leash.wait() {
            tracing::warn!(%error, "the broker may be left running");
        }
    }
}

/// A process that waits for the end of this one and then stops the broker.
fn leash(dir: &Path) -> Child {
    Command::new("sh")
        .args([
            "-c",
            r#"cat; test -d "$1" && "$0" stop --dir "$1"; rm -rf "$1""#,
        ])
        .arg(broker_script())
        .arg(dir)
        // A signal to the tests' group must not end it before it has done its work.
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

fn broker_script() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/kafka/broker")
}

fn script<'a>(dir: &Path, command: &str, options: impl IntoIterator<Item = &'a str>) -> String {
    let done = Command::new(broker_script())
        .arg(command)
        .arg("--dir")
        .arg(dir)
        .args(options)
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|error| panic!("deploy/kafka/broker cannot be run: {error}"));
    assert!(
        done.status.success(),
        "these tests need a Kafka broker: install a Java runtime of version 17 or later and Maven (Debian: apt install \
         default-jre-headless maven), or set KAFKA_BOOTSTRAP; deploy/kafka/broker {command} said: {}",
        String::from_utf8_lossy(&done.stderr)
    );
    String::from_utf8_lossy(&done.stdout).into_owned()
}

/// Address of the broker that the tests of this binary share.
pub fn bootstrap() -> String {
    static SHARED: OnceLock<Broker> = OnceLock::new();
    match std::env::var("KAFKA_BOOTSTRAP") {
        Ok(address) => address,
        // A static is never dropped; the leash stops the broker.
        Err(_) => SHARED.get_or_init(|| Broker::start(&[])).bootstrap.clone(),
    }
}

/// A name that no other test or run has used on the broker.
pub fn fresh(what: &str) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap();
    format!(
        "{what}-{}-{}",
        now.as_micros(),
        COUNT.fetch_add(1, Ordering::Relaxed)
    )
}

/// Creates a topic with settings of its own.
pub async fn create_topic(bootstrap: &str, name: &str, partitions: i32, config: &[(&str, &str)]) {
    let admin: AdminClient<DefaultClientContext> = ClientConfig::new()
        .set("bootstrap.servers", bootstrap)
        .create()
        .unwrap();
    let mut topic = NewTopic::new(name, partitions, TopicReplication::Fixed(1));
    for (key, value) in config {
        topic = topic.set(key, value);
    }
    let options = AdminOptions::new().operation_timeout(Some(PATIENCE));
    let created = admin.create_topics([&topic], &options).await.unwrap();
    assert!(created[0].is_ok(), "{created:?}");
}

/// Settings of a sink to `topic`.
pub fn settings(bootstrap: &str, topic: &str) -> Settings {
    Settings {
        brokers: vec![bootstrap.to_owned()],
        topic: topic.to_owned(),
        delivery: Delivery::ExactlyOnce,
        transactional_id: None,
        position_topic: None,
        compression: KafkaCompression::None,
        batch_records: 10_000,
        batch_bytes: ByteSize(16 << 20),
        linger: Duration::from_millis(50),
        transaction_timeout: Duration::from_secs(60),
        tls: None,
        sasl: None,
        properties: BTreeMap::new(),
        r#where: None,
        enabled: true,
        required: true,
    }
}

/// Entries with the sequence numbers `from..=to`, each an article of its own.
pub fn entries(from: i64, to: i64) -> Vec<Entry> {
    (from..=to)
        .map(|seq| entry(seq, &format!("{seq:032x}"), 200))
        .collect()
}

pub fn entry(seq: i64, id: &str, size: usize) -> Entry {
    Entry {
        seq,
        id: id.to_owned(),
        revision: 1,
        op: "new".to_owned(),
        source: "wire".to_owned(),
        kind: "feed".to_owned(),
        language: Some("en".to_owned()),
        body: format!("{{\"id\":\"{id}\",\"text\":\"{}\"}}", "x".repeat(size)).into_bytes(),
        trace: None,
    }
}

/// What the store holds of `log` when the last commit was at `position`.
pub fn stored(log: &str, position: i64) -> Stored {
    Stored {
        log: log.to_owned(),
        position,
        detail: Value::Null,
    }
}

/// Opens `sink`, again after faults that may pass.
pub async fn open(sink: &mut dyn Sink, stored: &Stored) -> Opened {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match sink.open(stored.clone()).await {
            Ok(opened) => return opened,
            Err(fault) => assert!(Instant::now() < deadline, "the sink does not open: {fault}"),
        }
    }
}

/// One message as a consumer sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    pub partition: i32,
    pub key: String,
    pub body: Vec<u8>,
    pub headers: Vec<(String, String)>,
    pub timestamp: i64,
}

/// Everything that a consumer with `isolation.level=read_committed` sees in `topic`.
pub async fn read_committed(bootstrap: &str, topic: &str) -> Vec<Read> {
    let (bootstrap, topic) = (bootstrap.to_owned(), topic.to_owned());
    tokio::task::spawn_blocking(move || read_all(&bootstrap, &topic))
        .await
        .unwrap()
}

fn consumer(bootstrap: &str, isolation: &str) -> BaseConsumer {
    ClientConfig::new()
        .set("bootstrap.servers", bootstrap)
        .set("group.id", "reader")
        .set("enable.auto.commit", "false")
        .set("enable.partition.eof", "true")
        .set("isolation.level", isolation)
        .create()
        .unwrap()
}

fn read_all(bootstrap: &str, topic: &str) -> Vec<Read> {
    let consumer = consumer(bootstrap, "read_committed");
    let metadata = consumer.fetch_metadata(Some(topic), PATIENCE).unwrap();
    let partitions = i32::try_from(metadata.topics()[0].partitions().len()).unwrap();
    wait_for_markers(bootstrap, &consumer, topic, partitions);
    let mut assignment = TopicPartitionList::new();
    for partition in 0..partitions {
        assignment
            .add_partition_offset(topic, partition, Offset::Beginning)
            .unwrap();
    }
    consumer.assign(&assignment).unwrap();
    let mut read = Vec::new();
    let mut ended = 0;
    let deadline = Instant::now() + PATIENCE;
    while ended < partitions {
        assert!(Instant::now() < deadline, "the topic does not end");
        match consumer.poll(Duration::from_millis(100)) {
            Some(Ok(message)) => read.push(read_one(&message)),
            Some(Err(KafkaError::PartitionEOF(_))) => ended += 1,
            Some(Err(error)) => tracing::debug!(%error, "while reading"),
            None => {}
        }
    }
    read
}

/// A commit is acknowledged before its markers are in the partitions: waits until no transaction
/// is open any more.
fn wait_for_markers(bootstrap: &str, committed: &BaseConsumer, topic: &str, partitions: i32) {
    let uncommitted = consumer(bootstrap, "read_uncommitted");
    let deadline = Instant::now() + PATIENCE;
    for partition in 0..partitions {
        loop {
            let end = |consumer: &BaseConsumer| {
                consumer
                    .fetch_watermarks(topic, partition, PATIENCE)
                    .unwrap()
                    .1
            };
            if end(committed) == end(&uncommitted) {
                break;
            }
            assert!(Instant::now() < deadline, "a transaction stays open");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

fn read_one(message: &BorrowedMessage<'_>) -> Read {
    let text =
        |bytes: Option<&[u8]>| String::from_utf8(bytes.unwrap_or_default().to_vec()).unwrap();
    let headers = message.headers().map(|headers| {
        headers
            .iter()
            .map(|h| (h.key.to_owned(), text(h.value)))
            .collect()
    });
    Read {
        partition: message.partition(),
        key: text(message.key()),
        body: message.payload().unwrap_or_default().to_vec(),
        headers: headers.unwrap_or_default(),
        timestamp: message.timestamp().to_millis().unwrap_or_default(),
    }
}

/// The keys read, in the order of reading.
pub fn keys(read: &[Read]) -> Vec<String> {
    read.iter().map(|read| read.key.clone()).collect()
}

/// The ids of entries, in their order.
pub fn ids(entries: &[Entry]) -> Vec<String> {
    entries.iter().map(|entry| entry.id.clone()).collect()
}

pub fn reason(result: Result<impl Sized, Fault>) -> Fault {
    match result {
        Ok(_) => panic!("a fault was expected"),
        Err(fault) => fault,
    }
}
