//! From a look at the folder to the files that are next: whole, wanted, and not known already.
//!
//! A look is a walk over the whole folder or, when the watch has said which files have changed, a
//! look at those alone.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use dateline_config::DropFolder;
use dateline_pipeline::clock;
use dateline_pipeline::fault::Fault;
use dateline_pipeline::source::{Seen, Turn};
use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio::task::{JoinError, spawn_blocking};

use crate::folder::{CHUNK, Found, Rules, Stamp, Verdict, Visitor, key, shown, walk};
use crate::queue::{Queue, Waiting};
use crate::reading::Reading;
use crate::watch::{Heard, Watch};

/// Chunks of files on their way from the walk to the questions about them.
const CHUNKS_UNDER_WAY: usize = 2;

/// Finished files that are not asked about again for a while, eight bytes each (some 16 MiB in all).
const MAX_DONE: usize = 1_000_000;

/// How long they are not asked about: short beside the time that the state remembers a file.
const DONE_FOR: Duration = Duration::from_secs(3600);

/// Files that could not be read and are left alone until the next periodic walk.
const MAX_UNREADABLE: usize = 16_384;

/// Paths warned about, once each. With more troubles than that, each further one is not news.
const MAX_WARNED: usize = 1024;

/// Lines about single files in the facts of one turn; more say nothing new.
pub(crate) const MAX_TROUBLES: usize = 20;

/// How the folder is looked at.
pub(crate) struct Search {
    id: String,
    settle: Duration,
    scan_every: Duration,
    rules: Arc<Rules>,
    watch: Arc<Watch>,
    /// Whether what a crash left behind has been cleared up.
    tidied: Arc<AtomicBool>,
}

/// What is remembered of the folder from one turn to the next.
#[derive(Default)]
pub(crate) struct Memory {
    pub(crate) queue: Queue,
    pub(crate) waiting: Waiting,
    /// The file that is being read in portions, the first of which is committed.
    pub(crate) reading: Option<Reading>,
    /// When the last walk began.
    walked: Option<Timestamp>,
    /// Whether anything has come of the last walk.
    pub(crate) fruitful: bool,
    /// Whether the last turn asked for another one at once.
    pub(crate) more: bool,
    done: Done,
    unreadable: HashSet<u64>,
    warned: HashSet<PathBuf>,
    hasher: RandomState,
}

/// Files that need neither reading nor finishing, by hash of path and state.
#[derive(Default)]
struct Done {
    files: HashSet<u64>,
    since: Timestamp,
}

/// What one look met.
#[derive(Debug, Default)]
pub(crate) struct Met {
    /// Files looked at.
    pub(crate) files: u64,
    /// What could not be looked at, one line each.
    pub(crate) troubles: Vec<String>,
}

impl Memory {
    /// Whether there is something to do at once. What did not fit is only worth another walk if the
    /// last one led to something.
    pub(crate) fn has_more(&self) -> bool {
        !self.queue.is_empty() || self.is_worth_a_walk()
    }

    /// What was done later than now was done by a clock that has been set back since.
    fn heed_the_clock(&mut self, now: Timestamp) {
        self.walked = self.walked.map(|walked| walked.min(now));
        self.done.since = self.done.since.min(now);
        self.waiting.heed_the_clock(now);
    }

    fn is_worth_a_walk(&self) -> bool {
        self.queue.is_empty() && self.queue.overflowed() && self.fruitful
    }

    /// Leaves a file that cannot be read alone for a while, and warns of it once.
    pub(crate) fn cannot_read(&mut self, id: &str, found: &Found, error: &io::Error) {
        let digest = self.hasher.hash_one(found);
        if self.unreadable.len() < MAX_UNREADABLE {
            self.unreadable.insert(digest);
        }
        self.warn(
            id,
            &found.path,
            &format!("cannot be read: {error}; let Dateline read it or take it away"),
        );
    }

    fn warn(&mut self, id: &str, path: &Path, what: &str) {
        if self.warned.len() < MAX_WARNED && self.warned.insert(path.to_owned()) {
            tracing::warn!(source = %id, file = %shown(path), "{what}");
        }
    }
}

impl Search {
    pub(crate) fn new(folder: &DropFolder, rules: Arc<Rules>, watch: Arc<Watch>) -> Search {
        Search {
            id: folder.id.clone(),
            settle: folder.settle,
            scan_every: folder.scan_every,
            rules,
            watch,
            tidied: Arc::default(),
        }
    }

