//! One turn of one source: ask it, commit what it brings home, tell it so.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures::future::BoxFuture;
use jiff::Timestamp;
use tokio::sync::Semaphore;

use super::{CollectSettings, spread};
use crate::backoff::Backoff;
use crate::clock::{Clock, Dice, after};
use crate::crash;
use crate::fault::Fault;
use crate::source::{Fingerprint, Gathered, Harvest, ItemKey, Outcome, Reject, Seen, Source, Turn};
use crate::store::{
    CollectCommit, Commit, DeadLetter, DraftRow, Readers, SeenRow, SourceRow, Store, StoreError,
    refresh_horizon,
};

/// Raw bytes kept with a dead letter: enough to see what it was and to replay an article, while
/// ten thousand of them stay below a gigabyte.
pub(crate) const DEAD_LETTER_BYTES: usize = 64 << 10;

/// The longest wait after failures of a local source: asking a folder costs next to nothing.
const LOCAL_CEILING: Duration = Duration::from_secs(300);

/// What every turn works with.
pub(super) struct TurnContext {
    pub(super) settings: CollectSettings,
    pub(super) store: Store,
    pub(super) readers: Arc<Readers>,
    pub(super) clock: Clock,
    pub(super) dice: Mutex<Dice>,
    pub(super) cpu: Arc<Semaphore>,
}

/// How a turn ended.
pub(super) struct Finished {
    pub(super) number: usize,
    pub(super) due: Timestamp,
    pub(super) failures: u32,
}

/// Takes one turn.
pub(super) async fn take(
    context: Arc<TurnContext>,
    number: usize,
    source: Arc<dyn Source>,
    failures: u32,
) -> Finished {
    let began = Instant::now();
    let now = context.clock.now();
    let id = source.reference().id.clone();
    let memory = match remembered(&context, &id).await {
        Ok(memory) => memory,
        Err(error) => {
            tracing::error!(source = id, %error, "the source's memory cannot be read");
            return Finished {
                number,
                due: spread(
                    &context.dice,
                    now,
                    source.rhythm().every,
                    context.settings.jitter,
                ),
                failures: failures.saturating_add(1),
            };
        }
    };
    let seen = Arc::new(SeenInStore {
        readers: Arc::clone(&context.readers),
        source: id.clone(),
        horizon: refresh_horizon(now, context.settings.article_memory),
    });
    let turn = Turn {
        now,
        memory,
        seen,
        cpu: Arc::clone(&context.cpu),
    };
    let harvest = source.poll(turn).await;
    crash::point("collect.polled");
    let kind = source.reference().kind.as_str();
    metrics::histogram!("dateline_collect_turn_seconds", "kind" => kind)
        .record(began.elapsed().as_secs_f64());
    settle(&context, number, source.as_ref(), failures, harvest).await
}

/// Commits a harvest and plans the next turn.
async fn settle(
    context: &TurnContext,
    number: usize,
    source: &dyn Source,
    failures: u32,
    mut harvest: Harvest,
) -> Finished {
    let now = context.clock.now();
    let id = &source.reference().id;
    let failures = match &harvest.outcome {
        Outcome::Failed { .. } => failures.saturating_add(1),
        Outcome::Read | Outcome::Unchanged => {
            if failures > 0 {
                tracing::info!(source = id, failures, "the source can be read again");
            }
            0
        }
    };
    let due = next_due(context, source, failures, now, &harvest);
    report(source, &harvest, due);
    let files = std::mem::take(&mut harvest.files);
    // Dropped wherever this ends before the commit.
    let receipts = std::mem::take(&mut harvest.receipts);
    let commit = commit_of(source, now, due, failures, harvest);
    crash::point("collect.before_commit");
    if let Err(error) = context.store.commit(Commit::Collect(commit)).await {
        tracing::error!(source = id, %error, "a harvest could not be committed; the source is asked again");
        return Finished {
            number,
            due,
            failures,
        };
    }
    crash::point("collect.after_commit");
    for receipt in receipts {
        if receipt.send(()).is_err() {
            tracing::debug!(source = id, "whoever waited for the commit has given up");
        }
    }
    if !files.is_empty() {
        source.committed(files).await;
    }
    Finished {
        number,
        due,
        failures,
    }
}

/// When the next turn is.
fn next_due(
    context: &TurnContext,
    source: &dyn Source,
    failures: u32,
    now: Timestamp,
    harvest: &Harvest,
) -> Timestamp {
    let rhythm = source.rhythm();
    let settings = &context.settings;
    match &harvest.outcome {
        Outcome::Failed { retry_after, .. } => {
            let ceiling = match rhythm.host {
                Some(_) => settings.max_backoff,
                None => settings.max_backoff.min(LOCAL_CEILING),
            };
            let backoff = Backoff {
                floor: rhythm.every.min(ceiling),
                ceiling,
            };
            let wait = {
                let mut dice = context
                    .dice
                    .lock()
                    .unwrap_or_else(|poisoned| poisoned.into_inner());
                backoff.wait(failures, &mut dice)
            };
            let asked = retry_after
                .unwrap_or(Duration::ZERO)
                .min(settings.max_backoff);
            after(now, wait.max(asked))
        }
        _ if harvest.more => now,
        Outcome::Read | Outcome::Unchanged => {
            spread(&context.dice, now, rhythm.every, settings.jitter)
        }
    }
}

