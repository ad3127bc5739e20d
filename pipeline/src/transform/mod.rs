//! The second stage: drafts become records.
//!
//! Two tasks: one reads drafts and does the pure part over all cores ([`normalise`]), the other
//! gives them their place among known articles ([`resolve`]) and commits records, index and
//! position together. Order is kept throughout, so revisions of an article come out in the order
//! in which they were fetched.

mod addresses;
pub mod copies;
mod cosmetic;
pub mod damping;
mod dates;
#[cfg(test)]
mod drafts;
pub mod enrichment;
pub mod entities;
mod fields;
mod full_text;
pub mod gazetteer;
pub mod identity;
mod index;
mod known;
pub mod normalise;
pub mod pages;
pub mod quantities;
pub mod reprocess;
pub mod resolve;
pub mod rules;
pub mod timex;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{mpsc, watch};
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;
use tracing::{Instrument, Span};

use crate::backoff::Backoff;
use crate::clock::{Clock, Dice};
use crate::crash;
use crate::draft::Draft;
use crate::fault::Fault;
use crate::record::Record;
use crate::store::{
    self, Commit, DeadLetter, DraftEntry, Readers, Retention, Store, StoreError, TRANSFORM,
    TransformCommit, unfinished,
};
use crate::trace;
use copies::Copies;
use enrichment::Enrichment;
use reprocess::{Jobs, Next, Stretch};
use resolve::Prepared;
use rules::Dropped;

/// Drafts in one batch: large enough that a commit's cost is shared by many.
const BATCH: u32 = 1024;

/// Bytes of drafts in one batch: bounds what the stage holds, three batches at the most.
const BATCH_BYTES: usize = 4 << 20;

/// Fewer drafts than this are not worth another thread.
const PER_THREAD: usize = 16;

/// How often revisions that wait are looked for while nothing else comes: a fraction of the shortest time that they wait.
const LOOK_FOR_HELD: Duration = Duration::from_secs(60);

/// Waits after a failure of the store.
const RETRY: Backoff = Backoff {
    floor: Duration::from_secs(1),
    ceiling: Duration::from_secs(60),
};

/// The transform stage.
pub struct Transformer {
    store: Store,
    readers: Arc<Readers>,
    clock: Clock,
    enrichment: watch::Receiver<Arc<Enrichment>>,
    retention: Option<watch::Receiver<Retention>>,
}

/// Drafts after the pure part, and what they were enriched by: the settings may change between batches, not in one.
struct Batch {
    drafts: Vec<Prepared>,
    enrichment: Arc<Enrichment>,
    /// The part of a job that these drafts are; `None` for fresh ones.
    stretch: Option<Stretch>,
    /// From the reading of its drafts to the commit of its records.
    span: Span,
}

impl Transformer {
    /// A stage on a store. Another enrichment holds from the next batch of drafts on.
    pub fn new(
        store: Store,
        readers: Arc<Readers>,
        clock: Clock,
        enrichment: watch::Receiver<Arc<Enrichment>>,
    ) -> Transformer {
        Transformer {
            store,
            readers,
            clock,
            enrichment,
            retention: None,
        }
    }

    /// Jobs that make records anew wait while one of the sinks that these name is far behind.
    #[must_use]
    pub fn minding(self, retention: watch::Receiver<Retention>) -> Transformer {
        Transformer {
            retention: Some(retention),
            ..self
        }
    }

    /// Runs until `stop`; what was begun is then either committed or begun again at the next start.
    pub async fn run(self, stop: CancellationToken) {
        let mut failures = 0;
        let mut dice = Dice::from_system();
        while let Some(result) = stop.run_until_cancelled(self.run_until_failure()).await {
            let Err(error) = result else { return };
            if matches!(error, StoreError::Closed) {
                return;
            }
            failures += 1;
            let wait = RETRY.wait(failures, &mut dice);
            tracing::error!(%error, ?wait, "drafts cannot be made into records; trying again");
            if stop
                .run_until_cancelled(tokio::time::sleep(wait))
                .await
                .is_none()
            {
                return;
            }
        }
    }

    async fn run_until_failure(&self) -> Result<(), StoreError> {
        let position = self
            .readers
            .ask(|reader| reader.position(TRANSFORM))
            .await?;
        let position = position.map_or(0, |(seq, _)| seq);
        // One batch is prepared while the one before it is committed.
        let (sender, receiver) = mpsc::channel(1);
        tokio::try_join!(
            self.prepare(position, sender),
            self.commit(position, receiver)
        )?;
        Ok(())
    }

