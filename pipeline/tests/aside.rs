//! A turn that the bell brought forward and that asked nobody: it brings items and leaves everything
//! else that is known of the source as it was.

#![allow(clippy::unwrap_used, clippy::panic)]

mod bench;

use std::sync::Arc;
use std::time::Duration;

use bench::collecting::{Running, settings, until};
use bench::{Bench, draft, reference};
use dateline_pipeline::draft::Text;
use dateline_pipeline::fault::Fault;
use dateline_pipeline::record::{SourceKind, SourceRef};
use dateline_pipeline::source::{Gathered, Harvest, Outcome, Rhythm, Source, Turn};
use dateline_pipeline::store::{SourceState, read_sources};
use futures::future::BoxFuture;
use serde_json::json;
use tokio::sync::Notify;

/// Fails when it is asked, and hands over an item whenever its bell rings.
struct Told {
    reference: SourceRef,
    bell: Arc<Notify>,
    /// What the bell brings can be understood by asking only, and asking takes for ever.
    unclear: bool,
}

impl Source for Told {
    fn reference(&self) -> &SourceRef {
        &self.reference
    }

    fn rhythm(&self) -> Rhythm {
        Rhythm {
            host: Some("host".to_owned()),
            bell: Some(Arc::clone(&self.bell)),
            ..Rhythm::local(Duration::from_secs(600))
        }
    }

    fn poll<'a>(&'a self, turn: Turn) -> BoxFuture<'a, Harvest> {
        Box::pin(async move {
            let count = turn.memory.as_u64().unwrap_or(0) + 1;
            if !turn.rung {
                if self.unclear && count > 1 {
                    return std::future::pending().await;
                }
                let outcome = Outcome::Failed {
                    fault: Fault::transient("http_status", "503"),
                    retry_after: None,
                };
                return Harvest::empty(outcome, json!(count));
            }
            let mut harvest = Harvest::empty(Outcome::Read, json!(count));
            harvest.aside = true;
            harvest.more = self.unclear;
            let mut draft = draft("s");
            draft.item.title = Some(Text::plain(count.to_string()));
            harvest.items.push(Gathered {
                key: [count as u8; 16],
                fingerprint: [count as u8; 16],
                draft,
            });
            harvest
        })
    }
}

/// What is known of the source; `None` before its first turn.
fn state(bench: &Bench) -> Option<SourceState> {
    let sources = read_sources(bench.folder.path()).unwrap().unwrap();
    sources.into_iter().next()
}

fn collecting(bench: &Bench, unclear: bool) -> (Arc<Notify>, Running) {
    let bell = Arc::new(Notify::new());
    let source = Arc::new(Told {
        reference: reference(SourceKind::Feed, "s"),
        bell: Arc::clone(&bell),
        unclear,
    });
    (bell, Running::start(bench, settings(), vec![source]))
}

#[tokio::test]
async fn what_the_bell_brings_changes_nothing_but_items_and_memory() {
    let bench = Bench::new();
    let (bell, running) = collecting(&bench, false);
    until("the first turn", || state(&bench).is_some()).await;
    let first = state(&bench).unwrap();
    assert_eq!((first.failures, first.drafts), (1, 0));
    bench.clock.advance(Duration::from_secs(1));
    for count in [1, 2] {
        bell.notify_one();
        until("what the bell brings", || {
            state(&bench).unwrap().drafts == count
        })
        .await;
    }
    let told = state(&bench).unwrap();
    assert_eq!(told.memory, json!(3));
    let mut expected = first;
    expected.memory = told.memory.clone();
    expected.drafts = told.drafts;
    assert_eq!(told, expected, "failures, plan and due time stay");

    running.stop().await;
    bench.close().await;
}

#[tokio::test]
async fn that_the_source_must_be_asked_at_once_is_committed() {
    let bench = Bench::new();
    let (bell, running) = collecting(&bench, true);
    until("the first turn", || state(&bench).is_some()).await;
    bench.clock.advance(Duration::from_secs(1));
    bell.notify_one();
    until("what the bell brings", || {
        state(&bench).unwrap().drafts == 1
    })
    .await;
    assert_eq!(
        state(&bench).unwrap().due,
        Some(bench.clock.now()),
        "a crash now delays nothing"
    );

    running.stop().await;
    bench.close().await;
}
