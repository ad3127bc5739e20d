//! Serves the newsroom's feeds on loopback, as an ordinary web server would: content types,
//! validators, and 304 for what has not changed.

use std::net::Ipv4Addr;

use anyhow::Context;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::Newsroom;
use super::desk::Answer;
use super::formats::http_date;

/// Opens a port of the system's choice on loopback.
///
/// # Errors
/// When there is none.
pub(crate) async fn bind() -> anyhow::Result<TcpListener> {
    let bound = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
    bound.context("no port on 127.0.0.1 can be opened for the demo's newsroom")
}

/// Serves `newsroom` until `stop`.
pub(crate) async fn serve(listener: TcpListener, newsroom: Newsroom, stop: CancellationToken) {
    let router = Router::new()
        .route("/{paper}", get(feed))
        .with_state(newsroom);
    let served = axum::serve(listener, router).with_graceful_shutdown(stop.cancelled_owned());
    if let Err(error) = served.await {
        tracing::error!(%error, "the demo's newsroom stopped answering");
    }
}

async fn feed(
    State(newsroom): State<Newsroom>,
    Path(paper): Path<String>,
    headers: HeaderMap,
) -> Response {
    let known = headers
        .get(header::IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok());
    match newsroom.answer(&paper, known) {
        None => (StatusCode::NOT_FOUND, "no such paper\n").into_response(),
        Some(Answer::ServerError) => {
            (StatusCode::INTERNAL_SERVER_ERROR, "the press is jammed\n").into_response()
        }
        Some(Answer::NotModified { etag }) => {
            (StatusCode::NOT_MODIFIED, [(header::ETAG, etag)]).into_response()
        }
        Some(Answer::Document(document)) => {
            let headers = [
                (header::CONTENT_TYPE, document.content_type.to_owned()),
                (header::ETAG, document.etag),
                (header::LAST_MODIFIED, http_date(document.changed)),
            ];
            (headers, document.body).into_response()
        }
    }
}
