//! Which drafts are the same article.
//!
//! An article is found by its keys (hashes of guid, link, path, title or body), but a key alone
//! decides nothing: publishers reuse guids, change links, and give every item the address of their
//! front page. [`same_article`] weighs what agrees against what does not:
//!
//! | guid | link | same article? |
//! |---|---|---|
//! | same | same | yes: whatever changed is an edit |
//! | same | other | if the words are alike (the article moved); else the guid was reused |
//! | same | unknown | unless the words are unlike (a guid reused) |
//! | unknown | same | yes: the link is its identity in every feed; but if the item has a guid of its own, unless the words are unlike |
//! | other | same | if the words are alike (guids that count editions); else a shared link |
//! | other | other or unknown | no |
//! | unknown | other | no: copies under other links are articles of their own |
//! | unknown | unknown | same path and alike words, or same body, or same title and no unlike bodies |
//!
//! "Unknown" covers what is absent and what [`Trust`] calls worthless as an identity. Trust is judged
//! within one document, so an identifier may be shared in one poll and alone in the next: whatever is
//! not named by both guid and link is known by its words too.

use dateline_text::{similar, url_key};
use url::Url;

use crate::draft::{Item, Trust};
use crate::record::Record;
use crate::store::{ArticleRow, Hash};

/// Characters of a title kept for comparison.
const TITLE_CHARS: usize = 300;

/// Titles that share half of their words are taken for editions of one.
const TITLE_OVERLAP: f64 = 0.5;

/// What an article is told apart by.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// Id of the source.
    pub source: String,
    /// Key of the guid.
    pub guid: Option<Hash>,
    /// Key of the link.
    pub link: Option<Hash>,
    /// Keys of a guid and a link that several items share: an article that stood alone under one of
    /// them before may be found by it, and is then told by its words.
    pub hints: [Option<Hash>; 2],
    /// Key of the path in a drop folder.
    pub place: Option<Hash>,
    /// Key of the title, for items that are not named by both guid and link, nor by a path.
    pub by_title: Option<Hash>,
    /// Key of the body, for items that are not named by both guid and link.
    pub by_body: Option<Hash>,
    /// The title, lower case, cut at a limit; empty where there is none.
    pub title: String,
    /// Sketch of the text.
    pub sketch: Option<u64>,
    /// Hash over what a reader reads.
    pub content: Hash,
}

/// Gathers what an article is told apart by.
pub(super) fn evidence(
    item: &Item,
    record: &Record,
    link: Option<&Url>,
    content: Hash,
) -> Evidence {
    let source = record.source.id.clone();
    let stated = |trust: Trust| trust == Trust::Stated;
    let guid = item.guid.as_ref().filter(|guid| stated(guid.trust));
    let place = item.guid.as_ref().filter(|guid| guid.trust == Trust::Place);
    let shared_guid = item
        .guid
        .as_ref()
        .filter(|guid| guid.trust == Trust::Shared);
    let link = link.filter(|link| !is_front_page(link));
    let (link, shared_link) = match item.link.as_ref().is_some_and(|link| stated(link.trust)) {
        true => (link, None),
        false => (None, link),
    };
    let link_key = |link: &Url| link_key(link, item.guid.is_none());
    let sketch = super::normalise::sketch(record);
    let title = compared_title(record);
    let known_by_words = guid.is_none() || link.is_none();
    // A text of some length is the same article wherever it turns up; a few words are not.
    let body_scope = if sketch.is_some() {
        ""
    } else {
        source.as_str()
    };
    let body = record.text.as_deref().or(record.summary.as_deref());
    Evidence {
        guid: guid.map(|guid| guid_key(&guid.value, &source)),
        link: link.map(link_key),
        hints: [
            shared_guid.map(|guid| guid_key(&guid.value, &source)),
            shared_link.map(link_key),
        ],
        place: place.map(|place| hash(&["place", source.as_str(), place.value.as_str()])),
        by_title: (known_by_words && place.is_none() && !title.is_empty())
            .then(|| hash(&["title", source.as_str(), title.as_str()])),
        by_body: body
            .filter(|_| known_by_words)
            .map(|body| hash(&["body", body_scope, body])),
        source,
        title,
        sketch,
        content,
    }
}

/// A record's title as it is compared.
pub(super) fn compared_title(record: &Record) -> String {
    let title = record.title.as_deref().unwrap_or_default();
    title.to_lowercase().chars().take(TITLE_CHARS).collect()
}

fn guid_key(guid: &str, source: &str) -> Hash {
    hash(&["guid", guid_scope(guid, source), guid])
}

fn link_key(link: &Url, has_no_guid: bool) -> Hash {
    // Blogs of one page a day link their items by anchors and give no guids.
    let anchor = link.fragment().filter(|_| has_no_guid).filter(is_anchor);
    hash(&[
        "link",
        url_key::key(link).as_str(),
        anchor.unwrap_or_default(),
    ])
}

