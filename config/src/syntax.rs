//! From text to TOML tables with positions, and TOML's own errors in words that help.
//! Recovers after an error where that is sound, so that what follows is still checked.

use std::collections::BTreeSet;

use toml::de::{DeTable, Error};

use crate::finding::Finding;
use crate::source::SourceFile;
use crate::suggest::{quote, sounds_secret};

/// Largest text parsed again for further errors after the first, in bytes: each byte of rubbish can be an error of its own,
/// of some 200 bytes of memory.
const MAX_RECOVERED_BYTES: usize = 1024 * 1024;

/// TOML's errors that leave the lines around them as they are; after any other one, what follows cannot be trusted.
const HARMLESS: [&str; 4] = [
    "string values must be quoted",
    "invalid boolean",
    "duplicate key",
    "unexpected key or value",
];

/// A parsed text.
pub(crate) struct Document<'t> {
    pub(crate) table: DeTable<'t>,
    pub(crate) faults: Faults,
}

/// TOML's errors in a text.
#[derive(Default)]
pub(crate) struct Faults {
    pub(crate) findings: Vec<Finding>,
    lines: BTreeSet<usize>,
    /// First line after which the recovered table cannot be trusted.
    barrier: Option<usize>,
}

impl Faults {
    /// Whether a finding about the recovered table holds, and does not only follow from an error of TOML.
    pub(crate) fn leave_standing(&self, finding: &Finding) -> bool {
        let Some(line) = finding.line() else {
            return true;
        };
        let trusted = self
            .barrier
            .is_none_or(|barrier| line < barrier && !finding.is_of_absence());
        trusted && !self.lines.contains(&line)
    }
}

/// Parses the text of `source`.
pub(crate) fn parse(source: &SourceFile) -> Document<'_> {
    let text = source.text();
    let first_error = match DeTable::parse(text) {
        Ok(table) => {
            return Document {
                table: table.into_inner(),
                faults: Faults::default(),
            };
        }
        Err(error) => error,
    };
    let (table, errors) = if text.len() <= MAX_RECOVERED_BYTES {
        let (table, errors) = DeTable::parse_recoverable(text);
        (table.into_inner(), errors)
    } else {
        (DeTable::new(), vec![first_error])
    };
    Document {
        table,
        faults: explain(source, errors),
    }
}

/// Turns TOML's errors into findings: one per line, and one per unclosed array, however many errors that entails.
fn explain(source: &SourceFile, mut errors: Vec<Error>) -> Faults {
    let start = |error: &Error| error.span().map_or(0, |span| span.start);
    errors.sort_by_key(start);
    let unclosed_array = errors
        .iter()
        .any(|error| error.message() == "unclosed array, expected `]`");
    let mut faults = Faults::default();
    let mut in_array = false;
    for error in errors {
        let line = source.line_of(start(&error));
        let of_array = unclosed_array && (error.message().contains("array") || in_array);
        let repeated = !faults.lines.insert(line) || (of_array && in_array);
        in_array |= of_array;
        if !HARMLESS
            .iter()
            .any(|harmless| error.message().starts_with(harmless))
        {
            faults.barrier.get_or_insert(line);
        }
        if !repeated {
            faults
                .findings
                .push(finding(source, &error, line, of_array));
        }
    }
    faults
}

fn finding(source: &SourceFile, error: &Error, line: usize, unclosed_array: bool) -> Finding {
    let span = error.span().unwrap_or(0..0);
    let text = source.text().get(span.clone()).unwrap_or_default();
    let hidden = secret_from(source, line).is_some();
    let shown = if hidden {
        "…".to_owned()
    } else {
        quote(text)
    };
    let message = error.message();
    if unclosed_array {
        // TOML notices at the next word; the bracket is missing after the last one.
        let end = source.text()[..span.start].trim_end().len();
        return Finding::error("an array is not closed")
            .label(end..end, "a comma or `]` is missing here")
            .help("end the array with `]`");
    }
    let (words, help) = match message {
        _ if message.starts_with("string values must be quoted") && text.is_empty() => {
            ("a value is missing after `=`".to_owned(), "write a value, or take the line out".to_owned())
        }
        _ if message.starts_with("string values must be quoted") && hidden => (
            "text must stand in quotes".to_owned(),
            "put the value in quotes; a secret is written { env = \"NAME\" } or { file = \"path\" }".to_owned(),
        ),
        _ if matches!(text, "yes" | "on" | "Yes" | "True" | "TRUE") => (format!("`{text}` is no value"), "write true".to_owned()),
        _ if matches!(text, "no" | "off" | "No" | "False" | "FALSE") => (format!("`{text}` is no value"), "write false".to_owned()),
        _ if message.starts_with("string values must be quoted") => {
            ("text must stand in quotes".to_owned(), format!("write \"{shown}\""))
        }
        _ if message.starts_with("duplicate key") => (
            format!("`{shown}` is defined twice"),
            "a key or section may stand once: join the two, or take one out".to_owned(),
        ),
        _ if message.starts_with("key with no value") => {
            ("a line is neither `key = value` nor a section".to_owned(), "write `key = value`; comments start with `#`".to_owned())
        }
        _ if message.starts_with("unexpected key or value") => {
            ("there is something left after the value".to_owned(), "end the line after the value; comments start with `#`".to_owned())
        }
        _ if message.starts_with("invalid boolean") => (format!("`{shown}` is no value"), "write true or false, or text in quotes".to_owned()),
        _ if message.contains("escape") => (
            format!("invalid TOML: {message}"),
            "in double quotes a backslash starts an escape: write the text in single quotes".to_owned(),
        ),
        _ if message.contains("string, expected") => ("a string is not closed".to_owned(), "end it with the quote that it starts with".to_owned()),
        _ if message.starts_with("unclosed array table") => ("a section's name is not closed".to_owned(), "end it with `]]`: `[[feeds]]`".to_owned()),
        _ if message.starts_with("unclosed table") => {
            ("a section's name is not closed".to_owned(), "end it with `]`; a name with blanks needs quotes".to_owned())
        }
        _ => (format!("invalid TOML: {message}"), "see https://toml.io for the notation".to_owned()),
    };
    Finding::error(words).at(span).help(help)
}

/// Ranges of a broken text that may hold secrets, found by the look of their lines since no table tells.
pub(crate) fn secret_ranges(source: &SourceFile) -> Vec<std::ops::Range<usize>> {
    let lines = source.text().lines().count();
    (0..lines)
        .filter_map(|line| secret_from(source, line))
        .collect()
}

/// The part of a line after its first `=`, where the line looks as if it held a secret.
fn secret_from(source: &SourceFile, line: usize) -> Option<std::ops::Range<usize>> {
    let range = source.line_range(line);
    let text = source.text().get(range.clone())?;
    let (key, value) = text.split_once('=')?;
    let reference = value.trim_start().strip_prefix('{').map(str::trim_start);
    let is_reference =
        reference.is_some_and(|inner| inner.starts_with("env") || inner.starts_with("file"));
    let has_login = value.contains("://") && value.contains('@');
    if (sounds_secret(text) && !is_reference) || has_login {
        return Some(range.start + key.len() + 1..range.end);
    }
    None
}
