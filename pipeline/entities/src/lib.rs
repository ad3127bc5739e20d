#![doc = include_str!("../README.md")]

mod article;
mod decode;
mod document;
mod english;
pub(crate) mod features;
mod gazetteer;
mod hash;
mod knowledge;
mod label;
mod lexicon;
mod link;
mod mend;
mod model;
mod packed;
mod quantities;
mod sentence;
mod tagger;
mod token;

pub use article::{Entity, MiscKind, Part, credit, entities};
pub use document::{Casing, Document};
pub use english::english;
pub use gazetteer::{Gazetteer, GazetteerEntry};
pub use knowledge::{Entry, EntryKind, Knowledge, world};
pub use label::{Kind, Label};
pub use link::{Context, Link, link};
pub use mend::mend;
pub use model::Model;
pub use packed::FileError;
pub use quantities::{Modifier, Quantity, QuantityKind, quantities};
pub use tagger::{Mention, Tagger};
pub use token::{Gap, Token, TokenKind, tokenise};

/// What the trainer needs to see with the very eyes of the tagger. Not for others: it changes with the model.
#[doc(hidden)]
pub mod training {
    pub use crate::decode::{Scores, viterbi};
    pub use crate::features::first::{Sight, first};
    pub use crate::features::second::{Opinion, second};
    pub use crate::features::{Extractor, Features, Switches};
    pub use crate::hash::{join, lower};
    pub use crate::lexicon::{Lexicon, PREFIX, Table, gazetteer_key};
    pub use crate::model::{ModelParts, ROW, Row};
    pub use crate::tagger::{Scored, spans};
}

/// What the knowledge maker needs. Not for others: it changes with the file.
#[doc(hidden)]
pub mod making {
    pub use crate::article::without_form;
    pub use crate::knowledge::{Facts, Line, LineKind, Office, Term, fold};
}
