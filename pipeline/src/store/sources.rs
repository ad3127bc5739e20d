//! Everything that is known of each source: for whoever explains it, and for the schedule at the
//! start.

use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use serde::Serialize;

use super::commit::{AsideCommit, SourceRow};
use super::reader::{Reader, instant};
use super::{Looked, StoreError, doing, look_into};
use crate::clock::before;
use crate::collect::{HOLD_MEMORY, Hold, Plan};

/// How a source stands.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SourceState {
    /// Its id.
    pub id: String,
    /// `feed` or `drop`.
    pub kind: String,
    /// The name it gives itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Where it was asked last, as configured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// What it shares limits with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// When its next turn is; absent when it is not asked any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<Timestamp>,
    /// When its last turn was.
    pub attempted: Timestamp,
    /// When it could last be asked, be it that nothing had changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub succeeded: Option<Timestamp>,
    /// When its items were last gone through.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_read: Option<Timestamp>,
    /// Failures in a row.
    pub failures: u32,
    /// When the first of them was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failing_since: Option<Timestamp>,
    /// `read`, `unchanged`, `failed` or `gone`.
    pub outcome: String,
    /// Last HTTP status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Kind of the last failure, absent after a success.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
    /// Its reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Drafts it ever gave.
    pub drafts: u64,
    /// Articles that it changes so often that their latest revision waits.
    pub churning: u64,
    /// Why its next turn is when it is.
    pub plan: Plan,
    /// The hold on its host, if it is left alone now or was lately.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hold: Option<HoldState>,
    /// What it asked to be remembered, without its secrets.
    pub memory: serde_json::Value,
}

/// A hold on a host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HoldState {
    /// The host.
    pub host: String,
    /// Until when it is left alone.
    pub until: Timestamp,
    /// Why.
    pub reason: String,
}

impl SourceState {
    /// Whether its last turn failed, or it is gone for good.
    pub fn is_failing(&self) -> bool {
        matches!(self.outcome.as_str(), "failed" | "gone")
    }

    /// When its next turn is, the hold on its host included.
    pub fn next_turn(&self) -> Option<Timestamp> {
        let until = self.hold.as_ref().map(|hold| hold.until);
        self.due
            .map(|due| until.map_or(due, |until| until.max(due)))
    }
}

/// What the stage must know of a source at the start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueSource {
    /// Its id.
    pub id: String,
    /// When its next turn is; `None` when it is not asked any more.
    pub due: Option<Timestamp>,
    /// When its last turn was.
    pub attempted: Timestamp,
    /// When it could last be asked.
    pub succeeded: Option<Timestamp>,
    /// Failures in a row.
    pub failures: u32,
    /// When they began.
    pub failing_since: Option<Timestamp>,
    /// Where it was asked last.
    pub address: Option<String>,
    /// What its plans are made from (JSON).
    pub pace: String,
}

/// What a turn must know of the turns before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceHistory {
    /// What the source asked to be remembered (JSON).
    pub memory: String,
    /// What its plans are made from (JSON).
    pub pace: String,
    /// Where it was asked last.
    pub address: Option<String>,
    /// Failures in a row.
    pub failures: u32,
    /// When they began.
    pub failing_since: Option<Timestamp>,
    /// When its last turn was.
    pub attempted: Timestamp,
    /// Last HTTP status.
    pub status: Option<u16>,
}

/// Reads how every source in the state folder `dir` stands, by id; `None` when there is no state yet.
///
/// # Errors
/// When the database cannot be read or is not Dateline's.
pub fn read_sources(dir: &Path) -> Result<Option<Vec<SourceState>>, StoreError> {
    let Some(Looked { path, connection }) = look_into(dir)? else {
        return Ok(None);
    };
    Reader::new(&connection)
        .sources()
        .map(Some)
        .map_err(doing(format!("reading {}", path.display())))
}

const COLUMNS: &str = "id, kind, title, address, sources.host, due, attempted, succeeded, last_read, failures, \
     failing_since, outcome, status, fault, sources.reason, drafts, plan, memory, holds.until, holds.reason, \
     (SELECT count(*) FROM held WHERE held.source = sources.id)";

