//! The one clock and the one source of randomness.
//!
//! Everything in the stages that asks for the time or for a random number asks here, so that a
//! test can set both.

use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;

/// Tells the time of day.
#[derive(Debug, Clone)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// A clock that stands still until a test moves it.
    Manual(Arc<Mutex<Timestamp>>),
}

impl Clock {
    /// A clock that stands at `at`.
    pub fn manual(at: Timestamp) -> Clock {
        Clock::Manual(Arc::new(Mutex::new(at)))
    }

    /// The present instant.
    pub fn now(&self) -> Timestamp {
        match self {
            Clock::System => Timestamp::now(),
            Clock::Manual(at) => *at.lock().unwrap_or_else(|poisoned| poisoned.into_inner()),
        }
    }

    /// Moves a manual clock forward; the machine's clock is left alone.
    pub fn advance(&self, by: Duration) {
        if let Clock::Manual(at) = self {
            let mut at = at.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            *at = after(*at, by);
        }
    }

    /// Sets a manual clock back; the machine's clock is left alone.
    pub fn set_back(&self, by: Duration) {
        if let Clock::Manual(at) = self {
            let mut at = at.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            *at = before(*at, by);
        }
    }
}

/// `by` after `at`, or the last instant there is.
pub fn after(at: Timestamp, by: Duration) -> Timestamp {
    at.checked_add(by).unwrap_or(Timestamp::MAX)
}

/// `by` before `at`, or the first instant there is.
pub fn before(at: Timestamp, by: Duration) -> Timestamp {
    at.checked_sub(by).unwrap_or(Timestamp::MIN)
}

/// How long from `from` to `to`; zero if `to` is not later.
pub fn between(from: Timestamp, to: Timestamp) -> Duration {
    Duration::try_from(to.duration_since(from)).unwrap_or(Duration::ZERO)
}

/// A small generator of pseudo-random numbers for jitter (SplitMix64, Steele et al. 2014); not for
/// secrets.
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    /// A generator that repeats itself for the same seed.
    pub fn seeded(seed: u64) -> Dice {
        Dice(seed)
    }

    /// A generator seeded by the operating system.
    pub fn from_system() -> Dice {
        Dice(RandomState::new().hash_one(0x00da_7e11_ae00_u64))
    }

    /// The next number, evenly spread over all 64 bits.
    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 (inclusive) to 1 (exclusive).
    pub fn fraction(&mut self) -> f64 {
        (self.roll() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// `span` made longer or shorter by at most the share `jitter` of it.
    pub fn spread(&mut self, span: Duration, jitter: f64) -> Duration {
        span.mul_f64(1.0 + jitter * (2.0 * self.fraction() - 1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manual_clock_moves_only_when_told() {
        let clock = Clock::manual(Timestamp::UNIX_EPOCH);
        assert_eq!(clock.now(), Timestamp::UNIX_EPOCH);
        clock.advance(Duration::from_secs(90));
        assert_eq!(clock.now().as_second(), 90);
        assert_eq!(
            between(Timestamp::UNIX_EPOCH, clock.now()),
            Duration::from_secs(90)
        );
        assert_eq!(between(clock.now(), Timestamp::UNIX_EPOCH), Duration::ZERO);
    }

    #[test]
    fn dice_repeat_for_a_seed_and_stay_within_their_jitter() {
        let (mut a, mut b) = (Dice::seeded(7), Dice::seeded(7));
        for _ in 0..1000 {
            assert_eq!(a.roll(), b.roll());
            let spread = a.spread(Duration::from_secs(100), 0.1);
            b.spread(Duration::from_secs(100), 0.1);
            assert!(spread >= Duration::from_secs(90) && spread < Duration::from_secs(110));
        }
    }
}
