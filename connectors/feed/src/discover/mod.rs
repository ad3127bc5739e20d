//! Finds feeds: at an address, announced by the page there, or where sites usually keep them.
//!
//! - [`candidates`]: what a page says of feeds; no I/O.
//! - [`discover`]: asks, and says of every feed how it was found and what it is called.

mod guess;
mod page;
mod search;

use std::fmt;

use url::Url;

pub use page::candidates;
pub(crate) use page::named_in;
pub use search::{Discovery, Found, Miss, discover};

/// An address that may be a feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The address, absolute.
    pub url: Url,
    /// What the page calls it.
    pub title: Option<String>,
    /// The media type that the page announces, in lower case and without parameters.
    pub media_type: Option<String>,
    /// How it was found.
    pub how: How,
}

/// How a feed was found; the surest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum How {
    /// The address itself is a feed.
    Address,
    /// The page announces it (`<link rel="alternate">` with the media type of a feed).
    Announced,
    /// The page links to it, and it looks like a feed.
    Linked,
    /// Sites usually keep their feed there.
    Usual,
}

impl fmt::Display for How {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            How::Address => "the address itself",
            How::Announced => "announced by the page",
            How::Linked => "linked from the page",
            How::Usual => "a usual place for feeds",
        })
    }
}
