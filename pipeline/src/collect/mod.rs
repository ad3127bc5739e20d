//! The first stage: gives every source its turns and commits what they bring home.
//!
//! One task keeps the schedule; each turn is a task of its own. A turn's drafts, the items seen,
//! the source's memory and its next due time are one commit, so a turn that is cut off has never
//! been. While the logs are full no turn starts.

mod schedule;
mod turn;

pub(crate) use turn::DEAD_LETTER_BYTES;

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

pub use schedule::HostLimits;
use schedule::{Next, Schedule};
use turn::{Finished, TurnContext};

use crate::clock::{Clock, Dice, after, between};
use crate::source::Source;
use crate::store::{Readers, Store, StoreError};

/// Settings of the stage.
#[derive(Debug, Clone)]
pub struct CollectSettings {
    /// Turns at the same time, over all hosts.
    pub max_concurrent: usize,
    /// Limits on one host.
    pub host: HostLimits,
    /// Share by which due times are spread.
    pub jitter: f64,
    /// The longest wait after failures.
    pub max_backoff: Duration,
    /// Bytes of both logs above which no turn starts.
    pub max_log_bytes: u64,
    /// How long the identity of items is remembered.
    pub article_memory: Duration,
    /// How long running turns may go on after the stop signal.
    pub grace: Duration,
}

/// The longest sleep of the scheduler: bounds what a leap of the clock can do.
const LONGEST_SLEEP: Duration = Duration::from_secs(30);

/// After a turn that panicked (a bug) the source waits this long.
const AFTER_PANIC: Duration = Duration::from_secs(60);

/// The collect stage.
pub struct Collector {
    settings: CollectSettings,
    sources: Vec<Arc<dyn Source>>,
    context: Arc<TurnContext>,
    schedule: Schedule,
    failures: Vec<u32>,
    clock: Clock,
    turns: JoinSet<Finished>,
    numbers: std::collections::HashMap<tokio::task::Id, usize>,
    full_since: Option<Instant>,
}

