//! Asks sites what programs may ask them for (robots.txt, RFC 9309), and keeps to it.
//!
//! Not for feeds, which are published for programs: for article pages, and for addresses that are
//! only guessed. [`Pages`] is the one way to such documents: it obeys the rules, and spaces its
//! requests to one host by `per_host_spacing` and `Crawl-delay`.

mod cache;
mod pages;
mod rules;

pub use cache::Robots;
pub use pages::{PageError, Pages};
pub use rules::{MAX_ROBOTS_BYTES, PRODUCT, Rules};