/// Within what a guid means something: the whole world for those made to be unique, else the feed.
fn guid_scope<'a>(guid: &str, source: &'a str) -> &'a str {
    const WORLDWIDE: [&str; 4] = ["http://", "https://", "tag:", "urn:uuid:"];
    if WORLDWIDE.iter().any(|start| guid.starts_with(start)) {
        ""
    } else {
        source
    }
}

/// Fragments that name a part of every page rather than one article of several on it.
const PARTS_OF_PAGES: [&str; 7] = [
    "comment", "comments", "content", "main", "respond", "start", "top",
];

/// Whether a fragment may tell articles on one page apart: not a script's route or a tracking
/// parameter (both hold an equals sign), nor a part that every page has.
fn is_anchor(fragment: &&str) -> bool {
    let plain = !fragment.is_empty() && !fragment.contains(['=', '!', '/']);
    plain && !PARTS_OF_PAGES.contains(&fragment.to_ascii_lowercase().as_str())
}

/// The address of a site rather than of an article: nothing but its host identifies it.
fn is_front_page(link: &Url) -> bool {
    !url_key::key(link).contains(['/', '?', '#'])
}

impl Evidence {
    /// Every key that the article is found by, the strongest first.
    pub fn keys(&self) -> impl Iterator<Item = Hash> {
        [
            self.guid,
            self.link,
            self.place,
            self.by_title,
            self.by_body,
        ]
        .into_iter()
        .flatten()
    }

    /// The id of a new article: made from its link, else guid, else content, so that it is the
    /// same again if the state is lost. `taken` counts ids that belong to others.
    pub fn new_id(&self, taken: u32) -> Hash {
        let strongest = self.link.or(self.guid).unwrap_or(self.content);
        if taken == 0 {
            return hash::<&[u8]>(&[b"article", &strongest]);
        }
        let guid = self.guid.unwrap_or_default();
        hash::<&[u8]>(&[
            b"article",
            &strongest,
            &guid,
            &self.content,
            &taken.to_le_bytes(),
        ])
    }
}

/// By which keys an article was found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FoundBy {
    /// Its guid.
    pub guid: bool,
    /// Its link.
    pub link: bool,
    /// Its path.
    pub place: bool,
    /// Its title.
    pub title: bool,
    /// Its body.
    pub body: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Agreement {
    Same,
    Other,
    Unknown,
}

/// Whether the draft behind `new` is the article `old`, which was found by some of its keys.
pub fn same_article(new: &Evidence, old: &ArticleRow, found: FoundBy) -> bool {
    use Agreement::{Other, Same, Unknown};
    let guid = match (found.guid, new.guid) {
        (true, _) => Same,
        // Guids of two feeds for one article differ by nature and say nothing.
        (false, Some(_)) if old.guid_source.as_deref() == Some(&new.source) => Other,
        (false, _) => Unknown,
    };
    let link = match (found.link, new.link) {
        (true, _) => Same,
        (false, Some(_)) if old.has_link => Other,
        (false, _) => Unknown,
    };
    match (guid, link) {
        (Same, Same) => true,
        (Unknown, Same) => new.guid.is_none() || words(new, old) != Other,
        (Same, Other) | (Other, Same) => words(new, old) == Same,
        (Same, Unknown) => words(new, old) != Other,
        (Other, Other | Unknown) | (Unknown, Other) => false,
        (Unknown, Unknown) => by_words_alone(new, old, found),
    }
}

fn by_words_alone(new: &Evidence, old: &ArticleRow, found: FoundBy) -> bool {
    let same_title = new.title == old.title;
    (found.place && words(new, old) == Agreement::Same)
        || new.content == old.content
        || (found.body && (same_title || new.sketch.is_some()))
        || (found.title && same_title && !unlike_texts(new, old))
}

/// Whether titles or texts read like two editions of one article.
fn words(new: &Evidence, old: &ArticleRow) -> Agreement {
    let texts = match (new.sketch, old.sketch) {
        (Some(new), Some(old)) => Some(similar::close(new, old)),
        _ => None,
    };
    let titles = (!new.title.is_empty() && !old.title.is_empty()).then(|| {
        new.title == old.title || similar::title_overlap(&new.title, &old.title) >= TITLE_OVERLAP
    });
    if new.content == old.content || texts == Some(true) || titles == Some(true) {
        Agreement::Same
    } else if texts == Some(false) || titles == Some(false) {
        Agreement::Other
    } else {
        Agreement::Unknown
    }
}

fn unlike_texts(new: &Evidence, old: &ArticleRow) -> bool {
    matches!((new.sketch, old.sketch), (Some(new), Some(old)) if !similar::close(new, old))
}

/// Hash over parts; their lengths keep neighbours apart.
fn hash<P: AsRef<[u8]>>(parts: &[P]) -> Hash {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        let part = part.as_ref();
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    short(&hasher.finalize())
}

/// The first half of a BLAKE3 hash: 128 bits tell a billion billion articles apart.
pub(super) fn short(hash: &blake3::Hash) -> Hash {
    let mut short = [0; 16];
    short.copy_from_slice(&hash.as_bytes()[..16]);
    short
}

/// A hash in hexadecimal digits.
pub fn hex(hash: &Hash) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(32);
    for byte in hash {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text
}
