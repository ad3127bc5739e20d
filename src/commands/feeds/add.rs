//! `dateline feeds add`: finds the feed of an address, tries it, and writes it into the configuration.

use std::sync::Arc;

use anyhow::anyhow;
use dateline_config::edit::{Document, NewFeed};
use dateline_config::{Config, Url};
use dateline_feed::discover::{Discovery, Found, How, discover};
use dateline_feed::robots::Pages;
use dateline_pipeline::clock::Clock;
use serde_json::{Value, json};

use super::args::AddArgs;
use super::registry::{Change, Registry, alike};
use super::{Done, Stop, say_when_it_holds, stop};
use crate::exit::Exit;
use crate::terminal;
use crate::wording::count;

pub(super) fn add(args: &AddArgs) -> Done {
    let url = address(&args.url)?;
    let mut feed = NewFeed {
        id: args.id.clone(),
        name: args.name.clone(),
        url: url.to_string(),
        page: None,
        tags: args.tag.clone(),
        every: args.every.clone(),
    };
    check_alone(&feed)?;
    let registry = Registry::open(&args.config.config)?;
    refuse_duplicate(&registry, &feed)?;
    let found = if args.no_check {
        None
    } else {
        let config = registry.loaded.config.clone();
        Some(find(&config, &url, args)?)
    };
    if let Some(found) = &found {
        // What was typed is kept where it leads to the feed: whether it has moved for good, the daemon finds out.
        if found.how != How::Address {
            feed.url = found.url.to_string();
        }
    }
    // The world was asked without the lock; what others have changed meanwhile is read again.
    let registry = Registry::open_to_change(&args.config.config)?;
    refuse_duplicate(&registry, &feed)?;
    let target = registry.target(args.file.as_deref())?;
    let change = Change {
        file: &target,
        text: target.document.with(std::slice::from_ref(&feed)),
    };
    let changes = [change];
    registry.apply(&changes)?;
    let written = Document::parse(&changes[0].text)?;
    let written = written
        .feeds()
        .iter()
        .find(|written| written.url == feed.url);
    let (id, line) = written.map_or((String::new(), 0), |written| {
        (written.id.clone(), written.line)
    });
    let file = target.path.display();
    if args.json {
        let answer = json!({
            "added": { "id": id, "url": feed.url, "file": file.to_string(), "line": line },
            "feed": found.as_ref().map(candidate),
        });
        terminal::result(&serde_json::to_string_pretty(&answer)?);
    } else {
        if let Some(found) = &found {
            terminal::say(&describe(found));
        }
        terminal::result(&format!("added {id} to {file}:{line}"));
    }
    say_when_it_holds(&registry.loaded.config);
    Ok(Exit::Fine)
}

/// The address that was typed; one without a scheme is tried over https.
fn address(typed: &str) -> Result<Url, Stop> {
    let whole = if typed.contains("://") {
        typed.to_owned()
    } else {
        format!("https://{typed}")
    };
    Url::parse(&whole).map_err(|error| {
        stop(
            Exit::Usage,
            &anyhow!(
                "{typed:?} is no address: {error}; write one such as https://example.org/feed.xml"
            ),
        )
    })
}

/// Checks what the command line says of the feed, by the loader's own rules.
fn check_alone(feed: &NewFeed) -> Result<(), Stop> {
    let text = Document::parse("")?.with(std::slice::from_ref(feed));
    match dateline_config::parse(&text, std::path::Path::new("the new feed")) {
        Ok(_) => Ok(()),
        Err(errors) => {
            terminal::say(&errors.render(terminal::stderr_is_colourful(), terminal::columns()));
            Err(Stop::Said(Exit::Usage))
        }
    }
}

