//! Who is collected: the list of sources, which may change while the stage runs.
//!
//! A source keeps its number as long as it is on the list. Turns of those that leave, or whose configuration has
//! changed, are cut off: what is not committed has never been. One that is on the list may be [polled](super::poll) by order.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::{mpsc, oneshot};
use tokio::task::{AbortHandle, JoinSet};
use tokio_util::sync::CancellationToken;

use super::poll::Polled;
use super::standing::{Health, first_due, has_moved};
use super::turn::{self, TurnContext};
use super::{CollectSettings, Collector, by_id, report};
use crate::source::{Rhythm, Source};
use crate::store::{Commit, DueSource, StoreError};

/// Who is collected from now on, and how.
pub struct Roster {
    /// Settings of the stage.
    pub settings: CollectSettings,
    /// Ids of the sources that stay as they are, undisturbed.
    pub unchanged: HashSet<String>,
    /// All others: new ones, and those that are another thing under the same id.
    pub sources: Vec<Arc<dyn Source>>,
}

/// What a stage that runs is told, and who waits for the answer.
pub(super) enum Order {
    /// Another roster holds.
    Change(Roster, oneshot::Sender<Result<(), StoreError>>),
    /// The source of this id is asked as soon as its host allows.
    Poll(String, oneshot::Sender<Option<Polled>>),
}

/// Changes the list of sources of a stage that runs, and has them polled.
#[derive(Clone)]
pub struct Rosters(mpsc::Sender<Order>);

impl Rosters {
    /// One order at a time.
    pub(super) fn new() -> (Rosters, mpsc::Receiver<Order>) {
        let (sender, receiver) = mpsc::channel(1);
        (Rosters(sender), receiver)
    }

    /// Gives the stage another roster; returns when it holds.
    ///
    /// # Errors
    /// When the store cannot be read (the list is then as it was), or the stage has ended.
    pub async fn change(&self, roster: Roster) -> Result<(), StoreError> {
        let (told, answer) = oneshot::channel();
        let sent = self.0.send(Order::Change(roster, told)).await;
        sent.map_err(|_| StoreError::Closed)?;
        answer.await.unwrap_or(Err(StoreError::Closed))
    }

    /// Has a source asked as soon as its host allows, whenever it would be due; says what its turn waits for. `None` for one that is not on
    /// the list.
    ///
    /// # Errors
    /// When the stage has ended.
    pub async fn poll(&self, source: String) -> Result<Option<Polled>, StoreError> {
        let (told, answer) = oneshot::channel();
        let sent = self.0.send(Order::Poll(source, told)).await;
        sent.map_err(|_| StoreError::Closed)?;
        answer.await.map_err(|_| StoreError::Closed)
    }
}

/// The sources by their numbers. Numbers of those that have left go to others.
pub(super) struct Seats {
    seats: Vec<Option<Seat>>,
    free: Vec<usize>,
    bells: JoinSet<()>,
    bell: mpsc::Sender<usize>,
}

/// A source on the list.
pub(super) struct Seat {
    pub(super) source: Arc<dyn Source>,
    pub(super) health: Health,
    /// The task that listens to its bell.
    pub(super) bell: Option<AbortHandle>,
    /// Its turn, while it has one.
    pub(super) turn: Option<AbortHandle>,
    pub(super) host: Option<String>,
}

impl Seats {
    /// No sources yet; whose bell rings is said to `bell`.
    pub(super) fn new(bell: mpsc::Sender<usize>) -> Seats {
        Seats {
            seats: Vec::new(),
            free: Vec::new(),
            bells: JoinSet::new(),
            bell,
        }
    }

    pub(super) fn get_mut(&mut self, number: usize) -> Option<&mut Seat> {
        self.seats.get_mut(number).and_then(Option::as_mut)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (usize, &Seat)> {
        let seats = self.seats.iter().enumerate();
        seats.filter_map(|(number, seat)| Some((number, seat.as_ref()?)))
    }

    fn put(&mut self, number: usize, seat: Seat) {
        match self.seats.get_mut(number) {
            Some(left) => *left = Some(seat),
            None => self.seats.push(Some(seat)),
        }
    }

    /// A number that nobody has.
    fn number(&mut self) -> usize {
        self.free.pop().unwrap_or(self.seats.len())
    }

    /// One small task a bell: it says the source's number whenever its bell rings.
    fn listen(&mut self, number: usize, rhythm: &Rhythm) -> Option<AbortHandle> {
        // Those that were ended are forgotten.
        while self.bells.try_join_next().is_some() {}
        let bell = rhythm.bell.clone()?;
        let sender = self.bell.clone();
        Some(self.bells.spawn(async move {
            loop {
                bell.notified().await;
                if sender.send(number).await.is_err() {
                    return;
                }
            }
        }))
    }
}

impl Collector {
    /// Takes a source in, with what the state knows of it.
    pub(super) fn admit(
        &mut self,
        source: Arc<dyn Source>,
        known: Option<&DueSource>,
        now: Timestamp,
    ) {
        let number = self.seats.number();
        self.seat(number, source, known, now);
    }

