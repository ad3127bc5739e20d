//! What is known of words before any training: which cluster of likes a word belongs to, and which names stand in gazetteers. Kept as sorted
//! fingerprints in buckets: four bytes a word, and one word of some twelve thousand unknown ones is taken for another.

use crate::hash::{join, lower};
use crate::token::tokenise;

/// Buckets of a table: 2^16, chosen by the highest bits of the hash; the next 16 bits are the fingerprint.
const BUCKETS: usize = 1 << 16;
/// Set in a gazetteer's value where a longer name begins with this one.
pub const PREFIX: u16 = 1 << 15;

/// From the hash of a word or name to a value of 16 bits.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Table {
    offsets: Vec<u32>,
    entries: Vec<[u16; 2]>,
}

impl Table {
    /// Makes a table; of entries that share bucket and fingerprint, `merge` decides.
    #[must_use]
    pub fn build(
        entries: impl IntoIterator<Item = (u64, u16)>,
        merge: impl Fn(u16, u16) -> u16,
    ) -> Self {
        let mut all: Vec<(u32, u16)> = entries
            .into_iter()
            .map(|(hash, value)| ((hash >> 32) as u32, value))
            .collect();
        all.sort_by_key(|&(key, _)| key);
        let mut unique: Vec<(u32, u16)> = Vec::with_capacity(all.len());
        for (key, value) in all {
            match unique.last_mut() {
                Some(last) if last.0 == key => last.1 = merge(last.1, value),
                _ => unique.push((key, value)),
            }
        }
        let mut counts = vec![0_u8; BUCKETS];
        // A bucket's count is a byte in the file. Hashes spread so evenly that none comes near; a table made to break it loses entries.
        unique.retain(|&(key, _)| {
            let count = &mut counts[(key >> 16) as usize];
            let room = *count < u8::MAX;
            *count += u8::from(room);
            room
        });
        let entries = unique
            .into_iter()
            .map(|(key, value)| [key as u16, value])
            .collect();
        Self {
            offsets: offsets(&counts),
            entries,
        }
    }

    /// The value of a hash.
    #[must_use]
    pub fn get(&self, hash: u64) -> Option<u16> {
        let bucket = (hash >> 48) as usize;
        let fingerprint = (hash >> 32) as u16;
        let (start, end) = (*self.offsets.get(bucket)?, *self.offsets.get(bucket + 1)?);
        let entries = self.entries.get(start as usize..end as usize)?;
        entries
            .iter()
            .find(|entry| entry[0] == fingerprint)
            .map(|entry| entry[1])
    }

    /// How many it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it holds nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Counts, then fingerprints, then values: each alone compresses better.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        out.extend((self.entries.len() as u32).to_le_bytes());
        for bucket in 0..BUCKETS {
            let count = self
                .offsets
                .get(bucket + 1)
                .zip(self.offsets.get(bucket))
                .map_or(0, |(end, start)| end - start);
            out.push(count as u8);
        }
        for part in 0..2 {
            out.extend(
                self.entries
                    .iter()
                    .flat_map(|entry| entry[part].to_le_bytes()),
            );
        }
    }

    pub(crate) fn read(bytes: &mut &[u8]) -> Option<Self> {
        let size = u32::from_le_bytes(take(bytes, 4)?.try_into().ok()?) as usize;
        let counts = take(bytes, BUCKETS)?;
        let fingerprints = take(bytes, size.checked_mul(2)?)?;
        let values = take(bytes, size * 2)?;
        let pairs = fingerprints.chunks_exact(2).zip(values.chunks_exact(2));
        let entries = pairs
            .map(|(one, other)| {
                [
                    u16::from_le_bytes([one[0], one[1]]),
                    u16::from_le_bytes([other[0], other[1]]),
                ]
            })
            .collect();
        let table = Self {
            offsets: offsets(counts),
            entries,
        };
        (*table.offsets.last()? as usize == size).then_some(table)
    }
}

fn offsets(counts: &[u8]) -> Vec<u32> {
    let mut total = 0;
    let mut offsets = vec![0];
    offsets.extend(counts.iter().map(|&count| {
        total += u32::from(count);
        total
    }));
    offsets
}

/// The next `size` bytes.
pub(crate) fn take<'b>(bytes: &mut &'b [u8], size: usize) -> Option<&'b [u8]> {
    let (taken, rest) = bytes.split_at_checked(size)?;
    *bytes = rest;
    Some(taken)
}

/// The key of a name in a gazetteer, and those of the names it begins with; the name is cut as any text is.
#[must_use]
pub fn gazetteer_key(name: &str) -> Option<(u64, Vec<u64>)> {
    let mut keys = Vec::new();
    for token in tokenise(name) {
        let word = lower(&name[token.start..token.end]);
        keys.push(keys.last().map_or(word, |&before| join(before, word)));
    }
    let whole = keys.pop()?;
    Some((whole, keys))
}

/// Clusters and gazetteers together.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Lexicon {
    /// Word in lower case to its row.
    pub words: Table,
    /// For each row its coarse (64) and its fine (512) cluster.
    pub clusters: Vec<[u16; 2]>,
    /// Name to the lists that it stands in, as bits, and [`PREFIX`].
    pub names: Table,
}

impl Lexicon {
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        self.words.write(out);
        out.extend((self.clusters.len() as u32).to_le_bytes());
        out.extend(
            self.clusters
                .iter()
                .flatten()
                .flat_map(|cluster| cluster.to_le_bytes()),
        );
        self.names.write(out);
    }

    pub(crate) fn read(bytes: &mut &[u8]) -> Option<Self> {
        let words = Table::read(bytes)?;
        let size = u32::from_le_bytes(take(bytes, 4)?.try_into().ok()?) as usize;
        let rows = take(bytes, size.checked_mul(4)?)?;
        let clusters = rows
            .chunks_exact(4)
            .map(|row| {
                [
                    u16::from_le_bytes([row[0], row[1]]),
                    u16::from_le_bytes([row[2], row[3]]),
                ]
            })
            .collect();
        let names = Table::read(bytes)?;
        Some(Self {
            words,
            clusters,
            names,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_is_found_and_survives_the_file() {
        let words: Vec<String> = (0..5000).map(|n| format!("word{n}")).collect();
        let table = Table::build(
            words
                .iter()
                .enumerate()
                .map(|(n, word)| (lower(word), n as u16)),
            |one, _| one,
        );
        let mut bytes = Vec::new();
        table.write(&mut bytes);
        let again = Table::read(&mut bytes.as_slice()).unwrap();
        assert_eq!(table, again);
        for (n, word) in words.iter().enumerate() {
            assert_eq!(again.get(lower(word)), Some(n as u16));
        }
        let strangers = (0..100_000)
            .filter(|n| table.get(lower(&format!("stranger{n}"))).is_some())
            .count();
        assert!(strangers < 10, "{strangers}");
    }

    #[test]
    fn a_cut_file_gives_no_table() {
        let mut bytes = Vec::new();
        Table::build([(lower("a"), 1)], |one, _| one).write(&mut bytes);
        for size in [0, 3, 4, 100, bytes.len() - 1] {
            assert_eq!(Table::read(&mut &bytes[..size]), None);
        }
        bytes[4] += 1;
        assert_eq!(Table::read(&mut bytes.as_slice()), None);
    }
}
