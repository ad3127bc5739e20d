//! The sink's folder: paths that stay inside it, free names, durable renames.
//!
//! Everything on disk goes through here, and nothing here writes over a file that exists or knows
//! what is in one.

use std::fs::{self, File};
use std::io;
use std::path::{Component, Path, PathBuf};

use jiff::Timestamp;

use crate::codec::Codec;
use crate::error::Error;
use crate::template::Template;

/// What a file's name ends in until it is finished.
pub(crate) const PART: &str = ".part";

/// How many names to try for a new file. One step past the highest number there is must be free,
/// unless somebody creates files at the same time.
const MAX_NAME_TRIES: u32 = 100;

/// Where a sink's files are and how they are named.
#[derive(Debug)]
pub(crate) struct Folder {
    /// The sink, for messages.
    pub(crate) sink: String,
    /// The folder as configured.
    pub(crate) dir: PathBuf,
    /// Names below it.
    pub(crate) template: Template,
    /// Whether files and folders are synced to disk at each step.
    pub(crate) sync: bool,
}

/// What a search through a folder found.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Found {
    /// The highest sequence number in a name of the template; 0 if there is none.
    pub(crate) highest: u64,
    /// An unfinished file, if there is one.
    pub(crate) unfinished: Option<PathBuf>,
}

impl Folder {
    /// Makes the folder where it is missing.
    pub(crate) fn prepare(&self) -> Result<(), Error> {
        fs::create_dir_all(&self.dir).map_err(Error::io("make folder", &self.dir))
    }

    /// Where `file` is, whether it exists or not.
    ///
    /// # Errors
    ///
    /// If it is not below the folder, be it by its name or because a folder on the way is a
    /// symbolic link that leads elsewhere.
    pub(crate) fn path(&self, file: &str) -> Result<PathBuf, Error> {
        self.walk(file, false)
    }

    /// Where `file` is; folders on the way are made.
    pub(crate) fn path_for_new(&self, file: &str) -> Result<PathBuf, Error> {
        self.walk(file, true)
    }

