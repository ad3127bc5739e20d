//! One librdkafka producer and what is done with it. The calls here block, for bounded times: they
//! run on threads made for that, but for [`Session::push`], which only copies into a queue.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use dateline_pipeline::record::SCHEMA;
use dateline_pipeline::sink::Entry;
use rdkafka::ClientConfig;
use rdkafka::consumer::ConsumerGroupMetadata;
use rdkafka::error::{KafkaError as ClientError, RDKafkaErrorCode as Code};
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};

use crate::bookmark::Bookmark;
use crate::client::{EVENTS_PER_LOOK, Listener};
use crate::fault::Trouble;

/// How long one blocking call of librdkafka may take before errors are looked at. Its calls go on
/// in the background after a time-out and are resumed by calling again.
const SLICE: Duration = Duration::from_millis(500);

/// Pause between looks at the queue while messages are under way: short beside a transaction,
/// long enough not to spin.
const LOOK: Duration = Duration::from_millis(1);

/// Pause before a call is repeated that failed at once but may be repeated.
const REPEAT: Duration = Duration::from_millis(50);

/// A producer, and the bookmark for a transactional one.
pub(crate) struct Session {
    producer: BaseProducer<Listener>,
    /// Present for a transactional producer.
    bookmark: Option<(Bookmark, ConsumerGroupMetadata)>,
    /// Set when nobody waits for the outcome any more.
    abandoned: Arc<AtomicBool>,
}

/// What became of a message handed to the queue.
pub(crate) enum Pushed {
    Queued,
    /// The queue is full of messages that are under way.
    Full,
    /// The message alone is larger than the client's limit or the whole queue.
    TooLarge,
}

impl Session {
    /// Makes the producer. For a transactional one this ends what a predecessor left open, fences
    /// the predecessor, and reads the position back: the sequence number of the last record
    /// committed, if there is any.
    pub(crate) fn start(
        sink: &str,
        producer: &ClientConfig,
        transactional: Option<(&ClientConfig, Bookmark)>,
        deadline: Instant,
        abandoned: Arc<AtomicBool>,
    ) -> Result<(Session, Option<i64>), (Trouble, Option<Trouble>)> {
        let producer: BaseProducer<Listener> = producer
            .create_with_context(Listener::new(sink))
            .map_err(|error| (Trouble::from(&error), None))?;
        let mut session = Session {
            producer,
            bookmark: None,
            abandoned,
        };
        let told = |session: &Session, trouble| (trouble, session.cause());
        let Some((reader, bookmark)) = transactional else {
            return match session.reach_cluster(deadline) {
                Ok(()) => Ok((session, None)),
                Err(trouble) => Err(told(&session, trouble)),
            };
        };
        session
            .persist(deadline, |session| {
                session.producer.init_transactions(SLICE)
            })
            .map_err(|trouble| told(&session, trouble))?;
        let (group, position) = bookmark.read(sink, reader, deadline)?;
        session.bookmark = Some((bookmark, group));
        session.producer.context().all_is_well();
        Ok((session, position))
    }

    /// What the client heard, besides the error of a call; fatal errors count most.
    pub(crate) fn cause(&self) -> Option<Trouble> {
        self.serve();
        match self.producer.client().fatal_error() {
            Some((code, text)) => Some(Trouble::new(code, text)),
            None => self.producer.context().trouble(),
        }
    }

    /// Tells the session that nobody waits for it any more.
    pub(crate) fn abandon(&self) {
        self.abandoned.store(true, Ordering::Relaxed);
    }

    /// Whether any message failed since [`Session::take_failed`].
    pub(crate) fn has_failed(&self) -> bool {
        self.serve();
        self.producer.context().has_failed()
    }

    /// Index and error of every message that was not delivered since the last call.
    pub(crate) fn take_failed(&self) -> Vec<(usize, Code)> {
        self.producer.context().take_failed()
    }

    pub(crate) fn begin(&self) -> Result<(), Trouble> {
        // An abort leaves reports of the messages that it dropped.
        drop(self.take_failed());
        self.producer
            .begin_transaction()
            .map_err(|error| Trouble::from(&error))
    }

    /// Copies `entry` into the queue; never blocks.
    pub(crate) fn push(&self, topic: &str, entry: &Entry, index: usize) -> Result<Pushed, Trouble> {
        let record = BaseRecord::with_opaque_to(topic, index)
            .key(entry.id.as_str())
            .payload(entry.body.as_slice())
            .headers(headers(entry));
        match self.producer.send(record) {
            Ok(()) => Ok(Pushed::Queued),
            Err((ClientError::MessageProduction(Code::QueueFull), _)) => {
                // Events are counted as well, so serve them before believing that nothing is under way.
                self.serve();
                let empty = self.producer.in_flight_count() == 0;
                Ok(if empty {
                    Pushed::TooLarge
                } else {
                    Pushed::Full
                })
            }
            Err((ClientError::MessageProduction(Code::MessageSizeTooLarge), _)) => {
                Ok(Pushed::TooLarge)
            }
            Err((error, _)) => Err(Trouble::from(&error)),
        }
    }

