//! JSON lines: an article in JSON a line (<https://jsonlines.org/>), each read by itself.

use std::io::{BufRead, Read};

use dateline_pipeline::fault::Fault;
use dateline_text::charset::{self, Declared};
use serde_json::Value;

use super::packed::{self, Stream};
use super::parts::{PASSED, Reader, Step, Unread, too_large};
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
    /// Bytes of a line at most.
    most: u64,
    /// Lines read.
    number: u64,
    /// Whether the rest of a line is to be passed over.
    is_within: bool,
}

impl Lines {
    pub(super) fn new(stream: Stream, most: u64) -> Lines {
        Lines {
            stream,
            most,
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
        if self.is_within {
            return self.pass_over();
        }
        let line = self.line(self.most)?;
        if line.is_empty() {
            return Ok(Step::End);
        }
        self.number += 1;
        if line.len() as u64 > self.most && !line.ends_with(b"\n") {
            self.is_within = true;
            let fault = too_large(&format!("line {}", self.number), self.most);
            return Ok(Step::Unread(Unread::new(fault, line)));
        }
        let decoded = charset::decode(&line, &Declared::default());
        let text = decoded.text.trim();
        if text.is_empty() {
            return Ok(Step::Worked);
        }
        Ok(match json::line(text) {
            Ok(item) => Step::Article(Box::new(FileArticle {
                recovered: decoded.notes(),
                ..item.into()
            })),
            Err(Fault { kind, reason, .. }) => {
                let reason = format!("line {}: {reason}", self.number);
                Step::Unread(Unread::new(Fault::poison(kind, reason), line))
            }
        })
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
