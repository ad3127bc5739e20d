//! Articles written as RSS, Atom and JSON Feed documents, and as plain-text files.

use serde_json::json;

use super::article::Article;

/// Ways to write a feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Rss,
    /// RSS whose items have no guid: the link alone tells them apart.
    RssByLink,
    Atom,
    Json,
}

/// A feed's document.
pub(crate) fn document(
    feed: &str,
    format: Format,
    articles: &[&Article],
) -> (&'static str, String) {
    match format {
        Format::Rss => ("application/rss+xml", rss(feed, articles, true)),
        Format::RssByLink => ("application/rss+xml", rss(feed, articles, false)),
        Format::Atom => ("application/atom+xml", atom(feed, articles)),
        Format::Json => ("application/feed+json", json_feed(feed, articles)),
    }
}

/// A dropped file.
pub(crate) fn plain_text(article: &Article) -> String {
    format!(
        "{}\n\n{}\n",
        article.title(),
        article.paragraphs().join("\n\n")
    )
}

/// One address in every feed but for the tracking parameters.
fn link(feed: &str, article: &Article) -> String {
    format!(
        "https://news.example/story/{:06}?utm_source={feed}&utm_medium=feed",
        article.number
    )
}

fn html(article: &Article) -> String {
    article
        .paragraphs()
        .iter()
        .map(|paragraph| format!("<p>{paragraph}</p>"))
        .collect()
}

/// When it was published, and last changed.
fn instants(article: &Article) -> (jiff::Timestamp, jiff::Timestamp) {
    let start =
        jiff::Timestamp::from_second(1_700_000_000 + i64::from(article.number) * 60).unwrap();
    (
        start,
        start + jiff::SignedDuration::from_secs(i64::from(article.version()) - 1),
    )
}

fn rss(feed: &str, articles: &[&Article], with_guid: bool) -> String {
    let item = |article: &&Article| {
        let guid = if with_guid {
            format!(
                "<guid isPermaLink=\"false\">{feed}-{:06}</guid>",
                article.number
            )
        } else {
            String::new()
        };
        format!(
            "<item><title>{}</title><link>{}</link>{guid}<pubDate>{}</pubDate><description>{}</description>\
             <content:encoded><![CDATA[{}]]></content:encoded></item>\n",
            article.title(),
            link(feed, article).replace('&', "&amp;"),
            instants(article).0.strftime("%a, %d %b %Y %H:%M:%S +0000"),
            article.summary(),
            html(article),
        )
    };
    let items: String = articles.iter().map(item).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
         <rss version=\"2.0\" xmlns:content=\"http://purl.org/rss/1.0/modules/content/\"><channel>\n\
         <title>{feed}</title><link>https://news.example/</link><description>Torture</description>\n{items}</channel></rss>\n"
    )
}

fn atom(feed: &str, articles: &[&Article]) -> String {
    let entry = |article: &&Article| {
        let (published, updated) = instants(article);
        format!(
            "<entry><id>tag:news.example,2024:{feed}-{:06}</id><title>{}</title><link href=\"{}\"/>\
             <published>{published}</published><updated>{updated}</updated><summary>{}</summary>\
             <content type=\"html\">{}</content></entry>\n",
            article.number,
            article.title(),
            link(feed, article).replace('&', "&amp;"),
            article.summary(),
            html(article).replace('<', "&lt;").replace('>', "&gt;"),
        )
    };
    let entries: String = articles.iter().map(entry).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\">\n\
         <id>tag:news.example,2024:{feed}</id><title>{feed}</title><updated>2024-01-01T00:00:00Z</updated>\n{entries}</feed>\n"
    )
}

fn json_feed(feed: &str, articles: &[&Article]) -> String {
    let item = |article: &&Article| {
        let (published, updated) = instants(article);
        json!({
            "id": format!("{feed}-{:06}", article.number),
            "url": link(feed, article),
            "title": article.title(),
            "summary": article.summary(),
            "content_html": html(article),
            "date_published": published.to_string(),
            "date_modified": updated.to_string(),
        })
    };
    let items: Vec<_> = articles.iter().map(item).collect();
    json!({ "version": "https://jsonfeed.org/version/1.1", "title": feed, "items": items })
        .to_string()
}
