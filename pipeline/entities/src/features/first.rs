//! The features of the first pass: the token, its neighbours, and the same word elsewhere in the document.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use super::words::UNKNOWN;
use super::{Extractor, Facts, Features, flags};
use crate::document::Document;
use crate::hash::{feature, join};

/// A document with what its tokens' features are made of.
#[derive(Debug)]
pub struct Sight<'d> {
    /// The document.
    pub document: &'d Document<'d>,
    pub(crate) facts: Vec<Facts>,
    /// For each sentence the number of tokens up to and with its last.
    elsewhere: ByHash<Elsewhere>,
}

/// What a document says of a word (in lower case) over all.
#[derive(Debug, Clone, Copy, Default)]
struct Elsewhere {
    /// Times in small letters, with a capital within a sentence, in capitals within a sentence.
    small: u16,
    capital: u16,
    upper: u16,
}

/// A map by numbers that are hashes already.
pub(crate) type ByHash<V> = HashMap<u64, V, BuildHasherDefault<AsIs>>;

#[derive(Debug, Default)]
pub(crate) struct AsIs(u64);

impl Hasher for AsIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 << 8) ^ u64::from(byte);
        }
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }
}

impl Extractor<'_> {
    /// Looks a document over.
    #[must_use]
    pub fn look<'d>(&self, document: &'d Document<'d>) -> Sight<'d> {
        let facts = self.facts(document);
        let mut elsewhere = ByHash::<Elsewhere>::default();
        if self.switches.document {
            for fact in &facts {
                if fact.is(flags::WORD) && fact.is(flags::USUAL) {
                    elsewhere.entry(fact.lower).or_default().note(fact);
                }
            }
        }
        Sight {
            document,
            facts,
            elsewhere,
        }
    }
}

impl Elsewhere {
    fn note(&mut self, fact: &Facts) {
        if !fact.is(flags::CAPITAL) {
            self.small = self.small.saturating_add(1);
            return;
        }
        if !fact.is(flags::FIRST) {
            self.capital = self.capital.saturating_add(1);
        }
        if fact.is(flags::UPPER) {
            self.upper = self.upper.saturating_add(1);
        }
    }
}

/// Templates, numbered.
struct Row<'f> {
    features: &'f mut Features,
}

impl Row<'_> {
    fn add(&mut self, about: u64, value: u64) {
        self.features.push(feature(about, value));
    }

    fn two(&mut self, about: u64, one: u64, other: u64) {
        self.add(about, one.rotate_left(21) ^ other);
    }
}

static NOTHING: Facts = Facts {
    word: 2,
    lower: 2,
    prefixes: [0; 4],
    suffixes: [0; 4],
    shape: 2,
    long_shape: 2,
    row: UNKNOWN,
    coarse: UNKNOWN,
    fine: UNKNOWN,
    flags: 0,
    lists: 0,
    casing: 0,
    ahead: 0,
    behind: 0,
};

/// Adds the features of the token at `at` of the sentence of tokens `start..end`.
pub fn first(sight: &Sight<'_>, start: usize, end: usize, at: usize, features: &mut Features) {
    if sight.facts[at].is(flags::QUIET) {
        features.push(feature(0, 0));
        return;
    }
    let near = |step: isize| -> &Facts {
        match at.checked_add_signed(step) {
            Some(place) if (start..end).contains(&place) => &sight.facts[place],
            _ => &NOTHING,
        }
    };
    let fact = near(0);
    let (before, after) = (near(-1), near(1));
    let (before2, after2) = (near(-2), near(2));
    let mut row = Row { features };
    letters(&mut row, fact, before, after);
    neighbours(&mut row, fact, [before2, before], [after, after2]);
    clusters(&mut row, fact, [before2, before], [after, after2]);
    lists(&mut row, fact, before, after);
    if fact.is(flags::CAPITAL) {
        capitals(&mut row, sight, at, fact);
    }
    if fact.is(flags::WORD) {
        document(&mut row, sight, fact);
    }
}

fn letters(row: &mut Row<'_>, fact: &Facts, before: &Facts, after: &Facts) {
    row.add(1, u64::from(fact.casing));
    row.add(2, fact.lower);
    row.add(3, fact.word);
    let writing = u64::from(fact.flags & (flags::FIRST | flags::USUAL | flags::GLUED)) << 3
        | u64::from(fact.casing);
    row.two(4, fact.shape, writing);
    row.add(5, fact.long_shape);
    row.two(6, fact.shape, before.shape);
    row.two(7, fact.shape, after.shape);
    row.add(8, join(fact.shape, before.shape) ^ after.shape);
    if fact.is(flags::WORD) {
        for size in 0..4 {
            if fact.prefixes[size] != 0 {
                row.add(10 + size as u64, fact.prefixes[size]);
                row.add(14 + size as u64, fact.suffixes[size]);
            }
        }
        row.two(18, fact.suffixes[2], fact.shape);
    }
}

