//! When a host may be asked again. Pure bookkeeping: instants in, waits out.

use std::collections::HashMap;
use std::time::{Duration, Instant};

/// Hosts that are remembered; beyond it those that may be asked anyway are forgotten.
const MAX_HOSTS: usize = 10_000;

/// The next free instant of every host that was asked lately.
#[derive(Debug, Default)]
pub(super) struct Spacing {
    free_from: HashMap<String, Instant>,
}

impl Spacing {
    /// Takes the host's next place, `delay` after the one before; says how long it is until then.
    /// Takes none, and says `Err`, where that is longer than `patience`.
    pub(super) fn take(
        &mut self,
        host: &str,
        delay: Duration,
        patience: Duration,
        now: Instant,
    ) -> Result<Duration, Duration> {
        let from = self.free_from.get(host).copied().unwrap_or(now).max(now);
        let wait = from - now;
        if wait > patience {
            return Err(wait);
        }
        if self.free_from.len() >= MAX_HOSTS {
            self.free_from.retain(|_, free| *free > now);
        }
        if self.free_from.len() < MAX_HOSTS || self.free_from.contains_key(host) {
            self.free_from.insert(host.to_owned(), from + delay);
        }
        Ok(wait)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn requests_to_a_host_are_spaced_and_others_are_not_kept_waiting() {
        let mut spacing = Spacing::default();
        let now = Instant::now();
        let mut take = |host: &str, at| spacing.take(host, 2 * SECOND, 3 * SECOND, at);
        assert_eq!(take("a", now), Ok(Duration::ZERO));
        assert_eq!(take("a", now), Ok(2 * SECOND));
        assert_eq!(take("b", now), Ok(Duration::ZERO));
        assert_eq!(take("a", now), Err(4 * SECOND), "and no place is taken");
        assert_eq!(take("a", now + SECOND), Ok(3 * SECOND));
        assert_eq!(take("a", now + 60 * SECOND), Ok(Duration::ZERO));
    }

    #[test]
    fn few_hosts_are_remembered() {
        let mut spacing = Spacing::default();
        let now = Instant::now();
        for host in 0..MAX_HOSTS + 10 {
            assert!(spacing.take(&host.to_string(), SECOND, SECOND, now).is_ok());
        }
        assert!(spacing.free_from.len() <= MAX_HOSTS);
        assert!(spacing.take("x", SECOND, SECOND, now + 2 * SECOND).is_ok());
        assert_eq!(spacing.free_from.len(), 1);
    }
}
