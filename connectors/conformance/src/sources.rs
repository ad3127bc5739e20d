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

mod article;
mod stage;

use std::future::Future;
use std::time::Duration;

use dateline_pipeline::clock::Dice;
use dateline_pipeline::source::{Outcome, Source};
use tokio::time::Instant;

pub use article::Article;
use stage::{PATIENCE, Stage};

/// Steps of the random walk: enough to meet every pair of operations, few enough for every run.
const WALK_STEPS: usize = 80;

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
