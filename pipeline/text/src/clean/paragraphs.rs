//! Plain text to paragraphs: which line ends mean something, and which are only the edge of somebody's terminal.

use std::collections::HashSet;

use super::characters::is_unspaced;
use super::line;
use super::wrapped::{Row, beginnings};

/// Words before which a hyphen at the end of a line stands for a part left out: "two- and three-year loans".
const SUSPENDING: [&str; 16] = [
    "and", "or", "to", "und", "oder", "bis", "et", "ou", "y", "o", "e", "en", "of", "och", "og",
    "eller",
];

/// The paragraphs of plain `text`, each cleaned as by [`line()`], none empty.
///
/// Blank lines separate paragraphs, and the lines of one paragraph are joined by a space (by nothing between two characters
/// of scripts that write without spaces). Within a block without blank lines, these begin a paragraph of their own:
///
/// - every line of a block with a line too long to be hard-wrapped;
/// - the items of a list, with bullets or numbered;
/// - in a hard-wrapped block, an indented line behind the end of a sentence, and the line behind a short one that ends a sentence.
///
/// A word that was parted at the end of a line is joined: without its hyphen where the text has the word so elsewhere, else with it.
pub fn paragraphs(text: &str) -> Vec<String> {
    let mut paragraphs = Paragraphs::of(text);
    lines(text).for_each(|line| paragraphs.push(line));
    paragraphs.finish()
}

/// The lines of `text`, without their ends; where a paragraph separator stands, an empty one.
///
/// The carriage return of CR LF (and of the mangled CR CR LF) is part of the line end, any other ends a line by itself.
pub(crate) fn lines(text: &str) -> impl Iterator<Item = &str> {
    let sections = text.split('\u{2029}');
    sections.flat_map(|section| {
        section
            .split('\n')
            .flat_map(|stretch| {
                stretch
                    .trim_end_matches('\r')
                    .split(['\r', '\u{85}', '\u{2028}'])
            })
            .chain(std::iter::once(""))
    })
}

/// Paragraphs that are built line by line.
pub(crate) struct Paragraphs<'t> {
    done: Vec<String>,
    /// The lines since the last end of a paragraph.
    block: Vec<Row>,
    vocabulary: Vocabulary<'t>,
}

impl<'t> Paragraphs<'t> {
    /// None yet. `text` is where words are looked up.
    pub(crate) fn of(text: &'t str) -> Self {
        Self {
            done: Vec::new(),
            block: Vec::new(),
            vocabulary: Vocabulary { text, words: None },
        }
    }

    /// Adds a line; an empty one ends the paragraph.
    pub(crate) fn push(&mut self, raw: &str) {
        let text = line(raw);
        if text.is_empty() {
            self.end();
        } else {
            self.block.push(Row::new(raw, text));
        }
    }

    /// Ends the paragraph.
    pub(crate) fn end(&mut self) {
        let beginnings = beginnings(&self.block);
        for (row, begins) in self.block.drain(..).zip(beginnings) {
            match self.done.last_mut() {
                Some(paragraph) if !begins => join(paragraph, &row.text, &mut self.vocabulary),
                _ => self.done.push(row.text),
            }
        }
    }

    /// All paragraphs.
    pub(crate) fn finish(mut self) -> Vec<String> {
        self.end();
        self.done
    }
}

/// The words of a text in small letters, gathered when the first is asked for.
struct Vocabulary<'t> {
    text: &'t str,
    words: Option<HashSet<String>>,
}

impl Vocabulary<'_> {
    fn has(&mut self, word: &str) -> bool {
        let words = self.words.get_or_insert_with(|| {
            let words = self.text.split_whitespace().map(bare);
            words.map(str::to_lowercase).collect()
        });
        words.contains(&word.to_lowercase())
    }
}

/// A word without the punctuation around it.
fn bare(word: &str) -> &str {
    word.trim_matches(|c: char| !c.is_alphanumeric())
}

/// Adds a hard-wrapped line to its paragraph.
fn join(paragraph: &mut String, line: &str, vocabulary: &mut Vocabulary<'_>) {
    if let Some((first, second)) = parted_word(paragraph, line) {
        if vocabulary.has(&format!("{first}{second}")) {
            paragraph.pop();
        }
    } else if !(paragraph.ends_with(is_unspaced) && line.starts_with(is_unspaced)) {
        paragraph.push(' ');
    }
    paragraph.push_str(line);
}

/// The halves of the word that a hyphen at the end of `paragraph` parts from the rest of it on `line`.
fn parted_word<'p>(paragraph: &'p str, line: &'p str) -> Option<(&'p str, &'p str)> {
    let stem = paragraph.strip_suffix(['-', '\u{2010}'])?;
    let first = stem.rsplit(' ').next()?;
    let second = bare(line.split(' ').next()?);
    let is_parted = stem.ends_with(char::is_alphabetic) && line.starts_with(char::is_alphanumeric);
    (is_parted && !SUSPENDING.contains(&second)).then(|| {
        (
            first.trim_start_matches(|c: char| !c.is_alphanumeric()),
            second,
        )
    })
}
