//! A text with its temporal expressions and amounts marked, for a terminal: `[May 9, 2023 → 2023-05-09]`, `[$3 million → 3000000 USD]`, which the
//! brackets say without colour. Names have the colour of their type; the list below the text (`named`) says who and what they are.

use console::measure_text_width;
use dateline_pipeline::record::{Entity, Quantity, Timex};

use super::named;
use crate::marks::{self, Mark, What};
use crate::terminal::{Style, harmless, paint};

/// Blanks kept before the first word of a line.
const MAX_INDENT: usize = 8;

/// The text, wrapped at `columns`; its own line breaks stay. An amount that overlaps a temporal expression is not marked, nor is a name that overlaps
/// either coloured.
pub(super) fn text(
    text: &str,
    found: &[Timex],
    quantities: &[Quantity],
    entities: &[Entity],
    columns: usize,
    colour: bool,
) -> String {
    let mut page = Page::new(columns);
    let marks = marks::of(found, quantities, marks::mentions(entities, |_| true));
    let mut marks = marks.iter().peekable();
    let mut plain = String::new();
    let mut characters = text.chars().enumerate();
    while let Some((at, character)) = characters.next() {
        let Some(mark) = marks.next_if(|mark| mark.start == at) else {
            plain.push(character);
            continue;
        };
        // What stands right before the expression, as a quote does, stays with it.
        let before = page.plain(&std::mem::take(&mut plain));
        let rest = characters
            .by_ref()
            .take((mark.end - mark.start).saturating_sub(1));
        let marked: String = std::iter::once(character)
            .chain(rest.map(|(_, character)| character))
            .collect();
        match &mark.what {
            What::Time(_) | What::Amount(_) => page.meant(&before, mark, &marked, colour),
            What::Name(entity) => page.name(&before, &marked, named::style(&entity.kind), colour),
        }
    }
    let rest = page.plain(&plain);
    page.word(&rest);
    page.finish()
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

    /// Writes words and what they mean, after `before`, which stands right before them.
    fn meant(&mut self, before: &str, mark: &Mark<'_>, marked: &str, colour: bool) {
        let mut head = format!("{before}{}", paint("[", Style::Dim, colour));
        for word in marked.split_whitespace() {
            let word = paint(&harmless(word), Style::Bold, colour);
            self.word(&format!("{head}{word}"));
            (head, self.blank) = (String::new(), true);
        }
        // An arrow at the end of a line would point at nothing: it stays with what it points at.
        let meaning = format!("{}]", mark.meaning());
        for (index, word) in meaning.split(' ').enumerate() {
            let arrow = if index == 0 { "→ " } else { "" };
            self.blank = true;
            self.word(&paint(&format!("{arrow}{word}"), Style::Dim, colour));
        }
    }

    /// Writes a name after `before`, which stands right before it; what follows stays with its last word.
    fn name(&mut self, before: &str, name: &str, style: Style, colour: bool) {
        let mut head = before.to_owned();
        let mut words = name.split_whitespace().peekable();
        while let Some(word) = words.next() {
            let word = paint(&harmless(word), style, colour);
            self.word(&format!("{head}{word}"));
            (head, self.blank) = (String::new(), words.peek().is_some());
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

    /// A ship, and a month that is an expression besides.
    fn names() -> Vec<Entity> {
        serde_json::from_value(serde_json::json!([
            { "type": "misc", "name": "Ærø", "confidence": 0.9, "mentions": [{ "field": "text", "start": 5, "end": 8, "text": "Ærø" }] },
            { "type": "person", "name": "May 9", "confidence": 0.9, "mentions": [{ "field": "text", "start": 21, "end": 26, "text": "May 9" }] },
        ]))
        .unwrap()
    }

    #[test]
    fn names_have_their_colour_and_expressions_come_first() {
        let plain = text(STORY, &found(), &[], &[], 80, false);
        assert_eq!(text(STORY, &found(), &[], &names(), 80, false), plain);
        let colourful = text(STORY, &found(), &[], &names(), 80, true);
        assert!(
            colourful.contains("“\u{1b}[33mÆrø\u{1b}[0m” sailed"),
            "{colourful}"
        );
        assert_eq!(colourful.matches("\u{1b}[36m").count(), 0);
    }

    #[test]
    fn expressions_are_marked_where_they_stand_and_lines_are_wrapped() {
        assert_eq!(
            text(STORY, &found(), &[], &[], 36, false),
            "The “Ærø” sailed on “[May 9, 2023\n→ 2023-05-09]”.\n\nShe had been in dock since [early\nMay → 2023-05 START], and nobody\n\
             had\u{fffd} missed her.\n"
        );
        for line in text(STORY, &found(), &[], &[], 36, false).lines() {
            assert!(measure_text_width(line) <= 36, "{line}");
        }
    }

    /// An amount of `text`: where `written` stands.
    fn amount(text: &str, written: &str, value: &str, modifier: Option<&str>) -> Quantity {
        let start = text[..text.find(written).unwrap()].chars().count();
        serde_json::from_value(serde_json::json!({
            "field": "text", "start": start, "end": start + written.chars().count(), "text": written, "type": "money", "value": value,
            "unit": "EUR", "modifier": modifier
        }))
        .unwrap()
    }

    #[test]
    fn amounts_are_marked_where_no_time_stands() {
        let story = "Ærø cost about €3m on May 9.";
        let times = [timex(story, "May 9", "2023-05-09", None)];
        let amounts = [
            amount(story, "€3m", "3000000", Some("about")),
            amount(story, "9", "9", None),
        ];
        let marked = text(story, &times, &amounts, &[], 80, false);
        assert_eq!(
            marked,
            "Ærø cost about [€3m → 3000000 EUR about] on [May 9 → 2023-05-09].\n"
        );
    }

    #[test]
    fn colour_changes_nothing_but_the_looks() {
        let plain = text(STORY, &found(), &[], &names(), 40, false);
        let colourful = text(STORY, &found(), &[], &names(), 40, true);
        assert_ne!(plain, colourful);
        assert_eq!(console::strip_ansi_codes(&colourful), plain);
    }

    #[test]
    fn a_text_without_expressions_stays_as_it_is() {
        assert_eq!(text("", &[], &[], &[], 80, true), "");
        assert_eq!(
            text("Tern sails.", &[], &[], &[], 80, true),
            "Tern sails.\n"
        );
        assert_eq!(
            text("  \n\n  • Tern\n", &[], &[], &[], 80, true),
            "\n\n  • Tern\n"
        );
    }
}
