//! The one place where white space is collapsed: a line of text that is built from pieces.

use super::characters::{Fate, fate};

/// A line of clean text under construction. Pieces may be cut anywhere, also inside white space.
#[derive(Debug, Default)]
pub(crate) struct Line {
    text: String,
    /// White space was seen after the last visible character.
    gap: bool,
}

impl Line {
    /// Adds a piece of text.
    pub(crate) fn push_str(&mut self, piece: &str) {
        let mut rest = piece;
        while let Some(first) = rest.chars().next() {
            let run = plain_run(rest);
            if run > 0 {
                let (plain, after) = rest.split_at(run);
                self.close_gap();
                self.text.push_str(plain);
                rest = after;
            } else {
                self.push(first);
                rest = &rest[first.len_utf8()..];
            }
        }
    }

    /// Adds white space.
    pub(crate) fn push_space(&mut self) {
        self.gap = true;
    }

    /// The number of bytes so far; it does not grow by white space alone.
    pub(crate) fn len(&self) -> usize {
        self.text.len()
    }

    /// The finished line, trimmed; `self` is empty afterwards.
    pub(crate) fn take(&mut self) -> String {
        self.gap = false;
        std::mem::take(&mut self.text)
    }

    fn push(&mut self, c: char) {
        match fate(c) {
            Fate::Keep => {
                self.close_gap();
                self.text.push(c);
            }
            Fate::Space => self.gap = true,
            Fate::Joiner if self.gap || self.text.is_empty() => {}
            Fate::Joiner => self.text.push(c),
            Fate::Drop => {}
        }
    }

    fn close_gap(&mut self) {
        if self.gap && !self.text.is_empty() {
            self.text.push(' ');
        }
        self.gap = false;
    }
}

/// The length of the longest start of `text` that may be copied as it is: printable ASCII with single spaces inside.
fn plain_run(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut end = 0;
    for (i, &byte) in bytes.iter().enumerate() {
        if byte.is_ascii_graphic() {
            end = i + 1;
        } else if byte != b' ' || end != i || i == 0 {
            break;
        }
    }
    end
}
