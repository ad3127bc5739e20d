//! What has become of what somebody did on the page. It is kept here for a while and called by a number in the address of the page that tells it, so
//! that no page ever shows words that an address brings.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

/// Notes that are kept: more than anybody reads who comes back to one.
const KEPT: usize = 64;

/// The most details that a note has: a screen of them.
const MAX_DETAILS: usize = 20;

/// What has become of something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Note {
    /// Whether it was done.
    pub(super) good: bool,
    pub(super) what: String,
    pub(super) details: Vec<String>,
}

impl Note {
    /// It was done.
    pub(super) fn done(what: impl Into<String>) -> Note {
        Note {
            good: true,
            what: what.into(),
            details: Vec::new(),
        }
    }

    /// It was not.
    pub(super) fn failed(what: impl Into<String>) -> Note {
        Note {
            good: false,
            ..Note::done(what)
        }
    }

    pub(super) fn with(self, details: Vec<String>) -> Note {
        let details = in_short(details);
        Note { details, ..self }
    }
}

/// The first of many lines, and how many more there are.
pub(super) fn in_short(mut lines: Vec<String>) -> Vec<String> {
    let more = lines.len().saturating_sub(MAX_DETAILS);
    lines.truncate(MAX_DETAILS);
    if more > 0 {
        lines.push(format!("and {more} more"));
    }
    lines
}

/// The latest notes, by their names.
pub(crate) struct Notes {
    /// Part of every name, so that an address of a daemon that has ended names nothing of this one's.
    began: i64,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    next: u64,
    notes: VecDeque<(u64, Note)>,
}

impl Notes {
    pub(crate) fn new(began: Timestamp) -> Notes {
        Notes {
            began: began.as_millisecond(),
            kept: Mutex::default(),
        }
    }

    /// Keeps a note; its name.
    pub(super) fn keep(&self, note: Note) -> String {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let number = kept.next;
        kept.next += 1;
        kept.notes.push_back((number, note));
        if kept.notes.len() > KEPT {
            kept.notes.pop_front();
        }
        format!("{}-{number}", self.began)
    }

    pub(super) fn named(&self, name: &str) -> Option<Note> {
        let (began, number) = name.split_once('-')?;
        if began.parse() != Ok(self.began) {
            return None;
        }
        let number: u64 = number.parse().ok()?;
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let named = kept.notes.iter().find(|(own, _)| *own == number);
        named.map(|(_, note)| note.clone())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_note_is_told_by_its_name_alone_for_as_long_as_it_is_kept() {
        let notes = Notes::new(Timestamp::from_second(1000).unwrap());
        let name = notes.keep(Note::done("polled"));
        assert_eq!(notes.named(&name), Some(Note::done("polled")));
        for wrong in ["", "0", "1000-0", "1000000-1", "1000000-x", "<b>-0"] {
            assert_eq!(notes.named(wrong), None, "{wrong}");
        }
        for _ in 0..KEPT {
            notes.keep(Note::failed("nobody"));
        }
        assert_eq!(notes.named(&name), None);
        let other = Notes::new(Timestamp::from_second(2000).unwrap());
        other.keep(Note::done("another daemon's"));
        assert_eq!(other.named(&name), None);
    }

    #[test]
    fn of_many_details_the_first_are_told() {
        let details = (0..100).map(|number| number.to_string()).collect();
        let note = Note::done("much").with(details);
        assert_eq!(note.details.len(), MAX_DETAILS + 1);
        assert_eq!(note.details.last().unwrap(), "and 80 more");
    }
}
