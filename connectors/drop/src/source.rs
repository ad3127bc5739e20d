//! The turn of the source, from looking to handing over.
//!
//! What it remembers between two turns only saves work: all of it is found again by a walk.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use dateline_config::{AfterDrop, DropFields, DropFolder};
use dateline_pipeline::clock::Clock;
use dateline_pipeline::draft::{Draft, Guid, Trust};
use dateline_pipeline::fault::Fault;
use dateline_pipeline::record::{SourceKind, SourceRef};
use dateline_pipeline::source::{Gathered, Harvest, Outcome, Reject, Rhythm, Source, Turn};
use futures::future::{BoxFuture, try_join_all};
use jiff::tz::TimeZone;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use tokio::time::Instant;

use crate::finish::{Fate, Finished, finish};
use crate::folder::{Found, Rules, Verdict, key, shown};
use crate::load::{Loaded, load};
use crate::read::FileArticle;
use crate::search::{MAX_TROUBLES, Memory, Search, interrupted};
use crate::watch::{Alarm, Watch};

/// Files loaded under one permit: some milliseconds of work, so that other sources get their turn.
const LOADED_AT_ONCE: usize = 32;

/// Files handed over whose commit has not been heard of. More can only come of harvests that were
/// not committed, and those are handed over again.
const MAX_HANDED: usize = 8192;

/// The drop source: one watched folder.
pub struct DropSource {
    reference: SourceRef,
    language: Option<String>,
    scan_every: Duration,
    max_file: u64,
    fields: Option<Arc<DropFields>>,
    rules: Arc<Rules>,
    watch: Arc<Watch>,
    clock: Clock,
    search: Search,
    /// Taken out for the length of a turn: one that is given up half way leaves none, and the next
    /// begins with a walk.
    memory: Mutex<Memory>,
    /// Files handed over, by absolute path: how they looked when they were read.
    handed: Mutex<HashMap<PathBuf, (Found, Verdict)>>,
}

impl DropSource {
    /// A source for the folder. Looks at nothing yet; the folder need not exist.
    pub fn new(folder: &DropFolder, clock: Clock) -> DropSource {
        let rules = Arc::new(Rules::new(folder));
        let watch = Arc::new(Watch::new(rules.clone()));
        DropSource {
            reference: SourceRef {
                kind: SourceKind::Drop,
                id: folder.id.clone(),
                name: folder.name.clone(),
                url: None,
                tags: folder.tags.clone(),
            },
            language: folder.language.clone(),
            scan_every: folder.scan_every,
            max_file: folder.max_file.0,
            fields: folder.fields.clone().map(Arc::new),
            search: Search::new(folder, rules.clone(), watch.clone()),
            memory: Mutex::default(),
            rules,
            watch,
            clock,
            handed: Mutex::default(),
        }
    }

    async fn take_turn(&self, turn: &Turn, memory: &mut Memory) -> Result<Harvest, Fault> {
        self.watch.start();
        self.check_folder().await?;
        let met = self.search.look(memory, turn).await?;
        let loaded = self
            .load_all(memory.queue.next_fresh(self.max_file), &turn.cpu)
            .await?;

        let mut harvest = Harvest::empty(Outcome::Unchanged, turn.memory.clone());
        harvest.facts.items = met.files;
        harvest.facts.recovered = met.troubles;
        for (found, verdict) in memory.queue.next_known() {
            self.hand_over(&mut harvest, found, verdict);
        }
        for (found, loaded) in loaded {
            self.gather(&mut harvest, memory, turn, found, loaded);
        }
        harvest.facts.recovered.truncate(MAX_TROUBLES);
        if !(harvest.items.is_empty() && harvest.rejects.is_empty() && harvest.files.is_empty()) {
            harvest.outcome = Outcome::Read;
            memory.fruitful = true;
        }
        memory.more = memory.has_more();
        harvest.more = memory.more;
        self.watch
            .set_alarm(match self.search.next_look(memory, turn.now) {
                Some(left) if !harvest.more => Alarm::At(Instant::now() + left),
                _ => Alarm::None,
            });
        Ok(harvest)
    }

    /// The folder must be there: made by mistake in the wrong place, it would stay empty unnoticed.
    async fn check_folder(&self) -> Result<(), Fault> {
        let root = &self.rules.root;
        let fault = match tokio::fs::metadata(root).await {
            Ok(metadata) if !metadata.is_dir() => Fault::permanent(
                "not_a_folder",
                format!(
                    "{} is not a folder; correct the path of drop `{}`",
                    root.display(),
                    self.reference.id
                ),
            ),
            Ok(_) if self.rules.after == AfterDrop::Archive && self.rules.archive == *root => {
                Fault::permanent(
                    "archive",
                    format!(
                        "drop `{}` cannot be archived into itself; set archive_dir to another folder",
                        self.reference.id
                    ),
                )
            }
            Ok(_) => return Ok(()),
            Err(error) => {
                let advice = format!(
                    "create it, or correct the path of drop `{}`",
                    self.reference.id
                );
                Fault::transient(
                    "missing",
                    format!("cannot look into {}: {error}; {advice}", root.display()),
                )
            }
        };
        self.watch.lose_sight();
        self.watch.set_alarm(Alarm::Appears(self.scan_every));
        Err(fault)
    }

