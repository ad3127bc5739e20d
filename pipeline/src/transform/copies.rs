//! Stories that several houses print: which articles are copies of one, and of which.
//!
//! Every text that is met is held for some days: its anchors in memory, its signature in the store. A new article is compared with those that share
//! anchors with it; the most alike of its copies says which cluster it joins. What is held changes with each batch, and is written with the batch's
//! records: a stage that fails throws the memory away and reads it anew.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use dateline_text::copies::{Index, Likeness, Signature, is_copy};
use dateline_text::similar;
use jiff::Timestamp;

use super::enrichment::{CopyPolicy, Enrichment};
use super::identity::hex;
use super::known::Known;
use super::normalise;
use crate::clock::before;
use crate::record::{DateOrigin, DuplicateMethod, Duplicates, Precision, Record};
use crate::store::{ArticleRow, ClusterRow, CopiesChange, Hash, LikenessRow, Reader};

/// A revision that has so much in common with the text that is held of its article needs no place of its own.
const HELD: f64 = 0.9;

/// Steps in which the window moves: a thousandth of it is exact enough, and bounds what is noted of ages.
const STEPS: u32 = 1000;

/// Digits of a similarity after the point: it is an estimate.
const SIMILARITY_STEPS: f64 = 1000.0;

/// For how long, and of how many, copies are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// How long a text is held.
    pub window: Duration,
    /// Texts that are held at the most, the latest.
    pub max_articles: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            window: Duration::from_hours(72),
            max_articles: 1_000_000,
        }
    }
}

/// What an article's copies are known by, and what becomes of it if it is one.
#[derive(Debug, Clone, PartialEq)]
pub struct Wording {
    signature: Option<Signature>,
    policy: CopyPolicy,
}

impl Wording {
    /// Of a record's text, with what is wanted for its source. Pure, and most of the work.
    pub(super) fn of(record: &Record, enrichment: &Enrichment) -> Self {
        let policy = enrichment.wanted(&record.source.id).copies;
        let signature = match policy {
            CopyPolicy::Pass => None,
            CopyPolicy::Mark | CopyPolicy::Drop => normalise::text(record).and_then(Signature::of),
        };
        Self { signature, policy }
    }
}

/// The texts that are held.
#[derive(Debug)]
pub struct Copies {
    settings: Settings,
    index: Index,
    /// From which number on texts are how old, in steps; the oldest first.
    ages: VecDeque<Age>,
}

#[derive(Debug, Clone, Copy)]
struct Age {
    at: Timestamp,
    first: u64,
}

impl Copies {
    /// None, for whoever looks for no copies.
    pub(super) fn none(settings: Settings) -> Self {
        Self {
            settings,
            index: Index::starting_at(1),
            ages: VecDeque::new(),
        }
    }

    /// As the store holds them.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn load(reader: &Reader<'_>, settings: Settings) -> rusqlite::Result<Self> {
        let mut copies = Self::none(settings);
        reader.each_likeness(|row| {
            copies.skip_to(row.number.cast_unsigned());
            copies.push(row.at, &row.signature);
        })?;
        // Numbers of rows that another version wrote are taken all the same.
        if let Some(last) = reader.last_likeness()? {
            copies.skip_to(last.cast_unsigned() + 1);
        }
        Ok(copies)
    }

    /// For how long, and of how many, copies are known.
    pub(super) fn settings(&self) -> Settings {
        self.settings
    }

    /// Makes `number` the next one. Those between are nobody's.
    fn skip_to(&mut self, number: u64) {
        if self.index.is_empty() {
            self.index = Index::starting_at(number);
        }
        while self.index.next_number() < number {
            self.index.push(&[]);
        }
    }

    fn push(&mut self, at: Timestamp, signature: &Signature) -> u64 {
        let step = self.settings.window / STEPS;
        let is_due = |age: &Age| before(at, step) >= age.at;
        if self.ages.back().is_none_or(is_due) {
            self.ages.push_back(Age {
                at,
                first: self.index.next_number(),
            });
        }
        self.index.push(signature.anchors())
    }

    /// Forgets what is too old or too much; the first number that is kept.
    fn forget(&mut self, horizon: Timestamp) -> u64 {
        while self.ages.get(1).is_some_and(|age| age.at <= horizon) {
            self.ages.pop_front();
        }
        let by_age = self.ages.front().map_or(0, |age| age.first);
        let by_count = self
            .index
            .next_number()
            .saturating_sub(self.settings.max_articles);
        let first_kept = by_age.max(by_count);
        self.index.forget_before(first_kept);
        first_kept
    }

    /// Begins a batch.
    pub(super) fn begin<'a>(&'a mut self, reader: &'a Reader<'a>, now: Timestamp) -> Stories<'a> {
        Stories {
            horizon: before(now, self.settings.window),
            first_new: self.index.next_number().cast_signed(),
            copies: self,
            reader,
            now,
            likenesses: Vec::new(),
            members: HashMap::new(),
            clusters: HashMap::new(),
            marked: 0,
            dropped: 0,
        }
    }
}

