//! Whether one text is a copy of another.

use super::signature::{Sample, Signature};

/// What two texts have in common.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Likeness {
    /// The share of the shorter text's word sequences that the longer one has too, 0.3 to 1: estimated from samples.
    pub containment: f64,
    /// The share of the figures, two in a row, of the one with fewer that the other has too, 0 to 1; absent where there are too few to tell.
    pub figures: Option<f64>,
}

/// Pairs of figures below which their agreement says nothing.
const FEW_FIGURES: usize = 4;

/// Sampled sequences that two copies share at the least, so that no copy is told from a phrase or two.
const MIN_SHARED: usize = 4;

/// Containment below which nothing is a copy: two reports of one event quote the same people.
const MIN_CONTAINMENT: f64 = 0.3;

impl Likeness {
    /// Of two texts; absent where they have too little in common to be copies.
    #[must_use]
    pub fn of(a: &Signature, b: &Signature) -> Option<Self> {
        let (shorter, longer) = if a.shingles() <= b.shingles() {
            (a, b)
        } else {
            (b, a)
        };
        let sequences = Overlap::of(shorter.sample(), longer.sample());
        let containment = share(sequences.shared, sequences.of_a);
        if sequences.shared < MIN_SHARED || containment < MIN_CONTAINMENT {
            return None;
        }
        let figures = Overlap::of(a.figures(), b.figures());
        let fewer = figures.of_a.min(figures.of_b);
        Some(Self {
            containment,
            figures: (fewer >= FEW_FIGURES).then(|| share(figures.shared, fewer)),
        })
    }
}

fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 {
        0.0
    } else {
        part as f64 / whole as f64
    }
}

/// How many hashes two samples have and share, up to the hash up to which both are known.
struct Overlap {
    of_a: usize,
    of_b: usize,
    shared: usize,
}

impl Overlap {
    fn of(a: Sample<'_>, b: Sample<'_>) -> Self {
        let limit = limit(a).min(limit(b));
        let known = |sample: Sample<'_>| sample.hashes.partition_point(|hash| *hash <= limit);
        let (a, b) = (&a.hashes[..known(a)], &b.hashes[..known(b)]);
        let shared = common(a, b);
        Self {
            of_a: a.len(),
            of_b: b.len(),
            shared,
        }
    }
}

/// How many two ascending lists share.
fn common(a: &[u32], mut b: &[u32]) -> usize {
    let is_in_b = |hash: &&u32| {
        let smaller = b.iter().take_while(|other| other < hash).count();
        b = &b[smaller..];
        b.first() == Some(hash)
    };
    a.iter().filter(is_in_b).count()
}

/// Up to which hash a sample knows its set.
fn limit(sample: Sample<'_>) -> u32 {
    match sample.hashes.last() {
        Some(last) if !sample.is_all => *last,
        _ => u32::MAX,
    }
}

/// Agreement of other evidence below which nothing is a copy: yesterday's market report has today's sentences and none of its figures.
const MIN_SUPPORT: f64 = 0.2;

/// What containment and other evidence come to in two copies. The tests measure what these three do on stories of our own.
const MIN_SUM: f64 = 0.8;

/// What speaks for two texts without figures, besides their words, under titles without a common word.
const NO_FIGURES: f64 = 0.3;

/// How much more speaks for them under the same title.
const SAME_TITLE: f64 = 0.2;

/// Whether texts that are so alike are copies of one story. `titles` says how much their titles overlap
/// ([`title_overlap`](crate::similar::title_overlap)), and is asked where their words alone do not decide.
#[must_use]
pub fn is_copy(likeness: &Likeness, titles: impl FnOnce() -> f64) -> bool {
    let figures = likeness.figures;
    let support = figures.unwrap_or_else(|| NO_FIGURES + SAME_TITLE * titles());
    support >= MIN_SUPPORT && likeness.containment + support >= MIN_SUM
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::samples::{HARBOUR, HARBOUR_ELSEWHERE, TRAMS};

    fn signature(paragraphs: &[&str]) -> Signature {
        Signature::of(&paragraphs.join("\n\n")).unwrap()
    }

    fn like(containment: f64, figures: Option<f64>) -> Likeness {
        Likeness {
            containment,
            figures,
        }
    }

    #[test]
    fn a_text_contains_its_beginning_and_not_another() {
        let whole = signature(&HARBOUR);
        let half = signature(&HARBOUR[..HARBOUR.len() / 2]);
        for likeness in [Likeness::of(&whole, &half), Likeness::of(&half, &whole)] {
            let likeness = likeness.unwrap();
            assert_eq!(likeness.containment, 1.0);
            assert!(is_copy(&likeness, || 0.0));
        }
        for other in [&TRAMS[..], &HARBOUR_ELSEWHERE] {
            assert_eq!(Likeness::of(&whole, &signature(other)), None);
        }
    }

    #[test]
    fn figures_speak_against_a_template() {
        assert!(is_copy(&like(0.7, Some(0.5)), || 0.0));
        assert!(!is_copy(&like(0.7, Some(0.1)), || 1.0));
    }

    #[test]
    fn without_figures_the_title_speaks() {
        assert!(is_copy(&like(0.35, None), || 1.0));
        assert!(!is_copy(&like(0.35, None), || 0.0));
        assert!(is_copy(&like(0.6, None), || 0.0));
    }
}
