//! The broker: away, refusing a record, without the topic, asking for another password.

use std::fs;
use std::time::{Duration, Instant};

use crate::torture::article::Issued;
use crate::torture::broker::Broker;
use crate::torture::daemon::Daemon;
use crate::torture::oracle::compare;
use crate::torture::setup::{self, Setup};
use crate::torture::{is_set, outputs, unique, until};
use crate::{
    AFTER_BACKOFF, SOON, Scene, assert_it_does_not_spin, assert_unready, is_one, is_zero, some,
    wait_until_ready,
};

/// The label of the sink in metrics.
const KAFKA: &str = "sink=\"kafka.stream\"";

#[test]
fn a_broker_that_is_away_costs_nothing_but_time() {
    let away = Duration::from_secs(if is_set("DATELINE_TORTURE_LONG") {
        60
    } else {
        15
    });
    let mut broker = Broker::own(&[]);
    broker.create_topic("away", &[]);
    let mut scene = Scene::new(Setup::new("away"));
    let kafka = setup::kafka(&broker.bootstrap, "away", "transaction_timeout = \"5s\"\n");
    let mut daemon = scene.start(&kafka);
    scene.print(3);
    scene.wait_for_topic(&broker, "away", SOON);

    broker.kill();
    let killed = Instant::now();
    while killed.elapsed() < away {
        scene.assert_the_rest_goes_on();
    }
    daemon.wait_for_metric("dateline_sink_up", &[KAFKA], AFTER_BACKOFF, is_zero);
    daemon.wait_for_log(
        &[
            "nothing can be delivered",
            "kafka.stream",
            &broker.bootstrap,
        ],
        SOON,
    );
    assert_unready(&mut daemon, &["kafka.stream"]);
    daemon.wait_for_metric("dateline_sink_lag_records", &[KAFKA], AFTER_BACKOFF, some);
    assert_it_does_not_spin(&daemon);

    broker.start();
    scene.wait_for_topic(&broker, "away", AFTER_BACKOFF);
    wait_until_ready(&mut daemon, SOON);
    daemon.stop(SOON);
    let sinks = [
        ("jsonl", outputs::jsonl(scene.setup.records())),
        ("kafka", outputs::kafka(&broker.bootstrap, "away")),
    ];
    assert_eq!(compare(&scene.newsroom.issued(), &sinks), []);
}

#[test]
fn a_record_that_the_topic_refuses_becomes_a_dead_letter_and_the_rest_arrives() {
    let broker = Broker::shared();
    let topic = unique("small");
    broker.create_topic(&topic, &[("max.message.bytes", "8000")]);
    let mut scene = Scene::new(Setup::new("too-large"));
    let kafka = setup::kafka(
        &broker.bootstrap,
        &topic,
        "compression = \"none\"\nlinger = \"1s\"\n",
    );
    scene.print(8);
    let large = scene.newsroom.print_in(&[0], 3000);
    scene.print(8);
    let mut daemon = scene.start(&kafka);

    let line = daemon.wait_for_log(
        &["the sink refused a record", "kafka.stream"],
        AFTER_BACKOFF,
    );
    assert!(line["reason"].as_str().unwrap().contains("8000"), "{line}");
    daemon.wait_for_metric(
        "dateline_dead_letters_total",
        &["stage=\"deliver\""],
        SOON,
        is_one,
    );
    let rest = |mut issued: Issued| {
        issued.remove(&large);
        issued
    };
    let wait_for_messages = |what: &str, expected: &Issued| {
        until(what, AFTER_BACKOFF, || {
            let arrived = outputs::tokens(&outputs::kafka(&broker.bootstrap, &topic));
            let all = expected.keys().all(|token| arrived.contains(token));
            all.then_some(())
        });
    };
    let expected = rest(scene.newsroom.issued());
    wait_for_messages("all but the large one arrive", &expected);
    scene.wait_for_files(SOON);
    // Kept over a crash: it is not sent again, nor set aside again.
    daemon.kill();
    let mut daemon = scene.start(&kafka);
    scene.print(3);
    let expected = rest(scene.newsroom.issued());
    wait_for_messages("what comes later arrives", &expected);
    scene.wait_for_files(SOON);
    daemon.stop(SOON);
    assert_eq!(
        compare(
            &expected,
            &[("kafka", outputs::kafka(&broker.bootstrap, &topic))]
        ),
        []
    );
    scene.assert_files_hold_everything_once();
    assert_eq!(scene.status()["dead_letters"], 1);
}

