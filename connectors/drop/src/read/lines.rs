//! JSON lines: an article in JSON a line (<https://jsonlines.org/>), each read by itself.

use std::io::{BufRead, Read};
use std::vec::IntoIter;

use dateline_pipeline::fault::Fault;
use dateline_text::charset::{self, Declared};
use serde_json::Value;

use super::packed::{self, Stream};
use super::parts::{PASSED, Reader, Settings, Step, Unread, too_large};
use super::{FileArticle, json};
use crate::look::{self, Format};

/// The byte order mark that some writers of UTF-8 begin with.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// Whether the bytes begin with a line that is an object of JSON, and another line.
pub(super) fn is_lines(head: &[u8]) -> bool {
    let head = head.strip_prefix(MARK).unwrap_or(head).trim_ascii_start();
    let Some(end) = head.iter().position(|byte| *byte == b'\n') else {
        return false;
    };
    let (first, rest) = head.split_at(end);
    first.starts_with(b"{")
        && !rest.trim_ascii_start().is_empty()
        && std::str::from_utf8(first).is_ok_and(|first| look::format(first) == Some(Format::Json))
        && serde_json::from_slice::<Value>(first).is_ok()
}

/// A file of JSON lines.
pub(super) struct Lines {
    stream: Stream,
    settings: Settings,
    /// What is left of the articles of a line.
    articles: IntoIter<FileArticle>,
    /// Lines read.
    number: u64,
    /// Whether the rest of a line is to be passed over.
    is_within: bool,
}

impl Lines {
    pub(super) fn new(stream: Stream, settings: Settings) -> Lines {
        Lines {
            stream,
            settings,
            articles: IntoIter::default(),
            number: 0,
            is_within: false,
        }
    }

    /// The bytes up to the end of the line, `most` and one at most.
    fn line(&mut self, most: u64) -> std::io::Result<Vec<u8>> {
        let mut line = Vec::new();
        self.stream
            .by_ref()
            .take(most + 1)
            .read_until(b'\n', &mut line)?;
        Ok(line)
    }

    fn pass_over(&mut self) -> std::io::Result<Step> {
        let passed = self.line(PASSED)?;
        self.is_within = !passed.is_empty() && !passed.ends_with(b"\n");
        Ok(Step::Worked)
    }

    fn next(&mut self) -> std::io::Result<Step> {
        if let Some(article) = self.articles.next() {
            return Ok(Step::Article(Box::new(article)));
        }
        if self.is_within {
            return self.pass_over();
        }
        let most = self.settings.limits.file;
        let line = self.line(most)?;
        if line.is_empty() {
            return Ok(Step::End);
        }
        self.number += 1;
        if line.len() as u64 > most && !line.ends_with(b"\n") {
            self.is_within = true;
            let fault = too_large(&format!("line {}", self.number), most);
            return Ok(Step::Unread(Unread::new(fault, line)));
        }
        Ok(self.read(line))
    }

    /// What a line comes to.
    fn read(&mut self, line: Vec<u8>) -> Step {
        let decoded = charset::decode(&line, &Declared::default());
        let text = decoded.text.trim();
        if text.is_empty() {
            return Step::Worked;
        }
        match json::line(text, self.settings.fields()) {
            Ok(mut articles) => {
                if let Some(first) = articles.first_mut() {
                    first.recovered.extend(decoded.notes());
                }
                self.articles = articles.into_iter();
                Step::Worked
            }
            Err(Fault { kind, reason, .. }) => {
                let reason = format!("line {}: {reason}", self.number);
                Step::Unread(Unread::new(Fault::poison(kind, reason), line))
            }
        }
    }
}

impl Reader for Lines {
    fn step(&mut self) -> Step {
        self.next().unwrap_or_else(|error| {
            // What is behind a damaged place may begin within a line, and does in no known way.
            self.stream = Box::new(std::io::empty());
            Step::Unread(Unread::new(packed::fault(&error), Vec::new()))
        })
    }

    fn empty(&self) -> &'static str {
        "the file holds no line of JSON"
    }
}
