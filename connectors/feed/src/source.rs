//! One feed's turns: fetch, read, tell what is fresh, hand it over.
//!
//! Keeps nothing between turns; what it must know again (validators, hash of the body) goes into the
//! harvest's memory and is committed with the items, so that a crash before the commit costs one
//! more fetch and nothing else.

mod document;
mod fill;
mod hub;
mod kept;
mod pages;
mod remembered;

use std::sync::Arc;

use dateline_config::{Every, Feed};
use dateline_pipeline::draft::{Draft, HttpFacts};
use dateline_pipeline::fault::Fault;
use dateline_pipeline::record::{SourceKind, SourceRef};
use dateline_pipeline::source::{Facts, Harvest, Hints, Outcome, Rhythm, Source, Turn};
use futures::future::BoxFuture;
use serde::Deserialize;
use url::Url;

use crate::fetch::{Answer, Body, Client, Memory, Refusal};
use crate::pace;
use crate::paging::Cursor;
use crate::read::{Context, FeedDocument};
use crate::websub::{Callbacks, announced};
use document::{Fetched, Taken, Wanted};
use hub::{Hub, Pushed};
use kept::Kept;
use pages::FullTexts;
pub use remembered::{Remembered, page, remembered};

/// The status of a feed that is gone for good.
const GONE: u16 = 410;