    fn walk(&self, file: &str, make: bool) -> Result<PathBuf, Error> {
        let outside = |path: &Path| Error::Outside {
            path: path.to_owned(),
            dir: self.dir.clone(),
        };
        let plain = |component: Component<'_>| matches!(component, Component::Normal(_));
        if file.is_empty() || !Path::new(file).components().all(plain) {
            return Err(outside(&self.dir.join(file)));
        }
        let root = fs::canonicalize(&self.dir).map_err(Error::io("find folder", &self.dir))?;
        let mut path = self.dir.clone();
        let folders = Path::new(file).parent().unwrap_or(Path::new(""));
        for folder in folders.components() {
            let above = path.clone();
            path.push(folder);
            match fs::symlink_metadata(&path) {
                Ok(metadata) if metadata.is_symlink() => {
                    let target =
                        fs::canonicalize(&path).map_err(Error::io("follow link", &path))?;
                    if !target.starts_with(&root) {
                        return Err(outside(&path));
                    }
                }
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    if !make {
                        break;
                    }
                    fs::create_dir(&path).map_err(Error::io("make folder", &path))?;
                    self.sync_folder(&above)?;
                }
                Err(error) => return Err(Error::io("look at", path)(error)),
            }
        }
        Ok(self.dir.join(file))
    }

    /// Makes the creation, renaming or removal of files in `folder` durable.
    pub(crate) fn sync_folder(&self, folder: &Path) -> Result<(), Error> {
        if !self.sync {
            return Ok(());
        }
        File::open(folder)
            .and_then(|folder| folder.sync_all())
            .map_err(Error::io("sync folder", folder))
    }

    /// Makes the creation, renaming or removal of `path` durable.
    pub(crate) fn sync_entry(&self, path: &Path) -> Result<(), Error> {
        path.parent()
            .map_or(Ok(()), |folder| self.sync_folder(folder))
    }

    /// Removes `path`, if it is there.
    pub(crate) fn remove(&self, path: &Path) -> Result<(), Error> {
        match fs::remove_file(path) {
            Ok(()) => self.sync_entry(path),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(Error::io("remove", path)(error)),
        }
    }

    /// Renames `from` to `to`, which is in a folder that exists, and tells whether it could: not if
    /// there is something called `to`.
    pub(crate) fn rename(&self, from: &Path, to: &Path) -> Result<bool, Error> {
        match rename_to_new(from, to) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(false),
            Err(error) => return Err(Error::io("rename", from)(error)),
        }
        self.sync_entry(to)?;
        if from.parent() != to.parent() {
            self.sync_entry(from)?;
        }
        Ok(true)
    }

    /// A name that nothing has, finished or not, compressed or not, with the next sequence number
    /// after `sequence` at which there is one.
    pub(crate) fn free_name(&self, sequence: u64, now: Timestamp) -> Result<(String, u64), Error> {
        let mut sequence = sequence;
        let mut file = String::new();
        for attempt in 0..MAX_NAME_TRIES {
            sequence = sequence.saturating_add(1);
            file = self.template.render(now, sequence);
            let Some(taken) = self.taken(&file)? else {
                return Ok((file, sequence));
            };
            if attempt == 0 {
                tracing::warn!(
                    sink = %self.sink,
                    file = %taken.display(),
                    "a file of somebody else has the name that was next; it is left alone and a later number is taken"
                );
                sequence = sequence.max(self.search()?.highest);
            }
        }
        Err(Error::NoFreeName {
            dir: self.dir.clone(),
            tries: MAX_NAME_TRIES,
            last: file,
        })
    }

    /// Something that stands where `file`, or what becomes of it, would be.
    fn taken(&self, file: &str) -> Result<Option<PathBuf>, Error> {
        for ending in endings() {
            let path = self.path(&format!("{file}{ending}"))?;
            if exists(&path)? {
                return Ok(Some(path));
            }
        }
        Ok(None)
    }

    /// Searches the folder for names of the template, of any date and in any stage of their life.
    /// Symbolic links are not followed, and folders of other names not looked into.
    pub(crate) fn search(&self) -> Result<Found, Error> {
        let mut found = Found::default();
        let mut folders = vec![String::new()];
        while let Some(folder) = folders.pop() {
            let level = folder.matches('/').count();
            let path = self.dir.join(&folder);
            for entry in fs::read_dir(&path).map_err(Error::io("list folder", &path))? {
                let entry = entry.map_err(Error::io("list folder", &path))?;
                let kind = entry
                    .file_type()
                    .map_err(Error::io("look at", entry.path()))?;
                let Some(name) = entry.file_name().to_str().map(str::to_owned) else {
                    continue;
                };
                if level + 1 < self.template.depth() {
                    if kind.is_dir() && self.template.fits(level, &name) {
                        folders.push(format!("{folder}{name}/"));
                    }
                } else if let Some((sequence, ending)) = self.made(&format!("{folder}{name}")) {
                    found.highest = found.highest.max(sequence);
                    if ending == PART {
                        found.unfinished = Some(entry.path());
                    }
                }
            }
        }
        Ok(found)
    }

    /// The sequence number and ending of a name that this sink can have made.
    fn made(&self, file: &str) -> Option<(u64, &'static str)> {
        endings().find_map(|ending| {
            let sequence = self.template.sequence_of(file.strip_suffix(ending)?)?;
            Some((sequence, ending))
        })
    }
}

/// Everything that can follow a file's name in the course of its life.
fn endings() -> impl Iterator<Item = &'static str> {
    let compressed = Codec::ALL
        .iter()
        .flat_map(|codec| [codec.ending(), codec.unfinished_ending()]);
    ["", PART].into_iter().chain(compressed)
}

/// Whether there is anything at `path`, be it a broken link.
pub(crate) fn exists(path: &Path) -> Result<bool, Error> {
    match fs::symlink_metadata(path) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(Error::io("look at", path)(error)),
    }
}

/// The length of the file at `path`; `None` if there is none.
pub(crate) fn length_of(path: &Path) -> Result<Option<u64>, Error> {
    match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_file() => Ok(Some(metadata.len())),
        Ok(_) => Err(Error::Changed {
            path: path.to_owned(),
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::io("look at", path)(error)),
    }
}

/// Renames without replacing; [`io::ErrorKind::AlreadyExists`] if there is something at `to`.
fn rename_to_new(from: &Path, to: &Path) -> io::Result<()> {
    #[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
    {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        use rustix::io::Errno;
        match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
            // Some file systems do not know the flag.
            Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => {}
            done => return done.map_err(io::Error::from),
        }
    }
    // The sink's lock keeps its own kind away between the two steps.
    match fs::symlink_metadata(to) {
        Ok(_) => Err(io::ErrorKind::AlreadyExists.into()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => fs::rename(from, to),
        Err(error) => Err(error),
    }
}
