//! The limits that sources on one host share, and hosts that are left alone as a whole.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use jiff::Timestamp;

use super::network::PROBE_EVERY;
use super::{Place, Schedule};
use crate::clock::after;
use crate::collect::hosts::HOLD_MEMORY;

/// With fewer holds than this nobody looks for those that can be forgotten.
pub(super) const CROWDED: usize = 1024;

#[derive(Debug, Default)]
pub(super) struct Host {
    running: usize,
    pub(super) free_from: Option<Timestamp>,
    pub(super) waiting: VecDeque<usize>,
    /// Its one entry among the gates. No event lets a host be asked earlier than that, so another
    /// entry would only make the heap grow.
    pub(super) gate: Option<Timestamp>,
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
pub(super) type Gates = BinaryHeap<Reverse<(Timestamp, String)>>;

impl Schedule {
    /// Leaves a host alone until `until`; turns that run go on.
    pub(in crate::collect) fn hold(&mut self, host: &str, until: Timestamp, now: Timestamp) {
        if self.holds.len() >= self.crowded {
            self.holds
                .retain(|_, until| after(*until, HOLD_MEMORY) > now);
            self.crowded = (self.holds.len() * 2).max(CROWDED);
        }
        let held = self.holds.entry(host.to_owned()).or_insert(until);
        *held = until.max(*held);
    }

    /// A host has answered well: once its hold is over, sources on it go on as usual.
    pub(in crate::collect) fn release(&mut self, host: &str, now: Timestamp) {
        if self.holds.get(host).is_some_and(|until| *until <= now) {
            self.holds.remove(host);
        }
    }

    /// Until when a host is left alone, if it is.
    pub(in crate::collect) fn held_until(&self, host: &str, now: Timestamp) -> Option<Timestamp> {
        self.holds.get(host).copied().filter(|until| *until > now)
    }

    pub(super) fn queue_at_host(&mut self, number: usize, name: String, now: Timestamp) {
        self.sources[number].place = Place::AtHost;
        let host = self.hosts.entry(name.clone()).or_default();
        host.waiting.push_back(number);
        if host.running < self.limits.concurrent {
            let from = host.free_from.unwrap_or(now);
            host.open(&mut self.gates, name, from);
        }
    }

    /// The next source of a host that may be asked now.
    pub(super) fn next_at_gate(&mut self, now: Timestamp) -> Option<usize> {
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

    /// A turn of a source on a host ended.
    pub(super) fn leave_host(&mut self, name: String, now: Timestamp) {
        let host = self.hosts.entry(name.clone()).or_default();
        host.running = host.running.saturating_sub(1);
        if host.is_idle(now) {
            self.hosts.remove(&name);
        } else if !host.waiting.is_empty() {
            let from = host.free_from.unwrap_or(now);
            host.open(&mut self.gates, name, from);
        }
    }

    /// Takes a source out of its host's queue, if the host is left alone.
    pub(super) fn leave_held_host(&mut self, number: usize, now: Timestamp) -> bool {
        let Some(name) = &self.sources[number].host else {
            return false;
        };
        let held = self.held_until(name, now).is_some();
        if held {
            self.leave_queue(number);
        }
        held
    }

    /// Takes a source out of its host's queue.
    pub(super) fn leave_queue(&mut self, number: usize) {
        let name = self.sources[number].host.as_ref();
        if let Some(host) = name.and_then(|name| self.hosts.get_mut(name)) {
            host.waiting.retain(|waiting| *waiting != number);
        }
    }
}
