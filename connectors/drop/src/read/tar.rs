//! Tar archives (POSIX ustar and pax, GNU): every regular file in one is read as if it lay in the folder. Nothing is written to the disk.
//!
//! Heads are read by the crate `tar`; the bytes behind them are read here, so that an archive can be put aside between two files.

use std::ffi::OsStr;
use std::io::{self, BufReader, Read};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard};

use ::tar::{Archive, EntryType, Header};
use dateline_pipeline::fault::Fault;

use super::packed::{self, Stream};
use super::parts::{PASSED, Reader, Step, Unread};
use crate::folder::{is_hidden, shown};

/// Bytes of the heads of one file, with its long name and attributes; the crate holds them in memory.
const MAX_HEADS: u64 = 1 << 20;

/// Files of one archive: with less than 16 KiB each they are no more than an archive may hold by its bytes.
const MAX_FILES: u64 = 1_000_000;

/// Bytes that everything in an archive is padded to.
const BLOCK: usize = 512;

/// Whether the bytes begin with the head of a file in an archive: its checksum says so.
pub(super) fn is_tar(head: &[u8]) -> bool {
    let Some(head) = head.get(..BLOCK) else {
        return false;
    };
    let header = Header::from_byte_slice(head);
    let mut blanked = header.clone();
    blanked.set_cksum();
    let (stated, right) = (header.cksum(), blanked.cksum());
    // A head without a name is no file's, and neither are 512 zeros.
    head.first() != Some(&0) && stated.is_ok_and(|stated| right.is_ok_and(|right| stated == right))
}

/// An archive.
pub(super) struct Tar {
    bytes: Shared,
    /// Files met.
    files: u64,
    /// Whether the last head was damaged, and the next one is looked for.
    is_lost: bool,
    left_out: LeftOut,
    is_at_end: bool,
}

/// What was left out, by number.
#[derive(Default)]
struct LeftOut {
    hidden: u64,
    others: u64,
}

/// The bytes of an archive, for the archive and the file in it that is being read.
#[derive(Clone)]
struct Shared(Arc<Mutex<Bytes>>);

struct Bytes {
    stream: Stream,
    /// Bytes left of the file.
    file: u64,
    /// Bytes behind the file up to the next head.
    padding: u64,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Bytes> {
        self.0
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

/// The bytes of one file.
struct File(Shared);

impl Read for File {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes = &mut *self.0.lock();
        let read = (&mut bytes.stream).take(bytes.file).read(buffer)?;
        if read == 0 && bytes.file > 0 && !buffer.is_empty() {
            // Said once.
            (bytes.file, bytes.padding) = (0, 0);
            return Err(io::Error::other(cut_off()));
        }
        bytes.file -= read as u64;
        Ok(read)
    }
}

fn cut_off() -> Fault {
    Fault::poison("damaged", "the archive ends within the file; send it again")
}

/// What a head says.
struct Entry {
    path: String,
    is_hidden: bool,
    kind: EntryType,
    is_sparse: bool,
    /// Bytes that it takes in the archive.
    size: u64,
}

impl Tar {
    pub(super) fn new(stream: Stream) -> Tar {
        Tar {
            bytes: Shared(Arc::new(Mutex::new(Bytes {
                stream,
                file: 0,
                padding: 0,
            }))),
            files: 0,
            is_lost: false,
            left_out: LeftOut::default(),
            is_at_end: false,
        }
    }

    /// Passes over what is left of a file, as much as one step may.
    fn pass_over(&mut self) -> io::Result<()> {
        let bytes = &mut *self.bytes.lock();
        let left = bytes.file + bytes.padding;
        let wanted = left.min(PASSED);
        let passed = io::copy(&mut (&mut bytes.stream).take(wanted), &mut io::sink())?;
        if passed < wanted && bytes.file > passed {
            return Err(io::Error::other(cut_off()));
        }
        // An archive may end within its padding.
        let left = if passed < wanted { 0 } else { left - passed };
        bytes.padding = bytes.padding.min(left);
        bytes.file = left - bytes.padding;
        Ok(())
    }

    /// Reads the next head; nothing at the end of the archive.
    fn entry(&mut self) -> io::Result<Option<Entry>> {
        let bytes = &mut *self.bytes.lock();
        let entry = entry(&mut bytes.stream)?;
        if let Some(entry) = &entry {
            bytes.file = entry.size;
            bytes.padding = entry.size.wrapping_neg() % BLOCK as u64;
        }
        Ok(entry)
    }

