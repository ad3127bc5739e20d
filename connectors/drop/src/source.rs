//! The turn of the source, from looking to handing over.
//!
//! What it remembers between two turns only saves work: all of it is found again by a walk.

use std::collections::HashMap;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use dateline_config::{AfterDrop, DropFolder};
use dateline_pipeline::clock::Clock;
use dateline_pipeline::fault::Fault;
use dateline_pipeline::record::SourceRef;
use dateline_pipeline::source::{
    Fingerprint, Gathered, Harvest, ItemKey, Outcome, Reject, Rhythm, Seen, Source, Turn,
};
use futures::future::{BoxFuture, try_join_all};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use tokio::time::Instant;
use tracing::Instrument;

use crate::drafting::{Drafting, place_of};
use crate::finish::{Fate, Finished, finish};
use crate::folder::{Found, Rules, Verdict, key, part_key, shown};
use crate::load::{Loaded, load};
use crate::queue::{MAX_BYTES, MAX_FILES};
use crate::read::{Part, Settings};
use crate::reading::{MAX_PARTS, Portion, Reading};
use crate::search::{MAX_TROUBLES, Memory, Search, interrupted};
use crate::watch::{Alarm, Watch};

/// Files loaded under one permit: some milliseconds of work, so that other sources get their turn.
const LOADED_AT_ONCE: usize = 32;

/// Files handed over whose commit has not been heard of. More can only come of harvests that were
/// not committed, and those are handed over again.
const MAX_HANDED: usize = 8192;

/// The drop source: one watched folder.
pub struct DropSource {
    drafting: Drafting,
    scan_every: Duration,
    settings: Settings,
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
            drafting: Drafting::of(folder),
            scan_every: folder.scan_every,
            settings: Settings::of(folder),
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
            .load_all(
                memory.queue.next_fresh(self.settings.limits.file),
                &turn.cpu,
            )
            .await?;

