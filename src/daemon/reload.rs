//! From the configuration that holds to another one, while everything runs.
//!
//! All that may be wrong with it is found before anything is changed: a bad file leaves the daemon as it was. What has not
//! changed is not disturbed.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;

use dateline_config::{
    Admin, Config, ConfigErrors, DropFolder, Feed, Files, Finding, LogFormat, Telemetry, WebSub,
};
use dateline_feed::Client;
use dateline_feed::websub::Callbacks;
use dateline_pipeline::clock::Clock;
use dateline_pipeline::collect::{Polled, Roster, Rosters};
use dateline_pipeline::letters::{self as dead_letters, Retry};
use dateline_pipeline::reprocess;
use dateline_pipeline::source::Source;
use dateline_pipeline::store::{Readers, Retention, Store, StoreError, Which};
use dateline_pipeline::transform::enrichment::Enrichment;
use jiff::Timestamp;
use serde::Serialize;
use tokio::sync::watch as latest;

use super::control::{Applied, NoPoll, Order};
use super::delivery::{Configured, Delivery, Outlet};
use super::logging::Logging;
use super::{StartError, assembly, enrichment, letters, systemd};

/// The parts of a running daemon that follow its configuration.
pub(super) struct Live {
    /// What does not follow it until the next start.
    pub(super) at_start: AtStart,
    /// The configuration that holds, the only one that is kept: that of ten thousand feeds takes ten megabytes.
    pub(super) config: latest::Sender<Arc<Config>>,
    /// The changed configuration that was not taken, for whoever shows it.
    pub(super) refusal: latest::Sender<Option<Refusal>>,
    /// The files that were read last, taken or not, for whoever watches them.
    pub(super) files: latest::Sender<Files>,
    pub(super) store: Store,
    pub(super) readers: Arc<Readers>,
    pub(super) rosters: Rosters,
    pub(super) delivery: Delivery,
    pub(super) callbacks: Option<Arc<Callbacks>>,
    pub(super) enrichment: latest::Sender<Arc<Enrichment>>,
    pub(super) retention: latest::Sender<Retention>,
    pub(super) logging: Logging,
    pub(super) clock: Clock,
}

/// Why a configuration is not taken. The one before goes on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refused {
    /// Something is wrong in its files.
    #[error("{}; `dateline check` shows all of it", .0.in_brief())]
    Config(#[from] ConfigErrors),
    /// It is in order, and cannot be made to work.
    #[error(transparent)]
    Start(#[from] StartError),
}

impl Refused {
    /// What is wrong, each with its place; at least one.
    pub(crate) fn findings(&self) -> Vec<String> {
        match self {
            Refused::Config(errors) => errors.errors().map(Finding::in_line).collect(),
            Refused::Start(error) => vec![error.to_string()],
        }
    }
}

/// A changed configuration that was not taken: the one before goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Refusal {
    /// When it was read.
    pub(crate) at: Timestamp,
    /// What is wrong with it, each with its place.
    pub(crate) findings: Vec<String>,
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Refused {
        Refused::Start(error.into())
    }
}

impl Live {
    pub(super) fn config(&self) -> Arc<Config> {
        Arc::clone(&self.config.borrow())
    }

    /// Does what it is told, and says so.
    pub(super) async fn obey(&mut self, order: Order) {
        let waited_for = match order {
            Order::Reload { why, told } => {
                systemd::reloading();
                let applied = self.reload(why).await;
                systemd::ready();
                told.send(applied).is_ok()
            }
            Order::Replay { sink, since, told } => {
                told.send(self.delivery.replay(sink, since).await).is_ok()
            }
            Order::Poll { source, told } => told.send(self.poll(source).await).is_ok(),
            Order::Retry { which, told } => told.send(self.retry(which).await).is_ok(),
            Order::Reprocess { wish, told } => {
                let now = self.clock.now();
                let begun = reprocess::begin(&self.store, &self.readers, wish, now).await;
                told.send(begun).is_ok()
            }
            Order::EndReprocess { told } => {
                let now = self.clock.now();
                let ended = reprocess::cancel(&self.store, &self.readers, now).await;
                told.send(ended).is_ok()
            }
        };
        if !waited_for {
            tracing::debug!("whoever gave an order did not wait for the answer");
        }
    }

