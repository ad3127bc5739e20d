//! What a user may write, section by section. Each file defines its keys, their defaults and limits,
//! and the checks that concern several keys; how values are read is not its business.

mod daemon;
mod drops;
mod duplicates;
mod enrich;
mod feeds;
mod http;
mod jsonl;
mod kafka;
mod root;
mod rules;
mod telemetry;
mod tests;
mod websub;

pub use daemon::{Admin, Collect, Level, Log, LogFormat, Reload, Shutdown, State};
pub use drops::{AfterDrop, DropFields, DropFolder};
pub use duplicates::{Copies, Duplicates};
pub use enrich::{Enrich, EnrichEntities, Enrichment, FullText};
pub(crate) use feeds::derive_id;
pub use feeds::{Feed, FeedDefaults};
pub use http::{Auth, BasicAuth, Http, ProxyLogin};
pub use jsonl::{Compression, JsonlSink};
pub use kafka::{Delivery, KafkaCompression, KafkaSink, Sasl, SaslMechanism, Tls};
pub use root::{Config, Sinks};
pub(crate) use root::{Fragment, MAX_FEEDS};
pub use rules::{Rule, RuleSet};
pub use telemetry::Telemetry;
pub(crate) use tests::TestFile;
pub use tests::{Expect, TestCase};
pub use websub::WebSub;

use std::ops::Range;

use crate::decode::Context;
use crate::finding::Finding;
use crate::shape::{List, Text, tag};

/// Most tags of one source: each goes into all of its records.
const MAX_TAGS: usize = 32;

/// The shape of a source's `tags`.
fn tags() -> List<Text<String>> {
    List {
        of: tag(),
        least: 0,
        most: MAX_TAGS,
    }
}

/// Takes repeated tags out, and reports them.
fn check_tags(tags: &mut Vec<String>, context: &mut Context, span: Range<usize>) {
    let mut seen = std::collections::BTreeSet::new();
    let before = tags.len();
    tags.retain(|tag| seen.insert(tag.clone()));
    if tags.len() < before {
        let finding = Finding::warning("a tag is listed twice").at(span);
        context.report(finding.help("take one of them out"));
    }
}

/// Says whether `id` is free, and reports it if another feed or drop folder has it already.
fn claim_id(context: &mut Context, id: &str, span: Range<usize>) -> bool {
    let message = format!("two sources have the id `{id}`");
    let help = "give one of them another `id`: records, state and metrics are told apart by it";
    context.claim("source", id, span, &message, help)
}
