//! A configuration file's text with fast line and column look-up, as miette wants to see it.
//! Reads files within limits; knows nothing of TOML.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::ops::Range;
use std::path::Path;

use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

use crate::finding::Finding;

/// Largest configuration file read, in bytes: room for 100,000 feeds of 160 bytes, and small enough to hold and parse at once.
const MAX_FILE_BYTES: u64 = 16 * 1024 * 1024;

/// Longest stretch of one line shown around a label, in bytes: a file written on one line must not flood the terminal.
const MAX_LINE_CONTEXT: usize = 80;

/// The text of one file and where its lines start.
#[derive(Debug)]
pub(crate) struct SourceFile {
    name: String,
    text: String,
    line_starts: Vec<usize>,
}

impl SourceFile {
    /// Wraps `text`; a byte order mark at its head is dropped, so that columns count what an editor shows.
    pub(crate) fn new(name: String, text: &str) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text).to_owned();
        let mut line_starts = vec![0];
        line_starts.extend(text.match_indices('\n').map(|(at, _)| at + 1));
        Self {
            name,
            text,
            line_starts,
        }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Zero-based line that holds the byte `offset`.
    pub(crate) fn line_of(&self, offset: usize) -> usize {
        self.line_starts
            .partition_point(|start| *start <= offset)
            .saturating_sub(1)
    }

    /// Zero-based column of the byte `offset`, in characters.
    pub(crate) fn column_of(&self, offset: usize) -> usize {
        let offset = self.text.floor_char_boundary(offset);
        self.text[self.line_starts[self.line_of(offset)]..offset]
            .chars()
            .count()
    }

    /// Byte range of a zero-based line, without its line break.
    pub(crate) fn line_range(&self, line: usize) -> Range<usize> {
        let start = self
            .line_starts
            .get(line)
            .copied()
            .unwrap_or(self.text.len());
        let end = self
            .line_starts
            .get(line + 1)
            .map_or(self.text.len(), |next| next - 1);
        let end = if self.text[start..end].ends_with('\r') {
            end - 1
        } else {
            end
        };
        start..end
    }

    /// The same file with `ranges` blotted out, byte for byte, so that spans stay valid.
    pub(crate) fn masked(&self, ranges: &[Range<usize>]) -> Self {
        let mut bytes = self.text.clone().into_bytes();
        for range in ranges {
            let start = self.text.floor_char_boundary(range.start);
            let end = self.text.floor_char_boundary(range.end);
            for byte in bytes.get_mut(start..end).unwrap_or_default() {
                if !matches!(*byte, b'\n' | b'\r') {
                    *byte = b'*';
                }
            }
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Self {
            name: self.name.clone(),
            text,
            line_starts: self.line_starts.clone(),
        }
    }
}

impl SourceCode for SourceFile {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        lines_before: usize,
        lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let start = self.text.floor_char_boundary(span.offset());
        let end = self
            .text
            .floor_char_boundary(span.offset().saturating_add(span.len()));
        let first_line = self.line_of(start).saturating_sub(lines_before);
        let last_line = (self.line_of(end) + lines_after).min(self.line_starts.len() - 1);
        let line_start = if lines_before == 0 {
            start
        } else {
            self.line_starts[first_line]
        };
        let from = self
            .text
            .floor_char_boundary(line_start.max(start.saturating_sub(MAX_LINE_CONTEXT)));
        let to = self
            .text
            .floor_char_boundary(self.line_range(last_line).end.min(end + MAX_LINE_CONTEXT));
        // Where the window cuts a line short, the first line shown is the one that it begins in.
        let line = self.line_of(from);
        let column = if lines_before == 0 {
            self.column_of(start)
        } else {
            0
        };
        Ok(Box::new(MietteSpanContents::new_named(
            self.name.clone(),
            &self.text.as_bytes()[from..to.max(from)],
            (from, to.max(from) - from).into(),
            line,
            column,
            self.line_of(to) + 1 - line,
        )))
    }
}

/// Reads a configuration file: bounded, UTF-8, with a finding that says what to do when that fails.
/// `if_missing` is the advice where there is no such file.
pub(crate) fn read(path: &Path, if_missing: &str) -> Result<SourceFile, Finding> {
    let name = path.display().to_string();
    let refuse =
        |why: &str, help: &str| Finding::error(format!("cannot read `{name}`: {why}")).help(help);
    let io_error = |error: std::io::Error| match error.kind() {
        ErrorKind::NotFound => refuse("no such file", if_missing),
        ErrorKind::PermissionDenied => refuse(
            "permission denied",
            "give the user that runs dateline the right to read it",
        ),
        _ => refuse(&error.to_string(), "check the path and the disk it is on"),
    };
    let file = File::open(path).map_err(io_error)?;
    if file.metadata().map_err(io_error)?.is_dir() {
        return Err(refuse(
            "it is a folder, not a file",
            "name the TOML file itself, for example `dateline.toml` in that folder",
        ));
    }
    let mut bytes = Vec::new();
    file.take(MAX_FILE_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(io_error)?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(too_large(&name));
    }
    decode_utf8(name, &bytes)
}

/// Takes `text` for the content of the file `name`, within the limits of files.
pub(crate) fn of_text(name: String, text: &str) -> Result<SourceFile, Finding> {
    if text.len() as u64 > MAX_FILE_BYTES {
        return Err(too_large(&name));
    }
    Ok(SourceFile::new(name, text))
}

fn too_large(name: &str) -> Finding {
    Finding::error(format!("cannot read `{name}`: it is larger than 16 MiB")).help(
        "split the feeds over several files, for example in `feeds.d`, and include them: `include = [\"feeds.d/*.toml\"]`",
    )
}

fn decode_utf8(name: String, bytes: &[u8]) -> Result<SourceFile, Finding> {
    let error = match std::str::from_utf8(bytes) {
        Ok(text) => return Ok(SourceFile::new(name, text)),
        Err(error) => error,
    };
    let help = if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        "the file is UTF-16: save it as UTF-8"
    } else {
        "save the file as UTF-8"
    };
    let source = SourceFile::new(String::new(), &String::from_utf8_lossy(bytes));
    // Dropping a byte order mark (three bytes) shifted what follows it.
    let dropped = if bytes.starts_with(b"\xef\xbb\xbf") {
        3
    } else {
        0
    };
    let at = error.valid_up_to().saturating_sub(dropped);
    let source = SourceFile { name, ..source };
    Err(Finding::error("the file is not UTF-8 text")
        .label(
            at..at + "\u{fffd}".len(),
            "this byte is no part of a UTF-8 character",
        )
        .help(help)
        .in_source(source.into()))
}
