//! Where a file is that could not be read, by the name that its dead letter has.

use std::fs;
use std::path::{Component, Path, PathBuf};

use dateline_config::DropFolder;

use crate::folder::Rules;

/// Days of the archive that are looked through: ten years.
const MAX_DAYS: usize = 3653;

/// Where a file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// In the folder, where it is read.
    Folder,
    /// In the archive, at this path.
    Archive(PathBuf),
    /// In neither.
    Nowhere,
}

/// Where the file of a dead letter with this subject is. Blocks: it looks into folders.
///
/// The subject names the file, or a part of it: `file`, `file#3`, `file/path within an archive`.
pub fn place(folder: &DropFolder, subject: &str) -> Place {
    let rules = Rules::new(folder);
    if holds(&rules.root, subject).is_some() {
        return Place::Folder;
    }
    let Ok(days) = fs::read_dir(rules.archive.join("rejected")) else {
        return Place::Nowhere;
    };
    let mut days: Vec<PathBuf> = days
        .take(MAX_DAYS)
        .filter_map(|day| Some(day.ok()?.path()))
        .collect();
    days.sort();
    // Of several the one that was set aside last.
    let found = days.iter().rev().find_map(|day| holds(day, subject));
    found.map_or(Place::Nowhere, Place::Archive)
}

/// The file below `root` that the subject names, or names a part of.
fn holds(root: &Path, subject: &str) -> Option<PathBuf> {
    let whole = match subject.rsplit_once('#') {
        Some((whole, number)) if number.bytes().all(|byte| byte.is_ascii_digit()) => whole,
        _ => subject,
    };
    let names = Path::new(subject)
        .ancestors()
        .chain(Path::new(whole).ancestors());
    let is_plain = |path: &&Path| {
        let mut parts = path.components();
        parts.all(|part| matches!(part, Component::Normal(_)))
    };
    names
        .filter(is_plain)
        .map(|path| root.join(path))
        .find(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_part_leads_to_its_file_and_to_nothing_outside() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("in");
        fs::create_dir_all(root.join("more")).unwrap();
        for file in ["in/a.jsonl", "in/more/b.zip", "in/odd#1", "out.txt"] {
            fs::write(dir.path().join(file), "x").unwrap();
        }
        for (subject, file) in [
            ("a.jsonl", Some("a.jsonl")),
            ("a.jsonl#12", Some("a.jsonl")),
            ("more/b.zip/inner/c.txt#2", Some("more/b.zip")),
            ("odd#1", Some("odd#1")),
            ("odd", None),
            ("c.txt", None),
            ("../out.txt", None),
            ("a.jsonl#x", None),
        ] {
            let found = holds(&root, subject);
            assert_eq!(found, file.map(|file| root.join(file)), "{subject}");
        }
    }
}
