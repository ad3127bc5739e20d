//! What becomes of the feeds of a list that is imported: fresh, known already, or refused by the loader's own rules.
//! Decides and tells; writes nothing.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use dateline_config::edit::{Document, NewFeed};
use dateline_config::{Severity, Url};
use dateline_feed::opml::Subscription;
use serde_json::{Value, json};

use super::Stop;
use super::args::ImportArgs;
use super::registry::{Registry, alike};
use crate::terminal;
use crate::wording::count;

/// Times that the loader is asked for what it refuses: it names a thousand findings at a time, and a list has at most a
/// hundred thousand feeds.
const ROUNDS: usize = 101;

/// Longest id, as the loader has it.
const MAX_ID: usize = 128;

/// What becomes of the feeds of a list.
pub(super) struct Sorting {
    /// Ids that are taken.
    ids: HashSet<String>,
    /// Where addresses are: in a file, or further up in the list.
    urls: HashMap<String, String>,
    /// Feeds to be added, with their lines in the list.
    pub(super) fresh: Vec<(NewFeed, usize)>,
    known: Vec<Judged>,
    pub(super) refused: Vec<Judged>,
    /// The number that the next feed with a taken id gets.
    numbers: HashMap<String, usize>,
}

/// A feed that is not added; its address is shown without a password.
pub(super) struct Judged {
    pub(super) line: usize,
    url: String,
    reason: String,
}

impl Sorting {
    pub(super) fn new(registry: &Registry) -> Sorting {
        let mut sorting = Sorting {
            ids: HashSet::new(),
            urls: HashMap::new(),
            fresh: Vec::new(),
            known: Vec::new(),
            refused: Vec::new(),
            numbers: HashMap::new(),
        };
        for place in registry.places() {
            let at = format!("{} in {place}", place.feed.id);
            sorting.ids.insert(place.feed.id.clone());
            sorting.urls.insert(alike(&place.feed.url), at);
        }
        for drop in &registry.loaded.config.drops {
            sorting.ids.insert(drop.id.clone());
        }
        sorting
    }

    pub(super) fn sort(&mut self, feed: Subscription) {
        let judged = |url: &str, reason: String| Judged {
            line: feed.line,
            url: without_login(url),
            reason,
        };
        let url = match Url::parse(&feed.url) {
            Ok(url) => url,
            Err(error) => {
                self.refused
                    .push(judged(&feed.url, format!("no address: {error}")));
                return;
            }
        };
        if let Some(at) = self.urls.get(&alike(url.as_str())) {
            self.known
                .push(judged(url.as_str(), format!("there already: {at}")));
            return;
        }
        let id = dateline_config::edit::derived_id(&url);
        let own = self.free_id(&id);
        let at = format!("line {} of the list", feed.line);
        self.urls.insert(alike(url.as_str()), at);
        self.ids.insert(own.clone());
        let new = NewFeed {
            id: (own != id).then_some(own),
            name: feed.name,
            url: url.into(),
            page: feed.page.as_deref().and_then(page),
            tags: feed.tags,
            every: None,
        };
        self.fresh.push((new, feed.line));
    }

    /// `id`, or with a number where it is taken by another address.
    fn free_id(&mut self, id: &str) -> String {
        if !self.ids.contains(id) {
            return id.to_owned();
        }
        let number = self.numbers.entry(id.to_owned()).or_insert(1);
        loop {
            *number += 1;
            let end = format!("-{number}");
            let cut = id.len().min(MAX_ID - end.len());
            let own = format!("{}{end}", &id[..cut]);
            if !self.ids.contains(&own) {
                return own;
            }
        }
    }

    /// Moves what the loader would refuse to the refused, with the loader's reasons.
    pub(super) fn refuse_invalid(&mut self) -> Result<(), Stop> {
        for _ in 0..ROUNDS {
            let feeds: Vec<NewFeed> = self.fresh.iter().map(|(feed, _)| feed.clone()).collect();
            let text = Document::parse("")?.with(&feeds);
            let Err(errors) = dateline_config::parse(&text, Path::new("list")) else {
                return Ok(());
            };
            let document = Document::parse(&text)?;
            let starts: Vec<usize> = document.feeds().iter().map(|feed| feed.line).collect();
            let mut reasons: HashMap<usize, String> = HashMap::new();
            for finding in errors.findings() {
                let Some((line, _)) = finding.position() else {
                    continue;
                };
                if finding.severity() != Severity::Error {
                    continue;
                }
                let index = starts
                    .partition_point(|start| *start <= line)
                    .saturating_sub(1);
                let advice = finding.suggestion().map(|advice| format!("; {advice}"));
                let reason = format!("{}{}", finding.message(), advice.unwrap_or_default());
                reasons.entry(index).or_insert(reason);
            }
            if reasons.is_empty() {
                return Ok(());
            }
            let mut index = 0;
            let refused = &mut self.refused;
            self.fresh.retain(|(feed, line)| {
                let reason = reasons.remove(&index);
                index += 1;
                let Some(reason) = reason else { return true };
                refused.push(Judged {
                    line: *line,
                    url: without_login(&feed.url),
                    reason,
                });
                false
            });
        }
        Ok(())
    }

    pub(super) fn report(&self, file: &str, args: &ImportArgs) {
        if args.dry_run {
            for (feed, _) in &self.fresh {
                let tags = feed.tags.join(", ");
                let name = feed.name.as_deref().unwrap_or("-");
                terminal::result(&format!("would add  {}  {name}  [{tags}]", feed.url));
            }
        }
        let listed = |word: &str, judged: &[Judged]| {
            for one in judged {
                terminal::result(&format!(
                    "{word}  line {}: {}: {}",
                    one.line, one.url, one.reason
                ));
            }
        };
        if args.dry_run {
            listed("known    ", &self.known);
        }
        listed("refused", &self.refused);
        let added = count(self.fresh.len(), "feed");
        let (known, refused) = (self.known.len(), self.refused.len());
        let would = if args.dry_run {
            "would be added"
        } else {
            "added"
        };
        terminal::result(&format!(
            "{added} {would} to {file}, {known} known already, {refused} refused"
        ));
    }

    pub(super) fn as_json(&self, file: &str, dry_run: bool) -> Value {
        let judged = |judged: &[Judged]| -> Vec<Value> {
            judged
                .iter()
                .map(|one| json!({ "line": one.line, "url": one.url, "reason": one.reason }))
                .collect()
        };
        let added: Vec<Value> = self
            .fresh
            .iter()
            .map(|(feed, line)| {
                json!({ "line": line, "url": feed.url, "id": feed.id, "name": feed.name, "tags": feed.tags })
            })
            .collect();
        json!({
            "file": file,
            "dry_run": dry_run,
            "added": added,
            "known": judged(&self.known),
            "refused": judged(&self.refused),
        })
    }
}

/// The page of a feed, where it is one that the loader takes: an address that is none costs no feed.
fn page(written: &str) -> Option<String> {
    let page = Url::parse(written).ok()?;
    let usable = matches!(page.scheme(), "http" | "https")
        && page.username().is_empty()
        && page.password().is_none();
    usable.then(|| page.into())
}

/// An address as it may be shown.
fn without_login(url: &str) -> String {
    match url.split_once("://") {
        Some((scheme, rest)) => {
            let host_end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
            match rest[..host_end].rfind('@') {
                Some(at) => format!("{scheme}://***{}", &rest[at..]),
                None => url.to_owned(),
            }
        }
        None => url.to_owned(),
    }
}
