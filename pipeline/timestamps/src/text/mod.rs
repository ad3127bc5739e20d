//! Temporal expressions in running text: where they stand, and which time they mean.
//!
//! Three steps: *scan* (words to the lexemes of the language), *match* (rules of the language's table), *resolve* (meanings to values, in the order of
//! the text). All that belongs to one language stands in `data/languages/`; nothing of it is code.

mod iso;
mod types;

pub use types::{Anchor, Context, Granularity, Interval, Kind, Modifier, Relation, Timex};

/// The temporal expressions of a text, in its order; they do not overlap.
///
/// Never fails and never panics: where nothing is found, nothing comes back. Time and memory are linear in the length of the text.
#[must_use]
pub fn annotate(text: &str, context: &Context<'_>) -> Vec<Timex> {
    iso::annotate(text, context)
}

/// The languages that have a table, by their tags; the first is read where a text's own has none.
#[must_use]
pub fn languages() -> &'static [&'static str] {
    &["en"]
}
