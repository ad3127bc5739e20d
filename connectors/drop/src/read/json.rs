//! Articles in JSON: ninjs 1, 2 and 3 (IPTC, <https://iptc.org/std/ninjs/>), articles of schema.org (JSON-LD), records of our own, or objects
//! whose fields the configuration names; one, a list of them, or one a line.

use dateline_config::DropFields;
use dateline_pipeline::draft::{Guid, Item, Link, Stated, Text, Trust};
use dateline_pipeline::fault::Fault;
use dateline_pipeline::record::{Image, Instant, Person, Record, SCHEMA};
use dateline_text::page::{self, DateRole};
use serde_json::Value;

use super::fields::stated;
use super::many::Many;
use super::{FileArticle, mapped, ninjs};

/// Articles of one file: more are an archive, which is better cut into days.
const MAX_ARTICLES: usize = 100_000;

/// What is said of a file that holds no object.
const EMPTY: &str = "the file is a list without articles";

pub(super) fn read(text: &str, fields: Option<&DropFields>) -> Result<Vec<FileArticle>, Fault> {
    let (values, lines) = values(text)?;
    articles(&values, lines, fields)
}

/// The articles among the values of a file, of which `lines` are to be said.
fn articles(
    values: &[Value],
    lines: Vec<String>,
    fields: Option<&DropFields>,
) -> Result<Vec<FileArticle>, Fault> {
    let many = Many {
        name: "article",
        limit: MAX_ARTICLES,
        lines,
    };
    match fields {
        None => many.read(values, item, EMPTY),
        Some(fields) => {
            let objects = mapped::objects(values, fields)?;
            many.read(&objects, |object| mapped::article(object, fields), EMPTY)
        }
    }
}

/// The values of a file, and what is to be said of lines that hold none.
fn values(text: &str) -> Result<(Vec<Value>, Vec<String>), Fault> {
    let whole = match serde_json::from_str::<Value>(text) {
        Ok(Value::Array(list)) => return Ok((list, Vec::new())),
        Ok(value) => return Ok((vec![value], Vec::new())),
        Err(error) => error,
    };
    let mut values = Vec::new();
    let mut lines = Vec::new();
    for (number, line) in text.lines().enumerate() {
        match serde_json::from_str::<Value>(line) {
            _ if line.trim().is_empty() => {}
            Ok(value) => values.push(value),
            Err(error) => lines.push(format!("line {} was passed over: {error}", number + 1)),
        }
    }
    if values.is_empty() {
        let reason = format!("the file looks like JSON and is none: {whole}");
        return Err(Fault::poison("format", reason));
    }
    Ok((values, lines))
}

/// Reads the article that a line holds, or the several that `fields` finds in it.
pub(super) fn line(text: &str, fields: Option<&DropFields>) -> Result<Vec<FileArticle>, Fault> {
    let value = serde_json::from_str(text)
        .map_err(|error| Fault::poison("format", format!("it is no JSON: {error}")))?;
    articles(&[value], Vec::new(), fields)
}

fn item(value: &Value) -> Result<Item, Fault> {
    if value.get("schema").and_then(Value::as_str) == Some(SCHEMA) {
        let record: Record = serde_json::from_value(value.clone()).map_err(|error| {
            Fault::poison(
                "format",
                format!("it says that it is a record ({SCHEMA}) and is none: {error}"),
            )
        })?;
        return Ok(of_record(record));
    }
    if value.get("@type").is_some() || value.get("@graph").is_some() {
        return of_schema_org(value);
    }
    ninjs::item(value)
}

/// An article of schema.org.
fn of_schema_org(value: &Value) -> Result<Item, Fault> {
    let Some(page) = page::of_linked_data(&value.to_string()) else {
        let reason = "it is JSON-LD without an article of schema.org";
        return Err(Fault::poison("format", reason));
    };
    if page.title.is_none() && page.paragraphs.is_empty() {
        return Err(Fault::poison(
            "empty",
            "it is an article of schema.org without headline and text",
        ));
    }
    let date = |role: DateRole| {
        let found = page.dates.iter().find(|date| date.role == role)?;
        stated(&found.text, page.language.as_deref())
    };
    let image = page.image.as_ref().map(|image| Image {
        url: Some(image.url.clone()),
        alt: None,
        caption: image.caption.clone(),
        credit: image.credit.clone(),
    });
    let people = page.authors.iter().map(Person::named);
    Ok(Item {
        link: page.canonical.clone().map(|href| Link {
            href,
            trust: Trust::Stated,
        }),
        published: date(DateRole::Published),
        updated: date(DateRole::Modified),
        authors: people.collect(),
        images: image.into_iter().collect(),
        categories: page.section.iter().chain(&page.tags).cloned().collect(),
        title: page.title.map(Text::plain),
        summary: page.summary.map(Text::plain),
        content: (!page.paragraphs.is_empty()).then(|| Text::plain(page.paragraphs.join("\n\n"))),
        publisher: page.publisher,
        language: page.language,
        ..Item::default()
    })
}

/// What a record of our own said before it became one.
fn of_record(record: Record) -> Item {
    let stated = |instant: Instant| Stated {
        instant: instant.instant,
        raw: instant.raw,
        offset: instant.offset,
        precision: instant.precision,
        confidence: instant.confidence.unwrap_or(1.0) as f32,
    };
    Item {
        guid: record.guid.map(|value| Guid {
            value,
            trust: Trust::Stated,
        }),
        link: record.url.map(|href| Link {
            href,
            trust: Trust::Stated,
        }),
        title: record.title.map(Text::plain),
        summary: record.summary.map(Text::plain),
        content: record.text.map(Text::plain),
        key_points: record.key_points,
        authors: record.authors,
        publisher: record.publisher,
        syndicator: record.syndicator,
        categories: record.categories,
        images: record.images,
        enclosures: record.enclosures,
        language: record
            .language
            .map(|language| language.declared.unwrap_or(language.code)),
        rights: record.rights,
        published: record.published.map(stated),
        updated: record.updated.map(stated),
    }
}
