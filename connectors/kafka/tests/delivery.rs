//! What the sink promises beyond the battery, against a real broker: crashes between the steps,
//! zombies, refusals, what messages look like, and what its faults say.

#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use std::time::{Duration, Instant};

use common::wire::commit_offset;
use common::{Broker, entries, entry, fresh, ids, keys, read_committed, reason, settings, stored};
use dateline_config::{Delivery, KafkaSink as Settings};
use dateline_kafka::KafkaSink;
use dateline_pipeline::fault::Class;
use dateline_pipeline::sink::{Entry, Sink, Stored};

/// A sink to a topic of its own on the shared broker, and what the store would hold for it.
async fn fresh_sink(
    partitions: i32,
    config: &[(&str, &str)],
    change: impl FnOnce(&mut Settings),
) -> Place {
    let bootstrap = common::bootstrap();
    let topic = fresh("delivery");
    common::create_topic(&bootstrap, &topic, partitions, config).await;
    let mut settings = settings(&bootstrap, &topic);
    change(&mut settings);
    Place {
        settings,
        log: fresh("log"),
    }
}

struct Place {
    settings: Settings,
    log: String,
}

impl Place {
    fn sink(&self) -> KafkaSink {
        KafkaSink::new("main", &self.settings).unwrap()
    }

    async fn open(&self, position: i64) -> (KafkaSink, i64) {
        let mut sink = self.sink();
        let opened = common::open(&mut sink, &stored(&self.log, position)).await;
        (sink, opened.position)
    }

