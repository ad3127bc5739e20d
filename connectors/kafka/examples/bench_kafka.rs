//! How fast the sink is beside a bare librdkafka producer: the same messages, headers, compression
//! and acknowledgements, each run to a fresh topic, in turns. The sink delivers exactly once, in
//! transactions; the bare producer promises nothing but that everything was acknowledged.
//!
//! `cargo run --release -p dateline-kafka --example bench_kafka -- --bootstrap HOST:PORT`

#![allow(
    clippy::print_stdout,
    reason = "a program that prints its measurements"
)]

use std::collections::BTreeMap;
use std::error::Error;
use std::time::{Duration, Instant};

use dateline_config::{ByteSize, Delivery, KafkaCompression, KafkaSink as Settings};
use dateline_kafka::KafkaSink;
use dateline_pipeline::record::SCHEMA;
use dateline_pipeline::sink::{Appetite, Entry, Sink, Stored};
use rdkafka::ClientConfig;
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use serde_json::Value;

type Anything = Box<dyn Error + Send + Sync>;

/// How long the bare producer may take for its last messages.
const FLUSH: Duration = Duration::from_secs(120);

struct Options {
    bootstrap: String,
    records: usize,
    size: usize,
    runs: usize,
    partitions: i32,
    compression: String,
    batch_records: usize,
    batch_bytes: u64,
    properties: BTreeMap<String, String>,
}

#[tokio::main]
async fn main() -> Result<(), Anything> {
    let options = options()?;
    let entries = entries(options.records, options.size);
    println!(
        "{} records of {} bytes, {} partitions, compression {}",
        options.records, options.size, options.partitions, options.compression
    );
    let mut ratios = Vec::new();
    for run in 1..=options.runs {
        let bare = bare(&options, &entries).await?;
        let sink = sink(&options, &entries).await?;
        println!(
            "run {run}: bare {bare:.0} records/s, exactly-once sink {sink:.0} records/s, ratio {:.2}",
            sink / bare
        );
        ratios.push(sink / bare);
    }
    ratios.sort_by(f64::total_cmp);
    if let (Some(least), Some(most)) = (ratios.first(), ratios.last()) {
        println!(
            "median ratio {:.2} ({least:.2} to {most:.2}) of {} runs",
            ratios[ratios.len() / 2],
            ratios.len()
        );
    }
    Ok(())
}

fn options() -> Result<Options, Anything> {
    let mut options = Options {
        bootstrap: "127.0.0.1:19092".to_owned(),
        records: 200_000,
        size: 3072,
        runs: 3,
        partitions: 3,
        compression: "zstd".to_owned(),
        batch_records: 10_000,
        batch_bytes: 32 << 20,
        properties: BTreeMap::new(),
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(name) = arguments.next() {
        let value = arguments
            .next()
            .ok_or_else(|| format!("{name} needs a value"))?;
        match name.as_str() {
            "--bootstrap" => options.bootstrap = value,
            "--records" => options.records = value.parse()?,
            "--size" => options.size = value.parse()?,
            "--runs" => options.runs = value.parse()?,
            "--partitions" => options.partitions = value.parse()?,
            "--compression" => options.compression = value,
            "--batch-records" => options.batch_records = value.parse()?,
            "--batch-bytes" => options.batch_bytes = value.parse()?,
            "--property" => {
                let (key, value) = value.split_once('=').ok_or("--property takes KEY=VALUE")?;
                options.properties.insert(key.to_owned(), value.to_owned());
            }
            _ => return Err(format!("{name} is not an option").into()),
        }
    }
    Ok(options)
}

/// Records of words in a varied order, so that compression has about the work it has with news.
fn entries(records: usize, size: usize) -> Vec<Entry> {
    const WORDS: [&str; 16] = [
        "minister ",
        "market ",
        "said ",
        "on ",
        "Tuesday ",
        "that ",
        "the ",
        "talks ",
        "would ",
        "resume ",
        "after ",
        "flooding ",
        "in ",
        "northern ",
        "provinces ",
        "eased ",
    ];
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let entry = |seq: usize| {
        let id = format!("{:016x}{:016x}", next(), seq);
        let mut body = format!("{{\"schema\":\"{SCHEMA}\",\"id\":\"{id}\",\"text\":\"");
        while body.len() + 2 < size {
            let choice = next();
            body.push_str(WORDS[(choice % 16) as usize]);
            if choice & 0x70 == 0 {
                body.push_str(&(choice >> 40).to_string());
            }
        }
        body.push_str("\"}");
        Entry {
            seq: seq as i64,
            id,
            revision: 1,
            op: "new".to_owned(),
            source: "bench".to_owned(),
            kind: "feed".to_owned(),
            language: Some("en".to_owned()),
            body: body.into_bytes(),
            trace: None,
        }
    };
    (1..=records).map(entry).collect()
}

async fn fresh_topic(options: &Options, what: &str) -> Result<String, Anything> {
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)?
        .as_micros();
    let name = format!("bench-{what}-{now}");
    let topic = NewTopic::new(&name, options.partitions, TopicReplication::Fixed(1));
    let limit = AdminOptions::new().operation_timeout(Some(Duration::from_secs(30)));
    for created in admin(options)?.create_topics([&topic], &limit).await? {
        created.map_err(|(name, code)| format!("topic {name}: {code}"))?;
    }
    Ok(name)
}

