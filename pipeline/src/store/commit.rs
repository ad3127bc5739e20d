//! What the stages commit, and how it is written.
//!
//! Every commit is data: applying it twice to the same database state gives the same result, so
//! the writer may roll a transaction back and try again after a full disk.

use std::collections::HashMap;
use std::time::Duration;

use dateline_text::copies::Signature;
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Transaction, params};

use super::identity;
use super::letters::{DropCommit, RetryCommit};
use super::reprocess::{Portion, ReprocessCommit};
use super::samples::SampleCommit;
use super::sources::{write_aside, write_hold, write_source};
use super::turns::{TurnRow, forget_turns, write_turn};
use crate::collect::Hold;
use crate::record::Record;
use crate::source::{Fingerprint, ItemKey};
use crate::transform::damping::Budget;
use crate::transform::identity::hex;
use crate::transform::rules::Dropped;

/// A hash of 16 bytes: article ids, keys, content.
pub type Hash = [u8; 16];

/// One stage's output together with the state it read by.
#[derive(Debug)]
pub enum Commit {
    /// A source's harvest.
    Collect(Box<CollectCommit>),
    /// The harvest of a turn that asked nobody.
    Aside(AsideCommit),
    /// A batch of drafts made into records.
    Transform(TransformCommit),
    /// A sink's progress.
    Deliver(DeliverCommit),
    /// How far everything was at a minute.
    Sample(SampleCommit),
    /// Upkeep: old entries leave.
    Prune(super::prune::PruneCommit),
    /// The sources of the configuration: all others are forgotten.
    Configure(Vec<String>),
    /// For this sink the log gets a new identity, so that the position that it holds means nothing any
    /// more.
    Renew(String),
    /// The daemon has started, and this sink is not open yet.
    Away {
        /// The sink.
        sink: String,
        /// The last record in the log.
        head: i64,
    },
    /// This sink is open, and holds no more than the log.
    Open(String),
    /// The sink gets again what comes after this position.
    SetBack {
        /// The sink.
        sink: String,
        /// The last record that it keeps.
        position: i64,
        /// When.
        at: Timestamp,
    },
    /// Dead letters are tried again.
    Retry(RetryCommit),
    /// Dead letters are thrown away.
    Drop(DropCommit),
    /// Records are made anew from now on, or not any more.
    Reprocess(ReprocessCommit),
}

/// A source's harvest with what it wants remembered.
#[derive(Debug)]
pub struct CollectCommit {
    /// When.
    pub at: Timestamp,
    /// The source's state after its turn.
    pub source: SourceRow,
    /// How long the turn took.
    pub took: Duration,
    /// That its host is left alone from now on.
    pub hold: Option<Hold>,
    /// What the turn brought home.
    pub brought: Brought,
}

/// The harvest of a turn that asked nobody: all else that is known of the source stays as it was.
#[derive(Debug)]
pub struct AsideCommit {
    /// When.
    pub at: Timestamp,
    /// Id of the source.
    pub source: String,
    /// How long the turn took.
    pub took: Duration,
    /// When its next turn is, if that is earlier than was planned.
    pub due: Timestamp,
    /// What the source asked to be remembered (JSON).
    pub memory: String,
    /// What the turn brought home.
    pub brought: Brought,
}

/// What a turn brought home.
#[derive(Debug, Default)]
pub struct Brought {
    /// Fresh items.
    pub drafts: Vec<DraftRow>,
    /// What is known of them from now on.
    pub seen: Vec<SeenRow>,
    /// Input that could not be made into drafts.
    pub dead_letters: Vec<DeadLetter>,
}

/// State of a source.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceRow {
    /// Its id in the configuration.
    pub id: String,
    /// `feed` or `drop`.
    pub kind: &'static str,
    /// The name it gives itself.
    pub title: Option<String>,
    /// Where it is asked, as configured.
    pub address: Option<String>,
    /// What it shares limits with.
    pub host: Option<String>,
    /// When its next turn is; `None` when it is not asked any more.
    pub due: Option<Timestamp>,
    /// When its last turn was.
    pub attempted: Timestamp,
    /// When it could last be asked, be it that nothing had changed; `None` leaves it as it was.
    pub succeeded: Option<Timestamp>,
    /// When its items were last gone through; `None` leaves it as it was.
    pub last_read: Option<Timestamp>,
    /// Failures in a row.
    pub failures: u32,
    /// When the first of them was.
    pub failing_since: Option<Timestamp>,
    /// `read`, `unchanged`, `failed` or `gone`.
    pub outcome: &'static str,
    /// Last HTTP status.
    pub status: Option<u16>,
    /// Kind of the last failure, absent after a success.
    pub fault: Option<&'static str>,
    /// Its reason.
    pub reason: Option<String>,
    /// Drafts of this turn; the table holds their sum.
    pub drafts: u64,
    /// Why its next turn is when it is (JSON).
    pub plan: String,
    /// What its next plan is made from (JSON).
    pub pace: String,
    /// What the source asked to be remembered (JSON).
    pub memory: String,
}

