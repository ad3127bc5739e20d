//! Tries the brokers of a sink without writing anything: `dateline check --online`.

use std::time::{Duration, Instant};

use dateline_config::KafkaSink as Settings;
use dateline_pipeline::fault::Fault;
use rdkafka::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::RDKafkaErrorCode as Code;

use crate::KafkaError;
use crate::client::{Listener, serve_consumer};
use crate::fault::{Kind, Trouble, describe};
use crate::properties;
use crate::topic::Template;

/// How long a probe may take.
const PROBE_LIMIT: Duration = Duration::from_secs(10);

/// How long one question may take before errors are looked at.
const SLICE: Duration = Duration::from_millis(500);

/// What the brokers say about a sink's settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// Addresses of the cluster's brokers, `host:port`.
    pub brokers: Vec<String>,
    /// The topics that the settings name; a template with placeholders names none.
    pub topics: Vec<ProbedTopic>,
}

/// A topic, as far as a probe can tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProbedTopic {
    /// Its name.
    pub name: String,
    /// Number of its partitions; `None` where it does not exist. The brokers may create it when
    /// the first record arrives.
    pub partitions: Option<usize>,
}

/// Connects with `settings`, logs in, and looks at the topics; creates and writes nothing.
///
/// # Errors
///
/// When the settings are wrong or the brokers cannot be reached or refuse, within 10 seconds or so.
pub async fn probe(settings: &Settings) -> Result<Probe, KafkaError> {
    let name = "kafka";
    properties::check(name, settings)?;
    let topic = Template::parse(&settings.topic).map_err(|reason| KafkaError::Template {
        sink: name.to_owned(),
        template: settings.topic.clone(),
        reason,
    })?;
    let mut topics: Vec<String> = topic.fixed().map(str::to_owned).into_iter().collect();
    topics.extend(
        settings
            .position_topic
            .clone()
            .filter(|_| properties::is_exactly_once(settings)),
    );
    topics.dedup();
    let settings = settings.clone();
    let looked = tokio::task::spawn_blocking(move || {
        let config = properties::consumer(name, &settings, "dateline-probe")?;
        look(name, &settings, &config, topics)
    });
    let probe = looked.await.map_err(|error| {
        Fault::transient(
            "internal",
            format!("{name}: the client's thread ended: {error}"),
        )
    })??;
    Ok(probe)
}

fn look(
    name: &str,
    settings: &Settings,
    config: &ClientConfig,
    topics: Vec<String>,
) -> Result<Probe, Fault> {
    let brokers = settings.brokers.join(",");
    let deadline = Instant::now() + PROBE_LIMIT;
    let fault = |trouble: &Trouble, cause: Option<Trouble>| {
        describe(name, &brokers, "connecting", trouble, cause.as_ref())
    };
    let client: BaseConsumer<Listener> = config
        .create_with_context(Listener::new(name))
        .map_err(|error| fault(&Trouble::from(&error), None))?;
    let mut probe = Probe {
        brokers: Vec::new(),
        topics: Vec::new(),
    };
    // A template names no topic to ask for; the brokers are of interest all the same.
    let questions: Vec<Option<&str>> = match topics.as_slice() {
        [] => vec![None],
        names => names.iter().map(|name| Some(name.as_str())).collect(),
    };
    for question in questions {
        let metadata = loop {
            match client.fetch_metadata(question, SLICE) {
                Ok(metadata) => break metadata,
                Err(error) => {
                    serve_consumer(&client);
                    let cause = client.context().trouble();
                    let hopeless = cause
                        .as_ref()
                        .is_some_and(|cause| cause.kind().is_hopeless());
                    if hopeless || Instant::now() >= deadline {
                        return Err(fault(&Trouble::from(&error), cause));
                    }
                }
            }
        };
        probe.brokers = metadata
            .brokers()
            .iter()
            .map(|broker| format!("{}:{}", broker.host(), broker.port()))
            .collect();
        let Some(topic) = question else { continue };
        let known = metadata.topics().iter().find(|known| known.name() == topic);
        let error = known.and_then(|known| known.error()).map(Code::from);
        if let Some(code) = error.filter(|code| Kind::of(*code).is_hopeless()) {
            return Err(fault(
                &Trouble::new(code, format!("topic {topic}: {code}")),
                None,
            ));
        }
        probe.topics.push(ProbedTopic {
            name: topic.to_owned(),
            partitions: known
                .map(|known| known.partitions().len())
                .filter(|count| error.is_none() && *count > 0),
        });
    }
    Ok(probe)
}