    /// Loads the files on as many threads as there are permits, and keeps their order.
    async fn load_all(
        &self,
        batch: Vec<Found>,
        cpu: &Arc<Semaphore>,
    ) -> Result<Vec<(Found, Loaded)>, Fault> {
        let mut parts = Vec::new();
        let mut batch = batch.into_iter().peekable();
        while batch.peek().is_some() {
            let part: Vec<Found> = batch.by_ref().take(LOADED_AT_ONCE).collect();
            let (rules, max_file, cpu) = (self.rules.clone(), self.max_file, cpu.clone());
            let fields = self.fields.clone();
            parts.push(async move {
                let permit = cpu.acquire_owned().await.map_err(|_| stopping())?;
                let work = move || {
                    let loaded: Vec<_> = part
                        .into_iter()
                        .map(|found| {
                            let loaded = load(&rules.root, &found, max_file, fields.as_deref());
                            (found, loaded)
                        })
                        .collect();
                    drop(permit);
                    loaded
                };
                spawn_blocking(work).await.map_err(interrupted)
            });
        }
        Ok(try_join_all(parts).await?.into_iter().flatten().collect())
    }

    /// Puts one loaded file into the harvest.
    fn gather(
        &self,
        harvest: &mut Harvest,
        memory: &mut Memory,
        turn: &Turn,
        found: Found,
        loaded: Loaded,
    ) {
        match loaded {
            Loaded::Articles(articles, bytes) => {
                harvest.facts.bytes += bytes;
                for (number, article) in (0..).zip(articles) {
                    harvest
                        .items
                        .push(self.gathered(turn, &found, number, article));
                }
                self.hand_over(harvest, found, Verdict::Taken);
            }
            Loaded::Rejected(fault, bytes) => {
                harvest.facts.bytes += bytes.len() as u64;
                harvest.rejects.push(Reject {
                    key: key(&found.path, 0),
                    fingerprint: found.stamp.fingerprint(Verdict::Rejected),
                    fault,
                    subject: shown(&found.path),
                    bytes,
                });
                self.hand_over(harvest, found, Verdict::Rejected);
            }
            Loaded::Passed => {}
            Loaded::Unreadable(error) => {
                memory.cannot_read(&self.reference.id, &found, &error);
                harvest
                    .facts
                    .recovered
                    .push(format!("cannot read {}: {error}", shown(&found.path)));
            }
        }
    }

    fn gathered(&self, turn: &Turn, found: &Found, number: u64, article: FileArticle) -> Gathered {
        let file = shown(&found.path);
        let guid = if number == 0 {
            file.clone()
        } else {
            format!("{file}#{number}")
        };
        let mut item = article.item;
        // Items of a feed may have one of their own.
        item.guid.get_or_insert(Guid {
            value: guid,
            trust: Trust::Place,
        });
        item.language = item.language.or_else(|| self.language.clone());
        Gathered {
            key: key(&found.path, number),
            fingerprint: found.stamp.fingerprint(Verdict::Taken),
            draft: Draft {
                source: self.reference.clone(),
                fetched: turn.now,
                item,
                http: None,
                file: Some(file),
                page: article.page,
                page_fault: None,
                recovered: article.recovered,
            },
        }
    }

    /// Names a file to the stage if something is to become of it.
    fn hand_over(&self, harvest: &mut Harvest, found: Found, verdict: Verdict) {
        if !self.rules.finishes(verdict) {
            return;
        }
        let path = self.rules.root.join(&found.path);
        let mut handed = lock(&self.handed);
        if handed.len() >= MAX_HANDED {
            handed.clear();
        }
        handed.insert(path.clone(), (found, verdict));
        harvest.files.push(path);
    }

    /// Files of a harvest, as they were when they were read.
    fn take_handed(&self, files: &[PathBuf]) -> Vec<(Found, Verdict)> {
        let mut handed = lock(&self.handed);
        files
            .iter()
            .filter_map(|path| handed.remove(path))
            .collect()
    }

    async fn finish_all(&self, files: Vec<PathBuf>) {
        let known = self.take_handed(&files);
        let (rules, id) = (self.rules.clone(), self.reference.id.clone());
        let day = TimeZone::UTC.to_datetime(self.clock.now()).date();
        let work = move || {
            let fate = match rules.after {
                AfterDrop::Keep => return,
                AfterDrop::Archive => Fate::Archive {
                    archive: &rules.archive,
                    day,
                },
                AfterDrop::Delete => Fate::Delete,
            };
            for (found, verdict) in known {
                let finished = finish(&rules.root, &found.path, &found.stamp, verdict, fate);
                let file = shown(&found.path);
                match finished {
                    Ok(Finished::Done) => {}
                    Ok(other) => {
                        tracing::debug!(source = %id, %file, ?other, "a file changed before it was finished")
                    }
                    Err(error) => tracing::warn!(source = %id, %file, "{error}"),
                }
            }
        };
        if let Err(error) = spawn_blocking(work).await {
            tracing::error!(source = %self.reference.id, %error, "finishing files was interrupted");
        }
    }
}

impl Source for DropSource {
    fn reference(&self) -> &SourceRef {
        &self.reference
    }

    fn rhythm(&self) -> Rhythm {
        Rhythm {
            bell: Some(self.watch.bell()),
            ..Rhythm::local(self.scan_every)
        }
    }

    fn poll<'a>(&'a self, turn: Turn) -> BoxFuture<'a, Harvest> {
        Box::pin(async move {
            let mut memory = std::mem::take(&mut *lock(&self.memory));
            match self.take_turn(&turn, &mut memory).await {
                Ok(harvest) => {
                    *lock(&self.memory) = memory;
                    harvest
                }
                Err(fault) => Harvest::empty(
                    Outcome::Failed {
                        fault,
                        retry_after: None,
                    },
                    turn.memory,
                ),
            }
        })
    }

    fn committed<'a>(&'a self, files: Vec<PathBuf>) -> BoxFuture<'a, ()> {
        Box::pin(self.finish_all(files))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner())
}

fn stopping() -> Fault {
    Fault::transient("stopping", "the daemon is stopping")
}
