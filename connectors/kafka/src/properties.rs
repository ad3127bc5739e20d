//! From the settings of a sink to the properties of librdkafka's clients. Opens nothing but the
//! files that secrets and certificates lie in.

use std::time::Duration;

use dateline_config::{Delivery, KafkaCompression, KafkaSink, Sasl, SaslMechanism, Tls};
use dateline_pipeline::fault::Fault;
use rdkafka::config::{ClientConfig, RDKafkaLogLevel};

use crate::KafkaError;

/// How long the producer waits for a fuller request. The stage has collected a batch already, so
/// waiting only holds up the tail of it: librdkafka's usual 5 ms nearly double the time of a small
/// transaction.
const PRODUCER_LINGER: Duration = Duration::from_millis(1);

/// The client's own limit on one message, in bytes: so high that the broker's limits decide, and
/// low enough that a request's buffer stays small beside the machine's memory.
pub(crate) const MESSAGE_LIMIT: u64 = 128 * 1024 * 1024;

/// Messages in the producer's queue beyond the batch. Only one batch is under way at a time.
const QUEUE_HEADROOM_RECORDS: usize = 1024;

/// What the producer's queue holds at least, in KiB: one message of [`MESSAGE_LIMIT`].
const QUEUE_FLOOR_KIB: u64 = MESSAGE_LIMIT / 1024 + 1024;

/// Until when a topic that the brokers do not know may still appear, as it does shortly after it is
/// created by the first record.
const TOPIC_APPEARS: Duration = Duration::from_secs(10);

/// Uncompressed bytes of one message set, librdkafka's own default. A topic's `max.message.bytes`
/// limits whole sets, so this is lowered when a topic turns out to take less.
pub(crate) const SET_BYTES: u64 = 1_000_000;

/// How the producer packs messages into sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Packing {
    /// Up to so many bytes in a set.
    Sets(u64),
    /// Every message by itself, to find the one that the broker does not take.
    Single,
}

/// The properties of the producer for `settings`; `transactional_id` makes it transactional.
pub(crate) fn producer(
    sink: &str,
    settings: &KafkaSink,
    transactional_id: Option<&str>,
    packing: Packing,
) -> Result<ClientConfig, Fault> {
    let mut config = connection(sink, settings)?;
    let timeout = settings.transaction_timeout.as_millis().to_string();
    let queue_kib = (settings.batch_bytes.0 / 1024)
        .saturating_mul(2)
        .max(QUEUE_FLOOR_KIB);
    config
        .set("enable.idempotence", "true")
        .set("acks", "all")
        .set("partitioner", "murmur2_random")
        .set("compression.type", compression(settings.compression))
        .set("linger.ms", PRODUCER_LINGER.as_millis().to_string())
        .set("delivery.timeout.ms", timeout.as_str())
        .set("message.max.bytes", MESSAGE_LIMIT.to_string())
        .set(
            "queue.buffering.max.kbytes",
            queue_kib.min(i32::MAX as u64).to_string(),
        )
        .set(
            "queue.buffering.max.messages",
            settings
                .batch_records
                .saturating_add(QUEUE_HEADROOM_RECORDS)
                .min(10_000_000)
                .to_string(),
        )
        .set(
            "topic.metadata.propagation.max.ms",
            TOPIC_APPEARS.as_millis().to_string(),
        )
        .set("delivery.report.only.error", "true");
    if let Some(id) = transactional_id {
        config
            .set("transactional.id", id)
            .set("transaction.timeout.ms", timeout.as_str());
    }
    if let Packing::Sets(bytes) = packing {
        config.set("batch.size", bytes.to_string());
    }
    for (property, value) in &settings.properties {
        config.set(property, value);
    }
    match packing {
        Packing::Single => config.set("batch.num.messages", "1"),
        // A set that the topic refused must become smaller, whatever was asked for.
        Packing::Sets(bytes) if bytes < SET_BYTES => config.set("batch.size", bytes.to_string()),
        Packing::Sets(_) => &mut config,
    };
    Ok(config)
}

/// The properties of the consumer that reads the position of `group` back, and of probes.
pub(crate) fn consumer(
    sink: &str,
    settings: &KafkaSink,
    group: &str,
) -> Result<ClientConfig, Fault> {
    let mut config = connection(sink, settings)?;
    // Producer properties are passed as well: librdkafka ignores them with a line in the log.
    for (property, value) in &settings.properties {
        config.set(property, value);
    }
    config
        .set("group.id", group)
        .set("enable.auto.commit", "false")
        .set("isolation.level", "read_committed")
        .set("allow.auto.create.topics", "false");
    Ok(config)
}

/// Checks the passed-through properties without a broker.
pub(crate) fn check(sink: &str, settings: &KafkaSink) -> Result<(), KafkaError> {
    for (property, value) in &settings.properties {
        let mut alone = ClientConfig::new();
        alone.set(property, value);
        if let Err(rdkafka::error::KafkaError::ClientConfig(_, reason, ..)) =
            alone.create_native_config()
        {
            return Err(KafkaError::Property {
                sink: sink.to_owned(),
                property: property.clone(),
                reason: without_secret(property, value, &reason),
            });
        }
    }
    Ok(())
}

