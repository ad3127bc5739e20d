//! The engine that reads feeds, feed-rs, and its values in our terms.
//!
//! Nothing outside this file knows it. Three of its habits are undone here: it makes up identifiers,
//! copies the publication date of an RSS item into its update date, and panics on some input.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};

use feed_rs::model;
use feed_rs::parser::Builder;
use url::Url;

use crate::dates;
use crate::model::{Entry, FeedDocument, Format, Media, Tag, WebLink};
use crate::values::{Date, Person, Text};

/// Dates that were not understood are named up to this many times.
const MAX_DATE_NOTES: usize = 5;

/// What the engine makes of a document.
pub(super) struct Parsed {
    pub(super) feed: FeedDocument,
    pub(super) entries: Vec<Entry>,
    pub(super) notes: Vec<String>,
}

/// Reads `text`, which must not be nested deeper than [`super::outline`] allows. The error is a
/// reason for people.
pub(super) fn parse(text: &str, base: Option<&Url>) -> Result<Parsed, String> {
    let dates = Dates::default();
    let recorder = dates.clone();
    let parser = Builder::new()
        .base_uri(base)
        .id_generator(|_, _, _| String::new())
        .sanitize_content(false)
        .timestamp_parser(move |text| recorder.record(text))
        .build();
    // The engine is a pure function of the text: whatever a panic leaves half done in the parser is
    // dropped here, and the recorded dates are not looked at.
    let feed = catch_unwind(AssertUnwindSafe(move || parser.parse(text.as_bytes())))
        .map_err(|_| "the reading engine gave up on it".to_owned())?
        .map_err(|error| error.to_string())?;
    Ok(convert(feed, &dates, base))
}

/// Keeps what the engine has no room for: how a date was written.
///
/// The engine only carries dates about. So it is given, in place of each instant, the number of the
/// date in this list, as seconds since 1970.
#[derive(Clone, Default)]
struct Dates(Arc<Mutex<Recorded>>);

#[derive(Default)]
struct Recorded {
    read: Vec<Date>,
    not_understood: Vec<String>,
}

/// The number of a recorded date, as the engine carries it.
type Token = chrono::DateTime<chrono::Utc>;

impl Dates {
    fn record(&self, text: &str) -> Option<Token> {
        let mut recorded = self
            .0
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        match dates::parse(text) {
            Some(stated) => {
                recorded.read.push(stated);
                let number = i64::try_from(recorded.read.len() - 1).ok()?;
                Token::from_timestamp(number, 0)
            }
            None => {
                if !text.trim().is_empty() {
                    recorded
                        .not_understood
                        .push(text.trim().chars().take(60).collect());
                }
                None
            }
        }
    }

    fn get(&self, token: Option<Token>) -> Option<Date> {
        let recorded = self
            .0
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        recorded
            .read
            .get(usize::try_from(token?.timestamp()).ok()?)
            .cloned()
    }

    fn notes(&self) -> Vec<String> {
        let recorded = self
            .0
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        let count = recorded.not_understood.len();
        let mut notes: Vec<String> = recorded
            .not_understood
            .iter()
            .take(MAX_DATE_NOTES)
            .map(|text| format!("the date {text:?} was not understood"))
            .collect();
        if count > MAX_DATE_NOTES {
            notes.push(format!(
                "{} more dates were not understood",
                count - MAX_DATE_NOTES
            ));
        }
        notes
    }
}

