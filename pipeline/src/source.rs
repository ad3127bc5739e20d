//! What a source is to the collect stage.
//!
//! A source looks at the world when it is its turn and hands over a [`Harvest`]: drafts of what is
//! new, and what to remember. It writes no state itself: the stage commits the harvest as a whole,
//! and only then calls [`Source::committed`].

mod hints;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use jiff::Timestamp;
use tokio::sync::{Notify, Semaphore, oneshot};

use crate::draft::Draft;
use crate::fault::Fault;
use crate::record::SourceRef;

pub use hints::{Contact, Fresh, FreshBy, Hints, Wishes};

/// A place that articles come from.
pub trait Source: Send + Sync + 'static {
    /// Who it is.
    fn reference(&self) -> &SourceRef;

    /// When it wants its turns.
    fn rhythm(&self) -> Rhythm;

    /// Looks for new items. Never fails as a whole: what went wrong stands in the harvest.
    fn poll<'a>(&'a self, turn: Turn) -> BoxFuture<'a, Harvest>;

    /// Called after the harvest that named these files has been committed, and for files found
    /// again that were committed before. What fails here is logged by the source and comes up
    /// again at its next turn.
    fn committed<'a>(&'a self, files: Vec<PathBuf>) -> BoxFuture<'a, ()> {
        drop(files);
        Box::pin(async {})
    }
}

/// When a source wants its turns.
#[derive(Debug, Clone)]
pub struct Rhythm {
    /// Time from one turn to the next; `None` follows the arrival of new items.
    pub every: Option<Duration>,
    /// Least time between two turns where it follows the arrivals.
    pub least: Duration,
    /// Longest time between two turns where it follows the arrivals, or is told of new items.
    pub most: Duration,
    /// Whether the publisher's wishes may lengthen the time.
    pub heeds_hints: bool,
    /// The host that it asks, for limits that several sources share; `None` for local ones.
    pub host: Option<String>,
    /// Rung by the source when it has something before its time.
    pub bell: Option<Arc<Notify>>,
}

impl Rhythm {
    /// The rhythm of a local source, which is looked at regularly.
    pub fn local(every: Duration) -> Rhythm {
        Rhythm {
            every: Some(every),
            least: every,
            most: every,
            heeds_hints: false,
            host: None,
            bell: None,
        }
    }
}

/// What a source is given for one turn.
#[derive(Clone)]
pub struct Turn {
    /// The present instant.
    pub now: Timestamp,
    /// What the source asked to be remembered at its last turn; `Null` at the first.
    pub memory: serde_json::Value,
    /// Whether the source's bell brought it forward. Its due turn is still to come, and its host's
    /// turn has not come: it must ask nobody there.
    pub rung: bool,
    /// Which of its items are known.
    pub seen: Arc<dyn Seen>,
    /// Take a permit for work that keeps a processor busy (parsing); there is one a core.
    pub cpu: Arc<Semaphore>,
}

/// Identity of an item within its source: a hash of its guid, link, path or content.
pub type ItemKey = [u8; 16];

/// Hash over everything that the source says about an item.
pub type Fingerprint = [u8; 16];

/// Tells known items from fresh ones.
pub trait Seen: Send + Sync {
    /// For each item, whether the source has never committed it with this fingerprint as the
    /// latest, or so long ago that its memory wants renewing.
    fn fresh<'a>(
        &'a self,
        items: Vec<(ItemKey, Fingerprint)>,
    ) -> BoxFuture<'a, Result<Vec<bool>, Fault>>;

    /// For each item, whether the source has never committed it at all: what it says by now must not be overwritten by
    /// what an old document says. Who cannot tell says what is fresh.
    fn unknown<'a>(
        &'a self,
        items: Vec<(ItemKey, Fingerprint)>,
    ) -> BoxFuture<'a, Result<Vec<bool>, Fault>> {
        self.fresh(items)
    }
}

/// What a source brings home from one turn.
#[derive(Debug)]
pub struct Harvest {
    /// How the turn went.
    pub outcome: Outcome,
    /// Fresh items, in the order in which they should be read (oldest first where it is known).
    pub items: Vec<Gathered>,
    /// Input that could not be made into drafts.
    pub rejects: Vec<Reject>,
    /// Files whose content is in `items` or `rejects`, or was committed before; handed to
    /// [`Source::committed`] once this harvest is committed.
    pub files: Vec<PathBuf>,
    /// What to remember until the next turn. Whoever looks at the state from outside is shown it
    /// without values under the key `secret`.
    pub memory: serde_json::Value,
    /// Whether this turn, which the bell brought forward, leaves the next due time as it was, and
    /// with it everything that is known of how well the source can be asked: nobody asked it.
    pub aside: bool,
    /// Whether there is more at once (after a turn that stood aside: whether the source must be asked
    /// at once): the next turn comes after this harvest's commit.
    pub more: bool,
    /// Facts for logs and metrics.
    pub facts: Facts,
    /// Told once this harvest is committed, dropped untold where it is not: whoever handed over what
    /// is in it acknowledges it by this, and not before.
    pub receipts: Vec<oneshot::Sender<()>>,
    /// When the next turn should be, as far as the source was told.
    pub hints: Hints,
}

impl Harvest {
    /// A harvest without items.
    pub fn empty(outcome: Outcome, memory: serde_json::Value) -> Harvest {
        Harvest {
            outcome,
            items: Vec::new(),
            rejects: Vec::new(),
            files: Vec::new(),
            memory,
            aside: false,
            more: false,
            facts: Facts::default(),
            receipts: Vec::new(),
            hints: Hints::default(),
        }
    }
}

/// How a turn went.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// The source was read.
    Read,
    /// The source says that nothing changed (HTTP 304, same body).
    Unchanged,
    /// The source could not be read: wait longer and longer.
    Failed {
        /// What went wrong.
        fault: Fault,
        /// How long the other side asks to be left alone.
        retry_after: Option<Duration>,
    },
    /// The source is gone for good (HTTP 410): it is not asked again until its address changes.
    Gone {
        /// What the other side said.
        fault: Fault,
    },
}

/// A fresh item.
#[derive(Debug)]
pub struct Gathered {
    /// Its identity within the source.
    pub key: ItemKey,
    /// Hash over everything that the source says about it.
    pub fingerprint: Fingerprint,
    /// The item itself.
    pub draft: Draft,
}

/// Input that could not be made into a draft.
#[derive(Debug)]
pub struct Reject {
    /// Its identity within the source, so that it is not rejected again at every turn.
    pub key: ItemKey,
    /// The identity of the file that it is a part of, where that is another one: it is not read again before the file is.
    pub file: Option<ItemKey>,
    /// Hash over what is known of it.
    pub fingerprint: Fingerprint,
    /// Why.
    pub fault: Fault,
    /// What it was: a file's path, an item's guid.
    pub subject: String,
    /// The raw bytes, or as many of them as are worth keeping.
    pub bytes: Vec<u8>,
}

/// Facts of a turn for logs and metrics.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// HTTP status.
    pub status: Option<u16>,
    /// Bytes read, after decompression.
    pub bytes: u64,
    /// Items in the document or files in the folder.
    pub items: u64,
    /// The name the source gives itself.
    pub title: Option<String>,
    /// Repairs while reading, one line each.
    pub recovered: Vec<String>,
}
