//! What an operator does with dead letters: has them tried again, or throws them away.
//!
//! Each kind is tried again where it was set aside, and the transaction that takes the letter away holds all that comes of it: whatever
//! dies, it is tried again once or is still there.
//!
//! | stage | what was set aside | tried again |
//! |---|---|---|
//! | deliver | a record that a sink refused | as a record for this sink alone, which passes over the one that it refused |
//! | transform | a draft | at the end of the drafts |
//! | collect | a part of a file | by the source itself, which is made to forget the file |

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::collect::DEAD_LETTER_BYTES;
use crate::crash;
use crate::draft::Draft;
use crate::record::Record;
use crate::store::{
    Again, Commit, DraftRow, DropCommit, LetterEntry, Reader, Readers, RecordRow, RetriedLetter,
    RetryCommit, Store, StoreError, Which,
};

/// Letters that are tried again, or thrown away, in one commit: others hardly wait for it.
const CHUNK: usize = 64;

/// Bytes of letters that are held at a time. A single larger one comes alone.
const CHUNK_BYTES: usize = 8 << 20;

/// What decides besides a letter itself whether it can be tried again.
pub struct World {
    /// The sinks that get records.
    pub sinks: Vec<String>,
    /// Whether the input of this subject is still where this source reads it; if not, what to do. It may block.
    #[expect(clippy::type_complexity, reason = "a question with two arguments")]
    pub in_place: Box<dyn Fn(&str, &str) -> Result<(), String> + Send + Sync>,
}

/// What became of letters that were to be tried again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retry {
    /// Those that are.
    pub again: Vec<Retried>,
    /// Those that cannot be.
    pub stay: Vec<Stay>,
}

/// A letter that is tried again.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Retried {
    /// Its number.
    pub number: i64,
    /// `collect`, `transform` or `deliver`.
    pub stage: String,
    /// Id of the source, or name of the sink.
    pub origin: String,
}

/// A letter that stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stay {
    /// Its number.
    pub number: i64,
    /// Why, and what to do.
    pub reason: String,
}

/// What became of letters that were to be thrown away.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dropped {
    /// How many were.
    pub dropped: u64,
    /// Numbers under which there is no letter.
    pub missing: Vec<i64>,
}

/// Has letters tried again, the oldest first. Returns when that is certain to happen, whatever dies.
///
/// # Errors
/// When the store cannot be read or written. What has been committed by then is tried again.
pub async fn retry(
    store: &Store,
    readers: &Arc<Readers>,
    which: Which,
    world: Arc<World>,
    now: Timestamp,
) -> Result<Retry, StoreError> {
    let (numbers, missing) = numbers(readers, which).await?;
    let mut retry = Retry::default();
    retry.stay.extend(missing.into_iter().map(|number| Stay {
        number,
        reason: "there is no such letter".to_owned(),
    }));
    // Those that are refused anew meanwhile have numbers of their own.
    let mut rest = numbers.as_slice();
    while !rest.is_empty() {
        let chunk = rest[..rest.len().min(CHUNK)].to_vec();
        let world = Arc::clone(&world);
        let plan = readers.ask(move |reader| Plan::of(reader, &chunk, &world));
        let plan = plan.await?;
        rest = rest.split_at(plan.covered.min(rest.len())).1;
        retry.stay.extend(plan.stay);
        if plan.letters.is_empty() {
            continue;
        }
        let letters = plan.letters;
        crash::point("letters.before_commit");
        let commit = RetryCommit { at: now, letters };
        store.commit(Commit::Retry(commit)).await?;
        crash::point("letters.after_commit");
        retry.again.extend(plan.again);
    }
    Ok(retry)
}

/// Throws letters away.
///
/// # Errors
/// When the store cannot be read or written.
pub async fn drop(
    store: &Store,
    readers: &Arc<Readers>,
    which: Which,
) -> Result<Dropped, StoreError> {
    let (numbers, missing) = numbers(readers, which).await?;
    for chunk in numbers.chunks(CHUNK) {
        let commit = DropCommit(chunk.to_vec());
        store.commit(Commit::Drop(commit)).await?;
    }
    Ok(Dropped {
        dropped: numbers.len() as u64,
        missing,
    })
}

/// The numbers of these letters, rising, and those asked for under which there is none.
async fn numbers(readers: &Arc<Readers>, which: Which) -> Result<(Vec<i64>, Vec<i64>), StoreError> {
    let asked: BTreeSet<i64> = which.numbers.iter().copied().collect();
    let there = readers.ask(move |reader| {
        let numbers = Which {
            numbers: which.numbers.clone(),
            ..Which::default()
        };
        let any = match numbers.is_all() {
            true => Vec::new(),
            false => reader.letter_numbers(&numbers)?,
        };
        Ok((reader.letter_numbers(&which)?, any))
    });
    let (numbers, any) = there.await?;
    let missing = asked
        .into_iter()
        .filter(|number| any.binary_search(number).is_err());
    Ok((numbers, missing.collect()))
}

