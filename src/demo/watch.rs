//! What can be seen of the daemon from outside: its state folder and its output, looked at several
//! times a second, and what has changed between two looks.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use dateline_pipeline::record::{Op, Record};

use super::folder::Folder;
use super::newsroom::account::Delivered;
use super::output::Follower;
use super::state::{self, StateFacts};

/// Something that was seen to happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Event {
    /// The newsroom did something.
    Newsroom(String),
    /// A record was delivered.
    Record {
        op: Op,
        revision: u32,
        language: String,
        source: String,
        title: String,
    },
    /// A source can no longer be read.
    Failing { source: String, reason: String },
    /// It can be read again.
    Recovered { source: String },
    /// Something was set aside.
    DeadLetter {
        source: String,
        subject: String,
        reason: String,
    },
}

/// Counts over all records seen.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tally {
    pub(crate) new: u64,
    pub(crate) revised: u64,
    pub(crate) languages: BTreeSet<String>,
    pub(crate) by_source: BTreeMap<String, u64>,
}

impl Tally {
    fn add(&mut self, record: &Record) {
        match record.op {
            Op::New => self.new += 1,
            Op::Revised => self.revised += 1,
        }
        self.languages.extend(
            record
                .language
                .as_ref()
                .map(|language| language.code.clone()),
        );
        *self.by_source.entry(record.source.id.clone()).or_default() += 1;
    }
}

/// What has been seen so far.
pub(crate) struct Watch {
    state_dir: PathBuf,
    follower: Follower,
    pub(crate) state: StateFacts,
    pub(crate) delivered: Delivered,
    pub(crate) tally: Tally,
}

impl Watch {
    pub(crate) fn new(folder: &Folder, state_dir: PathBuf) -> Watch {
        Watch {
            state_dir,
            follower: Follower::new(&folder.articles()),
            state: StateFacts::default(),
            delivered: Delivered::default(),
            tally: Tally::default(),
        }
    }

    /// Looks again; returns what has happened since. Blocks for the time of a few small reads.
    ///
    /// # Errors
    /// When the state or the output cannot be read.
    pub(crate) fn look(&mut self) -> anyhow::Result<Vec<Event>> {
        let before = std::mem::replace(&mut self.state, state::read(&self.state_dir)?);
        let mut events = changes(&before, &self.state);
        let (delivered, tally) = (&mut self.delivered, &mut self.tally);
        self.follower.read_on(|record| {
            delivered.add(&record);
            tally.add(&record);
            events.push(event_of(record));
        })?;
        Ok(events)
    }
}

fn event_of(record: Record) -> Event {
    Event::Record {
        op: record.op,
        revision: record.revision,
        language: record
            .language
            .map_or_else(|| "und".to_owned(), |language| language.code),
        source: record.source.id,
        title: record.title.unwrap_or_default(),
    }
}

/// What is different between two looks at the state.
fn changes(before: &StateFacts, after: &StateFacts) -> Vec<Event> {
    let mut events = Vec::new();
    for source in &after.sources {
        let was_failing = before
            .sources
            .iter()
            .any(|known| known.id == source.id && known.is_failing());
        if source.is_failing() && !was_failing {
            let reason = source.reason.clone().unwrap_or_default();
            events.push(Event::Failing {
                source: source.id.clone(),
                reason,
            });
        } else if was_failing && !source.is_failing() {
            events.push(Event::Recovered {
                source: source.id.clone(),
            });
        }
    }
    for letter in after.dead_letters.iter().skip(before.dead_letters.len()) {
        events.push(Event::DeadLetter {
            source: letter.origin.clone(),
            subject: letter.subject.clone(),
            reason: letter.reason.clone(),
        });
    }
    events
}
