//! The sinks: where records go, how far each is, and what each refused.

use std::sync::Arc;

use axum::extract::State;
use dateline_config::Config;
use dateline_pipeline::store::{Letter, Which};
use maud::{Markup, html};
use serde::Serialize;

use super::now::Now;
use super::overview::sink_table;
use super::{Answer, Visit, answer, letters};
use crate::admin::Facts;
use crate::admin::html::parts::facts as fact_list;
use crate::admin::html::{Place, table};

/// Refused records that are shown.
const SHOWN: u32 = 20;

#[derive(Serialize)]
struct Sinks {
    now: Now,
    settings: Vec<Settings>,
    refused: Vec<Letter>,
}

/// What the configuration says of a sink.
#[derive(Serialize)]
struct Settings {
    name: String,
    settings: Vec<(&'static str, String)>,
}

impl Sinks {
    /// Whether the page can have records delivered again to this one: it runs.
    fn can_replay(&self, name: &str) -> bool {
        self.now.acts && self.now.sinks.iter().any(|sink| sink.name == name)
    }
}

pub(super) async fn page(State(facts): State<Arc<Facts>>, visit: Visit) -> Answer {
    let now = Now::of(&facts).await?;
    let filter = Which {
        stage: Some("deliver".to_owned()),
        ..Which::default()
    };
    let refused = facts
        .ask(move |reader| reader.letters(&filter, SHOWN))
        .await?;
    let sinks = Sinks {
        now,
        settings: settings(&facts.config()),
        refused: refused.entries,
    };
    let titled = (Place::Sinks, "Sinks");
    Ok(answer(&facts, &visit, titled, &sinks, show))
}

fn settings(config: &Config) -> Vec<Settings> {
    let files = config.sinks.jsonl.iter().map(|(name, sink)| Settings {
        name: format!("jsonl.{name}"),
        settings: vec![
            ("dir", sink.dir.display().to_string()),
            ("file", sink.file.clone()),
            ("compress", sink.compress.to_string()),
            ("enabled", sink.enabled.to_string()),
            ("required", sink.required.to_string()),
        ],
    });
    let topics = config.sinks.kafka.iter().map(|(name, sink)| Settings {
        name: format!("kafka.{name}"),
        settings: vec![
            ("brokers", sink.brokers.join(", ")),
            ("topic", sink.topic.clone()),
            ("delivery", sink.delivery.to_string()),
            ("enabled", sink.enabled.to_string()),
            ("required", sink.required.to_string()),
        ],
    });
    files.chain(topics).collect()
}

fn show(sinks: &Sinks) -> Markup {
    html! {
        h1 { "Sinks" }
        div #live hx-get="/sinks" hx-select="#live" hx-trigger="every 10s" hx-swap="outerMorph" {
            (sink_table(&sinks.now.sinks, &sinks.now))
        }
        section {
            h2 #settings { "Settings" }
            p.quiet { "Without a sink that is required, the daemon is not ready (" code { "/readyz" } ")." }
            div.columns {
                @for sink in &sinks.settings {
                    section {
                        h3 { (sink.name) }
                        @let facts: Vec<_> = sink.settings.iter().map(|(key, value)| (*key, html! { (value) })).collect();
                        (fact_list(&facts))
                        @if sinks.can_replay(&sink.name) {
                            p { a href=(table::path(&["sinks", &sink.name, "replay"])) { "Deliver records to " (sink.name) " again…" } }
                        }
                    }
                }
            }
        }
        section {
            h2 #refused { "Refused records" }
            @if sinks.refused.is_empty() {
                p.quiet { "None." }
            } @else {
                (letters::list(&sinks.refused, sinks.now.at))
                p { a href=(table::address("/dead-letters", &[("stage", "deliver")])) { "All of them" } }
            }
        }
        p { a href="/#trend" { "Throughput and lag over time" } }
    }
}
