//! The battery for sinks against a real broker, in both kinds of delivery.

#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use common::Broker;
use dateline_config::{Delivery, KafkaSink as Settings};
use dateline_conformance::sinks::{Seen, SinkHarness, battery};
use dateline_kafka::KafkaSink;
use dateline_pipeline::sink::Sink;
use serde_json::Value;

/// The topic's limit on a message set, in bytes: below a full set of the sink's, so that the sink
/// has to find out about it.
const TOPIC_LIMIT: usize = 700_000;

struct Topic {
    broker: Broker,
    settings: Settings,
}

impl Topic {
    async fn new(delivery: Delivery) -> Topic {
        let broker = Broker::start(&[]);
        let topic = common::fresh("battery");
        let limit = TOPIC_LIMIT.to_string();
        // One partition, so that a reader sees the order of the log.
        common::create_topic(
            &broker.bootstrap,
            &topic,
            1,
            &[("max.message.bytes", &limit)],
        )
        .await;
        let settings = Settings {
            delivery,
            ..common::settings(&broker.bootstrap, &topic)
        };
        Topic { broker, settings }
    }
}

impl SinkHarness for Topic {
    fn make(&self) -> Box<dyn Sink> {
        Box::new(KafkaSink::new("main", &self.settings).unwrap())
    }

    async fn contents(&self) -> Vec<Seen> {
        let read = common::read_committed(&self.broker.bootstrap, &self.settings.topic).await;
        let seen = read.into_iter().map(|read| {
            let record: Value = serde_json::from_slice(&read.body).unwrap();
            assert_eq!(record["id"], read.key, "the key is the record's id");
            Seen {
                id: read.key,
                revision: u32::try_from(record["revision"].as_u64().unwrap()).unwrap(),
                body: read.body,
            }
        });
        seen.collect()
    }

    async fn outage(&self, on: bool) -> bool {
        tokio::task::block_in_place(|| {
            if on {
                self.broker.stop()
            } else {
                self.broker.resume()
            }
        });
        true
    }

    fn at_least_once(&self) -> bool {
        self.settings.delivery == Delivery::AtLeastOnce
    }

    fn unacceptable(&self) -> Option<Vec<u8>> {
        Some(format!("{{\"text\":\"{}\"}}", "x".repeat(TOPIC_LIMIT + 1)).into_bytes())
    }

    fn large_record(&self) -> usize {
        TOPIC_LIMIT / 2
    }

    fn interleavings(&self) -> u64 {
        // Each restart makes a producer and waits for the broker's coordinators.
        6
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn exactly_once() {
    battery(Topic::new(Delivery::ExactlyOnce).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn at_least_once() {
    battery(Topic::new(Delivery::AtLeastOnce).await).await;
}
