//! Reads feed documents: bytes and headers in, a feed, its entries and what was recovered out.
//! No I/O, no clock, no state: the same bytes give the same reading.
//!
//! Reading never fails as a whole: a [`Reading`] holds what could be read, what was repaired or
//! left out, and, when there is no feed in the document, why. On the way from bytes to entries:
//!
//! 1. `dateline_text` decodes;
//! 2. [`mod@document`] finds where the feed begins, and whether it is XML or JSON;
//! 3. `xml` cuts XML into tags and text, however broken, and `names` and `elements` say what they mean;
//! 4. [`mod@walk`] gathers feed and entries from them, and [`mod@json`] does the same for JSON feeds.

mod dates;
mod document;
mod elements;
mod inspect;
mod json;
mod links;
mod model;
mod names;
mod persons;
mod safe;
mod tidy;
mod values;
mod walk;
mod xml;

use dateline_text::charset::{Declared, decode};
use dateline_timestamps::publication::country_of_host;
use jiff::Timestamp;
use url::Url;

pub use dateline_timestamps::Precision;
pub use inspect::inspect_answer;
pub use model::{Entry, FeedDocument, Format, Media, ReadError, Reading, Source, Tag, WebLink};
pub use values::{Date, Person, Text, TextFormat};

use dates::Dates;
use document::Document;
use walk::{Circumstances, walk};

/// Lines of [`Reading::recovered`] that are kept.
const MAX_NOTES: usize = 50;

/// What is known of a document besides its bytes.
#[derive(Debug, Clone, Default)]
pub struct Context {
    /// Its address after redirects, the base of relative links.
    pub url: Option<Url>,
    /// Its `Content-Type` header.
    pub content_type: Option<String>,
    /// Its `Content-Location` header, which replaces `url` as the base (RFC 9110, section 8.7).
    pub content_location: Option<String>,
    /// Its `Content-Language` header: the language where the document names none.
    pub content_language: Option<String>,
    /// When it was fetched: what dates without a year and "2 hours ago" are reckoned from.
    pub fetched: Option<Timestamp>,
}

impl Context {
    /// What the headers of an answer tell, asked for by name in lower case.
    pub fn from_headers(header: impl Fn(&str) -> Option<String>) -> Context {
        Context {
            url: None,
            content_type: header("content-type"),
            content_location: header("content-location"),
            content_language: header("content-language"),
            fetched: None,
        }
    }

    /// Reads dates by what is known before the first of them.
    fn dates(&self) -> Dates {
        let host = self.url.as_ref().and_then(Url::host_str);
        Dates::new(host.and_then(country_of_host), self.fetched)
    }

    fn base(&self) -> Option<Url> {
        let location = self.content_location.as_deref();
        let located = location.and_then(|location| links::base(location, self.url.as_ref()));
        located.or_else(|| self.url.clone())
    }
}

/// What the caller chooses.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// Whether what was read is made safe to show: scripts, handlers, frames and whatever else can act are taken out of HTML, and
    /// addresses that run something are left out. Plain text stays: whoever shows it escapes it. Otherwise HTML
    /// is what the feed says, with absolute addresses.
    pub sanitise: bool,
    /// Whether HTML is written so that readers of XML stumble less over it: void elements end in `/>`, attributes have
    /// values, references end in `;`, addresses have no empty fragment. Nothing is taken out of it.
    pub tidy: bool,
    /// Whether text that was encoded twice by way of windows-1252 (`â€™` for `’`) stays as the document has it: no reader but
    /// this one sets it right. What went through Latin-1 is set right in any case, since it leaves control characters. XML's
    /// forbidden control characters stay too, and an empty `href` is the base, as RFC 3986, section 4.4, has it.
    pub as_written: bool,
}

impl Options {
    /// What other readers' answers are compared with: as little as possible is set right, and HTML is written as XML would be.
    pub const COMPARABLE: Options = Options {
        sanitise: false,
        tidy: true,
        as_written: true,
    };
}

/// Reads a document.
pub fn read(bytes: &[u8], context: &Context) -> Reading {
    read_with(bytes, context, Options::default())
}

/// Reads a document as `options` say.
pub fn read_with(bytes: &[u8], context: &Context, options: Options) -> Reading {
    let (mut notes, mut cut_off) = (Vec::new(), false);
    let declared = Declared {
        content_type: context.content_type.as_deref(),
        host: context.url.as_ref().and_then(Url::host_str),
    };
    let decoded = decode(bytes, &declared);
    notes.extend(decoded.notes());
    let read = match document::find(&decoded.text, &mut notes) {
        Ok(Document::Xml(text)) => {
            let walked = walk(
                text,
                Circumstances {
                    base: context.base(),
                    language: context.content_language.clone(),
                    dates: context.dates(),
                    options,
                },
            );
            notes.extend(walked.notes);
            cut_off = walked.cut_off;
            walked
                .feed
                .ok_or_else(|| ReadError::NotAFeed("this holds no feed".to_owned()))
                .map(|feed| (feed, walked.entries))
        }
        Ok(Document::Json(text)) => {
            json::read(text, context.base().as_ref(), context.dates(), options).map(|read| {
                notes.extend(read.notes);
                cut_off = read.cut_off;
                (read.feed, read.entries)
            })
        }
        Err(error) => Err(error),
    };
    let read = read.map(|(mut feed, mut entries)| {
        if options.sanitise {
            safe::feed(&mut feed);
            entries.iter_mut().for_each(safe::entry);
        }
        (feed, entries)
    });
    Reading {
        cut_off,
        ..finish(read, notes)
    }
}

fn finish(read: Result<(FeedDocument, Vec<Entry>), ReadError>, mut notes: Vec<String>) -> Reading {
    let mut reading = Reading::default();
    match read {
        Ok((feed, entries)) => {
            reading.feed = Some(feed);
            reading.entries = entries;
        }
        Err(error) => reading.error = Some(error),
    }
    if notes.len() > MAX_NOTES {
        let more = notes.len() - MAX_NOTES;
        notes.truncate(MAX_NOTES);
        notes.push(format!("{more} more repairs"));
    }
    reading.recovered = notes;
    reading
}
