//! Who is called under which name, and what came for them. No I/O: the port stands before it, the
//! feeds' turns behind.

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, Weak};
use std::time::Duration;

use dateline_config::{Feed, WebSub};
use dateline_pipeline::clock::Clock;
use jiff::Timestamp;
use serde::Deserialize;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use url::Url;

use super::Subscription;
use super::ask::ask;
use super::farewell::{Farewell, Leaving};
use super::hook::{Hook, Need};
use super::keys::is_name;
use super::places::{Places, Showed};
use crate::fetch::Client;

/// Contents that are held at the same time over all feeds, which bounds the memory they take.
const MAX_CONTENTS: usize = 32;

/// Time from one line about forged contents to the next.
const SAY_EVERY: Duration = Duration::from_secs(60);

/// What a feed's memory holds its subscription under.
pub(crate) const KEY: &str = "websub";

/// The subscriptions of all feeds.
pub struct Callbacks {
    base: Url,
    lease: Duration,
    clock: Clock,
    hooks: Mutex<Vec<Weak<Hook>>>,
    names: Mutex<HashMap<String, Arc<Hook>>>,
    room: Arc<Semaphore>,
    forgeries: Mutex<Forgeries>,
    /// Never locked by whoever holds a hook's state; the other way round it may be.
    places: Mutex<Places<Weak<Hook>>>,
    leaving: Mutex<Leaving>,
    /// Rung when somebody leaves.
    goodbye: Notify,
}

/// A place among those who ask a hub; given back when it is dropped.
pub(crate) struct Place {
    callbacks: Arc<Callbacks>,
    host: String,
    showed: Showed,
}

impl Place {
    /// The hub answers.
    pub(crate) fn answered(&mut self) {
        self.showed = Showed::Answers;
    }

    /// The hub is in trouble, or wants to be left alone, for so long if it says so.
    pub(crate) fn in_trouble(&mut self, asked: Option<Duration>) {
        self.showed = Showed::Trouble(asked);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.callbacks.give_back(&self.host, self.showed);
    }
}

#[derive(Default)]
struct Forgeries {
    unsaid: u64,
    said: Option<Timestamp>,
}

impl Callbacks {
    /// The subscriptions under a configuration; `None` where it has no callback.
    pub fn new(settings: &WebSub, clock: Clock) -> Option<Arc<Callbacks>> {
        Some(Arc::new(Callbacks {
            base: settings.callback.clone()?,
            lease: settings.lease,
            clock,
            hooks: Mutex::default(),
            names: Mutex::default(),
            room: Arc::new(Semaphore::new(MAX_CONTENTS)),
            forgeries: Mutex::default(),
            places: Mutex::default(),
            leaving: Mutex::default(),
            goodbye: Notify::new(),
        }))
    }

    /// A hook for a feed of the configuration.
    pub fn hook(&self, feed: &Feed) -> Arc<Hook> {
        let hook = Arc::new(Hook::new(feed));
        let mut hooks = lock(&self.hooks);
        // Where the list would grow only, or thousands of feeds would go through it at the start.
        if hooks.len() == hooks.capacity() {
            hooks.retain(|hook| hook.strong_count() > 0);
        }
        hooks.push(Arc::downgrade(&hook));
        hook
    }

    /// Takes up the subscriptions that the feeds' memories hold, before any turn: a hub that calls
    /// right after a restart must not be told that nobody knows it. `memory` gives a feed's memory.
    ///
    /// # Errors
    /// Those of `memory`.
    pub fn resume<E>(
        &self,
        mut memory: impl FnMut(&str) -> Result<Option<serde_json::Value>, E>,
    ) -> Result<(), E> {
        for hook in self.hooks() {
            if let Some(memory) = memory(hook.feed())? {
                self.take_up(&hook, memory);
            }
        }
        Ok(())
    }

