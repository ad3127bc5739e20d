//! Whose turn it is: due times, and the limits that sources on one host share.
//!
//! Pure bookkeeping without clock or tasks: the stage asks [`Schedule::next`], starts what it is
//! told to, and reports back.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, VecDeque};
use std::time::Duration;

use jiff::Timestamp;

use crate::clock::after;

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

/// When each of a fixed list of sources has its turns.
#[derive(Debug)]
pub(super) struct Schedule {
    limits: HostLimits,
    due: BinaryHeap<Reverse<(Timestamp, usize)>>,
    sources: Vec<Slot>,
    hosts: HashMap<String, Host>,
    /// Hosts with waiting sources, by the instant from which one may start.
    gates: BinaryHeap<Reverse<(Timestamp, String)>>,
}

#[derive(Debug)]
struct Slot {
    host: Option<String>,
    place: Place,
    rung: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// In the heap of due times with this one; other entries of the heap are out of date.
    Due(Timestamp),
    /// In its host's queue.
    AtHost,
    /// Having its turn.
    Running,
}

#[derive(Debug, Default)]
struct Host {
    running: usize,
    free_from: Option<Timestamp>,
    waiting: VecDeque<usize>,
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
        }
    }

    /// Adds a source; its number is the count of sources before it.
    pub(super) fn add(&mut self, host: Option<String>, due: Timestamp) {
        let number = self.sources.len();
        self.sources.push(Slot {
            host,
            place: Place::Due(due),
            rung: false,
        });
        self.due.push(Reverse((due, number)));
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
                    match self.sources[number].host.clone() {
                        None => return self.start(number),
                        Some(host) => self.queue_at_host(number, host, now),
                    }
                }
                _ => return Next::Wait(self.earliest()),
            }
        }
    }

    /// A turn ended; the next one is at `due`, or at once if the bell rang meanwhile.
    pub(super) fn finished(&mut self, number: usize, now: Timestamp, due: Timestamp) {
        if let Some(name) = self.sources[number].host.clone() {
            let host = self.hosts.entry(name.clone()).or_default();
            host.running = host.running.saturating_sub(1);
            if host.waiting.is_empty()
                && host.running == 0
                && host.free_from.is_none_or(|free| free <= now)
            {
                self.hosts.remove(&name);
            } else if !host.waiting.is_empty() {
                self.gates
                    .push(Reverse((host.free_from.unwrap_or(now), name)));
            }
        }
        let rung = std::mem::take(&mut self.sources[number].rung);
        self.put(number, if rung { now } else { due });
    }

    /// The source has something before its time.
    pub(super) fn ring(&mut self, number: usize, now: Timestamp) {
        match self.sources[number].place {
            Place::Due(due) if due > now => self.put(number, now),
            Place::Running => self.sources[number].rung = true,
            Place::Due(_) | Place::AtHost => {}
        }
    }

    fn put(&mut self, number: usize, due: Timestamp) {
        self.sources[number].place = Place::Due(due);
        self.due.push(Reverse((due, number)));
    }

    fn start(&mut self, number: usize) -> Next {
        self.sources[number].place = Place::Running;
        Next::Start(number)
    }

    fn queue_at_host(&mut self, number: usize, name: String, now: Timestamp) {
        self.sources[number].place = Place::AtHost;
        let host = self.hosts.entry(name.clone()).or_default();
        host.waiting.push_back(number);
        if host.running < self.limits.concurrent {
            self.gates
                .push(Reverse((host.free_from.unwrap_or(now), name)));
        }
    }

    /// The next source of a host that may be asked now.
    fn next_at_gate(&mut self, now: Timestamp) -> Option<usize> {
        while let Some(Reverse((from, _))) = self.gates.peek() {
            if *from > now {
                return None;
            }
            let Reverse((_, name)) = self.gates.pop()?;
            let Some(host) = self.hosts.get_mut(&name) else {
                continue;
            };
            if host.running >= self.limits.concurrent {
                // Whoever finishes there opens the gate again.
                continue;
            }
            if let Some(free) = host.free_from.filter(|free| *free > now) {
                self.gates.push(Reverse((free, name)));
                continue;
            }
            let Some(number) = host.waiting.pop_front() else {
                continue;
            };
            host.running += 1;
            host.free_from = Some(after(now, self.limits.spacing));
            if !host.waiting.is_empty() && host.running < self.limits.concurrent {
                self.gates
                    .push(Reverse((after(now, self.limits.spacing), name)));
            }
            self.sources[number].place = Place::Running;
            return Some(number);
        }
        None
    }

    fn earliest(&self) -> Option<Timestamp> {
        let due = self.due.peek().map(|Reverse((due, _))| *due);
        let gate = self.gates.peek().map(|Reverse((from, _))| *from);
        match (due, gate) {
            (Some(due), Some(gate)) => Some(due.min(gate)),
            (due, gate) => due.or(gate),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use super::*;
    use crate::clock::Dice;

    const LIMITS: HostLimits = HostLimits {
        concurrent: 2,
        spacing: Duration::from_secs(1),
    };

    fn at(milliseconds: i64) -> Timestamp {
        Timestamp::from_millisecond(milliseconds).unwrap()
    }

    #[test]
    fn sources_start_when_due_and_in_order() {
        let mut schedule = Schedule::new(LIMITS);
        schedule.add(None, at(2000));
        schedule.add(None, at(1000));
        assert_eq!(schedule.next(at(0)), Next::Wait(Some(at(1000))));
        assert_eq!(schedule.next(at(1000)), Next::Start(1));
        assert_eq!(schedule.next(at(1000)), Next::Wait(Some(at(2000))));
        schedule.finished(1, at(1500), at(9000));
        assert_eq!(schedule.next(at(2500)), Next::Start(0));
        assert_eq!(schedule.next(at(2500)), Next::Wait(Some(at(9000))));
    }

    #[test]
    fn a_host_is_asked_by_few_and_spaced() {
        let mut schedule = Schedule::new(LIMITS);
        for _ in 0..4 {
            schedule.add(Some("a".into()), at(0));
        }
        schedule.add(Some("b".into()), at(0));
        assert_eq!(schedule.next(at(0)), Next::Start(0));
        assert_eq!(
            schedule.next(at(0)),
            Next::Start(4),
            "another host does not wait"
        );
        assert_eq!(schedule.next(at(0)), Next::Wait(Some(at(1000))));
        assert_eq!(schedule.next(at(1000)), Next::Start(1));
        assert_eq!(schedule.next(at(5000)), Next::Wait(None), "two at a time");
        schedule.finished(0, at(5000), at(90_000));
        assert_eq!(schedule.next(at(5000)), Next::Start(2));
    }

    #[test]
    fn a_bell_brings_a_turn_forward_even_while_one_runs() {
        let mut schedule = Schedule::new(LIMITS);
        schedule.add(None, at(60_000));
        schedule.ring(0, at(10));
        assert_eq!(schedule.next(at(10)), Next::Start(0));
        schedule.ring(0, at(20));
        assert_eq!(
            schedule.next(at(20)),
            Next::Wait(Some(at(60_000))),
            "not twice at a time"
        );
        schedule.finished(0, at(30), at(60_000));
        assert_eq!(schedule.next(at(30)), Next::Start(0));
        schedule.finished(0, at(40), at(60_000));
        assert_eq!(schedule.next(at(40)), Next::Wait(Some(at(60_000))));
    }

    /// Random runs against the promises: nobody runs twice at a time, hosts stay within their
    /// limits, and everybody who is due comes to run.
    #[test]
    fn promises_hold_in_random_runs() {
        for seed in 0..200 {
            let mut dice = Dice::seeded(seed);
            let mut schedule = Schedule::new(LIMITS);
            let hosts: Vec<Option<String>> = (0..20)
                .map(|_| {
                    (!dice.roll().is_multiple_of(4)).then(|| format!("host{}", dice.roll() % 3))
                })
                .collect();
            for host in &hosts {
                schedule.add(host.clone(), at((dice.roll() % 3000) as i64));
            }
            let mut running: Vec<usize> = Vec::new();
            let mut turns = vec![0; hosts.len()];
            let mut last_start: HashMap<String, i64> = HashMap::new();
            let mut now = 0;
            for _ in 0..3000 {
                match schedule.next(at(now)) {
                    Next::Start(number) => {
                        assert!(!running.contains(&number));
                        running.push(number);
                        turns[number] += 1;
                        if let Some(host) = &hosts[number] {
                            let there = running
                                .iter()
                                .filter(|&&other| hosts[other].as_ref() == Some(host));
                            assert!(there.count() <= LIMITS.concurrent);
                            if let Some(before) = last_start.insert(host.clone(), now) {
                                assert!(now - before >= 1000);
                            }
                        }
                    }
                    Next::Wait(until) => {
                        let end_one = !running.is_empty()
                            && (dice.roll().is_multiple_of(2) || until.is_none());
                        if end_one {
                            let ended = running.swap_remove(dice.roll() as usize % running.len());
                            schedule.finished(
                                ended,
                                at(now),
                                at(now + (dice.roll() % 5000) as i64),
                            );
                        } else if let Some(until) = until {
                            now = now.max(until.as_millisecond()).max(now + 1);
                        }
                        if dice.roll().is_multiple_of(10) {
                            schedule.ring(dice.roll() as usize % hosts.len(), at(now));
                        }
                    }
                }
            }
            assert!(
                turns.iter().all(|turns| *turns > 0),
                "seed {seed}: {turns:?}"
            );
        }
    }
}
