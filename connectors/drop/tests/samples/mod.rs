//! The battery's articles as files, one small sample of each format.

#![allow(clippy::unwrap_used, unreachable_pub)]

use std::io::Write;

use dateline_conformance::sources::Article;
use serde_json::{Value, json};

pub fn plain(article: &Article) -> Vec<u8> {
    format!("{}\n\n{}\n", article.title, article.text).into()
}

pub fn markdown_yaml(article: &Article) -> Vec<u8> {
    format!(
        "---\ntitle: {}\ndate: {}\n---\n\n{}\n",
        article.title, article.published, article.text
    )
    .into()
}

pub fn markdown_toml(article: &Article) -> Vec<u8> {
    format!(
        "+++\ntitle = \"{}\"\ndate = {}\n+++\n\n{}\n",
        article.title, article.published, article.text
    )
    .into()
}

pub fn page(article: &Article) -> Vec<u8> {
    format!(
        "<!doctype html><html><head><title>{0}</title></head><body><article><h1>{0}</h1>{1}</article></body></html>",
        article.title,
        paragraphs(article)
    )
    .into()
}

pub fn mail(article: &Article) -> Vec<u8> {
    format!(
        "{}Content-Type: text/plain; charset=utf-8\r\n\r\n{}\r\n",
        mail_head(article),
        article.text
    )
    .into()
}

pub fn mail_markup(article: &Article) -> Vec<u8> {
    format!(
        "{}Content-Type: multipart/mixed; boundary=quay\r\n\r\n--quay\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{}\r\n--quay--\r\n",
        mail_head(article),
        paragraphs(article)
    )
    .into()
}

fn mail_head(article: &Article) -> String {
    format!(
        "From: Jane Roe <jane@quay.example>\r\nSubject: {}\r\nDate: {}\r\nMessage-ID: <{}@quay.example>\r\nMIME-Version: 1.0\r\n",
        article.title,
        mail_date(article),
        article.name
    )
}

fn mail_date(article: &Article) -> String {
    article
        .published
        .strftime("%a, %d %b %Y %H:%M:%S +0000")
        .to_string()
}

pub fn rss(article: &Article) -> Vec<u8> {
    format!(
        "<?xml version='1.0'?><rss version='2.0'><channel><title>Quay</title><item><guid>{}</guid><title>{}</title><pubDate>{}</pubDate><description>{}</description></item></channel></rss>",
        article.name,
        article.title,
        mail_date(article),
        article.text
    )
    .into()
}

pub fn atom(article: &Article) -> Vec<u8> {
    format!(
        "<?xml version='1.0'?><feed xmlns='http://www.w3.org/2005/Atom'><title>Quay</title><id>urn:quay</id><entry><id>urn:quay:{}</id><title>{}</title><published>{}</published><summary>{}</summary></entry></feed>",
        article.name, article.title, article.published, article.text
    )
    .into()
}

pub fn json_feed(article: &Article) -> Vec<u8> {
    let item = json!({ "id": article.name, "title": article.title, "content_text": article.text });
    written(
        &json!({ "version": "https://jsonfeed.org/version/1.1", "title": "Quay", "items": [item] }),
    )
}

pub fn ninjs_1(article: &Article) -> Vec<u8> {
    written(
        &json!({ "uri": article.name, "type": "text", "versioncreated": article.published,
        "headline": article.title, "body_text": article.text }),
    )
}

pub fn ninjs_2(article: &Article) -> Vec<u8> {
    written(
        &json!({ "uri": article.name, "type": "text", "versioncreated": article.published,
        "headlines": [{ "role": "main", "value": article.title }],
        "bodies": [{ "role": "main", "contenttype": "text/plain", "value": article.text }] }),
    )
}

pub fn ninjs_3(article: &Article) -> Vec<u8> {
    written(
        &json!({ "uri": article.name, "type": "text", "versionCreated": article.published,
        "headlines": [{ "value": article.title }], "bodies": [{ "contentType": "text/plain", "value": article.text }] }),
    )
}

pub fn json_lines(article: &Article) -> Vec<u8> {
    [written(&ninjs(article)), b"\n\n".to_vec()].concat()
}

fn ninjs(article: &Article) -> Value {
    json!({ "uri": article.name, "headline": article.title, "body_text": article.text })
}

pub fn schema_org(article: &Article) -> Vec<u8> {
    written(
        &json!({ "@context": "https://schema.org", "@type": "NewsArticle", "headline": article.title,
        "articleBody": article.text, "datePublished": article.published }),
    )
}

