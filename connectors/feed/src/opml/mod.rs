//! Lists of feeds as other readers exchange them: OPML 1.0 to 2.0 (<http://opml.org/spec2.opml>). No I/O.
//!
//! - [`read`]: leniently, since most of the files in the world are not quite OPML. Folders become tags.
//! - [`write()`]: OPML 2.0. A feed's first tag is its folder, `category` holds them all, so that reading what was written
//!   gives the same addresses, names and tags.

mod read;
#[cfg(test)]
mod tests;
mod text;
mod write;

pub use read::{NotOpml, Opml, read};
pub use write::{Head, write};

/// A feed in a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Subscription {
    /// Its address, as written but for `feed:` in place of `http:`.
    pub url: String,
    /// What it is called.
    pub name: Option<String>,
    /// Folders, the outermost first, then categories; each once.
    pub tags: Vec<String>,
    /// The page that it belongs to.
    pub page: Option<String>,
    /// The line that it stands on, from one; 0 where it was not read.
    pub line: usize,
}
