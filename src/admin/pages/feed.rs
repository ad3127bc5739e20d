//! One feed or drop folder: its settings, how it stands, why it is due when it is, its last turns, its latest articles and what was set aside.

use std::sync::Arc;

use axum::extract::{Path, State};
use dateline_config::{DropFolder, Every, Feed, format_duration};
use dateline_pipeline::store::{
    Found, Letter, Reach, RecordFilter, RecordHead, SourceState, TURNS_KEPT, TurnState, Which,
};
use jiff::Timestamp;
use maud::{Markup, html};
use serde::Serialize;

use super::{Answer, Missing, Visit, answer, articles, letters};
use crate::admin::Facts;
use crate::admin::html::parts::{
    act_in_place, coming, condition, exact, facts as fact_list, foreign, lasting, nothing, number,
    outward, past,
};
use crate::admin::html::{Place, table};
use crate::condition::Condition;
use crate::wording::{bare, count, instant};

/// Articles and dead letters that are shown of a feed, and records that are looked at for them.
const SHOWN: usize = 10;
const LOOK_AT: u32 = 5000;

#[derive(Serialize)]
struct Subject {
    id: String,
    at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    configured: Option<Configured>,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<SourceState>,
    /// What else a feed's memory tells.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    remembered: Vec<(String, String)>,
    turns: Vec<TurnState>,
    articles: Found<RecordHead>,
    dead_letters: Found<Letter>,
    /// Whether it can be polled by the page.
    #[serde(skip)]
    acts: bool,
}

/// What the configuration says of it, as far as one page can tell.
#[derive(Serialize)]
struct Configured {
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    enabled: bool,
    address: String,
    tags: Vec<String>,
    settings: Vec<(&'static str, String)>,
}

pub(super) async fn page(
    State(facts): State<Arc<Facts>>,
    Path(id): Path<String>,
    visit: Visit,
) -> Answer {
    let config = facts.config();
    let feed = config.feeds.iter().find(|feed| feed.id == id).map(of_feed);
    let folder = config
        .drops
        .iter()
        .find(|folder| folder.id == id)
        .map(of_folder);
    let (configured, at) = (feed.or(folder), Timestamp::now());
    let acts = facts.control.is_some();
    let asked = id.clone();
    let subject = facts
        .ask(move |reader| {
            let state = reader.source(&asked)?.map(without_memory(at));
            let (state, remembered) = state.unzip();
            let reach = Reach {
                most: SHOWN,
                look_at: LOOK_AT,
            };
            let of_it = RecordFilter {
                source: Some(asked.clone()),
                ..RecordFilter::default()
            };
            let from_it = Which {
                origin: Some(asked.clone()),
                ..Which::default()
            };
            Ok(Subject {
                at,
                configured,
                state,
                remembered: remembered.unwrap_or_default(),
                turns: reader.turns(&asked)?,
                articles: reader.latest_records(&of_it, reach)?,
                dead_letters: reader.letters(&from_it, SHOWN as u32)?,
                id: asked,
                acts,
            })
        })
        .await?;
    if subject.configured.is_none() && subject.state.is_none() {
        let what = format!("There is no feed and no drop folder {id}.");
        return Err(Missing::Nothing(what));
    }
    let titled = (Place::Feeds, id.as_str());
    Ok(answer(&facts, &visit, titled, &subject, show))
}

/// Takes a source's memory apart into what may be told of it: the rest is for the source alone.
fn without_memory(now: Timestamp) -> impl Fn(SourceState) -> (SourceState, Vec<(String, String)>) {
    move |mut state| {
        let told = dateline_feed::remembered(&state.memory, now);
        state.memory = serde_json::Value::Null;
        let told = told
            .into_iter()
            .map(|fact| (fact.about.to_owned(), fact.text));
        (state, told.collect())
    }
}

fn of_feed(feed: &Feed) -> Configured {
    let every = match feed.every {
        Every::Fixed(every) => format_duration(every),
        Every::Adaptive => format!(
            "adaptive, {} to {}",
            format_duration(feed.min_every),
            format_duration(feed.max_every)
        ),
    };
    let enriched: Vec<&str> = feed.enrich.iter().map(|what| what.as_str()).collect();
    let settings = vec![
        ("every", every),
        ("timeout", format_duration(feed.timeout)),
        ("max_body", feed.max_body.to_string()),
        ("full_text", feed.full_text.to_string()),
        ("enrich", enriched.join(", ")),
        ("copies", feed.copies.to_string()),
    ];
    Configured {
        kind: "feed",
        name: feed.name.clone(),
        enabled: feed.enabled,
        address: feed.url.to_string(),
        tags: feed.tags.clone(),
        settings,
    }
}

fn of_folder(folder: &DropFolder) -> Configured {
    Configured {
        kind: "drop",
        name: folder.name.clone(),
        enabled: folder.enabled,
        address: folder.path.display().to_string(),
        tags: folder.tags.clone(),
        settings: vec![("copies", folder.copies.to_string())],
    }
}

impl Subject {
    fn condition(&self) -> Condition {
        match (&self.configured, &self.state) {
            (Some(configured), _) if !configured.enabled => Condition::Off,
            (_, Some(state)) => Condition::of_state(state),
            (_, None) => Condition::New,
        }
    }

