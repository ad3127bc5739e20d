//! The collect stage on a bench: its settings, a run of it, and waiting for what it does.

use std::sync::Arc;
use std::time::Duration;

use dateline_pipeline::clock::Dice;
use dateline_pipeline::collect::{CollectSettings, Collector, HostLimits, Rosters};
use dateline_pipeline::source::Source;
use tokio_util::sync::CancellationToken;

use super::{Bench, PATIENCE};

/// Settings under which nothing is left to chance and nobody waits for a host.
pub(crate) fn settings() -> CollectSettings {
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

/// The stage at work.
pub(crate) struct Running {
    pub(crate) rosters: Rosters,
    stop: CancellationToken,
    task: tokio::task::JoinHandle<()>,
}

impl Running {
    pub(crate) fn start(
        bench: &Bench,
        settings: CollectSettings,
        sources: Vec<Arc<dyn Source>>,
    ) -> Running {
        let collector = Collector::new(
            settings,
            sources,
            bench.store.clone(),
            Arc::clone(&bench.readers),
            bench.clock.clone(),
            Dice::seeded(1),
        )
        .unwrap();
        let rosters = collector.rosters();
        let stop = CancellationToken::new();
        let task = tokio::spawn(collector.run(stop.clone()));
        Running {
            rosters,
            stop,
            task,
        }
    }

    pub(crate) async fn stop(self) {
        self.stop.cancel();
        tokio::time::timeout(PATIENCE, self.task)
            .await
            .unwrap()
            .unwrap();
    }
}

/// Waits until `done` is true.
pub(crate) async fn until(what: &str, done: impl Fn() -> bool) {
    let began = std::time::Instant::now();
    while !done() {
        assert!(began.elapsed() < PATIENCE, "waited in vain for {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
