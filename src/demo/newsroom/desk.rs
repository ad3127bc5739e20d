//! A paper's desk: what its feed holds at this moment, and how its server answers.

use std::collections::VecDeque;
use std::hash::{DefaultHasher, Hash, Hasher};

use jiff::Timestamp;

use super::formats;
use super::paper::{Article, Paper};

/// Articles that a feed holds; older ones leave it. More than the programme publishes in one paper,
/// and enough that a daemon which asks every few seconds misses none afterwards.
const MOST_ARTICLES: usize = 40;

/// An article in a feed.
#[derive(Debug, Clone)]
pub(crate) struct Printed {
    pub(crate) guid: String,
    pub(crate) link: String,
    pub(crate) article: Article,
    pub(crate) published: Timestamp,
    pub(crate) updated: Timestamp,
}

/// What is wrong with a paper's server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// It answers 500.
    ServerError,
    /// It breaks the document off after its first articles.
    CutOff,
}

/// What a server has answered so far.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Served {
    /// Requests.
    pub(crate) asked: u64,
    /// Answers 304.
    pub(crate) unchanged: u64,
    /// Answers 500.
    pub(crate) failed: u64,
    /// Documents broken off.
    pub(crate) cut_off: u64,
    /// Status of the last answer.
    pub(crate) last: Option<u16>,
}

/// A document with its validators.
pub(crate) struct Document {
    pub(crate) content_type: &'static str,
    pub(crate) body: String,
    pub(crate) etag: String,
    pub(crate) changed: Timestamp,
}

/// What a server answers.
pub(crate) enum Answer {
    Document(Document),
    NotModified { etag: String },
    ServerError,
}

/// A paper at work.
pub(crate) struct Desk {
    pub(crate) paper: Paper,
    pub(crate) trouble: Option<Trouble>,
    pub(crate) served: Served,
    /// Newest first, as feeds have it.
    shelf: VecDeque<Printed>,
    changed: Timestamp,
}

impl Desk {
    pub(crate) fn new(paper: Paper, now: Timestamp) -> Desk {
        Desk {
            paper,
            trouble: None,
            served: Served::default(),
            shelf: VecDeque::new(),
            changed: now,
        }
    }

    /// Puts an article on top of the feed, or its new version in the place of the old one.
    pub(crate) fn print(&mut self, guid: String, link: String, article: Article, now: Timestamp) {
        self.changed = now;
        if let Some(printed) = self.shelf.iter_mut().find(|printed| printed.guid == guid) {
            printed.article = article;
            printed.updated = now;
            return;
        }
        let (published, updated) = (now, now);
        self.shelf.push_front(Printed {
            guid,
            link,
            article,
            published,
            updated,
        });
        self.shelf.truncate(MOST_ARTICLES);
    }

    /// Answers a request that states this `If-None-Match`.
    pub(crate) fn answer(&mut self, address: &str, known: Option<&str>) -> Answer {
        self.served.asked += 1;
        if self.trouble == Some(Trouble::ServerError) {
            self.served.failed += 1;
            self.served.last = Some(500);
            return Answer::ServerError;
        }
        let articles: Vec<&Printed> = self.shelf.iter().collect();
        let (content_type, mut body) = formats::write(&self.paper, &articles, address);
        if self.trouble == Some(Trouble::CutOff) {
            body.truncate(formats::middle(self.paper.format, &body));
        }
        let etag = etag(&body);
        if known == Some(etag.as_str()) {
            self.served.unchanged += 1;
            self.served.last = Some(304);
            return Answer::NotModified { etag };
        }
        if self.trouble == Some(Trouble::CutOff) {
            self.served.cut_off += 1;
        }
        self.served.last = Some(200);
        Answer::Document(Document {
            content_type,
            body,
            etag,
            changed: self.changed,
        })
    }
}

/// A strong validator: equal for equal bodies within one run.
fn etag(body: &str) -> String {
    let mut hasher = DefaultHasher::new();
    body.hash(&mut hasher);
    format!("\"{:016x}\"", hasher.finish())
}
