//! One feed's end of the port: its subscription, and what came for its next turn. No I/O.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use dateline_config::Feed;
use dateline_pipeline::clock::between;
use jiff::Timestamp;
use tokio::sync::{Notify, OwnedSemaphorePermit, oneshot};

use super::Subscription;
use super::arrivals::{Arrivals, Push};
use super::callbacks::lock;

/// The largest content that is taken, whatever the feed's `max_body`: hubs send what is new.
const MAX_CONTENT: u64 = 4 << 20;

/// Time from one asking for what could not be taken to the next: it is not known to come from the
/// hub, and must not make a feed asked as often as a stranger likes.
const MISSED_EVERY: Duration = Duration::from_secs(300);

/// One feed's end of it.
pub struct Hook {
    feed: String,
    max_content: usize,
    bell: Arc<Notify>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    subscription: Option<Subscription>,
    /// A request is on its way: the hub may verify it before it answers.
    asking: bool,
    arrivals: Arrivals,
    /// When something last came that could not be taken.
    missed: Option<Timestamp>,
    /// More of it came since.
    owed: bool,
    /// The hub that the feed waits to ask.
    waits_for: Option<String>,
    /// The end of a lease that the feed was rung for.
    lapsed: Option<Timestamp>,
}

/// What a subscription needs now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    /// Nothing.
    Nothing,
    /// A turn of its feed.
    Turn,
    /// A turn in which the hub is asked.
    Hub,
}

/// How a subscription stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Standing {
    pub(super) need: Need,
    pub(super) active: bool,
}

/// What to answer a hub that verifies, or denies.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Yes: send this back.
    Confirm(String),
    /// The denial was heard.
    Heard,
    /// No.
    Refuse,
}

/// What becomes of a content.
#[derive(Debug)]
pub(super) enum Taken {
    /// Its feed has it; told once it is committed.
    Waits(oneshot::Receiver<()>),
    /// It was not signed by the hub.
    Ignored,
    /// Too much is waiting.
    Busy,
}

/// A value of a query.
pub(super) fn said(query: &str, wanted: &str) -> Option<String> {
    let mut pairs = url::form_urlencoded::parse(query.as_bytes());
    let found = pairs.find(|(key, _)| key == wanted);
    found.map(|(_, value)| value.into_owned())
}

impl Hook {
    pub(super) fn new(feed: &Feed) -> Hook {
        let max = feed.max_body.0.min(MAX_CONTENT);
        Hook {
            feed: feed.id.clone(),
            max_content: usize::try_from(max).unwrap_or(usize::MAX),
            bell: Arc::default(),
            state: Mutex::default(),
        }
    }

    /// The feed's id.
    pub(super) fn feed(&self) -> &str {
        &self.feed
    }

    /// How the subscription stands.
    pub(super) fn standing(&self, now: Timestamp) -> Standing {
        let state = lock(&self.state);
        let subscription = state.subscription.as_ref();
        Standing {
            need: subscription.map_or(Need::Nothing, |subscription| subscription.need(now)),
            active: subscription.is_some_and(|subscription| subscription.is_active(now)),
        }
    }

    /// Whether a lease has ended since this was last asked.
    pub(super) fn has_lapsed(&self, now: Timestamp) -> bool {
        let mut state = lock(&self.state);
        let ended = state
            .subscription
            .as_ref()
            .and_then(|subscription| subscription.lease_end())
            .filter(|end| *end <= now);
        let news = ended.is_some() && ended != state.lapsed;
        if news {
            state.lapsed = ended;
        }
        news
    }

    /// The host of its hub.
    pub(super) fn hub_host(&self) -> Option<String> {
        let state = lock(&self.state);
        state.subscription.as_ref().map(Subscription::hub_host)
    }

    /// The feed is to wait for a hub; `false` where it does already.
    pub(super) fn joins_queue(&self, host: &str) -> bool {
        let mut state = lock(&self.state);
        let joins = state.waits_for.as_deref() != Some(host);
        if joins {
            state.waits_for = Some(host.to_owned());
        }
        joins
    }

    /// The feed's time to ask a hub has come; `false` where it has nothing to ask there any more.
    pub(super) fn leaves_queue(&self, host: &str, now: Timestamp) -> bool {
        let mut state = lock(&self.state);
        if state.waits_for.as_deref() != Some(host) {
            return false;
        }
        state.waits_for = None;
        state.subscription.as_ref().is_some_and(|subscription| {
            subscription.need(now) == Need::Hub && subscription.hub_host() == host
        })
    }

