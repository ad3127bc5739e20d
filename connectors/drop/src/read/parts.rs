//! The articles of a file, one after the other, however large it is.
//!
//! A file is a stream of bytes under layers: packings, archives, and what is in them. What can be large (web archives, tar archives, JSON lines) is
//! read on as it is asked for; any other document is held whole, within its limit.

use std::io::{BufReader, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use dateline_config::{DropFields, DropFolder};
use dateline_pipeline::fault::Fault;

use super::packed::{self, Stream, peek};
use super::{FileArticle, lines, tar, warc, whole};

/// Packings and archives within each other: what is wrapped more often was wrapped to hurt.
const MAX_LAYERS: usize = 4;

/// Bytes from which a stream's format is told: the first line of JSON lines is among them, and no article is longer.
pub(crate) const HEAD: usize = 256 << 10;

/// Bytes kept of what is too large: enough to see what it is.
const KEPT_OF_LARGE: usize = 4096;

/// Bytes kept of anything else that cannot be read: enough to find out why.
const KEPT: usize = 64 << 10;

/// Bytes read from a file at a time.
const BUFFER: usize = 64 << 10;

/// Bytes passed over in one step.
pub(super) const PASSED: u64 = 256 << 10;

/// How much is read of a file.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes of a document that is held whole, unpacked.
    pub file: u64,
    /// Bytes of a file that is read in portions, packed and unpacked.
    pub archive: u64,
}

impl Default for Limits {
    /// Those of a folder that sets none.
    fn default() -> Self {
        Self {
            file: 16 << 20,
            archive: 16 << 30,
        }
    }
}

/// How files are read. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// How much is read of a file.
    pub limits: Limits,
    /// Where the articles of JSON files have their fields, where they are of a form of their own.
    pub fields: Option<Arc<DropFields>>,
}

impl Settings {
    /// Those of a folder.
    pub fn of(folder: &DropFolder) -> Settings {
        Settings {
            limits: Limits {
                file: folder.max_file.0,
                archive: folder.max_archive.0,
            },
            fields: folder.fields.clone().map(Arc::new),
        }
    }

    pub(crate) fn fields(&self) -> Option<&DropFields> {
        self.fields.as_deref()
    }
}

/// What comes next of a file.
#[derive(Debug)]
pub enum Next {
    /// An article, or what could not be read as one.
    Part(Part),
    /// What is to be said of the file, one line.
    Said(String),
    /// Nothing yet, but some milliseconds of work: somebody else may have a turn.
    Worked,
}

/// A part of a file: an article, or what could not be read as one.
#[derive(Debug)]
pub struct Part {
    /// Where it was within the file's archives, `desk/a.txt`; empty in a file that is none.
    pub path: String,
    /// Its number among the parts of the same path, from 0.
    pub number: u64,
    /// The article.
    pub article: Result<Box<FileArticle>, Unread>,
}

/// What could not be read.
#[derive(Debug)]
pub struct Unread {
    /// Why.
    pub fault: Fault,
    /// Its bytes, or the first of them.
    pub bytes: Vec<u8>,
}

impl Unread {
    pub(crate) fn new(fault: Fault, mut bytes: Vec<u8>) -> Unread {
        let kept = if fault.kind == "too_large" {
            KEPT_OF_LARGE
        } else {
            KEPT
        };
        bytes.truncate(kept);
        bytes.shrink_to_fit();
        Unread { fault, bytes }
    }
}

/// What a reader of many articles comes to.
pub(super) enum Step {
    Article(Box<FileArticle>),
    Unread(Unread),
    /// A file within, by its path.
    File(String, Stream),
    Said(String),
    Worked,
    End,
}

/// A reader of many articles, which does little at a time.
pub(super) trait Reader: Send {
    fn step(&mut self) -> Step;

    /// What it is, if it holds no article.
    fn empty(&self) -> &'static str;
}

/// The parts of a file.
pub struct Parts {
    settings: Settings,
    /// Files within files that are being read, the innermost last.
    open: Vec<Open>,
}

/// A file that is being read.
struct Open {
    path: String,
    reader: Box<dyn Reader>,
    /// Layers above its articles.
    layers: usize,
    /// Parts that came of it itself.
    number: u64,
    /// Whether anything came of it or of a file within.
    is_empty: bool,
}

impl Parts {
    /// The parts of a file.
    pub fn new(file: impl Read + Send + 'static, settings: Settings) -> Parts {
        let stream: Stream = Box::new(BufReader::with_capacity(BUFFER, file));
        let file = Open::new(String::new(), stream, &settings, 0);
        Parts {
            settings,
            open: vec![file],
        }
    }

    /// What the innermost file comes to, and what that is to those who asked; nothing where it went into a file within, or out of one.
    fn step(&mut self) -> Option<Next> {
        let file = self.open.last_mut()?;
        // Should a reader itself fail, which it must not, that costs this one file.
        let step = catch_unwind(AssertUnwindSafe(|| file.reader.step()));
        match step.unwrap_or_else(|_| file.give_up()) {
            Step::Article(article) => Some(Next::Part(file.part(Ok(article)))),
            Step::Unread(unread) => Some(Next::Part(file.part(Err(unread)))),
            Step::Said(line) => Some(Next::Said(line)),
            Step::Worked => Some(Next::Worked),
            Step::File(name, stream) => {
                let path = within(&file.path, &name);
                file.is_empty = false;
                let inner = Open::new(path, stream, &self.settings, file.layers);
                self.open.push(inner);
                None
            }
            Step::End => {
                let mut file = self.open.pop()?;
                file.is_empty.then(|| {
                    let fault = Fault::poison("empty", file.reader.empty());
                    Next::Part(file.part(Err(Unread::new(fault, Vec::new()))))
                })
            }
        }
    }
}