/// The limit on one message that the client itself enforces, in bytes.
pub(crate) fn message_limit(settings: &KafkaSink) -> u64 {
    let asked = settings.properties.get("message.max.bytes");
    asked
        .and_then(|bytes| bytes.parse().ok())
        .unwrap_or(MESSAGE_LIMIT)
}

pub(crate) fn connection(sink: &str, settings: &KafkaSink) -> Result<ClientConfig, Fault> {
    let mut config = ClientConfig::new();
    // At this level the client says that a broker closed the connection, and guesses why.
    config.set_log_level(RDKafkaLogLevel::Info);
    let protocol = match (&settings.tls, &settings.sasl) {
        (None, None) => "plaintext",
        (Some(_), None) => "ssl",
        (None, Some(_)) => "sasl_plaintext",
        (Some(_), Some(_)) => "sasl_ssl",
    };
    config
        .set("bootstrap.servers", settings.brokers.join(","))
        .set("client.id", format!("dateline.{sink}"))
        .set("security.protocol", protocol)
        // After an outage the brokers are found again within seconds, without hammering them.
        .set("reconnect.backoff.ms", "100")
        .set("reconnect.backoff.max.ms", "5000");
    if let Some(tls) = &settings.tls {
        set_tls(&mut config, sink, tls)?;
    }
    if let Some(sasl) = &settings.sasl {
        set_sasl(&mut config, sink, sasl)?;
    }
    Ok(config)
}

fn set_tls(config: &mut ClientConfig, sink: &str, tls: &Tls) -> Result<(), Fault> {
    let files = [
        ("ssl.ca.location", "ca_file", &tls.ca_file),
        ("ssl.certificate.location", "cert_file", &tls.cert_file),
        ("ssl.key.location", "key_file", &tls.key_file),
    ];
    for (property, setting, file) in files {
        let Some(file) = file else { continue };
        // librdkafka does not say which file it could not read, nor why.
        if let Err(error) = std::fs::File::open(file) {
            return Err(Fault::permanent(
                "tls",
                format!(
                    "{sink}: tls.{setting} {} cannot be read: {error}",
                    file.display()
                ),
            ));
        }
        config.set(property, file.to_string_lossy());
    }
    if let Some(password) = &tls.key_password {
        let password = password
            .reveal()
            .map_err(|error| secret_fault(sink, "tls.key_password", &error))?;
        config.set("ssl.key.password", &*password);
    }
    if !tls.verify {
        config.set("enable.ssl.certificate.verification", "false");
        config.set("ssl.endpoint.identification.algorithm", "none");
    }
    Ok(())
}

fn set_sasl(config: &mut ClientConfig, sink: &str, sasl: &Sasl) -> Result<(), Fault> {
    let mechanism = match sasl.mechanism {
        SaslMechanism::Plain => "PLAIN",
        SaslMechanism::ScramSha256 => "SCRAM-SHA-256",
        SaslMechanism::ScramSha512 => "SCRAM-SHA-512",
    };
    let password = sasl
        .password
        .reveal()
        .map_err(|error| secret_fault(sink, "sasl.password", &error))?;
    config
        .set("sasl.mechanism", mechanism)
        .set("sasl.username", sasl.username.as_str())
        .set("sasl.password", &*password);
    Ok(())
}

fn secret_fault(sink: &str, setting: &str, error: &dyn std::error::Error) -> Fault {
    Fault::permanent(
        "secret",
        format!("{sink}: {setting} cannot be had: {error}"),
    )
}

fn compression(compression: KafkaCompression) -> &'static str {
    match compression {
        KafkaCompression::None => "none",
        KafkaCompression::Gzip => "gzip",
        KafkaCompression::Snappy => "snappy",
        KafkaCompression::Lz4 => "lz4",
        KafkaCompression::Zstd => "zstd",
    }
}

/// Whether the sink's position travels in Kafka's own transactions.
pub(crate) fn is_exactly_once(settings: &KafkaSink) -> bool {
    matches!(settings.delivery, Delivery::ExactlyOnce)
}

