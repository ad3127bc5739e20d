//! Dead letters in the store: looked for, read, tried again, thrown away.

use jiff::Timestamp;
use rusqlite::types::Value;
use rusqlite::{OptionalExtension, Row, Transaction, params, params_from_iter};
use serde::{Deserialize, Serialize};

use super::browse::Found;
use super::commit::{ForOne, InputKeys, grow, insert_drafts, insert_record};
use super::reader::{Reader, instant, take_bytes};
use super::{DraftRow, RecordRow};

/// Which dead letters are meant: all that is given must hold, and of the numbers it must be one. A condition that is not known is an error, as more would
/// be meant without it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Which {
    /// Their numbers; empty for any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub numbers: Vec<i64>,
    /// `collect`, `transform` or `deliver`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<String>,
    /// Id of the source, or name of the sink.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
    /// The kind of fault.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Set aside then or later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// Only those before this number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<i64>,
    /// Part of the subject or the reason, in any case as far as ASCII goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// A dead letter without its bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// Its number, rising.
    pub number: i64,
    /// When it was set aside.
    pub at: Timestamp,
    /// `collect`, `transform` or `deliver`.
    pub stage: String,
    /// Id of the source, or name of the sink.
    pub origin: String,
    /// What it was: a file's path, an item's guid, an article's id.
    pub subject: String,
    /// The kind of fault.
    pub kind: String,
    /// Why, for people.
    pub reason: String,
    /// The record that a sink refused, by its number in the log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<i64>,
    /// Bytes that are kept of it.
    pub size: u64,
}

/// A dead letter with all that is kept of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetterEntry {
    /// The letter.
    pub letter: Letter,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// By what its source knows it, where it is input that could not be read.
    pub input: Option<InputKeys>,
}

/// Dead letters that are tried again, each in the transaction that takes it away.
#[derive(Debug)]
pub struct RetryCommit {
    /// When.
    pub at: Timestamp,
    /// The letters.
    pub letters: Vec<RetriedLetter>,
}

/// A dead letter, and what comes of it.
#[derive(Debug)]
pub struct RetriedLetter {
    /// Its number. One that is not there any more is passed over.
    pub number: i64,
    /// What comes of it.
    pub again: Again,
}

/// What comes of a dead letter that is tried again.
#[derive(Debug)]
pub enum Again {
    /// The sink that refused the record gets it under a new number.
    Deliver {
        /// The sink.
        sink: String,
        /// The record.
        record: RecordRow,
        /// Its number when it was refused.
        replaces: Option<i64>,
    },
    /// The draft goes through the transform stage.
    Transform(DraftRow),
    /// The source does not know this input any more.
    Collect {
        /// The source.
        source: String,
        /// What it forgets.
        input: InputKeys,
    },
}

/// Dead letters that are thrown away, by their numbers.
#[derive(Debug)]
pub struct DropCommit(pub Vec<i64>);

/// What a letter is.
const COLUMNS: &str = "seq, at, stage, origin, subject, kind, reason, record_seq, length(bytes)";

/// The condition of [`Which`], of seven [values](Which::values).
const CONDITION: &str =
    "(?1 IS NULL OR stage = ?1) AND (?2 IS NULL OR origin = ?2) AND (?3 IS NULL OR kind = ?3)
    AND (?4 IS NULL OR at >= ?4) AND (?5 IS NULL OR seq IN (SELECT value FROM json_each(?5)))
    AND (?6 IS NULL OR seq < ?6) AND (?7 IS NULL OR instr(lower(subject || char(10) || reason), lower(?7)))";

impl Which {
    /// Whether it says nothing, which means all letters.
    pub fn is_all(&self) -> bool {
        *self == Which::default()
    }

    /// What [`CONDITION`] asks for.
    fn values(&self) -> [Value; 7] {
        let numbers = serde_json::Value::from(self.numbers.as_slice());
        let numbers = (!self.numbers.is_empty()).then(|| numbers.to_string());
        [
            self.stage.clone().into(),
            self.origin.clone().into(),
            self.kind.clone().into(),
            self.since.map(Timestamp::as_millisecond).into(),
            numbers.into(),
            self.before.into(),
            self.text.clone().into(),
        ]
    }
}

