//! Which hosts are left alone as a whole, and for how long.
//!
//! A host that asks for fewer requests means all of them, whichever feed it answered. Some say so by
//! refusing access (403) to whoever came too often: that is believed of hosts that gave access
//! before, unless it is one feed alone that they refuse. Pure bookkeeping: no clock, no tasks.

use std::collections::HashMap;
use std::time::Duration;

use jiff::Timestamp;

use crate::clock::{after, before, between};
use crate::source::Contact;

use super::plan::say;

/// The first hold where the host does not say for how long.
const FIRST_HOLD: Duration = Duration::from_secs(5 * 60);

/// The longest hold: a host is asked once a day, whatever it says.
pub(super) const LONGEST_HOLD: Duration = Duration::from_secs(86_400);

/// How long after its end a hold is remembered where nobody was asked on that host: as long as the
/// longest one is.
pub(crate) const HOLD_MEMORY: Duration = LONGEST_HOLD;

/// How long ago a host may have given access for a refusal to mean "fewer requests".
const GAVE_ACCESS: Duration = Duration::from_secs(30 * 86_400);

/// With fewer hosts than this nobody looks for those that can be forgotten.
const CROWDED: usize = 1024;

/// A hold on a host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// The host, as the sources on it name it.
    pub host: String,
    /// Until when none of its sources is asked.
    pub until: Timestamp,
    /// For how long this hold was; the next one in a row is twice as long.
    pub length: Duration,
    /// Why, for people.
    pub reason: String,
}

/// What one turn showed of a host.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sighting<'s> {
    pub(super) now: Timestamp,
    pub(super) host: &'s str,
    /// Number of the source.
    pub(super) source: usize,
    pub(super) contact: Contact,
    /// Whether the source was read, or said that nothing changed.
    pub(super) read: bool,
    pub(super) retry_after: Option<Duration>,
    /// When the source's turn before was, if that was refused too.
    pub(super) refused_before: Option<Timestamp>,
}

/// What is known of every host.
#[derive(Debug, Default)]
pub(super) struct Hosts {
    hosts: HashMap<String, Standing>,
    /// So many hosts make it worth looking which can be forgotten.
    crowded: usize,
}

#[derive(Debug, Default)]
struct Standing {
    /// When a source of the host was last read, and which.
    read: Option<(Timestamp, usize)>,
    hold: Option<(Timestamp, Duration)>,
}

impl Hosts {
    /// Notes what was known before the start.
    pub(super) fn remember_read(&mut self, host: &str, source: usize, at: Timestamp) {
        let standing = self.hosts.entry(host.to_owned()).or_default();
        if standing.read.is_none_or(|(before, _)| before < at) {
            standing.read = Some((at, source));
        }
    }

    /// Notes a hold from before the start; says until when it is. One that ends further off than it
    /// is long was made while the clock was wrong.
    pub(super) fn remember_hold(&mut self, hold: &Hold, now: Timestamp) -> Timestamp {
        let length = hold.length.min(LONGEST_HOLD);
        let until = hold.until.min(after(now, length));
        let standing = self.hosts.entry(hold.host.clone()).or_default();
        standing.hold = Some((until, length));
        until
    }

    /// The clock was set back by so much: holds are as long as they were.
    pub(super) fn set_back(&mut self, by: Duration) {
        for standing in self.hosts.values_mut() {
            if let Some((until, _)) = &mut standing.hold {
                *until = before(*until, by);
            }
        }
    }

    /// Notes how a turn went; the hold on the host if this turn gave reason for one.
    pub(super) fn note(&mut self, sighting: &Sighting<'_>) -> Option<Hold> {
        let now = sighting.now;
        match sighting.contact {
            Contact::Answered => {
                if sighting.read {
                    self.read(sighting);
                }
                None
            }
            Contact::Unreached => None,
            Contact::Throttled => {
                let asked = sighting.retry_after.filter(|asked| !asked.is_zero());
                let length = match asked {
                    Some(asked) => asked.min(LONGEST_HOLD),
                    None => self.next_length(sighting.host, now)?,
                };
                let what = match asked {
                    Some(_) => "it asks to be left alone for",
                    None => "it asks for fewer requests, which are put off for",
                };
                self.hold(sighting.host, now, length, what)
            }
            Contact::Forbidden => {
                if !self.is_refusing_everybody(sighting) {
                    return None;
                }
                let length = self.next_length(sighting.host, now)?;
                let what = "it refuses access (HTTP 403) after having given it, which is taken for a wish for \
                            fewer requests; they are put off for";
                self.hold(sighting.host, now, length, what)
            }
        }
    }

