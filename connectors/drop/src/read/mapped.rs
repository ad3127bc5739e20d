//! Objects of JSON whose fields the configuration names.

use std::borrow::Cow;

use dateline_config::{DropFields, Pointer, Step};
use dateline_pipeline::draft::{Guid, Item, Link, Stated, Text, Trust};
use dateline_pipeline::fault::Fault;
use dateline_pipeline::record::{Image, Person, Precision};
use jiff::Timestamp;
use serde_json::{Number, Value};

use super::FileArticle;
use super::fields::{people, stated, written};

/// Values of one field that are kept: more paragraphs than any article has.
const MAX_VALUES: usize = 10_000;

/// Pictures of one article that are kept.
const MAX_IMAGES: usize = 64;

/// The numbers that are Unix times in seconds: from 1973, as what is less are years and days (`2023`, `20230509`), to 5138.
const SECONDS: std::ops::Range<f64> = 1e8..1e11;

/// Those that are such in milliseconds.
const MILLISECONDS: std::ops::Range<f64> = 1e11..1e14;

/// The objects that are articles: what `items` points to, where it is given.
///
/// # Errors
/// A poison fault of kind `format` where nothing is there.
pub(super) fn objects<'v>(
    values: &'v [Value],
    fields: &DropFields,
) -> Result<Vec<&'v Value>, Fault> {
    let Some(items) = &fields.items else {
        return Ok(values.iter().collect());
    };
    let found = values.iter().flat_map(|value| at(value, items));
    let objects: Vec<&Value> = found.flat_map(members).collect();
    if objects.is_empty() {
        let reason = format!("nothing is at `{items}`, where [drops.fields] looks for `items`");
        return Err(Fault::poison("format", reason));
    }
    Ok(objects)
}

/// The article that an object is.
///
/// # Errors
/// A poison fault of kind `format` where it is no object, `empty` where it has neither title nor text.
pub(super) fn article(object: &Value, fields: &DropFields) -> Result<FileArticle, Fault> {
    if !object.is_object() {
        return Err(Fault::poison("format", "it is JSON and no object"));
    }
    let first = |pointers| texts(object, pointers).into_iter().next();
    let title = first(&fields.title).map(|title| written(&title));
    let content = content(texts(object, &fields.text));
    if title.is_none() && content.is_none() {
        return Err(Fault::poison("empty", nothing_found(fields)));
    }
    let language = first(&fields.language).map(Cow::into_owned);
    let mut recovered = Vec::new();
    let mut date = |name, pointers| {
        let (pointer, value) = present(object, pointers)?;
        let date = date(value, language.as_deref());
        if date.is_none() {
            recovered.push(format!("`{name}` is no date at `{pointer}`: {value}"));
        }
        date
    };
    let item = Item {
        published: date("published", &fields.published),
        updated: date("updated", &fields.updated),
        guid: first(&fields.guid).map(|value| Guid {
            value: value.into_owned(),
            trust: Trust::Stated,
        }),
        link: first(&fields.url).map(|href| Link {
            href: href.into_owned(),
            trust: Trust::Stated,
        }),
        title,
        content,
        summary: first(&fields.summary).map(|summary| written(&summary)),
        authors: authors(&texts(object, &fields.authors)),
        publisher: first(&fields.publisher).map(Cow::into_owned),
        categories: categories(&texts(object, &fields.categories)),
        images: images(texts(object, &fields.images)),
        language,
        ..Item::default()
    };
    Ok(FileArticle {
        recovered,
        ..item.into()
    })
}

/// What is to be said of an object that is no article.
fn nothing_found(fields: &DropFields) -> String {
    let tried = |name: &str, pointers: &[Pointer]| {
        let places: Vec<String> = pointers.iter().map(|place| format!("`{place}`")).collect();
        (!places.is_empty()).then(|| format!("{name} at {}", places.join(", ")))
    };
    let tried = [tried("title", &fields.title), tried("text", &fields.text)];
    let tried: Vec<String> = tried.into_iter().flatten().collect();
    format!("no {}; see [drops.fields]", tried.join(", and no "))
}

