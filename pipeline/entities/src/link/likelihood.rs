//! From scores to how sure it is which candidate is meant.

/// How much one point of lead over the second counts.
const LEAD: f32 = 1.6;

/// The best of some candidates.
#[derive(Debug)]
pub(super) struct Best<C> {
    pub(super) candidate: C,
    pub(super) confidence: f32,
}

/// The best of numbered candidates with their scores. `likelihood` says from the score how likely it is that the candidate is meant if no other is; the
/// confidence is that times how clearly it leads. An entry may be there several times, by several of its names.
pub(super) fn best<C>(
    scored: impl Iterator<Item = (u32, f32, C)>,
    likelihood: impl Fn(f32) -> f32,
) -> Option<Best<C>> {
    let mut first: Option<(u32, f32, C)> = None;
    let mut second = f32::NEG_INFINITY;
    for (number, score, candidate) in scored {
        match &mut first {
            Some((known, best, _)) if *known == number => *best = best.max(score),
            Some((_, best, _)) if *best >= score => second = second.max(score),
            Some((_, best, _)) => {
                second = *best;
                first = Some((number, score, candidate));
            }
            None => first = Some((number, score, candidate)),
        }
    }
    let (_, score, candidate) = first?;
    Some(Best {
        candidate,
        confidence: likelihood(score) * logistic(LEAD * (score - second)),
    })
}

pub(super) fn logistic(value: f32) -> f32 {
    1.0 / (1.0 + (-value).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lead_decides_among_equals() {
        let of = |scores: &[(u32, f32)]| {
            let scored = scores
                .iter()
                .map(|(number, score)| (*number, *score, *number));
            best(scored, logistic)
        };
        assert!(of(&[]).is_none());
        let alone = of(&[(1, 3.0)]).unwrap();
        assert!(alone.confidence > 0.9, "{}", alone.confidence);
        let twins = of(&[(1, 3.0), (2, 3.0)]).unwrap();
        assert!(twins.confidence < 0.5, "{}", twins.confidence);
        let twice = of(&[(1, 1.0), (1, 3.0), (2, 0.0)]).unwrap();
        assert_eq!(twice.candidate, 1);
        assert!(twice.confidence > 0.9, "{}", twice.confidence);
    }
}
