//! Makes the collect stage look at a clock that a test has moved, and waits for what comes of it.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use dateline_pipeline::record::{SourceKind, SourceRef};
use dateline_pipeline::source::{Harvest, Outcome, Rhythm, Source, Turn};
use futures::future::BoxFuture;
use serde_json::Value;
use tokio::sync::Notify;

/// The longest that anything may take.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// The source's id.
pub(crate) const ID: &str = "waker";

/// The bell of a local source that has nothing to say.
#[derive(Default)]
pub(crate) struct Waker {
    bell: Arc<Notify>,
    turns: Arc<Mutex<usize>>,
}

impl Waker {
    /// The source, for the stage.
    pub(crate) fn source(&self) -> Arc<dyn Source> {
        Arc::new(Bell {
            reference: SourceRef {
                kind: SourceKind::Drop,
                id: ID.to_owned(),
                name: None,
                url: None,
                tags: Vec::new(),
            },
            bell: Arc::clone(&self.bell),
            turns: Arc::clone(&self.turns),
        })
    }

    pub(crate) fn wake(&self) {
        self.bell.notify_one();
    }

    /// Until the stage has started whatever is due by the clock as it stands.
    pub(crate) async fn settled(&self) {
        // The second turn starts after the stage has seen the end of the first.
        for _ in 0..2 {
            let before = *self.turns.lock().unwrap();
            self.wake();
            until("the stage", || *self.turns.lock().unwrap() > before).await;
        }
    }
}

struct Bell {
    reference: SourceRef,
    bell: Arc<Notify>,
    turns: Arc<Mutex<usize>>,
}

impl Source for Bell {
    fn reference(&self) -> &SourceRef {
        &self.reference
    }

    fn rhythm(&self) -> Rhythm {
        Rhythm {
            bell: Some(Arc::clone(&self.bell)),
            ..Rhythm::local(Duration::from_secs(360_000_000))
        }
    }

    fn poll<'a>(&'a self, _: Turn) -> BoxFuture<'a, Harvest> {
        *self.turns.lock().unwrap() += 1;
        Box::pin(async { Harvest::empty(Outcome::Unchanged, Value::Null) })
    }
}

/// Looks again and again, within patience.
pub(crate) async fn until(what: &str, done: impl Fn() -> bool) {
    let began = Instant::now();
    while !done() {
        assert!(began.elapsed() < PATIENCE, "waited in vain for {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
