//! What is remembered of a feed's last answer: its validators and the hash of its body.
//!
//! It is stored with the items of that answer, in the same commit: whoever holds validators holds
//! the items too.

use dateline_config::Feed;
use reqwest::header::{
    ETAG, HeaderMap, HeaderName, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED,
};
use serde::{Deserialize, Serialize};
use url::Url;

/// Longest validator that is kept, in bytes; real ones have 20 to 60.
const MAX_VALIDATOR: usize = 1024;

/// What is remembered of an answer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Memory {
    /// The address that gave the answer; validators are sent to no other.
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    /// `ETag`, verbatim.
    #[serde(skip_serializing_if = "Option::is_none")]
    etag: Option<String>,
    /// `Last-Modified`, verbatim.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_modified: Option<String>,
    /// BLAKE3 of the body, in hexadecimal digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<String>,
    /// The settings that the document was read with: under others the same document holds other
    /// items, so what is remembered of it counts for nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    max_items: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<String>,
}

impl Memory {
    pub(super) fn new(url: &Url, headers: &HeaderMap, body: &[u8]) -> Memory {
        let validator = |name: HeaderName| {
            let value = headers.get(name)?.to_str().ok()?;
            (value.len() <= MAX_VALIDATOR).then(|| value.to_owned())
        };
        Memory {
            url: Some(super::without_credentials(url).into()),
            etag: validator(ETAG),
            last_modified: validator(LAST_MODIFIED),
            body: Some(blake3::hash(body).to_hex().to_string()),
            max_items: None,
            language: None,
        }
    }

    /// Notes the settings that the document is read with.
    pub(crate) fn read_with(mut self, feed: &Feed) -> Memory {
        self.max_items = Some(feed.max_items);
        self.language.clone_from(&feed.language);
        self
    }

    /// What is remembered, unless the document was read with other settings.
    pub(crate) fn if_read_with(self, feed: &Feed) -> Memory {
        let same = self.max_items == Some(feed.max_items) && self.language == feed.language;
        if same { self } else { Memory::default() }
    }

    pub(crate) fn to_json(&self) -> serde_json::Value {
        serde_json::to_value(self).unwrap_or_default()
    }

    pub(crate) fn etag(&self) -> Option<String> {
        self.etag.clone()
    }

    pub(crate) fn last_modified(&self) -> Option<String> {
        self.last_modified.clone()
    }

    /// Whether the answer remembered came from this address and can be asked about.
    pub(super) fn holds_for(&self, url: &Url) -> bool {
        let same = self.url.as_deref() == Some(super::without_credentials(url).as_str());
        same && (self.etag.is_some() || self.last_modified.is_some())
    }

    /// Makes the request conditional (RFC 9110, section 13.1).
    pub(super) fn add_conditions(&self, url: &Url, headers: &mut HeaderMap) {
        if !self.holds_for(url) {
            return;
        }
        for (name, value) in [
            (IF_NONE_MATCH, &self.etag),
            (IF_MODIFIED_SINCE, &self.last_modified),
        ] {
            if let Some(value) = value
                .as_deref()
                .and_then(|value| HeaderValue::from_str(value).ok())
            {
                headers.insert(name, value);
            }
        }
    }

    pub(super) fn same_body(&self, other: &Memory) -> bool {
        self.body.is_some() && self.url == other.url && self.body == other.body
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn other_settings_make_the_document_unknown() {
        let feed = |more: &str| {
            let text = format!("[[feeds]]\nurl = \"https://news.example/rss\"\n{more}");
            let loaded =
                dateline_config::parse(&text, std::path::Path::new("dateline.toml")).unwrap();
            loaded.config.feeds[0].clone()
        };
        let url = Url::parse("https://news.example/rss").unwrap();
        let memory = Memory::new(&url, &HeaderMap::new(), b"body").read_with(&feed(""));
        assert_eq!(memory.clone().if_read_with(&feed("")), memory);
        for more in ["max_items = 7", "language = \"fr\""] {
            assert_eq!(memory.clone().if_read_with(&feed(more)), Memory::default());
        }
    }
}
