//! The record, version 1: what consumers of the output topic and files read, one per article
//! version.
//!
//! The JSON Schema that `dateline schema record` prints is generated from these types, and
//! `docs/record.md` explains them to downstream users. Absent means unknown: a field that nothing
//! is known about is left out, an empty list likewise. Version 1 grows by optional fields only.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

mod duplicates;
mod entity;
mod quantity;
mod timex;

pub use duplicates::{DuplicateMethod, Duplicates};
pub use entity::{Coordinates, Entity, Link, Mention};
pub use quantity::Quantity;
pub use timex::{Timex, TimexInterval, TimexKind};

/// The value of [`Record::schema`] for this version.
pub const SCHEMA: &str = "dateline/1";

/// One version of one article.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "Dateline record, version 1")]
pub struct Record {
    /// Name and version of this schema, always `dateline/1`.
    #[schemars(extend("const" = "dateline/1"))]
    pub schema: String,
    /// Identity of the article, 32 hexadecimal digits, the same for all its revisions and for
    /// every source it was seen in. It is the key of the Kafka message.
    #[schemars(regex(pattern = "^[0-9a-f]{32}$"))]
    pub id: String,
    /// Number of this version of the article, from 1. A consumer that keeps the highest revision
    /// of each `id` holds the current text of every article.
    #[schemars(range(min = 1))]
    pub revision: u32,
    /// `new` for revision 1, `revised` for every later one.
    pub op: Op,
    /// Present where the record was made anew from what had been fetched before (`dateline reprocess`), and says what it is to the record of the
    /// article before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reprocessed: Option<Reprocessed>,
    /// The configured feed or drop folder that this version came from.
    pub source: SourceRef,
    /// Ids of the sources in which the article had been seen when this record was made, sorted; at most 32, that of `source` among them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub seen_in: Vec<String>,
    /// Link to the article as the source gave it, resolved against the feed's address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Where the same link leads in the end, as far as it tells by itself, without fragment, default port, session ids and tracking parameters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub canonical_url: Option<String>,
    /// The item's own identifier as the feed gave it (RSS `guid`, Atom `id`, JSON Feed `id`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guid: Option<String>,
    /// The organisation that published the article first, where the source names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publisher: Option<String>,
    /// The service that passed the article on, where it is not the publisher.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub syndicator: Option<String>,
    /// Authors in the order given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub authors: Vec<Person>,
    /// Headline, plain text on one line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The source's own abstract, plain text, paragraphs joined by an empty line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// Key points that the article lists above its body, plain text, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub key_points: Vec<String>,
    /// The article's text, plain, paragraphs joined by an empty line (`\n\n`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Where `text` came from; present exactly when `text` is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text_origin: Option<Origin>,
    /// Pictures that the source attaches to the article, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub images: Vec<Image>,
    /// Other media files attached to the item (podcast episodes, videos, documents).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub enclosures: Vec<Enclosure>,
    /// Categories or tags of the item, plain text, in order, without repetition.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<String>,
    /// Language of the article.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// Copyright or licence line of the item.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rights: Option<String>,
    /// When the article was published, according to its source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published: Option<Instant>,
    /// When the article was last changed, according to its source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated: Option<Instant>,
    /// When Dateline first met this article, in any source (UTC, RFC 3339).
    #[schemars(with = "Rfc3339")]
    pub first_seen: Timestamp,
    /// When this version was fetched from its source (UTC, RFC 3339).
    #[schemars(with = "Rfc3339")]
    pub fetched: Timestamp,
    /// When this record was made (UTC, RFC 3339).
    #[schemars(with = "Rfc3339")]
    pub emitted: Timestamp,
    /// Whom and what title, summary, key points, text and captions name, in the order of their first mentions; at most 2000 mentions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entities: Vec<Entity>,
    /// The times that title, summary, key points, text and captions speak of, field by field in this order, in each by their place; at
    /// most 1000.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub timestamps: Vec<Timex>,
    /// The amounts of money, percentages, measured quantities and tickers that title, summary, key points, text and captions tell, field by field in
    /// this order, in each by their place; at most 1000.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub quantities: Vec<Quantity>,
    /// The story that this article tells as other articles do; absent where none is known to tell it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duplicates: Option<Duplicates>,
    /// What the rules of the configuration say of this version, by names of their own: any JSON values.
    #[serde(default, skip_serializing_if = "serde_json::Map::is_empty")]
    pub fields: serde_json::Map<String, serde_json::Value>,
    /// How this record came about.
    pub provenance: Provenance,
}

/// What a record says about its article.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Op {
    /// The first version of an article.
    New,
    /// A later version of an article that was delivered before.
    Revised,
}

/// What a record that was made anew is to the record of its article before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reprocessed {
    /// A revision of its own, with the next number: its source has changed nothing, Dateline has found something else in it.
    Revision,
    /// It takes the place of the record with the same `id` and `revision`.
    Replacement,
}

impl Op {
    /// The spelling in records and headers.
    pub fn as_str(self) -> &'static str {
        match self {
            Op::New => "new",
            Op::Revised => "revised",
        }
    }
}

/// A configured source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SourceRef {
    /// Whether the source is a feed or a drop folder.
    pub kind: SourceKind,
    /// The source's `id` in the configuration.
    pub id: String,
    /// Its name: the configured one, else the title the feed gives itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Address of the feed; absent for drop folders.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Its `tags` in the configuration, in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
}

