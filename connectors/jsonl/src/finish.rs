//! The last steps of a file: from `NAME.part` to its final name, compressed or not.
//!
//! Each step can be interrupted at any instant and all of it done again. Only one thing ends the
//! life of a `.part` file: a final file that verifiably holds the same.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use dateline_pipeline::crash;

use crate::codec::Codec;
use crate::error::Error;
use crate::folder::{Folder, PART, exists, length_of};
use crate::state::ClosingFile;

/// What became of a file that was to be finished.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Finished {
    /// It is under its final name.
    Done,
    /// It is nowhere: a reader took it away at once, or somebody removed it.
    Gone,
    /// Its final name is taken by a file of somebody else.
    Taken,
    /// It was told to stop; nothing is lost by that.
    Stopped,
}

/// Brings `closing` under its final name; `stop` ends a compression early.
pub(crate) fn finish(
    folder: &Folder,
    closing: &ClosingFile,
    codec: Option<Codec>,
    stop: &AtomicBool,
) -> Result<Finished, Error> {
    let part = folder.path(&format!("{}{PART}", closing.file))?;
    let Some(found) = length_of(&part)? else {
        let finished = finished_elsewhere(folder, closing)?;
        return Ok(if finished {
            Finished::Done
        } else {
            Finished::Gone
        });
    };
    if found < closing.length {
        return Err(Error::Short {
            path: part,
            found,
            length: closing.length,
            records: closing.records,
        });
    }
    if found > closing.length {
        cut(&part, closing.length)?;
    }
    remove_leftovers(folder, closing.target())?;
    if drop_part_of_finished(folder, closing.target(), &part, closing.length)? {
        return Ok(Finished::Done);
    }
    match codec {
        None => {
            let target = folder.path_for_new(closing.target())?;
            if !folder.rename(&part, &target)? {
                return Ok(Finished::Taken);
            }
            crash::point("jsonl.renamed");
            Ok(Finished::Done)
        }
        Some(codec) => compress(folder, closing, codec, &part, stop),
    }
}

