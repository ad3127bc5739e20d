//! Jobs that make records anew from the drafts that are still there: what was asked for, and how far it is.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, Transaction, params};
use serde::{Deserialize, Serialize};

use super::commit::Hash;
use super::reader::{Reader, draft_entry, instant, take_bytes};
use super::sources::instant_if_any;
use super::{DraftEntry, RecordRow, unhex};

/// What records that are made anew are to whoever reads them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Becomes {
    /// New versions of their articles.
    Revisions,
    /// The same versions, said anew.
    Replacements,
}

impl Becomes {
    /// The spelling in commands, labels and the store.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Becomes::Revisions => "revisions",
            Becomes::Replacements => "replacements",
        }
    }

    fn named(name: &str) -> Option<Becomes> {
        [Becomes::Revisions, Becomes::Replacements]
            .into_iter()
            .find(|becomes| becomes.as_str() == name)
    }
}

/// What is to be made anew, and as what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wish {
    /// What the records are.
    #[serde(rename = "as")]
    pub becomes: Becomes,
    /// Of drafts that were gathered then or later; of all where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// Of these sources, by their ids; of all where empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<String>,
}

/// What came of drafts that were gone over. Each counts in `drafts` and in one more, and those of unknown ones among the made; those that were `gone` count
/// there alone. What another version does not count is none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Tally {
    /// Drafts.
    pub drafts: u64,
    /// Records made anew.
    pub made: u64,
    /// Those of them whose article's last record has left the log, so that nobody can tell what is different.
    pub unknown: u64,
    /// Drafts of which the same record would come again: none is made.
    pub same: u64,
    /// Drafts that no article's latest record was made of: older versions, and what never was one.
    pub superseded: u64,
    /// Drafts of revisions that wait, and say what is found now when they come.
    pub waiting: u64,
    /// Drafts whose record would be left out now: no record is made, and the last one stays.
    pub left_out: u64,
    /// Drafts that cannot be made into records now: the last one stays.
    pub unreadable: u64,
    /// Drafts of any source that had left the log before the job came to them.
    pub gone: u64,
}

impl std::ops::AddAssign for Tally {
    fn add_assign(&mut self, other: Tally) {
        self.drafts += other.drafts;
        self.made += other.made;
        self.unknown += other.unknown;
        self.same += other.same;
        self.superseded += other.superseded;
        self.waiting += other.waiting;
        self.left_out += other.left_out;
        self.unreadable += other.unreadable;
        self.gone += other.gone;
    }
}

/// A job, and how far it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// Its number, rising.
    pub number: i64,
    /// What was asked for.
    pub wish: Wish,
    /// When.
    pub began: Timestamp,
    /// The draft before the first that it goes over.
    pub first: i64,
    /// The last draft that it goes over.
    pub last: i64,
    /// The draft that it has come to.
    pub position: i64,
    /// What has come of them.
    pub tally: Tally,
    /// When it ended; absent while it runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Timestamp>,
    /// Whether it ended before its end.
    #[serde(default)]
    pub cancelled: bool,
}

impl Job {
    /// Whether it has not ended.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.ended.is_none()
    }

    /// How much of it is done, 0 to 1, by the numbers of its drafts.
    #[must_use]
    pub fn done(&self) -> f64 {
        let all = self.last - self.first;
        match all {
            0 => 1.0,
            _ => (self.position - self.first) as f64 / all as f64,
        }
    }

    /// Drafts that it still has before it, by their numbers.
    #[must_use]
    pub fn left(&self) -> u64 {
        u64::try_from(self.last - self.position).unwrap_or(0)
    }
}

/// A job begins, or ends before its end.
#[derive(Debug)]
pub enum ReprocessCommit {
    /// Begins, unless another one runs.
    Begin {
        /// When.
        at: Timestamp,
        /// What is asked for.
        wish: Wish,
        /// The draft before the first that it goes over.
        first: i64,
        /// The last draft that it goes over.
        last: i64,
    },
    /// The one that runs ends.
    Cancel {
        /// When.
        at: Timestamp,
    },
}

/// A part of a job that is done, in the commit of the records that came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Portion {
    /// The job.
    pub job: i64,
    /// The draft that it had come to.
    pub from: i64,
    /// The draft that it has come to.
    pub through: i64,
    /// Whether the job ends with it.
    pub is_last: bool,
    /// What came of its drafts.
    pub tally: Tally,
}