        let mut harvest = Harvest::empty(Outcome::Unchanged, turn.memory.clone());
        harvest.facts.items = met.files;
        harvest.facts.recovered = met.troubles;
        for (found, verdict) in memory.queue.next_known() {
            self.hand_over(&mut harvest, found, verdict);
        }
        for (found, loaded) in loaded {
            match loaded {
                Loaded::Portion(portion) => {
                    self.gather(&mut harvest, self.brought(turn, found, portion))
                }
                Loaded::Many => memory.queue.add_many(found),
                Loaded::Passed => {}
                Loaded::Unreadable(error) => {
                    self.note_unreadable(&mut harvest, memory, &found, &error)
                }
            }
        }
        self.read_on(&mut harvest, memory, turn).await?;
        oldest_first(&mut harvest.items);
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
                    self.drafting.reference.id
                ),
            ),
            Ok(_) if self.rules.after == AfterDrop::Archive && self.rules.archive == *root => {
                Fault::permanent(
                    "archive",
                    format!(
                        "drop `{}` cannot be archived into itself; set archive_dir to another folder",
                        self.drafting.reference.id
                    ),
                )
            }
            Ok(_) => return Ok(()),
            Err(error) => {
                let advice = format!(
                    "create it, or correct the path of drop `{}`",
                    self.drafting.reference.id
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
            let (rules, settings, cpu) = (self.rules.clone(), self.settings.clone(), cpu.clone());
            parts.push(async move {
                let permit = cpu.acquire_owned().await.map_err(|_| stopping())?;
                let work = move || {
                    let loaded: Vec<_> = part
                        .into_iter()
                        .map(|found| {
                            let loaded = load(&rules.root, &found, &settings);
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

    /// Reads the next portions of files of many articles, until the harvest has its fill of them.
    async fn read_on(
        &self,
        harvest: &mut Harvest,
        memory: &mut Memory,
        turn: &Turn,
    ) -> Result<(), Fault> {
        let (mut files, mut parts, mut bytes) = (0, 0, 0);
        while files < MAX_FILES && parts < MAX_PARTS && bytes < MAX_BYTES {
            let Some(reading) = self.next_reading(memory, turn.seen.as_ref()).await? else {
                break;
            };
            let (mut reading, loaded) = next_portion(reading, &turn.cpu).await?;
            let found = reading.found.clone();
            match loaded {
                Loaded::Portion(portion) => {
                    let is_last = portion.is_last;
                    files += 1;
                    parts += portion.parts.len();
                    bytes += portion.bytes;
                    let mut brought = self.brought(turn, found, portion);
                    reading.mark = brought.mark().or(reading.mark);
                    brought.retain_fresh(turn.seen.as_ref()).await?;
                    self.gather(harvest, brought);
                    if !is_last {
                        memory.reading = Some(reading);
                        break;
                    }
                }
                Loaded::Many | Loaded::Passed => {}
                Loaded::Unreadable(error) => self.note_unreadable(harvest, memory, &found, &error),
            }
            memory.queue.end_many(&reading.found);
        }
        Ok(())
    }

    /// The file to read on in. One whose last portion was not committed is read from its start.
    async fn next_reading(
        &self,
        memory: &mut Memory,
        seen: &dyn Seen,
    ) -> Result<Option<Reading>, Fault> {
        if let Some(reading) = memory.reading.take() {
            let is_lost = match reading.mark {
                Some(mark) => seen.fresh(vec![mark]).await? == [true],
                None => false,
            };
            if !is_lost {
                return Ok(Some(reading));
            }
        }
        let next = memory.queue.next_many();
        Ok(next.map(|found| Reading::new(&self.rules.root, found, self.settings.clone())))
    }

    fn note_unreadable(
        &self,
        harvest: &mut Harvest,
        memory: &mut Memory,
        found: &Found,
        error: &io::Error,
    ) {
        memory.cannot_read(&self.drafting.reference.id, found, error);
        harvest
            .facts
            .recovered
            .push(format!("cannot read {}: {error}", shown(&found.path)));
    }

    /// What a portion of a file is to the stage.
    fn brought(&self, turn: &Turn, found: Found, portion: Portion) -> Brought {
        let verdict = if portion.is_marred {
            Verdict::Rejected
        } else {
            Verdict::Taken
        };
        let mut brought = Brought {
            pieces: Vec::with_capacity(portion.parts.len()),
            said: portion.said,
            bytes: portion.bytes,
            end: None,
            found,
        };
        let mut parts = portion.parts.into_iter().peekable();
        while let Some(part) = parts.next() {
            let end = (portion.is_last && parts.peek().is_none()).then_some(verdict);
            let piece = self.piece(turn, &brought.found, part, end);
            brought.pieces.push(piece);
        }
        brought.end = portion.is_last.then_some(verdict);
        brought
    }

    /// A part of a file, of which it is the last if `end` is given. That one carries the file's own key, so that the file is known once all of it is
    /// committed and not before.
    fn piece(&self, turn: &Turn, found: &Found, part: Part, end: Option<Verdict>) -> Piece {
        let key = match end {
            Some(_) => key(&found.path),
            None => part_key(&found.path, &part.path, part.number),
        };
        let (file, place) = place_of(shown(&found.path), &part);
        let fingerprint = |verdict| found.stamp.fingerprint(end.unwrap_or(verdict));
        match part.article {
            Ok(article) => Piece::Item(Box::new(Gathered {
                key,
                fingerprint: fingerprint(Verdict::Taken),
                draft: self.drafting.draft(turn.now, file, place, *article),
            })),
            Err(unread) => Piece::Reject(Reject {
                key,
                file: Some(crate::folder::key(&found.path)),
                fingerprint: fingerprint(Verdict::Rejected),
                fault: unread.fault,
                subject: place,
                bytes: unread.bytes,
            }),
        }
    }

    /// Puts what a file brought into the harvest.
    fn gather(&self, harvest: &mut Harvest, brought: Brought) {
        harvest.facts.bytes += brought.bytes;
        let file = shown(&brought.found.path);
        let said = brought.said.iter().map(|line| format!("{file}: {line}"));
        harvest.facts.recovered.extend(said);
        for piece in brought.pieces {
            match piece {
                Piece::Item(item) => harvest.items.push(*item),
                Piece::Reject(reject) => harvest.rejects.push(reject),
            }
        }
        if let Some(verdict) = brought.end {
            self.hand_over(harvest, brought.found, verdict);
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
        let (rules, id) = (self.rules.clone(), self.drafting.reference.id.clone());
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
            tracing::error!(source = %self.drafting.reference.id, %error, "finishing files was interrupted");
        }
    }
}

/// What a portion of a file is to the stage.
struct Brought {
    found: Found,
    pieces: Vec<Piece>,
    /// What is to be said of the file.
    said: Vec<String>,
    bytes: u64,
    /// What becomes of the file, if this was its last portion.
    end: Option<Verdict>,
}

enum Piece {
    Item(Box<Gathered>),
    Reject(Reject),
}

impl Piece {
    fn identity(&self) -> (ItemKey, Fingerprint) {
        match self {
            Piece::Item(item) => (item.key, item.fingerprint),
            Piece::Reject(reject) => (reject.key, reject.fingerprint),
        }
    }
}

impl Brought {
    /// What is known once the portion is committed.
    fn mark(&self) -> Option<(ItemKey, Fingerprint)> {
        self.pieces.last().map(Piece::identity)
    }

    /// Leaves out what was committed before the daemon ended in the middle of the file.
    async fn retain_fresh(&mut self, seen: &dyn Seen) -> Result<(), Fault> {
        let identities = self.pieces.iter().map(Piece::identity).collect();
        let mut fresh = seen.fresh(identities).await?.into_iter();
        self.pieces.retain(|_| fresh.next().unwrap_or(true));
        Ok(())
    }
}

/// Orders the items that state when they were published by that; the others keep their places among them, which are those of their files.
fn oldest_first(items: &mut Vec<Gathered>) {
    let published = |item: &Gathered| Some(item.draft.item.published.as_ref()?.instant);
    let (places, mut dated): (Vec<usize>, Vec<(Timestamp, usize)>) = (0..)
        .zip(items.iter())
        .filter_map(|(place, item)| Some((place, (published(item)?, place))))
        .unzip();
    dated.sort();
    let mut order: Vec<usize> = (0..items.len()).collect();
    for (place, (_, from)) in places.into_iter().zip(dated) {
        order[place] = from;
    }
    let mut unordered: Vec<Option<Gathered>> = items.drain(..).map(Some).collect();
    items.extend(order.into_iter().filter_map(|from| unordered[from].take()));
}

/// Reads the next portion of a file.
async fn next_portion(
    mut reading: Reading,
    cpu: &Arc<Semaphore>,
) -> Result<(Reading, Loaded), Fault> {
    let permit = cpu.clone().acquire_owned().await.map_err(|_| stopping())?;
    let work = move || {
        let loaded = reading.next();
        drop(permit);
        (reading, loaded)
    };
    spawn_blocking(work).await.map_err(interrupted)
}

impl Source for DropSource {
    fn reference(&self) -> &SourceRef {
        &self.drafting.reference
    }

    fn rhythm(&self) -> Rhythm {
        Rhythm {
            bell: Some(self.watch.bell()),
            ..Rhythm::local(self.scan_every)
        }
    }

    fn poll<'a>(&'a self, turn: Turn) -> BoxFuture<'a, Harvest> {
        let polled = async move {
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
        };
        Box::pin(polled.instrument(tracing::info_span!("read")))
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
