//! A feed's hub: what it sent is read like an answer, and what the subscription needs is done.

use std::collections::HashSet;
use std::sync::Arc;

use dateline_pipeline::source::{Gathered, Harvest, ItemKey, Outcome, Turn};
use jiff::Timestamp;
use tokio::sync::oneshot;
use url::Url;

use super::document::{Fetched, Wanted};
use super::fill::put_before;
use super::kept::Kept;
use super::{FeedSource, public};
use crate::fetch::Client;
use crate::read::Context;
use crate::websub::{Arrivals, Callbacks, Errand, Hook, Place, Push, Subscription, ask, next};

/// A feed's place among the subscriptions.
pub(super) struct Hub {
    callbacks: Arc<Callbacks>,
    hook: Arc<Hook>,
}

/// What hubs sent, read.
#[derive(Default)]
pub(super) struct Pushed {
    items: Vec<Gathered>,
    receipts: Vec<oneshot::Sender<()>>,
    /// Contents that were no feed; what they tell of is found by asking.
    unread: Vec<oneshot::Sender<()>>,
    bytes: u64,
    /// Something came of which only the feed itself can tell what it was.
    missed: bool,
}

impl Pushed {
    /// Whether only asking the feed itself tells what is new.
    pub(super) fn needs_asking(&self) -> bool {
        self.missed || !self.unread.is_empty()
    }

    /// Whether somebody waits until this is committed.
    pub(super) fn is_awaited(&self) -> bool {
        !(self.receipts.is_empty() && self.unread.is_empty())
    }

    /// Whether anything was read.
    pub(super) fn is_read(&self) -> bool {
        !self.receipts.is_empty()
    }

    /// The items that were sent.
    pub(super) fn keys(&self) -> impl Iterator<Item = ItemKey> {
        self.items.iter().map(|item| item.key)
    }

    /// How many of the items found by asking were not sent.
    pub(super) fn unheard_of(&self, found: &[Gathered]) -> usize {
        let sent: HashSet<_> = self.items.iter().map(|item| item.key).collect();
        found
            .iter()
            .filter(|item| !sent.contains(&item.key))
            .count()
    }

    /// Puts it into a harvest, before what was found by asking. Where asking failed nothing is taken:
    /// the hub comes again.
    pub(super) fn put_into(self, harvest: &mut Harvest) {
        match harvest.outcome {
            Outcome::Failed { .. } | Outcome::Gone { .. } => return,
            Outcome::Unchanged if self.is_read() => harvest.outcome = Outcome::Read,
            Outcome::Unchanged | Outcome::Read => {}
        }
        put_before(self.items, &mut harvest.items);
        harvest.facts.bytes += self.bytes;
        harvest.receipts.extend(self.receipts);
        harvest.receipts.extend(self.unread);
    }
}

impl Hub {
    pub(super) fn new(callbacks: &Arc<Callbacks>, feed: &dateline_config::Feed) -> Hub {
        Hub {
            callbacks: Arc::clone(callbacks),
            hook: callbacks.hook(feed),
        }
    }

    /// Ends the subscription of a feed that is not asked any more: its turns end, so nobody would take
    /// what hubs send, and all feeds share the room that it would wait in.
    pub(super) fn leave(&self, kept: &mut Kept, client: Client) {
        if let Some(subscription) = kept.websub.take() {
            self.callbacks.farewell(subscription, client);
        }
        kept.announced = None;
        kept.trust = None;
        self.callbacks.put(&self.hook, None);
    }

    /// Whether the hub that the feed announces sends what is new.
    pub(super) fn tells(&self, kept: &Kept, now: Timestamp) -> bool {
        let told = kept.websub.as_ref().zip(kept.announced.as_ref());
        told.is_some_and(|(subscription, announced)| {
            subscription.is_active(now) && subscription.fits(announced, self.callbacks.base())
        })
    }

    pub(super) fn bell(&self) -> Arc<tokio::sync::Notify> {
        self.hook.bell()
    }
}

