//! Dead letters as an operator handles them: listed, shown, tried again with a running and a stopped daemon, through kills.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

#[allow(dead_code, reason = "each test binary uses its part of the harness")]
mod torture;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::time::Duration;

use dateline_pipeline::crash::OPERATOR_POINTS;
use rusqlite::{Connection, params};
use serde_json::{Value, json};

use torture::broker::Broker;
use torture::daemon::{Daemon, dateline};
use torture::outputs::{self, Delivered};
use torture::setup::{self, Setup};
use torture::{unique, until};

/// For what takes a second or two when all is well.
const SOON: Duration = Duration::from_secs(60);

const TEXT: &str = "Ferries leave on time\n\nThe ferry office published its timetable on Monday. Boats leave the harbour at \
                    every full hour, and twice as often on market days.\n";

/// A state folder, a drop folder, and two folders of records.
struct Scene {
    setup: Setup,
    folder: PathBuf,
    others: PathBuf,
}

impl Scene {
    fn new(name: &str) -> Scene {
        let setup = Setup::new(name);
        let folder = setup.folder().join("in");
        fs::create_dir(&folder).unwrap();
        Scene {
            others: setup.folder().join("others"),
            folder,
            setup,
        }
    }

    /// Writes the configuration, with these settings of the drop folder.
    fn configure(&self, drop: &str) -> PathBuf {
        self.setup.configure(&format!(
            "[[drops]]\nid = \"wire\"\npath = {:?}\nsettle = \"0s\"\nscan_every = \"1h\"\n{drop}\n\
             {}[sinks.jsonl.others]\ndir = {:?}\nfile = \"records-{{seq}}.jsonl\"\n",
            self.folder,
            self.setup.jsonl(""),
            self.others
        ))
    }

    fn ask(&self, arguments: &[&str]) -> Output {
        let config = self.setup.folder().join("dateline.toml");
        let mut command = dateline();
        command.arg("dead-letters").args(arguments);
        command.arg("-c").arg(config).output().unwrap()
    }

    /// What a command prints as JSON.
    fn json(&self, arguments: &[&str]) -> Value {
        let output = self.ask(&[arguments, &["--json"]].concat());
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {said}"))
    }

    fn letters(&self) -> Vec<Value> {
        let output = self.ask(&["list", "--json"]);
        let listed: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        listed["letters"].as_array().cloned().unwrap_or_default()
    }

    fn state(&self) -> Connection {
        Connection::open(self.setup.state().join("dateline.db")).unwrap()
    }

    /// Sets something aside while no daemon runs.
    fn set_aside(&self, stage: &str, origin: &str, bytes: &[u8]) {
        self.state()
            .execute(
                "INSERT INTO dead_letters (at, stage, origin, subject, kind, reason, bytes)
                 VALUES (1772366400000, ?1, ?2, 'a story', 'by_hand', 'for a test', ?3)",
                params![stage, origin, bytes],
            )
            .unwrap();
    }

    /// How often a title is among the records of each sink.
    fn delivered(&self, title: &str) -> (usize, usize) {
        let count = |dir: &Path| {
            let all = match dir.exists() {
                true => outputs::jsonl(dir),
                false => Vec::new(),
            };
            let is_it = |one: &&Delivered| {
                one.record
                    .as_ref()
                    .is_ok_and(|record| record["title"] == title)
            };
            all.iter().filter(is_it).count()
        };
        (count(self.setup.records()), count(&self.others))
    }

    fn wait_for(&self, title: &str, times: (usize, usize)) {
        until(&format!("{title} {times:?}"), SOON, || {
            (self.delivered(title) == times).then_some(())
        });
    }
}

fn said(output: &Output) -> String {
    let both = [output.stdout.as_slice(), &output.stderr].concat();
    String::from_utf8(both).unwrap()
}

/// A record that nobody has made.
fn record(title: &str) -> Vec<u8> {
    let record = json!({
        "schema": "dateline/1", "id": "00000000000000000000000000000001", "revision": 1, "op": "new",
        "source": { "kind": "drop", "id": "wire" }, "title": title,
        "first_seen": "2026-03-01T12:00:00Z", "fetched": "2026-03-01T12:00:00Z",
        "emitted": "2026-03-01T12:00:00Z", "seen_in": ["wire"], "provenance": { "content_hash": "0" },
    });
    serde_json::to_vec(&record).unwrap()
}