impl Reader<'_> {
    /// How many dead letters there are of these.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn count_letters(&self, which: &Which) -> rusqlite::Result<u64> {
        let sql = format!("SELECT count(*) FROM dead_letters WHERE {CONDITION}");
        self.connection()
            .prepare_cached(&sql)?
            .query_row(params_from_iter(which.values()), |row| row.get::<_, i64>(0))
            .map(i64::unsigned_abs)
    }

    /// These dead letters, the latest first, at most `most`. All of them are looked at: there are not many.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn letters(&self, which: &Which, most: u32) -> rusqlite::Result<Found<Letter>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM dead_letters WHERE {CONDITION} ORDER BY seq DESC LIMIT ?8"
        );
        let values = which.values().into_iter().chain([most.into()]);
        let entries: Vec<Letter> = self
            .connection()
            .prepare_cached(&sql)?
            .query_map(params_from_iter(values), letter)?
            .collect::<rusqlite::Result<_>>()?;
        let is_cut = entries.len() == most as usize;
        let before = entries.last().map(|letter| letter.number);
        Ok(Found {
            entries,
            before: before.filter(|_| is_cut),
        })
    }

    /// The kinds of faults among the dead letters.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn letter_kinds(&self) -> rusqlite::Result<Vec<String>> {
        self.connection()
            .prepare_cached("SELECT DISTINCT kind FROM dead_letters ORDER BY kind")?
            .query_map([], |row| row.get(0))?
            .collect()
    }

    /// The numbers of these dead letters, rising.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn letter_numbers(&self, which: &Which) -> rusqlite::Result<Vec<i64>> {
        let sql = format!("SELECT seq FROM dead_letters WHERE {CONDITION} ORDER BY seq");
        self.connection()
            .prepare_cached(&sql)?
            .query_map(params_from_iter(which.values()), |row| row.get(0))?
            .collect()
    }

    /// A dead letter with all that is kept of it.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn letter(&self, number: i64) -> rusqlite::Result<Option<LetterEntry>> {
        let sql = format!("SELECT {COLUMNS}, bytes, item, file FROM dead_letters WHERE seq = ?1");
        self.connection()
            .prepare_cached(&sql)?
            .query_row([number], entry)
            .optional()
    }

    /// These dead letters with all that is kept of them, rising, of at most `bytes` in sum (but at least one).
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn letter_entries(
        &self,
        numbers: &[i64],
        bytes: usize,
    ) -> rusqlite::Result<Vec<LetterEntry>> {
        let sql = format!(
            "SELECT {COLUMNS}, bytes, item, file FROM dead_letters
             WHERE seq IN (SELECT value FROM json_each(?1)) ORDER BY seq"
        );
        let numbers = serde_json::Value::from(numbers).to_string();
        let mut statement = self.connection().prepare_cached(&sql)?;
        let rows = statement.query_map([numbers], entry)?;
        take_bytes(rows, bytes, |entry| entry.bytes.len())
    }

    /// All dead letters of a source's file, by their numbers, with what the source knows them by.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn letters_of_file(
        &self,
        source: &str,
        file: &[u8; 16],
    ) -> rusqlite::Result<Vec<(i64, InputKeys)>> {
        self.connection()
            .prepare_cached(
                "SELECT seq, item FROM dead_letters WHERE origin = ?1 AND file = ?2 AND stage = 'collect' ORDER BY seq",
            )?
            .query_map(params![source, file], |row| {
                let keys = InputKeys { item: row.get(1)?, file: *file };
                Ok((row.get(0)?, keys))
            })?
            .collect()
    }
}

fn letter(row: &Row<'_>) -> rusqlite::Result<Letter> {
    Ok(Letter {
        number: row.get(0)?,
        at: instant(row, 1)?,
        stage: row.get(2)?,
        origin: row.get(3)?,
        subject: row.get(4)?,
        kind: row.get(5)?,
        reason: row.get(6)?,
        record: row.get(7)?,
        size: row.get::<_, i64>(8)?.unsigned_abs(),
    })
}

fn entry(row: &Row<'_>) -> rusqlite::Result<LetterEntry> {
    let keys: (Option<[u8; 16]>, Option<[u8; 16]>) = (row.get(10)?, row.get(11)?);
    Ok(LetterEntry {
        letter: letter(row)?,
        bytes: row.get(9)?,
        input: keys
            .0
            .zip(keys.1)
            .map(|(item, file)| InputKeys { item, file }),
    })
}

impl RetryCommit {
    /// Payload bytes, for bounding a group.
    pub(super) fn bytes(&self) -> usize {
        let size = |letter: &RetriedLetter| match &letter.again {
            Again::Deliver { record, .. } => record.record.len(),
            Again::Transform(draft) => draft.draft.len(),
            Again::Collect { .. } => 0,
        };
        self.letters.iter().map(size).sum()
    }

    pub(super) fn apply(&self, transaction: &Transaction<'_>) -> rusqlite::Result<()> {
        let at = self.at.as_millisecond();
        for letter in &self.letters {
            // Whoever takes a letter away answers for it: it is never tried again twice.
            if take_away(transaction, letter.number)? {
                letter.again.apply(transaction, at)?;
            }
        }
        Ok(())
    }
}

impl Again {
    fn apply(&self, transaction: &Transaction<'_>, at: i64) -> rusqlite::Result<()> {
        match self {
            Again::Deliver {
                sink,
                record,
                replaces,
            } => {
                let one = ForOne {
                    sink,
                    replaces: *replaces,
                };
                let bytes = insert_record(transaction, at, record, Some(one))?;
                grow(transaction, "records", bytes)
            }
            Again::Transform(draft) => insert_drafts(transaction, at, std::slice::from_ref(draft)),
            Again::Collect { source, input } => {
                let mut forget = transaction
                    .prepare_cached("DELETE FROM seen WHERE source = ?1 AND key IN (?2, ?3)")?;
                forget.execute(params![source, input.item, input.file])?;
                Ok(())
            }
        }
    }
}

impl DropCommit {
    pub(super) fn apply(&self, transaction: &Transaction<'_>) -> rusqlite::Result<()> {
        for number in &self.0 {
            take_away(transaction, *number)?;
        }
        Ok(())
    }
}

/// Whether the letter was still there.
fn take_away(transaction: &Transaction<'_>, number: i64) -> rusqlite::Result<bool> {
    let taken = transaction
        .prepare_cached("DELETE FROM dead_letters WHERE seq = ?1")?
        .execute([number])?;
    Ok(taken > 0)
}
