//! The third stage: records go to the sinks, each at its own pace.
//!
//! One task a sink: read from the sink's position, hand over, commit position and detail. A fault
//! backs off and opens the sink again, which undoes what was half done; the position only ever
//! moves with what is durably on the other side.
//!
//! While it runs a sink may be told to send again what it had ([`Orders::replay`]), or to leave ([`Orders::leave`]).

mod orders;
mod route;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use crate::backoff::Backoff;
use crate::clock::{Clock, Dice};
use crate::crash;
use crate::fault::{Class, Fault};
use crate::sink::{Appetite, Delivered, Entry, Opened, Sink, Stored};
use crate::store::{Commit, DeadLetter, DeliverCommit, Readers, Store, StoreError};
use crate::trace;

use orders::Order;
pub use orders::{Orders, Replay, Since, foresee, replay};
pub use route::Route;

/// How often a sink without work is called, for rotation and the like.
const IDLE: Duration = Duration::from_secs(1);

/// Waits after faults that may pass.
const TRANSIENT: Backoff = Backoff {
    floor: Duration::from_secs(1),
    ceiling: Duration::from_secs(60),
};

/// Waits after faults that somebody must mend: the log is kept readable.
const PERMANENT: Backoff = Backoff {
    floor: Duration::from_secs(10),
    ceiling: Duration::from_secs(300),
};

/// How a sink is doing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SinkHealth {
    /// The last record that is durably in the sink.
    pub position: i64,
    /// Why nothing is delivered at present.
    pub fault: Option<String>,
}

/// How a sink is doing, shared with whoever reports it.
pub type SharedHealth = Arc<Mutex<SinkHealth>>;

/// The deliver stage of one sink.
pub struct Deliverer {
    sink: Box<dyn Sink>,
    name: String,
    store: Store,
    readers: Arc<Readers>,
    clock: Clock,
    dice: Dice,
    health: SharedHealth,
    position: i64,
    detail: Value,
    refused: BTreeSet<i64>,
    /// Which records go to the sink; `None` for all.
    route: Option<Arc<Route>>,
    failures: u32,
    orders: (Orders, mpsc::Receiver<Order>),
    /// The last record in the log when the daemon started, until the sink has been open. It is noted
    /// in the store as well: the daemon may end before that.
    head_at_start: Option<i64>,
}

impl Deliverer {
    /// The stage for `sink`.
    pub fn new(
        sink: Box<dyn Sink>,
        store: Store,
        readers: Arc<Readers>,
        clock: Clock,
        dice: Dice,
    ) -> Deliverer {
        let head_at_start = store.vitals().borrow().records_head;
        let health = SharedHealth::default();
        health.lock().unwrap_or_else(PoisonError::into_inner).fault =
            Some("not open yet".to_owned());
        Deliverer {
            name: sink.name().to_owned(),
            sink,
            store,
            readers,
            clock,
            dice,
            health,
            position: 0,
            detail: Value::Null,
            refused: BTreeSet::new(),
            route: None,
            failures: 0,
            orders: Orders::new(),
            head_at_start: Some(head_at_start),
        }
    }

    /// The same for some of the records only: the position moves over all others.
    #[must_use]
    pub fn with_route(self, route: Option<Route>) -> Deliverer {
        Deliverer {
            route: route.map(Arc::new),
            ..self
        }
    }

    /// The sink's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How the sink is doing.
    pub fn health(&self) -> SharedHealth {
        Arc::clone(&self.health)
    }

    /// By which the sink is told what to do while it runs.
    pub fn orders(&self) -> Orders {
        self.orders.0.clone()
    }

