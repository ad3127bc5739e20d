//! Plays the deliver stage for one sink: hands over batches, keeps what the store would keep, and
//! can forget, crash and restart at any step.

#![allow(clippy::panic, reason = "a failed check is a failed test")]

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use dateline_pipeline::fault::{Class, Fault};
use dateline_pipeline::sink::{Appetite, Delivered, Entry, Sink, Stored};
use serde_json::Value;

use super::SinkHarness;
use super::log::Log;

/// One record as a reader of the other side sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The article's id, from wherever the sink puts it (the body's `id`, the message's key).
    pub id: String,
    /// The article's revision.
    pub revision: u32,
    /// The record as delivered, one line of JSON without the line's end.
    pub body: Vec<u8>,
}

/// How long a sink may go on having transient faults, or taking nothing of a batch.
const PATIENCE: Duration = Duration::from_secs(60);

/// Wait between attempts after a transient fault.
const AGAIN: Duration = Duration::from_millis(20);

/// Calls of `deliver` in a row that may take no record although there are some: a sink may want
/// something committed first, but not for ever.
const IDLE_CALLS: usize = 50;

/// What a commit keeps.
#[derive(Debug, Clone)]
struct Books {
    stored: Stored,
    /// Sequence numbers of dead letters.
    refused: BTreeSet<i64>,
}

/// The deliver stage, a sink and its log.
pub(super) struct Driver<'h, H> {
    harness: &'h H,
    log: Log,
    appetite: Appetite,
    /// Absent only between the end of one instance and the making of the next.
    sink: Option<Box<dyn Sink>>,
    /// What is in the store.
    kept: Books,
    /// What the stage knows, committed or not.
    live: Books,
}

