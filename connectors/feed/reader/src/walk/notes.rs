//! What was found wrong with a document, and the lines that say so.

use crate::xml::{Strays, Tokens};

/// A fault that may come again and again: how often, and where first.
#[derive(Debug, Default)]
pub(super) struct Seen {
    count: usize,
    first: usize,
}

impl Seen {
    pub(super) fn note(&mut self, position: usize) {
        if self.count == 0 {
            self.first = position;
        }
        self.count += 1;
    }
}

/// Faults of a document.
#[derive(Debug, Default)]
pub(super) struct Faults {
    pub(super) unmatched_ends: Seen,
    pub(super) unclosed_elements: Seen,
    pub(super) too_deep: usize,
    /// The element within which the document ends.
    pub(super) ends_within: Option<String>,
    pub(super) cut_text: bool,
    pub(super) too_many_entries: usize,
    pub(super) too_long: usize,
}

impl Faults {
    /// One line for each kind of fault.
    pub(super) fn notes(&self, text: &str, tokens: &Tokens<'_>, strays: &Strays) -> Vec<String> {
        let mut notes = Vec::new();
        for (seen, what) in [
            (
                &self.unmatched_ends,
                "end tags close nothing that is open and were passed over",
            ),
            (
                &self.unclosed_elements,
                "elements were never closed and end where the next shows it",
            ),
        ] {
            if seen.count > 0 {
                notes.push(format!(
                    "line {}: {} {what}",
                    line_of(text, seen.first),
                    seen.count
                ));
            }
        }
        for (count, what) in [
            (
                tokens.unclosed,
                "tags or sections without an end were closed",
            ),
            (
                strays.ampersands,
                "ampersands that start no reference were read as text",
            ),
            (
                strays.unknown,
                "references to unknown entities were read as text",
            ),
            (
                tokens.stray_brackets,
                "angle brackets that start no tag were read as text",
            ),
            (
                self.too_deep,
                "elements nested deeper than any feed needs were left out",
            ),
            (self.too_long, "texts longer than any article were cut"),
            (
                self.too_many_entries,
                "entries beyond the most that are read were left out",
            ),
        ] {
            if count > 0 {
                notes.push(format!("{count} {what}"));
            }
        }
        if let Some(name) = &self.ends_within {
            let name: String = name.chars().take(40).collect();
            let lost = if self.cut_text {
                "; the text that was cut off is left out"
            } else {
                ""
            };
            notes.push(format!("the document ends within <{name}>{lost}"));
        }
        notes
    }
}

/// Number of the line, from 1, in which the byte position lies.
pub(crate) fn line_of(text: &str, at: usize) -> usize {
    let at = at.min(text.len());
    1 + memchr::memchr_iter(b'\n', &text.as_bytes()[..at]).count()
}
