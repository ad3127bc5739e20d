//! `dateline inspect`: what the pipeline makes of a thing, without state and without sinks.

mod batch;
pub(crate) mod date;
mod drop;
mod guess;
mod lines;
mod marked;
mod moment;
mod named;
mod page;
mod show;
pub(crate) mod text;
pub(crate) mod world;

use std::io::Read;

use anyhow::Context;
use dateline_feed::read::Reading;
use dateline_pipeline::draft::Draft;
use dateline_pipeline::record::{Record, SourceKind, SourceRef};
use dateline_pipeline::source::{Harvest, Outcome};
use dateline_pipeline::transform::enrichment::Enrichment;
use dateline_pipeline::transform::rules::Dropped;
use dateline_pipeline::transform::{self, Inspected};
use jiff::Timestamp;

use crate::cli::{Inspect, InspectArgs};
use crate::exit::Exit;
use crate::terminal;

/// Bytes read from a file or standard input; what a daemon would read of a feed or drop at most.
const MAX_INPUT: u64 = 64 << 20;

/// What came of the thing that was inspected.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    pub(crate) title: Option<String>,
    pub(crate) records: Vec<Record>,
    /// What rules of the configuration leave out.
    pub(crate) left_out: Vec<Dropped>,
    pub(crate) problems: Vec<String>,
}

pub(crate) fn inspect(args: &InspectArgs) -> anyhow::Result<Exit> {
    let Some(what) = &args.what else {
        return guess::guess(&args.anything);
    };
    match what {
        Inspect::Feed(one) if one.batch => batch::feeds(),
        Inspect::Page(one) if one.batch => page::batch(),
        Inspect::Page(one) => page::page(target(&one.target)?, one.json),
        Inspect::Feed(one) => report(feed(target(&one.target)?), one.json),
        Inspect::Date(one) => date::date(one),
        Inspect::Text(one) => text::text(one),
        Inspect::Drop(one) => drop::drop_file(one),
    }
}

fn target(target: &Option<String>) -> anyhow::Result<&str> {
    target
        .as_deref()
        .context("name a file or an address, or say --batch")
}

fn report(findings: anyhow::Result<Findings>, as_json: bool) -> anyhow::Result<Exit> {
    let findings = match findings {
        Ok(findings) => findings,
        Err(error) => {
            terminal::complain(&error);
            return Ok(Exit::Unavailable);
        }
    };
    if as_json {
        for record in &findings.records {
            terminal::result(&serde_json::to_string(record)?);
        }
        for dropped in &findings.left_out {
            terminal::say(&show::left_out(dropped));
        }
        for problem in &findings.problems {
            terminal::say(problem);
        }
    } else {
        terminal::result_raw(&show::findings(&findings));
    }
    let nothing = findings.records.is_empty() && findings.left_out.is_empty();
    let unread = nothing || !findings.problems.is_empty();
    Ok(if unread { Exit::Findings } else { Exit::Fine })
}

fn feed(target: &str) -> anyhow::Result<Findings> {
    if is_address(target) {
        return Ok(of_harvest(polled(target)?));
    }
    Ok(of_feed(target, &bytes(target)?))
}

/// Whether `target` is a web address rather than a file.
fn is_address(target: &str) -> bool {
    target.starts_with("http://") || target.starts_with("https://")
}

fn of_feed(target: &str, bytes: &[u8]) -> Findings {
    let context = dateline_feed::read::Context {
        fetched: Some(Timestamp::now()),
        ..dateline_feed::read::Context::default()
    };
    of_reading(target, dateline_feed::read::read(bytes, &context))
}

/// Polls the address exactly as the daemon would at its first turn.
fn polled(address: &str) -> anyhow::Result<Harvest> {
    super::runtime()?.block_on(world::poll_feed(address))
}

fn of_harvest(harvest: Harvest) -> Findings {
    let mut findings = Findings {
        title: harvest.facts.title,
        problems: harvest.facts.recovered,
        ..Findings::default()
    };
    if let Outcome::Failed { fault, .. } | Outcome::Gone { fault } = harvest.outcome {
        findings.problems.push(fault.reason);
    }
    findings.take(harvest.items.into_iter().map(|item| item.draft).collect());
    findings
}

fn of_reading(target: &str, reading: Reading) -> Findings {
    let mut findings = Findings {
        problems: reading.recovered,
        ..Findings::default()
    };
    if let Some(error) = reading.error {
        findings.problems.push(error.to_string());
    }
    let Some(feed) = reading.feed else {
        return findings;
    };
    findings.title = feed.title.as_ref().map(|title| title.value.clone());
    let drafts = dateline_feed::identity::identify(&reading.entries)
        .into_iter()
        .map(|identity| {
            let mut draft = draft(SourceKind::Feed, target);
            draft.item = dateline_feed::item(&reading.entries[identity.index], &feed, None);
            if let Some(guid) = &mut draft.item.guid {
                guid.trust = identity.guid_trust;
            }
            if let Some(link) = &mut draft.item.link {
                link.trust = identity.link_trust;
            }
            draft
        })
        .collect();
    findings.take(drafts);
    findings
}

impl Findings {
    fn take(&mut self, drafts: Vec<Draft>) {
        self.enrich(drafts, &Enrichment::default());
    }

    fn enrich(&mut self, drafts: Vec<Draft>, enrichment: &Enrichment) {
        for outcome in transform::inspect(drafts, enrichment) {
            match outcome {
                Inspected::Record(record) => self.records.push(*record),
                Inspected::Dropped(dropped) => self.left_out.push(dropped),
                Inspected::Unreadable(fault) => self.problems.push(fault.reason),
            }
        }
    }
}

fn draft(kind: SourceKind, target: &str) -> Draft {
    Draft {
        source: SourceRef {
            kind,
            id: target.to_owned(),
            name: None,
            url: None,
            tags: Vec::new(),
        },
        fetched: Timestamp::now(),
        item: dateline_pipeline::draft::Item::default(),
        http: None,
        file: None,
        page: None,
        page_fault: None,
        recovered: Vec::new(),
    }
}

/// The bytes of a file, or of standard input for `-`.
fn bytes(target: &str) -> anyhow::Result<Vec<u8>> {
    begun(target, &mut open(target)?)
}

/// A file, or standard input for `-`.
fn open(target: &str) -> anyhow::Result<Box<dyn Read + Send>> {
    if target == "-" {
        return Ok(Box::new(std::io::stdin()));
    }
    let file = std::fs::File::open(target).with_context(|| unreadable(target))?;
    Ok(Box::new(file))
}

/// The bytes that a file begins with: all of them, unless it is too large.
fn begun(target: &str, file: &mut impl Read) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(MAX_INPUT)
        .read_to_end(&mut bytes)
        .with_context(|| unreadable(target))?;
    Ok(bytes)
}

fn unreadable(target: &str) -> String {
    format!("{target} cannot be read")
}
