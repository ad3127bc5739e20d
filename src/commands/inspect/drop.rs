//! `inspect drop`: the records that become of a dropped file.

use std::io::Read;

use dateline_config::DropFolder;
use dateline_drop::{FileArticle, Next, Part, Parts, Settings};
use dateline_pipeline::draft::Draft;
use dateline_pipeline::record::SourceKind;
use dateline_pipeline::transform::enrichment::Enrichment;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;

use super::{Findings, draft, lines, open, report, target};
use crate::cli::InspectDrop;
use crate::commands::{load_config, load_enrichment};
use crate::exit::Exit;
use crate::terminal;

/// Articles of one dropped file that are shown: an archive of the web holds tens of thousands.
const MAX_PARTS: usize = 1000;

#[derive(Debug, Deserialize)]
struct Request {
    path: String,
}

pub(super) fn drop_file(args: &InspectDrop) -> anyhow::Result<Exit> {
    let known = match known(args) {
        Ok(known) => known,
        Err(exit) => return Ok(exit),
    };
    if args.batch {
        return batch(known.as_ref());
    }
    let file = target(&args.target)?;
    let findings = open(file).map(|opened| of_drop(file, opened, known.as_ref()));
    report(findings, args.json)
}

/// A folder of the configuration, with what the configuration makes of its records.
pub(super) struct Known {
    folder: DropFolder,
    enrichment: Enrichment,
}

/// The folder whose settings hold, where one is named; the exit code after saying why there is none.
fn known(args: &InspectDrop) -> Result<Option<Known>, Exit> {
    let Some(id) = &args.drop else {
        return Ok(None);
    };
    let config = load_config(&args.config.config)?.config;
    let enrichment = load_enrichment(&config)?;
    let ids: Vec<String> = config
        .drops
        .iter()
        .map(|folder| folder.id.clone())
        .collect();
    let folder = config.drops.into_iter().find(|folder| folder.id == *id);
    let known = folder.map(|folder| Known { folder, enrichment });
    known.map(Some).ok_or_else(|| {
        let file = args.config.config.display();
        let known = ids.join(", ");
        terminal::complain(&anyhow::anyhow!(
            "none of the [[drops]] of {file} has the id `{id}`; there are: {known}"
        ));
        Exit::Usage
    })
}

/// `{"path"}` → `{"records": […], "problems": […]}`.
fn batch(known: Option<&Known>) -> anyhow::Result<Exit> {
    lines::answer(
        |request: Request| match open(&request.path) {
            Ok(file) => {
                let findings = of_drop(&request.path, file, known);
                json!({ "records": findings.records, "problems": findings.problems })
            }
            Err(error) => json!({ "records": [], "problems": [format!("{error:#}")] }),
        },
        |error| json!({ "records": [], "problems": [error] }),
    )
}

/// What becomes of a file, in a folder of the configuration or in one without settings. It is read as it streams.
pub(super) fn of_drop(target: &str, file: Box<dyn Read + Send>, known: Option<&Known>) -> Findings {
    match known {
        Some(known) => of_known(target, file, known),
        None => of_any(target, file),
    }
}

fn of_known(target: &str, file: Box<dyn Read + Send>, known: &Known) -> Findings {
    let found = dateline_drop::drafts(&known.folder, target, file, Timestamp::now(), MAX_PARTS);
    for line in &found.said {
        terminal::say(line);
    }
    let mut findings = Findings {
        problems: found.unread,
        ..Findings::default()
    };
    findings.enrich(found.drafts, &known.enrichment);
    findings
}

fn of_any(target: &str, file: Box<dyn Read + Send>) -> Findings {
    let mut findings = Findings::default();
    let mut drafts = Vec::new();
    for next in Parts::new(file, Settings::default()) {
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
                    Ok(article) => drafts.push(drafted(target, place, *article)),
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

fn drafted(target: &str, place: String, article: FileArticle) -> Draft {
    Draft {
        item: article.item,
        http: article.http,
        page: article.page,
        recovered: article.recovered,
        file: Some(place),
        ..draft(SourceKind::Drop, target)
    }
}

/// Where a part of a file is.
fn placed(target: &str, part: &Part) -> String {
    if part.path.is_empty() {
        target.to_owned()
    } else {
        format!("{target}/{}", part.path)
    }
}
