//! What is wrong now, the gravest first: what somebody who opens the page at night has to see. Pure.

use jiff::Timestamp;
use maud::{Markup, html};
use serde::Serialize;

use super::now::Now;
use crate::admin::html::parts::{badge, details, number};
use crate::admin::notes::in_short;
use crate::daemon::Refusal;
use crate::wording::{ago, ahead};

/// Something that is wrong.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Wrong {
    /// Whether somebody has to do something, or it may pass by itself.
    pub(super) grave: bool,
    pub(super) what: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) details: Vec<String>,
    /// The page that says more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) more: Option<String>,
}

/// What is wrong, the gravest first.
pub(super) fn wrong(now: &Now) -> Vec<Wrong> {
    let mut all: Vec<Wrong> = now
        .refused_config
        .iter()
        .map(|refusal| refused(refusal, now.at))
        .collect();
    let mut say = |grave, what: String, more: Option<&str>| {
        all.push(Wrong {
            grave,
            what,
            details: Vec::new(),
            more: more.map(str::to_owned),
        });
    };
    if let Some(fault) = &now.store_fault {
        say(
            true,
            format!("The state cannot be written, and everything waits: {fault}"),
            None,
        );
    }
    if now.network_is_out {
        let what =
            "No feed at all can be reached: this machine's network or resolver seems to be out.";
        say(true, what.to_owned(), Some("/feeds?show=failing"));
    }
    if now.is_full() {
        let what = "The logs are full: collecting waits until the sinks catch up or [state] max_bytes is raised.";
        say(true, what.to_owned(), Some("/sinks"));
    }
    for sink in &now.sinks {
        if let Some(fault) = &sink.fault {
            let what = format!(
                "{} takes nothing, {} records wait: {fault}",
                sink.name,
                number(sink.lag)
            );
            say(sink.required, what, Some("/sinks"));
        }
    }
    let trouble = now.glance.trouble;
    if trouble.stopped > 0 {
        let what = format!(
            "{} gone for good and not asked any more: give the new address, or take it out.",
            sources(trouble.stopped)
        );
        say(true, what, Some("/feeds?show=gone"));
    }
    if trouble.failing_long > 0 {
        let what = format!(
            "{} failing for a week or longer.",
            sources(trouble.failing_long)
        );
        say(
            true,
            what,
            Some("/feeds?show=failing&sort=failing&dir=desc"),
        );
    }
    let briefly = trouble.failing - trouble.failing_long;
    if briefly > 0 {
        let what = format!("{} failing, and asked again by and by.", sources(briefly));
        say(false, what, Some("/feeds?show=failing"));
    }
    for hold in &now.glance.held {
        let what = format!(
            "{} is left alone, to be asked again {}: {}",
            hold.host,
            ahead(hold.until, now.at),
            hold.reason
        );
        say(false, what, None);
    }
    all
}

fn refused(refusal: &Refusal, now: Timestamp) -> Wrong {
    let when = ago(refusal.at, now);
    Wrong {
        grave: true,
        what: format!(
            "The configuration that was read {when} is not taken, and the daemon goes on as it was."
        ),
        details: in_short(refusal.findings.clone()),
        more: None,
    }
}

fn sources(number: u64) -> String {
    match number {
        1 => "1 source is".to_owned(),
        many => format!("{many} sources are"),
    }
}

pub(super) fn show(all: &[Wrong]) -> Markup {
    html! {
        @if all.is_empty() {
            p.well { (badge("good", "●", "Nothing is wrong.")) }
        } @else {
            ul.wrong {
                @for wrong in all {
                    li {
                        @if wrong.grave { (badge("bad", "✕", "Act")) } @else { (badge("doubtful", "▲", "Watch")) }
                        div {
                            bdi { (wrong.what) } @if let Some(more) = &wrong.more { " " a href=(more) { "More" } }
                            (details(&wrong.details))
                        }
                    }
                }
            }
        }
    }
}