fn refuse_duplicate(registry: &Registry, feed: &NewFeed) -> Result<(), Stop> {
    let own = alike(&feed.url);
    let known = registry
        .places()
        .find(|place| alike(&place.feed.url) == own);
    if let Some(known) = known {
        return Err(stop(
            Exit::Findings,
            &anyhow!(
                "{} is there already: {} in {known}",
                known.feed.url,
                known.feed.id
            ),
        ));
    }
    let id = match &feed.id {
        Some(id) => id.clone(),
        None => dateline_config::edit::derived_id(&Url::parse(&feed.url)?),
    };
    if let Some(known) = registry.places().find(|place| place.feed.id == id) {
        return Err(stop(
            Exit::Findings,
            &anyhow!(
                "the id {id} is taken by {} in {known}; give another one with --id",
                known.feed.url
            ),
        ));
    }
    let drops = &registry.loaded.config.drops;
    if drops.iter().any(|drop| drop.id == id) {
        return Err(stop(
            Exit::Findings,
            &anyhow!("the id {id} is taken by a drop folder; give another one with --id"),
        ));
    }
    Ok(())
}

/// Asks the address for its feeds and settles for one.
fn find(config: &Config, url: &Url, args: &AddArgs) -> Result<Found, Stop> {
    let client = Arc::new(dateline_feed::Client::new(&config.collect, &config.http)?);
    let pages = Pages::new(client, config.collect.per_host_spacing, Clock::System);
    let discovery = crate::commands::runtime()?.block_on(discover(&pages, url));
    match (discovery.found.as_slice(), args.pick) {
        ([], _) => Err(nothing(&discovery, url)),
        ([only], None) => Ok(only.clone()),
        (several, Some(pick)) => pick
            .checked_sub(1)
            .and_then(|index| several.get(index))
            .cloned()
            .ok_or_else(|| {
                let found = count(several.len(), "feed");
                stop(
                    Exit::Findings,
                    &anyhow!("there is no number {pick}: {found} found"),
                )
            }),
        (several, None) => Err(choose(several, args)),
    }
}

/// Says why no feed was found.
fn nothing(discovery: &Discovery, url: &Url) -> Stop {
    let mut reasons: Vec<&str> = Vec::new();
    for miss in discovery
        .missed
        .iter()
        .filter(|miss| miss.how != How::Usual)
    {
        if !reasons.contains(&miss.reason.as_str()) {
            reasons.push(&miss.reason);
        }
    }
    for reason in reasons {
        terminal::say(&terminal::harmless(reason));
    }
    let mut tried = discovery.missed.iter();
    if tried.any(|miss| miss.how == How::Address && miss.passing) {
        let error = anyhow!(
            "{url} cannot be asked now; try again later, or add it untried with --no-check"
        );
        return stop(Exit::Unavailable, &error);
    }
    let error = anyhow!(
        "no feed was found at {url}; give the feed's own address, or add it untried with --no-check"
    );
    stop(Exit::Findings, &error)
}

/// Lists the feeds to choose from.
fn choose(several: &[Found], args: &AddArgs) -> Stop {
    if args.json {
        let answer = json!({ "candidates": several.iter().map(candidate).collect::<Vec<Value>>() });
        terminal::result(&answer.to_string());
    } else {
        for (index, found) in several.iter().enumerate() {
            terminal::result(&format!(
                "{:>3}  {}\n     {}",
                index + 1,
                found.url,
                describe(found)
            ));
        }
    }
    let error = anyhow!(
        "{} found; add one with --pick N, or by its own address",
        count(several.len(), "feed")
    );
    stop(Exit::Findings, &error)
}

/// What is known of a feed, in one line.
fn describe(found: &Found) -> String {
    let title = terminal::harmless(found.title.as_deref().unwrap_or("without a title"));
    let newest = found.newest.map_or("without dates".to_owned(), |newest| {
        format!("the newest of {}", newest.strftime("%Y-%m-%d %H:%M UTC"))
    });
    format!(
        "{title}: {}, {newest} ({})",
        count(found.items, "item"),
        found.how
    )
}

fn candidate(found: &Found) -> Value {
    json!({
        "url": found.url.as_str(),
        "title": found.title,
        "format": found.format,
        "items": found.items,
        "newest": found.newest,
        "how": found.how.to_string(),
    })
}
