//! The features of the second pass: what the first made of this token and its neighbours, of the same word and the same name elsewhere in the
//! document, and of the name that a row of initials stands for.

use super::first::{ByHash, Sight};
use super::{Facts, Features, flags};
use crate::hash::{Letters, feature, join};
use crate::label::{Kind, Label, Place};
use crate::tagger::spans;

/// Votes for each kind, and for none.
const VOTES: usize = Kind::ALL.len() + 1;

/// What the first pass made of a document, counted.
#[derive(Debug, Default)]
pub struct Opinion {
    /// By word in lower case: labels of its occurrences with a capital.
    words: ByHash<Votes>,
    /// By name in lower case: the kinds it got.
    names: ByHash<Votes>,
    /// By initials: the kind of the name they are of.
    initials: ByHash<u8>,
    /// For each token the hash of the name it is part of, or 0.
    name_at: Vec<u64>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Votes {
    kinds: [u16; VOTES],
    /// Bits: part of a longer name of that kind, not last and last.
    inside: u8,
    last: u8,
}

impl Votes {
    /// The first kind but for `own`, and how sure: 0 for nobody, else kind and whether nobody disagrees.
    fn winner(&self, own: usize) -> u64 {
        let (mut best, mut most, mut total) = (0, 0, 0);
        for kind in 0..VOTES {
            let votes = self.kinds[kind] - u16::from(kind == own && self.kinds[kind] > 0);
            total += u32::from(votes);
            if votes > most {
                (best, most) = (kind, votes);
            }
        }
        if most == 0 {
            return 0;
        }
        let share = if u32::from(most) == total {
            0
        } else if u32::from(most) * 3 >= total * 2 {
            1
        } else {
            2
        };
        (1 + best as u64) * 8 + share * 2 + u64::from(most > 1)
    }
}

const fn index(label: Label) -> usize {
    match label.kind() {
        Some(kind) => kind as usize,
        None => VOTES - 1,
    }
}

impl Opinion {
    /// Counts what the first pass made of a document.
    #[must_use]
    pub fn of(sight: &Sight<'_>, labels: &[Label]) -> Self {
        let facts = &sight.facts;
        let mut opinion = Self {
            name_at: vec![0; facts.len()],
            ..Self::default()
        };
        for (fact, &label) in facts.iter().zip(labels) {
            if fact.is(flags::WORD)
                && (label.0 != 0 || fact.is(flags::CAPITAL) && fact.is(flags::USUAL))
            {
                let votes = opinion.words.entry(fact.lower).or_default();
                let kind = &mut votes.kinds[index(label)];
                *kind = kind.saturating_add(1);
                match (label.kind(), label.place()) {
                    (Some(kind), Some(Place::Begin | Place::Inside)) => {
                        votes.inside |= 1 << kind as u8
                    }
                    (Some(kind), Some(Place::Last)) => votes.last |= 1 << kind as u8,
                    _ => {}
                }
            }
        }
        let mut start = 0;
        for &end in &sight.document.ends {
            for (from, to, kind) in spans(&labels[start..end]) {
                opinion.name(facts, start + from, start + to, kind);
            }
            start = end;
        }
        opinion
    }

    fn name(&mut self, facts: &[Facts], from: usize, to: usize, kind: Kind) {
        let name = facts[from..to]
            .iter()
            .fold(3, |name, fact| join(name, fact.lower));
        self.name_at[from..to].fill(name);
        let votes = &mut self.names.entry(name).or_default().kinds[kind as usize];
        *votes = votes.saturating_add(1);
        if to - from < 2 {
            return;
        }
        // Initials with and without the small words: "United Nations", "Institute for the Study of War" (ISW), "Department of Defense" (DOD).
        let (mut all, mut capitals) = (Letters::new(), Letters::new());
        for fact in &facts[from..to] {
            if fact.is(flags::WORD) {
                let first = fact.prefixes[0];
                all.push(first as u32);
                if fact.is(flags::CAPITAL) {
                    capitals.push(first as u32);
                }
            }
        }
        self.initials.insert(all.finish(), kind as u8 + 1);
        self.initials.insert(capitals.finish(), kind as u8 + 1);
    }
}

/// The hash of a word's letters as if they were initials.
fn as_initials(word: &str) -> u64 {
    let mut letters = Letters::new();
    for letter in word.chars().filter(|&letter| letter != '.') {
        let mut one = Letters::new();
        one.push(crate::hash::fold(letter));
        letters.push(one.finish() as u32);
    }
    letters.finish()
}

/// Adds the features of the token at `at` of the sentence of tokens `start..end`; `labels` are the first pass's, of the whole document.
pub fn second(
    sight: &Sight<'_>,
    opinion: &Opinion,
    labels: &[Label],
    start: usize,
    end: usize,
    at: usize,
    features: &mut Features,
) {
    if sight.facts[at].is(flags::QUIET) {
        return;
    }
    let near = |step: isize| -> u64 {
        match at.checked_add_signed(step) {
            Some(place) if (start..end).contains(&place) => u64::from(labels[place].0),
            _ => 31,
        }
    };
    let fact = &sight.facts[at];
    let own = near(0);
    let mut add = |about: u64, value: u64| features.push(feature(about, value));
    add(100, own);
    add(101, near(-1) << 5 | own);
    add(102, own << 5 | near(1));
    add(103, near(-1) << 10 | own << 5 | near(1));
    add(104, near(-2) << 10 | near(-1) << 5 | own);
    add(105, own << 10 | near(1) << 5 | near(2));
    add(106, fact.lower ^ own);
    add(107, u64::from(fact.fine) << 5 | own);
    add(108, fact.shape ^ own);
    if !fact.is(flags::WORD) {
        return;
    }
    if let Some(votes) = opinion.words.get(&fact.lower) {
        let winner = votes.winner(index(labels[at]));
        add(110, winner);
        add(111, winner << 5 | own);
        add(112, u64::from(votes.inside) << 8 | u64::from(votes.last));
        add(
            113,
            u64::from(votes.inside) << 16 | u64::from(votes.last) << 8 | own,
        );
        add(114, winner ^ fact.shape);
    }
    for (about, other) in [(115, at.checked_sub(1)), (116, Some(at + 1))] {
        let Some(other) = other.filter(|other| (start..end).contains(other)) else {
            continue;
        };
        if let Some(votes) = opinion.words.get(&sight.facts[other].lower) {
            let winner = votes.winner(index(labels[other]));
            add(about, winner << 5 | own);
        }
    }
    if opinion.name_at[at] != 0
        && let Some(votes) = opinion.names.get(&opinion.name_at[at])
    {
        add(117, votes.winner(index(labels[at])) << 5 | own);
    }
    if fact.is(flags::INITIALS) {
        let token = &sight.document.tokens[at];
        let kind = opinion
            .initials
            .get(&as_initials(sight.document.word(token)))
            .copied()
            .unwrap_or(0);
        add(118, u64::from(kind));
        add(119, u64::from(kind) << 5 | own);
    }
}
