//! One file of many articles, a portion at a time. Reads the folder, changes nothing, and runs on threads that may block.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use dateline_pipeline::fault::Fault;
use dateline_pipeline::source::{Fingerprint, ItemKey};

use crate::folder::{Found, Stamp};
use crate::load::{Loaded, open, reading_of};
use crate::queue::{MAX_BYTES, MAX_FILES};
use crate::read::{FileArticle, Next, Part, Parts, Settings, Unread};

/// Parts of one portion: as many as files of one harvest.
pub(crate) const MAX_PARTS: usize = MAX_FILES;

/// Steps of one portion, of which each passes over a quarter of a MiB at most: some seconds of work where nothing comes of them.
const MAX_STEPS: usize = 4096;

/// What was read of a file in one go.
#[derive(Debug, Default)]
pub(crate) struct Portion {
    /// In the order of the file.
    pub(crate) parts: Vec<Part>,
    /// What is to be said of the file, one line each.
    pub(crate) said: Vec<String>,
    /// Bytes that the parts take in memory, roughly.
    pub(crate) bytes: u64,
    /// Whether nothing of the file is left.
    pub(crate) is_last: bool,
    /// Whether anything in the file, so far, could not be read.
    pub(crate) is_marred: bool,
}

impl Portion {
    /// All of a file that is one part, which could not be read.
    pub(crate) fn unread(fault: Fault, bytes: Vec<u8>) -> Portion {
        Portion::whole(vec![Err(Unread::new(fault, bytes))])
    }

    /// All of a file.
    pub(crate) fn whole(articles: Vec<Result<Box<FileArticle>, Unread>>) -> Portion {
        let mut portion = Portion {
            is_last: true,
            ..Portion::default()
        };
        for (number, article) in (0..).zip(articles) {
            portion.add(Part {
                path: String::new(),
                number,
                article,
            });
        }
        portion
    }

    fn add(&mut self, part: Part) {
        self.is_marred |= part.article.is_err();
        self.bytes += size(&part);
        self.parts.push(part);
    }
}

/// Bytes of a part: those of its texts, or those kept of what could not be read.
fn size(part: &Part) -> u64 {
    let size = match &part.article {
        Ok(article) => {
            let texts = [
                &article.item.title,
                &article.item.summary,
                &article.item.content,
            ];
            let texts = texts.into_iter().flatten().map(|text| text.value.len());
            let page = article.page.as_ref().map_or(0, |page| page.bytes.len());
            page + texts.sum::<usize>()
        }
        Err(unread) => unread.bytes.len(),
    };
    size as u64
}

/// A file of which the next portion is to be read.
pub(crate) struct Reading {
    pub(crate) found: Found,
    /// The last part that was handed over: it must be known before the next are.
    pub(crate) mark: Option<(ItemKey, Fingerprint)>,
    path: PathBuf,
    settings: Settings,
    /// Nothing before the first portion.
    open: Option<OpenFile>,
    /// The part that was read last: whether it is the file's last is to be known before it is handed over.
    held: Option<Part>,
    is_marred: bool,
}

struct OpenFile {
    parts: Parts,
    trouble: Arc<OnceLock<io::Error>>,
}

impl Reading {
    pub(crate) fn new(root: &Path, found: Found, settings: Settings) -> Reading {
        Reading {
            path: root.join(&found.path),
            found,
            mark: None,
            settings,
            open: None,
            held: None,
            is_marred: false,
        }
    }

    /// Reads the next portion. After one that is the last, or none, there is no other.
    pub(crate) fn next(&mut self) -> Loaded {
        if self.found.stamp.size > self.settings.limits.archive {
            let reason = format!(
                "the file has {} bytes and {} are allowed; split it, or raise max_archive of this folder",
                self.found.stamp.size, self.settings.limits.archive
            );
            return Loaded::Portion(Portion::unread(
                Fault::poison("too_large", reason),
                Vec::new(),
            ));
        }
        reading_of(self.portion())
    }

    /// The next portion; nothing if the file is not what it was when it was found.
    fn portion(&mut self) -> io::Result<Option<Portion>> {
        let mut file = match self.open.take() {
            Some(file) => file,
            None => match self.opened()? {
                Some(file) => file,
                None => return Ok(None),
            },
        };
        let portion = self.take(&mut file.parts);
        if let Some(error) = file.trouble.get() {
            return Err(copy(error));
        }
        self.open = Some(file);
        let is_same = Stamp::of(&fs::symlink_metadata(&self.path)?) == self.found.stamp;
        Ok(is_same.then_some(portion))
    }

    fn opened(&self) -> io::Result<Option<OpenFile>> {
        let file = open(&self.path)?;
        if Stamp::of(&file.metadata()?) != self.found.stamp {
            return Ok(None);
        }
        let trouble = Arc::new(OnceLock::new());
        let disk = Disk {
            file: file.take(self.found.stamp.size),
            trouble: trouble.clone(),
        };
        Ok(Some(OpenFile {
            parts: Parts::new(disk, self.settings.clone()),
            trouble,
        }))
    }

    fn take(&mut self, parts: &mut Parts) -> Portion {
        let mut portion = Portion::default();
        for _ in 0..MAX_STEPS {
            match parts.next() {
                Some(Next::Part(part)) => {
                    if let Some(before) = self.held.replace(part) {
                        portion.add(before);
                    }
                }
                Some(Next::Said(line)) => portion.said.push(line),
                Some(Next::Worked) => {}
                None => {
                    self.held
                        .take()
                        .into_iter()
                        .for_each(|part| portion.add(part));
                    portion.is_last = true;
                    break;
                }
            }
            if portion.parts.len() >= MAX_PARTS || portion.bytes >= MAX_BYTES {
                break;
            }
        }
        self.is_marred |= portion.is_marred;
        portion.is_marred = self.is_marred;
        portion
    }
}

/// A file that remembers whether it could be read: a decoder over it cannot tell its errors from damage.
struct Disk {
    file: io::Take<File>,
    trouble: Arc<OnceLock<io::Error>>,
}

impl Read for Disk {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer);
        if let Err(error) = &read
            && error.kind() != io::ErrorKind::Interrupted
        {
            self.trouble.get_or_init(|| copy(error));
        }
        read
    }
}

fn copy(error: &io::Error) -> io::Error {
    error
        .raw_os_error()
        .map_or_else(|| error.kind().into(), io::Error::from_raw_os_error)
}
