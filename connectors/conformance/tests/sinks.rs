//! The battery itself: a sink that keeps its promise passes, and each broken one fails at the check
//! that is there for it.

#![allow(clippy::unwrap_used)]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use dateline_conformance::sinks::{Seen, SinkHarness, battery};
use dateline_pipeline::fault::Fault;
use dateline_pipeline::sink::{Appetite, Delivered, Entry, Opened, Sink, Stored};
use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::{Value, json};

/// What is wrong with a sink.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flaw {
    Nothing,
    /// What was not committed stays.
    KeepsTheTail,
    /// Says one record more than it wrote.
    Boasts,
    /// Holds records back until the next call.
    Dawdles,
    /// Writes a batch backwards.
    Reverses,
    /// Cannot write beyond the basic plane.
    Mangles,
    /// Lets poison through.
    Swallows,
    /// Never takes a large record.
    Chokes,
    /// Keeps its position for itself and believes it for every log.
    Remembers,
    /// Loses a record at an empty batch.
    Leaks,
    /// Never wakes up after an outage.
    Sulks,
}

#[derive(Default)]
struct World {
    records: Vec<Seen>,
    position: i64,
    away: bool,
    sulking: bool,
}

struct Memory {
    flaw: Flaw,
    world: Arc<Mutex<World>>,
    held_back: Vec<Seen>,
}

/// Stands for a body that no sink takes.
const POISON: &[u8] = b"poison";

impl Memory {
    fn open(&mut self, stored: Stored) -> Result<Opened, Fault> {
        let mut world = self.world.lock().unwrap();
        if world.away {
            return Err(Fault::transient("away", "the other side is away"));
        }
        let length = match stored.detail.get("log") {
            Some(log) if *log == stored.log => stored.detail["length"].as_u64().unwrap() as usize,
            _ => world.records.len(),
        };
        if self.flaw != Flaw::KeepsTheTail {
            world.records.truncate(length);
        }
        self.held_back.clear();
        let position = match self.flaw {
            Flaw::Remembers => world.position,
            _ => stored.position,
        };
        Ok(Opened {
            position,
            detail: json!({"log": stored.log, "length": world.records.len()}),
        })
    }

    fn deliver(&mut self, batch: &[Entry], log: &str) -> Result<Delivered, Fault> {
        let mut world = self.world.lock().unwrap();
        if world.away || world.sulking {
            world.sulking = self.flaw == Flaw::Sulks;
            return Err(Fault::transient("away", "the other side is away"));
        }
        let refused: Vec<i64> = match self.flaw {
            Flaw::Swallows => Vec::new(),
            _ => batch
                .iter()
                .filter(|entry| entry.body == POISON)
                .map(|entry| entry.seq)
                .collect(),
        };
        let mut records: Vec<Seen> = batch
            .iter()
            .filter(|entry| !refused.contains(&entry.seq))
            .map(|entry| Seen {
                id: entry.id.clone(),
                revision: entry.revision,
                body: entry.body.clone(),
            })
            .collect();
        match self.flaw {
            Flaw::Chokes if records.iter().any(|record| record.body.len() > 1 << 20) => {
                return Ok(Delivered::default());
            }
            Flaw::Boasts => drop(records.pop()),
            Flaw::Reverses => records.reverse(),
            Flaw::Leaks if batch.is_empty() => drop(world.records.pop()),
            Flaw::Mangles => {
                for record in &mut records {
                    let text = String::from_utf8(record.body.clone()).unwrap();
                    record.body = text.replace(|char| char > '\u{ffff}', "?").into_bytes();
                }
            }
            Flaw::Dawdles => std::mem::swap(&mut records, &mut self.held_back),
            _ => {}
        }
        world.records.extend(records);
        world.position = batch.last().map_or(world.position, |entry| entry.seq);
        Ok(Delivered {
            records: batch.len(),
            refused: refused
                .into_iter()
                .map(|seq| (seq, Fault::poison("poison", "it is poison")))
                .collect(),
            detail: Some(json!({"log": log, "length": world.records.len()})),
        })
    }
}

