//! Names that stand in dates, in every language of CLDR: looked up by their folded spelling, without regard to case, accents or dots.
//!
//! The tables are text in `data/`, compiled in, and put into one map at first use (some milliseconds, once a process).

mod chars;
mod hash;
mod key;
mod orders;
mod table;

pub(crate) use chars::{digit, is_ignored, is_letter, is_unspaced};
pub(crate) use hash::FixedMap;
pub(crate) use key::Key;
pub(crate) use orders::{of_country, of_language};
pub(crate) use table::{Entry, Level, Role, Unit, by_prefix, language, lookup};
