//! The world around the daemon fails: the broker is away or refuses, the disk is full or read-only,
//! the state belongs to another process. Every time there is a clear log line and a metric, nothing
//! is lost, and nothing spins.
//!
//! `DATELINE_TORTURE_LONG=1` keeps the broker away for a minute instead of some seconds.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

#[allow(dead_code, reason = "each test binary uses its part of the harness")]
mod torture;

#[path = "outages/broker.rs"]
mod broker;
#[path = "outages/disk.rs"]
mod disk;
#[path = "outages/state.rs"]
mod state;

use std::time::{Duration, Instant};

use serde_json::Value;

use torture::broker::Broker;
use torture::daemon::{Daemon, dateline};
use torture::newsroom::Newsroom;
use torture::oracle::compare;
use torture::outputs::{self, Tap};
use torture::setup::Setup;
use torture::{throughout, until};

/// For what takes a second or two when all is well.
const SOON: Duration = Duration::from_secs(30);

/// For what waits out a backoff: the longest for something that may pass is a minute.
const AFTER_BACKOFF: Duration = Duration::from_secs(100);

/// How long trouble is watched for a daemon that spins.
const WATCHED: Duration = Duration::from_secs(4);

/// Processor time in [`WATCHED`] that polling and retrying may take; a spinning thread takes all.
const IDLE_SHARE: Duration = Duration::from_millis(1200);

/// A newsroom, a folder and a look at the JSON lines.
struct Scene {
    setup: Setup,
    newsroom: Newsroom,
    tap: Tap,
}

impl Scene {
    fn new(setup: Setup) -> Scene {
        Scene {
            newsroom: Newsroom::open(setup.folder(), 11),
            tap: Tap::new(setup.records()),
            setup,
        }
    }

    /// Starts a daemon on all feeds, with JSON lines and `more`.
    fn start(&self, more: &str) -> Daemon {
        let sources = self.newsroom.configuration();
        Daemon::start(
            &self
                .setup
                .configure(&(sources + &self.setup.jsonl("") + more)),
        )
    }

    fn print(&mut self, count: usize) {
        for _ in 0..count {
            self.newsroom.print_new(1);
        }
    }

    /// Waits until the JSON lines hold everything issued so far.
    fn wait_for_files(&mut self, limit: Duration) {
        let issued = self.newsroom.issued();
        until("everything issued is in the JSON lines", limit, || {
            let seen = self.tap.look();
            issued
                .keys()
                .all(|token| seen.contains(token))
                .then_some(())
        });
    }

    fn wait_for_topic(&self, broker: &Broker, topic: &str, limit: Duration) {
        let issued = self.newsroom.issued();
        until("everything issued is in the topic", limit, || {
            let arrived = outputs::tokens(&outputs::kafka(&broker.bootstrap, topic));
            issued
                .keys()
                .all(|token| arrived.contains(token))
                .then_some(())
        });
    }

    fn assert_files_hold_everything_once(&self) {
        let problems = compare(
            &self.newsroom.issued(),
            &[("jsonl", outputs::jsonl(self.setup.records()))],
        );
        assert_eq!(problems, []);
    }

    /// The sources are collected and the JSON lines written while something else is in trouble.
    fn assert_the_rest_goes_on(&mut self) {
        self.print(2);
        self.wait_for_files(SOON);
    }

    fn status(&self) -> Value {
        let output = dateline()
            .args(["status", "--json", "-c"])
            .arg(self.setup.folder().join("dateline.toml"))
            .output();
        serde_json::from_slice(&output.unwrap().stdout).unwrap()
    }
}

fn assert_it_does_not_spin(daemon: &Daemon) {
    let (began, before) = (Instant::now(), daemon.processor_time());
    throughout(WATCHED, || {});
    let (spent, watched) = (daemon.processor_time() - before, began.elapsed());
    assert!(
        spent < IDLE_SHARE,
        "{spent:?} of processor time in {watched:?}"
    );
}

/// `/readyz` says no and why, `/healthz` that the process is well.
fn assert_unready(daemon: &mut Daemon, why: &[&str]) {
    until(&format!("not ready because of {why:?}"), SOON, || {
        let (status, body) = daemon.ask("/readyz");
        (status == 503 && why.iter().all(|part| body.contains(part))).then_some(())
    });
    assert_eq!(daemon.ask("/healthz").0, 200);
}

fn wait_until_ready(daemon: &mut Daemon, limit: Duration) {
    until("ready", limit, || {
        (daemon.ask("/readyz").0 == 200).then_some(())
    });
}

fn is_zero(value: f64) -> bool {
    value == 0.0
}

fn is_one(value: f64) -> bool {
    value == 1.0
}

fn some(value: f64) -> bool {
    value >= 1.0
}