/// Says how the turn went, to logs and metrics.
fn report(source: &dyn Source, harvest: &Harvest, due: Timestamp) {
    let reference = source.reference();
    let kind = reference.kind.as_str();
    let (outcome, fault) = match &harvest.outcome {
        Outcome::Read => ("read", None),
        Outcome::Unchanged => ("unchanged", None),
        Outcome::Failed { fault, .. } => ("failed", Some(fault)),
    };
    metrics::counter!("dateline_collect_turns_total", "kind" => kind, "outcome" => outcome)
        .increment(1);
    metrics::counter!("dateline_collect_bytes_total", "kind" => kind)
        .increment(harvest.facts.bytes);
    metrics::counter!("dateline_drafts_total", "kind" => kind)
        .increment(harvest.items.len() as u64);
    if let Some(fault) = fault {
        metrics::counter!("dateline_collect_faults_total", "kind" => kind, "fault" => fault.kind)
            .increment(1);
        tracing::warn!(
            source = reference.id,
            fault = fault.kind,
            reason = fault.reason,
            next_turn = %due.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "the source could not be read"
        );
    }
    for reject in &harvest.rejects {
        metrics::counter!("dateline_dead_letters_total", "stage" => "collect", "kind" => reject.fault.kind)
            .increment(1);
        tracing::warn!(
            source = reference.id,
            subject = reject.subject,
            fault = reject.fault.kind,
            reason = reject.fault.reason,
            "input was set aside as a dead letter"
        );
    }
    tracing::debug!(
        source = reference.id,
        outcome,
        status = harvest.facts.status,
        bytes = harvest.facts.bytes,
        items = harvest.facts.items,
        fresh = harvest.items.len(),
        recovered = harvest.facts.recovered.len(),
        "turn"
    );
}

/// The harvest as one commit.
fn commit_of(
    source: &dyn Source,
    now: Timestamp,
    due: Timestamp,
    failures: u32,
    harvest: Harvest,
) -> CollectCommit {
    let reference = source.reference();
    let (outcome, fault, reason) = match &harvest.outcome {
        Outcome::Read => ("read", None, None),
        Outcome::Unchanged => ("unchanged", None, None),
        Outcome::Failed { fault, .. } => ("failed", Some(fault.kind), Some(fault.reason.clone())),
    };
    let row = SourceRow {
        id: reference.id.clone(),
        kind: reference.kind.as_str(),
        title: harvest.facts.title,
        due,
        attempted: now,
        succeeded: fault.is_none().then_some(now),
        last_read: (harvest.outcome == Outcome::Read).then_some(now),
        failures,
        outcome,
        status: harvest.facts.status,
        fault,
        reason,
        drafts: harvest.items.len() as u64,
        memory: harvest.memory.to_string(),
    };
    let mut commit = CollectCommit {
        at: now,
        source: row,
        drafts: Vec::with_capacity(harvest.items.len()),
        seen: Vec::with_capacity(harvest.items.len() + harvest.rejects.len()),
        dead_letters: Vec::with_capacity(harvest.rejects.len()),
    };
    for item in harvest.items {
        add_item(&mut commit, item);
    }
    for reject in harvest.rejects {
        add_reject(&mut commit, reject);
    }
    commit
}

fn add_item(commit: &mut CollectCommit, item: Gathered) {
    match serde_json::to_string(&item.draft) {
        Ok(draft) => commit.drafts.push(DraftRow {
            source: commit.source.id.clone(),
            draft,
        }),
        // Drafts hold strings, numbers and lists only, all of which JSON can say.
        Err(error) => tracing::error!(%error, "a draft cannot be written as JSON"),
    }
    commit.seen.push(SeenRow {
        key: item.key,
        fingerprint: item.fingerprint,
    });
}

fn add_reject(commit: &mut CollectCommit, mut reject: Reject) {
    reject.bytes.truncate(DEAD_LETTER_BYTES);
    commit.dead_letters.push(DeadLetter {
        stage: "collect",
        origin: commit.source.id.clone(),
        subject: reject.subject,
        kind: reject.fault.kind.to_owned(),
        reason: reject.fault.reason,
        record_seq: None,
        bytes: reject.bytes,
    });
    commit.seen.push(SeenRow {
        key: reject.key,
        fingerprint: reject.fingerprint,
    });
}

/// What the source asked to be remembered.
async fn remembered(context: &TurnContext, id: &str) -> Result<serde_json::Value, StoreError> {
    let source = id.to_owned();
    let memory = context
        .readers
        .ask(move |reader| reader.memory(&source))
        .await?;
    Ok(memory
        .and_then(|memory| serde_json::from_str(&memory).ok())
        .unwrap_or(serde_json::Value::Null))
}

/// Tells known items from fresh ones by the store.
struct SeenInStore {
    readers: Arc<Readers>,
    source: String,
    horizon: Timestamp,
}

impl Seen for SeenInStore {
    fn fresh<'a>(
        &'a self,
        items: Vec<(ItemKey, Fingerprint)>,
    ) -> BoxFuture<'a, Result<Vec<bool>, Fault>> {
        let (source, horizon) = (self.source.clone(), self.horizon);
        let read = async move {
            self.readers
                .ask(move |reader| reader.fresh(&source, &items, horizon))
                .await
                .map_err(|error| Fault::transient("state", error.to_string()))
        };
        Box::pin(read)
    }
}
