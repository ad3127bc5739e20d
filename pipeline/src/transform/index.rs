//! The article index as one batch sees it: what is stored, with what the batch has changed laid over it, and what is to be committed in the end.
//!
//! It keeps and finds; what a draft means for its article is for [`super::resolve`] to decide.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use jiff::Timestamp;

use super::copies::{Stories, Story, Wording};
use super::damping::Budget;
use super::full_text;
use super::identity::{Evidence, FoundBy, hex, same_article};
use super::known::Known;
use super::rules::{Dropped, Rules};
use crate::fault::Fault;
use crate::record::{Duplicates, Op, Record};
use crate::store::{
    ArticleRow, DeadLetter, Hash, HeldRow, LastRecord, Reader, RecordRow, SightingRow,
    TransformCommit, VersionRow,
};

/// Articles looked at for one key: more under one key are a key that says nothing.
const CANDIDATES: usize = 16;

/// Sources named in a record: whoever lists hundreds of feeds of one publisher gets them over in few bytes.
const SEEN_IN: u32 = 32;

/// Notes by which kind of key an article was found.
type Mark = fn(&mut FoundBy);

/// A version of an article whose record is complete, and which does not count yet.
pub(super) struct Version {
    row: ArticleRow,
    pub(super) record: Record,
    story: Story,
}

/// The article index with this batch's changes laid over it.
pub(super) struct Index<'r> {
    reader: &'r Reader<'r>,
    rules: &'r Rules,
    /// When the batch is resolved.
    pub(super) now: Timestamp,
    /// Trace context of the turn that brought what is placed just now; goes with the record that is made of it.
    pub(super) trace: Option<String>,
    /// The draft that is placed just now, or of which was made what is.
    pub(super) draft: Option<i64>,
    articles: HashMap<Hash, Known<ArticleRow>>,
    keys: HashMap<Hash, Vec<Hash>>,
    sightings: HashMap<(Hash, String), Known<(Hash, bool)>>,
    versions: HashMap<(Hash, Hash), Option<String>>,
    held: HashMap<Hash, Known<HeldRow>>,
    left: HashMap<String, bool>,
    new_keys: Vec<(Hash, Hash)>,
    new_versions: Vec<VersionRow>,
    records: Vec<RecordRow>,
    damped: u64,
    dropped: Vec<Dropped>,
    stories: Stories<'r>,
}

