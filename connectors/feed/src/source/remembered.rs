//! What a feed's memory says to people: hubs, moves, a first fill that goes on. Nothing secret.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::kept::Kept;
use crate::fetch::Moved;

/// A fact of a feed's memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remembered {
    /// What it is about, a word: `hub`, `moved`, `pages`.
    pub about: &'static str,
    /// The fact.
    pub text: String,
}

/// The page that a feed says it belongs to.
pub fn page(memory: &Value) -> Option<String> {
    Kept::of(memory).page
}

/// What of a feed's memory is worth telling. What cannot be understood is left out.
pub fn remembered(memory: &Value, now: Timestamp) -> Vec<Remembered> {
    let kept = Kept::of(memory);
    let mut facts = Vec::new();
    let mut tell = |about, text| facts.push(Remembered { about, text });
    if let Some(Ok(moved)) = memory.get("moved").map(Moved::deserialize) {
        tell("moved", moved.standing());
    }
    match (&kept.websub, &kept.announced) {
        (Some(subscription), _) => tell("hub", subscription.standing(now)),
        (None, Some(announced)) => tell(
            "hub",
            format!(
                "{} is announced and not subscribed to; `callback` under [websub] switches that on",
                announced.hub()
            ),
        ),
        (None, None) => {}
    }
    if kept.fill.is_some() {
        tell("pages", "older pages are still being read back".to_owned());
    }
    facts
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::json;

    use super::*;

    fn told(memory: &Value) -> Vec<String> {
        let now = "2026-03-02T12:00:00Z".parse().unwrap();
        remembered(memory, now)
            .into_iter()
            .map(|fact| format!("{}: {}", fact.about, fact.text))
            .collect()
    }

    #[test]
    fn nothing_is_told_of_nothing_and_of_what_is_not_understood() {
        assert!(told(&Value::Null).is_empty());
        assert!(
            told(&json!({ "moved": 7, "websub": [], "announced": "x", "etag": "y" })).is_empty()
        );
    }

    #[test]
    fn moves_hubs_and_pages_are_told() {
        let memory = json!({
            "moved": { "from": "http://a.example/", "to": "https://b.example/", "first": "2026-03-01T08:00:00Z", "latest": "2026-03-02T08:00:00Z", "sightings": 2 },
            "announced": { "hubs": ["https://hub.example/"], "topic": "https://a.example/" },
            "fill": { "next": "http://a.example/?page=2", "left": 1, "visited": [] },
        });
        let told = told(&memory);
        assert!(
            told[0].contains("https://b.example/ for good (seen 2 times, first on 2026-03-01)"),
            "{told:?}"
        );
        assert!(
            told[1].contains("https://hub.example/ is announced"),
            "{told:?}"
        );
        assert!(told[2].starts_with("pages: "), "{told:?}");
    }
}
