//! How a running or stopped daemon stands, read from its state folder.

use std::path::Path;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row};
use serde::Serialize;

use super::reader::{Reader, instant};
use super::sources::{HoldState, held_hosts, instant_if_any};
use super::{Holder, Job, Looked, StoreError, doing, holder, look_into};
use crate::clock::Clock;

/// How a daemon stands.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Status {
    /// Whether a process works on the state folder.
    pub running: bool,
    /// Its pid, where it can be told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pid: Option<u32>,
    /// Identity of the log.
    pub log: String,
    /// The first log.
    pub drafts: LogStatus,
    /// The second log.
    pub records: LogStatus,
    /// Who reads the logs and how far they are.
    pub readers: Vec<ReaderStatus>,
    /// Articles that are remembered.
    pub articles: u64,
    /// Dead letters that are kept.
    pub dead_letters: u64,
    /// Sources that have had a turn.
    pub sources: u64,
    /// Sources whose last turn failed.
    pub failing: u64,
    /// Sources that are gone for good and not asked any more.
    pub stopped: u64,
    /// The job that makes records anew, where one runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reprocess: Option<Job>,
    /// Hosts that are left alone, the longest first, at most as many as were asked for.
    pub held: Vec<HoldState>,
    /// The sources in trouble, stopped ones first, then by the length of their row of failures, at most as many as were asked for.
    pub worst: Vec<SourceStatus>,
}

/// How a log stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LogStatus {
    /// Entries that were ever committed.
    pub committed: i64,
    /// Entries held.
    pub held: u64,
    /// Bytes held.
    pub bytes: u64,
}

/// How far a reader of a log is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReaderStatus {
    /// `transform` or the sink's name.
    pub name: String,
    /// The last entry it has passed.
    pub position: i64,
    /// Entries it still has before it.
    pub lag: u64,
    /// When it last committed; absent if it never did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
}

/// How a source stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SourceStatus {
    /// Its id.
    pub id: String,
    /// `feed` or `drop`.
    pub kind: String,
    /// The name it gives itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// `read`, `unchanged`, `failed` or `gone`.
    pub outcome: String,
    /// Failures in a row.
    pub failures: u32,
    /// When the first of them was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failing_since: Option<Timestamp>,
    /// Last HTTP status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Drafts it ever gave.
    pub drafts: u64,
    /// When its last turn was.
    pub attempted: Timestamp,
    /// When it could last be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub succeeded: Option<Timestamp>,
    /// When its next turn is, the hold on its host included; absent when it is not asked any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<Timestamp>,
}

/// How a running daemon stands, as far as that is told without going through its logs and its memory.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Glance {
    /// The first log.
    pub drafts: LogGlance,
    /// The second log.
    pub records: LogGlance,
    /// Who reads the logs and how far they are.
    pub readers: Vec<ReaderStatus>,
    /// Dead letters that are kept.
    pub dead_letters: u64,
    /// Sources in trouble.
    pub trouble: Trouble,
    /// Hosts that are left alone, the longest first.
    pub held: Vec<HoldState>,
    /// The sources in trouble, as in [`Status::worst`].
    pub worst: Vec<SourceStatus>,
}

/// How a log stands, without counting its entries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LogGlance {
    /// Entries that were ever committed.
    pub committed: i64,
    /// Number of the oldest entry held.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oldest: Option<i64>,
    /// Bytes held.
    pub bytes: u64,
}

/// How many sources are in trouble.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Trouble {
    /// Sources whose last turn failed.
    pub failing: u64,
    /// Those of them whose failures began before a given instant.
    pub failing_long: u64,
    /// Sources that are gone for good.
    pub stopped: u64,
}

impl Reader<'_> {
    /// How everything stands at `now`; at most `most` hosts and sources are named, and failures from before `long` are long.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn glance(&self, now: Timestamp, long: Timestamp, most: u32) -> rusqlite::Result<Glance> {
        let connection = self.connection();
        let (drafts, records) = (
            committed(connection, "drafts")?,
            committed(connection, "records")?,
        );
        Ok(Glance {
            readers: readers(connection, drafts, records)?,
            drafts: log_glance(connection, "drafts", drafts)?,
            records: log_glance(connection, "records", records)?,
            dead_letters: count(connection, "SELECT count(*) FROM dead_letters")?,
            trouble: self.trouble(long)?,
            held: held_hosts(connection, now, most)?,
            worst: worst_sources(connection, most)?,
        })
    }

    /// The number of the last record ever committed.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn records_head(&self) -> rusqlite::Result<i64> {
        committed(self.connection(), "records")
    }

    /// How many sources are in trouble; failures from before `long` are long.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn trouble(&self, long: Timestamp) -> rusqlite::Result<Trouble> {
        let mut statement = self.connection().prepare_cached(
            "SELECT outcome, count(*), coalesce(sum(failing_since < ?1), 0) FROM sources
             WHERE outcome IN ('failed', 'gone') GROUP BY outcome",
        )?;
        let mut rows = statement.query([long.as_millisecond()])?;
        let mut trouble = Trouble::default();
        while let Some(row) = rows.next()? {
            let number = |column| -> rusqlite::Result<u64> {
                Ok(u64::try_from(row.get::<_, i64>(column)?).unwrap_or(0))
            };
            if row.get_ref(0)?.as_str()? == "gone" {
                trouble.stopped = number(1)?;
            } else {
                (trouble.failing, trouble.failing_long) = (number(1)?, number(2)?);
            }
        }
        Ok(trouble)
    }

    /// How every source stands, without its plan and its memory, by id.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn source_statuses(&self) -> rusqlite::Result<Vec<SourceStatus>> {
        self.connection()
            .prepare_cached(&format!("SELECT {SOURCE} ORDER BY id"))?
            .query_map([], source_status)?
            .collect()
    }
}

