//! What can be done by the page. Each is a form that is sent (POST) and one order to the daemon, of those that its socket takes too; what has become of it is told
//! on the page that the answer leads to (303), by the name of a [note](crate::admin::notes). What goes wide is asked back first: those pages only show.
//!
//! [`mod@crate::admin::guard`] has seen to it that the request comes from a page of this port. Tools that want JSON get the daemon's answer itself.

mod poll;
mod reload;
mod replay;
mod retry;

use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};
use serde::Serialize;
use serde_json::json;

use super::{TOLD, Visit};
use crate::admin::Facts;
use crate::admin::html::table;
use crate::admin::notes::Note;
use crate::daemon::control::Control;

/// How long an order is waited for; less than a request may take.
const PATIENCE: Duration = Duration::from_secs(12);

pub(super) fn router(control: Control) -> Router<Arc<Facts>> {
    Router::new()
        .route("/reload", post(reload::reload))
        .route("/feeds/{id}/poll", post(poll::poll))
        .route("/dead-letters/retry", get(retry::ask).post(retry::all))
        .route("/dead-letters/{seq}/retry", post(retry::one))
        .route(
            "/sinks/{name}/replay",
            get(replay::ask).post(replay::replay),
        )
        .layer(Extension(control))
}

/// The page that tells what has become of an action.
type Next<'n> = (&'n str, &'n [(&'n str, &'n str)]);

/// What has become of an action, for people and for tools.
struct Outcome {
    note: Note,
    status: StatusCode,
    answer: serde_json::Value,
}

impl Outcome {
    /// It was done; `answer` is what tools are told.
    fn done(note: Note, answer: &impl Serialize) -> Outcome {
        Outcome {
            note,
            status: StatusCode::OK,
            answer: json!(answer),
        }
    }

    /// It was not.
    fn refused(status: StatusCode, note: Note) -> Outcome {
        Outcome {
            status,
            answer: json!({ "error": note.what, "details": note.details }),
            note,
        }
    }

    fn tell(self, facts: &Facts, visit: &Visit, (path, query): Next<'_>) -> Response {
        if visit.wants_json {
            return (self.status, axum::Json(self.answer)).into_response();
        }
        let name = facts.notes.keep(self.note);
        let pairs = [query, &[(TOLD, &name)]].concat();
        Redirect::to(&(table::address(path, &pairs) + "#told")).into_response()
    }
}

/// Waits for an order to be obeyed. One that takes too long is obeyed all the same.
async fn obeyed<T: Send + 'static>(
    order: impl Future<Output = Option<T>> + Send + 'static,
) -> Result<T, Outcome> {
    match tokio::time::timeout(PATIENCE, tokio::spawn(order)).await {
        Ok(Ok(Some(done))) => Ok(done),
        Ok(Ok(None) | Err(_)) => {
            let note = Note::failed("The daemon is stopping, and does nothing new.");
            Err(Outcome::refused(StatusCode::SERVICE_UNAVAILABLE, note))
        }
        Err(_) => {
            let what =
                "It is under way, and takes longer than usual. The log says what becomes of it.";
            Err(Outcome {
                note: Note::done(what),
                status: StatusCode::ACCEPTED,
                answer: json!({ "under_way": true }),
            })
        }
    }
}

/// The state cannot be read or written.
fn broken(error: &impl std::fmt::Display) -> Outcome {
    let note = Note::failed(format!("The state cannot be read or written: {error}."));
    Outcome::refused(StatusCode::SERVICE_UNAVAILABLE, note)
}