/// A draft for the first log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftRow {
    /// Id of its source.
    pub source: String,
    /// The draft (JSON).
    pub draft: String,
    /// Trace context of the turn that brought it (W3C `traceparent`), where it is traced.
    pub trace: Option<String>,
}

/// The latest fingerprint of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenRow {
    /// Identity within the source.
    pub key: ItemKey,
    /// Hash over everything that the source says.
    pub fingerprint: Fingerprint,
}

/// Something that could not be made into a record or delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// `collect`, `transform` or `deliver`.
    pub stage: &'static str,
    /// Id of the source, or name of the sink.
    pub origin: String,
    /// What it was: a file's path, an item's guid, an article's id.
    pub subject: String,
    /// A short word for metrics.
    pub kind: String,
    /// Why, for people.
    pub reason: String,
    /// The record that a sink refused, by its sequence number.
    pub record_seq: Option<i64>,
    /// By what its source knows the input that could not be read.
    pub input: Option<InputKeys>,
    /// The raw bytes.
    pub bytes: Vec<u8>,
}

impl DeadLetter {
    /// What is said of it.
    pub(crate) fn without_bytes(&self) -> DeadLetter {
        DeadLetter {
            stage: self.stage,
            origin: self.origin.clone(),
            subject: self.subject.clone(),
            kind: self.kind.clone(),
            reason: self.reason.clone(),
            record_seq: self.record_seq,
            input: self.input,
            bytes: Vec::new(),
        }
    }
}

/// By what a source knows input that could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InputKeys {
    /// The input itself.
    pub item: ItemKey,
    /// The file that it is a part of, which may be all of it.
    pub file: ItemKey,
}

/// A batch of drafts made into records.
#[derive(Debug, Default)]
pub struct TransformCommit {
    /// When.
    pub at: Timestamp,
    /// The last draft that the commit before it covered: no batch is applied twice.
    pub from: i64,
    /// The last draft that it covers.
    pub position: i64,
    /// New records, in order.
    pub records: Vec<RecordRow>,
    /// Articles that are new or changed or were sighted again.
    pub articles: Vec<ArticleRow>,
    /// Keys that articles are found by from now on.
    pub keys: Vec<(Hash, Hash)>,
    /// What the sources carry.
    pub sightings: Vec<SightingRow>,
    /// The content of each new revision, also of those that wait.
    pub versions: Vec<VersionRow>,
    /// Revisions that wait from now on, in place of one of the same article that waited.
    pub held: Vec<HeldRow>,
    /// Articles of which none waits any more.
    pub released: Vec<Hash>,
    /// How many drafts were not made into a revision because their article has had too many; for the metrics alone.
    pub damped: u64,
    /// Records that rules left out; for metrics and log alone.
    pub dropped: Vec<Dropped>,
    /// What is known from now on of stories that several houses print.
    pub copies: CopiesChange,
    /// Drafts that could not be made into records.
    pub dead_letters: Vec<DeadLetter>,
    /// The portion of a job that it holds instead of new drafts.
    pub portion: Option<Box<Portion>>,
}

/// What changes in the knowledge of copies.
#[derive(Debug, Default)]
pub struct CopiesChange {
    /// Texts that copies are known by, in the order of their numbers.
    pub likenesses: Vec<LikenessRow>,
    /// Texts with lower numbers are too old, and leave.
    pub first_kept: i64,
    /// Articles with the cluster that they are in from now on.
    pub members: Vec<(Hash, Hash)>,
    /// Clusters that are new, or whose original is another.
    pub clusters: Vec<ClusterRow>,
    /// Records that say they are copies.
    pub marked: u64,
    /// Articles that made no record, as copies.
    pub dropped: u64,
}

