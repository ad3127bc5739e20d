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
mod expression;
mod files;
mod finding;
mod load;
mod model;
mod schema;
mod shape;
mod source;
mod suggest;
mod syntax;
mod test_files;

pub use expression::{Expression, FUNCTIONS, Function};
pub use files::{Files, Print};
pub use finding::{ConfigErrors, Finding, Severity, render};
pub use load::{Loaded, Overlay, load, load_with, parse};
pub use model::{
    Admin, AfterDrop, Auth, BasicAuth, Collect, Compression, Config, Copies, Delivery, DropFields,
    DropFolder, Duplicates, Enrich, EnrichEntities, Enrichment, Expect, Feed, FeedDefaults,
    FullText, Http, JsonlSink, KafkaCompression, KafkaSink, Level, Log, LogFormat, ProxyLogin,
    Reload, Rule, RuleSet, Sasl, SaslMechanism, Shutdown, Sinks, State, Telemetry, TestCase, Tls,
    WebSub,
};
pub use schema::{json_schema, reference};
pub use shape::{
    ByteSize, Every, Expected, HeaderValue, Listen, Located, Network, NoProxy, Pointer, Proxy,
    Revealed, Secret, SecretError, Step, format_duration, parse_duration,
};
pub use test_files::{TEST_FILES, find_tests, load_tests};
pub use url::Url;

/// The commented file that `dateline init` writes.
pub const STARTER: &str = include_str!("starter.toml");
