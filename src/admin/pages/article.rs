//! One record: its fields with what is known of their words, everything that was found as tables, and the record as it is delivered.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect};
use dateline_pipeline::record::{Entity, Instant, Record};
use dateline_pipeline::store::{StoredRecord, unhex};
use maud::{Markup, html};
use serde_json::Value;

use super::articles::title;
use super::{Answer, Missing, Visit, answer};
use crate::admin::Facts;
use crate::admin::html::Place;
use crate::admin::html::marked::{field, legend};
use crate::admin::html::parts::{exact, facts as fact_list, foreign, nothing, number, outward};

/// Most characters of a field that are shown with their marks: several times the longest articles. The record itself is shown whole.
const MAX_FIELD: usize = 200_000;

/// Shows a record by its number in the log; by an article's id, its latest one.
pub(super) async fn page(
    State(facts): State<Arc<Facts>>,
    Path(key): Path<String>,
    visit: Visit,
) -> Answer {
    if let Some(id) = unhex(&key) {
        let latest = facts.ask(move |reader| reader.latest_of(&id)).await?;
        let seq = latest.ok_or_else(|| missing(&key))?;
        return Ok(Redirect::to(&format!("/articles/{seq}")).into_response());
    }
    let seq = key.parse().map_err(|_| missing(&key))?;
    let stored = facts.ask(move |reader| reader.record(seq)).await?;
    let stored = stored.ok_or_else(|| missing(&key))?;
    let json: Value = serde_json::from_str(&stored.record).unwrap_or_default();
    let record: Result<Record, _> = serde_json::from_value(json.clone());
    let titled = record.as_ref().ok().and_then(|record| record.title.clone());
    let title = titled.as_deref().unwrap_or("Article");
    let show = |json: &Value| {
        html! {
            nav aria-label="Where this is" { a href="/articles" { "Articles" } }
            @match &record {
                Ok(record) => (whole(record, &stored)),
                Err(error) => {
                    h1 { "Record " (seq) }
                    p { "This version of Dateline cannot read the record: " (error) }
                }
            }
            (raw(json))
        }
    };
    Ok(answer(
        &facts,
        &visit,
        (Place::Articles, title),
        &json,
        show,
    ))
}

fn missing(key: &str) -> Missing {
    Missing::Nothing(format!(
        "The log holds no record {key}, or does not any more."
    ))
}

fn whole(record: &Record, stored: &StoredRecord) -> Markup {
    html! {
        article {
            h1 dir="auto" {
                @match &record.title { Some(title) => (field(record, "title", title)), None => (title(None)) }
            }
            (origin(record, stored))
            (legend())
            (fields(record))
        }
        @if !record.entities.is_empty() { (entities(&record.entities)) }
        @if !record.timestamps.is_empty() { (times(record)) }
        @if !record.quantities.is_empty() { (amounts(record)) }
    }
}

fn origin(record: &Record, stored: &StoredRecord) -> Markup {
    let mut facts = vec![
        (
            "source",
            html! { a href={ "/feeds/" (record.source.id) } { (record.source.id) } },
        ),
        (
            "record",
            html! {
                (number(stored.seq)) ", " (record.op.as_str()) ", revision " (record.revision)
                @if let Some(latest) = stored.latest.filter(|latest| *latest > stored.seq) {
                    " – " a href={ "/articles/" (latest) } { "there is a later one" }
                }
            },
        ),
    ];
    if let Some(url) = record.url.as_deref() {
        facts.push(("address", outward(url, url)));
    }
    for (name, instant) in [
        ("published", &record.published),
        ("updated", &record.updated),
    ] {
        if let Some(instant) = instant {
            facts.push((name, stated(instant)));
        }
    }
    facts.push(("first seen", exact(record.first_seen)));
    if let Some(publisher) = &record.publisher {
        facts.push(("publisher", foreign(publisher)));
    }
    let authors: Vec<&str> = record
        .authors
        .iter()
        .filter_map(|author| author.name.as_deref())
        .collect();
    if !authors.is_empty() {
        facts.push(("authors", foreign(&authors.join(", "))));
    }
    if let Some(language) = &record.language {
        facts.push(("language", html! { (language.code) }));
    }
    if let Some(duplicates) = &record.duplicates {
        facts.push(("story", html! {
            "told by others too, cluster " a href={ "/articles/" (duplicates.cluster) } { (duplicates.cluster) }
        }));
    }
    fact_list(&facts)
}

fn stated(instant: &Instant) -> Markup {
    html! {
        (exact(instant.instant))
        @if let Some(raw) = &instant.raw { " from “" (foreign(raw)) "”" }
    }
}

