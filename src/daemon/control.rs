//! What a running daemon may be told, by a signal, a changed file or a command: one order after the other.

use dateline_pipeline::collect::Polled;
use dateline_pipeline::deliver::{Replay, Since};
use dateline_pipeline::letters::Retry;
use dateline_pipeline::reprocess::Begun;
use dateline_pipeline::store::{Job, StoreError, Which, Wish};
use serde::{Deserialize, Serialize};
use tokio::sync::{mpsc, oneshot};

use super::reload::Refused;

/// Orders that wait. More come only from who does not wait for answers, and wait as well.
const WAITING: usize = 16;

/// An order, and who waits for its answer.
pub(super) enum Order {
    /// Reads the configuration again and applies what has changed.
    Reload {
        why: &'static str,
        told: oneshot::Sender<Result<Applied, Refused>>,
    },
    /// Delivers records again to a sink.
    Replay {
        sink: String,
        since: Since,
        told: oneshot::Sender<Result<Replay, NoReplay>>,
    },
    /// Asks a source as soon as its host allows.
    Poll {
        source: String,
        told: oneshot::Sender<Result<Polled, NoPoll>>,
    },
    /// Tries dead letters again.
    Retry {
        which: Which,
        told: oneshot::Sender<Result<Retry, StoreError>>,
    },
    /// Makes records anew.
    Reprocess {
        wish: Wish,
        told: oneshot::Sender<Result<Begun, StoreError>>,
    },
    /// Makes no more records anew.
    EndReprocess {
        told: oneshot::Sender<Result<Option<Job>, StoreError>>,
    },
}

/// What has become of a changed configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Applied {
    /// Feeds and drop folders that are collected from now on.
    pub(crate) added: Vec<String>,
    /// Those that are collected otherwise.
    pub(crate) changed: Vec<String>,
    /// Those that are not collected any more.
    pub(crate) removed: Vec<String>,
    /// Sinks that get records from now on.
    pub(crate) sinks_added: Vec<String>,
    /// Sinks that get them otherwise.
    pub(crate) sinks_changed: Vec<String>,
    /// Sinks that get none any more.
    pub(crate) sinks_removed: Vec<String>,
    /// Sections that hold from now on.
    pub(crate) settings: Vec<String>,
    /// What holds only from the next start on, also where an earlier reload has said so.
    pub(crate) at_next_start: Vec<String>,
}

impl Applied {
    /// Whether nothing is other than before.
    pub(crate) fn is_nothing(&self) -> bool {
        let at_once = Applied {
            at_next_start: Vec::new(),
            ..self.clone()
        };
        at_once == Applied::default()
    }
}

/// Why nothing is delivered again.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoReplay {
    /// No sink of this name runs.
    #[error("there is no sink {sink}; there are: {}", there.join(", "))]
    Unknown {
        /// What was asked for.
        sink: String,
        /// The sinks that run.
        there: Vec<String>,
    },
    /// It has not got again yet what was ordered before. Orders on orders would write the same records without an end.
    #[error(
        "{sink} is still getting what it was to get again by an earlier order: it is at record {position} of {had}; say it again when it is through"
    )]
    UnderWay {
        /// The sink.
        sink: String,
        /// The last record that it has again.
        position: i64,
        /// The last one that it had before.
        had: i64,
    },
    /// The store cannot be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a source is not asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoPoll {
    /// The configuration has none of this id.
    #[error("there is no feed and no drop folder {0} in the configuration that the daemon runs by")]
    Unknown(String),
    /// It is switched off.
    #[error("{0} is switched off: `enabled = false` in the configuration")]
    Off(String),
    /// The collect stage has ended.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Gives orders to a running daemon.
#[derive(Clone)]
pub(crate) struct Control(mpsc::Sender<Order>);

/// Orders as they reach the daemon.
pub(crate) struct Orders(mpsc::Receiver<Order>);

/// A control, and where its orders arrive.
pub(crate) fn control() -> (Control, Orders) {
    let (sender, receiver) = mpsc::channel(WAITING);
    (Control(sender), Orders(receiver))
}

impl Orders {
    /// The next order. Pending for ever when nobody is left to give one.
    pub(super) async fn next(&mut self) -> Order {
        match self.0.recv().await {
            Some(order) => order,
            None => std::future::pending().await,
        }
    }
}

impl Control {
    /// Has the configuration read again, `why` for the log; returns what has changed when it holds. `None` when the daemon
    /// is stopping.
    pub(crate) async fn reload(&self, why: &'static str) -> Option<Result<Applied, Refused>> {
        let (told, answer) = oneshot::channel();
        self.0.send(Order::Reload { why, told }).await.ok()?;
        answer.await.ok()
    }

    /// Has records delivered again. `None` when the daemon is stopping.
    pub(crate) async fn replay(
        &self,
        sink: String,
        since: Since,
    ) -> Option<Result<Replay, NoReplay>> {
        let (told, answer) = oneshot::channel();
        self.0
            .send(Order::Replay { sink, since, told })
            .await
            .ok()?;
        answer.await.ok()
    }

    /// Has a source asked as soon as its host allows; says what its turn waits for. `None` when the daemon is stopping.
    pub(crate) async fn poll(&self, source: String) -> Option<Result<Polled, NoPoll>> {
        let (told, answer) = oneshot::channel();
        self.0.send(Order::Poll { source, told }).await.ok()?;
        answer.await.ok()
    }

    /// Has dead letters tried again. `None` when the daemon is stopping.
    pub(crate) async fn retry(&self, which: Which) -> Option<Result<Retry, StoreError>> {
        let (told, answer) = oneshot::channel();
        self.0.send(Order::Retry { which, told }).await.ok()?;
        answer.await.ok()
    }

    /// Has records made anew, unless a job runs. `None` when the daemon is stopping.
    pub(crate) async fn reprocess(&self, wish: Wish) -> Option<Result<Begun, StoreError>> {
        let (told, answer) = oneshot::channel();
        self.0.send(Order::Reprocess { wish, told }).await.ok()?;
        answer.await.ok()
    }

    /// Ends the job that makes records anew; `None` in it where none runs. `None` when the daemon is stopping.
    pub(crate) async fn end_reprocess(&self) -> Option<Result<Option<Job>, StoreError>> {
        let (told, answer) = oneshot::channel();
        self.0.send(Order::EndReprocess { told }).await.ok()?;
        answer.await.ok()
    }
}
