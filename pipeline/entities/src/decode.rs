//! The best sequence of labels for the scores of a sentence's tokens: Viterbi over the sequences that BILOU allows.

use crate::label::Label;

/// Scores of the labels of one token, of the model's 16 that are not outside; outside always scores 0.
pub type Scores = [i32; LABELS];

const LABELS: usize = Label::COUNT;
const KINDS: usize = (LABELS - 1) / 4;
/// Far below any score, and far from overflow over a sentence.
const NEVER: i32 = i32::MIN / 4;

/// Fills `labels` with the best allowed sequence. `transitions[from][to]` is added for neighbours; the sentence's begin and end count as
/// outside without a score of their own. Linear in the tokens. `trail` is working space.
pub fn viterbi(
    scores: &[Scores],
    transitions: &[[i32; LABELS]; LABELS],
    trail: &mut Vec<[u8; LABELS]>,
    labels: &mut Vec<Label>,
) {
    labels.clear();
    let Some(last) = scores.len().checked_sub(1) else {
        return;
    };
    trail.clear();
    trail.resize(scores.len(), [0; LABELS]);
    let mut best = [NEVER; LABELS];
    for to in 0..LABELS {
        if begins(to) {
            best[to] = scores[0][to];
        }
    }
    for at in 1..scores.len() {
        best = step(&best, &scores[at], transitions, &mut trail[at]);
    }
    let mut label = (0..LABELS)
        .filter(|&label| ends(label))
        .max_by_key(|&label| (best[label], LABELS - label))
        .unwrap_or_default();
    labels.resize(scores.len(), Label::OUTSIDE);
    for at in (0..=last).rev() {
        labels[at] = Label(label as u8);
        label = usize::from(trail[at][label]);
    }
}

fn step(
    best: &[i32; LABELS],
    scores: &Scores,
    transitions: &[[i32; LABELS]; LABELS],
    trail: &mut [u8; LABELS],
) -> [i32; LABELS] {
    let mut next = [NEVER; LABELS];
    let mut origin = [0_u8; LABELS];
    // From where an entity has ended, or none was: outside, last and unit.
    for from in (0..LABELS).filter(|&label| ends(label)) {
        for to in 0..LABELS {
            let score = best[from] + transitions[from][to];
            let better = score > next[to];
            next[to] = if better { score } else { next[to] };
            origin[to] = if better { from as u8 } else { origin[to] };
        }
    }
    // Within an entity: begin or inside, then inside or last of the same kind.
    for kind in 0..KINDS {
        let (begin, inside, end) = (1 + 4 * kind, 2 + 4 * kind, 3 + 4 * kind);
        for to in [inside, end] {
            let begun = best[begin] + transitions[begin][to];
            let going_on = best[inside] + transitions[inside][to];
            let from_begin = begun >= going_on;
            next[to] = if from_begin { begun } else { going_on };
            origin[to] = if from_begin { begin } else { inside } as u8;
        }
    }
    for to in 0..LABELS {
        next[to] = (next[to] + scores[to]).max(NEVER);
    }
    *trail = origin;
    next
}

/// Whether an entity, or none, may begin with this label.
const fn begins(label: usize) -> bool {
    label == 0 || matches!((label - 1) % 4, 0 | 3)
}

/// Whether the next token may begin something new after this label.
const fn ends(label: usize) -> bool {
    label == 0 || matches!((label - 1) % 4, 2 | 3)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// All sequences, tried one by one.
    fn exhaustive(scores: &[Scores], transitions: &[[i32; LABELS]; LABELS]) -> i32 {
        fn go(
            at: usize,
            from: Option<usize>,
            scores: &[Scores],
            transitions: &[[i32; LABELS]; LABELS],
        ) -> i32 {
            if at == scores.len() {
                return if from.is_none_or(ends) { 0 } else { NEVER };
            }
            (0..LABELS)
                .filter(|&to| allowed(from, to))
                .map(|to| {
                    scores[at][to]
                        + from.map_or(0, |from| transitions[from][to])
                        + go(at + 1, Some(to), scores, transitions)
                })
                .max()
                .unwrap_or(NEVER)
        }
        go(0, None, scores, transitions)
    }

    fn allowed(from: Option<usize>, to: usize) -> bool {
        match from {
            Some(from) if !ends(from) => !begins(to) && to != 0 && (from - 1) / 4 == (to - 1) / 4,
            _ => begins(to),
        }
    }

    proptest! {
        #[test]
        fn the_best_allowed_sequence_is_found(
            scores in proptest::collection::vec(proptest::array::uniform17(-50..50_i32), 1..4),
            weights in proptest::collection::vec(proptest::array::uniform17(-20..20_i32), 17),
        ) {
            let transitions: [[i32; LABELS]; LABELS] = std::array::from_fn(|from| weights[from]);
            let (mut trail, mut labels) = (Vec::new(), Vec::new());
            viterbi(&scores, &transitions, &mut trail, &mut labels);
            let mut total = 0;
            let mut from = None;
            for (at, label) in labels.iter().enumerate() {
                let to = usize::from(label.0);
                prop_assert!(allowed(from, to));
                total += scores[at][to] + from.map_or(0, |from: usize| transitions[from][to]);
                from = Some(to);
            }
            prop_assert!(from.is_none_or(ends));
            prop_assert_eq!(total, exhaustive(&scores, &transitions));
        }
    }
}
