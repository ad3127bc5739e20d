//! Gives the space of what was deleted back to the disk.

use std::path::Path;

use serde::Serialize;

use super::copy::{has_room, used_bytes};
use super::{DATABASE, StoreError, Tuning, doing, lock, open_writing};

/// Times the used size that is needed while a database is written anew: once beside it, once in its write-ahead log.
const ROOM: u64 = 2;

/// What became of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Vacuumed {
    /// Its size before.
    pub before: u64,
    /// Its size now.
    pub after: u64,
}

/// Writes the database in the state folder `dir` anew, without what was deleted; `None` when there is no state yet. Nobody may work on it: a daemon
/// could write nothing meanwhile. A kill leaves it as it was.
///
/// # Errors
/// When the folder is in use, there is no room, or SQLite fails.
pub fn vacuum(dir: &Path) -> Result<Option<Vacuumed>, StoreError> {
    let path = dir.join(DATABASE);
    if !path.exists() {
        return Ok(None);
    }
    let _lock = lock::take(dir)?;
    let connection = open_writing(&path, &Tuning::default())?;
    let fail = || doing(format!("writing {} anew", path.display()));
    let size = || -> Result<u64, StoreError> {
        let metadata = std::fs::metadata(&path);
        metadata
            .map(|metadata| metadata.len())
            .map_err(|source| StoreError::Folder {
                dir: dir.to_owned(),
                source,
            })
    };
    let checkpoint = || connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE);");
    checkpoint().map_err(fail())?;
    let before = size()?;
    has_room(
        dir,
        used_bytes(&connection)
            .map_err(fail())?
            .saturating_mul(ROOM),
    )?;
    // Where there is room, and not in memory.
    connection
        .execute_batch("PRAGMA temp_store = FILE;")
        .map_err(fail())?;
    if let Some(dir) = dir.to_str() {
        connection
            .pragma_update(None, "temp_store_directory", dir)
            .map_err(fail())?;
    }
    connection.execute_batch("VACUUM;").map_err(fail())?;
    checkpoint().map_err(fail())?;
    let after = size()?;
    Ok(Some(Vacuumed { before, after }))
}
