//! One item of ninjs, whose versions differ in how they write their names: `versioncreated` (1, 2) and `versionCreated` (3), `headline` or `headline_ROLE` and
//! `body_ROLE` (1), `headlines` and `bodies` with roles and types (2, 3), renditions and associations by name (1) or in lists (2, 3).

use dateline_pipeline::draft::{Guid, Item, Text, Trust};
use dateline_pipeline::fault::Fault;
use dateline_pipeline::record::Image;
use dateline_text::html::looks_like_html;
use serde_json::{Map, Value};

use super::fields::{people, stated};

/// Pictures and subjects of one item that are kept.
const MAX_LIST: usize = 64;

pub(super) fn item(value: &Value) -> Result<Item, Fault> {
    let Some(node) = value.as_object() else {
        return Err(Fault::poison("format", "it is JSON and no object"));
    };
    if text(node, "uri").is_none() && !has_text(node) {
        let reason = "it is JSON and neither a ninjs item (it has no `uri` and no headline or body) nor an article of schema.org nor a record of Dateline's; [drops.fields] of its folder may say where its fields are";
        return Err(Fault::poison("format", reason));
    }
    if let Some(status @ ("withheld" | "canceled")) = text(node, "pubstatus").as_deref() {
        let reason =
            format!("its `pubstatus` is `{status}`: its sender does not want it to be published");
        return Err(Fault::poison("withheld", reason));
    }
    let language = text(node, "language");
    let date = |names: &[&str]| {
        let found = names.iter().find_map(|name| text(node, name));
        found.and_then(|written| stated(&written, language.as_deref()))
    };
    let item = Item {
        guid: text(node, "uri").map(|value| Guid {
            value,
            trust: Trust::Stated,
        }),
        title: written(node, "headline", "headlines").map(|(title, _)| title),
        summary: written(node, "description", "descriptions").map(|(summary, _)| summary),
        content: written(node, "body", "bodies").map(|(body, _)| body),
        authors: text(node, "byline")
            .or_else(|| text(node, "by"))
            .map(|byline| people(&byline))
            .unwrap_or_default(),
        publisher: text(node, "copyrightholder"),
        categories: names(node, &["subject", "subjects"]),
        images: images(node),
        rights: text(node, "copyrightnotice").or_else(|| text(node, "usageterms")),
        published: date(&["firstcreated", "contentcreated", "versioncreated"]),
        updated: date(&["versioncreated"]),
        language,
        ..Item::default()
    };
    if item.title.is_none() && item.content.is_none() && item.summary.is_none() {
        return Err(Fault::poison(
            "empty",
            "it is a ninjs item without headline, description and body",
        ));
    }
    Ok(item)
}

fn has_text(node: &Map<String, Value>) -> bool {
    written(node, "headline", "headlines").is_some() && written(node, "body", "bodies").is_some()
}

/// A property by its name in small letters, as any version writes it.
fn property<'n>(node: &'n Map<String, Value>, name: &str) -> Option<&'n Value> {
    node.get(name).or_else(|| {
        node.iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    })
}