impl Iterator for Parts {
    type Item = Next;

    fn next(&mut self) -> Option<Next> {
        while !self.open.is_empty() {
            if let Some(next) = self.step() {
                return Some(next);
            }
        }
        None
    }
}

impl Open {
    fn new(path: String, stream: Stream, settings: &Settings, above: usize) -> Open {
        let mut layers = above;
        let reader = reader(stream, settings, &mut layers)
            .unwrap_or_else(|unread| Box::new(Steps::of(vec![Step::Unread(unread)])));
        Open {
            path,
            reader,
            layers,
            number: 0,
            is_empty: true,
        }
    }

    fn part(&mut self, article: Result<Box<FileArticle>, Unread>) -> Part {
        let number = self.number;
        self.number += 1;
        self.is_empty = false;
        Part {
            path: self.path.clone(),
            number,
            article,
        }
    }

    /// What comes of a file whose reader panicked.
    fn give_up(&mut self) -> Step {
        self.reader = Box::new(Steps::of(Vec::new()));
        Step::Unread(Unread::new(failed(), Vec::new()))
    }
}

/// The fault of a file whose reader panicked.
pub(crate) fn failed() -> Fault {
    let reason = "the reader failed at this file, which is a fault of Dateline's; please report it";
    Fault::poison("reader", reason)
}

/// The path of a file within another.
fn within(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}/{name}")
    }
}

/// The reader of a file, under all of its packings, which are counted.
fn reader(
    mut stream: Stream,
    settings: &Settings,
    layers: &mut usize,
) -> Result<Box<dyn Reader>, Unread> {
    let limits = settings.limits;
    loop {
        let head;
        (head, stream) = peek(stream, HEAD);
        match container(&head) {
            Some(Container::Packed | Container::Tar) if *layers == MAX_LAYERS => {
                let reason =
                    format!("the file is packed more than {MAX_LAYERS} times; pack it once");
                return Err(Unread::new(Fault::poison("packed", reason), head));
            }
            Some(Container::Packed) => {
                *layers += 1;
                stream = packed::unpacked(&head, stream, limits.archive)
                    .map_err(|error| Unread::new(packed::fault(&error), head))?;
            }
            Some(Container::Tar) => {
                *layers += 1;
                return Ok(Box::new(tar::Tar::new(stream)));
            }
            Some(Container::Warc) => return Ok(Box::new(warc::Warc::new(stream, limits.file))),
            Some(Container::Lines) => {
                return Ok(Box::new(lines::Lines::new(stream, settings.clone())));
            }
            None => return document(stream, settings),
        }
    }
}

/// What may hold many articles, and is read in portions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Container {
    Packed,
    Tar,
    Warc,
    Lines,
}

/// What holds many articles, by the first bytes of a file.
pub(crate) fn container(head: &[u8]) -> Option<Container> {
    if packed::is_packed(head) {
        Some(Container::Packed)
    } else if tar::is_tar(head) {
        Some(Container::Tar)
    } else if warc::is_warc(head) {
        Some(Container::Warc)
    } else {
        lines::is_lines(head).then_some(Container::Lines)
    }
}

/// A document that is held whole.
fn document(mut stream: Stream, settings: &Settings) -> Result<Box<dyn Reader>, Unread> {
    let most = settings.limits.file;
    let mut bytes = Vec::new();
    let read = stream.by_ref().take(most + 1).read_to_end(&mut bytes);
    if let Err(error) = read {
        return Err(Unread::new(packed::fault(&error), bytes));
    }
    if bytes.len() as u64 > most {
        return Err(Unread::new(too_large("the file", most), bytes));
    }
    let steps = match whole(&bytes, settings.fields()) {
        Ok(articles) => articles
            .into_iter()
            .map(|article| Step::Article(Box::new(article)))
            .collect(),
        Err(fault) => vec![Step::Unread(Unread::new(fault, bytes))],
    };
    Ok(Box::new(Steps::of(steps)))
}

/// The fault of a document with more bytes than may be held.
pub(crate) fn too_large(what: &str, most: u64) -> Fault {
    let reason = format!(
        "{what} has more than the {most} bytes that are allowed; split it, or raise max_file of this folder"
    );
    Fault::poison("too_large", reason)
}

/// A reader that knows its steps.
struct Steps(std::vec::IntoIter<Step>);

impl Steps {
    fn of(steps: Vec<Step>) -> Steps {
        Steps(steps.into_iter())
    }
}

impl Reader for Steps {
    fn step(&mut self) -> Step {
        self.0.next().unwrap_or(Step::End)
    }

    fn empty(&self) -> &'static str {
        "the file holds no article"
    }
}
