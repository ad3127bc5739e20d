//! Reading the store: short queries on connections of their own, never in the writer's way.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use dateline_text::copies::Signature;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::commit::{ArticleRow, ClusterRow, Hash, HeldRow, LikenessRow};
use super::{StoreError, Tuning, doing, open_reading, unfinished};
use crate::sink::Entry;
use crate::source::{Fingerprint, ItemKey};
use crate::transform::damping::Budget;

/// Idle connections kept for the next reader.
const IDLE: usize = 4;

/// A small pool of reading connections.
#[derive(Debug)]
pub struct Readers {
    path: PathBuf,
    tuning: Tuning,
    idle: Mutex<Vec<Connection>>,
}

impl Readers {
    pub(super) fn new(path: PathBuf, tuning: Tuning) -> Readers {
        Readers {
            path,
            tuning,
            idle: Mutex::new(Vec::new()),
        }
    }

    /// Runs `work` with a reader. Blocks: call it off the async threads.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn with<T>(
        &self,
        work: impl FnOnce(&Reader<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        let pooled = self.idle().pop();
        let connection = match pooled {
            Some(connection) => connection,
            None => open_reading(&self.path, &self.tuning)?,
        };
        let outcome = work(&Reader {
            connection: &connection,
        })
        .map_err(doing(format!("reading {}", self.path.display())));
        let mut idle = self.idle();
        if idle.len() < IDLE {
            idle.push(connection);
        }
        outcome
    }

    /// Runs `work` with a reader, off the async threads.
    ///
    /// # Errors
    /// When the database cannot be read, or `work` panics.
    pub async fn ask<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Reader<'_>) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let readers = Arc::clone(self);
        tokio::task::spawn_blocking(move || readers.with(work))
            .await
            .map_err(unfinished)?
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        self.idle
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

/// Questions to the store.
#[derive(Debug)]
pub struct Reader<'c> {
    connection: &'c Connection,
}

/// A draft in its log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftEntry {
    /// Sequence number, rising, with gaps possible.
    pub seq: i64,
    /// Id of its source.
    pub source: String,
    /// The draft (JSON).
    pub draft: String,
    /// Trace context of the turn that brought it (W3C `traceparent`), where it is traced.
    pub trace: Option<String>,
}

impl<'c> Reader<'c> {
    /// Wraps a connection.
    pub(super) fn new(connection: &'c Connection) -> Reader<'c> {
        Reader { connection }
    }

    /// The connection itself, for questions that only one room asks.
    pub(super) fn connection(&self) -> &'c Connection {
        self.connection
    }

