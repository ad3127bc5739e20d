//! Somebody wants a source to be asked now.
//!
//! That makes it due, whatever its rhythm, its failures or its publisher's wishes put off, and one that is gone for good is tried once more. It makes
//! nobody rude: the turn waits for its host's spacing, for the end of a hold, for the network and for room in the logs, like any other.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Collector;
use super::schedule::Wanted;
use super::turn::lock;

/// What the turn of a source that was to be asked now waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Polled {
    /// It is being asked at this moment.
    Running,
    /// For nothing: it is local, and asks no host.
    Now,
    /// For its host's spacing alone.
    Due,
    /// For the end of a hold: all of its host is left alone.
    Held {
        /// The host.
        host: String,
        /// Until when.
        until: Timestamp,
    },
    /// For this machine's network, which is taken to be out: one source at a time tries it.
    NetworkOut,
    /// For room in the logs.
    LogsFull,
}

impl Collector {
    /// Has a source asked as soon as its host allows. `None` for one that is not on the list.
    pub(super) fn poll(&mut self, source: &str) -> Option<Polled> {
        let now = self.clock.now();
        let mut seats = self.seats.iter();
        let (number, seat) = seats.find(|(_, seat)| seat.source.reference().id == source)?;
        let host = seat.host.clone();
        if self.schedule.want(number, now) == Wanted::Running {
            return Some(Polled::Running);
        }
        if self.full_since.is_some() {
            return Some(Polled::LogsFull);
        }
        let Some(host) = host else {
            return Some(Polled::Now);
        };
        if lock(&self.context.surroundings).outage.is_out() {
            return Some(Polled::NetworkOut);
        }
        Some(match self.schedule.held_until(&host, now) {
            Some(until) => Polled::Held { host, until },
            None => Polled::Due,
        })
    }
}
