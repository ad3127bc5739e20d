//! The Kafka sink: records go to a topic, exactly once where the brokers have transactions.
//!
//! With `delivery = "exactly_once"` a batch and the sink's position in the log travel in one Kafka
//! transaction, the position as an offset of a consumer group. After any crash the position is read
//! back from Kafka, so that a consumer with `isolation.level=read_committed` sees every record once.
//! With `delivery = "at_least_once"` the producer is idempotent and the position lives in the
//! store alone: a crash, an outage or a refused record repeats at most one batch.
//!
//! Limits of exactly once, all on the brokers' side:
//! - A group without members keeps its offsets for `offsets.retention.minutes` (7 days by default).
//!   The sink renews its offset about daily; a daemon that stays down longer falls back to the
//!   position in the store, which is the same unless it died between the two commits.
//! - Deleting the position topic deletes the offset with it, with the same consequence.
//! - `transactional.id.expiration.ms` (7 days by default) after the last transaction the broker
//!   forgets the producer; nothing is lost by that, a new one is made.
//!
//! To send records again, set the sink's position in the store back and leave its detail as it is:
//! the sink takes a position behind its detail for that wish and moves Kafka's position back too.
//!
//! This crate writes no state of its own and never blocks an async thread on a broker.

mod bookmark;
mod client;
mod connect;
mod culprits;
mod delivery;
mod fault;
mod lease;
mod probe;
mod properties;
mod refusal;
mod resume;
mod session;
mod sink;
mod topic;

pub use probe::{Probe, ProbedTopic, probe};
pub use sink::KafkaSink;

use dateline_pipeline::fault::Fault;

/// What is wrong with the settings of a Kafka sink, or with reaching its brokers.
#[derive(Debug, thiserror::Error)]
pub enum KafkaError {
    /// The topic template cannot be read.
    #[error("topic {template:?} of sink {sink}: {reason}")]
    Template {
        /// The sink, `kafka.NAME`.
        sink: String,
        /// The template as written.
        template: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The position has no topic to be committed for.
    #[error(
        "sink {sink} delivers exactly once to a topic with placeholders: set position_topic to a topic \
         without any, for which its position can be committed"
    )]
    PositionTopic {
        /// The sink, `kafka.NAME`.
        sink: String,
    },
    /// A property that librdkafka does not accept.
    #[error("property {property} of sink {sink} is not accepted by librdkafka: {reason}")]
    Property {
        /// The sink, `kafka.NAME`.
        sink: String,
        /// The property's name.
        property: String,
        /// librdkafka's words.
        reason: String,
    },
    /// The brokers cannot be reached or refuse.
    #[error("{0}")]
    Broker(#[from] Fault),
}