    fn read(&mut self, sighting: &Sighting<'_>) {
        let now = sighting.now;
        self.forget_strangers(now);
        let standing = self.hosts.entry(sighting.host.to_owned()).or_default();
        standing.read = Some((now, sighting.source));
        // Once it has gone as long without a hold as the last one was, the next one is short again.
        if standing
            .hold
            .is_some_and(|(until, length)| now >= after(until, length))
        {
            standing.hold = None;
        }
    }

    /// Whether a refusal is meant for all requests: the host gave access before, and has not given
    /// it to another source since it refused this one the last time.
    fn is_refusing_everybody(&self, sighting: &Sighting<'_>) -> bool {
        let Some((read, by)) = self
            .hosts
            .get(sighting.host)
            .and_then(|standing| standing.read)
        else {
            return false;
        };
        let this_one_alone = sighting
            .refused_before
            .is_some_and(|before| by != sighting.source && read > before);
        !this_one_alone && between(read, sighting.now) <= GAVE_ACCESS
    }

    /// How long to leave a host alone that does not say for how long; `None` while it is left alone
    /// already: those answers come from turns that began before.
    fn next_length(&self, host: &str, now: Timestamp) -> Option<Duration> {
        match self.hosts.get(host).and_then(|standing| standing.hold) {
            Some((until, _)) if until > now => None,
            Some((_, length)) => Some((length * 2).clamp(FIRST_HOLD, LONGEST_HOLD)),
            None => Some(FIRST_HOLD),
        }
    }

    /// Forgets hosts of which nothing counts any more: redirects may lead to any number of them.
    fn forget_strangers(&mut self, now: Timestamp) {
        if self.hosts.len() < self.crowded {
            return;
        }
        self.hosts.retain(|_, standing| {
            let remembered = |(until, length)| after(until, length) > now;
            let read = |(at, _)| between(at, now) <= GAVE_ACCESS;
            standing.read.is_some_and(read) || standing.hold.is_some_and(remembered)
        });
        self.crowded = (self.hosts.len() * 2).max(CROWDED);
    }

    fn hold(&mut self, host: &str, now: Timestamp, length: Duration, what: &str) -> Option<Hold> {
        self.forget_strangers(now);
        let standing = self.hosts.entry(host.to_owned()).or_default();
        let until = after(now, length);
        if standing.hold.is_some_and(|(before, _)| before >= until) {
            return None;
        }
        standing.hold = Some((until, length));
        Some(Hold {
            host: host.to_owned(),
            until,
            length,
            reason: format!("{what} {}", say(length)),
        })
    }

