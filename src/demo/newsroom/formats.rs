//! Writes feeds: RSS 1.0 (RDF), RSS 2.0, Atom (RFC 4287) and JSON Feed 1.1.

use jiff::Timestamp;
use serde_json::json;

use super::desk::Printed;
use super::paper::{Format, Paper};

/// Content type and document of a paper's feed at `address`.
pub(crate) fn write(paper: &Paper, articles: &[&Printed], address: &str) -> (&'static str, String) {
    match paper.format {
        Format::Rss1 => (
            "application/rdf+xml; charset=utf-8",
            rss1(paper, articles, address),
        ),
        Format::Rss2 => (
            "application/rss+xml; charset=utf-8",
            rss2(paper, articles, address),
        ),
        Format::Atom => (
            "application/atom+xml; charset=utf-8",
            atom(paper, articles, address),
        ),
        Format::Json => ("application/feed+json", json_feed(paper, articles, address)),
    }
}

/// Where a document can be broken off between two articles, somewhere after the first.
pub(crate) fn middle(format: Format, body: &str) -> usize {
    let end = match format {
        Format::Atom => "</entry>\n",
        Format::Rss1 | Format::Rss2 => "</item>\n",
        Format::Json => "},",
    };
    let ends: Vec<usize> = body
        .match_indices(end)
        .map(|(at, found)| at + found.len())
        .collect();
    ends.get(ends.len().saturating_sub(1) / 2)
        .copied()
        .unwrap_or(body.len())
}

fn rss1(paper: &Paper, articles: &[&Printed], address: &str) -> String {
    let mut feed = format!(
        r#"<?xml version="1.0" encoding="utf-8"?>
<rdf:RDF xmlns="http://purl.org/rss/1.0/" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/">
<channel rdf:about="{address}">
<title>{title}</title>
<link>https://{id}.example/</link>
<description>{tagline}</description>
<dc:language>{language}</dc:language>
<items><rdf:Seq>
"#,
        address = escaped(address),
        title = escaped(&paper.title),
        id = paper.id,
        tagline = escaped(&paper.tagline),
        language = paper.language,
    );
    for printed in articles {
        feed += &format!("<rdf:li rdf:resource=\"{}\"/>\n", escaped(&printed.guid));
    }
    feed += "</rdf:Seq></items>\n</channel>\n";
    for printed in articles {
        feed += &format!(
            "<item rdf:about=\"{guid}\">\n<title>{title}</title>\n<link>{link}</link>\n\
             <description>{summary}</description>\n<dc:creator>{author}</dc:creator>\n\
             <dc:date>{date}</dc:date>\n<content:encoded><![CDATA[{html}]]></content:encoded>\n</item>\n",
            guid = escaped(&printed.guid),
            title = escaped(&printed.article.title),
            link = escaped(&printed.link),
            summary = escaped(&printed.article.summary),
            author = escaped(&printed.article.author),
            date = rfc3339(printed.published),
            html = html(printed),
        );
    }
    feed + "</rdf:RDF>\n"
}

fn rss2(paper: &Paper, articles: &[&Printed], address: &str) -> String {
    let mut feed = format!(
        r#"<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:dc="http://purl.org/dc/elements/1.1/"
    xmlns:content="http://purl.org/rss/1.0/modules/content/">
<channel>
<title>{title}</title>
<link>https://{id}.example/</link>
<atom:link href="{address}" rel="self" type="application/rss+xml"/>
<description>{tagline}</description>
<language>{language}</language>
"#,
        title = escaped(&paper.title),
        id = paper.id,
        address = escaped(address),
        tagline = escaped(&paper.tagline),
        language = paper.language,
    );
    for printed in articles {
        let categories: String = (printed.article.tags.iter())
            .map(|tag| format!("<category>{}</category>\n", escaped(tag)))
            .collect();
        feed += &format!(
            "<item>\n<title>{title}</title>\n<link>{link}</link>\n\
             <guid isPermaLink=\"false\">{guid}</guid>\n<dc:creator>{author}</dc:creator>\n\
             {categories}<pubDate>{date}</pubDate>\n<description>{summary}</description>\n\
             <content:encoded><![CDATA[{html}]]></content:encoded>\n</item>\n",
            title = escaped(&printed.article.title),
            link = escaped(&printed.link),
            guid = escaped(&printed.guid),
            author = escaped(&printed.article.author),
            date = rfc2822(printed.published),
            summary = escaped(&printed.article.summary),
            html = html(printed),
        );
    }
    feed + "</channel>\n</rss>\n"
}

