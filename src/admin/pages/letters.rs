//! What was set aside: input that could not be made into records, records that a sink refused.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::HeaderMap;
use dateline_pipeline::store::{Found, LetterFilter, LetterHead};
use jiff::Timestamp;
use maud::{Markup, html};
use serde::{Deserialize, Serialize};

use super::{Answer, ROWS, answer, said};
use crate::admin::Facts;
use crate::admin::html::parts::{bytes, foreign, number, past};
use crate::admin::html::{Place, table};

#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub(super) struct Asked {
    q: String,
    stage: String,
    kind: String,
    origin: String,
    before: String,
}

#[derive(Serialize)]
struct List {
    at: Timestamp,
    #[serde(flatten)]
    found: Found<LetterHead>,
    #[serde(skip)]
    kinds: Vec<String>,
    #[serde(skip)]
    asked: Asked,
}

pub(super) async fn page(
    State(facts): State<Arc<Facts>>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Answer {
    let filter = LetterFilter {
        before: asked.before.parse().ok(),
        stage: said(&asked.stage),
        origin: said(&asked.origin),
        kind: said(&asked.kind),
        text: said(&asked.q),
    };
    let (found, kinds) = facts
        .ask(move |reader| {
            let found = reader.dead_letters(&filter, ROWS as u32)?;
            Ok((found, reader.dead_letter_kinds()?))
        })
        .await?;
    let list = List {
        at: Timestamp::now(),
        found,
        kinds,
        asked,
    };
    let titled = (Place::DeadLetters, "Dead letters");
    Ok(answer(&facts, &headers, titled, &list, show))
}

fn show(page: &List) -> Markup {
    html! {
        h1 { "Dead letters" }
        p.lead { "What could not be made into a record, and what a sink refused, with the reason and the bytes." }
        (filter(page))
        div #letters {
            @if page.found.entries.is_empty() {
                p.quiet { "None that matches." }
            } @else {
                (list(&page.found.entries, page.at))
            }
            (further(page))
        }
    }
}

fn filter(page: &List) -> Markup {
    let asked = &page.asked;
    let values = |words: &mut dyn Iterator<Item = &str>| {
        let any = (String::new(), "any".to_owned());
        let others = words.map(|word| (word.to_owned(), word.to_owned()));
        std::iter::once(any).chain(others).collect::<Vec<_>>()
    };
    let stages = values(&mut ["collect", "transform", "deliver"].into_iter());
    let kinds = values(&mut page.kinds.iter().map(String::as_str));
    table::filter(
        "letters",
        "/dead-letters",
        html! {
            (table::words("q", "Search", &asked.q))
            (table::words("origin", "Source or sink", &asked.origin))
            (table::choice("stage", "Stage", &stages, &asked.stage))
            (table::choice("kind", "Kind", &kinds, &asked.kind))
        },
    )
}

fn further(page: &List) -> Markup {
    let asked = &page.asked;
    html! {
        @if let Some(before) = page.found.before {
            @let before = before.to_string();
            @let address = table::address("/dead-letters", &[
                ("q", &asked.q), ("stage", &asked.stage), ("kind", &asked.kind), ("origin", &asked.origin), ("before", &before),
            ]);
            nav.pager aria-label="Pages of the list" { (table::in_place("letters", &address, html! { "Older" }, Some("letters-next"))) }
        }
    }
}

/// Dead letters as a table.
pub(super) fn list(letters: &[LetterHead], now: Timestamp) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label="Dead letters" {
            table.stacked {
                thead {
                    tr {
                        th scope="col" { "Letter" }
                        th scope="col" { "When" }
                        th scope="col" { "Stage" }
                        th scope="col" { "From" }
                        th scope="col" { "Kind" }
                        th scope="col" { "Reason" }
                        th.number scope="col" { "Bytes" }
                    }
                }
                tbody {
                    @for letter in letters {
                        tr {
                            th scope="row" { a href={ "/dead-letters/" (letter.seq) } { (number(letter.seq)) } span.name { (foreign(&letter.subject)) } }
                            td data-name="When" { (past(Some(letter.at), now)) }
                            td data-name="Stage" { (letter.stage) }
                            td data-name="From" { (foreign(&letter.origin)) }
                            td data-name="Kind" { (letter.kind) }
                            td.error data-name="Reason" { (foreign(&letter.reason)) }
                            td.number data-name="Bytes" { (bytes(letter.size)) }
                        }
                    }
                }
            }
        }
    }
}
