//! `dateline inspect`: what the pipeline makes of a thing, without state and without sinks.

mod batch;
pub(crate) mod date;
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
use dateline_drop::{Limits, Next, Part, Parts};
use dateline_feed::read::Reading;
use dateline_pipeline::draft::Draft;
use dateline_pipeline::record::{Record, SourceKind, SourceRef};
use dateline_pipeline::source::Outcome;
use dateline_pipeline::transform;
use dateline_pipeline::transform::enrichment::Enrichment;
use jiff::Timestamp;

use crate::cli::{Inspect, InspectArgs, InspectOne};
use crate::exit::Exit;
use crate::terminal;

/// Bytes read from a file or standard input; what a daemon would read of a feed or drop at most.
const MAX_INPUT: u64 = 64 << 20;

/// Articles of one dropped file that are shown: an archive of the web holds tens of thousands.
const MAX_PARTS: usize = 1000;

/// What came of the thing that was inspected.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    pub(crate) title: Option<String>,
    pub(crate) records: Vec<Record>,
    pub(crate) problems: Vec<String>,
}

pub(crate) fn inspect(args: &InspectArgs) -> anyhow::Result<Exit> {
    match &args.what {
        Inspect::Feed(one) if one.batch => batch::feeds(),
        Inspect::Drop(one) if one.batch => batch::drops(),
        Inspect::Page(one) if one.batch => page::batch(),
        Inspect::Page(one) => page::page(&target(one)?, one.json),
        Inspect::Feed(one) => report(one, feed(&target(one)?)),
        Inspect::Date(one) => date::date(one),
        Inspect::Text(one) => text::text(one),
        Inspect::Drop(one) => report(one, drop_file(&target(one)?)),
    }
}

fn target(one: &InspectOne) -> anyhow::Result<String> {
    one.target
        .clone()
        .context("name a file or an address, or say --batch")
}

fn report(one: &InspectOne, findings: anyhow::Result<Findings>) -> anyhow::Result<Exit> {
    let findings = match findings {
        Ok(findings) => findings,
        Err(error) => {
            terminal::complain(&error);
            return Ok(Exit::Unavailable);
        }
    };
    if one.json {
        for record in &findings.records {
            terminal::result(&serde_json::to_string(record)?);
        }
        for problem in &findings.problems {
            terminal::say(problem);
        }
    } else {
        terminal::result_raw(&show::findings(&findings));
    }
    let unread = findings.records.is_empty() || !findings.problems.is_empty();
    Ok(if unread { Exit::Findings } else { Exit::Fine })
}

fn feed(target: &str) -> anyhow::Result<Findings> {
    if target.starts_with("http://") || target.starts_with("https://") {
        return fetched(target);
    }
    let context = dateline_feed::read::Context {
        fetched: Some(Timestamp::now()),
        ..dateline_feed::read::Context::default()
    };
    let reading = dateline_feed::read::read(&bytes(target)?, &context);
    Ok(of_reading(target, reading))
}

/// Polls the address exactly as the daemon would at its first turn.
fn fetched(address: &str) -> anyhow::Result<Findings> {
    let harvest = super::runtime()?.block_on(world::poll_feed(address))?;
    let mut findings = Findings {
        title: harvest.facts.title,
        problems: harvest.facts.recovered,
        ..Findings::default()
    };
    if let Outcome::Failed { fault, .. } | Outcome::Gone { fault } = harvest.outcome {
        findings.problems.push(fault.reason);
    }
    findings.take(harvest.items.into_iter().map(|item| item.draft).collect());
    Ok(findings)
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

fn drop_file(target: &str) -> anyhow::Result<Findings> {
    let file: Box<dyn Read + Send> = if target == "-" {
        Box::new(std::io::stdin())
    } else {
        Box::new(std::fs::File::open(target).with_context(|| format!("{target} cannot be read"))?)
    };
    Ok(of_drop(target, file))
}

fn of_drop(target: &str, file: Box<dyn Read + Send>) -> Findings {
    let mut findings = Findings::default();
    let mut drafts = Vec::new();
    for next in Parts::new(file, Limits::default()) {
        match next {
            Next::Part(part) if drafts.len() + findings.problems.len() == MAX_PARTS => {
                let place = placed(target, &part);
                let more = format!(
                    "{place} and what follows it was not looked at: {MAX_PARTS} articles are shown"
                );
                findings.problems.push(more);
                break;
            }
            Next::Part(part) => {
                let place = placed(target, &part);
                match part.article {
                    Ok(article) => drafts.push(Draft {
                        item: article.item,
                        http: article.http,
                        page: article.page,
                        recovered: article.recovered,
                        file: Some(place),
                        ..draft(SourceKind::Drop, target)
                    }),
                    Err(unread) if place == target => findings.problems.push(unread.fault.reason),
                    Err(unread) => findings
                        .problems
                        .push(format!("{place}: {}", unread.fault.reason)),
                }
            }
            Next::Said(line) => terminal::say(&line),
            Next::Worked => {}
        }
    }
    findings.take(drafts);
    findings
}

/// Where a part of a file is.
fn placed(target: &str, part: &Part) -> String {
    if part.path.is_empty() {
        target.to_owned()
    } else {
        format!("{target}/{}", part.path)
    }
}

impl Findings {
    fn take(&mut self, drafts: Vec<Draft>) {
        for outcome in transform::inspect(drafts, &Enrichment::default()) {
            match outcome {
                Ok(record) => self.records.push(record),
                Err(fault) => self.problems.push(fault.reason),
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
        recovered: Vec::new(),
    }
}

/// The bytes of a file, or of standard input for `-`.
fn bytes(target: &str) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = if target == "-" {
        std::io::stdin()
            .lock()
            .take(MAX_INPUT)
            .read_to_end(&mut bytes)
    } else {
        std::fs::File::open(target).and_then(|file| file.take(MAX_INPUT).read_to_end(&mut bytes))
    };
    read.with_context(|| format!("{target} cannot be read"))?;
    Ok(bytes)
}