/// librdkafka quotes the value that it does not like, which may be a password.
fn without_secret(property: &str, value: &str, reason: &str) -> String {
    let is_secret = ["password", "secret", "pem", "jaas", "oauth"]
        .iter()
        .any(|word| property.contains(word));
    if is_secret && !value.is_empty() {
        reason.replace(value, "\u{2026}")
    } else {
        reason.to_owned()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use std::collections::BTreeMap;

    use dateline_config::{ByteSize, Secret};

    use super::*;

    fn settings() -> KafkaSink {
        KafkaSink {
            brokers: vec!["a:9092".to_owned(), "b:9092".to_owned()],
            topic: "news".to_owned(),
            delivery: Delivery::ExactlyOnce,
            transactional_id: None,
            position_topic: None,
            compression: KafkaCompression::Lz4,
            batch_records: 500,
            batch_bytes: ByteSize(512 << 20),
            linger: Duration::from_secs(2),
            transaction_timeout: Duration::from_secs(45),
            tls: None,
            sasl: None,
            properties: BTreeMap::new(),
            r#where: None,
            enabled: true,
            required: true,
        }
    }

    fn with_property(property: &str, value: &str) -> KafkaSink {
        KafkaSink {
            properties: BTreeMap::from([(property.to_owned(), value.to_owned())]),
            ..settings()
        }
    }

    #[test]
    fn settings_become_properties() {
        let config = producer(
            "kafka.main",
            &settings(),
            Some("id"),
            Packing::Sets(SET_BYTES),
        )
        .unwrap();
        for (property, value) in [
            ("bootstrap.servers", "a:9092,b:9092"),
            ("security.protocol", "plaintext"),
            ("acks", "all"),
            ("enable.idempotence", "true"),
            ("compression.type", "lz4"),
            ("partitioner", "murmur2_random"),
            ("transactional.id", "id"),
            ("transaction.timeout.ms", "45000"),
            ("queue.buffering.max.kbytes", "1048576"),
            ("linger.ms", "1"),
        ] {
            assert_eq!(config.get(property), Some(value), "{property}");
        }
        assert!(config.create_native_config().is_ok());
        let plain = producer("kafka.main", &settings(), None, Packing::Sets(SET_BYTES)).unwrap();
        assert_eq!(plain.get("transactional.id"), None);
        let reader = consumer("kafka.main", &settings(), "group").unwrap();
        assert_eq!(reader.get("isolation.level"), Some("read_committed"));
    }

    #[test]
    fn passed_through_properties_come_last_but_for_the_search_of_a_refused_record() {
        let asked = with_property("batch.num.messages", "77");
        let packed = |packing| {
            let config = producer("kafka.main", &asked, None, packing).unwrap();
            config.get("batch.num.messages").unwrap().to_owned()
        };
        assert_eq!(packed(Packing::Sets(SET_BYTES)), "77");
        assert_eq!(packed(Packing::Single), "1");
        assert_eq!(
            message_limit(&with_property("message.max.bytes", "5000")),
            5000
        );
        assert_eq!(message_limit(&settings()), MESSAGE_LIMIT);
    }

    #[test]
    fn tls_and_login_choose_the_protocol() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("password");
        std::fs::write(&file, "secret\n").unwrap();
        let ca_file = folder.path().join("ca.pem");
        std::fs::write(&ca_file, "").unwrap();
        let tls = Tls {
            ca_file: Some(ca_file.clone()),
            cert_file: None,
            key_file: None,
            key_password: None,
            verify: false,
        };
        let sasl = Sasl {
            mechanism: SaslMechanism::ScramSha512,
            username: "me".to_owned(),
            password: Secret::File(file.clone()),
        };
        let both = KafkaSink {
            tls: Some(tls),
            sasl: Some(sasl.clone()),
            ..settings()
        };
        let config = producer("kafka.main", &both, None, Packing::Sets(SET_BYTES)).unwrap();
        for (property, value) in [
            ("security.protocol", "sasl_ssl"),
            ("ssl.ca.location", ca_file.to_str().unwrap()),
            ("enable.ssl.certificate.verification", "false"),
            ("sasl.mechanism", "SCRAM-SHA-512"),
            ("sasl.username", "me"),
            ("sasl.password", "secret"),
        ] {
            assert_eq!(config.get(property), Some(value), "{property}");
        }
        std::fs::remove_file(&file).unwrap();
        let fault = producer("kafka.main", &both, None, Packing::Sets(SET_BYTES)).unwrap_err();
        assert!(fault.reason.contains("sasl.password"), "{fault}");
        std::fs::remove_file(&ca_file).unwrap();
        let fault = producer("kafka.main", &both, None, Packing::Sets(SET_BYTES)).unwrap_err();
        assert!(fault.reason.contains("tls.ca_file"), "{fault}");
    }

    #[test]
    fn a_wrong_property_is_named_and_a_secret_is_not_told() {
        let unknown = check("kafka.main", &with_property("no.such.thing", "1")).unwrap_err();
        assert!(unknown.to_string().contains("no.such.thing"), "{unknown}");
        let wrong = check("kafka.main", &with_property("socket.timeout.ms", "soon")).unwrap_err();
        assert!(wrong.to_string().contains("socket.timeout.ms"), "{wrong}");
        let told = without_secret(
            "sasl.oauthbearer.client.secret",
            "hunter2",
            "Invalid value \"hunter2\"",
        );
        assert!(!told.contains("hunter2"), "{told}");
        assert!(
            check(
                "kafka.main",
                &with_property("socket.keepalive.enable", "true")
            )
            .is_ok()
        );
    }
}
