//! `dateline feeds import`: adds the feeds of an OPML file that are not there yet, and says of the others why not.

use std::io::Read;
use std::path::Path;

use anyhow::{Context, anyhow};
use dateline_config::edit::NewFeed;
use dateline_feed::opml::{Opml, read};

use super::args::ImportArgs;
use super::registry::{Change, Registry};
use super::sorting::Sorting;
use super::{Done, Stop, say_when_it_holds, stop};
use crate::exit::Exit;
use crate::terminal;

/// Largest OPML file, in bytes: more than a hundred thousand feeds with all their attributes.
const MAX_FILE: u64 = 64 << 20;

pub(super) fn import(args: &ImportArgs) -> Done {
    let opml = opml(&args.opml)?;
    for note in &opml.notes {
        terminal::say(&format!("{}: {note}", args.opml.display()));
    }
    let registry = Registry::open_to_change(&args.config.config)?;
    let mut sorting = Sorting::new(&registry);
    for feed in opml.feeds {
        sorting.sort(feed);
    }
    sorting.refuse_invalid()?;
    sorting.refused.sort_by_key(|one| one.line);
    let feeds: Vec<NewFeed> = sorting.fresh.iter().map(|(feed, _)| feed.clone()).collect();
    let target = registry.target(args.file.as_deref())?;
    let changes = [Change {
        file: &target,
        text: target.document.with(&feeds),
    }];
    if !feeds.is_empty() {
        if args.dry_run {
            for entry in registry.check(&changes)?.included {
                terminal::say(&format!("the configuration would include {entry}"));
            }
        } else {
            registry.apply(&changes)?;
        }
    }
    let file = target.path.display().to_string();
    if args.json {
        terminal::result(&serde_json::to_string_pretty(
            &sorting.as_json(&file, args.dry_run),
        )?);
    } else {
        sorting.report(&file, args);
    }
    if !feeds.is_empty() && !args.dry_run {
        say_when_it_holds(&registry.loaded.config);
    }
    Ok(if sorting.refused.is_empty() {
        Exit::Fine
    } else {
        Exit::Findings
    })
}

fn opml(path: &Path) -> Result<Opml, Stop> {
    let mut bytes = Vec::new();
    let read_from =
        |source: &mut dyn Read, bytes: &mut Vec<u8>| source.take(MAX_FILE + 1).read_to_end(bytes);
    let done = if path == Path::new("-") {
        read_from(&mut std::io::stdin().lock(), &mut bytes)
    } else {
        std::fs::File::open(path).and_then(|mut file| read_from(&mut file, &mut bytes))
    };
    let name = path.display();
    done.with_context(|| format!("{name} cannot be read"))
        .map_err(|error| stop(Exit::Unavailable, &error))?;
    if bytes.len() as u64 > MAX_FILE {
        let error = anyhow!("{name} is larger than 64 MiB, which no list of feeds is");
        return Err(stop(Exit::Findings, &error));
    }
    read(&bytes).map_err(|error| stop(Exit::Findings, &anyhow!("{name}: {error}")))
}
