//! Which articles tell one story.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The story that an article tells in nearly the same words as others, under addresses of their own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Duplicates {
    /// What all copies of one story share: the `id` of the article of it that was met first.
    #[schemars(regex(pattern = "^[0-9a-f]{32}$"))]
    pub cluster: String,
    /// The `id` of the earliest copy: the one that was published first, among those met when this record was made. Absent in the earliest itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = "^[0-9a-f]{32}$"))]
    pub of: Option<String>,
    /// The share of the shorter text's sequences of five words that the longer one has too, 0 to 1, between this article and the copy that it was
    /// recognised by. Absent where it was not compared: in the article of the story that was met first, and in later revisions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.0, max = 1.0))]
    pub similarity: Option<f64>,
    /// How it was recognised; present exactly when `similarity` is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<DuplicateMethod>,
}

/// What two texts agree on besides their words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DuplicateMethod {
    /// They have figures, and enough of them in the same order.
    Figures,
    /// They have too few figures to tell; the less alike their titles are, the more words they must share.
    Title,
}
