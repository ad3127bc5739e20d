//! What was set aside: input that could not be made into records, records that a sink refused.

use std::sync::Arc;

use axum::extract::{Query, State};
use dateline_pipeline::store::{Found, Letter, Which};
use jiff::Timestamp;
use maud::{Markup, html};
use serde::{Deserialize, Serialize};

use super::{Answer, ROWS, Visit, answer, said};
use crate::admin::Facts;
use crate::admin::html::parts::{bytes, foreign, number, past};
use crate::admin::html::{Place, table};

#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub(super) struct Asked {
    pub(super) q: String,
    pub(super) stage: String,
    pub(super) kind: String,
    pub(super) origin: String,
    pub(super) before: String,
}

impl Asked {
    /// The letters that are meant.
    pub(super) fn which(&self) -> Which {
        Which {
            before: self.before.parse().ok(),
            stage: said(&self.stage),
            origin: said(&self.origin),
            kind: said(&self.kind),
            text: said(&self.q),
            ..Which::default()
        }
    }

    /// What filters, as an address and a form say it.
    pub(super) fn filter(&self) -> [(&'static str, &str); 4] {
        [
            ("q", &self.q),
            ("stage", &self.stage),
            ("kind", &self.kind),
            ("origin", &self.origin),
        ]
    }
}

#[derive(Serialize)]
struct List {
    at: Timestamp,
    /// How many match, on whichever page.
    matching: u64,
    #[serde(flatten)]
    found: Found<Letter>,
    #[serde(skip)]
    kinds: Vec<String>,
    #[serde(skip)]
    asked: Asked,
    /// Whether they can be tried again by the page.
    #[serde(skip)]
    acts: bool,
}

pub(super) async fn page(
    State(facts): State<Arc<Facts>>,
    Query(asked): Query<Asked>,
    visit: Visit,
) -> Answer {
    let which = asked.which();
    let all = Which {
        before: None,
        ..which.clone()
    };
    let (found, matching, kinds) = facts
        .ask(move |reader| {
            let found = reader.letters(&which, ROWS as u32)?;
            let matching = reader.count_letters(&all)?;
            Ok((found, matching, reader.letter_kinds()?))
        })
        .await?;
    let list = List {
        at: Timestamp::now(),
        matching,
        found,
        kinds,
        asked,
        acts: facts.control.is_some(),
    };
    let titled = (Place::DeadLetters, "Dead letters");
    Ok(answer(&facts, &visit, titled, &list, show))
}

fn show(page: &List) -> Markup {
    html! {
        h1 { "Dead letters" }
        p.lead { "What could not be made into a record, and what a sink refused, with the reason and the bytes." }
        (filter(page))
        div #letters {
            (matching(page))
            @if page.found.entries.is_empty() {
                p.quiet { "None that matches." }
            } @else {
                (list(&page.found.entries, page.at))
            }
            (further(page))
        }
    }
}

/// How many match, and the way to try all of them again.
fn matching(page: &List) -> Markup {
    let address = table::address("/dead-letters/retry", &page.asked.filter());
    html! {
        @if page.matching > 0 {
            p.count {
                span role="status" { (number(page.matching)) @if page.matching == 1 { " letter" } @else { " letters" } }
                @if page.acts { " – " a #retry-all href=(address) { "Try all of these again…" } }
            }
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
            @let address = table::address("/dead-letters", &[asked.filter().as_slice(), &[("before", &before)]].concat());
            nav.pager aria-label="Pages of the list" { (table::in_place("letters", &address, html! { "Older" }, Some("letters-next"))) }
        }
    }
}

/// Dead letters as a table.
pub(super) fn list(letters: &[Letter], now: Timestamp) -> Markup {
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
                            th scope="row" { a href={ "/dead-letters/" (letter.number) } { (number(letter.number)) } span.name { (foreign(&letter.subject)) } }
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