impl<'h, H: SinkHarness> Driver<'h, H> {
    /// A fresh sink, opened for the first time.
    pub(super) async fn start(harness: &'h H, log: Log) -> Driver<'h, H> {
        let books = Books {
            stored: Stored {
                log: log.name.clone(),
                position: 0,
                detail: Value::Null,
            },
            refused: BTreeSet::new(),
        };
        let sink = harness.make();
        let mut driver = Driver {
            harness,
            log,
            appetite: sink.appetite(),
            sink: Some(sink),
            kept: books.clone(),
            live: books,
        };
        driver.reopen().await;
        driver
    }

    /// Whether every record is delivered and known to be.
    pub(super) fn is_done(&self) -> bool {
        self.batch(1).is_empty()
    }

    /// Hands over up to `most` records, again if the sink wants something committed first; what it
    /// says is known, but not committed.
    pub(super) async fn hand(&mut self, most: usize) {
        for _ in 0..IDLE_CALLS {
            if self.call(most).await || self.is_done() {
                return;
            }
            self.keep();
        }
        panic!(
            "{}: the sink takes nothing of a batch, call after call",
            self.log.name
        );
    }

    /// Hands over up to `most` records in one call, and tells whether any of them was dealt with
    /// or the sink had to be opened again.
    pub(super) async fn call(&mut self, most: usize) -> bool {
        let batch = self.batch(most);
        match self.sink().deliver(&batch).await {
            Ok(delivered) => self.note(&batch, delivered),
            Err(fault) => {
                self.expect_transient(&fault);
                tokio::time::sleep(AGAIN).await;
                self.reopen().await;
                true
            }
        }
    }

    /// Hands over an empty batch.
    pub(super) async fn idle(&mut self) {
        self.call(0).await;
    }

    /// Hands over and commits everything that is left.
    pub(super) async fn drain(&mut self, most: usize) {
        while !self.is_done() {
            self.hand(most).await;
            self.keep();
        }
    }

    /// Commits what is known.
    pub(super) fn keep(&mut self) {
        self.kept = self.live.clone();
    }

    /// Closes the sink; what it says is known, but not committed.
    pub(super) async fn close(&mut self) {
        match self.sink().close().await {
            Ok(Some(detail)) => self.live.stored.detail = detail,
            Ok(None) => {}
            Err(fault) => self.expect_transient(&fault),
        }
    }

    /// What was not committed is forgotten, and a fresh sink takes over, as after `kill -9`.
    pub(super) async fn restart(&mut self) {
        self.replace();
        self.reopen().await;
    }

    /// Like [`Driver::restart`], but the process dies once more before it could commit what the
    /// sink said when it was opened.
    pub(super) async fn restart_twice(&mut self) {
        self.replace();
        self.open().await;
        self.restart().await;
    }

    fn replace(&mut self) {
        // The old instance goes first: two at a time are two daemons, which is another matter.
        self.sink = None;
        self.sink = Some(self.harness.make());
    }

    /// What was not committed is forgotten, and the same sink is opened again, as after a fault.
    /// What it says is committed at once.
    pub(super) async fn reopen(&mut self) {
        self.open().await;
        self.keep();
    }

    async fn open(&mut self) {
        let deadline = Instant::now() + PATIENCE;
        self.live = self.kept.clone();
        let opened = loop {
            let stored = self.kept.stored.clone();
            match self.sink().open(stored).await {
                Ok(opened) => break opened,
                Err(fault) => {
                    self.expect_transient(&fault);
                    let patient = Instant::now() < deadline;
                    assert!(
                        patient,
                        "{}: the sink does not open: {fault}",
                        self.log.name
                    );
                    tokio::time::sleep(AGAIN).await;
                }
            }
        };
        let last = self.log.entries.last().map_or(0, |entry| entry.seq);
        let kept = self.kept.stored.position;
        assert!(
            (kept..=last).contains(&opened.position),
            "{}: opened at position {}, but {kept} was committed and {last} is the last there is",
            self.log.name,
            opened.position,
        );
        self.live.stored.position = opened.position;
        self.live.stored.detail = opened.detail;
    }

    /// Stops in order and compares what a reader sees with what was handed over.
    pub(super) async fn finish(self) -> Model {
        let harness = self.harness;
        let model = self.stop().await;
        model.compare(&harness.contents().await, harness);
        model
    }

    /// Stops in order.
    pub(super) async fn stop(mut self) -> Model {
        self.close().await;
        self.keep();
        assert_eq!(
            self.kept.refused, self.log.unacceptable,
            "{}: these sequence numbers are refused (left), these should be (right)",
            self.log.name,
        );
        Model(self.log)
    }

    /// The next records to deliver: at most `most`, and no more than the sink's appetite.
    fn batch(&self, most: usize) -> Vec<Entry> {
        let appetite = self.appetite;
        let mut bytes = 0;
        self.log
            .entries
            .iter()
            .filter(|entry| {
                entry.seq > self.live.stored.position && !self.live.refused.contains(&entry.seq)
            })
            .take(most.min(appetite.records))
            .take_while(|entry| {
                let first = bytes == 0;
                bytes += entry.body.len().max(1);
                first || bytes <= appetite.bytes
            })
            .cloned()
            .collect()
    }

    fn sink(&mut self) -> &mut dyn Sink {
        match &mut self.sink {
            Some(sink) => sink.as_mut(),
            None => panic!("{}: there is no sink just now", self.log.name),
        }
    }

    /// Applies what a sink says about `batch`, and tells whether any of it was dealt with.
    fn note(&mut self, batch: &[Entry], delivered: Delivered) -> bool {
        let check = &self.log.name;
        let Delivered {
            records,
            refused,
            detail,
        } = delivered;
        let moved = records > 0 || !refused.is_empty();
        assert!(
            records <= batch.len(),
            "{check}: {records} delivered of a batch of {}",
            batch.len()
        );
        for (seq, fault) in refused {
            let known = batch.iter().any(|entry| entry.seq == seq);
            assert!(known, "{check}: refused {seq}, which is not in the batch");
            assert_eq!(
                fault.class,
                Class::Poison,
                "{check}: refused {seq}: {fault}"
            );
            assert!(
                !fault.reason.is_empty(),
                "{check}: refused {seq} without a reason"
            );
            self.live.refused.insert(seq);
        }
        if records > 0 {
            self.live.stored.position = batch[records - 1].seq;
        }
        if let Some(detail) = detail {
            self.live.stored.detail = detail;
        }
        moved
    }

    fn expect_transient(&self, fault: &Fault) {
        let passing = fault.class == Class::Transient;
        assert!(
            passing,
            "{}: a {} fault: {fault}",
            self.log.name,
            fault.class.as_str()
        );
    }
}

/// What a reader must find of one log.
pub(super) struct Model(Log);

impl Model {
    /// Panics unless `seen` holds every acceptable record of the log as promised.
    pub(super) fn compare<H: SinkHarness>(&self, seen: &[Seen], harness: &H) {
        let Model(log) = self;
        let seen: Vec<&Seen> = seen
            .iter()
            .filter(|seen| seen.id.starts_with(&log.prefix))
            .collect();
        let wanted: Vec<Seen> = log
            .entries
            .iter()
            .filter(|entry| !log.unacceptable.contains(&entry.seq))
            .map(|entry| Seen {
                id: entry.id.clone(),
                revision: entry.revision,
                body: entry.body.clone(),
            })
            .collect();
        let seen = if harness.at_least_once() {
            without_repetition(seen)
        } else {
            seen
        };
        compare_counts(&log.name, &seen, &wanted);
        if harness.total_order() {
            let misplaced = seen
                .iter()
                .zip(&wanted)
                .position(|(seen, wanted)| *seen != wanted);
            assert_eq!(
                misplaced, None,
                "{}: index of the first record out of order",
                log.name
            );
        }
        compare_order_per_id(&log.name, &seen);
    }
}

/// The first occurrence of each record.
fn without_repetition(seen: Vec<&Seen>) -> Vec<&Seen> {
    let mut known = BTreeSet::new();
    seen.into_iter()
        .filter(|seen| known.insert((&seen.id, seen.revision)))
        .collect()
}

/// Panics unless every wanted record was seen once, unchanged, and no other.
fn compare_counts(check: &str, seen: &[&Seen], wanted: &[Seen]) {
    let mut counts: BTreeMap<(&str, u32), usize> = BTreeMap::new();
    let bodies: BTreeMap<(&str, u32), &[u8]> = wanted
        .iter()
        .map(|wanted| {
            (
                (wanted.id.as_str(), wanted.revision),
                wanted.body.as_slice(),
            )
        })
        .collect();
    for seen in seen {
        let key = (seen.id.as_str(), seen.revision);
        *counts.entry(key).or_default() += 1;
        match bodies.get(&key) {
            None => panic!("{check}: {key:?} was never issued, or refused, and yet arrived"),
            Some(body) => assert!(*body == seen.body, "{check}: {key:?} arrived changed"),
        }
    }
    let lost: Vec<_> = bodies
        .keys()
        .filter(|key| !counts.contains_key(*key))
        .collect();
    let doubled: Vec<_> = counts.iter().filter(|(_, count)| **count > 1).collect();
    assert!(
        lost.is_empty() && doubled.is_empty(),
        "{check}: of {} records {} are lost: {:?}, and {} came more than once: {:?}",
        wanted.len(),
        lost.len(),
        &lost[..lost.len().min(5)],
        doubled.len(),
        &doubled[..doubled.len().min(5)],
    );
}

/// Panics unless the revisions of each article rise.
fn compare_order_per_id(check: &str, seen: &[&Seen]) {
    let mut newest: BTreeMap<&str, u32> = BTreeMap::new();
    for seen in seen {
        let before = newest.insert(&seen.id, seen.revision).unwrap_or(0);
        assert!(
            before < seen.revision,
            "{check}: revision {} of {} came after revision {before}",
            seen.revision,
            seen.id,
        );
    }
}
