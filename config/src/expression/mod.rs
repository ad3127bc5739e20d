//! Expressions over records (CEL): read within limits, and checked against the record's schema. Evaluating them is not its business.

mod check;
mod functions;
mod limits;

use std::ops::Range;
use std::sync::Arc;

use cel::common::ast::SourceInfo;
use cel::{Env, ParseError, Program};

use crate::suggest::quote;

pub(crate) use check::check_path;
pub use functions::{FUNCTIONS, Function};

/// An expression over a record that can be evaluated.
#[derive(Clone, Debug)]
pub struct Expression {
    text: String,
    program: Arc<Program>,
}

/// What an expression must come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// True or false.
    Condition,
    /// Any value.
    Value,
}

/// What is wrong with an expression, and where in it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// Bytes of its text.
    pub(crate) at: Range<usize>,
    /// Follows the name of the key: "has a text that is not closed".
    pub(crate) what: String,
    pub(crate) help: String,
}

impl Fault {
    fn new(at: Range<usize>, what: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            at,
            what: what.into(),
            help: help.into(),
        }
    }
}

impl Expression {
    /// As it is written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// As it is evaluated. How deep it is nested is limited.
    pub fn program(&self) -> Arc<Program> {
        Arc::clone(&self.program)
    }

    pub(crate) fn parse(text: &str, purpose: Purpose) -> Result<Self, Fault> {
        limits::check(text)?;
        let program = Env::stdlib()
            .compile(text)
            .map_err(|errors| first_fault(text, &errors.errors))?;
        check::check(text, &program, purpose)?;
        Ok(Self {
            text: text.to_owned(),
            program: Arc::new(program),
        })
    }
}

/// Two expressions are one if they are written alike.
impl PartialEq for Expression {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

/// The parser goes on after an error and finds more that only follow from it: the first one is told.
fn first_fault(text: &str, errors: &[ParseError]) -> Fault {
    let Some(error) = errors.first() else {
        return Fault::new(0..text.len(), "cannot be read", LANGUAGE);
    };
    let at = place_of(text, error.pos);
    let message = error.msg.trim_start_matches("Syntax error: ");
    let sign = message.split('\'').nth(1).unwrap_or_default();
    if sign == "<EOF>" || at.start >= text.trim_end().len() {
        let end = text.trim_end().len();
        let help = match message.strip_prefix("missing ") {
            Some(missing) => format!("add {}", missing.split(" at ").next().unwrap_or_default()),
            None => "complete it: close its brackets, and give each operator its values".to_owned(),
        };
        return Fault::new(end..end, "ends too early", help);
    }
    if at.is_empty() && message == "UNKNOWN" {
        return Fault::new(
            0..text.len(),
            "is nested too deeply",
            "divide it over several rules",
        );
    }
    let words = [
        "mismatched",
        "extraneous",
        "no viable",
        "token recognition",
        "missing",
    ];
    if words.iter().any(|word| message.starts_with(word)) {
        let shown = quote(text.get(at.clone()).unwrap_or_default());
        let help = match shown.as_str() {
            "=" => "for a comparison write `==`",
            "&" => "for \"and\" write `&&`",
            "and" => "write `&&`",
            "or" => "write `||`",
            "not" => "write `!`",
            "|" => "for \"or\" write `||`",
            _ => LANGUAGE,
        };
        return Fault::new(at, format!("has `{shown}` where it cannot stand"), help);
    }
    Fault::new(at, format!("cannot be read: {}", quote(message)), LANGUAGE)
}

/// What to do about an expression that nothing better is known of.
const LANGUAGE: &str = "see docs/rules.md for the language; texts stand in single quotes: record.title.contains('flood')";

/// The sign at a line and column, both from 1, the column in characters.
fn place_of(text: &str, (line, column): (isize, isize)) -> Range<usize> {
    let (line, column) = (usize::try_from(line), usize::try_from(column));
    let (Ok(line), Ok(column)) = (line.map(|line| line.max(1)), column) else {
        return 0..0;
    };
    let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1));
    let start = starts.take(line).last().unwrap_or(0);
    let before: usize = text[start..]
        .chars()
        .take(column.saturating_sub(1))
        .map(char::len_utf8)
        .sum();
    sign_at(text, start + before)
}

/// The sign, or the whole word, at a byte of a text.
fn sign_at(text: &str, at: usize) -> Range<usize> {
    let rest = text.get(at..).unwrap_or_default();
    let word: usize = rest
        .chars()
        .take_while(|letter| letter.is_alphanumeric() || *letter == '_')
        .map(char::len_utf8)
        .sum();
    let length = word.max(rest.chars().next().map_or(0, char::len_utf8));
    at..at + length
}

/// The first byte of a part of a program, in its text.
fn start_of(text: &str, source: &SourceInfo, id: u64) -> usize {
    let Some((start, _)) = source.offset_for(id) else {
        return 0;
    };
    let before = text.chars().take(start as usize).map(char::len_utf8);
    before.sum()
}

#[cfg(test)]
mod tests;
