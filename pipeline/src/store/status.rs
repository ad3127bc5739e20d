//! How a running or stopped daemon stands, read from its state folder.

use std::path::Path;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row};
use serde::Serialize;

use super::reader::{Reader, instant};
use super::sources::{HoldState, held_hosts, instant_if_any};
use super::{Holder, Looked, StoreError, doing, holder, look_into};
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
    /// When its next turn is; absent when it is not asked any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<Timestamp>,
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
            readers: readers(&connection, &drafts, &records)?,
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

fn log_status(connection: &Connection, log: &str) -> rusqlite::Result<LogStatus> {
    let committed: Option<i64> = connection
        .query_row(
            "SELECT seq FROM sqlite_sequence WHERE name = ?1",
            [log],
            |row| row.get(0),
        )
        .optional()?;
    let bytes: i64 =
        connection.query_row("SELECT bytes FROM logs WHERE name = ?1", [log], |row| {
            row.get(0)
        })?;
    Ok(LogStatus {
        committed: committed.unwrap_or(0),
        held: count(connection, &format!("SELECT count(*) FROM {log}"))?,
        bytes: u64::try_from(bytes).unwrap_or(0),
    })
}

fn readers(
    connection: &Connection,
    drafts: &LogStatus,
    records: &LogStatus,
) -> rusqlite::Result<Vec<ReaderStatus>> {
    let mut statement =
        connection.prepare("SELECT reader, seq, at FROM positions ORDER BY reader")?;
    let rows = statement.query_map([], |row| {
        let name: String = row.get(0)?;
        let position: i64 = row.get(1)?;
        let head = if name == super::TRANSFORM {
            drafts.committed
        } else {
            records.committed
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

fn worst_sources(connection: &Connection, worst: u32) -> rusqlite::Result<Vec<SourceStatus>> {
    let mut statement = connection.prepare(
        "SELECT id, kind, outcome, failures, status, reason, drafts, attempted, succeeded, due, failing_since
         FROM sources WHERE outcome IN ('failed', 'gone') ORDER BY outcome = 'gone' DESC, failures DESC, id LIMIT ?1",
    )?;
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
    })
}

fn count(connection: &Connection, sql: &str) -> rusqlite::Result<u64> {
    let count: i64 = connection.query_row(sql, [], |row| row.get(0))?;
    Ok(u64::try_from(count).unwrap_or(0))
}