/// Reads the state folder `dir`; `None` when there is no state in it yet.
///
/// # Errors
/// When the database cannot be read or is not Dateline's.
pub fn read_status(dir: &Path, worst: u32) -> Result<Option<Status>, StoreError> {
    let Some(Looked { path, connection }) = look_into(dir)? else {
        return Ok(None);
    };
    let read = || -> rusqlite::Result<Status> {
        let drafts = log_status(&connection, "drafts")?;
        let records = log_status(&connection, "records")?;
        let (running, pid) = match holder(dir) {
            Holder::Nobody => (false, None),
            Holder::Process(pid) => (true, pid),
        };
        Ok(Status {
            running,
            pid,
            log: Reader::new(&connection).log()?,
            reprocess: Reader::new(&connection).last_job()?.filter(Job::is_running),
            readers: readers(&connection, drafts.committed, records.committed)?,
            drafts,
            records,
            articles: count(&connection, "SELECT count(*) FROM articles")?,
            dead_letters: count(&connection, "SELECT count(*) FROM dead_letters")?,
            sources: count(&connection, "SELECT count(*) FROM sources")?,
            failing: count(
                &connection,
                "SELECT count(*) FROM sources WHERE outcome = 'failed'",
            )?,
            stopped: count(
                &connection,
                "SELECT count(*) FROM sources WHERE outcome = 'gone'",
            )?,
            held: held_hosts(&connection, Clock::System.now(), worst)?,
            worst: worst_sources(&connection, worst)?,
        })
    };
    read()
        .map(Some)
        .map_err(doing(format!("reading {}", path.display())))
}

/// The last number of a log.
fn committed(connection: &Connection, log: &str) -> rusqlite::Result<i64> {
    let committed: Option<i64> = connection
        .prepare_cached("SELECT seq FROM sqlite_sequence WHERE name = ?1")?
        .query_row([log], |row| row.get(0))
        .optional()?;
    Ok(committed.unwrap_or(0))
}

fn bytes(connection: &Connection, log: &str) -> rusqlite::Result<u64> {
    let bytes: i64 = connection
        .prepare_cached("SELECT bytes FROM logs WHERE name = ?1")?
        .query_row([log], |row| row.get(0))?;
    Ok(u64::try_from(bytes).unwrap_or(0))
}

fn log_status(connection: &Connection, log: &str) -> rusqlite::Result<LogStatus> {
    Ok(LogStatus {
        committed: committed(connection, log)?,
        held: count(connection, &format!("SELECT count(*) FROM {log}"))?,
        bytes: bytes(connection, log)?,
    })
}

fn log_glance(connection: &Connection, log: &str, committed: i64) -> rusqlite::Result<LogGlance> {
    let oldest = connection
        .prepare_cached(&format!("SELECT min(seq) FROM {log}"))?
        .query_row([], |row| row.get(0))?;
    Ok(LogGlance {
        committed,
        oldest,
        bytes: bytes(connection, log)?,
    })
}

/// The readers of both logs, of which these are the last numbers.
fn readers(
    connection: &Connection,
    drafts: i64,
    records: i64,
) -> rusqlite::Result<Vec<ReaderStatus>> {
    let mut statement =
        connection.prepare("SELECT reader, seq, at FROM positions ORDER BY reader")?;
    let rows = statement.query_map([], |row| {
        let name: String = row.get(0)?;
        let position: i64 = row.get(1)?;
        let head = if name == super::TRANSFORM {
            drafts
        } else {
            records
        };
        Ok(ReaderStatus {
            lag: u64::try_from(head - position).unwrap_or(0),
            name,
            position,
            at: Some(instant(row, 2)?),
        })
    })?;
    rows.collect()
}

/// What [`source_status`] reads.
const SOURCE: &str =
    "id, kind, outcome, failures, status, sources.reason, drafts, attempted, succeeded,
     CASE WHEN due IS NOT NULL THEN max(due, coalesce(holds.until, due)) END, failing_since, title
     FROM sources LEFT JOIN holds ON holds.host = sources.host";

fn worst_sources(connection: &Connection, worst: u32) -> rusqlite::Result<Vec<SourceStatus>> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT {SOURCE} WHERE outcome IN ('failed', 'gone') ORDER BY outcome = 'gone' DESC, failures DESC, id LIMIT ?1"
    ))?;
    statement.query_map([worst], source_status)?.collect()
}

fn source_status(row: &Row<'_>) -> rusqlite::Result<SourceStatus> {
    Ok(SourceStatus {
        id: row.get(0)?,
        kind: row.get(1)?,
        outcome: row.get(2)?,
        failures: row.get(3)?,
        status: row.get(4)?,
        reason: row.get(5)?,
        drafts: u64::try_from(row.get::<_, i64>(6)?).unwrap_or(0),
        attempted: instant(row, 7)?,
        succeeded: instant_if_any(row, 8)?,
        due: instant_if_any(row, 9)?,
        failing_since: instant_if_any(row, 10)?,
        title: row.get(11)?,
    })
}

fn count(connection: &Connection, sql: &str) -> rusqlite::Result<u64> {
    let count: i64 = connection.query_row(sql, [], |row| row.get(0))?;
    Ok(u64::try_from(count).unwrap_or(0))
}
