//! JSON Feed 1.0 and 1.1, however regular: a member of the wrong type costs itself and not the feed.

mod parse;

use std::borrow::Cow;

use url::Url;

use crate::Options;
use crate::dates::Dates;
use crate::links;
use crate::model::{Entry, FeedDocument, Format, Media, ReadError, Tag, WebLink};
use crate::tidy::{self, Letters};
use crate::values::{Date, Person, Text};
use parse::{Value, parse};

/// Items of one document, and elements of one of their lists, that are read.
const MAX_ITEMS: usize = 100_000;
const MAX_LIST: usize = 256;

/// What was read.
pub(crate) struct JsonFeed {
    pub(crate) feed: FeedDocument,
    pub(crate) entries: Vec<Entry>,
    pub(crate) notes: Vec<String>,
    /// Whether the text ends within a value.
    pub(crate) cut_off: bool,
}

/// Reads a JSON feed.
///
/// # Errors
/// Where the text is JSON of another kind.
pub(crate) fn read(
    text: &str,
    base: Option<&Url>,
    dates: Dates,
    options: Options,
) -> Result<JsonFeed, ReadError> {
    let (value, faults) = parse(text);
    let Some(Value::Object(members)) = value else {
        return Err(not_a_feed());
    };
    let mut reader = Reader {
        base,
        options,
        odd: 0,
        letters: Letters::new(options),
        dates,
        language: None,
    };
    let version = reader.text(&members, "version");
    let says_so = version.is_some_and(|version| version.contains("jsonfeed.org/version"));
    let items = list(&members, "items");
    let is_item = |item: &Value<'_>| {
        object(item)
            .is_some_and(|members| ITEM_MARKS.iter().any(|name| get(members, name).is_some()))
    };
    if !says_so && !items.is_some_and(|items| items.iter().any(is_item)) {
        return Err(not_a_feed());
    }
    let feed = reader.feed(&members);
    let mut entries: Vec<Entry> = items
        .unwrap_or_default()
        .iter()
        .take(MAX_ITEMS)
        .filter_map(|item| match object(item) {
            Some(members) => Some(reader.entry(members)),
            None => {
                reader.odd += 1;
                None
            }
        })
        .collect();
    let mut notes = Vec::new();
    if !says_so {
        notes.push("the feed does not say that it is a JSON feed; read as one".to_owned());
    }
    if faults.odd > 0 {
        notes.push(format!(
            "{} characters or words that JSON does not know were passed over",
            faults.odd
        ));
    }
    if faults.cut_off {
        notes.push("the document ends too early; what it holds until there was read".to_owned());
    }
    if faults.too_much {
        notes.push(
            "the document is deeper or longer than any feed and was not read to its end".to_owned(),
        );
    }
    if reader.odd > 0 {
        notes.push(format!(
            "{} values of the wrong type were left out",
            reader.odd
        ));
    }
    reader
        .dates
        .reread(&mut entries, reader.language.as_deref());
    notes.extend(reader.letters.notes());
    notes.extend(reader.dates.into_notes());
    Ok(JsonFeed {
        feed,
        entries,
        notes,
        cut_off: faults.cut_off,
    })
}

/// Members by which an item is known where the version is missing.
const ITEM_MARKS: [&str; 4] = [
    "content_html",
    "content_text",
    "date_published",
    "external_url",
];

fn not_a_feed() -> ReadError {
    ReadError::NotAFeed("this is JSON, not a JSON feed".to_owned())
}

type Members<'t> = [(Cow<'t, str>, Value<'t>)];

fn get<'v, 't>(members: &'v Members<'t>, name: &str) -> Option<&'v Value<'t>> {
    let found = members.iter().find(|(known, _)| known == name);
    found
        .map(|(_, value)| value)
        .filter(|value| **value != Value::Null)
}

fn object<'v, 't>(value: &'v Value<'t>) -> Option<&'v Members<'t>> {
    match value {
        Value::Object(members) => Some(members),
        _ => None,
    }
}

fn list<'v, 't>(members: &'v Members<'t>, name: &str) -> Option<&'v [Value<'t>]> {
    match get(members, name)? {
        Value::List(list) => Some(list),
        _ => None,
    }
}

struct Reader<'b> {
    base: Option<&'b Url>,
    options: Options,
    odd: usize,
    letters: Letters,
    dates: Dates,
    /// That of the feed.
    language: Option<String>,
}