#[test]
fn an_unknown_topic_is_said_and_stops_nothing_else() {
    let broker = Broker::strict();
    let mut scene = Scene::new(Setup::new("unknown-topic").with_drain("2s"));
    let mut daemon = scene.start(&setup::kafka(&broker.bootstrap, "nobody-made-it", ""));
    assert_the_sink_alone_is_in_trouble(
        &mut scene,
        &mut daemon,
        &["unknown_topic", "nobody-made-it"],
    );
    assert_it_stops_in_time(&mut scene, daemon);

    // Once it is made, delivery goes on where it was.
    broker.create_topic("nobody-made-it", &[]);
    let mut daemon = scene.start(&setup::kafka(&broker.bootstrap, "nobody-made-it", ""));
    scene.wait_for_topic(&broker, "nobody-made-it", AFTER_BACKOFF);
    daemon.stop(SOON);
    let sinks = [("kafka", outputs::kafka(&broker.bootstrap, "nobody-made-it"))];
    assert_eq!(compare(&scene.newsroom.issued(), &sinks), []);
}

#[test]
fn wrong_credentials_are_said_without_the_password_and_stop_nothing_else() {
    let broker = Broker::strict();
    let mut scene = Scene::new(Setup::new("credentials").with_drain("2s"));
    let password = scene.setup.folder().join("password");
    fs::write(&password, "not-the-password\n").unwrap();
    let kafka = setup::kafka(
        broker.sasl_bootstrap.as_deref().unwrap(),
        "locked",
        &format!(
            "[sinks.kafka.stream.sasl]\nmechanism = \"plain\"\nusername = \"dateline\"\npassword = {{ file = {password:?} }}\n"
        ),
    );
    let mut daemon = scene.start(&kafka);
    assert_the_sink_alone_is_in_trouble(&mut scene, &mut daemon, &["authentication", "sasl"]);
    assert!(
        !daemon
            .log()
            .iter()
            .any(|line| line.contains("not-the-password"))
    );
    assert_it_stops_in_time(&mut scene, daemon);
}

/// The Kafka sink says `why`, and everything else goes its way.
fn assert_the_sink_alone_is_in_trouble(scene: &mut Scene, daemon: &mut Daemon, why: &[&str]) {
    scene.print(3);
    let line = daemon.wait_for_log(&["nothing can be delivered", "kafka.stream"], AFTER_BACKOFF);
    for part in why {
        assert!(line.to_string().contains(part), "{part} is not in {line}");
    }
    daemon.wait_for_metric("dateline_sink_up", &[KAFKA], SOON, is_zero);
    daemon.wait_for_metric("dateline_sink_faults_total", &[KAFKA, why[0]], SOON, some);
    assert_unready(daemon, &["kafka.stream"]);
    scene.assert_the_rest_goes_on();
    assert_it_does_not_spin(daemon);
}

/// SIGTERM ends it near its limit of two seconds, with the JSON lines in order.
fn assert_it_stops_in_time(scene: &mut Scene, mut daemon: Daemon) {
    scene.wait_for_files(SOON);
    let began = Instant::now();
    daemon.stop(SOON);
    assert!(
        began.elapsed() < Duration::from_secs(8),
        "stopping took {:?}",
        began.elapsed()
    );
    scene.assert_files_hold_everything_once();
}
