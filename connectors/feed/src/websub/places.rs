//! How many feeds ask a hub at a time, who waits for it, and which hubs are left alone. Pure bookkeeping: instants in,
//! who may ask out; whoever waits is a value of the caller's.
//!
//! Thousands of feeds may have one hub. A request to one that hangs keeps a turn busy for as long as requests may take,
//! so that without a limit one hub could keep all turns busy, and polling with them.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use dateline_pipeline::clock::{after, between};
use jiff::Timestamp;

/// Requests to one hub at a time. Hubs answer in a fraction of a second: ten thousand feeds are through within minutes.
const AT_A_TIME: usize = 3;

/// After a rest one feed tries whether the hub answers again.
const AFTER_A_REST: usize = 1;

/// The rest of a hub that does not say for how long: what a feed waits after its first failure too.
const REST: Duration = Duration::from_secs(600);

/// The longest rest: a hub is asked once a day, whatever it says.
const LONGEST_REST: Duration = Duration::from_secs(86_400);

/// Hubs that are remembered though nobody asks them or waits for them. Feeds may announce any number of hubs.
const MAX_RESTING: usize = 10_000;

/// What a request to a hub showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Showed {
    /// It answers.
    Answers,
    /// It is in trouble, or wants to be left alone, for so long if it says so.
    Trouble(Option<Duration>),
    /// Nothing: the request never reached it, or was cut off.
    Nothing,
}

/// The hubs by their hosts; `W` is who waits.
#[derive(Debug)]
pub(super) struct Places<W> {
    hosts: HashMap<String, Host<W>>,
}

#[derive(Debug)]
struct Host<W> {
    asking: usize,
    rest: Option<Rest>,
    waiting: VecDeque<W>,
}

#[derive(Debug, Clone, Copy)]
struct Rest {
    until: Timestamp,
    length: Duration,
}

impl Rest {
    /// One that ends further off than it is long was made while the clock was wrong.
    fn lasts(self, now: Timestamp) -> bool {
        self.until > now && between(now, self.until) <= self.length
    }
}

impl<W> Default for Places<W> {
    fn default() -> Places<W> {
        Places {
            hosts: HashMap::new(),
        }
    }
}

impl<W> Default for Host<W> {
    fn default() -> Host<W> {
        Host {
            asking: 0,
            rest: None,
            waiting: VecDeque::new(),
        }
    }
}

impl<W> Host<W> {
    fn free(&self, now: Timestamp) -> usize {
        let most = match self.rest {
            Some(rest) if rest.lasts(now) => 0,
            Some(_) => AFTER_A_REST,
            None => AT_A_TIME,
        };
        most.saturating_sub(self.asking)
    }

    fn is_idle(&self) -> bool {
        self.asking == 0 && self.waiting.is_empty()
    }
}

impl<W> Places<W> {
    /// Takes a place at a hub, if there is one; it must be given back.
    pub(super) fn take(&mut self, host: &str, now: Timestamp) -> bool {
        let host = self.hosts.entry(host.to_owned()).or_default();
        let free = host.free(now) > 0;
        host.asking += usize::from(free);
        free
    }

    /// Gives a place back, and says for how long the hub rests from now on.
    pub(super) fn give_back(
        &mut self,
        name: &str,
        showed: Showed,
        now: Timestamp,
    ) -> Option<Duration> {
        let host = self.hosts.get_mut(name)?;
        host.asking = host.asking.saturating_sub(1);
        let mut begun = None;
        match showed {
            Showed::Answers => host.rest = None,
            Showed::Trouble(asked) => {
                let asked = asked.filter(|asked| !asked.is_zero());
                let length = asked.unwrap_or(REST).min(LONGEST_REST);
                let until = after(now, length);
                // Of requests under way together, the one that is asked to wait longest counts.
                let longer = host
                    .rest
                    .is_none_or(|rest| !rest.lasts(now) || rest.until < until);
                if longer {
                    host.rest = Some(Rest { until, length });
                    begun = Some(length);
                }
            }
            Showed::Nothing => {}
        }
        if host.is_idle() && (host.rest.is_none() || self.hosts.len() > MAX_RESTING) {
            self.hosts.remove(name);
        }
        begun
    }

    /// Notes that somebody waits for a hub.
    pub(super) fn wait(&mut self, host: &str, who: W) {
        let host = self.hosts.entry(host.to_owned()).or_default();
        host.waiting.push_back(who);
    }

    /// Calls those who wait for a hub, `wants` saying of each whether it still does, as many as there are places.
    pub(super) fn call(
        &mut self,
        host: &str,
        now: Timestamp,
        wants: impl Fn(&W) -> bool,
    ) -> Vec<W> {
        let Some(host) = self.hosts.get_mut(host) else {
            return Vec::new();
        };
        let mut called = Vec::new();
        let free = host.free(now);
        while called.len() < free
            && let Some(who) = host.waiting.pop_front()
        {
            if wants(&who) {
                called.push(who);
            }
        }
        called
    }

