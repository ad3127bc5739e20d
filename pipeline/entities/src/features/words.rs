//! What is known of each token by itself: hashes of its letters, its shape, its clusters and its lists.

use crate::document::{Casing, Document};
use crate::features::Extractor;
use crate::hash::{Letters, fold, join};
use crate::lexicon::PREFIX;
use crate::token::{Gap, Token, TokenKind};

/// Tokens of the longest name that is looked up in the gazetteers.
const MAX_NAME: usize = 5;
/// Tokens of the longest row of capitals that is seen as one.
const MAX_ROW: usize = 12;
/// No cluster.
pub(crate) const UNKNOWN: u16 = u16::MAX;

/// Properties of a token, as bits.
pub(crate) mod flags {
    /// Begins with a capital.
    pub(crate) const CAPITAL: u16 = 1;
    /// Capitals only, two at least.
    pub(crate) const UPPER: u16 = 2;
    /// Has a small letter.
    pub(crate) const SMALL: u16 = 4;
    /// Has a digit.
    pub(crate) const DIGIT: u16 = 8;
    /// Is the first word of its sentence.
    pub(crate) const FIRST: u16 = 16;
    /// Follows the token before without a space.
    pub(crate) const GLUED: u16 = 32;
    /// Is a word.
    pub(crate) const WORD: u16 = 64;
    /// Is in a sentence that is written as sentences are.
    pub(crate) const USUAL: u16 = 128;
    /// Is a known word in small letters with no capital near, in a sentence that is written as sentences are. More than half of the tokens of
    /// the news are, one in some thousands is part of a name, and nothing more is asked of them.
    pub(crate) const QUIET: u16 = 256;
    /// Has two capitals at least: may be initials.
    pub(crate) const INITIALS: u16 = 512;
}

/// What is known of one token.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Facts {
    /// Hash of the word as it is written.
    pub(crate) word: u64,
    /// Hash of the word in lower case.
    pub(crate) lower: u64,
    /// Hashes of its first one to four letters, in lower case.
    pub(crate) prefixes: [u64; 4],
    /// Hashes of its last one to four letters, in lower case.
    pub(crate) suffixes: [u64; 4],
    /// Sorts of its letters, rows shortened to one.
    pub(crate) shape: u64,
    /// Sorts of its letters, rows shortened to four.
    pub(crate) long_shape: u64,
    /// The word's row among the word vectors.
    pub(crate) row: u16,
    pub(crate) coarse: u16,
    pub(crate) fine: u16,
    /// Bits of [`flags`].
    pub(crate) flags: u16,
    /// Lists of the gazetteer: bits 0-7 as a whole name, 8-15 as a part of a longer one.
    pub(crate) lists: u16,
    /// 0 usual, 1 title, 2 upper, 3 lower.
    pub(crate) casing: u8,
    /// Tokens from here to the last of the row of words with capitals that this one is in, and from its first to here; 0 and 0 for others.
    pub(crate) ahead: u8,
    pub(crate) behind: u8,
}

impl Facts {
    pub(crate) const fn is(&self, flag: u16) -> bool {
        self.flags & flag != 0
    }
}

impl Extractor<'_> {
    /// The facts of all tokens of a document.
    pub(crate) fn facts(&self, document: &Document<'_>) -> Vec<Facts> {
        let mut facts = Vec::with_capacity(document.tokens.len());
        let mut start = 0;
        for &end in &document.ends {
            let tokens = &document.tokens[start..end];
            let casing = document.casing(tokens);
            let mut first = flags::FIRST;
            for token in tokens {
                let mut fact = self.fact(document.word(token), token, casing);
                if fact.is(flags::WORD) {
                    fact.flags |= first;
                    first = 0;
                }
                facts.push(fact);
            }
            if casing == Casing::Usual {
                quiet(&mut facts[start..]);
            }
            rows(&mut facts[start..]);
            if self.switches.gazetteers {
                self.lists(&mut facts[start..]);
            }
            start = end;
        }
        facts
    }

    fn fact(&self, word: &str, token: &Token, casing: Casing) -> Facts {
        let mut fact = letters(word);
        if token.kind == TokenKind::Word {
            fact.flags |= flags::WORD;
        }
        if token.gap == Gap::None {
            fact.flags |= flags::GLUED;
        }
        match casing {
            Casing::Usual => fact.flags |= flags::USUAL,
            Casing::Title => fact.casing = 1,
            Casing::Upper => {
                fact.casing = 2;
                fact.word = fact.lower;
            }
            Casing::Lower => fact.casing = 3,
        }
        if token.kind == TokenKind::Address {
            // Nothing in an address is worth remembering.
            fact.word = 1;
            fact.lower = 1;
            fact.long_shape = 1;
        }
        (fact.row, fact.coarse, fact.fine) = (UNKNOWN, UNKNOWN, UNKNOWN);
        if self.switches.clusters
            && let Some(row) = self.lexicon.words.get(fact.lower)
            && let Some(&[coarse, fine]) = self.lexicon.clusters.get(usize::from(row))
        {
            (fact.row, fact.coarse, fact.fine) = (row, coarse, fine);
        }
        fact
    }

    /// Finds the names of the gazetteers in a sentence.
    fn lists(&self, facts: &mut [Facts]) {
        for start in 0..facts.len() {
            if !facts[start].is(flags::CAPITAL) {
                continue;
            }
            let mut key = facts[start].lower;
            for end in start + 1..=(start + MAX_NAME).min(facts.len()) {
                let Some(value) = self.lexicon.names.get(key) else {
                    break;
                };
                let lists = value & 0xff;
                if end - start == 1 {
                    facts[start].lists |= lists;
                } else {
                    facts[start..end]
                        .iter_mut()
                        .for_each(|fact| fact.lists |= lists << 8);
                }
                if value & PREFIX == 0 {
                    break;
                }
                if let Some(next) = facts.get(end) {
                    key = join(key, next.lower);
                }
            }
        }
    }
}

