//! A feed or drop folder is asked now.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
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
    let outcome = match obeyed(order).await {
        Err(outcome) => outcome,
        Ok(Ok(turn)) => {
            let words = wording::polled(&turn, Timestamp::now());
            Outcome::done(Note::done(format!("{id} {words}.")), &turn)
        }
        Ok(Err(NoPoll::Store(error))) => broken(&error),
        Ok(Err(error)) => {
            let note = Note::failed(format!("{error}."));
            // There is no page of it that could tell this.
            let is_unknown = matches!(error, NoPoll::Unknown(_));
            let outcome = Outcome::refused(StatusCode::NOT_FOUND, note);
            if is_unknown {
                return outcome.tell(&facts, &visit, ("/feeds", &[]));
            }
            outcome
        }
    };
    outcome.tell(&facts, &visit, (&table::path(&["feeds", &id]), &[]))
}
