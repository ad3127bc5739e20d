//! The life of a subscription: planned, requested, active, renewed; or refused, and tried again.
//!
//! Pure: instants in, what to do out. It is remembered with the feed; the plan is committed before
//! the hub is asked, so that whatever the hub sends meets somebody who knows the name and the secret.

#[cfg(test)]
mod tests;

use std::time::Duration;

use dateline_pipeline::backoff::Backoff;
use dateline_pipeline::clock::{Dice, after, between};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::pace::host;

use super::announce::Announced;
use super::hook::Need;
use super::keys::Keys;

/// How long a hub may take to verify what it accepted; more is as good as never.
pub(super) const VERIFY_WITHIN: Duration = Duration::from_secs(3600);

/// Waits after a hub that could not be reached, refused or did not verify.
const RETRY: Backoff = Backoff {
    floor: Duration::from_secs(600),
    ceiling: Duration::from_secs(86_400),
};

/// The lease of a hub that grants none.
const DEFAULT_LEASE: Duration = Duration::from_secs(86_400);

/// How far a clock may be set back without anything being due for it.
const CLOCKS: Duration = Duration::from_secs(120);

/// Shortest and longest lease that is believed: less would mean a request every few seconds, more a
/// subscription that nobody has looked at for a year.
const LEASES: (Duration, Duration) = (Duration::from_secs(30), Duration::from_secs(365 * 86_400));

/// A subscription of one feed at one hub.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Subscription {
    pub(super) hub: String,
    pub(super) topic: String,
    /// Where the hub sends to.
    pub(super) callback: String,
    pub(super) keys: Keys,
    pub(super) phase: Phase,
    /// Failures in a row.
    #[serde(default)]
    pub(super) failures: u32,
}

/// Where a subscription stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Phase {
    /// The hub has not been asked.
    Planned,
    /// The hub was asked and has to verify.
    Requested { at: Timestamp },
    /// The hub sends.
    Active { until: Timestamp, renew: Timestamp },
    /// It came to nothing; tried again later.
    Waiting { until: Timestamp },
}

/// What a turn has to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Errand {
    /// Nothing.
    Nothing,
    /// Commit the plan, and come again at once.
    Commit,
    /// Ask the hub.
    Ask,
}

/// The subscription that a feed should have, and what to do for it. `base` is the configured
/// callback; without one, and where no hub is announced, there is none.
pub(crate) fn next(
    current: Option<Subscription>,
    announced: Option<&Announced>,
    base: &Url,
    now: Timestamp,
) -> (Option<Subscription>, Errand) {
    let Some(announced) = announced else {
        return (None, Errand::Nothing);
    };
    match current.filter(|current| current.fits(announced, base)) {
        Some(mut current) => {
            let errand = current.errand(now);
            if errand == Errand::Ask && !current.is_active(now) {
                return current.with_next_hub(announced, base);
            }
            (Some(current), errand)
        }
        None => plan(announced, 0, base),
    }
}

/// A new subscription, with new keys: an old hub has no part in it.
fn plan(announced: &Announced, failures: u32, base: &Url) -> (Option<Subscription>, Errand) {
    let hub = announced
        .hubs
        .get(failures as usize % announced.hubs.len().max(1));
    let (Some(hub), Some(keys)) = (hub, Keys::new()) else {
        return (None, Errand::Nothing);
    };
    let subscription = Subscription {
        hub: hub.clone(),
        topic: announced.topic.clone(),
        callback: format!("{}/{}", base.as_str().trim_end_matches('/'), keys.name),
        keys,
        phase: Phase::Planned,
        failures,
    };
    (Some(subscription), Errand::Commit)
}

impl Subscription {
    /// Whether it is one to what a feed announces, under the configured callback.
    pub(crate) fn fits(&self, announced: &Announced, base: &Url) -> bool {
        let address = self.callback.strip_suffix(&self.keys.name);
        self.topic == announced.topic
            && announced.hubs.contains(&self.hub)
            && address.is_some_and(|address| {
                address.trim_end_matches('/') == base.as_str().trim_end_matches('/')
            })
    }

    /// Tries the next of several hubs where this one failed.
    fn with_next_hub(self, announced: &Announced, base: &Url) -> (Option<Subscription>, Errand) {
        let hubs = announced.hubs.len().max(1);
        let wanted = announced.hubs.get(self.failures as usize % hubs);
        if self.failures == 0 || wanted == Some(&self.hub) {
            return (Some(self), Errand::Ask);
        }
        plan(announced, self.failures, base)
    }

    fn errand(&mut self, now: Timestamp) -> Errand {
        match (self.need(now), self.phase) {
            (Need::Hub, _) => Errand::Ask,
            (Need::Turn, Phase::Requested { .. }) => {
                self.failed(None, now);
                Errand::Nothing
            }
            (Need::Turn | Need::Nothing, _) => Errand::Nothing,
        }
    }

    /// What is to be done for it now, without anybody calling. Times further off than they are ever set were set while
    /// the clock was wrong, and have come.
    pub(super) fn need(&self, now: Timestamp) -> Need {
        let has_come = |at: Timestamp, longest: Duration| at <= now || between(now, at) > longest;
        match self.phase {
            Phase::Planned => Need::Hub,
            Phase::Requested { at } if has_come(after(at, VERIFY_WITHIN), VERIFY_WITHIN) => {
                Need::Turn
            }
            Phase::Requested { .. } => Need::Nothing,
            // At most two thirds of what is left are waited for, or what is waited for after any failure.
            Phase::Active { until, renew }
                if has_come(
                    renew.min(until),
                    (between(renew, until) * 2).max(RETRY.floor) + CLOCKS,
                ) =>
            {
                Need::Hub
            }
            Phase::Active { .. } => Need::Nothing,
            Phase::Waiting { until } if has_come(until, RETRY.ceiling) => Need::Hub,
            Phase::Waiting { .. } => Need::Nothing,
        }
    }

