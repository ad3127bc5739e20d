//! What a sink may be told while it runs: to send again what it had, or to leave.

use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::{mpsc, oneshot};

use crate::store::{Commit, Readers, Store, StoreError};

/// What a sink is told.
pub(super) enum Order {
    /// Delivers again.
    Replay {
        since: Since,
        told: oneshot::Sender<Result<Replay, StoreError>>,
    },
    /// Ends where it stands.
    Leave,
}

/// From where on records are delivered again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Since {
    /// Those that were made at this instant or later.
    Instant(Timestamp),
    /// This record of the log and those after it, by its number.
    Record(i64),
}

/// What is delivered again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Replay {
    /// The record after which the sink goes on.
    pub position: i64,
    /// The record up to which it had them.
    pub had: i64,
    /// Records that it had and gets again.
    pub records: u64,
}

/// Tells a sink what to do while it runs.
#[derive(Clone)]
pub struct Orders(mpsc::Sender<Order>);

impl Orders {
    /// One order at a time: whoever gives another one waits.
    pub(super) fn new() -> (Orders, mpsc::Receiver<Order>) {
        let (sender, receiver) = mpsc::channel(1);
        (Orders(sender), receiver)
    }

    /// Has records delivered again that the sink had. Returns when that is certain to happen, whatever dies.
    ///
    /// # Errors
    /// When the store cannot be read or written, or the sink has ended.
    pub async fn replay(&self, since: Since) -> Result<Replay, StoreError> {
        let (told, answer) = oneshot::channel();
        let sent = self.0.send(Order::Replay { since, told }).await;
        sent.map_err(|_| StoreError::Closed)?;
        answer.await.unwrap_or(Err(StoreError::Closed))
    }

    /// Ends the sink after the batch that it is at; what it has not got waits in the log. One that has ended is left alone.
    pub async fn leave(&self) {
        if self.0.send(Order::Leave).await.is_err() {
            tracing::debug!("the sink has ended by itself");
        }
    }
}

/// Sets a sink's position back. The sink must not be delivering: it belongs to the caller, or is not running.
///
/// # Errors
/// When the store cannot be read or written.
pub async fn replay(
    store: &Store,
    readers: &Arc<Readers>,
    sink: String,
    since: Since,
    now: Timestamp,
) -> Result<Replay, StoreError> {
    let replay = foresee(readers, sink.clone(), since).await?;
    let position = replay.position;
    let at = now;
    store.commit(Commit::SetBack { sink, position, at }).await?;
    Ok(replay)
}

/// What a replay would deliver again, by the sink's position in the store.
///
/// # Errors
/// When the store cannot be read.
pub async fn foresee(
    readers: &Arc<Readers>,
    sink: String,
    since: Since,
) -> Result<Replay, StoreError> {
    let replay = readers.ask(move |log| {
        let position = log.position(&sink)?.map_or(0, |(seq, _)| seq);
        let before = match since {
            Since::Instant(instant) => log.last_record_before(instant)?,
            Since::Record(number) => number.saturating_sub(1).max(0),
        };
        let before = before.min(position);
        let records = log.records_between(&sink, before, position)?;
        Ok(Replay {
            position: before,
            had: position,
            records,
        })
    });
    replay.await
}
