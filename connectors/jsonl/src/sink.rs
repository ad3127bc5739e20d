//! The sink as the deliver stage sees it.
//!
//! Nothing here touches the disk: each call does its file work in one job on a blocking thread, and
//! closed files are finished by another in the background.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use dateline_pipeline::clock::{Clock, after, between};
use dateline_pipeline::fault::{Class, Fault};
use dateline_pipeline::sink::{Appetite, Delivered, Entry, Opened, Sink, Stored};
use futures::future::BoxFuture;
use jiff::Timestamp;
use serde_json::Value;
use tokio::task::JoinHandle;

use crate::codec::Codec;
use crate::error::Error;
use crate::finish::{Finished, finish};
use crate::folder::Folder;
use crate::lines::Lines;
use crate::lock::Lock;
use crate::session::{Limits, Session};
use crate::state::{ClosingFile, State};
use crate::template::Template;

/// The largest batch: one write and one sync of some megabytes cost little more than of one record,
/// and the batch and its bytes in memory stay small. With fewer records waiting than that, a
/// twentieth of a second more bounds the syncs to twenty a second.
const APPETITE: Appetite = Appetite {
    records: 1024,
    bytes: 4 << 20,
    linger: Duration::from_millis(50),
};

/// Wait before a file is tried to be finished again, for instance while the disk is full.
const FINISH_AGAIN: Duration = Duration::from_secs(30);

/// Writes records as lines of JSON into files below a folder.
#[derive(Debug)]
pub struct JsonlSink {
    name: String,
    folder: Result<Arc<Folder>, Fault>,
    limits: Limits,
    codec: Option<Codec>,
    clock: Clock,
    lock: Option<Arc<Lock>>,
    session: Option<Session>,
    finishing: Option<Finishing>,
    /// No file is tried to be finished before.
    finish_from: Timestamp,
    /// Tells a compression that outlives the sink to end.
    stop: Arc<AtomicBool>,
}

/// A file that is being finished in the background.
#[derive(Debug)]
struct Finishing {
    closing: ClosingFile,
    job: JoinHandle<Result<Finished, Error>>,
}

impl JsonlSink {
    /// The sink `[sinks.jsonl.NAME]`. Nothing is done before [`Sink::open`], which also tells what
    /// is wrong with the settings.
    pub fn new(name: &str, settings: &dateline_config::JsonlSink, clock: Clock) -> JsonlSink {
        let folder = Template::parse(&settings.file, name).map(|template| {
            Arc::new(Folder {
                sink: name.to_owned(),
                dir: settings.dir.clone(),
                template,
                sync: settings.fsync,
            })
        });
        JsonlSink {
            name: format!("jsonl.{name}"),
            folder: folder.map_err(Fault::from),
            limits: Limits {
                size: settings.rotate_size.0,
                age: settings.rotate_every,
            },
            codec: Codec::configured(settings.compress),
            clock,
            lock: None,
            session: None,
            finishing: None,
            finish_from: Timestamp::MIN,
            stop: Arc::default(),
        }
    }

    async fn open_session(&mut self, stored: Stored) -> Result<Opened, Fault> {
        self.session = None;
        let folder = self.folder.clone()?;
        let held = self.lock.clone();
        let position = stored.position;
        let (lock, session) = blocking(move || {
            folder.prepare()?;
            let lock = match held {
                Some(lock) => lock,
                None => Arc::new(Lock::take(&folder.dir, &folder.sink)?),
            };
            let session = Session::open(&folder, stored);
            Ok((lock, session))
        })
        .await?;
        // Held even where the session is not: these files are this sink's to recover.
        self.lock = Some(lock);
        let session = session?;
        let detail = session.state.to_detail();
        self.session = Some(session);
        self.finish_from = Timestamp::MIN;
        Ok(Opened { position, detail })
    }

    async fn turn(&mut self, batch: &[Entry]) -> Result<Delivered, Fault> {
        let (lock, mut session) = self.take_session()?;
        let folder = self.folder.clone()?;
        // The stage committed whatever the last call returned.
        let committed = session.state.clone();
        let now = self.clock.now();
        let finished = self.finished(now).await?;
        let (lines, refused) = Lines::of(batch);
        let limits = self.limits;
        let mut records = 0;
        if finished.is_some() || !lines.is_empty() || session.is_due(limits, now) {
            (session, records) = blocking(move || {
                let _held = lock;
                if let Some((closing, finished)) = finished {
                    session.note(&folder, &closing, finished, now)?;
                }
                let records = session.turn(&folder, limits, now, &lines)?;
                Ok((session, records))
            })
            .await?;
        }
        self.finish_next(&committed, &session.state, now)?;
        let detail = (session.state != committed).then(|| session.state.to_detail());
        self.session = Some(session);
        Ok(Delivered {
            records,
            refused,
            detail,
        })
    }