    /// Reads drafts after `position`, or those of a job while there is none, and does the pure part.
    async fn prepare(
        &self,
        mut position: i64,
        batches: mpsc::Sender<Batch>,
    ) -> Result<(), StoreError> {
        let mut vitals = self.store.vitals();
        let mut jobs = Jobs::new(Arc::clone(&self.readers), self.retention.clone());
        let mut look = tokio::time::interval(LOOK_FOR_HELD);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let standing = *vitals.borrow_and_update();
            let head = standing.drafts_head;
            if position >= head {
                let waits_for_sinks = match jobs.next(standing).await? {
                    Next::Portion(stretch, drafts) => {
                        let batch = self.prepare_one(drafts, Some(stretch)).await?;
                        batches.send(batch).await.map_err(|_| StoreError::Closed)?;
                        continue;
                    }
                    Next::Later => true,
                    Next::Nothing => false,
                };
                tokio::select! {
                    changed = vitals.changed() => changed.map_err(|_| StoreError::Closed)?,
                    () = tokio::time::sleep(reprocess::LOOK_FOR_SINKS), if waits_for_sinks => {}
                    _ = look.tick() => if self.has_due_revisions().await? {
                        // They are delivered with any batch, also an empty one.
                        let nothing = self.prepare_one(Vec::new(), None).await?;
                        batches.send(nothing).await.map_err(|_| StoreError::Closed)?;
                    }
                }
                continue;
            }
            let drafts = self
                .readers
                .ask(move |reader| reader.drafts_after(position, BATCH, BATCH_BYTES))
                .await?;
            let Some(last) = drafts.last() else {
                // Drafts up to the head have been pruned or rolled back; nothing is there to do.
                position = head;
                continue;
            };
            position = last.seq;
            let batch = self.prepare_one(drafts, None).await?;
            batches.send(batch).await.map_err(|_| StoreError::Closed)?;
        }
    }

    async fn prepare_one(
        &self,
        drafts: Vec<DraftEntry>,
        stretch: Option<Stretch>,
    ) -> Result<Batch, StoreError> {
        let enrichment = self.enrichment();
        let span = trace::transform(drafts.iter().map(|draft| draft.trace.as_deref()));
        let batch = tokio::task::spawn_blocking(move || Batch {
            drafts: span.in_scope(|| prepare_all(drafts, &enrichment, cores())),
            enrichment,
            stretch,
            span,
        });
        batch.await.map_err(unfinished)
    }

    async fn has_due_revisions(&self) -> Result<bool, StoreError> {
        let now = self.clock.now();
        let due = self.readers.ask(move |reader| reader.due_revisions(now, 1));
        due.await.map(|due| !due.is_empty())
    }

    async fn commit(
        &self,
        mut position: i64,
        mut batches: mpsc::Receiver<Batch>,
    ) -> Result<(), StoreError> {
        let mut copies = self.load_copies(self.enrichment().copies()).await?;
        while let Some(batch) = batches.recv().await {
            let span = batch.span.clone();
            let committed = self.commit_one(batch, copies, position);
            let committed = committed.instrument(span.clone()).await;
            (copies, position) = committed.inspect_err(|_| trace::fail(&span, "state"))?;
        }
        Ok(())
    }

    /// Gives a batch its place among known articles and commits it. What is held of copies goes along and comes back, with
    /// the new position; after a failure it is read anew.
    async fn commit_one(
        &self,
        batch: Batch,
        mut copies: Copies,
        position: i64,
    ) -> Result<(Copies, i64), StoreError> {
        let Batch {
            drafts,
            enrichment,
            stretch,
            ..
        } = batch;
        if copies.settings() != enrichment.copies() {
            copies = self.load_copies(enrichment.copies()).await?;
        }
        let now = self.clock.now();
        let count_of_drafts = drafts.len() as u64;
        let (commit, mut held) = self
            .readers
            .ask(move |reader| {
                let (enrichment, copies_held) = (&enrichment, &mut copies);
                let commit = match stretch {
                    None => {
                        resolve::resolve(reader, enrichment, copies_held, position, drafts, now)
                    }
                    Some(stretch) => reprocess::resolve(
                        reader,
                        enrichment,
                        copies_held,
                        position,
                        stretch,
                        drafts,
                        now,
                    ),
                };
                Ok((commit?, copies))
            })
            .await?;
        let position = commit.position;
        let tally = commit.portion.as_ref().map(|portion| portion.tally);
        let (fresh, before, after) = match stretch {
            None => (
                count_of_drafts,
                "transform.before_commit",
                "transform.after_commit",
            ),
            Some(_) => (0, "reprocess.before_commit", "reprocess.after_commit"),
        };
        let news = News::of(&commit, fresh);
        crash::point(before);
        self.store.commit(Commit::Transform(commit)).await?;
        crash::point(after);
        if let (Some(stretch), Some(tally)) = (stretch, tally)
            && !reprocess::note(&self.readers, stretch, tally).await?
        {
            // What was held of copies goes with revisions that were not delivered.
            held = self.load_copies(held.settings()).await?;
        } else {
            news.tell();
        }
        Ok((held, position))
    }

    async fn load_copies(&self, settings: copies::Settings) -> Result<Copies, StoreError> {
        self.readers
            .ask(move |reader| Copies::load(reader, settings))
            .await
    }

    fn enrichment(&self) -> Arc<Enrichment> {
        Arc::clone(&self.enrichment.borrow())
    }
}

