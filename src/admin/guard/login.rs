//! The door for browsers: a form that takes the token and begins a session.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use serde::Deserialize;

use super::session::{COOKIE, SESSION};
use super::{Guard, session, text};
use crate::admin::html::{door, table};

const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

#[derive(Deserialize, Default)]
#[serde(default)]
pub(in crate::admin) struct Entry {
    token: String,
    next: String,
}

/// Where the form is for somebody who wanted to go to `path`.
pub(super) fn address(path: &str) -> String {
    table::address("/login", &[("next", path)])
}

pub(in crate::admin) async fn form(Query(entry): Query<Entry>) -> Response {
    door::page(local(&entry.next), false).into_response()
}

/// Takes the token, begins a session and leads to where the browser wanted to go.
pub(in crate::admin) async fn enter(
    State(guard): State<Arc<Guard>>,
    headers: HeaderMap,
    Form(entry): Form<Entry>,
) -> Response {
    let next = local(&entry.next);
    let Some(lock) = &guard.lock else {
        return Redirect::to(next).into_response();
    };
    if !lock.token.is(entry.token.trim()) {
        tracing::warn!("somebody tried to log in to the admin port with a wrong token");
        return (StatusCode::FORBIDDEN, door::page(next, true)).into_response();
    }
    let Some(id) = lock.sessions.begin(Timestamp::now()) else {
        let why = "the system gives no random numbers, which sessions need\n";
        return (StatusCode::INTERNAL_SERVER_ERROR, why).into_response();
    };
    let mut answer = Redirect::to(next).into_response();
    set_cookie(&mut answer, &headers, &id, SESSION.as_secs());
    answer
}

/// Ends the session.
pub(in crate::admin) async fn leave(
    State(guard): State<Arc<Guard>>,
    headers: HeaderMap,
) -> Response {
    if let (Some(lock), Some(id)) = (&guard.lock, session::named(&headers)) {
        lock.sessions.end(id);
    }
    let mut answer = Redirect::to("/login").into_response();
    set_cookie(&mut answer, &headers, "", 0);
    answer
}

fn set_cookie(answer: &mut Response, request: &HeaderMap, id: &str, seconds: u64) {
    // A proxy that speaks TLS says so; the port itself speaks plain HTTP.
    let secure = match text(request, FORWARDED_PROTO) {
        Some("https") => "; Secure",
        _ => "",
    };
    let cookie =
        format!("{COOKIE}={id}; Path=/; HttpOnly; SameSite=Strict; Max-Age={seconds}{secure}");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        answer.headers_mut().insert(header::SET_COOKIE, cookie);
    }
}

/// A path of ours; the beginning for anything else, so that the form leads nobody away.
fn local(next: &str) -> &str {
    let is_path = next.starts_with('/') && !next[1..].starts_with(['/', '\\']);
    let is_plain = next.chars().all(|character| character.is_ascii_graphic());
    if is_path && is_plain { next } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_leads_to_our_own_pages_only() {
        assert_eq!(local("/feeds?q=a%20b"), "/feeds?q=a%20b");
        for elsewhere in [
            "",
            "https://evil.example/",
            "//evil.example",
            "/\\evil.example",
            "/a\nb",
            "feeds",
        ] {
            assert_eq!(local(elsewhere), "/", "{elsewhere:?}");
        }
    }

    #[test]
    fn where_somebody_wanted_to_go_is_kept() {
        assert_eq!(
            address("/feeds?q=a&page=2"),
            "/login?next=%2Ffeeds%3Fq%3Da%26page%3D2"
        );
    }
}
