//! Where an exactly-once sink goes on: the store and Kafka each know a position.

use dateline_pipeline::sink::Stored;
use serde_json::{Value, json};

/// Key in the stored detail: the last record that Kafka had when the store's position was written.
const DELIVERED: &str = "delivered";

/// What to keep with `position`, to notice when the position alone was set back.
pub(crate) fn detail(position: i64) -> Value {
    json!({ DELIVERED: position })
}

/// Where to go on.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Resume {
    pub(crate) position: i64,
    /// The position in the store was set back on purpose.
    pub(crate) is_replay: bool,
}

impl Resume {
    /// The larger of both positions: a crash between Kafka's commit and the store's leaves the
    /// store behind. A store that is behind its own detail was set back to send records again.
    pub(crate) fn from(stored: &Stored, committed: Option<i64>) -> Resume {
        let delivered = stored.detail.get(DELIVERED).and_then(Value::as_i64);
        match delivered {
            // A replay that has begun moved Kafka's position back as well.
            Some(delivered)
                if stored.position < delivered && committed.is_some_and(|c| c >= delivered) =>
            {
                Resume {
                    position: stored.position,
                    is_replay: true,
                }
            }
            _ => Resume {
                position: committed.unwrap_or(0).max(stored.position),
                is_replay: false,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;

    fn stored(position: i64, detail: Value) -> Stored {
        Stored {
            log: "a".to_owned(),
            position,
            detail,
        }
    }

    #[test]
    fn the_larger_position_counts() {
        for (position, detail, committed, wanted) in [
            (0, Value::Null, None, 0),
            (0, Value::Null, Some(9), 9),
            (5, json!({ "delivered": 5 }), Some(9), 9),
            (9, json!({ "delivered": 9 }), None, 9),
            (12, json!({ "delivered": 9 }), Some(9), 12),
        ] {
            let resume = Resume::from(&stored(position, detail), committed);
            assert_eq!((resume.position, resume.is_replay), (wanted, false));
        }
    }

    #[test]
    fn a_position_set_back_is_a_replay_until_it_has_begun() {
        let set_back = stored(3, json!({ "delivered": 9 }));
        let resume = Resume::from(&set_back, Some(9));
        assert_eq!((resume.position, resume.is_replay), (3, true));
        let begun = Resume::from(&set_back, Some(6));
        assert_eq!((begun.position, begun.is_replay), (6, false));
    }
}