    /// Fills the queue with what is next.
    ///
    /// # Errors
    /// The folder cannot be listed, or the state not be asked.
    pub(crate) async fn look(&self, memory: &mut Memory, turn: &Turn) -> Result<Met, Fault> {
        let heard = self.watch.take();
        let mut met = Met::default();
        memory.heed_the_clock(turn.now);
        let is_periodic = self.is_due(memory, &heard, turn.now);
        if is_periodic {
            memory.unreadable.clear();
        }
        let is_done = !is_periodic
            && !memory.is_worth_a_walk()
            && self.look_at_touched(memory, &heard, turn, &mut met).await?;
        if !is_done {
            self.walk(memory, heard, turn, &mut met).await?;
        }
        Ok(met)
    }

    /// How long until a file that is being written counts as whole.
    pub(crate) fn next_look(&self, memory: &Memory, now: Timestamp) -> Option<Duration> {
        memory.waiting.next(now, self.settle)
    }

    /// Whether it is time for a walk. A turn for which neither the bell was rung nor more was
    /// promised is a periodic one.
    fn is_due(&self, memory: &Memory, heard: &Heard, now: Timestamp) -> bool {
        let Some(walked) = memory.walked else {
            return true;
        };
        heard.walk
            || (!heard.rung && !memory.more)
            || clock::between(walked, now) >= self.scan_every
    }

    /// Looks at the files that were heard of, and at those that may be whole by now. Returns whether
    /// that was enough: it is not if a folder was moved in.
    async fn look_at_touched(
        &self,
        memory: &mut Memory,
        heard: &Heard,
        turn: &Turn,
        met: &mut Met,
    ) -> Result<bool, Fault> {
        let mut paths = memory.waiting.due(turn.now, self.settle);
        paths.extend(heard.touched.keys().cloned());
        let rules = self.rules.clone();
        let look = move || -> Vec<(PathBuf, io::Result<fs::Metadata>)> {
            let look_at = |path: PathBuf| {
                let metadata = fs::symlink_metadata(rules.root.join(&path));
                (path, metadata)
            };
            paths.into_iter().map(look_at).collect()
        };
        let mut files = Vec::new();
        for (path, metadata) in spawn_blocking(look).await.map_err(interrupted)? {
            let wanted = path.file_name().is_some_and(|name| self.rules.wants(name));
            match metadata {
                Ok(metadata) if metadata.is_dir() => return Ok(false),
                Ok(metadata) if metadata.is_file() && wanted => files.push(Found {
                    path,
                    stamp: Stamp::of(&metadata),
                }),
                Ok(_) => {}
                Err(_) => memory.waiting.forget(&path),
            }
        }
        for chunk in files.chunks(CHUNK) {
            self.sift(memory, chunk.to_vec(), &heard.touched, turn, met)
                .await?;
        }
        Ok(true)
    }

    async fn walk(
        &self,
        memory: &mut Memory,
        heard: Heard,
        turn: &Turn,
        met: &mut Met,
    ) -> Result<(), Fault> {
        memory.walked = Some(turn.now);
        memory.fruitful = false;
        memory.queue.begin_walk();
        memory.waiting.begin_walk();
        let (chunks, mut chunks_met) = mpsc::channel(CHUNKS_UNDER_WAY);
        let (rules, watch, tidied) = (self.rules.clone(), self.watch.clone(), self.tidied.clone());
        let rewatch = heard.rewatch;
        let walker = spawn_blocking(move || {
            watch.begin_walk(rewatch);
            let mut walker = Walker {
                watch,
                chunks,
                notes: Vec::new(),
            };
            let is_first = !tidied.swap(true, Ordering::Relaxed);
            let walked = walk(&rules, is_first, &mut walker);
            (walked, walker.notes)
        });
        while let Some(chunk) = chunks_met.recv().await {
            self.sift(memory, chunk, &heard.touched, turn, met).await?;
        }
        let (walked, notes) = walker.await.map_err(interrupted)?;
        for note in notes {
            memory.warn(&self.id, &note.path, &note.what);
            if note.is_trouble && met.troubles.len() < MAX_TROUBLES {
                met.troubles
                    .push(format!("{}: {}", shown(&note.path), note.what));
            }
        }
        walked.map_err(|error| {
            let root = self.rules.root.display();
            Fault::transient(
                "unreadable",
                format!("cannot list {root}: {error}; let Dateline read the folder"),
            )
        })?;
        memory.waiting.end_walk();
        Ok(())
    }

