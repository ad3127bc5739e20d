//! One file into memory, within its limits. Reads the folder, changes nothing, and runs on threads
//! that may block.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use dateline_config::DropFields;
use dateline_pipeline::fault::Fault;
use rustix::fs::OFlags;
use rustix::io::Errno;

use crate::folder::{Found, Stamp};
use crate::read::{FileArticle, read};

/// Bytes kept of a file that is too large: enough to see what it is.
const KEPT_OF_LARGE: u64 = 4096;

/// Bytes kept of any other file that cannot be read: enough to find out why.
const KEPT_OF_REJECTED: usize = 64 * 1024;

/// What came of loading a file.
#[derive(Debug)]
pub(crate) enum Loaded {
    /// Its articles, and the bytes they took.
    Articles(Vec<FileArticle>, u64),
    /// It cannot be read, and its first bytes.
    Rejected(Fault, Vec<u8>),
    /// It is gone, or it changed while it was read and is to be looked at again.
    Passed,
    /// It could not be opened or read.
    Unreadable(io::Error),
}

/// Loads the file `found` of the folder `root`, unless it is not what it was when it was found. `fields` is for [`read`].
pub(crate) fn load(
    root: &Path,
    found: &Found,
    max_file: u64,
    fields: Option<&DropFields>,
) -> Loaded {
    let path = root.join(&found.path);
    match bytes(&path, &found.stamp, max_file) {
        Ok(None) => Loaded::Passed,
        Ok(Some(bytes)) if found.stamp.size > max_file => {
            let reason = format!(
                "the file has {} bytes and {max_file} are allowed; split it, or raise max_file of this folder",
                found.stamp.size
            );
            Loaded::Rejected(Fault::poison("too_large", reason), bytes)
        }
        Ok(Some(mut bytes)) => match read_guarded(&bytes, fields) {
            Ok(articles) => Loaded::Articles(articles, found.stamp.size),
            Err(fault) => {
                bytes.truncate(KEPT_OF_REJECTED);
                bytes.shrink_to_fit();
                Loaded::Rejected(fault, bytes)
            }
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => Loaded::Passed,
        Err(error) => Loaded::Unreadable(error),
    }
}

/// Reads the articles. Should the reader itself fail, which it must not, that costs this one file.
fn read_guarded(bytes: &[u8], fields: Option<&DropFields>) -> Result<Vec<FileArticle>, Fault> {
    std::panic::catch_unwind(|| read(bytes, fields)).unwrap_or_else(|_| {
        Err(Fault::poison(
            "reader",
            "the reader failed at this file, which is a fault of Dateline's; please report it",
        ))
    })
}

/// The bytes of the file, or the first of them if there are more than `max_file`; nothing if it is
/// another file than `stamp` says.
fn bytes(path: &Path, stamp: &Stamp, max_file: u64) -> io::Result<Option<Vec<u8>>> {
    match open(path) {
        Ok(file) => bytes_of(file, path, stamp, max_file),
        Err(error) if Errno::from_io_error(&error) == Some(Errno::LOOP) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Opens a file that was a regular one when it was found. Should it have become a symbolic link or a
/// pipe since, the first is an error and the second does not hang.
fn open(path: &Path) -> io::Result<File> {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    OpenOptions::new()
        .read(true)
        .custom_flags(flags.bits().cast_signed())
        .open(path)
}

/// Looks before and after reading, as somebody may write to the file meanwhile or put another one in
/// its place.
fn bytes_of(file: File, path: &Path, stamp: &Stamp, max_file: u64) -> io::Result<Option<Vec<u8>>> {
    if Stamp::of(&file.metadata()?) != *stamp {
        return Ok(None);
    }
    let wanted = if stamp.size > max_file {
        KEPT_OF_LARGE.min(stamp.size)
    } else {
        stamp.size
    };
    let mut bytes = Vec::with_capacity(usize::try_from(wanted).unwrap_or(0));
    file.take(wanted).read_to_end(&mut bytes)?;
    let is_same = Stamp::of(&fs::symlink_metadata(path)?) == *stamp;
    Ok(is_same.then_some(bytes))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::path::PathBuf;

    use super::*;

    const TEXT: &str =
        "Ferries leave on time\n\nThe ferry office published its timetable on Monday.\n";

    /// A folder with one file `a`, as it was found.
    fn folder() -> (tempfile::TempDir, PathBuf, Found) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        fs::write(&path, TEXT).unwrap();
        let found = Found {
            path: "a".into(),
            stamp: Stamp::of(&fs::symlink_metadata(&path).unwrap()),
        };
        (dir, path, found)
    }

    fn is_passed(dir: &tempfile::TempDir, found: &Found) -> bool {
        matches!(load(dir.path(), found, 1 << 20, None), Loaded::Passed)
    }

    #[test]
    fn a_file_is_loaded_as_it_was_found() {
        let (dir, _, found) = folder();
        let Loaded::Articles(articles, bytes) = load(dir.path(), &found, 1 << 20, None) else {
            unreachable!()
        };
        assert_eq!((articles.len(), bytes), (1, TEXT.len() as u64));
    }

    #[test]
    fn a_file_that_changed_since_it_was_found_is_passed_over() {
        let (dir, path, found) = folder();
        fs::write(&path, TEXT.repeat(2)).unwrap();
        assert!(is_passed(&dir, &found));
        fs::remove_file(&path).unwrap();
        assert!(is_passed(&dir, &found));
    }

    #[test]
    fn a_file_replaced_while_it_is_read_is_passed_over() {
        let (dir, path, found) = folder();
        let file = open(&path).unwrap();
        fs::write(dir.path().join("b"), TEXT).unwrap();
        fs::rename(dir.path().join("b"), &path).unwrap();
        assert_eq!(bytes_of(file, &path, &found.stamp, 1 << 20).unwrap(), None);
    }

    #[test]
    fn what_became_of_a_file_is_neither_followed_nor_waited_for() {
        let (dir, path, found) = folder();
        fs::rename(&path, dir.path().join("b")).unwrap();
        std::os::unix::fs::symlink("b", &path).unwrap();
        assert!(is_passed(&dir, &found));
        fs::remove_file(&path).unwrap();
        rustix::fs::mknodat(
            rustix::fs::CWD,
            &path,
            rustix::fs::FileType::Fifo,
            0o600.into(),
            0,
        )
        .unwrap();
        assert!(is_passed(&dir, &found));
    }
}
