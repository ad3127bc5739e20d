//! The words of a language: a number for each spelling, found by one probe or two, and what each can mean.

use super::slots::Slot;
use crate::text::scan::{Shape, Token, UNKNOWN};

/// What a pattern can ask of one token, in one number: a word, a mark, a class of words, or a number in digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Key(u32);

const TAG: u32 = 30;

impl Key {
    pub(crate) fn word(word: u32) -> Key {
        Key(word)
    }

    pub(crate) fn mark(mark: char) -> Key {
        Key(1 << TAG | mark as u32)
    }

    pub(crate) fn class(class: u16) -> Key {
        Key(2 << TAG | u32::from(class))
    }

    pub(crate) fn digits(value: i64) -> Key {
        Key(3 << TAG | (value as u32 & ((1 << TAG) - 1)))
    }

    /// The number of the word, where it is one.
    pub(crate) fn number(self) -> u32 {
        self.0 & ((1 << TAG) - 1)
    }

    /// One bit of sixty-four.
    pub(crate) fn bloom(self) -> u64 {
        1 << (self.0.wrapping_mul(0x9E37_79B9) >> 26)
    }

    pub(crate) fn is_digits(self) -> bool {
        self.0 >> TAG == 3
    }

    /// The key of the token itself; none for words that are in no table.
    pub(crate) fn of(token: &Token) -> Option<Key> {
        match token.shape {
            Shape::Word => (token.word != UNKNOWN).then(|| Key::word(token.word)),
            Shape::Mark => char::from_u32(token.word).map(Key::mark),
            Shape::Digits(_) => Some(Key::digits(token.value)),
            _ => None,
        }
    }
}

/// One meaning of a word, or of the words that it begins.
#[derive(Debug, Clone)]
pub(crate) struct Lexeme {
    pub(crate) class: u16,
    pub(crate) value: i64,
    /// What it says beside that: “Montagabend” is a weekday and a part of the day.
    pub(crate) also: Box<[(Slot, i64)]>,
    /// What must follow its first token.
    pub(crate) rest: Box<[Key]>,
    /// Written with a capital always.
    pub(crate) capital: bool,
}

/// The spellings of a language and their meanings.
#[derive(Debug, Default)]
pub(crate) struct Vocabulary {
    /// Open addressing: word number, or 0.
    slots: Vec<u32>,
    /// By word number; the first is nothing.
    spellings: Vec<Box<str>>,
    lexemes: Vec<Vec<Lexeme>>,
    /// Lexemes that begin with a mark or a number.
    marked: Vec<(Key, Lexeme)>,
    /// A bit for each of their keys.
    marked_bloom: u64,
    /// Names, and the slots that their words fill.
    classes: Vec<(&'static str, Option<Slot>)>,
    /// Endings of words that tell a tense, -1 or 1.
    endings: Vec<(Box<str>, i64)>,
    /// Classes of which numbers are made.
    pub(crate) numeric: Numeric,
}

/// The classes of which numbers in words are made.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Numeric {
    pub(crate) number: u16,
    pub(crate) multiplier: u16,
    pub(crate) and: u16,
    pub(crate) fraction: u16,
    pub(crate) ordinal: u16,
    pub(crate) suffix: u16,
}

impl Vocabulary {
    pub(crate) fn new() -> Vocabulary {
        Vocabulary {
            slots: vec![0; 1 << 13],
            spellings: vec!["".into()],
            lexemes: vec![Vec::new()],
            ..Vocabulary::default()
        }
    }

    /// The number of a folded spelling; [`UNKNOWN`] where no table has it.
    pub(crate) fn lookup(&self, spelling: &[u8]) -> u32 {
        let mask = self.slots.len() - 1;
        let mut at = hash(spelling) as usize & mask;
        loop {
            let word = self.slots[at];
            if word == 0 || self.spellings[word as usize].as_bytes() == spelling {
                return word;
            }
            at = (at + 1) & mask;
        }
    }

    /// The number of a folded spelling, given to it now if need be.
    pub(crate) fn intern(&mut self, spelling: &str) -> u32 {
        let known = self.lookup(spelling.as_bytes());
        if known != UNKNOWN {
            return known;
        }
        if self.spellings.len() * 4 > self.slots.len() {
            self.grow();
        }
        let word = self.spellings.len() as u32;
        self.spellings.push(spelling.into());
        self.lexemes.push(Vec::new());
        self.place(word);
        word
    }

    fn grow(&mut self) {
        self.slots = vec![0; self.slots.len() * 2];
        for word in 1..self.spellings.len() {
            self.place(word as u32);
        }
    }

    fn place(&mut self, word: u32) {
        let mask = self.slots.len() - 1;
        let mut at = hash(self.spellings[word as usize].as_bytes()) as usize & mask;
        while self.slots[at] != 0 {
            at = (at + 1) & mask;
        }
        self.slots[at] = word;
    }

