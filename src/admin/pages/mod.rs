//! One room a page: what it asks the store, what becomes of the answer, and how it is shown. Each is a page for people, and the same facts as JSON for
//! whoever asks with `Accept: application/json`.

mod about;
mod actions;
mod article;
mod articles;
mod feed;
mod feeds;
mod letter;
mod letters;
mod now;
mod overview;
mod sinks;
mod wrong;

use std::convert::Infallible;
use std::sync::Arc;

use axum::Router;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use dateline_pipeline::store::StoreError;
use maud::{Markup, html};
use serde::Serialize;

use super::Facts;
use super::html::{Place, Shell};
use super::notes::Note;

/// Rows of a list on one page: some screens of a desk, and a page that a phone has in a blink.
const ROWS: usize = 100;

/// Longest word or filter that is taken from an address, in characters.
const MAX_WORDS: usize = 200;

pub(super) fn router(facts: Arc<Facts>) -> Router {
    let pages = Router::new()
        .route("/", get(overview::page))
        .route("/feeds", get(feeds::page))
        .route("/feeds/{id}", get(feed::page))
        .route("/articles", get(articles::page))
        .route("/articles/{seq}", get(article::page))
        .route("/dead-letters", get(letters::page))
        .route("/dead-letters/{seq}", get(letter::page))
        .route("/dead-letters/{seq}/bytes", get(letter::bytes))
        .route("/sinks", get(sinks::page))
        .route("/about", get(about::page));
    let all = match facts.control.clone() {
        Some(control) => pages.merge(actions::router(control)),
        None => pages,
    };
    all.with_state(facts)
}

/// Who asks for a page, and how.
struct Visit {
    /// Whether JSON is asked for, and not a page.
    wants_json: bool,
    /// What has become of what was done before: the address names it.
    told: Option<Note>,
}

/// How an address names what has become of something.
const TOLD: &str = "told";

impl FromRequestParts<Arc<Facts>> for Visit {
    type Rejection = Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        facts: &Arc<Facts>,
    ) -> Result<Visit, Infallible> {
        let query = parts.uri.query().unwrap_or_default();
        let mut pairs = url::form_urlencoded::parse(query.as_bytes());
        let named = pairs.find(|(name, _)| name == TOLD);
        Ok(Visit {
            wants_json: wants_json(&parts.headers),
            told: named.and_then(|(_, name)| facts.notes.named(&name)),
        })
    }
}

/// Why a page is not to be had.
enum Missing {
    /// There is no such thing.
    Nothing(String),
    /// The store cannot be read.
    Store(StoreError),
}

impl From<StoreError> for Missing {
    fn from(error: StoreError) -> Missing {
        Missing::Store(error)
    }
}

impl IntoResponse for Missing {
    fn into_response(self) -> Response {
        match self {
            Missing::Nothing(what) => apology(StatusCode::NOT_FOUND, "Not found", &what),
            Missing::Store(error) => {
                tracing::error!(%error, "the page cannot read the state");
                let what = format!("The state cannot be read: {error}.");
                apology(StatusCode::SERVICE_UNAVAILABLE, "Out of order", &what)
            }
        }
    }
}

/// The answer to a request for a page.
type Answer = Result<Response, Missing>;

pub(super) async fn not_found() -> Response {
    Missing::Nothing("There is no such page.".to_owned()).into_response()
}

fn apology(status: StatusCode, title: &str, what: &str) -> Response {
    let shell = Shell {
        title,
        place: None,
        locked: false,
        told: None,
    };
    let content = html! {
        h1 { (title) }
        p { (what) }
        p { a href="/" { "To the overview" } }
    };
    (status, shell.page(content)).into_response()
}

/// Shows `what` as a page, or gives it as JSON to whoever asks for that.
fn answer<T: Serialize>(
    facts: &Facts,
    visit: &Visit,
    (place, title): (Place, &str),
    what: &T,
    show: impl FnOnce(&T) -> Markup,
) -> Response {
    let vary = [(header::VARY, "accept")];
    if visit.wants_json {
        return (vary, axum::Json(what)).into_response();
    }
    let shell = Shell {
        title,
        place: Some(place),
        locked: facts.config().admin.token.is_some(),
        told: visit.told.as_ref(),
    };
    (vary, shell.page(show(what))).into_response()
}

/// Whether JSON is asked for, and not a page.
fn wants_json(headers: &HeaderMap) -> bool {
    let accepts = headers
        .get(header::ACCEPT)
        .and_then(|accepts| accepts.to_str().ok());
    accepts.is_some_and(|accepts| {
        accepts.contains("application/json") && !accepts.contains("text/html")
    })
}

/// What was written into a field of a form: without blanks around it, cut at a limit, `None` where nothing is left.
fn said(words: &str) -> Option<String> {
    let words: String = words.trim().chars().take(MAX_WORDS).collect();
    (!words.is_empty()).then_some(words)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn browsers_get_pages_and_tools_get_what_they_ask_for() {
        let json = |accepts: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, accepts.parse().unwrap());
            wants_json(&headers)
        };
        assert!(json("application/json"));
        assert!(json("application/json, */*;q=0.5"));
        assert!(!json(
            "text/html,application/xhtml+xml,application/json;q=0.9"
        ));
        assert!(!json("*/*"));
        assert!(!wants_json(&HeaderMap::new()));
    }

    #[test]
    fn words_of_forms_are_cut() {
        assert_eq!(said("  "), None);
        assert_eq!(said(" Ærø ").as_deref(), Some("Ærø"));
        assert_eq!(said(&"ø".repeat(1000)).unwrap().chars().count(), MAX_WORDS);
    }
}
