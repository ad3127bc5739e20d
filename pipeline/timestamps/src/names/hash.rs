//! A quick hash for tables that are built once from our own data and only asked afterwards, so that no one outside can make keys collide.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// A map whose keys come from the tables compiled in.
pub(crate) type FixedMap<K, V> = HashMap<K, V, BuildHasherDefault<Quick>>;

/// FNV-1a by words of eight bytes, with a final mix.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Quick(u64);

const PRIME: u64 = 0x9E37_79B9_7F4A_7C15;

impl Hasher for Quick {
    fn write(&mut self, bytes: &[u8]) {
        let mut chunks = bytes.chunks_exact(8);
        for chunk in &mut chunks {
            let word = chunk
                .iter()
                .fold(0, |word, &byte| word << 8 | u64::from(byte));
            self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(PRIME);
        }
        let rest = chunks
            .remainder()
            .iter()
            .fold(0, |word, &byte| word << 8 | u64::from(byte));
        self.0 = (self.0.rotate_left(5) ^ rest).wrapping_mul(PRIME);
    }

    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 32)
    }
}
