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
use crate::read::{FileArticle, HEAD, Settings, container, failed, whole};
use crate::reading::Portion;

/// What came of loading a file.
#[derive(Debug)]
pub(crate) enum Loaded {
    /// Its articles, or those that are next.
    Portion(Portion),
    /// It may hold many articles, and is to be read in portions.
    Many,
    /// It is gone, or it changed while it was read and is to be looked at again.
    Passed,
    /// It could not be opened or read.
    Unreadable(io::Error),
}

/// What came of reading a file or a portion of it; nothing if it is not what it was when it was found.
pub(crate) fn reading_of(read: io::Result<Option<Portion>>) -> Loaded {
    match read {
        Ok(Some(portion)) => Loaded::Portion(portion),
        Ok(None) => Loaded::Passed,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Loaded::Passed,
        // It has become a symbolic link.
        Err(error) if Errno::from_io_error(&error) == Some(Errno::LOOP) => Loaded::Passed,
        Err(error) => Loaded::Unreadable(error),
    }
}

/// Loads the file `found` of the folder `root`, unless it is not what it was when it was found, or may hold many articles.
pub(crate) fn load(root: &Path, found: &Found, settings: &Settings) -> Loaded {
    let path = root.join(&found.path);
    let bytes =
        open(&path).and_then(|file| bytes_of(file, &path, &found.stamp, settings.limits.file));
    match bytes {
        Ok(Some(bytes)) if container(&bytes).is_some() => Loaded::Many,
        read => reading_of(read.map(|bytes| Some(document(bytes?, found.stamp.size, settings)))),
    }
}

/// The articles of a document, of which only the first bytes are given if it is too large.
fn document(bytes: Vec<u8>, size: u64, settings: &Settings) -> Portion {
    let max_file = settings.limits.file;
    if size > max_file {
        let reason = format!(
            "the file has {size} bytes and {max_file} are allowed; split it, or raise max_file of this folder"
        );
        return Portion::unread(Fault::poison("too_large", reason), bytes);
    }
    match read_guarded(&bytes, settings.fields()) {
        Ok(articles) => {
            let articles = articles.into_iter().map(|article| Ok(Box::new(article)));
            Portion {
                bytes: size,
                ..Portion::whole(articles.collect())
            }
        }
        Err(fault) => Portion::unread(fault, bytes),
    }
}

/// Reads the articles. Should the reader itself fail, which it must not, that costs this one file.
fn read_guarded(bytes: &[u8], fields: Option<&DropFields>) -> Result<Vec<FileArticle>, Fault> {
    std::panic::catch_unwind(|| whole(bytes, fields)).unwrap_or_else(|_| Err(failed()))
}

/// Opens a file that was a regular one when it was found. Should it have become a symbolic link or a
/// pipe since, the first is an error and the second does not hang.
pub(crate) fn open(path: &Path) -> io::Result<File> {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    OpenOptions::new()
        .read(true)
        .custom_flags(flags.bits().cast_signed())
        .open(path)
}

/// The bytes of the file, or the first of them if there are more than `max_file` or it may hold many articles; nothing if it is
/// another file than `stamp` says. Looks before and after reading, as somebody may write to the file meanwhile or put another one in
/// its place.
fn bytes_of(file: File, path: &Path, stamp: &Stamp, max_file: u64) -> io::Result<Option<Vec<u8>>> {
    if Stamp::of(&file.metadata()?) != *stamp {
        return Ok(None);
    }
    let is_large = stamp.size > max_file;
    let begun = stamp.size.min(HEAD as u64);
    let held = if is_large { begun } else { stamp.size };
    let mut bytes = Vec::with_capacity(usize::try_from(held).unwrap_or(0));
    (&file).take(begun).read_to_end(&mut bytes)?;
    if !is_large && container(&bytes).is_none() {
        (&file).take(stamp.size - begun).read_to_end(&mut bytes)?;
    }
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
        matches!(
            load(dir.path(), found, &Settings::default()),
            Loaded::Passed
        )
    }

    #[test]
    fn a_file_is_loaded_as_it_was_found() {
        let (dir, _, found) = folder();
        let Loaded::Portion(portion) = load(dir.path(), &found, &Settings::default()) else {
            unreachable!()
        };
        assert_eq!((portion.parts.len(), portion.bytes), (1, TEXT.len() as u64));
        assert!(portion.is_last && !portion.is_marred);
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
