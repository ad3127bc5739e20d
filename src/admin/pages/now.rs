//! How the daemon stands at this moment: what the store tells at a glance, and what the stages say of themselves.

use dateline_pipeline::clock::before;
use dateline_pipeline::collect::FAILING_LONG;
use dateline_pipeline::reprocess::waits_for;
use dateline_pipeline::store::{Glance, Job, Reader, ReaderStatus, StoreError, TRANSFORM};
use jiff::Timestamp;
use serde::Serialize;

use crate::admin::Facts;
use crate::daemon::Refusal;

/// Hosts and sources in trouble that are named.
const NAMED: u32 = 10;

/// How the daemon stands.
#[derive(Debug, Serialize)]
pub(super) struct Now {
    pub(super) at: Timestamp,
    pub(super) version: &'static str,
    pub(super) started: Timestamp,
    /// Feeds and drop folders that are switched on.
    pub(super) sources: usize,
    pub(super) glance: Glance,
    /// Most bytes of both logs.
    pub(super) max_bytes: u64,
    pub(super) sinks: Vec<SinkNow>,
    /// What keeps the state from being written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) store_fault: Option<String>,
    pub(super) network_is_out: bool,
    /// The changed configuration that was not taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) refused_config: Option<Refusal>,
    /// The job that makes records anew, while it runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reprocess: Option<Reprocess>,
    /// Whether the page may do something.
    #[serde(skip)]
    pub(super) acts: bool,
}

/// A job that makes records anew, and what holds it up.
#[derive(Debug, Serialize)]
pub(super) struct Reprocess {
    #[serde(flatten)]
    pub(super) job: Job,
    /// The sink that it waits for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) waits_for: Option<FarBehind>,
}

/// A sink that is so far behind that a job waits for it.
#[derive(Debug, Serialize)]
pub(super) struct FarBehind {
    pub(super) sink: String,
    /// Records that it has before it.
    pub(super) records: i64,
}

impl Reprocess {
    /// The job that runs; `sinks` are those that get records.
    fn of(reader: &Reader<'_>, sinks: Vec<String>) -> rusqlite::Result<Option<Reprocess>> {
        let Some(job) = reader.last_job()?.filter(Job::is_running) else {
            return Ok(None);
        };
        let far = waits_for(reader, sinks)?;
        let waits_for = far.map(|(sink, records)| FarBehind { sink, records });
        Ok(Some(Reprocess { job, waits_for }))
    }
}

/// How a sink stands.
#[derive(Debug, Serialize)]
pub(super) struct SinkNow {
    pub(super) name: String,
    /// Number of the last record that is durably in it.
    pub(super) position: i64,
    /// Records that it has still to get.
    pub(super) lag: u64,
    /// When it last took something.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) at: Option<Timestamp>,
    /// Why it takes nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) fault: Option<String>,
    /// Whether the daemon is not ready without it.
    pub(super) required: bool,
}

impl Now {
    pub(super) async fn of(facts: &Facts) -> Result<Now, StoreError> {
        let now = Timestamp::now();
        let long = before(now, FAILING_LONG);
        let names = facts.sinks.now().into_iter().map(|sink| sink.name);
        let names = names.collect();
        let (glance, reprocess) = facts
            .ask(move |reader| {
                let glance = reader.glance(now, long, NAMED)?;
                Ok((glance, Reprocess::of(reader, names)?))
            })
            .await?;
        let config = facts.config();
        let feeds = config.feeds.iter().filter(|feed| feed.enabled).count();
        let drops = config.drops.iter().filter(|folder| folder.enabled).count();
        Ok(Now {
            at: now,
            version: env!("CARGO_PKG_VERSION"),
            started: facts.started,
            sources: feeds + drops,
            sinks: sinks(facts, &glance),
            max_bytes: config.state.max_bytes.0,
            store_fault: facts.store.trouble(),
            network_is_out: facts.outlook.network_is_out(),
            refused_config: facts.refusal.borrow().clone(),
            reprocess,
            acts: facts.control.is_some(),
            glance,
        })
    }

    /// Bytes that both logs hold.
    pub(super) fn bytes(&self) -> u64 {
        self.glance.drafts.bytes + self.glance.records.bytes
    }

    /// Whether collecting waits for room in the logs.
    pub(super) fn is_full(&self) -> bool {
        self.bytes() >= self.max_bytes
    }

    /// Drafts that are not made into records yet.
    pub(super) fn transform_lag(&self) -> u64 {
        lag_of(&self.glance.readers, TRANSFORM)
            .unwrap_or(self.glance.drafts.committed.unsigned_abs())
    }
}

fn lag_of(readers: &[ReaderStatus], name: &str) -> Option<u64> {
    let reader = readers.iter().find(|reader| reader.name == name);
    reader.map(|reader| reader.lag)
}

/// The sinks of the daemon, by name. A sink that never committed has everything before it.
fn sinks(facts: &Facts, glance: &Glance) -> Vec<SinkNow> {
    let of = |sink: crate::daemon::SinkState| {
        let (name, health) = (sink.name, sink.health);
        let stored = glance.readers.iter().find(|reader| reader.name == name);
        let lag = glance.records.committed - health.position;
        SinkNow {
            name,
            position: health.position,
            lag: u64::try_from(lag).unwrap_or(0),
            at: stored.and_then(|reader| reader.at),
            fault: health.fault,
            required: sink.required,
        }
    };
    let mut sinks: Vec<SinkNow> = facts.sinks.now().into_iter().map(of).collect();
    sinks.sort_by(|one, other| one.name.cmp(&other.name));
    sinks
}