    /// When its lease ends, or ended.
    pub(super) fn lease_end(&self) -> Option<Timestamp> {
        match self.phase {
            Phase::Active { until, .. } => Some(until),
            _ => None,
        }
    }

    /// What feeds of one hub share its limits by.
    pub(super) fn hub_host(&self) -> String {
        let url = Url::parse(&self.hub).ok();
        url.as_ref().and_then(host).unwrap_or_default()
    }

    /// The hub's address.
    pub(crate) fn hub(&self) -> &str {
        &self.hub
    }

    /// How it stands, for people. Says nothing that the hub alone may know.
    pub(crate) fn standing(&self, now: Timestamp) -> String {
        let hub = &self.hub;
        let at = |instant: Timestamp| instant.strftime("%Y-%m-%d %H:%M UTC").to_string();
        match self.phase {
            Phase::Planned => format!("{hub} is to be asked to send what is new"),
            Phase::Requested { at: asked } => {
                format!(
                    "{hub} was asked at {} and has not confirmed it yet",
                    at(asked)
                )
            }
            Phase::Active { until, .. } if until > now => {
                format!(
                    "{hub} sends what is new; it has promised so until {}",
                    at(until)
                )
            }
            Phase::Active { until, .. } => {
                format!(
                    "{hub} sent what was new until {}; the promise has not been renewed",
                    at(until)
                )
            }
            Phase::Waiting { until } => format!(
                "{hub} does not send (failures in a row: {}); it is asked again at {}",
                self.failures,
                at(until)
            ),
        }
    }

    /// The request to the hub (section 5.1). It holds the secret.
    pub(crate) fn form(&self, lease: Duration) -> String {
        let lease = lease.as_secs().to_string();
        self.request("subscribe")
            .append_pair("hub.lease_seconds", &lease)
            .append_pair("hub.secret", self.keys.secret.reveal())
            .finish()
    }

    /// The request to end it.
    pub(super) fn farewell(&self) -> String {
        self.request("unsubscribe").finish()
    }

    fn request(&self, mode: &str) -> url::form_urlencoded::Serializer<'static, String> {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.append_pair("hub.mode", mode)
            .append_pair("hub.topic", &self.topic)
            .append_pair("hub.callback", &self.callback);
        form
    }

    /// Whether `other` is this one, be it that it stands elsewhere by now.
    pub(crate) fn is_same(&self, other: &Subscription) -> bool {
        self.keys.name == other.keys.name
    }

    /// Whether the hub sends what is published.
    pub(crate) fn is_active(&self, now: Timestamp) -> bool {
        matches!(self.phase, Phase::Active { until, .. } if until > now)
    }

    /// Whether the hub may verify it.
    pub(super) fn expects_verification(&self) -> bool {
        matches!(self.phase, Phase::Requested { .. } | Phase::Active { .. })
    }

    /// The hub took the request.
    pub(crate) fn asked(&mut self, now: Timestamp) {
        self.phase = match self.phase {
            Phase::Active { until, .. } if until > now => Phase::Active {
                until,
                renew: renewal_retry(now, until),
            },
            _ => Phase::Requested { at: now },
        };
    }

    /// The hub verified it, and grants so many seconds.
    pub(crate) fn verified(&mut self, lease: Option<u64>, now: Timestamp) {
        let lease = lease.map_or(DEFAULT_LEASE, Duration::from_secs);
        let lease = lease.clamp(LEASES.0, LEASES.1);
        self.failures = 0;
        self.phase = Phase::Active {
            until: after(now, lease),
            renew: after(now, lease * 2 / 3),
        };
    }

    /// The hub could not be reached, refused, or did not verify; `asked` is how long it asks to be left alone. What is
    /// active stays so until its lease ends.
    pub(crate) fn failed(&mut self, asked: Option<Duration>, now: Timestamp) {
        self.failures = self.failures.saturating_add(1);
        let asked = asked.unwrap_or_default().min(RETRY.ceiling);
        self.phase = match self.phase {
            Phase::Active { until, .. } if until > now => Phase::Active {
                until,
                renew: renewal_retry(now, until),
            },
            _ => Phase::Waiting {
                until: after(now, RETRY.wait(self.failures, &mut self.dice()).max(asked)),
            },
        };
    }

    /// The hub denies it, or ends it before its time.
    pub(crate) fn denied(&mut self, now: Timestamp) {
        self.failures = self.failures.saturating_add(1);
        self.phase = Phase::Waiting {
            until: after(now, RETRY.ceiling),
        };
    }

    /// Its own dice, so that many feeds of one hub do not come back together.
    fn dice(&self) -> Dice {
        let seed = self.keys.name.get(..16);
        let seed = seed.and_then(|digits| u64::from_str_radix(digits, 16).ok());
        Dice::seeded(seed.unwrap_or_default().wrapping_add(self.failures.into()))
    }
}

/// When a renewal that was asked for, or failed, is asked for again: several times before the end of
/// a long lease.
fn renewal_retry(now: Timestamp, until: Timestamp) -> Timestamp {
    after(now, (between(now, until) / 4).max(RETRY.floor))
}
