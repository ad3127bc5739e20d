//! What turns show of the world beyond their own source: its host, and this machine's network.

use jiff::Timestamp;

use super::hosts::{Hold, Hosts, Sighting};
use super::outage::{Change, Outage};
use super::standing::Past;
use super::turn::{TurnContext, lock};
use crate::source::{Contact, Harvest, Outcome, Rhythm};

/// What turns show of the world beyond their own source.
#[derive(Default)]
pub(super) struct Known {
    pub(super) hosts: Hosts,
    pub(super) outage: Outage,
}

/// What a turn shows beyond its own source.
pub(super) struct Shown {
    /// That the host is left alone from now on.
    pub(super) hold: Option<Hold>,
    /// The host that answered and has nothing against being asked.
    pub(super) welcome: Option<String>,
    /// Until when the host is left alone, from this turn or one before.
    pub(super) held: Option<Timestamp>,
    pub(super) network: Change,
    pub(super) network_out: bool,
}

pub(super) fn shown(
    context: &TurnContext,
    number: usize,
    rhythm: &Rhythm,
    past: &Past,
    harvest: &Harvest,
    now: Timestamp,
) -> Shown {
    let Some(host) = &rhythm.host else {
        return Shown {
            hold: None,
            welcome: None,
            held: None,
            network: Change::None,
            network_out: false,
        };
    };
    let contact = harvest.hints.contact;
    let mut surroundings = lock(&context.surroundings);
    let network = surroundings.outage.note(number, host, contact);
    let retry_after = match &harvest.outcome {
        Outcome::Failed { retry_after, .. } => *retry_after,
        Outcome::Read | Outcome::Unchanged => harvest.hints.retry_after,
        Outcome::Gone { .. } => None,
    };
    // A host that was only passed through answers for itself alone, not for the one behind it.
    let host = harvest.hints.elsewhere.as_ref().unwrap_or(host);
    let hold = surroundings.hosts.note(&Sighting {
        now,
        host,
        source: number,
        contact,
        read: matches!(harvest.outcome, Outcome::Read | Outcome::Unchanged),
        retry_after,
        refused_before: past.refused,
    });
    Shown {
        welcome: (contact == Contact::Answered).then(|| host.clone()),
        held: surroundings.hosts.held_until(host, now),
        hold,
        network,
        network_out: surroundings.outage.is_out(),
    }
}