    /// Words, the empty one counted.
    pub(crate) fn len(&self) -> usize {
        self.spellings.len()
    }

    /// The classes that a word may have.
    pub(crate) fn of_word(&self, word: u32) -> impl Iterator<Item = u16> {
        self.lexemes[word as usize]
            .iter()
            .map(|lexeme| lexeme.class)
    }

    /// Whether a word by itself is of the class of a key.
    pub(crate) fn single(&self, word: u32, key: Key) -> bool {
        let mut lexemes = self.lexemes[word as usize].iter();
        lexemes.any(|lexeme| lexeme.rest.is_empty() && Key::class(lexeme.class) == key)
    }

    /// What lexemes that do not begin with a word begin with, and their classes.
    pub(crate) fn marked(&self) -> impl Iterator<Item = (Key, u16)> {
        self.marked.iter().map(|(key, lexeme)| (*key, lexeme.class))
    }

    /// The number of a class, given to it now if need be.
    pub(crate) fn class(&mut self, name: &'static str, slot: Option<Slot>) -> u16 {
        let known = self.classes.iter().position(|&(class, _)| class == name);
        let place = known.unwrap_or_else(|| {
            self.classes.push((name, slot));
            self.classes.len() - 1
        });
        place as u16
    }

    /// The number of a class that some word has.
    pub(crate) fn known_class(&self, name: &str) -> Option<u16> {
        let place = self.classes.iter().position(|&(class, _)| class == name)?;
        u16::try_from(place).ok()
    }

    /// The slot that words of a class fill.
    pub(crate) fn slot(&self, class: u16) -> Option<Slot> {
        self.classes.get(usize::from(class))?.1
    }

    /// The class by which code asks for words; none where the language has no such words.
    pub(crate) fn class_or_none(&self, name: &str) -> u16 {
        self.known_class(name).unwrap_or(u16::MAX)
    }

    /// To be called when all words are in.
    pub(crate) fn finish(&mut self) {
        self.marked.sort_by_key(|(key, _)| *key);
        let blooms = self.marked.iter().map(|(key, _)| key.bloom());
        self.marked_bloom = blooms.fold(0, |all, bloom| all | bloom);
        self.numeric = Numeric {
            number: self.class_or_none("number"),
            multiplier: self.class_or_none("multiplier"),
            and: self.class_or_none("number-and"),
            fraction: self.class_or_none("fraction"),
            ordinal: self.class_or_none("ordinal"),
            suffix: self.class_or_none("ordinal-suffix"),
        };
    }

    pub(crate) fn add(&mut self, first: Key, word: Option<u32>, lexeme: Lexeme) {
        match word {
            Some(word) => self.lexemes[word as usize].push(lexeme),
            None => self.marked.push((first, lexeme)),
        }
    }

    pub(crate) fn add_ending(&mut self, ending: &str, tense: i64) {
        self.endings.push((ending.into(), tense));
    }

    /// The tense that the ending of a folded spelling tells; 0 for none.
    pub(crate) fn tense(&self, spelling: &[u8]) -> i64 {
        let told = self
            .endings
            .iter()
            .find(|(ending, _)| spelling.ends_with(ending.as_bytes()));
        told.map_or(0, |&(_, tense)| tense)
    }

    /// All meanings that begin with this token.
    pub(crate) fn lexemes<'v>(&'v self, token: &Token) -> Lexemes<'v> {
        match token.shape {
            Shape::Word => Lexemes::Word(self.lexemes[token.word as usize].iter()),
            Shape::Mark | Shape::Digits(_) => {
                let Some(key) = Key::of(token).filter(|key| self.marked_bloom & key.bloom() != 0)
                else {
                    return Lexemes::Marked(None, [].iter());
                };
                let from = self.marked.partition_point(|(known, _)| *known < key);
                Lexemes::Marked(Some(key), self.marked[from..].iter())
            }
            _ => Lexemes::Marked(None, [].iter()),
        }
    }
}

/// The meanings of one token.
pub(crate) enum Lexemes<'v> {
    Word(std::slice::Iter<'v, Lexeme>),
    Marked(Option<Key>, std::slice::Iter<'v, (Key, Lexeme)>),
}

impl<'v> Iterator for Lexemes<'v> {
    type Item = &'v Lexeme;

    fn next(&mut self) -> Option<&'v Lexeme> {
        match self {
            Lexemes::Word(lexemes) => lexemes.next(),
            Lexemes::Marked(key, lexemes) => {
                let key = (*key)?;
                let (first, lexeme) = lexemes.next()?;
                (*first == key).then_some(lexeme)
            }
        }
    }
}

fn hash(bytes: &[u8]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for &byte in bytes {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    hash ^ hash >> 29
}
