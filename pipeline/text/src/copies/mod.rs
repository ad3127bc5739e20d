//! Copies: one story as several houses print it, cut, with another headline or lead, with paragraphs of their own.
//!
//! A text is known by its [`Signature`]. An [`Index`] of very many names the few that share rare word sequences with one; [`Likeness`] says what two
//! signatures have in common, and [`is_copy`] decides. Edited versions of one article are not its business: those are told by
//! [`similar`](crate::similar).
//!
//! What tells a copy from another report of the same event, or from yesterday's market report, is measured in `tests/copies` on stories of our own;
//! `examples/copies.rs` measures time and memory with millions of articles.

mod index;
mod live;
mod segment;
mod signature;
mod verdict;

pub use index::{Candidate, Index};
pub use signature::Signature;
pub use verdict::{Likeness, is_copy};
