//! Reads feed documents: bytes and headers in, a feed, its entries and what was recovered out.
//! No I/O, no clock, no state: the same bytes give the same reading.
//!
//! Reading never fails as a whole: a [`Reading`] holds what could be read, what was repaired or
//! left out, and, when nothing could be read, why. On the way from bytes to entries:
//!
//! 1. [`charset`] decodes;
//! 2. [`repair`] mends what would stop a tokeniser ([`mod@json`] does the like for JSON feeds);
//! 3. [`outline`] measures depth and finds the items;
//! 4. [`engine`] reads the document;
//! 5. [`salvage`] reads it item by item where the engine refuses the whole.

mod charset;
mod dates;
mod engine;
mod inspect;
mod json;
mod model;
mod outline;
mod repair;
mod salvage;
mod values;

use url::Url;

pub use inspect::inspect_answer;
pub use model::{Entry, FeedDocument, Format, Media, ReadError, Reading, Tag, WebLink};
pub use values::{Date, Person, Precision, Text, TextFormat};

use outline::{Outline, line_of};

/// Lines of [`Reading::recovered`] that are kept.
const MAX_NOTES: usize = 50;

/// Characters before the document that are skipped: warnings that a server prints, blank lines.
const MAX_JUNK: usize = 16 << 10;

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
}

impl Context {
    fn base(&self) -> Option<Url> {
        let location = self.content_location.as_deref()?;
        match &self.url {
            Some(url) => url.join(location).ok(),
            None => Url::parse(location).ok(),
        }
    }
}

/// Reads a document.
pub fn read(bytes: &[u8], context: &Context) -> Reading {
    let mut notes = Vec::new();
    let decoded = charset::decode(bytes, context.content_type.as_deref(), &mut notes);
    let decoded = charset::without_controls(&decoded, &mut notes);
    let base = context.base().or_else(|| context.url.clone());
    let read = match document(&decoded, &mut notes) {
        Ok(Document::Xml(text, skipped)) => xml(text, skipped, base.as_ref(), &mut notes),
        Ok(Document::Json(text)) => json(text, base.as_ref(), &mut notes),
        Err(error) => Err(error),
    };
    finish(read, notes)
}

fn finish(read: Result<engine::Parsed, ReadError>, mut notes: Vec<String>) -> Reading {
    let mut reading = Reading::default();
    match read {
        Ok(parsed) => {
            notes.extend(parsed.notes);
            reading.feed = Some(parsed.feed);
            reading.entries = parsed.entries;
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

/// A document by its syntax.
enum Document<'t> {
    /// XML after its declaration, and the number of lines before it.
    Xml(&'t str, usize),
    Json(&'t str),
}

/// Finds the document within the text.
fn document<'t>(text: &'t str, notes: &mut Vec<String>) -> Result<Document<'t>, ReadError> {
    let start = text
        .trim_start_matches(|character: char| character.is_whitespace() || character == '\u{feff}');
    if start.is_empty() {
        return Err(ReadError::Empty);
    }
    if start.starts_with('{') {
        return Ok(Document::Json(start));
    }
    let junk = start.find('<').filter(|junk| *junk <= MAX_JUNK);
    let Some(junk) = junk else {
        return Err(ReadError::NotAFeed(
            "this is neither XML nor JSON".to_owned(),
        ));
    };
    if junk > 0 {
        notes.push(format!(
            "{} characters before the document were skipped",
            start[..junk].chars().count()
        ));
    }
    let start = &start[junk..];
    // The text is decoded, whatever encoding the declaration names.
    let body = match start
        .strip_prefix("<?xml")
        .and_then(|rest| rest.split_once("?>"))
    {
        Some((_, body)) => body,
        None => start,
    };
    let skipped = line_of(text, text.len() - body.len()) - 1;
    Ok(Document::Xml(body, skipped))
}

fn xml(
    text: &str,
    skipped: usize,
    base: Option<&Url>,
    notes: &mut Vec<String>,
) -> Result<engine::Parsed, ReadError> {
    let text = repair::repair(text, notes);
    let outline = outline::outline(&text);
    if let Some(deep) = &outline.too_deep {
        return Err(ReadError::TooDeep {
            limit: deep.limit,
            line: skipped + line_of(&text, deep.at),
        });
    }
    check_root(&outline)?;
    let (text, outline) = match with_known_version(&text, &outline) {
        None => (text, outline),
        Some(renamed) => {
            notes.push("the version of RSS is not a known one; read as 2.0".to_owned());
            let outline = outline::outline(&renamed);
            (renamed.into(), outline)
        }
    };
    let reason = match engine::parse(&text, base) {
        Ok(parsed) => return Ok(parsed),
        Err(reason) => reason,
    };
    let broken = match &outline.broken {
        Some((at, how)) => format!("line {}: {how}", skipped + line_of(&text, *at)),
        None => reason,
    };
    match salvage::salvage(&text, &outline, base) {
        Some(parsed) => {
            notes.push(format!(
                "the feed is broken and was read item by item: {broken}"
            ));
            Ok(parsed)
        }
        None => Err(ReadError::Broken(broken)),
    }
}

/// Whether the root is that of a feed.
fn check_root(outline: &Outline) -> Result<(), ReadError> {
    match outline.root.as_deref() {
        Some("rss" | "RDF" | "feed" | "entry") => Ok(()),
        Some(root) if root.eq_ignore_ascii_case("html") || root.eq_ignore_ascii_case("head") => {
            Err(ReadError::NotAFeed(
                "this is an HTML page, not a feed".to_owned(),
            ))
        }
        Some(root) => {
            let root: String = root.chars().take(40).collect();
            Err(ReadError::NotAFeed(format!(
                "this is XML with the root <{root}>, not a feed"
            )))
        }
        None => Err(ReadError::NotAFeed("this holds no XML element".to_owned())),
    }
}

/// The engine takes RSS of few versions, though all are read alike: any other is named 2.0.
fn with_known_version(text: &str, outline: &Outline) -> Option<String> {
    let tag = &text[outline.root_tag.clone()];
    let known = ["2.0", "0.91", "0.92"].iter().any(|version| {
        tag.contains(&format!("version=\"{version}\""))
            || tag.contains(&format!("version='{version}'"))
    });
    if outline.root.as_deref() != Some("rss") || known {
        return None;
    }
    let name_end =
        tag.find(|character: char| character.is_whitespace() || "/>".contains(character))?;
    let (before, after) = text.split_at(outline.root_tag.start + name_end);
    // Of an attribute given twice the first counts.
    Some([before, " version=\"2.0\"", after].concat())
}

fn json(
    text: &str,
    base: Option<&Url>,
    notes: &mut Vec<String>,
) -> Result<engine::Parsed, ReadError> {
    let document = json::normalise(text, notes)?;
    engine::parse(&document, base).map_err(ReadError::Broken)
}
