//! The Kafka sink, its encryption and its login.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use crate::decode::{Context, Fields};
use crate::expression::Expression;
use crate::finding::Finding;
use crate::shape::{
    Bool, ByteSize, ConfigPath, Integer, List, OneOf, Properties, Secret, SecretRef, Table,
    bare_topic, broker, condition, duration, gib, kib, line, mib, millis, minutes, placeholders,
    secs, size, topic_template,
};

/// Most brokers listed: they only serve to find the cluster.
const MAX_BROKERS: usize = 100;

choice! {
    /// What is promised for each record.
    Delivery {
        /// Each record once for consumers that read committed messages: records and position in one transaction.
        ExactlyOnce = "exactly_once",
        /// Each record once or more: for brokers without transactions. The producer is idempotent.
        AtLeastOnce = "at_least_once",
    }
}

choice! {
    /// How messages are compressed on the wire and at the broker.
    KafkaCompression {
        /// Not at all.
        None = "none",
        /// gzip.
        Gzip = "gzip",
        /// Snappy.
        Snappy = "snappy",
        /// LZ4.
        Lz4 = "lz4",
        /// Zstandard.
        Zstd = "zstd",
    }
}

choice! {
    /// How the login is proven.
    SaslMechanism {
        /// The password itself; use it with `tls` only.
        Plain = "plain",
        /// SCRAM with SHA-256.
        ScramSha256 = "scram-sha-256",
        /// SCRAM with SHA-512.
        ScramSha512 = "scram-sha-512",
    }
}

section! {
    /// Encryption of the connection to the brokers. An empty section is enough where the system's certificates do.
    table Tls at "[sinks.kafka.NAME.tls]", hints {
        "ca" => "did you mean `ca_file`?",
        "cert" => "did you mean `cert_file`?",
        "key" => "did you mean `key_file`?",
        "password" => "did you mean `key_password`?",
        "insecure" => "did you mean `verify = false`?",
    }, check check_tls {
        /// Certificates (PEM) of the authorities that are trusted. Where absent, those of the system.
        ca_file: Option<PathBuf> = optional, ConfigPath;
        /// Certificate (PEM) that Dateline shows to the brokers.
        cert_file: Option<PathBuf> = optional, ConfigPath;
        /// Key (PEM) of that certificate.
        key_file: Option<PathBuf> = optional, ConfigPath;
        /// Password of the key.
        key_password: Option<Secret> = optional, SecretRef;
        /// Whether the brokers' certificates are checked. Without, anyone on the way can read and change records.
        verify: bool = default(true), Bool;
    }
}

section! {
    /// Login at the brokers.
    item Sasl at "[sinks.kafka.NAME.sasl]", hints {
        "user" => "did you mean `username`?",
        "pass" => "did you mean `password`?",
    } {
        /// How the login is proven.
        mechanism: SaslMechanism = required, OneOf::<SaslMechanism>::new();
        /// Name to log in with.
        username: String = required, line("dateline");
        /// Password, as a secret: `{ env = "NAME" }` or `{ file = "path" }`.
        password: Secret = required, SecretRef;
    }
}

section! {
    /// Writes records to Kafka, keyed by article id.
    item KafkaSink at "[sinks.kafka.NAME]", hints {
        "bootstrap_servers" => "did you mean `brokers`?",
        "bootstrap" => "did you mean `brokers`?",
        "broker" => "did you mean `brokers`? It is a list: [\"localhost:9092\"]",
        "servers" => "did you mean `brokers`?",
        "topics" => "did you mean `topic`?",
        "acks" => "it is always `all`; see `delivery`",
        "ssl" => "did you mean `tls`?",
        "username" => "did you mean `sasl.username`?",
        "password" => "did you mean `sasl.password`?",
        "batch_size" => "did you mean `batch_records` or `batch_bytes`?",
        "when" => "did you mean `where`?",
        "filter" => "did you mean `where`?",
        "linger_ms" => "did you mean `linger`? It is a duration: \"50ms\"",
    }, check check_kafka {
        /// Brokers to find the cluster by, as host:port.
        brokers: Vec<String> = required, List { of: broker(), least: 1, most: MAX_BROKERS };
        /// Topic. Placeholders: `{source_kind}` (feed or drop), `{source}` (the source's id), `{language}` (`und` where unknown).
        topic: String = required, topic_template();
        /// What is promised for each record.
        delivery: Delivery = default(Delivery::ExactlyOnce), OneOf::<Delivery>::new();
        /// Transactional id; two Datelines must never share one. Where absent, it is made from the state and the sink's name.
        transactional_id: Option<String> = optional, line("dateline-main");
        /// Topic whose partition 0 the position is committed for, as the offset of a consumer group.
        /// Needed with `exactly_once` when `topic` has placeholders; otherwise it is the topic itself.
        position_topic: Option<String> = optional, bare_topic();
        /// How messages are compressed.
        compression: KafkaCompression = default(KafkaCompression::Zstd), OneOf::<KafkaCompression>::new();
        /// Most records in one commit.
        batch_records: usize = default(10_000), Integer(1..=1_000_000);
        /// Most bytes in one commit, before compression.
        batch_bytes: ByteSize = default(mib(32)), size(kib(1), gib(1));
        /// How long to wait for more records before a batch is sent.
        linger: Duration = default(millis(50)), duration(millis(0), minutes(15));
        /// Time after which the broker gives up a transaction; the broker's own limit is 15m unless it was raised.
        transaction_timeout: Duration = default(secs(60)), duration(secs(1), minutes(15));
        /// Encryption. Where absent, records travel in clear.
        tls: Option<Tls> = optional, Table::<Tls>::new();
        /// Login. Where absent, none.
        sasl: Option<Sasl> = optional, Table::<Sasl>::new();
        /// Any other property of librdkafka, by its own name.
        properties: BTreeMap<String, String> = default(BTreeMap::new()), Properties { owned };
        /// Which records go there: those for which this expression is true (CEL, docs/rules.md). Where absent, all. One for which it fails goes there.
        r#where: Option<Expression> = optional, condition("record.language.code == 'en'");
        /// Whether the sink is written to. One that is switched off keeps its position.
        enabled: bool = default(true), Bool;
        /// Whether `/readyz` is 503 while the sink takes nothing. Of one that is not required it only says so.
        required: bool = default(true), Bool;
    }
}