    fn next(&mut self) -> io::Result<Step> {
        let left = {
            let bytes = self.bytes.lock();
            bytes.file.checked_add(bytes.padding)
        };
        match left {
            Some(0) => {}
            Some(_) => return self.pass_over().map(|()| Step::Worked),
            None => return Err(io::Error::other(cut_off())),
        }
        let Some(entry) = self.entry()? else {
            self.is_at_end = true;
            return Ok(Step::Worked);
        };
        self.is_lost = false;
        self.files += 1;
        if self.files > MAX_FILES {
            self.is_at_end = true;
            let reason = format!("the archive holds more than {MAX_FILES} files; split it");
            let fault = Fault::poison("too_large", reason);
            return Ok(Step::Unread(Unread::new(fault, Vec::new())));
        }
        Ok(self.of_entry(entry))
    }

    fn of_entry(&mut self, entry: Entry) -> Step {
        let is_file = matches!(
            entry.kind,
            EntryType::Regular | EntryType::Continuous | EntryType::GNUSparse
        );
        if !is_file {
            let is_other = !entry.kind.is_dir() && !entry.kind.is_pax_global_extensions();
            self.left_out.others += u64::from(is_other);
            return Step::Worked;
        }
        if entry.is_hidden {
            self.left_out.hidden += 1;
            return Step::Worked;
        }
        if entry.is_sparse {
            let reason = format!(
                "`{}` is stored with holes (sparse); archive it without",
                entry.path
            );
            return Step::Unread(Unread::new(Fault::poison("format", reason), Vec::new()));
        }
        Step::File(
            entry.path,
            Box::new(BufReader::new(File(self.bytes.clone()))),
        )
    }

    /// What is said at the end, and then the end.
    fn end(&mut self) -> Step {
        let LeftOut { hidden, others } = std::mem::take(&mut self.left_out);
        if hidden + others == 0 {
            return Step::End;
        }
        Step::Said(format!(
            "{hidden} hidden files and {others} links and devices of the archive were left out"
        ))
    }
}

/// Reads the head of a file, with what describes it before it.
fn entry(stream: &mut Stream) -> io::Result<Option<Entry>> {
    let mut archive = Archive::new(stream.take(MAX_HEADS));
    let Some(entry) = archive.entries()?.next() else {
        return Ok(None);
    };
    let mut entry = entry?;
    let kind = entry.header().entry_type();
    let size = if kind.is_gnu_sparse() {
        entry.header().entry_size()?
    } else {
        entry.size()
    };
    let is_sparse = kind.is_gnu_sparse() || has_map(&mut entry)?;
    let path = entry.path_bytes();
    let path = Path::new(OsStr::from_bytes(&path));
    let name = shown(path);
    Ok(Some(Entry {
        path: name
            .trim_start_matches("./")
            .trim_start_matches('/')
            .to_owned(),
        is_hidden: path.file_name().is_none_or(is_hidden),
        kind,
        is_sparse,
        size,
    }))
}

/// Whether a file's attributes say that it is stored with holes, as newer GNU tars do.
fn has_map(entry: &mut ::tar::Entry<'_, impl Read>) -> io::Result<bool> {
    let Some(attributes) = entry.pax_extensions()? else {
        return Ok(false);
    };
    let mut names = attributes.filter_map(|attribute| attribute.ok()?.key().ok());
    Ok(names.any(|name| name.starts_with("GNU.sparse.")))
}

impl Reader for Tar {
    fn step(&mut self) -> Step {
        if self.is_at_end {
            return self.end();
        }
        match self.next() {
            Ok(step) => step,
            Err(error) if packed::is_ours(&error) => {
                self.is_at_end = true;
                Step::Unread(Unread::new(packed::fault(&error), Vec::new()))
            }
            // The head is damaged: the next one that is not is some blocks further on.
            Err(_) if self.is_lost => Step::Worked,
            Err(error) => {
                self.is_lost = true;
                let reason = format!(
                    "the archive is damaged behind {} files: {error}",
                    self.files
                );
                Step::Unread(Unread::new(Fault::poison("damaged", reason), Vec::new()))
            }
        }
    }

    fn empty(&self) -> &'static str {
        "the archive holds no file that could be an article"
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::io::{Cursor, Write};

    use ::tar::Builder;
    use proptest::collection::vec;
    use proptest::prelude::{any, prop_assert, proptest};

    use super::super::parts::{Limits, Next, Part, Parts, Settings};
    use super::*;

    const STORY: &str = "Gulls return\n\nThe gulls came back to the harbour on Monday, a week later than in other years.\n";

    fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut builder = Builder::new(Vec::new());
        for (path, bytes) in files {
            let mut header = Header::new_gnu();
            header.set_size(bytes.len() as u64);
            header.set_mode(0o644);
            builder.append_data(&mut header, path, *bytes).unwrap();
        }
        builder.into_inner().unwrap()
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        gzip.write_all(bytes).unwrap();
        gzip.finish().unwrap()
    }