    async fn poll(&self, source: String) -> Result<Polled, NoPoll> {
        let Some(polled) = self.rosters.poll(source.clone()).await? else {
            let config = self.config();
            let mut feeds = config.feeds.iter().map(|feed| &feed.id);
            let mut drops = config.drops.iter().map(|folder| &folder.id);
            let is_off = feeds.any(|id| *id == source) || drops.any(|id| *id == source);
            return Err(match is_off {
                true => NoPoll::Off(source),
                false => NoPoll::Unknown(source),
            });
        };
        tracing::info!(source, turn = ?polled, "a source is polled by order");
        Ok(polled)
    }

    async fn retry(&self, which: Which) -> Result<Retry, StoreError> {
        let config = &self.config();
        let (store, readers) = (&self.store, &self.readers);
        let world = Arc::new(letters::world(config));
        let retry = dead_letters::retry(store, readers, which, world, self.clock.now()).await?;
        let sources = letters::sources(&retry);
        // What a source remembers besides the state would keep it from looking at what it knows.
        let folders = assembly::enabled_drops(config).filter(|folder| sources.contains(&folder.id));
        let anew: Vec<_> = folders
            .map(|folder| assembly::drop_folder(folder, &self.clock))
            .collect();
        if !anew.is_empty() {
            let unchanged = ids(config).filter(|id| !sources.contains(id));
            let roster = Roster {
                settings: assembly::collect_settings(config),
                unchanged: unchanged.cloned().collect(),
                sources: anew,
            };
            self.rosters.change(roster).await?;
        }
        tracing::info!(
            again = retry.again.len(),
            stay = retry.stay.len(),
            "dead letters are tried again"
        );
        Ok(retry)
    }

    async fn reload(&mut self, why: &'static str) -> Result<Applied, Refused> {
        let applied = self.take_new().await;
        let at = self.clock.now();
        let refused = applied.as_ref().err();
        let refusal = refused.map(|refused| Refusal {
            at,
            findings: refused.findings(),
        });
        self.refusal.send_replace(refusal);
        metrics::gauge!("dateline_config_reload_timestamp_seconds").set(at.as_second() as f64);
        metrics::gauge!("dateline_config_reload_successful").set(match applied {
            Ok(_) => 1.0,
            Err(_) => 0.0,
        });
        match &applied {
            Ok(applied) => say(applied, why),
            Err(error) => tracing::error!(
                why,
                %error,
                "the configuration that was read is not taken: the daemon goes on as it was"
            ),
        }
        applied
    }

    async fn take_new(&mut self) -> Result<Applied, Refused> {
        let path = self.files.borrow().main().to_owned();
        let read = blocking(move || dateline_config::load(&path)).await?;
        let files = read
            .as_ref()
            .map_or_else(|errors| errors.files(), |new| Some(&new.files));
        if let Some(files) = files {
            self.files.send_replace(files.clone());
        }
        let new = Arc::new(read?.config);
        let applied = Applied {
            at_next_start: self.at_start.other_than(&new),
            ..compare(&self.config(), &new)
        };
        let made = self.make(&new, &applied).await?;
        // From here on nothing can be wrong with it.
        self.put(&new, &applied, made).await?;
        self.config.send_replace(new);
        Ok(applied)
    }

    /// Makes what is new or changed, but for what cannot fail.
    async fn make(&self, new: &Arc<Config>, applied: &Applied) -> Result<Made, Refused> {
        let names: HashSet<&String> = applied
            .sinks_added
            .iter()
            .chain(&applied.sinks_changed)
            .collect();
        let sinks = assembly::enabled_sinks(new).filter(|sink| names.contains(&sink.name()));
        let sinks = sinks.map(|sink| assembly::outlet(&sink, new, &self.clock));
        let config = Arc::clone(new);
        Ok(Made {
            sinks: sinks.collect::<Result<_, _>>()?,
            client: assembly::client(new)?,
            enrichment: blocking(move || enrichment::enrichment(&config))
                .await?
                .map_err(StartError::from)?,
        })
    }