pub fn record(article: &Article) -> Vec<u8> {
    let at = article.published;
    written(
        &json!({ "schema": "dateline/1", "id": article.name, "revision": 1, "op": "new",
        "source": { "kind": "drop", "id": "wire" }, "title": article.title, "text": article.text, "text_origin": "drop",
        "first_seen": at, "fetched": at, "emitted": at, "provenance": { "content_hash": "00" } }),
    )
}

pub fn nitf(article: &Article) -> Vec<u8> {
    format!(
        "<?xml version='1.0'?><nitf><head><docdata><doc-id id-string='{}'/></docdata></head><body><body.head><hedline><hl1>{}</hl1></hedline></body.head><body.content>{}</body.content></body></nitf>",
        article.name,
        article.title,
        paragraphs(article)
    )
    .into()
}

pub fn newsml(article: &Article) -> Vec<u8> {
    format!(
        "<?xml version='1.0'?><newsItem xmlns='http://iptc.org/std/nar/2006-10-01/' guid='{}'><itemMeta><itemClass qcode='ninat:text'/></itemMeta><contentMeta><headline>{}</headline></contentMeta><contentSet><inlineData contenttype='text/plain'>{}</inlineData></contentSet></newsItem>",
        article.name, article.title, article.text
    )
    .into()
}

/// A sitemap has no texts: the headline is all of it.
pub fn sitemap(article: &Article) -> Vec<u8> {
    format!(
        "<?xml version='1.0'?><urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' xmlns:news='http://www.google.com/schemas/sitemap-news/0.9'><url><loc>https://quay.example/{}</loc><news:news><news:publication_date>{}</news:publication_date><news:title>{} {}</news:title></news:news></url></urlset>",
        article.name,
        article.published,
        article.title,
        article.marker()
    )
    .into()
}

/// A web archive as crawlers write it, with what they were told and what they asked.
pub fn warc(article: &Article) -> Vec<u8> {
    warc_records(article).concat()
}

/// The same as Common Crawl packs it, record by record.
pub fn warc_by_record(article: &Article) -> Vec<u8> {
    warc_records(article)
        .iter()
        .flat_map(|record| packed_by_gzip(record))
        .collect()
}

fn warc_records(article: &Article) -> [Vec<u8>; 3] {
    let target = format!("WARC-Target-URI: https://quay.example/{}\r\n", article.name);
    let page = page(article);
    let answer = [
        format!("HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n", page.len()).into_bytes(),
        page,
        b"\r\n0\r\n\r\n".to_vec(),
    ];
    [
        warc_record(
            "warcinfo",
            "",
            "application/warc-fields",
            b"software: a crawler\r\n",
        ),
        warc_record(
            "request",
            &target,
            "application/http; msgtype=request",
            b"GET / HTTP/1.1\r\n\r\n",
        ),
        warc_record(
            "response",
            &target,
            "application/http; msgtype=response",
            &answer.concat(),
        ),
    ]
}

fn warc_record(kind: &str, target: &str, media_type: &str, block: &[u8]) -> Vec<u8> {
    let head = format!(
        "WARC/1.0\r\nWARC-Type: {kind}\r\n{target}WARC-Date: 2023-12-01T00:00:00Z\r\nContent-Type: {media_type}\r\nContent-Length: {}\r\n\r\n",
        block.len()
    );
    [head.as_bytes(), block, b"\r\n\r\n"].concat()
}

pub fn gzip(article: &Article) -> Vec<u8> {
    packed_by_gzip(&plain(article))
}

pub fn zstd(article: &Article) -> Vec<u8> {
    zstd::bulk::compress(&plain(article), 3).unwrap()
}

pub fn tar(article: &Article) -> Vec<u8> {
    archived("desk/article.txt", &plain(article))
}

pub fn tar_gzip(article: &Article) -> Vec<u8> {
    packed_by_gzip(&tar(article))
}

pub fn tar_zstd(article: &Article) -> Vec<u8> {
    zstd::bulk::compress(&tar(article), 3).unwrap()
}

pub fn tar_of_warc(article: &Article) -> Vec<u8> {
    archived("crawl.warc.gz", &warc_by_record(article))
}

fn archived(path: &str, bytes: &[u8]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_size(bytes.len() as u64);
    builder.append_data(&mut header, path, bytes).unwrap();
    builder.into_inner().unwrap()
}

fn packed_by_gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(bytes).unwrap();
    gzip.finish().unwrap()
}

fn written(value: &Value) -> Vec<u8> {
    value.to_string().into()
}

/// The article's text in markup.
fn paragraphs(article: &Article) -> String {
    let paragraphs = article.text.split("\n\n");
    paragraphs.map(|text| format!("<p>{text}</p>")).collect()
}
