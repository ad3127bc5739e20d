//! What is acknowledged outside is committed: receipts are told after the commit or never.

#![allow(clippy::unwrap_used, clippy::panic)]

mod bench;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bench::{Bench, PATIENCE, draft};
use dateline_pipeline::clock::Dice;
use dateline_pipeline::collect::{CollectSettings, Collector, HostLimits};
use dateline_pipeline::draft::Text;
use dateline_pipeline::record::{SourceKind, SourceRef};
use dateline_pipeline::source::{Gathered, Harvest, Outcome, Rhythm, Source, Turn};
use futures::future::BoxFuture;
use serde_json::Value;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

/// Hands over one item with a receipt, at its first turn, once it is let.
struct Handing {
    reference: SourceRef,
    receipt: Mutex<Option<oneshot::Sender<()>>>,
    polled: tokio::sync::Semaphore,
    go: tokio::sync::Semaphore,
}

impl Handing {
    fn new() -> (Arc<Handing>, oneshot::Receiver<()>) {
        let (sender, receiver) = oneshot::channel();
        let handing = Handing {
            reference: SourceRef {
                kind: SourceKind::Drop,
                id: "s".to_owned(),
                name: None,
                url: None,
                tags: Vec::new(),
            },
            receipt: Mutex::new(Some(sender)),
            polled: tokio::sync::Semaphore::new(0),
            go: tokio::sync::Semaphore::new(0),
        };
        (Arc::new(handing), receiver)
    }
}

impl Source for Handing {
    fn reference(&self) -> &SourceRef {
        &self.reference
    }

    fn rhythm(&self) -> Rhythm {
        Rhythm::local(Duration::from_secs(600))
    }

    fn poll<'a>(&'a self, _turn: Turn) -> BoxFuture<'a, Harvest> {
        Box::pin(async move {
            let mut harvest = Harvest::empty(Outcome::Read, Value::Null);
            let mut draft = draft("s");
            draft.item.title = Some(Text::plain("handed over"));
            harvest.items.push(Gathered {
                key: [1; 16],
                fingerprint: [1; 16],
                draft,
            });
            harvest.receipts.extend(self.receipt.lock().unwrap().take());
            self.polled.add_permits(1);
            drop(self.go.acquire().await);
            harvest
        })
    }
}

fn settings() -> CollectSettings {
    CollectSettings {
        max_concurrent: 4,
        host: HostLimits {
            concurrent: 4,
            spacing: Duration::ZERO,
        },
        jitter: 0.0,
        max_backoff: Duration::from_secs(86_400),
        max_log_bytes: u64::MAX,
        article_memory: Duration::from_secs(90 * 86_400),
        grace: Duration::from_secs(1),
    }
}

struct Running {
    stop: CancellationToken,
    task: tokio::task::JoinHandle<()>,
}

impl Running {
    fn start(bench: &Bench, source: Arc<Handing>) -> Running {
        let (store, readers) = (bench.store.clone(), Arc::clone(&bench.readers));
        let (clock, dice) = (bench.clock.clone(), Dice::seeded(1));
        let collector =
            Collector::new(settings(), vec![source], store, readers, clock, dice).unwrap();
        let stop = CancellationToken::new();
        let task = tokio::spawn(collector.run(stop.clone()));
        Running { stop, task }
    }

    async fn stop(self) {
        self.stop.cancel();
        tokio::time::timeout(PATIENCE, self.task)
            .await
            .unwrap()
            .unwrap();
    }
}

async fn within<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, what).await.unwrap()
}

#[tokio::test]
async fn a_receipt_is_told_after_the_commit() {
    let bench = Bench::new();
    let (source, mut receipt) = Handing::new();
    let running = Running::start(&bench, Arc::clone(&source));
    drop(within(source.polled.acquire()).await.unwrap());
    assert!(receipt.try_recv().is_err(), "not yet");
    source.go.add_permits(1);
    within(receipt).await.unwrap();
    assert_eq!(bench.store.vitals().borrow().drafts_head, 1);
    running.stop().await;
    bench.close().await;
}

#[tokio::test]
async fn a_receipt_is_dropped_when_the_commit_fails() {
    let bench = Bench::new();
    let (source, receipt) = Handing::new();
    let running = Running::start(&bench, Arc::clone(&source));
    drop(within(source.polled.acquire()).await.unwrap());
    bench.store.clone().close(false).await;
    source.go.add_permits(1);
    assert!(within(receipt).await.is_err());
    running.stop().await;
}

#[tokio::test]
async fn a_receipt_is_dropped_with_a_turn_that_is_cut_off() {
    let bench = Bench::new();
    let (source, receipt) = Handing::new();
    let running = Running::start(&bench, Arc::clone(&source));
    drop(within(source.polled.acquire()).await.unwrap());
    running.stop().await;
    assert!(within(receipt).await.is_err());
    assert_eq!(bench.store.vitals().borrow().drafts_head, 0);
    bench.close().await;
}
