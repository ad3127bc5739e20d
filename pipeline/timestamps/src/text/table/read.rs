//! The text of a table to a [`Language`]: sections in brackets, one word class or rule a line. See docs/timestamps.md for how it is written.

use super::meanings::Op;
use super::pattern::{keys, sequences};
use super::slots::Slot;
use super::trie::Trie;
use super::vocabulary::{Lexeme, Vocabulary};
use super::{Language, Rule, Starts};
use crate::holidays;
use crate::text::scan::fold;

/// The phrase that whole expressions are.
const TOP: &str = "expression";

/// Reads the words of all tables, then their rules, so that the common rules may name the language's words.
pub(super) fn language(tag: &'static str, tables: &[&'static str]) -> Language {
    let mut reader = Reader {
        vocabulary: Vocabulary::new(),
        rules: Vec::new(),
        names: Vec::new(),
        phrases: Vec::new(),
        errors: Vec::new(),
    };
    for table in tables {
        reader.each_line(table, true);
    }
    reader.holidays(tag);
    reader.vocabulary.finish();
    for table in tables {
        reader.each_line(table, false);
    }
    reader.finish(tag)
}

struct Reader {
    vocabulary: Vocabulary,
    rules: Vec<Rule>,
    names: Vec<&'static str>,
    phrases: Vec<Trie>,
    errors: Vec<String>,
}

impl Reader {
    fn each_line(&mut self, table: &'static str, words: bool) {
        let mut section = "";
        for (number, line) in table.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if let Some(name) = line.strip_prefix("[[").and_then(|l| l.strip_suffix("]]")) {
                section = name.trim();
                continue;
            }
            let read = match (section == "words", words) {
                (true, true) => self.words(line),
                (false, false) => self.rule(section, line),
                _ => Ok(()),
            };
            if let Err(reason) = read {
                self.errors
                    .push(format!("line {}: {line}: {reason}", number + 1));
            }
        }
    }

    /// `slot:class value = spelling | spelling`, `class slot=value slot=value = spelling | spelling`.
    fn words(&mut self, line: &'static str) -> Result<(), String> {
        let (head, spellings) = line.split_once(" =").ok_or("there is no ` =`")?;
        let mut head = head.split_whitespace();
        let name = head.next().ok_or("there is no class")?;
        if name == "tense-ending" {
            return self.endings(head.next(), spellings);
        }
        let (slot, name) = match name.split_once(':') {
            Some((slot, name)) => {
                let slot = Slot::of(slot).ok_or(format!("there is no slot `{slot}`"))?;
                (Some(slot), name)
            }
            None => (Slot::of(name), name),
        };
        let class = self.vocabulary.class(name, slot);
        let mut value = 0;
        let mut also = Vec::new();
        for written in head {
            match written.split_once('=') {
                Some(assignment) => also.push(said(assignment)?),
                None => {
                    value = slot
                        .unwrap_or(Slot::Number)
                        .value(written)
                        .ok_or(format!("`{written}` is no value of `{name}`"))?;
                }
            }
        }
        // A class that a language may leave without words.
        if spellings.trim().is_empty() {
            return Ok(());
        }
        for spelling in spellings.split(" | ") {
            if !self.spelling(class, value, &also, spelling) {
                return Err("a spelling is empty".to_owned());
            }
        }
        Ok(())
    }

    /// `tense-ending past = ed`.
    fn endings(&mut self, tense: Option<&str>, endings: &str) -> Result<(), String> {
        let tense = tense.and_then(|tense| Slot::Tense.value(tense));
        let tense = tense.ok_or("a tense is `past` or `future`")?;
        for ending in endings.split(" | ") {
            self.vocabulary.add_ending(&fold(ending.trim()), tense);
        }
        Ok(())
    }

    /// `name : pattern -> op slot=value`.
    fn rule(&mut self, phrase: &'static str, line: &'static str) -> Result<(), String> {
        let (name, rest) = line.split_once(" : ").ok_or("there is no ` : `")?;
        let (pattern, meaning) = rest.rsplit_once(" -> ").ok_or("there is no ` -> `")?;
        let mut meaning = meaning.split_whitespace();
        let op = meaning
            .next()
            .and_then(Op::of)
            .ok_or("there is no such meaning")?;
        let mut says = Vec::new();
        for assignment in meaning {
            let assignment = assignment
                .split_once('=')
                .ok_or("an assignment lacks `=`")?;
            says.push(said(assignment)?);
        }
        let place = self.names.iter().position(|&known| known == phrase);
        let before = place.unwrap_or(self.names.len());
        let sequences = sequences(pattern, &mut self.vocabulary, &self.names[..before])?;
        if place.is_none() {
            self.names.push(phrase);
            self.phrases.push(Trie::new());
        }
        let rule = self.rules.len() as u32;
        self.rules.push(Rule {
            name: name.trim(),
            op,
            says,
        });
        for sequence in sequences {
            self.phrases[before].insert(sequence, rule);
        }
        Ok(())
    }

    /// The names of holidays, by their places in [`holidays::names`].
    fn holidays(&mut self, tag: &str) {
        let class = self.vocabulary.class("holiday", Some(Slot::Holiday));
        for (place, name) in holidays::names(tag).iter().enumerate() {
            self.spelling(class, place as i64, &[], &name.spelling);
        }
    }

    fn spelling(&mut self, class: u16, value: i64, also: &[(Slot, i64)], spelling: &str) -> bool {
        let keys = keys(spelling, &mut self.vocabulary);
        let Some(&(first, capital)) = keys.first() else {
            return false;
        };
        let word = spelling.trim().chars().next().filter(|c| c.is_alphabetic());
        let word = word.map(|_| first.number());
        let lexeme = Lexeme {
            class,
            value,
            also: also.into(),
            rest: keys[1..].iter().map(|&(key, _)| key).collect(),
            capital,
        };
        self.vocabulary.add(first, word, lexeme);
        true
    }

    fn finish(mut self, tag: &'static str) -> Language {
        for at in 0..self.phrases.len() {
            let (before, rest) = self.phrases.split_at_mut(at);
            rest[0].finish(before);
        }
        let top = self.names.iter().position(|&name| name == TOP);
        if top.is_none() {
            self.errors.push(format!("there is no phrase `{TOP}`"));
            self.phrases.push(Trie::new());
        }
        Language {
            tag,
            starts: Starts::of(&self.vocabulary, &self.phrases),
            top: top.unwrap_or(self.phrases.len() - 1),
            vocabulary: self.vocabulary,
            rules: self.rules,
            phrases: self.phrases,
            errors: self.errors,
        }
    }
}

/// `slot=value`.
fn said((slot, written): (&str, &str)) -> Result<(Slot, i64), String> {
    let slot = Slot::of(slot).ok_or(format!("there is no slot `{slot}`"))?;
    let value = slot
        .value(written)
        .ok_or(format!("`{written}` is no value of its slot"))?;
    Ok((slot, value))
}