/// Removes the `.part` file whose first `length` bytes are in a compressed file under the final
/// name `target`; tells whether there is such a file.
pub(crate) fn drop_part_of_finished(
    folder: &Folder,
    target: &str,
    part: &Path,
    length: u64,
) -> Result<bool, Error> {
    for codec in Codec::ALL {
        let compressed = folder.path(&format!("{target}{}", codec.ending()))?;
        if exists(&compressed)? && holds(codec, &compressed, length, Some(part))? {
            folder.remove(part)?;
            crash::point("jsonl.removed");
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether a final file called `target` holds `length` bytes, compressed or not.
pub(crate) fn is_finished(folder: &Folder, target: &str, length: u64) -> Result<bool, Error> {
    match length_of(&folder.path(target)?) {
        Ok(Some(found)) if found == length => return Ok(true),
        // Something else than a file is not ours.
        Ok(_) | Err(Error::Changed { .. }) => {}
        Err(error) => return Err(error),
    }
    for codec in Codec::ALL {
        let compressed = folder.path(&format!("{target}{}", codec.ending()))?;
        if exists(&compressed)? && holds(codec, &compressed, length, None)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether there is a final file of `closing`. Its contents are its reader's by now.
fn finished_elsewhere(folder: &Folder, closing: &ClosingFile) -> Result<bool, Error> {
    let endings = Codec::ALL.map(Codec::ending);
    for ending in [""].into_iter().chain(endings) {
        if exists(&folder.path(&format!("{}{ending}", closing.target()))?)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Removes what a compression that was cut off has left, also one that is not configured any more.
fn remove_leftovers(folder: &Folder, target: &str) -> Result<(), Error> {
    for codec in Codec::ALL {
        folder.remove(&folder.path(&format!("{target}{}", codec.unfinished_ending()))?)?;
    }
    Ok(())
}

/// Writes the compressed file beside the `.part` file, renames it, and removes the `.part` file.
fn compress(
    folder: &Folder,
    closing: &ClosingFile,
    codec: Codec,
    part: &Path,
    stop: &AtomicBool,
) -> Result<Finished, Error> {
    let target = folder.path_for_new(&format!("{}{}", closing.target(), codec.ending()))?;
    if exists(&target)? {
        return Ok(Finished::Taken);
    }
    crash::point("jsonl.before_compress");
    let unfinished = folder.path(&format!(
        "{}{}",
        closing.target(),
        codec.unfinished_ending()
    ))?;
    match write_compressed(folder, codec, part, &unfinished, closing, stop) {
        Ok(()) => {}
        Err(error) => {
            // What was written so far only takes space, which may be what is wanting.
            folder.remove(&unfinished)?;
            if stop.load(Ordering::Relaxed) {
                return Ok(Finished::Stopped);
            }
            return Err(error);
        }
    }
    crash::point("jsonl.compressed");
    if !folder.rename(&unfinished, &target)? {
        folder.remove(&unfinished)?;
        return Ok(Finished::Taken);
    }
    crash::point("jsonl.renamed");
    folder.remove(part)?;
    crash::point("jsonl.removed");
    Ok(Finished::Done)
}

fn write_compressed(
    folder: &Folder,
    codec: Codec,
    part: &Path,
    unfinished: &Path,
    closing: &ClosingFile,
    stop: &AtomicBool,
) -> Result<(), Error> {
    let plain = File::open(part).map_err(Error::io("open", part))?;
    let plain = Stoppable {
        plain: BufReader::new(plain),
        stop,
    };
    let out = File::create_new(unfinished).map_err(Error::io("create", unfinished))?;
    let read = codec
        .compress(plain, &out)
        .map_err(Error::io("compress into", unfinished))?;
    if read != closing.length {
        return Err(Error::Changed {
            path: part.to_owned(),
        });
    }
    if folder.sync {
        out.sync_all().map_err(Error::io("sync", unfinished))?;
    }
    Ok(())
}

/// Cuts off what follows the first `length` bytes of a file.
pub(crate) fn cut(path: &Path, length: u64) -> Result<File, Error> {
    let file = File::options()
        .write(true)
        .open(path)
        .map_err(Error::io("open", path))?;
    file.set_len(length).map_err(Error::io("cut", path))?;
    file.sync_all().map_err(Error::io("sync", path))?;
    Ok(file)
}

/// Whether `compressed` holds exactly `length` bytes, and the same ones as `plain` begins with.
fn holds(
    codec: Codec,
    compressed: &Path,
    length: u64,
    plain: Option<&Path>,
) -> Result<bool, Error> {
    let unreadable = |path: &Path| Error::io("read", PathBuf::from(path));
    let file = File::open(compressed).map_err(unreadable(compressed))?;
    let plain = match plain {
        Some(path) => Some(BufReader::new(File::open(path).map_err(unreadable(path))?)),
        None => None,
    };
    // One byte more than wanted tells a longer file, and bounds what a hostile one unpacks to.
    let unpacked = codec
        .decompress(file)
        .map(|unpacked| unpacked.take(length.saturating_add(1)));
    match unpacked.and_then(|unpacked| same(unpacked, plain, length)) {
        Ok(same) => Ok(same),
        // Not of our making: what the sink compresses is complete before it gets this name.
        Err(error) if is_garbage(&error) => Ok(false),
        Err(error) => Err(unreadable(compressed)(error)),
    }
}

fn is_garbage(error: &io::Error) -> bool {
    use io::ErrorKind::{InvalidData, InvalidInput, Other, UnexpectedEof};
    matches!(
        error.kind(),
        InvalidData | InvalidInput | Other | UnexpectedEof
    )
}

/// Whether `unpacked` ends after `length` bytes and, where `plain` is given, begins alike.
fn same(
    mut unpacked: impl Read,
    mut plain: Option<BufReader<File>>,
    length: u64,
) -> io::Result<bool> {
    let mut ours = vec![0; 64 << 10];
    let mut theirs = vec![0; ours.len()];
    let mut total: u64 = 0;
    loop {
        let read = match unpacked.read(&mut ours) {
            Ok(0) => return Ok(total == length),
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        total += read as u64;
        if total > length {
            return Ok(false);
        }
        if let Some(plain) = &mut plain {
            plain.read_exact(&mut theirs[..read])?;
            if ours[..read] != theirs[..read] {
                return Ok(false);
            }
        }
    }
}

/// A reader that fails once it is told to stop.
struct Stoppable<'s, R> {
    plain: R,
    stop: &'s AtomicBool,
}

impl<R: Read> Read for Stoppable<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.stop.load(Ordering::Relaxed) {
            return Err(io::Error::other("told to stop"));
        }
        self.plain.read(buffer)
    }
}
