//! Errors that a healthy broker does not give, injected by librdkafka's mock cluster. It shows
//! messages of open transactions, so nothing is counted here.

#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use std::time::{Duration, Instant};

use common::wire::commit_offset;
use common::{entries, reason, settings, stored};
use dateline_config::{Delivery, KafkaSink as Settings};
use dateline_kafka::KafkaSink;
use dateline_pipeline::fault::Class;
use dateline_pipeline::sink::Sink;
use rdkafka::mocking::MockCluster;
use rdkafka::producer::DefaultProducerContext;
use rdkafka::types::{RDKafkaApiKey as Api, RDKafkaRespErr as Answer};

/// More answers than any client asks for within a test.
const FOR_EVER: usize = 10_000;

type Cluster = MockCluster<'static, DefaultProducerContext>;

fn cluster() -> (Cluster, Settings) {
    let cluster = MockCluster::new(1).unwrap();
    cluster.create_topic("news", 1, 1).unwrap();
    let settings = Settings {
        transaction_timeout: Duration::from_secs(5),
        ..settings(&cluster.bootstrap_servers(), "news")
    };
    (cluster, settings)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_times_out_is_transient_and_the_next_open_starts_afresh() {
    let (cluster, settings) = cluster();
    let mut sink = KafkaSink::new("main", &settings).unwrap();
    common::open(&mut sink, &stored("log", 0)).await;
    let loading = Answer::RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS;
    cluster.request_errors(Api::EndTxn, &vec![loading; FOR_EVER]);
    let started = Instant::now();
    let fault = reason(sink.deliver(&entries(1, 10)).await);
    assert_eq!(fault.class, Class::Transient, "{fault}");
    assert!(
        started.elapsed() < Duration::from_secs(30),
        "{:?}",
        started.elapsed()
    );
    let fault = reason(sink.deliver(&entries(1, 10)).await);
    assert_eq!(fault.kind, "not_open", "the producer is thrown away");

    cluster.clear_request_errors(Api::EndTxn);
    common::open(&mut sink, &stored("log", 0)).await;
    assert_eq!(sink.deliver(&entries(11, 20)).await.unwrap().records, 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fenced_commit_is_told_as_such() {
    let (cluster, settings) = cluster();
    let mut sink = KafkaSink::new("main", &settings).unwrap();
    common::open(&mut sink, &stored("log", 0)).await;
    cluster.request_errors(Api::EndTxn, &[Answer::RD_KAFKA_RESP_ERR_PRODUCER_FENCED]);
    let fault = reason(sink.deliver(&entries(1, 10)).await);
    assert_eq!(
        (fault.class, fault.kind),
        (Class::Transient, "fenced"),
        "{fault}"
    );
    common::open(&mut sink, &stored("log", 0)).await;
    assert_eq!(sink.deliver(&entries(1, 10)).await.unwrap().records, 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_right_to_write_is_permanent() {
    for delivery in [Delivery::ExactlyOnce, Delivery::AtLeastOnce] {
        let (cluster, settings) = cluster();
        let settings = Settings {
            delivery,
            ..settings
        };
        let mut sink = KafkaSink::new("main", &settings).unwrap();
        common::open(&mut sink, &stored("log", 0)).await;
        let denied = Answer::RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED;
        cluster.request_errors(Api::Produce, &vec![denied; FOR_EVER]);
        let fault = reason(sink.deliver(&entries(1, 10)).await);
        assert_eq!(
            (fault.class, fault.kind),
            (Class::Permanent, "authorization"),
            "{fault}"
        );
        assert!(fault.reason.contains("topic news"), "{fault}");
    }
}

/// Without transactions what lies before a refused record counts as delivered, if it is.
#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_failed_before_a_refused_one_is_not_taken_for_delivered() {
    let (cluster, settings) = cluster();
    let settings = Settings {
        delivery: Delivery::AtLeastOnce,
        ..settings
    };
    let mut sink = KafkaSink::new("main", &settings).unwrap();
    common::open(&mut sink, &stored("log", 0)).await;
    let fine = Answer::RD_KAFKA_RESP_ERR_NO_ERROR;
    let denied = Answer::RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED;
    let too_large = Answer::RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE;
    // The set as a whole, then its records one by one.
    cluster.request_errors(Api::Produce, &[too_large, fine, denied, too_large]);
    let fault = reason(sink.deliver(&entries(1, 4)).await);
    assert_eq!(
        (fault.class, fault.kind),
        (Class::Permanent, "authorization"),
        "{fault}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_right_to_transactions_is_said_at_once() {
    let (cluster, settings) = cluster();
    let denied = Answer::RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED;
    cluster.request_errors(Api::InitProducerId, &vec![denied; FOR_EVER]);
    let mut sink = KafkaSink::new("main", &settings).unwrap();
    let started = Instant::now();
    let fault = reason(sink.open(stored("log", 0)).await);
    assert_eq!(
        (fault.class, fault.kind),
        (Class::Permanent, "authorization"),
        "{fault}"
    );
    assert!(
        started.elapsed() < Duration::from_secs(15),
        "{:?}",
        started.elapsed()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_position_with_metadata_that_is_no_text_is_not_believed() {
    let (cluster, settings) = cluster();
    let mut sink = KafkaSink::new("main", &settings).unwrap();
    common::open(&mut sink, &stored("log", 0)).await;
    sink.deliver(&entries(1, 10)).await.unwrap();
    let bootstrap = cluster.bootstrap_servers();
    let not_utf8 = b"lo\xff\xfe";
    commit_offset(&bootstrap, "dateline-log-kafka.main", "news", 5, not_utf8);
    let fault = reason(sink.open(stored("log", 10)).await);
    assert_eq!(
        (fault.class, fault.kind),
        (Class::Permanent, "unsupported"),
        "{fault}"
    );
    assert!(fault.reason.contains("another log"), "{fault}");
}