/// Tells the words of each row of capitals where it begins and ends; hyphens and ampersands within do not part it.
fn rows(facts: &mut [Facts]) {
    let ampersand = letters("&").shape;
    let mut at = 0;
    while at < facts.len() {
        let mut end = at;
        let mut next = at;
        while next < facts.len() && next - at < MAX_ROW {
            if facts[next].is(flags::CAPITAL) {
                end = next + 1;
            } else if next == at
                || next > end
                || !(facts[next].is(flags::GLUED) && !facts[next].is(flags::WORD)
                    || facts[next].shape == ampersand)
            {
                break;
            }
            next += 1;
        }
        let count = end - at;
        for (place, fact) in facts[at..end].iter_mut().enumerate() {
            fact.behind = place as u8;
            fact.ahead = (count - 1 - place) as u8;
        }
        at = end.max(at + 1);
    }
}

/// Marks the tokens of a sentence that have no capital within two tokens.
fn quiet(facts: &mut [Facts]) {
    // Bit n: the token n before this one, or this, or after, has a capital.
    let mut near = 0_u8;
    for ahead in 0..facts.len() + 2 {
        near = near << 1 | u8::from(facts.get(ahead).is_some_and(|fact| fact.is(flags::CAPITAL)));
        let Some(fact) = ahead.checked_sub(2).and_then(|at| facts.get_mut(at)) else {
            continue;
        };
        if near & 0b1_1111 == 0 && (fact.row != UNKNOWN || !fact.is(flags::WORD)) {
            fact.flags |= flags::QUIET;
        }
    }
}

/// What the letters of a word say.
fn letters(word: &str) -> Facts {
    let mut fact = Facts::default();
    let (mut cased, mut small) = (Letters::new(), Letters::new());
    let (mut shape, mut long_shape) = (Letters::new(), Letters::new());
    let (mut last_sort, mut row) = (0, 0);
    let mut count = 0_usize;
    let mut tail = [0_u32; 4];
    let (mut capitals, mut others) = (0, 0);
    for letter in word.chars() {
        let (sort, lower) = (sort(letter), fold(letter));
        cased.push(u32::from(letter));
        small.push(lower);
        if count < 4 {
            fact.prefixes[count] = small.finish();
        }
        tail[count % 4] = lower;
        row = if sort == last_sort { row + 1 } else { 1 };
        if row == 1 {
            shape.push(sort);
        }
        if row <= 4 {
            long_shape.push(sort);
        }
        last_sort = sort;
        match sort {
            UPPER => capitals += 1,
            SMALL => fact.flags |= flags::SMALL,
            DIGIT => fact.flags |= flags::DIGIT,
            _ => others += 1,
        }
        if count == 0 && sort == UPPER {
            fact.flags |= flags::CAPITAL;
        }
        count += 1;
    }
    // A prefix or suffix that is the whole word counts as well: it says that the word is short.
    for known in count.min(4)..4 {
        fact.prefixes[known] = 0;
    }
    let mut suffix = Letters::new();
    for size in 0..count.min(4) {
        suffix.push(tail[(count - 1 - size) % 4]);
        fact.suffixes[size] = suffix.finish();
    }
    if capitals >= 2 {
        fact.flags |= flags::INITIALS;
    }
    if capitals >= 2 && capitals + others >= count {
        fact.flags |= flags::UPPER;
    }
    fact.word = cased.finish();
    fact.lower = small.finish();
    fact.shape = shape.finish();
    fact.long_shape = long_shape.finish();
    fact
}

const UPPER: u32 = 1;
const SMALL: u32 = 2;
const DIGIT: u32 = 3;
const OTHER: u32 = 4;

/// The sort of a character; marks are their own sort.
fn sort(letter: char) -> u32 {
    match letter {
        'a'..='z' => SMALL,
        'A'..='Z' => UPPER,
        '0'..='9' => DIGIT,
        '\0'..='\x7f' | '’' | 'ʼ' => fold(letter),
        _ if letter.is_uppercase() => UPPER,
        _ if letter.is_lowercase() => SMALL,
        _ => OTHER,
    }
}
