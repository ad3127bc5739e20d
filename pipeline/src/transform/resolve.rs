//! Gives articles their place among those that are known: id, revision, or nothing new.
//!
//! Drafts are resolved in order against the article index, with the outcome of the drafts before
//! them in the same batch laid over it.
//!
//! When does a draft of a known article make a revision? When its content differs from the current
//! revision's, and its source may speak for the article: it is the one that carried it first, or that
//! one has left the configuration, or it carried the very content of a revision before (a copy kept in
//! step), or it states a later time.
//! A feed that carries the article in words of its own (an aggregator's teaser) does not, or every
//! poll would turn the article back and forth. Nor does a source that shows what was a revision
//! before, taken from another source: it lags behind. (Its own earlier words are an edit taken back.)
//!
//! A revision beyond the article's budget ([`super::damping`]) is held: it waits in the store, later ones take its place, and when
//! it is due it is delivered as if it had come just then. Everything else is as if it had been delivered at once. What
//! waits is dropped when its source shows the delivered content again.
//!
//! What a rule of the configuration leaves out ([`super::rules`]) is no version of its article: nothing is remembered of it, and a revision
//! takes no number.
//!
//! Where a version lacks the page that the article's text was taken from, the text stays what it was, and the rest of the
//! version decides whether it is a revision ([`super::full_text`]).

use jiff::Timestamp;

use super::copies::{Copies, Wording};
use super::damping::Budget;
use super::enrichment::Enrichment;
use super::full_text;
use super::identity::{self, Evidence, hex};
use super::index::Index;
use super::normalise::{self, Article};
use crate::fault::Fault;
use crate::record::{DateOrigin, Instant, Record};
use crate::store::{ArticleRow, DeadLetter, Hash, HeldRow, Reader, TransformCommit};

/// Revisions that waited and are delivered before one batch of drafts: they share its commit.
const RELEASES: u32 = 256;

/// A draft after the pure part: an article, or a dead letter.
#[derive(Debug)]
pub struct Prepared {
    /// Sequence number of the draft.
    pub seq: i64,
    /// Trace context of the turn that brought it (W3C `traceparent`), where it is traced.
    pub trace: Option<String>,
    /// What came of it.
    pub outcome: Result<Box<Article>, DeadLetter>,
}

/// Resolves the batch of drafts after `from`, and delivers the revisions that are due.
///
/// # Errors
/// When the index cannot be read.
pub fn resolve(
    reader: &Reader<'_>,
    enrichment: &Enrichment,
    copies: &mut Copies,
    from: i64,
    batch: Vec<Prepared>,
    now: Timestamp,
) -> rusqlite::Result<TransformCommit> {
    let stories = copies.begin(reader, now);
    let mut index = Index::new(reader, enrichment.rules(), stories, now);
    let mut position = from;
    // What waits was read before any draft of the batch.
    let mut dead_letters = release_due(&mut index, reader, enrichment)?;
    for prepared in batch {
        position = prepared.seq;
        index.trace = prepared.trace;
        index.draft = Some(prepared.seq);
        dead_letters.extend(match prepared.outcome {
            Ok(article) => place(&mut index, *article, enrichment)?,
            Err(letter) => Some(letter),
        });
    }
    Ok(TransformCommit {
        from,
        position,
        dead_letters,
        ..index.into_commit()
    })
}

/// Delivers the revisions that waited and are due.
pub(super) fn release_due(
    index: &mut Index<'_>,
    reader: &Reader<'_>,
    enrichment: &Enrichment,
) -> rusqlite::Result<Vec<DeadLetter>> {
    let mut dead_letters = Vec::new();
    for held in reader.due_revisions(index.now, RELEASES)? {
        dead_letters.extend(release(index, held, enrichment)?);
    }
    Ok(dead_letters)
}

