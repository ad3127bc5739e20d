//! A text with its temporal expressions marked, for a terminal: `[May 9, 2023 → 2023-05-09]`. The brackets say it all without colour.

use console::measure_text_width;
use dateline_pipeline::record::Timex;

use crate::terminal::{Style, harmless, paint};

/// Blanks kept before the first word of a line.
const MAX_INDENT: usize = 8;

/// The text, wrapped at `columns`; its own line breaks stay. Expressions must be in order and not overlap, as they are found.
pub(super) fn text(text: &str, found: &[Timex], columns: usize, colour: bool) -> String {
    let mut page = Page::new(columns);
    let mut found = found.iter().peekable();
    let mut plain = String::new();
    let mut characters = text.chars().enumerate();
    while let Some((at, character)) = characters.next() {
        let Some(timex) = found.next_if(|timex| timex.start == at) else {
            plain.push(character);
            continue;
        };
        // What stands right before the expression, as a quote does, stays with it.
        let before = page.plain(&std::mem::take(&mut plain));
        if timex.end > timex.start + 1 {
            characters.nth(timex.end - timex.start - 2);
        }
        page.marked(&before, timex, colour);
    }
    let rest = page.plain(&plain);
    page.word(&rest);
    page.finish()
}

/// What an expression means, in short: `2023-05-09`, `2023-05 START`.
pub(super) fn meaning(timex: &Timex) -> String {
    match &timex.modifier {
        Some(modifier) => format!("{} {modifier}", timex.value),
        None => timex.value.clone(),
    }
}

/// Lines that are being filled.
struct Page {
    text: String,
    columns: usize,
    /// Columns of the line that is being filled, blanks before its first word, and whether a blank is due before the next.
    used: usize,
    indent: usize,
    blank: bool,
}

impl Page {
    fn new(columns: usize) -> Page {
        Page {
            text: String::new(),
            columns,
            used: 0,
            indent: 0,
            blank: false,
        }
    }

    /// Writes the words of a text that are followed by a blank; returns what comes after the last blank.
    fn plain(&mut self, text: &str) -> String {
        let mut word = String::new();
        for character in text.chars() {
            if !character.is_whitespace() || is_tied(character) {
                word.push(character);
                continue;
            }
            self.word(&harmless(&word));
            word.clear();
            if character == '\n' {
                self.text.push('\n');
                (self.used, self.indent, self.blank) = (0, 0, false);
            } else {
                self.indent += usize::from(self.used == 0);
                self.blank = self.used > 0;
            }
        }
        harmless(&word).into_owned()
    }

    /// Writes an expression and what it means, after `before`, which stands right before it.
    fn marked(&mut self, before: &str, timex: &Timex, colour: bool) {
        let mut head = format!("{before}{}", paint("[", Style::Dim, colour));
        for word in timex.text.split_whitespace() {
            let word = paint(&harmless(word), Style::Bold, colour);
            self.word(&format!("{head}{word}"));
            (head, self.blank) = (String::new(), true);
        }
        // An arrow at the end of a line would point at nothing: it stays with what it points at.
        let meaning = format!("{}]", meaning(timex));
        for (index, word) in meaning.split(' ').enumerate() {
            let arrow = if index == 0 { "→ " } else { "" };
            self.blank = true;
            self.word(&paint(&format!("{arrow}{word}"), Style::Dim, colour));
        }
    }

    /// Writes a word, on the next line if this one has no room.
    fn word(&mut self, word: &str) {
        if word.is_empty() {
            return;
        }
        let width = measure_text_width(word);
        let needed = width + usize::from(self.blank);
        if self.blank && self.used + needed > self.columns {
            self.text.push('\n');
            self.used = width;
        } else {
            let blanks = usize::from(self.blank) + self.indent.min(MAX_INDENT);
            self.text.extend(std::iter::repeat_n(' ', blanks));
            self.used += width + blanks;
        }
        self.indent = 0;
        self.text.push_str(word);
        self.blank = false;
    }

    fn finish(mut self) -> String {
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push('\n');
        }
        self.text
    }
}

/// Blanks that lines do not break at.
fn is_tied(character: char) -> bool {
    matches!(character, '\u{a0}' | '\u{202f}')
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn timex(text: &str, written: &str, value: &str, modifier: Option<&str>) -> Timex {
        let byte = text.find(written).unwrap();
        let start = text[..byte].chars().count();
        serde_json::from_value(serde_json::json!({
            "field": "text", "start": start, "end": start + written.chars().count(), "text": written, "type": "DATE", "value": value,
            "modifier": modifier, "anchor": "itself", "confidence": 1.0, "rule": "day"
        }))
        .unwrap()
    }

    const STORY: &str = "The “Ærø” sailed on “May 9, 2023”.\n\nShe had been in dock since early\u{a0}May, and \
        nobody\thad\u{7} missed her.\n";

    fn found() -> Vec<Timex> {
        vec![
            timex(STORY, "May 9, 2023", "2023-05-09", None),
            timex(STORY, "early\u{a0}May", "2023-05", Some("START")),
        ]
    }

    #[test]
    fn expressions_are_marked_where_they_stand_and_lines_are_wrapped() {
        assert_eq!(
            text(STORY, &found(), 36, false),
            "The “Ærø” sailed on “[May 9, 2023\n→ 2023-05-09]”.\n\nShe had been in dock since [early\nMay → 2023-05 START], and nobody\n\
             had\u{fffd} missed her.\n"
        );
        for line in text(STORY, &found(), 36, false).lines() {
            assert!(measure_text_width(line) <= 36, "{line}");
        }
    }

    #[test]
    fn colour_changes_nothing_but_the_looks() {
        let plain = text(STORY, &found(), 40, false);
        let colourful = text(STORY, &found(), 40, true);
        assert_ne!(plain, colourful);
        assert_eq!(console::strip_ansi_codes(&colourful), plain);
    }

    #[test]
    fn a_text_without_expressions_stays_as_it_is() {
        assert_eq!(text("", &[], 80, true), "");
        assert_eq!(text("Tern sails.", &[], 80, true), "Tern sails.\n");
        assert_eq!(text("  \n\n  • Tern\n", &[], 80, true), "\n\n  • Tern\n");
    }
}