impl Reader<'_> {
    fn feed(&mut self, members: &Members<'_>) -> FeedDocument {
        let mut feed = FeedDocument::new(Format::Json);
        feed.title = self.text(members, "title").map(Text::plain);
        feed.subtitle = self.text(members, "description").map(Text::plain);
        feed.language = self.text(members, "language");
        self.language = feed.language.clone();
        feed.image = self
            .address(members, "icon")
            .or_else(|| self.address(members, "favicon"));
        feed.authors = self.authors(members);
        feed.link = self.address(members, "home_page_url");
        feed.links
            .extend(feed.link.clone().map(|href| link(href, "alternate")));
        for (name, rel) in [("feed_url", "self"), ("next_url", "next")] {
            feed.links
                .extend(self.address(members, name).map(|href| link(href, rel)));
        }
        for hub in self.objects(members, "hubs") {
            feed.links
                .extend(self.address(hub, "url").map(|href| link(href, "hub")));
        }
        feed
    }

    fn entry(&mut self, members: &Members<'_>) -> Entry {
        let url = self.address(members, "url");
        let external = self.address(members, "external_url");
        let mut links: Vec<WebLink> = url
            .clone()
            .map(|href| link(href, "alternate"))
            .into_iter()
            .collect();
        links.extend(external.clone().map(|href| link(href, "related")));
        let html = self
            .text(members, "content_html")
            .map(|value| Text::html(tidy::html(value, self.base, self.options)));
        let plain = self.text(members, "content_text").map(Text::plain);
        let permalink = self.text(members, "id").filter(|id| id.starts_with("http"));
        let id = match get(members, "id") {
            Some(Value::Text(id)) => {
                Some(self.letters.identifier(id.trim())).filter(|id| !id.is_empty())
            }
            Some(Value::Number(number)) => Some((*number).to_owned()),
            _ => None,
        };
        let mut thumbnails: Vec<String> = Vec::new();
        for name in ["image", "banner_image"] {
            thumbnails.extend(self.address(members, name));
        }
        Entry {
            link: url.or(external).or(permalink),
            id,
            title: self.text(members, "title").map(Text::plain),
            links,
            summary: self.text(members, "summary").map(Text::plain),
            contents: html.or(plain).into_iter().collect(),
            published: self.date(members, "date_published"),
            updated: self.date(members, "date_modified"),
            authors: self.authors(members),
            tags: self.tags(members),
            media: self.attachments(members),
            thumbnails,
            language: self.text(members, "language"),
            ..Entry::default()
        }
    }

    /// A text; numbers are taken for texts.
    fn text(&mut self, members: &Members<'_>, name: &str) -> Option<String> {
        let text = match get(members, name)? {
            Value::Text(text) => self.letters.tidy(text.trim()),
            Value::Number(number) => (*number).to_owned(),
            _ => {
                self.odd += 1;
                return None;
            }
        };
        (!text.is_empty()).then_some(text)
    }

    fn address(&mut self, members: &Members<'_>, name: &str) -> Option<String> {
        let address = self.text(members, name)?;
        Some(links::absolute(&address, self.base))
    }

    fn date(&mut self, members: &Members<'_>, name: &str) -> Option<Date> {
        let text = self.text(members, name)?;
        self.dates.read(&text, self.language.as_deref())
    }

    /// The objects of a list, or the one object in its place.
    fn objects<'v, 't>(&mut self, members: &'v Members<'t>, name: &str) -> Vec<&'v Members<'t>> {
        let values: &[Value<'t>] = match get(members, name) {
            None => return Vec::new(),
            Some(Value::List(list)) => list,
            Some(value) => std::slice::from_ref(value),
        };
        let objects: Vec<_> = values.iter().take(MAX_LIST).filter_map(object).collect();
        self.odd += values.len().min(MAX_LIST) - objects.len();
        objects
    }

    /// `authors` of version 1.1, else `author` of 1.0.
    fn authors(&mut self, members: &Members<'_>) -> Vec<Person> {
        let mut authors = Vec::new();
        for name in ["authors", "author"] {
            if let Some(Value::Text(line)) = get(members, name) {
                authors.push(crate::persons::person(line));
            } else {
                for author in self.objects(members, name) {
                    authors.push(Person {
                        name: self.text(author, "name"),
                        email: None,
                        url: self.address(author, "url"),
                    });
                }
            }
            authors.retain(|author| *author != Person::default());
            if !authors.is_empty() {
                break;
            }
        }
        authors
    }

    fn tags(&mut self, members: &Members<'_>) -> Vec<Tag> {
        let mut tags: Vec<Tag> = Vec::new();
        let values: &[Value<'_>] = match get(members, "tags") {
            None => &[],
            Some(Value::List(list)) => list,
            Some(value) => std::slice::from_ref(value),
        };
        for value in values.iter().take(MAX_LIST) {
            let term = match value {
                Value::Text(term) => self.letters.tidy(term.trim()),
                Value::Number(number) => (*number).to_owned(),
                _ => {
                    self.odd += 1;
                    continue;
                }
            };
            if !term.is_empty() && !tags.iter().any(|tag| tag.term == term) {
                tags.push(Tag {
                    term,
                    ..Tag::default()
                });
            }
        }
        tags
    }

    fn attachments(&mut self, members: &Members<'_>) -> Vec<Media> {
        let mut media = Vec::new();
        for attachment in self.objects(members, "attachments") {
            let Some(url) = self.address(attachment, "url") else {
                self.odd += 1;
                continue;
            };
            let length = match get(attachment, "size_in_bytes") {
                Some(Value::Number(number)) => number.parse().ok(),
                Some(Value::Text(number)) => number.trim().parse().ok(),
                _ => None,
            };
            media.push(Media {
                url,
                media_type: self.text(attachment, "mime_type"),
                length,
                caption: self.text(attachment, "title"),
                credit: None,
            });
        }
        media
    }
}

fn link(href: String, rel: &str) -> WebLink {
    WebLink {
        href,
        rel: Some(rel.to_owned()),
        ..WebLink::default()
    }
}
