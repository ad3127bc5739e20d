//! Makes records anew from drafts that were transformed before, by the enrichment that holds now.
//!
//! A job goes over the drafts that were there when it began, a portion at a time, between the batches of fresh drafts. Only the draft that an article's
//! latest record was made of counts: an older one would bring old wording back. Its record is made again under the number that it has, and compared
//! with the one in the log; where nothing else is different than when and where things were, nothing is delivered.
//!
//! Articles stay what they are: no id, key, sighting, cluster or likeness changes, and no revision is spent or waited for. What does change is what the
//! index says of the latest record: its number, its content and the words that it is compared by.
//!
//! A revision that waits ([`super::damping`]) stays waiting, and says what is found now.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Map, Value};
use tokio::sync::watch;

use super::copies::Copies;
use super::enrichment::{CopyPolicy, Enrichment};
use super::index::Index;
use super::normalise::Article;
use super::resolve::{self, Prepared};
use super::{cores, prepare_all};
use crate::record::{Record, Reprocessed};
use crate::store::{
    ArticleRow, Becomes, DeadLetter, DraftEntry, Job, LastRecord, Portion, Reader, Readers,
    Retention, StoreError, Tally, TransformCommit, Vitals, Wish,
};

/// Drafts in one portion: fresh ones wait for three portions at the most, of which one is prepared, one is ready and one is committed.
const PORTION: u32 = 128;

/// Bytes of drafts in one portion, for the same reason.
const PORTION_BYTES: usize = 512 << 10;

/// Numbers of drafts that are looked at for one portion: where few are of the sources that are wished, looking for them holds fresh ones up too.
const SPAN: i64 = 16 << 10;

/// A job waits while one of the sinks has more records than this before it: each fresh record waits behind them.
const AHEAD: i64 = 4096;

/// How often a job that waits for sinks looks for them.
pub(super) const LOOK_FOR_SINKS: Duration = Duration::from_millis(500);

/// Fields of a record that say when and where, and how it came about that it is made: no difference by themselves.
const CIRCUMSTANCES: [&str; 7] = [
    "revision",
    "op",
    "reprocessed",
    "seen_in",
    "first_seen",
    "fetched",
    "emitted",
];

/// Which part of which job comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stretch {
    job: i64,
    becomes: Becomes,
    from: i64,
    through: i64,
    last: i64,
    /// Drafts that had left before it was read.
    gone: u64,
}

impl Stretch {
    /// Whether the job ends with it.
    fn is_last(&self) -> bool {
        self.through >= self.last
    }
}

/// What there is to do for a job.
pub(super) enum Next {
    /// These drafts.
    Portion(Stretch, Vec<DraftEntry>),
    /// Something, once the sinks have come closer.
    Later,
    /// Nothing.
    Nothing,
}

/// Goes over the drafts of the job that runs.
pub(super) struct Jobs {
    readers: Arc<Readers>,
    /// The sinks that records go to.
    retention: Option<watch::Receiver<Retention>>,
    /// The job that runs, with the position that it has been read up to.
    job: Option<Job>,
}

impl Jobs {
    pub(super) fn new(
        readers: Arc<Readers>,
        retention: Option<watch::Receiver<Retention>>,
    ) -> Jobs {
        Jobs {
            readers,
            retention,
            job: None,
        }
    }

    /// What comes next for the job that runs, if one does.
    pub(super) async fn next(&mut self, vitals: Vitals) -> Result<Next, StoreError> {
        let Some(number) = vitals.job else {
            self.job = None;
            return Ok(Next::Nothing);
        };
        if self.job.as_ref().is_none_or(|job| job.number != number) {
            self.job = self.readers.ask(move |reader| reader.job(number)).await?;
            self.job.iter().for_each(|job| {
                say_begin(job);
                show_left(job);
            });
        }
        // One that has ended since is told by the next look at what runs.
        let Some(job) = self.job.as_mut().filter(|job| job.is_running()) else {
            return Ok(Next::Nothing);
        };
        let sinks = self.retention.as_ref();
        let sinks = sinks.map_or_else(Vec::new, |kept| kept.borrow().sinks.clone());
        let (wish, from, last) = (job.wish.clone(), job.position, job.last);
        let read = self.readers.ask(move |reader| {
            if far_behind(reader, sinks, vitals.records_head)?.is_some() {
                return Ok(None);
            }
            let (through, drafts) = read(reader, &wish, from, last)?;
            // What leaves meanwhile leaves from the beginning on: with drafts that were read, none is gone after them.
            let unread = drafts.first().map_or(through, |first| first.seq - 1);
            let gone = reader.drafts_gone(from, unread)?;
            Ok(Some((through, drafts, gone)))
        });
        let Some((through, drafts, gone)) = read.await? else {
            return Ok(Next::Later);
        };
        let stretch = Stretch {
            job: number,
            becomes: job.wish.becomes,
            from,
            through,
            last,
            gone,
        };
        job.position = through;
        if stretch.is_last() {
            // Its end is committed with the portion; until then it is not read again.
            job.ended = Some(Timestamp::MAX);
        }
        Ok(Next::Portion(stretch, drafts))
    }
}

