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

/// Writes `text` to `path`, which must still hold `before`; `None` makes a new file, with its folder where that is
/// missing. Symbolic links are followed; a file keeps its permissions and, where the system allows, its owner. The new
/// text is on the disk when this returns.
///
/// # Errors
/// [`ReplaceError`]; the file is then as it was.
pub fn replace_file(path: &Path, before: Option<&str>, text: &str) -> Result<(), ReplaceError> {
    let failed = |cause: std::io::Error| ReplaceError::Io {
        path: path.to_owned(),
        advice: match cause.kind() {
            ErrorKind::PermissionDenied => "run this as a user that may write its folder",
            ErrorKind::StorageFull => "make room on the disk",
            _ => "check the path and the disk it is on",
        },
        cause,
    };
    let target = match before {
        Some(_) => path.canonicalize().map_err(failed)?,
        None => path.to_owned(),
    };
    let folder = match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    if before.is_none() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let temporary = temporary_beside(&target, folder);
    let written = write(&temporary, &target, before, text);
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

fn write(temporary: &Path, target: &Path, before: Option<&str>, text: &str) -> std::io::Result<()> {
    // What a process of this number left behind is nobody's; a link that somebody put there is not followed.
    drop(fs::remove_file(temporary));
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(temporary)?;
    if before.is_some() {
        let metadata = fs::metadata(target)?;
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
    before: Option<&str>,
    failed: impl Fn(std::io::Error) -> ReplaceError,
) -> Result<(), ReplaceError> {
    let unchanged = match before {
        Some(before) => fs::read(target).map_err(&failed)? == before.as_bytes(),
        None => !target.exists(),
    };
    if !unchanged {
        return Err(ReplaceError::Changed(path.to_owned()));
    }
    fs::rename(temporary, target).map_err(failed)
}
