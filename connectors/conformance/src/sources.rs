//! What every source must do.
//!
//! [`battery`] plays the collect stage against a real source and a real other side: it polls,
//! commits or forgets what comes home, restarts the source, breaks the other side and mends it, and
//! compares what was committed with what was published. It knows nothing of feeds or folders: the
//! [`SourceHarness`] translates.
//!
//! A harness for a source of folders, in outline:
//!
//! ```text
//! struct Folder { dir: tempfile::TempDir, config: dateline_config::DropFolder }
//!
//! impl SourceHarness for Folder {
//!     fn make(&self) -> Box<dyn Source> { Box::new(DropSource::new(&self.config)) }
//!     async fn publish(&self, articles: &[Article]) { /* one file for each article, by its name */ }
//!     async fn break_it(&self) { /* move the folder away */ }
//!     async fn mend(&self) { /* move it back */ }
//!     async fn spoil(&self) -> bool { /* write a binary file */ true }
//!     fn settle(&self) -> Duration { self.config.settle }
//! }
//!
//! #[tokio::test]
//! async fn passes_the_battery() { sources::battery(Folder::new()).await }
//! ```

use std::collections::{HashMap, HashSet};
use std::future::Future;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use dateline_pipeline::clock::Dice;
use dateline_pipeline::draft::Draft;
use dateline_pipeline::fault::Fault;
use dateline_pipeline::source::{Fingerprint, Harvest, ItemKey, Outcome, Seen, Source, Turn};
use futures::FutureExt;
use futures::future::BoxFuture;
use jiff::Timestamp;
use tokio::sync::Semaphore;
use tokio::time::Instant;

/// How long an expected item may take: far more than any source needs, so that a slow machine does
/// not fail the battery.
const PATIENCE: Duration = Duration::from_secs(20);

/// Pause between two turns of a source that has not come home with everything yet.
const PAUSE: Duration = Duration::from_millis(10);

/// Turns without anything before silence is believed, once [`SourceHarness::settle`] has passed.
const QUIET_TURNS: usize = 2;

/// Steps of the random walk: enough to meet every pair of operations, few enough for every run.
const WALK_STEPS: usize = 80;

/// First instant at which the battery's articles are published, in seconds since 1970.
const FIRST_PUBLISHED: i64 = 1_700_000_000;

/// An article as the other side shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Article {
    /// Its identity on the other side, the same for all its wordings: a guid, a file's name without
    /// extension. Lower-case letters, digits and hyphens.
    pub name: String,
    /// Headline, one line; two articles may share it.
    pub title: String,
    /// Two paragraphs, joined by an empty line. The draft's content, summary or title must hold the
    /// last word of it ([`Article::marker`]), which no other wording has.
    pub text: String,
    /// When it was published; a source that states it must hand over the oldest first.
    pub published: Timestamp,
}

impl Article {
    /// The article number `number` in its wording number `wording`.
    pub fn new(number: usize, wording: usize) -> Article {
        Article {
            name: format!("harbour-{number}"),
            title: format!("Ferries leave the harbour on time, part {}", number / 2),
            text: format!(
                "The ferry office published its timetable for line {number}.\n\n\
                 Passengers are asked to read the notice marked number{number}wording{wording}end"
            ),
            published: Timestamp::from_second(FIRST_PUBLISHED + 3600 * number as i64)
                .unwrap_or(Timestamp::UNIX_EPOCH),
        }
    }

    /// The word that tells this wording from every other.
    pub fn marker(&self) -> &str {
        self.text.rsplit(' ').next().unwrap_or_default()
    }
}

/// A source under test and the other side that it reads.
pub trait SourceHarness: Sync {
    /// A fresh instance, as after a restart of the daemon; the other side stays as it is.
    fn make(&self) -> Box<dyn Source>;

    /// From now on the other side shows these articles and no others. A name that it showed before
    /// with another text is an edited article. An article that has not changed is shown the same
    /// as before (a file is written again only if it is not there).
    fn publish(&self, articles: &[Article]) -> impl Future<Output = ()> + Send;

    /// The other side fails until [`SourceHarness::mend`].
    fn break_it(&self) -> impl Future<Output = ()> + Send;

    /// The other side works again and shows what it showed before.
    fn mend(&self) -> impl Future<Output = ()> + Send;

    /// Shows one more piece that can never be read, beside the articles and until the end. Returns
    /// whether this source has such a thing, that is, whether it makes rejects of single pieces.
    fn spoil(&self) -> impl Future<Output = bool> + Send {
        async { false }
    }

