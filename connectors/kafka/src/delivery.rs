//! One batch on its way: in a transaction together with the position, or without one.

use std::sync::Arc;
use std::time::{Duration, Instant};

use dateline_pipeline::crash;
use dateline_pipeline::fault::Fault;
use dateline_pipeline::sink::Entry;
use rdkafka::error::RDKafkaErrorCode as Code;

use crate::fault::{Kind, Trouble};
use crate::properties::{self, Packing};
use crate::refusal::Refusal;
use crate::session::{Pushed, Session};
use crate::sink::KafkaSink;

/// What a commit is given at least, when sending took most of the transaction's time.
const COMMIT_LIMIT: Duration = Duration::from_secs(10);

/// How long an abort may take. It is done early only for the consumers' sake; the next open ends
/// every transaction left open.
const ABORT_LIMIT: Duration = Duration::from_secs(5);

/// Records handed to the queue before other tasks get their turn, a millisecond's work or so.
const PUSHES_PER_TURN: usize = 512;

/// What became of a batch.
pub(crate) enum Outcome {
    /// Every record is durable.
    Done,
    /// Nothing may be believed durable but what lies before the first of these, and that only
    /// without transactions. Each is the index of an entry that can never be taken.
    Refused(Vec<(usize, Refusal)>),
    /// Sets of records were refused, from the first to the last of these indices: one among them is
    /// not taken, or the sets are too large.
    Suspected { first: usize, last: usize },
}

impl KafkaSink {
    /// Delivers `batch` as the settings promise. After an error the producer is gone.
    pub(crate) async fn attempt(&mut self, batch: &[Entry]) -> Result<Outcome, Fault> {
        if self.position_topic.is_some() {
            self.transact(batch).await
        } else {
            self.produce(batch).await
        }
    }

    /// Delivers `batch` and the position behind it in one transaction; of an empty batch the
    /// position alone. After an error the producer is gone.
    pub(crate) async fn transact(&mut self, batch: &[Entry]) -> Result<Outcome, Fault> {
        let open = self.open.take().ok_or_else(|| self.not_open())?;
        let session = open.lease.session().ok_or_else(|| self.not_open())?;
        let deadline = Instant::now() + self.settings.transaction_timeout;
        let position = batch.last().map_or(self.position, |entry| entry.seq);

        self.step(&session, "beginning a transaction", Session::begin)
            .await?;
        crash::point("kafka.begun");
        let oversized = self.push_all(&session, batch, deadline).await?;
        crash::point("kafka.sent");
        if !oversized.is_empty() {
            self.step(&session, "aborting", |s| {
                s.abort(Instant::now() + ABORT_LIMIT)
            })
            .await?;
            drop(session.take_failed());
            self.open = Some(open);
            return Ok(Outcome::Refused(oversized));
        }

        let failed = self
            .step(&session, "delivering", move |session| {
                complete(session, position, deadline)
            })
            .await?;
        if failed.is_empty() {
            self.open = Some(open);
            self.position = position;
            self.renewed = Some(Instant::now());
            return Ok(Outcome::Done);
        }
        let own = Arc::clone(&session);
        let aborted = self
            .blocking(move || own.abort(Instant::now() + ABORT_LIMIT))
            .await?;
        let outcome = self.judge(&session, batch, &failed, open.packing)?;
        if let Err(trouble) = aborted {
            return Err(self.fault("aborting", &trouble, session.cause()));
        }
        self.open = Some(open);
        Ok(outcome)
    }

    /// Delivers `batch` without a transaction. After an error the producer is gone.
    async fn produce(&mut self, batch: &[Entry]) -> Result<Outcome, Fault> {
        let open = self.open.take().ok_or_else(|| self.not_open())?;
        let session = open.lease.session().ok_or_else(|| self.not_open())?;
        let deadline = Instant::now() + self.settings.transaction_timeout;
        let oversized = self.push_all(&session, batch, deadline).await?;
        crash::point("kafka.sent");
        let failed = self
            .step(&session, "delivering", move |session| {
                session.drain(deadline)?;
                Ok(session.take_failed())
            })
            .await?;
        let outcome = match (failed.is_empty(), oversized.is_empty()) {
            (true, true) => Outcome::Done,
            (true, false) => Outcome::Refused(oversized),
            (false, _) => self.judge(&session, batch, &failed, open.packing)?,
        };
        if let (Outcome::Done, Some(last)) = (&outcome, batch.last()) {
            self.position = last.seq;
        }
        self.open = Some(open);
        Ok(outcome)
    }