impl FeedSource {
    /// Reads what hubs sent since the last turn, and notes what they said of the subscription.
    pub(super) async fn arrivals(&self, hub: &Hub, kept: &mut Kept, turn: &Turn) -> Pushed {
        let Arrivals {
            pushes,
            verified,
            denied,
            missed,
        } = hub.hook.take();
        if let Some(subscription) = &mut kept.websub {
            if let Some(lease) = verified {
                let first = !subscription.is_active(turn.now);
                subscription.verified(lease, turn.now);
                if first {
                    tracing::info!(
                        source = self.feed.id,
                        hub = subscription.hub(),
                        "the hub will send what is new"
                    );
                }
            }
            if let Some(reason) = denied {
                subscription.denied(turn.now);
                tracing::warn!(
                    source = self.feed.id,
                    hub = subscription.hub(),
                    reason,
                    "the hub denies the subscription; the feed is polled, and the hub asked again in a day"
                );
            }
        }
        let mut pushed = Pushed {
            missed,
            ..Pushed::default()
        };
        for push in pushes {
            self.read_push(push, &mut pushed, turn).await;
        }
        pushed
    }

    async fn read_push(&self, push: Push, pushed: &mut Pushed, turn: &Turn) {
        let Push {
            bytes,
            content_type,
            topic,
            receipt,
            ..
        } = push;
        pushed.bytes += bytes.len() as u64;
        let context = Context {
            url: Url::parse(&topic).ok(),
            content_type,
            ..Context::default()
        };
        let fetched = Fetched {
            bytes,
            context,
            http: None,
            wanted: Wanted::Fresh,
        };
        match self.take(fetched, turn).await {
            Ok(taken) => {
                let mut items = taken.items;
                put_before(std::mem::take(&mut pushed.items), &mut items);
                pushed.items = items;
                pushed.receipts.push(receipt);
            }
            // The receipt is dropped: the hub comes again.
            Err((fault, _)) if matches!(fault.kind, "state" | "stopped") => {}
            Err((fault, _)) => {
                tracing::debug!(source = self.feed.id, %fault, "the hub sent something that is no feed");
                pushed.unread.push(receipt);
            }
        }
    }

    /// Does what the subscription needs after a turn. The hub is asked only where the turn has nothing else to wait for:
    /// whatever the hub does, no item and no poll is later for it.
    pub(super) async fn attend(&self, hub: &Hub, kept: &mut Kept, alone: bool, turn: &Turn) {
        let base = hub.callbacks.base();
        let current = kept.websub.take();
        let before = current.clone();
        let (mut subscription, errand) = next(current, kept.announced.as_ref(), base, turn.now);
        if let Some(before) = before
            && !subscription
                .as_ref()
                .is_some_and(|now| now.is_same(&before))
        {
            let client = self.client.on_behalf_of(&self.feed);
            hub.callbacks.farewell(before, client);
        }
        hub.callbacks.put(&hub.hook, subscription.clone());
        match (&mut subscription, errand) {
            (Some(subscription), Errand::Ask) if alone => {
                if let Some(place) = hub.callbacks.place(&hub.hook) {
                    self.subscribe(hub, subscription, place, turn).await;
                    hub.callbacks.put(&hub.hook, Some(subscription.clone()));
                }
            }
            // Its turn comes once this one is committed.
            (Some(_), Errand::Commit | Errand::Ask) => hub.callbacks.call_for(&hub.hook),
            _ => {}
        }
        kept.websub = subscription;
    }

    /// Asks the hub to send what is published.
    async fn subscribe(
        &self,
        hub: &Hub,
        subscription: &mut Subscription,
        mut place: Place,
        turn: &Turn,
    ) {
        hub.hook.expect();
        let form = subscription.form(hub.callbacks.lease());
        let client = self.client.on_behalf_of(&self.feed);
        match ask(&client, subscription.hub(), &form, &mut place, turn.now).await {
            Ok(()) => {
                tracing::debug!(
                    source = self.feed.id,
                    hub = subscription.hub(),
                    "asked the hub to send what is new"
                );
                subscription.asked(turn.now);
            }
            Err(refusal) => {
                subscription.failed(refusal.retry_after, turn.now);
                tracing::warn!(
                    source = self.feed.id,
                    feed = public(&self.feed.url),
                    reason = refusal.fault.reason,
                    "the hub cannot be subscribed to now; the feed is polled, and the hub asked again later"
                );
            }
        }
    }
}