    /// The same for feeds whose configuration has changed, by their ids, while the others go on.
    pub fn resume_some(&self, memories: impl IntoIterator<Item = (String, serde_json::Value)>) {
        let mut memories: HashMap<String, serde_json::Value> = memories.into_iter().collect();
        // The latest hook of a feed is the one that is asked from now on.
        for hook in self.hooks().into_iter().rev() {
            if let Some(memory) = memories.remove(hook.feed()) {
                self.take_up(&hook, memory);
            }
        }
    }

    fn take_up(&self, hook: &Arc<Hook>, mut memory: serde_json::Value) {
        let stored = memory.get_mut(KEY).map(serde_json::Value::take);
        let subscription = stored.and_then(|stored| serde_json::from_value(stored).ok());
        self.put(hook, subscription);
    }

    /// Nobody is called any more for feeds that are gone. What they subscribed to ends by [`Callbacks::leave_behind`].
    pub fn forget_the_gone(&self) {
        // Besides the name only a feed that is there holds its hook.
        lock(&self.names).retain(|_, hook| Arc::strong_count(hook) > 1);
    }

    /// Ends the subscription that a feed's memory holds, for a feed that has left the configuration. `client` is the way out.
    pub fn leave_behind(&self, memory: &serde_json::Value, client: &Client) {
        let stored = memory.get(KEY).map(Subscription::deserialize);
        if let Some(Ok(subscription)) = stored {
            self.farewell(subscription, client.clone());
        }
    }

    /// A subscription is not wanted any more: its hub is told so, if it sends.
    pub(crate) fn farewell(&self, subscription: Subscription, client: Client) {
        if !subscription.is_active(self.clock.now()) {
            return;
        }
        let farewell = Farewell {
            subscription,
            client,
        };
        if lock(&self.leaving).add(farewell) {
            self.goodbye.notify_one();
        }
    }

    /// Until somebody leaves.
    pub(super) async fn somebody_leaves(&self) {
        self.goodbye.notified().await;
    }

    /// Tells hubs of those who leave, one after the other. A hub that cannot be asked now is told later.
    pub(super) async fn say_farewells(self: Arc<Callbacks>) {
        let count = lock(&self.leaving).len();
        for _ in 0..count {
            let now = self.clock.now();
            let Some(farewell) = lock(&self.leaving).next(now) else {
                return;
            };
            let host = farewell.subscription.hub_host();
            let Some(mut place) = self.place_at(host) else {
                lock(&self.leaving).add(farewell);
                continue;
            };
            let Farewell {
                subscription,
                client,
            } = farewell;
            lock(&self.leaving).expect(&subscription, now);
            let hub = subscription.hub();
            match ask(&client, hub, &subscription.farewell(), &mut place, now).await {
                Ok(()) => tracing::debug!(
                    hub,
                    "told the hub that a subscription is not wanted any more"
                ),
                Err(refusal) => tracing::debug!(
                    hub,
                    reason = refusal.fault.reason,
                    "the hub cannot be told that a subscription is not wanted any more; it ends with its lease"
                ),
            }
        }
    }

    /// Whether the hub may end the subscription of this name.
    pub(super) fn confirms_farewell(&self, name: &str, topic: &str) -> bool {
        lock(&self.leaving).confirms(name, topic, self.clock.now())
    }

    fn hooks(&self) -> Vec<Arc<Hook>> {
        lock(&self.hooks).iter().filter_map(Weak::upgrade).collect()
    }

    /// Rings for the feeds whose subscription has something to be done: for those that must ask their hub, as many as
    /// may ask it now.
    pub fn tick(&self) {
        let now = self.clock.now();
        let mut active = 0_u32;
        for hook in self.hooks() {
            let standing = hook.standing(now);
            active += u32::from(standing.active);
            // Who was told by a hub until now must be polled, whether the hub can be asked or not.
            if standing.need == Need::Turn || hook.has_lapsed(now) {
                hook.ring();
            }
            if standing.need == Need::Hub {
                self.queue(&hook);
            }
            hook.settle(now);
        }
        metrics::gauge!("dateline_websub_active").set(f64::from(active));
        let waited_for = lock(&self.places).waited_for(now);
        for host in waited_for {
            self.call(&host, now);
        }
    }