/// A [`Memory`] that knows which log it is open for.
struct OpenMemory {
    memory: Memory,
    log: String,
}

impl Sink for OpenMemory {
    fn name(&self) -> &str {
        "memory"
    }

    fn appetite(&self) -> Appetite {
        Appetite {
            records: 50,
            bytes: 1 << 20,
            linger: Duration::ZERO,
        }
    }

    fn open<'a>(&'a mut self, stored: Stored) -> BoxFuture<'a, Result<Opened, Fault>> {
        self.log = stored.log.clone();
        let opened = self.memory.open(stored);
        async { opened }.boxed()
    }

    fn deliver<'a>(&'a mut self, batch: &'a [Entry]) -> BoxFuture<'a, Result<Delivered, Fault>> {
        let delivered = self.memory.deliver(batch, &self.log);
        async { delivered }.boxed()
    }

    fn close<'a>(&'a mut self) -> BoxFuture<'a, Result<Option<Value>, Fault>> {
        async { Ok(None) }.boxed()
    }
}

struct Harness {
    flaw: Flaw,
    world: Arc<Mutex<World>>,
    at_least_once: bool,
}

impl SinkHarness for Harness {
    fn make(&self) -> Box<dyn Sink> {
        Box::new(OpenMemory {
            memory: Memory {
                flaw: self.flaw,
                world: self.world.clone(),
                held_back: Vec::new(),
            },
            log: String::new(),
        })
    }

    async fn contents(&self) -> Vec<Seen> {
        self.world.lock().unwrap().records.clone()
    }

    async fn outage(&self, on: bool) -> bool {
        let mut world = self.world.lock().unwrap();
        world.away = on;
        world.sulking = self.flaw == Flaw::Sulks;
        true
    }

    fn at_least_once(&self) -> bool {
        self.at_least_once
    }

    fn unacceptable(&self) -> Option<Vec<u8>> {
        Some(POISON.to_vec())
    }

    fn outage_lasts(&self) -> Duration {
        Duration::from_millis(100)
    }

    fn patience(&self) -> Duration {
        Duration::from_secs(2)
    }
}

/// What the battery says of a sink with `flaw`: nothing, or the message of the check that failed.
fn verdict(flaw: Flaw, at_least_once: bool) -> Option<String> {
    let harness = Harness {
        flaw,
        world: Arc::default(),
        at_least_once,
    };
    let run = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(battery(harness));
    });
    let panic = run.join().err()?;
    Some(panic.downcast_ref::<String>().cloned().unwrap_or_default())
}

#[test]
fn a_sink_that_keeps_its_promise_passes() {
    assert_eq!(verdict(Flaw::Nothing, false), None);
}

#[test]
fn repetition_passes_where_it_is_declared() {
    assert_eq!(verdict(Flaw::KeepsTheTail, true), None);
}

#[test]
fn each_flaw_is_found_by_the_check_that_is_there_for_it() {
    for (flaw, check, complaint) in [
        (
            Flaw::KeepsTheTail,
            "forgotten_deliveries",
            "came more than once",
        ),
        (Flaw::Boasts, "all_arrive_once", "are lost"),
        (Flaw::Dawdles, "all_arrive_once", "are lost"),
        (Flaw::Reverses, "all_arrive_once", "out of order"),
        (Flaw::Mangles, "every_kind_of_unicode", "arrived changed"),
        (Flaw::Swallows, "refused_entries", "are refused (left)"),
        (Flaw::Chokes, "a_single_large_record", "takes nothing"),
        (Flaw::Remembers, "empty_batches", "opened at position"),
        (Flaw::Leaks, "empty_batches", "are lost"),
        (Flaw::Sulks, "outage_delays", "not finished"),
    ] {
        let verdict = verdict(flaw, false).unwrap_or_default();
        assert!(
            verdict.contains(check) && verdict.contains(complaint),
            "{flaw:?}: {verdict:?}"
        );
    }
}
