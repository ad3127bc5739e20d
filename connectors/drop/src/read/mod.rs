//! The bytes of a dropped file into articles. No I/O.
//!
//! A file is recognised by its content, never by its name: plain-text articles, Markdown with front matter, pages of articles
//! (HTML), feeds (RSS, Atom, JSON Feed), mail, ninjs, NITF, NewsML-G2,
//! articles of schema.org in JSON, news sitemaps and our own records, web archives (WARC), and any of them packed
//! by gzip or zstd or in a tar archive. Every other format is named in the reason for its rejection.

mod feed;
mod fields;
mod http;
mod json;
mod kind;
mod lines;
mod mail;
mod many;
mod mapped;
mod markdown;
mod newsml;
mod ninjs;
mod nitf;
mod packed;
mod parts;
mod plain;
mod sitemap;
mod tar;
mod warc;
mod xml;

use std::io::Cursor;

use dateline_config::DropFields;
use dateline_pipeline::draft::{FetchedPage, HttpFacts, Item};
use dateline_pipeline::fault::Fault;
use dateline_text::charset::{self, Declared, Decoded};

use crate::look::{self, Format};

pub use kind::{Kind, kind};
pub(crate) use parts::{HEAD, container, failed};
pub use parts::{Limits, Next, Part, Parts, Settings, Unread};

/// One article of a file.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FileArticle {
    /// What the file says about it. Identity (`guid`) and language are the source's to add.
    pub item: Item,
    /// The page that the file is, whose article is still to be found.
    pub page: Option<FetchedPage>,
    /// The answer of a server that held it, where the file is an archive of the web.
    pub http: Option<HttpFacts>,
    /// What was repaired while reading it, one line each.
    pub recovered: Vec<String>,
}

impl From<Item> for FileArticle {
    fn from(item: Item) -> Self {
        Self {
            item,
            ..Self::default()
        }
    }
}

/// The articles of a file in memory, at least one. What could not be read beside them is left out; [`Parts`] has it.
///
/// # Errors
/// A poison fault of kind `empty` (nothing but white space, or a feed without items), `binary` (no text; the reason says what it looks like), `packed` (gzip or
/// zstd that is damaged), `damaged` (an archive that is), `too_large`, `withheld` or `format` (text, but of a format that is not read, or not to be read).
pub fn read(bytes: &[u8], settings: &Settings) -> Result<Vec<FileArticle>, Fault> {
    let mut articles = Vec::new();
    let mut first = None;
    for next in Parts::new(Cursor::new(bytes.to_vec()), settings.clone()) {
        match next {
            Next::Part(Part {
                article: Ok(article),
                ..
            }) => articles.push(*article),
            Next::Part(Part {
                article: Err(unread),
                ..
            }) => {
                first.get_or_insert(unread.fault);
            }
            Next::Said(_) | Next::Worked => {}
        }
    }
    match first {
        Some(fault) if articles.is_empty() => Err(fault),
        _ => Ok(articles),
    }
}

/// Reads a document, which is neither packed nor an archive: its articles, at least one. `fields` is that of [`Settings`].
pub(crate) fn whole(bytes: &[u8], fields: Option<&DropFields>) -> Result<Vec<FileArticle>, Fault> {
    if let Some(name) = look::magic(bytes) {
        return Err(binary(name));
    }
    if mail::is_mail(bytes) {
        return Ok(vec![mail::read(bytes)?]);
    }
    let decoded = charset::decode(bytes, &Declared::default());
    if decoded.text.contains('\0') {
        return Err(binary("data with NUL bytes"));
    }
    if is_blank(&decoded.text) {
        return Err(Fault::poison(
            "empty",
            "the file is empty or holds only white space",
        ));
    }
    if look::is_riddled(&decoded.text) {
        return Err(binary("data with many control characters"));
    }
    if let Some((front, body)) = markdown::split(&decoded.text) {
        let mut article = markdown::read(front, body)?;
        article.recovered = decoded.notes();
        return Ok(vec![article]);
    }
    match look::format(&decoded.text) {
        None => Ok(plain::read(&decoded)),
        Some(Format::Page) => Ok(vec![page(&decoded)]),
        Some(Format::Feed) => feed::read(bytes),
        Some(Format::Json) => json::read(&decoded.text, fields),
        Some(Format::Nitf) => nitf::read(&decoded.text),
        Some(Format::NewsMl) => newsml::read(&decoded.text),
        Some(Format::Sitemap) => sitemap::read(&decoded.text),
        Some(Format::Other(name)) => {
            let reason = format!("the file looks like {name}, and {READ}");
            Err(Fault::poison("format", reason))
        }
    }
}

