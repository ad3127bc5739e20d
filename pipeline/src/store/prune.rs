//! Upkeep: old entries leave the logs, and what was last met long ago leaves the memory.
//!
//! Nothing leaves a log before everybody who reads it has passed it. Within that, entries go when
//! they are older than [`Retention::max_age`], or earlier when the logs hold more than their share
//! of [`Retention::max_bytes`]. While a job makes records anew ([`super::reprocess`]), the drafts that it still has before it stay too, as long as the
//! logs have room for new entries. All work comes in small commits, so that the stages hardly wait.

use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::commit::{Commit, Hash, grow};
use super::{Job, Reader, Readers, Store, StoreError};
use crate::clock::{Clock, before};

/// How long entries and memories stay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retention {
    /// Bytes that both logs may hold together; collecting waits above it.
    pub max_bytes: u64,
    /// Entries that everybody has passed stay this long.
    pub max_age: Duration,
    /// Identity of articles and items is remembered this long after their last draft.
    pub article_memory: Duration,
    /// The sinks that must have passed a record before it may leave.
    pub sinks: Vec<String>,
}

/// Share of `max_bytes` that passed entries may fill, so that there is always room for new ones.
const PASSED_SHARE: f64 = 0.75;

/// The same while a job makes records anew: above it the drafts before the job leave as ever, since fresh ones come first.
const JOB_SHARE: f64 = 0.9;

/// Entries that leave in one commit.
const CHUNK: i64 = 1000;

/// Rows of the memory looked at in one commit.
const SWEEP: i64 = 5000;

/// Dead letters kept; the oldest leave first.
const DEAD_LETTERS: i64 = 10_000;

/// One step of upkeep.
#[derive(Debug)]
pub struct PruneCommit {
    drafts: Option<Cut>,
    records: Option<Cut>,
    sweep: Sweep,
}

/// The first `through` of a log leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Cut {
    through: i64,
    bytes: i64,
}

/// A stretch of the memory from which what is no longer needed leaves.
#[derive(Debug)]
enum Sweep {
    Seen {
        from: (String, Hash),
        to: Option<(String, Hash)>,
        now: i64,
        memory: i64,
    },
    Articles {
        from: Hash,
        to: Option<Hash>,
        now: i64,
        memory: i64,
    },
    Keys {
        from: Hash,
        to: Option<Hash>,
    },
}

/// Does the upkeep of a store, a step at a time.
#[derive(Debug)]
pub struct Keeper {
    retention: Retention,
    clock: Clock,
    next_sweep: Stretch,
}

/// Where the sweep over the memory goes on.
#[derive(Debug, Clone)]
enum Stretch {
    Seen((String, Hash)),
    Articles(Hash),
    Keys(Hash),
}

/// Items last drafted before this instant count as fresh once more, so that the memory of what is
/// still in its source never grows old. Half of the memory leaves the other half as margin.
pub fn refresh_horizon(now: Timestamp, article_memory: Duration) -> Timestamp {
    before(now, article_memory / 2)
}

impl Keeper {
    /// A keeper that has just started.
    pub fn new(retention: Retention, clock: Clock) -> Keeper {
        Keeper {
            retention,
            clock,
            next_sweep: Stretch::Seen((String::new(), [0; 16])),
        }
    }

    /// From now on entries and memories stay so long.
    pub fn keep(&mut self, retention: Retention) {
        self.retention = retention;
    }

    /// Does one step; true when there is more to do at once.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub async fn step(
        &mut self,
        store: &Store,
        readers: &std::sync::Arc<Readers>,
    ) -> Result<bool, StoreError> {
        let plan = Plan {
            retention: self.retention.clone(),
            now: self.clock.now(),
            stretch: self.next_sweep.clone(),
        };
        let (commit, next) = readers
            .ask(move |reader| plan.read(reader.connection()))
            .await?;
        self.next_sweep = next;
        let more = commit.drafts.is_some() || commit.records.is_some();
        store.commit(Commit::Prune(commit)).await?;
        Ok(more)
    }
}

struct Plan {
    retention: Retention,
    now: Timestamp,
    stretch: Stretch,
}

