//! The one writer: a thread that gathers commits into transactions.
//!
//! Whoever submits waits until the transaction that holds its commit is durable. While the disk is
//! full or unwritable the writer keeps trying with backoff and everybody waits, which is the
//! back-pressure that keeps anything from being lost.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::{mpsc, oneshot, watch};

use super::commit::Commit;
use super::lock::FolderLock;
use super::{StoreError, doing, identity};
use crate::backoff::Backoff;
use crate::clock::Dice;
use crate::crash;

/// Commits waiting for the writer: enough that a group fills while the one before it is synced.
const QUEUE: usize = 256;

/// Commits in one transaction.
const GROUP: usize = 512;

/// Payload in one transaction: bounds the writer's memory and the time others wait for it.
const GROUP_BYTES: usize = 8 << 20;

/// Waits between attempts while the disk is in trouble.
const RETRY: Backoff = Backoff {
    floor: Duration::from_millis(500),
    ceiling: Duration::from_secs(15),
};

/// How often the same trouble is said again in the log.
const SAY_AGAIN: Duration = Duration::from_secs(60);

/// How full the logs are and how far they reach.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Vitals {
    /// Sequence number of the last draft ever committed.
    pub drafts_head: i64,
    /// Sequence number of the last record ever committed.
    pub records_head: i64,
    /// Sequence number of the last draft that was made into a record or found to say nothing new.
    pub transformed: i64,
    /// Bytes of drafts held.
    pub drafts_bytes: u64,
    /// Bytes of records held.
    pub records_bytes: u64,
    /// The job that makes records anew, where one runs.
    pub job: Option<i64>,
}

impl Vitals {
    /// Bytes held by both logs.
    pub fn bytes(&self) -> u64 {
        self.drafts_bytes + self.records_bytes
    }
}

struct Request {
    commit: Commit,
    reply: oneshot::Sender<Result<(), StoreError>>,
}

enum Message {
    Commit(Box<Request>),
    Close,
}

/// The handle to the store that stages hold.
#[derive(Debug, Clone)]
pub struct Store {
    sender: mpsc::Sender<Message>,
    vitals: watch::Receiver<Vitals>,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    log: String,
    path: PathBuf,
    trouble: Mutex<Option<String>>,
    give_up: AtomicBool,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Shared {
    /// Sleeps, unless the daemon gives up.
    fn pause(&self, wait: Duration) {
        const SLICE: Duration = Duration::from_millis(50);
        let end = Instant::now() + wait;
        while Instant::now() < end && !self.give_up.load(Ordering::SeqCst) {
            std::thread::sleep(SLICE.min(wait));
        }
    }

    fn set_trouble(&self, trouble: Option<String>) {
        metrics::gauge!("dateline_store_healthy").set(if trouble.is_none() { 1.0 } else { 0.0 });
        *self
            .trouble
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner()) = trouble;
    }
}

impl Store {
    /// Commits, and returns when it is durable.
    ///
    /// # Errors
    /// When the commit is at odds with the database (a bug), or the store is closed. A full disk
    /// is no error: it is waited for.
    pub async fn commit(&self, commit: Commit) -> Result<(), StoreError> {
        let (reply, answer) = oneshot::channel();
        self.sender
            .send(Message::Commit(Box::new(Request { commit, reply })))
            .await
            .map_err(|_| StoreError::Closed)?;
        answer.await.map_err(|_| StoreError::Closed)?
    }

    /// How full the logs are and how far they reach; changes with every commit.
    pub fn vitals(&self) -> watch::Receiver<Vitals> {
        self.vitals.clone()
    }

    /// Identity of the log: 16 hexadecimal digits, made with the database.
    pub fn log(&self) -> &str {
        &self.shared.log
    }

    /// Whether the writer has ended: nothing more can be committed.
    pub fn is_closed(&self) -> bool {
        self.sender.is_closed()
    }