/// What is read, for those who send something else.
const READ: &str = "plain-text articles, Markdown with front matter, HTML pages, feeds, mail, ninjs, NITF, NewsML-G2, schema.org in JSON, news sitemaps, records of Dateline's and web archives (WARC) are read, and any of them in gzip, zstd or tar";

/// The page of an article, which is for the transform stage to find in it.
fn page(decoded: &Decoded<'_>) -> FileArticle {
    FileArticle {
        page: Some(page_of(decoded.text.as_bytes().to_vec())),
        recovered: decoded.notes(),
        ..FileArticle::default()
    }
}

/// A page in UTF-8 that no server gave.
fn page_of(bytes: Vec<u8>) -> FetchedPage {
    FetchedPage {
        url: String::new(),
        content_type: Some("text/html; charset=utf-8".to_owned()),
        fetched: None,
        bytes,
    }
}

fn binary(name: &str) -> Fault {
    Fault::poison("binary", format!("the file looks like {name}, and {READ}"))
}

/// Whether nothing in the text can be seen.
fn is_blank(text: &str) -> bool {
    text.chars().all(|character| {
        character.is_whitespace() || matches!(character, '\u{feff}' | '\u{200b}' | '\u{1a}')
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::collection::vec;
    use proptest::prelude::{any, prop_assert, proptest};

    use super::*;

    fn read(bytes: &[u8]) -> Result<Vec<FileArticle>, Fault> {
        super::read(bytes, &Settings::default())
    }

    const STORY: &str = "Harbour Wire - Full Text Articles\n\n\
        Ferries return to the old quay after nine years\n\n\
        The first boat left the old quay on Monday with forty passengers aboard, the ferry office said.\n\n\
        The office expects a boat every hour from June, and a bus that meets each of them at the gate.\n\n\
        Read the original article on Quay Courier\n";

    fn kind(bytes: &[u8]) -> &'static str {
        read(bytes).unwrap_err().kind
    }

    #[test]
    fn the_parts_of_an_article_go_to_their_fields() {
        let articles = read(STORY.as_bytes()).unwrap();
        assert_eq!(articles.len(), 1);
        let item = &articles[0].item;
        assert_eq!(
            item.syndicator.as_deref(),
            Some("Harbour Wire - Full Text Articles")
        );
        assert_eq!(item.publisher.as_deref(), Some("Quay Courier"));
        assert_eq!(
            item.title.as_ref().unwrap().value,
            "Ferries return to the old quay after nine years"
        );
        let content = &item.content.as_ref().unwrap().value;
        assert!(content.starts_with("The first boat") && content.ends_with("at the gate."));
        assert_eq!(content.matches("\n\n").count(), 1);
        assert!(articles[0].recovered.is_empty());
    }

    #[test]
    fn an_article_in_another_charset_is_the_same_article() {
        let utf16: Vec<u8> = STORY.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let articles = read(&utf16).unwrap();
        assert_eq!(articles[0].item, read(STORY.as_bytes()).unwrap()[0].item);
        assert_eq!(articles[0].recovered.len(), 1);
    }

    #[test]
    fn what_is_no_article_is_named() {
        assert_eq!(kind(b""), "empty");
        assert_eq!(kind(b" \n\t\r\n"), "empty");
        assert_eq!(kind(b"\xef\xbb\xbf\n"), "empty");
        assert_eq!(kind(b"\xff\xfe"), "empty");
        assert_eq!(kind(b"%PDF-1.7\nstory"), "binary");
        assert_eq!(kind(b"story\0\0\x01story story"), "binary");
        assert_eq!(kind(&[0_u8; 4096]), "binary");
        assert_eq!(kind(b"<rss><channel/></rss>"), "empty");
        assert_eq!(kind(b"<nitf><body/></nitf>"), "empty");
        assert_eq!(kind(b"<urlset></urlset>"), "empty");
        assert_eq!(kind(b"<sitemapindex></sitemapindex>"), "format");
        assert!(
            read(b"\x89PNG\r\n\x1a\n")
                .unwrap_err()
                .reason
                .contains("PNG")
        );
        assert!(
            read(b"<sitemapindex></sitemapindex>")
                .unwrap_err()
                .reason
                .contains("an index of sitemaps")
        );
    }

    #[test]
    fn pages_feeds_and_packed_files_are_read() {
        let page = b"<!doctype html><title>Gulls</title><p>They are back.</p>";
        let articles = read(page).unwrap();
        assert_eq!(articles[0].page.as_ref().unwrap().bytes, page);
        let feed = b"<rss version='2.0'><channel><title>Quay</title><language>de</language>\
            <item><guid>a</guid><title>One</title><pubDate>Tue, 09 May 2023 10:00:00 GMT</pubDate></item><item><title>Two</title></item></channel></rss>";
        let articles = read(feed).unwrap();
        assert_eq!(articles.len(), 2);
        let first = &articles[0].item;
        assert_eq!(first.guid.as_ref().unwrap().value, "a");
        assert_eq!(first.language.as_deref(), Some("de"));
        assert_eq!(
            first.published.as_ref().unwrap().instant.to_string(),
            "2023-05-09T10:00:00Z"
        );
        let json = br#"{"version": "https://jsonfeed.org/version/1.1", "title": "Quay", "items": [{"id": "1", "content_text": "One"}]}"#;
        assert_eq!(read(json).unwrap().len(), 1);
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        std::io::Write::write_all(&mut gzip, STORY.as_bytes()).unwrap();
        let gzip = gzip.finish().unwrap();
        let plain = read(STORY.as_bytes()).unwrap();
        assert_eq!(read(&gzip).unwrap(), plain);
        let twice = zstd::bulk::compress(&gzip, 3).unwrap();
        assert_eq!(read(&twice).unwrap(), plain);
        assert_eq!(kind(&gzip[..gzip.len() / 2]), "packed");
    }

    #[test]
    fn items_of_ninjs_come_alone_in_lists_and_in_lines() {
        let one =
            r#"{"uri": "urn:quay:1", "headline": "Gulls return", "body_text": "They are back."}"#;
        let two =
            r#"{"uri": "urn:quay:2", "headline": "Ferries late", "body_text": "By an hour."}"#;
        assert_eq!(read(one.as_bytes()).unwrap().len(), 1);
        let list = format!("[{one}, {two}, {{\"a\": 1}}]");
        let articles = read(list.as_bytes()).unwrap();
        assert_eq!(articles.len(), 2);
        assert!(
            articles[0].recovered[0]
                .starts_with("article 3 was passed over: it is JSON and neither")
        );
        let lines = format!("{one}\n\n{{\"cut off\n{two}\n");
        let articles = read(lines.as_bytes()).unwrap();
        assert_eq!(articles.len(), 2);
        let unread: Vec<Unread> = Parts::new(Cursor::new(lines), Settings::default())
            .filter_map(|next| match next {
                Next::Part(part) => part.article.err(),
                Next::Said(_) | Next::Worked => None,
            })
            .collect();
        assert_eq!(unread.len(), 1);
        assert!(unread[0].fault.reason.starts_with("line 3: it is no JSON"));
        assert_eq!(unread[0].bytes, b"{\"cut off\n");
        assert_eq!(kind(b"{\"a\": 1}"), "format");
        assert_eq!(kind(b"[{\"uri\": \"x\"}]"), "empty");
    }

    #[test]
    fn articles_of_schema_org_are_read() {
        let text = r#"{"@context": "https://schema.org", "@type": "NewsArticle", "headline": "Gulls return", "url": "https://quay.example/gulls",
            "articleBody": "They are back.\n\nNobody knows why.", "author": [{"@type": "Person", "name": "Jane Roe"}], "publisher": {"name": "Quay News"},
            "datePublished": "2023-05-09T10:00:00+01:00", "keywords": "gulls, harbour", "inLanguage": "en-GB", "image": "https://quay.example/g.jpg"}"#;
        let articles = read(text.as_bytes()).unwrap();
        let item = &articles[0].item;
        assert_eq!(item.title.as_ref().unwrap().value, "Gulls return");
        assert_eq!(
            item.link.as_ref().unwrap().href,
            "https://quay.example/gulls"
        );
        assert_eq!(
            item.content.as_ref().unwrap().value,
            "They are back.\n\nNobody knows why."
        );
        assert_eq!(item.authors[0].name.as_deref(), Some("Jane Roe"));
        assert_eq!(item.publisher.as_deref(), Some("Quay News"));
        assert_eq!(item.categories, ["gulls", "harbour"]);
        assert_eq!(item.language.as_deref(), Some("en-GB"));
        assert_eq!(
            item.published.as_ref().unwrap().offset.as_deref(),
            Some("+01:00")
        );
        assert_eq!(
            item.images[0].url.as_deref(),
            Some("https://quay.example/g.jpg")
        );
        assert_eq!(
            kind(br#"{"@type": "Person", "name": "Jane Roe"}"#),
            "format"
        );
        assert_eq!(kind(br#"{"@type": "NewsArticle"}"#), "empty");
    }

    #[test]
    fn a_record_of_our_own_is_what_it_was() {
        let record = r#"{"schema": "dateline/1", "id": "1", "revision": 1, "op": "new", "source": {"kind": "feed", "id": "quay"}, "url": "https://quay.example/gulls",
            "title": "Gulls return", "text": "They are back.\n\nNobody knows why.", "text_origin": "feed", "authors": [{"name": "Jane Roe"}],
            "published": {"instant": "2023-05-09T09:00:00Z", "offset": "+01:00", "precision": "second", "from": "feed", "raw": "9 May"},
            "first_seen": "2023-05-09T10:00:00Z", "fetched": "2023-05-09T10:00:00Z", "emitted": "2023-05-09T10:00:00Z", "provenance": {"content_hash": "00"}}"#;
        let line = record.replace(['\n'], " ");
        let articles = read(line.as_bytes()).unwrap();
        let item = &articles[0].item;
        assert_eq!(
            item.link.as_ref().unwrap().href,
            "https://quay.example/gulls"
        );
        assert!(
            item.content
                .as_ref()
                .unwrap()
                .value
                .ends_with("Nobody knows why.")
        );
        assert_eq!(
            item.published.as_ref().unwrap().raw.as_deref(),
            Some("9 May")
        );
        let broken = line.replace("\"new\"", "\"odd\"");
        assert_eq!(kind(broken.as_bytes()), "format");
    }

    #[test]
    fn a_bomb_is_no_article() {
        let bomb = zstd::bulk::compress(&vec![b'a'; 200 << 20], 3).unwrap();
        let fault = read(&bomb).unwrap_err();
        assert_eq!(fault.kind, "too_large");
        assert!(fault.reason.contains("max_file"), "{}", fault.reason);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_named(bytes in vec(any::<u8>(), 0..600)) {
            match read(&bytes) {
                Ok(articles) => prop_assert!(!articles.is_empty()),
                Err(fault) => prop_assert!(["empty", "binary", "format", "packed", "withheld"].contains(&fault.kind)),
            }
        }

        #[test]
        fn any_text_is_read_or_named(text in "([<{\\[a-zé \n\"!?/>-]|\\PC|<!--|<!doctype){0,60}") {
            match read(text.as_bytes()) {
                Ok(articles) => prop_assert!(!articles.is_empty()),
                Err(fault) => prop_assert!(["empty", "binary", "format", "packed", "withheld"].contains(&fault.kind)),
            }
        }
    }
}
