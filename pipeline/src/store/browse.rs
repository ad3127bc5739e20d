//! Looking through the log of records, the latest first.
//!
//! It may hold millions of entries, and nothing but their numbers is indexed: a look goes through so many and says where it stopped.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};

use super::commit::Hash;
use super::reader::{Reader, instant};

/// What was found, and where to look further.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Found<T> {
    /// The entries, the latest first.
    pub entries: Vec<T>,
    /// Entries before this number have not been looked at; absent where there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<i64>,
}

/// Which records are looked for; what is absent excludes none.
#[derive(Debug, Clone, Default)]
pub struct RecordFilter {
    /// Only those before this number.
    pub before: Option<i64>,
    /// Id of the source.
    pub source: Option<String>,
    /// Language code.
    pub language: Option<String>,
    /// Part of the title, in any case.
    pub title: Option<String>,
}

/// How far a look goes.
#[derive(Debug, Clone, Copy)]
pub struct Reach {
    /// Entries that are found.
    pub most: usize,
    /// Entries that are looked at.
    pub look_at: u32,
}

/// A record in its log, without its text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RecordHead {
    /// Its number in the log.
    pub seq: i64,
    /// When it was committed.
    pub at: Timestamp,
    /// The article's id.
    pub id: String,
    /// Its revision.
    pub revision: u32,
    /// `new` or `revised`.
    pub op: String,
    /// `feed` or `drop`.
    pub kind: String,
    /// Id of its source.
    pub source: String,
    /// Language code, where known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Its title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
}

/// A record in its log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRecord {
    /// Its number in the log.
    pub seq: i64,
    /// When it was committed.
    pub at: Timestamp,
    /// The record, one line of JSON.
    pub record: String,
    /// Number of the article's latest record, which the log may not hold any more.
    pub latest: Option<i64>,
}

/// The part of a record that lists show.
#[derive(Deserialize)]
struct Titled {
    title: Option<String>,
}

impl Reader<'_> {
    /// The latest records that match, the latest first. What is for one sink alone, a dead letter that is tried again, is left out: it was there before.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn latest_records(
        &self,
        filter: &RecordFilter,
        reach: Reach,
    ) -> rusqlite::Result<Found<RecordHead>> {
        let wanted = filter.title.as_ref().map(|title| title.to_lowercase());
        let mut statement = self.connection().prepare_cached(
            "SELECT seq, at, id, revision, op, kind, source, language, record FROM records
             WHERE seq < ?1 AND only IS NULL ORDER BY seq DESC LIMIT ?2",
        )?;
        let mut rows =
            statement.query(params![filter.before.unwrap_or(i64::MAX), reach.look_at])?;
        let mut entries = Vec::new();
        let (mut looked_at, mut last) = (0, None);
        while entries.len() < reach.most
            && let Some(row) = rows.next()?
        {
            looked_at += 1;
            last = Some(row.get(0)?);
            let differs = |wanted: &Option<String>, column: usize| -> rusqlite::Result<bool> {
                let Some(wanted) = wanted else {
                    return Ok(false);
                };
                Ok(row.get_ref(column)?.as_str_or_null()? != Some(wanted))
            };
            if differs(&filter.source, 6)? || differs(&filter.language, 7)? {
                continue;
            }
            let head = record_head(row)?;
            let title = head.title.as_deref().unwrap_or_default();
            if wanted
                .as_ref()
                .is_none_or(|wanted| title.to_lowercase().contains(wanted))
            {
                entries.push(head);
            }
        }
        let is_cut = entries.len() == reach.most || looked_at == reach.look_at;
        Ok(Found {
            entries,
            before: last.filter(|_| is_cut),
        })
    }

    /// A record by its number.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn record(&self, seq: i64) -> rusqlite::Result<Option<StoredRecord>> {
        let found: Option<(StoredRecord, String)> = self
            .connection()
            .prepare_cached("SELECT seq, at, record, id FROM records WHERE seq = ?1")?
            .query_row([seq], |row| {
                let record = StoredRecord {
                    seq: row.get(0)?,
                    at: instant(row, 1)?,
                    record: row.get(2)?,
                    latest: None,
                };
                Ok((record, row.get(3)?))
            })
            .optional()?;
        let Some((mut record, id)) = found else {
            return Ok(None);
        };
        if let Some(article) = unhex(&id) {
            record.latest = self.latest_of(&article)?;
        }
        Ok(Some(record))
    }

    /// Number of an article's latest record, which the log may not hold any more.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn latest_of(&self, article: &Hash) -> rusqlite::Result<Option<i64>> {
        let latest: Option<Option<i64>> = self
            .connection()
            .prepare_cached("SELECT record FROM articles WHERE id = ?1")?
            .query_row([article], |row| row.get(0))
            .optional()?;
        Ok(latest.flatten())
    }
}

fn record_head(row: &Row<'_>) -> rusqlite::Result<RecordHead> {
    // A record that another version wrote may be unreadable to this one; its head is known all the same.
    let titled = serde_json::from_str::<Titled>(row.get_ref(8)?.as_str()?);
    Ok(RecordHead {
        seq: row.get(0)?,
        at: instant(row, 1)?,
        id: row.get(2)?,
        revision: row.get(3)?,
        op: row.get(4)?,
        kind: row.get(5)?,
        source: row.get(6)?,
        language: row.get(7)?,
        title: titled.ok().and_then(|titled| titled.title),
    })
}

/// An article's id from its 32 digits.
pub fn unhex(id: &str) -> Option<Hash> {
    let digits = id.as_bytes();
    let mut hash = Hash::default();
    if digits.len() != 2 * hash.len() {
        return None;
    }
    for (byte, pair) in hash.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(hash)
}
