//! What a turn may ask of the store: which of its source's items are fresh.

use std::sync::Arc;

use futures::future::BoxFuture;
use jiff::Timestamp;

use crate::fault::Fault;
use crate::source::{Fingerprint, ItemKey, Seen};
use crate::store::Readers;

/// Tells known items from fresh ones by the store.
pub(super) struct SeenInStore {
    pub(super) readers: Arc<Readers>,
    pub(super) source: String,
    pub(super) horizon: Timestamp,
}

impl Seen for SeenInStore {
    fn fresh<'a>(
        &'a self,
        items: Vec<(ItemKey, Fingerprint)>,
    ) -> BoxFuture<'a, Result<Vec<bool>, Fault>> {
        let (source, horizon) = (self.source.clone(), self.horizon);
        let read = async move {
            self.readers
                .ask(move |reader| reader.fresh(&source, &items, horizon))
                .await
                .map_err(|error| Fault::transient("state", error.to_string()))
        };
        Box::pin(read)
    }

    fn unknown<'a>(
        &'a self,
        items: Vec<(ItemKey, Fingerprint)>,
    ) -> BoxFuture<'a, Result<Vec<bool>, Fault>> {
        let source = self.source.clone();
        let read = async move {
            self.readers
                .ask(move |reader| reader.unknown(&source, &items))
                .await
                .map_err(|error| Fault::transient("state", error.to_string()))
        };
        Box::pin(read)
    }
}
