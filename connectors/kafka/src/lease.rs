//! Who holds a session, and how it ends without holding up an async thread.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::session::Session;

/// Tells blocking work to end when the one who waits for it goes away.
pub(crate) struct Waiting(Option<Arc<AtomicBool>>);

impl Waiting {
    /// A waiter, and the flag that tells when it has gone.
    pub(crate) fn new() -> (Waiting, Arc<AtomicBool>) {
        let gone = Arc::new(AtomicBool::new(false));
        (Waiting(Some(Arc::clone(&gone))), gone)
    }

    /// The work is done: nobody is to be told.
    pub(crate) fn over(mut self) {
        self.0 = None;
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if let Some(gone) = self.0.take() {
            gone.store(true, Ordering::Relaxed);
        }
    }
}

/// A session that ends on a thread of its own: the end of a producer can take seconds.
pub(crate) struct Lease(Option<Arc<Session>>);

impl Lease {
    pub(crate) fn new(session: Session) -> Lease {
        Lease(Some(Arc::new(session)))
    }

    /// The session; `None` only while the lease ends.
    pub(crate) fn session(&self) -> Option<Arc<Session>> {
        self.0.clone()
    }

    /// Ends the session and returns when that is done; blocks.
    pub(crate) fn end(mut self) {
        if let Some(session) = self.0.take() {
            session.abandon();
            drop(session);
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let Some(session) = self.0.take() else {
            return;
        };
        session.abandon();
        let ending = std::thread::Builder::new().name("kafka-end".to_owned());
        if let Err(error) = ending.spawn(move || drop(session)) {
            tracing::warn!(%error, "a kafka producer had to be ended in place");
        }
    }
}
