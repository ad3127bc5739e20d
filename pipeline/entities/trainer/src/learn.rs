//! Learning: a structured perceptron with a margin and passive-aggressive steps (Crammer and others, 2006), averaged over its whole run.

use dateline_entities::Label;
use dateline_entities::training::{Scores, viterbi};

use crate::chance::Chance;

const LABELS: usize = Label::COUNT;
const WEIGHTS: usize = LABELS - 1;
/// Scores are whole numbers to the decoder; this many make one.
const UNIT: f32 = 1024.0;

/// Tokens with their features and what they are.
#[derive(Debug, Default)]
pub(crate) struct Examples {
    pub(crate) features: Vec<u32>,
    /// For each token the first of its features; one more at the end.
    pub(crate) offsets: Vec<u32>,
    pub(crate) gold: Vec<Label>,
    pub(crate) sentences: Vec<Sentence>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Sentence {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) has_misc: bool,
    /// The document it is of.
    pub(crate) document: usize,
}

impl Examples {
    pub(crate) fn of(&self, token: usize) -> &[u32] {
        &self.features[self.offsets[token] as usize..self.offsets[token + 1] as usize]
    }
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Settings {
    pub(crate) bits: u32,
    pub(crate) epochs: usize,
    /// The longest step.
    pub(crate) step: f32,
    /// What a wrong token costs.
    pub(crate) margin: f32,
    pub(crate) seed: u64,
    /// Share of features that are not looked at in one step.
    pub(crate) dropout: f64,
}

/// Weights as they are learnt.
#[derive(Debug, Clone)]
pub(crate) struct Weights {
    pub(crate) rows: Vec<[f32; WEIGHTS]>,
    pub(crate) transitions: [[f32; LABELS]; LABELS],
    shift: u32,
}

impl Weights {
    pub(crate) fn zero(bits: u32) -> Self {
        Self {
            rows: vec![[0.0; WEIGHTS]; 1 << bits],
            transitions: [[0.0; LABELS]; LABELS],
            shift: 32 - bits,
        }
    }

    fn scores(&self, features: &[u32]) -> [f32; WEIGHTS] {
        let mut sums = [0.0; WEIGHTS];
        for &feature in features {
            let row = &self.rows[(feature >> self.shift) as usize];
            for (sum, weight) in sums.iter_mut().zip(row) {
                *sum += weight;
            }
        }
        sums
    }

    fn whole_transitions(&self) -> [[i32; LABELS]; LABELS] {
        self.transitions.map(|row| row.map(whole))
    }

