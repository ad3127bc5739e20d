//! The daemon's stages over a store, and the port that hubs call.

use std::sync::Arc;
use std::time::Duration;

use dateline_config::{Feed, WebSub};
use dateline_feed::websub::{Callbacks, serve};
use dateline_feed::{Client, FeedSource};
use dateline_pipeline::clock::{Clock, Dice};
use dateline_pipeline::collect::{CollectSettings, Collector, HostLimits};
use dateline_pipeline::record::Record;
use dateline_pipeline::source::Source;
use dateline_pipeline::store::{self, Readers, SourceState, Store, StoreError, Tuning};
use dateline_pipeline::transform::Transformer;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::setup;
use crate::waker::{Waker, until};
use crate::web::{Web, within};

pub(crate) const HOUR: Duration = Duration::from_secs(3600);

/// All of it.
pub(crate) struct Rig {
    folder: tempfile::TempDir,
    pub(crate) store: Store,
    pub(crate) readers: Arc<Readers>,
    pub(crate) clock: Clock,
    pub(crate) callbacks: Arc<Callbacks>,
    pub(crate) stop: CancellationToken,
    waker: Waker,
    tasks: JoinSet<()>,
}

impl Rig {
    pub(crate) async fn start(feed: &Feed) -> Rig {
        Rig::start_by(feed, setup::client("")).await
    }

    pub(crate) async fn start_by(feed: &Feed, client: Client) -> Rig {
        let clock = Clock::manual(setup::now());
        let feeds = std::slice::from_ref(feed);
        Rig::start_in(feeds, client, clock, tempfile::tempdir().unwrap(), None).await
    }

    /// With many feeds, all of which are to be read.
    pub(crate) async fn start_all(feeds: &[Feed]) -> Rig {
        let (client, clock) = (setup::client(""), Clock::manual(setup::now()));
        let rig = Rig::start_in(feeds, client, clock, tempfile::tempdir().unwrap(), None).await;
        // So many are not begun at once.
        rig.advance(Duration::from_secs(60));
        rig
    }

    pub(crate) async fn start_in(
        feeds: &[Feed],
        client: Client,
        clock: Clock,
        folder: tempfile::TempDir,
        port: Option<TcpListener>,
    ) -> Rig {
        let (store, readers) = store::open(folder.path(), Tuning::default()).unwrap();
        let port = match port {
            Some(port) => port,
            None => TcpListener::bind("127.0.0.1:0").await.unwrap(),
        };
        let address = port.local_addr().unwrap();
        let settings = WebSub {
            callback: Some(format!("http://{address}/websub").parse().unwrap()),
            listen: address,
            lease: 240 * HOUR,
        };
        let callbacks = Callbacks::new(&settings, clock.clone()).unwrap();
        let client = Arc::new(client);
        let waker = Waker::default();
        let mut sources: Vec<Arc<dyn Source>> = vec![waker.source()];
        for feed in feeds {
            let source = FeedSource::new(feed, Arc::clone(&client));
            sources.push(Arc::new(source.with_hub(&callbacks)));
        }
        let memory = |feed: &str| {
            let history = readers.with(|reader| reader.history(feed))?;
            Ok::<_, StoreError>(history.map(|known| serde_json::from_str(&known.memory).unwrap()))
        };
        callbacks.resume(memory).unwrap();
        for known in readers.with(|reader| reader.sources()).unwrap() {
            if !feeds.iter().any(|feed| feed.id == known.id) {
                let memory = memory(&known.id).unwrap().unwrap_or_default();
                callbacks.leave_behind(&memory, &client);
            }
        }
        let collector = Collector::new(
            settings_of_collect(),
            sources,
            store.clone(),
            Arc::clone(&readers),
            clock.clone(),
            Dice::seeded(1),
        );
        let transformer = Transformer::new(
            store.clone(),
            Arc::clone(&readers),
            clock.clone(),
            watch::channel(Arc::default()).1,
        );
        let stop = CancellationToken::new();
        let mut tasks = JoinSet::new();
        tasks.spawn(collector.unwrap().run(stop.clone()));
        tasks.spawn(transformer.run(stop.clone()));
        tasks.spawn(serve(port, Arc::clone(&callbacks), stop.clone()));
        Rig {
            folder,
            store,
            readers,
            clock,
            callbacks,
            stop,
            waker,
            tasks,
        }
    }

