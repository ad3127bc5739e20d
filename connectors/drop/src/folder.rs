//! Which files of the folder are meant, and the walk over them. Reads directories and metadata,
//! never a file's content.

use std::ffi::OsStr;
use std::fs::{self, DirEntry, FileType, Metadata};
use std::io;
use std::ops::ControlFlow;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use dateline_config::{AfterDrop, DropFolder};
use dateline_pipeline::source::{Fingerprint, ItemKey};
use jiff::Timestamp;

use crate::finish;
use crate::glob::Pattern;

/// Folders below the drop folder that are entered, counted downwards: deeper trees are hardly made
/// for dropping, and each level costs a watch a folder.
const MAX_DEPTH: usize = 16;

/// Folders entered in one walk: bounds what the walk remembers (a path each).
const MAX_FOLDERS: usize = 65_536;

/// Files handed over at a time: one question to the state.
pub(crate) const CHUNK: usize = 1024;

/// Endings of names that writers give to files they have not finished.
const UNFINISHED: [&[u8]; 4] = [b".tmp", b".part", b".swp", b"~"];

/// Which files are meant.
#[derive(Debug)]
pub(crate) struct Rules {
    /// The drop folder, absolute where the working directory is known.
    pub(crate) root: PathBuf,
    /// Where files are archived, whether or not they are.
    pub(crate) archive: PathBuf,
    pub(crate) after: AfterDrop,
    pub(crate) recursive: bool,
    patterns: Vec<Pattern>,
}

impl Rules {
    pub(crate) fn new(folder: &DropFolder) -> Rules {
        let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let root = absolute(&folder.path);
        let archive = folder
            .archive_dir
            .as_deref()
            .map_or_else(|| root.join(".archive"), absolute);
        let patterns = folder
            .patterns
            .iter()
            .map(|pattern| Pattern::new(pattern))
            .collect();
        Rules {
            root,
            archive,
            after: folder.after,
            recursive: folder.recursive,
            patterns,
        }
    }

    /// Whether a file of this name is meant.
    pub(crate) fn wants(&self, name: &OsStr) -> bool {
        if is_hidden(name)
            || UNFINISHED
                .iter()
                .any(|ending| name.as_bytes().ends_with(ending))
        {
            return false;
        }
        let name = name.to_string_lossy();
        self.patterns.iter().any(|pattern| pattern.matches(&name))
    }

    /// Whether something is to become of files with this verdict. A rejected one is never deleted.
    pub(crate) fn finishes(&self, verdict: Verdict) -> bool {
        match self.after {
            AfterDrop::Keep => false,
            AfterDrop::Archive => true,
            AfterDrop::Delete => verdict == Verdict::Taken,
        }
    }

    /// Where the archive lies within the folder; `None` if it lies elsewhere.
    fn archive_within(&self) -> Option<PathBuf> {
        let resolved = |path: &Path| fs::canonicalize(path).ok();
        let within = match (resolved(&self.archive), resolved(&self.root)) {
            (Some(archive), Some(root)) => archive.strip_prefix(root).map(Path::to_owned),
            _ => self.archive.strip_prefix(&self.root).map(Path::to_owned),
        };
        within.ok()
    }
}

pub(crate) fn is_hidden(name: &OsStr) -> bool {
    name.as_bytes().starts_with(b".")
}

/// What tells one state of a file from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Stamp {
    /// Length in bytes.
    pub(crate) size: u64,
    /// Time of the last modification.
    pub(crate) modified: Timestamp,
    inode: u64,
}

/// What became of a file's content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Its articles were handed over.
    Taken,
    /// It could not be read.
    Rejected,
}

impl Stamp {
    pub(crate) fn of(metadata: &Metadata) -> Stamp {
        let nanosecond = i32::try_from(metadata.mtime_nsec()).unwrap_or(0);
        let modified = Timestamp::new(metadata.mtime(), nanosecond);
        let nearest = if metadata.mtime() < 0 {
            Timestamp::MIN
        } else {
            Timestamp::MAX
        };
        Stamp {
            size: metadata.len(),
            modified: modified.unwrap_or(nearest),
            inode: metadata.ino(),
        }
    }

