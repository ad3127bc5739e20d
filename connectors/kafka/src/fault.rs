//! librdkafka's errors, sorted by what a stage does about them and put into words that name the
//! cause. Knows no client and does no I/O.

use dateline_pipeline::fault::{Class, Fault};
use rdkafka::error::{KafkaError as ClientError, RDKafkaErrorCode as Code};

/// What an error code means to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Authentication,
    Tls,
    Authorization,
    UnknownTopic,
    Fenced,
    /// The record, or the set it travelled in, is not accepted; others may be.
    Refused,
    Unsupported,
    Unreachable,
    Timeout,
    Broker,
}

impl Kind {
    pub(crate) fn of(code: Code) -> Kind {
        match code {
            Code::Authentication | Code::SaslAuthenticationFailed | Code::IllegalSASLState => {
                Kind::Authentication
            }
            Code::SSL => Kind::Tls,
            Code::TopicAuthorizationFailed
            | Code::GroupAuthorizationFailed
            | Code::ClusterAuthorizationFailed
            | Code::TransactionalIdAuthorizationFailed => Kind::Authorization,
            Code::UnknownTopic
            | Code::UnknownTopicOrPartition
            | Code::UnknownPartition
            | Code::UnknownTopicId
            | Code::InvalidTopic => Kind::UnknownTopic,
            Code::Fenced | Code::ProducerFenced | Code::InvalidProducerEpoch => Kind::Fenced,
            Code::MessageSizeTooLarge
            | Code::MessageBatchTooLarge
            | Code::InvalidMessageSize
            | Code::InvalidRecord
            | Code::InvalidTimestamp => Kind::Refused,
            Code::UnsupportedSASLMechanism
            | Code::UnsupportedVersion
            | Code::UnsupportedFeature
            | Code::UnsupportedForMessageFormat
            | Code::UnsupportedCompressionType
            | Code::InvalidTransactionTimeout
            | Code::InvalidConfig
            | Code::InvalidArgument
            | Code::InvalidRequiredAcks
            | Code::PolicyViolation
            | Code::SecurityDisabled => Kind::Unsupported,
            Code::Resolve
            | Code::BrokerTransportFailure
            | Code::AllBrokersDown
            | Code::NetworkException => Kind::Unreachable,
            Code::OperationTimedOut
            | Code::MessageTimedOut
            | Code::RequestTimedOut
            | Code::TimedOutQueue => Kind::Timeout,
            _ => Kind::Broker,
        }
    }

    /// The word for metrics.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Kind::Authentication => "authentication",
            Kind::Tls => "tls",
            Kind::Authorization => "authorization",
            Kind::UnknownTopic => "unknown_topic",
            Kind::Fenced => "fenced",
            Kind::Refused => "refused",
            Kind::Unsupported => "unsupported",
            Kind::Unreachable => "unreachable",
            Kind::Timeout => "timeout",
            Kind::Broker => "broker",
        }
    }

    /// A refused record is poison only once it was refused alone; that is for the sink to say.
    pub(crate) fn class(self) -> Class {
        match self {
            Kind::Authentication
            | Kind::Tls
            | Kind::Authorization
            | Kind::UnknownTopic
            | Kind::Unsupported => Class::Permanent,
            Kind::Fenced | Kind::Refused | Kind::Unreachable | Kind::Timeout | Kind::Broker => {
                Class::Transient
            }
        }
    }

    /// What the reader of the message can do, where no more is known.
    fn advice(self) -> &'static str {
        match self {
            Kind::Authentication => "check the sink's sasl settings",
            Kind::Tls => "check the sink's tls settings and the broker's certificate",
            Kind::Authorization => {
                "the user needs Write and Describe on the topic and, for exactly_once, on the transactional id, \
                 and Read on the consumer group dateline-*"
            }
            Kind::UnknownTopic => "create the topic, or let the brokers create topics",
            Kind::Fenced => {
                "another producer uses the same transactional id: let one daemon alone use it"
            }
            Kind::Unsupported => "change the sink's settings to what the brokers support",
            Kind::Unreachable => "check the sink's brokers and that they are up",
            Kind::Refused | Kind::Timeout | Kind::Broker => "",
        }
    }

    /// Whether waiting longer for the same client is of no use.
    pub(crate) fn is_hopeless(self) -> bool {
        matches!(
            self,
            Kind::Authentication | Kind::Tls | Kind::Authorization | Kind::Unsupported
        )
    }

    /// Whether this kind only says that something did not happen, not why.
    fn is_vague(self) -> bool {
        matches!(self, Kind::Timeout | Kind::Unreachable | Kind::Broker)
    }

    /// The larger, the more it tells about the cause of a failure.
    pub(crate) fn weight(self) -> u8 {
        match self {
            Kind::Authentication | Kind::Tls => 4,
            Kind::Authorization | Kind::UnknownTopic | Kind::Fenced | Kind::Unsupported => 3,
            Kind::Unreachable => 2,
            Kind::Refused | Kind::Broker => 1,
            Kind::Timeout => 0,
        }
    }
}

