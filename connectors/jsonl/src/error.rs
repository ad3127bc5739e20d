//! What can go wrong with files, and what the deliver stage is to do about it.

use std::io;
use std::path::PathBuf;

use dateline_pipeline::fault::{Class, Fault};

/// A fault of the JSON-lines sink.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The operating system refused something.
    #[error("cannot {action} {}: {source}{}", path.display(), advice(source))]
    Io {
        /// What was tried, as a verb.
        action: &'static str,
        /// On which file or folder.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
    /// An unfinished file has fewer bytes than were committed.
    #[error(
        "{} has {found} bytes, but {length} bytes ({records} records) were delivered to it: \
         restore the file, or give the sink another name in the configuration to start over from the log",
        path.display()
    )]
    Short {
        /// The file.
        path: PathBuf,
        /// Its length in bytes.
        found: u64,
        /// The committed length in bytes.
        length: u64,
        /// The committed number of records.
        records: u64,
    },
    /// The open file is gone.
    #[error(
        "{} is missing, but {length} bytes ({records} records) were delivered to it: \
         restore the file, or give the sink another name in the configuration to start over from the log",
        path.display()
    )]
    Missing {
        /// The file.
        path: PathBuf,
        /// The committed length in bytes.
        length: u64,
        /// The committed number of records.
        records: u64,
    },
    /// The open file was moved, replaced or written to by somebody else.
    #[error("{} was changed by another program while the sink was writing to it: keep other programs away from *.part files", path.display())]
    Changed {
        /// The file.
        path: PathBuf,
    },
    /// The template for file names cannot be used.
    #[error("file name template {template:?}: {reason}")]
    Template {
        /// The template as configured.
        template: String,
        /// What is wrong, and what to do.
        reason: String,
    },
    /// A path leads out of the sink's folder.
    #[error("{} leads out of {}: remove the symbolic link, or configure the folder that it points to", path.display(), dir.display())]
    Outside {
        /// The path.
        path: PathBuf,
        /// The sink's folder.
        dir: PathBuf,
    },
    /// Another process writes the same files.
    #[error("{} is locked: another process writes this sink's files; stop it, or give each its own folder", path.display())]
    Locked {
        /// The lock file.
        path: PathBuf,
    },
    /// No free file name was found.
    #[error("no free file name in {} after {tries} tries, the last was {last}: move the old files away", dir.display())]
    NoFreeName {
        /// The sink's folder.
        dir: PathBuf,
        /// How many names were tried.
        tries: u32,
        /// The last of them.
        last: String,
    },
    /// The committed state cannot be read.
    #[error(
        "the state kept for this sink cannot be read ({0}): was it written by a newer version? \
         Run that version, or give the sink another name in the configuration to start over from the log"
    )]
    State(#[source] serde_json::Error),
}

impl Error {
    /// What the deliver stage does about it.
    pub fn class(&self) -> Class {
        match self {
            Error::Io { .. } | Error::Changed { .. } | Error::Locked { .. } => Class::Transient,
            Error::Short { .. }
            | Error::Missing { .. }
            | Error::Template { .. }
            | Error::Outside { .. }
            | Error::NoFreeName { .. }
            | Error::State(_) => Class::Permanent,
        }
    }

    /// A word for metrics.
    pub fn kind(&self) -> &'static str {
        match self {
            Error::Io { source, .. } => match source.kind() {
                io::ErrorKind::StorageFull => "disk_full",
                io::ErrorKind::QuotaExceeded => "quota",
                io::ErrorKind::FileTooLarge => "file_too_large",
                io::ErrorKind::PermissionDenied => "permission",
                io::ErrorKind::ReadOnlyFilesystem => "read_only",
                _ => "io",
            },
            Error::Short { .. } => "file_short",
            Error::Missing { .. } => "file_missing",
            Error::Changed { .. } => "file_changed",
            Error::Template { .. } => "template",
            Error::Outside { .. } => "outside",
            Error::Locked { .. } => "locked",
            Error::NoFreeName { .. } => "no_free_name",
            Error::State(_) => "state",
        }
    }

    /// Makes an I/O error of `action` on `path`.
    pub(crate) fn io(
        action: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(io::Error) -> Error {
        let path = path.into();
        move |source| Error::Io {
            action,
            path,
            source,
        }
    }
}

impl From<&Error> for Fault {
    fn from(error: &Error) -> Fault {
        Fault {
            class: error.class(),
            kind: error.kind(),
            reason: error.to_string(),
        }
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Fault {
        Fault::from(&error)
    }
}

/// What to do about an error of the operating system, where there is more to say than its text.
fn advice(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "; free some space, delivery goes on by itself"
        }
        io::ErrorKind::FileTooLarge => {
            "; raise the limit on file sizes, or rotate at a smaller size"
        }
        io::ErrorKind::PermissionDenied => "; let the user that runs dateline write there",
        io::ErrorKind::ReadOnlyFilesystem => "; mount it writable, delivery goes on by itself",
        _ => "",
    }
}
