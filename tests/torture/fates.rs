//! How a daemon's life is to end.

use std::time::Duration;

use dateline_pipeline::crash::POINTS;

use super::dice::Dice;

/// The end of one life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It ends itself at the `count`th passage of a crash point.
    Point { name: &'static str, count: u64 },
    /// SIGKILL, so long after its start.
    Random(Duration),
    /// SIGTERM, and SIGKILL while it drains.
    Draining { after: Duration, grace: Duration },
}

/// How long a life lasts at most that ends at random: a few turns of every source.
const LONGEST_LIFE_MS: u64 = 2500;

/// Crash points that are passed only now and then: once a file is rotated, once a file is dropped
/// into one of two folders.
const RARE: [&str; 2] = ["jsonl.", "drop."];

impl Fate {
    /// Where it is counted.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Fate::Point { name, .. } => name,
            Fate::Random(_) => "at random",
            Fate::Draining { .. } => "while draining",
        }
    }

    /// The compression that the point needs, if it needs one.
    pub(crate) fn needs_compression(&self) -> bool {
        matches!(
            self,
            Fate::Point {
                name: "jsonl.before_compress" | "jsonl.compressed" | "jsonl.removed",
                ..
            }
        )
    }

    fn at(name: &'static str, dice: &mut Dice) -> Fate {
        let passages = if RARE.iter().any(|rare| name.starts_with(rare)) {
            2
        } else {
            4
        };
        Fate::Point {
            name,
            count: 1 + dice.below(passages),
        }
    }

    fn by_chance(dice: &mut Dice) -> Fate {
        let after = Duration::from_millis(dice.below(LONGEST_LIFE_MS));
        if dice.percent(25) {
            Fate::Draining {
                after,
                grace: Duration::from_millis(dice.below(300)),
            }
        } else {
            Fate::Random(after)
        }
    }
}

/// So many fates in random order: first every crash point and as many kills at random, then half of
/// each.
pub(crate) fn draw(kills: usize, dice: &mut Dice) -> Vec<Fate> {
    let mut fates: Vec<Fate> = POINTS.iter().map(|name| Fate::at(name, dice)).collect();
    let mut again = POINTS.iter().cycle();
    while fates.len() < kills {
        let is_crash = fates.len() >= 2 * POINTS.len() && fates.len().is_multiple_of(2);
        let point = if is_crash { again.next() } else { None };
        fates.push(match point {
            Some(name) => Fate::at(name, dice),
            None => Fate::by_chance(dice),
        });
    }
    dice.shuffle(&mut fates);
    fates
}
