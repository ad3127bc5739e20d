//! The collect stage with sources that do as they are told.

#![allow(clippy::unwrap_used, clippy::panic)]

mod bench;

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bench::collecting::{Running, settings, until};
use bench::{Bench, draft, reference};
use dateline_pipeline::clock::{Clock, between};
use dateline_pipeline::collect::CollectSettings;
use dateline_pipeline::draft::Text;
use dateline_pipeline::fault::Fault;
use dateline_pipeline::record::{SourceKind, SourceRef};
use dateline_pipeline::source::{Gathered, Harvest, Outcome, Reject, Rhythm, Source, Turn};
use futures::future::BoxFuture;
use serde_json::json;
use tokio::sync::Notify;

/// Plays a list of turns, then says "unchanged" for ever.
struct Script {
    reference: SourceRef,
    every: Duration,
    bell: Option<Arc<Notify>>,
    turns: Mutex<VecDeque<Step>>,
    log: Mutex<Vec<String>>,
}

enum Step {
    Items(Vec<&'static str>),
    More(Vec<&'static str>),
    Fail(Option<Duration>),
    Reject(&'static str),
    Panic,
}

impl Script {
    fn new(id: &str, turns: Vec<Step>) -> Arc<Script> {
        Arc::new(Script {
            reference: reference(SourceKind::Feed, id),
            every: Duration::from_secs(600),
            bell: None,
            turns: Mutex::new(turns.into()),
            log: Mutex::default(),
        })
    }

    fn log(&self) -> Vec<String> {
        self.log.lock().unwrap().clone()
    }

    fn note(&self, line: String) {
        self.log.lock().unwrap().push(line);
    }
}

fn gathered(source: &str, title: &str) -> Gathered {
    let mut draft = draft(source);
    draft.item.title = Some(Text::plain(title));
    let mut key = [0; 16];
    key[..title.len()].copy_from_slice(title.as_bytes());
    Gathered {
        key,
        fingerprint: key,
        draft,
    }
}

impl Source for Script {
    fn reference(&self) -> &SourceRef {
        &self.reference
    }

    fn rhythm(&self) -> Rhythm {
        Rhythm {
            host: Some("host".to_owned()),
            bell: self.bell.clone(),
            ..Rhythm::local(self.every)
        }
    }

    fn poll<'a>(&'a self, turn: Turn) -> BoxFuture<'a, Harvest> {
        Box::pin(async move {
            let count = turn.memory.as_i64().unwrap_or(0) + 1;
            self.note(format!("poll {count}"));
            let mut harvest = Harvest::empty(Outcome::Read, json!(count));
            let step = self.turns.lock().unwrap().pop_front();
            match step {
                None => harvest.outcome = Outcome::Unchanged,
                Some(Step::Panic) => panic!("a bug"),
                Some(Step::Fail(retry_after)) => {
                    harvest.outcome = Outcome::Failed {
                        fault: Fault::transient("http_status", "503"),
                        retry_after,
                    };
                }
                Some(Step::Reject(subject)) => harvest.rejects.push(Reject {
                    file: None,
                    key: [9; 16],
                    fingerprint: [9; 16],
                    fault: Fault::poison("binary", "no text"),
                    subject: subject.to_owned(),
                    bytes: vec![1; 1 << 20],
                }),
                Some(Step::Items(titles)) => {
                    harvest.items = titles
                        .iter()
                        .map(|title| gathered(&self.reference.id, title))
                        .collect();
                    harvest.files = titles.iter().map(PathBuf::from).collect();
                }
                Some(Step::More(titles)) => {
                    harvest.items = titles
                        .iter()
                        .map(|title| gathered(&self.reference.id, title))
                        .collect();
                    harvest.more = true;
                }
            }
            harvest
        })
    }

    fn committed<'a>(&'a self, files: Vec<PathBuf>) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            for file in files {
                self.note(format!("committed {}", file.display()));
            }
        })
    }
}

#[tokio::test]
async fn a_harvest_is_committed_before_its_files_are_let_go() {
    let bench = Bench::new();
    let source = Script::new("s", vec![Step::Items(vec!["one", "two"])]);
    let running = Running::start(&bench, settings(), vec![source.clone()]);
    until("the files", || source.log().len() == 3).await;
    assert_eq!(source.log(), ["poll 1", "committed one", "committed two"]);
    assert_eq!(bench.status().drafts.committed, 2);
    running.stop().await;
    bench.close().await;
}

#[tokio::test]
async fn a_source_with_more_is_asked_again_at_once() {
    let bench = Bench::new();
    let turns = vec![
        Step::More(vec!["one"]),
        Step::More(vec!["two"]),
        Step::Items(vec!["three"]),
    ];
    let source = Script::new("s", turns);
    let running = Running::start(&bench, settings(), vec![source.clone()]);
    until("three drafts", || bench.status().drafts.committed == 3).await;
    running.stop().await;
    assert_eq!(
        source.log(),
        ["poll 1", "poll 2", "poll 3", "committed three"],
        "memory goes from turn to turn"
    );
    bench.close().await;
}

fn due_in(bench: &Bench) -> Duration {
    let due = bench.readers.with(|reader| reader.due_sources()).unwrap();
    between(bench.clock.now(), due[0].due.unwrap())
}

