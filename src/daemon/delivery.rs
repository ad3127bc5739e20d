//! The sinks that run: one task each, and how they do.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use dateline_config::{JsonlSink, KafkaSink};
use dateline_pipeline::clock::{Clock, Dice};
use dateline_pipeline::deliver::{
    Deliverer, Orders, Replay, Route, SharedHealth, Since, SinkHealth,
};
use dateline_pipeline::sink::Sink;
use dateline_pipeline::store::{Readers, Store};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::control::NoReplay;

/// How long a sink that leaves may take over the batch that it is at. Afterwards it is cut off, and mends that when it is
/// opened again.
const LEAVE: Duration = Duration::from_secs(10);

/// A sink as it is configured.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Configured<'c> {
    Jsonl(&'c str, &'c JsonlSink),
    Kafka(&'c str, &'c KafkaSink),
}

impl Configured<'_> {
    /// Whether the daemon is not ready without it.
    pub(super) fn is_required(&self) -> bool {
        match self {
            Configured::Jsonl(_, settings) => settings.required,
            Configured::Kafka(_, settings) => settings.required,
        }
    }

    /// Its name in state, logs and metrics.
    pub(super) fn name(&self) -> String {
        match self {
            Configured::Jsonl(name, _) => format!("jsonl.{name}"),
            Configured::Kafka(name, _) => format!("kafka.{name}"),
        }
    }
}

/// A sink, and which records go there; `None` for all.
pub(super) struct Outlet {
    pub(super) sink: Box<dyn Sink>,
    pub(super) route: Option<Route>,
    /// Whether the daemon is not ready without it.
    pub(super) required: bool,
}

/// How every sink does, for whoever reports it: sinks come and go.
#[derive(Clone, Default)]
pub(crate) struct Sinks(Arc<Mutex<BTreeMap<String, Reported>>>);

struct Reported {
    health: SharedHealth,
    required: bool,
}

/// How a sink does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SinkState {
    /// Its name in state, logs and metrics.
    pub(crate) name: String,
    /// How far it is, and what keeps it from taking more.
    pub(crate) health: SinkHealth,
    /// Whether the daemon is not ready without it.
    pub(crate) required: bool,
}