fn atom(paper: &Paper, articles: &[&Printed], address: &str) -> String {
    let latest = articles.iter().map(|printed| printed.updated).max();
    let mut feed = format!(
        r#"<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{language}">
<id>tag:{id}.example,2024:feed</id>
<title>{title}</title>
<subtitle>{tagline}</subtitle>
<updated>{updated}</updated>
<link rel="self" href="{address}"/>
<link href="https://{id}.example/"/>
"#,
        language = paper.language,
        id = paper.id,
        title = escaped(&paper.title),
        tagline = escaped(&paper.tagline),
        updated = rfc3339(latest.unwrap_or_default()),
        address = escaped(address),
    );
    for printed in articles {
        let categories: String = (printed.article.tags.iter())
            .map(|tag| format!("<category term=\"{}\"/>\n", escaped(tag)))
            .collect();
        feed += &format!(
            "<entry>\n<id>{guid}</id>\n<title>{title}</title>\n<link href=\"{link}\"/>\n\
             <author><name>{author}</name></author>\n{categories}<published>{published}</published>\n\
             <updated>{updated}</updated>\n<summary>{summary}</summary>\n\
             <content type=\"html\">{html}</content>\n</entry>\n",
            guid = escaped(&printed.guid),
            title = escaped(&printed.article.title),
            link = escaped(&printed.link),
            author = escaped(&printed.article.author),
            published = rfc3339(printed.published),
            updated = rfc3339(printed.updated),
            summary = escaped(&printed.article.summary),
            html = escaped(&html(printed)),
        );
    }
    feed + "</feed>\n"
}

fn json_feed(paper: &Paper, articles: &[&Printed], address: &str) -> String {
    let items: Vec<_> = articles
        .iter()
        .map(|printed| {
            json!({
                "id": printed.guid,
                "url": printed.link,
                "title": printed.article.title,
                "summary": printed.article.summary,
                "content_html": html(printed),
                "authors": [{ "name": printed.article.author }],
                "tags": printed.article.tags,
                "date_published": rfc3339(printed.published),
                "date_modified": rfc3339(printed.updated),
            })
        })
        .collect();
    let feed = json!({
        "version": "https://jsonfeed.org/version/1.1",
        "title": paper.title,
        "description": paper.tagline,
        "language": paper.language,
        "home_page_url": format!("https://{}.example/", paper.id),
        "feed_url": address,
        "items": items,
    });
    format!("{feed:#}\n")
}

/// The article's paragraphs as HTML.
fn html(printed: &Printed) -> String {
    let paragraphs = printed.article.paragraphs.iter();
    paragraphs
        .map(|text| format!("<p>{}</p>\n", escaped(text)))
        .collect()
}

/// `text` for use in XML and HTML, in elements and quoted attributes.
fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    text.replace('>', "&gt;").replace('"', "&quot;")
}

fn rfc3339(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn rfc2822(at: Timestamp) -> String {
    at.strftime("%a, %d %b %Y %H:%M:%S +0000").to_string()
}

/// A date for HTTP headers (RFC 9110, section 5.6.7).
pub(crate) fn http_date(at: Timestamp) -> String {
    at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use dateline_feed::read::{Context, read};

    use super::*;
    use crate::demo::newsroom::paper::papers;

    fn printed(paper: &Paper) -> Vec<Printed> {
        let now: Timestamp = "2024-05-09T07:00:00Z".parse().unwrap();
        let print = |article: &crate::demo::newsroom::paper::Article| Printed {
            guid: paper.address(&article.slug),
            link: paper.address(&article.slug),
            article: article.clone(),
            published: now,
            updated: now,
        };
        paper.articles.iter().map(print).collect()
    }

    #[test]
    fn every_feed_is_read_without_repairs() {
        for paper in papers().unwrap() {
            let printed = printed(&paper);
            let articles: Vec<_> = printed.iter().collect();
            let (content_type, body) = write(&paper, &articles, "http://127.0.0.1/feed");
            let content_type = Some(content_type.to_owned());
            let context = Context {
                content_type,
                ..Context::default()
            };
            let reading = read(body.as_bytes(), &context);
            assert_eq!(reading.error, None, "{}", paper.id);
            assert!(
                reading.recovered.is_empty(),
                "{}: {:?}",
                paper.id,
                reading.recovered
            );
            let titles: Vec<_> = (reading.entries.iter())
                .map(|entry| entry.title.clone().unwrap().value)
                .collect();
            let expected: Vec<_> = paper
                .articles
                .iter()
                .map(|article| &article.title)
                .collect();
            assert_eq!(titles.iter().collect::<Vec<_>>(), expected, "{}", paper.id);
        }
    }

    #[test]
    fn a_feed_is_broken_off_between_two_articles() {
        for paper in papers()
            .unwrap()
            .iter()
            .filter(|paper| paper.format != Format::Json)
        {
            let printed = printed(paper);
            let articles: Vec<_> = printed.iter().collect();
            let (_, body) = write(paper, &articles, "http://127.0.0.1/feed");
            let cut = &body[..middle(paper.format, &body)];
            assert!(cut.contains(&paper.articles[0].title), "{}", paper.id);
            assert!(cut.len() < body.len() / 4 * 3 + 200, "{}", paper.id);
        }
    }
}