/// Deletes a topic that was measured: a run writes gigabytes.
async fn delete_topic(options: &Options, name: &str) -> Result<(), Anything> {
    let limit = AdminOptions::new().operation_timeout(Some(Duration::from_secs(30)));
    for deleted in admin(options)?.delete_topics(&[name], &limit).await? {
        deleted.map_err(|(name, code)| format!("topic {name}: {code}"))?;
    }
    Ok(())
}

fn admin(options: &Options) -> Result<AdminClient<DefaultClientContext>, Anything> {
    let mut config = ClientConfig::new();
    Ok(config
        .set("bootstrap.servers", &options.bootstrap)
        .create()?)
}

/// Records a second of a bare producer.
async fn bare(options: &Options, entries: &[Entry]) -> Result<f64, Anything> {
    let topic = fresh_topic(options, "bare").await?;
    let mut config = ClientConfig::new();
    config
        .set("bootstrap.servers", &options.bootstrap)
        .set("acks", "all")
        .set("partitioner", "murmur2_random")
        .set("compression.type", &options.compression)
        .set("linger.ms", "5");
    for (property, value) in &options.properties {
        config.set(property, value);
    }
    let producer: BaseProducer = config.create()?;
    // Connecting is no part of the measurement, for neither side.
    producer.client().fetch_metadata(Some(&topic), FLUSH)?;
    let rate = tokio::task::block_in_place(|| {
        let began = Instant::now();
        for entry in entries {
            send_bare(&producer, &topic, entry)?;
        }
        producer.flush(FLUSH)?;
        Ok::<_, Anything>(entries.len() as f64 / began.elapsed().as_secs_f64())
    })?;
    delete_topic(options, &topic).await?;
    Ok(rate)
}

fn send_bare(producer: &BaseProducer, topic: &str, entry: &Entry) -> Result<(), Anything> {
    let header = |key, value| Header {
        key,
        value: Some(value),
    };
    let headers = OwnedHeaders::new_with_capacity(4)
        .insert(header("schema", SCHEMA))
        .insert(header("op", entry.op.as_str()))
        .insert(header("source", entry.source.as_str()))
        .insert(header("content-type", "application/json"));
    let mut record = BaseRecord::to(topic)
        .key(&entry.id)
        .payload(&entry.body)
        .headers(headers);
    loop {
        record = match producer.send(record) {
            Ok(()) => break,
            Err((KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull), unsent)) => unsent,
            Err((error, _)) => return Err(error.into()),
        };
        producer.poll(Duration::from_millis(1));
    }
    // Serves the delivery reports that have come.
    producer.poll(Duration::ZERO);
    Ok(())
}

/// Records a second of the sink, exactly once.
async fn sink(options: &Options, entries: &[Entry]) -> Result<f64, Anything> {
    let topic = fresh_topic(options, "sink").await?;
    let settings = Settings {
        brokers: vec![options.bootstrap.clone()],
        topic: topic.clone(),
        delivery: Delivery::ExactlyOnce,
        transactional_id: None,
        position_topic: None,
        compression: match options.compression.as_str() {
            "none" => KafkaCompression::None,
            "gzip" => KafkaCompression::Gzip,
            "snappy" => KafkaCompression::Snappy,
            "lz4" => KafkaCompression::Lz4,
            _ => KafkaCompression::Zstd,
        },
        batch_records: options.batch_records,
        batch_bytes: ByteSize(options.batch_bytes),
        linger: Duration::from_millis(50),
        transaction_timeout: Duration::from_secs(60),
        tls: None,
        sasl: None,
        properties: options.properties.clone(),
        r#where: None,
        enabled: true,
        required: true,
    };
    let mut sink = KafkaSink::new("bench", &settings)?;
    let stored = Stored {
        log: topic.clone(),
        position: 0,
        detail: Value::Null,
    };
    sink.open(stored).await?;
    let began = Instant::now();
    let mut rest = entries;
    while !rest.is_empty() {
        let delivered = sink
            .deliver(&rest[..fitting(rest, sink.appetite())])
            .await?;
        rest = &rest[delivered.records..];
    }
    let rate = entries.len() as f64 / began.elapsed().as_secs_f64();
    sink.close().await?;
    delete_topic(options, &topic).await?;
    Ok(rate)
}

/// How many of `entries` make a batch, as the deliver stage cuts it.
fn fitting(entries: &[Entry], appetite: Appetite) -> usize {
    let mut bytes = 0;
    let fits = |entry: &&Entry| {
        bytes += entry.body.len();
        bytes <= appetite.bytes
    };
    entries
        .iter()
        .take(appetite.records)
        .take_while(fits)
        .count()
        .max(1)
}