impl Plan {
    fn read(&self, connection: &Connection) -> rusqlite::Result<(PruneCommit, Stretch)> {
        let drafts_passed = position(connection, super::TRANSFORM)?;
        let job = Reader::new(connection).last_job()?.filter(Job::is_running);
        let mut records_passed = i64::MAX;
        for sink in &self.retention.sinks {
            records_passed = records_passed.min(position(connection, sink)?);
        }
        let (drafts_bytes, records_bytes) =
            (bytes(connection, "drafts")?, bytes(connection, "records")?);
        let share = job.as_ref().map_or(PASSED_SHARE, |_| JOB_SHARE);
        let allowed = (self.retention.max_bytes as f64 * share) as i64;
        let mut excess = drafts_bytes + records_bytes - allowed;
        let cut_at = before(self.now, self.retention.max_age).as_millisecond();
        // Drafts go first: records are what a new sink or a replay wants.
        let unneeded = job.map_or(i64::MAX, |job| job.position);
        let drafts = cut(
            connection,
            "drafts",
            drafts_passed,
            (unneeded, cut_at),
            excess,
        )?;
        excess -= drafts.map_or(0, |cut| cut.bytes);
        let records = cut(
            connection,
            "records",
            records_passed,
            (i64::MAX, cut_at),
            excess,
        )?;
        let (sweep, next) = self.sweep(connection, &self.stretch)?;
        let commit = PruneCommit {
            drafts,
            records,
            sweep,
        };
        Ok((commit, next))
    }

    fn sweep(
        &self,
        connection: &Connection,
        stretch: &Stretch,
    ) -> rusqlite::Result<(Sweep, Stretch)> {
        let now = self.now.as_millisecond();
        let memory = i64::try_from(self.retention.article_memory.as_millis()).unwrap_or(i64::MAX);
        let by_hash = |sql: &str, from: &Hash| -> rusqlite::Result<Option<Hash>> {
            connection
                .prepare_cached(sql)?
                .query_row(params![from, SWEEP], |row| row.get(0))
                .optional()
        };
        const START: Hash = [0; 16];
        Ok(match stretch.clone() {
            Stretch::Seen(from) => {
                let to: Option<(String, Hash)> = connection
                    .prepare_cached(
                        "SELECT source, key FROM seen WHERE (source, key) > (?1, ?2)
                         ORDER BY source, key LIMIT 1 OFFSET ?3",
                    )?
                    .query_row(params![from.0, from.1, SWEEP], |row| {
                        Ok((row.get(0)?, row.get(1)?))
                    })
                    .optional()?;
                let next = to.clone().map_or(Stretch::Articles(START), Stretch::Seen);
                (
                    Sweep::Seen {
                        from,
                        to,
                        now,
                        memory,
                    },
                    next,
                )
            }
            Stretch::Articles(from) => {
                let to = by_hash(
                    "SELECT id FROM articles WHERE id > ?1 ORDER BY id LIMIT 1 OFFSET ?2",
                    &from,
                )?;
                let next = to.map_or(Stretch::Keys(START), Stretch::Articles);
                (
                    Sweep::Articles {
                        from,
                        to,
                        now,
                        memory,
                    },
                    next,
                )
            }
            Stretch::Keys(from) => {
                let to = by_hash(
                    "SELECT key FROM article_keys WHERE key > ?1 ORDER BY key LIMIT 1 OFFSET ?2",
                    &from,
                )?;
                let next = to.map_or(Stretch::Seen((String::new(), START)), Stretch::Keys);
                (Sweep::Keys { from, to }, next)
            }
        })
    }
}

fn position(connection: &Connection, reader: &str) -> rusqlite::Result<i64> {
    let position = connection
        .prepare_cached("SELECT seq FROM positions WHERE reader = ?1")?
        .query_row([reader], |row| row.get(0))
        .optional()?;
    Ok(position.unwrap_or(0))
}

fn bytes(connection: &Connection, log: &str) -> rusqlite::Result<i64> {
    connection
        .prepare_cached("SELECT bytes FROM logs WHERE name = ?1")?
        .query_row([log], |row| row.get(0))
}