/// What metrics and the log say of a commit, once it has been applied.
struct News {
    drafts: u64,
    /// Op and kind of source of each record.
    records: Vec<(&'static str, &'static str)>,
    damped: u64,
    marked: u64,
    dropped_copies: u64,
    dropped: Vec<Dropped>,
    /// The dead letters, without their bytes.
    dead_letters: Vec<DeadLetter>,
}

impl News {
    fn of(commit: &TransformCommit, drafts: u64) -> News {
        let span = Span::current();
        span.record("dateline.drafts", drafts);
        span.record("dateline.records", commit.records.len());
        span.record("dateline.dead_letters", commit.dead_letters.len());
        let records = commit.records.iter();
        let dead_letters = commit.dead_letters.iter();
        News {
            drafts,
            records: records.map(|record| (record.op, record.kind)).collect(),
            damped: commit.damped,
            marked: commit.copies.marked,
            dropped_copies: commit.copies.dropped,
            dropped: commit.dropped.clone(),
            dead_letters: dead_letters.map(DeadLetter::without_bytes).collect(),
        }
    }

    fn tell(self) {
        metrics::counter!("dateline_transform_drafts_total").increment(self.drafts);
        for (op, kind) in self.records {
            metrics::counter!("dateline_records_total", "op" => op, "kind" => kind).increment(1);
        }
        metrics::counter!("dateline_revisions_held_total").increment(self.damped);
        for (becomes, count) in [("marked", self.marked), ("dropped", self.dropped_copies)] {
            metrics::counter!("dateline_copies_total", "becomes" => becomes).increment(count);
        }
        for dropped in self.dropped {
            tracing::debug!(
                rule = dropped.rule,
                source = dropped.source,
                title = dropped.title,
                "a rule left a record out"
            );
            metrics::counter!("dateline_rules_dropped_total", "rule" => dropped.rule).increment(1);
        }
        for letter in self.dead_letters {
            tracing::warn!(
                source = letter.origin,
                subject = letter.subject,
                fault = letter.kind,
                reason = letter.reason,
                "a draft was set aside as a dead letter"
            );
            metrics::counter!("dateline_dead_letters_total", "stage" => "transform", "kind" => letter.kind)
                .increment(1);
        }
    }
}