    /// What keeps the store from being written, if anything does.
    pub fn trouble(&self) -> Option<String> {
        let trouble = self.shared.trouble.lock();
        trouble
            .unwrap_or_else(|poisoned| poisoned.into_inner())
            .clone()
    }

    /// Writes what is waiting, ends the writer and lets go of the folder. With `give_up`, commits
    /// that the disk does not take are given back as failed instead of being tried again.
    pub async fn close(self, give_up: bool) {
        if give_up {
            self.shared.give_up.store(true, Ordering::SeqCst);
        }
        // The writer may be gone already; then there is nothing to end.
        if self.sender.send(Message::Close).await.is_err() {
            tracing::debug!("the store was closed before");
        }
        let thread = {
            let mut slot = self
                .shared
                .thread
                .lock()
                .unwrap_or_else(|poisoned| poisoned.into_inner());
            slot.take()
        };
        if let Some(thread) = thread
            && tokio::task::spawn_blocking(move || thread.join())
                .await
                .is_err()
        {
            tracing::error!("the store's writer ended abnormally");
        }
    }
}

/// Starts the writer on an opened database.
pub(super) fn start(
    connection: Connection,
    path: PathBuf,
    lock: FolderLock,
) -> Result<Store, StoreError> {
    let (sender, receiver) = mpsc::channel(QUEUE);
    let fail = |path: &PathBuf| doing(format!("reading {}", path.display()));
    let (announce, vitals) = watch::channel(read_vitals(&connection).map_err(fail(&path))?);
    let shared = Arc::new(Shared {
        log: identity::log_identity(&connection).map_err(fail(&path))?,
        path: path.clone(),
        trouble: Mutex::new(None),
        give_up: AtomicBool::new(false),
        thread: Mutex::new(None),
    });
    shared.set_trouble(None);
    let writer = Writer {
        connection,
        receiver,
        announce,
        shared: Arc::clone(&shared),
        dice: Dice::from_system(),
        said: None,
        _lock: lock,
    };
    let thread = std::thread::Builder::new()
        .name("store".to_owned())
        .spawn(move || writer.run())
        .map_err(|source| StoreError::Folder { dir: path, source })?;
    *shared
        .thread
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner()) = Some(thread);
    Ok(Store {
        sender,
        vitals,
        shared,
    })
}

struct Writer {
    connection: Connection,
    receiver: mpsc::Receiver<Message>,
    announce: watch::Sender<Vitals>,
    shared: Arc<Shared>,
    dice: Dice,
    said: Option<Instant>,
    _lock: FolderLock,
}

impl Writer {
    fn run(mut self) {
        let mut open = true;
        while open {
            let (group, closing) = self.next_group();
            open = !closing;
            if !group.is_empty() {
                self.write(group);
            }
        }
        // Leaves one tidy file behind; a failure costs nothing but a longer next start.
        if let Err(error) = self
            .connection
            .execute_batch("PRAGMA wal_checkpoint(TRUNCATE);")
        {
            tracing::debug!(%error, "the write-ahead log stays for the next start");
        }
    }

    /// Waits for a commit and takes what else is waiting. True at the end.
    fn next_group(&mut self) -> (Vec<Request>, bool) {
        let mut group = Vec::new();
        let mut bytes = 0;
        let mut message = self.receiver.blocking_recv();
        loop {
            match message {
                None | Some(Message::Close) => return (group, true),
                Some(Message::Commit(request)) => {
                    bytes += request.commit.bytes();
                    group.push(*request);
                }
            }
            if group.len() >= GROUP || bytes >= GROUP_BYTES {
                return (group, false);
            }
            message = match self.receiver.try_recv() {
                Ok(next) => Some(next),
                Err(mpsc::error::TryRecvError::Empty) => return (group, false),
                Err(mpsc::error::TryRecvError::Disconnected) => None,
            };
        }
    }