    /// Sorts files by what is to be done with them.
    async fn sift(
        &self,
        memory: &mut Memory,
        files: Vec<Found>,
        touched: &HashMap<PathBuf, bool>,
        turn: &Turn,
        met: &mut Met,
    ) -> Result<(), Fault> {
        met.files += files.len() as u64;
        memory.done.age(turn.now);
        let mut whole = Vec::new();
        for found in files {
            let word = touched.get(&found.path).copied();
            let digest = memory.hasher.hash_one(&found);
            let is_settled =
                memory.done.files.contains(&digest) || memory.unreadable.contains(&digest);
            if is_settled && word.is_none() {
                continue;
            }
            if memory
                .waiting
                .is_whole(&found, word == Some(true), turn.now, self.settle)
            {
                whole.push(found);
            }
        }
        let verdicts = verdicts(&whole, turn.seen.as_ref()).await?;
        for (found, verdict) in whole.into_iter().zip(verdicts) {
            match verdict {
                None => memory.queue.add_fresh(found),
                Some(verdict) if self.rules.finishes(verdict) => {
                    memory.queue.add_known(found, verdict)
                }
                Some(_) => memory.done.add(memory.hasher.hash_one(&found)),
            }
        }
        Ok(())
    }
}

impl Done {
    fn add(&mut self, digest: u64) {
        if self.files.len() < MAX_DONE {
            self.files.insert(digest);
        }
    }

    fn age(&mut self, now: Timestamp) {
        if self.files.is_empty() {
            self.since = now;
        } else if clock::between(self.since, now) >= DONE_FOR {
            *self = Done {
                files: HashSet::new(),
                since: now,
            };
        }
    }
}

/// For each file, what became of it when it was committed; nothing if it never was, as it is now.
async fn verdicts(files: &[Found], seen: &dyn Seen) -> Result<Vec<Option<Verdict>>, Fault> {
    let mut verdicts = vec![None; files.len()];
    for verdict in [Verdict::Taken, Verdict::Rejected] {
        let open: Vec<usize> = (0..files.len())
            .filter(|at| verdicts.get(*at) == Some(&None))
            .collect();
        if open.is_empty() {
            break;
        }
        let asked = open.iter().filter_map(|at| files.get(*at));
        let asked = asked
            .map(|found| (key(&found.path), found.stamp.fingerprint(verdict)))
            .collect();
        let fresh = seen.fresh(asked).await?;
        for (at, fresh) in open.into_iter().zip(fresh) {
            if let (false, Some(place)) = (fresh, verdicts.get_mut(at)) {
                *place = Some(verdict);
            }
        }
    }
    Ok(verdicts)
}

pub(crate) fn interrupted(error: JoinError) -> Fault {
    Fault::transient(
        "interrupted",
        format!("looking through the folder was interrupted: {error}"),
    )
}

/// Hands over what the walk meets.
struct Walker {
    watch: Arc<Watch>,
    chunks: mpsc::Sender<Vec<Found>>,
    notes: Vec<Note>,
}

/// Something worth a warning.
struct Note {
    path: PathBuf,
    what: String,
    is_trouble: bool,
}

impl Walker {
    fn note(&mut self, path: &Path, what: String, is_trouble: bool) {
        if self.notes.len() < MAX_WARNED {
            self.notes.push(Note {
                path: path.to_owned(),
                what,
                is_trouble,
            });
        }
    }
}

impl Visitor for Walker {
    fn folder(&mut self, path: &Path) {
        self.watch.folder(path);
    }

    fn chunk(&mut self, files: Vec<Found>) -> bool {
        self.chunks.blocking_send(files).is_ok()
    }

    fn left_out(&mut self, path: &Path, why: &'static str) {
        self.note(path, format!("left out: {why}"), false);
    }

    fn trouble(&mut self, path: &Path, error: io::Error) {
        self.note(
            path,
            format!("cannot be looked at: {error}; let Dateline read it"),
            true,
        );
    }
}
