//! A feed or drop folder is asked now.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use dateline_pipeline::collect::Polled;
use jiff::Timestamp;

use super::{Outcome, Visit, broken, obeyed};
use crate::admin::Facts;
use crate::admin::html::table;
use crate::admin::notes::Note;
use crate::daemon::control::{Control, NoPoll};
use crate::wording;

pub(super) async fn poll(
    State(facts): State<Arc<Facts>>,
    Extension(control): Extension<Control>,
    Path(id): Path<String>,
    visit: Visit,
) -> Response {
    let source = id.clone();
    let order = async move { control.poll(source).await };
    let own = table::path(&["feeds", &id]);
    let (outcome, next) = match obeyed(order).await {
        Err(outcome) => (outcome, own.as_str()),
        Ok(Ok(turn)) => (polled(&id, &turn), own.as_str()),
        Ok(Err(NoPoll::Store(error))) => (broken(&error), own.as_str()),
        // There is no page of it that could tell this.
        Ok(Err(error @ NoPoll::Unknown(_))) => (refused(&error), "/feeds"),
        Ok(Err(error @ NoPoll::Off(_))) => (refused(&error), own.as_str()),
    };
    outcome.tell(&facts, &visit, (next, &[]))
}

fn polled(id: &str, turn: &Polled) -> Outcome {
    let words = wording::polled(turn, Timestamp::now());
    Outcome::done(Note::done(format!("{id} {words}.")), turn)
}

fn refused(error: &NoPoll) -> Outcome {
    Outcome::refused(StatusCode::NOT_FOUND, Note::failed(format!("{error}.")))
}