impl Reader<'_> {
    /// How every source stands, by id.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn sources(&self) -> rusqlite::Result<Vec<SourceState>> {
        self.connection()
            .prepare(&format!(
                "SELECT {COLUMNS} FROM sources LEFT JOIN holds ON holds.host = sources.host ORDER BY id"
            ))?
            .query_map([], source_state)?
            .collect()
    }

    /// How one source stands.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn source(&self, id: &str) -> rusqlite::Result<Option<SourceState>> {
        self.connection()
            .prepare(&format!(
                "SELECT {COLUMNS} FROM sources LEFT JOIN holds ON holds.host = sources.host WHERE id = ?1"
            ))?
            .query_row([id], source_state)
            .optional()
    }

    /// When every known source has its next turn.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn due_sources(&self) -> rusqlite::Result<Vec<DueSource>> {
        self.connection()
            .prepare(
                "SELECT id, due, attempted, succeeded, failures, failing_since, address, pace FROM sources",
            )?
            .query_map([], |row| {
                Ok(DueSource {
                    id: row.get(0)?,
                    due: instant_if_any(row, 1)?,
                    attempted: instant(row, 2)?,
                    succeeded: instant_if_any(row, 3)?,
                    failures: row.get(4)?,
                    failing_since: instant_if_any(row, 5)?,
                    address: row.get(6)?,
                    pace: row.get(7)?,
                })
            })?
            .collect()
    }

    /// What is known of a source's turns; `None` before its first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn history(&self, source: &str) -> rusqlite::Result<Option<SourceHistory>> {
        self.connection()
            .prepare_cached(
                "SELECT memory, pace, address, failures, failing_since, attempted, status FROM sources WHERE id = ?1",
            )?
            .query_row([source], |row| {
                Ok(SourceHistory {
                    memory: row.get(0)?,
                    pace: row.get(1)?,
                    address: row.get(2)?,
                    failures: row.get(3)?,
                    failing_since: instant_if_any(row, 4)?,
                    attempted: instant(row, 5)?,
                    status: row.get(6)?,
                })
            })
            .optional()
    }

    /// Every hold that is remembered, also those that are over.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn holds(&self) -> rusqlite::Result<Vec<Hold>> {
        self.connection()
            .prepare("SELECT host, until, length, reason FROM holds")?
            .query_map([], |row| {
                let length: i64 = row.get(2)?;
                Ok(Hold {
                    host: row.get(0)?,
                    until: instant(row, 1)?,
                    length: Duration::from_millis(u64::try_from(length).unwrap_or(0)),
                    reason: row.get(3)?,
                })
            })?
            .collect()
    }
}

/// Hosts that are left alone at `now`, the longest first, at most `most`.
pub(super) fn held_hosts(
    connection: &Connection,
    now: Timestamp,
    most: u32,
) -> rusqlite::Result<Vec<HoldState>> {
    connection
        .prepare(
            "SELECT host, until, reason FROM holds WHERE until > ?1 ORDER BY until DESC LIMIT ?2",
        )?
        .query_map(params![now.as_millisecond(), most], |row| {
            Ok(HoldState {
                host: row.get(0)?,
                until: instant(row, 1)?,
                reason: row.get(2)?,
            })
        })?
        .collect()
}

fn source_state(row: &Row<'_>) -> rusqlite::Result<SourceState> {
    let (plan, memory): (String, String) = (row.get(16)?, row.get(17)?);
    let host: Option<String> = row.get(4)?;
    let hold = match (&host, instant_if_any(row, 18)?) {
        (Some(host), Some(until)) => Some(HoldState {
            host: host.clone(),
            until,
            reason: row.get(19)?,
        }),
        _ => None,
    };
    Ok(SourceState {
        id: row.get(0)?,
        kind: row.get(1)?,
        title: row.get(2)?,
        address: row.get(3)?,
        host,
        due: instant_if_any(row, 5)?,
        attempted: instant(row, 6)?,
        succeeded: instant_if_any(row, 7)?,
        last_read: instant_if_any(row, 8)?,
        failures: row.get(9)?,
        failing_since: instant_if_any(row, 10)?,
        outcome: row.get(11)?,
        status: row.get(12)?,
        fault: row.get(13)?,
        reason: row.get(14)?,
        drafts: u64::try_from(row.get::<_, i64>(15)?).unwrap_or(0),
        churning: u64::try_from(row.get::<_, i64>(20)?).unwrap_or(0),
        // What another version wrote and this one cannot read is as good as nothing.
        plan: serde_json::from_str(&plan).unwrap_or_default(),
        hold,
        memory: without_secrets(serde_json::from_str(&memory).unwrap_or_default()),
    })
}

