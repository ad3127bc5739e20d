//! Makes a JSON feed regular: members of the wrong type are turned into the right one or left out,
//! so that one odd value costs itself and not the feed. Adds nothing.

use serde_json::{Map, Value};

use crate::model::ReadError;

/// The version that the engine takes; 1.0 and 1.1 are read alike.
const VERSION: &str = "https://jsonfeed.org/version/1.1";

/// Members of the feed that are texts (JSON Feed 1.1, "top-level").
const FEED_TEXTS: [&str; 7] = [
    "title",
    "home_page_url",
    "feed_url",
    "description",
    "icon",
    "favicon",
    "language",
];

/// Members of an item that are texts.
const ITEM_TEXTS: [&str; 9] = [
    "id",
    "url",
    "external_url",
    "title",
    "content_html",
    "content_text",
    "summary",
    "date_published",
    "date_modified",
];

/// The feed in `text` with regular members, as JSON again.
///
/// # Errors
/// Where the text is not JSON, or JSON of another kind.
pub(super) fn normalise(text: &str, notes: &mut Vec<String>) -> Result<String, ReadError> {
    let mut document: Map<String, Value> =
        serde_json::from_str(text).map_err(|error| ReadError::Broken(error.to_string()))?;
    let version = document
        .get("version")
        .and_then(Value::as_str)
        .unwrap_or_default();
    if !version.contains("jsonfeed.org/version/") {
        return Err(ReadError::NotAFeed(
            "this is JSON, not a JSON feed".to_owned(),
        ));
    }
    let mut odd = 0;
    document.insert("version".to_owned(), VERSION.into());
    texts(&mut document, &FEED_TEXTS, &mut odd);
    // The engine insists on a title; an empty one counts as none.
    document.entry("title").or_insert_with(|| "".into());
    people(&mut document, &mut odd);
    objects(&mut document, "items", &mut odd, |item, odd| {
        texts(item, &ITEM_TEXTS, odd);
        people(item, odd);
        tags(item, odd);
        objects(item, "attachments", odd, attachment);
        true
    });
    document
        .entry("items")
        .or_insert_with(|| Value::Array(Vec::new()));
    if odd > 0 {
        notes.push(format!("{odd} values of the wrong type were left out"));
    }
    Ok(Value::Object(document).to_string())
}

/// Leaves only texts under `names`; numbers become texts.
fn texts(members: &mut Map<String, Value>, names: &[&str], odd: &mut usize) {
    for name in names {
        match members.get_mut(*name) {
            None | Some(Value::String(_)) => {}
            Some(value) if value.is_number() => *value = value.to_string().into(),
            Some(value) => {
                *odd += usize::from(!value.is_null());
                members.remove(*name);
            }
        }
    }
}

/// Leaves under `name` only a list of objects that `keep` agrees with, after it has mended them.
fn objects(
    members: &mut Map<String, Value>,
    name: &str,
    odd: &mut usize,
    keep: impl Fn(&mut Map<String, Value>, &mut usize) -> bool,
) {
    let Some(value) = members.get_mut(name) else {
        return;
    };
    let Value::Array(list) = value else {
        *odd += usize::from(!value.is_null());
        members.remove(name);
        return;
    };
    list.retain_mut(|element| {
        let kept = element
            .as_object_mut()
            .is_some_and(|members| keep(members, odd));
        *odd += usize::from(!kept);
        kept
    });
}

fn people(members: &mut Map<String, Value>, odd: &mut usize) {
    objects(members, "authors", odd, person);
    let single = match members.get_mut("author") {
        None => return,
        Some(Value::Object(author)) => person(author, odd),
        Some(_) => false,
    };
    if !single {
        *odd += 1;
        members.remove("author");
    }
}

fn person(members: &mut Map<String, Value>, odd: &mut usize) -> bool {
    texts(members, &["name", "url"], odd);
    true
}

fn tags(members: &mut Map<String, Value>, odd: &mut usize) {
    match members.get_mut("tags") {
        None => {}
        Some(Value::Array(tags)) => {
            let before = tags.len();
            tags.retain(Value::is_string);
            *odd += before - tags.len();
        }
        Some(_) => {
            *odd += 1;
            members.remove("tags");
        }
    }
}

/// The engine insists on an address and a type.
fn attachment(members: &mut Map<String, Value>, odd: &mut usize) -> bool {
    texts(members, &["url", "mime_type", "title"], odd);
    if members
        .get("size_in_bytes")
        .is_some_and(|size| !size.is_u64())
    {
        members.remove("size_in_bytes");
    }
    members.contains_key("url") && members.contains_key("mime_type")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use super::*;

    fn normal(text: &str) -> (Value, usize) {
        let mut notes = Vec::new();
        let document = normalise(text, &mut notes).unwrap();
        (serde_json::from_str(&document).unwrap(), notes.len())
    }

    #[test]
    fn odd_values_cost_only_themselves() {
        let (feed, notes) = normal(
            r#"{"version": "http://jsonfeed.org/version/1", "title": null, "authors": {"name": "x"}, "items": [
                {"id": 7, "title": ["no"], "tags": ["a", 1], "author": "me", "attachments": [{"url": "u"}, 3]},
                "not an item",
                {"id": "8"}
            ]}"#,
        );
        assert_eq!(notes, 1);
        assert_eq!(
            feed["items"][0],
            serde_json::json!({"id": "7", "tags": ["a"], "attachments": []})
        );
        assert_eq!(feed["items"][1], serde_json::json!({"id": "8"}));
        assert_eq!(feed.get("authors"), None);
    }

    #[test]
    fn other_json_is_not_a_feed() {
        let error = |text| normalise(text, &mut Vec::new()).unwrap_err().kind();
        assert_eq!(error("{}"), "not_a_feed");
        assert_eq!(error("{\"version\": 2}"), "not_a_feed");
        assert_eq!(error("{\"version\": "), "not_a_feed");
    }
}
