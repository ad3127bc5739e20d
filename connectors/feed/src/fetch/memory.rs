//! What is remembered of a feed's last answer: its validators and the hash of its body.
//!
//! It is stored with the items of that answer, in the same commit: whoever holds validators holds
//! the items too.

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
        }
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