impl<'r> Index<'r> {
    pub(super) fn new(
        reader: &'r Reader<'r>,
        rules: &'r Rules,
        stories: Stories<'r>,
        now: Timestamp,
    ) -> Index<'r> {
        Index {
            reader,
            rules,
            now,
            trace: None,
            draft: None,
            articles: HashMap::new(),
            keys: HashMap::new(),
            sightings: HashMap::new(),
            versions: HashMap::new(),
            held: HashMap::new(),
            left: HashMap::new(),
            new_keys: Vec::new(),
            new_versions: Vec::new(),
            records: Vec::new(),
            damped: 0,
            dropped: Vec::new(),
            stories,
        }
    }

    /// What is to be written of it.
    pub(super) fn into_commit(self) -> TransformCommit {
        let mut commit = TransformCommit {
            at: self.now,
            records: self.records,
            keys: self.new_keys,
            versions: self.new_versions,
            damped: self.damped,
            dropped: self.dropped,
            copies: self.stories.finish(),
            ..TransformCommit::default()
        };
        let articles = self.articles.into_values();
        commit
            .articles
            .extend(articles.filter_map(Known::new_value));
        for ((article, source), sighting) in self.sightings {
            if let Some((content, faithful)) = sighting.new_value() {
                commit.sightings.push(SightingRow {
                    article,
                    source,
                    content,
                    faithful,
                });
            }
        }
        for (article, held) in self.held {
            match held.news() {
                Some(Some(row)) => commit.held.push(row),
                Some(None) => commit.released.push(article),
                None => {}
            }
        }
        commit
    }

    /// Completes the record of a version by what only the index knows, and by the rules. `None` where a rule leaves it out: then
    /// nothing may be remembered of the version, so that it comes once the rule is taken away, or from a source that the rule lets pass.
    pub(super) fn version(
        &mut self,
        row: ArticleRow,
        mut record: Record,
        wording: Wording,
    ) -> rusqlite::Result<Option<Version>> {
        // A new article's source is the only one, and most are new.
        if row.revision > 1 {
            record.seen_in = self.seen_in(row.id, &record.source.id)?;
        }
        self.complete(&row, &mut record);
        let story = self.stories.tell(&row, &mut record, wording)?;
        // What JSON cannot say becomes a dead letter when it is delivered.
        let dropped = self.rules.apply(&mut record).unwrap_or_default();
        let passes = dropped.is_none();
        self.dropped.extend(dropped);
        Ok(passes.then_some(Version { row, record, story }))
    }

    /// The same for a version whose record is made anew: which story it tells was told before, and stays. That a rule leaves it out is for the job to count:
    /// the record stays.
    pub(super) fn version_anew(
        &mut self,
        row: ArticleRow,
        mut record: Record,
    ) -> rusqlite::Result<Option<Version>> {
        record.seen_in = self.seen_in(row.id, &record.source.id)?;
        self.complete(&row, &mut record);
        let dropped = self.rules.apply(&mut record).unwrap_or_default();
        let story = Story::default();
        Ok(dropped.is_none().then_some(Version { row, record, story }))
    }

    fn complete(&self, row: &ArticleRow, record: &mut Record) {
        record.id = hex(&row.id);
        record.revision = row.revision;
        record.op = if row.revision == 1 {
            Op::New
        } else {
            Op::Revised
        };
        record.first_seen = row.first_seen;
        record.emitted = self.now;
    }

    /// What a record says of the story that its article is known to tell as others do.
    pub(super) fn known_story(&mut self, id: Hash) -> rusqlite::Result<Option<Duplicates>> {
        self.stories.known(id)
    }

    /// Whether a rule would leave out a version that is to wait.
    pub(super) fn is_left_out(
        &mut self,
        row: &ArticleRow,
        record: &Record,
        wording: Wording,
    ) -> rusqlite::Result<bool> {
        if self.rules.is_empty() {
            return Ok(false);
        }
        let version = self.version(row.clone(), record.clone(), wording)?;
        Ok(version.is_none())
    }

    /// Puts the record of a version into the log; a copy that is not wanted makes none.
    pub(super) fn deliver(&mut self, version: Version) -> Option<DeadLetter> {
        let Version {
            mut row,
            record,
            story,
        } = version;
        row.draft = self.draft;
        self.update(&row);
        let is_unwanted = story.is_unwanted;
        self.stories.keep(&row, story);
        if is_unwanted {
            return None;
        }
        match serde_json::to_string(&record) {
            Ok(json) => {
                let trace = self.trace.clone();
                self.records.push(RecordRow {
                    trace,
                    ..RecordRow::of(record, json)
                });
                None
            }
            Err(error) => Some(not_json(&record.source.id, &record.id, &error)),
        }
    }

    /// The sources that an article was seen in, sorted; `own` among them.
    fn seen_in(&self, id: Hash, own: &str) -> rusqlite::Result<Vec<String>> {
        let mut sources = self.reader.seen_in(&id, SEEN_IN)?;
        let fresh = self.sightings.iter();
        let fresh = fresh.filter(|((article, _), known)| *article == id && known.value().is_some());
        sources.extend(fresh.map(|((_, source), _)| source.clone()));
        sources.retain(|source| source != own);
        sources.sort_unstable();
        sources.dedup();
        sources.truncate(SEEN_IN as usize - 1);
        sources.push(own.to_owned());
        sources.sort_unstable();
        Ok(sources)
    }

    /// The revision of an article that waits.
    fn held(&mut self, id: Hash) -> rusqlite::Result<Option<&HeldRow>> {
        let known = match self.held.entry(id) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => entry.insert(Known::stored(self.reader.held(&id)?)),
        };
        Ok(known.value())
    }

    /// Lets a revision wait, in place of one that waited.
    pub(super) fn hold(
        &mut self,
        row: &ArticleRow,
        due: Timestamp,
        content: Hash,
        record: &Record,
    ) -> rusqlite::Result<Option<DeadLetter>> {
        let source = record.source.id.clone();
        let json = match serde_json::to_string(record) {
            Ok(json) => json,
            Err(error) => return Ok(Some(not_json(&source, &hex(&row.id), &error))),
        };
        self.damped += 1;
        if row.budget.has_just_run_dry() && !self.is_churning(&source)? {
            tracing::warn!(
                source,
                article = hex(&row.id),
                title = row.title,
                revision = row.revision,
                "an article changes so often that its revisions are held back and come at longer and longer intervals; \
                 if the feed puts changing furniture into its texts, its publisher may want to know"
            );
        }
        let held = HeldRow {
            article: row.id,
            due,
            source,
            content,
            record: json,
            draft: self.draft,
        };
        self.held.insert(row.id, Known::made(held));
        Ok(None)
    }

    /// Whether revisions of some article wait that were taken from `source`.
    fn is_churning(&self, source: &str) -> rusqlite::Result<bool> {
        let mut held = self.held.values().filter_map(Known::value);
        Ok(held.any(|held| held.source == source) || self.reader.is_churning(source)?)
    }

    /// Whether a revision of an article waits.
    pub(super) fn waits(&mut self, id: Hash) -> rusqlite::Result<bool> {
        self.held(id).map(|held| held.is_some())
    }

    /// Whether a revision of an article waits that was made of this draft.
    pub(super) fn waits_as(&mut self, id: Hash, draft: i64) -> rusqlite::Result<bool> {
        let held = self.held(id)?;
        Ok(held.is_some_and(|held| held.draft == Some(draft)))
    }

    /// Has the revision that waits say what is found now.
    pub(super) fn hold_anew(
        &mut self,
        id: Hash,
        evidence: &Evidence,
        record: &Record,
    ) -> rusqlite::Result<()> {
        let Some(held) = self.held(id)? else {
            return Ok(());
        };
        let is_reworded = held.content != evidence.content;
        // What JSON cannot say leaves it as it is.
        if let Ok(json) = serde_json::to_string(record) {
            let anew = HeldRow {
                content: evidence.content,
                record: json,
                ..held.clone()
            };
            self.held.insert(id, Known::made(anew));
            if is_reworded {
                self.add_version(id, evidence);
            }
        }
        Ok(())
    }

    /// Nothing of this article waits any more.
    pub(super) fn release(&mut self, id: Hash) -> rusqlite::Result<()> {
        if self.held(id)?.is_some() {
            self.held.insert(id, Known::taken_away());
        }
        Ok(())
    }

    /// Drops what waits of an article if it came from `source`, which shows the delivered content again.
    pub(super) fn take_back(&mut self, id: Hash, source: &str) -> rusqlite::Result<bool> {
        let is_its = self.held(id)?.is_some_and(|held| held.source == source);
        if is_its {
            self.release(id)?;
        }
        Ok(is_its)
    }

    /// The latest version of an article, be it one that waits; `None` where it has left the log.
    pub(super) fn latest(&mut self, id: Hash) -> rusqlite::Result<Option<Record>> {
        let waiting = self.held(id)?.map(|held| held.record.clone());
        let name = hex(&id);
        let fresh = || self.records.iter().rfind(|row| row.id == name);
        let json = match waiting.or_else(|| fresh().map(|row| row.record.clone())) {
            Some(json) => Some(json),
            None => match self.reader.last_record(&id)? {
                LastRecord::Here(json) => Some(json),
                LastRecord::Gone | LastRecord::Never => None,
            },
        };
        // A record that this version cannot read is as good as gone.
        Ok(json.and_then(|json| serde_json::from_str(&json).ok()))
    }

    /// The article that the evidence belongs to, if one is known.
    pub(super) fn find(&mut self, evidence: &Evidence) -> rusqlite::Result<Option<ArticleRow>> {
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

    pub(super) fn article(&mut self, id: &Hash) -> rusqlite::Result<Option<ArticleRow>> {
        if let Some(known) = self.articles.get(id) {
            return Ok(known.value().cloned());
        }
        let row = self.reader.article(id)?;
        self.articles.insert(*id, Known::stored(row.clone()));
        Ok(row)
    }

    /// An article under an id that is free.
    pub(super) fn unknown(
        &mut self,
        evidence: &Evidence,
        stated: Option<Timestamp>,
        record: &Record,
    ) -> rusqlite::Result<ArticleRow> {
        let mut taken = 0;
        let mut id = evidence.new_id(taken);
        while self.article(&id)?.is_some() {
            taken += 1;
            id = evidence.new_id(taken);
        }
        Ok(ArticleRow {
            id,
            revision: 1,
            content: evidence.content,
            title: evidence.title.clone(),
            sketch: evidence.sketch,
            has_link: evidence.link.is_some(),
            guid_source: evidence.guid.map(|_| evidence.source.clone()),
            stated,
            home: evidence.source.clone(),
            first_seen: record.fetched,
            sighted: record.fetched,
            budget: Budget::full(record.fetched),
            from_page: full_text::gave_text(record),
            draft: self.draft,
        })
    }

    pub(super) fn learn_keys(
        &mut self,
        id: Hash,
        evidence: &Evidence,
        is_new: bool,
    ) -> rusqlite::Result<()> {
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

    pub(super) fn update(&mut self, row: &ArticleRow) {
        self.articles.insert(row.id, Known::made(row.clone()));
    }

    pub(super) fn sighting(
        &mut self,
        id: Hash,
        source: &str,
    ) -> rusqlite::Result<Option<(Hash, bool)>> {
        let key = (id, source.to_owned());
        if let Some(known) = self.sightings.get(&key) {
            return Ok(known.value().copied());
        }
        let state = self.reader.sighting(&id, source)?;
        self.sightings.insert(key, Known::stored(state));
        Ok(state)
    }

    /// Whether a source has left the configuration.
    pub(super) fn has_left(&mut self, source: &str) -> rusqlite::Result<bool> {
        if let Some(left) = self.left.get(source) {
            return Ok(*left);
        }
        let left = !self.reader.is_source(source)?;
        self.left.insert(source.to_owned(), left);
        Ok(left)
    }

    /// The source that a revision with this content was taken from, if there was one.
    pub(super) fn version_source(
        &mut self,
        id: Hash,
        content: &Hash,
    ) -> rusqlite::Result<Option<String>> {
        let key = (id, *content);
        if let Some(source) = self.versions.get(&key) {
            return Ok(source.clone());
        }
        let source = self.reader.version_source(&id, content)?;
        self.versions.insert(key, source.clone());
        Ok(source)
    }

    pub(super) fn add_version(&mut self, id: Hash, evidence: &Evidence) {
        let source = evidence.source.clone();
        self.versions
            .insert((id, evidence.content), Some(source.clone()));
        self.new_versions.push(VersionRow {
            article: id,
            content: evidence.content,
            source,
        });
    }

    pub(super) fn sight(
        &mut self,
        id: Hash,
        evidence: &Evidence,
        faithful: bool,
    ) -> rusqlite::Result<()> {
        let state = (evidence.content, faithful);
        if self.sighting(id, &evidence.source)? != Some(state) {
            let key = (id, evidence.source.clone());
            self.sightings.insert(key, Known::made(state));
        }
        Ok(())
    }
}

/// The dead letter of a record that JSON cannot say.
fn not_json(source: &str, id: &str, error: &serde_json::Error) -> DeadLetter {
    let fault = Fault::poison(
        "not_json",
        format!("the record cannot be written as JSON: {error}"),
    );
    super::dead_letter(source, id, &fault, Vec::new())
}
