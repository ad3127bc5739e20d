//! Near-duplicates: a sketch of 64 bits that changes little when its text changes little.
//!
//! The sketch is a simhash (Moses Charikar, *Similarity Estimation Techniques from Rounding Algorithms*, STOC 2002) over word
//! shingles. Sketches are stored, so that how a text becomes one is part of the data format: the tests pin values, and a
//! change here means a new kind of sketch. It judges wording alone, not meaning.

pub(crate) mod hash;
mod tally;
#[cfg(test)]
mod tests;
pub(crate) mod words;

use std::collections::HashSet;

use words::Kind;

/// The words of one shingle.
///
/// Single words make all articles of a language alike: ours were 13 to 19 bits apart, of two words 28 to 32. With three or
/// more, short edits cost more, and different articles are no further apart.
const SHINGLE_WORDS: usize = 2;

/// The fewest words a text needs for a sketch.
///
/// Below it a changed sentence is most of the text, and what is equal is as likely a notice ("this page needs a
/// subscription") as an article. A title with a two-line summary stays below it, the shortest agency item is above.
const MIN_WORDS: usize = 40;

/// The largest distance of texts that count as nearly the same, in bits of 64.
///
/// Changing the share `d` of a text's shingles turns about `64 * arccos(1 - d) / pi` bits: 6 for 5 %, 9 for 10 %, 13 for
/// 20 %. Light edits to our own articles of 150 to 250 words (numbers updated, a sentence rewritten, a paragraph added or
/// cut) turned 10 at most; different articles, two of them on the same storm, were 28 apart at least. The tests measure
/// both. By chance, two texts of one language come this near about once in 10^7 pairs: whoever compares with very many
/// articles should ask a second witness, such as [`title_overlap`] or the time.
const MAX_CLOSE_DISTANCE: u32 = 10;

/// The sketch of a text; absent for texts of fewer than 40 words (or characters, in scripts without spaces), where it would
/// say nothing.
///
/// Case, punctuation and spacing make no difference. The value is the same on every platform and in every release.
pub fn sketch(text: &str) -> Option<u64> {
    let mut tally = tally::Tally::default();
    let mut shingle = [0_u64; SHINGLE_WORDS];
    let mut word_count = 0_usize;
    words::for_each(text, |word, _| {
        shingle.rotate_left(1);
        shingle[SHINGLE_WORDS - 1] = hash::word(word);
        word_count += 1;
        if word_count >= SHINGLE_WORDS {
            tally.add(hash::sequence(&shingle));
        }
    });
    (word_count >= MIN_WORDS).then(|| tally.majority())
}

/// The number of bits in which two sketches differ, 0 to 64.
pub fn distance(a: u64, b: u64) -> u32 {
    (a ^ b).count_ones()
}

/// Whether two sketches are those of nearly the same text.
pub fn close(a: u64, b: u64) -> bool {
    distance(a, b) <= MAX_CLOSE_DISTANCE
}

/// How much two titles have in common: the words of both, as a share of the words of either (the Jaccard index), 0 to 1.
///
/// Case and punctuation make no difference, nor do order and repetition. In scripts without spaces pairs of neighbouring
/// characters stand for words. Two titles without words have nothing in common.
pub fn title_overlap(a: &str, b: &str) -> f64 {
    let (a, b) = (title_terms(a), title_terms(b));
    let common = a.intersection(&b).count();
    let all = a.len() + b.len() - common;
    if all == 0 {
        0.0
    } else {
        common as f64 / all as f64
    }
}

/// The hashes of what a title is compared by: its words, and in scripts without spaces its pairs of neighbours (or its single
/// character, where it has no neighbour).
fn title_terms(title: &str) -> HashSet<u64> {
    let mut terms = HashSet::new();
    let mut previous = 0;
    let mut without_neighbour = None;
    words::for_each(title, |word, kind| {
        let term = hash::word(word);
        match kind {
            Kind::Spaced => {
                terms.insert(term);
            }
            Kind::Unspaced { follows: true } => {
                without_neighbour = None;
                terms.insert(hash::sequence(&[previous, term]));
            }
            Kind::Unspaced { follows: false } => terms.extend(without_neighbour.replace(term)),
        }
        previous = term;
    });
    terms.extend(without_neighbour);
    terms
}
