//! Hubs are told of subscriptions that nobody wants any more (section 5.1, `hub.mode=unsubscribe`): the feed has left the
//! configuration, is gone, or announces something else.
//!
//! As well as can be: what is lost in a restart, or not verified in time, ends with its lease, and whatever the hub sends
//! until then is answered with 410.

use std::collections::{HashMap, VecDeque};

use dateline_pipeline::clock::after;
use jiff::Timestamp;

use super::subscription::{Subscription, VERIFY_WITHIN};
use crate::fetch::Client;

/// Farewells that wait, and such that may be verified still: a whole large configuration may leave at once.
const MOST: usize = 10_000;

/// A subscription that is to end.
pub(crate) struct Farewell {
    pub(super) subscription: Subscription,
    /// The way out of the feed that it was for.
    pub(super) client: Client,
}

/// Who is leaving.
#[derive(Default)]
pub(super) struct Leaving {
    waiting: VecDeque<Farewell>,
    /// Topics by the names of subscriptions that are to end, and until when hubs may verify that.
    told: HashMap<String, (String, Timestamp)>,
}

impl Leaving {
    /// Somebody leaves; `false` where too many do already.
    pub(super) fn add(&mut self, farewell: Farewell) -> bool {
        let room = self.waiting.len() < MOST;
        if room {
            self.waiting.push_back(farewell);
        }
        room
    }

    /// How many wait.
    pub(super) fn len(&self) -> usize {
        self.waiting.len()
    }

    /// The next whose lease has not ended by itself.
    pub(super) fn next(&mut self, now: Timestamp) -> Option<Farewell> {
        let active = |farewell: &Farewell| farewell.subscription.is_active(now);
        std::iter::from_fn(|| self.waiting.pop_front()).find(active)
    }

    /// The hub is told: it may verify from now on.
    pub(super) fn expect(&mut self, subscription: &Subscription, now: Timestamp) {
        self.told.retain(|_, (_, until)| *until > now);
        if self.told.len() < MOST {
            let name = subscription.keys.name.clone();
            let until = after(now, VERIFY_WITHIN);
            self.told.insert(name, (subscription.topic.clone(), until));
        }
    }

    /// Whether a subscription of this name to this topic is to end.
    pub(super) fn confirms(&self, name: &str, topic: &str, now: Timestamp) -> bool {
        let told = self.told.get(name);
        told.is_some_and(|(known, until)| known == topic && *until > now)
    }
}
