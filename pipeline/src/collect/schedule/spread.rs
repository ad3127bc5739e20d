//! Turns that are due at once begin over a short while: after a start, a pause, an outage.

use std::collections::HashMap;
use std::time::Duration;

use jiff::Timestamp;

use super::Schedule;
use crate::clock::{Dice, after};

/// How turns that are due at once are spread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::collect) struct Spread {
    /// So many may begin at once.
    pub(in crate::collect) at_once: usize,
}

impl Spread {
    /// Turns that begin in a second: a few percent of what a machine reads, and ten thousand feeds
    /// are through in less than two minutes.
    const A_SECOND: u32 = 100;

    /// The longest window.
    const LONGEST: Duration = Duration::from_secs(300);

    /// The time over which so many turns are spread.
    fn window(&self, turns: usize) -> Duration {
        let waiting = u32::try_from(turns.saturating_sub(self.at_once)).unwrap_or(u32::MAX);
        (Duration::from_secs(1) / Self::A_SECOND)
            .saturating_mul(waiting)
            .min(Self::LONGEST)
    }
}

/// A number from 0 to 1 that is the same for a host whenever it is asked for.
fn share_of(host: &str) -> f64 {
    let hash = std::hash::BuildHasherDefault::<std::hash::DefaultHasher>::default();
    Dice::seeded(std::hash::BuildHasher::hash_one(&hash, host)).fraction()
}

impl Schedule {
    /// Spreads the turns of all sources on hosts whose time has come over a short while.
    pub(in crate::collect) fn spread_overdue(&mut self, now: Timestamp, spread: &Spread) {
        let due: Vec<usize> = (0..self.sources.len())
            .filter(|number| self.sources[*number].is_overdue(now))
            .collect();
        self.stagger(now, &due, spread);
    }

    /// Gives sources due times from `now` on: those of each host evenly over the window, each host
    /// from a beginning of its own.
    pub(super) fn stagger(&mut self, now: Timestamp, sources: &[usize], spread: &Spread) {
        let window = spread.window(sources.len());
        let mut of_host: HashMap<&str, (u32, u32)> = HashMap::new();
        for number in sources {
            if let Some(host) = &self.sources[*number].host {
                of_host.entry(host).or_default().1 += 1;
            }
        }
        let mut places = Vec::with_capacity(sources.len());
        for number in sources {
            let Some(host) = &self.sources[*number].host else {
                continue;
            };
            let Some((before, count)) = of_host.get_mut(host.as_str()) else {
                continue;
            };
            let share = f64::from(*before) / f64::from(*count);
            *before += 1;
            let place = (share_of(host) + share).fract();
            let window = window.min(self.sources[*number].patience);
            places.push((*number, after(now, window.mul_f64(place))));
        }
        for (number, due) in places {
            self.put(number, due);
        }
    }
}
