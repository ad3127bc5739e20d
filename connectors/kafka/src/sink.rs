//! The sink that the deliver stage drives. It keeps the order of the steps; what blocks is done in
//! [`crate::session`] on other threads.

use std::sync::Arc;
use std::time::{Duration, Instant};

use dateline_config::KafkaSink as Settings;
use dateline_pipeline::fault::{Class, Fault};
use dateline_pipeline::sink::{Appetite, Delivered, Entry, Opened, Sink, Stored};
use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::Value;

use crate::KafkaError;
use crate::bookmark::Bookmark;
use crate::delivery::Outcome;
use crate::fault::{Kind, Trouble, describe};
use crate::lease::{Lease, Waiting};
use crate::properties::{self, Packing, SET_BYTES};
use crate::refusal::{self, Refusal};
use crate::resume::{self, Resume};
use crate::session::Session;
use crate::topic::Template;

/// How long connecting may take: a broker that was killed needs some seconds to find itself again,
/// and a wrong password is noticed at once anyway.
const OPEN_LIMIT: Duration = Duration::from_secs(30);

/// How long the end of the producer may take when the sink is closed.
const CLOSE_LIMIT: Duration = Duration::from_secs(5);

/// How often an idle sink commits its position again, so that the broker does not forget it after
/// `offsets.retention.minutes`, 7 days by default.
const RENEWAL: Duration = Duration::from_secs(24 * 60 * 60);

/// Fenced twice within this time, another producer is at work; once, it may have been a
/// transaction that the broker gave up.
const FENCE_WINDOW: Duration = Duration::from_secs(10 * 60);

/// Records sent one by one to find those that a topic does not take: each costs a round trip
/// to the broker, shared by five.
const SINGLE_RECORDS: usize = 500;

/// Smallest message set that a topic's limit drives the sink to, in bytes.
const SET_BYTES_FLOOR: u64 = 1024;

/// Bytes left free between a message set and the topic's limit, for what frames it.
const SET_OVERHEAD: u64 = 512;

/// Delivers records to Kafka; see the [crate's documentation](crate) for what it promises.
pub struct KafkaSink {
    pub(crate) name: String,
    pub(crate) settings: Arc<Settings>,
    pub(crate) topic: Arc<Template>,
    /// Present with `exactly_once`.
    pub(crate) position_topic: Option<String>,
    /// Largest message set; lowered when a topic takes no such sets.
    set_bytes: u64,
    limit_asked: bool,
    log: String,
    /// Sequence number of the last record delivered.
    pub(crate) position: i64,
    pub(crate) open: Option<Open>,
    pub(crate) renewed: Option<Instant>,
    fenced: Option<Instant>,
}

/// A producer that is ready.
pub(crate) struct Open {
    pub(crate) lease: Lease,
    pub(crate) packing: Packing,
}

impl KafkaSink {
    /// A sink `kafka.NAME` that is not connected yet.
    ///
    /// # Errors
    ///
    /// When the topic template, the position topic or a passed-through property is wrong.
    pub fn new(name: &str, settings: &Settings) -> Result<KafkaSink, KafkaError> {
        let name = format!("kafka.{name}");
        let topic = Template::parse(&settings.topic).map_err(|reason| KafkaError::Template {
            sink: name.clone(),
            template: settings.topic.clone(),
            reason,
        })?;
        properties::check(&name, settings)?;
        let position_topic = if properties::is_exactly_once(settings) {
            let asked = settings.position_topic.as_deref().or(topic.fixed());
            Some(
                asked
                    .ok_or_else(|| KafkaError::PositionTopic { sink: name.clone() })?
                    .to_owned(),
            )
        } else {
            None
        };
        Ok(KafkaSink {
            name,
            settings: Arc::new(settings.clone()),
            topic: Arc::new(topic),
            position_topic,
            set_bytes: SET_BYTES,
            limit_asked: false,
            log: String::new(),
            position: 0,
            open: None,
            renewed: None,
            fenced: None,
        })
    }

    async fn open_at(&mut self, stored: Stored) -> Result<Opened, Fault> {
        self.open = None;
        self.log = stored.log.clone();
        self.renewed = None;
        let (open, committed) = self.connect(Packing::Sets(self.set_bytes)).await?;
        self.open = Some(open);
        let resume = Resume::from(&stored, committed);
        self.position = resume.position;
        if resume.is_replay {
            // From here on Kafka's own position is to be believed again.
            self.transact(&[]).await?;
        }
        self.learn_limit().await;
        tracing::info!(
            sink = self.name,
            position = self.position,
            "connected to kafka"
        );
        Ok(Opened {
            position: self.position,
            detail: self.detail().unwrap_or(Value::Null),
        })
    }

