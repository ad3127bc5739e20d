//! What a sink is to the deliver stage.
//!
//! The stage hands batches of records in order; the sink makes them durable on its side and says
//! how far it came. Position and detail go into the store after that. A sink that can commit its
//! position together with the records (Kafka) tells it at [`Sink::open`] and is believed.

use std::time::Duration;

use futures::future::BoxFuture;
use serde_json::Value;

use crate::fault::Fault;

/// A place that records go to.
pub trait Sink: Send + 'static {
    /// Its name for logs, metrics and the store: `jsonl.NAME` or `kafka.NAME`.
    fn name(&self) -> &str;

    /// The largest batch worth handing over.
    fn appetite(&self) -> Appetite;

    /// Connects and recovers: whatever was written past the returned position is undone or
    /// invisible. Called at the start and again after every fault.
    fn open<'a>(&'a mut self, stored: Stored) -> BoxFuture<'a, Result<Opened, Fault>>;

    /// Writes a beginning of `batch` (at best the whole) and makes it durable. An empty batch
    /// comes about once a second when there is nothing to deliver, for rotation and the like.
    /// After an error the sink is opened again before anything else.
    fn deliver<'a>(&'a mut self, batch: &'a [Entry]) -> BoxFuture<'a, Result<Delivered, Fault>>;

    /// Ends the work: finishes files, closes connections. What it returns is committed.
    fn close<'a>(&'a mut self) -> BoxFuture<'a, Result<Option<Value>, Fault>>;
}

/// The largest batch worth handing to a sink.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Appetite {
    /// Records.
    pub records: usize,
    /// Bytes of record bodies; a single larger record comes alone.
    pub bytes: usize,
    /// How long to wait for a fuller batch once there is something to deliver.
    pub linger: Duration,
}

/// What the store holds for a sink.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored {
    /// Identity of the log: positions of another log mean nothing here.
    pub log: String,
    /// Sequence number of the last record delivered; 0 before the first.
    pub position: i64,
    /// What the sink asked to be kept with it; `Null` before the first commit.
    pub detail: Value,
}

/// What a sink says when it is open.
#[derive(Debug, Clone, PartialEq)]
pub struct Opened {
    /// Sequence number of the last record that is durably in the sink.
    pub position: i64,
    /// What to keep with the position.
    pub detail: Value,
}

/// One record on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Sequence number in the record log, rising, with gaps possible.
    pub seq: i64,
    /// The article's id.
    pub id: String,
    /// Its revision.
    pub revision: u32,
    /// `new` or `revised`.
    pub op: String,
    /// Id of the source.
    pub source: String,
    /// `feed` or `drop`.
    pub kind: String,
    /// Language code, where known.
    pub language: Option<String>,
    /// The record, one line of JSON without the line's end.
    pub body: Vec<u8>,
    /// Trace context of the turn that brought it (W3C `traceparent`), where it is traced.
    pub trace: Option<String>,
}

/// How far a delivery came.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Delivered {
    /// How many entries from the beginning of the batch are durable in the sink; a refused entry
    /// is never among them, so this ends before the first of them.
    pub records: usize,
    /// Entries that the sink can never take, by sequence number, with the reason: they become
    /// dead letters and are left out of later batches. They may lie anywhere in the batch.
    pub refused: Vec<(i64, Fault)>,
    /// What to keep with the position from now on; `None` leaves it as it was.
    pub detail: Option<Value>,
}
