//! What a state folder holds.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rusqlite::Connection;
use serde::Serialize;

use super::copy::{PART, used_bytes};
use super::identity;
use super::reader::Reader;
use super::sources::instant_if_any;
use super::{Backup, DATABASE, StoreError, Tuning, doing, open_reading, schema};

/// What a state folder holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Info {
    /// The database.
    pub path: PathBuf,
    /// Its size in bytes.
    pub bytes: u64,
    /// Bytes of it that hold nothing any more.
    pub unused: u64,
    /// Bytes of its write-ahead log.
    pub wal: u64,
    /// Its schema version.
    pub schema: i64,
    /// The schema version that this program writes.
    pub known: i64,
    /// The version of Dateline that worked on it last, where that is noted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub written_by: Option<String>,
    /// Identity of the log.
    pub log: String,
    /// How many rows which table has.
    pub tables: Vec<Table>,
    /// From when to when the entries are.
    pub entries: Vec<Entries>,
    /// Copies that were made before the schema was brought up, and lie there still.
    pub copies: Vec<Backup>,
}

/// How many rows a table has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its rows.
    pub rows: u64,
}

/// From when to when the entries of a table are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entries {
    /// `drafts`, `records` or `dead_letters`.
    pub of: String,
    /// When the oldest was made; absent where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oldest: Option<Timestamp>,
    /// When the newest was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub newest: Option<Timestamp>,
}

/// Reads what the state folder `dir` holds, of whatever version; `None` when there is no state yet. Counts all rows, which takes as long as reading
/// the smaller tables.
///
/// # Errors
/// When the database cannot be read or is not Dateline's.
pub fn read_info(dir: &Path) -> Result<Option<Info>, StoreError> {
    let path = dir.join(DATABASE);
    if !path.exists() {
        return Ok(None);
    }
    let connection = open_reading(&path, &Tuning::default())?;
    schema::refuse_foreign(&connection, &path)?;
    let unreadable = |source| StoreError::Folder {
        dir: dir.to_owned(),
        source,
    };
    let bytes = fs::metadata(&path).map_err(unreadable)?.len();
    let copies = copies(dir).map_err(unreadable)?;
    // It is not there where nobody has written since it was tidied away.
    let wal = fs::metadata(path.with_extension("db-wal")).map_or(0, |wal| wal.len());
    let read = || -> rusqlite::Result<Info> {
        Ok(Info {
            bytes,
            unused: bytes.saturating_sub(used_bytes(&connection)?),
            wal,
            schema: schema::version(&connection)?,
            known: schema::VERSION,
            written_by: identity::written_by(&connection)?,
            log: Reader::new(&connection).log()?,
            tables: tables(&connection)?,
            entries: ["drafts", "records", "dead_letters"]
                .into_iter()
                .map(|table| entries(&connection, table))
                .collect::<rusqlite::Result<_>>()?,
            copies,
            path: path.clone(),
        })
    };
    read()
        .map(Some)
        .map_err(doing(format!("reading {}", path.display())))
}

fn tables(connection: &Connection) -> rusqlite::Result<Vec<Table>> {
    let names: Vec<String> = connection
        .prepare(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB 'sqlite_*' ORDER BY name",
        )?
        .query_map([], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    let count = |name: String| {
        let sql = format!("SELECT count(*) FROM \"{name}\"");
        let rows: i64 = connection.query_row(&sql, [], |row| row.get(0))?;
        Ok(Table {
            name,
            rows: rows.unsigned_abs(),
        })
    };
    names.into_iter().map(count).collect()
}

/// By the first and the last of them, as they are in the order of time.
fn entries(connection: &Connection, table: &str) -> rusqlite::Result<Entries> {
    let sql = format!(
        "SELECT (SELECT at FROM {table} ORDER BY seq LIMIT 1), (SELECT at FROM {table} ORDER BY seq DESC LIMIT 1)"
    );
    connection.query_row(&sql, [], |row| {
        Ok(Entries {
            of: table.to_owned(),
            oldest: instant_if_any(row, 0)?,
            newest: instant_if_any(row, 1)?,
        })
    })
}

fn copies(dir: &Path) -> std::io::Result<Vec<Backup>> {
    let mut copies = Vec::new();
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with(schema::COPY) && !name.ends_with(PART) {
            copies.push(Backup {
                path: entry.path(),
                bytes: entry.metadata()?.len(),
            });
        }
    }
    copies.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(copies)
}