/// A text that copies are known by.
#[derive(Debug, Clone, PartialEq)]
pub struct LikenessRow {
    /// Its number, in the order in which texts were met.
    pub number: i64,
    /// When it was met.
    pub at: Timestamp,
    /// Its article.
    pub article: Hash,
    /// The article's title, for comparison.
    pub title: String,
    /// When the article says it was published, else when it was met.
    pub told: Timestamp,
    /// What is kept of the text.
    pub signature: Signature,
}

/// A story that several houses print.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterRow {
    /// The article of it that was met first.
    pub id: Hash,
    /// The earliest of its articles.
    pub original: Hash,
    /// When that one was told.
    pub told: Timestamp,
}

/// A record for the second log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordRow {
    /// The article's id.
    pub id: String,
    /// Its revision.
    pub revision: u32,
    /// `new` or `revised`.
    pub op: &'static str,
    /// `feed` or `drop`.
    pub kind: &'static str,
    /// Id of its source.
    pub source: String,
    /// Language code, where known.
    pub language: Option<String>,
    /// The record, one line of JSON.
    pub record: String,
    /// Trace context of the turn that brought its draft (W3C `traceparent`), where it is traced.
    pub trace: Option<String>,
}

impl RecordRow {
    /// A record, with what JSON makes of it.
    pub(crate) fn of(record: Record, json: String) -> RecordRow {
        RecordRow {
            op: record.op.as_str(),
            kind: record.source.kind.as_str(),
            language: record.language.map(|language| language.code),
            id: record.id,
            revision: record.revision,
            source: record.source.id,
            record: json,
            trace: None,
        }
    }
}

/// The latest version of an article, as the index holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArticleRow {
    /// Its id.
    pub id: Hash,
    /// Its latest revision.
    pub revision: u32,
    /// Hash of the latest content.
    pub content: Hash,
    /// Its latest title, cleaned, cut at a limit.
    pub title: String,
    /// Sketch of its latest text, for likeness.
    pub sketch: Option<u64>,
    /// Whether it has a link of its own.
    pub has_link: bool,
    /// Id of the source whose guid it is known by, `None` without a guid.
    pub guid_source: Option<String>,
    /// The latest time of publication or change that a source stated.
    pub stated: Option<Timestamp>,
    /// Id of the source that carried it first.
    pub home: String,
    /// When it was first met.
    pub first_seen: Timestamp,
    /// When a draft of it was last met.
    pub sighted: Timestamp,
    /// How often it may still be revised.
    pub budget: Budget,
    /// Whether the text of its latest record is that of its page.
    pub from_page: bool,
    /// The draft that its latest record was made of; `None` where an earlier version of Dateline made it.
    pub draft: Option<i64>,
}

/// A revision that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldRow {
    /// Its article.
    pub article: Hash,
    /// When it may be delivered.
    pub due: Timestamp,
    /// Id of the source that it was taken from.
    pub source: String,
    /// Hash of its content.
    pub content: Hash,
    /// The record, without revision (JSON).
    pub record: String,
    /// The draft that it was made of; `None` where an earlier version of Dateline made it.
    pub draft: Option<i64>,
}

/// What a source carries of an article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SightingRow {
    /// The article.
    pub article: Hash,
    /// Id of the source.
    pub source: String,
    /// Hash of what it carries.
    pub content: Hash,
    /// Whether it ever carried the same content as the record of the time.
    pub faithful: bool,
}

/// The content of one revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionRow {
    /// The article.
    pub article: Hash,
    /// Hash of its content.
    pub content: Hash,
    /// Id of the source that it was taken from.
    pub source: String,
}

/// A sink's progress.
#[derive(Debug)]
pub struct DeliverCommit {
    /// When.
    pub at: Timestamp,
    /// The sink.
    pub sink: String,
    /// The last record that is durably in the sink.
    pub position: i64,
    /// What the sink wants kept with it (JSON).
    pub detail: String,
    /// Records that the sink refused.
    pub dead_letters: Vec<DeadLetter>,
}