    /// Until when a host is left alone.
    pub(super) fn held_until(&self, host: &str, now: Timestamp) -> Option<Timestamp> {
        let (until, _) = self.hosts.get(host)?.hold?;
        (until > now).then_some(until)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + seconds).unwrap()
    }

    fn sighting(seconds: i64, source: usize, contact: Contact) -> Sighting<'static> {
        Sighting {
            now: at(seconds),
            host: "a.example",
            source,
            contact,
            read: contact == Contact::Answered,
            retry_after: None,
            refused_before: None,
        }
    }

    fn seconds(hold: Option<Hold>) -> Option<u64> {
        hold.map(|hold| hold.length.as_secs())
    }

    #[test]
    fn what_a_host_asks_for_holds_up_to_a_day() {
        let mut hosts = Hosts::default();
        let asks = |now, wait| Sighting {
            retry_after: Some(Duration::from_secs(wait)),
            ..sighting(now, 0, Contact::Throttled)
        };
        let hold = hosts.note(&asks(0, 120)).unwrap();
        assert_eq!((hold.until, hold.host.as_str()), (at(120), "a.example"));
        assert_eq!(hosts.held_until("a.example", at(119)), Some(at(120)));
        assert_eq!(hosts.held_until("a.example", at(120)), None);
        assert_eq!(hosts.held_until("b.example", at(0)), None);
        assert_eq!(hosts.note(&asks(10, 60)), None, "the longer one holds");
        assert_eq!(seconds(hosts.note(&asks(10, 900_000))), Some(86_400));
    }

    #[test]
    fn holds_grow_while_the_host_goes_on_and_are_short_again_after_peace() {
        let mut hosts = Hosts::default();
        let throttled = |now| sighting(now, 0, Contact::Throttled);
        assert_eq!(seconds(hosts.note(&throttled(0))), Some(300));
        assert_eq!(
            seconds(hosts.note(&throttled(1))),
            None,
            "from a turn that began before"
        );
        assert_eq!(seconds(hosts.note(&throttled(300))), Some(600));
        assert_eq!(hosts.note(&sighting(901, 1, Contact::Answered)), None);
        assert_eq!(seconds(hosts.note(&throttled(902))), Some(1200));
        assert_eq!(hosts.note(&sighting(3400, 1, Contact::Answered)), None);
        assert_eq!(seconds(hosts.note(&throttled(3500))), Some(300));
        let mut now = 3800;
        for _ in 0..20 {
            now += i64::try_from(seconds(hosts.note(&throttled(now))).unwrap()).unwrap();
        }
        assert_eq!(seconds(hosts.note(&throttled(now))), Some(86_400));
    }

    #[test]
    fn a_refusal_holds_the_host_only_where_it_gave_access_before() {
        let mut hosts = Hosts::default();
        assert_eq!(hosts.note(&sighting(0, 0, Contact::Forbidden)), None);
        hosts.note(&sighting(1, 1, Contact::Answered));
        let refused = Sighting {
            refused_before: Some(at(0)),
            ..sighting(2, 0, Contact::Forbidden)
        };
        assert_eq!(hosts.note(&refused), None, "it refuses this one alone");
        assert_eq!(
            seconds(hosts.note(&sighting(3, 1, Contact::Forbidden))),
            Some(300)
        );
        let again = Sighting {
            refused_before: Some(at(3)),
            ..sighting(303, 1, Contact::Forbidden)
        };
        assert_eq!(
            seconds(hosts.note(&again)),
            Some(600),
            "nobody was let in since"
        );
        hosts.note(&sighting(903, 2, Contact::Answered));
        let alone = Sighting {
            refused_before: Some(at(303)),
            ..sighting(904, 1, Contact::Forbidden)
        };
        assert_eq!(hosts.note(&alone), None, "others are let in");
    }

    #[test]
    fn hosts_that_redirects_led_to_are_forgotten_in_time() {
        let mut hosts = Hosts::default();
        for number in 0..100_000 {
            let host = format!("host{number}.example");
            hosts.note(&Sighting {
                host: &host,
                ..sighting(number, 0, Contact::Throttled)
            });
        }
        assert!(hosts.hosts.len() <= CROWDED * 2, "{}", hosts.hosts.len());
        assert!(hosts.held_until("host99999.example", at(99_999)).is_some());
    }

    #[test]
    fn holds_and_readings_are_taken_over_from_before_the_start() {
        let mut hosts = Hosts::default();
        hosts.remember_read("a.example", 0, at(-60));
        let hold = hosts.note(&sighting(0, 0, Contact::Forbidden)).unwrap();
        let mut later = Hosts::default();
        later.remember_hold(&hold, at(0));
        assert_eq!(later.held_until("a.example", at(1)), Some(at(300)));
        later.remember_read("a.example", 0, at(-60));
        assert_eq!(
            seconds(later.note(&sighting(301, 0, Contact::Forbidden))),
            Some(600)
        );
    }

    #[test]
    fn a_hold_that_a_wrong_clock_made_ends_when_it_is_over_by_the_right_one() {
        let mut hosts = Hosts::default();
        let mut hold = hosts
            .note(&sighting(9_000_000, 0, Contact::Throttled))
            .unwrap();
        hosts.set_back(Duration::from_secs(9_000_000));
        assert_eq!(hosts.held_until("a.example", at(0)), Some(at(300)));
        let mut later = Hosts::default();
        assert_eq!(later.remember_hold(&hold, at(0)), at(300));
        assert_eq!(later.held_until("a.example", at(0)), Some(at(300)));
        hold.length = Duration::from_secs(9_000_000);
        assert_eq!(later.remember_hold(&hold, at(0)), at(86_400));
    }
}