    async fn deliver_batch(&mut self, batch: &[Entry]) -> Result<Delivered, Fault> {
        if batch.is_empty() {
            return self.idle().await;
        }
        self.pack(Packing::Sets(self.set_bytes)).await?;
        match self.attempt(batch).await? {
            Outcome::Done => Ok(self.delivered(batch.len())),
            Outcome::Refused(refused) => Ok(self.refused(batch, refused).await),
            Outcome::Suspected { first, last } => self.single_out(batch, first, last).await,
        }
    }

    /// Deals with a batch of which whole sets were refused. One record too large takes its
    /// neighbours with it, and a topic with a low limit refuses sets of small records.
    async fn single_out(
        &mut self,
        batch: &[Entry],
        first: usize,
        last: usize,
    ) -> Result<Delivered, Fault> {
        if first >= SINGLE_RECORDS {
            // What comes before is above suspicion and need not go one by one.
            if let Outcome::Done = self.attempt(&batch[..first]).await? {
                return Ok(self.delivered(first));
            }
        }
        let beginning = &batch[..batch.len().min(SINGLE_RECORDS)];
        self.pack(Packing::Single).await?;
        match self.attempt(beginning).await? {
            Outcome::Refused(refused) => Ok(self.refused(beginning, refused).await),
            Outcome::Done | Outcome::Suspected { .. } => {
                if last < beginning.len() && self.set_bytes > SET_BYTES_FLOOR {
                    self.set_bytes = (self.set_bytes / 2).max(SET_BYTES_FLOOR);
                    let bytes = self.set_bytes;
                    tracing::warn!(
                        sink = self.name,
                        bytes,
                        "a topic takes only small message sets; sending smaller ones"
                    );
                }
                Ok(self.delivered(beginning.len()))
            }
        }
    }

    /// Serves the client, and renews the position about daily.
    async fn idle(&mut self) -> Result<Delivered, Fault> {
        let open = self.open.as_ref().ok_or_else(|| self.not_open())?;
        if let Some(session) = open.lease.session() {
            session.serve();
        }
        let is_due = self.renewed.is_none_or(|last| last.elapsed() >= RENEWAL);
        if self.position_topic.is_some() && self.position > 0 && is_due {
            self.transact(&[]).await?;
        }
        Ok(Delivered::default())
    }

    fn delivered(&self, records: usize) -> Delivered {
        Delivered {
            records,
            refused: Vec::new(),
            detail: self.detail(),
        }
    }

    /// What is kept with the position, to notice when it was set back.
    fn detail(&self) -> Option<Value> {
        self.position_topic
            .as_ref()
            .map(|_| resume::detail(self.position))
    }

    async fn refused(&self, batch: &[Entry], refused: Vec<(usize, Refusal)>) -> Delivered {
        let first = refused.iter().map(|(index, _)| *index).min().unwrap_or(0);
        let mut faults = Vec::with_capacity(refused.len());
        let mut known_limit: Option<(String, Option<u64>)> = None;
        for (index, refusal) in refused {
            let entry = &batch[index];
            let topic = self.topic.render(entry);
            let limit = match &known_limit {
                Some((known, limit)) if *known == topic => *limit,
                _ if matches!(refusal, Refusal::Client { .. }) => None,
                _ => self.topic_limit(&topic).await,
            };
            known_limit = Some((topic.clone().into_owned(), limit));
            faults.push((
                entry.seq,
                refusal::fault(&self.name, &topic, entry, refusal, limit),
            ));
        }
        Delivered {
            // A transaction was taken back as a whole.
            records: if self.position_topic.is_some() {
                0
            } else {
                first
            },
            refused: faults,
            detail: None,
        }
    }

    /// Keeps message sets below the topic's limit, where the broker tells it: then a set is refused
    /// only for a record that is alone in it. Asked once, as it is no more than a help.
    async fn learn_limit(&mut self) {
        let template = Arc::clone(&self.topic);
        let Some(topic) = template.fixed().filter(|_| !self.limit_asked) else {
            return;
        };
        self.limit_asked = true;
        if let Some(limit) = self.topic_limit(topic).await {
            let set = limit.saturating_sub(SET_OVERHEAD).max(SET_BYTES_FLOOR);
            self.set_bytes = self.set_bytes.min(set);
        }
    }

    async fn topic_limit(&self, topic: &str) -> Option<u64> {
        let connection = properties::connection(&self.name, &self.settings).ok()?;
        refusal::topic_limit(&connection, topic).await
    }

    /// Makes sure that the producer packs messages like `packing`.
    async fn pack(&mut self, packing: Packing) -> Result<(), Fault> {
        let current = self.open.as_ref().ok_or_else(|| self.not_open())?.packing;
        if current == packing {
            return Ok(());
        }
        self.open = None;
        let (open, committed) = self.connect(packing).await?;
        if committed.is_some_and(|committed| committed > self.position) {
            return Err(Fault::transient(
                "position_moved",
                format!(
                    "{}: another daemon delivers from the same log: let one alone do it",
                    self.name
                ),
            ));
        }
        self.open = Some(open);
        Ok(())
    }