fn convert(feed: model::Feed, dates: &Dates, base: Option<&Url>) -> Parsed {
    let format = match feed.feed_type {
        model::FeedType::Atom => Format::Atom,
        model::FeedType::JSON => Format::Json,
        model::FeedType::RSS1 => Format::Rdf,
        model::FeedType::RSS0 | model::FeedType::RSS2 => Format::Rss,
    };
    let feed_authors: Vec<Person> = feed.authors.into_iter().filter_map(person).collect();
    let mut entries: Vec<Entry> = feed
        .entries
        .into_iter()
        .map(|entry| self::entry(entry, format, dates, base))
        .collect();
    if format == Format::Atom {
        // RFC 4287, section 4.2.1: the feed's authors are those of entries that name none.
        for entry in entries.iter_mut().filter(|entry| entry.authors.is_empty()) {
            entry.authors.clone_from(&feed_authors);
        }
    }
    let links: Vec<WebLink> = feed
        .links
        .into_iter()
        .filter_map(|link| web_link(link, base))
        .collect();
    let image = feed.logo.or(feed.icon).map(|image| image.uri);
    let feed = FeedDocument {
        format,
        id: stated_text(&feed.id),
        title: feed.title.and_then(|title| text(title, format)),
        subtitle: feed
            .description
            .and_then(|description| text(description, format)),
        link: main_link(&links),
        links,
        language: feed.language.as_deref().and_then(stated_text),
        rights: feed.rights.and_then(|rights| text(rights, format)),
        ttl: feed.ttl,
        skip_hours: Vec::new(),
        skip_days: Vec::new(),
        update_every: None,
        image: image.as_deref().and_then(stated_text),
        published: dates.get(feed.published),
        updated: dates.get(feed.updated),
        authors: feed_authors,
        tags: tags(feed.categories),
    };
    Parsed {
        feed,
        entries,
        notes: dates.notes(),
    }
}

fn entry(entry: model::Entry, format: Format, dates: &Dates, base: Option<&Url>) -> Entry {
    // The same token means that the engine copied the date.
    let copied = entry.updated == entry.published;
    let links: Vec<WebLink> = entry
        .links
        .into_iter()
        .filter_map(|link| web_link(link, base))
        .collect();
    let (mut media, thumbnails) = media(entry.media);
    let attached = links.iter().filter(|link| is_attachment(link, format));
    media.extend(attached.map(|link| Media {
        url: link.href.clone(),
        media_type: link.media_type.clone(),
        length: link.length,
        ..Media::default()
    }));
    Entry {
        id: stated_text(&entry.id),
        title: entry.title.and_then(|title| text(title, format)),
        link: main_link(&links),
        summary: entry.summary.and_then(|summary| text(summary, format)),
        contents: entry
            .content
            .and_then(|content| self::content(content, format))
            .into_iter()
            .collect(),
        published: dates.get(entry.published),
        updated: if copied {
            None
        } else {
            dates.get(entry.updated)
        },
        authors: entry.authors.into_iter().filter_map(person).collect(),
        contributors: entry.contributors.into_iter().filter_map(person).collect(),
        tags: tags(entry.categories),
        rights: entry.rights.and_then(|rights| text(rights, format)),
        language: entry.language.as_deref().and_then(stated_text),
        links: links
            .into_iter()
            .filter(|link| format != Format::Json || !is_attachment(link, format))
            .collect(),
        media,
        thumbnails,
    }
}