/// What is to be done with some letters.
struct Plan {
    letters: Vec<RetriedLetter>,
    again: Vec<Retried>,
    stay: Vec<Stay>,
    /// How many of the numbers have been gone through.
    covered: usize,
}

impl Plan {
    fn of(reader: &Reader<'_>, numbers: &[i64], world: &World) -> rusqlite::Result<Plan> {
        let mut plan = Plan {
            letters: Vec::new(),
            again: Vec::new(),
            stay: Vec::new(),
            covered: numbers.len(),
        };
        let mut taken = BTreeSet::new();
        let entries = reader.letter_entries(numbers, CHUNK_BYTES)?;
        // Some letters may have left; after the last one that fitted, the next chunk begins.
        if let Some(last) = entries.last() {
            let last = last.letter.number;
            plan.covered = numbers.partition_point(|number| *number <= last);
        }
        for entry in entries {
            let number = entry.letter.number;
            if taken.contains(&number) {
                continue;
            }
            let again = match again(&entry, world) {
                Ok(again) => unless_replaced(reader, again)?,
                Err(reason) => Err(reason),
            };
            match again {
                Err(reason) => plan.stay.push(Stay { number, reason }),
                Ok(Again::Collect { source, input }) => {
                    // All that was set aside of a file, since all of it is read again.
                    for (number, input) in reader.letters_of_file(&source, &input.file)? {
                        let source = source.clone();
                        let again = Again::Collect { source, input };
                        taken.insert(number);
                        plan.add(number, &entry, again);
                    }
                }
                Ok(again) => plan.add(number, &entry, again),
            }
        }
        Ok(plan)
    }

    fn add(&mut self, number: i64, entry: &LetterEntry, again: Again) {
        self.letters.push(RetriedLetter { number, again });
        self.again.push(Retried {
            number,
            stage: entry.letter.stage.clone(),
            origin: entry.letter.origin.clone(),
        });
    }
}

/// What comes of a letter, or why it cannot be tried again.
fn again(entry: &LetterEntry, world: &World) -> Result<Again, String> {
    let origin = entry.letter.origin.clone();
    match entry.letter.stage.as_str() {
        "deliver" if !world.sinks.contains(&origin) => Err(format!(
            "no sink {origin} gets records: it is not in the configuration, or not enabled"
        )),
        "deliver" => Ok(Again::Deliver {
            record: record(&entry.bytes)?,
            sink: origin,
            replaces: entry.letter.record,
        }),
        "transform" => Ok(Again::Transform(DraftRow {
            draft: draft(&entry.bytes)?,
            source: origin,
            // The turn that brought it is long over.
            trace: None,
        })),
        "collect" => {
            (world.in_place)(&origin, &entry.letter.subject)?;
            let input = entry.input.ok_or(
                "it was set aside by an earlier version, which did not note what its source knows it by; \
                 `touch` the file and it is read as a changed one",
            )?;
            let source = origin;
            Ok(Again::Collect { source, input })
        }
        stage => Err(format!("this version knows no stage {stage}")),
    }
}

/// The same, but for a record whose place another one has taken (`dateline reprocess --as replacements`): it would undo that at its sink.
fn unless_replaced(reader: &Reader<'_>, again: Again) -> rusqlite::Result<Result<Again, String>> {
    if let Again::Deliver {
        record,
        replaces: Some(refused),
        ..
    } = &again
        && let Some(later) = reader.replacement(record, *refused)?
    {
        return Ok(Err(format!(
            "record {later} has taken its place, with the same id and revision, and would be undone by it; `dateline dead-letters drop` throws it away"
        )));
    }
    Ok(Ok(again))
}

fn record(bytes: &[u8]) -> Result<RecordRow, String> {
    let unreadable = |error: &dyn std::fmt::Display| {
        format!("what is kept of it is no record that this version can read: {error}")
    };
    let json = std::str::from_utf8(bytes).map_err(|error| unreadable(&error))?;
    let record: Record = serde_json::from_str(json).map_err(|error| unreadable(&error))?;
    Ok(RecordRow::of(record, json.to_owned()))
}

fn draft(bytes: &[u8]) -> Result<String, String> {
    let read = serde_json::from_slice::<Draft>(bytes).map_err(|error| error.to_string());
    let json = String::from_utf8(bytes.to_vec()).map_err(|error| error.to_string());
    match read.and(json) {
        Ok(json) => Ok(json),
        Err(_) if bytes.len() >= DEAD_LETTER_BYTES => Err(format!(
            "only the first {DEAD_LETTER_BYTES} bytes of its draft were kept"
        )),
        Err(error) => Err(format!(
            "what is kept of it is no draft that this version can read: {error}"
        )),
    }
}
