//! What becomes of a test's file: read by the source's own reader, taken through the transform stage, offered to the sinks.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use dateline_config::{Config, DropFolder, Feed, TestCase};
use dateline_feed::{Client, FeedSource};
use dateline_pipeline::deliver::Route;
use dateline_pipeline::draft::Draft;
use dateline_pipeline::source::Turn;
use dateline_pipeline::transform::enrichment::Enrichment;
use dateline_pipeline::transform::rules::Dropped;
use dateline_pipeline::transform::{self, Trial};
use jiff::Timestamp;
use tokio::runtime::Runtime;

use crate::commands::inspect::world::first_turn;
use crate::daemon::rules;

/// Bytes of a feed's document that are read: what a daemon would take of an answer at most.
const MAX_DOCUMENT: u64 = 64 << 20;

/// Articles of one dropped file: a test needs few.
const MAX_ARTICLES: usize = 10_000;

/// What tests are run with.
pub(super) struct Bench<'c> {
    config: &'c Config,
    enrichment: &'c Enrichment,
    runtime: Runtime,
    client: Arc<Client>,
    /// Every sink that records go to, with its condition.
    routes: Vec<(String, Option<Route>)>,
}

/// What became of a file.
#[derive(Debug, Default)]
pub(super) struct Tried {
    /// The records, JSON.
    pub(super) records: Vec<String>,
    pub(super) dropped: Vec<Dropped>,
    /// What could not be read or made into records, with reasons.
    pub(super) unread: Vec<String>,
    /// Why the file as a whole could not be read.
    pub(super) fault: Option<String>,
}

impl<'c> Bench<'c> {
    pub(super) fn new(config: &'c Config, enrichment: &'c Enrichment) -> anyhow::Result<Self> {
        let jsonl = config.sinks.jsonl.iter().filter(|(_, sink)| sink.enabled);
        let jsonl = jsonl.map(|(name, _)| format!("jsonl.{name}"));
        let kafka = config.sinks.kafka.iter().filter(|(_, sink)| sink.enabled);
        let kafka = kafka.map(|(name, _)| format!("kafka.{name}"));
        let routes = jsonl.chain(kafka).map(|name| {
            let route = rules::route(config, &name);
            (name, route)
        });
        Ok(Self {
            config,
            enrichment,
            runtime: crate::commands::runtime()?,
            client: Arc::new(Client::new(&config.collect, &config.http)?),
            routes: routes.collect(),
        })
    }

    pub(super) fn routes(&self) -> &[(String, Option<Route>)] {
        &self.routes
    }

    /// Runs a test. That its file cannot be read is a result, too.
    pub(super) fn attempt(&self, case: &TestCase) -> anyhow::Result<Tried> {
        let fetched = case.fetched.unwrap_or_else(Timestamp::now);
        let mut tried = Tried::default();
        let drafts = match self.drafts(case, fetched, &mut tried.unread) {
            Ok(drafts) => drafts,
            Err(error) => {
                tried.fault = Some(format!("{error:#}"));
                return Ok(tried);
            }
        };
        let Trial {
            records,
            dropped,
            dead_letters,
        } = transform::trial(&drafts, self.enrichment, fetched)?;
        let letters = dead_letters.into_iter();
        let letters = letters.map(|letter| format!("{}: {}", letter.subject, letter.reason));
        tried.unread.extend(letters);
        Ok(Tried {
            records,
            dropped,
            ..tried
        })
    }

    fn drafts(
        &self,
        case: &TestCase,
        fetched: Timestamp,
        unread: &mut Vec<String>,
    ) -> anyhow::Result<Vec<Draft>> {
        let feeds = &self.config.feeds;
        let feed = feeds
            .iter()
            .find(|feed| Some(&feed.id) == case.feed.as_ref());
        let folders = &self.config.drops;
        let folder = folders
            .iter()
            .find(|folder| Some(&folder.id) == case.drop.as_ref());
        let file = File::open(&case.file)?;
        match (feed, folder) {
            (Some(feed), _) => self.of_feed(feed, file, fetched),
            (_, Some(folder)) => Ok(of_drop(folder, &case.file, file, fetched, unread)),
            (None, None) => anyhow::bail!("the configuration has no such source"),
        }
    }

    fn of_feed(&self, feed: &Feed, file: File, fetched: Timestamp) -> anyhow::Result<Vec<Draft>> {
        let mut document = Vec::new();
        file.take(MAX_DOCUMENT).read_to_end(&mut document)?;
        let source = FeedSource::new(feed, Arc::clone(&self.client));
        let turn = Turn {
            now: fetched,
            ..first_turn()
        };
        let read = self.runtime.block_on(source.at_hand(document, &turn));
        read.map_err(|fault| anyhow::anyhow!(fault.reason))
    }
}

fn of_drop(
    folder: &DropFolder,
    path: &Path,
    file: File,
    fetched: Timestamp,
    unread: &mut Vec<String>,
) -> Vec<Draft> {
    // A file is called by its name in the folder that it is dropped into.
    let name = path.file_name().unwrap_or(path.as_os_str());
    let found = dateline_drop::drafts(folder, &name.to_string_lossy(), file, fetched, MAX_ARTICLES);
    unread.extend(found.unread);
    found.drafts
}
