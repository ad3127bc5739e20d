//! What a file is, before it is read.

use dateline_text::charset::{self, Declared};

use super::parts::container;
use super::{mail, markdown};
use crate::look::{self, Format};

/// What the content of a file says that it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A feed: RSS, Atom, JSON Feed.
    Feed,
    /// An HTML page, or a piece of one.
    Page,
    /// Plain text.
    Text,
    /// Another format of articles, an archive or something packed, or nothing that is read: [`read`](super::read) says which.
    Other,
}

/// What `bytes` are by their content.
pub fn kind(bytes: &[u8]) -> Kind {
    if container(bytes).is_some() || look::magic(bytes).is_some() || mail::is_mail(bytes) {
        return Kind::Other;
    }
    let decoded = charset::decode(bytes, &Declared::default());
    if decoded.text.contains('\0') {
        return Kind::Other;
    }
    match look::format(&decoded.text) {
        _ if markdown::split(&decoded.text).is_some() => Kind::Other,
        Some(Format::Feed) => Kind::Feed,
        Some(Format::Page) => Kind::Page,
        None => Kind::Text,
        Some(_) => Kind::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_told_apart_by_their_content() {
        for (bytes, expected) in [
            (&b"<rss version='2.0'></rss>"[..], Kind::Feed),
            (b"<!doctype html><p>Gulls", Kind::Page),
            (b"Gulls return\n\nThey are back.", Kind::Text),
            (b"---\ntitle: Gulls\n---\nThey are back.", Kind::Other),
            (b"{\"headline\": \"Gulls\"}", Kind::Other),
            (b"{\"headline\": \"Gulls\"}\n{\"headline\": \"Terns\"}", Kind::Other),
            (
                b"From: Jane Roe <jane@quay.example>\r\nSubject: Gulls\r\nDate: Tue, 9 May 2023 10:15:00 +0100\r\n\r\nThey are back.",
                Kind::Other,
            ),
            (b"WARC/1.0\r\nWARC-Type: warcinfo\r\n", Kind::Other),
            (b"\x1f\x8b\x08", Kind::Other),
            (b"%PDF-1.7", Kind::Other),
        ] {
            assert_eq!(kind(bytes), expected, "{}", bytes.escape_ascii());
        }
    }
}