    async fn put(&mut self, new: &Config, applied: &Applied, made: Made) -> Result<(), StoreError> {
        self.logging.set(&new.log);
        self.enrichment.send_replace(Arc::new(made.enrichment));
        // Before a new sink is there, so that nothing leaves the log that it is to get.
        self.retention.send_replace(assembly::retention(new));
        self.put_sources(new, applied, &made.client).await?;
        for name in applied.sinks_removed.iter().chain(&applied.sinks_changed) {
            self.delivery.remove(name).await;
        }
        for outlet in made.sinks {
            self.delivery.add(outlet);
        }
        Ok(())
    }

    async fn put_sources(
        &self,
        new: &Config,
        applied: &Applied,
        client: &Arc<Client>,
    ) -> Result<(), StoreError> {
        let touched: HashSet<&String> = applied.added.iter().chain(&applied.changed).collect();
        let callbacks = self.callbacks.as_ref();
        let feeds = assembly::enabled_feeds(new).filter(|feed| touched.contains(&feed.id));
        let feeds = feeds.map(|feed| assembly::feed(feed, new, client, &self.clock, callbacks));
        let drops = assembly::enabled_drops(new).filter(|folder| touched.contains(&folder.id));
        let drops = drops.map(|folder| assembly::drop_folder(folder, &self.clock));
        let sources: Vec<Arc<dyn Source>> = feeds.chain(drops).collect();
        let unchanged = ids(new).filter(|id| !touched.contains(id)).cloned();
        let left = self.memories(&applied.removed).await?;
        if let Some(callbacks) = callbacks {
            let known = self.memories(&applied.changed).await?;
            callbacks.resume_some(known);
        }
        let roster = Roster {
            settings: assembly::collect_settings(new),
            unchanged: unchanged.collect(),
            sources,
        };
        self.rosters.change(roster).await?;
        if let Some(callbacks) = callbacks {
            callbacks.forget_the_gone();
            for (_, memory) in left {
                callbacks.leave_behind(&memory, client);
            }
        }
        Ok(())
    }

    /// What sources asked to be remembered, by their ids.
    async fn memories(
        &self,
        sources: &[String],
    ) -> Result<Vec<(String, serde_json::Value)>, StoreError> {
        let (readers, sources) = (Arc::clone(&self.readers), sources.to_vec());
        blocking(move || {
            let mut memories = Vec::with_capacity(sources.len());
            for source in sources {
                if let Some(memory) = assembly::remembered(&readers, &source)? {
                    memories.push((source, memory));
                }
            }
            Ok(memories)
        })
        .await?
    }
}

/// What is made of a configuration before it is taken.
struct Made {
    sinks: Vec<Outlet>,
    client: Arc<Client>,
    enrichment: Enrichment,
}

/// Does what reads files or the store where it may block.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, StoreError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| match error.is_panic() {
        true => StoreError::Abnormal,
        false => StoreError::Closed,
    })
}

/// Ids of the sources that are collected.
fn ids(config: &Config) -> impl Iterator<Item = &String> {
    let feeds = assembly::enabled_feeds(config).map(|feed| &feed.id);
    feeds.chain(assembly::enabled_drops(config).map(|folder| &folder.id))
}

/// What is to be done at once to come from one configuration to another.
fn compare(old: &Config, new: &Config) -> Applied {
    let mut applied = Applied::default();
    compare_sources(old, new, &mut applied);
    compare_sinks(old, new, &mut applied);
    let mut note = |section: &str, is_other: bool| {
        if is_other {
            applied.settings.push(section.to_owned());
        }
    };
    note("[collect]", old.collect != new.collect);
    note("[http]", old.http != new.http);
    note("[enrich]", old.enrich != new.enrich);
    note("[[rules]]", old.rules != new.rules);
    note("[duplicates]", old.duplicates != new.duplicates);
    note("[shutdown]", old.shutdown != new.shutdown);
    note("[reload]", old.reload != new.reload);
    note("[log] level", old.log.level != new.log.level);
    note(
        "[admin] feed_series",
        old.admin.feed_series != new.admin.feed_series,
    );
    let held = |config: &Config| {
        let state = &config.state;
        (state.max_bytes, state.max_age, state.article_memory)
    };
    note("[state]", held(old) != held(new));
    applied
}

/// What a daemon takes over at its start alone, as it was then.
pub(super) struct AtStart {
    dir: PathBuf,
    admin: Admin,
    websub: WebSub,
    telemetry: Telemetry,
    format: LogFormat,
}

