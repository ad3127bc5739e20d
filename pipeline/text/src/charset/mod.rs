//! The bytes of a document, with what was declared about them, to characters.
//!
//! Declarations are heard in the order of RFC 7303, section 3: the byte order mark, the charset of the HTTP answer, the XML
//! declaration or the `meta` of HTML. None is believed against the bytes: a document that is valid UTF-8 is UTF-8 whatever
//! one-byte charset it claims, and one that is not goes on to the next declaration. Where nothing that was declared fits, the
//! charset is detected.

mod declared;
mod judge;
mod label;
mod mend;
#[cfg(test)]
mod tests;
mod wide;

use std::borrow::Cow;

pub use mend::{mend_controls, undo_second_encoding, undo_second_encodings};

use encoding_rs::{Encoding, ISO_2022_JP, UTF_8};
use label::Charset;

/// What came with a document and may tell its charset.
#[derive(Clone, Copy, Debug, Default)]
pub struct Declared<'a> {
    /// The value of the header field `Content-Type`, as it was sent.
    pub content_type: Option<&'a str>,
    /// The host that the document came from: its country tells apart charsets that look alike.
    pub host: Option<&'a str>,
}

/// By what the charset of a document was known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A byte order mark at its start.
    Mark,
    /// NUL bytes where UTF-16 and UTF-32 have them, or the XML declaration in EBCDIC.
    Pattern,
    /// The `Content-Type` that came with it.
    Http,
    /// Its own XML declaration or `meta` element.
    Document,
    /// Its bytes are valid UTF-8, or were before a few of them broke.
    Valid,
    /// Nothing but the frequency of its bytes.
    Detected,
}

/// A document in characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded<'a> {
    /// The text, without a byte order mark; it is not copied where the bytes are valid UTF-8.
    pub text: Cow<'a, str>,
    /// The charset that the bytes were read in, by its name in the Encoding Standard (<https://encoding.spec.whatwg.org/>),
    /// or `UTF-32LE`, `UTF-32BE`, `IBM037`.
    pub encoding: &'static str,
    /// By what it was known.
    pub source: Source,
    /// How many characters are U+FFFD because their bytes mean nothing in this charset.
    pub repaired: usize,
    /// The charset that was declared first of all, where the bytes told otherwise.
    pub overruled: Option<&'static str>,
}

impl Decoded<'_> {
    /// What did not go as declared, a line each, for the log.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        let encoding = self.encoding;
        match (self.overruled, self.source) {
            (Some(declared), _) => {
                notes.push(format!(
                    "the text is not {declared} and was read as {encoding}"
                ));
            }
            (None, Source::Detected) => {
                notes.push(format!("not UTF-8, read as {encoding}"));
            }
            (None, Source::Pattern) => {
                notes.push(format!("read as {encoding} without a byte order mark"));
            }
            _ => {}
        }
        if self.repaired > 0 {
            let places = if self.repaired == 1 {
                "place"
            } else {
                "places"
            };
            let count = self.repaired;
            notes.push(format!(
                "bytes that are not {encoding} were replaced in {count} {places}"
            ));
        }
        notes
    }
}

/// Reads `bytes` in the charset that they are most likely written in. It never fails: characters that do not exist in it
/// become U+FFFD and are counted.
pub fn decode<'a>(bytes: &'a [u8], declared: &Declared) -> Decoded<'a> {
    if let Some((wide, rest)) = wide::mark(bytes) {
        return wide.decode(rest, Source::Mark);
    }
    if let Some(rest) = bytes.strip_prefix(b"\xef\xbb\xbf") {
        return marked_utf8(rest);
    }
    if let Some(wide) = wide::pattern(bytes) {
        return wide.decode(bytes, Source::Pattern);
    }
    let stated = Stated {
        http: declared.content_type.and_then(declared::by_http),
        document: declared::by_document(bytes),
    };
    match std::str::from_utf8(bytes) {
        Ok(text) => valid(bytes, text, &stated),
        Err(_) => invalid(bytes, &stated, declared.host),
    }
}

/// What was declared, by whom.
struct Stated {
    http: Option<Charset>,
    document: Option<Charset>,
}

impl Stated {
    /// The declarations that may be true of a document without NUL bytes, in order.
    fn candidates(&self) -> impl Iterator<Item = (&'static Encoding, Source)> {
        [(self.http, Source::Http), (self.document, Source::Document)]
            .into_iter()
            .filter_map(|(charset, source)| match charset? {
                Charset::Of(encoding) => Some((encoding, source)),
                Charset::Ascii | Charset::Wide => None,
            })
    }

