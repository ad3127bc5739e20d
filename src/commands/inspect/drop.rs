//! `inspect drop`: the records that become of a dropped file.

use dateline_config::DropFolder;
use dateline_pipeline::draft::Draft;
use dateline_pipeline::record::SourceKind;
use serde::Deserialize;
use serde_json::json;

use super::{Findings, bytes, draft, lines, report, target};
use crate::cli::InspectDrop;
use crate::exit::Exit;
use crate::terminal;

#[derive(Debug, Deserialize)]
struct Request {
    path: String,
}

pub(super) fn drop_file(args: &InspectDrop) -> anyhow::Result<Exit> {
    let folder = match folder(args) {
        Ok(folder) => folder,
        Err(exit) => return Ok(exit),
    };
    if args.batch {
        return batch(folder.as_ref());
    }
    let file = target(&args.target)?;
    let findings = bytes(file).map(|bytes| of_drop(file, &bytes, folder.as_ref()));
    report(findings, args.json)
}

/// The folder whose settings hold, where one is named; the exit code after saying why there is none.
fn folder(args: &InspectDrop) -> Result<Option<DropFolder>, Exit> {
    let Some(id) = &args.drop else {
        return Ok(None);
    };
    let folders = super::super::load_config(&args.config.config)?.config.drops;
    let ids: Vec<String> = folders.iter().map(|folder| folder.id.clone()).collect();
    let folder = folders.into_iter().find(|folder| folder.id == *id);
    folder.map(Some).ok_or_else(|| {
        let file = args.config.config.display();
        let known = ids.join(", ");
        terminal::complain(&anyhow::anyhow!(
            "none of the [[drops]] of {file} has the id `{id}`; there are: {known}"
        ));
        Exit::Usage
    })
}

/// `{"path"}` → `{"records": […], "problems": […]}`.
fn batch(folder: Option<&DropFolder>) -> anyhow::Result<Exit> {
    lines::answer(
        |request: Request| match bytes(&request.path) {
            Ok(bytes) => {
                let findings = of_drop(&request.path, &bytes, folder);
                json!({ "records": findings.records, "problems": findings.problems })
            }
            Err(error) => json!({ "records": [], "problems": [format!("{error:#}")] }),
        },
        |error| json!({ "records": [], "problems": [error] }),
    )
}

/// What becomes of a file, in `folder` or in one without settings.
pub(super) fn of_drop(target: &str, bytes: &[u8], folder: Option<&DropFolder>) -> Findings {
    let mut findings = Findings::default();
    let fields = folder.and_then(|folder| folder.fields.as_ref());
    match dateline_drop::read(bytes, fields) {
        Ok(articles) => {
            let language = folder.and_then(|folder| folder.language.as_ref());
            let drafts = articles.into_iter().map(|article| {
                let mut item = article.item;
                item.language = item.language.or_else(|| language.cloned());
                Draft {
                    item,
                    page: article.page,
                    recovered: article.recovered,
                    file: Some(target.to_owned()),
                    ..draft(SourceKind::Drop, target)
                }
            });
            findings.take(drafts.collect());
        }
        Err(fault) => findings.problems.push(fault.reason),
    }
    findings
}
