//! A model of the collect stage around one source: what it polls, commits, forgets and expects.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use dateline_pipeline::draft::Draft;
use dateline_pipeline::fault::Fault;
use dateline_pipeline::source::{Fingerprint, Harvest, ItemKey, Outcome, Seen, Source, Turn};
use futures::FutureExt;
use futures::future::BoxFuture;
use jiff::Timestamp;
use tokio::sync::Semaphore;
use tokio::time::Instant;

use super::{Article, SourceHarness};

/// How long an expected item may take: far more than any source needs, so that a slow machine does
/// not fail the battery.
pub(super) const PATIENCE: Duration = Duration::from_secs(20);

/// Pause between two turns of a source that has not come home with everything yet.
const PAUSE: Duration = Duration::from_millis(10);

/// Turns without anything before silence is believed, once [`SourceHarness::settle`] has passed.
const QUIET_TURNS: usize = 2;

/// A model of the collect stage around one source.
pub(super) struct Stage<'h, H> {
    pub(super) harness: &'h H,
    source: Box<dyn Source>,
    known: Arc<Known>,
    pub(super) memory: serde_json::Value,
    cpu: Arc<Semaphore>,
    /// What the other side shows.
    shown: Vec<Article>,
    /// The wording last committed of each article, and the key it was committed under.
    committed: HashMap<String, (String, ItemKey)>,
}

