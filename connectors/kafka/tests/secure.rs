//! Encryption, certificates and logins, against a real broker: settings as a user writes them, and
//! what is said when one of them is wrong.

#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use common::{Broker, entries, fresh, ids, keys, read_committed, reason, stored};
use dateline_config::KafkaSink as Settings;
use dateline_kafka::KafkaSink;
use dateline_pipeline::fault::{Class, Fault};
use dateline_pipeline::sink::Sink;
use tempfile::TempDir;

/// The password of the development broker's user.
const PASSWORD: &str = "dateline-dev";

/// A wrong setting is to be said at once, and not when a time-out is over.
const AT_ONCE: Duration = Duration::from_secs(15);

/// The broker that these tests share, with every listener that it can have.
fn broker() -> &'static Broker {
    static SHARED: OnceLock<Broker> = OnceLock::new();
    // A static is never dropped; the leash stops the broker.
    SHARED.get_or_init(|| Broker::start(&["--sasl", "--tls"]))
}

/// The settings of `[sinks.kafka.main]` with these lines and a topic of its own, read as a file
/// in `folder` would be.
fn read(folder: &Path, brokers: &str, lines: &str) -> Settings {
    let topic = fresh("secure");
    let text = format!(
        "[[drops]]\npath = \"incoming\"\n\n[sinks.kafka.main]\nbrokers = [\"{brokers}\"]\ntopic = \"{topic}\"\n{lines}"
    );
    let loaded = dateline_config::parse(&text, &folder.join("dateline.toml"));
    let loaded = loaded.unwrap_or_else(|errors| panic!("{errors}\n{text}"));
    loaded.config.sinks.kafka["main"].clone()
}

/// A folder with the broker's files, the password, and the certificate and key of a stranger.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (key, name) in [
        ("KAFKA_TLS_CA", "ca.pem"),
        ("KAFKA_TLS_CERT", "client.pem"),
        ("KAFKA_TLS_KEY", "client.key"),
    ] {
        std::fs::copy(broker().told(key), folder.path().join(name)).unwrap();
    }
    for (name, password) in [("password", PASSWORD), ("wrong", "guessed")] {
        std::fs::write(folder.path().join(name), format!("{password}\n")).unwrap();
    }
    let stranger = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -subj /CN=stranger \
                    -keyout stranger.key -out stranger.pem";
    openssl(folder.path(), stranger);
    openssl(
        folder.path(),
        "pkey -in client.key -aes256 -passout file:password -out locked.key",
    );
    folder
}

fn openssl(folder: &Path, arguments: &str) {
    let done = Command::new("openssl")
        .args(arguments.split_whitespace())
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|error| panic!("openssl cannot be run: {error}"));
    assert!(
        done.status.success(),
        "openssl {arguments}: {}",
        String::from_utf8_lossy(&done.stderr)
    );
}

/// Lines of `[sinks.kafka.main.tls]`.
fn tls(lines: &str) -> String {
    format!("[sinks.kafka.main.tls]\n{lines}\n")
}

/// Lines of `[sinks.kafka.main.sasl]`; the password stands in the file `password`.
fn login(mechanism: &str, password: &str) -> String {
    format!(
        "[sinks.kafka.main.sasl]\nmechanism = \"{mechanism}\"\nusername = \"dateline\"\n\
         password = {{ file = \"{password}\" }}\n"
    )
}

const CA: &str = "ca_file = \"ca.pem\"";

/// Delivers some records and sees them arrive once.
async fn deliver(settings: &Settings) {
    let batch = entries(1, 5);
    let log = fresh("log");
    let mut sink = KafkaSink::new("main", settings).unwrap();
    common::open(&mut sink, &stored(&log, 0)).await;
    assert_eq!(sink.deliver(&batch).await.unwrap().records, 5);
    drop(sink);
    // The position is read back by a consumer, which logs in by itself.
    let mut sink = KafkaSink::new("main", settings).unwrap();
    let opened = common::open(&mut sink, &stored(&log, 0)).await;
    assert_eq!(opened.position, 5);
    let read = read_committed(&broker().bootstrap, &settings.topic).await;
    assert_eq!(keys(&read), ids(&batch));
    let probe = dateline_kafka::probe(settings).await.unwrap();
    assert_eq!(probe.topics[0].partitions, Some(1));
}

/// The fault of a sink that cannot be opened; `check --online` says the same.
async fn refusal(settings: &Settings) -> Fault {
    let started = Instant::now();
    let mut sink = KafkaSink::new("main", settings).unwrap();
    let fault = reason(sink.open(stored(&fresh("log"), 0)).await);
    let probed = dateline_kafka::probe(settings).await.unwrap_err();
    let after_name = |text: &str| text.split_once(": ").unwrap().1.to_owned();
    assert_eq!(after_name(&probed.to_string()), after_name(&fault.reason));
    assert!(started.elapsed() < AT_ONCE, "{:?}", started.elapsed());
    fault
}

