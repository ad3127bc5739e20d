//! The battery of tests that every source and every sink of Dateline must pass.
//!
//! A connector's tests build a harness around the real connector and a real other side (a broker,
//! a folder, a loopback server) and hand it to [`sinks::battery`] or [`sources::battery`].

pub mod sinks;
pub mod sources;
