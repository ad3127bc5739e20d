//! What the newsroom has published where, and the answers to whoever asks for a feed.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::article::{Article, Token};
use super::dice::Dice;
use super::syndication::{Format, document};

/// Items in a feed from which the oldest may leave.
const WINDOW: usize = 12;

/// Versions of one article.
const MAX_VERSIONS: u32 = 7;

/// The longest time that an answer is held back, so that a kill can meet a request under way.
const SLOWEST_ANSWER_MS: u64 = 60;

/// The feeds: name and format.
pub(crate) const FEEDS: [(&str, Format); 4] = [
    ("rss-morning", Format::Rss),
    ("rss-links", Format::RssByLink),
    ("atom-evening", Format::Atom),
    ("json-night", Format::Json),
];

/// What is published where.
pub(super) struct Office {
    pub(super) articles: BTreeMap<u32, Published>,
    pub(super) feeds: Vec<Feed>,
    pub(super) dice: Dice,
}

pub(super) struct Published {
    pub(super) article: Article,
    pub(super) place: Place,
    /// Left a feed: never edited again.
    pub(super) closed: bool,
}

pub(super) enum Place {
    /// In these feeds, each with the edition in which it got the present version.
    Feeds(BTreeMap<usize, u64>),
    /// A file of this drop folder.
    Drop(usize),
}

pub(super) struct Feed {
    pub(super) format: Format,
    /// Counts the changes; names the document in its `ETag`.
    pub(super) edition: u64,
    /// The latest edition that the daemon showed to have committed.
    pub(super) acknowledged: u64,
    pub(super) requests: u64,
    /// Articles, the newest first.
    pub(super) window: VecDeque<u32>,
}

pub(super) fn office(shared: &Mutex<Office>) -> MutexGuard<'_, Office> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(super) fn number(published: &Published) -> u32 {
    published.article.number
}

impl Published {
    pub(super) fn may_change(&self) -> bool {
        !self.closed && self.article.version() < MAX_VERSIONS
    }
}

/// Serves the feeds.
pub(super) fn router(office: Arc<Mutex<Office>>) -> Router {
    Router::new()
        .route("/feed/{name}", get(answer))
        .with_state(office)
}

impl Office {
    /// Feeds without articles.
    pub(super) fn new(seed: u64) -> Office {
        let feed = |(_, format): (&str, Format)| Feed {
            format,
            edition: 1,
            acknowledged: 0,
            requests: 0,
            window: VecDeque::new(),
        };
        Office {
            articles: BTreeMap::new(),
            feeds: FEEDS.map(feed).into_iter().collect(),
            dice: Dice::seeded(seed ^ 1),
        }
    }

    pub(super) fn new_article(&mut self) -> Article {
        let last = self
            .articles
            .last_key_value()
            .map_or(0, |(number, _)| *number);
        Article::new(last + 1)
    }

    /// The articles whose present version the daemon surely has, from everywhere it is.
    pub(super) fn settled<'a>(
        &'a self,
        seen: &'a BTreeSet<Token>,
    ) -> impl Iterator<Item = &'a Published> {
        self.articles.values().filter(|published| {
            let is_acknowledged = match &published.place {
                Place::Feeds(places) => places
                    .iter()
                    .all(|(feed, edition)| self.feeds[*feed].acknowledged >= *edition),
                Place::Drop(_) => true,
            };
            is_acknowledged && seen.contains(&published.article.token())
        })
    }

    /// Takes the oldest articles out of feeds that are long, if they are surely known.
    pub(super) fn roll_out(&mut self, seen: &BTreeSet<Token>) {
        let settled: BTreeSet<u32> = self.settled(seen).map(number).collect();
        for feed in &mut self.feeds {
            while feed.window.len() > WINDOW
                && let Some(oldest) = feed
                    .window
                    .back()
                    .filter(|oldest| settled.contains(oldest))
                    .copied()
            {
                feed.window.pop_back();
                feed.change();
                if let Some(published) = self.articles.get_mut(&oldest) {
                    published.closed = true;
                }
            }
        }
    }
}

impl Feed {
    /// Begins a new edition.
    pub(super) fn change(&mut self) -> u64 {
        self.edition += 1;
        self.edition
    }

    pub(super) fn place_first(&mut self, article: u32) -> u64 {
        self.window.push_front(article);
        self.change()
    }
}

pub(super) async fn answer(
    State(shared): State<Arc<Mutex<Office>>>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Response {
    let Some(number) = FEEDS.iter().position(|(known, _)| *known == name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let asked = headers
        .get(header::IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok());
    let held: Option<u64> = asked.and_then(|tag| tag.trim_matches('"').parse().ok());
    let (response, wait) = office(&shared).answer(number, held);
    tokio::time::sleep(wait).await;
    response
}

impl Office {
    /// The answer to somebody who holds the edition `held`, and how long to hold it back.
    pub(super) fn answer(&mut self, number: usize, held: Option<u64>) -> (Response, Duration) {
        let wait = Duration::from_millis(self.dice.below(SLOWEST_ANSWER_MS));
        // Some servers answer in full whatever is asked.
        let is_conditional = self.dice.percent(85);
        let feed = &mut self.feeds[number];
        feed.requests += 1;
        feed.acknowledged = feed.acknowledged.max(held.unwrap_or(0));
        if is_conditional && held == Some(feed.edition) {
            return (StatusCode::NOT_MODIFIED.into_response(), wait);
        }
        let feed = &self.feeds[number];
        let articles: Vec<&Article> = feed
            .window
            .iter()
            .filter_map(|number| Some(&self.articles.get(number)?.article))
            .collect();
        let (kind, text) = document(FEEDS[number].0, feed.format, &articles);
        let tag = format!("\"{}\"", feed.edition);
        (
            (
                [(header::CONTENT_TYPE, kind), (header::ETAG, tag.as_str())],
                text,
            )
                .into_response(),
            wait,
        )
    }
}
