//! The feed source passes the battery for sources.
#![allow(clippy::unwrap_used, clippy::panic)]

#[allow(dead_code, reason = "shared with other tests")]
mod server;
#[allow(dead_code, reason = "shared with other tests")]
mod setup;

use std::sync::{Arc, Mutex};

use dateline_conformance::sources::{Article, SourceHarness, battery};
use dateline_feed::{Client, FeedSource};
use dateline_pipeline::source::Source;
use server::{Reply, Request, Server};

/// What a served feed says of its articles.
#[derive(Clone, Copy)]
struct Dialect {
    guids: bool,
    dates: bool,
    validators: bool,
}

struct Newsroom {
    server: Server,
    client: Arc<Client>,
    shown: Arc<Mutex<Shown>>,
}

#[derive(Default)]
struct Shown {
    document: String,
    broken: bool,
    dialect: Option<Dialect>,
}

impl Newsroom {
    async fn open(dialect: Dialect) -> Newsroom {
        let shown = Arc::new(Mutex::new(Shown {
            document: document(&[], dialect),
            broken: false,
            dialect: Some(dialect),
        }));
        let seen = shown.clone();
        let server = Server::start(move |request| seen.lock().unwrap().reply(request)).await;
        Newsroom {
            server,
            client: Arc::new(setup::client("")),
            shown,
        }
    }
}

impl Shown {
    fn reply(&self, request: &Request) -> Reply {
        let tag = format!(
            "\"{:x}\"",
            self.document.bytes().fold(0_u64, |hash, byte| hash
                .wrapping_mul(31)
                .wrapping_add(byte.into()))
        );
        let validators = self.dialect.is_some_and(|dialect| dialect.validators);
        if self.broken {
            Reply::new(500, &[], b"out of order")
        } else if !validators {
            Reply::new(200, &[], self.document.as_bytes())
        } else if request.header("if-none-match") == Some(&tag) {
            Reply::new(304, &[], b"")
        } else {
            Reply::new(200, &[("ETag", &tag)], self.document.as_bytes())
        }
    }
}

/// The newest article first, as feeds do.
fn document(articles: &[Article], dialect: Dialect) -> String {
    let items: String = articles
        .iter()
        .rev()
        .map(|article| item(article, dialect))
        .collect();
    format!("<rss version='2.0'><channel><title>Newsroom</title>{items}</channel></rss>")
}

fn item(article: &Article, dialect: Dialect) -> String {
    let Article {
        name,
        title,
        text,
        published,
    } = article;
    let guid = if dialect.guids {
        format!("<guid>{name}</guid>")
    } else {
        String::new()
    };
    let date = if dialect.dates {
        format!(
            "<pubDate>{}</pubDate>",
            published.strftime("%a, %d %b %Y %H:%M:%S +0000")
        )
    } else {
        String::new()
    };
    format!(
        "<item><title>{title}</title><link>https://newsroom.example/{name}</link>{guid}{date}<description>{text}</description></item>"
    )
}

impl SourceHarness for Newsroom {
    fn make(&self) -> Box<dyn Source> {
        Box::new(FeedSource::new(
            &setup::feed(&self.server.url("/feed")),
            self.client.clone(),
        ))
    }

    async fn publish(&self, articles: &[Article]) {
        let mut shown = self.shown.lock().unwrap();
        let dialect = shown.dialect.unwrap();
        shown.document = document(articles, dialect);
    }

    async fn break_it(&self) {
        self.shown.lock().unwrap().broken = true;
    }

    async fn mend(&self) {
        self.shown.lock().unwrap().broken = false;
    }
}

#[tokio::test]
async fn a_feed_with_guids_dates_and_validators_passes_the_battery() {
    battery(
        Newsroom::open(Dialect {
            guids: true,
            dates: true,
            validators: true,
        })
        .await,
    )
    .await;
}

#[tokio::test]
async fn a_feed_with_links_alone_passes_the_battery() {
    battery(
        Newsroom::open(Dialect {
            guids: false,
            dates: false,
            validators: false,
        })
        .await,
    )
    .await;
}
