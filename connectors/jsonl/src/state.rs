//! What is committed together with the sink's position: the files that are not finished.
//!
//! Pure: nothing here touches the disk.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::error::Error;

/// The sink's state as the store keeps it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct State {
    /// Identity of the record log that the state belongs to.
    pub(crate) log: String,
    /// The last sequence number that a file name was made of; 0 before the first.
    pub(crate) sequence: u64,
    /// The file that is appended to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) open: Option<OpenFile>,
    /// Files that no line is added to any more and that have still to appear under their final
    /// name, oldest first.
    #[serde(default)]
    pub(crate) closing: Vec<ClosingFile>,
}

/// The file that is appended to. Until its first record it may not exist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OpenFile {
    /// Final name, relative to the sink's folder; on disk it ends in `.part`.
    pub(crate) file: String,
    /// Bytes delivered; whatever follows them was never committed.
    pub(crate) length: u64,
    /// Records delivered.
    pub(crate) records: u64,
    /// When it was named.
    pub(crate) opened: Timestamp,
}

/// A file that is to appear under its final name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ClosingFile {
    /// The name that it was opened with; on disk it ends in `.part`.
    pub(crate) file: String,
    /// Bytes delivered.
    pub(crate) length: u64,
    /// Records delivered.
    pub(crate) records: u64,
    /// The name that it is to appear under, where its own was taken by somebody else meanwhile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) instead: Option<String>,
}

impl ClosingFile {
    /// The final name, without the ending of a compression.
    pub(crate) fn target(&self) -> &str {
        self.instead.as_deref().unwrap_or(&self.file)
    }
}

impl From<OpenFile> for ClosingFile {
    fn from(open: OpenFile) -> ClosingFile {
        ClosingFile {
            file: open.file,
            length: open.length,
            records: open.records,
            instead: None,
        }
    }
}

impl State {
    /// Reads what the store holds; `None` before the first commit.
    pub(crate) fn from_detail(detail: Value) -> Result<Option<State>, Error> {
        if detail.is_null() {
            return Ok(None);
        }
        serde_json::from_value(detail)
            .map(Some)
            .map_err(Error::State)
    }

    /// Nothing is left to be done with this file.
    pub(crate) fn forget(&mut self, closing: &ClosingFile) {
        self.closing.retain(|other| other.file != closing.file);
    }

    /// What the store is to hold.
    pub(crate) fn to_detail(&self) -> Value {
        json!(self)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn the_detail_is_read_back_as_it_was_written() {
        let state = State {
            log: "l".to_owned(),
            sequence: 3,
            open: Some(OpenFile {
                file: "2026/a-000003.jsonl".to_owned(),
                length: 10,
                records: 2,
                opened: "2026-01-02T03:04:05Z".parse().unwrap(),
            }),
            closing: vec![ClosingFile {
                file: "2026/a-000002.jsonl".to_owned(),
                length: 5,
                records: 1,
                instead: None,
            }],
        };
        let detail = state.to_detail();
        assert_eq!(
            detail,
            json!({
                "log": "l",
                "sequence": 3,
                "open": {"file": "2026/a-000003.jsonl", "length": 10, "records": 2, "opened": "2026-01-02T03:04:05Z"},
                "closing": [{"file": "2026/a-000002.jsonl", "length": 5, "records": 1}],
            })
        );
        assert_eq!(State::from_detail(detail).unwrap(), Some(state));
        assert_eq!(State::from_detail(Value::Null).unwrap(), None);
        assert!(State::from_detail(json!({"files": []})).is_err());
    }
}
