//! Archiving and deleting files whose content has been committed. Touches nothing else, and no file
//! that is not the one that was read.
//!
//! Between a look at a file and its removal somebody may put another one in its place. So a file is
//! moved first, looked at where nobody else knows it, and put back if it is not the right one.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, FileTimes};
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use dateline_pipeline::crash;
use dateline_pipeline::files::rename_new;
use jiff::civil::Date;

use crate::folder::{Stamp, Verdict};

/// Ending of the hidden name that a file has for the moment before it is deleted.
const LEAVING: &str = ".dateline-leaving";

/// Numbers tried to find a free name in a day's archive folder; a file name that comes more often a
/// day wants another archive, not more tries.
const MAX_NUMBER: u32 = 100_000;

/// Bytes compared at a time.
const COMPARED: usize = 64 * 1024;

/// What is to become of a file.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Fate<'a> {
    Delete,
    /// It moves to this archive, under this day.
    Archive {
        archive: &'a Path,
        day: Date,
    },
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Finished {
    /// It is gone from the folder.
    Done,
    /// Somebody else took it away.
    Gone,
    /// Another file has its name now; it was left alone.
    Replaced,
}

/// Why a file could not be finished. It stays in the folder and is found again.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FinishError {
    #[error("cannot delete {}: {source}; let Dateline write to its folder", path.display())]
    Delete { path: PathBuf, source: io::Error },
    #[error("cannot move {} to {}: {source}; let Dateline write to both folders", path.display(), target.display())]
    Archive {
        path: PathBuf,
        target: PathBuf,
        source: io::Error,
    },
    #[error("cannot archive {}: {} holds {MAX_NUMBER} files of this name already", path.display(), folder.display())]
    Crowded { path: PathBuf, folder: PathBuf },
}

/// Finishes the file `path` of the folder `root`, which looked like `stamp` when it was read.
///
/// # Errors
/// The file could not be moved or deleted; it is still in the folder.
pub(crate) fn finish(
    root: &Path,
    path: &Path,
    stamp: &Stamp,
    verdict: Verdict,
    fate: Fate<'_>,
) -> Result<Finished, FinishError> {
    let absolute = root.join(path);
    match fs::symlink_metadata(&absolute) {
        Ok(metadata) if Stamp::of(&metadata) == *stamp => {}
        Ok(_) => return Ok(Finished::Replaced),
        Err(_) => return Ok(Finished::Gone),
    }
    crash::point("drop.before_remove");
    let finished = match fate {
        Fate::Delete => delete(&absolute, stamp).map_err(|source| FinishError::Delete {
            path: absolute,
            source,
        }),
        Fate::Archive { archive, day } => {
            let top = match verdict {
                Verdict::Taken => archive.to_owned(),
                Verdict::Rejected => archive.join("rejected"),
            };
            put_into_archive(&absolute, &top.join(day.to_string()).join(path), stamp)
        }
    };
    crash::point("drop.after_remove");
    finished
}

fn delete(path: &Path, stamp: &Stamp) -> io::Result<Finished> {
    match set_aside(path, stamp)? {
        Aside::At(aside) => remove(&aside, path),
        Aside::Not(finished) => Ok(finished),
    }
}

fn remove(aside: &Path, path: &Path) -> io::Result<Finished> {
    fs::remove_file(aside).inspect_err(|_| put_back(aside, path))?;
    Ok(Finished::Done)
}

/// Where a file is that was taken out of its writers' sight.
enum Aside {
    At(PathBuf),
    Not(Finished),
}

/// Gives the file a hidden name, unless it is another file by now.
fn set_aside(path: &Path, stamp: &Stamp) -> io::Result<Aside> {
    let aside = leaving_name(path);
    match rename_new(path, &aside) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Ok(Aside::Not(Finished::Gone));
        }
        // The name is too long for an ending: delete it in place, though unseen replacements could slip in.
        Err(error) if error.kind() == io::ErrorKind::InvalidFilename => {
            return Ok(Aside::At(path.to_owned()));
        }
        Err(error) => return Err(error),
    }
    if is_still(&aside, stamp) {
        return Ok(Aside::At(aside));
    }
    put_back(&aside, path);
    Ok(Aside::Not(Finished::Replaced))
}

fn is_still(path: &Path, stamp: &Stamp) -> bool {
    fs::symlink_metadata(path).is_ok_and(|metadata| Stamp::of(&metadata) == *stamp)
}

fn put_back(aside: &Path, path: &Path) {
    if let Err(error) = rename_new(aside, path) {
        tracing::warn!(file = %path.display(), kept_as = %aside.display(), %error, "could not give a file its name back");
    }
}

fn leaving_name(path: &Path) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(LEAVING);
    path.with_file_name(name)
}

