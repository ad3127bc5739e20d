//! `--batch` for feeds.

use std::collections::BTreeMap;

use dateline_feed::read::{Context, Options, inspect_answer, read_with};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{bytes, lines};
use crate::exit::Exit;

#[derive(Debug, Deserialize)]
struct Request {
    path: String,
    #[serde(default)]
    headers: BTreeMap<String, String>,
}

/// `{"path", "headers"}` → `{"ok", "error", "feed", "entries", "recovered"}`.
pub(super) fn feeds() -> anyhow::Result<Exit> {
    lines::answer(answer, |error| json!({ "ok": false, "error": error }))
}

fn answer(request: Request) -> Value {
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
}
