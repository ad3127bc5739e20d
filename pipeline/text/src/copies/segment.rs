//! A part of the index that does not change any more: packed, four bytes a key.

/// Articles with following numbers, found by their keys.
///
/// With room for `2^bits` articles, an entry has the number of the article in its lower `bits` bits, and above them the lower bits of the key. The upper
/// bits of a key say in which bucket it is, two more of them than there would have to be for nothing of a key to be lost: so a bucket has four entries,
/// which the processor fetches at once, rather than sixteen.
#[derive(Debug)]
pub(super) struct Segment {
    bits: u32,
    /// The first article's number in the whole index.
    first: u64,
    articles: u32,
    /// Where each bucket begins in `entries`, and the end of the last.
    starts: Box<[u32]>,
    entries: Box<[u32]>,
}

/// Buckets for each article that there is room for, as a power of two.
const SPREAD_BITS: u32 = 2;

/// A bucket's entries.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    start: u32,
    end: u32,
}

impl Segment {
    /// From the keys of articles that follow one another, given twice: once to count them, once to take them. `each` calls back with an article's
    /// place, below `2^bits`, and a key.
    pub(super) fn pack(
        bits: u32,
        first: u64,
        articles: u32,
        each: impl Fn(&mut dyn FnMut(u32, u32)),
    ) -> Self {
        let bucket = |key: u32| (key >> (u32::BITS - bits - SPREAD_BITS)) as usize;
        let mut starts = vec![0_u32; (1 << (bits + SPREAD_BITS)) + 1];
        each(&mut |_, key| starts[bucket(key) + 1] += 1);
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        let mut next = starts.clone();
        let mut entries = vec![0_u32; sum as usize];
        each(&mut |place, key| {
            let slot = &mut next[bucket(key)];
            entries[*slot as usize] = key << bits | place;
            *slot += 1;
        });
        Self {
            bits,
            first,
            articles,
            starts: starts.into(),
            entries: entries.into(),
        }
    }

    /// Several that follow one another, as one with room for `2^bits` articles.
    pub(super) fn merge(bits: u32, parts: &[Segment]) -> Self {
        let first = parts.first().map_or(0, |part| part.first);
        let articles = parts.iter().map(|part| part.articles).sum();
        Self::pack(bits, first, articles, |take| {
            for part in parts {
                // Parts follow one another within one segment, so that this fits.
                let offset = (part.first - first) as u32;
                part.each(|place, key| take(offset + place, key));
            }
        })
    }

    /// Every article's place with each of its keys.
    fn each(&self, mut take: impl FnMut(u32, u32)) {
        let place_mask = (1_u32 << self.bits) - 1;
        for (bucket, ends) in (0_u32..).zip(self.starts.windows(2)) {
            for entry in &self.entries[ends[0] as usize..ends[1] as usize] {
                let upper = bucket >> SPREAD_BITS << (u32::BITS - self.bits);
                let key = upper | entry >> self.bits;
                take(entry & place_mask, key);
            }
        }
    }

    /// Where the entries with this key are, among others.
    pub(super) fn span(&self, key: u32) -> Span {
        let bucket = (key >> (u32::BITS - self.bits - SPREAD_BITS)) as usize;
        Span {
            start: self.starts[bucket],
            end: self.starts[bucket + 1],
        }
    }

    /// Looks at the first entry of a span, so that it is at hand when the span is gone through. Any value will do.
    pub(super) fn touch(&self, span: Span) -> u32 {
        self.entries
            .get(span.start as usize)
            .copied()
            .unwrap_or_default()
    }

    /// The numbers of the articles with this key, the first added first.
    pub(super) fn find(&self, span: Span, key: u32) -> impl Iterator<Item = u64> {
        let entries = &self.entries[span.start as usize..span.end as usize];
        let wanted = key << self.bits;
        let place_mask = (1_u32 << self.bits) - 1;
        entries
            .iter()
            .filter(move |entry| **entry & !place_mask == wanted)
            .map(move |entry| self.first + u64::from(entry & place_mask))
    }

    pub(super) fn bits(&self) -> u32 {
        self.bits
    }

    pub(super) fn articles(&self) -> u64 {
        u64::from(self.articles)
    }

    /// The number of the first article after it.
    pub(super) fn end(&self) -> u64 {
        self.first + u64::from(self.articles)
    }

    pub(super) fn bytes(&self) -> usize {
        size_of_val(&*self.starts) + size_of_val(&*self.entries)
    }
}
