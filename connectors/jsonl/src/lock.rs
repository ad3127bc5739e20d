//! One process at a time: the advisory lock on a sink's files.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

use crate::error::Error;

/// Holds a sink's files until it is dropped; the operating system lets go of it when the process
/// ends in any way.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock of the sink called `name` in `dir`, which exists.
    ///
    /// The lock file stays behind: removing it would let a third process lock another file of the
    /// same name beside a second that waits on this one.
    pub(crate) fn take(dir: &Path, name: &str) -> Result<Lock, Error> {
        let path = dir.join(format!(".{name}.lock"));
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(Error::io("open", &path))?;
        match file.try_lock() {
            Ok(()) => Ok(Lock { _file: file }),
            Err(TryLockError::WouldBlock) => Err(Error::Locked { path }),
            Err(TryLockError::Error(source)) => Err(Error::io("lock", path)(source)),
        }
    }
}