    /// Adds another's weights, `share` of them.
    pub(crate) fn add(&mut self, other: &Self, share: f32) {
        for (sum, weight) in self
            .rows
            .iter_mut()
            .flatten()
            .zip(other.rows.iter().flatten())
        {
            *sum += weight * share;
        }
        for (sum, weight) in self
            .transitions
            .iter_mut()
            .flatten()
            .zip(other.transitions.iter().flatten())
        {
            *sum += weight * share;
        }
    }
}

fn whole(score: f32) -> i32 {
    (score * UNIT) as i32
}

/// The labels of a sentence.
pub(crate) fn decode(weights: &Weights, examples: &Examples, sentence: Sentence) -> Vec<Label> {
    let mut scores = Vec::new();
    let mut labels = Vec::new();
    score(
        weights,
        examples,
        sentence,
        &mut scores,
        |_, _| 0.0,
        |_| false,
    );
    viterbi(
        &scores,
        &weights.whole_transitions(),
        &mut Vec::new(),
        &mut labels,
    );
    labels
}

fn score(
    weights: &Weights,
    examples: &Examples,
    sentence: Sentence,
    scores: &mut Vec<Scores>,
    cost: impl Fn(usize, usize) -> f32,
    dropped: impl Fn(u32) -> bool,
) {
    scores.clear();
    let mut kept = Vec::new();
    for token in sentence.start..sentence.end {
        kept.clear();
        kept.extend(
            examples
                .of(token)
                .iter()
                .filter(|&&feature| !dropped(feature)),
        );
        let sums = weights.scores(&kept);
        let mut row = [0; LABELS];
        row[0] = whole(cost(token, 0));
        for label in 1..LABELS {
            row[label] = whole(sums[label - 1] + cost(token, label));
        }
        if !sentence.has_misc {
            // Where other names are not marked, a token is no mistake for being one.
            row[LABELS - 4..].fill(i32::MIN / 64);
        }
        scores.push(row);
    }
}

/// Learns from the sentences that `wanted` says yes to.
pub(crate) fn learn(
    examples: &Examples,
    settings: Settings,
    wanted: impl Fn(&Sentence) -> bool,
) -> Weights {
    let mut order: Vec<Sentence> = examples
        .sentences
        .iter()
        .copied()
        .filter(|sentence| wanted(sentence))
        .collect();
    let mut chance = Chance::new(settings.seed);
    let mut weights = Weights::zero(settings.bits);
    let mut delayed = Delayed {
        rows: vec![[0.0; WEIGHTS]; weights.rows.len()],
        transitions: [[0.0; LABELS]; LABELS],
    };
    let mut time = 1_f64;
    let mut transitions = weights.whole_transitions();
    let (mut scores, mut trail, mut labels) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..settings.epochs {
        chance.shuffle(&mut order);
        for &sentence in &order {
            let cost = |token: usize, label: usize| {
                if usize::from(examples.gold[token].0) == label {
                    0.0
                } else {
                    settings.margin
                }
            };
            let mask = chance.below(1 << 30) as u32 | 1;
            let limit = (settings.dropout * f64::from(u32::MAX)) as u32;
            let dropped = |feature: u32| {
                limit > 0
                    && (feature ^ mask)
                        .wrapping_mul(0x9e37_79b1)
                        .rotate_left(13)
                        .wrapping_mul(mask)
                        < limit
            };
            score(&weights, examples, sentence, &mut scores, cost, dropped);
            viterbi(&scores, &transitions, &mut trail, &mut labels);
            let gold = &examples.gold[sentence.start..sentence.end];
            if labels != gold {
                let loss = (total(&scores, &transitions, &labels)
                    - total(&scores, &transitions, gold)) as f32
                    / UNIT;
                let size: usize = (sentence.start..sentence.end)
                    .zip(labels.iter().zip(gold))
                    .filter(|(_, (one, other))| one != other)
                    .map(|(token, _)| 2 * examples.of(token).len())
                    .sum();
                let step = settings.step.min(loss / size.max(1) as f32);
                if step > 0.0 {
                    update(
                        &mut weights,
                        &mut delayed,
                        examples,
                        sentence,
                        &labels,
                        step,
                        time,
                        dropped,
                    );
                    transitions = weights.whole_transitions();
                }
            }
            time += 1.0;
        }
    }
    delayed.average(&mut weights, time);
    weights
}

fn total(scores: &[Scores], transitions: &[[i32; LABELS]; LABELS], labels: &[Label]) -> i64 {
    let of = |label: Label| usize::from(label.0);
    let tokens: i64 = scores
        .iter()
        .zip(labels)
        .map(|(scores, &label)| i64::from(scores[of(label)]))
        .sum();
    tokens
        + labels
            .windows(2)
            .map(|pair| i64::from(transitions[of(pair[0])][of(pair[1])]))
            .sum::<i64>()
}

/// Steps weighted by when they were made, so that the average over all times costs nothing until the end.
struct Delayed {
    rows: Vec<[f64; WEIGHTS]>,
    transitions: [[f64; LABELS]; LABELS],
}

impl Delayed {
    fn average(&self, weights: &mut Weights, time: f64) {
        for (weight, delayed) in weights
            .rows
            .iter_mut()
            .flatten()
            .zip(self.rows.iter().flatten())
        {
            *weight -= (delayed / time) as f32;
        }
        for (weight, delayed) in weights
            .transitions
            .iter_mut()
            .flatten()
            .zip(self.transitions.iter().flatten())
        {
            *weight -= (delayed / time) as f32;
        }
    }
}

#[expect(
    clippy::too_many_arguments,
    reason = "one step of one loop, in a function for the reader's sake"
)]
fn update(
    weights: &mut Weights,
    delayed: &mut Delayed,
    examples: &Examples,
    sentence: Sentence,
    labels: &[Label],
    step: f32,
    time: f64,
    dropped: impl Fn(u32) -> bool,
) {
    let gold = &examples.gold[sentence.start..sentence.end];
    for (at, token) in (sentence.start..sentence.end).enumerate() {
        if labels[at] == gold[at] {
            continue;
        }
        for &feature in examples
            .of(token)
            .iter()
            .filter(|&&feature| !dropped(feature))
        {
            let row = (feature >> weights.shift) as usize;
            for (label, step) in [(gold[at], step), (labels[at], -step)] {
                if let Some(column) = usize::from(label.0).checked_sub(1) {
                    weights.rows[row][column] += step;
                    delayed.rows[row][column] += f64::from(step) * time;
                }
            }
        }
    }
    // Transitions take longer steps: there is one where a token has seventy features.
    let step = step * 8.0;
    for (labels, step) in [(gold, step), (labels, -step)] {
        for pair in labels.windows(2) {
            let (from, to) = (usize::from(pair[0].0), usize::from(pair[1].0));
            weights.transitions[from][to] += step;
            delayed.transitions[from][to] += f64::from(step) * time;
        }
    }
}