/// The entries of `log` at its beginning that may leave now, at most [`CHUNK`] of them: those up to a number that were made before an instant (`aged`), and
/// more while there is an excess.
fn cut(
    connection: &Connection,
    log: &'static str,
    passed: i64,
    aged: (i64, i64),
    excess: i64,
) -> rusqlite::Result<Option<Cut>> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT seq, at, size FROM {log} WHERE seq <= ?1 ORDER BY seq LIMIT {CHUNK}"
    ))?;
    let mut rows = statement.query([passed])?;
    let mut cut: Option<Cut> = None;
    while let Some(row) = rows.next()? {
        let (seq, at, size): (i64, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let bytes = cut.map_or(0, |cut| cut.bytes);
        let is_aged = seq <= aged.0 && at < aged.1;
        if !is_aged && bytes >= excess {
            break;
        }
        cut = Some(Cut {
            through: seq,
            bytes: bytes + size,
        });
    }
    Ok(cut)
}

impl PruneCommit {
    pub(super) fn apply(&self, transaction: &Transaction<'_>) -> rusqlite::Result<()> {
        for (log, cut) in [("drafts", self.drafts), ("records", self.records)] {
            if let Some(cut) = cut {
                transaction
                    .prepare_cached(&format!("DELETE FROM {log} WHERE seq <= ?1"))?
                    .execute([cut.through])?;
                grow(transaction, log, -cut.bytes)?;
            }
        }
        transaction
            .prepare_cached(
                "DELETE FROM dead_letters WHERE seq <= (SELECT max(seq) FROM dead_letters) - ?1",
            )?
            .execute([DEAD_LETTERS])?;
        self.sweep.apply(transaction)
    }
}

/// Later than every key.
const END: Hash = [0xff; 16];

/// When a source's items were last gone through. What it held then became drafts again if it was
/// about to be forgotten (see [`refresh_horizon`]), so what is older was no longer in it. A source
/// that answers "unchanged" for months, or not at all, keeps its memory this way; one that has left
/// the configuration has no row.
const LAST_READ: &str = "coalesce(last_read, 0)";

impl Sweep {
    fn apply(&self, transaction: &Transaction<'_>) -> rusqlite::Result<()> {
        match self {
            Sweep::Seen {
                from,
                to,
                now,
                memory,
            } => {
                let last = char::MAX.to_string();
                let (source, key) = to
                    .as_ref()
                    .map_or((last.as_str(), &END), |(source, key)| (source, key));
                transaction
                    .prepare_cached(&format!(
                        "DELETE FROM seen WHERE (source, key) >= (?1, ?2) AND (source, key) <= (?3, ?4)
                         AND drafted < coalesce((SELECT {LAST_READ} FROM sources WHERE id = source), ?5) - ?6"
                    ))?
                    .execute(params![from.0, from.1, source, key, now, memory])?;
            }
            Sweep::Articles {
                from,
                to,
                now,
                memory,
            } => {
                // A draft that is not yet transformed may be about to renew an article's memory; the
                // stretch comes round again.
                let forgotten: Vec<Hash> = transaction
                    .prepare_cached(&format!(
                        "DELETE FROM articles WHERE id >= ?1 AND id <= ?2 AND sighted < ?3 - ?4
                         AND NOT EXISTS (
                             SELECT 1 FROM sightings JOIN sources ON sources.id = sightings.source
                             WHERE sightings.article = articles.id AND articles.sighted >= {LAST_READ} - ?4)
                         AND (SELECT coalesce(max(seq), 0) FROM drafts)
                             <= (SELECT coalesce(max(seq), 0) FROM positions WHERE reader = ?5)
                         RETURNING id"
                    ))?
                    .query_map(params![from, to.unwrap_or(END), now, memory, super::TRANSFORM], |row| row.get(0))?
                    .collect::<rusqlite::Result<_>>()?;
                for id in &forgotten {
                    for table in ["sightings", "versions", "held", "copies"] {
                        transaction
                            .prepare_cached(&format!("DELETE FROM {table} WHERE article = ?1"))?
                            .execute([id])?;
                    }
                    transaction
                        .prepare_cached("DELETE FROM clusters WHERE id = ?1")?
                        .execute([id])?;
                }
            }
            // Keys are not found by their article, so they go after it; one that is needed again
            // meanwhile is written again (see the transform stage).
            Sweep::Keys { from, to } => {
                transaction
                    .prepare_cached(
                        "DELETE FROM article_keys WHERE key >= ?1 AND key <= ?2
                         AND NOT EXISTS (SELECT 1 FROM articles WHERE id = article)",
                    )?
                    .execute(params![from, to.unwrap_or(END)])?;
            }
        }
        Ok(())
    }
}
