//! An answer of a web server as it was sent (RFC 9110, RFC 9112), without its transfer and content encodings.

use std::io::{Cursor, Read};

use brotli_decompressor::Decompressor;
use dateline_pipeline::draft::HttpFacts;
use dateline_pipeline::fault::Fault;
use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use httparse::{EMPTY_HEADER, ParserConfig, Response, Status};

use super::parts::too_large;

/// Header fields of one answer: servers send thirty.
const MAX_FIELDS: usize = 256;
/// Encodings on top of each other: servers use one.
const MAX_ENCODINGS: usize = 3;
/// Bytes that brotli unpacks at a time.
const BROTLI_BUFFER: usize = 4096;

/// The head of an answer.
#[derive(Debug, Default)]
pub(super) struct Head {
    pub(super) facts: HttpFacts,
    /// `Content-Type`, as it was sent.
    pub(super) content_type: Option<String>,
    is_chunked: bool,
    /// Content encodings in the order in which they were applied.
    encodings: Vec<String>,
    /// Bytes of the head itself.
    pub(super) length: usize,
}

impl Head {
    /// The head that the bytes begin with, if they do.
    pub(super) fn of(bytes: &[u8]) -> Option<Head> {
        let mut fields = [EMPTY_HEADER; MAX_FIELDS];
        let mut response = Response::new(&mut fields);
        let mut lenient = ParserConfig::default();
        lenient
            .allow_spaces_after_header_name_in_responses(true)
            .allow_obsolete_multiline_headers_in_responses(true)
            .ignore_invalid_headers_in_responses(true);
        let parsed = lenient.parse_response(&mut response, bytes);
        let Ok(Status::Complete(length)) = parsed else {
            return None;
        };
        let value = |name: &str| {
            let fields = response.headers.iter();
            let mut named = fields.filter(|field| field.name.eq_ignore_ascii_case(name));
            let written = String::from_utf8_lossy(named.next()?.value);
            Some(written.trim().to_owned()).filter(|written| !written.is_empty())
        };
        let listed = |name: &str| -> Vec<String> {
            let written = value(name).unwrap_or_default().to_ascii_lowercase();
            let names = written.split(',').map(|name| name.trim().to_owned());
            names.filter(|name| !name.is_empty()).collect()
        };
        Some(Head {
            facts: HttpFacts {
                status: response.code?,
                etag: value("etag"),
                last_modified: value("last-modified"),
            },
            content_type: value("content-type"),
            is_chunked: listed("transfer-encoding")
                .iter()
                .any(|name| name == "chunked"),
            encodings: listed("content-encoding"),
            length,
        })
    }

    /// The media type in small letters, without parameters.
    pub(super) fn media_type(&self) -> String {
        let stated = self.content_type.as_deref().unwrap_or_default();
        let media_type = stated.split(';').next().unwrap_or_default();
        media_type.trim().to_ascii_lowercase()
    }

    /// The body without its encodings, `most` bytes at most, and what was found to be otherwise than stated.
    ///
    /// # Errors
    /// `too_large`, `format` for an encoding that is not known, `damaged` for a body that is not in its encoding.
    pub(super) fn body(&self, sent: Vec<u8>, most: u64) -> Result<(Vec<u8>, Vec<String>), Fault> {
        let mut notes = Vec::new();
        let mut body = sent;
        if self.is_chunked {
            // Many archivers take the chunks apart and leave the field as it was.
            match joined(&body) {
                Some(joined) => body = joined,
                None => notes.push("the answer says that it is chunked and is not".to_owned()),
            }
        }
        if self.encodings.len() > MAX_ENCODINGS {
            let reason = format!("the answer has more than {MAX_ENCODINGS} content encodings");
            return Err(Fault::poison("format", reason));
        }
        for encoding in self.encodings.iter().rev() {
            if !is_in(encoding, &body) {
                notes.push(format!("the answer says that it is {encoding} and is not"));
                continue;
            }
            body = decoded(encoding, &body, most)?;
        }
        Ok((body, notes))
    }
}

/// The chunks of a body joined (RFC 9112, 7.1); what is cut off is taken up to there. Nothing if it does not begin with one.
fn joined(sent: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::with_capacity(sent.len());
    let mut rest = sent;
    loop {
        let Ok(Status::Complete((begin, length))) = httparse::parse_chunk_size(rest) else {
            return (!body.is_empty()).then_some(body);
        };
        if length == 0 {
            return Some(body);
        }
        let behind = rest.get(begin..).unwrap_or_default();
        let length = usize::try_from(length)
            .unwrap_or(usize::MAX)
            .min(behind.len());
        let (chunk, behind) = behind.split_at(length);
        body.extend_from_slice(chunk);
        rest = behind.strip_prefix(b"\r\n").unwrap_or(behind);
    }
}

/// Whether a body can be in an encoding that has a mark; archivers take encodings off and leave the field as it was.
fn is_in(encoding: &str, body: &[u8]) -> bool {
    match encoding {
        "gzip" | "x-gzip" => body.starts_with(b"\x1f\x8b"),
        "zstd" => body.starts_with(b"\x28\xb5\x2f\xfd"),
        // Markup is in neither of those that have none.
        "br" | "deflate" => !body.trim_ascii_start().starts_with(b"<"),
        "identity" => false,
        _ => true,
    }
}

fn decoded(encoding: &str, body: &[u8], most: u64) -> Result<Vec<u8>, Fault> {
    let damaged = |error: std::io::Error| {
        let reason = format!("the answer is {encoding} and does not unpack: {error}");
        Fault::poison("damaged", reason)
    };
    let decoder: Box<dyn Read + '_> = match encoding {
        "gzip" | "x-gzip" => Box::new(MultiGzDecoder::new(body)),
        // What servers call deflate is mostly zlib (RFC 9110, 8.4.1.2), and sometimes bare.
        "deflate" if is_zlib(body) => Box::new(ZlibDecoder::new(body)),
        "deflate" => Box::new(DeflateDecoder::new(body)),
        "br" => Box::new(Decompressor::new(Cursor::new(body), BROTLI_BUFFER)),
        "zstd" => Box::new(zstd::stream::read::Decoder::new(body).map_err(damaged)?),
        other => {
            let reason = format!("the answer's content encoding `{other}` is not known");
            return Err(Fault::poison("format", reason));
        }
    };
    let mut bytes = Vec::new();
    let read = decoder.take(most + 1).read_to_end(&mut bytes);
    read.map_err(damaged)?;
    if bytes.len() as u64 > most {
        return Err(too_large("the page", most));
    }
    Ok(bytes)
}

/// Whether bytes begin as zlib's do (RFC 1950, 2.2).
fn is_zlib(body: &[u8]) -> bool {
    let first: Option<&[u8; 2]> = body.first_chunk();
    first.is_some_and(|first| first[0] & 0x0f == 8 && u16::from_be_bytes(*first) % 31 == 0)
}
