//! From a document to items: read, tell what is fresh, make drafts. Whoever brought the document, a
//! poll, an older page or a hub, it goes this one way.

use dateline_pipeline::draft::{Draft, HttpFacts, Item};
use dateline_pipeline::fault::Fault;
use dateline_pipeline::source::{Facts, Gathered, Turn};
use jiff::Timestamp;
use tracing::Instrument;

use super::{FeedSource, public};
use crate::discover;
use crate::identity::{Identity, identify};
use crate::items::item;
use crate::read::{Context, FeedDocument, ReadError, Reading, read};

/// Lines about the whole document that go into each of its drafts.
const MAX_LINES_IN_DRAFT: usize = 8;

/// A document as it came over the wire.
pub(super) struct Fetched {
    pub(super) bytes: Vec<u8>,
    pub(super) context: Context,
    /// The answer that held it; `None` where it was not asked for.
    pub(super) http: Option<HttpFacts>,
    pub(super) wanted: Wanted,
}

/// Which items of a document are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// What is new or says something else by now.
    Fresh,
    /// What is new: the document is an old one, and what is known says something newer.
    Unknown,
}

/// What a document gave.
pub(super) struct Taken {
    pub(super) feed: FeedDocument,
    /// Fresh items, the oldest first.
    pub(super) items: Vec<Gathered>,
    pub(super) facts: Facts,
    /// Whether the document ended too early, so that there may be more in it.
    pub(super) cut_off: bool,
}

impl FeedSource {
    /// Takes the fresh items out of a document. With a fault come the facts that are known all the
    /// same.
    pub(super) async fn take(
        &self,
        fetched: Fetched,
        turn: &Turn,
    ) -> Result<Taken, (Fault, Facts)> {
        let Fetched {
            bytes,
            context,
            http,
            wanted,
        } = fetched;
        let facts = Facts {
            status: http.as_ref().map(|http| http.status),
            bytes: bytes.len() as u64,
            ..Facts::default()
        };
        let context = Context {
            fetched: Some(turn.now),
            ..context
        };
        let reading = self.read(bytes, context, turn);
        let reading = reading.instrument(tracing::info_span!("read")).await;
        let (mut reading, named) = match reading {
            Ok(read) => read,
            Err(fault) => return Err((fault, facts)),
        };
        let feed = match (reading.error.take(), reading.feed.take()) {
            (None, Some(feed)) => feed,
            (error, _) => {
                let error = error.unwrap_or(ReadError::Empty);
                return Err((self.unreadable(&error, named), facts));
            }
        };
        let mut facts = Facts {
            items: reading.entries.len() as u64,
            title: title(&feed),
            ..facts
        };
        let lines: Vec<String> = reading
            .recovered
            .iter()
            .take(MAX_LINES_IN_DRAFT)
            .cloned()
            .collect();
        self.limit(&mut reading);
        facts.recovered = std::mem::take(&mut reading.recovered);
        let identities = identify(&reading.entries);
        let asked = identities
            .iter()
            .map(|identity| (identity.key, identity.fingerprint))
            .collect();
        let fresh = match wanted {
            Wanted::Fresh => turn.seen.fresh(asked).await,
            Wanted::Unknown => turn.seen.unknown(asked).await,
        };
        let fresh = match fresh {
            Ok(fresh) => fresh,
            Err(fault) => return Err((fault, facts)),
        };
        let document = Document {
            feed: &feed,
            http,
            lines,
            fetched: turn.now,
        };
        let items = identities
            .into_iter()
            .zip(fresh)
            .filter(|(_, fresh)| *fresh)
            .map(|(identity, _)| self.gather(&reading, identity, &document))
            .collect();
        let items = self.add_pages(oldest_first(items)).await;
        Ok(Taken {
            items,
            feed,
            facts,
            cut_off: reading.cut_off,
        })
    }

    fn unreadable(&self, error: &ReadError, named: Option<String>) -> Fault {
        let said = named.unwrap_or_else(|| error.to_string());
        let reason = format!("{}: {said}", public(&self.feed.url));
        match error {
            ReadError::Empty => Fault::transient(error.kind(), reason),
            ReadError::NotAFeed(_) => Fault::permanent(error.kind(), reason),
        }
    }

    /// Reads a document off the async threads, once a processor is free. With it comes what to say
    /// of a page that names its feeds.
    async fn read(
        &self,
        bytes: Vec<u8>,
        context: Context,
        turn: &Turn,
    ) -> Result<(Reading, Option<String>), Fault> {
        let stopping = || {
            Fault::transient(
                "stopped",
                "the daemon is stopping; the feed is read after the next start",
            )
        };
        let permit = turn
            .cpu
            .clone()
            .acquire_owned()
            .await
            .map_err(|_| stopping())?;
        let reading = tokio::task::spawn_blocking(move || {
            let reading = read(&bytes, &context);
            let named = match (&reading.error, &context.url) {
                (Some(ReadError::NotAFeed(_)), Some(url)) => {
                    discover::named_in(&bytes, context.content_type.as_deref(), url)
                }
                _ => None,
            };
            drop(permit);
            (reading, named)
        });
        reading.await.map_err(|_| stopping())
    }

    /// Leaves out the items beyond the configured number. Feeds list the newest first.
    fn limit(&self, reading: &mut Reading) {
        let count = reading.entries.len();
        if count > self.feed.max_items {
            reading.entries.truncate(self.feed.max_items);
            reading.recovered.push(format!(
                "the feed holds {count} items and only the first {} were taken; raise max_items to take more",
                self.feed.max_items
            ));
        }
    }

    fn gather(&self, reading: &Reading, identity: Identity, document: &Document<'_>) -> Gathered {
        let mut item = item(
            &reading.entries[identity.index],
            document.feed,
            self.feed.language.as_deref(),
        );
        if let Some(guid) = &mut item.guid {
            guid.trust = identity.guid_trust;
        }
        if let Some(link) = &mut item.link {
            link.trust = identity.link_trust;
        }
        let mut source = self.reference.clone();
        source.name = source.name.or_else(|| title(document.feed));
        let draft = Draft {
            source,
            fetched: document.fetched,
            item,
            http: document.http.clone(),
            file: None,
            page: None,
            page_fault: None,
            recovered: document.lines.clone(),
        };
        Gathered {
            key: identity.key,
            fingerprint: identity.fingerprint,
            draft,
        }
    }
}

/// What the drafts of one document share.
struct Document<'r> {
    feed: &'r FeedDocument,
    http: Option<HttpFacts>,
    lines: Vec<String>,
    fetched: Timestamp,
}

/// The name that a feed gives itself.
fn title(feed: &FeedDocument) -> Option<String> {
    feed.title.as_ref().map(|title| title.value.clone())
}

/// Sorts by date where every item has one; otherwise turns the document's order around, since
/// feeds list the newest first.
fn oldest_first(mut items: Vec<Gathered>) -> Vec<Gathered> {
    items.reverse();
    by_date(&mut items);
    items
}

/// Sorts by date where every item has one, and leaves the order otherwise.
pub(super) fn by_date(items: &mut [Gathered]) {
    fn date(item: &Item) -> Option<Timestamp> {
        item.published
            .as_ref()
            .or(item.updated.as_ref())
            .map(|stated| stated.instant)
    }
    if items
        .iter()
        .all(|gathered| date(&gathered.draft.item).is_some())
    {
        items.sort_by_key(|gathered| date(&gathered.draft.item));
    }
}