impl Collector {
    /// Makes the stage ready: due times and failures of known sources come from the store.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn new(
        settings: CollectSettings,
        sources: Vec<Arc<dyn Source>>,
        store: Store,
        readers: Arc<Readers>,
        clock: Clock,
        dice: Dice,
    ) -> Result<Collector, StoreError> {
        let mut schedule = Schedule::new(settings.host);
        let mut failures = Vec::with_capacity(sources.len());
        let known: std::collections::HashMap<_, _> = readers
            .with(|reader| reader.due_sources())?
            .into_iter()
            .map(|source| (source.id, (source.due, source.failures)))
            .collect();
        let now = clock.now();
        for source in &sources {
            let rhythm = source.rhythm();
            // A due time further off than the configuration allows was made by another one.
            let latest = after(now, rhythm.every.max(settings.max_backoff));
            let (due, failed) = known
                .get(&source.reference().id)
                .copied()
                .unwrap_or((now, 0));
            // Looking into a folder costs nothing, and only a turn begins to watch it.
            let due = if rhythm.host.is_none() {
                now
            } else {
                due.min(latest)
            };
            schedule.add(rhythm.host, due);
            failures.push(failed);
        }
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let context = TurnContext {
            settings: settings.clone(),
            store,
            readers,
            clock: clock.clone(),
            dice: std::sync::Mutex::new(dice),
            cpu: Arc::new(Semaphore::new(cores)),
        };
        Ok(Collector {
            settings,
            sources,
            context: Arc::new(context),
            schedule,
            failures,
            clock,
            turns: JoinSet::new(),
            numbers: std::collections::HashMap::new(),
            full_since: None,
        })
    }

    /// Runs until `stop`; then lets running turns end within the grace.
    pub async fn run(mut self, stop: CancellationToken) {
        let (mut rung, _bells) = self.listen_to_bells();
        let mut vitals = self.context.store.vitals();
        loop {
            let wait = self.start_what_is_due();
            tokio::select! {
                () = stop.cancelled() => break,
                Some(ended) = self.turns.join_next_with_id(), if !self.turns.is_empty() => self.finish(ended),
                Some(number) = rung.recv() => self.schedule.ring(number, self.clock.now()),
                () = tokio::time::sleep(wait) => {}
                changed = vitals.changed(), if self.full_since.is_some() => {
                    if changed.is_err() {
                        break;
                    }
                }
            }
        }
        self.drain().await;
    }

    /// Starts every turn that may start now; returns how long nothing else will.
    fn start_what_is_due(&mut self) -> Duration {
        let held = self.context.store.vitals().borrow().bytes();
        if held >= self.settings.max_log_bytes {
            if self.full_since.is_none() {
                tracing::warn!(
                    held,
                    limit = self.settings.max_log_bytes,
                    "the logs are full: collecting waits until the sinks catch up or [state] max_bytes is raised"
                );
                self.full_since = Some(Instant::now());
            }
            metrics::gauge!("dateline_collect_waiting_for_room").set(1.0);
            return LONGEST_SLEEP;
        }
        if let Some(since) = self.full_since.take() {
            tracing::info!(waited = ?since.elapsed(), "the logs have room again: collecting goes on");
        }
        metrics::gauge!("dateline_collect_waiting_for_room").set(0.0);
        let now = self.clock.now();
        let mut wait = LONGEST_SLEEP;
        while self.turns.len() < self.settings.max_concurrent {
            match self.schedule.next(now) {
                Next::Start(number) => self.start(number),
                Next::Wait(until) => {
                    wait = until
                        .map_or(LONGEST_SLEEP, |until| between(now, until))
                        .min(LONGEST_SLEEP);
                    break;
                }
            }
        }
        metrics::gauge!("dateline_collect_turns_running").set(self.turns.len() as f64);
        wait
    }

    fn start(&mut self, number: usize) {
        let source = Arc::clone(&self.sources[number]);
        let context = Arc::clone(&self.context);
        let failures = self.failures[number];
        let handle = self
            .turns
            .spawn(async move { turn::take(context, number, source, failures).await });
        self.numbers.insert(handle.id(), number);
    }

    fn finish(&mut self, ended: Result<(tokio::task::Id, Finished), tokio::task::JoinError>) {
        let now = self.clock.now();
        match ended {
            Ok((id, finished)) => {
                self.numbers.remove(&id);
                self.failures[finished.number] = finished.failures;
                self.schedule.finished(finished.number, now, finished.due);
            }
            Err(error) => {
                let Some(number) = self.numbers.remove(&error.id()) else {
                    return;
                };
                let source = &self.sources[number].reference().id;
                tracing::error!(source, %error, "a turn ended abnormally; the source is asked again in a while");
                metrics::counter!("dateline_collect_panics_total").increment(1);
                self.schedule.finished(number, now, after(now, AFTER_PANIC));
            }
        }
    }

    /// One small task a bell: it says the source's number whenever its bell rings.
    fn listen_to_bells(&self) -> (mpsc::Receiver<usize>, JoinSet<()>) {
        let (sender, receiver) = mpsc::channel(self.sources.len().max(1));
        let mut bells = JoinSet::new();
        for (number, source) in self.sources.iter().enumerate() {
            let Some(bell) = source.rhythm().bell else {
                continue;
            };
            let sender = sender.clone();
            bells.spawn(async move {
                loop {
                    bell.notified().await;
                    if sender.send(number).await.is_err() {
                        return;
                    }
                }
            });
        }
        (receiver, bells)
    }

    async fn drain(&mut self) {
        let give_up = tokio::time::Instant::now() + self.settings.grace;
        while !self.turns.is_empty() {
            match tokio::time::timeout_at(give_up, self.turns.join_next_with_id()).await {
                Ok(Some(ended)) => self.finish(ended),
                Ok(None) => break,
                Err(_) => {
                    tracing::info!(
                        turns = self.turns.len(),
                        "turns still running are dropped; they come again"
                    );
                    self.turns.shutdown().await;
                    break;
                }
            }
        }
    }
}

/// The present instant plus a spread wait, shared by all turns.
pub(crate) fn spread(
    dice: &std::sync::Mutex<Dice>,
    now: Timestamp,
    wait: Duration,
    jitter: f64,
) -> Timestamp {
    let mut dice = dice.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    after(now, dice.spread(wait, jitter))
}