/// A sink that has so many records before it that a job waits, and how many they are, up to the record `head`.
pub(crate) fn far_behind(
    reader: &Reader<'_>,
    sinks: Vec<String>,
    head: i64,
) -> rusqlite::Result<Option<(String, i64)>> {
    for sink in sinks {
        let position = reader.position(&sink)?.map_or(0, |(seq, _)| seq);
        let before_it = head - position;
        if before_it > AHEAD {
            return Ok(Some((sink, before_it)));
        }
    }
    Ok(None)
}

/// The next drafts of a wish after `from`, and up to which draft they are all.
pub(crate) fn read(
    reader: &Reader<'_>,
    wish: &Wish,
    from: i64,
    last: i64,
) -> rusqlite::Result<(i64, Vec<DraftEntry>)> {
    let end = last.min(from.saturating_add(SPAN)).max(from);
    let drafts = reader.drafts_wished(wish, from, end, PORTION, PORTION_BYTES)?;
    let through = drafts.last().map_or(end, |draft| draft.seq);
    Ok((through, drafts))
}

/// What comes of a draft that is gone over.
enum Outcome {
    Made { is_unknown: bool },
    Same,
    Superseded,
    Waiting,
    LeftOut,
    Unreadable,
}

/// A record that is made anew, and what is different in it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Change {
    /// The article's id.
    pub id: String,
    /// Id of the record's source.
    pub source: String,
    /// Its headline.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The fields of the record that are different, by name; absent where the last record has left the log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fields: Option<Vec<String>>,
}

/// Makes the records of a portion anew, and delivers the revisions that are due. The fresh drafts stay at `position`.
///
/// # Errors
/// When the store cannot be read.
pub(super) fn resolve(
    reader: &Reader<'_>,
    enrichment: &Enrichment,
    copies: &mut Copies,
    position: i64,
    stretch: Stretch,
    batch: Vec<Prepared>,
    now: Timestamp,
) -> rusqlite::Result<TransformCommit> {
    let stories = copies.begin(reader, now);
    let mut index = Index::new(reader, enrichment.rules(), stories, now);
    let mut dead_letters = resolve::release_due(&mut index, reader, enrichment)?;
    let mut anew = Anew::new(index, reader, enrichment, stretch.becomes);
    for prepared in batch {
        anew.go_over(prepared)?;
    }
    anew.tally.gone = stretch.gone;
    dead_letters.extend(anew.dead_letters);
    Ok(TransformCommit {
        from: position,
        position,
        dead_letters,
        portion: Some(Box::new(Portion {
            job: stretch.job,
            from: stretch.from,
            through: stretch.through,
            is_last: stretch.is_last(),
            tally: anew.tally,
        })),
        ..anew.index.into_commit()
    })
}

/// What would come of a portion.
///
/// # Errors
/// When the store cannot be read.
pub(crate) fn weigh_drafts(
    reader: &Reader<'_>,
    enrichment: &Enrichment,
    becomes: Becomes,
    drafts: Vec<DraftEntry>,
    now: Timestamp,
) -> rusqlite::Result<(Tally, Vec<Change>)> {
    let mut copies = Copies::none(enrichment.copies());
    let stories = copies.begin(reader, now);
    let index = Index::new(reader, enrichment.rules(), stories, now);
    let mut anew = Anew::new(index, reader, enrichment, becomes);
    // The daemon, which may work beside it, has the others.
    let cores = (cores() / 2).max(1);
    for prepared in prepare_all(drafts, enrichment, cores) {
        anew.go_over(prepared)?;
    }
    Ok((anew.tally, anew.changes))
}

/// A portion that is made anew.
struct Anew<'r> {
    index: Index<'r>,
    reader: &'r Reader<'r>,
    enrichment: &'r Enrichment,
    becomes: Becomes,
    tally: Tally,
    changes: Vec<Change>,
    dead_letters: Vec<DeadLetter>,
}