    /// How many files are still there that should have been dealt with by [`Source::committed`];
    /// 0 for sources that have no files or keep them.
    fn left_over(&self) -> impl Future<Output = usize> + Send {
        async { 0 }
    }

    /// How long the source may wait before it takes what is new.
    fn settle(&self) -> Duration {
        Duration::ZERO
    }
}

/// Runs every check. Panics with what the source did wrong.
pub async fn battery<H: SourceHarness>(harness: H) {
    let mut stage = Stage::new(&harness);
    let mut articles: Vec<Article> = (0..5).map(|number| Article::new(number, 0)).collect();

    every_article_comes_out_once(&mut stage, &articles).await;
    an_edited_article_comes_once_more(&mut stage, &mut articles).await;
    a_forgotten_harvest_comes_again(&mut stage, &mut articles).await;
    files_are_dealt_with_after_a_crash(&mut stage, &mut articles).await;
    what_went_away_and_came_back_is_known(&mut stage, &articles).await;
    a_broken_other_side_is_reported_and_recovered_from(&mut stage, &mut articles).await;
    a_random_walk_loses_and_repeats_nothing(&mut stage, &mut articles).await;
    rejects_come_once(&mut stage).await;
}

async fn every_article_comes_out_once<H: SourceHarness>(
    stage: &mut Stage<'_, H>,
    articles: &[Article],
) {
    stage.publish(&[]).await;
    stage.expect_nothing("an empty other side").await;
    stage.publish(articles).await;
    stage.collect("the first articles").await;
    stage.expect_nothing("unchanged articles").await;
    stage.restart();
    stage
        .expect_nothing("unchanged articles after a restart")
        .await;
    stage.memory = serde_json::Value::Null;
    stage
        .expect_nothing("unchanged articles after the memory was lost")
        .await;
}

async fn an_edited_article_comes_once_more<H: SourceHarness>(
    stage: &mut Stage<'_, H>,
    articles: &mut [Article],
) {
    articles[2] = Article::new(2, 1);
    stage.publish(articles).await;
    stage.collect("an edited article").await;
    stage
        .expect_nothing("an edited article that was committed")
        .await;

    articles[2] = Article::new(2, 0);
    stage.publish(articles).await;
    stage
        .collect("an article edited back to its first wording")
        .await;
}

async fn a_forgotten_harvest_comes_again<H: SourceHarness>(
    stage: &mut Stage<'_, H>,
    articles: &mut Vec<Article>,
) {
    articles.push(Article::new(articles.len(), 0));
    articles[0] = Article::new(0, 1);
    stage.publish(articles).await;
    for round in ["by the same instance", "after a restart"] {
        let forgotten = stage
            .poll_until_items(&format!("articles before they are forgotten, {round}"))
            .await;
        drop(forgotten);
        if round == "after a restart" {
            stage.restart();
        }
    }
    stage.collect("articles of forgotten harvests").await;
    stage.restart();
    stage
        .expect_nothing("articles committed after they were forgotten")
        .await;
}

async fn files_are_dealt_with_after_a_crash<H: SourceHarness>(
    stage: &mut Stage<'_, H>,
    articles: &mut Vec<Article>,
) {
    articles.push(Article::new(articles.len(), 0));
    stage.publish(articles).await;
    let started = Instant::now();
    while stage.missing().next().is_some() {
        let harvest = stage.poll_until_items("an article before a crash").await;
        drop(stage.commit_only(harvest));
        assert!(
            started.elapsed() < PATIENCE,
            "an article published before a crash never came"
        );
    }
    stage.restart();
    stage
        .expect_nothing("files of a commit whose end the source did not see")
        .await;
    let left = stage.harness.left_over().await;
    assert_eq!(
        left, 0,
        "files committed before a crash must be named again and dealt with"
    );
}

async fn what_went_away_and_came_back_is_known<H: SourceHarness>(
    stage: &mut Stage<'_, H>,
    articles: &[Article],
) {
    stage.publish(&articles[3..]).await;
    stage.expect_nothing("articles taken away").await;
    stage.publish(articles).await;
    stage.expect_nothing("articles shown again").await;
}

async fn a_broken_other_side_is_reported_and_recovered_from<H: SourceHarness>(
    stage: &mut Stage<'_, H>,
    articles: &mut Vec<Article>,
) {
    articles.push(Article::new(articles.len(), 0));
    stage.publish(articles).await;
    stage.harness.break_it().await;
    for restart in [false, true] {
        if restart {
            stage.restart();
        }
        let harvest = stage.poll().await;
        let failed = matches!(
            harvest.outcome,
            Outcome::Failed { .. } | Outcome::Gone { .. }
        );
        assert!(
            failed || !harvest.rejects.is_empty(),
            "a broken other side must give Outcome::Failed or rejects, not {:?}",
            harvest.outcome
        );
        assert!(harvest.items.is_empty(), "a broken other side gave items");
        stage.commit(harvest).await;
    }
    stage.harness.mend().await;
    stage
        .collect("an article that was published while the other side was broken")
        .await;
    stage.expect_nothing("a mended other side").await;
}

