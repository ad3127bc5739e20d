//! One process at a time: the advisory lock on the state folder.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

use super::StoreError;

/// Name of the lock file within the state folder.
const LOCK: &str = "lock";

/// Holds the state folder until it is dropped; the operating system lets go of it when the
/// process ends in any way.
#[derive(Debug)]
pub(super) struct FolderLock(#[allow(dead_code)] File);

/// Makes the folder where it is missing and takes its lock.
pub(super) fn take(dir: &Path) -> Result<FolderLock, StoreError> {
    let unusable = |source| StoreError::Folder {
        dir: dir.to_owned(),
        source,
    };
    // It will hold articles and the secrets of subscriptions: whoever else is to read them is let in by hand.
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(dir)
        .map_err(unusable)?;
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(dir.join(LOCK))
        .map_err(unusable)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            return Err(StoreError::InUse {
                dir: dir.to_owned(),
                pid: pid_in(&mut file),
            });
        }
        Err(TryLockError::Error(source)) => return Err(unusable(source)),
    }
    // The pid is for people; the lock itself is what counts.
    file.set_len(0).map_err(unusable)?;
    writeln!(file, "{}", std::process::id()).map_err(unusable)?;
    file.sync_all().map_err(unusable)?;
    Ok(FolderLock(file))
}

/// Whether a process works on a state folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holder {
    /// Nobody.
    Nobody,
    /// A process, with its pid where the lock file tells it.
    Process(Option<u32>),
}

/// Who holds the state folder `dir`.
pub fn holder(dir: &Path) -> Holder {
    let Ok(mut file) = File::open(dir.join(LOCK)) else {
        return Holder::Nobody;
    };
    match file.try_lock_shared() {
        Err(TryLockError::WouldBlock) => Holder::Process(pid_in(&mut file)),
        Ok(()) | Err(TryLockError::Error(_)) => Holder::Nobody,
    }
}

/// The pid that a lock file names.
fn pid_in(file: &mut File) -> Option<u32> {
    /// A pid has at most ten digits; anything longer is not ours.
    const LONGEST: u64 = 16;
    let mut text = String::new();
    file.rewind().ok()?;
    file.take(LONGEST).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}
