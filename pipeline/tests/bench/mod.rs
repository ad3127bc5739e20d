//! A store in a temporary folder with the means to push drafts through the stages.

#![allow(clippy::unwrap_used, dead_code)]

pub(crate) mod collecting;

use std::sync::Arc;
use std::time::Duration;

use dateline_pipeline::clock::Clock;
use dateline_pipeline::draft::{Draft, Item};
use dateline_pipeline::record::{Record, SourceKind, SourceRef};
use dateline_pipeline::reprocess::{self, Begun};
use dateline_pipeline::store::{
    self, Becomes, Brought, CollectCommit, Commit, DeliverCommit, DraftRow, Readers, Retention,
    SourceRow, Status, Store, Tuning, Vitals, Wish, read_status,
};
use dateline_pipeline::transform::Transformer;
use dateline_pipeline::transform::enrichment::Enrichment;
use jiff::Timestamp;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// A wish for the records of all drafts.
pub(crate) fn everything(becomes: Becomes) -> Wish {
    Wish {
        becomes,
        since: None,
        sources: Vec::new(),
    }
}

/// The longest that anything here may take.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) struct Bench {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) store: Store,
    pub(crate) readers: Arc<Readers>,
    pub(crate) clock: Clock,
    pub(crate) enrichment: Arc<Enrichment>,
    /// What jobs mind of the sinks; nothing where absent.
    pub(crate) retention: Option<watch::Sender<Retention>>,
}

impl Bench {
    pub(crate) fn new() -> Bench {
        Bench::enriching(Enrichment::default())
    }

    pub(crate) fn enriching(enrichment: Enrichment) -> Bench {
        let folder = tempfile::tempdir().unwrap();
        let (store, readers) = store::open(folder.path(), Tuning::default()).unwrap();
        let clock = Clock::manual("2026-03-01T12:00:00Z".parse().unwrap());
        Bench {
            folder,
            store,
            readers,
            clock,
            enrichment: Arc::new(enrichment),
            retention: None,
        }
    }

    pub(crate) fn status(&self) -> Status {
        read_status(self.folder.path(), 10).unwrap().unwrap()
    }

    /// Commits drafts and returns the records that the stage makes of them.
    pub(crate) async fn transform(&self, drafts: Vec<Draft>) -> Vec<Record> {
        let before = self.store.vitals().borrow().records_head;
        self.commit_drafts(drafts).await;
        self.run_until(|vitals| vitals.transformed >= vitals.drafts_head)
            .await;
        self.records_after(before)
    }

    /// Returns the records that the stage makes without any draft, at least one.
    pub(crate) async fn transform_nothing(&self) -> Vec<Record> {
        let before = self.store.vitals().borrow().records_head;
        self.run_until(|vitals| vitals.records_head > before).await;
        self.records_after(before)
    }

    /// Begins a job that makes the records of all drafts anew; its number.
    pub(crate) async fn begin_job(&self, becomes: Becomes) -> i64 {
        let now = self.clock.now();
        let wish = everything(becomes);
        let begun = reprocess::begin(&self.store, &self.readers, wish, now).await;
        match begun.unwrap() {
            Begun::Began(job) => job.number,
            refused => panic!("{refused:?}"),
        }
    }

    /// Returns the records that the stage makes until no job runs.
    pub(crate) async fn finish_job(&self) -> Vec<Record> {
        let before = self.store.vitals().borrow().records_head;
        self.run_until(|vitals| vitals.job.is_none()).await;
        self.records_after(before)
    }

    /// Notes what a sink has.
    pub(crate) async fn note_delivered(&self, sink: &str, position: i64) {
        let commit = DeliverCommit {
            at: self.clock.now(),
            sink: sink.to_owned(),
            position,
            detail: "null".to_owned(),
            dead_letters: Vec::new(),
        };
        self.store.commit(Commit::Deliver(commit)).await.unwrap();
    }

    /// Runs the stage until `done`.
    async fn run_until(&self, done: impl FnMut(&Vitals) -> bool) {
        let stop = CancellationToken::new();
        let stage = Transformer::new(
            self.store.clone(),
            Arc::clone(&self.readers),
            self.clock.clone(),
            watch::channel(Arc::clone(&self.enrichment)).1,
        );
        let stage = match &self.retention {
            Some(retention) => stage.minding(retention.subscribe()),
            None => stage,
        };
        let running = tokio::spawn(stage.run(stop.clone()));
        let mut vitals = self.store.vitals();
        let done = vitals.wait_for(done);
        drop(tokio::time::timeout(PATIENCE, done).await.unwrap().unwrap());
        stop.cancel();
        running.await.unwrap();
    }

    fn records_after(&self, position: i64) -> Vec<Record> {
        let entries = self
            .readers
            .with(|reader| reader.records_after(position, 10_000, usize::MAX))
            .unwrap();
        entries
            .iter()
            .map(|entry| serde_json::from_slice(&entry.body).unwrap())
            .collect()
    }

    pub(crate) async fn commit_drafts(&self, drafts: Vec<Draft>) {
        // Every source of the drafts is one of the configuration.
        for draft in &drafts {
            self.configure(&draft.source.id).await;
        }
        let rows = drafts.iter().map(|draft| DraftRow {
            source: draft.source.id.clone(),
            draft: serde_json::to_string(draft).unwrap(),
            trace: None,
        });
        let brought = Brought {
            drafts: rows.collect(),
            ..Brought::default()
        };
        self.commit_turn(source_row("test", self.clock.now()), brought)
            .await;
    }

    /// Notes a turn of a source.
    pub(crate) async fn configure(&self, source: &str) {
        self.commit_turn(source_row(source, self.clock.now()), Brought::default())
            .await;
    }

    /// Commits a turn of a source that gave no reason to leave its host alone.
    pub(crate) async fn commit_turn(&self, source: SourceRow, brought: Brought) {
        let commit = CollectCommit {
            at: self.clock.now(),
            source,
            took: Duration::from_millis(40),
            hold: None,
            brought,
        };
        self.store
            .commit(Commit::Collect(Box::new(commit)))
            .await
            .unwrap();
    }

    pub(crate) async fn close(self) {
        self.store.close(false).await;
    }
}

pub(crate) fn source_row(id: &str, now: Timestamp) -> SourceRow {
    SourceRow {
        id: id.to_owned(),
        kind: "feed",
        title: None,
        address: None,
        host: None,
        due: Some(now),
        attempted: now,
        succeeded: Some(now),
        last_read: Some(now),
        failures: 0,
        failing_since: None,
        outcome: "read",
        status: Some(200),
        fault: None,
        reason: None,
        drafts: 0,
        plan: "{}".to_owned(),
        pace: "{}".to_owned(),
        memory: "null".to_owned(),
    }
}

pub(crate) fn reference(kind: SourceKind, id: &str) -> SourceRef {
    SourceRef {
        kind,
        id: id.to_owned(),
        name: None,
        url: None,
        tags: Vec::new(),
    }
}

pub(crate) fn draft(source: &str) -> Draft {
    Draft {
        source: reference(SourceKind::Feed, source),
        fetched: "2026-03-01T12:00:00Z".parse().unwrap(),
        item: Item::default(),
        http: None,
        file: None,
        page: None,
        page_fault: None,
        recovered: Vec::new(),
    }
}