/// New articles, edits, removals, crashes, restarts and failures in a random order that is the same
/// in every run; nothing may be lost and nothing may come twice.
async fn a_random_walk_loses_and_repeats_nothing<H: SourceHarness>(
    stage: &mut Stage<'_, H>,
    articles: &mut Vec<Article>,
) {
    let mut dice = Dice::seeded(20_231_115);
    let mut wording = 10;
    for _ in 0..WALK_STEPS {
        match dice.roll() % 8 {
            0 | 1 => articles.push(Article::new(articles.len(), 0)),
            2 => {
                wording += 1;
                let number = (dice.roll() % articles.len() as u64) as usize;
                articles[number] = Article::new(number, wording);
            }
            3 => stage.restart(),
            4 => drop(stage.poll().await),
            5 => {
                stage.harness.break_it().await;
                let harvest = stage.poll().await;
                stage.commit(harvest).await;
                stage.harness.mend().await;
            }
            _ => {
                let harvest = stage.poll().await;
                stage.commit(harvest).await;
            }
        }
        stage.publish(articles).await;
    }
    stage.collect("what was published on a random walk").await;
    stage.restart();
    stage.expect_nothing("the end of a random walk").await;
}

async fn rejects_come_once<H: SourceHarness>(stage: &mut Stage<'_, H>) {
    if !stage.harness.spoil().await {
        return;
    }
    let started = Instant::now();
    let forgotten = stage.poll_until_reject(started).await;
    drop(forgotten);
    stage.restart();
    let harvest = stage.poll_until_reject(started).await;
    for reject in &harvest.rejects {
        assert!(!reject.subject.is_empty(), "a reject must say what it was");
        assert!(!reject.fault.reason.is_empty(), "a reject must say why");
    }
    stage.commit(harvest).await;
    stage.expect_nothing("a committed reject").await;
    stage.restart();
    stage
        .expect_nothing("a committed reject after a restart")
        .await;
}

/// A model of the collect stage around one source.
struct Stage<'h, H> {
    harness: &'h H,
    source: Box<dyn Source>,
    known: Arc<Known>,
    memory: serde_json::Value,
    cpu: Arc<Semaphore>,
    /// What the other side shows.
    shown: Vec<Article>,
    /// The wording last committed of each article, and the key it was committed under.
    committed: HashMap<String, (String, ItemKey)>,
}

