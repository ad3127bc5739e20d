//! Lines out of what arrives, and a record in two lines for people.

use dateline_pipeline::record::{Op, Record};
use jiff::tz::TimeZone;

use crate::terminal::{Style, harmless, paint};

/// The longest line: no record is larger than a document may be. What is longer is passed over.
const MAX_LINE: usize = 256 << 20;

/// Names below a headline.
const NAMES: usize = 5;

/// Columns of a source's id.
const SOURCE: usize = 20;

/// Where the second line begins.
const INDENT: usize = 10;

/// Gathers bytes until a line is whole.
#[derive(Debug, Default)]
pub(super) struct Lines {
    begun: Vec<u8>,
    /// Whether the line that has begun is too long.
    passes: bool,
}

impl Lines {
    /// Takes bytes in and hands over every line that they end.
    pub(super) fn push(&mut self, bytes: &[u8], show: &mut impl FnMut(&[u8])) {
        let mut pieces = bytes.split(|byte| *byte == b'\n').peekable();
        while let Some(piece) = pieces.next() {
            self.passes |= self.begun.len() + piece.len() > MAX_LINE;
            if !self.passes {
                self.begun.extend_from_slice(piece);
            }
            if pieces.peek().is_none() {
                return;
            }
            if !self.passes && !self.begun.is_empty() {
                show(&self.begun);
            }
            self.begun.clear();
            self.passes = false;
        }
    }
}

/// When, what, where and in which language, then who and what is named and where it stands.
pub(super) fn pretty(record: &Record, zone: &TimeZone, columns: usize, colour: bool) -> String {
    let at = zone.to_datetime(record.emitted).strftime("%H:%M:%S");
    let (op, style) = match record.op {
        Op::New => ("new".to_owned(), Style::Good),
        Op::Revised => (format!("revised {}", record.revision), Style::Bold),
    };
    let op = paint(&format!("{op:<11}"), style, colour);
    let source = cut(&record.source.id, SOURCE);
    let language = record
        .language
        .as_ref()
        .map_or("", |language| &language.code);
    let title = record.title.as_deref().unwrap_or("(no title)");
    let before = INDENT + 12 + SOURCE + 1 + 6;
    let title = cut(&harmless(title), columns.saturating_sub(before).max(SOURCE));
    let mut lines = format!("{at}  {op} {source:<SOURCE$} {language:<5} {title}\n");
    let below = below(record);
    if !below.is_empty() {
        let below = cut(&harmless(&below), columns.saturating_sub(INDENT));
        lines += &format!("{:INDENT$}{}\n", "", paint(&below, Style::Dim, colour));
    }
    lines
}

fn below(record: &Record) -> String {
    let mut entities: Vec<_> = record.entities.iter().collect();
    entities.sort_by(|one, other| other.salience.total_cmp(&one.salience));
    let names = entities
        .iter()
        .take(NAMES)
        .map(|entity| entity.name.as_str());
    let address = record.canonical_url.as_deref().or(record.url.as_deref());
    let parts: Vec<&str> = address.into_iter().chain(names).collect();
    parts.join(" · ")
}

/// At most so many columns of a text.
fn cut(text: &str, columns: usize) -> String {
    console::truncate_str(text, columns, "…").into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(chunks: &[&str]) -> Vec<String> {
        let (mut lines, mut shown) = (Lines::default(), Vec::new());
        for chunk in chunks {
            lines.push(chunk.as_bytes(), &mut |line: &[u8]| {
                shown.push(String::from_utf8_lossy(line).into_owned());
            });
        }
        shown
    }

    #[test]
    fn lines_are_whole_however_they_are_cut() {
        assert_eq!(lines(&["one\ntwo\n"]), ["one", "two"]);
        assert_eq!(lines(&["o", "ne", "\n", "tw", "o\nthr"]), ["one", "two"]);
        assert_eq!(lines(&["\n\none\n\n"]), ["one"]);
        assert!(lines(&["one"]).is_empty());
    }
}
