//! Patterns as a table writes them, spelled out into plain sequences: options and alternatives are gone afterwards.
//!
//! `class`, `slot:class`, `'word'`, `<phrase>`, `( a | b )`, `x?`, `~x` (no blank before), `[a|b]` and `[!a|b]` (what stands before or behind, not
//! part of the expression; `[^]` the paragraph's start, `[$]` its end).

use super::builtin::Builtin;
use super::slots::Slot;
use super::vocabulary::{Key, Vocabulary};
use crate::text::scan::fold;

/// Sequences that one pattern may spell out to. The largest of the tables have some hundred; this keeps a slip from filling the memory.
const MAX_SEQUENCES: usize = 4096;

/// Whether a blank may stand before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Glue {
    Any,
    None,
}

/// What one place of a sequence asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Ask {
    Key(Key),
    Builtin(Builtin),
    Phrase(usize),
}

/// One place of a sequence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) ask: Ask,
    pub(crate) slot: Option<Slot>,
    pub(crate) glue: Glue,
}

/// What one token beside the expression must or must not be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Context {
    pub(crate) not: bool,
    pub(crate) any: Vec<Ask>,
}

/// A pattern spelled out.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sequence {
    /// Nearest last.
    pub(crate) behind: Vec<Context>,
    pub(crate) places: Vec<Place>,
    pub(crate) ahead: Vec<Context>,
}

/// Spells a pattern out; the reason why not where it cannot be read.
pub(crate) fn sequences(
    pattern: &str,
    vocabulary: &mut Vocabulary,
    phrases: &[&str],
) -> Result<Vec<Sequence>, String> {
    let words = words(pattern)?;
    let mut reader = Reader {
        words: &words,
        at: 0,
        vocabulary,
        phrases,
    };
    let all = reader.alternatives()?;
    if reader.at < words.len() {
        return Err(format!("`{}` is not expected", words[reader.at]));
    }
    if all.iter().any(|sequence| sequence.places.is_empty()) {
        return Err("it matches nothing at all".to_owned());
    }
    Ok(all)
}

/// The signs of a pattern: brackets, bars, question marks, tildes, and words with their quotes.
fn words(pattern: &str) -> Result<Vec<&str>, String> {
    let mut found = Vec::new();
    let mut rest = pattern.trim_start();
    while let Some(first) = rest.chars().next() {
        let len = match first {
            '(' | ')' | '|' | '?' | '~' | ']' => 1,
            '[' if rest.starts_with("[!") => 2,
            '[' => 1,
            // A quote that is itself quoted: `'''`.
            '\'' if rest.starts_with("'''") => 3,
            '\'' => rest[1..]
                .find('\'')
                .map(|end| end + 2)
                .ok_or("a quote is not closed")?,
            '<' => rest.find('>').ok_or("`<` is not closed")? + 1,
            _ => rest
                .find(|c: char| c.is_whitespace() || "()|?~[]".contains(c))
                .unwrap_or(rest.len()),
        };
        found.push(&rest[..len]);
        rest = rest[len..].trim_start();
    }
    Ok(found)
}

struct Reader<'p> {
    words: &'p [&'p str],
    at: usize,
    vocabulary: &'p mut Vocabulary,
    phrases: &'p [&'p str],
}