/// Something that went wrong, in librdkafka's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Trouble {
    pub(crate) code: Code,
    pub(crate) text: String,
}

impl Trouble {
    pub(crate) fn new(code: Code, text: impl Into<String>) -> Trouble {
        Trouble {
            code,
            text: text.into(),
        }
    }

    /// What the code means; librdkafka has none of its own for some troubles with certificates.
    pub(crate) fn kind(&self) -> Kind {
        match Kind::of(self.code) {
            // A client's certificate is refused after the handshake, when the connection seems up.
            Kind::Unreachable if self.is_refused_certificate() => Kind::Tls,
            // Files are read when the client is made.
            Kind::Unsupported if self.text.starts_with("ssl.") => Kind::Tls,
            kind => kind,
        }
    }

    /// The broker's TLS alerts about the certificate of its client, or the lack of one.
    fn is_refused_certificate(&self) -> bool {
        self.text.contains(" alert ")
            && ["certificate", "unknown ca"]
                .iter()
                .any(|word| self.text.contains(word))
    }

    /// What the reader of the message can do.
    fn advice(&self) -> &'static str {
        let says = |words: &str| self.text.contains(words);
        match self.kind() {
            Kind::Tls if self.is_refused_certificate() => {
                "the broker wants a certificate of its clients that it trusts: set the sink's tls.cert_file and \
                 tls.key_file to one"
            }
            Kind::Tls if says("certificate verify failed") => {
                "set the sink's tls.ca_file to the authority that signed the brokers' certificates, and name the \
                 brokers as their certificates do"
            }
            Kind::Tls if says("ssl.key.location") => {
                "check that the sink's tls.key_file belongs to its tls.cert_file, and its tls.key_password"
            }
            Kind::Unreachable if says(CLOSED_AT_ONCE) || says("PLAINTEXT") => {
                "check that the sink's tls and sasl settings are what that port of the broker wants"
            }
            kind => kind.advice(),
        }
    }
}

impl From<&ClientError> for Trouble {
    fn from(error: &ClientError) -> Trouble {
        let code = match error {
            ClientError::ClientConfig(..) | ClientError::ClientCreation(_) => Code::InvalidConfig,
            other => other.rdkafka_error_code().unwrap_or(Code::Fail),
        };
        let text = match error {
            ClientError::Transaction(inner) => inner.string(),
            ClientError::ClientCreation(reason) => reason.clone(),
            ClientError::ClientConfig(_, reason, ..) => reason.clone(),
            other => match other.rdkafka_error_code() {
                Some(code) => code.to_string(),
                None => other.to_string(),
            },
        };
        Trouble { code, text }
    }
}

/// The fault for `direct`, which a call or a delivery report gave, told by its `cause` where the
/// client heard of one and the direct error only says that something did not happen.
pub(crate) fn describe(
    sink: &str,
    brokers: &str,
    doing: &str,
    direct: &Trouble,
    cause: Option<&Trouble>,
) -> Fault {
    let telling = match cause {
        Some(cause)
            if direct.kind().is_vague() && cause.kind().weight() >= direct.kind().weight() =>
        {
            cause
        }
        _ => direct,
    };
    let kind = telling.kind();
    let mut reason = format!(
        "{sink}: {doing} at {brokers} failed: {}",
        in_our_words(&telling.text)
    );
    // Both the plain time-out and the network's words are wanted where neither explains all.
    if let Some(cause) = cause.filter(|cause| *cause != telling && direct.kind().is_vague()) {
        reason.push_str(&format!(" (last heard: {})", in_our_words(&cause.text)));
    }
    let advice = telling.advice();
    if !advice.is_empty() {
        reason.push_str("; ");
        reason.push_str(advice);
    }
    Fault {
        class: kind.class(),
        kind: kind.as_str(),
        reason,
    }
}

/// Said of a broker that takes a connection and ends it when it hears what is spoken.
pub(crate) const CLOSED_AT_ONCE: &str = "as soon as it was made";

/// Properties that librdkafka's messages name, and the settings that they come from.
const SETTINGS: [(&str, &str); 4] = [
    ("ssl.ca.location", "tls.ca_file"),
    ("ssl.certificate.location", "tls.cert_file"),
    ("ssl.key.location", "tls.key_file"),
    ("ssl.key.password", "tls.key_password"),
];