    /// The fingerprint under which a file in this state is remembered. A rejected file has another
    /// than a taken one, so that it can be told later which of the two it was.
    pub(crate) fn fingerprint(&self, verdict: Verdict) -> Fingerprint {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&self.size.to_le_bytes());
        hasher.update(&self.modified.as_nanosecond().to_le_bytes());
        hasher.update(&self.inode.to_le_bytes());
        if verdict == Verdict::Rejected {
            hasher.update(b"rejected");
        }
        short(&hasher)
    }
}

/// A file of the folder.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Found {
    /// Its path within the folder.
    pub(crate) path: PathBuf,
    /// Its state when it was looked at.
    pub(crate) stamp: Stamp,
}

/// The key of a file, by which it is remembered once all of it is committed. Its last article has it too.
pub(crate) fn key(path: &Path) -> ItemKey {
    let mut hasher = blake3::Hasher::new();
    hasher.update(path.as_os_str().as_bytes());
    short(&hasher)
}

/// The key of part number `number` of what lies at `within` in the file.
pub(crate) fn part_key(path: &Path, within: &str, number: u64) -> ItemKey {
    let mut hasher = blake3::Hasher::new();
    // No path holds a NUL byte, so this is no file's key.
    hasher.update(path.as_os_str().as_bytes()).update(b"\0");
    hasher.update(within.as_bytes()).update(b"\0");
    hasher.update(&number.to_le_bytes());
    short(&hasher)
}

fn short(hasher: &blake3::Hasher) -> [u8; 16] {
    let mut short = [0; 16];
    hasher.finalize_xof().fill(&mut short);
    short
}

/// A path within the folder for people and records, `/` between its parts. Bytes that are not UTF-8
/// are written as U+FFFD and their two hexadecimal digits, so that two names stay two.
pub(crate) fn shown(path: &Path) -> String {
    let mut shown = String::new();
    for chunk in path.as_os_str().as_bytes().utf8_chunks() {
        shown.push_str(chunk.valid());
        for byte in chunk.invalid() {
            shown.push_str(&format!("\u{fffd}{byte:02X}"));
        }
    }
    shown
}

/// What the walk tells while it goes. It ends early when `chunk` says so.
pub(crate) trait Visitor {
    /// A folder (absolute path) that is about to be listed.
    fn folder(&mut self, path: &Path);
    /// The next files, in no order. Returns whether to go on.
    fn chunk(&mut self, files: Vec<Found>) -> bool;
    /// Something (path within the folder) that is left out, and why.
    fn left_out(&mut self, path: &Path, why: &'static str);
    /// Something (path within the folder) that could not be looked at.
    fn trouble(&mut self, path: &Path, error: io::Error);
}

/// Walks over the folder and everything in it that is meant. Symbolic links are not followed.
/// With `tidy`, files that a crash left half deleted are put back under their names first.
///
/// # Errors
/// The folder itself cannot be listed.
pub(crate) fn walk(rules: &Rules, tidy: bool, visitor: &mut dyn Visitor) -> io::Result<()> {
    let mut walk = Walk {
        rules,
        archive: rules.archive_within(),
        visitor,
        chunk: Vec::new(),
        folders: vec![(PathBuf::new(), 0)],
        met: 0,
    };
    while let Some((folder, depth)) = walk.folders.pop() {
        let absolute = rules.root.join(&folder);
        walk.visitor.folder(&absolute);
        if tidy {
            finish::put_back_leftovers(&absolute);
        }
        match walk.list(&absolute, &folder, depth) {
            Ok(ControlFlow::Continue(())) => {}
            Ok(ControlFlow::Break(())) => return Ok(()),
            Err(error) if depth == 0 => return Err(error),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => walk.visitor.trouble(&folder, error),
        }
    }
    if !walk.chunk.is_empty() {
        walk.visitor.chunk(walk.chunk);
    }
    Ok(())
}

/// A walk under way.
struct Walk<'a> {
    rules: &'a Rules,
    /// Where the archive lies within the folder.
    archive: Option<PathBuf>,
    visitor: &'a mut dyn Visitor,
    /// Files met and not handed over yet.
    chunk: Vec<Found>,
    /// Folders met and not listed yet, with their depth.
    folders: Vec<(PathBuf, usize)>,
    /// Folders met.
    met: usize,
}

