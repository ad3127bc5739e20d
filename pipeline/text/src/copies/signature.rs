//! What is kept of a text to know its copies by.

use crate::similar::{hash, words};

/// Words of a shingle. Of three, texts on one subject have many in common; of eight, a changed word costs too many.
const SHINGLE_WORDS: usize = 5;

/// The base of the rolling hash over a shingle's words (Richard Karp and Michael Rabin, *Efficient randomized pattern-matching algorithms*, 1987): odd, so
/// that no word is lost.
const ROLLING: u64 = 0x9e37_79b9_7f4a_7c15;

/// What the word that leaves the shingle has been multiplied by since it came.
const LEAVING: u64 = ROLLING.wrapping_pow(SHINGLE_WORDS as u32 - 1);

/// Words that are looked at: a text beyond is told by its beginning, and the work for one article is bounded.
const MAX_WORDS: usize = 20_000;

/// The fewest shingles that a text is known by: what is shorter is as likely a notice ("this page needs a subscription") or a sentence that several
/// houses write alike.
const MIN_SHINGLES: usize = 25;

/// Hashes of shingles that are kept of a text. The share that two texts have in common is then known to 6 % (one standard deviation, at worst).
const SAMPLE: usize = 64;

/// Hashes of pairs of figures that are kept.
const FIGURES: usize = 24;

/// Shingles that a text is found by, of its whole.
const WHOLE_ANCHORS: usize = 9;

/// Shingles that it is found by, at the most.
const MAX_ANCHORS: usize = 16;

/// Words of the beginning, from which the other anchors are: copies are cut from the end, and a short one has few of the anchors of the whole.
const LEAD_WORDS: usize = 120;

/// The first byte of a stored signature.
const VERSION: u8 = 1;

/// What is kept of a text: samples of its word sequences and its figures, and the anchors that it is found by.
///
/// The samples are the smallest hashes (Andrei Broder, *On the resemblance and containment of documents*, 1997; Edith Cohen and Haim Kaplan, *Summarizing
/// data using bottom-k sketches*, PODC 2007): of two texts of any lengths they tell which share of one is in the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// Different shingles in the text.
    shingles: u32,
    /// The smallest of their hashes, ascending.
    sample: Vec<u32>,
    /// The smallest hashes of its figures, two in a row, ascending.
    figures: Vec<u32>,
    /// Whether `figures` are all there are.
    all_figures: bool,
    /// Keys in [`Index`](super::Index).
    anchors: Vec<u32>,
}

impl Signature {
    /// The signature of a text; absent for one that is too short (about thirty words) to be told from others.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        let read = Read::text(text);
        let lead_end = read.shingles.len().min(LEAD_WORDS);
        let mut lead = read.shingles[..lead_end].to_vec();
        let mut whole = read.shingles;
        whole.sort_unstable();
        whole.dedup();
        if whole.len() < MIN_SHINGLES {
            return None;
        }
        lead.sort_unstable();
        lead.dedup();
        let mut figures = read.figures;
        figures.sort_unstable();
        figures.dedup();
        let all_figures = figures.len() <= FIGURES;
        figures.truncate(FIGURES);
        let shingles = u32::try_from(whole.len()).unwrap_or(u32::MAX);
        let anchors = anchors(&whole, &lead);
        whole.truncate(SAMPLE);
        Some(Self {
            shingles,
            sample: whole.into_iter().map(order).collect(),
            figures,
            all_figures,
            anchors,
        })
    }

    /// The keys that the text is found by, sixteen at the most.
    #[must_use]
    pub fn anchors(&self) -> &[u32] {
        &self.anchors
    }

    /// Different sequences of words in the text.
    pub(super) fn shingles(&self) -> u32 {
        self.shingles
    }

    pub(super) fn sample(&self) -> Sample<'_> {
        Sample {
            hashes: &self.sample,
            is_all: self.sample.len() == self.shingles as usize,
        }
    }

    pub(super) fn figures(&self) -> Sample<'_> {
        Sample {
            hashes: &self.figures,
            is_all: self.all_figures,
        }
    }

    /// As it is stored: little-endian, at most 425 bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let lists = [&self.sample, &self.figures, &self.anchors];
        let hashes: usize = lists.iter().map(|list| list.len()).sum();
        let mut bytes = Vec::with_capacity(9 + 4 * hashes);
        bytes.extend([VERSION, u8::from(self.all_figures)]);
        bytes.extend(self.shingles.to_le_bytes());
        // None of the lists is longer than its limit, so their lengths fit.
        bytes.extend(lists.map(|list| list.len() as u8));
        for hash in lists.into_iter().flatten() {
            bytes.extend(hash.to_le_bytes());
        }
        bytes
    }

    /// A stored signature; absent where the bytes are none, or one of another version.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (head, hashes) = bytes.split_first_chunk::<9>()?;
        let [version, all_figures, a, b, c, d, sample, figures, anchors] = *head;
        let lengths = [sample, figures, anchors].map(usize::from);
        if version != VERSION || hashes.len() != 4 * lengths.iter().sum::<usize>() {
            return None;
        }
        let (hashes, _) = hashes.as_chunks::<4>();
        let mut hashes = hashes.iter().map(|bytes| u32::from_le_bytes(*bytes));
        let [sample, figures, anchors] =
            lengths.map(|length| hashes.by_ref().take(length).collect());
        Some(Self {
            shingles: u32::from_le_bytes([a, b, c, d]),
            sample,
            figures,
            all_figures: all_figures != 0,
            anchors,
        })
    }
}

