//! The JSON-lines sink: records appended to files, one a line, each exactly once.
//!
//! # The life of a file
//!
//! ```text
//! named ──▶ NAME.part ──▶ NAME.part ──▶ NAME              without compression
//!           created,      closed   └──▶ NAME.zst.tmp ──▶ NAME.zst
//!           appended to
//! ```
//!
//! A reader that leaves `*.part`, `*.tmp` and hidden files alone sees whole files only: they appear
//! under their final name by rename, when they are rotated and when the daemon stops.
//!
//! # Why nothing is lost or doubled
//!
//! What the sink asks to be kept with its position ([`State`](state::State)) names every file that
//! is not finished. Each step on disk follows the commit of what announces it, and can be done
//! again:
//!
//! - a file is created after its name is committed, so that no file is without an owner;
//! - lines past the committed length are cut off when the sink is opened;
//! - a file is renamed or compressed after it is committed as closed; and since a stop cannot wait
//!   for a commit, an open file that was finished by one is recognised by its contents.
//!
//! This crate writes below the configured folder and nowhere else, never over a file that exists,
//! and all of it on blocking threads.

mod codec;
mod error;
mod finish;
mod folder;
mod lines;
mod lock;
mod session;
mod sink;
mod state;
mod template;

pub use error::Error;
pub use sink::JsonlSink;
