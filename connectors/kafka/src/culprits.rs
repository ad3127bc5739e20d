//! Which records of a refused batch it is that a topic does not take, and how small its message sets must be.

use std::sync::Arc;

use dateline_pipeline::fault::Fault;
use dateline_pipeline::sink::{Delivered, Entry};

use crate::delivery::Outcome;
use crate::properties::{self, Packing};
use crate::refusal::{self, Refusal};
use crate::sink::KafkaSink;

/// Records sent one by one to find those that a topic does not take: each costs a round trip
/// to the broker, shared by five.
const SINGLE_RECORDS: usize = 500;

/// Smallest message set that a topic's limit drives the sink to, in bytes.
const SET_BYTES_FLOOR: u64 = 1024;

/// Bytes left free between a message set and the topic's limit, for what frames it.
const SET_OVERHEAD: u64 = 512;

impl KafkaSink {
    /// Deals with a batch of which whole sets were refused. One record too large takes its
    /// neighbours with it, and a topic with a low limit refuses sets of small records.
    pub(crate) async fn single_out(
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
            // Not of records that go one by one.
            Outcome::Suspected { .. } => Err(Fault::transient(
                "refused",
                format!("{}: a set of one record is in doubt", self.name),
            )),
            Outcome::Done => {
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

    pub(crate) async fn refused(
        &self,
        batch: &[Entry],
        refused: Vec<(usize, Refusal)>,
    ) -> Delivered {
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
    pub(crate) async fn learn_limit(&mut self) {
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
}