/// A draft that nobody has gathered.
fn draft(title: &str) -> Vec<u8> {
    let draft = json!({
        "source": { "kind": "drop", "id": "wire" }, "fetched": "2026-03-01T12:00:00Z",
        "item": { "title": { "format": "plain", "value": title } },
    });
    serde_json::to_vec(&draft).unwrap()
}

#[test]
fn a_file_that_was_too_large_is_read_once_the_limit_is_raised() {
    let scene = Scene::new("letters-file");
    let long = TEXT.to_owned() + &"The tide was low.\n".repeat(100);
    fs::write(scene.folder.join("long.txt"), &long).unwrap();
    let mut daemon = Daemon::start(&scene.configure("max_file = \"1KiB\""));
    let letter = until("the letter", SOON, || scene.letters().pop());
    assert_eq!(
        (&letter["stage"], &letter["kind"], &letter["subject"]),
        (&json!("collect"), &json!("too_large"), &json!("long.txt"))
    );
    let shown = scene.ask(&["show", "1"]);
    assert!(said(&shown).contains("Ferries leave on time") && said(&shown).contains("too_large"));
    assert!(
        long.as_bytes()
            .starts_with(&scene.ask(&["show", "1", "--raw"]).stdout)
    );

    // Still too large: it is read again, by the running daemon at once, and set aside again.
    assert_eq!(scene.json(&["retry", "1"])["again"][0]["number"], 1);
    until("it is set aside again", SOON, || {
        (scene.letters().pop()?["number"] == 2).then_some(())
    });
    scene.configure("");
    until("the limit holds", SOON, || {
        let config = scene.setup.folder().join("dateline.toml");
        let reload = dateline().arg("reload").arg("-c").arg(config).output();
        reload.unwrap().status.success().then_some(())
    });
    let retried = scene.ask(&["retry", "--stage", "collect", "--source", "wire"]);
    assert_eq!(retried.status.code(), Some(0), "{}", said(&retried));
    assert!(
        said(&retried).contains("1 part: read again"),
        "{}",
        said(&retried)
    );
    scene.wait_for("Ferries leave on time", (1, 1));
    assert_eq!(scene.letters(), Vec::<Value>::new());
    daemon.stop(SOON);
}

#[test]
fn a_record_that_the_topic_refused_is_delivered_once_the_topic_takes_it() {
    let broker = Broker::shared();
    let topic = unique("raised");
    broker.create_topic(&topic, &[("max.message.bytes", "4000")]);
    let scene = Scene::new("letters-kafka");
    let long = TEXT.to_owned() + &"The tide was low.\n".repeat(300);
    fs::write(scene.folder.join("long.txt"), long).unwrap();
    let small = "Orchards bloom early\n\nThe council counted apple trees on Tuesday.\n";
    fs::write(scene.folder.join("small.txt"), small).unwrap();
    let settings = "compression = \"none\"\nlinger = \"10ms\"\n";
    let config = scene.configure(&setup::kafka(&broker.bootstrap, &topic, settings));
    let titles = || -> Vec<String> {
        let all = outputs::kafka(&broker.bootstrap, &topic).into_iter();
        let records = all.map(|one| one.record.unwrap());
        let mut titles: Vec<String> = records
            .map(|record| record["title"].as_str().unwrap().to_owned())
            .collect();
        titles.sort();
        titles
    };
    let mut daemon = Daemon::start(&config);
    let letter = until("the letter", SOON, || scene.letters().pop());
    assert_eq!(
        (&letter["stage"], &letter["origin"]),
        (&json!("deliver"), &json!("kafka.stream"))
    );
    until("the small one", SOON, || {
        (titles() == ["Orchards bloom early"]).then_some(())
    });

    broker.change_topic(&topic, "max.message.bytes", "1000000");
    let both = ["Ferries leave on time", "Orchards bloom early"];
    until("the large one", SOON, || {
        // Until the broker has taken note of the change it is refused once more.
        scene.json(&["retry", "--sink", "stream"]);
        (titles() == both).then_some(())
    });
    daemon.kill();
    Daemon::start(&config).stop_when_running();
    assert_eq!(titles(), both);
    assert_eq!(scene.delivered(both[0]), (1, 1));
    assert_eq!(scene.letters(), Vec::<Value>::new());
}