    /// Waits until the queue has room again, for one message at least.
    pub(crate) fn make_room(&self, deadline: Instant) -> Result<(), Trouble> {
        let full = self.producer.in_flight_count();
        self.wait_until(deadline, |session| {
            session.producer.in_flight_count() < full
        })
    }

    /// Waits until every message is delivered or has failed. In a transaction one failure is enough:
    /// the client sends nothing more then, until the transaction is aborted.
    pub(crate) fn drain(&self, deadline: Instant) -> Result<(), Trouble> {
        self.wait_until(deadline, |session| {
            session.producer.in_flight_count() == 0
                || session.bookmark.is_some() && session.producer.context().has_failed()
        })
    }

    /// Puts the position into the transaction: `seq` is the last record that the transaction or an
    /// earlier one delivers.
    pub(crate) fn send_position(&self, seq: i64, deadline: Instant) -> Result<(), Trouble> {
        let Some((bookmark, group)) = &self.bookmark else {
            return Err(Trouble::new(
                Code::State,
                "a producer without transactions keeps no position",
            ));
        };
        let offsets = bookmark.offsets(seq)?;
        self.persist(deadline, |session| {
            session
                .producer
                .send_offsets_to_transaction(&offsets, group, SLICE)
        })
    }

    pub(crate) fn commit(&self, deadline: Instant) -> Result<(), Trouble> {
        self.persist(deadline, |session| {
            session.producer.commit_transaction(SLICE)
        })?;
        self.producer.context().all_is_well();
        Ok(())
    }

    /// Takes the transaction back: its messages are dropped from the queue or marked as aborted.
    pub(crate) fn abort(&self, deadline: Instant) -> Result<(), Trouble> {
        self.persist(deadline, |session| {
            session.producer.abort_transaction(SLICE)
        })
    }

    /// Serves events that wait: errors, log lines, failed deliveries.
    pub(crate) fn serve(&self) {
        for _ in 0..EVENTS_PER_LOOK {
            self.producer.poll(Duration::ZERO);
        }
    }

    /// Waits for the first word of the cluster.
    fn reach_cluster(&self, deadline: Instant) -> Result<(), Trouble> {
        loop {
            if self.producer.client().fetch_cluster_id(SLICE).is_some() {
                return Ok(());
            }
            self.go_on(deadline, || {
                Trouble::new(Code::OperationTimedOut, "no broker answered in time")
            })?;
        }
    }

    /// Calls again as long as librdkafka says that it may help.
    fn persist(
        &self,
        deadline: Instant,
        call: impl Fn(&Session) -> Result<(), ClientError>,
    ) -> Result<(), Trouble> {
        loop {
            let started = Instant::now();
            let Err(error) = call(self) else {
                return Ok(());
            };
            let trouble = Trouble::from(&error);
            if !may_repeat(&error) {
                return Err(trouble);
            }
            self.go_on(deadline, || trouble)?;
            if started.elapsed() < REPEAT {
                std::thread::sleep(REPEAT);
            }
        }
    }

    fn wait_until(
        &self,
        deadline: Instant,
        is_done: impl Fn(&Session) -> bool,
    ) -> Result<(), Trouble> {
        loop {
            self.serve();
            if is_done(self) {
                return Ok(());
            }
            let late = || {
                Trouble::new(
                    Code::MessageTimedOut,
                    "messages were not acknowledged in time",
                )
            };
            let over = Instant::now() >= deadline || self.abandoned.load(Ordering::Relaxed);
            if over || self.producer.client().fatal_error().is_some() {
                return Err(late());
            }
            std::thread::sleep(LOOK);
        }
    }

    /// Serves events; an error if it is no use to wait any longer for what `late` describes.
    fn go_on(&self, deadline: Instant, late: impl FnOnce() -> Trouble) -> Result<(), Trouble> {
        let hopeless = self.cause().is_some_and(|cause| cause.kind().is_hopeless());
        let fatal = self.producer.client().fatal_error().is_some();
        if fatal || hopeless || Instant::now() >= deadline || self.abandoned.load(Ordering::Relaxed)
        {
            return Err(late());
        }
        Ok(())
    }
}

fn headers(entry: &Entry) -> OwnedHeaders {
    let header = |key, value| Header {
        key,
        value: Some(value),
    };
    let headers = OwnedHeaders::new_with_capacity(5)
        .insert(header("schema", SCHEMA))
        .insert(header("op", entry.op.as_str()))
        .insert(header("source", entry.source.as_str()))
        .insert(header("content-type", "application/json"));
    match &entry.trace {
        Some(trace) => headers.insert(header("traceparent", trace.as_str())),
        None => headers,
    }
}

fn may_repeat(error: &ClientError) -> bool {
    match error {
        ClientError::Transaction(error) => {
            error.is_retriable() && !error.is_fatal() && !error.txn_requires_abort()
        }
        // The Rust side flushes before it commits.
        ClientError::Flush(code) => *code == Code::OperationTimedOut,
        _ => false,
    }
}
