//! `dateline feeds list`: the feeds of a configuration, and how they do.

use std::collections::HashMap;

use dateline_config::Feed;
use dateline_pipeline::store::SourceState;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::Done;
use super::args::ListArgs;
use super::health::Health;
use super::registry::Registry;
use crate::commands::table::{Column, lay_out};
use crate::exit::Exit;
use crate::terminal;
use crate::wording::count;
use crate::wording::{ago, ahead, bare};

const COLUMNS: [Column; 8] = [
    Column::cut("id", 24),
    Column::cut("name", 8),
    Column::cut("tags", 6),
    Column::whole("state"),
    Column::whole("read"),
    Column::whole("next"),
    Column::cut("url", 16),
    Column::cut("reason", 30),
];

pub(super) fn list(args: &ListArgs) -> Done {
    let registry = Registry::open(&args.config.config)?;
    let config = &registry.loaded.config;
    let health = match Health::read(config) {
        Ok(health) => Some(health),
        Err(error) => {
            terminal::complain(&error.into());
            None
        }
    };
    let bad = |feed: &Feed| {
        let health = health.as_ref();
        health.is_some_and(|health| health.condition(feed).is_bad())
    };
    let feeds: Vec<&Feed> = config
        .feeds
        .iter()
        .filter(|feed| args.tag.iter().all(|tag| feed.tags.contains(tag)))
        .filter(|feed| !args.failing || bad(feed))
        .collect();
    if args.json {
        print_json(&registry, &feeds, health.as_ref())?;
    } else {
        print_table(&feeds, health.as_ref(), args.failing);
        say_how_many(&feeds, args);
    }
    Ok(match health {
        None => Exit::Unavailable,
        Some(_) if args.failing && !feeds.is_empty() => Exit::Findings,
        Some(_) => Exit::Fine,
    })
}

fn say_how_many(feeds: &[&Feed], args: &ListArgs) {
    let said = match (feeds.len(), args.failing, args.tag.is_empty()) {
        (0, false, true) => {
            "there is no feed in the configuration; `dateline feeds add URL` adds one".to_owned()
        }
        (0, false, false) => "no feed has these tags".to_owned(),
        (0, true, _) => "no feed is failing".to_owned(),
        (number, true, _) => format!(
            "{} failing; `dateline feeds why ID` says more of one",
            count(number, "feed")
        ),
        (number, false, _) => count(number, "feed"),
    };
    terminal::say(&said);
}

fn print_table(feeds: &[&Feed], health: Option<&Health>, failing: bool) {
    if feeds.is_empty() {
        return;
    }
    let now = Timestamp::now();
    let mut rows: Vec<Vec<String>> = feeds.iter().map(|feed| row(feed, health, now)).collect();
    for row in rows.iter_mut().filter(|_| failing) {
        // Who looks for trouble wants the reason, and there is not room for everything.
        for column in ["tags", "url"] {
            let at = COLUMNS.iter().position(|known| known.heading == column);
            if let Some(cell) = at.and_then(|at| row.get_mut(at)) {
                cell.clear();
            }
        }
    }
    terminal::result_raw(&lay_out(&COLUMNS, &rows, terminal::stdout_columns()));
}

fn row(feed: &Feed, health: Option<&Health>, now: Timestamp) -> Vec<String> {
    let state = health.and_then(|health| health.of(&feed.id));
    let title = || state.and_then(|state| state.title.clone());
    let read = state.and_then(|state| state.succeeded);
    let next = state
        .filter(|_| feed.enabled)
        .and_then(SourceState::next_turn);
    vec![
        feed.id.clone(),
        feed.name.clone().or_else(title).unwrap_or_default(),
        feed.tags.join(", "),
        health.map_or(String::new(), |health| health.condition(feed).word()),
        read.map_or(String::new(), |at| ago(at, now)),
        next.map_or(String::new(), |due| ahead(due, now)),
        feed.url.to_string(),
        state.map_or(String::new(), |state| reason(state, feed)),
    ]
}

/// Why the last turn failed, without the address that stands beside it.
fn reason(state: &SourceState, feed: &Feed) -> String {
    let reason = state.reason.as_deref().unwrap_or_default();
    bare(reason, feed.url.as_str()).to_owned()
}

fn print_json(
    registry: &Registry,
    feeds: &[&Feed],
    health: Option<&Health>,
) -> serde_json::Result<()> {
    let places: HashMap<&str, (String, usize)> = registry
        .places()
        .map(|place| {
            let file = place.file.display().to_string();
            (place.feed.id.as_str(), (file, place.feed.line))
        })
        .collect();
    let feeds: Vec<Value> = feeds
        .iter()
        .map(|feed| {
            let place = places.get(feed.id.as_str());
            let state = health.and_then(|health| health.of(&feed.id));
            as_json(feed, place, state)
        })
        .collect();
    terminal::result(&serde_json::to_string_pretty(&feeds)?);
    Ok(())
}

fn as_json(feed: &Feed, place: Option<&(String, usize)>, state: Option<&SourceState>) -> Value {
    json!({
        "id": feed.id,
        "name": feed.name,
        "tags": feed.tags,
        "url": feed.url.as_str(),
        "enabled": feed.enabled,
        "file": place.map(|(file, _)| file),
        "line": place.map(|(_, line)| line),
        "health": state.map(|state| json!({
            "title": state.title,
            "outcome": state.outcome,
            "failures": state.failures,
            "failing_since": state.failing_since,
            "status": state.status,
            "reason": state.reason,
            "attempted": state.attempted,
            "succeeded": state.succeeded,
            "next": state.next_turn(),
            "drafts": state.drafts,
            "churning": state.churning,
        })),
    })
}