#[tokio::test]
async fn failures_wait_longer_and_longer_and_as_long_as_they_are_asked_to() {
    let bench = Bench::new();
    let source = Script::new(
        "s",
        vec![
            Step::Fail(None),
            Step::Fail(None),
            Step::Fail(Some(Duration::from_secs(7200))),
            Step::Items(vec!["one"]),
        ],
    );
    let mut waits = Vec::new();
    for turn in 1..=4 {
        // Each start finds the source due, since its due time is kept and the clock has moved on.
        let running = Running::start(&bench, settings(), vec![source.clone()]);
        until("a turn", || {
            bench.status().sources == 1
                && source
                    .log()
                    .iter()
                    .any(|line| *line == format!("poll {turn}"))
        })
        .await;
        running.stop().await;
        waits.push(due_in(&bench).as_secs());
        bench.clock.advance(due_in(&bench));
    }
    assert!((480..=720).contains(&waits[0]), "{waits:?}");
    assert!((960..=1440).contains(&waits[1]), "{waits:?}");
    assert_eq!(waits[2], 7200, "{waits:?}");
    assert_eq!(waits[3], 600, "{waits:?}");
    assert_eq!(bench.status().failing, 0);
    bench.close().await;
}

#[tokio::test]
async fn due_times_are_kept_over_restarts() {
    let bench = Bench::new();
    let source = Script::new("s", vec![Step::Items(vec!["one"])]);
    let running = Running::start(&bench, settings(), vec![source.clone()]);
    until("the draft", || bench.status().drafts.committed == 1).await;
    running.stop().await;
    let again = Script::new("s", vec![Step::Items(vec!["two"])]);
    let other = Script::new("t", vec![Step::Items(vec!["three"])]);
    let running = Running::start(&bench, settings(), vec![again.clone(), other.clone()]);
    until("the other source", || bench.status().drafts.committed == 2).await;
    running.stop().await;
    assert!(again.log().is_empty(), "its turn has not come");
    bench.close().await;
}

#[tokio::test]
async fn a_bell_brings_a_turn_forward() {
    let bench = Bench::new();
    let bell = Arc::new(Notify::new());
    let mut source = Arc::into_inner(Script::new(
        "s",
        vec![Step::Items(vec!["one"]), Step::Items(vec!["two"])],
    ))
    .unwrap();
    source.bell = Some(Arc::clone(&bell));
    let source = Arc::new(source);
    let running = Running::start(&bench, settings(), vec![source.clone()]);
    until("the first draft", || bench.status().drafts.committed == 1).await;
    bell.notify_one();
    until("the second draft", || bench.status().drafts.committed == 2).await;
    running.stop().await;
    bench.close().await;
}

#[tokio::test]
async fn a_clock_that_is_set_back_puts_no_turn_off() {
    let bench = Bench::new();
    let bell = Arc::new(Notify::new());
    let mut waker = Arc::into_inner(Script::new("s", Vec::new())).unwrap();
    waker.bell = Some(Arc::clone(&bell));
    let waker = Arc::new(waker);
    let source = Script::new(
        "t",
        vec![Step::Items(vec!["one"]), Step::Items(vec!["two"])],
    );
    let running = Running::start(&bench, settings(), vec![waker.clone(), source.clone()]);
    until("the first draft", || bench.status().drafts.committed == 1).await;
    until("the first turn", || waker.log().len() == 1).await;
    bench.clock.set_back(Duration::from_secs(30 * 86_400));
    bell.notify_one();
    until("the leap to be felt", || waker.log().len() == 2).await;
    bench.clock.advance(Duration::from_secs(601));
    bell.notify_one();
    until("the second draft", || bench.status().drafts.committed == 2).await;
    running.stop().await;
    bench.close().await;
}

#[tokio::test]
async fn rejects_become_dead_letters_with_bounded_bytes() {
    let bench = Bench::new();
    let source = Script::new("s", vec![Step::Reject("photo.jpg")]);
    let running = Running::start(&bench, settings(), vec![source]);
    until("the dead letter", || bench.status().dead_letters == 1).await;
    running.stop().await;
    let connection = rusqlite::Connection::open(bench.folder.path().join("dateline.db")).unwrap();
    let letter: (String, String, String, i64) = connection
        .query_row(
            "SELECT stage, subject, reason, length(bytes) FROM dead_letters",
            [],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
        )
        .unwrap();
    assert_eq!(
        letter,
        (
            "collect".to_owned(),
            "photo.jpg".to_owned(),
            "no text".to_owned(),
            65_536
        )
    );
    bench.close().await;
}

#[tokio::test]
async fn a_bug_in_one_source_leaves_the_others_alone() {
    let bench = Bench::new();
    let bad = Script::new("bad", vec![Step::Panic, Step::Items(vec!["late"])]);
    let good = Script::new("good", vec![Step::Items(vec!["one"])]);
    let running = Running::start(&bench, settings(), vec![bad, good]);
    until("the good draft", || bench.status().drafts.committed == 1).await;
    running.stop().await;
    bench.close().await;
}

#[tokio::test]
async fn collecting_waits_while_the_logs_are_full() {
    let mut bench = Bench::new();
    bench.clock = Clock::System;
    let source = Script::new(
        "s",
        vec![
            Step::More(vec!["one"]),
            Step::More(vec!["two"]),
            Step::More(vec!["three"]),
        ],
    );
    let settings = CollectSettings {
        max_log_bytes: 1,
        ..settings()
    };
    let running = Running::start(&bench, settings, vec![source.clone()]);
    until("the first draft", || bench.status().drafts.committed == 1).await;
    // Other commits pass by; the stage looks again and still waits.
    for _ in 0..20 {
        bench.transform(Vec::new()).await;
    }
    running.stop().await;
    assert_eq!(source.log(), ["poll 1"]);
    bench.close().await;
}
