//! How far everything was, every few seconds: for plots of throughput and lag.
//!
//! A sample holds numbers that only grow (the heads of the logs, the positions of their readers), so any two samples tell what happened between them,
//! however far apart they are: older ones are thinned by leaving rows out, without averages, and a rate is a difference.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Transaction, params};

use super::reader::{Reader, instant};
use super::{Readers, Store, StoreError};
use crate::clock::before;
use crate::store::commit::Commit;

/// Time between two samples.
pub const SAMPLE_EVERY: Duration = Duration::from_secs(10);

/// Samples up to this age are all kept; with the three below, that is some 700 of them in all, whatever happens.
const KEEP_ALL: Duration = Duration::from_secs(20 * 60);

/// Older than [`KEEP_ALL`], one is kept in each step of this length, up to [`KEEP_MINUTES`].
const MINUTE: Duration = Duration::from_secs(60);
const KEEP_MINUTES: Duration = Duration::from_secs(3 * 3600);

/// Older than that, one in each step of this length, up to [`KEEP_TENTHS`].
const TENTH: Duration = Duration::from_secs(600);
const KEEP_TENTHS: Duration = Duration::from_secs(30 * 3600);

/// Older still, one in each hour, up to [`KEEP_HOURS`].
const HOUR: Duration = Duration::from_secs(3600);
const KEEP_HOURS: Duration = Duration::from_secs(8 * 86_400);

/// What a reader's position is called among the series, before its name.
const POSITION: &str = "position ";

/// How far everything was at an instant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sample {
    /// Number of the last draft.
    pub drafts: i64,
    /// Number of the last record.
    pub records: i64,
    /// The positions of the readers of both logs, by name.
    pub positions: BTreeMap<String, i64>,
    /// Bytes that both logs held.
    pub bytes: i64,
    /// Sources whose last turn failed.
    pub failing: i64,
    /// Sources that are gone for good.
    pub stopped: i64,
}

/// A sample on its way into the store.
#[derive(Debug)]
pub struct SampleCommit {
    at: Timestamp,
    sample: Sample,
}

/// Takes a sample and commits it; a second one before the next is due changes nothing.
///
/// # Errors
/// When the store cannot be read or written.
pub async fn take_sample(
    store: &Store,
    readers: &std::sync::Arc<Readers>,
    at: Timestamp,
) -> Result<(), StoreError> {
    let sample = readers.ask(|reader| reader.sample()).await?;
    store
        .commit(Commit::Sample(SampleCommit { at, sample }))
        .await
}

impl SampleCommit {
    pub(super) fn apply(&self, transaction: &Transaction<'_>) -> rusqlite::Result<()> {
        let step = milliseconds(SAMPLE_EVERY);
        let at = self.at.as_millisecond() / step * step;
        let mut insert = transaction.prepare_cached(
            "INSERT OR IGNORE INTO samples (at, series, value) VALUES (?1, ?2, ?3)",
        )?;
        let sample = &self.sample;
        for (series, value) in [
            ("drafts", sample.drafts),
            ("records", sample.records),
            ("bytes", sample.bytes),
            ("failing", sample.failing),
            ("stopped", sample.stopped),
        ] {
            insert.execute(params![at, series, value])?;
        }
        for (reader, position) in &sample.positions {
            insert.execute(params![at, format!("{POSITION}{reader}"), position])?;
        }
        self.thin(transaction)
    }

    fn thin(&self, transaction: &Transaction<'_>) -> rusqlite::Result<()> {
        let mut thin = transaction.prepare_cached(
            "DELETE FROM samples WHERE at < ?1
             AND at NOT IN (SELECT min(at) FROM samples WHERE at < ?1 GROUP BY at / ?2)",
        )?;
        let steps = [
            (KEEP_ALL, MINUTE),
            (KEEP_MINUTES, TENTH),
            (KEEP_TENTHS, HOUR),
        ];
        for (kept, step) in steps {
            let age = before(self.at, kept).as_millisecond();
            thin.execute([age, milliseconds(step)])?;
        }
        transaction
            .prepare_cached("DELETE FROM samples WHERE at < ?1")?
            .execute([before(self.at, KEEP_HOURS).as_millisecond()])?;
        Ok(())
    }
}

impl Reader<'_> {
    /// How far everything is now.
    fn sample(&self) -> rusqlite::Result<Sample> {
        let head = |log: &str| -> rusqlite::Result<i64> {
            self.connection()
                .prepare_cached(
                    "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = ?1",
                )?
                .query_row([log], |row| row.get(0))
        };
        let trouble = self.trouble(Timestamp::MIN)?;
        let bytes = self
            .connection()
            .prepare_cached("SELECT sum(bytes) FROM logs")?
            .query_row([], |row| row.get(0))?;
        let positions = self
            .connection()
            .prepare_cached("SELECT reader, seq FROM positions")?
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<rusqlite::Result<_>>()?;
        Ok(Sample {
            drafts: head("drafts")?,
            records: head("records")?,
            positions,
            bytes,
            failing: trouble.failing.cast_signed(),
            stopped: trouble.stopped.cast_signed(),
        })
    }

    /// The samples from `since` on, by time.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn samples(&self, since: Timestamp) -> rusqlite::Result<Vec<(Timestamp, Sample)>> {
        let mut samples: Vec<(Timestamp, Sample)> = Vec::new();
        let mut statement = self
            .connection()
            .prepare_cached("SELECT at, series, value FROM samples WHERE at >= ?1 ORDER BY at")?;
        let mut rows = statement.query([since.as_millisecond()])?;
        while let Some(row) = rows.next()? {
            let at = instant(row, 0)?;
            if samples.last().is_none_or(|(last, _)| *last != at) {
                samples.push((at, Sample::default()));
            }
            let (series, value): (String, i64) = (row.get(1)?, row.get(2)?);
            if let Some((_, sample)) = samples.last_mut() {
                sample.set(&series, value);
            }
        }
        Ok(samples)
    }
}

impl Sample {
    /// Takes the value of a series; one that another version wrote is left out.
    fn set(&mut self, series: &str, value: i64) {
        match series {
            "drafts" => self.drafts = value,
            "records" => self.records = value,
            "bytes" => self.bytes = value,
            "failing" => self.failing = value,
            "stopped" => self.stopped = value,
            _ => {
                if let Some(reader) = series.strip_prefix(POSITION) {
                    self.positions.insert(reader.to_owned(), value);
                }
            }
        }
    }
}

fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