impl<'r> Anew<'r> {
    fn new(
        index: Index<'r>,
        reader: &'r Reader<'r>,
        enrichment: &'r Enrichment,
        becomes: Becomes,
    ) -> Anew<'r> {
        Anew {
            index,
            reader,
            enrichment,
            becomes,
            tally: Tally::default(),
            changes: Vec::new(),
            dead_letters: Vec::new(),
        }
    }

    fn go_over(&mut self, prepared: Prepared) -> rusqlite::Result<()> {
        self.index.trace = prepared.trace;
        self.index.draft = Some(prepared.seq);
        let outcome = match prepared.outcome {
            Ok(article) => self.make(prepared.seq, *article)?,
            // It was set aside when it came, or its article's record stays: another dead letter would say nothing new.
            Err(_) => Outcome::Unreadable,
        };
        let tally = &mut self.tally;
        tally.drafts += 1;
        match outcome {
            Outcome::Made { is_unknown } => {
                tally.made += 1;
                tally.unknown += u64::from(is_unknown);
            }
            Outcome::Same => tally.same += 1,
            Outcome::Superseded => tally.superseded += 1,
            Outcome::Waiting => tally.waiting += 1,
            Outcome::LeftOut => tally.left_out += 1,
            Outcome::Unreadable => tally.unreadable += 1,
        }
        Ok(())
    }

    fn make(&mut self, draft: i64, mut article: Article) -> rusqlite::Result<Outcome> {
        let Some(row) = self.article_of(draft, &article)? else {
            return Ok(Outcome::Superseded);
        };
        if self.index.waits_as(row.id, draft)? {
            // Without its page it comes as it was, with the text that was kept for it.
            if !(article.lacks_page && row.from_page) {
                self.index
                    .hold_anew(row.id, &article.evidence, &article.record)?;
            }
            return Ok(Outcome::Waiting);
        }
        let last = match self.reader.last_record(&row.id)? {
            LastRecord::Never => return Ok(Outcome::Superseded),
            LastRecord::Gone => None,
            LastRecord::Here(json) => Last::read(&json),
        };
        if !self.is_latest(&row, draft, &article, last.as_ref())? {
            return Ok(Outcome::Superseded);
        }
        if article.lacks_page && row.from_page {
            let Some(last) = &last else {
                return Ok(Outcome::Unreadable);
            };
            resolve::keep_text(&last.record, &mut article, self.enrichment);
        }
        let policy = self.enrichment.wanted(&article.record.source.id).copies;
        article.record.duplicates = match (policy, &last) {
            (CopyPolicy::Pass, _) => None,
            (_, Some(last)) => last.record.duplicates.clone(),
            (_, None) => self.index.known_story(row.id)?,
        };
        let is_copy = article.record.duplicates.as_ref();
        if policy == CopyPolicy::Drop && is_copy.is_some_and(|known| known.of.is_some()) {
            return Ok(Outcome::LeftOut);
        }
        self.deliver(row, article, last)
    }

    /// The article that a draft may be made into the record of. What is noted of it comes first: another version or enrichment may find other keys and
    /// words in it, by which its article is not known.
    fn article_of(
        &mut self,
        draft: i64,
        article: &Article,
    ) -> rusqlite::Result<Option<ArticleRow>> {
        if let Some(id) = self.reader.article_made_of(draft)? {
            return self.index.article(&id);
        }
        let found = self.index.find(&article.evidence)?;
        Ok(found.filter(|row| row.draft.is_none()))
    }

    /// Whether a draft is the one that its article's latest record was made of.
    fn is_latest(
        &mut self,
        row: &ArticleRow,
        draft: i64,
        article: &Article,
        last: Option<&Last>,
    ) -> rusqlite::Result<bool> {
        if let Some(latest) = row.draft {
            return Ok(latest == draft);
        }
        // An earlier version of Dateline has not noted it: then it is the one with this content that was fetched then.
        let evidence = &article.evidence;
        let source = self.index.version_source(row.id, &row.content)?;
        Ok(row.content == evidence.content
            && source.as_ref() == Some(&evidence.source)
            && last.is_none_or(|last| last.record.fetched == article.record.fetched))
    }

    /// Delivers the record, if it says something else than the last one.
    fn deliver(
        &mut self,
        row: ArticleRow,
        article: Article,
        last: Option<Last>,
    ) -> rusqlite::Result<Outcome> {
        let Article {
            mut record,
            evidence,
            ..
        } = article;
        let is_reworded = row.content != evidence.content;
        let mut next = row.clone();
        next.content = evidence.content;
        if !self.index.waits(row.id)? {
            next.show(&evidence, &record);
        }
        // Under the number that it has, and made anew if it was, so that rules which ask for it make no difference.
        record.reprocessed = last.as_ref().and_then(|last| last.record.reprocessed);
        let Some(again) = self.index.version_anew(next.clone(), record.clone())? else {
            return Ok(Outcome::LeftOut);
        };
        let fields = match &last {
            Some(last) => match last.differs(&again.record) {
                Ok(fields) => Some(fields),
                Err(_) => return Ok(Outcome::Unreadable),
            },
            None => None,
        };
        if fields.as_ref().is_some_and(Vec::is_empty) {
            return Ok(Outcome::Same);
        }
        record.reprocessed = Some(match self.becomes {
            Becomes::Revisions => Reprocessed::Revision,
            Becomes::Replacements => Reprocessed::Replacement,
        });
        next.revision += u32::from(self.becomes == Becomes::Revisions);
        let Some(version) = self.index.version_anew(next, record)? else {
            return Ok(Outcome::LeftOut);
        };
        if is_reworded {
            self.index.add_version(row.id, &evidence);
        }
        let is_unknown = fields.is_none();
        self.changes.push(Change {
            id: version.record.id.clone(),
            source: version.record.source.id.clone(),
            title: version.record.title.clone(),
            fields,
        });
        let refused = self.index.deliver(version);
        let outcome = match refused {
            Some(_) => Outcome::Unreadable,
            None => Outcome::Made { is_unknown },
        };
        self.dead_letters.extend(refused);
        Ok(outcome)
    }
}

