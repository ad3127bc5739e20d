//! What went wrong, sorted by what a stage does about it.

use std::fmt;

/// What a stage does about a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// It may pass: try again later, with backoff.
    Transient,
    /// It will not pass by itself: somebody must change the configuration or the other side.
    /// Tried again rarely, and said loudly.
    Permanent,
    /// This one piece of input is the trouble: set it aside as a dead letter and go on.
    Poison,
}

impl Class {
    /// The spelling in logs, metrics and the state.
    pub fn as_str(self) -> &'static str {
        match self {
            Class::Transient => "transient",
            Class::Permanent => "permanent",
            Class::Poison => "poison",
        }
    }
}

/// A fault of a source or a sink: what went wrong, where, and what a stage does about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What a stage does about it.
    pub class: Class,
    /// A short word for metrics with few distinct values, such as `timeout` or `http_404`.
    pub kind: &'static str,
    /// One line for people: what, where, what to do.
    pub reason: String,
}

impl Fault {
    /// A fault that may pass.
    pub fn transient(kind: &'static str, reason: impl Into<String>) -> Fault {
        Fault {
            class: Class::Transient,
            kind,
            reason: reason.into(),
        }
    }

    /// A fault that somebody must mend.
    pub fn permanent(kind: &'static str, reason: impl Into<String>) -> Fault {
        Fault {
            class: Class::Permanent,
            kind,
            reason: reason.into(),
        }
    }

    /// A fault of one piece of input.
    pub fn poison(kind: &'static str, reason: impl Into<String>) -> Fault {
        Fault {
            class: Class::Poison,
            kind,
            reason: reason.into(),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl std::error::Error for Fault {}