    /// Puts a subscription in place of the one before; returns their names.
    pub(super) fn replace(
        &self,
        subscription: Option<Subscription>,
    ) -> (Option<String>, Option<String>) {
        let name = |subscription: &Option<Subscription>| {
            let subscription = subscription.as_ref()?;
            Some(subscription.keys.name.clone())
        };
        let mut state = lock(&self.state);
        state.asking = false;
        let before = name(&state.subscription);
        let after = name(&subscription);
        state.subscription = subscription;
        if after.is_none() {
            // Nobody comes for it any more; whoever waits is told to come again, and then to forget it.
            state.arrivals = Arrivals::default();
        } else if before != after {
            // What a hub said of the subscription before says nothing of this one.
            state.arrivals.verified = None;
            state.arrivals.denied = None;
        }
        (before, after)
    }

    /// What contents are signed with.
    #[cfg(test)]
    pub(super) fn secret(&self) -> Option<super::keys::Secret> {
        let state = lock(&self.state);
        let subscription = state.subscription.as_ref();
        subscription.map(|subscription| subscription.keys.secret.clone())
    }

    /// Brings the feed's next turn forward.
    pub(super) fn ring(&self) {
        self.bell.notify_one();
    }
    /// Rung when something came.
    pub(crate) fn bell(&self) -> Arc<Notify> {
        Arc::clone(&self.bell)
    }

    /// Everything that came since the last time.
    pub(crate) fn take(&self) -> Arrivals {
        std::mem::take(&mut lock(&self.state).arrivals)
    }

    /// From now on the hub may verify.
    pub(crate) fn expect(&self) {
        lock(&self.state).asking = true;
    }

    /// The largest content that is taken.
    pub(super) fn max_content(&self) -> usize {
        self.max_content
    }

    /// A hub verifies a request, or denies one.
    pub(super) fn verify(&self, query: &str) -> Verdict {
        let mut state = lock(&self.state);
        let Some(subscription) = &state.subscription else {
            return Verdict::Refuse;
        };
        let said = |wanted: &str| said(query, wanted);
        if said("hub.topic").as_deref() != Some(subscription.topic.as_str()) {
            return Verdict::Refuse;
        }
        let verdict = match said("hub.mode").as_deref() {
            Some("subscribe") if state.asking || subscription.expects_verification() => {
                let Some(challenge) = said("hub.challenge") else {
                    return Verdict::Refuse;
                };
                let lease = said("hub.lease_seconds").and_then(|lease| lease.parse().ok());
                state.arrivals.verified = Some(lease);
                Verdict::Confirm(challenge)
            }
            Some("denied") => {
                let reason = said("hub.reason").unwrap_or_default();
                // Nobody wants to read more of it.
                state.arrivals.denied = Some(reason.chars().take(200).collect());
                Verdict::Heard
            }
            // What is unsubscribed from is no hook's any more.
            _ => return Verdict::Refuse,
        };
        drop(state);
        self.bell.notify_one();
        verdict
    }

    /// A hub sends a content.
    pub(super) fn receive(
        &self,
        bytes: Vec<u8>,
        content_type: Option<String>,
        signature: Option<&str>,
        room: OwnedSemaphorePermit,
    ) -> Taken {
        let signer = {
            let state = lock(&self.state);
            let signer = state.subscription.as_ref();
            signer.map(|signer| (signer.keys.secret.clone(), signer.topic.clone()))
        };
        let signed = signer
            .zip(signature)
            .filter(|((secret, _), signature)| secret.signed(&bytes, signature));
        let Some(((_, topic), _)) = signed else {
            return Taken::Ignored;
        };
        let (receipt, told) = oneshot::channel();
        let push = Push {
            bytes,
            content_type,
            topic,
            receipt,
            _room: room,
        };
        match self.keep(push) {
            true => Taken::Waits(told),
            false => Taken::Busy,
        }
    }

    /// Keeps a content for the feed's next turn; not where the subscription has ended since it was weighed.
    pub(super) fn keep(&self, push: Push) -> bool {
        let mut state = lock(&self.state);
        if state.subscription.is_none() || !state.arrivals.add(push) {
            return false;
        }
        drop(state);
        self.bell.notify_one();
        true
    }

    /// Something came that cannot be taken. Nobody knows who sent it, so the feed is asked for it at
    /// once only the first time.
    pub(super) fn missed(&self, now: Timestamp) {
        lock(&self.state).owed = true;
        self.settle(now);
    }

    /// Brings the feed's next turn forward where something is owed that could not be taken.
    pub(super) fn settle(&self, now: Timestamp) {
        let mut state = lock(&self.state);
        let waits = state
            .missed
            .is_some_and(|missed| between(missed, now) < MISSED_EVERY);
        if !state.owed || waits {
            return;
        }
        state.owed = false;
        state.missed = Some(now);
        state.arrivals.missed = true;
        drop(state);
        self.bell.notify_one();
    }
}