impl<'h, H: SourceHarness> Stage<'h, H> {
    fn new(harness: &'h H) -> Stage<'h, H> {
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

    fn restart(&mut self) {
        self.source = self.harness.make();
    }

    async fn publish(&mut self, articles: &[Article]) {
        self.shown = articles.to_vec();
        self.harness.publish(articles).await;
    }

    /// One turn, with the checks that hold for every harvest.
    async fn poll(&self) -> Harvest {
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
    fn commit_only(&mut self, harvest: Harvest) -> Vec<PathBuf> {
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

    async fn commit(&mut self, harvest: Harvest) {
        let files = self.commit_only(harvest);
        if !files.is_empty() {
            self.source.committed(files).await;
        }
    }

    /// Articles shown whose present wording has not been committed.
    fn missing(&self) -> impl Iterator<Item = &str> {
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
    async fn collect(&mut self, what: &str) {
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
    async fn poll_until_items(&self, what: &str) -> Harvest {
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

    async fn poll_until_reject(&self, started: Instant) -> Harvest {
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
    async fn expect_nothing(&mut self, what: &str) {
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

/// Whether the draft's title, summary or content holds the marker.
fn holds(draft: &Draft, marker: &str) -> bool {
    let item = &draft.item;
    [&item.title, &item.summary, &item.content]
        .into_iter()
        .flatten()
        .any(|text| text.value.contains(marker))
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use super::*;
    use dateline_pipeline::draft::{Item, Text};
    use dateline_pipeline::record::{SourceKind, SourceRef};
    use dateline_pipeline::source::{Gathered, Rhythm};

    /// What a source in memory does wrong.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    enum Flaw {
        None,
        IgnoresWhatIsKnown,
        ForgetsWithoutCommit,
        OverlooksEdits,
        RenamesEdits,
        HidesFailures,
        NewestFirst,
    }

    #[derive(Clone)]
    struct Shelf {
        articles: Arc<Mutex<(Vec<Article>, bool)>>,
        taken: Arc<Mutex<HashSet<ItemKey>>>,
        reference: SourceRef,
        flaw: Flaw,
    }

    impl Shelf {
        fn new(flaw: Flaw) -> Shelf {
            let reference = SourceRef {
                kind: SourceKind::Feed,
                id: "shelf".to_owned(),
                name: None,
                url: None,
                tags: Vec::new(),
            };
            Shelf {
                articles: Arc::default(),
                taken: Arc::default(),
                reference,
                flaw,
            }
        }

        fn gather(&self, article: &Article) -> Gathered {
            let stated = dateline_pipeline::draft::Stated {
                instant: article.published,
                raw: None,
                offset: None,
                precision: dateline_pipeline::record::Precision::Second,
                confidence: 1.0,
            };
            let draft = Draft {
                source: self.reference.clone(),
                fetched: Timestamp::UNIX_EPOCH,
                item: Item {
                    content: Some(Text::plain(&article.text)),
                    published: Some(stated),
                    ..Item::default()
                },
                http: None,
                file: None,
                recovered: Vec::new(),
            };
            let marker = hash(article.marker());
            let name = hash(&article.name);
            let key = if self.flaw == Flaw::RenamesEdits {
                marker
            } else {
                name
            };
            let fingerprint = if self.flaw == Flaw::OverlooksEdits {
                name
            } else {
                marker
            };
            Gathered {
                key,
                fingerprint,
                draft,
            }
        }
    }

    fn hash(text: &str) -> [u8; 16] {
        let fold = text.bytes().fold(7_u128, |hash, byte| {
            hash.wrapping_mul(0x0100_0000_01b3) ^ u128::from(byte)
        });
        fold.to_le_bytes()
    }

    impl Source for Shelf {
        fn reference(&self) -> &SourceRef {
            &self.reference
        }

        fn rhythm(&self) -> Rhythm {
            Rhythm::local(PAUSE)
        }

        fn poll<'a>(&'a self, turn: Turn) -> BoxFuture<'a, Harvest> {
            async move {
                let (articles, broken) = self.articles.lock().unwrap().clone();
                if broken && self.flaw != Flaw::HidesFailures {
                    let outcome = Outcome::Failed {
                        fault: Fault::transient("shelf", "it fell down"),
                        retry_after: None,
                    };
                    return Harvest::empty(outcome, turn.memory);
                }
                let mut items: Vec<Gathered> = articles
                    .iter()
                    .map(|article| self.gather(article))
                    .collect();
                let asked = items
                    .iter()
                    .map(|item| (item.key, item.fingerprint))
                    .collect();
                let mut fresh = turn.seen.fresh(asked).await.unwrap().into_iter();
                items.retain(|_| fresh.next().unwrap() || self.flaw == Flaw::IgnoresWhatIsKnown);
                if self.flaw == Flaw::ForgetsWithoutCommit {
                    let mut taken = self.taken.lock().unwrap();
                    items.retain(|item| taken.insert(item.fingerprint));
                }
                if self.flaw == Flaw::NewestFirst {
                    items.reverse();
                }
                let mut harvest = Harvest::empty(Outcome::Read, turn.memory);
                harvest.items = items;
                harvest
            }
            .boxed()
        }
    }

    impl SourceHarness for Shelf {
        fn make(&self) -> Box<dyn Source> {
            Box::new(self.clone())
        }

        async fn publish(&self, articles: &[Article]) {
            self.articles.lock().unwrap().0 = articles.to_vec();
        }

        async fn break_it(&self) {
            self.articles.lock().unwrap().1 = true;
        }

        async fn mend(&self) {
            self.articles.lock().unwrap().1 = false;
        }
    }

    #[tokio::test]
    async fn a_sound_source_passes() {
        battery(Shelf::new(Flaw::None)).await;
    }

    /// The paused clock makes the battery's patience run out at once where it waits.
    #[tokio::test(start_paused = true)]
    async fn every_flaw_is_found() {
        for flaw in [
            Flaw::IgnoresWhatIsKnown,
            Flaw::ForgetsWithoutCommit,
            Flaw::OverlooksEdits,
            Flaw::RenamesEdits,
            Flaw::HidesFailures,
            Flaw::NewestFirst,
        ] {
            let found = tokio::spawn(battery(Shelf::new(flaw))).await;
            assert!(
                found.is_err_and(|error| error.is_panic()),
                "{flaw:?} passed the battery"
            );
        }
    }
}
