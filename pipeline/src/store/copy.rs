//! Copies of the database that are whole: for backups, and before a schema is brought up.
//!
//! A copy is made by SQLite in one read transaction (`VACUUM INTO`), so it is as the database was at one instant, whoever writes meanwhile, and
//! holds nothing that was deleted. It has its name only once it is on the disk and was found sound.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rusqlite::Connection;
use serde::Serialize;

use super::{DATABASE, StoreError, Tuning, doing, open_reading, schema};
use crate::crash;
use crate::files::rename_new;

/// A backup that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Backup {
    /// Where it is.
    pub path: PathBuf,
    /// Its size.
    pub bytes: u64,
}

/// Copies the database in the state folder `dir` to the file `to`, or into it under a name made of the time if it is a folder, whether or not a
/// daemon works on it; `None` when there is no state yet. Blocks for as long as it takes to read and write all of it.
///
/// # Errors
/// When the database cannot be read, there is no room, or the file exists.
pub fn backup(dir: &Path, to: &Path, now: Timestamp) -> Result<Option<Backup>, StoreError> {
    let from = dir.join(DATABASE);
    if !from.exists() {
        return Ok(None);
    }
    let connection = open_reading(&from, &Tuning::default())?;
    // Of any version: before an upgrade is when a backup is wanted most.
    schema::refuse_foreign(&connection, &from)?;
    let path = match to.is_dir() {
        true => to.join(format!("dateline-{}.db", now.strftime("%Y%m%dT%H%M%SZ"))),
        false => to.to_owned(),
    };
    let bytes = copy(&connection, &from, &path, Over::Nothing)?;
    Ok(Some(Backup { path, bytes }))
}

/// What a copy may replace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Over {
    /// Nothing.
    Nothing,
    /// An earlier copy.
    Earlier,
}

/// Copies the database of a connection to the file `to`; returns its size.
pub(super) fn copy(
    connection: &Connection,
    from: &Path,
    to: &Path,
    over: Over,
) -> Result<u64, StoreError> {
    let failed = |source| StoreError::Copy {
        path: to.to_owned(),
        source,
    };
    let exists = || StoreError::Exists {
        path: to.to_owned(),
    };
    if over == Over::Nothing && fs::symlink_metadata(to).is_ok() {
        return Err(exists());
    }
    let folder = match to.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let needed = used_bytes(connection).map_err(doing(format!("reading {}", from.display())))?;
    has_room(folder, needed)?;
    let part = part_of(to, over);
    if over == Over::Earlier && part.exists() {
        // Of a process that was killed: the folder is ours.
        fs::remove_file(&part).map_err(failed)?;
    }
    let copied = write(connection, from, &part).and_then(|bytes| {
        crash::point("schema.copy_written");
        let named = match over {
            Over::Nothing => rename_new(&part, to),
            Over::Earlier => fs::rename(&part, to),
        };
        named.map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => exists(),
            _ => failed(error),
        })?;
        let folder = File::open(folder).and_then(|folder| folder.sync_all());
        folder.map_err(failed)?;
        Ok(bytes)
    });
    if copied.is_err() && part.exists() {
        // What is not whole is worth nothing, and in the way.
        fs::remove_file(&part).map_err(failed)?;
    }
    copied
}

/// Writes a copy under a name that it does not keep, and looks whether it is sound.
fn write(connection: &Connection, from: &Path, part: &Path) -> Result<u64, StoreError> {
    let failed = |source| StoreError::Copy {
        path: part.to_owned(),
        source,
    };
    // SQLite fills a file that is empty. The state holds secrets of hubs: nobody else may read it.
    let file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(part)
        .map_err(failed)?;
    let name = part
        .to_str()
        .ok_or_else(|| failed(io::Error::other("its name is not UTF-8")))?;
    connection
        .execute("VACUUM INTO ?1", [name])
        .map_err(doing(format!("copying {}", from.display())))?;
    file.sync_all().map_err(failed)?;
    let checking = || doing(format!("checking {}", part.display()));
    let copy = open_reading(part, &Tuning::default())?;
    let verdict: String = copy
        .query_row("PRAGMA quick_check(1)", [], |row| row.get(0))
        .map_err(checking())?;
    if verdict != "ok" {
        return Err(failed(io::Error::other(verdict)));
    }
    file.metadata()
        .map(|metadata| metadata.len())
        .map_err(failed)
}

/// Ends the name of a copy that is being written.
pub(super) const PART: &str = ".part";

/// The name of a copy that is being written; in a folder that others may write to it is nobody else's.
fn part_of(path: &Path, over: Over) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    if over == Over::Nothing {
        name.push(format!(".{}", std::process::id()));
    }
    name.push(PART);
    path.with_file_name(name)
}

/// Bytes of the database that hold something.
pub(super) fn used_bytes(connection: &Connection) -> rusqlite::Result<u64> {
    connection.query_row(
        "SELECT (page_count - freelist_count) * page_size FROM pragma_page_count, pragma_freelist_count, pragma_page_size",
        [],
        |row| row.get::<_, i64>(0).map(i64::unsigned_abs),
    )
}

/// Makes sure that so many bytes can be written into a folder.
///
/// # Errors
/// When they cannot, or the folder cannot be looked at.
pub(super) fn has_room(folder: &Path, needed: u64) -> Result<(), StoreError> {
    let disk = rustix::fs::statvfs(folder).map_err(|error| StoreError::Copy {
        path: folder.to_owned(),
        source: error.into(),
    })?;
    let free = disk.f_bavail.saturating_mul(disk.f_frsize);
    match free >= needed {
        true => Ok(()),
        false => Err(StoreError::NoRoom {
            folder: folder.to_owned(),
            needed,
            free,
        }),
    }
}