impl Commit {
    /// Payload bytes, for bounding a group.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Commit::Collect(commit) => commit.brought.bytes(),
            Commit::Aside(commit) => commit.brought.bytes(),
            Commit::Transform(commit) => commit.records.iter().map(|row| row.record.len()).sum(),
            Commit::Retry(commit) => commit.bytes(),
            Commit::Deliver(_)
            | Commit::Sample(_)
            | Commit::Drop(_)
            | Commit::Reprocess(_)
            | Commit::Prune(_)
            | Commit::Configure(_)
            | Commit::Renew(_)
            | Commit::Away { .. }
            | Commit::Open(_)
            | Commit::SetBack { .. } => 0,
        }
    }

    /// Writes it within a transaction.
    pub(super) fn apply(&self, transaction: &Transaction<'_>) -> rusqlite::Result<()> {
        match self {
            Commit::Collect(commit) => commit.apply(transaction),
            Commit::Aside(commit) => commit.apply(transaction),
            Commit::Transform(commit) => commit.apply(transaction),
            Commit::Deliver(commit) => commit.apply(transaction),
            Commit::Sample(commit) => commit.apply(transaction),
            Commit::Prune(commit) => commit.apply(transaction),
            Commit::Configure(sources) => forget_other_sources(transaction, sources),
            Commit::Renew(sink) => identity::renew(transaction, sink),
            Commit::Away { sink, head } => identity::note_away(transaction, sink, *head),
            Commit::Open(sink) => identity::note_open(transaction, sink),
            Commit::SetBack { sink, position, at } => set_back(transaction, sink, *position, *at),
            Commit::Retry(commit) => commit.apply(transaction),
            Commit::Drop(commit) => commit.apply(transaction),
            Commit::Reprocess(commit) => commit.apply(transaction),
        }
    }
}

impl CollectCommit {
    fn apply(&self, transaction: &Transaction<'_>) -> rusqlite::Result<()> {
        self.brought.apply(transaction, &self.source.id, self.at)?;
        if let Some(hold) = &self.hold {
            write_hold(transaction, hold, self.at)?;
        }
        write_turn(transaction, &self.turn())?;
        write_source(transaction, &self.source)
    }

    fn turn(&self) -> TurnRow<'_> {
        TurnRow {
            source: &self.source.id,
            at: self.at,
            outcome: Some(self.source.outcome),
            status: self.source.status,
            fresh: self.brought.drafts.len(),
            took: self.took,
            reason: self.source.reason.as_deref(),
        }
    }
}

impl AsideCommit {
    fn apply(&self, transaction: &Transaction<'_>) -> rusqlite::Result<()> {
        self.brought.apply(transaction, &self.source, self.at)?;
        write_turn(transaction, &self.turn())?;
        write_aside(transaction, self)
    }

    fn turn(&self) -> TurnRow<'_> {
        TurnRow {
            source: &self.source,
            at: self.at,
            outcome: None,
            status: None,
            fresh: self.brought.drafts.len(),
            took: self.took,
            reason: None,
        }
    }
}

impl Brought {
    fn bytes(&self) -> usize {
        self.drafts.iter().map(|row| row.draft.len()).sum()
    }

    fn apply(
        &self,
        transaction: &Transaction<'_>,
        source: &str,
        at: Timestamp,
    ) -> rusqlite::Result<()> {
        let at = at.as_millisecond();
        insert_drafts(transaction, at, &self.drafts)?;
        let mut remember = transaction.prepare_cached(
            "INSERT INTO seen (source, key, fingerprint, drafted) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT DO UPDATE SET fingerprint = excluded.fingerprint, drafted = excluded.drafted",
        )?;
        for row in &self.seen {
            remember.execute(params![source, row.key, row.fingerprint, at])?;
        }
        insert_dead_letters(transaction, at, &self.dead_letters)
    }
}

impl TransformCommit {
    fn apply(&self, transaction: &Transaction<'_>) -> rusqlite::Result<()> {
        let at = self.at.as_millisecond();
        self.check_position(transaction)?;
        if let Some(portion) = &self.portion
            && !portion.apply(transaction, self.at)?
        {
            return Ok(());
        }
        let mut latest: HashMap<&str, i64> = HashMap::new();
        let mut bytes = 0_i64;
        for row in &self.records {
            bytes += insert_record(transaction, at, row, None)?;
            latest.insert(&row.id, transaction.last_insert_rowid());
        }
        grow(transaction, "records", bytes)?;
        self.apply_index(transaction, &latest)?;
        self.apply_held(transaction)?;
        insert_dead_letters(transaction, at, &self.dead_letters)?;
        set_position(transaction, super::TRANSFORM, self.position, "null", at)
    }

    /// A batch whose stage gave up waiting for it may still be in the writer's queue when the stage
    /// resolves the same drafts once more.
    fn check_position(&self, transaction: &Transaction<'_>) -> rusqlite::Result<()> {
        let position: Option<i64> = transaction
            .prepare_cached("SELECT seq FROM positions WHERE reader = ?1")?
            .query_row([super::TRANSFORM], |row| row.get(0))
            .optional()?;
        if position.unwrap_or(0) == self.from {
            Ok(())
        } else {
            Err(rusqlite::Error::StatementChangedRows(0))
        }
    }

