//! What a feed document said, whatever format it was in. Holds values only.

use std::time::Duration;

use jiff::civil::Weekday;
use serde::Serialize;
use thiserror::Error;

use crate::values::{Date, Person, Text};

/// What was read of one document.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reading {
    /// The feed itself; `None` when `error` is set.
    pub feed: Option<FeedDocument>,
    /// Its entries in document order.
    pub entries: Vec<Entry>,
    /// What was repaired or left out, one line each.
    pub recovered: Vec<String>,
    /// Whether the document ends before it says that it does: what it would have held may be missing.
    pub cut_off: bool,
    /// Why nothing could be read.
    pub error: Option<ReadError>,
}

/// Why a document is not a feed that can be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ReadError {
    /// There is nothing in it.
    #[error("the document is empty; check that the address still serves the feed")]
    Empty,
    /// It is something else.
    #[error("{0}; look up the feed's present address")]
    NotAFeed(String),
}

impl ReadError {
    /// A short word for metrics.
    pub fn kind(&self) -> &'static str {
        match self {
            ReadError::Empty => "empty",
            ReadError::NotAFeed(_) => "not_a_feed",
        }
    }
}

/// Formats of feeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// RSS 0.91 to 2.0, whatever version it names.
    Rss,
    /// RSS 0.90 and 1.0, RDF documents.
    Rdf,
    /// Atom 0.3 and 1.0.
    Atom,
    /// Channel Definition Format.
    Cdf,
    /// JSON Feed 1.0 and 1.1.
    Json,
}

/// What a feed says about itself.
#[derive(Debug, Clone, PartialEq)]
pub struct FeedDocument {
    /// The format it was read as.
    pub format: Format,
    /// Its identifier.
    pub id: Option<String>,
    /// Its name.
    pub title: Option<Text>,
    /// Its subtitle or description.
    pub subtitle: Option<Text>,
    /// The page that it belongs to, absolute where that can be told.
    pub link: Option<String>,
    /// Every link, with relations as in Atom (`self`, `hub`, `next`, `prev-archive`, `current`), of
    /// RSS feeds too.
    pub links: Vec<WebLink>,
    /// Language tag as written.
    pub language: Option<String>,
    /// Copyright line.
    pub rights: Option<Text>,
    /// Minutes for which it may be kept before it is asked for again.
    pub ttl: Option<u32>,
    /// Hours of the day, 0 to 23 in GMT, in which it need not be asked for (RSS `skipHours`).
    pub skip_hours: Vec<u8>,
    /// Days of the week, in GMT, on which it need not be asked for (RSS `skipDays`).
    pub skip_days: Vec<Weekday>,
    /// How often it changes, as it says itself (`sy:updatePeriod` by `sy:updateFrequency`).
    pub update_every: Option<Duration>,
    /// Address of its picture.
    pub image: Option<String>,
    /// Date time of publication.
    pub published: Option<Date>,
    /// Date time of the last change.
    pub updated: Option<Date>,
    /// Authors.
    pub authors: Vec<Person>,
    /// Contributors.
    pub contributors: Vec<Person>,
    /// Categories.
    pub tags: Vec<Tag>,
}

impl FeedDocument {
    /// A feed that says nothing yet.
    pub(crate) fn new(format: Format) -> FeedDocument {
        FeedDocument {
            format,
            id: None,
            title: None,
            subtitle: None,
            link: None,
            links: Vec::new(),
            language: None,
            rights: None,
            ttl: None,
            skip_hours: Vec::new(),
            skip_days: Vec::new(),
            update_every: None,
            image: None,
            published: None,
            updated: None,
            authors: Vec::new(),
            contributors: Vec::new(),
            tags: Vec::new(),
        }
    }
}

/// One entry of a feed. Only what the document says: no identifier, title or date is made up.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Entry {
    /// Its identifier (RSS `guid`, Atom and JSON `id`).
    pub id: Option<String>,
    /// Headline.
    pub title: Option<Text>,
    /// Link to the article, absolute where that can be told.
    pub link: Option<String>,
    /// Every link.
    pub links: Vec<WebLink>,
    /// Abstract.
    pub summary: Option<Text>,
    /// Contents in the order given.
    pub contents: Vec<Text>,
    /// Date time of publication.
    pub published: Option<Date>,
    /// Date time of the last change.
    pub updated: Option<Date>,
    /// Authors that the entry itself names.
    pub authors: Vec<Person>,
    /// Contributors.
    pub contributors: Vec<Person>,
    /// Categories.
    pub tags: Vec<Tag>,
    /// The feed that the entry was taken from.
    pub source: Option<Source>,
    /// Attached media.
    pub media: Vec<Media>,
    /// Addresses of thumbnails.
    pub thumbnails: Vec<String>,
    /// Copyright line.
    pub rights: Option<Text>,
    /// Language tag as written.
    pub language: Option<String>,
    /// Whether the document ends within it, so that it may say more another time.
    #[serde(skip)]
    pub cut_off: bool,
}

/// The feed that an entry was taken from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Source {
    /// Its name.
    pub title: Option<String>,
    /// Its address, or that of its page.
    pub link: Option<String>,
    /// Its authors.
    pub authors: Vec<Person>,
}

/// A link with its relation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct WebLink {
    /// Address.
    pub href: String,
    /// Relation; `None` for the plain link of RSS.
    pub rel: Option<String>,
    /// Media type as given.
    #[serde(rename = "type")]
    pub media_type: Option<String>,
    /// Title.
    pub title: Option<String>,
    /// Language tag of what it leads to.
    pub language: Option<String>,
    /// Length in bytes as given.
    pub length: Option<u64>,
}

/// A category.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Tag {
    /// The category itself.
    pub term: String,
    /// What it is taken from.
    pub scheme: Option<String>,
    /// How it is shown to readers.
    pub label: Option<String>,
}

/// An attached file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Media {
    /// Address.
    pub url: String,
    /// Media type as given.
    pub media_type: Option<String>,
    /// Length in bytes as given.
    pub length: Option<u64>,
    /// Caption, as written.
    pub caption: Option<String>,
    /// Who made it, as written.
    pub credit: Option<String>,
}

impl Media {
    /// Whether it is a picture, by its type or else by the end of its address.
    pub fn is_image(&self) -> bool {
        if let Some(media_type) = &self.media_type {
            return media_type.starts_with("image/");
        }
        let path = self.url.split(['?', '#']).next().unwrap_or_default();
        let extension = path
            .rsplit_once('.')
            .map(|(_, extension)| extension.to_ascii_lowercase());
        matches!(
            extension.as_deref(),
            Some("jpg" | "jpeg" | "png" | "gif" | "webp" | "avif")
        )
    }
}