impl Reader<'_> {
    fn next_is(&mut self, sign: &str) -> bool {
        let is = self.words.get(self.at) == Some(&sign);
        self.at += usize::from(is);
        is
    }

    fn alternatives(&mut self) -> Result<Vec<Sequence>, String> {
        let mut all = self.sequence()?;
        while self.next_is("|") {
            all.extend(self.sequence()?);
        }
        Ok(all)
    }

    fn sequence(&mut self) -> Result<Vec<Sequence>, String> {
        let mut all = vec![Sequence::default()];
        while let Some(&word) = self.words.get(self.at) {
            if word == "|" || word == ")" {
                break;
            }
            let mut choices = self.part()?;
            if self.next_is("?") {
                choices.push(Sequence::default());
            }
            let mut longer = Vec::new();
            for one in &all {
                for choice in &choices {
                    longer.push(joined(one, choice)?);
                }
            }
            if longer.len() > MAX_SEQUENCES {
                return Err("it spells out to too many sequences".to_owned());
            }
            all = longer;
        }
        Ok(all)
    }

    fn part(&mut self) -> Result<Vec<Sequence>, String> {
        if self.next_is("(") {
            let inner = self.alternatives()?;
            return if self.next_is(")") {
                Ok(inner)
            } else {
                Err("`(` is not closed".to_owned())
            };
        }
        for (sign, not) in [("[", false), ("[!", true)] {
            if self.next_is(sign) {
                return Ok(vec![self.context(not)?]);
            }
        }
        let glue = if self.next_is("~") {
            Glue::None
        } else {
            Glue::Any
        };
        let word = *self.words.get(self.at).ok_or("it ends too early")?;
        self.at += 1;
        let places = self.places(word, glue)?;
        Ok(vec![Sequence {
            places,
            ..Sequence::default()
        }])
    }

    /// Stored as `behind` for now; [`joined`] knows on which side it is.
    fn context(&mut self, not: bool) -> Result<Sequence, String> {
        let mut any = Vec::new();
        loop {
            let word = *self.words.get(self.at).ok_or("`[` is not closed")?;
            self.at += 1;
            match word {
                "]" => break,
                "|" => {}
                word => {
                    let places = self.places(word, Glue::Any)?;
                    let [place] = places[..] else {
                        return Err(format!("`{word}` is more than one token"));
                    };
                    any.push(place.ask);
                }
            }
        }
        Ok(Sequence {
            behind: vec![Context { not, any }],
            ..Sequence::default()
        })
    }

    fn places(&mut self, word: &str, glue: Glue) -> Result<Vec<Place>, String> {
        let place = |ask, slot, glue| Place { ask, slot, glue };
        if let Some(literal) = literal(word) {
            let keys = keys(literal, self.vocabulary);
            let mut glue = glue;
            let places = keys.into_iter().map(|(key, _)| {
                let place = place(Ask::Key(key), None, glue);
                glue = Glue::Any;
                place
            });
            return Ok(places.collect());
        }
        if let Some(name) = word.strip_prefix('<') {
            let name = name.trim_end_matches('>');
            let phrase = self.phrases.iter().position(|&phrase| phrase == name);
            let phrase = phrase.ok_or(format!("no phrase `{name}` stands before"))?;
            return Ok(vec![place(Ask::Phrase(phrase), None, glue)]);
        }
        let (slot, name) = match word.split_once(':') {
            Some((slot, name)) => {
                let slot = Slot::of(slot).ok_or(format!("there is no slot `{slot}`"))?;
                (Some(slot), name)
            }
            None => (None, word),
        };
        if let Some((builtin, usual)) = Builtin::of(name) {
            return Ok(vec![place(Ask::Builtin(builtin), slot.or(usual), glue)]);
        }
        let class = self.vocabulary.known_class(name);
        let class = class.ok_or(format!("there is no class `{name}`"))?;
        let slot = slot.or(self.vocabulary.slot(class));
        Ok(vec![place(Ask::Key(Key::class(class)), slot, glue)])
    }
}

fn literal(word: &str) -> Option<&str> {
    if word == "'''" {
        return Some("'");
    }
    word.strip_prefix('\'')?.strip_suffix('\'')
}

/// The tokens of a spelling, as keys; whether the first is written with a capital.
pub(crate) fn keys(spelling: &str, vocabulary: &mut Vocabulary) -> Vec<(Key, bool)> {
    let mut keys = Vec::new();
    let mut rest = spelling.trim();
    while let Some(first) = rest.chars().next() {
        let len = if first.is_ascii_digit() {
            rest.find(|c: char| !c.is_ascii_digit())
        } else if is_letter(first) {
            rest.find(|c| !is_letter(c))
        } else {
            Some(first.len_utf8())
        };
        let (part, after) = rest.split_at(len.unwrap_or(rest.len()));
        let key = if first.is_ascii_digit() {
            Key::digits(part.parse().unwrap_or_default())
        } else if is_letter(first) {
            Key::word(vocabulary.intern(&fold(part)))
        } else {
            Key::mark(first)
        };
        keys.push((key, first.is_uppercase()));
        rest = after.trim_start();
    }
    keys
}

fn is_letter(c: char) -> bool {
    c.is_alphabetic() || unicode_normalization::char::is_combining_mark(c)
}

fn joined(one: &Sequence, next: &Sequence) -> Result<Sequence, String> {
    let mut whole = one.clone();
    if !whole.ahead.is_empty() && !next.places.is_empty() {
        return Err("a context stands in the middle".to_owned());
    }
    if whole.places.is_empty() {
        whole.behind.extend_from_slice(&next.behind);
    } else {
        whole.ahead.extend_from_slice(&next.behind);
    }
    whole.places.extend_from_slice(&next.places);
    whole.ahead.extend_from_slice(&next.ahead);
    Ok(whole)
}
