//! Which of very many articles may be like one: the ones that share rare word sequences with it.

use super::live::{LIVE_BITS, Live};
use super::segment::Segment;

/// A packed part grows eightfold by merging eight of a kind.
const GROWTH_BITS: u32 = 3;

/// The largest part: half a million articles. Parts leave as a whole, so larger ones would make the memory coarse.
const LARGEST_BITS: u32 = LIVE_BITS + 2 * GROWTH_BITS;

/// Articles looked at for one key in one part: more share a story that went round the world, of which these are enough, or a phrase of the trade (a
/// house's standing last line), which tells nothing.
const MATCHES: usize = 16;

/// Keys that two articles must share. With one, every phrase that two authors happened on would be looked at.
const SHARED: usize = 2;

/// Candidates for one article: the most alike first, so that further ones hardly matter.
const CANDIDATES: usize = 8;

/// Articles by their keys, in memory: at most 85 bytes for an article of sixteen keys, and three megabytes.
///
/// It is MinHash with locality-sensitive hashing (Piotr Indyk and Rajeev Motwani, *Approximate nearest neighbors*, STOC 1998), with single hashes as bands:
/// a low threshold, so that a copy of a third of a text is found too; what is found is only a candidate. Parts are merged as in a log-structured
/// merge-tree (Patrick O'Neil and others, 1996).
#[derive(Debug)]
pub struct Index {
    /// The oldest, and largest, first.
    packed: Vec<Segment>,
    live: Live,
    /// Articles with lower numbers are forgotten, also those whose part is still here.
    first_kept: u64,
}

/// An article that shares keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate {
    /// Its number.
    pub number: u64,
    /// Keys that are shared.
    pub shared: usize,
}

impl Index {
    /// An empty index, whose first article gets this number.
    #[must_use]
    pub fn starting_at(first: u64) -> Self {
        Self {
            packed: Vec::new(),
            live: Live::new(first),
            first_kept: first,
        }
    }

    /// Adds an article by its keys, as [`Signature::anchors`](super::Signature::anchors) gives them; its number, which follows the one before.
    pub fn push(&mut self, keys: &[u32]) -> u64 {
        if self.live.is_full() {
            self.pack();
        }
        self.live.push(keys)
    }

    /// The number that the next article gets.
    #[must_use]
    pub fn next_number(&self) -> u64 {
        self.live.end()
    }

    /// The articles that share at least two keys, those that share the most first, of equals the oldest; eight at the most.
    #[must_use]
    pub fn candidates(&self, keys: &[u32]) -> Vec<Candidate> {
        let mut found = self.found(keys);
        found.sort_unstable();
        let mut candidates: Vec<Candidate> = found
            .chunk_by(|a, b| a == b)
            .map(|same| Candidate {
                number: same[0],
                shared: same.len(),
            })
            .filter(|candidate| candidate.shared >= SHARED)
            .collect();
        candidates.sort_by_key(|candidate| std::cmp::Reverse(candidate.shared));
        candidates.truncate(CANDIDATES);
        candidates
    }

    /// The numbers of the articles that have one of the keys, once for each.
    ///
    /// Nearly all time goes into waiting for memory. Three passes, each without a branch on what the one before waits for, let the processor wait for
    /// many places at once.
    fn found(&self, keys: &[u32]) -> Vec<u64> {
        let mut spans = Vec::with_capacity(self.packed.len() * keys.len());
        for part in &self.packed {
            spans.extend(keys.iter().map(|&key| (part, part.span(key), key)));
        }
        let touched = spans
            .iter()
            .fold(0, |sum, (part, span, _)| sum ^ part.touch(*span));
        std::hint::black_box(touched);
        let is_kept = |number: &u64| *number >= self.first_kept;
        let mut found = Vec::new();
        for (part, span, key) in spans {
            found.extend(part.find(span, key).filter(is_kept).take(MATCHES));
        }
        for &key in keys {
            found.extend(self.live.find(key).filter(is_kept).take(MATCHES));
        }
        found
    }

    /// Forgets the articles with lower numbers. They are found no more; their memory is given back in parts, once all of a part are forgotten.
    pub fn forget_before(&mut self, first_kept: u64) {
        self.first_kept = first_kept;
        let gone = self
            .packed
            .iter()
            .take_while(|part| part.end() <= first_kept);
        let gone = gone.count();
        self.packed.drain(..gone);
    }

