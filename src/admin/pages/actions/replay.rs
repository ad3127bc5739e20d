//! Records are delivered again to a sink that had them. How many come again is told before they do.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::{Extension, Form};
use dateline_pipeline::deliver::{Replay, Since, foresee};
use jiff::Timestamp;
use maud::{Markup, html};
use serde::{Deserialize, Serialize};

use super::{Outcome, Visit, broken, obeyed};
use crate::admin::Facts;
use crate::admin::html::parts::{act, exact, number};
use crate::admin::html::{Place, table};
use crate::admin::notes::Note;
use crate::admin::pages::{Answer, Missing, answer};
use crate::daemon::control::{Control, NoReplay};
use crate::daemon::socket::ReplayAnswer;
use crate::wording::named_instant;

/// From where on, as a form says it: how long ago or when, or the number of the first record.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Asked {
    since: String,
    from: String,
}

impl Asked {
    /// `None` where it says nothing, and an error where it says nothing that could be meant.
    fn since(&self) -> Option<Result<Since, String>> {
        let (since, from) = (self.since.trim(), self.from.trim());
        let since = match (since, from) {
            ("", "") => return None,
            (since, "") => named_instant(since).map(Since::Instant).ok_or_else(|| {
                "That is neither a duration nor an instant: write how long ago (2d, 90m) or when (2026-05-09T12:00:00Z).".to_owned()
            }),
            ("", from) => match from.parse() {
                Ok(number) if number > 0 => Ok(Since::Record(number)),
                _ => Err("Records are numbered from 1 on.".to_owned()),
            },
            _ => Err("Say either since when, or from which record on.".to_owned()),
        };
        Some(since)
    }
}

/// What would be delivered again.
#[derive(Serialize)]
struct Question {
    sink: String,
    #[serde(skip)]
    asked: Asked,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    replay: Option<ReplayAnswer>,
    /// When the first of these records was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    first: Option<Timestamp>,
}

/// Asks from where on, and says how many records that are.
pub(super) async fn ask(
    State(facts): State<Arc<Facts>>,
    Path(sink): Path<String>,
    Query(asked): Query<Asked>,
    visit: Visit,
) -> Answer {
    if !facts.sinks.now().iter().any(|known| known.name == sink) {
        return Err(Missing::Nothing(format!("There is no sink {sink}.")));
    }
    let (replay, problem) = match asked.since() {
        None => (None, None),
        Some(Err(problem)) => (None, Some(problem)),
        Some(Ok(since)) => {
            let replay = foresee(&facts.readers, sink.clone(), since).await?;
            (Some(as_answer(replay)), None)
        }
    };
    let first = match &replay {
        Some(replay) => {
            let first = replay.position + 1;
            let record = facts.ask(move |reader| reader.record(first)).await?;
            record.map(|record| record.at)
        }
        None => None,
    };
    let title = format!("Replay to {sink}");
    let question = Question {
        sink,
        asked,
        problem,
        replay,
        first,
    };
    Ok(answer(
        &facts,
        &visit,
        (Place::Sinks, &title),
        &question,
        show,
    ))
}

fn as_answer(replay: Replay) -> ReplayAnswer {
    ReplayAnswer {
        position: replay.position,
        records: replay.records,
    }
}

fn show(question: &Question) -> Markup {
    let own = table::path(&["sinks", &question.sink, "replay"]);
    html! {
        nav aria-label="Where this is" { a href="/sinks" { "Sinks" } }
        h1 { "Replay to " (question.sink) }
        p.lead {
            "The sink's position is set back, and the records after it are delivered again, with the same ids and revisions, before anything newer. It reaches as \
             far back as the log."
        }
        form.filter method="get" action=(own) {
            label {
                span { "Since when" }
                input #since name="since" value=(question.asked.since) placeholder="2d" maxlength="40" required autocomplete="off"
                    aria-describedby="about-since" aria-invalid=[question.problem.as_ref().map(|_| "true")];
            }
            button type="submit" { "Count them" }
        }
        @if let Some(problem) = &question.problem { p.problem role="alert" { (problem) } }
        p #about-since .quiet { "How long ago, such as " code { "2d" } " or " code { "90m" } ", or when, such as " code { "2026-05-09T12:00:00Z" } "." }
        @if let Some(replay) = &question.replay {
            (foreseen(question, replay, &own))
        }
    }
}

fn foreseen(question: &Question, replay: &ReplayAnswer, own: &str) -> Markup {
    let first = (replay.position + 1).to_string();
    let records = match replay.records {
        1 => "1 record".to_owned(),
        many => format!("{} records", number(many)),
    };
    html! {
        section {
            h2 #foreseen { "What would come again" }
            @if replay.records == 0 {
                p { "Nothing: " (question.sink) " has had no record since then that the log still holds." }
            } @else {
                p {
                    strong { (records) } " would reach " (question.sink) " again, from number " (number(replay.position + 1)) " on"
                    @if let Some(at) = question.first { ", which was made at " (exact(at)) }
                    ". Whoever reads what it writes sees them twice, and tells them by " code { "id" } " and " code { "revision" } "."
                }
                div.actions {
                    (act(own, "replay", &format!("Deliver {records} again"), &[("from", &first)]))
                    a href="/sinks" { "Leave it" }
                }
            }
        }
    }
}

/// Has them delivered again.
pub(super) async fn replay(
    State(facts): State<Arc<Facts>>,
    Extension(control): Extension<Control>,
    Path(sink): Path<String>,
    visit: Visit,
    Form(asked): Form<Asked>,
) -> Response {
    let outcome = match asked.since() {
        Some(Ok(since)) => outcome(control, sink, since).await,
        Some(Err(problem)) => Outcome::refused(StatusCode::BAD_REQUEST, Note::failed(problem)),
        None => {
            let note = Note::failed("Say since when, or from which record on.");
            Outcome::refused(StatusCode::BAD_REQUEST, note)
        }
    };
    outcome.tell(&facts, &visit, ("/sinks", &[]))
}

async fn outcome(control: Control, sink: String, since: Since) -> Outcome {
    let name = sink.clone();
    match obeyed(async move { control.replay(name, since).await }).await {
        Err(outcome) => outcome,
        Ok(Ok(replay)) => {
            let (records, from) = (number(replay.records), number(replay.position + 1));
            let what = format!("{sink} is getting {records} records again, from number {from} on.");
            Outcome::done(Note::done(what), &as_answer(replay))
        }
        Ok(Err(NoReplay::Store(error))) => broken(&error),
        Ok(Err(error @ NoReplay::UnderWay { .. })) => refused(StatusCode::CONFLICT, &error),
        Ok(Err(error @ NoReplay::Unknown { .. })) => refused(StatusCode::NOT_FOUND, &error),
    }
}

fn refused(status: StatusCode, error: &NoReplay) -> Outcome {
    Outcome::refused(status, Note::failed(format!("{error}.")))
}
