//! What feeds say in more than one place: texts, persons, dates.

use dateline_timestamps::Precision;
use jiff::Timestamp;
use serde::Serialize;

/// Text with its format.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Text {
    /// How to read `value`.
    pub format: TextFormat,
    /// The text itself.
    pub value: String,
}

impl Text {
    /// Plain text.
    pub fn plain(value: impl Into<String>) -> Text {
        Text {
            format: TextFormat::Plain,
            value: value.into(),
        }
    }

    /// An HTML fragment.
    pub fn html(value: impl Into<String>) -> Text {
        Text {
            format: TextFormat::Html,
            value: value.into(),
        }
    }
}

/// Formats of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TextFormat {
    /// Characters mean themselves.
    Plain,
    /// An HTML fragment, possibly broken.
    Html,
}

/// A person or an organisation. At least one field is present.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Person {
    /// Name as written.
    pub name: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// Address of a page about the person.
    pub url: Option<String>,
}

/// An instant as the feed stated it. It is written by its text alone: who compares what a feed says with what it said before is not to be told of
/// other readings of the same words.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Date {
    /// The instant.
    #[serde(skip)]
    pub instant: Timestamp,
    /// The text that it was read from.
    pub raw: String,
    /// Offset from UTC that the text gives, or else the feed's other dates, `+hh:mm`.
    #[serde(skip)]
    pub offset: Option<String>,
    /// Smallest unit that the text gives, seconds at the finest.
    #[serde(skip)]
    pub precision: Precision,
    /// How sure the reading is, 0 to 1: what the text leaves open and was assumed lowers it.
    #[serde(skip)]
    pub confidence: f32,
}
