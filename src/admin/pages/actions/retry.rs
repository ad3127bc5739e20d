//! Dead letters are tried again: one of them, or all that a filter shows, which is asked back first.

use std::sync::Arc;

use axum::extract::rejection::FormRejection;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::{Extension, Form};
use dateline_pipeline::letters::Retry;
use dateline_pipeline::store::Which;
use maud::{Markup, html};
use serde::{Deserialize, Serialize};

use super::{Outcome, Visit, broken, obeyed};
use crate::admin::Facts;
use crate::admin::html::parts::{act, number};
use crate::admin::html::{Place, table};
use crate::admin::notes::Note;
use crate::admin::pages::letters::Asked;
use crate::admin::pages::{Answer, answer};
use crate::daemon::control::Control;
use crate::wording::{self, count};

/// What would be tried again.
#[derive(Serialize)]
struct Question {
    letters: u64,
    /// Those before this number: what is set aside from now on is not meant.
    before: i64,
    #[serde(skip)]
    asked: Asked,
}

/// All that a filter shows, as a form orders it. A slip in it is refused: what is not understood would leave the filter wider than it was meant.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ordered {
    #[serde(default)]
    q: String,
    #[serde(default)]
    stage: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    origin: String,
    /// Only those before this number, of which the question was.
    before: i64,
}

impl From<Ordered> for Asked {
    fn from(ordered: Ordered) -> Asked {
        Asked {
            q: ordered.q,
            stage: ordered.stage,
            kind: ordered.kind,
            origin: ordered.origin,
            before: ordered.before.to_string(),
        }
    }
}

/// Asks whether all that a filter shows is to be tried again.
pub(super) async fn ask(
    State(facts): State<Arc<Facts>>,
    Query(mut asked): Query<Asked>,
    visit: Visit,
) -> Answer {
    let which = asked.which();
    let (letters, latest) = facts
        .ask(move |reader| {
            let latest = reader.letters(&which, 1)?.entries;
            Ok((
                reader.count_letters(&which)?,
                latest.first().map(|letter| letter.number),
            ))
        })
        .await?;
    let before = latest.unwrap_or_default() + 1;
    asked.before = before.to_string();
    let question = Question {
        letters,
        before,
        asked,
    };
    let titled = (Place::DeadLetters, "Try dead letters again");
    Ok(answer(&facts, &visit, titled, &question, show))
}

fn show(question: &Question) -> Markup {
    let asked = &question.asked;
    let back = table::address("/dead-letters", &asked.filter());
    let letters = usize::try_from(question.letters).unwrap_or(usize::MAX);
    let conditions = asked
        .filter()
        .into_iter()
        .filter(|(_, value)| !value.is_empty());
    let conditions: Vec<_> = conditions
        .map(|(name, value)| (in_words(name), value))
        .collect();
    html! {
        nav aria-label="Where this is" { a href=(back) { "Dead letters" } }
        h1 { "Try dead letters again" }
        @if letters == 0 {
            p { "There is none of these any more." }
        } @else {
            p {
                strong { (number(question.letters)) @if letters == 1 { " dead letter" } @else { " dead letters" } }
                @if conditions.is_empty() { ", all that there are, " } @else {
                    @for (what, value) in &conditions { ", " (what) " " bdi { q { (value) } } }
                    ", "
                }
                @if letters == 1 { "is" } @else { "are" } " tried again, each where it was set aside:"
            }
            ul.details {
                li { "a record that a sink refused is delivered again, to that sink alone;" }
                li { "a draft that could not be made into a record is transformed again;" }
                li { "a part of a dropped file is read again, with the whole of its file." }
            }
            p { "What cannot be tried again stays, and so does what fails once more, as a new letter. What is set aside from now on is not touched." }
            div.actions {
                (act("/dead-letters/retry", "retry", &format!("Try {} again", count(letters, "letter")), &[asked.filter().as_slice(), &[("before", &asked.before)]].concat()))
                a href=(back) { "Leave them" }
            }
        }
    }
}

/// What a field of the filter stands for.
fn in_words(field: &str) -> &'static str {
    match field {
        "q" => "with the words",
        "origin" => "from",
        "stage" => "of the stage",
        _ => "of the kind",
    }
}

/// Has all of them tried again that a filter shows.
pub(super) async fn all(
    State(facts): State<Arc<Facts>>,
    Extension(control): Extension<Control>,
    visit: Visit,
    ordered: Result<Form<Ordered>, FormRejection>,
) -> Response {
    let asked = match ordered {
        Ok(Form(ordered)) => Asked::from(ordered),
        Err(rejection) => {
            return unclear(&rejection).tell(&facts, &visit, ("/dead-letters", &[]));
        }
    };
    let outcome = match tried(control, asked.which()).await {
        Ok(retry) => Outcome::done(note(&retry), &retry),
        Err(outcome) => outcome,
    };
    outcome.tell(&facts, &visit, ("/dead-letters", &asked.filter()))
}

fn unclear(rejection: &FormRejection) -> Outcome {
    let what = "No dead letter is tried again: say `before`, the number before which they are, and of q, stage, kind and origin those that are to hold.";
    let note = Note::failed(what).with(vec![rejection.body_text()]);
    Outcome::refused(StatusCode::BAD_REQUEST, note)
}

/// Has one of them tried again.
pub(super) async fn one(
    State(facts): State<Arc<Facts>>,
    Extension(control): Extension<Control>,
    Path(seq): Path<i64>,
    visit: Visit,
) -> Response {
    let which = Which {
        numbers: vec![seq],
        ..Which::default()
    };
    let (outcome, is_there) = match tried(control, which).await {
        Err(outcome) => (outcome, true),
        Ok(retry) if retry.again.is_empty() => {
            let found = facts.ask(move |reader| reader.letter(seq)).await;
            match found.is_ok_and(|letter| letter.is_some()) {
                true => (stays(seq, &retry), true),
                false => (missing(seq), false),
            }
        }
        Ok(retry) => (Outcome::done(note(&retry), &retry), false),
    };
    let own = format!("/dead-letters/{seq}");
    // One that has left has no page any more.
    let next = if is_there {
        own.as_str()
    } else {
        "/dead-letters"
    };
    outcome.tell(&facts, &visit, (next, &[]))
}

fn stays(seq: i64, retry: &Retry) -> Outcome {
    let reasons = retry.stay.iter().map(|stay| stay.reason.as_str());
    let reasons: Vec<&str> = reasons.collect();
    let note = Note::failed(format!("Dead letter {seq} stays: {}.", reasons.join("; ")));
    Outcome::refused(StatusCode::CONFLICT, note)
}

fn missing(seq: i64) -> Outcome {
    let what = format!("There is no dead letter {seq}, or there is not any more.");
    Outcome::refused(StatusCode::NOT_FOUND, Note::failed(what))
}

async fn tried(control: Control, which: Which) -> Result<Retry, Outcome> {
    let retried = obeyed(async move { control.retry(which).await }).await?;
    retried.map_err(|error| broken(&error))
}

fn note(retry: &Retry) -> Note {
    let stay = retry.stay.iter();
    let stay = stay.map(|stay| format!("{} stays: {}", stay.number, stay.reason));
    let details = wording::retried(retry, "")
        .into_iter()
        .chain(stay)
        .collect();
    if retry.again.is_empty() {
        return Note::failed("No dead letter is tried again.").with(details);
    }
    let tried = count(retry.again.len(), "dead letter");
    let verb = if retry.again.len() == 1 { "is" } else { "are" };
    Note::done(format!("{tried} {verb} tried again.")).with(details)
}