/// What a batch knows of copies: the store's knowledge with the batch's own laid over it.
pub(super) struct Stories<'a> {
    copies: &'a mut Copies,
    reader: &'a Reader<'a>,
    now: Timestamp,
    horizon: Timestamp,
    first_new: i64,
    likenesses: Vec<LikenessRow>,
    members: HashMap<Hash, Known<Hash>>,
    clusters: HashMap<Hash, Known<ClusterRow>>,
    marked: u64,
    dropped: u64,
}

/// A copy of an article.
struct Match {
    row: LikenessRow,
    likeness: Likeness,
}

/// Which story a version of an article tells, before it counts.
#[derive(Default)]
pub(super) struct Story {
    /// The text by which copies of this version are known from then on, and since when it is told.
    held: Option<(Timestamp, Signature)>,
    joins: Option<Joining>,
    /// Whether other articles tell it.
    is_shared: bool,
    /// Whether it is a copy that is not wanted.
    pub(super) is_unwanted: bool,
}

/// An article that joins the cluster of one that it copies.
struct Joining {
    /// As the cluster is then.
    cluster: ClusterRow,
    /// Whether that is news.
    is_changed: bool,
    /// The article that it copies, where that was in no cluster.
    first: Option<Hash>,
}

impl Stories<'_> {
    /// Says in the record of an article's version which story it tells, if others do too. Nothing of it counts before it is [kept](Self::keep).
    pub(super) fn tell(
        &mut self,
        article: &ArticleRow,
        record: &mut Record,
        Wording { signature, policy }: Wording,
    ) -> rusqlite::Result<Story> {
        let mut story = Story::default();
        if policy == CopyPolicy::Pass {
            return Ok(story);
        }
        let told = told(record);
        let mut copy = None;
        if let Some(signature) = signature {
            let (found, is_held) = self.compare(article, &signature)?;
            copy = found;
            story.held = (!is_held).then_some((told, signature));
        }
        record.duplicates = match (self.known(article.id)?, copy) {
            (Some(known), _) => Some(known),
            (None, Some(copy)) => {
                let joins = self.joining(article.id, told, &copy.row)?;
                let (id, original) = (joins.cluster.id, joins.cluster.original);
                story.joins = Some(joins);
                Some(shown(article.id, id, Some(original), Some(&copy.likeness)))
            }
            (None, None) => None,
        };
        if let Some(duplicates) = &record.duplicates {
            story.is_shared = true;
            story.is_unwanted = policy == CopyPolicy::Drop && duplicates.of.is_some();
        }
        Ok(story)
    }

    /// What a record says of the cluster that its article is in already.
    pub(super) fn known(&mut self, article: Hash) -> rusqlite::Result<Option<Duplicates>> {
        let Some(id) = self.cluster_of(article)? else {
            return Ok(None);
        };
        let original = self.cluster(id)?.map(|cluster| cluster.original);
        Ok(Some(shown(article, id, original, None)))
    }

    /// Remembers what was told of an article's version.
    pub(super) fn keep(&mut self, article: &ArticleRow, story: Story) {
        if let Some((told, signature)) = story.held {
            self.hold(article, told, signature);
        }
        if let Some(joins) = story.joins {
            self.join(article.id, joins);
        }
        self.dropped += u64::from(story.is_unwanted);
        self.marked += u64::from(story.is_shared && !story.is_unwanted);
    }

    /// What the batch has changed.
    pub(super) fn finish(self) -> CopiesChange {
        let members = self.members.into_iter();
        CopiesChange {
            first_kept: self.copies.forget(self.horizon).cast_signed(),
            likenesses: self.likenesses,
            members: members
                .filter_map(|(article, cluster)| Some((article, cluster.new_value()?)))
                .collect(),
            clusters: self
                .clusters
                .into_values()
                .filter_map(Known::new_value)
                .collect(),
            marked: self.marked,
            dropped: self.dropped,
        }
    }

    /// The most alike of the copies of a text, and whether the article is known by it already.
    fn compare(
        &mut self,
        article: &ArticleRow,
        signature: &Signature,
    ) -> rusqlite::Result<(Option<Match>, bool)> {
        let mut best: Option<Match> = None;
        let mut is_held = false;
        for candidate in self.copies.index.candidates(signature.anchors()) {
            let Some(row) = self.likeness(candidate.number.cast_signed())? else {
                continue;
            };
            let Some(likeness) = Likeness::of(signature, &row.signature) else {
                continue;
            };
            if row.article == article.id {
                is_held |= likeness.containment >= HELD;
                continue;
            }
            let titles = || similar::title_overlap(&article.title, &row.title);
            // Of equals the one that was met first stays.
            let is_better = best
                .as_ref()
                .is_none_or(|best| best.likeness.containment < likeness.containment);
            if row.at >= self.horizon && is_better && is_copy(&likeness, titles) {
                best = Some(Match { row, likeness });
            }
        }
        Ok((best, is_held))
    }

    fn hold(&mut self, article: &ArticleRow, told: Timestamp, signature: Signature) {
        let number = self.copies.push(self.now, &signature);
        self.likenesses.push(LikenessRow {
            number: number.cast_signed(),
            at: self.now,
            article: article.id,
            title: article.title.clone(),
            told,
            signature,
        });
    }

    /// The cluster of an article that this one copies, which may be a new one, with this one in it.
    fn joining(
        &mut self,
        article: Hash,
        told: Timestamp,
        copied: &LikenessRow,
    ) -> rusqlite::Result<Joining> {
        let known = self.cluster_of(copied.article)?;
        let id = known.unwrap_or(copied.article);
        let mut cluster = self.cluster(id)?.unwrap_or(ClusterRow {
            id,
            original: copied.article,
            told: copied.told,
        });
        let is_earliest = told < cluster.told;
        if is_earliest {
            cluster.original = article;
            cluster.told = told;
        }
        Ok(Joining {
            cluster,
            is_changed: is_earliest || known.is_none(),
            first: known.is_none().then_some(copied.article),
        })
    }

    fn join(&mut self, article: Hash, joining: Joining) {
        let id = joining.cluster.id;
        for member in joining.first.into_iter().chain([article]) {
            self.members.insert(member, Known::made(id));
        }
        if joining.is_changed {
            self.clusters.insert(id, Known::made(joining.cluster));
        }
    }

    fn likeness(&self, number: i64) -> rusqlite::Result<Option<LikenessRow>> {
        match usize::try_from(number - self.first_new) {
            Ok(place) => Ok(self.likenesses.get(place).cloned()),
            Err(_) => self.reader.likeness(number),
        }
    }

    fn cluster_of(&mut self, article: Hash) -> rusqlite::Result<Option<Hash>> {
        if let Some(known) = self.members.get(&article) {
            return Ok(known.value().copied());
        }
        let cluster = self.reader.cluster_of(&article)?;
        self.members.insert(article, Known::stored(cluster));
        Ok(cluster)
    }

    fn cluster(&mut self, id: Hash) -> rusqlite::Result<Option<ClusterRow>> {
        if let Some(known) = self.clusters.get(&id) {
            return Ok(known.value().cloned());
        }
        let cluster = self.reader.cluster(&id)?;
        self.clusters.insert(id, Known::stored(cluster.clone()));
        Ok(cluster)
    }
}

/// What a record says of its article's cluster, whose earliest article is `original`.
fn shown(
    article: Hash,
    cluster: Hash,
    original: Option<Hash>,
    likeness: Option<&Likeness>,
) -> Duplicates {
    let method = |likeness: &Likeness| match likeness.figures {
        Some(_) => DuplicateMethod::Figures,
        None => DuplicateMethod::Title,
    };
    let rounded = |share: f64| (share * SIMILARITY_STEPS).round() / SIMILARITY_STEPS;
    Duplicates {
        cluster: hex(&cluster),
        of: original
            .filter(|original| *original != article)
            .map(|original| hex(&original)),
        similarity: likeness.map(|likeness| rounded(likeness.containment)),
        method: likeness.map(method),
    }
}

/// When an article says it was published, to the minute and not later than it was fetched; else when it was met.
fn told(record: &Record) -> Timestamp {
    let published = record.published.as_ref().filter(|published| {
        matches!(published.precision, Precision::Minute | Precision::Second)
            && published.from != DateOrigin::Url
            && published.instant <= record.fetched
    });
    published.map_or(record.first_seen, |published| published.instant)
}
