//! Tells an outage of this machine's network from those of others.
//!
//! When many feeds on many hosts cannot be reached one after another and none can, it is not the
//! feeds that are down. Then no feed is blamed, and all come back once one answers. Pure
//! bookkeeping: no clock, no tasks.

use std::collections::{HashMap, HashSet};

use crate::source::Contact;

/// So many feeds on so many hosts must be out of reach; where fewer are configured, all of them.
const FEEDS: usize = 21;
const HOSTS: usize = 11;

/// With fewer hosts than this it cannot be told whose outage it is.
const LEAST_HOSTS: usize = 4;

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
#[derive(Debug)]
pub(super) struct Outage {
    feeds_needed: usize,
    hosts_needed: usize,
    /// Sources out of reach since one last answered, with their hosts.
    unreached: HashMap<usize, String>,
    out: bool,
}

impl Outage {
    /// A watch over these hosts, one for each source that is asked over the network.
    pub(super) fn new<'h>(hosts: impl Iterator<Item = &'h str>) -> Outage {
        let mut feeds = 0;
        let different: HashSet<&str> = hosts.inspect(|_| feeds += 1).collect();
        Outage {
            feeds_needed: FEEDS.min(feeds),
            hosts_needed: HOSTS.min(different.len()).max(LEAST_HOSTS),
            unreached: HashMap::new(),
            out: false,
        }
    }

    /// Whether the network is taken to be out.
    pub(super) fn is_out(&self) -> bool {
        self.out
    }

    /// Notes how a turn over the network went.
    pub(super) fn note(&mut self, source: usize, host: &str, contact: Contact) -> Change {
        if contact != Contact::Unreached {
            let mut unreached = std::mem::take(&mut self.unreached);
            // It has had its turn.
            unreached.remove(&source);
            if !std::mem::take(&mut self.out) {
                return Change::None;
            }
            let mut sources: Vec<usize> = unreached.into_keys().collect();
            sources.sort_unstable();
            return Change::Ended(sources);
        }
        self.unreached.insert(source, host.to_owned());
        if self.out || self.unreached.len() < self.feeds_needed {
            return Change::None;
        }
        let hosts: HashSet<&str> = self.unreached.values().map(String::as_str).collect();
        if hosts.len() < self.hosts_needed {
            return Change::None;
        }
        self.out = true;
        Change::Began {
            feeds: self.unreached.len(),
            hosts: hosts.len(),
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
        let outage = Outage::new(hosts.iter().map(String::as_str));
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
    fn with_few_feeds_all_of_them() {
        let (mut outage, hosts) = watch(6, 5);
        for (feed, host) in hosts.iter().enumerate().take(5) {
            let change = outage.note(feed, host, Contact::Unreached);
            assert_eq!(change, Change::None);
        }
        let change = outage.note(5, &hosts[5], Contact::Unreached);
        assert_eq!(change, Change::Began { feeds: 6, hosts: 5 });
    }
}