    fn parts(bytes: Vec<u8>) -> Vec<Part> {
        let settings = Settings {
            limits: Limits {
                file: 64 << 10,
                archive: 8 << 20,
            },
            ..Settings::default()
        };
        let parts = Parts::new(Cursor::new(bytes), settings);
        parts
            .filter_map(|next| match next {
                Next::Part(part) => Some(part),
                Next::Said(_) | Next::Worked => None,
            })
            .collect()
    }

    /// Path, number, and what was wrong with each part.
    fn shown(parts: &[Part]) -> Vec<(&str, u64, &'static str)> {
        let kind = |part: &Part| {
            part.article
                .as_ref()
                .err()
                .map_or("read", |unread| unread.fault.kind)
        };
        parts
            .iter()
            .map(|part| (part.path.as_str(), part.number, kind(part)))
            .collect()
    }

    #[test]
    fn every_file_is_read_as_if_it_lay_in_the_folder() {
        let feed = b"<rss version='2.0'><channel><item><title>One</title></item><item><title>Two</title></item></channel></rss>";
        let long = format!("{}/a.txt", "desk".repeat(40));
        let archive = tar(&[
            ("./desk/a.txt", STORY.as_bytes()),
            (&long, STORY.as_bytes()),
            ("feed.xml", feed),
            ("picture.png", b"\x89PNG\r\n\x1a\n"),
            ("._a.txt", b"\0\x05\x16\x07"),
            ("b.txt.gz", &gzip(STORY.as_bytes())),
        ]);
        let expected = [
            ("desk/a.txt", 0, "read"),
            (long.as_str(), 0, "read"),
            ("feed.xml", 0, "read"),
            ("feed.xml", 1, "read"),
            ("picture.png", 0, "binary"),
            ("b.txt.gz", 0, "read"),
        ];
        assert_eq!(shown(&parts(archive.clone())), expected);
        assert_eq!(shown(&parts(gzip(&archive))), expected);
        assert_eq!(
            shown(&parts(zstd::bulk::compress(&archive, 3).unwrap())),
            expected
        );
    }

    #[test]
    fn archives_in_archives_have_an_end() {
        let mut archive = tar(&[("a.txt", STORY.as_bytes())]);
        for _ in 0..3 {
            archive = tar(&[("a.tar", &archive)]);
        }
        assert_eq!(
            shown(&parts(archive.clone())),
            [("a.tar/a.tar/a.tar/a.txt", 0, "read")]
        );
        assert_eq!(shown(&parts(gzip(&archive)))[0].2, "packed");
    }

    #[test]
    fn a_bomb_in_an_archive_costs_itself() {
        let bomb = gzip(&vec![b'a'; 32 << 20]);
        let archive = tar(&[("bomb.gz", &bomb), ("a.txt", STORY.as_bytes())]);
        let expected = [("bomb.gz", 0, "too_large"), ("a.txt", 0, "read")];
        assert_eq!(shown(&parts(archive)), expected);
        let zeros = vec![0; 60 << 10];
        let many = tar(&vec![("zeros", zeros.as_slice()); 200]);
        assert_eq!(shown(&parts(gzip(&many))).last().unwrap().2, "too_large");
    }

    #[test]
    fn damage_costs_what_is_damaged() {
        let mut archive = tar(&[
            ("a.txt", STORY.as_bytes()),
            ("b.txt", STORY.as_bytes()),
            ("c.txt", STORY.as_bytes()),
        ]);
        archive[1024..1100].fill(b'x');
        assert_eq!(
            shown(&parts(archive.clone())),
            [
                ("a.txt", 0, "read"),
                ("", 0, "damaged"),
                ("c.txt", 0, "read")
            ]
        );
        let cut = tar(&[("a.txt", STORY.as_bytes()), ("b.txt", &[b'b'; 9000])]);
        assert_eq!(
            shown(&parts(cut[..4000].to_vec())),
            [("a.txt", 0, "read"), ("b.txt", 0, "damaged")]
        );
    }

    #[test]
    fn links_lead_nowhere_and_an_archive_without_files_says_so() {
        let mut builder = Builder::new(Vec::new());
        let mut header = Header::new_gnu();
        header.set_entry_type(EntryType::Symlink);
        header.set_size(0);
        builder
            .append_link(&mut header, "a.txt", "/etc/passwd")
            .unwrap();
        assert_eq!(
            shown(&parts(builder.into_inner().unwrap())),
            [("", 0, "empty")]
        );
    }

    proptest! {
        #[test]
        fn any_damage_is_read_or_named(at in 0_usize..3000, bytes in vec(any::<u8>(), 0..40)) {
            let mut archive = tar(&[("a.txt", STORY.as_bytes()), ("b.txt", STORY.as_bytes())]);
            let end = (at + bytes.len()).min(archive.len());
            archive.splice(at.min(end)..end, bytes);
            prop_assert!(!parts(archive).is_empty());
        }
    }
}
