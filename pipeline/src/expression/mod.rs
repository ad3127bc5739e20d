//! Expressions over records: what rules, the routes of sinks and the tests of a configuration ask.
//!
//! The language is CEL (Common Expression Language): it has no loops but those over lists, no side effects and no I/O. An
//! expression sees the record as consumers do, as JSON ([`Sight`]). What a record does not have is unknown: a condition that needs
//! it does not hold, and a value that needs it is none ([`Unmet::Absent`]); everything else that goes wrong is a failure.
//!
//! Programs come parsed from the configuration, which bounds their length and depth; here they are walked and
//! evaluated by recursion on that depth.

mod functions;
mod json;
mod names;
mod shape;
mod sight;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use cel::{ExecutionError, Program, Value};

pub use json::json;
pub use names::{EACH, Wanted};
pub use sight::Sight;

/// The variable that the record is.
pub const RECORD: &str = "record";

/// Longest account of a failure, in characters: what functions say may repeat their arguments.
const MAX_CAUSE: usize = 200;

/// An expression, ready to be asked.
#[derive(Debug)]
pub struct Expression {
    program: Arc<Program>,
    /// Where it is written, for metrics and messages: `rules.desk`, `sinks.jsonl.main`.
    place: String,
    /// Whether its failing has been noted in the log.
    noted: AtomicBool,
}

/// Why an expression has no value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unmet {
    /// The record does not have what it speaks of.
    #[error("the record has no `{0}`")]
    Absent(String),
    /// It asks for what cannot be, such as the sum of a text and a number.
    #[error("{0}")]
    Failed(String),
}

impl Expression {
    /// A program that was written at `place`.
    #[must_use]
    pub fn new(program: Arc<Program>, place: impl Into<String>) -> Self {
        Self {
            program,
            place: place.into(),
            noted: AtomicBool::new(false),
        }
    }

    /// The fields of a record that it looks at.
    #[must_use]
    pub fn wanted(&self) -> Wanted {
        Wanted::of(self.program.expression())
    }

    /// The paths of the fields that it speaks of, `*` for every entry of a list: to tell what a record has there.
    #[must_use]
    pub fn paths(&self) -> Vec<String> {
        names::paths(self.program.expression())
            .into_iter()
            .collect()
    }

    /// Its value for a record.
    ///
    /// # Errors
    /// Why it has none. A failure is counted, and the first one noted in the log.
    pub fn value(&self, sight: &Sight<'_>) -> Result<Value, Unmet> {
        let unmet = match self.program.execute(sight.context()) {
            Ok(value) => return Ok(value),
            Err(error) => unmet(&error),
        };
        if let Unmet::Failed(cause) = &unmet {
            self.note(cause);
        }
        Err(unmet)
    }

    /// Whether it is true of a record. What is unknown is not true.
    ///
    /// # Errors
    /// The account of a failure, which is counted and noted.
    pub fn holds(&self, sight: &Sight<'_>) -> Result<bool, String> {
        match self.value(sight) {
            Ok(Value::Bool(answer)) => Ok(answer),
            Ok(other) => {
                let cause = format!("it is {} and not true or false", json::kind(&other));
                self.note(&cause);
                Err(cause)
            }
            Err(Unmet::Absent(_)) => Ok(false),
            Err(Unmet::Failed(cause)) => Err(cause),
        }
    }

    /// Counts a failure; what it is, the log says once.
    pub(crate) fn note(&self, cause: &str) {
        metrics::counter!("dateline_expressions_failed_total", "place" => self.place.clone())
            .increment(1);
        if !self.noted.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                place = self.place,
                cause,
                "an expression has no value for a record; it is counted from now on, and not said again until the next start"
            );
        }
    }
}

/// What an error of the interpreter means, without the values that it met: they may be whole texts.
fn unmet(error: &ExecutionError) -> Unmet {
    let cause = match error {
        ExecutionError::NoSuchKey(key) => return Unmet::Absent(key.to_string()),
        ExecutionError::IndexOutOfBounds(_) => {
            return Unmet::Absent("entry of that number".to_owned());
        }
        ExecutionError::NoSuchOverload(overload) => overload.to_string(),
        ExecutionError::UnsupportedBinaryOperator(operator, left, right) => {
            let (left, right) = (json::kind(left), json::kind(right));
            format!("`{operator}` does not take {left} and {right}")
        }
        ExecutionError::ValuesNotComparable(left, right) => {
            let (left, right) = (json::kind(left), json::kind(right));
            format!("{left} and {right} cannot be compared")
        }
        ExecutionError::UndeclaredReference(name) => format!("nothing is called `{name}`"),
        ExecutionError::FunctionError { function, message } => {
            format!("{function}(): {message}")
        }
        ExecutionError::UnexpectedType { got, want } => format!("{got} where {want} is expected"),
        ExecutionError::DivisionByZero(_) | ExecutionError::RemainderByZero(_) => {
            "a division by zero".to_owned()
        }
        ExecutionError::Overflow(operator, ..) => format!("`{operator}` goes beyond 64 bits"),
        _ => "it asks for what its values cannot do".to_owned(),
    };
    Unmet::Failed(
        cause
            .lines()
            .next()
            .unwrap_or_default()
            .chars()
            .take(MAX_CAUSE)
            .collect(),
    )
}

#[cfg(test)]
mod tests;
