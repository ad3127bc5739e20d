//! What is remembered of a feed's answers: its validators, the hash of its body, when it was last given whole, and where
//! it says that it has moved.
//!
//! It is stored with the items of that answer, in the same commit: whoever holds validators holds
//! the items too.

use dateline_config::Feed;
use jiff::{SignedDuration, Timestamp};
use reqwest::header::{
    ETAG, HeaderMap, HeaderName, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED,
};
use serde::{Deserialize, Serialize};
use url::Url;

use super::moved::Moved;

/// Longest validator that is kept, in bytes; real ones have 20 to 60.
const MAX_VALIDATOR: usize = 1024;

/// Time after which a feed that only ever answered "unchanged" is asked without validators, so that a server that
/// says so wrongly hides its news for a day and not for ever.
const MAX_TRUST: SignedDuration = SignedDuration::from_hours(24);

/// A document that ends too early and is still the same after so long is whole: caches that took half of one hold it for
/// minutes.
const ENDS_SO: SignedDuration = SignedDuration::from_hours(1);

/// What is remembered of an answer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Memory {
    /// The address that gave the answer; validators are sent to no other.
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    /// `ETag`, verbatim; each character is one byte.
    #[serde(skip_serializing_if = "Option::is_none")]
    etag: Option<String>,
    /// `Last-Modified`, verbatim; each character is one byte.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_modified: Option<String>,
    /// BLAKE3 of the body, in hexadecimal digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<String>,
    /// When the whole document was last given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    whole: Option<Timestamp>,
    /// The document that was given last, where it was cut off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cut: Option<Cut>,
    /// The permanent redirect that the configured address answers with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) moved: Option<Moved>,
    /// The settings that the document was read with: under others the same document holds other
    /// items, so what is remembered of it counts for nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    max_items: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<String>,
}

/// A document that ended too early.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Cut {
    /// BLAKE3 of its body.
    body: String,
    /// When it was first given, without another between.
    since: Timestamp,
}

impl Memory {
    /// What is remembered of a document that `url` gave.
    pub(super) fn of_document(url: &Url, headers: &HeaderMap, body: &[u8]) -> Memory {
        Memory {
            url: Some(super::without_credentials(url).into()),
            etag: validator(headers, ETAG),
            last_modified: validator(headers, LAST_MODIFIED),
            body: Some(blake3::hash(body).to_hex().to_string()),
            ..Memory::default()
        }
    }

    /// Notes when the document was given whole; what came as a difference leaves that as it was.
    pub(super) fn with_whole(mut self, whole: Option<Timestamp>) -> Memory {
        self.whole = whole;
        self
    }

    /// Notes where the feed says that it has moved.
    pub(super) fn with_moved(mut self, moved: Option<Moved>) -> Memory {
        self.moved = moved;
        self
    }

    /// What is remembered where the document was cut off: nothing by which the server, or its body, could be known as
    /// unchanged, or the rest of it would never be asked for. A document that always ends so is one that its publisher
    /// never closes, and is remembered like any other.
    pub(crate) fn cut_off(mut self, before: &Memory, now: Timestamp) -> Memory {
        let Some(body) = self.body.take() else {
            return self;
        };
        let since = match &before.cut {
            Some(cut) if cut.body == body => cut.since.min(now),
            _ => now,
        };
        if now.duration_since(since) >= ENDS_SO {
            self.body = Some(body);
            return self;
        }
        self.cut = Some(Cut { body, since });
        self.etag = None;
        self.last_modified = None;
        self.whole = before.whole;
        self
    }

    /// Whether the document remembered was cut off, so that there may be more of it.
    pub(crate) fn lacks_its_end(&self) -> bool {
        self.cut.is_some()
    }

    /// Takes it that no document was read, as before the first.
    pub(crate) fn unread(mut self) -> Memory {
        self.url = None;
        self
    }

    /// Whether a document was ever read.
    pub(crate) fn is_of_document(&self) -> bool {
        self.url.is_some()
    }

    /// Notes the settings that the document is read with.
    pub(crate) fn read_with(mut self, feed: &Feed) -> Memory {
        self.max_items = Some(feed.max_items);
        self.language.clone_from(&feed.language);
        self
    }

    /// What is remembered; of a document that was read with other settings, only where it was.
    pub(crate) fn if_read_with(self, feed: &Feed) -> Memory {
        let same = self.max_items == Some(feed.max_items) && self.language == feed.language;
        if same {
            return self;
        }
        Memory::default().with_moved(self.moved)
    }

    pub(crate) fn to_json(&self) -> serde_json::Value {
        serde_json::to_value(self).unwrap_or_default()
    }

    /// The address that gave the answer.
    pub(crate) fn url(&self) -> Option<Url> {
        self.url.as_deref()?.parse().ok()
    }