/// Finds the article's place, and delivers it if there is anything to say; what cannot be delivered is a dead letter.
fn place(
    index: &mut Index<'_>,
    mut article: Article,
    enrichment: &Enrichment,
) -> rusqlite::Result<Option<DeadLetter>> {
    let stated = latest_stated(&article.record);
    let Some(mut row) = index.find(&article.evidence)? else {
        let row = index.unknown(&article.evidence, stated, &article.record)?;
        return introduce(index, row, article);
    };
    index.learn_keys(row.id, &article.evidence, false)?;
    row.meet(&article.evidence, article.record.fetched);
    let had_page = article.lacks_page && row.from_page;
    let keeps_text = !had_page || {
        let earlier = index.latest(row.id)?;
        if let Some(earlier) = &earlier {
            keep_text(earlier, &mut article, enrichment);
        }
        earlier.is_some()
    };
    let Article {
        record,
        evidence,
        wording,
        ..
    } = article;
    let says = weigh(index, &row, &evidence, stated)?;
    if !keeps_text {
        index.update(&row);
        return Ok(says.revises.then(|| without_page(&record, &row)));
    }
    if says.revises {
        return revise(index, row, record, wording, evidence, stated);
    }
    index.sight(row.id, &evidence, says.faithful)?;
    if says.nothing_new && index.take_back(row.id, &evidence.source)? {
        row.show(&evidence, &record);
    }
    index.update(&row);
    Ok(None)
}

/// Delivers an article that is new.
fn introduce(
    index: &mut Index<'_>,
    row: ArticleRow,
    article: Article,
) -> rusqlite::Result<Option<DeadLetter>> {
    let (id, evidence) = (row.id, article.evidence);
    let Some(version) = index.version(row, article.record, article.wording)? else {
        return Ok(None);
    };
    index.learn_keys(id, &evidence, true)?;
    index.sight(id, &evidence, true)?;
    index.add_version(id, &evidence);
    Ok(index.deliver(version))
}

/// Gives a version that lacks its page the text that an earlier one of its article had from it.
pub(super) fn keep_text(earlier: &Record, article: &mut Article, enrichment: &Enrichment) {
    let Article {
        record,
        evidence,
        wording,
        ..
    } = article;
    if full_text::keep(earlier, record) {
        normalise::enrich(record, enrichment);
        evidence.content = normalise::content_hash(record);
        evidence.sketch = normalise::sketch(record);
        evidence.title = identity::compared_title(record);
        record.provenance.content_hash = hex(&evidence.content);
        *wording = Wording::of(record, enrichment);
    }
}

/// What a draft of a known article says.
struct Says {
    /// The content of the current revision.
    nothing_new: bool,
    /// Another content, from a source that may speak for the article.
    revises: bool,
    /// What was a revision at some time, now or before: its source is a copy in step.
    faithful: bool,
}

fn weigh(
    index: &mut Index<'_>,
    row: &ArticleRow,
    evidence: &Evidence,
    stated: Option<Timestamp>,
) -> rusqlite::Result<Says> {
    let before = index.sighting(row.id, &evidence.source)?;
    let was_faithful = before.is_some_and(|(_, faithful)| faithful);
    let same_as_before = before.is_some_and(|(content, _)| content == evidence.content);
    let nothing_new = row.content == evidence.content;
    let version = index.version_source(row.id, &evidence.content)?;
    let lags = version
        .as_ref()
        .is_some_and(|source| *source != evidence.source);
    let may_speak = row.home == evidence.source
        || was_faithful
        || index.has_left(&row.home)?
        || matches!((stated, row.stated), (Some(new), Some(old)) if new > old);
    let revises = !nothing_new && !same_as_before && !lags && may_speak;
    Ok(Says {
        nothing_new,
        revises,
        faithful: version.is_some() || revises || was_faithful,
    })
}

