//! What librdkafka tells us outside of its calls: errors of connections, log lines, failed
//! deliveries. Collected here, so that a fault can name its cause, and let through to our log at a
//! bounded rate.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use rdkafka::client::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext};
use rdkafka::error::{KafkaError as ClientError, RDKafkaErrorCode as Code};
use rdkafka::producer::{DeliveryResult, ProducerContext};

use crate::fault::{CLOSED_AT_ONCE, Trouble, one_line};

/// Lines of librdkafka that reach our log per [`LOG_WINDOW`]: enough to follow an outage, too few
/// to fill a disk in one.
const LOG_LINES: u32 = 10;

/// See [`LOG_LINES`].
const LOG_WINDOW: Duration = Duration::from_secs(60);

/// How many of the latest different lines are known, so as not to say the same one again.
const REMEMBERED_LINES: usize = 16;

/// Events served at a look; one event can hold the reports of thousands of messages.
pub(crate) const EVENTS_PER_LOOK: usize = 16;

/// Serves the events of a consumer that wait, which say what is wrong with its connections; without
/// an assignment it gets no messages.
pub(crate) fn serve_consumer(consumer: &BaseConsumer<Listener>) {
    for _ in 0..EVENTS_PER_LOOK {
        if let Some(Err(error)) = consumer.poll(Duration::ZERO) {
            tracing::debug!(sink = consumer.context().sink, %error, "kafka client");
        }
    }
}

/// A connection that lasts a second or longer was not closed for what it speaks: digits of its
/// milliseconds.
const AT_ONCE_DIGITS: usize = 3;

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

    /// Remembers the most telling trouble.
    fn remember(heard: &mut Heard, new: Trouble) {
        // Among equals the latest counts, but that all brokers are down is only the echo of why.
        let is_telling = heard.trouble.as_ref().is_none_or(|old| {
            new.kind().weight() > old.kind().weight()
                || (new.kind().weight() == old.kind().weight() && new.code != Code::AllBrokersDown)
        });
        if is_telling {
            heard.trouble = Some(new);
        }
    }

    fn note(&self, code: Code, text: &str) {
        let mut heard = self.heard();
        let line = told(text);
        Self::remember(&mut heard, Trouble::new(code, line.as_str()));
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
        // What matters comes as an error as well, and the log has it once more and much besides; but
        // that a port closes every connection, as it speaks another protocol, stands here alone.
        if facility == "FAIL" && is_closed_at_once(line) {
            let text = line.split_once("]: ").map_or(line, |(_, text)| text);
            let closed = Trouble::new(Code::BrokerTransportFailure, told(text));
            Self::remember(&mut self.heard(), closed);
        }
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

/// What librdkafka says, in one line.
fn told(text: &str) -> String {
    let line = one_line(text);
    if is_closed_at_once(text) {
        format!("{line} {CLOSED_AT_ONCE}")
    } else {
        line
    }
}

/// Whether librdkafka tells of a connection that was closed as soon as it was made: `… Disconnected: … (after 3ms in state UP)`, or, where it
/// still had something to say, `… Send failed: … Broken pipe (after 3ms in state APIVERSION_QUERY)`.
fn is_closed_at_once(line: &str) -> bool {
    let after = line
        .rsplit_once("(after ")
        .and_then(|(_, after)| after.split_once("ms "));
    let is_closed = ["Disconnected", "Broken pipe", "Connection reset"]
        .iter()
        .any(|words| line.contains(words));
    is_closed && after.is_some_and(|(ms, _)| ms.len() <= AT_ONCE_DIGITS)
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
    fn a_connection_that_is_closed_at_once_is_told_from_one_that_ends() {
        let line = |ms| {
            format!(
                "[thrd:k:9092/bootstrap]: k:9092/bootstrap: Disconnected: connection closed by peer \
                 (after {ms}ms in state UP, 1 identical error(s) suppressed)"
            )
        };
        let listener = Listener::new("kafka.main");
        listener.log(RDKafkaLogLevel::Info, "FAIL", &line(1000));
        assert_eq!(listener.trouble(), None);
        listener.log(RDKafkaLogLevel::Info, "FAIL", &line(35));
        let told = listener.trouble().unwrap().text;
        assert!(told.starts_with("k:9092/bootstrap: Disconnected"), "{told}");
        assert!(told.ends_with(CLOSED_AT_ONCE), "{told}");
    }

    #[test]
    fn a_connection_that_is_closed_at_once_may_fail_while_sending() {
        let listener = Listener::new("kafka.main");
        listener.note(
            Code::BrokerTransportFailure,
            "ssl://k:9092/bootstrap: Send failed: SSL transport error: Broken pipe (after 12ms in state APIVERSION_QUERY)",
        );
        let told = listener.trouble().unwrap().text;
        assert!(told.ends_with(CLOSED_AT_ONCE), "{told}");
        listener.note(
            Code::BrokerTransportFailure,
            "k:9092: Receive failed: Connection reset by peer (after 70000ms in state UP)",
        );
        let told = listener.trouble().unwrap().text;
        assert!(told.ends_with("Connection reset by peer"), "{told}");
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