    /// Hands the batch to the producer's queue, and returns the entries that it cannot hold. Ends
    /// early when a delivery has failed.
    async fn push_all(
        &mut self,
        session: &Arc<Session>,
        batch: &[Entry],
        deadline: Instant,
    ) -> Result<Vec<(usize, Refusal)>, Fault> {
        let limit = properties::message_limit(&self.settings);
        let template = Arc::clone(&self.topic);
        let mut oversized = Vec::new();
        for (index, entry) in batch.iter().enumerate() {
            let topic = template.render(entry);
            loop {
                match session.push(&topic, entry, index) {
                    Ok(Pushed::Queued) => break,
                    Ok(Pushed::TooLarge) => {
                        oversized.push((index, Refusal::Client { limit }));
                        break;
                    }
                    // With a failure the batch is judged as it is; the client takes no more anyway.
                    Ok(Pushed::Full) | Err(_) if session.has_failed() => return Ok(oversized),
                    Ok(Pushed::Full) => {}
                    Err(trouble) => {
                        return Err(self.fault("queueing a record", &trouble, session.cause()));
                    }
                }
                self.step(session, "waiting for the queue", move |s| {
                    s.make_room(deadline)
                })
                .await?;
            }
            if index % PUSHES_PER_TURN == PUSHES_PER_TURN - 1 {
                tokio::task::yield_now().await;
            }
        }
        Ok(oversized)
    }

    /// What failed deliveries mean. Only a record that was refused alone is surely the culprit.
    fn judge(
        &mut self,
        session: &Session,
        batch: &[Entry],
        failed: &[(usize, Code)],
        packing: Packing,
    ) -> Result<Outcome, Fault> {
        let is_refused = |(index, code): &(usize, Code)| {
            Kind::of(*code) == Kind::Refused && *index < batch.len()
        };
        let mut refused: Vec<(usize, Refusal)> = failed
            .iter()
            .filter(|failure| is_refused(failure))
            .map(|(index, code)| (*index, Refusal::Broker(*code)))
            .collect();
        refused.sort_unstable_by_key(|(index, _)| *index);
        let other = failed.iter().find(|failure| !is_refused(failure));
        // Without transactions what lies before a refused record counts as delivered.
        let must_be_mended_first = self.position_topic.is_none() && other.is_some();
        match refused.as_slice() {
            [] => Err(self.failure(session, batch, other)),
            _ if must_be_mended_first => Err(self.failure(session, batch, other)),
            [first, .., last] if packing != Packing::Single => Ok(Outcome::Suspected {
                first: first.0,
                last: last.0,
            }),
            _ => Ok(Outcome::Refused(refused)),
        }
    }

    /// Why nothing can be delivered at present.
    fn failure(
        &mut self,
        session: &Session,
        batch: &[Entry],
        failed: Option<&(usize, Code)>,
    ) -> Fault {
        let code = failed.map_or(Code::Fail, |(_, code)| *code);
        let topic = failed
            .and_then(|(index, _)| batch.get(*index))
            .map(|entry| self.topic.render(entry));
        let doing = format!("delivering to topic {}", topic.unwrap_or_default());
        self.fault(
            &doing,
            &Trouble::new(code, code.to_string()),
            session.cause(),
        )
    }
}

/// The blocking end of a transaction: position, acknowledgements, commit. Returns the messages
/// that failed; then nothing is committed.
fn complete(
    session: &Session,
    position: i64,
    deadline: Instant,
) -> Result<Vec<(usize, Code)>, Trouble> {
    session.drain(deadline)?;
    let failed = session.take_failed();
    if !failed.is_empty() {
        return Ok(failed);
    }
    // Sent together with the first messages it would find the broker still finishing the
    // transaction before, and wait for longer than the messages take.
    session.send_position(position, deadline)?;
    crash::point("kafka.position_sent");
    session.commit(deadline.max(Instant::now() + COMMIT_LIMIT))?;
    crash::point("kafka.committed");
    Ok(Vec::new())
}