fn neighbours(row: &mut Row<'_>, fact: &Facts, before: [&Facts; 2], after: [&Facts; 2]) {
    row.add(20, before[1].lower);
    row.add(21, after[0].lower);
    row.add(22, before[0].lower);
    row.add(23, after[1].lower);
    row.two(24, before[1].lower, fact.lower);
    row.two(25, fact.lower, after[0].lower);
    row.two(26, before[0].lower, before[1].lower);
    row.two(27, after[0].lower, after[1].lower);
    row.two(28, before[1].lower, fact.shape);
    row.two(29, after[0].lower, fact.shape);
    row.two(30, before[1].lower, after[0].lower);
    row.two(31, before[1].suffixes[2], fact.shape);
    row.two(32, after[0].suffixes[2], fact.shape);
}

fn clusters(row: &mut Row<'_>, fact: &Facts, before: [&Facts; 2], after: [&Facts; 2]) {
    let coarse = |fact: &Facts| u64::from(fact.coarse);
    let fine = |fact: &Facts| u64::from(fact.fine);
    for (about, one) in [
        (40, fact),
        (41, before[1]),
        (42, after[0]),
        (43, before[0]),
        (44, after[1]),
    ] {
        if one.row != UNKNOWN {
            row.add(about, fine(one));
            row.add(about + 5, coarse(one));
        }
    }
    if fact.row != UNKNOWN {
        row.add(50, u64::from(fact.row));
        row.two(51, fine(fact), fact.shape);
        row.two(52, coarse(fact), fact.shape);
    }
    row.two(53, fine(before[1]), fine(fact));
    row.two(54, fine(fact), fine(after[0]));
    row.add(
        55,
        coarse(before[1]) << 32 | coarse(fact) << 16 | coarse(after[0]),
    );
    row.add(
        56,
        coarse(before[0]) << 32 | coarse(before[1]) << 16 | coarse(fact),
    );
    row.add(
        57,
        coarse(fact) << 32 | coarse(after[0]) << 16 | coarse(after[1]),
    );
    row.two(58, fine(before[1]), fact.shape);
    row.two(59, fine(after[0]), fact.shape);
}

/// The row of words with capitals that the token is in: the last is what it is ("Otto du Plessis Drive"), the first often whose.
fn capitals(row: &mut Row<'_>, sight: &Sight<'_>, at: usize, fact: &Facts) {
    let (behind, ahead) = (usize::from(fact.behind), usize::from(fact.ahead));
    if behind + ahead == 0 {
        row.add(80, u64::from(fact.casing));
        return;
    }
    let (first, last) = (&sight.facts[at - behind], &sight.facts[at + ahead]);
    let place = (fact.behind.min(3) << 2 | fact.ahead.min(3)).into();
    row.two(81, place, u64::from(fact.casing));
    row.add(82, last.lower);
    row.add(83, first.lower);
    row.two(84, u64::from(last.fine), place);
    row.two(85, u64::from(first.fine), place);
    let after = sight.facts.get(at + ahead + 1).unwrap_or(&NOTHING);
    row.two(86, after.lower, place);
    let before = (at - behind)
        .checked_sub(1)
        .map_or(&NOTHING, |before| &sight.facts[before]);
    row.two(87, before.lower, place);
}

fn lists(row: &mut Row<'_>, fact: &Facts, before: &Facts, after: &Facts) {
    if fact.lists | before.lists | after.lists == 0 {
        return;
    }
    if fact.lists != 0 {
        row.add(60, u64::from(fact.lists));
        row.two(61, u64::from(fact.lists), fact.shape);
        for bit in 0..16 {
            if fact.lists & 1 << bit != 0 {
                row.add(62, bit);
            }
        }
    }
    row.two(63, u64::from(fact.lists), u64::from(before.lists));
    row.two(64, u64::from(fact.lists), u64::from(after.lists));
}

fn document(row: &mut Row<'_>, sight: &Sight<'_>, fact: &Facts) {
    let Some(elsewhere) = sight.elsewhere.get(&fact.lower) else {
        row.two(70, u64::from(fact.casing), fact.shape);
        return;
    };
    // Without this occurrence: nothing, once, more.
    let usual = fact.is(flags::USUAL);
    let but_own = |count: u16, own: bool| count.saturating_sub(u16::from(usual && own));
    let small = but_own(elsewhere.small, !fact.is(flags::CAPITAL));
    let capital = but_own(
        elsewhere.capital,
        fact.is(flags::CAPITAL) && !fact.is(flags::FIRST),
    );
    let upper = but_own(elsewhere.upper, fact.is(flags::UPPER));
    let seen =
        u64::from(small.min(2)) << 4 | u64::from(capital.min(2)) << 2 | u64::from(upper.min(1));
    let writing =
        u64::from(fact.flags & (flags::FIRST | flags::USUAL | flags::CAPITAL | flags::UPPER));
    row.two(71, seen, writing);
    row.two(72, seen, fact.shape);
}
