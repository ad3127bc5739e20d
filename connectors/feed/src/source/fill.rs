//! The first fill: the older pages of a feed that has never been read (RFC 5005).
//!
//! As many pages as fit into a turn are read one after the other, as slowly as the host's spacing
//! wants it, and their items are put in order. What is left goes on at the next turn.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use dateline_pipeline::draft::HttpFacts;
use dateline_pipeline::fault::Fault;
use dateline_pipeline::source::{Contact, Gathered, Harvest, ItemKey, Turn};
use url::Url;

use super::document::{Fetched, Taken, Wanted, by_date};
use super::hub::Pushed;
use super::{FeedSource, public};
use crate::fetch::{Answer, Body, Refusal};
use crate::pace;
use crate::paging::Cursor;

/// How long a turn goes on with older pages: others of the host are waiting.
const MAX_TIME: Duration = Duration::from_secs(60);

impl FeedSource {
    /// Reads older pages from `cursor` on and puts their items before those of the harvest. Returns
    /// what is left; sets `more` where it should go on at once.
    pub(super) async fn fill(
        &self,
        cursor: Cursor,
        harvest: &mut Harvest,
        pushed: &Pushed,
        turn: &Turn,
    ) -> Option<Cursor> {
        if cursor.waits(turn.now) {
            return Some(cursor);
        }
        let began = Instant::now();
        let mut known: HashSet<ItemKey> = pushed.keys().collect();
        known.extend(harvest.items.iter().map(|item| item.key));
        // A turn that asks the feed itself first has an answer from its host.
        let mut answered = harvest.facts.status.is_some();
        let mut left = Some(cursor);
        while let Some(cursor) = left.take() {
            // Items are held until the commit: no more than one document may have.
            if began.elapsed() > MAX_TIME || harvest.items.len() >= self.feed.max_items {
                harvest.more = true;
                left = Some(cursor);
                break;
            }
            let Some(url) = cursor.next() else { break };
            self.client.turn_at(&url).await;
            match self.page(&url, turn).await {
                Ok((mut taken, at)) => {
                    answered = true;
                    taken.items.retain(|item| known.insert(item.key));
                    left = cursor.after(&taken.feed, &at);
                    harvest.facts.items += taken.facts.items;
                    harvest.facts.bytes += taken.facts.bytes;
                    put_before(taken.items, &mut harvest.items);
                }
                Err(refusal) => {
                    let why = &refusal.fault.reason;
                    left = cursor.failed(&refusal.fault, refusal.retry_after, turn.now);
                    self.hear(&refusal, answered, harvest);
                    let goes_on = if left.is_some() {
                        "it is asked for again at the next turn"
                    } else {
                        "the pages before it are given up"
                    };
                    let line = format!("an older page could not be read: {why}; {goes_on}");
                    tracing::warn!(source = self.feed.id, "{line}");
                    harvest.facts.recovered.push(line);
                    break;
                }
            }
        }
        by_date(&mut harvest.items);
        left
    }

    /// Takes what a page's refusal says of its host. That a page cannot be had says nothing against it, and that it
    /// cannot be reached only where nobody there has answered.
    fn hear(&self, refusal: &Refusal, answered: bool, harvest: &mut Harvest) {
        let met = pace::refused(&self.feed.url, refusal);
        match met.contact {
            Contact::Throttled => {}
            Contact::Unreached if !answered => {}
            Contact::Unreached | Contact::Answered | Contact::Forbidden => return,
        }
        harvest.hints.contact = met.contact;
        harvest.hints.elsewhere = met.elsewhere;
        harvest.hints.retry_after = refusal.retry_after;
    }

    /// One older page, and its address after redirects.
    async fn page(&self, url: &Url, turn: &Turn) -> Result<(Taken, Url), Refusal> {
        let answer = self.client.get_older(&self.feed, url, turn.now).await;
        let Answer { status, body, .. } = answer?;
        let Body::Document { bytes, context, .. } = body else {
            let reason = format!("{}: it holds nothing", public(url));
            return Err(Fault::permanent("empty", reason).into());
        };
        let at = context.url.clone().unwrap_or_else(|| url.clone());
        let http = HttpFacts {
            status,
            ..HttpFacts::default()
        };
        let fetched = Fetched {
            bytes,
            context: *context,
            http: Some(http),
            wanted: Wanted::Unknown,
        };
        match self.take(fetched, turn).await {
            Ok(taken) => Ok((taken, at)),
            Err((fault, facts)) => Err(Refusal {
                status: facts.status,
                ..fault.into()
            }),
        }
    }
}

/// Puts the items of an older document before the newer ones, without those that are in both.
pub(super) fn put_before(older: Vec<Gathered>, newer: &mut Vec<Gathered>) {
    let said = |item: &Gathered| (item.key, item.fingerprint);
    let known: HashSet<_> = newer.iter().map(said).collect();
    let fresh = older
        .into_iter()
        .filter(|item| !known.contains(&said(item)));
    let mut items: Vec<Gathered> = fresh.collect();
    items.append(newer);
    *newer = items;
}
