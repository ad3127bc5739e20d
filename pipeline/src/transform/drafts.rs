//! Drafts for the tests of this stage.

#![allow(clippy::unwrap_used)]

use super::enrichment::Enrichment;
use super::normalise::normalise;
use crate::draft::{Draft, Item};
use crate::record::{Record, SourceKind, SourceRef};

/// A feed's item that was fetched at noon of 10 May 2023.
pub(super) fn draft(item: Item) -> Draft {
    Draft {
        source: SourceRef {
            kind: SourceKind::Feed,
            id: "harbour-news".to_owned(),
            name: None,
            url: None,
            tags: Vec::new(),
        },
        fetched: "2023-05-10T12:00:00Z".parse().unwrap(),
        item,
        http: None,
        file: None,
        page: None,
        page_fault: None,
        recovered: Vec::new(),
    }
}

/// The record that becomes of it.
pub(super) fn record(item: Item) -> Record {
    normalise(draft(item), &Enrichment::default())
        .unwrap()
        .record
}