/// The smallest hashes of a set.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sample<'a> {
    /// Ascending.
    pub(super) hashes: &'a [u32],
    /// Whether the set has no others.
    pub(super) is_all: bool,
}

/// The hashes of a text, in its order.
#[derive(Default)]
struct Read {
    shingles: Vec<u64>,
    figures: Vec<u32>,
}

impl Read {
    fn text(text: &str) -> Self {
        let mut read = Self::default();
        let mut shingle = [0_u64; SHINGLE_WORDS];
        let mut rolling = 0_u64;
        let mut count = 0_usize;
        let mut figure_before = None;
        words::for_each(text, |word, _| {
            count += 1;
            if count > MAX_WORDS {
                return;
            }
            let word_hash = hash::word(word);
            let leaving = std::mem::replace(&mut shingle[count % SHINGLE_WORDS], word_hash);
            rolling = rolling
                .wrapping_sub(leaving.wrapping_mul(LEAVING))
                .wrapping_mul(ROLLING)
                .wrapping_add(word_hash);
            if count >= SHINGLE_WORDS {
                read.shingles.push(hash::mix(rolling));
            }
            // Two figures in a row are hardly ever the same by chance, as one is: half of all figures have one digit.
            if word.bytes().any(|byte| byte.is_ascii_digit()) {
                let before = figure_before.replace(word_hash);
                let pair = before.map(|before| order(hash::sequence(&[before, word_hash])));
                read.figures.extend(pair);
            }
        });
        read
    }
}

/// What hashes are sorted and compared by: their upper half.
fn order(hash: u64) -> u32 {
    (hash >> 32) as u32
}

/// What hashes are found by: their lower half, which their order says nothing about.
fn key(hash: u64) -> u32 {
    hash as u32
}

/// The smallest of the whole, then the smallest of the lead, then further ones of the whole.
fn anchors(whole: &[u64], lead: &[u64]) -> Vec<u32> {
    let (first, further) = whole.split_at(whole.len().min(WHOLE_ANCHORS));
    let mut anchors: Vec<u32> = first.iter().copied().map(key).collect();
    let lead = lead.iter().take(MAX_ANCHORS - WHOLE_ANCHORS);
    for anchor in lead.chain(further).copied().map(key) {
        if anchors.len() == MAX_ANCHORS {
            break;
        }
        if !anchors.contains(&anchor) {
            anchors.push(anchor);
        }
    }
    anchors
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;
    use crate::samples::{HARBOUR, MARKET_IN_CHINESE};

    #[test]
    fn signatures_stay_what_they_are() {
        let signature = Signature::of(&HARBOUR.join("\n\n")).unwrap();
        assert_eq!(signature.sample.len(), SAMPLE);
        assert_eq!(signature.anchors.len(), MAX_ANCHORS);
        let told = (
            &signature.sample[..2],
            &signature.anchors[..2],
            signature.shingles,
            &signature.figures[..1],
        );
        assert_eq!(
            told,
            (
                &[7_299_408_u32, 23_018_517][..],
                &[3_483_850_067_u32, 2_831_661_719][..],
                244,
                &[512_872_072_u32][..]
            )
        );
    }

    #[test]
    fn short_texts_have_none() {
        assert_eq!(Signature::of(""), None);
        let words: Vec<String> = (0..29).map(|number| format!("word{number}")).collect();
        assert!(Signature::of(&words.join(" ")).is_some());
        assert_eq!(Signature::of(&words[1..].join(" ")), None);
        assert_eq!(Signature::of(&"the same over and over ".repeat(100)), None);
        assert!(Signature::of(MARKET_IN_CHINESE).is_some());
    }

    #[test]
    fn a_book_is_told_by_its_beginning() {
        let words: Vec<String> = (0..MAX_WORDS * 3)
            .map(|number| format!("w{number}"))
            .collect();
        let book = Signature::of(&words.join(" ")).unwrap();
        assert_eq!(book, Signature::of(&words[..MAX_WORDS].join(" ")).unwrap());
    }

    proptest! {
        #[test]
        fn what_is_stored_comes_back(text in "([a-e]{1,3}|[0-9]{1,2}| ){0,300}") {
            if let Some(signature) = Signature::of(&text) {
                let bytes = signature.to_bytes();
                prop_assert!(bytes.len() <= 9 + 4 * (SAMPLE + FIGURES + MAX_ANCHORS));
                prop_assert_eq!(Signature::from_bytes(&bytes), Some(signature));
                prop_assert_eq!(Signature::from_bytes(&bytes[1..]), None);
            }
        }

        #[test]
        fn any_bytes_are_a_signature_or_none(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            if let Some(signature) = Signature::from_bytes(&bytes) {
                prop_assert_eq!(Signature::from_bytes(&signature.to_bytes()), Some(signature));
            }
        }

        #[test]
        fn case_and_spacing_make_no_difference(words in prop::collection::vec("[a-z]{1,8}", 40..80)) {
            prop_assert_eq!(Signature::of(&words.join(" ")), Signature::of(&words.join(",\n").to_uppercase()));
        }
    }
}