/// What is at a place of a document.
fn at<'v>(value: &'v Value, pointer: &Pointer) -> Vec<&'v Value> {
    let mut found = vec![value];
    for step in pointer.steps() {
        found = found
            .into_iter()
            .flat_map(|value| match (step, value) {
                (Step::Each, Value::Array(list)) => list.iter().collect(),
                (Step::To(name), Value::Object(members)) => members.get(name).into_iter().collect(),
                (Step::To(number), Value::Array(list)) => {
                    let place = number.parse().ok();
                    place
                        .and_then(|place: usize| list.get(place))
                        .into_iter()
                        .collect()
                }
                _ => Vec::new(),
            })
            .take(MAX_VALUES)
            .collect();
    }
    found
}

/// The values of a list, or the value itself.
fn members(value: &Value) -> &[Value] {
    match value {
        Value::Array(list) => list,
        one => std::slice::from_ref(one),
    }
}

/// The texts at the first place where there are any.
fn texts<'v>(object: &'v Value, pointers: &[Pointer]) -> Vec<Cow<'v, str>> {
    let found = pointers.iter().map(|pointer| {
        let values = at(object, pointer).into_iter().flat_map(members);
        let texts: Vec<Cow<'v, str>> = values.filter_map(text).take(MAX_VALUES).collect();
        texts
    });
    let mut found = found.filter(|texts| !texts.is_empty());
    found.next().unwrap_or_default()
}

/// What is at the first place with a text, and that place.
fn present<'v, 'p>(object: &'v Value, pointers: &'p [Pointer]) -> Option<(&'p Pointer, &'v Value)> {
    pointers.iter().find_map(|pointer| {
        let values = at(object, pointer).into_iter().flat_map(members);
        let mut present = values.filter(|value| text(value).is_some());
        present.next().map(|value| (pointer, value))
    })
}

/// The text that a value is: identifiers and dates may be numbers.
fn text(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(text) => Some(text.trim())
            .filter(|text| !text.is_empty())
            .map(Cow::Borrowed),
        Value::Number(number) => Some(Cow::Owned(number.to_string())),
        _ => None,
    }
}

/// A text by its paragraphs.
fn content(paragraphs: Vec<Cow<'_, str>>) -> Option<Text> {
    (!paragraphs.is_empty()).then(|| written(&paragraphs.join("\n\n")))
}

