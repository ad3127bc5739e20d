//! Whose turn it is: due times, the limits that sources on one host share, and hosts that are left
//! alone as a whole.
//!
//! Pure bookkeeping without clock or tasks: the stage asks [`Schedule::next`], starts what it is
//! told to, and reports back.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, VecDeque};
use std::time::Duration;

use jiff::Timestamp;

use super::hosts::HOLD_MEMORY;
use super::outage::Change;
use crate::clock::{Dice, after, before};

/// Limits on sources of one host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HostLimits {
    /// Turns at the same time.
    pub concurrent: usize,
    /// Time from one start to the next.
    pub spacing: Duration,
}

/// Time from one attempt to the next while the network is out.
const PROBE_EVERY: Duration = Duration::from_secs(5);

/// With fewer holds than this nobody looks for those that can be forgotten.
const CROWDED: usize = 1024;

/// How turns that are due at once are spread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Spread {
    /// So many may begin at once.
    pub(super) at_once: usize,
}

impl Spread {
    /// Turns that begin in a second: a few percent of what a machine reads, and ten thousand feeds
    /// are through in less than two minutes.
    const A_SECOND: u32 = 100;

    /// The longest window.
    const LONGEST: Duration = Duration::from_secs(300);

    /// The time over which so many turns are spread.
    fn window(&self, turns: usize) -> Duration {
        let waiting = u32::try_from(turns.saturating_sub(self.at_once)).unwrap_or(u32::MAX);
        (Duration::from_secs(1) / Self::A_SECOND)
            .saturating_mul(waiting)
            .min(Self::LONGEST)
    }
}

