//! How a file is written by hand (line breaks, blank lines, indentation, quotes), and a new feed in that hand.

use super::NewFeed;
use super::layout::{Entry, Layout, List, Role};

/// Most blank lines copied between two feeds.
const MAX_BLANK_LINES: usize = 2;

/// The hand that a file is written in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Style {
    pub(super) newline: &'static str,
    /// Blank lines between two feeds.
    pub(super) blank_lines: usize,
    /// Before `[[feeds]]`.
    header_indent: String,
    /// Before a key.
    key_indent: String,
    /// Column, counted from the key, that all `=` stand in; keys are padded to it.
    equals_column: usize,
    around_equals: &'static str,
    /// Inside the braces of an inline table.
    padding: &'static str,
    single_quotes: bool,
}

impl Style {
    /// The hand of the last feed, or a plain one where there is none.
    pub(super) fn of(text: &str, layout: &Layout) -> Style {
        let newline = match text.find('\n') {
            Some(at) if text[..at].ends_with('\r') => "\r\n",
            _ => "\n",
        };
        let mut style = Style {
            newline,
            blank_lines: 1,
            header_indent: String::new(),
            key_indent: String::new(),
            equals_column: 0,
            around_equals: " ",
            padding: " ",
            single_quotes: false,
        };
        let last = layout
            .sections
            .iter()
            .rfind(|section| section.role == Role::Feed);
        if let Some(last) = last {
            style.header_indent = indent(text, last.start).to_owned();
            style.copy_keys(text, &last.entries);
            style.blank_lines = blank_lines_before(text, last.start);
        }
        if let Some(array) = &layout.feeds {
            style.copy_array(text, array);
        }
        style
    }

    fn copy_keys(&mut self, text: &str, entries: &[Entry]) {
        let Some(first) = entries.first() else { return };
        self.key_indent = indent(text, first.key).to_owned();
        if first.equals == first.key_end {
            self.around_equals = "";
        }
        let column = first.equals - first.key;
        let aligned = entries
            .iter()
            .all(|entry| entry.equals - entry.key == column);
        let padded = entries.iter().any(|entry| entry.equals > entry.key_end + 1);
        if aligned && padded && entries.len() > 1 {
            self.equals_column = column;
        }
        let quoted = |quote| {
            entries
                .iter()
                .filter(|entry| text[entry.value..].starts_with(quote))
                .count()
        };
        self.single_quotes = quoted('\'') > quoted('"');
    }

    fn copy_array(&mut self, text: &str, array: &List) {
        let Some(last) = array.elements.last() else {
            return;
        };
        let element = &text[last.start..last.end];
        if element.starts_with('{') && !element[1..].starts_with(char::is_whitespace) {
            self.padding = "";
        }
        let equals = element.find('=').unwrap_or(0);
        if equals > 0 && !element[..equals].ends_with(' ') {
            self.around_equals = "";
        }
        self.single_quotes = element.contains('\'') && !element.contains('"');
    }

    /// `[[feeds]]` with its keys, without a line break at the end.
    pub(super) fn block(&self, feed: &NewFeed) -> String {
        let mut block = format!("{}[[feeds]]", self.header_indent);
        for (key, value) in self.entries(feed) {
            let width = self.equals_column.saturating_sub(self.around_equals.len());
            block += self.newline;
            block += &format!(
                "{}{key:<width$}{around}={around}{value}",
                self.key_indent,
                around = self.around_equals
            );
        }
        block
    }

    /// `{ url = "…" }`.
    pub(super) fn inline(&self, feed: &NewFeed) -> String {
        let entries: Vec<String> = self
            .entries(feed)
            .into_iter()
            .map(|(key, value)| {
                format!("{key}{around}={around}{value}", around = self.around_equals)
            })
            .collect();
        format!("{{{pad}{}{pad}}}", entries.join(", "), pad = self.padding)
    }

    fn entries(&self, feed: &NewFeed) -> Vec<(&'static str, String)> {
        let text = |text: &String| self.string(text);
        let tags = || {
            let tags: Vec<String> = feed.tags.iter().map(text).collect();
            format!("[{}]", tags.join(", "))
        };
        [
            ("id", feed.id.as_ref().map(text)),
            ("name", feed.name.as_ref().map(text)),
            ("url", Some(self.string(&feed.url))),
            ("page", feed.page.as_ref().map(text)),
            ("tags", (!feed.tags.is_empty()).then(tags)),
            ("every", feed.every.as_ref().map(text)),
        ]
        .into_iter()
        .filter_map(|(key, value)| Some((key, value?)))
        .collect()
    }

    /// A string in the quotes of the file, where they can hold it.
    pub(super) fn string(&self, text: &str) -> String {
        if self.single_quotes
            && !text.contains(|letter: char| letter == '\'' || letter.is_control())
        {
            return format!("'{text}'");
        }
        let mut quoted = String::with_capacity(text.len() + 2);
        quoted.push('"');
        for letter in text.chars() {
            match letter {
                '"' | '\\' => quoted.extend(['\\', letter]),
                _ if letter.is_control() => quoted += &format!("\\u{:04X}", u32::from(letter)),
                _ => quoted.push(letter),
            }
        }
        quoted.push('"');
        quoted
    }
}

/// The blanks between the start of a line and `at`.
pub(super) fn indent(text: &str, at: usize) -> &str {
    let line = super::splice::line_start(text, at);
    let before = &text[line..at];
    if before.trim().is_empty() { before } else { "" }
}

/// Blank lines above the line that `at` is on, but one where nothing stands above.
fn blank_lines_before(text: &str, at: usize) -> usize {
    let above = &text[..super::splice::line_start(text, at)];
    let content = above.trim_end();
    if content.is_empty() {
        return 1;
    }
    let breaks = above[content.len()..].matches('\n').count();
    // Comments that stand directly above belong to the feed; what is above them tells nothing sure.
    if breaks == 1
        && content
            .lines()
            .next_back()
            .is_some_and(|line| line.trim_start().starts_with('#'))
    {
        return 1;
    }
    breaks.saturating_sub(1).min(MAX_BLANK_LINES)
}
