//! The latest articles, as the log of records holds them.

use std::sync::Arc;

use axum::extract::{Query, State};
use dateline_pipeline::store::{Found, Reach, RecordFilter, RecordHead};
use jiff::Timestamp;
use maud::{Markup, html};
use serde::{Deserialize, Serialize};

use super::{Answer, Visit, answer, said};
use crate::admin::Facts;
use crate::admin::html::parts::{foreign, nothing, number, past};
use crate::admin::html::{Place, table};

/// How far one look goes: fifty articles, and no further than a second of reading.
const REACH: Reach = Reach {
    most: 50,
    look_at: 5000,
};

#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub(super) struct Asked {
    feed: String,
    language: String,
    q: String,
    before: String,
}

#[derive(Serialize)]
struct List {
    at: Timestamp,
    #[serde(flatten)]
    found: Found<RecordHead>,
    #[serde(skip)]
    asked: Asked,
}

pub(super) async fn page(
    State(facts): State<Arc<Facts>>,
    Query(asked): Query<Asked>,
    visit: Visit,
) -> Answer {
    let filter = RecordFilter {
        before: asked.before.parse().ok(),
        source: said(&asked.feed),
        language: said(&asked.language),
        title: said(&asked.q),
    };
    let found = facts
        .ask(move |reader| reader.latest_records(&filter, REACH))
        .await?;
    let list = List {
        at: Timestamp::now(),
        found,
        asked,
    };
    let titled = (Place::Articles, "Articles");
    Ok(answer(&facts, &visit, titled, &list, show))
}

fn show(page: &List) -> Markup {
    let asked = &page.asked;
    html! {
        h1 { "Articles" }
        (table::filter("articles", "/articles", html! {
            (table::words("q", "In the title", &asked.q))
            (table::words("feed", "Feed", &asked.feed))
            (table::words("language", "Language", &asked.language))
        }))
        div #articles {
            @if page.found.entries.is_empty() {
                p.quiet { "No article among those looked at." }
            } @else {
                (list(&page.found.entries, page.at, true))
            }
            (further(page))
        }
    }
}

fn further(page: &List) -> Markup {
    let asked = &page.asked;
    let pairs = [
        ("q", asked.q.as_str()),
        ("feed", &asked.feed),
        ("language", &asked.language),
    ];
    html! {
        @if !asked.before.is_empty() || page.found.before.is_some() {
            nav.pager aria-label="Pages of the list" {
                @if !asked.before.is_empty() { (table::in_place("articles", &table::address("/articles", &pairs), html! { "Latest" }, None)) }
                @if let Some(before) = page.found.before {
                    @let before = before.to_string();
                    @let older = [&pairs[..], &[("before", before.as_str())]].concat();
                    (table::in_place("articles", &table::address("/articles", &older), html! { "Older than record " (before) }, Some("articles-next")))
                }
            }
        }
    }
}

/// Articles as a table, with their sources where these differ.
pub(super) fn list(articles: &[RecordHead], now: Timestamp, with_source: bool) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label="Articles" {
            table.stacked {
                thead {
                    tr {
                        th scope="col" { "Title" }
                        @if with_source { th scope="col" { "Feed" } }
                        th scope="col" { "Language" }
                        th scope="col" { "Version" }
                        th scope="col" { "Recorded" }
                        th.number scope="col" { "Record" }
                    }
                }
                tbody {
                    @for article in articles {
                        tr {
                            th scope="row" { a href={ "/articles/" (article.seq) } { (title(article.title.as_deref())) } }
                            @if with_source { td data-name="Feed" { a href={ "/feeds/" (article.source) } { (article.source) } } }
                            td data-name="Language" { @match &article.language { Some(language) => (language), None => (nothing()) } }
                            td data-name="Version" { (article.op) @if article.revision > 1 { " " (article.revision) } }
                            td data-name="Recorded" { (past(Some(article.at), now)) }
                            td.number data-name="Record" { (number(article.seq)) }
                        }
                    }
                }
            }
        }
    }
}

/// A title, or that there is none.
pub(super) fn title(title: Option<&str>) -> Markup {
    match title {
        Some(title) => foreign(title),
        None => html! { "(without a title)" },
    }
}
