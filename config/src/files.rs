//! The files of a configuration, and whether they hold what was read.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use glob::MatchOptions;

use crate::source::{self, SourceFile};

/// Most files of one configuration: one per feed for a large newsroom, and few enough to read on every change.
pub(crate) const MAX_FILES: usize = 1000;

/// How the globs of `include` match.
pub(crate) const MATCHING: MatchOptions = MatchOptions {
    case_sensitive: true,
    require_literal_separator: true,
    require_literal_leading_dot: true,
};

/// The files that a configuration was read from, or was to be read from.
#[derive(Clone, Debug)]
pub struct Files {
    paths: Vec<PathBuf>,
    include: Vec<String>,
    print: Print,
}

/// Another one when files hold something else, or when some have come or gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Print(u64);

impl Print {
    /// Of files, each with the digest of its text, or none where it cannot be read.
    fn of(files: impl Iterator<Item = (PathBuf, Option<u64>)>) -> Print {
        let files: BTreeMap<PathBuf, Option<u64>> =
            files.map(|(path, text)| (identity(&path), text)).collect();
        Print(hash(&files))
    }
}

/// Stands for the text of a file.
pub(crate) fn digest(source: &SourceFile) -> u64 {
    hash(&source.text())
}

fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

impl Files {
    /// Of the main file first, then the included ones in their order, each with the digest of its text, or none where it
    /// cannot be read; `include` are the main file's entries.
    pub(crate) fn new(read: Vec<(PathBuf, Option<u64>)>, include: &[String]) -> Files {
        Files {
            print: Print::of(read.iter().cloned()),
            include: include.to_vec(),
            paths: read.into_iter().map(|(path, _)| path).collect(),
        }
    }

    /// The file that includes the others.
    pub fn main(&self) -> &Path {
        self.paths.first().map_or(Path::new(""), PathBuf::as_path)
    }

    /// The main file first, then the included ones in their order.
    pub fn paths(&self) -> &[PathBuf] {
        &self.paths
    }

    /// Of what was read.
    pub fn print(&self) -> Print {
        self.print
    }

    /// Of what the files hold now, with those that have appeared since. Reads them all.
    pub fn print_now(&self) -> Print {
        let mut paths: BTreeSet<PathBuf> = self.paths.iter().cloned().collect();
        let base = folder_of(self.main());
        for entry in self.include.iter().filter(|entry| is_glob(entry)) {
            let matches = base.to_str().map(|base| matching_files(base, entry));
            if let Some(Ok(matches)) = matches {
                let found = matches.take(MAX_FILES).filter_map(Result::ok);
                paths.extend(found.filter(|path| !path.is_dir()));
            }
        }
        Print::of(paths.into_iter().map(|path| {
            let read = source::read(&path, "").ok();
            (path, read.as_ref().map(digest))
        }))
    }

    /// Whether a file that is written may be one of them, by its name.
    pub fn may_hold(&self, path: &Path) -> bool {
        let name = path.file_name();
        let globs = self.include.iter().filter(|entry| is_glob(entry));
        let mut names =
            globs.filter_map(|entry| glob::Pattern::new(entry.rsplit('/').next()?).ok());
        self.paths.iter().any(|path| path.file_name() == name)
            || names.any(|pattern| pattern.matches(&name.unwrap_or_default().to_string_lossy()))
    }

    /// The folders in which these files are, or may appear.
    pub fn folders(&self) -> BTreeSet<PathBuf> {
        let base = folder_of(self.main());
        let entries = self.include.iter().map(Path::new);
        let of_entries = entries.map(|entry| {
            let folders = folder_of(entry);
            // What stands before the first glob is there, or may be.
            base.join(
                folders
                    .components()
                    .take_while(|part| !is_glob(&part.as_os_str().to_string_lossy()))
                    .collect::<PathBuf>(),
            )
        });
        let of_files = self.paths.iter().map(|file| folder_of(file));
        of_entries.chain(of_files).collect()
    }
}

/// The folder of a file; that of a bare name is empty.
pub(crate) fn folder_of(path: &Path) -> PathBuf {
    path.parent().unwrap_or(Path::new("")).to_owned()
}

/// The one path of a file, however it is called; of one that is not there yet, below the folder that is.
pub(crate) fn identity(path: &Path) -> PathBuf {
    for there in path.ancestors() {
        let named = if there.as_os_str().is_empty() {
            Path::new(".")
        } else {
            there
        };
        if let (Ok(folder), Ok(rest)) = (named.canonicalize(), path.strip_prefix(there)) {
            return if rest.as_os_str().is_empty() {
                folder
            } else {
                folder.join(rest)
            };
        }
    }
    path.to_owned()
}

/// The files that a glob of `include` matches now; relative ones start from the folder `base`.
pub(crate) fn matching_files(base: &str, entry: &str) -> Result<glob::Paths, glob::PatternError> {
    let pattern = if entry.starts_with('/') || base.is_empty() {
        entry.to_owned()
    } else {
        format!("{}/{entry}", glob::Pattern::escape(base))
    };
    glob::glob_with(&pattern, MATCHING)
}

/// Whether an entry of `include` names files by a pattern.
pub(crate) fn is_glob(entry: &str) -> bool {
    entry.contains(['*', '?', '['])
}