/// librdkafka's words in one line, with the names of settings that a user knows.
fn in_our_words(text: &str) -> String {
    let line = one_line(text);
    SETTINGS.iter().fold(line, |line, (property, setting)| {
        line.replace(property, setting)
    })
}

/// librdkafka's words in one line, without the count of milliseconds that would make every message
/// differ from the last.
pub(crate) fn one_line(text: &str) -> String {
    let mut line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some(start) = line.rfind(" (after ")
        && line.ends_with(')')
    {
        line.truncate(start);
    }
    line
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;

    #[test]
    fn a_time_out_is_told_by_its_cause() {
        let direct = Trouble::new(Code::OperationTimedOut, "timed out");
        let cause = Trouble::new(
            Code::Authentication,
            "sasl_plaintext://k:9092/bootstrap: SASL authentication error: wrong password (after 3ms in state AUTH)",
        );
        let fault = describe(
            "kafka.main",
            "k:9092",
            "starting the producer",
            &direct,
            Some(&cause),
        );
        assert_eq!(fault.class, Class::Permanent);
        assert_eq!(fault.kind, "authentication");
        assert!(
            fault
                .reason
                .contains("wrong password; check the sink's sasl settings"),
            "{fault}"
        );
        assert!(
            fault
                .reason
                .starts_with("kafka.main: starting the producer at k:9092 failed: "),
            "{fault}"
        );
        assert!(!fault.reason.contains("3ms"), "{fault}");
    }

    #[test]
    fn a_telling_error_is_not_hidden_by_an_older_network_error() {
        let direct = Trouble::new(Code::UnknownTopic, "Local: Unknown topic");
        let cause = Trouble::new(Code::BrokerTransportFailure, "connection refused");
        let fault = describe("kafka.main", "k:9092", "delivering", &direct, Some(&cause));
        assert_eq!(
            (fault.class, fault.kind),
            (Class::Permanent, "unknown_topic")
        );
        assert!(!fault.reason.contains("refused"), "{fault}");
    }

    #[test]
    fn troubles_with_certificates_are_permanent_and_tell_the_setting() {
        for (code, text, setting) in [
            (
                Code::BrokerTransportFailure,
                "Receive failed: error:0A00045C:SSL routines::tlsv13 alert certificate required: SSL alert number 116",
                "tls.cert_file",
            ),
            (
                Code::BrokerTransportFailure,
                "Receive failed: error:0A000418:SSL routines::tlsv1 alert unknown ca: SSL alert number 48",
                "tls.cert_file",
            ),
            (
                Code::InvalidConfig,
                "ssl.key.location failed: error:0A080009:SSL routines::PEM lib",
                "tls.key_password",
            ),
            (
                Code::SSL,
                "SSL handshake failed: error:0A000086:SSL routines::certificate verify failed",
                "tls.ca_file",
            ),
        ] {
            let fault = describe("s", "b", "connecting", &Trouble::new(code, text), None);
            assert_eq!(
                (fault.class, fault.kind),
                (Class::Permanent, "tls"),
                "{text}"
            );
            assert!(fault.reason.contains(setting), "{fault}");
            assert!(!fault.reason.contains(".location"), "{fault}");
        }
        let closed = Trouble::new(
            Code::BrokerTransportFailure,
            format!("Disconnected: connection closed by peer {CLOSED_AT_ONCE}"),
        );
        let fault = describe("s", "b", "connecting", &closed, None);
        assert_eq!((fault.class, fault.kind), (Class::Transient, "unreachable"));
        assert!(fault.reason.contains("tls and sasl settings"), "{fault}");
    }

    #[test]
    fn what_may_pass_is_transient_and_what_must_be_mended_is_permanent() {
        for (code, class, kind) in [
            (Code::AllBrokersDown, Class::Transient, "unreachable"),
            (Code::Resolve, Class::Transient, "unreachable"),
            (Code::MessageTimedOut, Class::Transient, "timeout"),
            (Code::NotEnoughReplicas, Class::Transient, "broker"),
            (Code::CoordinatorLoadInProgress, Class::Transient, "broker"),
            (Code::ProducerFenced, Class::Transient, "fenced"),
            (
                Code::TopicAuthorizationFailed,
                Class::Permanent,
                "authorization",
            ),
            (
                Code::InvalidTransactionTimeout,
                Class::Permanent,
                "unsupported",
            ),
            (Code::SSL, Class::Permanent, "tls"),
        ] {
            let fault = describe("s", "b", "delivering", &Trouble::new(code, "x"), None);
            assert_eq!((fault.class, fault.kind), (class, kind), "{code:?}");
        }
    }
}
