//! Where a charset is declared: in the `Content-Type`, in the XML declaration, in the `meta` of HTML.

use super::label::Charset;

/// Bytes in which an XML declaration is looked for. It should come first, but what a failing server prints before it is not
/// longer than this.
const DECLARATION_WITHIN: usize = 1024;

/// Bytes in which a `meta` of HTML is looked for: browsers read 1024, but pages get away with more.
const META_WITHIN: usize = 4096;

/// The charset parameter of a `Content-Type`, the first that names one that exists.
pub(super) fn by_http(content_type: &str) -> Option<Charset> {
    let parameters = content_type.split([';', ',']).skip(1);
    let stated = parameters.into_iter().find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let is_charset = name.trim().eq_ignore_ascii_case("charset");
        is_charset.then(|| Charset::of_label(value)).flatten()
    });
    // Some servers forget the semicolon.
    stated.or_else(|| label_after(content_type.as_bytes(), b"charset"))
}

/// The charset that a document without NUL bytes declares for itself.
pub(super) fn by_document(bytes: &[u8]) -> Option<Charset> {
    let head = &bytes[..bytes.len().min(DECLARATION_WITHIN)];
    by_declaration(head).or_else(|| by_meta(&bytes[..bytes.len().min(META_WITHIN)]))
}

fn by_declaration(head: &[u8]) -> Option<Charset> {
    let start = find(head, b"<?xml")?;
    let declaration = &head[start..];
    let end = declaration.iter().position(|byte| *byte == b'>')?;
    label_after(&declaration[..end], b"encoding")
}

/// The charset of the first `meta` that names one, in what is HTML by its start: a feed may quote a page.
fn by_meta(head: &[u8]) -> Option<Charset> {
    let starts = [&b"<!doctype html"[..], b"<html", b"<head", b"<meta"];
    let starts = starts.into_iter().filter_map(|start| find(head, start));
    let mut rest = &head[starts.min()?..];
    let before = head.len() - rest.len();
    if [&b"<rss"[..], b"<feed", b"<rdf"]
        .into_iter()
        .any(|root| find(&head[..before], root).is_some())
    {
        return None;
    }
    while let Some(at) = find(rest, b"<meta") {
        rest = &rest[at + 5..];
        let end = rest.iter().position(|byte| *byte == b'>')?;
        if let Some(charset) = label_after(&rest[..end], b"charset") {
            return Some(charset);
        }
        rest = &rest[end..];
    }
    None
}

/// The charset named behind `name`, an equals sign and perhaps a quote.
fn label_after(markup: &[u8], name: &[u8]) -> Option<Charset> {
    let after = &markup[find(markup, name)? + name.len()..];
    let value = after
        .trim_ascii_start()
        .strip_prefix(b"=")?
        .trim_ascii_start();
    let value = value
        .strip_prefix(b"\"")
        .or(value.strip_prefix(b"'"))
        .unwrap_or(value)
        .trim_ascii_start();
    let belongs = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.: ".contains(byte);
    let end = value
        .iter()
        .position(|byte| !belongs(byte))
        .unwrap_or(value.len());
    let label = std::str::from_utf8(&value[..end]).ok()?;
    // Unquoted, the name ends at a space; quoted, one may be in it by mistake.
    Charset::of_label(label).or_else(|| Charset::of_label(label.split(' ').next()?))
}

/// Where `needle`, in lower case, is in `bytes`, in any case. Both are short.
fn find(bytes: &[u8], needle: &[u8]) -> Option<usize> {
    bytes
        .windows(needle.len())
        .position(|window| window.eq_ignore_ascii_case(needle))
}
