//! What a hub sent, and waits for the feed's next turn. Values only.

use std::collections::VecDeque;

use tokio::sync::{OwnedSemaphorePermit, oneshot};

/// Contents that wait for a feed's turn: a hub that sends faster is told to come again.
const MAX_WAITING: usize = 8;

/// A content with a good signature.
#[derive(Debug)]
pub(crate) struct Push {
    pub(crate) bytes: Vec<u8>,
    pub(crate) content_type: Option<String>,
    /// The address that the content is that of.
    pub(crate) topic: String,
    /// Told when it is committed.
    pub(crate) receipt: oneshot::Sender<()>,
    /// Its share of the memory for contents.
    pub(super) _room: OwnedSemaphorePermit,
}

/// Everything that came since the last turn.
#[derive(Debug, Default)]
pub(crate) struct Arrivals {
    pub(crate) pushes: VecDeque<Push>,
    /// The hub verified the subscription, and grants so many seconds.
    pub(crate) verified: Option<Option<u64>>,
    /// The hub denies the subscription, for this reason.
    pub(crate) denied: Option<String>,
    /// Something came that could not be taken: the feed itself must be asked.
    pub(crate) missed: bool,
}

impl Arrivals {
    /// Takes a content, unless too many are waiting. Those that nobody waits for any more make room:
    /// the hub was told to come again with them.
    pub(super) fn add(&mut self, push: Push) -> bool {
        self.pushes.retain(|push| !push.receipt.is_closed());
        let room = self.pushes.len() < MAX_WAITING;
        if room {
            self.pushes.push_back(push);
        }
        room
    }
}
