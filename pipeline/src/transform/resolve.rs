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

use std::collections::HashMap;

use jiff::Timestamp;

use super::identity::{Evidence, FoundBy, hex, same_article};
use super::normalise::Article;
use crate::fault::Fault;
use crate::record::{DateOrigin, Instant, Op, Record};
use crate::store::{
    ArticleRow, DeadLetter, Hash, Reader, RecordRow, SightingRow, TransformCommit, VersionRow,
};

/// Articles looked at for one key: more under one key are a key that says nothing.
const CANDIDATES: usize = 16;

/// Notes by which kind of key an article was found.
type Mark = fn(&mut FoundBy);

/// A draft after the pure part: an article, or a dead letter.
#[derive(Debug)]
pub struct Prepared {
    /// Sequence number of the draft.
    pub seq: i64,
    /// What came of it.
    pub outcome: Result<Box<Article>, DeadLetter>,
}

/// Resolves a batch.
///
/// # Errors
/// When the index cannot be read.
pub fn resolve(
    reader: &Reader<'_>,
    batch: Vec<Prepared>,
    now: Timestamp,
) -> rusqlite::Result<TransformCommit> {
    let mut index = Index {
        reader,
        articles: HashMap::new(),
        keys: HashMap::new(),
        sightings: HashMap::new(),
        versions: HashMap::new(),
        left: HashMap::new(),
        new_keys: Vec::new(),
        new_versions: Vec::new(),
    };
    let mut commit = TransformCommit {
        at: now,
        ..TransformCommit::default()
    };
    for prepared in batch {
        commit.position = prepared.seq;
        match prepared.outcome {
            Ok(article) => {
                if let Some(record) = place(&mut index, *article, now)? {
                    match row(record) {
                        Ok(row) => commit.records.push(row),
                        Err(letter) => commit.dead_letters.push(*letter),
                    }
                }
            }
            Err(letter) => commit.dead_letters.push(letter),
        }
    }
    commit.keys = index.new_keys;
    commit.versions = index.new_versions;
    commit.articles = index
        .articles
        .into_values()
        .filter_map(|entry| entry.changed.then_some(entry.row))
        .collect();
    commit.sightings = index
        .sightings
        .into_iter()
        .filter_map(|((article, source), entry)| {
            let (content, faithful) = entry.state?;
            entry.changed.then_some(SightingRow {
                article,
                source,
                content,
                faithful,
            })
        })
        .collect();
    Ok(commit)
}