impl AtStart {
    pub(super) fn of(config: &Config) -> AtStart {
        AtStart {
            dir: config.state.dir.clone(),
            admin: Admin {
                // Of the port this alone may change while it is open.
                feed_series: 0,
                ..config.admin.clone()
            },
            websub: config.websub.clone(),
            telemetry: config.telemetry.clone(),
            format: config.log.format,
        }
    }

    /// The sections that will be others at the next start.
    fn other_than(&self, new: &Config) -> Vec<String> {
        let new = AtStart::of(new);
        let sections = [
            ("[state] dir", self.dir != new.dir),
            ("[admin]", self.admin != new.admin),
            ("[websub]", self.websub != new.websub),
            ("[telemetry]", self.telemetry != new.telemetry),
            ("[log] format", self.format != new.format),
        ];
        let others = sections.into_iter().filter(|(_, is_other)| *is_other);
        others.map(|(section, _)| section.to_owned()).collect()
    }
}

fn compare_sources(old: &Config, new: &Config, applied: &mut Applied) {
    // What all feeds are fetched by; a drop folder has nothing of it.
    let all_feeds_change = old.http != new.http
        || old.collect.user_agent != new.collect.user_agent
        || old.collect.contact != new.collect.contact
        || old.collect.per_host_spacing != new.collect.per_host_spacing;
    let before: HashSet<&String> = ids(old).collect();
    let feeds: HashMap<&String, &Feed> = new.feeds.iter().map(|feed| (&feed.id, feed)).collect();
    let same_feeds: HashSet<&String> = assembly::enabled_feeds(old)
        .filter(|_| !all_feeds_change)
        .filter(|feed| feeds.get(&feed.id) == Some(feed))
        .map(|feed| &feed.id)
        .collect();
    let drops: HashMap<&String, &DropFolder> = new
        .drops
        .iter()
        .map(|folder| (&folder.id, folder))
        .collect();
    let same_drops: HashSet<&String> = assembly::enabled_drops(old)
        .filter(|folder| drops.get(&folder.id) == Some(folder))
        .map(|folder| &folder.id)
        .collect();
    for id in ids(new) {
        if !before.contains(id) {
            applied.added.push(id.clone());
        } else if !same_feeds.contains(id) && !same_drops.contains(id) {
            applied.changed.push(id.clone());
        }
    }
    let after: HashSet<&String> = ids(new).collect();
    let removed = ids(old).filter(|id| !after.contains(id));
    applied.removed = removed.cloned().collect();
}

fn compare_sinks(old: &Config, new: &Config, applied: &mut Applied) {
    let before: Vec<Configured<'_>> = assembly::enabled_sinks(old).collect();
    let after: Vec<Configured<'_>> = assembly::enabled_sinks(new).collect();
    let is_among =
        |sinks: &[Configured<'_>], name: &str| sinks.iter().any(|sink| sink.name() == name);
    for sink in &after {
        let name = sink.name();
        if !is_among(&before, &name) {
            applied.sinks_added.push(name);
        } else if !before.contains(sink) {
            applied.sinks_changed.push(name);
        }
    }
    let removed = before.iter().map(Configured::name);
    applied.sinks_removed = removed.filter(|name| !is_among(&after, name)).collect();
}

/// Names in a log line; of a long list the first.
fn some(names: &[String]) -> String {
    const SAID: usize = 20;
    match names.len() {
        0 => String::new(),
        count if count <= SAID => names.join(" "),
        count => format!("{} and {} more", names[..SAID].join(" "), count - SAID),
    }
}

fn say(applied: &Applied, why: &'static str) {
    if applied.is_nothing() {
        tracing::info!(why, "the configuration was read again; nothing has changed");
    } else {
        say_what_holds(applied, why);
    }
    if !applied.at_next_start.is_empty() {
        tracing::warn!(
            sections = some(&applied.at_next_start),
            "changes of these hold only from the next start on"
        );
    }
}

fn say_what_holds(applied: &Applied, why: &'static str) {
    tracing::info!(
        why,
        added = some(&applied.added),
        changed = some(&applied.changed),
        removed = some(&applied.removed),
        sinks_added = some(&applied.sinks_added),
        sinks_changed = some(&applied.sinks_changed),
        sinks_removed = some(&applied.sinks_removed),
        settings = some(&applied.settings),
        "another configuration holds from now on"
    );
}
