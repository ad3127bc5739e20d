//! Reads OPML that is not quite OPML: any charset, names in any case, tags that do not match, folders in folders.
//! Walks the outlines one after another and keeps its own bounded stack: depth costs nothing.

use dateline_text::charset::{Declared, decode};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use thiserror::Error;

use super::Subscription;
use super::text::{name, tags, value};

/// Folders, counted from the outermost, that become tags; people nest two or three deep.
const MAX_FOLDERS: usize = 16;

/// Tags of one feed: the configuration takes no more.
const MAX_TAGS: usize = 32;

/// Feeds read from one file: as many as a configuration holds.
const MAX_FEEDS: usize = 100_000;

/// Notes that are kept.
const MAX_NOTES: usize = 20;

/// What was read of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Opml {
    /// The feeds in their order.
    pub feeds: Vec<Subscription>,
    /// What was repaired or left out, one line each.
    pub notes: Vec<String>,
}

/// The bytes are no OPML at all.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "this is no OPML: there is no outline in it; export the list of feeds as OPML from the other reader"
)]
pub struct NotOpml;

/// Reads a list of feeds. What cannot be read costs as little as possible and stands in the notes.
///
/// # Errors
/// [`NotOpml`] where there is no outline at all.
pub fn read(bytes: &[u8]) -> Result<Opml, NotOpml> {
    let decoded = decode(bytes, &Declared::default());
    let mut walk = Walk {
        opml: Opml {
            notes: decoded.notes(),
            ..Opml::default()
        },
        ..Walk::default()
    };
    walk.run(&decoded.text);
    if walk.outlines == 0 {
        return Err(NotOpml);
    }
    Ok(walk.opml)
}

#[derive(Default)]
struct Walk {
    opml: Opml,
    outlines: usize,
    /// Names of the outermost open outlines; `None` for one without a name, or that is a feed.
    folders: Vec<Option<String>>,
    /// Outlines open below those.
    deeper: usize,
    /// Line reached, and the offset that it was counted up to.
    line: usize,
    counted: usize,
}

impl Walk {
    fn run(&mut self, text: &str) {
        let mut reader = Reader::from_str(text);
        let config = reader.config_mut();
        config.check_end_names = false;
        config.allow_unmatched_ends = true;
        config.allow_dangling_amp = true;
        self.line = 1;
        loop {
            let start = usize::try_from(reader.buffer_position()).unwrap_or(text.len());
            match reader.read_event() {
                Ok(Event::Start(element)) => self.start(text, start, &element, true),
                Ok(Event::Empty(element)) => self.start(text, start, &element, false),
                Ok(Event::End(element)) => self.end(element.local_name().as_ref()),
                Ok(Event::Eof) => break,
                Ok(_) => {}
                Err(error) => {
                    let line = self.line_at(text, start);
                    self.note(format!("line {line}: {error}; what follows is not read"));
                    break;
                }
            }
        }
    }

    fn start(&mut self, text: &str, start: usize, element: &BytesStart<'_>, open: bool) {
        let tag = element.local_name();
        if !tag.as_ref().eq_ignore_ascii_case("outline") {
            return;
        }
        self.outlines += 1;
        let attributes = Attributes::of(element);
        let folder = match attributes.feed() {
            Some(url) => {
                let line = self.line_at(text, start);
                self.feed(url, &attributes, line);
                None
            }
            None => attributes.title.or(attributes.text),
        };
        if !open {
            return;
        }
        if self.folders.len() < MAX_FOLDERS {
            self.folders.push(folder);
        } else {
            self.deeper += 1;
        }
    }

    fn end(&mut self, tag: &str) {
        if !tag.eq_ignore_ascii_case("outline") {
            return;
        }
        if self.deeper > 0 {
            self.deeper -= 1;
        } else {
            self.folders.pop();
        }
    }

    fn feed(&mut self, url: String, attributes: &Attributes, line: usize) {
        if self.opml.feeds.len() >= MAX_FEEDS {
            self.note(format!(
                "line {line}: there are more than {MAX_FEEDS} feeds; the rest is not read"
            ));
            return;
        }
        let called = attributes.title.as_ref().or(attributes.text.as_ref());
        let called = called.filter(|called| **called != url);
        let folders = self
            .folders
            .iter()
            .flatten()
            .flat_map(|folder| tags(folder));
        let categories = attributes.category.iter().flat_map(|list| tags(list));
        let mut own: Vec<String> = Vec::new();
        for tag in folders.chain(categories) {
            if own.len() < MAX_TAGS && !own.contains(&tag) {
                own.push(tag);
            }
        }
        self.opml.feeds.push(Subscription {
            name: called.and_then(|called| name(called)),
            url,
            tags: own,
            page: attributes.page.clone(),
            line,
        });
    }

    fn note(&mut self, note: String) {
        if self.opml.notes.len() < MAX_NOTES && self.opml.notes.last() != Some(&note) {
            self.opml.notes.push(note);
        }
    }

    /// The line of an offset; offsets come in order, so each byte is counted once.
    fn line_at(&mut self, text: &str, offset: usize) -> usize {
        let between = text
            .as_bytes()
            .get(self.counted..offset)
            .unwrap_or_default();
        self.line += between.iter().filter(|byte| **byte == b'\n').count();
        self.counted = self.counted.max(offset);
        self.line
    }
}

/// What an outline says.
#[derive(Debug, Default)]
struct Attributes {
    xml_url: Option<String>,
    /// `url`, which some programs write for `xmlUrl`.
    url: Option<String>,
    kind: Option<String>,
    title: Option<String>,
    text: Option<String>,
    category: Option<String>,
    page: Option<String>,
}

impl Attributes {
    /// Reads the attributes by their names in lower case; of equal ones the first that says something holds.
    fn of(element: &BytesStart<'_>) -> Attributes {
        let mut said = Attributes::default();
        for attribute in element.html_attributes().with_checks(false).flatten() {
            let place = match attribute.key.as_ref().to_ascii_lowercase().as_str() {
                "xmlurl" | "feedurl" => &mut said.xml_url,
                "url" => &mut said.url,
                "type" => &mut said.kind,
                "title" => &mut said.title,
                "text" => &mut said.text,
                "category" => &mut said.category,
                "htmlurl" => &mut said.page,
                _ => continue,
            };
            if place.is_none() {
                let value = value(&attribute.value);
                *place = Some(value).filter(|value| !value.is_empty());
            }
        }
        said
    }

    /// The feed's address. An outline of type `link` or `include` names a page or another list.
    fn feed(&self) -> Option<String> {
        let kind = self
            .kind
            .as_deref()
            .unwrap_or_default()
            .to_ascii_lowercase();
        let is_feed = matches!(kind.as_str(), "rss" | "atom" | "feed" | "rdf" | "json");
        let url = match &self.xml_url {
            Some(url) => Some(url),
            None => self.url.as_ref().filter(|_| is_feed),
        }?;
        Some(match url.strip_prefix("feed:") {
            Some(rest) if rest.starts_with("//") => format!("http:{rest}"),
            Some(rest) => rest.to_owned(),
            None => url.clone(),
        })
    }
}
