//! Which phrases may begin with a token, as one mask that is looked up: most tokens of a text begin none.

use super::builtin::Builtin;
use super::trie::{Child, Trie, What};
use super::vocabulary::{Key, Vocabulary};
use crate::text::scan::{Shape, Token, UNKNOWN};

/// One bit for each phrase of the table; those beyond the bits share the last one.
pub(crate) type Mask = u64;

/// The bit for tokens that may begin a number or an ordinal.
pub(crate) const NUMBER: Mask = 1 << (Mask::BITS - 1);

/// The bit of a phrase.
pub(crate) fn bit(phrase: usize) -> Mask {
    1 << phrase.min(Mask::BITS as usize - 2)
}

/// The masks of a language's words, marks and numbers.
#[derive(Debug, Default)]
pub(crate) struct Starts {
    /// By word number.
    words: Vec<Mask>,
    marks: Vec<(Key, Mask)>,
    digits: Mask,
    amounts: Mask,
    clocks: Mask,
    triples: Mask,
    /// By word number: whether a phrase may be that word alone, or go on with a word that no table has.
    alone: Vec<bool>,
}

impl Starts {
    pub(crate) fn of(vocabulary: &Vocabulary, phrases: &[Trie]) -> Starts {
        let mut starts = Starts {
            alone: alone(vocabulary, phrases),
            words: vec![0; vocabulary.len()],
            ..Starts::default()
        };
        starts.digits |= NUMBER;
        starts.amounts |= NUMBER;
        for word in 1..vocabulary.len() {
            let numeric = vocabulary.numeric;
            let mut classes = vocabulary.of_word(word as u32);
            if classes.any(|class| class == numeric.number || class == numeric.ordinal) {
                starts.words[word] |= NUMBER;
            }
        }
        for (place, phrase) in phrases.iter().enumerate() {
            let bit = bit(place);
            for word in 1..vocabulary.len() {
                if word_begins(vocabulary, phrase, word as u32) {
                    starts.words[word] |= bit;
                }
            }
            for (key, class) in vocabulary.marked() {
                if phrase.begins_with(Key::class(class)) {
                    starts.set_mark(key, bit);
                }
            }
            for &key in phrase.first_keys() {
                if key.is_digits() {
                    starts.digits |= bit;
                } else {
                    starts.set_mark(key, bit);
                }
            }
            for &asked in phrase.first_builtins() {
                starts.set_builtin(asked, bit);
            }
        }
        starts
    }

    fn set_mark(&mut self, key: Key, bit: Mask) {
        if key.is_digits() {
            self.digits |= bit;
            return;
        }
        match self.marks.iter_mut().find(|(known, _)| *known == key) {
            Some((_, mask)) => *mask |= bit,
            None => self.marks.push((key, bit)),
        }
    }

    fn set_builtin(&mut self, asked: Builtin, bit: Mask) {
        match asked {
            Builtin::Number | Builtin::Ordinal => {
                self.digits |= bit;
                self.amounts |= bit;
            }
            Builtin::DotClock => self.amounts |= bit,
            Builtin::ClockTime => self.clocks |= bit,
            Builtin::Iso | Builtin::Numeric => self.triples |= bit,
            Builtin::Word | Builtin::Capital | Builtin::Name | Builtin::Lower => {}
            _ => self.digits |= bit,
        }
    }

    /// Whether nothing can begin with the first of two tokens because the second is a word that no table has (“the company”).
    pub(crate) fn is_vain(&self, token: &Token, next: Option<&Token>) -> bool {
        let unknown = next.is_none_or(|next| next.shape == Shape::Word && next.word == UNKNOWN);
        let word = token.shape == Shape::Word;
        unknown
            && word
            && !self
                .alone
                .get(token.word as usize)
                .is_some_and(|alone| *alone)
    }

    /// The phrases that may begin with a token. Too many are told rather than too few.
    pub(crate) fn mask(&self, token: &Token) -> Mask {
        match token.shape {
            Shape::Word if token.word == UNKNOWN => 0,
            Shape::Word => self.words.get(token.word as usize).copied().unwrap_or(0),
            Shape::Digits(_) => self.digits,
            Shape::Amount | Shape::Decimal => self.amounts,
            Shape::Clock => self.clocks,
            Shape::Triple => self.triples,
            Shape::Mark => {
                let key = Key::of(token);
                let found = self.marks.iter().find(|(known, _)| Some(*known) == key);
                found.map_or(0, |&(_, mask)| mask)
            }
        }
    }
}

fn word_begins(vocabulary: &Vocabulary, phrase: &Trie, word: u32) -> bool {
    let numeric = vocabulary.numeric;
    let wants_number = phrase
        .first_builtins()
        .iter()
        .any(|asked| matches!(asked, Builtin::Number | Builtin::Ordinal));
    let wants_any = phrase
        .first_builtins()
        .iter()
        .any(|asked| matches!(asked, Builtin::Word | Builtin::Capital));
    let mut meanings = vocabulary.of_word(word);
    wants_any
        || phrase.begins_with(Key::word(word))
        || meanings.any(|class| {
            let number = class == numeric.number || class == numeric.ordinal;
            phrase.begins_with(Key::class(class)) || (wants_number && number)
        })
}

/// Which words may be a phrase alone, phrase by phrase, since later ones are made of earlier ones.
fn alone(vocabulary: &Vocabulary, phrases: &[Trie]) -> Vec<bool> {
    let mut by_phrase: Vec<Vec<bool>> = Vec::new();
    for phrase in phrases {
        let ends = |child: &Child| {
            let node = &phrase.nodes[child.node as usize];
            let any_word = |what: &What| {
                matches!(
                    what,
                    What::Builtin(
                        Builtin::Word | Builtin::Capital | Builtin::Name | Builtin::Lower
                    )
                )
            };
            !node.accepts.is_empty() || node.other.iter().any(|(what, _)| any_word(what))
        };
        let root = &phrase.nodes[0];
        let mut found = vec![false; vocabulary.len()];
        for (word, found) in found.iter_mut().enumerate().skip(1) {
            let own = Key::word(word as u32);
            let means = |key: Key| key == own || vocabulary.single(word as u32, key);
            let keyed = root
                .keyed
                .iter()
                .any(|(key, child)| means(*key) && ends(child));
            *found = keyed
                || root.other.iter().any(|(what, child)| match what {
                    What::Builtin(_) => ends(child),
                    What::Phrase(part) => by_phrase[*part][word] && ends(child),
                });
        }
        by_phrase.push(found);
    }
    let mut all = vec![false; vocabulary.len()];
    for found in by_phrase {
        for (all, found) in all.iter_mut().zip(found) {
            *all |= found;
        }
    }
    all
}
