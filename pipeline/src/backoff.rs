//! How long to wait after the n-th failure in a row.

use std::time::Duration;

use crate::clock::Dice;

/// Exponential backoff with jitter between a floor and a ceiling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// Wait after the first failure.
    pub floor: Duration,
    /// The longest wait.
    pub ceiling: Duration,
}

/// Share by which a wait is spread, so that what failed together does not come back together.
const JITTER: f64 = 0.2;

impl Backoff {
    /// The wait after `failures` failures in a row, jitter included; never above the ceiling.
    pub fn wait(&self, failures: u32, dice: &mut Dice) -> Duration {
        self.wait_by(failures, dice.fraction())
    }

    /// The same, spread by a number from 0 to 1.
    pub fn wait_by(&self, failures: u32, chance: f64) -> Duration {
        let doublings = failures.saturating_sub(1).min(31);
        let plain = self.floor.saturating_mul(1 << doublings).min(self.ceiling);
        let spread = plain.mul_f64(1.0 + JITTER * (2.0 * chance - 1.0));
        spread.min(self.ceiling)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_ceiling() {
        let backoff = Backoff {
            floor: Duration::from_secs(10),
            ceiling: Duration::from_secs(1000),
        };
        let mut dice = Dice::seeded(1);
        for (failures, plain) in [
            (0, 10),
            (1, 10),
            (2, 20),
            (3, 40),
            (7, 640),
            (8, 1000),
            (u32::MAX, 1000),
        ] {
            let wait = backoff.wait(failures, &mut dice).as_secs_f64();
            assert!(wait >= f64::from(plain) * 0.8 && wait <= (f64::from(plain) * 1.2).min(1000.0));
        }
    }
}