/// A number from 0 to 1 that is the same for a host whenever it is asked for.
fn share_of(host: &str) -> f64 {
    let hash = std::hash::BuildHasherDefault::<std::hash::DefaultHasher>::default();
    Dice::seeded(std::hash::BuildHasher::hash_one(&hash, host)).fraction()
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

#[derive(Debug, Default)]
struct Host {
    running: usize,
    free_from: Option<Timestamp>,
    waiting: VecDeque<usize>,
    /// Its one entry among the gates. No event lets a host be asked earlier than that, so another
    /// entry would only make the heap grow.
    gate: Option<Timestamp>,
}

impl Host {
    /// Sees to it that there is a gate.
    fn open(&mut self, gates: &mut Gates, name: String, from: Timestamp) {
        if self.gate.is_none() {
            self.gate = Some(from);
            gates.push(Reverse((from, name)));
        }
    }

    /// Whether nothing of it must be remembered.
    fn is_idle(&self, now: Timestamp) -> bool {
        self.waiting.is_empty()
            && self.running == 0
            && self.gate.is_none()
            && self.free_from.is_none_or(|free| free <= now)
    }
}

/// Hosts with waiting sources, by the instant from which one may start.
type Gates = BinaryHeap<Reverse<(Timestamp, String)>>;

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

    /// Adds a source; its number is the count of sources before it. One without a due time never
    /// has a turn. `patience` is the longest that spreading may put a turn off.
    pub(super) fn add(&mut self, host: Option<String>, due: Option<Timestamp>, patience: Duration) {
        let number = self.sources.len();
        self.sources.push(Slot {
            host,
            place: Place::Stopped,
            rung: false,
            before: None,
            patience,
        });
        if let Some(due) = due {
            self.put(number, due);
        }
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
            let host = self.hosts.entry(name.clone()).or_default();
            host.running = host.running.saturating_sub(1);
            if host.is_idle(now) {
                self.hosts.remove(&name);
            } else if !host.waiting.is_empty() {
                let from = host.free_from.unwrap_or(now);
                host.open(&mut self.gates, name, from);
            }
        }
        let rung = std::mem::take(&mut self.sources[number].rung);
        match due {
            Some(due) => {
                self.put(number, due);
                if rung {
                    self.ring(number, now);
                }
            }
            None => self.sources[number].place = Place::Stopped,
        }
    }

    /// Leaves a host alone until `until`; turns that run go on.
    pub(super) fn hold(&mut self, host: &str, until: Timestamp, now: Timestamp) {
        if self.holds.len() >= self.crowded {
            self.holds
                .retain(|_, until| after(*until, HOLD_MEMORY) > now);
            self.crowded = (self.holds.len() * 2).max(CROWDED);
        }
        let held = self.holds.entry(host.to_owned()).or_insert(until);
        *held = until.max(*held);
    }

    /// A host has answered well: once its hold is over, sources on it go on as usual.
    pub(super) fn release(&mut self, host: &str, now: Timestamp) {
        if self.holds.get(host).is_some_and(|until| *until <= now) {
            self.holds.remove(host);
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

    /// Heeds what a turn changed about the network; `out` is how it is now. Turns come home in
    /// another order than they made their changes, and one that panics does not come at all.
    pub(super) fn heed_network(
        &mut self,
        change: &Change,
        out: bool,
        now: Timestamp,
        spread: &Spread,
    ) {
        match change {
            Change::Ended(unreached) => self.resume(now, unreached, spread),
            Change::Began { .. } | Change::None if !out && self.next_probe.is_some() => {
                self.resume(now, &[], spread);
            }
            Change::Began { .. } | Change::None => {}
        }
        if out && self.next_probe.is_none() {
            self.probe(now);
        }
    }

    /// The network is out: from now on sources on hosts have one turn in every [`PROBE_EVERY`].
    fn probe(&mut self, now: Timestamp) {
        self.next_probe = Some(after(now, PROBE_EVERY));
    }

    /// The network is back: the turns of these sources, and of all whose time has come, begin within
    /// a short while, by `spread`.
    fn resume(&mut self, now: Timestamp, unreached: &[usize], spread: &Spread) {
        self.next_probe = None;
        for host in self.hosts.values_mut() {
            host.waiting.clear();
        }
        let mut due: Vec<usize> = (0..self.sources.len())
            .filter(|number| match self.sources[*number].place {
                Place::AtHost => true,
                Place::Due(_) => self.sources[*number].is_overdue(now),
                Place::Running | Place::Stopped => false,
            })
            .collect();
        let early = unreached
            .iter()
            .copied()
            .filter(|number| matches!(self.sources[*number].place, Place::Due(due) if due > now));
        due.extend(early);
        self.stagger(now, &due, spread);
    }

    /// Spreads the turns of all sources on hosts whose time has come over a short while.
    pub(super) fn spread_overdue(&mut self, now: Timestamp, spread: &Spread) {
        let due: Vec<usize> = (0..self.sources.len())
            .filter(|number| self.sources[*number].is_overdue(now))
            .collect();
        self.stagger(now, &due, spread);
    }

    /// Gives sources due times from `now` on: those of each host evenly over the window, each host
    /// from a beginning of its own.
    fn stagger(&mut self, now: Timestamp, sources: &[usize], spread: &Spread) {
        let window = spread.window(sources.len());
        let mut of_host: HashMap<&str, (u32, u32)> = HashMap::new();
        for number in sources {
            if let Some(host) = &self.sources[*number].host {
                of_host.entry(host).or_default().1 += 1;
            }
        }
        let mut places = Vec::with_capacity(sources.len());
        for number in sources {
            let Some(host) = &self.sources[*number].host else {
                continue;
            };
            let Some((before, count)) = of_host.get_mut(host.as_str()) else {
                continue;
            };
            let share = f64::from(*before) / f64::from(*count);
            *before += 1;
            let place = (share_of(host) + share).fract();
            let window = window.min(self.sources[*number].patience);
            places.push((*number, after(now, window.mul_f64(place))));
        }
        for (number, due) in places {
            self.put(number, due);
        }
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

    fn bring_forward(&mut self, number: usize, due: Timestamp, now: Timestamp) {
        self.put(number, now);
        self.sources[number].before = Some(due);
    }

    /// Takes a source out of its host's queue, if the host is left alone.
    fn leave_held_host(&mut self, number: usize, now: Timestamp) -> bool {
        let Some(name) = &self.sources[number].host else {
            return false;
        };
        let held = self.holds.get(name).is_some_and(|until| *until > now);
        if let Some(host) = self.hosts.get_mut(name).filter(|_| held) {
            host.waiting.retain(|waiting| *waiting != number);
        }
        held
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

    fn queue_at_host(&mut self, number: usize, name: String, now: Timestamp) {
        self.sources[number].place = Place::AtHost;
        let host = self.hosts.entry(name.clone()).or_default();
        host.waiting.push_back(number);
        if host.running < self.limits.concurrent {
            let from = host.free_from.unwrap_or(now);
            host.open(&mut self.gates, name, from);
        }
    }

    /// The next source of a host that may be asked now.
    fn next_at_gate(&mut self, now: Timestamp) -> Option<usize> {
        if self.next_probe.is_some_and(|next| next > now) {
            return None;
        }
        while let Some(Reverse((from, _))) = self.gates.peek() {
            if *from > now {
                return None;
            }
            let Reverse((_, name)) = self.gates.pop()?;
            let Some(host) = self.hosts.get_mut(&name) else {
                continue;
            };
            host.gate = None;
            let held = self.holds.get(&name).copied();
            // After a hold one of them tries whether the host wants to be asked again.
            let most = held.map_or(self.limits.concurrent, |_| 1);
            if host.running >= most {
                // Whoever finishes there opens the gate again.
                continue;
            }
            if let Some(free) = host.free_from.max(held).filter(|free| *free > now) {
                host.open(&mut self.gates, name, free);
                continue;
            }
            let Some(number) = host.waiting.pop_front() else {
                if host.is_idle(now) {
                    self.hosts.remove(&name);
                }
                continue;
            };
            host.running += 1;
            host.free_from = Some(after(now, self.limits.spacing));
            if !host.waiting.is_empty() && host.running < self.limits.concurrent {
                let from = after(now, self.limits.spacing);
                host.open(&mut self.gates, name, from);
            }
            self.sources[number].place = Place::Running;
            if let Some(next) = &mut self.next_probe {
                *next = after(now, PROBE_EVERY);
            }
            return Some(number);
        }
        None
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
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use super::*;

    const LIMITS: HostLimits = HostLimits {
        concurrent: 2,
        spacing: Duration::from_secs(1),
    };

    const PATIENCE: Duration = Duration::from_secs(900);

    fn at(milliseconds: i64) -> Timestamp {
        Timestamp::from_millisecond(milliseconds).unwrap()
    }

    #[test]
    fn sources_start_when_due_and_in_order() {
        let mut schedule = Schedule::new(LIMITS);
        schedule.add(None, Some(at(2000)), PATIENCE);
        schedule.add(None, Some(at(1000)), PATIENCE);
        assert_eq!(schedule.next(at(0)), Next::Wait(Some(at(1000))));
        assert_eq!(schedule.next(at(1000)), Next::Start(1));
        assert_eq!(schedule.next(at(1000)), Next::Wait(Some(at(2000))));
        schedule.finished(1, at(1500), Some(at(9000)));
        assert_eq!(schedule.next(at(2500)), Next::Start(0));
        assert_eq!(schedule.next(at(2500)), Next::Wait(Some(at(9000))));
    }

    #[test]
    fn a_host_is_asked_by_few_and_spaced() {
        let mut schedule = Schedule::new(LIMITS);
        for _ in 0..4 {
            schedule.add(Some("a".into()), Some(at(0)), PATIENCE);
        }
        schedule.add(Some("b".into()), Some(at(0)), PATIENCE);
        assert_eq!(schedule.next(at(0)), Next::Start(0));
        assert_eq!(
            schedule.next(at(0)),
            Next::Start(4),
            "another host does not wait"
        );
        assert_eq!(schedule.next(at(0)), Next::Wait(Some(at(1000))));
        assert_eq!(schedule.next(at(1000)), Next::Start(1));
        assert_eq!(schedule.next(at(5000)), Next::Wait(None), "two at a time");
        schedule.finished(0, at(5000), Some(at(90_000)));
        assert_eq!(schedule.next(at(5000)), Next::Start(2));
    }

    #[test]
    fn a_bell_brings_a_turn_forward_even_while_one_runs() {
        let mut schedule = Schedule::new(LIMITS);
        schedule.add(None, Some(at(60_000)), PATIENCE);
        schedule.ring(0, at(10));
        assert_eq!(schedule.next(at(10)), Next::Start(0));
        schedule.ring(0, at(20));
        assert_eq!(
            schedule.next(at(20)),
            Next::Wait(Some(at(60_000))),
            "not twice at a time"
        );
        schedule.finished(0, at(30), Some(at(60_000)));
        assert_eq!(schedule.next(at(30)), Next::Start(0));
        schedule.finished(0, at(40), Some(at(60_000)));
        assert_eq!(schedule.next(at(40)), Next::Wait(Some(at(60_000))));
    }

    #[test]
    fn a_stopped_source_has_no_turns() {
        let mut schedule = Schedule::new(LIMITS);
        schedule.add(Some("a".into()), None, PATIENCE);
        schedule.add(Some("a".into()), Some(at(0)), PATIENCE);
        assert_eq!(schedule.next(at(0)), Next::Start(1));
        schedule.ring(0, at(10));
        schedule.finished(1, at(2000), None);
        assert_eq!(schedule.next(at(90_000)), Next::Wait(None));
    }

    #[test]
    fn a_held_host_is_left_alone_and_others_go_on() {
        let mut schedule = Schedule::new(LIMITS);
        for _ in 0..2 {
            schedule.add(Some("a".into()), Some(at(0)), PATIENCE);
        }
        schedule.add(Some("b".into()), Some(at(10)), PATIENCE);
        assert_eq!(schedule.next(at(0)), Next::Start(0));
        schedule.hold("a", at(60_000), at(5));
        schedule.hold("a", at(30_000), at(5));
        schedule.finished(0, at(5), Some(at(20)));
        assert_eq!(schedule.next(at(10)), Next::Start(2));
        schedule.finished(2, at(10), Some(at(99_000)));
        assert_eq!(schedule.next(at(2000)), Next::Wait(Some(at(60_000))));
        assert_eq!(schedule.next(at(59_999)), Next::Wait(Some(at(60_000))));
        assert_eq!(schedule.next(at(60_000)), Next::Start(1));
    }

    #[test]
    fn after_a_hold_one_source_at_a_time_tries_until_the_host_has_answered_well() {
        let mut schedule = Schedule::new(LIMITS);
        for _ in 0..5 {
            schedule.add(Some("a".into()), Some(at(0)), PATIENCE);
        }
        schedule.hold("a", at(60_000), at(0));
        schedule.release("a", at(10));
        assert_eq!(schedule.next(at(0)), Next::Wait(Some(at(60_000))));
        assert_eq!(schedule.next(at(60_000)), Next::Start(0));
        assert_eq!(schedule.next(at(80_000)), Next::Wait(None), "one alone");
        schedule.hold("a", at(200_000), at(80_000));
        schedule.finished(0, at(80_000), Some(at(900_000)));
        assert_eq!(schedule.next(at(80_000)), Next::Wait(Some(at(200_000))));
        assert_eq!(schedule.next(at(200_000)), Next::Start(1));
        // No answer at all, which says nothing: another one tries.
        schedule.finished(1, at(230_000), Some(at(900_000)));
        assert_eq!(schedule.next(at(230_000)), Next::Start(2));
        assert_eq!(schedule.next(at(240_000)), Next::Wait(Some(at(900_000))));
        schedule.release("a", at(240_000));
        schedule.finished(2, at(240_000), Some(at(900_000)));
        assert_eq!(schedule.next(at(240_000)), Next::Start(3));
        assert_eq!(schedule.next(at(240_500)), Next::Wait(Some(at(241_000))));
        assert_eq!(schedule.next(at(241_000)), Next::Start(4), "spaced");
    }

    /// The starts from `now` on, with their times in milliseconds; each turn ends at once.
    fn starts(schedule: &mut Schedule, mut now: i64, until: i64) -> Vec<(i64, usize)> {
        let mut starts = Vec::new();
        while now <= until {
            match schedule.next(at(now)) {
                Next::Start(number) => {
                    starts.push((now, number));
                    schedule.finished(number, at(now), Some(at(i64::from(u32::MAX))));
                }
                Next::Wait(Some(next)) => now = next.as_millisecond().max(now + 1),
                Next::Wait(None) => break,
            }
        }
        starts
    }

    #[test]
    fn ten_thousand_overdue_sources_do_not_come_at_once() {
        let mut schedule = Schedule::new(LIMITS);
        for number in 0..10_000 {
            let host = format!("host{}.example", number % 2500);
            schedule.add(Some(host), Some(at(0)), PATIENCE);
        }
        schedule.spread_overdue(at(1_000_000), &Spread { at_once: 64 });
        let starts = starts(&mut schedule, 1_000_000, 2_000_000);
        assert_eq!(starts.len(), 10_000);
        let mut a_second = vec![0; 110];
        for (time, _) in &starts {
            a_second[usize::try_from((time - 1_000_000) / 1000).unwrap()] += 1;
        }
        assert!(a_second.iter().all(|count| *count < 170), "{a_second:?}");
        let of_one: Vec<i64> = starts
            .iter()
            .filter(|(_, number)| number % 2500 == 7)
            .map(|(time, _)| *time)
            .collect();
        assert!(
            of_one.windows(2).all(|pair| pair[1] - pair[0] > 20_000),
            "{of_one:?}"
        );
    }

    #[test]
    fn few_overdue_sources_and_impatient_ones_are_not_put_off() {
        let mut schedule = Schedule::new(LIMITS);
        for number in 0..64 {
            schedule.add(Some(format!("host{number}")), Some(at(0)), PATIENCE);
        }
        schedule.spread_overdue(at(1000), &Spread { at_once: 64 });
        assert_eq!(starts(&mut schedule, 1000, 1000).len(), 64);
        let mut schedule = Schedule::new(LIMITS);
        for number in 0..10_000 {
            let patience = Duration::from_secs(5);
            schedule.add(Some(format!("host{number}")), Some(at(0)), patience);
        }
        schedule.spread_overdue(at(0), &Spread { at_once: 64 });
        assert_eq!(starts(&mut schedule, 0, 5000).len(), 10_000);
    }

    #[test]
    fn while_the_network_is_out_one_at_a_time_probes_and_then_all_come_back_spread() {
        let mut schedule = Schedule::new(LIMITS);
        for number in 0..300 {
            schedule.add(Some(format!("host{number}")), Some(at(0)), PATIENCE);
        }
        schedule.add(None, Some(at(7000)), PATIENCE);
        schedule.probe(at(0));
        let probes = starts(&mut schedule, 0, 20_000);
        let times: Vec<i64> = probes.iter().map(|(time, _)| *time).collect();
        assert_eq!(times, [5000, 7000, 10_000, 15_000, 20_000], "{probes:?}");
        let unreached: Vec<usize> = probes.iter().map(|(_, number)| *number).collect();
        schedule.resume(at(21_000), &unreached, &Spread { at_once: 0 });
        let back = starts(&mut schedule, 21_000, 30_000);
        assert_eq!(back.len(), 300);
        let first_second = back.iter().filter(|(time, _)| *time < 22_000).count();
        assert!((50..150).contains(&first_second), "{first_second}");
    }

    #[test]
    fn a_turn_knows_from_when_the_bell_brought_it_forward() {
        let mut schedule = Schedule::new(LIMITS);
        schedule.add(None, Some(at(60_000)), PATIENCE);
        schedule.ring(0, at(10));
        assert_eq!(schedule.next(at(10)), Next::Start(0));
        assert_eq!(schedule.brought_forward(0), Some(at(60_000)));
        schedule.ring(0, at(20));
        schedule.finished(0, at(30), Some(at(60_000)));
        assert_eq!(schedule.next(at(30)), Next::Start(0));
        assert_eq!(schedule.brought_forward(0), Some(at(60_000)));
        schedule.finished(0, at(40), Some(at(50)));
        schedule.ring(0, at(50));
        assert_eq!(schedule.next(at(50)), Next::Start(0));
        assert_eq!(schedule.brought_forward(0), None, "due by itself");
    }

    #[test]
    fn a_turn_that_the_bell_brought_forward_does_not_wait_for_its_host() {
        let mut schedule = Schedule::new(LIMITS);
        for _ in 0..3 {
            schedule.add(Some("a".into()), Some(at(0)), PATIENCE);
        }
        assert_eq!(schedule.next(at(0)), Next::Start(0));
        schedule.finished(0, at(100), Some(at(60_000)));
        schedule.ring(0, at(100));
        assert_eq!(schedule.next(at(100)), Next::Start(0), "nobody is asked");
        schedule.ring(1, at(100));
        assert_eq!(schedule.next(at(100)), Next::Wait(Some(at(1000))));
        schedule.finished(0, at(200), Some(at(60_000)));
        schedule.hold("a", at(50_000), at(200));
        schedule.ring(1, at(300));
        assert_eq!(schedule.next(at(300)), Next::Start(1));
        assert_eq!(schedule.brought_forward(1), Some(at(300)));
        schedule.finished(1, at(400), Some(at(300)));
        assert_eq!(schedule.next(at(1000)), Next::Wait(Some(at(50_000))));
        assert_eq!(schedule.next(at(50_000)), Next::Start(2));
        schedule.release("a", at(50_500));
        schedule.finished(2, at(50_500), Some(at(90_000)));
        assert_eq!(schedule.next(at(51_000)), Next::Start(1), "and still due");
    }

    #[test]
    fn a_turn_that_the_bell_brought_forward_is_not_spread() {
        let spread = Spread { at_once: 0 };
        let mut schedule = Schedule::new(LIMITS);
        schedule.add(Some("a".into()), Some(at(60_000)), PATIENCE);
        for network_is_back in [false, true] {
            schedule.ring(0, at(100));
            match network_is_back {
                false => schedule.spread_overdue(at(100), &spread),
                true => schedule.resume(at(100), &[0], &spread),
            }
            assert_eq!(schedule.next(at(100)), Next::Start(0));
            assert_eq!(schedule.brought_forward(0), Some(at(60_000)));
            schedule.finished(0, at(100), Some(at(60_000)));
        }
    }

    #[test]
    fn changes_of_the_network_that_come_home_in_another_order_leave_no_probing_behind() {
        let spread = Spread { at_once: 64 };
        let began = Change::Began {
            feeds: 21,
            hosts: 21,
        };
        let ended = Change::Ended(vec![1]);
        let all_start = |schedule: &mut Schedule| {
            assert_eq!(schedule.next(at(0)), Next::Start(0));
            assert_eq!(schedule.next(at(0)), Next::Start(1));
        };
        let fresh = || {
            let mut schedule = Schedule::new(LIMITS);
            schedule.add(Some("a".into()), Some(at(0)), PATIENCE);
            schedule.add(Some("b".into()), Some(at(0)), PATIENCE);
            schedule
        };
        // It was back before anybody said that it was out.
        let mut schedule = fresh();
        schedule.heed_network(&ended, false, at(0), &spread);
        schedule.heed_network(&began, false, at(0), &spread);
        all_start(&mut schedule);
        // The turn that saw it come back was lost.
        let mut schedule = fresh();
        schedule.heed_network(&began, true, at(0), &spread);
        schedule.heed_network(&Change::None, true, at(0), &spread);
        assert_eq!(schedule.next(at(0)), Next::Wait(Some(at(5000))));
        schedule.heed_network(&Change::None, false, at(0), &spread);
        all_start(&mut schedule);
        // It came back and was out again before anybody said so.
        let mut schedule = fresh();
        schedule.heed_network(&ended, true, at(0), &spread);
        assert_eq!(schedule.next(at(0)), Next::Wait(Some(at(5000))));
    }

    #[test]
    fn a_clock_that_is_set_back_puts_nothing_off() {
        let mut schedule = Schedule::new(LIMITS);
        let later = 9_000_000;
        schedule.add(None, Some(at(later + 50)), PATIENCE);
        for _ in 0..2 {
            schedule.add(Some("a".into()), Some(at(later)), PATIENCE);
        }
        schedule.add(Some("b".into()), Some(at(later)), PATIENCE);
        schedule.hold("b", at(later + 3000), at(later));
        assert_eq!(schedule.next(at(later)), Next::Start(1));
        assert_eq!(schedule.next(at(later)), Next::Wait(Some(at(later + 50))));
        schedule.set_back(Duration::from_millis(9_000_000));
        assert_eq!(schedule.next(at(0)), Next::Wait(Some(at(50))));
        assert_eq!(schedule.next(at(50)), Next::Start(0));
        assert_eq!(schedule.next(at(50)), Next::Wait(Some(at(1000))));
        assert_eq!(schedule.next(at(1000)), Next::Start(2));
        assert_eq!(schedule.next(at(1000)), Next::Wait(Some(at(3000))));
        assert_eq!(schedule.next(at(3000)), Next::Start(3));
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
                schedule.add(
                    host.clone(),
                    Some(at((dice.roll() % 3000) as i64)),
                    PATIENCE,
                );
            }
            let mut running: Vec<usize> = Vec::new();
            let mut turns = vec![0; hosts.len()];
            let mut last_start: HashMap<String, i64> = HashMap::new();
            let mut now = 0;
            for _ in 0..3000 {
                assert!(schedule.gates.len() <= schedule.hosts.len());
                match schedule.next(at(now)) {
                    Next::Start(number) => {
                        assert!(!running.contains(&number));
                        running.push(number);
                        turns[number] += 1;
                        if let Some(host) = &hosts[number]
                            && schedule.brought_forward(number).is_none()
                        {
                            let there = running.iter().filter(|&&other| {
                                hosts[other].as_ref() == Some(host)
                                    && schedule.brought_forward(other).is_none()
                            });
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
                                Some(at(now + (dice.roll() % 5000) as i64)),
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
