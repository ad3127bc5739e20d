//! The part of the record that says which times its texts speak of.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A temporal expression: where it stands and which time it means, in the terms of TimeML's TIMEX3 (ISO 24617-1).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Timex {
    /// The field of this record that it stands in: `title`, `summary`, `text`, `key_points[2]` or `images[0].caption`, counted from 0.
    pub field: String,
    /// Its first character in that field, counted in Unicode code points from 0.
    pub start: usize,
    /// One past its last character.
    pub end: usize,
    /// The expression as it stands there.
    pub text: String,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: TimexKind,
    /// The TIMEX3 value: `2023-05-09`, `2023-W19`, `2023-05-09TMO`, `P3D`, `PAST_REF`; `X` stands for what is not known, as in `XXXX-WXX-2`.
    pub value: String,
    /// The time meant, where the value is a definite one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<TimexInterval>,
    /// The smallest unit that the value names: `second`, `minute`, `hour`, `part-of-day`, `day`, `weekend`, `week`, `month`, `quarter`, `season`,
    /// `half`, `year`, `decade`, `century` or `millennium`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub granularity: Option<Cow<'static, str>>,
    /// The TIMEX3 modifier, such as `START`, `MID`, `END`, `APPROX`, `LESS_THAN` or `MORE_THAN`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modifier: Option<Cow<'static, str>>,
    /// How something stands to it, by the word before it: `since`, `until`, `by`, `before`, `after`, `from`, `to`, `during`, `within`, `around` or `between`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relation: Option<Cow<'static, str>>,
    /// Of a `SET`, how often within its period: the TIMEX3 `freq`, such as `2X`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub freq: Option<String>,
    /// Of a `SET`, which periods: the TIMEX3 `quant`, such as `EVERY`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quant: Option<Cow<'static, str>>,
    /// What its value was reckoned from: `itself` (it stands there in full, or there is nothing to reckon from), `publication`, or `earlier`, another
    /// expression.
    pub anchor: Cow<'static, str>,
    /// Of the anchor `earlier`, the place of that expression in this list, counted from 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub anchor_index: Option<usize>,
    /// How sure the reading is, 0 to 1.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub confidence: f64,
    /// Name of the rule in the table of the language.
    pub rule: Cow<'static, str>,
}

/// Types of temporal expressions, as TIMEX3 has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum TimexKind {
    /// A day or a longer time of the calendar.
    Date,
    /// A time within a day.
    Time,
    /// A length of time.
    Duration,
    /// Something that recurs.
    Set,
}

/// A stretch of time, half open. Days are written as `2023-05-09`, times as `2023-05-09T10:00:00`, with an offset from UTC only where the text names a
/// zone: otherwise they are as the clocks of the place show them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TimexInterval {
    /// Its first moment.
    pub begin: String,
    /// The first moment after it.
    pub end: String,
}
