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
use crate::connect::Open;
use crate::delivery::Outcome;
use crate::fault::{Kind, Trouble, describe};
use crate::properties::{self, Packing, SET_BYTES};
use crate::resume::{self, Resume};
use crate::session::Session;
use crate::topic::Template;

/// How often an idle sink commits its position again, so that the broker does not forget it after
/// `offsets.retention.minutes`, 7 days by default.
const RENEWAL: Duration = Duration::from_secs(24 * 60 * 60);

/// Fenced twice within this time, another producer is at work; once, it may have been a
/// transaction that the broker gave up.
const FENCE_WINDOW: Duration = Duration::from_secs(10 * 60);

/// Delivers records to Kafka; see the [crate's documentation](crate) for what it promises.
pub struct KafkaSink {
    pub(crate) name: String,
    pub(crate) settings: Arc<Settings>,
    pub(crate) topic: Arc<Template>,
    /// Present with `exactly_once`.
    pub(crate) position_topic: Option<String>,
    /// Largest message set; lowered when a topic takes no such sets.
    pub(crate) set_bytes: u64,
    /// Whether the topic's limit was asked for.
    pub(crate) limit_asked: bool,
    /// Identity of the log.
    pub(crate) log: String,
    /// Sequence number of the last record delivered.
    pub(crate) position: i64,
    pub(crate) open: Option<Open>,
    pub(crate) renewed: Option<Instant>,
    fenced: Option<Instant>,
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

    pub(crate) fn delivered(&self, records: usize) -> Delivered {
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