fn fields(record: &Record) -> Markup {
    html! {
        @if let Some(summary) = &record.summary { (section(record, "summary", "Summary", summary)) }
        @for (index, point) in record.key_points.iter().enumerate() {
            (section(record, &format!("key_points[{index}]"), "Key point", point))
        }
        @if let Some(text) = &record.text { (section(record, "text", "Text", text)) }
        @for (index, image) in record.images.iter().enumerate() {
            @if let Some(caption) = &image.caption { (section(record, &format!("images[{index}].caption"), "Caption", caption)) }
        }
    }
}

fn section(record: &Record, name: &str, heading: &str, text: &str) -> Markup {
    let cut: Option<String> =
        (text.len() > MAX_FIELD).then(|| text.chars().take(MAX_FIELD).collect());
    html! {
        section.field {
            h2 { (heading) }
            div.prose dir="auto" data-field=(name) { (field(record, name, cut.as_deref().unwrap_or(text))) }
        }
    }
}

fn entities(entities: &[Entity]) -> Markup {
    let mut sorted: Vec<&Entity> = entities.iter().collect();
    sorted.sort_by(|one, other| other.salience.total_cmp(&one.salience));
    found(
        "Entities",
        &[
            "Name",
            "Type",
            "Known as",
            "Salience",
            "Confidence",
            "Mentions",
        ],
        html! {
            @for entity in sorted {
                tr {
                    th scope="row" { (foreign(&entity.name)) @if let Some(title) = &entity.title { span.name { (foreign(title)) } } }
                    td data-name="Type" { (entity.kind) }
                    td data-name="Known as" { (identity(entity)) }
                    td data-name="Salience" { (format!("{:.2}", entity.salience)) }
                    td data-name="Confidence" { (format!("{:.2}", entity.confidence)) }
                    td data-name="Mentions" { (entity.mentions.len()) }
                }
            }
        },
    )
}

/// Who or what in the world it is, with a link to where that is told.
fn identity(entity: &Entity) -> Markup {
    let Some(id) = &entity.id else {
        return nothing();
    };
    let told_at = match id.split_once(':') {
        Some(("wikidata", item)) => Some(format!("https://www.wikidata.org/wiki/{item}")),
        Some(("geonames", place)) => Some(format!("https://www.geonames.org/{place}")),
        _ => None,
    };
    html! {
        @match told_at { Some(address) => (outward(&address, id)), None => (id) }
        @if let Some(link) = &entity.link {
            span.name { (foreign(&link.name)) @if let Some(country) = &link.country { ", " (country) } }
        }
    }
}

fn times(record: &Record) -> Markup {
    found(
        "Times",
        &[
            "Words",
            "Field",
            "Type",
            "Value",
            "From",
            "Until",
            "Confidence",
            "Rule",
        ],
        html! {
            @for timex in &record.timestamps {
                tr {
                    th scope="row" { (foreign(&timex.text)) }
                    td data-name="Field" { (timex.field) }
                    td data-name="Type" { (written(&timex.kind)) }
                    td data-name="Value" { (timex.value) @if let Some(modifier) = &timex.modifier { " " (modifier) } }
                    @match &timex.interval {
                        Some(interval) => { td data-name="From" { (interval.begin) } td data-name="Until" { (interval.end) } },
                        None => { td data-name="From" { (nothing()) } td data-name="Until" { (nothing()) } },
                    }
                    td data-name="Confidence" { (format!("{:.2}", timex.confidence)) }
                    td data-name="Rule" { (timex.rule) }
                }
            }
        },
    )
}

/// A word of the record, as the record spells it.
fn written(word: &impl serde::Serialize) -> String {
    let value = serde_json::to_value(word).unwrap_or_default();
    value.as_str().unwrap_or_default().to_owned()
}

fn amounts(record: &Record) -> Markup {
    found(
        "Amounts",
        &["Words", "Field", "Type", "Value", "Unit"],
        html! {
            @for amount in &record.quantities {
                tr {
                    th scope="row" { (foreign(&amount.text)) }
                    td data-name="Field" { (amount.field) }
                    td data-name="Type" { (amount.kind) }
                    td data-name="Value" { (amount.value.as_deref().unwrap_or("–")) @if let Some(to) = &amount.value_to { "–" (to) } }
                    td data-name="Unit" { (amount.unit.as_deref().unwrap_or("–")) @if let Some(modifier) = &amount.modifier { " " (modifier) } }
                }
            }
        },
    )
}

fn found(heading: &str, columns: &[&str], rows: Markup) -> Markup {
    html! {
        section {
            h2 { (heading) }
            div.scroll tabindex="0" role="region" aria-label=(heading) {
                table.stacked {
                    thead { tr { @for column in columns { th scope="col" { (column) } } } }
                    tbody { (rows) }
                }
            }
        }
    }
}

fn raw(json: &Value) -> Markup {
    html! {
        section {
            details {
                summary { "The record as it is delivered" }
                pre tabindex="0" { code { (serde_json::to_string_pretty(json).unwrap_or_default()) } }
            }
        }
    }
}
