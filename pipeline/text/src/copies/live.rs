//! The part of the index that grows.

use super::segment::Segment;

/// Room for articles, as a power of two: small, so that what is not packed yet takes three megabytes at the most.
pub(super) const LIVE_BITS: u32 = 13;

/// Chains, as a power of two: about one for each key, so that most have one entry.
const CHAIN_BITS: u32 = LIVE_BITS + 4;

/// Marks the end of a chain.
const NONE: u32 = u32::MAX;

/// The latest articles. Keys of one bucket are chained, as in any hash table.
#[derive(Debug)]
pub(super) struct Live {
    first: u64,
    articles: u32,
    heads: Box<[u32]>,
    entries: Vec<Entry>,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    key: u32,
    place: u32,
    next: u32,
}

impl Live {
    pub(super) fn new(first: u64) -> Self {
        Self {
            first,
            articles: 0,
            heads: vec![NONE; 1 << CHAIN_BITS].into(),
            entries: Vec::new(),
        }
    }

    /// Adds an article; its number.
    pub(super) fn push(&mut self, keys: &[u32]) -> u64 {
        let place = self.articles;
        for &key in keys {
            let head = &mut self.heads[bucket(key)];
            // An article has a few keys, and there is room for thousands of articles: the sum is far from 2^32.
            let at = self.entries.len() as u32;
            self.entries.push(Entry {
                key,
                place,
                next: *head,
            });
            *head = at;
        }
        self.articles += 1;
        self.first + u64::from(place)
    }

    /// The numbers of the articles with this key, the latest first.
    pub(super) fn find(&self, key: u32) -> impl Iterator<Item = u64> {
        let entry = |at: u32| self.entries.get(at as usize);
        std::iter::successors(entry(self.heads[bucket(key)]), move |found| {
            entry(found.next)
        })
        .filter(move |found| found.key == key)
        .map(|found| self.first + u64::from(found.place))
    }

    pub(super) fn is_full(&self) -> bool {
        self.articles >= 1 << LIVE_BITS
    }

    pub(super) fn articles(&self) -> u64 {
        u64::from(self.articles)
    }

    pub(super) fn end(&self) -> u64 {
        self.first + self.articles()
    }

    pub(super) fn packed(&self) -> Segment {
        Segment::pack(LIVE_BITS, self.first, self.articles, |take| {
            for entry in &self.entries {
                take(entry.place, entry.key);
            }
        })
    }

    pub(super) fn bytes(&self) -> usize {
        size_of_val(&*self.heads) + self.entries.capacity() * size_of::<Entry>()
    }
}

fn bucket(key: u32) -> usize {
    (key >> (u32::BITS - CHAIN_BITS)) as usize
}
