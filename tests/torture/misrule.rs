//! A server that does everything wrong that servers do.

use std::io::Write;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use futures::{Stream, StreamExt, stream};

use super::server::Server;

/// Size of a bomb when it has gone off, in bytes: many times what the daemon may take.
const BLAST: usize = 512 << 20;

/// Longer than any test waits.
const FOREVER: Duration = Duration::from_secs(3600);

/// What the server answers with, and what the reason for the failure must say.
pub(crate) const FEEDS: &[(&str, &str)] = &[
    ("garbage", "neither XML nor JSON"),
    ("page", "HTML"),
    ("empty", "empty"),
    ("error", "HTTP 500"),
    ("gone", "HTTP 410"),
    ("silent", "within"),
    ("stalled", "within"),
    ("loop", "circle"),
    ("chase", "redirects"),
    ("endless", "max_body"),
    ("gzip-bomb", "max_body"),
    ("zstd-bomb", "max_body"),
    ("broken-gzip", "compressed body"),
];

/// A running server. It closes with this value.
pub(crate) struct Misrule {
    server: Server,
}

impl Misrule {
    pub(crate) fn open() -> Misrule {
        let (gzip, zstd) = (Bytes::from(gzip_bomb()), Bytes::from(zstd_bomb()));
        let router = Router::new()
            .route(
                "/gzip-bomb",
                get(move || async move { packed("gzip", gzip) }),
            )
            .route(
                "/zstd-bomb",
                get(move || async move { packed("zstd", zstd) }),
            )
            .route(
                "/chase/{number}",
                get(|Path(number): Path<u64>| async move { to(&format!("/chase/{}", number + 1)) }),
            )
            .route(
                "/{name}",
                get(|Path(name): Path<String>| async move { answer(&name).await }),
            );
        Misrule {
            server: Server::open(router),
        }
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.server.address
    }

    /// All its feeds, as a configuration has them.
    pub(crate) fn configuration(&self) -> String {
        let feed = |(name, _): &(&str, &str)| {
            format!(
                "[[feeds]]\nid = \"{name}\"\nurl = \"http://{}/{name}\"\ntimeout = \"2s\"\n\n",
                self.server.address
            )
        };
        FEEDS.iter().map(feed).collect()
    }
}

async fn answer(name: &str) -> Response {
    match name {
        "garbage" => "\u{1}\u{2}no feed at all, just \u{7f} noise".repeat(100).into_response(),
        "page" => (
            [(header::CONTENT_TYPE, "text/html")],
            "<!doctype html><html><head><title>Sign in</title></head><body><p>Please sign in.</p></body></html>",
        )
            .into_response(),
        "empty" => "".into_response(),
        "error" => (StatusCode::INTERNAL_SERVER_ERROR, "out of order").into_response(),
        "gone" => StatusCode::GONE.into_response(),
        "silent" => {
            tokio::time::sleep(FOREVER).await;
            StatusCode::NO_CONTENT.into_response()
        }
        "stalled" => streamed(stream::iter([beginning()]).chain(stream::pending())),
        "loop" => to("/loop-back"),
        "loop-back" => to("/loop"),
        "chase" => to("/chase/1"),
        "endless" => streamed(stream::iter([beginning()]).chain(stream::repeat(Bytes::from(" ".repeat(64 << 10))))),
        "broken-gzip" => packed("gzip", Bytes::from_static(b"\x1f\x8b\x08\x00these are no blocks")),
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

fn to(path: &str) -> Response {
    Redirect::temporary(path).into_response()
}

fn beginning() -> Bytes {
    Bytes::from_static(
        b"<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>Never done</title>",
    )
}

fn streamed(chunks: impl Stream<Item = Bytes> + Send + 'static) -> Response {
    Body::from_stream(chunks.map(Ok::<_, std::convert::Infallible>)).into_response()
}

fn packed(encoding: &'static str, bytes: Bytes) -> Response {
    ([(header::CONTENT_ENCODING, encoding)], bytes).into_response()
}

/// Writes a bomb's blanks, piece by piece.
fn blanks(mut out: impl Write) {
    let piece = [b' '; 64 << 10];
    for _ in 0..BLAST / piece.len() {
        out.write_all(&piece).unwrap();
    }
}

fn gzip_bomb() -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    blanks(&mut encoder);
    encoder.finish().unwrap()
}

fn zstd_bomb() -> Vec<u8> {
    let mut encoder = zstd::Encoder::new(Vec::new(), 1).unwrap();
    blanks(&mut encoder);
    encoder.finish().unwrap()
}
