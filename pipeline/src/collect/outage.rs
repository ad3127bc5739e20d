//! Tells an outage of this machine's network from those of others.
//!
//! When many feeds on many hosts cannot be reached one after another and none can, it is not the
//! feeds that are down. Then no feed is blamed, and all come back once one answers. Pure
//! bookkeeping: no clock, no tasks.
//!
//! An installation with few feeds takes fewer for an outage, but waits for everybody who is being
//! asked: a dead host is often quicker to fail than a living one to answer.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::source::Contact;

/// So many feeds on so many hosts must be out of reach.
const FEEDS: usize = 21;
const HOSTS: usize = 11;

/// With fewer feeds or hosts than those: so many hosts at least, or all where fewer are configured.
const FEW_HOSTS: usize = 4;

/// With fewer hosts than this it cannot be told whose outage it is.
const LEAST_HOSTS: usize = 2;

/// A feed that was out of reach so often in a row while others answered says nothing about the
/// network: else a few dead ones would make an outage again whenever one is over.
const DOUBTS: u32 = 3;

/// What a turn changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Change {
    /// Nothing.
    None,
    /// The network is taken to be out from now on.
    Began {
        /// Feeds out of reach.
        feeds: usize,
        /// Their hosts.
        hosts: usize,
    },
    /// It is back; these sources are those that were out of reach and have not answered yet.
    Ended(Vec<usize>),
}

/// Watches who can be reached.
#[derive(Debug, Default)]
pub(super) struct Outage {
    feeds_needed: usize,
    hosts_needed: usize,
    /// Whether nobody may be waiting for an answer.
    waits_for_all: bool,
    /// Sources that are being asked.
    asked: HashSet<usize>,
    /// Sources out of reach since one last answered.
    unreached: BTreeSet<usize>,
    /// Those among them that say something about the network, and their hosts.
    witnesses: HashSet<usize>,
    hosts: HashSet<String>,
    /// How often in a row a source was out of reach while another answered.
    doubts: HashMap<usize, u32>,
    out: bool,
}

