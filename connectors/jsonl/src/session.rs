//! The sink between opening and closing: its state, the open file, and what a batch does to them.
//!
//! All of it blocks. After an error a session is thrown away and another one opened from what was
//! committed, so nothing here undoes anything.

use std::fs::{self, File, Metadata};
use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use dateline_pipeline::clock::between;
use dateline_pipeline::crash;
use dateline_pipeline::sink::Stored;
use jiff::Timestamp;

use crate::codec::Codec;
use crate::error::Error;
use crate::finish::{Finished, cut, drop_part_of_finished, finish, is_finished};
use crate::folder::{Folder, PART, length_of};
use crate::lines::Lines;
use crate::state::{ClosingFile, OpenFile, State};

/// How many files may wait to be finished. Finishing keeps up with writing except when it cannot go
/// on at all; then the open file grows past its limits rather than the committed state.
const MAX_CLOSING: usize = 1000;

/// When a file is rotated.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Bytes that a file may have, unless a single record has more.
    pub(crate) size: u64,
    /// How long lines are added to a file.
    pub(crate) age: Duration,
}

/// The sink's state and its open file.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) state: State,
    part: Option<Part>,
}

/// The open file on disk.
#[derive(Debug)]
struct Part {
    file: File,
    path: PathBuf,
    /// Device and inode.
    identity: (u64, u64),
}

impl Session {
    /// Recovers from what was committed: lines past it are cut off.
    pub(crate) fn open(folder: &Folder, stored: Stored) -> Result<Session, Error> {
        let state = match State::from_detail(stored.detail)? {
            Some(state) if state.log == stored.log => state,
            _ => first_state(folder, stored.log)?,
        };
        for closing in &state.closing {
            check_closing(folder, closing)?;
        }
        let mut session = Session { state, part: None };
        if let Some(open) = session.state.open.clone() {
            session.recover(folder, &open)?;
        }
        Ok(session)
    }

    /// Finds the open file as it was committed.
    fn recover(&mut self, folder: &Folder, open: &OpenFile) -> Result<(), Error> {
        folder.path(&open.file)?;
        let path = folder.path(&format!("{}{PART}", open.file))?;
        let (length, records) = (open.length, open.records);
        match length_of(&path)? {
            // Its name was committed, but it was not created; or a stop removed it again.
            None if length == 0 => {}
            // Finished by a stop that was not committed any more.
            None if is_finished(folder, &open.file, length)? => self.state.open = None,
            None => {
                return Err(Error::Missing {
                    path,
                    length,
                    records,
                });
            }
            Some(found) if found < length => {
                return Err(Error::Short {
                    path,
                    found,
                    length,
                    records,
                });
            }
            // Likewise, but before the last step.
            Some(_) if length > 0 && drop_part_of_finished(folder, &open.file, &path, length)? => {
                self.state.open = None;
            }
            Some(found) => {
                if found > length {
                    tracing::info!(
                        sink = %folder.sink,
                        file = %path.display(),
                        bytes = found - length,
                        "cut off what was written and not committed"
                    );
                }
                cut(&path, length)?;
                self.part = Some(Part::open(path)?);
            }
        }
        Ok(())
    }

    /// Whether the open file has reached its age. One that was opened so long after now was opened by a
    /// clock that has been set back.
    pub(crate) fn is_due(&self, limits: Limits, now: Timestamp) -> bool {
        let due = |open: &OpenFile| {
            between(open.opened, now).max(between(now, open.opened)) >= limits.age
        };
        self.may_rotate() && self.state.open.as_ref().is_some_and(due)
    }

    fn may_rotate(&self) -> bool {
        self.state.closing.len() < MAX_CLOSING
    }

    /// Writes a beginning of `lines` and makes it durable; returns how many lines. None are written
    /// where the name of a new file must be committed first. Rotates by size and age.
    pub(crate) fn turn(
        &mut self,
        folder: &Folder,
        limits: Limits,
        now: Timestamp,
        lines: &Lines,
    ) -> Result<usize, Error> {
        if self.is_due(limits, now) {
            self.retire(folder)?;
        }
        if lines.is_empty() {
            return Ok(0);
        }
        let Some(open) = &self.state.open else {
            self.name_next(folder, now)?;
            return Ok(0);
        };
        let count = match limits.size.saturating_sub(open.length) {
            _ if !self.may_rotate() => lines.len(),
            // A record larger than a file gets one of its own.
            room if open.length == 0 => lines.fitting(room).max(1),
            room => lines.fitting(room),
        };
        if count > 0 {
            self.append(folder, lines.first(count), count)?;
        }
        let full = self
            .state
            .open
            .as_ref()
            .is_some_and(|open| open.length >= limits.size);
        if count < lines.len() || (full && self.may_rotate()) {
            self.retire(folder)?;
        }
        if count < lines.len() {
            self.name_next(folder, now)?;
        }
        Ok(count)
    }

    /// Gives the next file its name, to be committed before there is a file.
    fn name_next(&mut self, folder: &Folder, now: Timestamp) -> Result<(), Error> {
        let (file, sequence) = folder.free_name(self.state.sequence, now)?;
        self.state.sequence = sequence;
        self.state.open = Some(OpenFile {
            file,
            length: 0,
            records: 0,
            opened: now,
        });
        Ok(())
    }

