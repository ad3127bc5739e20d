//! `dateline feeds list`: the feeds of a configuration, and how they do.

use std::collections::HashMap;

use dateline_config::Feed;
use serde_json::{Value, json};

use super::args::ListArgs;
use super::registry::Registry;
use super::table::{Column, lay_out};
use super::{Done, count};
use crate::exit::Exit;
use crate::terminal;

const COLUMNS: [Column; 5] = [
    Column {
        heading: "id",
        least: Some(12),
    },
    Column {
        heading: "name",
        least: Some(8),
    },
    Column {
        heading: "tags",
        least: Some(6),
    },
    Column {
        heading: "state",
        least: None,
    },
    Column {
        heading: "url",
        least: Some(16),
    },
];

pub(super) fn list(args: &ListArgs) -> Done {
    let registry = Registry::open(&args.config.config)?;
    let feeds: Vec<&Feed> = registry
        .loaded
        .config
        .feeds
        .iter()
        .filter(|feed| args.tag.iter().all(|tag| feed.tags.contains(tag)))
        .collect();
    if args.json {
        let places: HashMap<&str, (String, usize)> = registry
            .places()
            .map(|place| {
                let file = place.file.display().to_string();
                (place.feed.id.as_str(), (file, place.feed.line))
            })
            .collect();
        let feeds: Vec<Value> = feeds
            .iter()
            .map(|feed| as_json(feed, places.get(feed.id.as_str())))
            .collect();
        terminal::result(&serde_json::to_string_pretty(&feeds)?);
        return Ok(Exit::Fine);
    }
    if feeds.is_empty() {
        terminal::say(if args.tag.is_empty() {
            "there is no feed in the configuration; `dateline feeds add URL` adds one"
        } else {
            "no feed has these tags"
        });
        return Ok(Exit::Fine);
    }
    let rows: Vec<Vec<String>> = feeds.iter().map(|feed| row(feed)).collect();
    terminal::result_raw(&lay_out(&COLUMNS, &rows, terminal::stdout_columns()));
    terminal::say(&count(feeds.len(), "feed"));
    Ok(Exit::Fine)
}

fn row(feed: &Feed) -> Vec<String> {
    let state = if feed.enabled { "" } else { "off" };
    vec![
        feed.id.clone(),
        feed.name.clone().unwrap_or_default(),
        feed.tags.join(", "),
        state.to_owned(),
        feed.url.to_string(),
    ]
}

fn as_json(feed: &Feed, place: Option<&(String, usize)>) -> Value {
    json!({
        "id": feed.id,
        "name": feed.name,
        "tags": feed.tags,
        "url": feed.url.as_str(),
        "enabled": feed.enabled,
        "file": place.map(|(file, _)| file),
        "line": place.map(|(_, line)| line),
    })
}
