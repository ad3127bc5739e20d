//! One feed's turns: fetch, read, tell what is fresh, hand it over.
//!
//! Keeps nothing between turns; what it must know again (validators, hash of the body) goes into the
//! harvest's memory and is committed with the items, so that a crash before the commit costs one
//! more fetch and nothing else.

use std::sync::Arc;

use dateline_config::Feed;
use dateline_pipeline::draft::{Draft, HttpFacts, Item};
use dateline_pipeline::fault::Fault;
use dateline_pipeline::record::{SourceKind, SourceRef};
use dateline_pipeline::source::{Facts, Gathered, Harvest, Outcome, Rhythm, Source, Turn};
use futures::future::BoxFuture;
use jiff::Timestamp;

use crate::discover;
use crate::fetch::{Answer, Body, Client, Memory, Refusal};
use crate::identity::{Identity, identify};
use crate::items::item;
use crate::read::{Context, FeedDocument, ReadError, Reading, read};

/// Lines about the whole document that go into each of its drafts.
const MAX_LINES_IN_DRAFT: usize = 8;

/// A configured feed.
pub struct FeedSource {
    feed: Feed,
    client: Arc<Client>,
    reference: SourceRef,
}

impl FeedSource {
    /// The source for a feed of the configuration; feeds share a client.
    pub fn new(feed: &Feed, client: Arc<Client>) -> FeedSource {
        let reference = SourceRef {
            kind: SourceKind::Feed,
            id: feed.id.clone(),
            name: feed.name.clone(),
            url: Some(public(&feed.url)),
            tags: feed.tags.clone(),
        };
        FeedSource {
            feed: feed.clone(),
            client,
            reference,
        }
    }

    async fn turn(&self, turn: Turn) -> Harvest {
        // What an older version remembered and this one does not understand is as good as nothing.
        let memory: Memory = serde_json::from_value(turn.memory.clone()).unwrap_or_default();
        let memory = memory.if_read_with(&self.feed);
        let answer = self.client.get(&self.feed, &memory, turn.now).await;
        match answer {
            Ok(Answer {
                status,
                body: Body::Unchanged,
                memory: updated,
                bytes,
                ..
            }) => {
                let kept = updated.map_or(turn.memory, |updated| {
                    updated.read_with(&self.feed).to_json()
                });
                let mut harvest = Harvest::empty(Outcome::Unchanged, kept);
                harvest.facts = Facts {
                    status: Some(status),
                    bytes,
                    ..Facts::default()
                };
                harvest
            }
            Ok(Answer {
                status,
                body: Body::Document { bytes, context },
                memory: updated,
                ..
            }) => {
                let http = HttpFacts {
                    status,
                    etag: updated.as_ref().and_then(Memory::etag),
                    last_modified: updated.as_ref().and_then(Memory::last_modified),
                };
                let fetched = Fetched {
                    bytes,
                    context,
                    http,
                    memory: updated.unwrap_or_default().read_with(&self.feed),
                };
                self.document(fetched, turn).await
            }
            Err(refusal) => self.refused(refusal, turn.memory),
        }
    }

    fn refused(&self, refusal: Refusal, memory: serde_json::Value) -> Harvest {
        let Refusal {
            fault,
            retry_after,
            status,
            ..
        } = refusal;
        let mut harvest = Harvest::empty(Outcome::Failed { fault, retry_after }, memory);
        harvest.facts.status = status;
        harvest
    }

    async fn document(&self, fetched: Fetched, turn: Turn) -> Harvest {
        let Fetched {
            bytes,
            context,
            http,
            memory,
        } = fetched;
        let facts = Facts {
            status: Some(http.status),
            bytes: bytes.len() as u64,
            ..Facts::default()
        };
        let failed = |fault: Fault, facts: Facts, memory| {
            let mut harvest = Harvest::empty(
                Outcome::Failed {
                    fault,
                    retry_after: None,
                },
                memory,
            );
            harvest.facts = facts;
            harvest
        };
        let (reading, named) = match self.read(bytes, context, &turn).await {
            Ok(read) => read,
            Err(fault) => return failed(fault, facts, turn.memory),
        };
        let (mut reading, feed) = match (reading.error.clone(), reading.feed.clone()) {
            (None, Some(feed)) => (reading, feed),
            (error, _) => {
                return failed(
                    self.unreadable(&error.unwrap_or(ReadError::Empty), named),
                    facts,
                    turn.memory,
                );
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
        let fresh = match turn.seen.fresh(asked).await {
            Ok(fresh) => fresh,
            Err(fault) => return failed(fault, facts, turn.memory),
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
        let mut harvest = Harvest::empty(Outcome::Read, memory.to_json());
        harvest.items = oldest_first(items);
        harvest.facts = facts;
        harvest
    }

    fn unreadable(&self, error: &ReadError, named: Option<String>) -> Fault {
        let said = named.unwrap_or_else(|| error.to_string());
        let reason = format!("{}: {said}", public(&self.feed.url));
        match error {
            ReadError::Empty | ReadError::Broken(_) => Fault::transient(error.kind(), reason),
            ReadError::NotAFeed(_) | ReadError::TooDeep { .. } => {
                Fault::permanent(error.kind(), reason)
            }
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
            http: Some(document.http.clone()),
            file: None,
            recovered: document.lines.clone(),
        };
        Gathered {
            key: identity.key,
            fingerprint: identity.fingerprint,
            draft,
        }
    }
}

impl Source for FeedSource {
    fn reference(&self) -> &SourceRef {
        &self.reference
    }

    fn rhythm(&self) -> Rhythm {
        Rhythm {
            every: self.feed.every,
            host: self.feed.url.host_str().map(str::to_owned),
            bell: None,
        }
    }

    fn poll<'a>(&'a self, turn: Turn) -> BoxFuture<'a, Harvest> {
        Box::pin(self.turn(turn))
    }
}

/// A document as it came over the wire.
struct Fetched {
    bytes: Vec<u8>,
    context: Context,
    http: HttpFacts,
    memory: Memory,
}

/// What the drafts of one document share.
struct Document<'r> {
    feed: &'r FeedDocument,
    http: HttpFacts,
    lines: Vec<String>,
    fetched: Timestamp,
}

/// The name that a feed gives itself.
fn title(feed: &FeedDocument) -> Option<String> {
    feed.title.as_ref().map(|title| title.value.clone())
}

/// The address without what may be secret.
fn public(url: &url::Url) -> String {
    crate::fetch::without_credentials(url).to_string()
}

/// Sorts by date where every item has one; otherwise turns the document's order around, since
/// feeds list the newest first.
fn oldest_first(mut items: Vec<Gathered>) -> Vec<Gathered> {
    fn date(item: &Item) -> Option<Timestamp> {
        item.published
            .as_ref()
            .or(item.updated.as_ref())
            .map(|stated| stated.instant)
    }
    items.reverse();
    if items
        .iter()
        .all(|gathered| date(&gathered.draft.item).is_some())
    {
        items.sort_by_key(|gathered| date(&gathered.draft.item));
    }
    items
}
