//! One turn of one source: ask it, commit what it brings home, tell it so.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::sync::{Semaphore, oneshot};
use tracing::{Instrument, Span};

use super::CollectSettings;
use super::hosts::Hold;
use super::outage::Change;
use super::report;
use super::rows::{brought, row_of};
use super::seen::SeenInStore;
use super::shown::{Known, shown};
use super::standing::{Health, Past, Standing, Surroundings};
use crate::clock::{Clock, Dice, after};
use crate::crash;
use crate::source::{Harvest, Source, Turn};
use crate::store::{
    AsideCommit, CollectCommit, Commit, Readers, Store, StoreError, refresh_horizon,
};
use crate::trace;

/// The longest wait after failures of a local source: asking a folder costs next to nothing.
const LOCAL_CEILING: Duration = Duration::from_secs(300);

/// After a turn whose state could not be read or written the source waits this long.
const AFTER_TROUBLE: Duration = Duration::from_secs(60);

/// What every turn works with.
#[derive(Clone)]
pub(super) struct TurnContext {
    pub(super) settings: CollectSettings,
    pub(super) store: Store,
    pub(super) readers: Arc<Readers>,
    pub(super) clock: Clock,
    pub(super) dice: Arc<Mutex<Dice>>,
    pub(super) surroundings: Arc<Mutex<Known>>,
    pub(super) cpu: Arc<Semaphore>,
}

/// How a turn ended.
pub(super) struct Finished {
    pub(super) number: usize,
    /// When the next one was planned.
    pub(super) at: Timestamp,
    /// When the next one is; `None` for a source that is not asked any more.
    pub(super) due: Option<Timestamp>,
    /// The host that is left alone from now on.
    pub(super) hold: Option<Hold>,
    /// The host that answered and has nothing against being asked.
    pub(super) welcome: Option<String>,
    /// What the turn showed of this machine's network.
    pub(super) network: Change,
    /// How well the source does; `None` leaves it as it was.
    pub(super) health: Option<Health>,
}

/// Takes one turn.
pub(super) async fn take(
    context: Arc<TurnContext>,
    number: usize,
    source: Arc<dyn Source>,
    rung: Option<Timestamp>,
) -> Finished {
    let span = trace::turn(source.reference());
    traced(context, number, source, rung).instrument(span).await
}

async fn traced(
    context: Arc<TurnContext>,
    number: usize,
    source: Arc<dyn Source>,
    rung: Option<Timestamp>,
) -> Finished {
    let began = Instant::now();
    let now = context.clock.now();
    let id = source.reference().id.clone();
    let past = match past(&context, source.as_ref()).await {
        Ok(past) => past,
        Err(error) => {
            trace::fail(&Span::current(), "state");
            tracing::error!(source = id, %error, "the source's memory cannot be read");
            return Finished {
                number,
                at: now,
                due: Some(after(now, AFTER_TROUBLE)),
                hold: None,
                welcome: None,
                network: Change::None,
                health: None,
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
        memory: past.memory.clone(),
        rung: rung.is_some(),
        seen,
        cpu: Arc::clone(&context.cpu),
    };
    if rung.is_none() && source.rhythm().host.is_some() {
        lock(&context.surroundings).outage.asks(number);
    }
    let harvest = source.poll(turn).await;
    crash::point("collect.polled");
    let took = began.elapsed();
    let kind = source.reference().kind.as_str();
    metrics::histogram!("dateline_collect_turn_seconds", "kind" => kind).record(took.as_secs_f64());
    match rung.filter(|_| harvest.aside) {
        Some(due) => set_aside(&context, number, source.as_ref(), due, harvest, took).await,
        None => settle(&context, number, source.as_ref(), past, harvest, took).await,
    }
}

/// Commits a harvest that came without asking the source: its plan, its failures and its rhythm stay
/// as they were.
async fn set_aside(
    context: &TurnContext,
    number: usize,
    source: &dyn Source,
    due: Timestamp,
    mut harvest: Harvest,
    took: Duration,
) -> Finished {
    let now = context.clock.now();
    report::aside(source, &harvest);
    let receipts = std::mem::take(&mut harvest.receipts);
    let next = if harvest.more { now } else { due };
    let id = &source.reference().id;
    let commit = Commit::Aside(AsideCommit {
        at: now,
        source: id.clone(),
        took,
        due: next,
        memory: harvest.memory.to_string(),
        brought: brought(id, harvest),
    });
    commit_and_tell(context, source, commit, receipts).await;
    Finished {
        number,
        at: now,
        due: Some(next),
        hold: None,
        welcome: None,
        network: Change::None,
        health: None,
    }
}

/// Commits, then tells those who wait for it. Says whether it is committed.
async fn commit_and_tell(
    context: &TurnContext,
    source: &dyn Source,
    commit: Commit,
    receipts: Vec<oneshot::Sender<()>>,
) -> bool {
    let id = &source.reference().id;
    crash::point("collect.before_commit");
    let committing = context.store.commit(commit);
    let committed = committing.instrument(tracing::info_span!("commit")).await;
    if let Err(error) = committed {
        trace::fail(&Span::current(), "state");
        tracing::error!(source = id, %error, "a harvest could not be committed; the source is asked again");
        return false;
    }
    crash::point("collect.after_commit");
    for receipt in receipts {
        if receipt.send(()).is_err() {
            tracing::debug!(source = id, "whoever waited for the commit has given up");
        }
    }
    true
}

/// Plans the next turn and commits the harvest with the plan.
async fn settle(
    context: &TurnContext,
    number: usize,
    source: &dyn Source,
    past: Past,
    mut harvest: Harvest,
    took: Duration,
) -> Finished {
    let now = context.clock.now();
    let rhythm = source.rhythm();
    let shown = shown(context, number, &rhythm, &past, &harvest, now);
    let standing = Standing::after(
        past,
        &Surroundings {
            now,
            rhythm: &rhythm,
            harvest: &harvest,
            network_out: shown.network_out,
            held: shown.held,
            max_backoff: match rhythm.host {
                Some(_) => context.settings.max_backoff,
                None => context.settings.max_backoff.min(LOCAL_CEILING),
            },
            jitter: context.settings.jitter,
            chance: lock(&context.dice).fraction(),
        },
    );
    report::turn(source, &harvest, &standing);
    let mut finished = Finished {
        number,
        at: now,
        due: standing.plan.due,
        hold: shown.hold.clone(),
        welcome: shown.welcome,
        network: shown.network,
        health: Some(standing.health),
    };
    let files = std::mem::take(&mut harvest.files);
    // Dropped wherever this ends before the commit.
    let receipts = std::mem::take(&mut harvest.receipts);
    let row = row_of(source, rhythm.host, now, &standing, &mut harvest);
    let commit = Commit::Collect(Box::new(CollectCommit {
        at: now,
        source: row,
        took,
        hold: shown.hold,
        brought: brought(&source.reference().id, harvest),
    }));
    if !commit_and_tell(context, source, commit, receipts).await {
        finished.due = finished.due.or(Some(after(now, AFTER_TROUBLE)));
        return finished;
    }
    if !files.is_empty() {
        source.committed(files).await;
    }
    finished
}

/// What is known of the source's turns before.
async fn past(context: &TurnContext, source: &dyn Source) -> Result<Past, StoreError> {
    let id = source.reference().id.clone();
    let history = context
        .readers
        .ask(move |reader| reader.history(&id))
        .await?;
    Ok(Past::of(history, source))
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner())
}
