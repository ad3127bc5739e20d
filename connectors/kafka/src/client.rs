//! What librdkafka tells us outside of its calls: errors of connections, log lines, failed
//! deliveries. Collected here, so that a fault can name its cause, and let through to our log at a
//! bounded rate.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use rdkafka::client::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::ConsumerContext;
use rdkafka::error::{KafkaError as ClientError, RDKafkaErrorCode as Code};
use rdkafka::producer::{DeliveryResult, ProducerContext};

use crate::fault::{Trouble, one_line};

/// Lines of librdkafka that reach our log per [`LOG_WINDOW`]: enough to follow an outage, too few
/// to fill a disk in one.
const LOG_LINES: u32 = 10;

/// See [`LOG_LINES`].
const LOG_WINDOW: Duration = Duration::from_secs(60);

/// How many of the latest different lines are known, so as not to say the same one again.
const REMEMBERED_LINES: usize = 16;

/// Listens to one librdkafka client.
pub(crate) struct Listener {
    sink: String,
    heard: Mutex<Heard>,
}

#[derive(Default)]
struct Heard {
    /// The most telling error since the last success.
    trouble: Option<Trouble>,
    /// Index in the batch and error of every message that was not delivered.
    failed: Vec<(usize, Code)>,
    log: LogGate,
}

impl Listener {
    pub(crate) fn new(sink: &str) -> Listener {
        Listener {
            sink: sink.to_owned(),
            heard: Mutex::default(),
        }
    }

    fn heard(&self) -> std::sync::MutexGuard<'_, Heard> {
        self.heard
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// The most telling error since [`Listener::all_is_well`].
    pub(crate) fn trouble(&self) -> Option<Trouble> {
        self.heard().trouble.clone()
    }

    /// Forgets what went wrong, as it went away by itself.
    pub(crate) fn all_is_well(&self) {
        self.heard().trouble = None;
    }

    /// Whether any message failed since [`Listener::take_failed`].
    pub(crate) fn has_failed(&self) -> bool {
        !self.heard().failed.is_empty()
    }

    /// The messages that failed since the last call.
    pub(crate) fn take_failed(&self) -> Vec<(usize, Code)> {
        std::mem::take(&mut self.heard().failed)
    }

    fn note(&self, code: Code, text: &str) {
        let mut heard = self.heard();
        let line = one_line(text);
        let new = Trouble::new(code, line.as_str());
        // Among equals the latest counts, but that all brokers are down is only the echo of why.
        let is_telling = heard.trouble.as_ref().is_none_or(|old| {
            new.kind().weight() > old.kind().weight()
                || (new.kind().weight() == old.kind().weight() && code != Code::AllBrokersDown)
        });
        if is_telling {
            heard.trouble = Some(new);
        }
        match heard.log.admit(&line, Instant::now()) {
            Admission::Said { unsaid: 0 } => {
                tracing::warn!(sink = self.sink, "kafka client: {line}")
            }
            Admission::Said { unsaid } => {
                tracing::warn!(sink = self.sink, unsaid, "kafka client: {line}")
            }
            Admission::Unsaid => tracing::debug!(sink = self.sink, "kafka client: {line}"),
        }
    }
}

impl ClientContext for Listener {
    fn log(&self, _level: RDKafkaLogLevel, facility: &str, line: &str) {
        // What matters comes as an error as well; the log has it once more and much besides.
        tracing::debug!(sink = self.sink, facility, "kafka client: {line}");
    }

    fn error(&self, error: ClientError, reason: &str) {
        self.note(error.rdkafka_error_code().unwrap_or(Code::Fail), reason);
    }

    fn stats_raw(&self, _statistics: &[u8]) {}
}

impl ConsumerContext for Listener {}

impl ProducerContext for Listener {
    /// Index of the entry in its batch.
    type DeliveryOpaque = usize;

    fn delivery(&self, result: &DeliveryResult<'_>, index: usize) {
        if let Err((error, _)) = result {
            let code = error.rdkafka_error_code().unwrap_or(Code::Fail);
            // What was dropped because a transaction had failed already says nothing.
            if !matches!(code, Code::PurgeQueue | Code::PurgeInflight) {
                self.heard().failed.push((index, code));
            }
        }
    }
}

/// Lets few and different lines through.
#[derive(Default)]
struct LogGate {
    window: Option<Instant>,
    said: u32,
    unsaid: u64,
    recent: VecDeque<String>,
}

#[derive(Debug, PartialEq, Eq)]
enum Admission {
    /// Say it, and that so many others went unsaid before.
    Said {
        unsaid: u64,
    },
    Unsaid,
}

impl LogGate {
    fn admit(&mut self, line: &str, now: Instant) -> Admission {
        if self
            .window
            .is_none_or(|start| now.duration_since(start) >= LOG_WINDOW)
        {
            self.window = Some(now);
            self.said = 0;
            self.recent.clear();
        }
        if self.said >= LOG_LINES || self.recent.iter().any(|recent| recent == line) {
            self.unsaid += 1;
            return Admission::Unsaid;
        }
        self.said += 1;
        if self.recent.len() == REMEMBERED_LINES {
            self.recent.pop_front();
        }
        self.recent.push_back(line.to_owned());
        Admission::Said {
            unsaid: std::mem::take(&mut self.unsaid),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;

    #[test]
    fn an_outage_says_few_lines_and_counts_the_others() {
        let mut gate = LogGate::default();
        let start = Instant::now();
        let said = (0..1000)
            .filter(|i| gate.admit(&format!("line {i}"), start) != Admission::Unsaid)
            .count();
        assert_eq!(said, LOG_LINES as usize);
        assert_eq!(
            gate.admit("later", start + LOG_WINDOW),
            Admission::Said { unsaid: 990 }
        );
        assert_eq!(gate.admit("later", start + LOG_WINDOW), Admission::Unsaid);
    }

    #[test]
    fn the_cause_outlives_its_echo() {
        let listener = Listener::new("kafka.main");
        listener.note(
            Code::BrokerTransportFailure,
            "k:9092: Connect failed: Connection refused",
        );
        listener.note(Code::AllBrokersDown, "1/1 brokers are down");
        assert!(listener.trouble().unwrap().text.contains("refused"));
        listener.note(Code::Authentication, "wrong password");
        listener.note(Code::BrokerTransportFailure, "k:9092: Disconnected");
        assert_eq!(listener.trouble().unwrap().text, "wrong password");
        listener.all_is_well();
        assert_eq!(listener.trouble(), None);
    }
}