    /// Writes a group in one transaction, however often that takes. If a commit is at odds with
    /// the database the group is written one by one, so that only the culprit fails.
    fn write(&mut self, group: Vec<Request>) {
        let began = Instant::now();
        match self.write_until_it_holds(&group) {
            Ok(()) => {
                metrics::histogram!("dateline_store_commit_seconds")
                    .record(began.elapsed().as_secs_f64());
                metrics::histogram!("dateline_store_group_commits").record(group.len() as f64);
                self.answer_all(group);
            }
            Err(error) if group.len() == 1 || error.is_transient() => {
                tracing::error!(%error, "a commit failed");
                let mut error = Some(error);
                for request in group {
                    let error = error.take().unwrap_or(StoreError::Closed);
                    drop(request.reply.send(Err(error)));
                }
            }
            Err(_) => {
                for request in group {
                    self.write(vec![request]);
                }
            }
        }
    }

    fn answer_all(&mut self, group: Vec<Request>) {
        match read_vitals(&self.connection) {
            Ok(vitals) => {
                metrics::gauge!("dateline_log_bytes", "log" => "drafts")
                    .set(vitals.drafts_bytes as f64);
                metrics::gauge!("dateline_log_bytes", "log" => "records")
                    .set(vitals.records_bytes as f64);
                self.announce.send_replace(vitals);
            }
            Err(error) => tracing::error!(%error, "reading how full the logs are"),
        }
        for request in group {
            // A submitter that was cancelled does not wait for the answer any more.
            drop(request.reply.send(Ok(())));
        }
    }

    fn write_until_it_holds(&mut self, group: &[Request]) -> Result<(), StoreError> {
        let mut failures = 0;
        loop {
            let error = match self.write_once(group) {
                Ok(()) => {
                    if failures > 0 {
                        tracing::info!("the state can be written again");
                        self.shared.set_trouble(None);
                        self.said = None;
                    }
                    return Ok(());
                }
                Err(error) => error,
            };
            if !error.is_transient() || self.shared.give_up.load(Ordering::SeqCst) {
                return Err(error);
            }
            failures += 1;
            metrics::counter!("dateline_store_errors_total").increment(1);
            self.shared.set_trouble(Some(error.to_string()));
            if self.said.is_none_or(|said| said.elapsed() >= SAY_AGAIN) {
                tracing::error!(
                    %error,
                    "the state cannot be written: everything waits and nothing is lost; make room or mend the disk"
                );
                self.said = Some(Instant::now());
            }
            self.shared.pause(RETRY.wait(failures, &mut self.dice));
        }
    }

    fn write_once(&mut self, group: &[Request]) -> Result<(), StoreError> {
        let path = self.shared.path.display();
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(doing(format!("writing {path}")))?;
        for request in group {
            request
                .commit
                .apply(&transaction)
                .map_err(doing(format!("writing {path}")))?;
        }
        crash::point("store.before_commit");
        transaction
            .commit()
            .map_err(doing(format!("committing to {path}")))?;
        crash::point("store.after_commit");
        Ok(())
    }
}

fn read_vitals(connection: &Connection) -> rusqlite::Result<Vitals> {
    let head = |log: &str| -> rusqlite::Result<i64> {
        connection
            .prepare_cached("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = ?1")?
            .query_row([log], |row| row.get(0))
    };
    let bytes = |log: &str| -> rusqlite::Result<u64> {
        let bytes: i64 = connection
            .prepare_cached("SELECT bytes FROM logs WHERE name = ?1")?
            .query_row([log], |row| row.get(0))?;
        Ok(u64::try_from(bytes).unwrap_or(0))
    };
    Ok(Vitals {
        drafts_head: head("drafts")?,
        records_head: head("records")?,
        transformed: connection
            .prepare_cached("SELECT coalesce(max(seq), 0) FROM positions WHERE reader = ?1")?
            .query_row([super::TRANSFORM], |row| row.get(0))?,
        drafts_bytes: bytes("drafts")?,
        records_bytes: bytes("records")?,
        job: connection
            .prepare_cached("SELECT max(number) FROM reprocess WHERE ended IS NULL")?
            .query_row([], |row| row.get(0))?,
    })
}