    /// Drafts after `position`, at most `count` of at most `bytes` in sum (but at least one).
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn drafts_after(
        &self,
        position: i64,
        count: u32,
        bytes: usize,
    ) -> rusqlite::Result<Vec<DraftEntry>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT seq, source, draft, trace FROM drafts WHERE seq > ?1 ORDER BY seq LIMIT ?2",
        )?;
        let rows = statement.query_map(params![position, count], draft_entry)?;
        take_bytes(rows, bytes, |entry| entry.draft.len())
    }

    /// Records after `position` as they were made, at most `count` of at most `bytes` in sum (but at least one). One that a sink gets
    /// once more is not among them again.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn records_after(
        &self,
        position: i64,
        count: u32,
        bytes: usize,
    ) -> rusqlite::Result<Vec<Entry>> {
        self.entries(
            &format!("{ENTRIES} AND only IS NULL ORDER BY seq LIMIT ?2"),
            params![position, count],
            bytes,
        )
    }

    /// Records after `position` that this sink is to get: those for everybody, and those for it alone. At most `count` of at most
    /// `bytes` in sum (but at least one).
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn records_for(
        &self,
        sink: &str,
        position: i64,
        count: u32,
        bytes: usize,
    ) -> rusqlite::Result<Vec<Entry>> {
        self.entries(
            &format!("{ENTRIES} AND (only IS NULL OR only = ?3) ORDER BY seq LIMIT ?2"),
            params![position, count, sink],
            bytes,
        )
    }

    fn entries(
        &self,
        sql: &str,
        parameters: impl rusqlite::Params,
        bytes: usize,
    ) -> rusqlite::Result<Vec<Entry>> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map(parameters, |row| {
            Ok(Entry {
                seq: row.get(0)?,
                id: row.get(1)?,
                revision: row.get(2)?,
                op: row.get(3)?,
                source: row.get(4)?,
                kind: row.get(5)?,
                language: row.get(6)?,
                body: row.get::<_, String>(7)?.into_bytes(),
                trace: row.get(8)?,
            })
        })?;
        take_bytes(rows, bytes, |entry| entry.body.len())
    }

    /// Position and detail (JSON) of a log's reader.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn position(&self, reader: &str) -> rusqlite::Result<Option<(i64, String)>> {
        self.connection
            .prepare_cached("SELECT seq, detail FROM positions WHERE reader = ?1")?
            .query_row([reader], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()
    }

    /// The last record that was made before `instant`; the one before the first of the log where there is none. Records are made
    /// in the order of time, as far as the clock was not set back.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn last_record_before(&self, instant: Timestamp) -> rusqlite::Result<i64> {
        self.last_before("records", instant)
    }

    /// The same of the drafts.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn last_draft_before(&self, instant: Timestamp) -> rusqlite::Result<i64> {
        self.last_before("drafts", instant)
    }

    fn last_before(&self, log: &str, instant: Timestamp) -> rusqlite::Result<i64> {
        let ends = format!("SELECT coalesce(min(seq), 1), coalesce(max(seq), 0) FROM {log}");
        let ends = self
            .connection
            .prepare_cached(&ends)?
            .query_row([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)))?;
        let (mut low, mut high) = (ends.0 - 1, ends.1);
        let mut at = self.connection.prepare_cached(&format!(
            "SELECT seq, at FROM {log} WHERE seq <= ?1 ORDER BY seq DESC LIMIT 1"
        ))?;
        // Numbers up to `low` were made before, those after `high` were not. There is no index of instants, and no need of one.
        while low < high {
            let middle = low + (high - low + 1) / 2;
            let found = at.query_row([middle], |row| Ok((row.get(0)?, row.get(1)?)));
            let (seq, made): (i64, i64) = found.optional()?.unwrap_or((low, i64::MIN));
            if made < instant.as_millisecond() {
                low = middle;
            } else {
                high = seq - 1;
            }
        }
        Ok(low)
    }

    /// The number before the last `count` records of the log.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn position_before_last(&self, count: i64) -> rusqlite::Result<i64> {
        self.connection
            .prepare_cached(
                "SELECT seq FROM records WHERE only IS NULL ORDER BY seq DESC LIMIT 1 OFFSET ?1",
            )?
            .query_row([count], |row| row.get(0))
            .optional()
            .map(|seq| seq.unwrap_or(0))
    }

    /// How many records of the log that this sink is to get come after `from`, up to `to`.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn records_between(&self, sink: &str, from: i64, to: i64) -> rusqlite::Result<u64> {
        self.connection
            .prepare_cached(
                "SELECT count(*) FROM records WHERE seq > ?1 AND seq <= ?2 AND (only IS NULL OR only = ?3)",
            )?
            .query_row(params![from, to, sink], |row| row.get::<_, i64>(0))
            .map(i64::unsigned_abs)
    }

    /// Records after `position` that the sink passes over, rising: it refused them. One that it gets again under another number is
    /// still passed over under its own.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn refused(&self, sink: &str, position: i64) -> rusqlite::Result<Vec<i64>> {
        self.connection
            .prepare_cached(
                "SELECT record_seq FROM dead_letters WHERE origin = ?1 AND record_seq > ?2
                 UNION SELECT replaces FROM records WHERE only = ?1 AND replaces > ?2 ORDER BY 1",
            )?
            .query_map(params![sink, position], |row| row.get(0))?
            .collect()
    }

    /// Which of a source's items are fresh: unknown, changed, or last drafted before `horizon`.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn fresh(
        &self,
        source: &str,
        items: &[(ItemKey, Fingerprint)],
        horizon: Timestamp,
    ) -> rusqlite::Result<Vec<bool>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT fingerprint, drafted FROM seen WHERE source = ?1 AND key = ?2",
        )?;
        let mut fresh = Vec::with_capacity(items.len());
        for (key, fingerprint) in items {
            let known: Option<(Fingerprint, i64)> = statement
                .query_row(params![source, key], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            fresh.push(known.is_none_or(|(latest, drafted)| {
                latest != *fingerprint || drafted < horizon.as_millisecond()
            }));
        }
        Ok(fresh)
    }

    /// Which of a source's items were never drafted.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn unknown(
        &self,
        source: &str,
        items: &[(ItemKey, Fingerprint)],
    ) -> rusqlite::Result<Vec<bool>> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT 1 FROM seen WHERE source = ?1 AND key = ?2")?;
        let known = items
            .iter()
            .map(|(key, _)| statement.exists(params![source, key]));
        known.map(|known| known.map(|known| !known)).collect()
    }

    /// Ids of the articles that a key leads to.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn articles_by_key(&self, key: &Hash) -> rusqlite::Result<Vec<Hash>> {
        self.connection
            .prepare_cached("SELECT article FROM article_keys WHERE key = ?1")?
            .query_map([key], |row| row.get(0))?
            .collect()
    }

    /// An article of the index.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn article(&self, id: &Hash) -> rusqlite::Result<Option<ArticleRow>> {
        self.connection
            .prepare_cached(
                "SELECT id, revision, content, title, sketch, has_link, guid_source, stated, home, first_seen, sighted,
                     budget, dry, counted, from_page, draft
                 FROM articles WHERE id = ?1",
            )?
            .query_row([id], |row| {
                Ok(ArticleRow {
                    id: row.get(0)?,
                    revision: row.get(1)?,
                    content: row.get(2)?,
                    title: row.get(3)?,
                    sketch: row.get::<_, Option<i64>>(4)?.map(i64::cast_unsigned),
                    has_link: row.get(5)?,
                    guid_source: row.get(6)?,
                    stated: row
                        .get::<_, Option<i64>>(7)?
                        .and_then(|at| Timestamp::from_millisecond(at).ok()),
                    home: row.get(8)?,
                    first_seen: instant(row, 9)?,
                    sighted: instant(row, 10)?,
                    budget: Budget {
                        left: row.get(11)?,
                        dry: row.get(12)?,
                        counted: instant(row, 13)?,
                    },
                    from_page: row.get(14)?,
                    draft: row.get(15)?,
                })
            })
            .optional()
    }

    /// The revision of an article that waits.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn held(&self, article: &Hash) -> rusqlite::Result<Option<HeldRow>> {
        self.connection
            .prepare_cached(&format!("SELECT {HELD} FROM held WHERE article = ?1"))?
            .query_row([article], held_row)
            .optional()
    }

    /// Whether revisions wait that were taken from a source.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn is_churning(&self, source: &str) -> rusqlite::Result<bool> {
        self.connection
            .prepare_cached("SELECT 1 FROM held WHERE source = ?1 LIMIT 1")?
            .exists([source])
    }

    /// Revisions that waited and are due at `now`, the longest waiting first, at most `most`.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn due_revisions(&self, now: Timestamp, most: u32) -> rusqlite::Result<Vec<HeldRow>> {
        self.connection
            .prepare_cached(&format!(
                "SELECT {HELD} FROM held WHERE due <= ?1 ORDER BY due LIMIT ?2"
            ))?
            .query_map(params![now.as_millisecond(), most], held_row)?
            .collect()
    }

    /// What a source carries of an article: content hash, and whether it ever was the record's.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn sighting(&self, article: &Hash, source: &str) -> rusqlite::Result<Option<(Hash, bool)>> {
        self.connection
            .prepare_cached(
                "SELECT content, faithful FROM sightings WHERE article = ?1 AND source = ?2",
            )?
            .query_row(params![article, source], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .optional()
    }

    /// The sources that an article was seen in, by id, at most `most`.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn seen_in(&self, article: &Hash, most: u32) -> rusqlite::Result<Vec<String>> {
        self.connection
            .prepare_cached(
                "SELECT source FROM sightings WHERE article = ?1 ORDER BY source LIMIT ?2",
            )?
            .query_map(params![article, most], |row| row.get(0))?
            .collect()
    }

    /// The source that a revision of an article with this content was taken from, if there was one.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn version_source(
        &self,
        article: &Hash,
        content: &Hash,
    ) -> rusqlite::Result<Option<String>> {
        self.connection
            .prepare_cached("SELECT source FROM versions WHERE article = ?1 AND content = ?2")?
            .query_row(params![article, content], |row| row.get(0))
            .optional()
    }

    /// A text that copies are known by; absent too where it was stored by a version of Dateline that kept something else of texts.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn likeness(&self, number: i64) -> rusqlite::Result<Option<LikenessRow>> {
        let row = self
            .connection
            .prepare_cached(&format!("{LIKENESSES} WHERE number = ?1"))?
            .query_row([number], likeness)
            .optional()?;
        Ok(row.flatten())
    }

    /// Gives every text that copies are known by to `take`, in the order of their numbers.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn each_likeness(&self, mut take: impl FnMut(LikenessRow)) -> rusqlite::Result<()> {
        let mut statement = self
            .connection
            .prepare(&format!("{LIKENESSES} ORDER BY number"))?;
        for row in statement.query_map([], likeness)? {
            if let Some(row) = row? {
                take(row);
            }
        }
        Ok(())
    }

    /// The number of the last text that copies are known by.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn last_likeness(&self) -> rusqlite::Result<Option<i64>> {
        self.connection
            .query_row("SELECT max(number) FROM likenesses", [], |row| row.get(0))
    }

    /// The cluster that an article is in, if it has copies or is one.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn cluster_of(&self, article: &Hash) -> rusqlite::Result<Option<Hash>> {
        self.connection
            .prepare_cached("SELECT cluster FROM copies WHERE article = ?1")?
            .query_row([article], |row| row.get(0))
            .optional()
    }

    /// A story that several houses print.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn cluster(&self, id: &Hash) -> rusqlite::Result<Option<ClusterRow>> {
        self.connection
            .prepare_cached("SELECT id, original, told FROM clusters WHERE id = ?1")?
            .query_row([id], |row| {
                Ok(ClusterRow {
                    id: row.get(0)?,
                    original: row.get(1)?,
                    told: instant(row, 2)?,
                })
            })
            .optional()
    }

    /// Whether a source is in the configuration and has had a turn.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn is_source(&self, id: &str) -> rusqlite::Result<bool> {
        self.connection
            .prepare_cached("SELECT 1 FROM sources WHERE id = ?1")?
            .exists([id])
    }
}

