//! Counts for each of 64 bits in how many words it is set, eight bits at a time.

/// For each byte, its bits as the lowest bits of eight bytes.
const SPREAD: [u64; 256] = spread();

/// Additions after which a lane of eight bits is full.
const LANE_FULL: u32 = u8::MAX as u32;

/// How often each bit was set.
#[derive(Debug, Default)]
pub(super) struct Tally {
    words: u32,
    counts: Counts,
    /// Counts since the last flush: lane `l` of byte `b` belongs to bit `8 * b + l`.
    lanes: [u64; 8],
    in_lanes: u32,
}

#[derive(Debug)]
struct Counts([u32; 64]);

impl Default for Counts {
    fn default() -> Counts {
        Counts([0; 64])
    }
}

impl Tally {
    pub(super) fn add(&mut self, word: u64) {
        for (lanes, byte) in self.lanes.iter_mut().zip(word.to_le_bytes()) {
            *lanes += SPREAD[usize::from(byte)];
        }
        self.words = self.words.saturating_add(1);
        self.in_lanes += 1;
        if self.in_lanes == LANE_FULL {
            self.flush();
        }
    }

    /// The bits that are set in more than half of the words.
    pub(super) fn majority(mut self) -> u64 {
        self.flush();
        let bits = self.counts.0.iter().enumerate();
        bits.fold(0, |majority, (bit, count)| {
            majority | (u64::from(count.saturating_mul(2) > self.words) << bit)
        })
    }

    fn flush(&mut self) {
        let counts = self.counts.0.chunks_exact_mut(8);
        for (counts, lanes) in counts.zip(&mut self.lanes) {
            for (count, lane) in counts.iter_mut().zip(lanes.to_le_bytes()) {
                *count = count.saturating_add(u32::from(lane));
            }
            *lanes = 0;
        }
        self.in_lanes = 0;
    }
}

const fn spread() -> [u64; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut bit = 0;
        while bit < 8 {
            table[byte] |= ((byte as u64 >> bit) & 1) << (8 * bit);
            bit += 1;
        }
        byte += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Tally;

    proptest! {
        #[test]
        fn agrees_with_counting_bit_by_bit(words in prop::collection::vec(any::<u64>(), 0..700)) {
            let mut tally = Tally::default();
            words.iter().for_each(|word| tally.add(*word));
            let plain = (0..64).fold(0_u64, |majority, bit| {
                let set = words.iter().filter(|word| **word >> bit & 1 == 1).count();
                majority | (u64::from(2 * set > words.len()) << bit)
            });
            prop_assert_eq!(tally.majority(), plain);
        }
    }
}