    /// Delivers until `stop`, then until everything committed by then is delivered or `give_up`.
    pub async fn run(mut self, stop: CancellationToken, give_up: CancellationToken) {
        while let Some(result) = give_up
            .run_until_cancelled(self.run_until_fault(&stop))
            .await
        {
            match result {
                Ok(Ending::SetBack) => {}
                Ok(Ending::Finished) => return,
                Ok(Ending::Left) => return self.say_that_it_left(),
                Err(Trouble::Store(StoreError::Closed)) => return,
                // Nothing is left to deliver, so nothing is lost by stopping.
                Err(_) if stop.is_cancelled() && self.lag() == 0 => return,
                Err(trouble) => {
                    let wait = self.say(&trouble, stop.is_cancelled());
                    if self.wait(wait, &stop, &give_up).await == Some(Ending::Left) {
                        return self.say_that_it_left();
                    }
                }
            }
        }
        if self.lag() > 0 {
            tracing::warn!(
                sink = self.name,
                lag = self.lag(),
                "the sink was left before it had everything; the rest goes out at the next start"
            );
        }
    }

    /// Waits after a fault, or until something else is wanted.
    async fn wait(
        &mut self,
        wait: Duration,
        stop: &CancellationToken,
        give_up: &CancellationToken,
    ) -> Option<Ending> {
        tokio::select! {
            () = tokio::time::sleep(wait) => None,
            () = give_up.cancelled() => None,
            () = stop.cancelled(), if !stop.is_cancelled() => None,
            Some(order) = self.orders.1.recv() => Some(self.obey(order).await),
        }
    }

    fn say_that_it_left(&self) {
        tracing::info!(
            sink = self.name,
            position = self.position,
            lag = self.lag(),
            "the sink was left where it stands"
        );
    }

    /// Records that are committed and not yet delivered.
    fn lag(&self) -> i64 {
        self.store.vitals().borrow().records_head - self.position
    }