impl<'h, H: SourceHarness> Stage<'h, H> {
    pub(super) fn new(harness: &'h H) -> Stage<'h, H> {
        Stage {
            harness,
            source: harness.make(),
            known: Arc::default(),
            memory: serde_json::Value::Null,
            cpu: Arc::new(Semaphore::new(1)),
            shown: Vec::new(),
            committed: HashMap::new(),
        }
    }

    pub(super) fn restart(&mut self) {
        self.source = self.harness.make();
    }

    pub(super) async fn publish(&mut self, articles: &[Article]) {
        self.shown = articles.to_vec();
        self.harness.publish(articles).await;
    }

    /// One turn, with the checks that hold for every harvest.
    pub(super) async fn poll(&self) -> Harvest {
        let turn = Turn {
            now: Timestamp::now(),
            memory: self.memory.clone(),
            rung: false,
            seen: self.known.clone(),
            cpu: self.cpu.clone(),
        };
        let harvest = self.source.poll(turn).await;
        self.check(&harvest);
        assert_eq!(
            self.cpu.available_permits(),
            1,
            "a source must give its permits back"
        );
        harvest
    }

    fn check(&self, harvest: &Harvest) {
        if harvest.outcome != Outcome::Read {
            assert!(
                harvest.items.is_empty(),
                "{:?} must not bring items",
                harvest.outcome
            );
        }
        let mut keys = HashSet::new();
        let known = self.known.lock();
        for item in &harvest.items {
            assert!(
                keys.insert(item.key),
                "one harvest holds the same item twice"
            );
            assert_ne!(
                known.get(&item.key),
                Some(&item.fingerprint),
                "a known item came again"
            );
            let (named, reference) = (&item.draft.source, self.source.reference());
            assert_eq!(
                (named.kind, &named.id),
                (reference.kind, &reference.id),
                "a draft names its source"
            );
        }
        for reject in &harvest.rejects {
            assert!(
                keys.insert(reject.key),
                "one harvest holds the same item twice"
            );
            assert_ne!(
                known.get(&reject.key),
                Some(&reject.fingerprint),
                "a known reject came again"
            );
        }
        let published: Option<Vec<Timestamp>> = harvest
            .items
            .iter()
            .map(|item| {
                item.draft
                    .item
                    .published
                    .as_ref()
                    .map(|stated| stated.instant)
            })
            .collect();
        if let Some(published) = published {
            assert!(published.is_sorted(), "items with dates come oldest first");
        }
    }

    /// Commits a harvest without telling the source, as when the daemon dies right after.
    pub(super) fn commit_only(&mut self, harvest: Harvest) -> Vec<PathBuf> {
        let mut known = self.known.lock();
        for reject in harvest.rejects {
            known.insert(reject.key, reject.fingerprint);
        }
        for item in harvest.items {
            known.insert(item.key, item.fingerprint);
            let article = self
                .shown
                .iter()
                .find(|article| holds(&item.draft, article.marker()));
            let Some(article) = article else {
                // An earlier wording that was overwritten between the poll and the commit.
                continue;
            };
            let before = self.committed.insert(
                article.name.clone(),
                (article.marker().to_owned(), item.key),
            );
            if let Some((marker, key)) = before {
                assert_ne!(
                    marker,
                    article.marker(),
                    "{} came again unchanged",
                    article.name
                );
                assert_eq!(
                    key, item.key,
                    "{} was edited and must keep its key",
                    article.name
                );
            }
        }
        drop(known);
        self.memory = harvest.memory;
        harvest.files
    }

    pub(super) async fn commit(&mut self, harvest: Harvest) {
        let files = self.commit_only(harvest);
        if !files.is_empty() {
            self.source.committed(files).await;
        }
    }

    /// Articles shown whose present wording has not been committed.
    pub(super) fn missing(&self) -> impl Iterator<Item = &str> {
        self.shown
            .iter()
            .filter(|article| {
                self.committed
                    .get(&article.name)
                    .is_none_or(|(marker, _)| marker != article.marker())
            })
            .map(|article| article.name.as_str())
    }

    /// Polls and commits until everything shown is committed.
    pub(super) async fn collect(&mut self, what: &str) {
        let started = Instant::now();
        loop {
            let harvest = self.poll().await;
            let idle = harvest.items.is_empty() && !harvest.more;
            self.commit(harvest).await;
            if self.missing().next().is_none() {
                return;
            }
            assert!(
                started.elapsed() < PATIENCE,
                "{what} did not come: {:?}",
                self.missing().collect::<Vec<_>>()
            );
            if idle {
                self.pause().await;
            }
        }
    }

    /// Polls until a harvest brings items, and commits nothing.
    pub(super) async fn poll_until_items(&self, what: &str) -> Harvest {
        let started = Instant::now();
        loop {
            let harvest = self.poll().await;
            if !harvest.items.is_empty() {
                return harvest;
            }
            assert!(
                started.elapsed() < PATIENCE,
                "{what} did not come: {:?}",
                harvest.outcome
            );
            self.pause().await;
        }
    }

    pub(super) async fn poll_until_reject(&self, started: Instant) -> Harvest {
        loop {
            let harvest = self.poll().await;
            if !harvest.rejects.is_empty() {
                return harvest;
            }
            assert!(
                started.elapsed() < PATIENCE,
                "what cannot be read was not rejected"
            );
            self.pause().await;
        }
    }

    /// Polls and commits, and asserts that neither items nor rejects come.
    pub(super) async fn expect_nothing(&mut self, what: &str) {
        let started = Instant::now();
        let mut turns = 0;
        while turns < QUIET_TURNS || started.elapsed() < self.harness.settle() {
            let harvest = self.poll().await;
            assert!(
                !matches!(harvest.outcome, Outcome::Failed { .. }),
                "{what}: {:?}",
                harvest.outcome
            );
            assert_eq!(harvest.items.len(), 0, "{what} gave items");
            assert_eq!(harvest.rejects.len(), 0, "{what} gave rejects");
            self.commit(harvest).await;
            turns += 1;
            if turns >= QUIET_TURNS {
                self.pause().await;
            }
        }
    }

    /// Waits for the source's bell or for a moment.
    async fn pause(&self) {
        let bell = self.source.rhythm().bell;
        let rung = async {
            match &bell {
                Some(bell) => bell.notified().await,
                None => std::future::pending().await,
            }
        };
        let pause = tokio::time::timeout(PAUSE, rung).await;
        drop(pause);
    }
}

/// Whether the draft's title, summary, content or page holds the marker.
fn holds(draft: &Draft, marker: &str) -> bool {
    let item = &draft.item;
    [&item.title, &item.summary, &item.content]
        .into_iter()
        .flatten()
        .any(|text| text.value.contains(marker))
        || draft
            .page
            .as_ref()
            .is_some_and(|page| String::from_utf8_lossy(&page.bytes).contains(marker))
}

/// The items that the model has committed.
#[derive(Default)]
struct Known(Mutex<HashMap<ItemKey, Fingerprint>>);

impl Known {
    fn lock(&self) -> MutexGuard<'_, HashMap<ItemKey, Fingerprint>> {
        self.0
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

impl Seen for Known {
    fn fresh<'a>(
        &'a self,
        items: Vec<(ItemKey, Fingerprint)>,
    ) -> BoxFuture<'a, Result<Vec<bool>, Fault>> {
        let known = self.lock();
        let fresh = items
            .iter()
            .map(|(key, fingerprint)| known.get(key) != Some(fingerprint))
            .collect();
        drop(known);
        std::future::ready(Ok(fresh)).boxed()
    }
}