    /// A producer that is ready, and the position that Kafka has.
    async fn connect(&mut self, packing: Packing) -> Result<(Open, Option<i64>), Fault> {
        let (waiting, gone) = Waiting::new();
        let (name, settings) = (self.name.clone(), Arc::clone(&self.settings));
        let bookmark = self.position_topic.as_ref().map(|topic| Bookmark {
            group: self.identity(),
            topic: topic.clone(),
            log: self.log.clone(),
        });
        let transactional_id = settings
            .transactional_id
            .clone()
            .unwrap_or_else(|| self.identity());
        let started = self
            .blocking(move || {
                let id = bookmark.as_ref().map(|_| transactional_id.as_str());
                let producer = properties::producer(&name, &settings, id, packing)?;
                let reader = match &bookmark {
                    Some(bookmark) => {
                        Some(properties::consumer(&name, &settings, &bookmark.group)?)
                    }
                    None => None,
                };
                let deadline = Instant::now() + OPEN_LIMIT;
                let transactional = reader.as_ref().zip(bookmark);
                Ok::<_, Fault>(Session::start(
                    &name,
                    &producer,
                    transactional,
                    deadline,
                    gone,
                ))
            })
            .await??;
        waiting.over();
        match started {
            Ok((session, committed)) => {
                let lease = Lease::new(session);
                Ok((Open { lease, packing }, committed))
            }
            Err((trouble, cause)) => Err(self.fault("connecting", &trouble, cause)),
        }
    }

    /// Name of the consumer group, and of the transactional id where none is configured. It holds
    /// the identity of the log, so that a wiped state never meets an old position.
    fn identity(&self) -> String {
        format!("dateline-{}-{}", self.log, self.name)
    }

    /// Does one blocking step of a session on another thread.
    pub(crate) async fn step<T: Send + 'static>(
        &mut self,
        session: &Arc<Session>,
        doing: &str,
        step: impl FnOnce(&Session) -> Result<T, Trouble> + Send + 'static,
    ) -> Result<T, Fault> {
        let own = Arc::clone(session);
        let outcome = self
            .blocking(move || step(&own).map_err(|trouble| (trouble, own.cause())))
            .await?;
        outcome.map_err(|(trouble, cause)| self.fault(doing, &trouble, cause))
    }

    /// Does blocking work on another thread.
    pub(crate) async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Fault> {
        let done = tokio::task::spawn_blocking(work).await;
        done.map_err(|error| {
            Fault::transient(
                "internal",
                format!("{}: the client's thread ended: {error}", self.name),
            )
        })
    }

    pub(crate) fn fault(&mut self, doing: &str, direct: &Trouble, cause: Option<Trouble>) -> Fault {
        let brokers = self.settings.brokers.join(",");
        let mut fault = describe(&self.name, &brokers, doing, direct, cause.as_ref());
        if fault.kind == Kind::Fenced.as_str() {
            let again = self
                .fenced
                .is_some_and(|last| last.elapsed() < FENCE_WINDOW);
            self.fenced = Some(Instant::now());
            fault.class = if again {
                Class::Permanent
            } else {
                Class::Transient
            };
        }
        fault
    }

    pub(crate) fn not_open(&self) -> Fault {
        Fault::transient(
            "not_open",
            format!("{}: the sink must be opened first", self.name),
        )
    }

    async fn end(&mut self) {
        let Some(open) = self.open.take() else {
            return;
        };
        let ended = self.blocking(move || open.lease.end());
        if tokio::time::timeout(CLOSE_LIMIT, ended).await.is_err() {
            tracing::warn!(
                sink = self.name,
                "the kafka producer takes long to end; left to itself"
            );
        }
    }
}

impl Sink for KafkaSink {
    fn name(&self) -> &str {
        &self.name
    }

    fn appetite(&self) -> Appetite {
        Appetite {
            records: self.settings.batch_records,
            bytes: usize::try_from(self.settings.batch_bytes.0).unwrap_or(usize::MAX),
            linger: self.settings.linger,
        }
    }

    fn open<'a>(&'a mut self, stored: Stored) -> BoxFuture<'a, Result<Opened, Fault>> {
        self.open_at(stored).boxed()
    }

    fn deliver<'a>(&'a mut self, batch: &'a [Entry]) -> BoxFuture<'a, Result<Delivered, Fault>> {
        self.deliver_batch(batch).boxed()
    }

    fn close<'a>(&'a mut self) -> BoxFuture<'a, Result<Option<Value>, Fault>> {
        async {
            // Between deliveries nothing is under way, so there is nothing to flush.
            self.end().await;
            Ok(None)
        }
        .boxed()
    }
}
