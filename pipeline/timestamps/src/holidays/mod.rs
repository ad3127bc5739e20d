//! Holidays and other named days: what they are called, and when they are in a given year and country.
//!
//! All facts are rows of `data/holidays.tsv` (when), `data/holiday-names.tsv` (what they are called in each language) and `data/hindu.tsv`;
//! `data/README.md` explains their columns. Nothing here looks at a text: the annotator does.

mod names;
mod notation;
mod rule;
mod table;
#[cfg(test)]
mod tests;

pub use names::{Name, country_of, names};
pub use table::{Holiday, Occurrence, Scope, occurrences, once};