    /// Articles that are held in memory, forgotten ones in parts with others among them.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.live.articles() + self.packed.iter().map(Segment::articles).sum::<u64>()
    }

    /// Whether none is held.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes that it holds.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.live.bytes() + self.packed.iter().map(Segment::bytes).sum::<usize>()
    }

    /// Packs what has been added last, and merges parts where there are eight of a size.
    fn pack(&mut self) {
        let next = Live::new(self.live.end());
        let full = std::mem::replace(&mut self.live, next);
        self.packed.push(full.packed());
        drop(full);
        let mut bits = LIVE_BITS;
        while bits < LARGEST_BITS {
            let of_this_size = self
                .packed
                .iter()
                .rev()
                .take_while(|part| part.bits() == bits);
            let of_this_size = of_this_size.count();
            if of_this_size < 1 << GROWTH_BITS {
                break;
            }
            let parts = self.packed.split_off(self.packed.len() - of_this_size);
            bits += GROWTH_BITS;
            self.packed.push(Segment::merge(bits, &parts));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    /// Keys of made-up articles: few different ones, so that they are shared.
    fn keys(number: u64) -> Vec<u32> {
        (0..5_u64)
            .map(|place| {
                let mixed = (number / 2 * 7 + place).wrapping_mul(0x9e37_79b9_7f4a_7c15);
                (mixed >> 32) as u32
            })
            .collect()
    }

    #[test]
    fn articles_are_found_through_packing_and_merging() {
        let mut index = Index::starting_at(1000);
        let articles = (1_u64 << LIVE_BITS) * 9 + 100;
        for number in 0..articles {
            assert_eq!(index.push(&keys(number)), 1000 + number);
        }
        assert_eq!(index.len(), articles);
        assert_eq!(index.next_number(), 1000 + articles);
        assert_eq!(index.packed.len(), 2, "eight parts were merged");
        for number in (0..articles).step_by(977) {
            let found = index.candidates(&keys(number));
            let twins = [number / 2 * 2, number / 2 * 2 + 1].map(|twin| Candidate {
                number: 1000 + twin,
                shared: 5,
            });
            assert_eq!(found, twins, "{number}");
        }
        assert!(index.bytes() < articles as usize * 40 + (4 << 20));
    }

    #[test]
    fn the_oldest_are_forgotten_and_leave_in_parts() {
        let mut index = Index::starting_at(0);
        let part = 1_u64 << LIVE_BITS;
        for number in 0..3 * part {
            index.push(&keys(number));
        }
        index.forget_before(part - 2);
        assert_eq!(index.len(), 3 * part);
        assert!(index.candidates(&keys(part - 4)).is_empty());
        assert_eq!(index.candidates(&keys(part - 2)).len(), 2);
        index.forget_before(part);
        assert_eq!(index.len(), 2 * part);
        assert!(index.candidates(&keys(0)).is_empty());
        assert_eq!(index.candidates(&keys(part)).len(), 2);
        index.forget_before(u64::MAX);
        assert_eq!(index.len(), part, "what is not packed stays");
    }

    #[test]
    fn of_what_everybody_prints_some_are_found() {
        let mut index = Index::starting_at(0);
        for number in 0..10 * MATCHES as u32 {
            index.push(&[7, 8, 1000 + number]);
        }
        assert_eq!(index.candidates(&[7, 8]).len(), CANDIDATES);
    }

    proptest! {
        #[test]
        fn finds_what_comparing_with_everybody_finds(articles in prop::collection::vec(prop::collection::hash_set(0_u32..60, 0..6), 1..60)) {
            let scattered = |key: &u32| key.wrapping_mul(0x9e37_79b1);
            let articles: Vec<Vec<u32>> = articles.iter().map(|keys| keys.iter().map(scattered).collect()).collect();
            let mut index = Index::starting_at(0);
            for keys in &articles {
                index.push(keys);
            }
            let packed = index.live.packed();
            let merged = Segment::merge(LARGEST_BITS, &[index.live.packed()]);
            for wanted in &articles {
                let plain: HashMap<u64, usize> = (0..).zip(&articles)
                    .map(|(number, keys)| (number, keys.iter().filter(|key| wanted.contains(key)).count()))
                    .filter(|(_, shared)| *shared >= SHARED)
                    .collect();
                let found = index.candidates(wanted);
                prop_assert_eq!(found.len(), plain.len().min(CANDIDATES));
                for candidate in found {
                    prop_assert_eq!(plain[&candidate.number], candidate.shared);
                }
                for &key in wanted {
                    let mut live: Vec<u64> = index.live.find(key).collect();
                    live.sort_unstable();
                    let mut from_packed: Vec<u64> = packed.find(packed.span(key), key).collect();
                    from_packed.sort_unstable();
                    let mut from_merged: Vec<u64> = merged.find(merged.span(key), key).collect();
                    from_merged.sort_unstable();
                    prop_assert_eq!(&live, &from_packed);
                    prop_assert_eq!(&live, &from_merged);
                }
            }
        }
    }
}
