//! What the collect stage makes of a clock that is set back, and of a network that is out, as its sources feel it.

#![allow(clippy::unwrap_used, clippy::panic)]

mod bench;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bench::collecting::{Running, settings, until};
use bench::{Bench, reference};
use dateline_pipeline::clock::between;
use dateline_pipeline::collect::CollectSettings;
use dateline_pipeline::fault::Fault;
use dateline_pipeline::record::{SourceKind, SourceRef};
use dateline_pipeline::source::{Contact, Harvest, Outcome, Rhythm, Source, Turn};
use dateline_pipeline::store::{SourceState, read_sources};
use futures::future::BoxFuture;
use serde_json::Value;
use tokio::sync::Notify;

const HOUR: Duration = Duration::from_secs(3600);
const MONTH: Duration = Duration::from_secs(30 * 86_400);

/// How a turn goes.
enum Step {
    /// Its host wants to be left alone.
    Throttled(Option<Duration>),
    /// There is no connection.
    Unreached,
    /// Nothing comes until this is rung.
    Held(Arc<Notify>),
}

/// Plays a list of turns, then says "unchanged" for ever.
struct Script {
    reference: SourceRef,
    host: Option<String>,
    bell: Arc<Notify>,
    steps: Mutex<VecDeque<Step>>,
    turns: Mutex<usize>,
}

impl Script {
    fn new(id: &str, steps: Vec<Step>) -> Arc<Script> {
        Arc::new(Script {
            reference: reference(SourceKind::Feed, id),
            host: Some(format!("{id}.example")),
            bell: Arc::default(),
            steps: Mutex::new(steps.into()),
            turns: Mutex::default(),
        })
    }

    /// A local source that makes the stage look at the clock.
    fn waker() -> Arc<Script> {
        let mut waker = Arc::into_inner(Script::new("waker", Vec::new())).unwrap();
        waker.host = None;
        Arc::new(waker)
    }

    fn turns(&self) -> usize {
        *self.turns.lock().unwrap()
    }

    /// Until the stage has started whatever is due by the clock as it stands.
    async fn settled(&self) {
        for _ in 0..2 {
            let before = self.turns();
            self.bell.notify_one();
            until("the stage", || self.turns() > before).await;
        }
    }
}

impl Source for Script {
    fn reference(&self) -> &SourceRef {
        &self.reference
    }

    fn rhythm(&self) -> Rhythm {
        Rhythm {
            host: self.host.clone(),
            bell: Some(Arc::clone(&self.bell)),
            ..Rhythm::local(HOUR / 6)
        }
    }

    fn poll<'a>(&'a self, _: Turn) -> BoxFuture<'a, Harvest> {
        Box::pin(async move {
            *self.turns.lock().unwrap() += 1;
            let step = self.steps.lock().unwrap().pop_front();
            let (contact, retry_after) = match step {
                Some(Step::Throttled(retry_after)) => (Contact::Throttled, retry_after),
                Some(Step::Unreached) => (Contact::Unreached, None),
                Some(Step::Held(bell)) => {
                    bell.notified().await;
                    return Harvest::empty(Outcome::Unchanged, Value::Null);
                }
                None => return Harvest::empty(Outcome::Unchanged, Value::Null),
            };
            let fault = Fault::transient("told", "as it was told");
            let mut harvest = Harvest::empty(Outcome::Failed { fault, retry_after }, Value::Null);
            harvest.hints.contact = contact;
            harvest
        })
    }
}

fn state(bench: &Bench, id: &str) -> Option<SourceState> {
    let sources = read_sources(bench.folder.path()).unwrap();
    let mut sources = sources.unwrap_or_default().into_iter();
    sources.find(|source| source.id == id)
}

fn wait(bench: &Bench, id: &str) -> Duration {
    between(bench.clock.now(), state(bench, id).unwrap().due.unwrap())
}