    /// The hubs that somebody waits for. Forgets those that nobody has anything to do with any more.
    pub(super) fn waited_for(&mut self, now: Timestamp) -> Vec<String> {
        self.hosts
            .retain(|_, host| !host.is_idle() || host.rest.is_some_and(|rest| rest.lasts(now)));
        let waited_for = self
            .hosts
            .iter()
            .filter(|(_, host)| !host.waiting.is_empty());
        waited_for.map(|(name, _)| name.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HUB: &str = "hub.example";
    const HOUR: Duration = Duration::from_secs(3600);

    fn at(seconds: u64) -> Timestamp {
        after(Timestamp::UNIX_EPOCH, Duration::from_secs(seconds))
    }

    /// A hub at which as many ask as may.
    fn full(now: Timestamp) -> Places<u32> {
        let mut places = Places::default();
        for _ in 0..AT_A_TIME {
            assert!(places.take(HUB, now));
        }
        assert!(!places.take(HUB, now));
        places
    }

    #[test]
    fn few_ask_one_hub_and_others_are_not_kept_waiting() {
        let mut places = full(at(0));
        assert!(places.take("other.example", at(0)));
        for who in 0..5 {
            places.wait(HUB, who);
        }
        assert!(places.call(HUB, at(0), |_| true).is_empty());
        assert_eq!(places.give_back(HUB, Showed::Answers, at(1)), None);
        assert_eq!(places.call(HUB, at(1), |who| *who != 0), [1]);
        assert!(places.call("nobody.example", at(1), |_| true).is_empty());
    }

    #[test]
    fn a_hub_in_trouble_is_left_alone_and_then_tried_by_one() {
        let mut places = full(at(0));
        for who in 0..5 {
            places.wait(HUB, who);
        }
        let trouble = Showed::Trouble(None);
        assert_eq!(places.give_back(HUB, trouble, at(0)), Some(REST));
        assert_eq!(
            places.give_back(HUB, trouble, at(0)),
            None,
            "it is said once"
        );
        places.give_back(HUB, Showed::Nothing, at(0));
        assert!(!places.take(HUB, at(599)));
        assert!(places.call(HUB, at(599), |_| true).is_empty());
        assert_eq!(places.call(HUB, at(600), |_| true), [0]);
        assert!(places.take(HUB, at(600)) && !places.take(HUB, at(600)));
        places.give_back(HUB, trouble, at(630));
        assert!(!places.take(HUB, at(1229)));
        assert!(places.take(HUB, at(1230)));
        places.give_back(HUB, Showed::Answers, at(1231));
        assert_eq!(places.call(HUB, at(1231), |_| true), [1, 2, 3]);
    }

    #[test]
    fn what_a_hub_asks_for_is_kept_up_to_a_day() {
        for (asked, kept) in [(2 * HOUR, 2 * HOUR), (48 * HOUR, LONGEST_REST)] {
            let mut places = full(at(0));
            assert_eq!(
                places.give_back(HUB, Showed::Trouble(Some(asked)), at(0)),
                Some(kept)
            );
            // Others that were under way say less.
            places.give_back(HUB, Showed::Trouble(None), at(0));
            places.give_back(HUB, Showed::Nothing, at(0));
            assert!(!places.take(HUB, at(kept.as_secs() - 1)));
            assert!(places.take(HUB, at(kept.as_secs())));
        }
        let mut places = full(at(0));
        let at_once = Showed::Trouble(Some(Duration::ZERO));
        assert_eq!(places.give_back(HUB, at_once, at(0)), Some(REST));
    }

    #[test]
    fn a_clock_that_is_set_back_makes_no_rest_longer() {
        let mut places = full(at(1_000_000));
        for _ in 0..AT_A_TIME {
            places.give_back(HUB, Showed::Trouble(None), at(1_000_000));
        }
        assert!(!places.take(HUB, at(1_000_000)));
        assert!(places.take(HUB, at(0)));
    }

    #[test]
    fn nothing_is_remembered_of_hubs_that_nobody_has_to_do_with() {
        let mut places = full(at(0));
        for _ in 0..AT_A_TIME {
            places.give_back(HUB, Showed::Answers, at(0));
        }
        assert!(places.hosts.is_empty());
        for number in 0..=MAX_RESTING + 10 {
            let host = number.to_string();
            assert!(places.take(&host, at(0)));
            places.give_back(&host, Showed::Trouble(None), at(0));
        }
        assert_eq!(places.hosts.len(), MAX_RESTING);
        places.wait("waited.example", 1);
        assert_eq!(places.waited_for(at(600)), ["waited.example"]);
        assert_eq!(places.hosts.len(), 1);
    }
}