/// Finds the article's place; the record to deliver, if there is anything to say.
fn place(
    index: &mut Index<'_>,
    article: Article,
    now: Timestamp,
) -> rusqlite::Result<Option<Record>> {
    let Article {
        mut record,
        evidence,
    } = article;
    let stated = latest_stated(&record);
    let Some(mut row) = index.find(&evidence)? else {
        let row = index.add(&evidence, stated, record.fetched)?;
        index.sight(row.id, &evidence, true)?;
        index.add_version(row.id, &evidence);
        complete(&mut record, &row, now);
        return Ok(Some(record));
    };
    index.learn_keys(row.id, &evidence, false)?;
    let before = index.sighting(row.id, &evidence.source)?;
    let was_faithful = before.is_some_and(|(_, faithful)| faithful);
    let same_as_record = row.content == evidence.content;
    let same_as_before = before.is_some_and(|(content, _)| content == evidence.content);
    let version = index.version_source(row.id, &evidence.content)?;
    let lags = version
        .as_ref()
        .is_some_and(|source| *source != evidence.source);
    let may_speak = row.home == evidence.source
        || was_faithful
        || index.has_left(&row.home)?
        || matches!((stated, row.stated), (Some(new), Some(old)) if new > old);
    let revise = !same_as_record && !same_as_before && !lags && may_speak;
    index.sight(
        row.id,
        &evidence,
        version.is_some() || revise || was_faithful,
    )?;
    row.sighted = row.sighted.max(record.fetched);
    row.has_link |= evidence.link.is_some();
    if row.guid_source.is_none() && evidence.guid.is_some() {
        row.guid_source = Some(evidence.source.clone());
    }
    if revise {
        index.add_version(row.id, &evidence);
        if index.has_left(&row.home)? {
            row.home.clone_from(&evidence.source);
        }
        row.revision += 1;
        row.content = evidence.content;
        row.title = evidence.title;
        row.sketch = evidence.sketch;
        row.stated = row.stated.max(stated);
    }
    index.update(&row);
    if !revise {
        return Ok(None);
    }
    complete(&mut record, &row, now);
    Ok(Some(record))
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

/// Fills in what only the index knows.
fn complete(record: &mut Record, row: &ArticleRow, now: Timestamp) {
    record.id = hex(&row.id);
    record.revision = row.revision;
    record.op = if row.revision == 1 {
        Op::New
    } else {
        Op::Revised
    };
    record.first_seen = row.first_seen;
    record.emitted = now;
}

fn row(record: Record) -> Result<RecordRow, Box<DeadLetter>> {
    match serde_json::to_string(&record) {
        Ok(json) => Ok(RecordRow {
            op: record.op.as_str(),
            kind: record.source.kind.as_str(),
            language: record.language.map(|language| language.code),
            id: record.id,
            revision: record.revision,
            source: record.source.id,
            record: json,
        }),
        Err(error) => {
            let fault = Fault::poison(
                "not_json",
                format!("the record cannot be written as JSON: {error}"),
            );
            let letter = super::dead_letter(&record.source.id, &record.id, &fault, Vec::new());
            Err(Box::new(letter))
        }
    }
}

/// The article index with this batch's changes laid over it.
struct Index<'r> {
    reader: &'r Reader<'r>,
    articles: HashMap<Hash, ArticleEntry>,
    keys: HashMap<Hash, Vec<Hash>>,
    sightings: HashMap<(Hash, String), SightingEntry>,
    versions: HashMap<(Hash, Hash), Option<String>>,
    left: HashMap<String, bool>,
    new_keys: Vec<(Hash, Hash)>,
    new_versions: Vec<VersionRow>,
}

struct ArticleEntry {
    row: ArticleRow,
    changed: bool,
}

struct SightingEntry {
    state: Option<(Hash, bool)>,
    changed: bool,
}