    pub(crate) fn etag(&self) -> Option<String> {
        self.etag.clone()
    }

    pub(crate) fn last_modified(&self) -> Option<String> {
        self.last_modified.clone()
    }

    pub(super) fn whole(&self) -> Option<Timestamp> {
        self.whole
    }

    /// Whether the document should be asked for whole, validators or not. So it is where the clock went back.
    pub(super) fn wants_whole(&self, now: Timestamp) -> bool {
        let age = self.whole.map(|whole| now.duration_since(whole));
        age.is_none_or(|age| age.is_negative() || age >= MAX_TRUST)
    }

    /// Whether the answer remembered came from this address and can be asked about.
    pub(super) fn holds_for(&self, url: &Url) -> bool {
        let same = self.url.as_deref() == Some(super::without_credentials(url).as_str());
        same && (self.etag.is_some() || self.last_modified.is_some())
    }

    /// Whether differences to the document remembered can be asked for.
    pub(super) fn takes_delta(&self, url: &Url) -> bool {
        self.etag.is_some() && self.holds_for(url)
    }

    /// Makes the request conditional (RFC 9110, section 13.1), and says that a document of the new items alone would do
    /// (RFC 3229 with the instance manipulation `feed`).
    pub(super) fn add_conditions(&self, url: &Url, headers: &mut HeaderMap) {
        if !self.holds_for(url) {
            return;
        }
        for (name, value) in [
            (IF_NONE_MATCH, &self.etag),
            (IF_MODIFIED_SINCE, &self.last_modified),
        ] {
            if let Some(value) = value.as_deref().and_then(sendable) {
                headers.insert(name, value);
            }
        }
        if headers.contains_key(IF_NONE_MATCH) {
            headers.insert(A_IM, HeaderValue::from_static("feed"));
        }
    }

    pub(super) fn same_body(&self, other: &Memory) -> bool {
        self.body.is_some() && self.url == other.url && self.body == other.body
    }
}

/// The differences that the client can apply (RFC 3229, section 10.5.3).
const A_IM: HeaderName = HeaderName::from_static("a-im");

/// A validator as it came, byte for byte: servers compare them as strings.
fn validator(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    let value = headers.get(name)?.as_bytes();
    let kept = !value.is_empty() && value.len() <= MAX_VALIDATOR;
    kept.then(|| value.iter().copied().map(char::from).collect())
}

fn sendable(validator: &str) -> Option<HeaderValue> {
    let bytes: Result<Vec<u8>, _> = validator.chars().map(u8::try_from).collect();
    HeaderValue::from_bytes(&bytes.ok()?).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn url() -> Url {
        Url::parse("https://news.example/rss").unwrap()
    }

    #[test]
    fn other_settings_make_the_document_unknown() {
        let feed = |more: &str| {
            let text = format!("[[feeds]]\nurl = \"https://news.example/rss\"\n{more}");
            let loaded =
                dateline_config::parse(&text, std::path::Path::new("dateline.toml")).unwrap();
            loaded.config.feeds[0].clone()
        };
        let memory = Memory::of_document(&url(), &HeaderMap::new(), b"body").read_with(&feed(""));
        assert_eq!(memory.clone().if_read_with(&feed("")), memory);
        for more in ["max_items = 7", "language = \"fr\""] {
            assert_eq!(memory.clone().if_read_with(&feed(more)), Memory::default());
        }
    }

    #[test]
    fn validators_go_back_byte_for_byte() {
        let odd = HeaderValue::from_bytes(b"W/\"caf\xe9 ;,\"").unwrap();
        let mut headers = HeaderMap::new();
        headers.insert(ETAG, odd.clone());
        let memory = Memory::of_document(&url(), &headers, b"body");
        let memory: Memory = serde_json::from_value(memory.to_json()).unwrap();
        let mut sent = HeaderMap::new();
        memory.add_conditions(&url(), &mut sent);
        assert_eq!(sent.get(IF_NONE_MATCH), Some(&odd));
        assert_eq!(sent.get(A_IM).unwrap(), "feed");
        let mut elsewhere = HeaderMap::new();
        memory.add_conditions(&Url::parse("https://b.example/").unwrap(), &mut elsewhere);
        assert!(elsewhere.is_empty());
    }

    #[test]
    fn a_document_is_wanted_whole_once_a_day() {
        let at = |hours: i64| Timestamp::from_second(1_700_000_000 + hours * 3600).unwrap();
        let memory = Memory::default().with_whole(Some(at(0)));
        assert!(Memory::default().wants_whole(at(0)));
        assert!(!memory.wants_whole(at(0)) && !memory.wants_whole(at(23)));
        assert!(memory.wants_whole(at(24)) && memory.wants_whole(at(-1)));
    }
}
