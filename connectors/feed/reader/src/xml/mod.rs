//! XML as it is found: a tokeniser that goes on after every error, references, document types.
//!
//! Knows nothing of feeds. Nothing here recurses, fails, or looks at a byte more than a fixed number of times.

mod attributes;
mod doctype;
mod references;
mod tokens;

pub(crate) use attributes::Attributes;
pub(crate) use doctype::Entities;
pub(crate) use references::{Strays, unescape};
pub(crate) use tokens::{Token, Tokens};