impl Index<'_> {
    /// The article that the evidence belongs to, if one is known.
    fn find(&mut self, evidence: &Evidence) -> rusqlite::Result<Option<ArticleRow>> {
        let mut candidates: Vec<(Hash, FoundBy)> = Vec::new();
        let mut note = |ids: Vec<Hash>, mark: Mark| {
            for id in ids.into_iter().rev().take(CANDIDATES) {
                match candidates.iter_mut().find(|(known, _)| *known == id) {
                    Some((_, found)) => mark(found),
                    None => {
                        let mut found = FoundBy::default();
                        mark(&mut found);
                        candidates.push((id, found));
                    }
                }
            }
        };
        let [shared_guid, shared_link] = evidence.hints;
        let marks: [(Option<Hash>, Mark); 7] = [
            (evidence.guid, |found| found.guid = true),
            (evidence.link, |found| found.link = true),
            (evidence.place, |found| found.place = true),
            (evidence.by_title, |found| found.title = true),
            (evidence.by_body, |found| found.body = true),
            (shared_guid, |found| found.title = true),
            (shared_link, |found| found.title = true),
        ];
        for (key, mark) in marks {
            if let Some(key) = key {
                note(self.articles_by_key(&key)?, mark);
            }
        }
        // Whoever agrees in guid and link comes before whoever agrees in one.
        candidates.sort_by_key(|(_, found)| {
            std::cmp::Reverse(u8::from(found.guid) + u8::from(found.link))
        });
        for (id, found) in candidates {
            if let Some(row) = self.article(&id)?
                && same_article(evidence, &row, found)
            {
                return Ok(Some(row));
            }
        }
        Ok(None)
    }

    fn articles_by_key(&mut self, key: &Hash) -> rusqlite::Result<Vec<Hash>> {
        if let Some(ids) = self.keys.get(key) {
            return Ok(ids.clone());
        }
        let ids = self.reader.articles_by_key(key)?;
        self.keys.insert(*key, ids.clone());
        Ok(ids)
    }

    fn article(&mut self, id: &Hash) -> rusqlite::Result<Option<ArticleRow>> {
        if let Some(entry) = self.articles.get(id) {
            return Ok(Some(entry.row.clone()));
        }
        let row = self.reader.article(id)?;
        if let Some(row) = &row {
            let entry = ArticleEntry {
                row: row.clone(),
                changed: false,
            };
            self.articles.insert(*id, entry);
        }
        Ok(row)
    }

    /// Adds an article under an id that is free.
    fn add(
        &mut self,
        evidence: &Evidence,
        stated: Option<Timestamp>,
        fetched: Timestamp,
    ) -> rusqlite::Result<ArticleRow> {
        let mut taken = 0;
        let mut id = evidence.new_id(taken);
        while self.article(&id)?.is_some() {
            taken += 1;
            id = evidence.new_id(taken);
        }
        let row = ArticleRow {
            id,
            revision: 1,
            content: evidence.content,
            title: evidence.title.clone(),
            sketch: evidence.sketch,
            has_link: evidence.link.is_some(),
            guid_source: evidence.guid.map(|_| evidence.source.clone()),
            stated,
            home: evidence.source.clone(),
            first_seen: fetched,
            sighted: fetched,
        };
        let entry = ArticleEntry {
            row: row.clone(),
            changed: true,
        };
        self.articles.insert(id, entry);
        self.learn_keys(id, evidence, true)?;
        Ok(row)
    }

    fn learn_keys(&mut self, id: Hash, evidence: &Evidence, is_new: bool) -> rusqlite::Result<()> {
        for key in evidence.keys() {
            let mut ids = self.articles_by_key(&key)?;
            if !ids.contains(&id) {
                ids.push(id);
                self.keys.insert(key, ids);
                self.new_keys.push((key, id));
            } else if is_new {
                // Left over from an article of this id that was forgotten: upkeep may be about to
                // remove it, so it is written again.
                self.new_keys.push((key, id));
            }
        }
        Ok(())
    }

    fn update(&mut self, row: &ArticleRow) {
        let entry = ArticleEntry {
            row: row.clone(),
            changed: true,
        };
        self.articles.insert(row.id, entry);
    }

    fn sighting(&mut self, id: Hash, source: &str) -> rusqlite::Result<Option<(Hash, bool)>> {
        let key = (id, source.to_owned());
        if let Some(entry) = self.sightings.get(&key) {
            return Ok(entry.state);
        }
        let state = self.reader.sighting(&id, source)?;
        self.sightings.insert(
            key,
            SightingEntry {
                state,
                changed: false,
            },
        );
        Ok(state)
    }

    /// Whether a source has left the configuration.
    fn has_left(&mut self, source: &str) -> rusqlite::Result<bool> {
        if let Some(left) = self.left.get(source) {
            return Ok(*left);
        }
        let left = !self.reader.is_source(source)?;
        self.left.insert(source.to_owned(), left);
        Ok(left)
    }

    /// The source that a revision with this content was taken from, if there was one.
    fn version_source(&mut self, id: Hash, content: &Hash) -> rusqlite::Result<Option<String>> {
        let key = (id, *content);
        if let Some(source) = self.versions.get(&key) {
            return Ok(source.clone());
        }
        let source = self.reader.version_source(&id, content)?;
        self.versions.insert(key, source.clone());
        Ok(source)
    }

    fn add_version(&mut self, id: Hash, evidence: &Evidence) {
        let source = evidence.source.clone();
        self.versions
            .insert((id, evidence.content), Some(source.clone()));
        self.new_versions.push(VersionRow {
            article: id,
            content: evidence.content,
            source,
        });
    }

    fn sight(&mut self, id: Hash, evidence: &Evidence, faithful: bool) -> rusqlite::Result<()> {
        let state = Some((evidence.content, faithful));
        if self.sighting(id, &evidence.source)? != state {
            let entry = SightingEntry {
                state,
                changed: true,
            };
            self.sightings.insert((id, evidence.source.clone()), entry);
        }
        Ok(())
    }
}