    /// Moves the clock and lets the stage see it.
    pub(crate) fn advance(&self, by: Duration) {
        self.clock.advance(by);
        self.waker.wake();
    }

    /// Until the stage has started whatever is due by the clock as it stands.
    pub(crate) async fn settled(&self) {
        self.waker.settled().await;
    }

    /// What a feed's plans are made from.
    pub(crate) fn pace(&self, feed: &str) -> String {
        let history = self.readers.with(|reader| reader.history(feed));
        history.unwrap().unwrap().pace
    }

    /// How a feed stands.
    pub(crate) fn state(&self, feed: &str) -> SourceState {
        let state = self.readers.with(|reader| reader.source(feed));
        state.unwrap().unwrap()
    }

    /// Titles of the records so far, once there are so many.
    pub(crate) async fn records(&self, count: usize) -> Vec<String> {
        let mut vitals = self.store.vitals();
        let there = vitals.wait_for(|vitals| {
            vitals.records_head >= count as i64 && vitals.transformed >= vitals.drafts_head
        });
        drop(within(there).await.unwrap());
        let entries = self
            .readers
            .with(|reader| reader.records_after(0, 1000, usize::MAX));
        let records = entries.unwrap().into_iter().map(|entry| {
            let record: Record = serde_json::from_slice(&entry.body).unwrap();
            record.title.unwrap()
        });
        records.collect()
    }

    /// The subscription as it is remembered.
    pub(crate) fn subscription(&self) -> serde_json::Value {
        self.memory()["websub"].clone()
    }

    pub(crate) fn memory(&self) -> serde_json::Value {
        self.memory_of("quayside")
    }

    pub(crate) fn memory_of(&self, feed: &str) -> serde_json::Value {
        let history = self.readers.with(|reader| reader.history(feed));
        let memory = history.unwrap().map(|history| history.memory);
        memory.map_or(serde_json::Value::Null, |memory| {
            serde_json::from_str(&memory).unwrap()
        })
    }

    pub(crate) async fn until(&self, what: &str, done: impl Fn(&serde_json::Value) -> bool) {
        until(what, || done(&self.subscription())).await;
    }

    pub(crate) async fn until_active(&self) {
        self.until("an active subscription", |stored| {
            stored["phase"]["active"].is_object()
        })
        .await;
    }

    pub(crate) async fn stop(mut self) -> tempfile::TempDir {
        self.stop.cancel();
        while let Some(ended) = within(self.tasks.join_next()).await {
            ended.unwrap();
        }
        self.store.close(false).await;
        self.folder
    }
}

fn settings_of_collect() -> CollectSettings {
    CollectSettings {
        max_concurrent: 4,
        host: HostLimits {
            concurrent: 4,
            spacing: Duration::ZERO,
        },
        jitter: 0.0,
        max_backoff: 24 * HOUR,
        max_log_bytes: u64::MAX,
        article_memory: 90 * 24 * HOUR,
        grace: Duration::from_secs(1),
    }
}

/// A feed with these entries that announces the hub of its server.
pub(crate) fn document(web: &Web, titles: &[&str]) -> Vec<u8> {
    document_at(web, "/feed", titles)
}

/// The same at another path.
pub(crate) fn document_at(web: &Web, path: &str, titles: &[&str]) -> Vec<u8> {
    let entries: String = titles
        .iter()
        .map(|title| {
            format!(
                "<entry><id>tag:quayside.example,2024:{title}</id><title>{title}</title>\
                     <content>News of {title}.</content></entry>"
            )
        })
        .collect();
    format!(
        "<feed xmlns='http://www.w3.org/2005/Atom'><title>Quayside</title>\
         <link rel='hub' href='{}'/><link rel='self' href='{}'/>{entries}</feed>",
        web.url("/hub"),
        web.url(path)
    )
    .into_bytes()
}