    fn append(&mut self, folder: &Folder, bytes: &[u8], records: usize) -> Result<(), Error> {
        let Some(open) = &mut self.state.open else {
            return Ok(());
        };
        let part = match &mut self.part {
            Some(part) => part,
            None => self.part.insert(Part::create(folder, &open.file)?),
        };
        part.check_untouched(open.length)?;
        let Part { file, path, .. } = part;
        file.write_all(bytes)
            .map_err(Error::io("write to", &*path))?;
        crash::point("jsonl.written");
        if folder.sync {
            file.sync_data().map_err(Error::io("sync", &*path))?;
        }
        crash::point("jsonl.synced");
        open.length += bytes.len() as u64;
        open.records += records as u64;
        Ok(())
    }

    /// Ends the open file: one with records is to be finished once that is committed, an empty one
    /// goes.
    fn retire(&mut self, folder: &Folder) -> Result<(), Error> {
        self.part = None;
        let Some(open) = self.state.open.take() else {
            return Ok(());
        };
        if open.length > 0 {
            self.state.closing.push(open.into());
            return Ok(());
        }
        let path = folder.path(&format!("{}{PART}", open.file))?;
        // Never more than was committed, which is nothing.
        if length_of(&path)? == Some(0) {
            folder.remove(&path)?;
        }
        Ok(())
    }

    /// Takes note of what became of a file that was to be finished.
    pub(crate) fn note(
        &mut self,
        folder: &Folder,
        closing: &ClosingFile,
        finished: Finished,
        now: Timestamp,
    ) -> Result<(), Error> {
        match finished {
            Finished::Stopped => {}
            Finished::Done => {
                self.state.forget(closing);
                tracing::info!(
                    sink = %folder.sink,
                    file = closing.target(),
                    records = closing.records,
                    "finished a file"
                );
            }
            Finished::Gone => {
                self.state.forget(closing);
                tracing::warn!(
                    sink = %folder.sink,
                    file = closing.target(),
                    records = closing.records,
                    "a file is gone before its finishing was committed: taken by a fast reader, or removed"
                );
            }
            Finished::Taken => {
                tracing::warn!(
                    sink = %folder.sink,
                    file = closing.target(),
                    "somebody else made a file of this name meanwhile; it is left alone and a later number is taken"
                );
                let (file, sequence) = folder.free_name(self.state.sequence, now)?;
                self.state.sequence = sequence;
                for other in &mut self.state.closing {
                    if other.file == closing.file {
                        other.instead = Some(file.clone());
                    }
                }
            }
        }
        Ok(())
    }

    /// Ends the open file and finishes whatever is to be finished, as far as that goes; the rest is
    /// left for the next start.
    pub(crate) fn wind_up(
        &mut self,
        folder: &Folder,
        codec: Option<Codec>,
        now: Timestamp,
        stop: &AtomicBool,
    ) -> Result<(), Error> {
        self.retire(folder)?;
        for closing in self.state.closing.clone() {
            let noted = finish(folder, &closing, codec, stop)
                .and_then(|finished| self.note(folder, &closing, finished, now));
            if let Err(error) = noted {
                tracing::error!(
                    sink = %folder.sink,
                    file = closing.target(),
                    %error,
                    "this file is left unfinished until the next start"
                );
            }
        }
        Ok(())
    }
}

impl Part {
    /// Creates the file whose name is committed.
    fn create(folder: &Folder, file: &str) -> Result<Part, Error> {
        let path = folder.path_for_new(&format!("{file}{PART}"))?;
        File::create_new(&path).map_err(Error::io("create", &path))?;
        folder.sync_entry(&path)?;
        crash::point("jsonl.opened");
        Part::open(path)
    }

    /// Opens a file for writing at its end.
    fn open(path: PathBuf) -> Result<Part, Error> {
        let file = File::options()
            .append(true)
            .open(&path)
            .map_err(Error::io("open", &path))?;
        let metadata = file.metadata().map_err(Error::io("look at", &path))?;
        Ok(Part {
            file,
            identity: identity(&metadata),
            path,
        })
    }

    /// Makes sure that what is about to be written goes to the file at its path, and right behind
    /// what was committed.
    fn check_untouched(&self, length: u64) -> Result<(), Error> {
        let metadata = fs::symlink_metadata(&self.path).map_err(Error::io("find", &self.path))?;
        if identity(&metadata) == self.identity && metadata.len() == length {
            return Ok(());
        }
        Err(Error::Changed {
            path: self.path.clone(),
        })
    }
}

fn identity(metadata: &Metadata) -> (u64, u64) {
    (metadata.dev(), metadata.ino())
}

/// The state of a sink that nothing was committed for: its files come after those that are there.
fn first_state(folder: &Folder, log: String) -> Result<State, Error> {
    let found = folder.search()?;
    if let Some(path) = found.unfinished {
        tracing::warn!(
            sink = %folder.sink,
            file = %path.display(),
            "an unfinished file that this state knows nothing of; it is left alone and may hold records that come again"
        );
    }
    Ok(State {
        log,
        sequence: found.highest,
        ..State::default()
    })
}

/// Makes sure that no byte of a closed file was lost.
fn check_closing(folder: &Folder, closing: &ClosingFile) -> Result<(), Error> {
    folder.path(closing.target())?;
    let path = folder.path(&format!("{}{PART}", closing.file))?;
    match length_of(&path)? {
        Some(found) if found < closing.length => Err(Error::Short {
            path,
            found,
            length: closing.length,
            records: closing.records,
        }),
        _ => Ok(()),
    }
}
