//! How the daemon stands, read from its state folder while it runs.
//!
//! Reads what `dateline status` reads, every source, and every dead letter by name: the state is an
//! ordinary SQLite database, open to anyone who only reads.

use std::path::Path;

use anyhow::Context;
use dateline_pipeline::store::{
    DATABASE, ReaderStatus, SourceState, Status, read_sources, read_status,
};
use rusqlite::{Connection, OpenFlags};

/// Most dead letters read; the demo makes one.
const MOST_DEAD_LETTERS: u32 = 20;

/// How the daemon stands.
#[derive(Debug, Clone, Default)]
pub(crate) struct StateFacts {
    /// Every source that has had a turn.
    pub(crate) sources: Vec<SourceState>,
    pub(crate) dead_letters: Vec<DeadLetterFacts>,
    /// The sinks with their positions.
    pub(crate) sinks: Vec<ReaderStatus>,
    /// Drafts committed so far.
    pub(crate) drafts: i64,
    /// Records committed so far.
    pub(crate) records: i64,
}

/// A dead letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DeadLetterFacts {
    /// The source.
    pub(crate) origin: String,
    /// The file or item.
    pub(crate) subject: String,
    pub(crate) reason: String,
}

/// Reads the state folder `dir`; nothing is there before the daemon's first commit.
///
/// # Errors
/// When the database cannot be read.
pub(crate) fn read(dir: &Path) -> anyhow::Result<StateFacts> {
    let Some(status) = read_status(dir, 0)? else {
        return Ok(StateFacts::default());
    };
    let path = dir.join(DATABASE);
    let sources = read_sources(dir)?.unwrap_or_default();
    named(&path, status, sources).with_context(|| format!("{} cannot be read", path.display()))
}

fn named(path: &Path, status: Status, sources: Vec<SourceState>) -> rusqlite::Result<StateFacts> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let dead_letters = connection
        .prepare("SELECT origin, subject, reason FROM dead_letters ORDER BY seq LIMIT ?1")?
        .query_map([MOST_DEAD_LETTERS], |row| {
            Ok(DeadLetterFacts {
                origin: row.get(0)?,
                subject: row.get(1)?,
                reason: row.get(2)?,
            })
        })?
        .collect::<rusqlite::Result<_>>()?;
    let sinks = status
        .readers
        .into_iter()
        .filter(|reader| reader.name != dateline_pipeline::store::TRANSFORM);
    Ok(StateFacts {
        sources,
        dead_letters,
        sinks: sinks.collect(),
        drafts: status.drafts.committed,
        records: status.records.committed,
    })
}