    /// Writes the article index; `latest` are the numbers of the records just written, by article.
    fn apply_index(
        &self,
        transaction: &Transaction<'_>,
        latest: &HashMap<&str, i64>,
    ) -> rusqlite::Result<()> {
        let mut article = transaction.prepare_cached(
            "INSERT OR REPLACE INTO articles
                 (id, revision, content, title, sketch, has_link, guid_source, stated, home, first_seen, sighted,
                  budget, dry, counted, from_page, draft, record)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16,
                 coalesce(?17, (SELECT record FROM articles WHERE id = ?1)))",
        )?;
        for row in &self.articles {
            article.execute(params![
                row.id,
                row.revision,
                row.content,
                row.title,
                row.sketch.map(u64::cast_signed),
                row.has_link,
                row.guid_source,
                row.stated.map(|at| at.as_millisecond()),
                row.home,
                row.first_seen.as_millisecond(),
                row.sighted.as_millisecond(),
                row.budget.left,
                row.budget.dry,
                row.budget.counted.as_millisecond(),
                row.from_page,
                row.draft,
                latest.get(hex(&row.id).as_str()),
            ])?;
        }
        let mut key = transaction
            .prepare_cached("INSERT OR IGNORE INTO article_keys (key, article) VALUES (?1, ?2)")?;
        for (hash, id) in &self.keys {
            key.execute(params![hash, id])?;
        }
        let mut sighting = transaction.prepare_cached(
            "INSERT OR REPLACE INTO sightings (article, source, content, faithful) VALUES (?1, ?2, ?3, ?4)",
        )?;
        for row in &self.sightings {
            sighting.execute(params![row.article, row.source, row.content, row.faithful])?;
        }
        let mut version = transaction.prepare_cached(
            "INSERT OR REPLACE INTO versions (article, content, source) VALUES (?1, ?2, ?3)",
        )?;
        for row in &self.versions {
            version.execute(params![row.article, row.content, row.source])?;
        }
        self.copies.apply(transaction)
    }

    fn apply_held(&self, transaction: &Transaction<'_>) -> rusqlite::Result<()> {
        let mut release = transaction.prepare_cached("DELETE FROM held WHERE article = ?1")?;
        for article in &self.released {
            release.execute([article])?;
        }
        let mut hold = transaction.prepare_cached(
            "INSERT OR REPLACE INTO held (article, due, source, content, record, draft) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?;
        for row in &self.held {
            let due = row.due.as_millisecond();
            hold.execute(params![
                row.article,
                due,
                row.source,
                row.content,
                row.record,
                row.draft
            ])?;
        }
        Ok(())
    }
}

/// Texts that leave in one commit at the most: a few more than can come in one.
const LEAVING: i64 = 4096;

