//! What is remembered of a feed besides its last answer. Stored in one object with it; each part reads
//! its own keys and leaves the others alone.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::paging::Cursor;
use crate::websub::{Announced, Subscription, Trust};

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Kept {
    /// What is left of the first fill.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) fill: Option<Cursor>,
    /// The hub that the feed announces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) announced: Option<Announced>,
    /// The subscription there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) websub: Option<Subscription>,
    /// How far the hub may be relied on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) trust: Option<Trust>,
    /// The page that the feed says it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) page: Option<String>,
}

/// The keys of [`Kept`].
const KEYS: &[&str] = &["fill", "announced", "websub", "trust", "page"];

impl Kept {
    /// What an earlier turn asked to be remembered; what another version wrote and this one does not
    /// understand is as good as nothing.
    pub(super) fn of(memory: &Value) -> Kept {
        fn part<T: serde::de::DeserializeOwned>(memory: &Value, key: &str) -> Option<T> {
            serde_json::from_value(memory.get(key)?.clone()).ok()
        }
        Kept {
            fill: part(memory, "fill"),
            announced: part(memory, "announced"),
            websub: part(memory, crate::websub::KEY),
            trust: part(memory, "trust"),
            page: part(memory, "page"),
        }
    }

    /// `memory` with this in place of what it held of these parts.
    pub(super) fn put_into(&self, mut memory: Value) -> Value {
        let own = match serde_json::to_value(self) {
            Ok(Value::Object(own)) => own,
            _ => return memory,
        };
        if memory.is_null() && !own.is_empty() {
            memory = Value::Object(serde_json::Map::new());
        }
        if let Some(memory) = memory.as_object_mut() {
            for key in KEYS {
                memory.remove(*key);
            }
            memory.extend(own);
        }
        memory
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::json;

    use super::*;

    #[test]
    fn other_keys_stay_and_what_is_done_goes() {
        let memory =
            json!({ "etag": "x", "fill": { "next": "http://a/", "left": 1, "visited": [] } });
        let mut kept = Kept::of(&memory);
        assert!(kept.fill.is_some());
        assert_eq!(Kept::of(&kept.put_into(json!({ "etag": "y" }))), kept);
        kept.fill = None;
        assert_eq!(kept.put_into(memory), json!({ "etag": "x" }));
        assert_eq!(kept.put_into(Value::Null), Value::Null);
        assert_eq!(Kept::of(&json!({ "fill": 7 })), Kept::default());
    }
}
