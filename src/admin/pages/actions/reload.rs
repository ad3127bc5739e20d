//! The configuration is read again.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::{Outcome, Visit, obeyed};
use crate::admin::Facts;
use crate::admin::notes::Note;
use crate::daemon::Refused;
use crate::daemon::control::{Applied, Control};
use crate::wording;

pub(super) async fn reload(
    State(facts): State<Arc<Facts>>,
    Extension(control): Extension<Control>,
    visit: Visit,
) -> Response {
    let order = async move { control.reload("the page").await };
    let outcome = match obeyed(order).await {
        Err(outcome) => outcome,
        Ok(Ok(applied)) => Outcome::done(note(&applied), &applied),
        Ok(Err(refused)) => Outcome::refused(StatusCode::UNPROCESSABLE_ENTITY, why(&refused)),
    };
    outcome.tell(&facts, &visit, ("/", &[]))
}

fn note(applied: &Applied) -> Note {
    let what = match applied.is_nothing() {
        true => "The configuration was read again; nothing has changed.",
        false => "Another configuration holds from now on.",
    };
    Note::done(what).with(wording::applied(applied))
}

fn why(refused: &Refused) -> Note {
    let what = "The configuration is not taken, and the daemon goes on as it was.";
    Note::failed(what).with(refused.findings())
}
