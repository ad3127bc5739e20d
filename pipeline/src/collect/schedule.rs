//! Whose turn it is: due times, bells, and what keeps a source from being asked though its time has
//! come: its host ([`gates`]), the network ([`network`]), a crowd of others ([`spread`]).
//!
//! Pure bookkeeping without clock or tasks: the stage asks [`Schedule::next`], starts what it is
//! told to, and reports back.

mod gates;
mod network;
mod spread;

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::time::Duration;

use jiff::Timestamp;

use self::gates::{CROWDED, Gates, Host};
pub(super) use self::spread::Spread;
use crate::clock::before;

/// Limits on sources of one host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HostLimits {
    /// Turns at the same time.
    pub concurrent: usize,
    /// Time from one start to the next.
    pub spacing: Duration,
}

/// What the stage is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// Start a turn of the source with this number.
    Start(usize),
    /// Nothing before this instant (nothing at all without one) unless a turn ends or a bell rings.
    Wait(Option<Timestamp>),
}

/// What a source does that somebody wants to be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// It is being asked.
    Running,
    /// It is due.
    Due,
}

/// When each of a list of sources has its turns. A source is known by its number.
#[derive(Debug)]
pub(super) struct Schedule {
    limits: HostLimits,
    due: BinaryHeap<Reverse<(Timestamp, usize)>>,
    sources: Vec<Slot>,
    hosts: HashMap<String, Host>,
    gates: Gates,
    /// Hosts that are left alone, and until when. Afterwards one source at a time is asked there,
    /// until the host has answered one of them well.
    holds: HashMap<String, Timestamp>,
    /// So many holds make it worth looking which can be forgotten.
    crowded: usize,
    /// While the network is out: when the next source may be asked over it.
    next_probe: Option<Timestamp>,
}

#[derive(Debug)]
struct Slot {
    host: Option<String>,
    place: Place,
    rung: bool,
    /// Somebody wants it to be asked, and the turn that it has asks nobody.
    wanted: bool,
    /// The due time from which the bell brought its turn forward. Such a turn asks nobody, so the
    /// limits of its host do not concern it.
    before: Option<Timestamp>,
    /// The longest that spreading may put a turn off.
    patience: Duration,
}

impl Slot {
    /// Whether its time to ask a host has come. A turn that the bell brought forward asks nobody.
    fn is_overdue(&self, now: Timestamp) -> bool {
        self.host.is_some()
            && self.before.is_none()
            && matches!(self.place, Place::Due(due) if due <= now)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// In the heap of due times with this one; other entries of the heap are out of date.
    Due(Timestamp),
    /// In its host's queue.
    AtHost,
    /// Having its turn.
    Running,
    /// Not asked any more.
    Stopped,
}

impl Schedule {
    /// A schedule without sources.
    pub(super) fn new(limits: HostLimits) -> Schedule {
        Schedule {
            limits,
            due: BinaryHeap::new(),
            sources: Vec::new(),
            hosts: HashMap::new(),
            gates: BinaryHeap::new(),
            holds: HashMap::new(),
            crowded: CROWDED,
            next_probe: None,
        }
    }

    /// Other limits hold for the turns that begin from now on.
    pub(super) fn limit(&mut self, limits: HostLimits) {
        self.limits = limits;
    }

    /// Gives a source its place: the next free number, or that of one that has left. Without a due time it never
    /// has a turn. `patience` is the longest that spreading may put a turn off.
    pub(super) fn seat(
        &mut self,
        number: usize,
        host: Option<String>,
        due: Option<Timestamp>,
        patience: Duration,
    ) {
        let slot = Slot {
            host,
            place: Place::Stopped,
            rung: false,
            wanted: false,
            before: None,
            patience,
        };
        match self.sources.get_mut(number) {
            Some(left) => *left = slot,
            None => self.sources.push(slot),
        }
        if let Some(due) = due {
            self.put(number, due);
        }
    }

    /// The source has no more turns, and its number may be given to another. It must not be running.
    pub(super) fn leave(&mut self, number: usize) {
        if self.sources[number].place == Place::AtHost {
            self.leave_queue(number);
        }
        self.sources[number].place = Place::Stopped;
    }