/// The latest record of an article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LastRecord {
    /// None was ever made, or the article is not known.
    Never,
    /// It has left the log.
    Gone,
    /// It is in the log (JSON).
    Here(String),
}

const COLUMNS: &str =
    "number, began, becomes, since, sources, first, last, position, drafts, made, unknown, same, superseded,
     waiting, left_out, unreadable, gone, ended, cancelled";

impl ReprocessCommit {
    pub(super) fn apply(&self, transaction: &Transaction<'_>) -> rusqlite::Result<()> {
        match self {
            ReprocessCommit::Begin {
                at,
                wish,
                first,
                last,
            } => transaction
                .prepare_cached(
                    "INSERT INTO reprocess (began, becomes, since, sources, first, last, position)
                     SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?5 WHERE NOT EXISTS (SELECT 1 FROM reprocess WHERE ended IS NULL)",
                )?
                .execute(params![
                    at.as_millisecond(),
                    wish.becomes.as_str(),
                    wish.since.map(Timestamp::as_millisecond),
                    sources(wish),
                    first,
                    last
                ])?,
            ReprocessCommit::Cancel { at } => transaction
                .prepare_cached(
                    "UPDATE reprocess SET ended = ?1, cancelled = 1 WHERE ended IS NULL",
                )?
                .execute([at.as_millisecond()])?,
        };
        Ok(())
    }
}

impl Portion {
    /// Notes it with its job; false where that has ended meanwhile, and nothing may come of the portion.
    pub(super) fn apply(
        &self,
        transaction: &Transaction<'_>,
        at: Timestamp,
    ) -> rusqlite::Result<bool> {
        let position: Option<i64> = transaction
            .prepare_cached("SELECT position FROM reprocess WHERE number = ?1 AND ended IS NULL")?
            .query_row([self.job], |row| row.get(0))
            .optional()?;
        match position {
            None => return Ok(false),
            Some(position) if position == self.from => {}
            // One whose stage gave up waiting for it was written all the same.
            Some(_) => return Err(rusqlite::Error::StatementChangedRows(0)),
        }
        let tally = &self.tally;
        transaction
            .prepare_cached(
                "UPDATE reprocess SET position = ?2, ended = ?3, drafts = drafts + ?4, made = made + ?5,
                     unknown = unknown + ?6, same = same + ?7, superseded = superseded + ?8, waiting = waiting + ?9,
                     left_out = left_out + ?10, unreadable = unreadable + ?11, gone = gone + ?12
                 WHERE number = ?1",
            )?
            .execute(params![
                self.job,
                self.through,
                self.is_last.then(|| at.as_millisecond()),
                tally.drafts.cast_signed(),
                tally.made.cast_signed(),
                tally.unknown.cast_signed(),
                tally.same.cast_signed(),
                tally.superseded.cast_signed(),
                tally.waiting.cast_signed(),
                tally.left_out.cast_signed(),
                tally.unreadable.cast_signed(),
                tally.gone.cast_signed(),
            ])?;
        Ok(true)
    }
}