/// The people of a byline, or of a list of names.
fn authors(names: &[Cow<'_, str>]) -> Vec<Person> {
    names.iter().flat_map(|name| people(name)).collect()
}

/// The categories of a list, or of a text with commas between them.
fn categories(texts: &[Cow<'_, str>]) -> Vec<String> {
    let words: Vec<&str> = match texts {
        [one] => one.split(',').map(str::trim).collect(),
        list => list.iter().map(AsRef::as_ref).collect(),
    };
    let words = words.into_iter().filter(|word| !word.is_empty());
    words.map(str::to_owned).collect()
}

fn images(addresses: Vec<Cow<'_, str>>) -> Vec<Image> {
    let images = addresses.into_iter().take(MAX_IMAGES).map(|url| Image {
        url: Some(url.into_owned()),
        ..Image::default()
    });
    images.collect()
}

/// A date as it is written, or as Unix time.
fn date(value: &Value, language: Option<&str>) -> Option<Stated> {
    if let Value::Number(number) = value
        && let Some(date) = unix_time(number)
    {
        return Some(date);
    }
    stated(&text(value)?, language)
}

/// The moment that a number is as Unix time, in seconds or milliseconds by its size.
fn unix_time(number: &Number) -> Option<Stated> {
    let value = number.as_f64()?;
    let milliseconds = if SECONDS.contains(&value) {
        value * 1000.0
    } else if MILLISECONDS.contains(&value) {
        value
    } else {
        return None;
    };
    Some(Stated {
        // Below 1e14 every millisecond is a number of its own.
        instant: Timestamp::from_millisecond(milliseconds.round() as i64).ok()?,
        raw: Some(number.to_string()),
        offset: None,
        precision: Precision::Second,
        confidence: 1.0,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use std::io::Write;
    use std::path::Path;
    use std::sync::Arc;

    use serde_json::json;

    use super::*;
    use crate::read::Settings;

    /// The articles of a file by a mapping.
    fn read(bytes: &[u8], fields: &DropFields) -> Result<Vec<FileArticle>, Fault> {
        let settings = Settings {
            fields: Some(Arc::new(fields.clone())),
            ..Settings::default()
        };
        crate::read::read(bytes, &settings)
    }

    /// The mapping that a configuration writes.
    fn fields(mapping: &str) -> DropFields {
        let text = format!("[[drops]]\npath = \"in\"\n[drops.fields]\n{mapping}\n");
        let loaded = dateline_config::parse(&text, Path::new("dateline.toml"));
        let config = loaded
            .unwrap_or_else(|errors| panic!("{}", errors.render(false, 100)))
            .config;
        config.drops[0].fields.clone().unwrap()
    }

    const MAPPING: &str = r#"
        title = ["/headline/main", "/headline"]
        text = "/paragraphs"
        summary = "/abstract"
        url = "/web_url"
        guid = "/id"
        authors = ["/byline/people/*/name", "/byline"]
        publisher = "/source/0"
        published = "/pub_date"
        updated = "/updated_at"
        language = "/lang"
        categories = "/keywords"
        images = "/media/*/url"
    "#;

    fn gulls() -> Value {
        json!({
            "headline": { "main": "Gulls return" }, "paragraphs": ["They are back.", "Nobody knows why."], "abstract": "They came late.",
            "web_url": "https://quay.example/gulls", "id": 17, "byline": { "people": [{ "name": "Jane Roe" }, { "name": "Tom Low" }] },
            "source": ["Quay Courier"], "pub_date": "9 May 2023, 10:15 BST", "updated_at": 1_683_625_800, "lang": "en", "keywords": "gulls, harbour",
            "media": [{ "url": "https://quay.example/g.jpg" }, { "caption": "none" }],
        })
    }

    #[test]
    fn every_field_is_where_the_mapping_says() {
        let FileArticle {
            item, recovered, ..
        } = article(&gulls(), &fields(MAPPING)).unwrap();
        assert_eq!(recovered, [""; 0]);
        assert_eq!(item.title, Some(Text::plain("Gulls return")));
        assert_eq!(
            item.content,
            Some(Text::plain("They are back.\n\nNobody knows why."))
        );
        assert_eq!(item.summary, Some(Text::plain("They came late.")));
        assert_eq!(item.link.unwrap().href, "https://quay.example/gulls");
        assert_eq!(item.guid.unwrap().value, "17");
        let names = ["Jane Roe", "Tom Low"].map(Person::named);
        assert_eq!(item.authors, names);
        assert_eq!(item.publisher.as_deref(), Some("Quay Courier"));
        let published = item.published.unwrap();
        assert_eq!(published.instant.to_string(), "2023-05-09T09:15:00Z");
        assert_eq!(published.raw.as_deref(), Some("9 May 2023, 10:15 BST"));
        let updated = item.updated.unwrap();
        assert_eq!(updated.instant.to_string(), "2023-05-09T09:50:00Z");
        assert_eq!(item.language.as_deref(), Some("en"));
        assert_eq!(item.categories, ["gulls", "harbour"]);
        assert_eq!(item.images.len(), 1);
    }

    #[test]
    fn the_first_place_that_has_something_counts() {
        let fields = fields(MAPPING);
        let mut value = gulls();
        value["headline"] = json!("Gulls <i>back</i>");
        value["byline"] = json!("By Jane Roe and Tom Low");
        let item = article(&value, &fields).unwrap().item;
        assert_eq!(item.title.unwrap().value, "Gulls <i>back</i>");
        assert_eq!(item.authors.len(), 2);
        value["headline"] = json!({ "main": "  ", "print": "Gulls" });
        let item = article(&value, &fields).unwrap().item;
        assert_eq!(item.title, None, "blank is nothing, and an object no text");
    }

    #[test]
    fn objects_stand_alone_in_lists_in_lines_and_within() {
        let mapped = fields(MAPPING);
        let gulls = gulls().to_string();
        let count =
            |text: &str, fields: &DropFields| read(text.as_bytes(), fields).map(|all| all.len());
        assert_eq!(count(&gulls, &mapped), Ok(1));
        assert_eq!(count(&format!("[{gulls}, {gulls}]"), &mapped), Ok(2));
        assert_eq!(count(&format!("{gulls}\n{gulls}\n{gulls}"), &mapped), Ok(3));
        let within = fields(&format!("items = \"/response/docs\"\n{MAPPING}"));
        let page = format!("{{\"response\": {{\"docs\": [{gulls}, {gulls}]}}}}");
        assert_eq!(count(&page, &within), Ok(2));
        assert_eq!(count(&format!("{page}\n{page}"), &within), Ok(4));
        let fault = count(&gulls, &within).unwrap_err();
        assert_eq!(fault.kind, "format");
        assert!(
            fault.reason.contains("`/response/docs`"),
            "{}",
            fault.reason
        );
    }

    #[test]
    fn a_mapping_holds_within_archives() {
        let gulls = gulls().to_string();
        let mut tar = tar::Builder::new(Vec::new());
        for (name, text) in [
            ("gulls.json", gulls.clone()),
            ("lines.json", format!("{gulls}\n{{\"a\": 1}}\n{gulls}\n")),
        ] {
            let mut header = tar::Header::new_ustar();
            header.set_size(text.len() as u64);
            tar.append_data(&mut header, name, text.as_bytes()).unwrap();
        }
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        gzip.write_all(&tar.into_inner().unwrap()).unwrap();
        let articles = read(&gzip.finish().unwrap(), &fields(MAPPING)).unwrap();
        let titles = articles.iter().flat_map(|article| &article.item.title);
        let titles: Vec<&str> = titles.map(|title| title.value.as_str()).collect();
        assert_eq!(titles, ["Gulls return"; 3]);
    }

    #[test]
    fn what_is_no_article_is_told_with_the_places_that_were_tried() {
        let fault = article(&json!({ "a": 1 }), &fields(MAPPING)).unwrap_err();
        assert_eq!(fault.kind, "empty");
        assert_eq!(
            fault.reason,
            "no title at `/headline/main`, `/headline`, and no text at `/paragraphs`; see [drops.fields]"
        );
        assert_eq!(
            article(&json!([1]), &fields(MAPPING)).unwrap_err().kind,
            "format"
        );
        let text = format!("[{{\"a\": 1}}, {}]", gulls());
        let articles = read(text.as_bytes(), &fields(MAPPING)).unwrap();
        assert_eq!(articles.len(), 1);
        assert!(articles[0].recovered[0].starts_with("article 1 was passed over: no title at"));
    }

    #[test]
    fn dates_are_written_or_unix_time_by_their_size() {
        let of = |value: Value| {
            let object = json!({ "t": "Gulls", "d": value });
            article(&object, &fields("title = \"/t\"\npublished = \"/d\"")).unwrap()
        };
        for (value, instant) in [
            (json!(1_683_625_800), "2023-05-09T09:50:00Z"),
            (json!(1_683_625_800_250_u64), "2023-05-09T09:50:00.25Z"),
            (json!(1_683_625_800.25), "2023-05-09T09:50:00.25Z"),
            (json!(946_684_800_000_u64), "2000-01-01T00:00:00Z"),
            (json!("2023-05-09T09:50:00Z"), "2023-05-09T09:50:00Z"),
            (json!("1683625800"), "2023-05-09T09:50:00Z"),
            (json!(20_230_509), "2023-05-09T00:00:00Z"),
        ] {
            let published = of(value.clone()).item.published.unwrap();
            assert_eq!(published.instant.to_string(), instant, "{value}");
        }
        let unread = of(json!("soon"));
        assert_eq!(unread.item.published, None);
        assert_eq!(
            unread.recovered,
            ["`published` is no date at `/d`: \"soon\""]
        );
        assert_eq!(of(json!(null)).recovered, [""; 0]);
    }

    #[test]
    fn names_with_slashes_and_tildes_are_reached() {
        let object = json!({ "a/b": { "m~n": "Gulls" } });
        let item = article(&object, &fields("title = \"/a~1b/m~0n\""))
            .unwrap()
            .item;
        assert_eq!(item.title, Some(Text::plain("Gulls")));
    }
}