/// The cores of this machine that the process may use.
fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// The pure part over so many cores, order kept.
fn prepare_all(drafts: Vec<DraftEntry>, enrichment: &Enrichment, cores: usize) -> Vec<Prepared> {
    let share = drafts.len().div_ceil(cores).max(PER_THREAD);
    if drafts.len() <= share {
        return drafts
            .into_iter()
            .map(|draft| prepare(draft, enrichment))
            .collect();
    }
    let mut shares: Vec<Vec<DraftEntry>> = Vec::with_capacity(cores);
    let mut rest = drafts.into_iter();
    loop {
        let next: Vec<DraftEntry> = rest.by_ref().take(share).collect();
        if next.is_empty() {
            break;
        }
        shares.push(next);
    }
    std::thread::scope(|scope| {
        let workers: Vec<_> = shares
            .into_iter()
            .map(|share| {
                scope.spawn(move || {
                    let prepared = share.into_iter().map(|draft| prepare(draft, enrichment));
                    prepared.collect::<Vec<Prepared>>()
                })
            })
            .collect();
        let mut prepared = Vec::new();
        for worker in workers {
            match worker.join() {
                Ok(share) => prepared.extend(share),
                // Panics are caught draft by draft; what comes here is a machine in trouble.
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        prepared
    })
}

/// The pure part of one draft. A draft that trips over a bug costs itself and not the stage, which
/// would trip over it for ever; the pure part has no state that could be left torn.
fn prepare(mut entry: DraftEntry, enrichment: &Enrichment) -> Prepared {
    let seq = entry.seq;
    let trace = entry.trace.take();
    let article = std::panic::catch_unwind(AssertUnwindSafe(|| article(&entry, enrichment)));
    let outcome = article.unwrap_or_else(|_| {
        let reason = "a bug was met while this draft was made into a record; please report it with the draft";
        Err((format!("draft {seq}"), Fault::poison("bug", reason)))
    });
    Prepared {
        seq,
        trace,
        outcome: outcome.map(Box::new).map_err(|(subject, fault)| {
            dead_letter(&entry.source, &subject, &fault, entry.draft.into_bytes())
        }),
    }
}

/// A draft's article, or what it is and what is wrong with it.
fn article(
    entry: &DraftEntry,
    enrichment: &Enrichment,
) -> Result<normalise::Article, (String, Fault)> {
    match serde_json::from_str::<Draft>(&entry.draft) {
        Ok(draft) => {
            let subject = subject(&draft);
            normalise::normalise(draft, enrichment).map_err(|fault| (subject, fault))
        }
        Err(error) => {
            let fault = Fault::poison("bad_draft", format!("the draft cannot be read: {error}"));
            Err((format!("draft {}", entry.seq), fault))
        }
    }
}

fn subject(draft: &Draft) -> String {
    let item = &draft.item;
    let guid = item.guid.as_ref().map(|guid| guid.value.clone());
    let link = item.link.as_ref().map(|link| link.href.clone());
    draft
        .file
        .clone()
        .or(guid)
        .or(link)
        .unwrap_or_else(|| "item without name".to_owned())
}

fn dead_letter(source: &str, subject: &str, fault: &Fault, mut bytes: Vec<u8>) -> DeadLetter {
    bytes.truncate(crate::collect::DEAD_LETTER_BYTES);
    DeadLetter {
        stage: "transform",
        origin: source.to_owned(),
        subject: subject.to_owned(),
        kind: fault.kind.to_owned(),
        reason: fault.reason.clone(),
        record_seq: None,
        input: None,
        bytes,
    }
}

/// What the stage makes of a draft that stands alone.
#[derive(Debug)]
pub enum Inspected {
    /// A record.
    Record(Box<Record>),
    /// None, by a rule.
    Dropped(Dropped),
    /// None, for this reason.
    Unreadable(Fault),
}

/// What the stage makes of drafts that stand alone, without index and state: for `inspect`.
/// Every article is new and has revision 1.
pub fn inspect(drafts: Vec<Draft>, enrichment: &Enrichment) -> Vec<Inspected> {
    let inspected = |draft| match normalise::normalise(draft, enrichment) {
        Err(fault) => Inspected::Unreadable(fault),
        Ok(article) => {
            let mut record = article.record;
            record.id = identity::hex(&article.evidence.new_id(0));
            record.revision = 1;
            match enrichment.rules().apply(&mut record) {
                Ok(Some(dropped)) => Inspected::Dropped(dropped),
                Ok(None) | Err(_) => Inspected::Record(Box::new(record)),
            }
        }
    };
    drafts.into_iter().map(inspected).collect()
}

/// What the stage makes of drafts where it knows no article yet.
#[derive(Debug, Default)]
pub struct Trial {
    /// The records as the log would have them, JSON, in their order.
    pub records: Vec<String>,
    /// What rules left out.
    pub dropped: Vec<Dropped>,
    /// What could not be made into records.
    pub dead_letters: Vec<DeadLetter>,
}

/// Takes drafts through the whole stage, as the first batch of a new state, and keeps nothing.
///
/// # Errors
/// When SQLite fails, or a draft cannot be written as JSON.
pub fn trial(
    drafts: &[Draft],
    enrichment: &Enrichment,
    now: Timestamp,
) -> Result<Trial, TrialError> {
    let entries = drafts.iter().zip(1..).map(|(draft, seq)| {
        Ok(DraftEntry {
            seq,
            source: draft.source.id.clone(),
            draft: serde_json::to_string(draft)?,
            trace: None,
        })
    });
    let entries = entries.collect::<Result<Vec<_>, serde_json::Error>>()?;
    let prepared = prepare_all(entries, enrichment, cores());
    let commit = store::with_nothing(|reader| {
        let mut copies = Copies::load(reader, enrichment.copies())?;
        resolve::resolve(reader, enrichment, &mut copies, 0, prepared, now)
    })?;
    Ok(Trial {
        records: commit.records.into_iter().map(|row| row.record).collect(),
        dropped: commit.dropped,
        dead_letters: commit.dead_letters,
    })
}

/// Why a trial could not be made.
#[derive(Debug, thiserror::Error)]
pub enum TrialError {
    /// The store in memory failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A draft cannot be written as JSON.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
}
