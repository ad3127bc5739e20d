//! The last turns of each source, kept for whoever asks how it went over time.

use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Transaction, params};
use serde::Serialize;

use super::reader::{Reader, instant};

/// Turns kept of a source: two days of an hourly one, and no more than a few kilobytes each, so that ten thousand sources take 20 MB.
pub const TURNS_KEPT: u32 = 50;

/// Characters kept of a reason; the last one stands in full in the source's own row.
const REASON: u32 = 300;

/// What a turn in which nobody was asked is called: a hub had sent something.
const PUSHED: &str = "pushed";

/// One turn of a source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TurnState {
    /// When it ended.
    pub at: Timestamp,
    /// `read`, `unchanged`, `failed`, `gone` or `pushed`.
    pub outcome: String,
    /// HTTP status, where there was an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Items that became drafts.
    pub fresh: u64,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A turn as its commit holds it.
#[derive(Debug)]
pub(super) struct TurnRow<'t> {
    pub(super) source: &'t str,
    pub(super) at: Timestamp,
    /// `None` for a turn that asked nobody.
    pub(super) outcome: Option<&'t str>,
    pub(super) status: Option<u16>,
    pub(super) fresh: usize,
    pub(super) took: Duration,
    pub(super) reason: Option<&'t str>,
}

/// Writes a turn; the oldest ones beyond [`TURNS_KEPT`] leave.
pub(super) fn write_turn(
    transaction: &Transaction<'_>,
    turn: &TurnRow<'_>,
) -> rusqlite::Result<()> {
    transaction
        .prepare_cached(
            "INSERT OR REPLACE INTO turns (source, at, outcome, status, fresh, took, reason)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, substr(?7, 1, ?8))",
        )?
        .execute(params![
            turn.source,
            turn.at.as_millisecond(),
            turn.outcome.unwrap_or(PUSHED),
            turn.status,
            i64::try_from(turn.fresh).unwrap_or(i64::MAX),
            i64::try_from(turn.took.as_millis()).unwrap_or(i64::MAX),
            turn.reason,
            REASON,
        ])?;
    transaction
        .prepare_cached(
            "DELETE FROM turns WHERE source = ?1
             AND at <= (SELECT at FROM turns WHERE source = ?1 ORDER BY at DESC LIMIT 1 OFFSET ?2)",
        )?
        .execute(params![turn.source, TURNS_KEPT])?;
    Ok(())
}

/// Forgets the turns of a source.
pub(super) fn forget_turns(transaction: &Transaction<'_>, source: &str) -> rusqlite::Result<()> {
    transaction
        .prepare_cached("DELETE FROM turns WHERE source = ?1")?
        .execute([source])?;
    Ok(())
}

impl Reader<'_> {
    /// The last turns of a source, the latest first, at most [`TURNS_KEPT`].
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn turns(&self, source: &str) -> rusqlite::Result<Vec<TurnState>> {
        self.connection()
            .prepare_cached(
                "SELECT at, outcome, status, fresh, took, reason FROM turns WHERE source = ?1 ORDER BY at DESC",
            )?
            .query_map([source], |row| {
                Ok(TurnState {
                    at: instant(row, 0)?,
                    outcome: row.get(1)?,
                    status: row.get(2)?,
                    fresh: u64::try_from(row.get::<_, i64>(3)?).unwrap_or(0),
                    took_ms: u64::try_from(row.get::<_, i64>(4)?).unwrap_or(0),
                    reason: row.get(5)?,
                })
            })?
            .collect()
    }
}
