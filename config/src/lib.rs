//! What a user may write in Dateline's TOML: sections, defaults, checks and messages.
//!
//! [`load()`] reads a file and its includes into a [`Config`], or returns everything that is wrong with them at once, each
//! finding with its place and a suggestion. [`edit`] changes the feeds of a file and leaves the rest as it is. [`json_schema`] and [`reference()`] describe the same sections.
//! This crate knows no other crate of Dateline, opens no connection, and reads no secret until it is asked to
//! [reveal](Secret::reveal) one.

#[macro_use]
mod section;

mod decode;
pub mod edit;
mod finding;
mod load;
mod model;
mod schema;
mod shape;
mod source;
mod suggest;
mod syntax;

pub use finding::{ConfigErrors, Finding, Severity, render};
pub use load::{Loaded, Overlay, load, load_with, parse};
pub use model::{
    Admin, AfterDrop, Auth, BasicAuth, Collect, Compression, Config, Copies, Delivery, DropFields,
    DropFolder, Duplicates, Enrich, EnrichEntities, Enrichment, Feed, FeedDefaults, FullText, Http,
    JsonlSink, KafkaCompression, KafkaSink, Level, Log, LogFormat, ProxyLogin, Reload, Sasl,
    SaslMechanism, Shutdown, Sinks, State, Telemetry, Tls, WebSub,
};
pub use schema::{json_schema, reference};
pub use shape::{
    ByteSize, Every, HeaderValue, Network, NoProxy, Pointer, Proxy, Revealed, Secret, SecretError,
    Step, format_duration, parse_duration,
};
pub use url::Url;

/// The commented file that `dateline init` writes.
pub const STARTER: &str = include_str!("starter.toml");
