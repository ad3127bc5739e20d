//! While this machine's network is out one source at a time tries it; once it is back all others go on.

use std::time::Duration;

use jiff::Timestamp;

use super::spread::Spread;
use super::{Place, Schedule};
use crate::clock::after;
use crate::collect::outage::Change;

/// Time from one attempt to the next while the network is out.
pub(super) const PROBE_EVERY: Duration = Duration::from_secs(5);

impl Schedule {
    /// Heeds what a turn changed about the network; `out` is how it is now. Turns come home in
    /// another order than they made their changes, and one that panics does not come at all.
    pub(in crate::collect) fn heed_network(
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
    pub(super) fn probe(&mut self, now: Timestamp) {
        self.next_probe = Some(after(now, PROBE_EVERY));
    }

    /// The network is back: the turns of these sources, and of all whose time has come, begin within
    /// a short while, by `spread`.
    pub(super) fn resume(&mut self, now: Timestamp, unreached: &[usize], spread: &Spread) {
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
}
