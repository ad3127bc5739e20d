//! The first stage: gives every source its turns and commits what they bring home.
//!
//! One task keeps the schedule; each turn is a task of its own. A turn's drafts, the items seen,
//! the source's memory and its next due time are one commit, so a turn that is cut off has never
//! been. While the logs are full no turn starts.
//!
//! Who is collected may change while the stage runs ([`roster`]), and a source may be asked by order ([`poll`]).
//!
//! When a source has its next turn is planned in [`plan`], from its rhythm ([`pace`]), the wishes of
//! its publisher, its failures ([`standing`]), what its host asks for ([`hosts`]), and whether this
//! machine's network is there at all ([`outage`]); [`schedule`] keeps the times. All of these are
//! pure.

mod hosts;
mod outage;
mod pace;
mod plan;
mod poll;
mod report;
mod roster;
mod rows;
mod schedule;
mod seen;
mod shown;
mod standing;
mod turn;

pub(crate) use hosts::HOLD_MEMORY;
pub(crate) use rows::DEAD_LETTER_BYTES;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

pub use hosts::Hold;
pub use pace::Pace;
pub use plan::{Plan, Reason, ReasonKind, say};
pub use poll::Polled;
pub use roster::{Roster, Rosters};
pub use schedule::HostLimits;
pub use standing::FAILING_LONG;

use outage::Change;
use roster::Seats;
use schedule::{Next, Schedule, Spread};
use shown::Known;
use standing::{Health, Tally};
use turn::{Finished, TurnContext};

use crate::clock::{Clock, Dice, after, before, between};
use crate::source::Source;
use crate::store::{DueSource, Readers, Store, StoreError};

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

/// After standing still for so long, what is due is spread before it goes on.
const LONG_PAUSE: Duration = Duration::from_secs(120);

/// Bells that may have rung and not been heard; more of them wait.
const BELLS: usize = 1024;

/// After a turn that panicked (a bug) the source waits this long.
const AFTER_PANIC: Duration = Duration::from_secs(60);

/// What the stage knows of the world, for whoever reports it.
#[derive(Clone)]
pub struct Outlook(Arc<std::sync::Mutex<Known>>);

impl Outlook {
    /// Whether this machine's network is taken to be out.
    pub fn network_is_out(&self) -> bool {
        turn::lock(&self.0).outage.is_out()
    }
}