/// Records after a position.
const ENTRIES: &str = "SELECT seq, id, revision, op, source, kind, language, record, trace FROM records WHERE seq > ?1";

/// The columns of a revision that waits.
const HELD: &str = "article, due, source, content, record, draft";

fn held_row(row: &Row<'_>) -> rusqlite::Result<HeldRow> {
    Ok(HeldRow {
        article: row.get(0)?,
        due: instant(row, 1)?,
        source: row.get(2)?,
        content: row.get(3)?,
        record: row.get(4)?,
        draft: row.get(5)?,
    })
}

/// A draft, of the columns `seq, source, draft, trace`.
pub(super) fn draft_entry(row: &Row<'_>) -> rusqlite::Result<DraftEntry> {
    Ok(DraftEntry {
        seq: row.get(0)?,
        source: row.get(1)?,
        draft: row.get(2)?,
        trace: row.get(3)?,
    })
}

const LIKENESSES: &str = "SELECT number, at, article, title, told, signature FROM likenesses";

fn likeness(row: &Row<'_>) -> rusqlite::Result<Option<LikenessRow>> {
    let bytes = row.get_ref(5)?.as_blob()?;
    let Some(signature) = Signature::from_bytes(bytes) else {
        return Ok(None);
    };
    Ok(Some(LikenessRow {
        number: row.get(0)?,
        at: instant(row, 1)?,
        article: row.get(2)?,
        title: row.get(3)?,
        told: instant(row, 4)?,
        signature,
    }))
}

/// An instant in a column of milliseconds.
pub(super) fn instant(row: &Row<'_>, column: usize) -> rusqlite::Result<Timestamp> {
    let milliseconds: i64 = row.get(column)?;
    Timestamp::from_millisecond(milliseconds).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(
            column,
            rusqlite::types::Type::Integer,
            Box::new(error),
        )
    })
}

/// The beginning of `rows` whose sizes add up to at most `bytes`, but at least one row.
pub(super) fn take_bytes<T>(
    rows: impl Iterator<Item = rusqlite::Result<T>>,
    bytes: usize,
    size: impl Fn(&T) -> usize,
) -> rusqlite::Result<Vec<T>> {
    let mut taken = Vec::new();
    let mut sum = 0;
    for row in rows {
        let row = row?;
        sum += size(&row);
        if sum > bytes && !taken.is_empty() {
            break;
        }
        taken.push(row);
    }
    Ok(taken)
}