impl Sinks {
    /// How every sink does now, in the order of their names.
    pub(crate) fn now(&self) -> Vec<SinkState> {
        let sinks = self.lock();
        let now = sinks.iter().map(|(name, reported)| SinkState {
            name: name.clone(),
            health: reported
                .health
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .clone(),
            required: reported.required,
        });
        now.collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Reported>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The deliver stage: all its sinks.
pub(super) struct Delivery {
    store: Store,
    readers: Arc<Readers>,
    clock: Clock,
    running: BTreeMap<String, Running>,
    sinks: Sinks,
    /// The last record that each sink had which was set back by order.
    replayed: BTreeMap<String, i64>,
    /// The daemon's end: a sink that ends by itself brings it about.
    stop: CancellationToken,
    finish: CancellationToken,
    give_up: CancellationToken,
}

struct Running {
    orders: Orders,
    task: JoinHandle<()>,
    leaves: CancellationToken,
    give_up: CancellationToken,
}

impl Delivery {
    /// No sinks yet.
    pub(super) fn new(store: Store, readers: Arc<Readers>, clock: Clock) -> Delivery {
        Delivery {
            store,
            readers,
            clock,
            running: BTreeMap::new(),
            sinks: Sinks::default(),
            replayed: BTreeMap::new(),
            stop: CancellationToken::new(),
            finish: CancellationToken::new(),
            give_up: CancellationToken::new(),
        }
    }

    /// Takes a sink in that is to run.
    pub(super) fn admit(&self, outlet: Outlet) -> Deliverer {
        let Outlet {
            sink,
            route,
            required,
        } = outlet;
        let (store, readers) = (self.store.clone(), Arc::clone(&self.readers));
        let dice = Dice::from_system();
        let deliverer =
            Deliverer::new(sink, store, readers, self.clock.clone(), dice).with_route(route);
        let name = deliverer.name().to_owned();
        let reported = Reported {
            health: deliverer.health(),
            required,
        };
        self.sinks.lock().insert(name, reported);
        deliverer
    }

    /// The sinks and how they do.
    pub(super) fn sinks(&self) -> Sinks {
        self.sinks.clone()
    }

    /// Has records delivered again to a sink that is through with what it was to get again before.
    pub(super) async fn replay(&mut self, sink: String, since: Since) -> Result<Replay, NoReplay> {
        let Some(running) = self.running.get(&sink) else {
            let there = self.running.keys().cloned().collect();
            return Err(NoReplay::Unknown { sink, there });
        };
        if let Some(&had) = self.replayed.get(&sink) {
            let name = sink.clone();
            let stored = self.readers.ask(move |reader| reader.position(&name));
            let position = stored.await?.map_or(0, |(position, _)| position);
            if position < had {
                return Err(NoReplay::UnderWay {
                    sink,
                    position,
                    had,
                });
            }
        }
        let replay = running.orders.replay(since).await?;
        self.replayed.insert(sink, replay.had);
        Ok(replay)
    }

    /// Starts these. Should one end that was not told to, so does the daemon, by `stop`.
    pub(super) fn start(&mut self, deliverers: Vec<Deliverer>, stop: &CancellationToken) {
        self.stop = stop.clone();
        for deliverer in deliverers {
            self.spawn(deliverer);
        }
    }

    /// Starts one more, or one in the place of another of its name that has left.
    pub(super) fn add(&mut self, outlet: Outlet) {
        let deliverer = self.admit(outlet);
        self.spawn(deliverer);
    }

    fn spawn(&mut self, deliverer: Deliverer) {
        let name = deliverer.name().to_owned();
        let (leaves, give_up) = (CancellationToken::new(), self.give_up.child_token());
        let orders = deliverer.orders();
        let ends = Ends {
            stop: self.stop.clone(),
            leaves: leaves.clone(),
        };
        let run = deliverer.run(self.finish.clone(), give_up.clone());
        let task = tokio::spawn(async move {
            let _ends = ends;
            run.await;
        });
        let running = Running {
            orders,
            task,
            leaves,
            give_up,
        };
        self.running.insert(name, running);
    }

    /// Ends a sink where it stands. Its position stays in the store.
    pub(super) async fn remove(&mut self, name: &str) {
        let Some(running) = self.running.remove(name) else {
            return;
        };
        running.leaves.cancel();
        let mut task = running.task;
        let left = tokio::time::timeout(LEAVE, async {
            running.orders.leave().await;
            (&mut task).await
        });
        let ended = match left.await {
            Ok(ended) => ended,
            Err(_) => {
                running.give_up.cancel();
                task.await
            }
        };
        super::report_end("deliver", ended);
        self.sinks.lock().remove(name);
        // Series cannot be taken back; this one says neither that the sink is well nor that it is not.
        for gauge in ["dateline_sink_up", "dateline_sink_lag_records"] {
            metrics::gauge!(gauge, "sink" => name.to_owned()).set(f64::NAN);
        }
    }

    /// Lets every sink deliver all that there is, and end.
    pub(super) async fn finish(&mut self) {
        self.finish.cancel();
        // One after the other, so that whoever loses patience in between can go on with the rest.
        while let Some(mut running) = self.running.first_entry() {
            let ended = (&mut running.get_mut().task).await;
            running.remove();
            super::report_end("deliver", ended);
        }
    }

    /// Ends every sink at once.
    pub(super) async fn give_up(&mut self) {
        self.finish.cancel();
        self.give_up.cancel();
        self.finish().await;
    }
}

/// Stops the daemon when a sink ends, in whatever way, that was not told to leave.
struct Ends {
    stop: CancellationToken,
    leaves: CancellationToken,
}

impl Drop for Ends {
    fn drop(&mut self) {
        if !self.leaves.is_cancelled() {
            self.stop.cancel();
        }
    }
}