/// What to use instead of a librdkafka property that Dateline sets itself.
fn owned(property: &str) -> Option<&'static str> {
    Some(match property {
        "bootstrap.servers" | "metadata.broker.list" => "use `brokers`",
        "transactional.id" => "use `transactional_id`",
        "enable.idempotence" | "enable.gapless.guarantee" => {
            "the producer is always idempotent; use `delivery`"
        }
        "acks" | "request.required.acks" => "it is always `all`; use `delivery`",
        "group.id" | "group.instance.id" => {
            "the group that holds the position is named after the sink"
        }
        "isolation.level" => "the position is always read committed",
        "enable.auto.commit"
        | "auto.commit.enable"
        | "enable.auto.offset.store"
        | "auto.offset.reset" => "the position is committed with the records",
        "compression.type" | "compression.codec" => "use `compression`",
        "linger.ms" | "queue.buffering.max.ms" => "use `linger`",
        "transaction.timeout.ms" => "use `transaction_timeout`",
        "security.protocol" => "add a `tls` or a `sasl` section: the protocol follows from them",
        "ssl.ca.location" => "use `tls.ca_file`",
        "ssl.certificate.location" => "use `tls.cert_file`",
        "ssl.key.location" => "use `tls.key_file`",
        "ssl.key.password" => "use `tls.key_password`, which takes a secret",
        "enable.ssl.certificate.verification" => "use `tls.verify`",
        "sasl.mechanism" | "sasl.mechanisms" => "use `sasl.mechanism`",
        "sasl.username" => "use `sasl.username` of the sink",
        "sasl.password" => "use `sasl.password` of the sink, which takes a secret",
        _ => return None,
    })
}

fn check_tls(tls: &mut Tls, context: &mut Context, at: &Fields<'_>) {
    for (one, other) in [
        ("cert_file", "key_file"),
        ("key_file", "cert_file"),
        ("key_password", "key_file"),
    ] {
        if at.has(one) && !at.has(other) {
            let finding = Finding::error(format!("`{one}` needs `{other}`"))
                .at(at.span(one))
                .help(format!("add `{other}`, or take `{one}` out"));
            context.report(finding);
        }
    }
    if !tls.verify {
        let finding = Finding::warning("certificates of the brokers are not checked")
            .at(at.span("verify"))
            .help("name the brokers' authority in `ca_file` and take `verify = false` out");
        context.report(finding);
    }
}

fn check_kafka(sink: &mut KafkaSink, context: &mut Context, at: &Fields<'_>) {
    let exactly_once = sink.delivery == Delivery::ExactlyOnce && !at.failed("delivery");
    let many_topics = !placeholders(&sink.topic).is_empty();
    if exactly_once && many_topics && !at.has("position_topic") {
        let finding = Finding::error("`topic` has placeholders, so `exactly_once` needs `position_topic`")
            .label(at.span("topic"), "records go to several topics")
            .help(
                "the position is committed for one topic that is always there: add `position_topic = \"dateline-positions\"` \
                 and make that topic with one partition, or set `delivery = \"at_least_once\"`",
            )
            .of_absence();
        context.report(finding);
    }
    let at_least_once = sink.delivery == Delivery::AtLeastOnce;
    for key in ["transactional_id", "position_topic", "transaction_timeout"] {
        if at_least_once && at.has(key) {
            let finding = Finding::warning(format!("`{key}` is not used with `at_least_once`"))
                .at(at.span(key))
                .help("take it out, or set `delivery = \"exactly_once\"`");
            context.report(finding);
        }
    }
    let plain = |sasl: &Sasl| sasl.mechanism == SaslMechanism::Plain;
    if sink.sasl.as_ref().is_some_and(plain) && !at.has("tls") {
        let finding =
            Finding::warning("the password travels in clear: mechanism `plain` without `tls`")
                .at(at.span("sasl"))
                .help("add a `tls` section, or use `scram-sha-512`");
        context.report(finding);
    }
}