    fn seat(
        &mut self,
        number: usize,
        source: Arc<dyn Source>,
        known: Option<&DueSource>,
        now: Timestamp,
    ) {
        let rhythm = source.rhythm();
        let due = match (known, &rhythm.host) {
            // Looking into a folder costs nothing, and only a turn begins to watch it.
            (None, _) | (Some(_), None) => Some(now),
            (Some(known), Some(_)) => first_due(
                known,
                source.as_ref(),
                &rhythm,
                self.settings.max_backoff,
                now,
            ),
        };
        let patience = rhythm.every.unwrap_or(rhythm.least);
        self.schedule
            .seat(number, rhythm.host.clone(), due, patience);
        let same = known.filter(|known| !has_moved(known.address.as_deref(), source.as_ref()));
        if let (Some(host), Some(at)) = (&rhythm.host, same.and_then(|known| known.succeeded)) {
            turn::lock(&self.context.surroundings)
                .hosts
                .remember_read(host, number, at);
        }
        let health = same.map_or(Health::Fine, |known| Health::of(known, now));
        self.tally.add(health);
        let seat = Seat {
            source,
            health,
            bell: self.seats.listen(number, &rhythm),
            turn: None,
            host: rhythm.host,
        };
        self.seats.put(number, seat);
    }

    /// Takes note of who is on the list by now.
    pub(super) fn look_around(&mut self, now: Timestamp) {
        let hosts = self
            .seats
            .iter()
            .filter_map(|(_, seat)| seat.host.as_deref());
        turn::lock(&self.context.surroundings).outage.watch(hosts);
        self.schedule.spread_overdue(now, &self.spread);
    }

    /// Does what it is told, and says so.
    pub(super) async fn obey(&mut self, order: Order, stop: &CancellationToken) {
        let waited_for = match order {
            Order::Change(roster, told) => {
                let changed = self.change(roster, stop).await;
                if let Err(error) = &changed {
                    tracing::error!(%error, "the list of sources stays as it was");
                }
                told.send(changed).is_ok()
            }
            Order::Poll(source, told) => told.send(self.poll(&source)).is_ok(),
        };
        if !waited_for {
            tracing::debug!("whoever gave an order to the collect stage has not waited for it");
        }
    }

    async fn change(&mut self, roster: Roster, stop: &CancellationToken) -> Result<(), StoreError> {
        let known = self.context.readers.ask(|reader| reader.due_sources());
        let known = by_id(known.await?);
        self.take_settings(roster.settings);
        let mut others: HashMap<String, Arc<dyn Source>> = roster
            .sources
            .iter()
            .map(|source| (source.reference().id.clone(), Arc::clone(source)))
            .collect();
        let touched: Vec<(usize, String)> = self
            .seats
            .iter()
            .map(|(number, seat)| (number, seat.source.reference().id.clone()))
            .filter(|(_, id)| !roster.unchanged.contains(id))
            .collect();
        self.cut_off(&touched).await;
        let now = self.clock.now();
        for (number, id) in touched {
            self.leave(number);
            match others.remove(&id) {
                Some(source) => self.seat(number, source, known.get(&id), now),
                None => self.seats.free.push(number),
            }
        }
        // In the order of the configuration.
        for source in roster.sources {
            let id = source.reference().id.clone();
            if others.remove(&id).is_some() {
                self.admit(source, known.get(&id), now);
            }
        }
        self.look_around(now);
        report::health(&self.tally);
        self.forget_others(stop).await
    }

    fn take_settings(&mut self, settings: CollectSettings) {
        self.schedule.limit(settings.host);
        self.spread.at_once = settings.max_concurrent;
        self.context = Arc::new(TurnContext {
            settings: settings.clone(),
            ..TurnContext::clone(&self.context)
        });
        self.settings = settings;
    }

    /// Ends the turns of these sources, and waits until they are at rest.
    async fn cut_off(&mut self, sources: &[(usize, String)]) {
        for (number, _) in sources {
            if let Some(turn) = self
                .seats
                .get_mut(*number)
                .and_then(|seat| seat.turn.as_ref())
            {
                turn.abort();
            }
        }
        for (number, _) in sources {
            while self
                .seats
                .get_mut(*number)
                .is_some_and(|seat| seat.turn.is_some())
            {
                let Some(ended) = self.turns.join_next_with_id().await else {
                    break;
                };
                self.finish(ended);
            }
        }
    }

    fn leave(&mut self, number: usize) {
        self.schedule.leave(number);
        turn::lock(&self.context.surroundings).outage.leaves(number);
        let Some(seat) = self.seats.seats.get_mut(number).and_then(Option::take) else {
            return;
        };
        self.tally.remove(seat.health);
        if let Some(bell) = seat.bell {
            bell.abort();
        }
    }

    /// What is known of sources that are not on the list leaves the state.
    pub(super) async fn forget_others(&self, stop: &CancellationToken) -> Result<(), StoreError> {
        let seats = self.seats.iter();
        let ids = seats.map(|(_, seat)| seat.source.reference().id.clone());
        let commit = Commit::Configure(ids.collect());
        // A full disk is waited for, but not by whoever stops.
        stop.run_until_cancelled(self.context.store.commit(commit))
            .await
            .unwrap_or(Err(StoreError::Closed))
    }
}
