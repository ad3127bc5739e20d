//! The overview: what is wrong, how everything stands, and how it went over time.

use std::sync::Arc;

use axum::extract::{Query, State};
use dateline_pipeline::store::{SAMPLE_EVERY, Sample, TRANSFORM};
use jiff::Timestamp;
use maud::{Markup, html};
use serde::{Deserialize, Serialize};

use super::now::{Now, Reprocess, SinkNow};
use super::wrong::{Wrong, wrong};
use super::{Answer, Visit, answer};
use crate::admin::Facts;
use crate::admin::html::parts::{
    act_in_place, badge, bytes, foreign, lasting, nothing, number, past,
};
use crate::admin::html::plot::{Line, Plot};
use crate::admin::html::{Place, table};
use crate::admin::trend::{RANGES, Range, Trend};
use crate::wording;

/// How often the numbers are shown anew.
const REFRESH: &str = "every 10s";

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Asked {
    range: String,
}

#[derive(Serialize)]
struct Overview {
    wrong: Vec<Wrong>,
    now: Now,
    /// Of the page, as it was asked for.
    #[serde(skip)]
    address: String,
    #[serde(skip)]
    range: Range,
    #[serde(skip)]
    trend: Trend,
}

pub(super) async fn page(
    State(facts): State<Arc<Facts>>,
    Query(asked): Query<Asked>,
    visit: Visit,
) -> Answer {
    let now = Now::of(&facts).await?;
    let named = Range::named(&asked.range);
    let since = named.unwrap_or(Range::HOUR).since(now.at);
    let samples = facts.ask(move |reader| reader.samples(since)).await?;
    let range = named.unwrap_or_else(|| Range::fitting(&samples, now.at));
    let overview = Overview {
        wrong: wrong(&now),
        address: table::address("/", &[("range", named.map_or("", |range| range.key))]),
        trend: Trend::new(range, samples, now.at),
        range,
        now,
    };
    let titled = (Place::Overview, "Overview");
    Ok(answer(&facts, &visit, titled, &overview, show))
}

fn show(overview: &Overview) -> Markup {
    html! {
        div.title {
            h1 { "Overview" }
            div.actions {
                @if overview.now.acts { (act_in_place("/reload", "reload", "Reload the configuration")) }
                button #refresh type="button" aria-pressed="false" hidden { "Pause refresh" }
            }
        }
        div #live hx-get=(overview.address) hx-select="#live" hx-trigger=(REFRESH) hx-swap="outerMorph" {
            section {
                h2 #wrong { "What is wrong now" }
                (super::wrong::show(&overview.wrong))
            }
            (stages(&overview.now))
            (sinks(&overview.now))
            (over_time(overview))
        }
    }
}

/// The stages and the logs between them, from left to right.
fn stages(now: &Now) -> Markup {
    let glance = &now.glance;
    let full = now.bytes() as f64 / now.max_bytes.max(1) as f64 * 100.0;
    html! {
        section {
            h2 #stages { "Now" }
            ul.cards {
                (card("Sources", &number(now.sources as u64), html! {
                    a href="/feeds?show=failing" { (number(glance.trouble.failing)) " failing" } ", "
                    a href="/feeds?show=gone" { (number(glance.trouble.stopped)) " gone" }
                }))
                (card("Drafts", &number(glance.drafts.committed), html! { (number(now.transform_lag())) " to be transformed" }))
                (card("Records", &number(glance.records.committed), html! {
                    "the log begins with "
                    @match glance.records.oldest { Some(oldest) => (number(oldest)), None => "the next one" }
                }))
                (card("Logs", &bytes(now.bytes()), html! { (format!("{full:.0}")) " % of " (bytes(now.max_bytes)) }))
                (card("Dead letters", &number(glance.dead_letters), html! { a href="/dead-letters" { "Look at them" } }))
                (card("Running for", &lasting(now.started, now.at), html! { "version " (now.version) }))
            }
            @if let Some(job) = &now.reprocess { (reprocess(job, now.at)) }
        }
    }
}

/// The job that makes records anew, and the sink that holds it up.
fn reprocess(job: &Reprocess, now: Timestamp) -> Markup {
    html! {
        p #reprocess {
            (wording::job(&job.job, now))
            @if let Some(far) = &job.waits_for { "; " strong { (wording::waits(&far.sink, far.records)) } }
        }
    }
}

fn card(name: &str, value: &str, more: Markup) -> Markup {
    html! { li { span.name { (name) } strong { (value) } span.more { (more) } } }
}

fn sinks(now: &Now) -> Markup {
    html! {
        section {
            h2 #sinks { a href="/sinks" { "Sinks" } }
            (sink_table(&now.sinks, now))
        }
    }
}

/// The sinks with how far they are.
pub(super) fn sink_table(sinks: &[SinkNow], now: &Now) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label="Sinks" {
            table.stacked {
                thead {
                    tr {
                        th scope="col" { "Sink" }
                        th scope="col" { "State" }
                        th scope="col" { "Required" }
                        th.number scope="col" { "Behind" }
                        th.number scope="col" { "Position" }
                        th scope="col" { "Last commit" }
                        th scope="col" { "Fault" }
                    }
                }
                tbody {
                    @for sink in sinks {
                        tr {
                            th scope="row" { (sink.name) }
                            td data-name="State" { (state(sink)) }
                            td data-name="Required" { @if sink.required { "yes" } @else { "no" } }
                            td.number data-name="Behind" { (number(sink.lag)) }
                            td.number data-name="Position" { (number(sink.position)) }
                            td data-name="Last commit" { (past(sink.at, now.at)) }
                            td data-name="Fault" { @match &sink.fault { Some(fault) => (foreign(fault)), None => (nothing()) } }
                        }
                    }
                }
            }
        }
    }
}