/// A configured feed.
pub struct FeedSource {
    feed: Feed,
    client: Arc<Client>,
    reference: SourceRef,
    hub: Option<Hub>,
    /// The subscriptions of all feeds, for one that has a subscription from an earlier configuration.
    callbacks: Option<Arc<Callbacks>>,
    /// The pages of its items, where they are wanted.
    full_texts: Option<FullTexts>,
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
            hub: None,
            callbacks: None,
            full_texts: None,
        }
    }

    /// The same with a place among the subscriptions to hubs.
    #[must_use]
    pub fn with_hub(mut self, callbacks: &Arc<Callbacks>) -> FeedSource {
        self.hub = self.feed.websub.then(|| Hub::new(callbacks, &self.feed));
        self.callbacks = Some(Arc::clone(callbacks));
        self
    }

    /// The drafts of a document that somebody has at hand, the oldest first, as a poll that was answered with it would take them. Nothing is asked
    /// for: pages of its items are not.
    ///
    /// # Errors
    /// Why it cannot be read.
    pub async fn at_hand(&self, document: Vec<u8>, turn: &Turn) -> Result<Vec<Draft>, Fault> {
        let fetched = Fetched {
            bytes: document,
            context: Context {
                url: Some(crate::fetch::without_credentials(&self.feed.url)),
                ..Context::default()
            },
            http: None,
            wanted: Wanted::Fresh,
        };
        let taken = self.take(fetched, turn).await.map_err(|(fault, _)| fault)?;
        Ok(taken.items.into_iter().map(|item| item.draft).collect())
    }

    /// Ends what an earlier configuration subscribed to.
    fn forget_hub(&self, kept: &mut Kept) {
        if let (Some(subscription), Some(callbacks)) = (kept.websub.take(), &self.callbacks) {
            callbacks.farewell(subscription, self.client.on_behalf_of(&self.feed));
        }
    }

    async fn turn(&self, turn: Turn) -> Harvest {
        let mut kept = Kept::of(&turn.memory);
        let pushed = match &self.hub {
            Some(hub) => self.arrivals(hub, &mut kept, &turn).await,
            None => Pushed::default(),
        };
        let mut trust = kept.trust.take().unwrap_or_default();
        // Only the hub rings, and nobody else is asked then: where only the feed itself can tell what
        // is new, its own turn comes at once.
        let asks = !turn.rung;
        let mut harvest = if asks {
            self.look(&turn, &mut kept, &pushed).await
        } else {
            let mut harvest = Harvest::empty(Outcome::Unchanged, turn.memory.clone());
            harvest.aside = true;
            harvest.more = pushed.needs_asking();
            harvest
        };
        // What another configuration subscribed to has nothing to say where hubs are left alone, nor has a hub that the
        // feed, as it was just read, does not announce.
        let active = self
            .hub
            .as_ref()
            .is_some_and(|hub| hub.tells(&kept, turn.now));
        harvest.more |= !asks && trust.is_lost(active);
        if pushed.is_read() {
            trust.heard();
        }
        if asks && matches!(harvest.outcome, Outcome::Read | Outcome::Unchanged) {
            let fresh = match harvest.hints.backlog {
                true => 0,
                false => pushed.unheard_of(&harvest.items),
            };
            harvest.hints.pushed = self.hub.is_some() && trust.polled(active, fresh);
        }
        let alone = !asks && !pushed.is_awaited() && !harvest.more;
        pushed.put_into(&mut harvest);
        match &self.hub {
            Some(hub) if matches!(harvest.outcome, Outcome::Gone { .. }) => {
                hub.leave(&mut kept, self.client.on_behalf_of(&self.feed));
            }
            Some(hub) => {
                self.attend(hub, &mut kept, alone, &turn).await;
                kept.trust = Some(trust);
            }
            None => self.forget_hub(&mut kept),
        }
        harvest.memory = kept.put_into(harvest.memory);
        harvest
    }

    /// Asks the feed itself, or goes on with its older pages.
    async fn look(&self, turn: &Turn, kept: &mut Kept, pushed: &Pushed) -> Harvest {
        // A fill that goes well goes on before the feed itself is asked again.
        let filling = kept.fill.as_ref().is_some_and(|fill| !fill.is_in_trouble());
        let mut harvest = if filling {
            Harvest::empty(Outcome::Read, turn.memory.clone())
        } else {
            self.ask(turn, kept).await
        };
        if matches!(harvest.outcome, Outcome::Read | Outcome::Unchanged)
            && let Some(cursor) = kept.fill.take()
        {
            kept.fill = self.fill(cursor, &mut harvest, pushed, turn).await;
            harvest.hints.backlog = true;
        }
        harvest
    }

    /// Asks the feed itself.
    async fn ask(&self, turn: &Turn, kept: &mut Kept) -> Harvest {
        // What an older version remembered and this one does not understand is as good as nothing.
        let memory: Memory = serde_json::from_value(turn.memory.clone()).unwrap_or_default();
        let memory = memory.if_read_with(&self.feed);
        self.client.turn_at(&self.feed.url).await;
        let answer = self.client.get(&self.feed, &memory, turn.now).await;
        let hints = pace::hints(&self.feed.url, &answer, turn.now);
        let mut harvest = self.harvest(answer, turn, kept).await;
        harvest.hints = Hints {
            wishes: harvest.hints.wishes,
            ..hints
        };
        harvest
    }

    async fn harvest(
        &self,
        answer: Result<Answer, Refusal>,
        turn: &Turn,
        kept: &mut Kept,
    ) -> Harvest {
        match answer {
            Ok(Answer {
                status,
                body: Body::Unchanged,
                memory: updated,
                bytes,
                ..
            }) => {
                let memory = updated.map_or_else(
                    || turn.memory.clone(),
                    |updated| updated.read_with(&self.feed).to_json(),
                );
                let mut harvest = Harvest::empty(Outcome::Unchanged, memory);
                harvest.facts = Facts {
                    status: Some(status),
                    bytes,
                    ..Facts::default()
                };
                harvest
            }
            Ok(Answer {
                status,
                body: Body::Document { bytes, context, .. },
                memory: updated,
                headers,
                ..
            }) => {
                let http = HttpFacts {
                    status,
                    etag: updated.as_ref().and_then(Memory::etag),
                    last_modified: updated.as_ref().and_then(Memory::last_modified),
                };
                let at = context.url.clone().unwrap_or_else(|| self.feed.url.clone());
                let fetched = Fetched {
                    bytes,
                    context: *context,
                    http: Some(http),
                    wanted: Wanted::Fresh,
                };
                let memory = updated.unwrap_or_default().read_with(&self.feed);
                match self.take(fetched, turn).await {
                    Ok(taken) => {
                        kept.announced = announced(&headers, &taken.feed, &at);
                        kept.page = page_of(&taken.feed);
                        self.document(taken, &at, memory, turn, kept)
                    }
                    Err((fault, facts)) => {
                        let failed = Outcome::Failed {
                            fault,
                            retry_after: None,
                        };
                        let mut harvest = Harvest::empty(failed, turn.memory.clone());
                        harvest.facts = facts;
                        harvest
                    }
                }
            }
            Err(refusal) => self.refused(refusal, turn.memory.clone()),
        }
    }

    /// A document that the feed answered with.
    fn document(
        &self,
        taken: Taken,
        at: &Url,
        memory: Memory,
        turn: &Turn,
        kept: &mut Kept,
    ) -> Harvest {
        // What is remembered of hubs alone, or of an attempt that failed, is of no document.
        let before = Memory::deserialize(&turn.memory).unwrap_or_default();
        let first = !before.is_of_document();
        if first {
            kept.fill = Cursor::start(&taken.feed, at, self.feed.first_fill.saturating_sub(1));
        }
        let memory = match taken.cut_off {
            true => memory.cut_off(&before, turn.now),
            false => memory,
        };
        let memory = match memory.lacks_its_end() {
            // The part that is missing may name the older pages.
            true if first && kept.fill.is_none() => memory.unread(),
            _ => memory,
        };
        let mut harvest = Harvest::empty(Outcome::Read, memory.to_json());
        harvest.hints.wishes = Some(pace::wishes(&taken.feed));
        harvest.items = taken.items;
        harvest.facts = taken.facts;
        harvest
    }

    fn refused(&self, refusal: Refusal, memory: serde_json::Value) -> Harvest {
        let Refusal {
            fault,
            retry_after,
            status,
            redirected,
            by: _,
        } = refusal;
        // Where a redirect leads today another may lead tomorrow: only the feed's own address says
        // for good that it is gone.
        let outcome = match status {
            Some(GONE) if !redirected => Outcome::Gone { fault },
            _ => Outcome::Failed { fault, retry_after },
        };
        let mut harvest = Harvest::empty(outcome, memory);
        harvest.facts.status = status;
        harvest
    }
}

impl Source for FeedSource {
    fn reference(&self) -> &SourceRef {
        &self.reference
    }

    fn rhythm(&self) -> Rhythm {
        Rhythm {
            every: match self.feed.every {
                Every::Fixed(every) => Some(every),
                Every::Adaptive => None,
            },
            least: self.feed.min_every,
            most: self.feed.max_every,
            heeds_hints: self.feed.publisher_hints,
            host: pace::host(&self.feed.url),
            bell: self.hub.as_ref().map(Hub::bell),
        }
    }

    fn poll<'a>(&'a self, turn: Turn) -> BoxFuture<'a, Harvest> {
        Box::pin(self.turn(turn))
    }
}

/// The page that a feed says it belongs to, where that is one that may be shown and stored.
fn page_of(feed: &FeedDocument) -> Option<String> {
    /// Longest address that is kept.
    const MAX_URL: usize = 2048;
    let page = Url::parse(feed.link.as_deref()?).ok()?;
    let web = matches!(page.scheme(), "http" | "https");
    let page = public(&page);
    (web && page.len() <= MAX_URL).then_some(page)
}

/// The address without what may be secret.
fn public(url: &Url) -> String {
    crate::fetch::without_credentials(url).to_string()
}
