//! What an operator does to have records made anew: begins a job, ends it, or asks beforehand what would come of it.
//!
//! The job itself is done by the transform stage ([`crate::transform::reprocess`]), between the batches of fresh drafts. It stands in the store from its
//! beginning on, and each portion of it is committed with the records that come of it: whatever dies, it goes on where it was, and no record is made
//! twice.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::crash;
use crate::store::{Commit, Job, Reader, Readers, ReprocessCommit, Store, StoreError, Tally, Wish};
use crate::transform::enrichment::Enrichment;
use crate::transform::reprocess::{Change, far_behind, read, say_end, show_left, weigh_drafts};

/// Sources that one job may name: the list stands in the state, is read anew with each portion, and each of its sources that has left the configuration is
/// looked for in the whole log.
pub const MOST_SOURCES: usize = 1000;

/// Records that a trial shows as examples.
const EXAMPLES: usize = 5;

/// Whether a job has begun.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Begun {
    /// It has.
    Began(Job),
    /// It has not, since this one runs.
    Runs(Job),
    /// It has not, since the wish names so many sources, more than [`MOST_SOURCES`].
    TooManySources(usize),
}

/// Begins a job, unless one runs. Returns when it is certain to be done, whatever dies. Orders to begin must come one after the other.
///
/// # Errors
/// When the store cannot be read or written.
pub async fn begin(
    store: &Store,
    readers: &Arc<Readers>,
    wish: Wish,
    now: Timestamp,
) -> Result<Begun, StoreError> {
    if wish.sources.len() > MOST_SOURCES {
        return Ok(Begun::TooManySources(wish.sources.len()));
    }
    if let Some(running) = running(readers).await? {
        return Ok(Begun::Runs(running));
    }
    let since = wish.since;
    let (first, last) = readers
        .ask(move |reader| reader.drafts_since(since))
        .await?;
    crash::point("reprocess.before_begin");
    let begin = ReprocessCommit::Begin {
        at: now,
        wish,
        first,
        last,
    };
    store.commit(Commit::Reprocess(begin)).await?;
    crash::point("reprocess.after_begin");
    match readers.ask(|reader| reader.last_job()).await? {
        Some(job) => Ok(Begun::Began(job)),
        None => Err(StoreError::Abnormal),
    }
}

/// Ends the job that runs; what it has made stays. `None` where none runs.
///
/// # Errors
/// When the store cannot be read or written.
pub async fn cancel(
    store: &Store,
    readers: &Arc<Readers>,
    now: Timestamp,
) -> Result<Option<Job>, StoreError> {
    if running(readers).await?.is_none() {
        return Ok(None);
    }
    let cancel = ReprocessCommit::Cancel { at: now };
    store.commit(Commit::Reprocess(cancel)).await?;
    let job = readers.ask(|reader| reader.last_job()).await?;
    if let Some(job) = &job {
        show_left(job);
        say_end(job);
    }
    Ok(job)
}

async fn running(readers: &Arc<Readers>) -> Result<Option<Job>, StoreError> {
    let last = readers.ask(|reader| reader.last_job()).await?;
    Ok(last.filter(Job::is_running))
}

/// The sink that the job that runs waits for, and how many records that has before it; `None` where it waits for none. `sinks` are those that get
/// records.
///
/// # Errors
/// When the store cannot be read.
pub fn waits_for(
    reader: &Reader<'_>,
    sinks: Vec<String>,
) -> rusqlite::Result<Option<(String, i64)>> {
    match reader.last_job()?.is_some_and(|job| job.is_running()) {
        true => far_behind(reader, sinks, reader.records_head()?),
        false => Ok(None),
    }
}

/// What would come of a job.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Trial {
    /// What would come of its drafts.
    pub tally: Tally,
    /// Some of the records that would be made.
    pub examples: Vec<Change>,
}

/// Finds out what would come of a job, and writes nothing; `progress` gets the share that is done, 0 to 1.
///
/// # Errors
/// When the store cannot be read.
pub fn trial(
    reader: &Reader<'_>,
    enrichment: &Enrichment,
    wish: &Wish,
    now: Timestamp,
    mut progress: impl FnMut(f64),
) -> rusqlite::Result<Trial> {
    let (first, last) = reader.drafts_since(wish.since)?;
    let mut trial = Trial::default();
    let mut position = first;
    while position < last {
        let (through, drafts) = read(reader, wish, position, last)?;
        let (tally, changes) = weigh_drafts(reader, enrichment, wish.becomes, drafts, now)?;
        trial.tally += tally;
        let room = EXAMPLES - trial.examples.len();
        trial.examples.extend(changes.into_iter().take(room));
        position = through;
        progress((position - first) as f64 / (last - first) as f64);
    }
    Ok(trial)
}