/// Gives files that a crash left under their hidden names in this folder their own names back: they
/// are found again as known, or as new if they were not the ones that were meant.
pub(crate) fn put_back_leftovers(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let own_name = name
            .as_bytes()
            .strip_prefix(b".")
            .and_then(|rest| rest.strip_suffix(LEAVING.as_bytes()));
        if let Some(own_name) = own_name
            && !own_name.is_empty()
        {
            put_back(&entry.path(), &folder.join(OsStr::from_bytes(own_name)));
        }
    }
}

fn put_into_archive(path: &Path, target: &Path, stamp: &Stamp) -> Result<Finished, FinishError> {
    let failed = |source| FinishError::Archive {
        path: path.to_owned(),
        target: target.to_owned(),
        source,
    };
    let folder = target.parent().unwrap_or(target);
    fs::create_dir_all(folder).map_err(failed)?;
    for number in 0..MAX_NUMBER {
        let free = numbered(target, number);
        match rename_new(path, &free) {
            Ok(()) if is_still(&free, stamp) => return Ok(Finished::Done),
            Ok(()) => {
                put_back(&free, path);
                return Ok(Finished::Replaced);
            }
            Err(error) => match error.kind() {
                io::ErrorKind::AlreadyExists => {}
                io::ErrorKind::CrossesDevices => return copy_into_archive(path, target, stamp),
                io::ErrorKind::NotFound if !path.exists() => return Ok(Finished::Gone),
                _ => return Err(failed(error)),
            },
        }
    }
    Err(FinishError::Crowded {
        path: path.to_owned(),
        folder: folder.to_owned(),
    })
}

/// The archive is on another file system: copy, make sure that the copy is on the disk, delete.
fn copy_into_archive(path: &Path, target: &Path, stamp: &Stamp) -> Result<Finished, FinishError> {
    let failed = |source| FinishError::Archive {
        path: path.to_owned(),
        target: target.to_owned(),
        source,
    };
    let aside = match set_aside(path, stamp).map_err(failed)? {
        Aside::At(aside) => aside,
        Aside::Not(finished) => return Ok(finished),
    };
    match copy_to_free_name(&aside, target) {
        Ok(true) => remove(&aside, path).map_err(failed),
        Ok(false) => {
            put_back(&aside, path);
            let folder = target.parent().unwrap_or(target).to_owned();
            Err(FinishError::Crowded {
                path: path.to_owned(),
                folder,
            })
        }
        Err(error) => {
            put_back(&aside, path);
            Err(failed(error))
        }
    }
}

/// Copies a file to a free name made of `target`, or finds that a copy is there already, left by a
/// crash before its original was deleted. Returns whether a name was found.
fn copy_to_free_name(path: &Path, target: &Path) -> io::Result<bool> {
    let unfinished = leaving_name(target);
    let mut original = File::open(path)?;
    let mut copy = File::create(&unfinished)?;
    io::copy(&mut original, &mut copy)?;
    let metadata = original.metadata()?;
    copy.set_permissions(metadata.permissions())?;
    copy.set_times(FileTimes::new().set_modified(metadata.modified()?))?;
    copy.sync_all()?;
    for number in 0..MAX_NUMBER {
        let free = numbered(target, number);
        match rename_new(&unfinished, &free) {
            Ok(()) => {
                File::open(target.parent().unwrap_or(target))?.sync_all()?;
                return Ok(true);
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                if have_same_content(&unfinished, &free)? {
                    fs::remove_file(&unfinished)?;
                    return Ok(true);
                }
            }
            Err(error) => return Err(error),
        }
    }
    fs::remove_file(&unfinished)?;
    Ok(false)
}

fn have_same_content(one: &Path, other: &Path) -> io::Result<bool> {
    let (mut one, mut other) = (File::open(one)?, File::open(other)?);
    if one.metadata()?.len() != other.metadata()?.len() {
        return Ok(false);
    }
    let (mut left, mut right) = (Vec::new(), Vec::new());
    loop {
        left.clear();
        right.clear();
        one.by_ref().take(COMPARED as u64).read_to_end(&mut left)?;
        other
            .by_ref()
            .take(COMPARED as u64)
            .read_to_end(&mut right)?;
        if left != right {
            return Ok(false);
        }
        if left.is_empty() {
            return Ok(true);
        }
    }
}

/// `story.txt`, `story-1.txt`, `story-2.txt` and so on.
fn numbered(path: &Path, number: u32) -> PathBuf {
    if number == 0 {
        return path.to_owned();
    }
    let mut name = path.file_stem().unwrap_or_default().to_owned();
    name.push(format!("-{number}"));
    if let Some(extension) = path.extension() {
        name.push(".");
        name.push(extension);
    }
    path.with_file_name(name)
}
