//! `--batch` for feeds and drops.

use std::collections::BTreeMap;

use dateline_feed::read::{Context, Options, inspect_answer, read_with};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{bytes, drop_file, lines};
use crate::exit::Exit;

#[derive(Debug, Deserialize)]
struct Request {
    path: String,
    #[serde(default)]
    headers: BTreeMap<String, String>,
}

/// `{"path", "headers"}` → `{"ok", "error", "feed", "entries", "recovered"}`.
pub(super) fn feeds() -> anyhow::Result<Exit> {
    answer(|request| {
        let header = |name: &str| {
            let found = request
                .headers
                .iter()
                .find(|(key, _)| key.eq_ignore_ascii_case(name));
            found.map(|(_, value)| value.clone())
        };
        match bytes(&request.path) {
            Ok(bytes) => inspect_answer(&read_with(
                &bytes,
                &Context::from_headers(header),
                Options::COMPARABLE,
            )),
            Err(error) => json!({ "ok": false, "error": format!("{error:#}") }),
        }
    })
}

/// `{"path"}` → `{"records": […], "problems": […]}`.
pub(super) fn drops() -> anyhow::Result<Exit> {
    answer(|request| match drop_file(&request.path) {
        Ok(findings) => {
            json!({ "records": findings.records, "problems": findings.problems })
        }
        Err(error) => json!({ "records": [], "problems": [format!("{error:#}")] }),
    })
}

fn answer(work: impl Fn(&Request) -> Value) -> anyhow::Result<Exit> {
    lines::answer(
        |request: Request| work(&request),
        |error| json!({ "ok": false, "error": error, "problems": [error] }),
    )
}
