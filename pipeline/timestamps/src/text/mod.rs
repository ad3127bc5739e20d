//! Temporal expressions in running text: where they stand, and which time they mean.
//!
//! Three steps: *scan* (words to the lexemes of the language), *match* (rules of the language's table), *resolve* (meanings to values, in the order of
//! the text). All that belongs to one language stands in `data/languages/`; nothing of it is code. docs/timestamps.md says how a table is written.

mod matching;
mod resolve;
mod scan;
mod table;
mod types;

use crate::instant::FieldOrder;
use crate::names;

pub use types::{Anchor, Context, Granularity, Interval, Kind, Modifier, Relation, Timex};

/// Bytes of a text that are read; what stands behind them is passed over. Offsets are counted in 32 bits; no article comes near it.
pub const MAX_BYTES: usize = 1 << 30;

/// The temporal expressions of a text, in its order; they do not overlap.
///
/// Never fails and never panics: where nothing is found, nothing comes back. Time and memory are linear in the length of the text.
#[must_use]
pub fn annotate(text: &str, context: &Context<'_>) -> Vec<Timex> {
    let text = readable(text);
    let language = table::language(context.language);
    let order = field_order(context);
    let mut tokens = Vec::new();
    let mut findings = matching::Findings::default();
    let (mut at, mut paragraph) = (0, 0);
    while at < text.len() {
        at = scan::paragraph(text, at, &language.vocabulary, &mut tokens);
        matching::paragraph(language, &tokens, order, paragraph, &mut findings);
        paragraph += 1;
    }
    let mut found = resolve::resolve(language, &findings, context);
    count_characters(text, &mut found);
    found
}

/// The languages that have a table, by their tags; the first is read where a text's own has none.
#[must_use]
pub fn languages() -> &'static [&'static str] {
    &table::TAGS
}

fn readable(text: &str) -> &str {
    &text[..text.floor_char_boundary(MAX_BYTES)]
}

fn field_order(context: &Context<'_>) -> FieldOrder {
    let order = context
        .country
        .and_then(names::of_country)
        .or_else(|| names::of_language(context.language));
    order.map_or(FieldOrder::Mdy, |order| order.order)
}

/// Offsets in code points beside those in bytes, in one pass.
fn count_characters(text: &str, found: &mut [Timex]) {
    let (mut bytes, mut characters) = (0, 0);
    let mut count = |to: usize| {
        characters += text.get(bytes..to).map_or(0, |part| part.chars().count());
        bytes = to;
        characters
    };
    for timex in found {
        timex.start = count(timex.bytes.start);
        timex.end = count(timex.bytes.end);
    }
}