    /// Opens the sink and delivers until a fault or the end.
    async fn run_until_fault(&mut self, stop: &CancellationToken) -> Result<Ending, Trouble> {
        self.open().await?;
        let mut vitals = self.store.vitals();
        // Not a sleep in the loop: commits of others must not put the idle calls off for ever.
        let mut idle = tokio::time::interval(IDLE);
        idle.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            if let Ok(order) = self.orders.1.try_recv() {
                return Ok(self.obey(order).await);
            }
            let head = vitals.borrow_and_update().records_head;
            if self.position < head {
                self.deliver_next(head, stop).await?;
                continue;
            }
            self.all_is_well();
            if stop.is_cancelled() {
                self.close().await?;
                return Ok(Ending::Finished);
            }
            tokio::select! {
                changed = vitals.changed() => changed.map_err(|_| Trouble::Store(StoreError::Closed))?,
                () = stop.cancelled() => {}
                Some(order) = self.orders.1.recv() => return Ok(self.obey(order).await),
                _ = idle.tick() => self.hand_over(&[]).await?,
            }
        }
    }

    /// Does what it is told, which ends the work from the position at which it is.
    async fn obey(&mut self, order: Order) -> Ending {
        match order {
            Order::Leave => {
                if let Err(trouble) = self.close().await {
                    let reason = trouble.to_string();
                    tracing::warn!(
                        sink = self.name,
                        reason,
                        "the sink could not be closed; what it has not finished is mended when it is opened again"
                    );
                }
                Ending::Left
            }
            Order::Replay { since, told } => {
                let replay = self.set_back(since).await;
                if told.send(replay).is_err() {
                    tracing::debug!(sink = self.name, "nobody waits for the answer to a replay");
                }
                // Opening the sink again takes the position from the store.
                Ending::SetBack
            }
        }
    }

    async fn set_back(&mut self, since: Since) -> Result<Replay, StoreError> {
        let sink = self.name.clone();
        let replay = orders::replay(&self.store, &self.readers, sink, since, self.clock.now());
        let replay = replay.await?;
        tracing::info!(
            sink = self.name,
            from = replay.position + 1,
            records = replay.records,
            "records are delivered again"
        );
        Ok(replay)
    }

    async fn open(&mut self) -> Result<(), Trouble> {
        let name = self.name.clone();
        let stored = self
            .readers
            .ask(move |reader| {
                let (position, detail) = reader.position(&name)?.unwrap_or((0, "null".to_owned()));
                let away = reader.away_since(&name)?;
                Ok((reader.log_of(&name)?, position, detail, away))
            })
            .await?;
        let (log, position, detail, away) = stored;
        if let (Some(head), None) = (self.head_at_start, away) {
            let sink = self.name.clone();
            self.store.commit(Commit::Away { sink, head }).await?;
        }
        self.position = position;
        self.show_position();
        let detail = serde_json::from_str(&detail).map_err(|error| {
            let reason = format!(
                "what the state holds for {} cannot be read ({error}); restore the state folder",
                self.name
            );
            Fault::permanent("state", reason)
        })?;
        let opened = self
            .sink
            .open(Stored {
                log,
                position,
                detail,
            })
            .await?;
        if let Some(head) = self.head_at_start {
            self.compare(&opened, position, away.unwrap_or(head))
                .await?;
        }
        let name = self.name.clone();
        let from = opened.position;
        self.refused = self
            .readers
            .ask(move |reader| reader.refused(&name, from))
            .await?
            .into_iter()
            .collect();
        if opened.position != position {
            tracing::info!(
                sink = self.name,
                stored = position,
                held = opened.position,
                "the sink holds more than was noted here; going on from there"
            );
        }
        let Opened { position, detail } = opened;
        self.commit(position, detail, Vec::new()).await
    }

    /// Compares what the sink holds with the log as it was when the daemon started. Had the log got less,
    /// the state folder is older than the sink, restored from a backup. The numbers of new records would
    /// be taken for those that the sink has, so the log gets a new identity for this sink, for which it
    /// holds nothing, and is delivered again from the stored position.
    async fn compare(&mut self, opened: &Opened, position: i64, head: i64) -> Result<(), Trouble> {
        let held = opened.position;
        let sink = self.name.clone();
        if held <= head || held <= position {
            self.store.commit(Commit::Open(sink)).await?;
            self.head_at_start = None;
            return Ok(());
        }
        self.store.commit(Commit::Renew(sink)).await?;
        let reason = format!(
            "the sink holds records up to number {held}, which is more than the state knows of: was the state folder \
             restored from a backup? What came after the backup is delivered again"
        );
        Err(Fault::transient("restored", reason).into())
    }

    /// Reads the next batch and hands it over, piece by piece if the sink wants it so.
    async fn deliver_next(&mut self, head: i64, stop: &CancellationToken) -> Result<(), Trouble> {
        let appetite = self.sink.appetite();
        let lag = usize::try_from(head - self.position).unwrap_or(usize::MAX);
        if lag < appetite.records && !stop.is_cancelled() {
            // A fuller batch costs the sink less a record; whoever stops does not wait.
            tokio::select! {
                () = tokio::time::sleep(appetite.linger) => {}
                () = stop.cancelled() => {}
            }
        }
        let batch = self.next_batch(appetite).await?;
        let Some(last) = batch.last else {
            // Everything up to the head was pruned or refused.
            return self.commit(head, self.detail.clone(), Vec::new()).await;
        };
        let mut rest: Vec<Entry> = batch
            .wanted
            .into_iter()
            .filter(|entry| !self.refused.contains(&entry.seq))
            .collect();
        while !rest.is_empty() {
            let taken = self.hand_over_some(&rest).await?;
            rest.drain(..taken);
            rest.retain(|entry| !self.refused.contains(&entry.seq));
        }
        if self.position < last {
            // Those at the end were refused, or go elsewhere.
            self.commit(last, self.detail.clone(), Vec::new()).await?;
        }
        metrics::counter!("dateline_passed_over_records_total", "sink" => self.name.clone())
            .increment(batch.passed_over);
        Ok(())
    }

    async fn next_batch(&mut self, appetite: Appetite) -> Result<Batch, Trouble> {
        let (sink, position) = (self.name.clone(), self.position);
        let records = u32::try_from(appetite.records).unwrap_or(u32::MAX);
        let route = self.route.clone();
        // Conditions are asked here, off the async threads.
        let read = self.readers.ask(move |reader| {
            let entries = reader.records_for(&sink, position, records, appetite.bytes)?;
            Ok(Batch::of(entries, route.as_deref()))
        });
        Ok(read.await?)
    }

    async fn hand_over(&mut self, batch: &[Entry]) -> Result<(), Trouble> {
        self.hand_over_some(batch).await.map(drop)
    }

    /// Hands over a batch and commits how far it came; returns how many entries were taken.
    async fn hand_over_some(&mut self, batch: &[Entry]) -> Result<usize, Trouble> {
        let span = trace::deliver(&self.name, batch.iter().map(|entry| entry.trace.as_deref()));
        span.record("messaging.batch.message_count", batch.len());
        let handed_over = self.hand_over_traced(batch).instrument(span.clone()).await;
        match &handed_over {
            Ok(taken) => {
                span.record("dateline.records", *taken);
            }
            Err(trouble) => trace::fail(&span, trouble.kind()),
        }
        handed_over
    }

    async fn hand_over_traced(&mut self, batch: &[Entry]) -> Result<usize, Trouble> {
        let began = Instant::now();
        if !batch.is_empty() {
            crash::point("deliver.before_write");
        }
        let delivered = self.sink.deliver(batch).await?;
        let Delivered {
            records,
            refused,
            detail,
        } = delivered;
        if !batch.is_empty() {
            crash::point("deliver.after_write");
            metrics::histogram!("dateline_deliver_seconds", "sink" => self.name.clone())
                .record(began.elapsed().as_secs_f64());
        }
        let taken = records.min(batch.len());
        if taken == 0 && refused.is_empty() && detail.is_none() {
            if batch.is_empty() {
                return Ok(0);
            }
            return Err(Trouble::Sink(Fault::transient(
                "stuck",
                "the sink took nothing and said nothing",
            )));
        }
        let position = if taken > 0 {
            batch[taken - 1].seq
        } else {
            self.position
        };
        let letters = refused
            .iter()
            .map(|(seq, fault)| self.letter(batch, *seq, fault))
            .collect();
        self.refused.extend(refused.into_iter().map(|(seq, _)| seq));
        metrics::counter!("dateline_delivered_records_total", "sink" => self.name.clone())
            .increment(taken as u64);
        let bytes: usize = batch[..taken].iter().map(|entry| entry.body.len()).sum();
        metrics::counter!("dateline_delivered_bytes_total", "sink" => self.name.clone())
            .increment(bytes as u64);
        self.commit(
            position,
            detail.unwrap_or_else(|| self.detail.clone()),
            letters,
        )
        .await?;
        if !batch.is_empty() {
            crash::point("deliver.after_commit");
        }
        if taken > 0 {
            self.all_is_well();
        }
        Ok(taken)
    }

    fn letter(&self, batch: &[Entry], seq: i64, fault: &Fault) -> DeadLetter {
        metrics::counter!("dateline_dead_letters_total", "stage" => "deliver", "kind" => fault.kind).increment(1);
        let entry = batch.iter().find(|entry| entry.seq == seq);
        let subject = entry.map_or_else(String::new, |entry| {
            format!("{} revision {}", entry.id, entry.revision)
        });
        tracing::error!(
            sink = self.name,
            record = seq,
            subject,
            fault = fault.kind,
            reason = fault.reason,
            "the sink refused a record; it was set aside as a dead letter"
        );
        // Whole, so that it can be delivered once the sink takes it: records are refused for their size.
        let bytes = entry.map(|entry| entry.body.clone()).unwrap_or_default();
        DeadLetter {
            stage: "deliver",
            origin: self.name.clone(),
            subject,
            kind: fault.kind.to_owned(),
            reason: fault.reason.clone(),
            record_seq: Some(seq),
            input: None,
            bytes,
        }
    }

    async fn commit(
        &mut self,
        position: i64,
        detail: Value,
        dead_letters: Vec<DeadLetter>,
    ) -> Result<(), Trouble> {
        let commit = DeliverCommit {
            at: self.clock.now(),
            sink: self.name.clone(),
            position,
            detail: detail.to_string(),
            dead_letters,
        };
        self.store.commit(Commit::Deliver(commit)).await?;
        self.position = position;
        self.detail = detail;
        self.show_position();
        Ok(())
    }

    async fn close(&mut self) -> Result<(), Trouble> {
        if let Some(detail) = self.sink.close().await? {
            self.commit(self.position, detail, Vec::new()).await?;
        }
        Ok(())
    }

    /// Ends a row of failures. That the sink could be opened is not enough while records wait: a
    /// full disk or a missing topic is noticed only when they are written.
    fn all_is_well(&mut self) {
        if self.failures > 0 {
            tracing::info!(
                sink = self.name,
                failures = self.failures,
                "the sink takes records again"
            );
            self.failures = 0;
        }
        self.set_health(None);
    }

    /// Says what is wrong, and how long to wait.
    fn say(&mut self, trouble: &Trouble, stopping: bool) -> Duration {
        self.failures = self.failures.saturating_add(1);
        let kind = trouble.kind();
        let (class, reason) = match trouble {
            Trouble::Sink(fault) => (fault.class, fault.reason.clone()),
            Trouble::Store(error) => (Class::Transient, error.to_string()),
        };
        let backoff = if class == Class::Permanent {
            PERMANENT
        } else {
            TRANSIENT
        };
        let wait = backoff.wait(self.failures, &mut self.dice);
        // While stopping there is no time for long waits; the drain limit bounds the tries.
        let wait = if stopping {
            wait.min(TRANSIENT.floor)
        } else {
            wait
        };
        metrics::counter!("dateline_sink_faults_total", "sink" => self.name.clone(), "fault" => kind).increment(1);
        tracing::error!(
            sink = self.name,
            class = class.as_str(),
            fault = kind,
            reason,
            failures = self.failures,
            next_try = ?wait,
            "nothing can be delivered; records wait in the log"
        );
        self.set_health(Some(reason));
        wait
    }

    fn set_health(&self, fault: Option<String>) {
        metrics::gauge!("dateline_sink_up", "sink" => self.name.clone()).set(if fault.is_none() {
            1.0
        } else {
            0.0
        });
        self.lock_health().fault = fault;
        self.show_position();
    }

    /// Tells how far the sink is; how far that is behind the log is counted by whoever asks.
    fn show_position(&self) {
        self.lock_health().position = self.position;
    }

    fn lock_health(&self) -> MutexGuard<'_, SinkHealth> {
        self.health
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

/// Why delivery ended without a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    /// The sink has everything.
    Finished,
    /// It goes on from another position.
    SetBack,
    /// It was told to leave.
    Left,
}

/// The next records of the log, less those that go elsewhere.
struct Batch {
    wanted: Vec<Entry>,
    /// The last one that was read.
    last: Option<i64>,
    /// How many of those go elsewhere.
    passed_over: u64,
}

impl Batch {
    fn of(mut entries: Vec<Entry>, route: Option<&Route>) -> Batch {
        let last = entries.last().map(|entry| entry.seq);
        let read = entries.len();
        if let Some(route) = route {
            entries.retain(|entry| route.takes(&entry.body));
        }
        Batch {
            last,
            passed_over: (read - entries.len()) as u64,
            wanted: entries,
        }
    }
}

/// Why delivery stopped.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error(transparent)]
    Sink(#[from] Fault),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Trouble {
    /// A short word for metrics.
    fn kind(&self) -> &'static str {
        match self {
            Trouble::Sink(fault) => fault.kind,
            Trouble::Store(_) => "state",
        }
    }
}
