//! How the sink comes by a producer, and by one that packs messages otherwise, and how it lets go of it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use dateline_pipeline::fault::Fault;

use crate::bookmark::Bookmark;
use crate::lease::{Lease, Waiting};
use crate::properties::{self, Packing};
use crate::session::Session;
use crate::sink::KafkaSink;

/// How long connecting may take: a broker that was killed needs some seconds to find itself again,
/// and a wrong password is noticed at once anyway.
const OPEN_LIMIT: Duration = Duration::from_secs(30);

/// How long the end of the producer may take when the sink is closed.
const CLOSE_LIMIT: Duration = Duration::from_secs(5);

/// A producer that is ready.
pub(crate) struct Open {
    pub(crate) lease: Lease,
    pub(crate) packing: Packing,
}

impl KafkaSink {
    /// Makes sure that the producer packs messages like `packing`.
    pub(crate) async fn pack(&mut self, packing: Packing) -> Result<(), Fault> {
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
    pub(crate) async fn connect(&mut self, packing: Packing) -> Result<(Open, Option<i64>), Fault> {
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

    pub(crate) async fn end(&mut self) {
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