#[test]
fn a_file_that_was_archived_stays_a_letter_and_one_is_told_where_it_is() {
    let scene = Scene::new("letters-archive");
    fs::write(scene.folder.join("empty.txt"), "").unwrap();
    let mut daemon = Daemon::start(&scene.configure("after = \"archive\""));
    until("the file is archived", SOON, || {
        (!scene.folder.join("empty.txt").exists()).then_some(())
    });
    for running in [true, false] {
        let retried = scene.ask(&["retry", "1", "5"]);
        assert_eq!(retried.status.code(), Some(1));
        for part in [
            "1 stays",
            ".archive/rejected/",
            "`cp`",
            "5 stays: there is no such letter",
        ] {
            assert!(said(&retried).contains(part), "{part}: {}", said(&retried));
        }
        if running {
            daemon.stop(SOON);
        }
    }
    let dropped = scene.ask(&["drop", "1"]);
    assert!(said(&dropped).contains("1 dead letter thrown away"));
    assert_eq!(scene.json(&["list"])["total"], 0);
}

#[test]
fn with_a_stopped_daemon_letters_are_tried_again_when_it_runs() {
    let scene = Scene::new("letters-stopped");
    let config = scene.configure("");
    let unborn = scene.ask(&["retry", "--all"]);
    assert_eq!(unborn.status.code(), Some(69), "{}", said(&unborn));
    Daemon::start(&config).stop_when_running();
    scene.set_aside("deliver", "jsonl.files", &record("Refused once"));
    scene.set_aside("transform", "wire", &draft("A bug was met"));
    scene.set_aside("deliver", "jsonl.gone", &record("Of a sink that left"));
    assert_eq!(
        scene.ask(&["drop"]).status.code(),
        Some(2),
        "not without saying which"
    );
    let listed = scene.json(&["list", "--kind", "by_hand", "--limit", "2"]);
    assert_eq!(
        (&listed["total"], listed["letters"][0]["number"].as_i64()),
        (&json!(3), Some(3))
    );
    assert_eq!(scene.json(&["list", "--sink", "files"])["total"], 1);

    let retried = scene.ask(&["retry", "--all"]);
    assert_eq!(retried.status.code(), Some(1), "{}", said(&retried));
    for part in [
        "1 record: delivered again, to the sink that refused it alone when the daemon runs",
        "1 draft: transformed again when the daemon runs",
        "3 stays: no sink jsonl.gone gets records",
    ] {
        assert!(said(&retried).contains(part), "{part}: {}", said(&retried));
    }
    let mut daemon = Daemon::start(&config);
    scene.wait_for("Refused once", (1, 0));
    scene.wait_for("A bug was met", (1, 1));
    assert_eq!(scene.json(&["drop", "--sink", "jsonl.gone"])["dropped"], 1);
    daemon.stop(SOON);
    assert_eq!(
        (
            scene.delivered("Refused once"),
            scene.delivered("A bug was met")
        ),
        ((1, 0), (1, 1))
    );
}

#[test]
fn a_kill_at_any_step_of_a_retry_neither_loses_nor_repeats() {
    let points = OPERATOR_POINTS
        .iter()
        .filter(|point| point.starts_with("letters."));
    for point in points {
        let scene = Scene::new("letters-killed");
        let config = scene.configure("");
        Daemon::start(&config).stop_when_running();
        scene.set_aside("deliver", "jsonl.others", &record("Refused once"));
        scene.set_aside("transform", "wire", &draft("A bug was met"));
        let mut daemon = Daemon::start_to_crash(&config, point, 1);
        daemon.wait_for_log(&["dateline is running"], SOON);
        let killed = scene.ask(&["retry", "--all"]);
        assert_eq!(killed.status.code(), Some(69), "{point}: {}", said(&killed));
        daemon.wait(SOON);

        let mut daemon = Daemon::start(&config);
        daemon.wait_for_log(&["dateline is running"], SOON);
        let left = scene.letters().len();
        assert_eq!(
            left,
            if *point == "letters.before_commit" {
                2
            } else {
                0
            },
            "{point}"
        );
        assert_eq!(
            scene.json(&["retry", "--all"])["again"]
                .as_array()
                .unwrap()
                .len(),
            left
        );
        scene.wait_for("Refused once", (0, 1));
        scene.wait_for("A bug was met", (1, 1));
        daemon.stop(SOON);
        assert_eq!(scene.delivered("Refused once"), (0, 1), "{point}");
        assert_eq!(scene.delivered("A bug was met"), (1, 1), "{point}");
    }
}
