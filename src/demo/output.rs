//! Reads the JSON lines that the sink writes, as a consumer would: what is new since the last look,
//! or all of it.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use anyhow::Context;
use dateline_pipeline::record::Record;

/// Ending of a file that the sink still writes to.
const UNFINISHED: &str = ".part";

/// Ending of the sink's files.
const FINISHED: &str = ".jsonl";

/// Follows the files of a folder.
#[derive(Debug)]
pub(crate) struct Follower {
    dir: PathBuf,
    /// Bytes read of each file, by its final name.
    read: BTreeMap<String, u64>,
}

impl Follower {
    pub(crate) fn new(dir: &Path) -> Follower {
        Follower {
            dir: dir.to_owned(),
            read: BTreeMap::new(),
        }
    }

    /// Hands over the records that have come since the last call. A file that is renamed while it
    /// is looked for is found at the next call.
    ///
    /// # Errors
    /// When a file cannot be read or holds something else than records.
    pub(crate) fn read_on(&mut self, mut each: impl FnMut(Record)) -> anyhow::Result<()> {
        for name in names(&self.dir)? {
            let key = name.strip_suffix(UNFINISHED).unwrap_or(&name);
            if !key.ends_with(FINISHED) {
                continue;
            }
            let path = self.dir.join(&name);
            let read = self.read.entry(key.to_owned()).or_default();
            *read = read_from(&path, *read, &mut each)
                .with_context(|| format!("{} cannot be read as records", path.display()))?;
        }
        Ok(())
    }
}

/// The sink's finished files, in the order of their names.
///
/// # Errors
/// When the folder cannot be read.
pub(crate) fn finished(dir: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let names = names(dir)?
        .into_iter()
        .filter(|name| name.ends_with(FINISHED));
    Ok(names.map(|name| dir.join(name)).collect())
}

/// Names of the files in `dir`, sorted; none where there is no such folder yet.
fn names(dir: &Path) -> anyhow::Result<Vec<String>> {
    let entries = match std::fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => {
            return Err(error).with_context(|| format!("{} cannot be read", dir.display()));
        }
    };
    let mut names = Vec::new();
    for entry in entries {
        names.extend(entry?.file_name().into_string());
    }
    names.sort();
    Ok(names)
}

/// Reads whole lines from byte `start` on; returns where the next one begins.
fn read_from(path: &Path, start: u64, each: &mut impl FnMut(Record)) -> anyhow::Result<u64> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(start),
        Err(error) => return Err(error.into()),
    };
    file.seek(SeekFrom::Start(start))?;
    let mut lines = BufReader::new(file);
    let (mut at, mut line) = (start, String::new());
    loop {
        line.clear();
        let length = lines.read_line(&mut line)?;
        if !line.ends_with('\n') {
            return Ok(at);
        }
        each(serde_json::from_str(&line)?);
        at += length as u64;
    }
}