impl Reader<'_> {
    /// The last job that makes or made records anew.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn last_job(&self) -> rusqlite::Result<Option<Job>> {
        self.connection()
            .prepare_cached(&format!(
                "SELECT {COLUMNS} FROM reprocess ORDER BY number DESC LIMIT 1"
            ))?
            .query_row([], job)
            .optional()
    }

    /// The job of this number.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn job(&self, number: i64) -> rusqlite::Result<Option<Job>> {
        self.connection()
            .prepare_cached(&format!(
                "SELECT {COLUMNS} FROM reprocess WHERE number = ?1"
            ))?
            .query_row([number], job)
            .optional()
    }

    /// Drafts after `position` up to `through`, of the sources that are wished, at most `count` of at most `bytes` in sum (but at least one).
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn drafts_wished(
        &self,
        wish: &Wish,
        position: i64,
        through: i64,
        count: u32,
        bytes: usize,
    ) -> rusqlite::Result<Vec<DraftEntry>> {
        let mut statement = self.connection().prepare_cached(
            "SELECT seq, source, draft, trace FROM drafts WHERE seq > ?1 AND seq <= ?2
                 AND (?3 OR source IN (SELECT value FROM json_each(?4))) ORDER BY seq LIMIT ?5",
        )?;
        let all = wish.sources.is_empty();
        let rows = statement.query_map(
            params![position, through, all, sources(wish), count],
            draft_entry,
        )?;
        take_bytes(rows, bytes, |entry| entry.draft.len())
    }

    /// How many of the drafts after `position` up to `through` have left the log, by their numbers.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn drafts_gone(&self, position: i64, through: i64) -> rusqlite::Result<u64> {
        let oldest: Option<i64> = self
            .connection()
            .prepare_cached("SELECT min(seq) FROM drafts")?
            .query_row([], |row| row.get(0))?;
        let gone = oldest.map_or(through, |oldest| through.min(oldest - 1)) - position;
        Ok(u64::try_from(gone).unwrap_or(0))
    }

    /// The drafts of a wish: the one before the first, and the last.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn drafts_since(&self, since: Option<Timestamp>) -> rusqlite::Result<(i64, i64)> {
        let ends = "SELECT coalesce(min(seq), 1) - 1, coalesce(max(seq), 0) FROM drafts";
        let ends: (i64, i64) = self
            .connection()
            .prepare_cached(ends)?
            .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let first = match since {
            Some(since) => self.last_draft_before(since)?,
            None => ends.0,
        };
        Ok((first, ends.1))
    }

    /// Whether a draft of this source is in the log. Goes through the log where there is none.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn has_drafts_of(&self, source: &str) -> rusqlite::Result<bool> {
        self.connection()
            .prepare_cached("SELECT 1 FROM drafts WHERE source = ?1 LIMIT 1")?
            .exists([source])
    }

    /// The article whose latest record, or revision that waits, is noted to be made of a draft.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn article_made_of(&self, draft: i64) -> rusqlite::Result<Option<Hash>> {
        self.connection()
            .prepare_cached(
                "SELECT id FROM articles WHERE draft = ?1 UNION ALL SELECT article FROM held WHERE draft = ?1 LIMIT 1",
            )?
            .query_row([draft], |row| row.get(0))
            .optional()
    }

    /// The record that took the place of this one, which had the number `seq`, under the same revision; `None` where it is still the latest, or a revision came
    /// after it.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn replacement(&self, record: &RecordRow, seq: i64) -> rusqlite::Result<Option<i64>> {
        let Some(article) = unhex(&record.id) else {
            return Ok(None);
        };
        self.connection()
            .prepare_cached(
                "SELECT record FROM articles WHERE id = ?1 AND revision = ?2 AND record > ?3",
            )?
            .query_row(params![article, record.revision, seq], |row| row.get(0))
            .optional()
    }

    /// An article's latest record, and where it is.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn last_record(&self, article: &Hash) -> rusqlite::Result<LastRecord> {
        let found: Option<(Option<i64>, Option<String>)> = self
            .connection()
            .prepare_cached(
                "SELECT articles.record, records.record FROM articles LEFT JOIN records ON records.seq = articles.record
                 WHERE articles.id = ?1",
            )?
            .query_row([article], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        Ok(match found {
            None | Some((None, _)) => LastRecord::Never,
            Some((Some(_), None)) => LastRecord::Gone,
            Some((Some(_), Some(record))) => LastRecord::Here(record),
        })
    }
}

/// The sources of a wish, as they are stored.
fn sources(wish: &Wish) -> String {
    serde_json::Value::from(wish.sources.as_slice()).to_string()
}

fn job(row: &Row<'_>) -> rusqlite::Result<Job> {
    let count =
        |column: usize| -> rusqlite::Result<u64> { Ok(row.get::<_, i64>(column)?.unsigned_abs()) };
    let becomes: String = row.get(2)?;
    let sources: String = row.get(4)?;
    let unknown = |column, said: String| {
        let reason = format!("{said} is nothing that this version knows").into();
        rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, reason)
    };
    Ok(Job {
        number: row.get(0)?,
        began: instant(row, 1)?,
        wish: Wish {
            becomes: Becomes::named(&becomes).ok_or_else(|| unknown(2, becomes))?,
            since: instant_if_any(row, 3)?,
            sources: serde_json::from_str(&sources).map_err(|_| unknown(4, sources))?,
        },
        first: row.get(5)?,
        last: row.get(6)?,
        position: row.get(7)?,
        tally: Tally {
            drafts: count(8)?,
            made: count(9)?,
            unknown: count(10)?,
            same: count(11)?,
            superseded: count(12)?,
            waiting: count(13)?,
            left_out: count(14)?,
            unreadable: count(15)?,
            gone: count(16)?,
        },
        ended: instant_if_any(row, 17)?,
        cancelled: row.get(18)?,
    })
}
