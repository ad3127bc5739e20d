//! `dateline feeds export`: the feeds as OPML 2.0, for other readers.

use dateline_config::Url;
use dateline_config::edit::{Before, replace_file};
use dateline_feed::opml::{Head, Subscription, write};
use jiff::Timestamp;

use super::args::ExportArgs;
use super::health::Health;
use super::registry::Registry;
use super::{Done, stop};
use crate::exit::Exit;
use crate::terminal;
use crate::wording::count;

pub(super) fn export(args: &ExportArgs) -> Done {
    let registry = Registry::open(&args.config.config)?;
    // A feed without a name or a page has the one that it gives itself, where the daemon has heard it.
    let health = Health::read(&registry.loaded.config).ok();
    let title = |id: &str| health.as_ref()?.of(id)?.title.clone();
    let page = |id: &str| dateline_feed::page(&health.as_ref()?.of(id)?.memory);
    let feeds: Vec<Subscription> = registry
        .loaded
        .config
        .feeds
        .iter()
        .filter(|feed| args.tag.iter().all(|tag| feed.tags.contains(tag)))
        .map(|feed| Subscription {
            url: feed.url.to_string(),
            name: feed.name.clone().or_else(|| title(&feed.id)),
            tags: feed.tags.clone(),
            page: feed
                .page
                .as_ref()
                .map(Url::to_string)
                .or_else(|| page(&feed.id)),
            line: 0,
        })
        .collect();
    let head = Head {
        title: "Dateline feeds".to_owned(),
        created: Timestamp::now(),
    };
    let text = write(&head, &feeds);
    let Some(path) = &args.file else {
        terminal::result_raw(&text);
        return Ok(Exit::Fine);
    };
    // What an export replaces is an older one, in whatever encoding it has been saved since.
    replace_file(path, Before::Anything, &text)
        .map_err(|error| stop(Exit::Unavailable, &error.into()))?;
    terminal::say(&format!(
        "wrote {} to {}",
        count(feeds.len(), "feed"),
        path.display()
    ));
    Ok(Exit::Fine)
}
