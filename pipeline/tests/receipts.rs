//! What is acknowledged outside is committed: receipts are told after the commit or never.

#![allow(clippy::unwrap_used, clippy::panic)]

mod bench;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bench::collecting::{Running, settings};
use bench::{Bench, PATIENCE, draft, reference};
use dateline_pipeline::draft::Text;
use dateline_pipeline::record::{SourceKind, SourceRef};
use dateline_pipeline::source::{Gathered, Harvest, Outcome, Rhythm, Source, Turn};
use futures::future::BoxFuture;
use serde_json::Value;
use tokio::sync::oneshot;

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
            reference: reference(SourceKind::Drop, "s"),
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

async fn within<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, what).await.unwrap()
}

#[tokio::test]
async fn a_receipt_is_told_after_the_commit() {
    let bench = Bench::new();
    let (source, mut receipt) = Handing::new();
    let running = Running::start(&bench, settings(), vec![source.clone()]);
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
    let running = Running::start(&bench, settings(), vec![source.clone()]);
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
    let running = Running::start(&bench, settings(), vec![source.clone()]);
    drop(within(source.polled.acquire()).await.unwrap());
    running.stop().await;
    assert!(within(receipt).await.is_err());
    assert_eq!(bench.store.vitals().borrow().drafts_head, 0);
    bench.close().await;
}
