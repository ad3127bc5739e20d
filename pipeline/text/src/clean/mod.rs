//! Plain text made presentable: white space collapsed, invisible characters gone, hard-wrapped lines joined.
//!
//! It changes how text is spaced and never which words it has: no case folding, no Unicode normalisation, no quotes "fixed".

mod characters;
mod items;
mod line;
mod paragraphs;
#[cfg(test)]
mod tests;
mod wrapped;

pub(crate) use characters::{is_unspaced, keep_visible};
pub(crate) use items::{bullet, item_number};
pub(crate) use line::Line;
pub use paragraphs::paragraphs;
pub(crate) use paragraphs::{Paragraphs, lines};
pub(crate) use wrapped::CLOSING;

/// `text` as one clean line: runs of white space (Unicode's too) become one space, control characters, byte order marks
/// and zero-width characters go, both ends are trimmed.
///
/// Zero-width joiners and non-joiners stay where they follow a visible character: they spell words in Persian and join
/// emoji. Marks of writing direction go as well, because a cut text would leave them unbalanced.
pub fn line(text: &str) -> String {
    let mut line = Line::default();
    line.push_str(text);
    line.take()
}
