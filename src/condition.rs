//! How a source does, in a word: the same one in the terminal and on the page.

use dateline_pipeline::store::SourceState;

/// How a feed does, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Condition {
    /// It is switched off.
    Off,
    /// It has not been asked yet.
    New,
    /// Its last turn went well.
    Well,
    /// Its last turns failed.
    Failing(u32),
    /// Its publisher took it away for good.
    Gone,
}

impl Condition {
    /// How a source does by its last turn: its outcome, and how often in a row it has failed.
    pub(crate) fn of_turn(outcome: &str, failures: u32) -> Condition {
        match outcome {
            "gone" => Condition::Gone,
            "failed" => Condition::Failing(failures),
            _ => Condition::Well,
        }
    }

    /// How a source does by its state alone.
    pub(crate) fn of_state(state: &SourceState) -> Condition {
        Condition::of_turn(&state.outcome, state.failures)
    }

    /// Whether somebody should look at it.
    pub(crate) fn is_bad(self) -> bool {
        matches!(self, Condition::Failing(_) | Condition::Gone)
    }

    /// The condition for people.
    pub(crate) fn word(self) -> String {
        match self {
            Condition::Off => "off".to_owned(),
            Condition::New => "new".to_owned(),
            Condition::Well => "ok".to_owned(),
            Condition::Failing(failures) => format!("failing ×{failures}"),
            Condition::Gone => "gone".to_owned(),
        }
    }
}