fn text(node: &Map<String, Value>, name: &str) -> Option<String> {
    let text = property(node, name)?.as_str()?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// The best of the texts that a property has: markup before plain text, which has lost its paragraphs, but no whole documents and no XML of another kind.
/// With it comes how good it is.
fn written(node: &Map<String, Value>, one: &str, many: &str) -> Option<(Text, u8)> {
    let prefix = format!("{one}_");
    let by_name = node.iter().filter(|(key, _)| {
        let key = key.to_ascii_lowercase();
        key == one || key.starts_with(&prefix)
    });
    let by_name = by_name.filter_map(|(key, value)| judged(value.as_str()?, None, key));
    let listed = property(node, many).and_then(Value::as_array);
    let listed = listed.into_iter().flatten().take(MAX_LIST);
    let listed = listed.filter_map(|entry| {
        let entry = entry.as_object()?;
        let role = text(entry, "role").unwrap_or_default();
        judged(
            &text(entry, "value")?,
            text(entry, "contenttype").as_deref(),
            &role,
        )
    });
    let mut best: Option<(Text, u8)> = None;
    for (found, rank) in by_name.chain(listed) {
        if best.as_ref().is_none_or(|(_, known)| *known < rank) {
            best = Some((found, rank));
        }
    }
    best
}

/// A text by its type, or by what it looks like, and how good it is; its role decides between equals.
fn judged(value: &str, kind: Option<&str>, role: &str) -> Option<(Text, u8)> {
    let value = value.trim();
    if value.is_empty() {
        return None;
    }
    let kind = kind.unwrap_or_default().to_ascii_lowercase();
    let is_markup = kind.contains("html") || kind.is_empty() && looks_like_html(value);
    let is_main = role.eq_ignore_ascii_case("main") || role.ends_with("_main");
    let start = value.get(..5).unwrap_or_default();
    let is_document = start.eq_ignore_ascii_case("<html") || start.eq_ignore_ascii_case("<!doc");
    let rank = if is_markup {
        if is_document { 2 } else { 6 }
    } else if kind.is_empty() || kind.starts_with("text/plain") {
        4
    } else {
        return None;
    };
    let text = if is_markup {
        Text::html(value)
    } else {
        Text::plain(value)
    };
    Some((text, rank + u8::from(is_main)))
}

/// The names of the things that a property lists.
fn names(node: &Map<String, Value>, properties: &[&str]) -> Vec<String> {
    let lists = properties
        .iter()
        .filter_map(|name| property(node, name)?.as_array());
    let things = lists.flatten().filter_map(Value::as_object);
    things
        .filter_map(|thing| text(thing, "name"))
        .take(MAX_LIST)
        .collect()
}

/// The values of a list, or of an object by names.
fn members(value: &Value) -> Vec<&Map<String, Value>> {
    let members: Vec<&Value> = match value {
        Value::Array(list) => list.iter().collect(),
        Value::Object(by_name) => by_name.values().collect(),
        _ => Vec::new(),
    };
    members
        .into_iter()
        .filter_map(Value::as_object)
        .take(MAX_LIST)
        .collect()
}

/// The item's own picture and those that go with it.
fn images(node: &Map<String, Value>) -> Vec<Image> {
    let associated = property(node, "associations")
        .map(members)
        .unwrap_or_default();
    let own = std::iter::once(node);
    own.chain(associated)
        .filter(|item| text(item, "type").as_deref() == Some("picture"))
        .filter_map(picture)
        .collect()
}

/// A picture in its largest rendition.
fn picture(item: &Map<String, Value>) -> Option<Image> {
    let renditions = property(item, "renditions")
        .map(members)
        .unwrap_or_default();
    let width = |rendition: &Map<String, Value>| {
        property(rendition, "width")
            .and_then(Value::as_u64)
            .unwrap_or(0)
    };
    let largest = renditions
        .into_iter()
        .filter(|rendition| text(rendition, "href").is_some())
        .max_by_key(|rendition| width(rendition));
    let caption = written(item, "description", "descriptions");
    let image = Image {
        url: largest.and_then(|rendition| text(rendition, "href")),
        alt: None,
        caption: caption.map(|(caption, _)| caption.value),
        credit: text(item, "byline").or_else(|| text(item, "by")),
    };
    (image != Image::default()).then_some(image)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The same article in the words of the three versions.
    fn versions() -> [Value; 3] {
        let (plain, markup) = (
            "They are back. Nobody knows why.",
            "<p>They are back.</p><p>Nobody knows why.</p>",
        );
        let picture = json!({ "type": "picture", "description_text": "Gulls", "byline": "Jane Roe/Tern News",
            "renditions": { "small": { "href": "https://quay.example/s.jpg", "width": 100 }, "main": { "href": "https://quay.example/m.jpg", "width": 900 } } });
        let listed = json!({ "name": "a", "type": "picture", "descriptions": [{ "value": "Gulls" }], "by": "Jane Roe/Tern News",
            "renditions": [{ "name": "m", "href": "https://quay.example/m.jpg", "width": 900 }, { "name": "s", "href": "https://quay.example/s.jpg", "width": 100 }] });
        [
            json!({ "uri": "urn:quay:1", "type": "text", "versioncreated": "2023-05-09T10:00:00+01:00", "language": "en", "byline": "By Tom Low and Ann Lee",
                "headline": "Gulls return", "description_text": "They came late.", "body_text": plain, "body_xhtml": markup, "copyrightholder": "Quay",
                "subject": [{ "name": "nature" }], "associations": { "a": picture } }),
            json!({ "uri": "urn:quay:1", "type": "text", "versioncreated": "2023-05-09T10:00:00+01:00", "language": "en", "by": "By Tom Low and Ann Lee",
                "headlines": [{ "role": "short", "value": "Gulls" }, { "role": "main", "value": "Gulls return" }], "descriptions": [{ "role": "text", "value": "They came late." }],
                "bodies": [{ "role": "text", "contenttype": "text/plain", "value": plain }, { "role": "x", "contenttype": "application/xml", "value": "<TTNITF/>" },
                    { "role": "html", "contenttype": "text/html", "value": markup }, { "role": "page", "contenttype": "text/html", "value": "<html><h1>No</h1></html>" }],
                "copyrightholder": "Quay", "subjects": [{ "name": "nature" }], "associations": [listed] }),
            json!({ "uri": "urn:quay:1", "type": "text", "versionCreated": "2023-05-09T10:00:00+01:00", "language": "en", "by": "By Tom Low and Ann Lee",
                "headlines": [{ "value": "Gulls return" }], "descriptions": [{ "contentType": "text/plain", "value": "They came late." }],
                "bodies": [{ "contentType": "text/plain", "value": plain }, { "contentType": "application/xhtml+xml", "value": markup }],
                "copyrightHolder": "Quay", "subjects": [{ "name": "nature" }], "associations": [listed] }),
        ]
    }

    #[test]
    fn the_three_versions_say_the_same() {
        for value in versions() {
            let item = item(&value).unwrap();
            assert_eq!(item.guid.unwrap().value, "urn:quay:1");
            assert_eq!(item.title.unwrap().value, "Gulls return");
            assert_eq!(item.summary.unwrap().value, "They came late.");
            assert_eq!(
                item.content.unwrap(),
                Text::html("<p>They are back.</p><p>Nobody knows why.</p>")
            );
            let authors: Vec<_> = item
                .authors
                .iter()
                .filter_map(|author| author.name.as_deref())
                .collect();
            assert_eq!(authors, ["Tom Low", "Ann Lee"]);
            assert_eq!(item.publisher.as_deref(), Some("Quay"));
            assert_eq!(item.categories, ["nature"]);
            let published = item.published.unwrap();
            assert_eq!(published.instant.to_string(), "2023-05-09T09:00:00Z");
            assert_eq!(published.offset.as_deref(), Some("+01:00"));
            assert_eq!(
                item.images,
                [Image {
                    url: Some("https://quay.example/m.jpg".to_owned()),
                    alt: None,
                    caption: Some("Gulls".to_owned()),
                    credit: Some("Jane Roe/Tern News".to_owned()),
                }]
            );
        }
    }

    #[test]
    fn what_is_no_article_is_told() {
        for (value, kind) in [
            (json!({ "name": "a" }), "format"),
            (json!([1]), "format"),
            (json!({ "uri": "urn:quay:1", "type": "text" }), "empty"),
            (
                json!({ "uri": "urn:quay:1", "headline": "No", "pubstatus": "withheld" }),
                "withheld",
            ),
            (
                json!({ "uri": "urn:quay:1", "headlines": [{ "value": "No" }], "pubStatus": "canceled" }),
                "withheld",
            ),
        ] {
            assert_eq!(item(&value).unwrap_err().kind, kind, "{value}");
        }
    }
}