/// What may be shown of a source's memory: values under the key `secret` may not.
fn without_secrets(mut memory: serde_json::Value) -> serde_json::Value {
    let mut parts = vec![&mut memory];
    while let Some(part) = parts.pop() {
        match part {
            serde_json::Value::Object(fields) => {
                for (key, value) in fields {
                    if key == "secret" {
                        *value = "…".into();
                    }
                    parts.push(value);
                }
            }
            serde_json::Value::Array(values) => parts.extend(values),
            _ => {}
        }
    }
    memory
}

/// An instant in a column that may be null.
pub(super) fn instant_if_any(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Timestamp>> {
    match row.get::<_, Option<i64>>(column)? {
        Some(_) => instant(row, column).map(Some),
        None => Ok(None),
    }
}

/// Writes a source's row.
pub(super) fn write_source(transaction: &Transaction<'_>, row: &SourceRow) -> rusqlite::Result<()> {
    transaction
        .prepare_cached(
            "INSERT INTO sources
                 (id, kind, title, due, attempted, succeeded, last_read, failures, outcome, status, fault, reason,
                  drafts, memory, address, host, failing_since, plan, pace)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)
             ON CONFLICT DO UPDATE SET
                 kind = excluded.kind, title = coalesce(excluded.title, title), due = excluded.due,
                 attempted = excluded.attempted, succeeded = coalesce(excluded.succeeded, succeeded),
                 last_read = coalesce(excluded.last_read, last_read),
                 failures = excluded.failures, outcome = excluded.outcome, status = excluded.status,
                 fault = excluded.fault, reason = excluded.reason, drafts = drafts + excluded.drafts,
                 memory = excluded.memory, address = excluded.address, host = excluded.host,
                 failing_since = excluded.failing_since, plan = excluded.plan, pace = excluded.pace",
        )?
        .execute(params![
            row.id,
            row.kind,
            row.title,
            row.due.map(|at| at.as_millisecond()),
            row.attempted.as_millisecond(),
            row.succeeded.map(|at| at.as_millisecond()),
            row.last_read.map(|at| at.as_millisecond()),
            row.failures,
            row.outcome,
            row.status,
            row.fault,
            row.reason,
            i64::try_from(row.drafts).unwrap_or(i64::MAX),
            row.memory,
            row.address,
            row.host,
            row.failing_since.map(|at| at.as_millisecond()),
            row.plan,
            row.pace,
        ])?;
    Ok(())
}

/// Writes what a turn that asked nobody changes in a source's row. Its next turn may come earlier for
/// it, which whoever was told of the commit relies on, but no later; a source that is not asked stays
/// so.
pub(super) fn write_aside(
    transaction: &Transaction<'_>,
    commit: &AsideCommit,
) -> rusqlite::Result<()> {
    let drafts = i64::try_from(commit.brought.drafts.len()).unwrap_or(i64::MAX);
    transaction
        .prepare_cached(
            "UPDATE sources SET drafts = drafts + ?2, memory = ?3, due = min(due, ?4) WHERE id = ?1",
        )?
        .execute(params![
            commit.source,
            drafts,
            commit.memory,
            commit.due.as_millisecond(),
        ])?;
    Ok(())
}

/// Writes a hold, and forgets those that were over long before.
pub(super) fn write_hold(
    transaction: &Transaction<'_>,
    hold: &Hold,
    now: Timestamp,
) -> rusqlite::Result<()> {
    transaction
        .prepare_cached("DELETE FROM holds WHERE until < ?1")?
        .execute([before(now, HOLD_MEMORY).as_millisecond()])?;
    transaction
        .prepare_cached(
            "INSERT OR REPLACE INTO holds (host, until, length, reason) VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute(params![
            hold.host,
            hold.until.as_millisecond(),
            i64::try_from(hold.length.as_millis()).unwrap_or(i64::MAX),
            hold.reason,
        ])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn secrets_of_sources_are_not_shown() {
        let memory = json!({ "etag": "x", "websub": { "keys": [{ "name": "n", "secret": "s" }] } });
        let shown = json!({ "etag": "x", "websub": { "keys": [{ "name": "n", "secret": "…" }] } });
        assert_eq!(without_secrets(memory), shown);
    }
}
