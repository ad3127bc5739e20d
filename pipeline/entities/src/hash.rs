//! The hashes that features, clusters and gazetteers are found by. They are part of the model: changing one means training anew.

/// Start of a hash over the letters of a word.
const SEED: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0000_0100_0000_01b3;
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

/// FNV-1a, letter by letter, spread over all bits by [`finish`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct Letters(u64);

impl Letters {
    pub(crate) const fn new() -> Self {
        Self(SEED)
    }

    pub(crate) const fn push(&mut self, letter: u32) {
        self.0 = (self.0 ^ letter as u64).wrapping_mul(PRIME);
    }

    pub(crate) const fn finish(self) -> u64 {
        finish(self.0)
    }
}

const fn finish(hash: u64) -> u64 {
    let hash = (hash ^ (hash >> 32)).wrapping_mul(SPREAD);
    hash ^ (hash >> 29)
}

/// The hash of a word in lower case.
#[must_use]
pub fn lower(word: &str) -> u64 {
    let mut letters = Letters::new();
    for letter in word.chars() {
        letters.push(fold(letter));
    }
    letters.finish()
}

/// A character in lower case, all apostrophes as one.
pub(crate) fn fold(letter: char) -> u32 {
    match letter {
        'A'..='Z' => u32::from(letter.to_ascii_lowercase()),
        '\0'..='\x7f' => u32::from(letter),
        '’' | 'ʼ' => u32::from('\''),
        _ => letter.to_lowercase().next().map_or(0, u32::from),
    }
}

/// The hash of two things in this order.
#[must_use]
pub const fn join(first: u64, second: u64) -> u64 {
    finish(first.rotate_left(23) ^ second.wrapping_mul(0xd6e8_feb8_6659_fd93))
}

/// The number of a feature: what it is about, and its value. A model with 2^n rows looks at its highest n bits.
pub(crate) const fn feature(about: u64, value: u64) -> u32 {
    let spread = (value ^ about.wrapping_mul(SPREAD)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    ((spread ^ (spread >> 31)).wrapping_mul(PRIME | SPREAD) >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_does_not_matter_to_the_lower_hash() {
        assert_eq!(lower("ÉLYSÉE"), lower("élysée"));
        assert_ne!(lower("Moscow"), lower("Moskow"));
    }

    #[test]
    fn order_matters_to_join() {
        assert_ne!(join(1, 2), join(2, 1));
    }
}