/// The trimmed text, unless it is empty.
fn stated_text(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// Text in its format. Atom and JSON Feed say what is HTML; RSS does not, so that it is HTML when
/// it looks like it.
fn text(text: model::Text, format: Format) -> Option<Text> {
    formatted(&text.content, text.content_type.subty().as_str(), format)
}

fn content(content: model::Content, format: Format) -> Option<Text> {
    formatted(
        &content.body?,
        content.content_type.subty().as_str(),
        format,
    )
}

fn formatted(value: &str, subtype: &str, format: Format) -> Option<Text> {
    let value = stated_text(value)?;
    let html = match format {
        Format::Rss | Format::Rdf => looks_like_html(&value),
        Format::Atom | Format::Json => subtype != "plain",
    };
    Some(if html {
        Text::html(value)
    } else {
        Text::plain(value)
    })
}

/// Whether the text holds a tag or a character reference.
fn looks_like_html(text: &str) -> bool {
    let tag = text.split('<').skip(1).any(|after| {
        let after = after.strip_prefix('/').unwrap_or(after);
        after.starts_with(|first: char| first.is_ascii_alphabetic() || first == '!')
            && after.contains('>')
    });
    tag || text.split('&').skip(1).any(|after| {
        let name = after.split(';').next().unwrap_or_default();
        let name = name.strip_prefix('#').unwrap_or(name);
        name.len() < after.len()
            && !name.is_empty()
            && name.len() < 32
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

fn person(person: model::Person) -> Option<Person> {
    let bare = |name: String| stated_text(name.trim().trim_matches(['(', ')', '<', '>', '"']));
    let person = Person {
        name: person.name.and_then(bare),
        email: person.email.as_deref().and_then(stated_text),
        url: person.uri.as_deref().and_then(stated_text),
    };
    (person != Person::default()).then_some(person)
}

fn tags(categories: Vec<model::Category>) -> Vec<Tag> {
    let mut tags = Vec::new();
    // Depth first through the subcategories of iTunes, in document order.
    let mut left: Vec<model::Category> = categories.into_iter().rev().collect();
    while let Some(category) = left.pop() {
        if let Some(term) = stated_text(&category.term) {
            tags.push(Tag {
                term,
                scheme: category.scheme,
                label: category.label,
            });
        }
        left.extend(category.subcategories.into_iter().rev());
    }
    tags
}

fn web_link(link: model::Link, base: Option<&Url>) -> Option<WebLink> {
    let rel = match link.target {
        Some(model::LinkTarget::Comments | model::LinkTarget::CommentsFeed) => {
            Some("replies".to_owned())
        }
        None => link.rel,
    };
    Some(WebLink {
        href: absolute(stated_text(&link.href)?, base),
        rel,
        media_type: link.media_type,
        title: link.title,
        length: link.length,
    })
}

/// The address against the base. The engine resolves those of XML only, where `xml:base` counts.
fn absolute(href: String, base: Option<&Url>) -> String {
    match (Url::parse(&href), base) {
        (Err(url::ParseError::RelativeUrlWithoutBase), Some(base)) => {
            base.join(&href).map_or(href, String::from)
        }
        _ => href,
    }
}

/// The link to the page itself: the plain or alternate one, rather an HTML page than anything else.
fn main_link(links: &[WebLink]) -> Option<String> {
    let page = |link: &&WebLink| matches!(link.rel.as_deref(), None | Some("alternate"));
    let html = |link: &&WebLink| {
        link.media_type
            .as_deref()
            .is_none_or(|media_type| media_type.contains("html"))
    };
    let pages = || links.iter().filter(page);
    pages()
        .find(html)
        .or_else(|| pages().next())
        .map(|link| link.href.clone())
}

/// Whether a link is to an attached file. The engine gives the attachments of JSON feeds as links
/// with a type and no relation.
fn is_attachment(link: &WebLink, format: Format) -> bool {
    match &link.rel {
        Some(rel) => rel == "enclosure",
        None => format == Format::Json && link.media_type.is_some(),
    }
}

/// Media and thumbnails, each address once.
fn media(objects: Vec<model::MediaObject>) -> (Vec<Media>, Vec<String>) {
    let mut media: Vec<Media> = Vec::new();
    let mut thumbnails: Vec<String> = Vec::new();
    for object in objects {
        let caption = object
            .description
            .or(object.title)
            .and_then(|text| stated_text(&text.content));
        let credits: Vec<String> = object
            .credits
            .iter()
            .filter_map(|credit| stated_text(&credit.entity))
            .collect();
        let alone = object.content.len() == 1;
        let each = credits.len() == object.content.len();
        for (index, content) in object.content.into_iter().enumerate() {
            let Some(url) = content.url else { continue };
            let credit = match (alone, each) {
                (true, _) => (!credits.is_empty()).then(|| credits.join(", ")),
                (false, true) => credits.get(index).cloned(),
                (false, false) => None,
            };
            let item = Media {
                url: url.to_string(),
                media_type: content
                    .content_type
                    .map(|media_type| media_type.to_string()),
                length: content.size,
                // The engine keeps one caption for all; it is that of the first.
                caption: caption.clone().filter(|_| index == 0),
                credit,
            };
            if !media.iter().any(|known| known.url == item.url) {
                media.push(item);
            }
        }
        for thumbnail in object.thumbnails {
            if let Some(url) = stated_text(&thumbnail.image.uri)
                && !thumbnails.contains(&url)
            {
                thumbnails.push(url);
            }
        }
    }
    (media, thumbnails)
}