/// Makes a revision of an article, or lets it wait. Of one that a rule leaves out only the meeting counts.
fn revise(
    index: &mut Index<'_>,
    met: ArticleRow,
    record: Record,
    wording: Wording,
    evidence: Evidence,
    stated: Option<Timestamp>,
) -> rusqlite::Result<Option<DeadLetter>> {
    let mut row = met.clone();
    if index.has_left(&row.home)? {
        row.home.clone_from(&evidence.source);
    }
    row.stated = row.stated.max(stated);
    row.show(&evidence, &record);
    match row.budget.spend(record.fetched) {
        Ok(budget) => {
            let next = row.revised(budget, evidence.content);
            let Some(version) = index.version(next, record, wording)? else {
                index.update(&met);
                return Ok(None);
            };
            count(index, met.id, &evidence)?;
            index.release(met.id)?;
            Ok(index.deliver(version))
        }
        Err(_) if index.is_left_out(&row, &record, wording)? => {
            index.update(&met);
            Ok(None)
        }
        Err(due) => {
            count(index, met.id, &evidence)?;
            index.update(&row);
            index.hold(&row, due, evidence.content, &record)
        }
    }
}

/// Notes that a draft is a version of its article, delivered or waiting.
fn count(index: &mut Index<'_>, id: Hash, evidence: &Evidence) -> rusqlite::Result<()> {
    index.sight(id, evidence, true)?;
    index.add_version(id, evidence);
    Ok(())
}

impl ArticleRow {
    /// Notes that a draft of it was met.
    fn meet(&mut self, evidence: &Evidence, fetched: Timestamp) {
        self.sighted = self.sighted.max(fetched);
        self.has_link |= evidence.link.is_some();
        if self.guid_source.is_none() && evidence.guid.is_some() {
            self.guid_source = Some(evidence.source.clone());
        }
    }

    /// The article with its next revision.
    fn revised(self, budget: Budget, content: Hash) -> Self {
        Self {
            revision: self.revision + 1,
            budget,
            content,
            ..self
        }
    }

    /// Notes what its latest version looks like, be it one that waits.
    pub(super) fn show(&mut self, evidence: &Evidence, record: &Record) {
        self.title.clone_from(&evidence.title);
        self.sketch = evidence.sketch;
        self.from_page = full_text::gave_text(record);
    }
}

/// Delivers a revision that waited.
fn release(
    index: &mut Index<'_>,
    held: HeldRow,
    enrichment: &Enrichment,
) -> rusqlite::Result<Option<DeadLetter>> {
    index.release(held.article)?;
    index.draft = held.draft;
    let Some(row) = index.article(&held.article)? else {
        return Ok(None);
    };
    let record: Record = match serde_json::from_str(&held.record) {
        Ok(record) => record,
        Err(error) => {
            let reason = format!("the record that waited cannot be read: {error}");
            let fault = Fault::poison("bad_held", reason);
            let (name, bytes) = (hex(&held.article), held.record.into_bytes());
            return Ok(Some(super::dead_letter(&held.source, &name, &fault, bytes)));
        }
    };
    match row.budget.spend(index.now) {
        Ok(budget) => {
            let wording = Wording::of(&record, enrichment);
            let next = row.revised(budget, held.content);
            let version = index.version(next, record, wording)?;
            Ok(version.and_then(|version| index.deliver(version)))
        }
        // The clock was set back.
        Err(due) => index.hold(&row, due, held.content, &record),
    }
}

/// The latest time that the source states for this version. The day in the article's address is no statement about a version.
fn latest_stated(record: &Record) -> Option<Timestamp> {
    let stated = |instant: &Option<Instant>| {
        let stated = instant
            .as_ref()
            .filter(|instant| instant.from != DateOrigin::Url);
        stated.map(|instant| instant.instant)
    };
    let published = stated(&record.published);
    let updated = stated(&record.updated);
    published.max(updated)
}

/// The dead letter of a version without its page whose article's text is not there any more.
fn without_page(record: &Record, row: &ArticleRow) -> DeadLetter {
    let fault = Fault::poison(
        "no_page",
        "the article's text was that of its page, which could not be had this time, and the record with it has left the log; \
         a shorter text of the feed does not replace it",
    );
    let bytes = serde_json::to_vec(record).unwrap_or_default();
    super::dead_letter(&record.source.id, &hex(&row.id), &fault, bytes)
}
