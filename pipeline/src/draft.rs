//! A draft: one item as its source gave it, before anything is made of it.
//!
//! Drafts are what collect commits and transform reads. They keep the source's own words (markup,
//! raw dates, original links), so that a better transform can be run over them again.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::record::{Enclosure, Image, Origin, Person, SourceRef};

/// One item from one source.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Draft {
    /// The source that it came from.
    pub source: SourceRef,
    /// When it was fetched.
    pub fetched: Timestamp,
    /// What the source said.
    pub item: Item,
    /// The HTTP answer that held it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http: Option<HttpFacts>,
    /// The file that held it, relative to the drop folder, `/` between its parts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The article's page, where it was fetched for its text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<FetchedPage>,
    /// Why the article's page is not here, where it was wanted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page_fault: Option<String>,
    /// What was repaired or left out while reading it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recovered: Vec<String>,
}

/// A page as its server gave it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FetchedPage {
    /// Its address after redirects, without credentials.
    pub url: String,
    /// `Content-Type`, verbatim.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// When its server gave it, where that was not when its draft was fetched: in an archive of the web.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fetched: Option<Timestamp>,
    /// Its body, decompressed; packed by zstd and written in base64 while it waits.
    #[serde(with = "packed")]
    pub bytes: Vec<u8>,
}

/// How a page waits in the log: pages are large and pack to a fifth.
mod packed {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use serde::de::Error as _;
    use serde::ser::Error as _;
    use serde::{Deserialize, Deserializer, Serializer};

    /// Bytes of a page that are unpacked: more were never packed.
    const MAX_BYTES: usize = 64 << 20;
    /// Quick, and nearly as small as it gets.
    const LEVEL: i32 = 3;

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        let packed = zstd::bulk::compress(bytes, LEVEL).map_err(S::Error::custom)?;
        serializer.serialize_str(&STANDARD.encode(packed))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(deserializer)?;
        let packed = STANDARD.decode(text).map_err(D::Error::custom)?;
        zstd::bulk::decompress(&packed, MAX_BYTES).map_err(D::Error::custom)
    }
}

impl Draft {
    /// Where the values of this draft were read.
    pub fn origin(&self) -> Origin {
        match self.source.kind {
            crate::record::SourceKind::Feed => Origin::Feed,
            crate::record::SourceKind::Drop => Origin::Drop,
        }
    }
}

/// Facts of an HTTP answer that go into a record's provenance.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HttpFacts {
    /// Status code.
    pub status: u16,
    /// `ETag`, verbatim.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// `Last-Modified`, verbatim.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_modified: Option<String>,
}

/// What a source said about one article, in its own words.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// The item's own identifier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guid: Option<Guid>,
    /// Link to the article, absolute where the source allows to tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<Link>,
    /// Headline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Text>,
    /// Abstract.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<Text>,
    /// The article's text or what the source gives of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<Text>,
    /// Key points, plain text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub key_points: Vec<String>,
    /// Authors.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub authors: Vec<Person>,
    /// Original publisher.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub publisher: Option<String>,
    /// Who passed it on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub syndicator: Option<String>,
    /// Categories.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<String>,
    /// Pictures.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub images: Vec<Image>,
    /// Other attached files.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub enclosures: Vec<Enclosure>,
    /// Declared language tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Copyright line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rights: Option<String>,
    /// Stated time of publication.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published: Option<Stated>,
    /// Stated time of the last change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated: Option<Stated>,
}

/// An identifier and how far it can be trusted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guid {
    /// The identifier, verbatim.
    pub value: String,
    /// How it counts when articles are told apart.
    #[serde(default)]
    pub trust: Trust,
}

/// A link and how far it can be trusted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// The link, verbatim or resolved.
    pub href: String,
    /// How it counts when articles are told apart.
    #[serde(default)]
    pub trust: Trust,
}

/// How far an identifier tells articles apart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trust {
    /// The source means it as an identity.
    #[default]
    Stated,
    /// It names a place rather than an article (the path of a dropped file): the same value hints
    /// at the same article, another value says nothing.
    Place,
    /// Several items of one document share it: it says nothing.
    Shared,
}

/// Text with its format.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    /// How to read `value`.
    pub format: TextFormat,
    /// The text itself.
    pub value: String,
}

impl Text {
    /// Plain text; paragraphs are separated by an empty line.
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TextFormat {
    /// Characters mean themselves.
    Plain,
    /// An HTML fragment, possibly broken.
    Html,
}

/// An instant as a source stated it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stated {
    /// The instant.
    pub instant: Timestamp,
    /// The text that it was read from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw: Option<String>,
    /// Offset from UTC that the text gives, or else the source's other dates, `+hh:mm`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset: Option<String>,
    /// Smallest unit that the text gives.
    pub precision: crate::record::Precision,
    /// How sure the reading of the text is, 0 to 1: what it leaves open and was assumed lowers it.
    #[serde(default = "sure", skip_serializing_if = "is_sure")]
    pub confidence: f32,
}

fn sure() -> f32 {
    1.0
}

#[allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands over a reference"
)]
fn is_sure(confidence: &f32) -> bool {
    *confidence >= sure()
}