impl CopiesChange {
    fn apply(&self, transaction: &Transaction<'_>) -> rusqlite::Result<()> {
        let mut likeness = transaction.prepare_cached(
            "INSERT INTO likenesses (number, at, article, title, told, signature) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?;
        for row in &self.likenesses {
            likeness.execute(params![
                row.number,
                row.at.as_millisecond(),
                row.article,
                row.title,
                row.told.as_millisecond(),
                row.signature.to_bytes(),
            ])?;
        }
        transaction
            .prepare_cached(
                "DELETE FROM likenesses WHERE number < min(?1, (SELECT min(number) FROM likenesses) + ?2)",
            )?
            .execute([self.first_kept, LEAVING])?;
        let mut member = transaction
            .prepare_cached("INSERT OR REPLACE INTO copies (article, cluster) VALUES (?1, ?2)")?;
        for (article, cluster) in &self.members {
            member.execute([article, cluster])?;
        }
        let mut cluster = transaction.prepare_cached(
            "INSERT OR REPLACE INTO clusters (id, original, told) VALUES (?1, ?2, ?3)",
        )?;
        for row in &self.clusters {
            cluster.execute(params![row.id, row.original, row.told.as_millisecond()])?;
        }
        Ok(())
    }
}

impl DeliverCommit {
    fn apply(&self, transaction: &Transaction<'_>) -> rusqlite::Result<()> {
        let at = self.at.as_millisecond();
        insert_dead_letters(transaction, at, &self.dead_letters)?;
        set_position(transaction, &self.sink, self.position, &self.detail, at)
    }
}

fn set_position(
    transaction: &Transaction<'_>,
    reader: &str,
    seq: i64,
    detail: &str,
    at: i64,
) -> rusqlite::Result<()> {
    transaction
        .prepare_cached(
            "INSERT INTO positions (reader, seq, detail, at) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT DO UPDATE SET seq = excluded.seq, detail = excluded.detail, at = excluded.at",
        )?
        .execute(params![reader, seq, detail, at])?;
    Ok(())
}

/// Appends drafts to their log.
pub(super) fn insert_drafts(
    transaction: &Transaction<'_>,
    at: i64,
    drafts: &[DraftRow],
) -> rusqlite::Result<()> {
    let mut insert = transaction.prepare_cached(
        "INSERT INTO drafts (at, source, size, draft, trace) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;
    let mut bytes = 0_i64;
    for row in drafts {
        let size = length(row.draft.len());
        insert.execute(params![at, row.source, size, row.draft, row.trace])?;
        bytes += size;
    }
    grow(transaction, "drafts", bytes)
}

/// Appends a record to the log, for everybody or for one sink; returns the bytes by which the log has to grow.
pub(super) fn insert_record(
    transaction: &Transaction<'_>,
    at: i64,
    row: &RecordRow,
    one: Option<ForOne<'_>>,
) -> rusqlite::Result<i64> {
    let size = length(row.record.len());
    transaction
        .prepare_cached(
            "INSERT INTO records (at, id, revision, op, kind, source, language, size, record, only, replaces, trace)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        )?
        .execute(params![
            at,
            row.id,
            row.revision,
            row.op,
            row.kind,
            row.source,
            row.language,
            size,
            row.record,
            one.map(|one| one.sink),
            one.and_then(|one| one.replaces),
            row.trace,
        ])?;
    Ok(size)
}

/// A record that one sink alone gets.
#[derive(Debug, Clone, Copy)]
pub(super) struct ForOne<'c> {
    /// The sink.
    pub(super) sink: &'c str,
    /// The record that it passes over instead.
    pub(super) replaces: Option<i64>,
}

fn insert_dead_letters(
    transaction: &Transaction<'_>,
    at: i64,
    letters: &[DeadLetter],
) -> rusqlite::Result<()> {
    if letters.is_empty() {
        return Ok(());
    }
    let mut insert = transaction.prepare_cached(
        "INSERT INTO dead_letters (at, stage, origin, subject, kind, reason, record_seq, bytes, item, file)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?;
    for letter in letters {
        insert.execute(params![
            at,
            letter.stage,
            letter.origin,
            letter.subject,
            letter.kind,
            letter.reason,
            letter.record_seq,
            letter.bytes,
            letter.input.map(|input| input.item),
            letter.input.map(|input| input.file),
        ])?;
    }
    Ok(())
}

/// Sources that left the configuration leave the table too. What they carried stays in the article
/// index, where others may speak for it now.
fn forget_other_sources(
    transaction: &Transaction<'_>,
    configured: &[String],
) -> rusqlite::Result<()> {
    let configured: std::collections::HashSet<&str> =
        configured.iter().map(String::as_str).collect();
    let known: Vec<String> = transaction
        .prepare("SELECT id FROM sources")?
        .query_map([], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    let mut forget = transaction.prepare("DELETE FROM sources WHERE id = ?1")?;
    for id in known.iter().filter(|id| !configured.contains(id.as_str())) {
        forget.execute([id])?;
        forget_turns(transaction, id)?;
    }
    Ok(())
}

/// What the sink wanted kept with its position stays as it was: by that it notices that the position was set back.
fn set_back(
    transaction: &Transaction<'_>,
    sink: &str,
    position: i64,
    at: Timestamp,
) -> rusqlite::Result<()> {
    transaction
        .prepare_cached("UPDATE positions SET seq = ?2, at = ?3 WHERE reader = ?1 AND seq > ?2")?
        .execute(params![sink, position, at.as_millisecond()])?;
    Ok(())
}

/// Adds to the bytes that a log holds.
pub(super) fn grow(transaction: &Transaction<'_>, log: &str, bytes: i64) -> rusqlite::Result<()> {
    if bytes == 0 {
        return Ok(());
    }
    transaction
        .prepare_cached("UPDATE logs SET bytes = bytes + ?2 WHERE name = ?1")?
        .execute(params![log, bytes])?;
    Ok(())
}

fn length(bytes: usize) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}
