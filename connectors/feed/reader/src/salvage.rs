//! Reads a document item by item after the engine has refused it as a whole, so that a bad item
//! costs itself and no other.
//!
//! Items are given to the engine wrapped in the start tags that stand around them. A group that it
//! refuses is halved, until single items are left.

use std::ops::Range;

use url::Url;

use crate::engine::{self, Parsed};
use crate::outline::{Outline, line_of};

/// Bytes given to the engine in all. Halving reads a document with one bad item about twice for
/// each doubling of its number of items; beyond this the rest is left out.
const MAX_BYTES: usize = 256 << 20;

/// Items left out that are named one by one.
const MAX_NAMED: usize = 5;

/// Reads what can be read of `text`; `None` when not even the empty frame can.
pub(super) fn salvage(text: &str, outline: &Outline, base: Option<&Url>) -> Option<Parsed> {
    let first = outline.items.first()?.start;
    let frame = Frame::new(text, outline);
    let head = engine::parse(&format!("{}{}", &text[..first], frame.tail), base);
    let mut whole = match head {
        Ok(head) => head,
        Err(_) => engine::parse(&format!("{}{}", frame.head, frame.tail), base).ok()?,
    };
    let mut run = Run {
        text,
        frame,
        base,
        bytes: 0,
        lost: Vec::new(),
    };
    let mut groups = Vec::from([Range {
        start: 0,
        end: outline.items.len(),
    }]);
    while let Some(group) = groups.pop() {
        match run.read(&outline.items[group.clone()]) {
            Some(part) => {
                whole.entries.extend(part.entries);
                whole.notes.extend(part.notes);
            }
            None if group.len() > 1 => {
                let middle = group.start + group.len() / 2;
                groups.push(middle..group.end);
                groups.push(group.start..middle);
            }
            None => {}
        }
    }
    run.report(outline, &mut whole.notes);
    Some(whole)
}

/// The tags around the items.
struct Frame {
    head: String,
    tail: String,
}

impl Frame {
    fn new(text: &str, outline: &Outline) -> Frame {
        let head = outline
            .around
            .iter()
            .map(|tag| &text[tag.clone()])
            .collect();
        let tail = outline
            .around_names
            .iter()
            .rev()
            .map(|name| format!("</{name}>"))
            .collect();
        Frame { head, tail }
    }
}

struct Run<'t> {
    text: &'t str,
    frame: Frame,
    base: Option<&'t Url>,
    bytes: usize,
    /// Lines and reasons of items that were left out.
    lost: Vec<(usize, String)>,
}

impl Run<'_> {
    /// Reads a group of items; `None` when the engine refuses it. A single item that it refuses is
    /// noted.
    fn read(&mut self, items: &[Range<usize>]) -> Option<Parsed> {
        let body: String = items.iter().map(|item| &self.text[item.clone()]).collect();
        let document = format!("{}{body}{}", self.frame.head, self.frame.tail);
        self.bytes += document.len();
        let read = if self.bytes > MAX_BYTES {
            Err("the document is too broken to try any longer".to_owned())
        } else {
            engine::parse(&document, self.base)
        };
        match (read, items) {
            (Ok(parsed), _) => Some(parsed),
            (Err(reason), [item]) => {
                self.lost.push((line_of(self.text, item.start), reason));
                None
            }
            (Err(_), _) => None,
        }
    }

    fn report(self, outline: &Outline, notes: &mut Vec<String>) {
        let more = self.lost.len().saturating_sub(MAX_NAMED);
        for (line, reason) in self.lost.iter().take(MAX_NAMED) {
            notes.push(format!("the item in line {line} was left out: {reason}"));
        }
        if more > 0 {
            notes.push(format!("{more} more items were left out"));
        }
        if outline.unfinished > 0 {
            notes.push(format!(
                "{} items that do not end were left out",
                outline.unfinished
            ));
        }
    }
}