/// The collect stage.
pub struct Collector {
    settings: CollectSettings,
    seats: Seats,
    context: Arc<TurnContext>,
    schedule: Schedule,
    spread: Spread,
    tally: Tally,
    clock: Clock,
    turns: JoinSet<Finished>,
    numbers: HashMap<tokio::task::Id, usize>,
    rung: mpsc::Receiver<usize>,
    rosters: (Rosters, mpsc::Receiver<roster::Order>),
    full_since: Option<Instant>,
    awake: Timestamp,
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
        let known = by_id(readers.with(|reader| reader.due_sources())?);
        let holds = readers.with(|reader| reader.holds())?;
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let now = clock.now();
        let (bell, rung) = mpsc::channel(BELLS);
        let context = TurnContext {
            settings: settings.clone(),
            store,
            readers,
            clock: clock.clone(),
            dice: Arc::new(std::sync::Mutex::new(dice)),
            surroundings: Arc::new(std::sync::Mutex::new(Known::default())),
            cpu: Arc::new(Semaphore::new(cores)),
        };
        let mut collector = Collector {
            seats: Seats::new(bell),
            schedule: Schedule::new(settings.host),
            spread: Spread {
                at_once: settings.max_concurrent,
            },
            settings,
            context: Arc::new(context),
            tally: Tally::default(),
            clock,
            turns: JoinSet::new(),
            numbers: HashMap::new(),
            rung,
            rosters: Rosters::new(),
            full_since: None,
            awake: now,
        };
        for source in sources {
            let known = known.get(&source.reference().id);
            collector.admit(source, known, now);
        }
        for hold in &holds {
            let until = turn::lock(&collector.context.surroundings)
                .hosts
                .remember_hold(hold, now);
            collector.schedule.hold(&hold.host, until, now);
        }
        collector.look_around(now);
        Ok(collector)
    }

    /// By which the list of sources is changed, and sources are polled, while the stage runs.
    pub fn rosters(&self) -> Rosters {
        self.rosters.0.clone()
    }

    /// What may be asked of the stage while it runs.
    pub fn outlook(&self) -> Outlook {
        Outlook(Arc::clone(&self.context.surroundings))
    }

    /// Runs until `stop`; then lets running turns end within the grace.
    pub async fn run(mut self, stop: CancellationToken) {
        if let Err(error) = self.forget_others(&stop).await
            && !stop.is_cancelled()
        {
            tracing::error!(%error, "what is known of sources that have left the configuration stays");
        }
        let mut vitals = self.context.store.vitals();
        report::stopped(self.tally.count(Health::Stopped));
        report::health(&self.tally);
        loop {
            self.feel_leaps_of_time();
            let wait = self.start_what_is_due();
            tokio::select! {
                () = stop.cancelled() => break,
                Some(ended) = self.turns.join_next_with_id(), if !self.turns.is_empty() => self.finish(ended),
                Some(number) = self.rung.recv() => self.ring(number),
                Some(order) = self.rosters.1.recv() => self.obey(order, &stop).await,
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
            let waited = since.elapsed();
            tracing::info!(?waited, "the logs have room again: collecting goes on");
            if waited > LONG_PAUSE {
                self.schedule.spread_overdue(self.clock.now(), &self.spread);
            }
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

    /// After a machine has slept, or a clock was set, much is due at once; after a clock was set back,
    /// nothing would be for as long.
    fn feel_leaps_of_time(&mut self) {
        let now = self.clock.now();
        let back = between(now, self.awake);
        if back > LONG_PAUSE {
            tracing::warn!(
                ?back,
                "the clock was set back: what is planned is kept as far off as it was"
            );
            self.schedule.set_back(back);
            turn::lock(&self.context.surroundings).hosts.set_back(back);
        }
        if between(self.awake, now) > LONG_PAUSE {
            self.schedule.spread_overdue(now, &self.spread);
        }
        self.awake = now;
    }

    fn start(&mut self, number: usize) {
        let Some(seat) = self.seats.get_mut(number) else {
            return;
        };
        let source = Arc::clone(&seat.source);
        let context = Arc::clone(&self.context);
        let rung = self.schedule.brought_forward(number);
        let handle = self
            .turns
            .spawn(async move { turn::take(context, number, source, rung).await });
        self.numbers.insert(handle.id(), number);
        seat.turn = Some(handle);
    }

    fn finish(&mut self, ended: Result<(tokio::task::Id, Finished), tokio::task::JoinError>) {
        self.feel_leaps_of_time();
        let now = self.awake;
        match ended {
            Ok((id, mut finished)) => {
                self.numbers.remove(&id);
                self.rise(finished.number);
                // What was planned before the clock was set back is as far off as it was.
                let back = Some(between(now, finished.at)).filter(|back| *back > LONG_PAUSE);
                let back = back.unwrap_or_default();
                if let Some(hold) = &mut finished.hold {
                    hold.until = before(hold.until, back);
                }
                self.heed(&finished, now);
                let due = finished.due.map(|due| before(due, back));
                self.schedule.finished(finished.number, now, due);
                // Afterwards, so that a source that was out of reach comes back with the others.
                self.feel_network(&finished.network, now);
            }
            Err(error) => {
                let Some(number) = self.numbers.remove(&error.id()) else {
                    return;
                };
                let source = self.rise(number);
                turn::lock(&self.context.surroundings).outage.lost(number);
                let mut due = now;
                if error.is_panic() {
                    tracing::error!(source, %error, "a turn ended abnormally; the source is asked again in a while");
                    metrics::counter!("dateline_collect_panics_total").increment(1);
                    due = after(now, AFTER_PANIC);
                }
                self.schedule.finished(number, now, Some(due));
                self.feel_network(&Change::None, now);
            }
        }
    }

    /// Notes what a turn showed of its source and its host.
    fn heed(&mut self, finished: &Finished, now: Timestamp) {
        if let Some(hold) = &finished.hold {
            report::hold(hold);
            self.schedule.hold(&hold.host, hold.until, now);
        }
        if let Some(host) = &finished.welcome {
            self.schedule.release(host, now);
        }
        if let (Some(health), Some(seat)) = (finished.health, self.seats.get_mut(finished.number))
            && seat.health != health
        {
            self.tally.remove(seat.health);
            self.tally.add(health);
            seat.health = health;
            report::health(&self.tally);
        }
    }

    fn feel_network(&mut self, change: &Change, now: Timestamp) {
        report::network(change);
        let out = turn::lock(&self.context.surroundings).outage.is_out();
        self.schedule.heed_network(change, out, now, &self.spread);
    }

    /// A source's bell rang. One that has left may have rung before.
    fn ring(&mut self, number: usize) {
        let seat = self.seats.get_mut(number);
        if seat.is_some_and(|seat| seat.bell.is_some()) {
            self.schedule.ring(number, self.clock.now());
        }
    }

    /// The source's turn is over; returns its id.
    fn rise(&mut self, number: usize) -> Option<String> {
        let seat = self.seats.get_mut(number)?;
        seat.turn = None;
        Some(seat.source.reference().id.clone())
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

fn by_id(known: Vec<DueSource>) -> HashMap<String, DueSource> {
    known
        .into_iter()
        .map(|source| (source.id.clone(), source))
        .collect()
}
