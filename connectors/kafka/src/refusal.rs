//! What is said about a record that a topic does not take.

use std::time::Duration;

use dateline_pipeline::fault::Fault;
use dateline_pipeline::sink::Entry;
use rdkafka::ClientConfig;
use rdkafka::admin::{AdminClient, AdminOptions, ResourceSpecifier};
use rdkafka::client::DefaultClientContext;
use rdkafka::error::RDKafkaErrorCode as Code;

/// How long to ask for a topic's limit: the answer only makes a message better.
const ASK: Duration = Duration::from_secs(5);

/// Who refused a record, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The client, whose limit is so many bytes.
    Client { limit: u64 },
    /// The broker.
    Broker(Code),
}

/// The poison fault for `entry`, whose topic takes messages up to `topic_limit` bytes, if known.
pub(crate) fn fault(
    sink: &str,
    topic: &str,
    entry: &Entry,
    refusal: Refusal,
    topic_limit: Option<u64>,
) -> Fault {
    let bytes = entry.body.len();
    let record = format!("{sink}: record {} of {bytes} bytes", entry.id);
    let too_large =
        |what: String| Fault::poison("too_large", format!("{record} is larger than {what}"));
    match refusal {
        Refusal::Client { limit } => too_large(format!(
            "the client's limit of {limit} bytes: raise property message.max.bytes of the sink and \
             max.message.bytes of topic {topic}"
        )),
        Refusal::Broker(
            Code::MessageSizeTooLarge | Code::MessageBatchTooLarge | Code::InvalidMessageSize,
        ) => {
            let limit =
                topic_limit.map_or_else(String::new, |limit| format!("'s limit of {limit} bytes"));
            too_large(format!(
                "topic {topic}{limit} takes: raise its max.message.bytes, or message.max.bytes of the brokers"
            ))
        }
        Refusal::Broker(code) => Fault::poison(
            "refused",
            format!("{record} is refused by topic {topic}: {code}"),
        ),
    }
}

/// The largest message that `topic` takes, in bytes, where the broker tells.
pub(crate) async fn topic_limit(connection: &ClientConfig, topic: &str) -> Option<u64> {
    let admin: AdminClient<DefaultClientContext> = connection.create().ok()?;
    let options = AdminOptions::new().request_timeout(Some(ASK));
    let topic = ResourceSpecifier::Topic(topic);
    let answer = tokio::time::timeout(ASK, admin.describe_configs([&topic], &options)).await;
    // Its end waits for a thread.
    drop(tokio::task::spawn_blocking(move || drop(admin)));
    let resource = answer.ok()?.ok()?.pop()?.ok()?;
    resource
        .get("max.message.bytes")?
        .value
        .as_deref()?
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;
    use dateline_pipeline::fault::Class;

    #[test]
    fn size_limit_and_remedy_are_said() {
        let entry = Entry {
            seq: 7,
            id: "abc".to_owned(),
            revision: 1,
            op: "new".to_owned(),
            source: "wire".to_owned(),
            kind: "feed".to_owned(),
            language: None,
            body: vec![b'x'; 70_000],
            trace: None,
        };
        let said = |refusal, limit| {
            let fault = fault("kafka.main", "news", &entry, refusal, limit);
            assert_eq!(fault.class, Class::Poison);
            fault.reason
        };
        let broker = said(Refusal::Broker(Code::MessageSizeTooLarge), Some(50_000));
        for word in [
            "kafka.main",
            "abc",
            "70000",
            "news",
            "50000",
            "max.message.bytes",
        ] {
            assert!(broker.contains(word), "{broker}");
        }
        assert!(
            said(Refusal::Broker(Code::MessageSizeTooLarge), None).contains("max.message.bytes")
        );
        assert!(said(Refusal::Client { limit: 60_000 }, None).contains("60000"));
        assert!(said(Refusal::Broker(Code::InvalidRecord), None).contains("refused by topic news"));
    }
}