impl Walk<'_> {
    fn list(
        &mut self,
        absolute: &Path,
        folder: &Path,
        depth: usize,
    ) -> io::Result<ControlFlow<()>> {
        for entry in fs::read_dir(absolute)? {
            let entry = entry?;
            let name = entry.file_name();
            let path = folder.join(&name);
            let Ok(kind) = entry.file_type() else {
                continue;
            };
            if kind.is_dir() {
                self.meet_folder(&name, path, depth + 1);
            } else if self.rules.wants(&name) {
                self.meet_file(&entry, kind, path);
            }
            if self.chunk.len() >= CHUNK && !self.visitor.chunk(std::mem::take(&mut self.chunk)) {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    fn meet_folder(&mut self, name: &OsStr, path: PathBuf, depth: usize) {
        if !self.rules.recursive || is_hidden(name) || self.archive.as_ref() == Some(&path) {
            return;
        }
        if depth > MAX_DEPTH {
            self.visitor.left_out(&path, "the folder lies too deep");
        } else if self.met >= MAX_FOLDERS {
            self.visitor.left_out(&path, "there are too many folders");
        } else {
            self.met += 1;
            self.folders.push((path, depth));
        }
    }

    fn meet_file(&mut self, entry: &DirEntry, kind: FileType, path: PathBuf) {
        if !kind.is_file() {
            self.visitor.left_out(
                &path,
                "not a regular file (symbolic links are not followed)",
            );
            return;
        }
        match entry.metadata() {
            Ok(metadata) => self.chunk.push(Found {
                path,
                stamp: Stamp::of(&metadata),
            }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => self.visitor.trouble(&path, error),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::ffi::OsStr;

    use super::*;

    #[derive(Default)]
    struct Log {
        files: Vec<String>,
        left_out: Vec<String>,
        folders: usize,
        chunks: usize,
        stop: bool,
    }

    impl Visitor for Log {
        fn folder(&mut self, _path: &Path) {
            self.folders += 1;
        }

        fn chunk(&mut self, files: Vec<Found>) -> bool {
            self.chunks += 1;
            self.files
                .extend(files.iter().map(|found| shown(&found.path)));
            self.files.sort();
            !self.stop
        }

        fn left_out(&mut self, path: &Path, _why: &'static str) {
            self.left_out.push(shown(path));
            self.left_out.sort();
        }

        fn trouble(&mut self, path: &Path, _error: io::Error) {
            self.left_out.push(shown(path));
        }
    }

    fn rules(root: &Path, recursive: bool) -> Rules {
        Rules {
            root: root.to_owned(),
            archive: root.join("old"),
            after: AfterDrop::Archive,
            recursive,
            patterns: vec![Pattern::new("*.txt"), Pattern::new("wire*")],
        }
    }

    fn put(root: &Path, path: impl AsRef<Path>) {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "x").unwrap();
    }

    fn look(rules: &Rules) -> Log {
        let mut log = Log::default();
        walk(rules, true, &mut log).unwrap();
        log
    }

    #[test]
    fn the_walk_meets_what_is_meant() {
        let dir = tempfile::tempdir().unwrap();
        for path in [
            "a.txt",
            "wire-1",
            "b.md",
            ".hidden.txt",
            "c.txt.part",
            "wire.tmp",
            "wire~",
            "wire.swp",
        ] {
            put(dir.path(), path);
        }
        for path in ["old/2024-01-01/d.txt", "deep/er/e.txt", ".git/f.txt"] {
            put(dir.path(), path);
        }
        assert_eq!(look(&rules(dir.path(), false)).files, ["a.txt", "wire-1"]);
        let log = look(&rules(dir.path(), true));
        assert_eq!(log.files, ["a.txt", "deep/er/e.txt", "wire-1"]);
        assert_eq!(log.folders, 3);
    }

    #[test]
    fn the_archive_is_known_by_any_name() {
        let dir = tempfile::tempdir().unwrap();
        put(dir.path(), "in/a.txt");
        put(dir.path(), "in/old/b.txt");
        std::os::unix::fs::symlink(dir.path().join("in"), dir.path().join("link")).unwrap();
        let rules = Rules {
            archive: dir.path().join("in/old"),
            ..rules(&dir.path().join("link"), true)
        };
        assert_eq!(look(&rules).files, ["a.txt"]);
    }

    #[test]
    fn links_and_other_things_are_left_out_and_named() {
        let dir = tempfile::tempdir().unwrap();
        put(dir.path(), "in/a.txt");
        put(dir.path(), "out/b.txt");
        let root = dir.path().join("in");
        std::os::unix::fs::symlink(".", root.join("wire-loop")).unwrap();
        std::os::unix::fs::symlink("../out", root.join("wire-out")).unwrap();
        std::os::unix::fs::symlink("../out/b.txt", root.join("link.txt")).unwrap();
        std::os::unix::net::UnixListener::bind(root.join("wire-socket")).unwrap();
        let log = look(&rules(&root, true));
        assert_eq!(log.files, ["a.txt"]);
        assert_eq!(
            log.left_out,
            ["link.txt", "wire-loop", "wire-out", "wire-socket"]
        );
    }

    #[test]
    fn depth_has_an_end() {
        let dir = tempfile::tempdir().unwrap();
        let deep: PathBuf = std::iter::repeat_n("d", MAX_DEPTH).collect();
        put(dir.path(), deep.join("a.txt"));
        put(dir.path(), deep.join("d/b.txt"));
        let log = look(&rules(dir.path(), true));
        assert_eq!(log.files, [shown(&deep.join("a.txt"))]);
        assert_eq!(log.left_out, [shown(&deep.join("d"))]);
    }

    #[test]
    fn a_walk_hands_over_as_it_goes_and_stops_when_told() {
        let dir = tempfile::tempdir().unwrap();
        for number in 0..CHUNK + 1 {
            put(dir.path(), format!("{number}.txt"));
        }
        let mut log = Log::default();
        walk(&rules(dir.path(), false), false, &mut log).unwrap();
        assert_eq!((log.files.len(), log.chunks), (CHUNK + 1, 2));
        let mut log = Log {
            stop: true,
            ..Log::default()
        };
        walk(&rules(dir.path(), false), false, &mut log).unwrap();
        assert_eq!((log.files.len(), log.chunks), (CHUNK, 1));
    }

    #[test]
    fn names_that_are_not_utf8_stay_different() {
        let name = |bytes| Path::new(OsStr::from_bytes(bytes));
        assert_eq!(shown(name(b"caf\xe9.txt")), "caf\u{fffd}E9.txt");
        assert_ne!(shown(name(b"caf\xe9.txt")), shown(name(b"caf\xe8.txt")));
        assert_ne!(key(name(b"caf\xe9.txt")), key(name(b"caf\xe8.txt")));
        assert_ne!(key(name(b"a")), part_key(name(b"a"), "", 0));
        assert_ne!(part_key(name(b"a"), "", 0), part_key(name(b"a"), "", 1));
        assert_ne!(part_key(name(b"a"), "b", 0), part_key(name(b"a"), "", 0));
    }
}
