//! What this is, and whose work the page is made with.

use std::sync::Arc;

use axum::extract::State;
use jiff::Timestamp;
use maud::{Markup, html};
use serde::Serialize;

use super::{Answer, Visit, answer};
use crate::admin::Facts;
use crate::admin::html::Place;
use crate::admin::html::parts::{exact, facts as fact_list, number};

/// Where the assets come from, and under which terms.
const ASSETS: &str = include_str!("../assets/ASSETS.md");

#[derive(Serialize)]
struct About {
    version: &'static str,
    schema: i64,
    record: &'static str,
    /// Identity of the log.
    log: String,
    state: String,
    started: Timestamp,
    feeds: usize,
    drops: usize,
}

pub(super) async fn page(State(facts): State<Arc<Facts>>, visit: Visit) -> Answer {
    let config = facts.config();
    let about = About {
        version: env!("CARGO_PKG_VERSION"),
        schema: dateline_pipeline::store::SCHEMA_VERSION,
        record: dateline_pipeline::record::SCHEMA,
        log: facts.store.log().to_owned(),
        state: config.state.dir.display().to_string(),
        started: facts.started,
        feeds: config.feeds.len(),
        drops: config.drops.len(),
    };
    let titled = (Place::About, "About");
    Ok(answer(&facts, &visit, titled, &about, show))
}

fn show(about: &About) -> Markup {
    html! {
        h1 { "About" }
        (fact_list(&[
            ("version", html! { (about.version) }),
            ("running since", exact(about.started)),
            ("state", html! { code { (about.state) } ", schema " (about.schema) }),
            ("log", html! { code { (about.log) } }),
            ("records", html! { (about.record) }),
            ("sources", html! { (number(about.feeds as u64)) " feeds, " (number(about.drops as u64)) " drop folders" }),
        ]))
        section {
            h2 { "For machines" }
            p {
                a href="/metrics" { "/metrics" } " is Prometheus text, " a href="/readyz" { "/readyz" } " and " a href="/healthz" { "/healthz" }
                " are for supervisors. Every page but this port's doors gives its facts as JSON to " code { "Accept: application/json" } "."
            }
        }
        section {
            h2 { "Licences" }
            p { "Dateline is under MIT or Apache-2.0, as you like. The page is made with:" }
            pre tabindex="0" { (ASSETS) }
        }
    }
}