/// The last record of an article, as the log has it.
struct Last {
    record: Record,
    json: Map<String, Value>,
}

impl Last {
    /// `None` for one that this version cannot read, which is as good as gone.
    fn read(json: &str) -> Option<Last> {
        Some(Last {
            record: serde_json::from_str(json).ok()?,
            json: serde_json::from_str(json).ok()?,
        })
    }

    /// The fields in which a record says something else, by name.
    fn differs(&self, record: &Record) -> Result<Vec<String>, serde_json::Error> {
        // Through text, as the one in the log has gone: numbers come out of it alike.
        let json: Map<String, Value> = serde_json::from_str(&serde_json::to_string(record)?)?;
        let names: BTreeSet<&String> = self.json.keys().chain(json.keys()).collect();
        let differing = names.into_iter().filter(|name| {
            !CIRCUMSTANCES.contains(&name.as_str()) && self.json.get(*name) != json.get(*name)
        });
        Ok(differing.cloned().collect())
    }
}

/// Counts a portion that is committed, and says when the job has ended with it. False where the job was cancelled before: then nothing has come of the
/// portion.
///
/// # Errors
/// When the store cannot be read.
pub(super) async fn note(
    readers: &Arc<Readers>,
    stretch: Stretch,
    tally: Tally,
) -> Result<bool, StoreError> {
    let job = readers.ask(move |reader| reader.job(stretch.job)).await?;
    let Some(job) = job.filter(|job| job.position == stretch.through) else {
        return Ok(false);
    };
    for (outcome, count) in [
        ("made", tally.made),
        ("same", tally.same),
        ("superseded", tally.superseded),
        ("waiting", tally.waiting),
        ("left_out", tally.left_out),
        ("unreadable", tally.unreadable),
        ("gone", tally.gone),
    ] {
        metrics::counter!("dateline_reprocess_drafts_total", "outcome" => outcome).increment(count);
    }
    show_left(&job);
    if !job.is_running() && !job.cancelled {
        say_end(&job);
    }
    Ok(true)
}

/// Shows how much a job has before it.
pub(crate) fn show_left(job: &Job) {
    let left = if job.is_running() { job.left() } else { 0 };
    metrics::gauge!("dateline_reprocess_left_drafts").set(left as f64);
}

fn say_begin(job: &Job) {
    let what = match job.position == job.first {
        true => "records are made anew from the drafts that are there",
        false => "records are made anew: the job goes on where it was",
    };
    tracing::info!(
        job = job.number,
        r#as = job.wish.becomes.as_str(),
        after = job.position,
        through = job.last,
        "{what}"
    );
}

/// Says in the log that a job has ended, and what has come of it.
pub(crate) fn say_end(job: &Job) {
    let Tally {
        drafts,
        made,
        unknown,
        same,
        superseded,
        waiting,
        left_out,
        unreadable,
        gone,
    } = job.tally;
    if gone > 0 {
        tracing::warn!(
            job = job.number,
            drafts = gone,
            "drafts had left before the job that makes records anew came to them: the logs were fuller than a job may keep them"
        );
    }
    tracing::info!(
        job = job.number,
        r#as = job.wish.becomes.as_str(),
        cancelled = job.cancelled,
        drafts,
        made,
        unknown,
        same,
        superseded,
        waiting,
        left_out,
        unreadable,
        gone,
        "no more records are made anew"
    );
}