/// The kinds of source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SourceKind {
    /// An RSS, Atom or JSON feed.
    Feed,
    /// A folder that files are dropped into.
    Drop,
}

impl SourceKind {
    /// The spelling in records, headers and metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            SourceKind::Feed => "feed",
            SourceKind::Drop => "drop",
        }
    }
}

/// Where a value was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// The feed's own item.
    Feed,
    /// A dropped file.
    Drop,
    /// The article's page.
    Page,
}

/// A person or organisation that wrote the article. At least one field is present.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Person {
    /// Name as written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// E-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Address of a page about the person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

impl Person {
    /// Somebody of whom the name is known alone.
    #[must_use]
    pub fn named(name: impl Into<String>) -> Self {
        Self {
            name: Some(name.into()),
            ..Self::default()
        }
    }
}

/// A picture. At least one field is present.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Image {
    /// Address of the picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Text that stands for the picture where it cannot be shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alt: Option<String>,
    /// Caption, plain text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caption: Option<String>,
    /// Who made or supplied it, as written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credit: Option<String>,
}

/// A media file attached to an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Enclosure {
    /// Address of the file.
    pub url: String,
    /// Media type as given.
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// Length in bytes as given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub length: Option<u64>,
}

/// Language of an article.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Language {
    /// Primary language subtag in lower case (BCP 47), such as `en`: the declared one, unless title and text are surely of another.
    pub code: String,
    /// How sure it is that title and text are of this language, 0.8 to 1; absent where they are too short to tell, or of a language that is not known well
    /// enough, and the declared one is taken at its word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<f64>,
    /// The tag that item, feed or configuration declares, as written, such as `en-GB`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declared: Option<String>,
}

/// An instant that a source states. Where several dates were written, `docs/record.md` says which one is taken.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Instant {
    /// The instant (UTC, RFC 3339).
    #[schemars(with = "Rfc3339")]
    pub instant: Timestamp,
    /// Offset from UTC that the source wrote, in this date or else in its others, or that its publisher's country has, `+hh:mm` or
    /// `-hh:mm`; absent where none is known and UTC was assumed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset: Option<String>,
    /// The smallest unit that the source wrote.
    pub precision: Precision,
    /// Where it was read.
    pub from: DateOrigin,
    /// The text that it was read from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw: Option<String>,
    /// How sure it is, 0 to 1: 1 where a source states it in full and nothing contradicts it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.0, max = 1.0))]
    pub confidence: Option<f64>,
}

/// Where a date was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DateOrigin {
    /// The feed's own item.
    Feed,
    /// A dropped file, or its path.
    Drop,
    /// The article's page.
    Page,
    /// The path of the article's address.
    Url,
}

/// The smallest unit that a written date names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Precision {
    /// A year alone; the instant is its first moment, as with the other units.
    Year,
    /// A month.
    Month,
    /// A day without a time.
    Day,
    /// An hour without minutes.
    Hour,
    /// Hours and minutes.
    Minute,
    /// Seconds or finer.
    Second,
}

impl From<dateline_timestamps::Precision> for Precision {
    fn from(read: dateline_timestamps::Precision) -> Self {
        use dateline_timestamps::Precision as Read;
        match read {
            Read::Year => Self::Year,
            Read::Month => Self::Month,
            Read::Day => Self::Day,
            Read::Hour => Self::Hour,
            Read::Minute => Self::Minute,
            Read::Second | Read::Subsecond => Self::Second,
        }
    }
}

impl From<Precision> for dateline_timestamps::Precision {
    fn from(recorded: Precision) -> Self {
        match recorded {
            Precision::Year => Self::Year,
            Precision::Month => Self::Month,
            Precision::Day => Self::Day,
            Precision::Hour => Self::Hour,
            Precision::Minute => Self::Minute,
            Precision::Second => Self::Second,
        }
    }
}

/// How a record came about.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Provenance {
    /// HTTP status of the answer that held the item.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http_status: Option<u16>,
    /// Its `ETag` header, verbatim.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// Its `Last-Modified` header, verbatim.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_modified: Option<String>,
    /// The dropped file, relative to its folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Hash over the wording of what a reader reads (title, summary, key points, text, authors, captions and credits), 32 hexadecimal digits:
    /// white space, shapes of quotation marks and dashes, counters of views and the like make no difference. Two revisions of an article never share
    /// it in a row, unless the later one is `reprocessed`.
    pub content_hash: String,
    /// What was repaired or left out while reading, one line each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recovered: Vec<String>,
    /// Which models enriched it.
    #[serde(default, skip_serializing_if = "Models::are_none")]
    pub models: Models,
}

/// Names of the models that enriched a record.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Models {
    /// The one that found the entities, such as `en-1`; absent where none was looked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entities: Option<String>,
}

impl Models {
    fn are_none(&self) -> bool {
        self.entities.is_none()
    }
}

/// Stands for an RFC 3339 instant in the JSON Schema.
#[derive(JsonSchema)]
#[schemars(transparent)]
struct Rfc3339(
    #[schemars(extend("format" = "date-time"))]
    #[allow(dead_code)]
    String,
);

/// The JSON Schema (draft 2020-12) of a [`Record`].
pub fn json_schema() -> serde_json::Value {
    schemars::SchemaGenerator::default()
        .into_root_schema_for::<Record>()
        .to_value()
}
