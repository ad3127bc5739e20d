//! Feeds as a source of articles: fetches RSS, Atom and JSON feeds politely and reads them leniently.
//!
//! - [`read`]: from bytes to entries; no I/O.
//! - `paging`: where the older pages of a feed are; no I/O.
//! - `items`: from entries to items of drafts.
//! - [`identity`]: which entry is which; no I/O.
//! - [`fetch`]: HTTP, with limits on everything.
//! - `pace`: what an answer says about when to ask again; no I/O.
//! - [`robots`]: pages by the rules of their site (robots.txt).
//! - [`discover`]: which feeds a page or a site has.
//! - [`opml`]: lists of feeds as other readers exchange them; no I/O.
//! - [`FeedSource`]: one feed's turns. It writes no state: what must be remembered is handed over
//!   with the harvest.

pub mod discover;
pub mod fetch;
pub mod identity;
mod items;
pub mod opml;
mod pace;
mod paging;
pub mod robots;
mod source;
pub mod websub;

pub use dateline_feed_reader as read;
pub use fetch::{Client, FetchError, Names, networks_of};
pub use items::item;
pub use source::{FeedSource, Remembered, page, remembered};
