//! Which records go to a sink.

use crate::expression::{Expression, Sight, Wanted};

/// The condition on which records go to a sink.
#[derive(Debug)]
pub struct Route {
    condition: Expression,
    wanted: Wanted,
}

impl Route {
    /// Records for which `condition` is true.
    #[must_use]
    pub fn new(condition: Expression) -> Self {
        let wanted = condition.wanted();
        Self { condition, wanted }
    }

    /// Whether a record, as it is stored, goes to the sink. One for which the condition fails does: a record too many is seen, one too few is not.
    #[must_use]
    pub fn takes(&self, record: &[u8]) -> bool {
        match Sight::of(record, &self.wanted) {
            Ok(sight) => self.condition.holds(&sight).unwrap_or(true),
            Err(_) => true,
        }
    }
}
