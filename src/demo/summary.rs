//! What is said when the newsroom closes.

use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use dateline_pipeline::record::{Entity, Record};
use serde_json::{Value, json};

use super::folder::Folder;
use super::newsroom::account::{Account, Comparison};
use super::newsroom::{FeedFacts, Newsroom};
use super::output;
use super::watch::Watch;
use crate::terminal::{Style, paint};

/// Characters of a text that are shown of a record.
const SHOWN: usize = 160;

/// What the summary is made of.
pub(crate) struct Closing<'a> {
    pub(crate) elapsed: Duration,
    pub(crate) newsroom: &'a Newsroom,
    pub(crate) watch: &'a Watch,
    pub(crate) comparison: &'a Comparison,
    pub(crate) sample: Option<&'a Record>,
    pub(crate) folder: &'a Folder,
    pub(crate) state_dir: &'a Path,
}

impl Closing<'_> {
    /// The whole summary.
    ///
    /// # Errors
    /// When the output cannot be listed.
    pub(crate) fn text(&self, colourful: bool) -> anyhow::Result<String> {
        let files = output::finished(&self.folder.articles())?;
        let mut text = format!(
            "\nThe newsroom is closed after {:.0} s.\n\n",
            self.elapsed.as_secs_f64()
        );
        for (name, value) in self.facts() {
            text += &entry(name, &value);
        }
        text += &format!("\n{}\n", self.verdict(colourful));
        for difference in &self.comparison.differences {
            text += &format!("  {difference}\n");
        }
        text += "\n";
        for file in &files {
            text += &entry("records", &file.display().to_string());
        }
        text += &entry("configuration", &self.folder.config().display().to_string());
        text += &entry("state", &self.state_dir.display().to_string());
        text += &entry("log", &self.folder.log().display().to_string());
        if let Some(sample) = self.sample {
            text += &format!("\nOne record, shortened:\n\n{:#}\n", shortened(sample));
        }
        text += "\nTry next:\n\n";
        if let Some(file) = files.first() {
            text += &format!("  jq -r .title {}\n", quoted(file));
        }
        text += &format!("  dateline status -c {}\n", quoted(&self.folder.config()));
        Ok(text)
    }

    fn facts(&self) -> Vec<(&'static str, String)> {
        let (state, tally) = (&self.watch.state, &self.watch.tally);
        let feeds = self.newsroom.feeds();
        let sum = |of: fn(&FeedFacts) -> u64| feeds.iter().map(of).sum::<u64>();
        let languages: Vec<&str> = tally.languages.iter().map(String::as_str).collect();
        let mut facts = vec![
            (
                "sources",
                format!("{} feeds ({}), 1 drop folder", feeds.len(), formats(&feeds)),
            ),
            ("languages", languages.join(", ")),
            (
                "articles",
                self.newsroom.account(Account::articles).to_string(),
            ),
            ("revisions", tally.revised.to_string()),
            (
                "repeats",
                format!(
                    "{} made on purpose, {} suppressed; {} of {} polls answered 304",
                    self.newsroom.account(Account::repeats),
                    state.drafts - state.records,
                    sum(|feed| feed.served.unchanged),
                    sum(|feed| feed.served.asked),
                ),
            ),
            (
                "survived",
                format!(
                    "{}, {}",
                    counted(sum(|feed| feed.served.failed), "answer 500", "answers 500"),
                    counted(
                        sum(|feed| feed.served.cut_off),
                        "document broken off half-way",
                        "documents broken off half-way",
                    ),
                ),
            ),
            ("dead letters", state.dead_letters.len().to_string()),
        ];
        let letters = state.dead_letters.iter();
        facts.extend(letters.map(|letter| {
            (
                "",
                format!("{}/{}: {}", letter.origin, letter.subject, letter.reason),
            )
        }));
        facts
    }

    fn verdict(&self, colourful: bool) -> String {
        let agree = self.comparison.differences.is_empty();
        let style = if agree { Style::Good } else { Style::Error };
        paint(&self.comparison.line, style, colourful)
    }
}

fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

fn entry(name: &str, value: &str) -> String {
    format!("  {name:<14} {value}\n")
}

/// The formats of the feeds, each once.
fn formats(feeds: &[FeedFacts]) -> String {
    let mut formats: Vec<&str> = feeds.iter().map(|feed| feed.format).collect();
    formats.sort_unstable();
    formats.dedup();
    formats.join(", ")
}

/// The parts of a record that say the most, long texts cut.
fn shortened(record: &Record) -> Value {
    let cut = |text: &Option<String>| {
        let text = text.as_deref().unwrap_or_default();
        let shown: String = text.chars().take(SHOWN).collect();
        if shown.len() < text.len() {
            format!("{shown}…")
        } else {
            shown
        }
    };
    let mut named: Vec<&Entity> = record.entities.iter().collect();
    named.sort_by(|one, other| other.salience.total_cmp(&one.salience));
    let named = named.into_iter().take(FEW);
    let entities: Vec<Value> = named
        .map(|entity| json!({ "type": entity.kind, "name": entity.name, "id": entity.id }))
        .collect();
    let times = record.timestamps.iter().take(FEW);
    let times: Vec<Value> = times
        .map(|time| json!({ "text": time.text, "value": time.value }))
        .collect();
    json!({
        "id": record.id,
        "revision": record.revision,
        "op": record.op,
        "source": { "kind": record.source.kind, "id": record.source.id, "name": record.source.name },
        "canonical_url": record.canonical_url,
        "title": record.title,
        "authors": record.authors,
        "text": cut(&record.text),
        "language": record.language,
        "published": record.published.as_ref().map(|published| published.instant),
        "entities": entities,
        "timestamps": times,
        "provenance": { "http_status": record.provenance.http_status, "etag": record.provenance.etag },
    })
}

/// Entities and times that are shown.
const FEW: usize = 3;

/// A path as a shell takes it.
fn quoted(path: &Path) -> String {
    let path = path.display().to_string();
    let plain = |character: char| character.is_alphanumeric() || "/._-+".contains(character);
    if path.chars().all(plain) {
        path
    } else {
        format!("'{}'", path.replace('\'', r"'\''"))
    }
}

/// The record to show: a revised article of a feed, else any.
///
/// # Errors
/// When the output cannot be read.
pub(crate) fn sample(folder: &Folder) -> anyhow::Result<Option<Record>> {
    let mut sample: Option<Record> = None;
    let mut follower = output::Follower::new(&folder.articles());
    follower
        .read_on(|record| {
            if record.revision >= sample.as_ref().map_or(0, |known| known.revision) {
                sample = Some(record);
            }
        })
        .context("the records cannot be read again")?;
    Ok(sample)
}