    /// A feed needs its hub: it is rung as soon as the hub may be asked.
    pub(crate) fn call_for(&self, hook: &Arc<Hook>) {
        if let Some(host) = self.queue(hook) {
            self.call(&host, self.clock.now());
        }
    }

    /// A place among those who ask the feed's hub now. Without one the feed is rung once there is.
    pub(crate) fn place(self: &Arc<Callbacks>, hook: &Arc<Hook>) -> Option<Place> {
        let place = self.place_at(hook.hub_host()?);
        if place.is_none() {
            self.queue(hook);
        }
        place
    }

    fn place_at(self: &Arc<Callbacks>, host: String) -> Option<Place> {
        let taken = lock(&self.places).take(&host, self.clock.now());
        taken.then(|| Place {
            callbacks: Arc::clone(self),
            host,
            showed: Showed::Nothing,
        })
    }

    /// Lets a feed wait for its hub; returns the hub's host.
    fn queue(&self, hook: &Arc<Hook>) -> Option<String> {
        let host = hook.hub_host()?;
        if hook.joins_queue(&host) {
            lock(&self.places).wait(&host, Arc::downgrade(hook));
        }
        Some(host)
    }

    /// Rings for those who wait for a hub, as many as may ask it.
    fn call(&self, host: &str, now: Timestamp) {
        let wants = |hook: &Weak<Hook>| {
            hook.upgrade()
                .is_some_and(|hook| hook.leaves_queue(host, now))
        };
        let called = lock(&self.places).call(host, now, wants);
        for hook in called.iter().filter_map(Weak::upgrade) {
            hook.ring();
        }
    }

    fn give_back(&self, host: &str, showed: Showed) {
        let now = self.clock.now();
        let rest = lock(&self.places).give_back(host, showed, now);
        if let Some(rest) = rest {
            tracing::warn!(
                hub = host,
                ?rest,
                "the hub is in trouble or wants to be left alone: nobody asks it for so long, and its feeds are polled"
            );
        }
        self.call(host, now);
    }

    pub(crate) fn base(&self) -> &Url {
        &self.base
    }

    /// The lease that is asked for.
    pub(crate) fn lease(&self) -> Duration {
        self.lease
    }

    /// Puts a subscription in place of the one before, under its own name.
    pub(crate) fn put(&self, hook: &Arc<Hook>, subscription: Option<Subscription>) {
        let (before, name) = hook.replace(subscription);
        if before == name {
            return;
        }
        let mut names = lock(&self.names);
        if let Some(before) = before {
            names.remove(&before);
        }
        if let Some(name) = name {
            names.insert(name, Arc::clone(hook));
        }
    }

    /// The feed that is called under a name; `Err` says whether it could have been one of ours.
    pub(super) fn find(&self, name: &str) -> Result<Arc<Hook>, bool> {
        let found = lock(&self.names).get(name).cloned();
        found.ok_or_else(|| is_name(name))
    }

    /// A content came that is too large to be taken, signed or not.
    pub(super) fn missed(&self, hook: &Hook) {
        hook.missed(self.clock.now());
    }

    /// Room for one content more.
    pub(super) fn room(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.room).try_acquire_owned().ok()
    }

    /// Counts a content that nobody signed, and says so now and then.
    pub(super) fn forged(&self, hook: &Hook) {
        metrics::counter!("dateline_websub_pushes_total", "outcome" => "forged").increment(1);
        let now = self.clock.now();
        let mut forgeries = lock(&self.forgeries);
        forgeries.unsaid += 1;
        let quiet = forgeries
            .said
            .is_some_and(|said| dateline_pipeline::clock::between(said, now) < SAY_EVERY);
        if !quiet {
            tracing::warn!(
                source = hook.feed(),
                contents = forgeries.unsaid,
                "contents without the hub's signature were ignored; somebody knows the callback's address, or the hub lost the secret"
            );
            *forgeries = Forgeries {
                unsaid: 0,
                said: Some(now),
            };
        }
    }
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner())
}