#[tokio::test]
async fn a_hold_is_as_long_as_it_was_after_the_clock_is_set_back() {
    let bench = Bench::new();
    let (waker, quay) = (
        Script::waker(),
        Script::new(
            "quay",
            vec![Step::Throttled(Some(HOUR)), Step::Throttled(None)],
        ),
    );
    let running = Running::start(&bench, settings(), vec![waker.clone(), quay.clone()]);
    until("the refusal", || state(&bench, "quay").is_some()).await;
    bench.clock.set_back(MONTH);
    waker.settled().await;
    bench.clock.advance(HOUR - HOUR / 60);
    waker.settled().await;
    assert_eq!(quay.turns(), 1, "an hour is not over yet");
    bench.clock.advance(HOUR / 30);
    waker.settled().await;
    until("the second refusal", || {
        state(&bench, "quay").unwrap().failures == 2
    })
    .await;
    // The second hold is twice as long as the first.
    let wait = wait(&bench, "quay");
    assert!(wait > HOUR && wait <= 3 * HOUR, "{wait:?}");
    running.stop().await;
    bench.close().await;
}

#[tokio::test]
async fn a_hold_that_a_wrong_clock_stored_is_over_after_its_length() {
    let bench = Bench::new();
    let quay = Script::new("quay", vec![Step::Throttled(Some(HOUR))]);
    let running = Running::start(&bench, settings(), vec![quay]);
    until("the refusal", || state(&bench, "quay").is_some()).await;
    running.stop().await;
    bench.clock.set_back(MONTH);
    let (waker, quay) = (Script::waker(), Script::new("quay", Vec::new()));
    let running = Running::start(&bench, settings(), vec![waker.clone(), quay.clone()]);
    waker.settled().await;
    assert_eq!(quay.turns(), 0);
    // What failed is asked once a day at least.
    bench.clock.advance(25 * HOUR);
    waker.settled().await;
    until("the next turn", || quay.turns() == 1).await;
    running.stop().await;
    bench.close().await;
}

#[tokio::test]
async fn a_turn_that_ends_after_the_clock_was_set_back_is_moved_once() {
    let bench = Bench::new();
    let answer = Arc::<Notify>::default();
    let (waker, quay) = (
        Script::waker(),
        Script::new("quay", vec![Step::Held(Arc::clone(&answer))]),
    );
    let running = Running::start(&bench, settings(), vec![waker.clone(), quay.clone()]);
    waker.settled().await;
    until("the first turn", || quay.turns() == 1).await;
    // Nobody but the turn that ends makes the stage look at the clock.
    bench.clock.set_back(MONTH);
    answer.notify_one();
    until("its end", || state(&bench, "quay").is_some()).await;
    waker.settled().await;
    assert_eq!(quay.turns(), 1, "its time has not come");
    bench.clock.advance(HOUR / 6);
    waker.settled().await;
    until("the second turn", || quay.turns() == 2).await;
    running.stop().await;
    bench.close().await;
}

/// Dead hosts are quicker to fail than a living one to answer.
#[tokio::test]
async fn few_feeds_that_fail_are_to_blame_while_one_is_still_asked() {
    let bench = Bench::new();
    let answer = Arc::<Notify>::default();
    let slow = Script::new("slow", vec![Step::Held(Arc::clone(&answer))]);
    let mut sources: Vec<Arc<dyn Source>> = vec![slow];
    let dead: Vec<String> = (0..4).map(|number| format!("dead-{number}")).collect();
    for id in &dead {
        sources.push(Script::new(id, vec![Step::Unreached]));
    }
    let settings = CollectSettings {
        max_concurrent: 8,
        ..settings()
    };
    let running = Running::start(&bench, settings, sources);
    let failures = || -> Vec<Option<u32>> {
        let failures = dead.iter().map(|id| Some(state(&bench, id)?.failures));
        failures.collect()
    };
    until("all turns", || failures().iter().all(Option::is_some)).await;
    assert_eq!(failures(), [Some(1); 4], "this is no outage of one's own");
    answer.notify_one();
    until("the answer", || state(&bench, "slow").is_some()).await;
    running.stop().await;
    bench.close().await;
}