    async fn wind_up(&mut self) -> Result<Option<Value>, Fault> {
        let waited = self.wait_for_finishing().await;
        let taken = self.take_session();
        self.lock = None;
        let Ok((lock, mut session)) = taken else {
            return Ok(None);
        };
        let folder = self.folder.clone()?;
        let (codec, now, stop) = (self.codec, self.clock.now(), self.stop.clone());
        let detail = blocking(move || {
            let _held = lock;
            if let Some((closing, Ok(finished))) = waited {
                session.note(&folder, &closing, finished, now)?;
            }
            session.wind_up(&folder, codec, now, &stop)?;
            Ok(session.state.to_detail())
        })
        .await?;
        Ok(Some(detail))
    }

    /// The session, to be put back if all goes well, and its lock, to be held as long as a job
    /// works on it: the job goes on where this future is dropped.
    fn take_session(&mut self) -> Result<(Arc<Lock>, Session), Fault> {
        match (&self.lock, self.session.take()) {
            (Some(lock), Some(session)) => Ok((lock.clone(), session)),
            _ => Err(Fault::transient(
                "not_open",
                format!("{} is not open", self.name),
            )),
        }
    }

    /// What became of the file in the background, once it is known. A fault that may pass is said
    /// and tried again later: delivery does not wait for it.
    async fn finished(&mut self, now: Timestamp) -> Result<Option<(ClosingFile, Finished)>, Fault> {
        if !self
            .finishing
            .as_ref()
            .is_some_and(|finishing| finishing.job.is_finished())
        {
            return Ok(None);
        }
        match self.wait_for_finishing().await {
            None => Ok(None),
            Some((closing, Ok(finished))) => Ok(Some((closing, finished))),
            Some((closing, Err(fault))) if fault.class == Class::Transient => {
                self.finish_from = after(now, FINISH_AGAIN);
                tracing::warn!(
                    sink = %self.name,
                    file = closing.target(),
                    kind = fault.kind,
                    "a closed file cannot be finished now and is tried again: {fault}"
                );
                Ok(None)
            }
            Some((_, Err(fault))) => Err(fault),
        }
    }

    async fn wait_for_finishing(&mut self) -> Option<(ClosingFile, Result<Finished, Fault>)> {
        let Finishing { closing, job } = self.finishing.take()?;
        let done = match job.await {
            Ok(done) => done.map_err(Fault::from),
            Err(error) => Err(interrupted(&error)),
        };
        Some((closing, done))
    }

    /// Begins to finish the oldest file that is closed, and committed to be, unless one is being
    /// finished.
    fn finish_next(
        &mut self,
        committed: &State,
        state: &State,
        now: Timestamp,
    ) -> Result<(), Fault> {
        let Some(lock) = self.lock.clone() else {
            return Ok(());
        };
        let wait = between(now, self.finish_from);
        // A longer one is of a clock that has been set back.
        let is_early = !wait.is_zero() && wait <= FINISH_AGAIN;
        if self.finishing.is_some() || is_early {
            return Ok(());
        }
        let Some(closing) = state
            .closing
            .iter()
            .find(|closing| committed.closing.contains(closing))
        else {
            return Ok(());
        };
        let closing = closing.clone();
        let (folder, codec, stop) = (self.folder.clone()?, self.codec, self.stop.clone());
        let task = closing.clone();
        let job = tokio::task::spawn_blocking(move || {
            let _held = lock;
            finish(&folder, &task, codec, &stop)
        });
        self.finishing = Some(Finishing { closing, job });
        Ok(())
    }
}

impl Sink for JsonlSink {
    fn name(&self) -> &str {
        &self.name
    }

    fn appetite(&self) -> Appetite {
        APPETITE
    }

    fn open<'a>(&'a mut self, stored: Stored) -> BoxFuture<'a, Result<Opened, Fault>> {
        Box::pin(self.open_session(stored))
    }

    fn deliver<'a>(&'a mut self, batch: &'a [Entry]) -> BoxFuture<'a, Result<Delivered, Fault>> {
        Box::pin(self.turn(batch))
    }

    fn close<'a>(&'a mut self) -> BoxFuture<'a, Result<Option<Value>, Fault>> {
        Box::pin(self.wind_up())
    }
}

impl Drop for JsonlSink {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

/// Does file work where it may block.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Fault> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done.map_err(Fault::from),
        Err(error) => Err(interrupted(&error)),
    }
}

fn interrupted(error: &tokio::task::JoinError) -> Fault {
    Fault::transient(
        "interrupted",
        format!("file work ended before it was done: {error}"),
    )
}