    async fn read(&self) -> Vec<common::Read> {
        read_committed(&self.settings.brokers[0], &self.settings.topic).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_carries_key_headers_and_the_time_of_delivery() {
    let place = fresh_sink(1, &[], |_| {}).await;
    let (mut sink, _) = place.open(0).await;
    let before = jiff::Timestamp::now().as_millisecond();
    let entry = entry(1, "00000000000000000000000000000abc", 10);
    let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let traced = Entry {
        seq: 2,
        trace: Some(trace.to_owned()),
        ..entry.clone()
    };
    sink.deliver(&[entry.clone(), traced]).await.unwrap();
    let read = place.read().await;
    assert_eq!(read.len(), 2);
    assert_eq!(read[0].key, entry.id);
    assert_eq!(read[0].body, entry.body);
    let usual = [
        ("schema", "dateline/1"),
        ("op", "new"),
        ("source", "wire"),
        ("content-type", "application/json"),
    ];
    let wanted = |more: &[(&str, &str)]| -> Vec<(String, String)> {
        let all = usual.iter().chain(more);
        all.map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect()
    };
    assert_eq!(read[0].headers, wanted(&[]));
    assert_eq!(read[1].headers, wanted(&[("traceparent", trace)]));
    assert!((before..=jiff::Timestamp::now().as_millisecond()).contains(&read[0].timestamp));
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_land_where_java_clients_put_them() {
    // Hashes of Kafka's own murmur2 tests (org.apache.kafka.common.utils.UtilsTest).
    let vectors: [(&str, i32); 6] = [
        ("21", -973_932_308),
        ("foobar", -790_332_482),
        ("a-little-bit-long-string", -985_981_536),
        ("a-little-bit-longer-string", -1_486_304_829),
        (
            "lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8",
            -58_897_971,
        ),
        ("abc", 479_470_107),
    ];
    let place = fresh_sink(7, &[], |_| {}).await;
    let (mut sink, _) = place.open(0).await;
    let batch: Vec<_> = (1..)
        .zip(vectors)
        .map(|(seq, (key, _))| entry(seq, key, 1))
        .collect();
    sink.deliver(&batch).await.unwrap();
    let read = place.read().await;
    assert_eq!(read.len(), vectors.len());
    for (key, hash) in vectors {
        let landed = read.iter().find(|read| read.key == key).unwrap().partition;
        assert_eq!(landed, (hash & 0x7fff_ffff) % 7, "{key}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn topics_follow_the_template() {
    let prefix = fresh("news");
    let place = fresh_sink(1, &[], |settings| {
        settings.position_topic = Some(std::mem::replace(
            &mut settings.topic,
            format!("{prefix}.{{language}}"),
        ));
    })
    .await;
    let (mut sink, _) = place.open(0).await;
    let mut batch = entries(1, 4);
    batch[1].language = None;
    batch[3].language = Some("de".to_owned());
    assert_eq!(sink.deliver(&batch).await.unwrap().records, 4);
    for (language, count) in [("en", 2), ("und", 1), ("de", 1)] {
        let read =
            read_committed(&place.settings.brokers[0], &format!("{prefix}.{language}")).await;
        assert_eq!(read.len(), count, "{language}");
    }
    drop(sink);
    assert_eq!(
        place.open(0).await.1,
        4,
        "the position is in the position topic"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_cut_off_at_any_instant_is_neither_lost_nor_doubled() {
    let place = fresh_sink(3, &[], |_| {}).await;
    let all = entries(1, 2000);
    let mut position = 0;
    for cut in [0, 1, 2, 3, 5, 8, 12, 20, 40, 80, 3, 6, 9, 15].map(Duration::from_millis) {
        let (mut sink, at) = place.open(position).await;
        assert!(at >= position);
        position = at;
        let rest = &all[usize::try_from(position).unwrap()..];
        let batch = &rest[..rest.len().min(100)];
        // Whether it came to its end does not matter: the store never hears of it.
        drop(tokio::time::timeout(cut, sink.deliver(batch)).await);
        drop(sink);
    }
    let (mut sink, at) = place.open(position).await;
    sink.deliver(&all[usize::try_from(at).unwrap()..])
        .await
        .unwrap();
    sink.close().await.unwrap();
    let mut read = keys(&place.read().await);
    read.sort();
    assert_eq!(read, ids(&all));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_position_whose_metadata_is_not_the_logs_is_not_believed() {
    let place = fresh_sink(1, &[], |_| {}).await;
    let (mut sink, _) = place.open(0).await;
    sink.deliver(&entries(1, 10)).await.unwrap();
    let group = format!("dateline-{}-kafka.main", place.log);
    let (bootstrap, topic) = (&place.settings.brokers[0], &place.settings.topic);
    for metadata in [b"another".as_slice(), b"lo\xff\xfe"] {
        commit_offset(bootstrap, &group, topic, 5, metadata);
        let fault = reason(place.sink().open(stored(&place.log, 10)).await);
        assert_eq!(
            (fault.class, fault.kind),
            (Class::Permanent, "unsupported"),
            "{fault}"
        );
        assert!(fault.reason.contains("another log"), "{fault}");
    }
    // Once it is mended, by hand as it was broken, everything goes on.
    commit_offset(bootstrap, &group, topic, 11, b"");
    assert_eq!(place.open(10).await.1, 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_older_of_two_producers_is_fenced_and_nothing_doubles() {
    let place = fresh_sink(1, &[], |settings| {
        settings.transactional_id = Some(fresh("shared"))
    })
    .await;
    let all = entries(1, 40);
    let (mut zombie, _) = place.open(0).await;
    zombie.deliver(&all[..10]).await.unwrap();
    let (mut heir, position) = place.open(0).await;
    assert_eq!(position, 10);
    let fault = reason(zombie.deliver(&all[10..20]).await);
    assert_eq!(
        (fault.kind, fault.class),
        ("fenced", Class::Transient),
        "{fault}"
    );
    assert!(fault.reason.contains("same transactional id"), "{fault}");
    heir.deliver(&all[10..20]).await.unwrap();

    // The zombie comes back and fences in turn; seen twice, it is said loudly.
    let opened = common::open(&mut zombie, &stored(&place.log, 10)).await;
    assert_eq!(opened.position, 20);
    zombie.deliver(&all[20..30]).await.unwrap();
    let fault = reason(heir.deliver(&all[20..30]).await);
    assert_eq!(fault.kind, "fenced");
    let opened = common::open(&mut heir, &stored(&place.log, 20)).await;
    assert_eq!(opened.position, 30);
    let fault = reason(zombie.deliver(&all[30..]).await);
    assert_eq!(
        (fault.kind, fault.class),
        ("fenced", Class::Permanent),
        "{fault}"
    );
    heir.deliver(&all[30..]).await.unwrap();
    assert_eq!(keys(&place.read().await), ids(&all));
}

/// Delivers a batch of small records with one of 30,000 bytes among them to a topic that takes
/// 20,000, and checks that only this one is refused.
async fn refuse_one_of_many(place: &Place, topic: &str) {
    let mut batch = entries(1, 900);
    batch[717] = entry(718, "toolarge", 30_000);
    let (mut sink, _) = place.open(0).await;
    let mut refused = Vec::new();
    let mut rest = batch.clone();
    for _ in 0..20 {
        let delivered = sink.deliver(&rest).await.unwrap();
        refused.extend(delivered.refused);
        rest.drain(..delivered.records);
        rest.retain(|entry| !refused.iter().any(|(seq, _)| *seq == entry.seq));
        if rest.is_empty() {
            break;
        }
    }
    assert_eq!(refused.len(), 1, "{refused:?}");
    let (seq, fault) = &refused[0];
    assert_eq!(
        (*seq, fault.class, fault.kind),
        (718, Class::Poison, "too_large")
    );
    for word in ["30", "20000", "max.message.bytes", topic] {
        assert!(fault.reason.contains(word), "{fault} lacks {word}");
    }
    batch.remove(717);
    let read = read_committed(&place.settings.brokers[0], topic).await;
    assert_eq!(keys(&read), ids(&batch));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_too_large_for_the_topic_is_refused_and_the_rest_arrives() {
    let place = fresh_sink(1, &[("max.message.bytes", "20000")], |_| {}).await;
    refuse_one_of_many(&place, &place.settings.topic).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_topic_with_a_low_limit_is_found_out_where_it_is_not_known_before() {
    let place = fresh_sink(1, &[], |settings| {
        let varied = format!("{}.{{language}}", settings.topic);
        settings.position_topic = Some(std::mem::replace(&mut settings.topic, varied));
    })
    .await;
    let topic = place.settings.topic.replace("{language}", "en");
    common::create_topic(
        &place.settings.brokers[0],
        &topic,
        1,
        &[("max.message.bytes", "20000")],
    )
    .await;
    refuse_one_of_many(&place, &topic).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_over_the_clients_own_limit_is_refused() {
    let place = fresh_sink(1, &[], |settings| {
        settings
            .properties
            .insert("message.max.bytes".to_owned(), "5000".to_owned());
    })
    .await;
    let (mut sink, _) = place.open(0).await;
    let batch = vec![
        entry(1, "small", 10),
        entry(2, "large", 9000),
        entry(3, "third", 10),
    ];
    let delivered = sink.deliver(&batch).await.unwrap();
    assert_eq!((delivered.records, delivered.refused.len()), (0, 1));
    assert_eq!(delivered.refused[0].0, 2);
    assert!(
        delivered.refused[0].1.reason.contains("5000"),
        "{:?}",
        delivered.refused
    );
    let rest = [batch[0].clone(), batch[2].clone()];
    assert_eq!(sink.deliver(&rest).await.unwrap().records, 2);
    assert_eq!(keys(&place.read().await), ["small", "third"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_queue_holds_back_and_loses_nothing() {
    let place = fresh_sink(1, &[], |settings| {
        settings
            .properties
            .insert("queue.buffering.max.messages".to_owned(), "10".to_owned());
    })
    .await;
    let (mut sink, _) = place.open(0).await;
    // Several queues full. Not many, as a full queue takes a record whenever the broker has answered for one.
    let batch = entries(1, 60);
    assert_eq!(sink.deliver(&batch).await.unwrap().records, 60);
    assert_eq!(keys(&place.read().await), ids(&batch));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_position_set_back_in_the_store_sends_again_once() {
    let place = fresh_sink(1, &[], |_| {}).await;
    let all = entries(1, 20);
    let (mut sink, _) = place.open(0).await;
    let detail = sink.deliver(&all).await.unwrap().detail.unwrap();
    drop(sink);
    let replay = Stored {
        log: place.log.clone(),
        position: 15,
        detail,
    };
    let mut sink = place.sink();
    let opened = common::open(&mut sink, &replay).await;
    assert_eq!(opened.position, 15);
    sink.deliver(&all[15..]).await.unwrap();
    drop(sink);
    // The store heard of the opening, but not of the delivery.
    let mut sink = place.sink();
    let opened = common::open(
        &mut sink,
        &Stored {
            detail: opened.detail,
            ..replay
        },
    )
    .await;
    assert_eq!(opened.position, 20);
    assert_eq!(place.read().await.len(), 25);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idle_sink_renews_its_position() {
    let place = fresh_sink(1, &[], |_| {}).await;
    // As after the broker forgot the group: only the store knows the position.
    let (mut sink, position) = place.open(7).await;
    assert_eq!(position, 7);
    assert_eq!(sink.deliver(&[]).await.unwrap().records, 0);
    drop(sink);
    assert_eq!(place.open(0).await.1, 7);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_topic_is_named() {
    let broker = Broker::start(&["--set", "auto.create.topics.enable=false"]);
    for delivery in [Delivery::ExactlyOnce, Delivery::AtLeastOnce] {
        let settings = Settings {
            delivery,
            ..settings(&broker.bootstrap, "nowhere")
        };
        let mut sink = KafkaSink::new("main", &settings).unwrap();
        let started = Instant::now();
        let fault = match sink.open(stored("log", 0)).await {
            Err(fault) => fault,
            Ok(_) => reason(sink.deliver(&entries(1, 3)).await),
        };
        assert_eq!(
            (fault.class, fault.kind),
            (Class::Permanent, "unknown_topic"),
            "{fault}"
        );
        for word in [
            "kafka.main",
            "nowhere",
            &broker.bootstrap,
            "create the topic",
        ] {
            assert!(fault.reason.contains(word), "{fault} lacks {word}");
        }
        assert!(
            started.elapsed() < Duration::from_secs(30),
            "{:?}",
            started.elapsed()
        );
    }
    let settings = settings(&broker.bootstrap, "nowhere");
    let deadline = Instant::now() + common::PATIENCE;
    let probe = loop {
        let probe = dateline_kafka::probe(&settings).await.unwrap();
        // A broker on a busy machine is left out of its own cluster for a moment, until its controller hears of it again.
        if !probe.brokers.is_empty() || Instant::now() > deadline {
            break probe;
        }
    };
    assert_eq!(probe.brokers, std::slice::from_ref(&broker.bootstrap));
    assert_eq!(probe.topics[0].partitions, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_broker_is_said_within_the_limit() {
    // A port that was free a moment ago.
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let settings = settings(&format!("127.0.0.1:{port}"), "news");
    let started = Instant::now();
    let mut sink = KafkaSink::new("main", &settings).unwrap();
    let (fault, refused) = tokio::join!(
        sink.open(stored("log", 0)),
        dateline_kafka::probe(&settings)
    );
    let fault = reason(fault);
    assert_eq!(
        (fault.class, fault.kind),
        (Class::Transient, "unreachable"),
        "{fault}"
    );
    assert!(
        fault.reason.contains(&port.to_string()) && fault.reason.contains("refused"),
        "{fault}"
    );
    assert!(refused.unwrap_err().to_string().contains("refused"));
    assert!(
        started.elapsed() < Duration::from_secs(40),
        "{:?}",
        started.elapsed()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broker_killed_and_restarted_during_deliveries_loses_and_doubles_nothing() {
    let broker = Broker::start(&[]);
    common::create_topic(&broker.bootstrap, "news", 3, &[]).await;
    let place = Place {
        settings: settings(&broker.bootstrap, "news"),
        log: fresh("log"),
    };
    let all = entries(1, 6000);
    let deliver = async {
        let mut position = 0;
        let (mut sink, _) = place.open(0).await;
        while let Some(rest) = all
            .get(usize::try_from(position).unwrap()..)
            .filter(|rest| !rest.is_empty())
        {
            match sink.deliver(&rest[..rest.len().min(20)]).await {
                Ok(delivered) => position += i64::try_from(delivered.records).unwrap(),
                Err(fault) => {
                    assert_eq!(fault.class, Class::Transient, "{fault}");
                    position = common::open(&mut sink, &stored(&place.log, position))
                        .await
                        .position;
                }
            }
        }
    };
    let outage = async {
        for kill in [true, false] {
            tokio::time::sleep(Duration::from_millis(400)).await;
            tokio::task::block_in_place(|| if kill { broker.kill() } else { broker.stop() });
            tokio::time::sleep(Duration::from_secs(2)).await;
            tokio::task::block_in_place(|| broker.resume());
        }
    };
    tokio::join!(deliver, outage);
    let mut read = keys(&place.read().await);
    read.sort();
    assert_eq!(read, ids(&all));
}