    /// What to do at `now`. A source that is started must be reported to [`Schedule::finished`].
    pub(super) fn next(&mut self, now: Timestamp) -> Next {
        loop {
            if let Some(number) = self.next_at_gate(now) {
                return Next::Start(number);
            }
            match self.due.peek() {
                Some(Reverse((due, number))) if *due <= now => {
                    let (due, number) = (*due, *number);
                    self.due.pop();
                    if self.sources[number].place != Place::Due(due) {
                        continue;
                    }
                    let slot = &self.sources[number];
                    match slot.host.clone().filter(|_| slot.before.is_none()) {
                        None => return self.start(number),
                        Some(host) => self.queue_at_host(number, host, now),
                    }
                }
                _ => return Next::Wait(self.earliest()),
            }
        }
    }

    /// A turn ended; the next one is at `due`, or at once if the bell rang meanwhile. Without a due
    /// time there is none.
    pub(super) fn finished(&mut self, number: usize, now: Timestamp, due: Option<Timestamp>) {
        let slot = &self.sources[number];
        if let Some(name) = slot.host.clone().filter(|_| slot.before.is_none()) {
            self.leave_host(name, now);
        }
        let slot = &mut self.sources[number];
        let rung = std::mem::take(&mut slot.rung);
        let wanted = std::mem::take(&mut slot.wanted);
        match due.map(|due| if wanted { due.min(now) } else { due }) {
            Some(due) => {
                self.put(number, due);
                if rung {
                    self.ring(number, now);
                }
            }
            None => self.sources[number].place = Place::Stopped,
        }
    }

    /// The clock was set back by so much: everything is as far off as it was.
    pub(super) fn set_back(&mut self, by: Duration) {
        let earlier = |at: &mut Timestamp| *at = before(*at, by);
        for slot in &mut self.sources {
            if let Place::Due(due) = &mut slot.place {
                earlier(due);
            }
            slot.before.iter_mut().for_each(earlier);
        }
        for host in self.hosts.values_mut() {
            host.free_from.iter_mut().for_each(earlier);
            host.gate.iter_mut().for_each(earlier);
        }
        self.holds.values_mut().for_each(earlier);
        self.next_probe.iter_mut().for_each(earlier);
        let due = std::mem::take(&mut self.due).into_iter();
        self.due = due
            .map(|Reverse((due, number))| Reverse((before(due, by), number)))
            .collect();
        let gates = std::mem::take(&mut self.gates).into_iter();
        self.gates = gates
            .map(|Reverse((from, host))| Reverse((before(from, by), host)))
            .collect();
    }

    /// The source has something before its time.
    pub(super) fn ring(&mut self, number: usize, now: Timestamp) {
        let place = self.sources[number].place;
        match place {
            Place::Due(due) if due > now => self.bring_forward(number, due, now),
            // Its turn has come, and may be long in coming.
            Place::AtHost if self.leave_held_host(number, now) => {
                self.bring_forward(number, now, now);
            }
            Place::Running => self.sources[number].rung = true,
            Place::Due(_) | Place::AtHost | Place::Stopped => {}
        }
    }

    /// The source is due now, also one that is not asked any more: it waits for its host as when its time has come.
    pub(super) fn want(&mut self, number: usize, now: Timestamp) -> Wanted {
        let slot = &mut self.sources[number];
        match slot.place {
            Place::Running if slot.before.is_none() => return Wanted::Running,
            Place::Running => slot.wanted = true,
            Place::AtHost => {}
            Place::Due(due) if due <= now && slot.before.is_none() => {}
            Place::Due(_) | Place::Stopped => self.put(number, now),
        }
        Wanted::Due
    }

    fn bring_forward(&mut self, number: usize, due: Timestamp, now: Timestamp) {
        self.put(number, now);
        self.sources[number].before = Some(due);
    }

    /// The due time from which the bell brought the turn forward that starts now; `None` when it
    /// is due by itself.
    pub(super) fn brought_forward(&self, number: usize) -> Option<Timestamp> {
        self.sources[number].before
    }

    fn put(&mut self, number: usize, due: Timestamp) {
        self.sources[number].before = None;
        self.sources[number].place = Place::Due(due);
        self.due.push(Reverse((due, number)));
    }

    fn start(&mut self, number: usize) -> Next {
        self.sources[number].place = Place::Running;
        Next::Start(number)
    }

    fn earliest(&self) -> Option<Timestamp> {
        let due = self.due.peek().map(|Reverse((due, _))| *due);
        let gate = self.gates.peek().map(|Reverse((from, _))| *from);
        let gate = gate.map(|from| self.next_probe.map_or(from, |next| next.max(from)));
        match (due, gate) {
            (Some(due), Some(gate)) => Some(due.min(gate)),
            (due, gate) => due.or(gate),
        }
    }
}

#[cfg(test)]
mod tests;
