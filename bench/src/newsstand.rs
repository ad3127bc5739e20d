//! Feeds served on loopback from memory, with entity tags.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::net::TcpListener;

use crate::articles;

pub(crate) struct Newsstand {
    address: SocketAddr,
    feeds: usize,
}

#[derive(Clone)]
struct Shelf {
    articles: usize,
    size: usize,
    per_feed: usize,
}

impl Newsstand {
    /// Serves `articles` in feeds of `per_feed`, until the process ends. Documents are made when
    /// they are asked for, so that the memory is the daemon's to use.
    pub(crate) async fn open(
        articles: usize,
        size: usize,
        per_feed: usize,
    ) -> anyhow::Result<Newsstand> {
        let shelf = Shelf {
            articles,
            size,
            per_feed,
        };
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let router = Router::new()
            .route("/{feed}", get(feed))
            .with_state(Arc::new(shelf));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(Newsstand {
            address,
            feeds: articles.div_ceil(per_feed),
        })
    }

    pub(crate) fn feeds(&self) -> usize {
        self.feeds
    }

    pub(crate) fn url(&self, feed: usize) -> String {
        format!("http://{}/{feed}", self.address)
    }
}

async fn feed(
    State(shelf): State<Arc<Shelf>>,
    Path(feed): Path<usize>,
    headers: HeaderMap,
) -> Response {
    let tag = format!("\"{feed}\"");
    if headers
        .get(header::IF_NONE_MATCH)
        .is_some_and(|given| given.as_bytes() == tag.as_bytes())
    {
        return (StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response();
    }
    let first = feed * shelf.per_feed;
    let last = (first + shelf.per_feed).min(shelf.articles);
    let mut body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\"><channel><title>Feed {feed}</title>\
         <link>http://news.example/</link><description>News of the town</description><language>en</language>\n"
    );
    for number in first..last {
        body += &articles::rss_item(number, shelf.size);
    }
    body += "</channel></rss>\n";
    let headers = [
        (header::ETAG, tag),
        (header::CONTENT_TYPE, "application/rss+xml".to_owned()),
    ];
    (headers, body).into_response()
}