fn state(sink: &SinkNow) -> Markup {
    match (&sink.fault, sink.lag) {
        (Some(_), _) if sink.required => badge("bad", "✕", "away"),
        (Some(_), _) => badge("doubtful", "▲", "away"),
        (None, 0) => badge("good", "●", "up to date"),
        (None, _) => badge("good", "●", "takes records"),
    }
}

fn over_time(overview: &Overview) -> Markup {
    let trend = &overview.trend;
    html! {
        section {
            h2 #trend { "Over time" }
            nav.ranges aria-label="Range of the plots" {
                @for range in RANGES {
                    a href=(table::address("/", &[("range", range.key)])) aria-current=[(range == overview.range).then_some("true")] { (range.words) }
                }
                span.quiet { "in steps of " (overview.range.step_in_words()) }
            }
            @if trend.is_empty() {
                p.quiet { "Nothing is known of this time yet: the daemon takes note every " (wording::rough(SAMPLE_EVERY)) " while it runs." }
            }
            div.plots {
                (throughput(overview).draw())
                (lag(overview).draw())
                (trouble(overview).draw())
                (log_bytes(overview).draw())
            }
        }
    }
}

fn throughput(overview: &Overview) -> Plot<'_> {
    let trend = &overview.trend;
    let rate = |name: &str, of: &dyn Fn(&Sample) -> Option<i64>| Line {
        name: name.to_owned(),
        values: trend.rates(of),
    };
    let mut lines = vec![
        rate("drafts", &|sample| Some(sample.drafts)),
        rate("records", &|sample| Some(sample.records)),
    ];
    for SinkNow { name, .. } in &overview.now.sinks {
        let position = |sample: &Sample| sample.positions.get(name).copied();
        lines.push(rate(&format!("to {name}"), &position));
    }
    plot(
        overview,
        ("throughput", "Throughput", "a minute"),
        lines,
        tenths,
    )
}

fn lag(overview: &Overview) -> Plot<'_> {
    let trend = &overview.trend;
    let behind = |name: &str, head: &dyn Fn(&Sample) -> i64| Line {
        name: name.to_owned(),
        values: trend.levels(|sample| Some(head(sample) - sample.positions.get(name)?)),
    };
    let mut lines = vec![behind(TRANSFORM, &|sample| sample.drafts)];
    for sink in &overview.now.sinks {
        lines.push(behind(&sink.name, &|sample| sample.records));
    }
    plot(overview, ("lag", "Lag", "entries to go"), lines, whole)
}

fn trouble(overview: &Overview) -> Plot<'_> {
    let trend = &overview.trend;
    let lines = vec![
        Line {
            name: "failing".to_owned(),
            values: trend.levels(|sample| Some(sample.failing)),
        },
        Line {
            name: "gone".to_owned(),
            values: trend.levels(|sample| Some(sample.stopped)),
        },
    ];
    plot(
        overview,
        ("trouble", "Sources in trouble", ""),
        lines,
        whole,
    )
}

fn log_bytes(overview: &Overview) -> Plot<'_> {
    const MIB: f64 = (1 << 20) as f64;
    let values = overview.trend.levels(|sample| Some(sample.bytes));
    let values = values
        .into_iter()
        .map(|value| value.map(|bytes| bytes / MIB));
    let lines = vec![Line {
        name: "both logs".to_owned(),
        values: values.collect(),
    }];
    plot(overview, ("bytes", "Logs", "MiB"), lines, tenths)
}

fn plot<'o>(
    overview: &'o Overview,
    (id, title, unit): (&'o str, &'o str, &'o str),
    lines: Vec<Line>,
    write: fn(f64) -> String,
) -> Plot<'o> {
    Plot {
        id,
        title,
        unit,
        at: &overview.trend.at,
        lines,
        write,
    }
}

fn whole(value: f64) -> String {
    number(value.round() as i64)
}

/// Small numbers with one decimal.
fn tenths(value: f64) -> String {
    if value < 10.0 && value.fract() != 0.0 {
        format!("{value:.1}")
    } else {
        whole(value)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::{from_value, json, to_value};

    use super::super::now::FarBehind;
    use super::*;

    #[test]
    fn a_job_says_how_far_it_is_and_which_sink_holds_it_up() {
        let job = json!({
            "number": 3, "wish": { "as": "revisions" }, "began": "2026-05-09T12:00:00Z", "first": 0, "last": 200, "position": 80,
            "tally": { "drafts": 80, "made": 12, "unknown": 0, "same": 68, "superseded": 0, "waiting": 0, "left_out": 0, "unreadable": 0 },
        });
        let mut running = Reprocess {
            job: from_value(job).unwrap(),
            waits_for: None,
        };
        let now = "2026-05-09T12:03:00Z".parse().unwrap();
        let shown = reprocess(&running, now).into_string();
        let stands =
            "reprocess job 3 as revisions is 40 % done, began 3 min ago: 12 records made anew";
        assert!(
            shown.contains(stands) && !shown.contains("waits"),
            "{shown}"
        );
        running.waits_for = Some(FarBehind {
            sink: "kafka.main".to_owned(),
            records: 5000,
        });
        let shown = reprocess(&running, now).into_string();
        assert!(
            shown.contains("it waits for kafka.main, which has 5000 records before it"),
            "{shown}"
        );
        let told = to_value(&running).unwrap();
        assert_eq!(
            (&told["position"], &told["waits_for"]["sink"]),
            (&json!(80), &json!("kafka.main"))
        );
    }
}