impl Outage {
    /// Watches over these hosts from now on, one for each source that is asked over the network.
    pub(super) fn watch<'h>(&mut self, hosts: impl Iterator<Item = &'h str>) {
        let mut feeds = 0;
        let different: HashSet<&str> = hosts.inspect(|_| feeds += 1).collect();
        let few = feeds < FEEDS;
        self.feeds_needed = if few { LEAST_HOSTS } else { FEEDS };
        self.hosts_needed = match few {
            true => FEW_HOSTS.min(different.len()).max(LEAST_HOSTS),
            false => HOSTS.min(different.len()).max(FEW_HOSTS),
        };
        self.waits_for_all = few;
    }

    /// A source is not asked any more, and its number may be given to another.
    pub(super) fn leaves(&mut self, source: usize) {
        self.asked.remove(&source);
        self.unreached.remove(&source);
        self.witnesses.remove(&source);
        self.doubts.remove(&source);
    }

    /// A source is about to be asked over the network.
    pub(super) fn asks(&mut self, source: usize) {
        self.asked.insert(source);
    }

    /// A turn ended without a word of how it went.
    pub(super) fn lost(&mut self, source: usize) {
        self.asked.remove(&source);
    }

    /// Whether the network is taken to be out.
    pub(super) fn is_out(&self) -> bool {
        self.out
    }

    /// Notes how a turn over the network went.
    pub(super) fn note(&mut self, source: usize, host: &str, contact: Contact) -> Change {
        self.asked.remove(&source);
        if contact != Contact::Unreached {
            return self.answered(source);
        }
        self.unreached.insert(source);
        if self
            .doubts
            .get(&source)
            .is_none_or(|doubts| *doubts < DOUBTS)
        {
            self.witnesses.insert(source);
            if !self.hosts.contains(host) {
                self.hosts.insert(host.to_owned());
            }
        }
        let few = self.witnesses.len() < self.feeds_needed || self.hosts.len() < self.hosts_needed;
        if self.out || few || self.waits_for_all && !self.asked.is_empty() {
            return Change::None;
        }
        self.out = true;
        Change::Began {
            feeds: self.witnesses.len(),
            hosts: self.hosts.len(),
        }
    }

    fn answered(&mut self, source: usize) -> Change {
        let mut unreached = std::mem::take(&mut self.unreached);
        self.witnesses.clear();
        self.hosts.clear();
        // It has had its turn.
        unreached.remove(&source);
        self.doubts.remove(&source);
        for other in &unreached {
            let doubts = self.doubts.entry(*other).or_default();
            *doubts = doubts.saturating_add(1);
        }
        match std::mem::take(&mut self.out) {
            true => Change::Ended(unreached.into_iter().collect()),
            false => Change::None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn watch(feeds: usize, hosts: usize) -> (Outage, Vec<String>) {
        let hosts: Vec<String> = (0..feeds)
            .map(|feed| format!("host{}.example", feed % hosts))
            .collect();
        let mut outage = Outage::default();
        outage.watch(hosts.iter().map(String::as_str));
        (outage, hosts)
    }

    #[test]
    fn many_feeds_on_many_hosts_and_none_that_answers() {
        let (mut outage, hosts) = watch(100, 50);
        for (feed, host) in hosts.iter().enumerate().take(20) {
            let change = outage.note(feed, host, Contact::Unreached);
            assert_eq!(change, Change::None);
        }
        let change = outage.note(20, &hosts[20], Contact::Unreached);
        assert_eq!(
            change,
            Change::Began {
                feeds: 21,
                hosts: 21
            }
        );
        assert!(outage.is_out());
        assert_eq!(
            outage.note(30, &hosts[30], Contact::Unreached),
            Change::None
        );
        let mut unreached: Vec<usize> = (0..=20).collect();
        unreached.push(30);
        assert_eq!(
            outage.note(40, &hosts[40], Contact::Forbidden),
            Change::Ended(unreached),
            "any answer shows that the network is there"
        );
        assert!(!outage.is_out());
    }

    #[test]
    fn one_answer_among_the_failures_is_enough() {
        let (mut outage, hosts) = watch(100, 50);
        for (feed, host) in hosts.iter().enumerate() {
            let contact = match feed % 20 {
                19 => Contact::Answered,
                _ => Contact::Unreached,
            };
            assert_eq!(outage.note(feed, host, contact), Change::None);
        }
    }

    #[test]
    fn one_host_that_is_down_is_not_the_network() {
        let (mut outage, hosts) = watch(100, 3);
        for (feed, host) in hosts.iter().enumerate().chain(hosts.iter().enumerate()) {
            let change = outage.note(feed, host, Contact::Unreached);
            assert_eq!(change, Change::None);
        }
    }

    #[test]
    fn who_ends_an_outage_has_had_its_turn() {
        let (mut outage, hosts) = watch(3, 3);
        for (feed, host) in hosts.iter().enumerate() {
            outage.note(feed, host, Contact::Unreached);
        }
        assert!(outage.is_out());
        let change = outage.note(1, &hosts[1], Contact::Answered);
        assert_eq!(change, Change::Ended(vec![0, 2]));
    }

    #[test]
    fn with_few_feeds_all_that_are_asked() {
        let (mut outage, hosts) = watch(20, 10);
        for feed in 0..6 {
            outage.asks(feed);
        }
        // The others are stopped, or asked once a day.
        for (feed, host) in hosts.iter().enumerate().take(5) {
            let change = outage.note(feed, host, Contact::Unreached);
            assert_eq!(change, Change::None, "one has not come back yet");
        }
        let change = outage.note(5, &hosts[5], Contact::Unreached);
        assert_eq!(change, Change::Began { feeds: 6, hosts: 6 });
    }

    #[test]
    fn a_turn_that_never_came_home_is_not_waited_for() {
        let (mut outage, hosts) = watch(5, 5);
        for feed in 0..5 {
            outage.asks(feed);
        }
        outage.lost(4);
        for (feed, host) in hosts.iter().enumerate().take(4) {
            outage.note(feed, host, Contact::Unreached);
        }
        assert!(outage.is_out());
    }

    #[test]
    fn with_few_hosts_all_of_them_but_not_with_one() {
        let (mut outage, hosts) = watch(4, 2);
        let mut note = |feed: usize| outage.note(feed, &hosts[feed], Contact::Unreached);
        assert_eq!(note(0), Change::None);
        assert_eq!(note(2), Change::None, "the same host");
        assert_eq!(note(1), Change::Began { feeds: 3, hosts: 2 });
        let (mut outage, hosts) = watch(3, 1);
        for (feed, host) in hosts.iter().enumerate() {
            let change = outage.note(feed, host, Contact::Unreached);
            assert_eq!(change, Change::None);
        }
    }

    #[test]
    fn a_few_dead_feeds_do_not_make_outages_again_and_again() {
        let (mut outage, hosts) = watch(10, 10);
        let mut outages = 0;
        for _ in 0..100 {
            for (feed, host) in hosts.iter().enumerate().take(5) {
                let change = outage.note(feed, host, Contact::Unreached);
                outages += u32::from(change != Change::None);
            }
            outage.note(9, &hosts[9], Contact::Answered);
        }
        assert_eq!(outages, DOUBTS);
        for (feed, host) in hosts.iter().enumerate() {
            outage.note(feed, host, Contact::Unreached);
        }
        assert!(outage.is_out(), "those that used to answer say it");
    }
}
