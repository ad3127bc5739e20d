//! A reading as the answer of `dateline inspect feed --batch`.

use serde_json::{Map, Value, json};

use crate::model::{Entry, FeedDocument, Format, Media, Reading, WebLink};
use crate::values::{Date, Person, Text};

/// `{"ok", "error", "feed", "entries", "recovered"}`. Instants are `YYYY-MM-DDTHH:MM:SSZ`, persons
/// `{name, email, href}`, tags `{term, scheme, label}`; what is not known is left out.
pub fn inspect_answer(reading: &Reading) -> Value {
    let format = reading
        .feed
        .as_ref()
        .map_or(Format::Rss, |feed| feed.format);
    json!({
        "ok": reading.error.is_none(),
        "error": reading.error.as_ref().map(ToString::to_string),
        "feed": reading.feed.as_ref().map(feed),
        "entries": reading.entries.iter().map(|item| entry(item, format)).collect::<Vec<Value>>(),
        "recovered": reading.recovered,
    })
}

fn feed(feed: &FeedDocument) -> Value {
    known([
        ("format", json!(feed.format)),
        ("title", text(&feed.title)),
        ("link", link_or_id(&feed.link, &feed.id, feed.format)),
        ("id", json!(feed.id)),
        ("subtitle", text(&feed.subtitle)),
        ("language", json!(feed.language)),
        ("rights", text(&feed.rights)),
        ("ttl", json!(feed.ttl)),
        ("image", json!(feed.image)),
        ("updated", instant(&feed.updated)),
        ("published", instant(&feed.published)),
        ("authors", persons(&feed.authors)),
        ("tags", json!(feed.tags)),
        ("links", links(&feed.links)),
    ])
}

fn entry(entry: &Entry, format: Format) -> Value {
    let contents: Vec<&str> = entry
        .contents
        .iter()
        .map(|content| content.value.as_str())
        .collect();
    known([
        ("title", text(&entry.title)),
        ("link", link_or_id(&entry.link, &entry.id, format)),
        ("id", json!(entry.id)),
        ("summary", text(&entry.summary)),
        ("content", json!(contents)),
        ("published", instant(&entry.published)),
        ("updated", instant(&entry.updated)),
        ("authors", persons(&entry.authors)),
        ("contributors", persons(&entry.contributors)),
        ("tags", json!(entry.tags)),
        ("links", links(&entry.links)),
        ("enclosures", entry.media.iter().map(enclosure).collect()),
        ("rights", text(&entry.rights)),
        ("language", json!(entry.language)),
    ])
}

/// An object without what is null or empty.
fn known<const N: usize>(members: [(&str, Value); N]) -> Value {
    let members = members.into_iter().filter(|(_, value)| match value {
        Value::Null => false,
        Value::Array(list) => !list.is_empty(),
        _ => true,
    });
    Value::Object(
        members
            .map(|(name, value)| (name.to_owned(), value))
            .collect::<Map<String, Value>>(),
    )
}

fn text(text: &Option<Text>) -> Value {
    json!(text.as_ref().map(|text| &text.value))
}

fn instant(stated: &Option<Date>) -> Value {
    json!(
        stated
            .as_ref()
            .map(|stated| stated.instant.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
    )
}

fn persons(persons: &[Person]) -> Value {
    let person = |person: &Person| {
        known([
            ("name", json!(person.name)),
            ("email", json!(person.email)),
            ("href", json!(person.url)),
        ])
    };
    persons.iter().map(person).collect()
}

fn links(links: &[WebLink]) -> Value {
    let link = |link: &WebLink| {
        known([
            ("href", json!(link.href)),
            ("rel", json!(link.rel.as_deref().unwrap_or("alternate"))),
            ("type", json!(media_type(link))),
            ("title", json!(link.title)),
            ("hreflang", json!(link.language)),
            (
                "length",
                json!(link.length.map(|length| length.to_string())),
            ),
        ])
    };
    links.iter().map(link).collect()
}

/// The type as stated, else what readers take for granted.
fn media_type(link: &WebLink) -> Option<&str> {
    let taken = match link.rel.as_deref() {
        Some("self") => Some("application/atom+xml"),
        None | Some("alternate") => Some("text/html"),
        _ => None,
    };
    link.media_type.as_deref().or(taken)
}

/// The link as stated, else the identifier, as readers take it that know nothing else.
fn link_or_id(link: &Option<String>, id: &Option<String>, format: Format) -> Value {
    json!(
        link.as_ref()
            .or(id.as_ref().filter(|_| format == Format::Atom))
    )
}

fn enclosure(media: &Media) -> Value {
    known([
        ("href", json!(media.url)),
        ("type", json!(media.media_type)),
        ("length", json!(media.length)),
    ])
}