#[tokio::test(flavor = "multi_thread")]
async fn records_arrive_over_tls() {
    let folder = folder();
    let brokers = broker().told("KAFKA_TLS_BOOTSTRAP");
    deliver(&read(folder.path(), brokers, &tls(CA))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn records_arrive_with_a_clients_certificate() {
    let folder = folder();
    let brokers = broker().told("KAFKA_MTLS_BOOTSTRAP");
    for key in [
        "key_file = \"client.key\"",
        "key_file = \"locked.key\"\nkey_password = { file = \"password\" }",
    ] {
        let lines = tls(&format!("{CA}\ncert_file = \"client.pem\"\n{key}"));
        deliver(&read(folder.path(), brokers, &lines)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn records_arrive_with_a_scram_login_over_tls() {
    let folder = folder();
    let brokers = broker().told("KAFKA_SCRAM_BOOTSTRAP");
    for mechanism in ["scram-sha-256", "scram-sha-512"] {
        let lines = tls(CA) + &login(mechanism, "password");
        deliver(&read(folder.path(), brokers, &lines)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn records_arrive_with_a_plain_login() {
    let folder = folder();
    let brokers = broker().told("KAFKA_SASL_BOOTSTRAP");
    deliver(&read(folder.path(), brokers, &login("plain", "password"))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_certificates_are_permanent_and_name_the_setting() {
    let folder = folder();
    let one_way = broker().told("KAFKA_TLS_BOOTSTRAP").to_owned();
    let both_ways = broker().told("KAFKA_MTLS_BOOTSTRAP").to_owned();
    // The certificate is for the address, not for this name.
    let by_name = one_way.replace("127.0.0.1", "localhost");
    let client = |files: &str| tls(&format!("{CA}\n{files}"));
    for (brokers, lines, wanted) in [
        (&one_way, tls("ca_file = \"stranger.pem\""), "tls.ca_file"),
        (&one_way, tls(""), "tls.ca_file"),
        (&one_way, tls("ca_file = \"nowhere.pem\""), "nowhere.pem"),
        (&by_name, tls(CA), "name the brokers as their certificates"),
        (&both_ways, tls(CA), "set the sink's tls.cert_file"),
        (
            &both_ways,
            client("cert_file = \"stranger.pem\"\nkey_file = \"stranger.key\""),
            "set the sink's tls.cert_file",
        ),
        (
            &both_ways,
            client("cert_file = \"client.pem\"\nkey_file = \"stranger.key\""),
            "tls.key_file belongs to its tls.cert_file",
        ),
        (
            &both_ways,
            client(
                "cert_file = \"client.pem\"\nkey_file = \"locked.key\"\nkey_password = { file = \"wrong\" }",
            ),
            "its tls.key_password",
        ),
    ] {
        let fault = refusal(&read(folder.path(), brokers, &lines)).await;
        assert_eq!(
            (fault.class, fault.kind),
            (Class::Permanent, "tls"),
            "{fault}"
        );
        assert!(fault.reason.contains(wanted), "{fault} lacks {wanted:?}");
        assert!(!fault.reason.contains("guessed"), "{fault}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_logins_are_permanent_and_tell_no_password() {
    let folder = folder();
    let plain = broker().told("KAFKA_SASL_BOOTSTRAP");
    let scram = broker().told("KAFKA_SCRAM_BOOTSTRAP");
    for (brokers, lines) in [
        (plain, login("plain", "wrong")),
        (scram, tls(CA) + &login("scram-sha-512", "wrong")),
        (scram, tls(CA) + &login("plain", "password")),
    ] {
        for delivery in ["exactly_once", "at_least_once"] {
            let lines = format!("delivery = \"{delivery}\"\n{lines}");
            let fault = refusal(&read(folder.path(), brokers, &lines)).await;
            assert_eq!(
                (fault.class, fault.kind),
                (Class::Permanent, "authentication"),
                "{fault}"
            );
            assert!(fault.reason.contains("the sink's sasl settings"), "{fault}");
            for password in ["guessed", PASSWORD] {
                assert!(!fault.reason.contains(password), "{fault}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_that_wants_other_settings_is_told_from_a_broker_that_is_away() {
    let folder = folder();
    let probe = async |key: &str, lines: &str| {
        let settings = read(folder.path(), broker().told(key), lines);
        dateline_kafka::probe(&settings)
            .await
            .unwrap_err()
            .to_string()
    };
    let (no_tls, no_login, needless) = (String::new(), tls(CA), tls(CA));
    let told = tokio::join!(
        probe("KAFKA_TLS_BOOTSTRAP", &no_tls),
        probe("KAFKA_SCRAM_BOOTSTRAP", &no_login),
        probe("KAFKA_BOOTSTRAP", &needless)
    );
    for told in [told.0, told.1, told.2] {
        assert!(told.contains("the sink's tls and sasl settings"), "{told}");
    }
}
