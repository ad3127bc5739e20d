//! Puts a new text in the place of a file, all at once: whoever reads the file sees the old text or the new one.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use thiserror::Error;

/// Why a file was not replaced. It is as it was before.
#[derive(Debug, Error)]
pub enum ReplaceError {
    /// Someone else wrote it in the meantime.
    #[error("{} was changed by someone else in the meantime; look at it and try again", .0.display())]
    Changed(PathBuf),
    /// It is a folder, a device, a pipe.
    #[error("{} is no regular file and is left alone; name another", .0.display())]
    NoFile(PathBuf),
    /// The system refused.
    #[error("{} cannot be written: {cause}; {advice}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        cause: std::io::Error,
        /// What to do about it.
        advice: &'static str,
    },
}

/// What a file must hold to be replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Before<'t> {
    /// There must be no file.
    Absent,
    /// This text.
    Text(&'t str),
    /// Whatever it holds, which is not read; there may be no file.
    Anything,
}

impl<'t> From<Option<&'t str>> for Before<'t> {
    fn from(text: Option<&'t str>) -> Before<'t> {
        text.map_or(Before::Absent, Before::Text)
    }
}

/// Writes `text` to `path`, which must still be as `before` says. A new file is made with its folder where that is
/// missing. Symbolic links are followed; a file keeps its permissions and, where the system allows, its owner. What is no
/// regular file is not touched. The new text is on the disk when this returns.
///
/// # Errors
/// [`ReplaceError`]; the file is then as it was.
pub fn replace_file(path: &Path, before: Before<'_>, text: &str) -> Result<(), ReplaceError> {
    let failed = |cause: std::io::Error| ReplaceError::Io {
        path: path.to_owned(),
        advice: match cause.kind() {
            ErrorKind::PermissionDenied => "run this as a user that may write its folder",
            ErrorKind::StorageFull => "make room on the disk",
            _ => "check the path and the disk it is on",
        },
        cause,
    };
    let is_there = before != Before::Absent
        && match fs::metadata(path) {
            Ok(metadata) if metadata.is_file() => true,
            Ok(_) => return Err(ReplaceError::NoFile(path.to_owned())),
            Err(error) if error.kind() == ErrorKind::NotFound => before != Before::Anything,
            Err(error) => return Err(failed(error)),
        };
    let target = if is_there {
        path.canonicalize().map_err(failed)?
    } else {
        path.to_owned()
    };
    let folder = match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    if !is_there {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let temporary = temporary_beside(&target, folder);
    let written = write(&temporary, is_there.then_some(&target), text);
    let result = match written {
        Ok(()) => swap(&temporary, &target, path, before, failed),
        Err(cause) => Err(failed(cause)),
    };
    if result.is_err() {
        // What is left of the attempt is in nobody's way: its name is hidden and read by no glob.
        drop(fs::remove_file(&temporary));
        return result;
    }
    // The rename itself must survive a power cut; not every file system can be asked.
    drop(File::open(folder).and_then(|folder| folder.sync_all()));
    Ok(())
}

/// A hidden name that no `*.toml` matches, of this process alone.
fn temporary_beside(target: &Path, folder: &Path) -> PathBuf {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    folder.join(format!(".{name}.{}.tmp", std::process::id()))
}

/// Writes the new file, with the rights of the `old` one if there is one.
fn write(temporary: &Path, old: Option<&PathBuf>, text: &str) -> std::io::Result<()> {
    // What a process of this number left behind is nobody's; a link that somebody put there is not followed.
    drop(fs::remove_file(temporary));
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(temporary)?;
    if let Some(old) = old {
        let metadata = fs::metadata(old)?;
        file.set_permissions(metadata.permissions())?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::{MetadataExt, fchown};
            // Only root may give files away; for anyone else the file is their own already, or stays so.
            drop(fchown(&file, Some(metadata.uid()), Some(metadata.gid())));
        }
    }
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// Renames the new file over the old one if that is still what it was.
fn swap(
    temporary: &Path,
    target: &Path,
    path: &Path,
    before: Before<'_>,
    failed: impl Fn(std::io::Error) -> ReplaceError,
) -> Result<(), ReplaceError> {
    let unchanged = match before {
        Before::Text(before) => fs::read(target).map_err(&failed)? == before.as_bytes(),
        Before::Absent => !target.exists(),
        Before::Anything => true,
    };
    if !unchanged {
        return Err(ReplaceError::Changed(path.to_owned()));
    }
    fs::rename(temporary, target).map_err(failed)
}