    /// A reason without the address that stands among the settings.
    fn bare<'r>(&self, reason: &'r str) -> &'r str {
        let address = self.configured.as_ref().map(|known| known.address.as_str());
        bare(reason, address.unwrap_or_default())
    }

    fn name(&self) -> Option<&str> {
        let configured = self
            .configured
            .as_ref()
            .and_then(|known| known.name.as_deref());
        configured.or_else(|| self.state.as_ref()?.title.as_deref())
    }
}

fn show(subject: &Subject) -> Markup {
    html! {
        nav aria-label="Where this is" { a href="/feeds" { "Feeds" } }
        div.title {
            h1 { (subject.id) }
            (condition(subject.condition()))
        }
        @if let Some(name) = subject.name() { p.lead { (foreign(name)) } }
        div.columns {
            section { h2 #standing { "Standing" } (standing(subject)) }
            section { h2 #why { "Next turn, and why then" } (why(subject)) (poll(subject)) }
            section { h2 #settings { "Settings" } (settings(subject)) }
        }
        section { h2 #turns { "Last turns" } (turns(subject)) }
        section { h2 #latest { "Latest articles" } (latest(subject)) }
        section { h2 #letters { "Dead letters" } (set_aside(subject)) }
    }
}

fn standing(subject: &Subject) -> Markup {
    let Some(state) = &subject.state else {
        return html! { p.quiet { "It has not been asked yet." } };
    };
    let now = subject.at;
    let mut facts = vec![
        (
            "last turn",
            html! {
                (past(Some(state.attempted), now)) ": " (state.outcome)
                @if let Some(status) = state.status { ", HTTP " (status) }
            },
        ),
        ("last read", past(state.succeeded, now)),
        ("items", html! { (number(state.drafts)) " so far" }),
    ];
    if let Some(reason) = &state.reason {
        facts.push(("error", foreign(subject.bare(reason))));
    }
    if let Some(since) = state.failing_since {
        facts.push(("failing", html! {
            (count(state.failures as usize, "time")) " in a row, for " (lasting(since, now)) ", since " (exact(since))
        }));
    }
    if state.churning > 0 {
        facts.push(("churning", html! {
            (number(state.churning)) " articles changed so often that their latest revisions wait"
        }));
    }
    for (about, text) in &subject.remembered {
        facts.push((about.as_str(), foreign(text)));
    }
    fact_list(&facts)
}

fn why(subject: &Subject) -> Markup {
    let due = subject.state.as_ref().and_then(SourceState::next_turn);
    let is_on = subject.condition() != Condition::Off;
    html! {
        @match (is_on, &subject.state, due) {
            (false, _, _) => p { "Never: it is switched off." },
            (true, None, _) => p { "At once: it has not been asked yet." },
            (true, Some(_), None) => p { "Never." },
            (true, Some(_), Some(due)) => p { (coming(Some(due), subject.at)) ", at " (exact(due)) },
        }
        @if let Some(state) = subject.state.as_ref().filter(|_| is_on) {
            ol.reasons {
                @for reason in &state.plan.reasons { li { (foreign(&reason.text)) } }
                @if let Some(hold) = state.hold.as_ref().filter(|hold| hold.until > subject.at) {
                    li { (hold.host) " is left alone until " (instant(hold.until)) ": " (foreign(&hold.reason)) }
                }
            }
        }
    }
}

/// The way to have it asked now.
fn poll(subject: &Subject) -> Markup {
    let configured = subject.configured.as_ref();
    let asked = configured.filter(|configured| configured.enabled && subject.acts);
    html! {
        @if let Some(configured) = asked {
            div.actions { (act_in_place(&table::path(&["feeds", &subject.id, "poll"]), "poll", "Poll it now")) }
            @if configured.kind == "feed" {
                p.quiet { "Its host is asked no faster for that, and not while it is left alone." }
            }
        }
    }
}

fn settings(subject: &Subject) -> Markup {
    let Some(configured) = &subject.configured else {
        return html! { p { "It is not in the configuration any more." } };
    };
    let mut facts = vec![
        ("kind", html! { (configured.kind) }),
        ("address", outward(&configured.address, &configured.address)),
    ];
    if !configured.tags.is_empty() {
        facts.push((
            "tags",
            html! { @for tag in &configured.tags { span.tag { (tag) } " " } },
        ));
    }
    for (key, value) in &configured.settings {
        facts.push((
            key,
            if value.is_empty() {
                nothing()
            } else {
                html! { (value) }
            },
        ));
    }
    fact_list(&facts)
}

fn turns(subject: &Subject) -> Markup {
    html! {
        @if subject.turns.is_empty() {
            p.quiet { "None is known." }
        } @else {
            (bars(&subject.turns))
            div.scroll.tall tabindex="0" role="region" aria-labelledby="turns" {
                table {
                    thead {
                        tr {
                            th scope="col" { "When" }
                            th scope="col" { "Outcome" }
                            th.number scope="col" { "HTTP" }
                            th.number scope="col" { "Fresh items" }
                            th.number scope="col" { "Took" }
                            th scope="col" { "Reason" }
                        }
                    }
                    tbody {
                        @for turn in &subject.turns {
                            tr {
                                th scope="row" { (past(Some(turn.at), subject.at)) }
                                td { (condition_of(turn)) }
                                td.number { @match turn.status { Some(status) => (status), None => (nothing()) } }
                                td.number { (number(turn.fresh)) }
                                td.number { (number(turn.took_ms)) " ms" }
                                td.error { @match &turn.reason { Some(reason) => (foreign(subject.bare(reason))), None => (nothing()) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn condition_of(turn: &TurnState) -> Markup {
    use crate::admin::html::parts::badge;
    match Condition::of_turn(&turn.outcome, 1) {
        Condition::Gone => badge("bad", "✕", &turn.outcome),
        Condition::Failing(_) => badge("doubtful", "▲", &turn.outcome),
        _ => badge("good", "●", &turn.outcome),
    }
}

/// The last turns as bars, the earliest first: as high as a turn brought fresh items, marked below where it failed. The table says the same.
fn bars(turns: &[TurnState]) -> Markup {
    const STEP: usize = 20;
    const HIGH: f64 = 60.0;
    let room = TURNS_KEPT as usize;
    let most = turns
        .iter()
        .map(|turn| turn.fresh)
        .max()
        .unwrap_or(0)
        .max(1);
    let total: u64 = turns.iter().map(|turn| turn.fresh).sum();
    let failed = turns
        .iter()
        .filter(|turn| matches!(turn.outcome.as_str(), "failed" | "gone"))
        .count();
    let words = format!(
        "{}, {failed} of them failed, {total} fresh items in all",
        count(turns.len(), "turn")
    );
    html! {
        figure.bars {
            svg viewBox={ "0 0 " (room * STEP) " 80" } preserveAspectRatio="none" role="img" aria-label=(words) {
                @for (index, turn) in turns.iter().rev().enumerate() {
                    @let index = index + room.saturating_sub(turns.len());
                    @let height = turn.fresh as f64 / most as f64 * HIGH;
                    g {
                        title { (instant(turn.at)) ": " (turn.outcome) ", " (turn.fresh) " fresh" }
                        rect.hit x=(index * STEP) y="0" width=(STEP) height="80" {}
                        rect.bar x=(index * STEP + 3) y=(HIGH - height) width=(STEP - 6) height=(height.max(1.0)) {}
                        @if matches!(turn.outcome.as_str(), "failed" | "gone") {
                            path.failed d={ "M" (index * STEP + 4) " 78l" (STEP / 2 - 4) " -12l" (STEP / 2 - 4) " 12z" } {}
                        }
                    }
                }
            }
            figcaption { (words) }
        }
    }
}

fn latest(subject: &Subject) -> Markup {
    html! {
        @if subject.articles.entries.is_empty() {
            p.quiet { "None among the latest " (number(LOOK_AT)) " records." }
        } @else {
            (articles::list(&subject.articles.entries, subject.at, false))
            p { a href=(table::address("/articles", &[("feed", &subject.id)])) { "More of its articles" } }
        }
    }
}

fn set_aside(subject: &Subject) -> Markup {
    html! {
        @if subject.dead_letters.entries.is_empty() {
            p.quiet { "None." }
        } @else {
            (letters::list(&subject.dead_letters.entries, subject.at))
            p { a href=(table::address("/dead-letters", &[("origin", &subject.id)])) { "All of its dead letters" } }
        }
    }
}
