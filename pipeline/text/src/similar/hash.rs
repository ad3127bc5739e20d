//! The hash functions behind the sketch. They are fixed for good: stored sketches depend on them.

/// FNV-1a of the bytes, 64 bits, by Glenn Fowler, Landon Curt Noll and Kiem-Phong Vo (RFC 9923).
pub(crate) fn word(word: &str) -> u64 {
    const OFFSET_BASIS: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0000_0100_0000_01b3;
    word.bytes().fold(OFFSET_BASIS, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(PRIME)
    })
}

/// One hash of several, in their order. Each bit of the result depends on each bit of each, as simhash needs it: FNV-1a
/// alone mixes the upper bits of short words badly.
pub(crate) fn sequence(hashes: &[u64]) -> u64 {
    hashes
        .iter()
        .fold(0, |state, &hash| mix(state.rotate_left(5) ^ hash))
}

/// The finaliser of MurmurHash3 for 64 bits, by Austin Appleby, who put it into the public domain: each bit of the result depends on each
/// bit given.
pub(crate) fn mix(mut hash: u64) -> u64 {
    hash ^= hash >> 33;
    hash = hash.wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash ^= hash >> 33;
    hash = hash.wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    hash ^ (hash >> 33)
}

#[cfg(test)]
mod tests {
    use super::{mix, word};

    #[test]
    fn the_published_values_of_fnv_1a() {
        assert_eq!(word(""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(word("a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(word("foobar"), 0x8594_4171_f739_67e8);
    }

    #[test]
    fn mixing_spreads_neighbours() {
        for i in 0..1000_u64 {
            assert!((mix(i) ^ mix(i + 1)).count_ones() > 12, "{i}");
        }
    }
}
