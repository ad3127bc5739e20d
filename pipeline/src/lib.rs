//! The middle of Dateline: the record, the two logs, and the three stages between them.
//!
//! ```text
//! sources ─▶ collect ─▶ drafts ─▶ transform ─▶ records ─▶ deliver ─▶ sinks
//! ```
//!
//! Each stage reads from a log (or the world), works, and commits its output together with the
//! state it read by in one transaction of the [`store`], so that it can die at any instant and
//! carry on. This crate does no network I/O: what touches the world implements [`source::Source`]
//! or [`sink::Sink`] and hands over what to commit.

pub mod backoff;
pub mod clock;
pub mod collect;
pub mod crash;
pub mod deliver;
pub mod draft;
pub mod expression;
pub mod fault;
pub mod files;
pub mod letters;
pub mod record;
pub mod reprocess;
pub mod sink;
pub mod source;
pub mod store;
pub mod trace;
pub mod transform;
