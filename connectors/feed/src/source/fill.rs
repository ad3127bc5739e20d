//! The first fill: the older pages of a feed that has never been read (RFC 5005).
//!
//! As many pages as fit into a turn are read one after the other, as slowly as the host's spacing
//! wants it, and their items are put in order. What is left goes on at the next turn.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use dateline_pipeline::draft::HttpFacts;
use dateline_pipeline::source::{Gathered, Harvest, Turn};
use url::Url;

use super::document::{Fetched, Taken, by_date};
use super::{FeedSource, public};
use crate::fetch::{Answer, Body};
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
        turn: &Turn,
    ) -> Option<Cursor> {
        let began = Instant::now();
        let mut left = Some(cursor);
        while let Some(cursor) = left.take() {
            // Items are held until the commit: no more than one document may have.
            if began.elapsed() > MAX_TIME || harvest.items.len() >= self.feed.max_items {
                harvest.more = true;
                left = Some(cursor);
                break;
            }
            tokio::time::sleep(self.client.spacing()).await;
            let Some(url) = cursor.next() else { break };
            match self.page(&url, turn).await {
                Ok((taken, at)) => {
                    left = cursor.after(&taken.feed, &at);
                    harvest.facts.items += taken.facts.items;
                    harvest.facts.bytes += taken.facts.bytes;
                    put_before(taken.items, &mut harvest.items);
                }
                Err(why) => {
                    left = cursor.failed();
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

    /// One older page, and its address after redirects.
    async fn page(&self, url: &Url, turn: &Turn) -> Result<(Taken, Url), String> {
        let answer = self.client.get_older(&self.feed, url, turn.now).await;
        let Answer { status, body, .. } = answer.map_err(|refusal| refusal.fault.reason)?;
        let Body::Document { bytes, context, .. } = body else {
            return Err(format!("{}: it holds nothing", public(url)));
        };
        let at = context.url.clone().unwrap_or_else(|| url.clone());
        let http = HttpFacts {
            status,
            ..HttpFacts::default()
        };
        let fetched = Fetched {
            bytes,
            context,
            http: Some(http),
        };
        match self.take(fetched, turn).await {
            Ok(taken) => Ok((taken, at)),
            Err((fault, _)) => Err(fault.reason),
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
