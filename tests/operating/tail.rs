//! `dateline tail`, `status` and `health`, of a daemon that runs.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, sync_channel};

use serde_json::Value;

use crate::torture::daemon::{Daemon, dateline};
use crate::torture::newsroom::Newsroom;
use crate::torture::office::FEEDS;
use crate::torture::setup::{Setup, kafka};
use crate::torture::until;
use crate::{SOON, STOP_LIMIT, command};

/// Lines that have come and not been looked at; `tail` waits with more.
const LINES: usize = 1000;

/// A `tail` that runs, and its lines. It ends with this value.
struct Tail {
    child: Child,
    lines: Receiver<String>,
}

impl Tail {
    fn start(config: &Path, arguments: &[&str]) -> Tail {
        let mut command = dateline();
        command.arg("tail").arg("-c").arg(config).args(arguments);
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = sync_channel(LINES);
        std::thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        Tail { child, lines }
    }

    fn record(&self) -> Value {
        serde_json::from_str(&self.lines.recv_timeout(SOON).unwrap()).unwrap()
    }
}

impl Drop for Tail {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

#[test]
fn records_are_seen_as_they_are_made_by_source_and_from_the_latest_on() {
    let setup = Setup::new("tail");
    let mut newsroom = Newsroom::open(setup.folder(), 1);
    let config = setup.configure(&(newsroom.configuration() + &setup.jsonl("")));
    let mut daemon = Daemon::start(&config);
    daemon.wait_for_log(&["dateline is running"], SOON);
    let first = newsroom.print_in(&[0], 0).to_string();
    let has = |record: &Value, token: &str| record["title"].as_str().unwrap().contains(token);
    daemon.wait_for_metric("dateline_records_total", &[], SOON, |records| {
        records >= 1.0
    });
    let all = Tail::start(&config, &["--last", "10"]);
    assert!(has(&all.record(), &first), "of before");
    let (name, _) = FEEDS[1];
    let some = Tail::start(&config, &["--source", name, "--last", "10"]);
    let others = newsroom.print_in(&[2], 0).to_string();
    assert!(has(&all.record(), &others));
    let own = newsroom.print_in(&[1], 0).to_string();
    assert!(has(&all.record(), &own));
    let seen = some.record();
    assert!(has(&seen, &own), "no record of others before it");
    assert_eq!(seen["source"]["id"], name);
    daemon.stop(STOP_LIMIT);
    let mut all = all;
    let status = until("its end with the daemon's", SOON, || {
        all.child.try_wait().unwrap()
    });
    assert!(status.success());
}

#[test]
fn status_says_what_a_sink_waits_for() {
    let setup = Setup::new("status");
    let newsroom = Newsroom::open(setup.folder(), 1);
    // Nobody listens there.
    let away = kafka("127.0.0.1:9", "articles", "required = false\n");
    let config = setup.configure(&(newsroom.configuration() + &setup.jsonl("") + &away));
    let mut daemon = Daemon::start(&config);
    daemon.wait_for_log(&["nothing can be delivered"], SOON);
    let output = command(&config, &["status", "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let status: Value = serde_json::from_slice(&output.stdout).unwrap();
    let faults = status["faults"].as_object().unwrap();
    assert!(
        faults["kafka.stream"]
            .as_str()
            .unwrap()
            .contains("127.0.0.1:9"),
        "{faults:?}"
    );
    assert!(!faults.contains_key("jsonl.files"), "{faults:?}");
    let (answer, ready) = daemon.ask("/readyz");
    assert_eq!(
        answer, 200,
        "the sink that is away is not required: {ready}"
    );
    assert!(
        ready.contains("127.0.0.1:9"),
        "it is said all the same: {ready}"
    );
    let words = String::from_utf8(command(&config, &["status"]).stdout).unwrap();
    assert!(words.contains("kafka.stream gets nothing: "), "{words}");
    daemon.kill();
}

#[test]
fn health_is_told_to_probers() {
    let setup = Setup::new("health");
    let newsroom = Newsroom::open(setup.folder(), 1);
    let sources = newsroom.configuration();
    let away = |required| {
        kafka(
            "127.0.0.1:9",
            "articles",
            &format!("required = {required}\n"),
        )
    };
    let config = setup.configure(&(sources.clone() + &away(true)));
    let mut daemon = Daemon::start(&config);
    let admin = daemon.admin().to_string();
    let health = |arguments: &[&str]| {
        let mut command = dateline();
        command.args(["health", "--admin", &admin]).args(arguments);
        let output = command.output().unwrap();
        let said = [output.stdout.as_slice(), &output.stderr].concat();
        (output.status.code(), String::from_utf8(said).unwrap())
    };
    daemon.wait_for_log(&["nothing can be delivered"], SOON);
    // It is well, whatever stands in its file by now.
    setup.configure("nonsense");
    assert_eq!(health(&[]).0, Some(0));
    let (code, said) = health(&["--ready"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("127.0.0.1:9"), "{said}");
    setup.configure(&(sources + &away(false)));
    until("readiness without that sink", SOON, || {
        (health(&["--ready"]).0 == Some(0)).then_some(())
    });
    daemon.kill();
}
