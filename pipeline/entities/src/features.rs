//! What is said of a token to the model: numbers of features, hashed. The trainer and the tagger call the same code, so that they see the same.
//!
//! `first` speaks of the words around a token and of where else in the document the word stands; `second` of what the first pass made of the
//! document.

pub(crate) mod first;
pub(crate) mod second;
mod words;

pub(crate) use words::{Facts, flags};

use crate::lexicon::Lexicon;

/// Features of one token: a row of numbers, reused from token to token.
pub type Features = Vec<u32>;

/// Parts of the features that can be left out, to see what each is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Switches {
    /// Clusters of words.
    pub clusters: bool,
    /// Gazetteers.
    pub gazetteers: bool,
    /// Where else in the document a word stands, and how.
    pub document: bool,
    /// The second pass.
    pub second: bool,
}

impl Switches {
    /// Everything.
    pub const ALL: Self = Self {
        clusters: true,
        gazetteers: true,
        document: true,
        second: true,
    };
}

/// Makes features with a lexicon.
#[derive(Debug, Clone, Copy)]
pub struct Extractor<'l> {
    /// The lexicon.
    pub lexicon: &'l Lexicon,
    /// What to use.
    pub switches: Switches,
}