    /// The name of what was declared first, if `encoding` is something else.
    fn overruled_by(&self, encoding: &'static Encoding) -> Option<&'static str> {
        let first = self.http.or(self.document)?;
        let name = first.name();
        (name != encoding.name()).then_some(name)
    }
}

/// Reads what is behind the mark of UTF-8. It is believed unless most of the text denies it.
fn marked_utf8(rest: &[u8]) -> Decoded<'_> {
    // A mark can come twice, where files were joined.
    let rest = rest.strip_prefix(b"\xef\xbb\xbf").unwrap_or(rest);
    if let Ok(text) = std::str::from_utf8(rest) {
        return plain(text, UTF_8, Source::Mark);
    }
    let counts = judge::utf8(rest);
    if counts.misfits > counts.fitting + 1 {
        let encoding = judge::detect(rest, None);
        return Decoded {
            overruled: Some(UTF_8.name()),
            ..decode_as(rest, encoding, Source::Detected)
        };
    }
    decode_as(rest, UTF_8, Source::Mark)
}

/// Reads valid UTF-8, which it is, unless a charset whose text looks the same was declared.
fn valid<'a>(bytes: &'a [u8], text: &'a str, stated: &Stated) -> Decoded<'a> {
    let first = stated.candidates().next();
    if text.is_ascii() {
        let escaped = text.contains('\u{1b}') && judge::detect(bytes, None) == ISO_2022_JP;
        return match first {
            Some((encoding, source)) if escaped && encoding == ISO_2022_JP => {
                decode_as(bytes, encoding, source)
            }
            _ if escaped => decode_as(bytes, ISO_2022_JP, Source::Detected),
            Some((encoding, source)) => plain(text, encoding, source),
            None => plain(text, UTF_8, Source::Valid),
        };
    }
    if let Some((encoding, source)) =
        first.filter(|(encoding, _)| judge::is_chance(bytes, encoding))
    {
        return decode_as(bytes, encoding, source);
    }
    let declared = stated.candidates().find(|(encoding, _)| *encoding == UTF_8);
    Decoded {
        overruled: stated.overruled_by(UTF_8),
        ..plain(
            text,
            UTF_8,
            declared.map_or(Source::Valid, |(_, source)| source),
        )
    }
}

/// Reads what is not valid UTF-8: by the first declaration that fits, else as damaged UTF-8, else as what it looks like.
fn invalid<'a>(bytes: &'a [u8], stated: &Stated, host: Option<&str>) -> Decoded<'a> {
    let counts = judge::utf8(bytes);
    let (encoding, source) = if counts.is_surely_utf8() {
        let declared = stated.candidates().find(|(encoding, _)| *encoding == UTF_8);
        declared.unwrap_or((UTF_8, Source::Valid))
    } else if let Some(fitting) = stated
        .candidates()
        .find(|(encoding, _)| judge::fits(bytes, encoding, counts))
    {
        fitting
    } else if counts.is_rather_utf8() {
        (UTF_8, Source::Valid)
    } else {
        (judge::detect(bytes, host), Source::Detected)
    };
    Decoded {
        overruled: stated.overruled_by(encoding),
        ..decode_as(bytes, encoding, source)
    }
}

fn plain<'a>(text: &'a str, encoding: &'static Encoding, source: Source) -> Decoded<'a> {
    Decoded {
        text: Cow::Borrowed(text),
        encoding: encoding.name(),
        source,
        repaired: 0,
        overruled: None,
    }
}

fn decode_as<'a>(bytes: &'a [u8], encoding: &'static Encoding, source: Source) -> Decoded<'a> {
    let (mut text, damaged) = encoding.decode_without_bom_handling(bytes);
    let repaired = if !damaged {
        0
    } else if encoding == UTF_8 {
        judge::utf8(bytes).misfits
    } else {
        text.matches('\u{fffd}').count()
    };
    // What most parts of ISO 8859 leave to control characters, writers filled with what windows-1252 has there.
    if encoding.name().starts_with("ISO-8859-")
        && let Cow::Owned(mended) = mend_controls(&text)
    {
        text = Cow::Owned(mended);
    }
    Decoded {
        text,
        encoding: encoding.name(),
        source,
        repaired,
        overruled: None,
    }
}
