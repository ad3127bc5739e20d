//! `dateline feeds remove`: takes feeds out of the files that they stand in, with their own comments.

use std::collections::BTreeSet;

use anyhow::anyhow;
use serde_json::{Value, json};

use super::args::RemoveArgs;
use super::registry::{Change, Registry};
use super::{Done, Stop, say_when_it_holds, stop};
use crate::exit::Exit;
use crate::terminal;

pub(super) fn remove(args: &RemoveArgs) -> Done {
    let registry = Registry::open_to_change(&args.config.config)?;
    let ids: BTreeSet<&str> = args.ids.iter().map(String::as_str).collect();
    refuse_unknown(&registry, &ids)?;
    let changes: Vec<Change<'_>> = registry
        .files()
        .iter()
        .filter(|file| {
            let mut feeds = file.document.feeds().iter();
            feeds.any(|feed| ids.contains(feed.id.as_str()))
        })
        .map(|file| Change {
            file,
            text: file.document.without(&ids),
        })
        .collect();
    let left = registry.apply(&changes)?;
    let removed: Vec<Value> = registry
        .places()
        .filter(|place| ids.contains(place.feed.id.as_str()))
        .map(|place| {
            json!({ "id": place.feed.id, "url": place.feed.url, "file": place.file.display().to_string() })
        })
        .collect();
    if args.json {
        terminal::result(&serde_json::to_string_pretty(
            &json!({ "removed": removed }),
        )?);
    } else {
        for place in registry.places() {
            if ids.contains(place.feed.id.as_str()) {
                let (id, file) = (&place.feed.id, place.file.display());
                terminal::result(&format!("removed {id} from {file}"));
            }
        }
    }
    terminal::say(
        "what was collected stays delivered: added again under the same id, a feed brings nothing of it twice",
    );
    say_when_it_holds(&registry.loaded.config);
    if left.config.feeds.is_empty() && left.config.drops.is_empty() {
        terminal::say(
            "no feed and no drop folder is left: the daemon will not start before one is added",
        );
    }
    Ok(Exit::Fine)
}

/// Removes nothing where one of the ids is not a feed's.
fn refuse_unknown(registry: &Registry, ids: &BTreeSet<&str>) -> Result<(), Stop> {
    let known: BTreeSet<&str> = registry
        .places()
        .map(|place| place.feed.id.as_str())
        .collect();
    let mut unknown = ids.difference(&known).peekable();
    if unknown.peek().is_none() {
        return Ok(());
    }
    for id in unknown {
        let drops = &registry.loaded.config.drops;
        let error = if drops.iter().any(|drop| drop.id == **id) {
            anyhow!("{id} is a drop folder, not a feed; take its [[drops]] out by hand")
        } else {
            anyhow!("there is no feed {id}; `dateline feeds list` shows the ids")
        };
        terminal::complain(&error);
    }
    Err(stop(Exit::Findings, &anyhow!("nothing was removed")))
}
