//! Walks through the elements of a document and gathers feed and entries.
//!
//! Open elements are a list, not a recursion. An end tag closes what it names and everything within; one that names nothing
//! open is passed over; an item that begins within another ends it. So a fault costs the element that it stands in.

mod attached;
mod building;
mod collect;
mod fields;
mod nesting;
mod notes;
mod people;
mod start;
mod texts;
mod times;

use std::time::Duration;

use url::Url;

use crate::Options;
use crate::dates::Dates;
use crate::links;
use crate::model::{Entry, FeedDocument, Format};
use crate::names::Prefixes;
use crate::tidy::Letters;
use crate::xml::{Entities, Strays, Token, Tokens};
use building::Building;
use collect::Collector;
use notes::Faults;

/// Deepest nesting of elements that is read. Feeds need 5, articles in XHTML some 30; what lies deeper is left out.
const MAX_DEPTH: usize = 512;

/// Entries of one document. The largest feeds hold some thousands.
const MAX_ENTRIES: usize = 100_000;

/// Persons, links, categories, files of one entry or feed, each. Real ones have some tens, and a few a hundred.
const MAX_LIST: usize = 256;

/// Buffers for texts that are kept for use again.
const MAX_SPARE: usize = 8;

/// What is known besides the text.
pub(crate) struct Circumstances {
    /// Base of relative addresses.
    pub(crate) base: Option<Url>,
    /// Language where the document names none.
    pub(crate) language: Option<String>,
    pub(crate) dates: Dates,
    pub(crate) options: Options,
}

/// What was read.
pub(crate) struct Walked {
    /// The feed, if there was any.
    pub(crate) feed: Option<FeedDocument>,
    pub(crate) entries: Vec<Entry>,
    pub(crate) notes: Vec<String>,
    /// Whether the text ends within an element.
    pub(crate) cut_off: bool,
}

/// Reads `text`, XML as it is found.
pub(crate) fn walk(text: &str, circumstances: Circumstances) -> Walked {
    let mut walker = Walker::new(text, circumstances);
    while let Some(token) = walker.tokens.next() {
        walker.token(token);
    }
    walker.finish()
}

/// What the elements being read belong to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holder {
    /// Nothing yet: the root is still to come.
    Nobody,
    Feed,
    Entry,
    /// The feed that an entry was taken from.
    Source,
}

/// The part of it that they belong to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Whole,
    Image,
    TextInput,
    Author,
    Contributor,
    /// A person that is not read.
    Owner,
    Group,
    Media,
    SkipHours,
    SkipDays,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Scope {
    holder: Holder,
    part: Part,
}

/// What becomes of an element at its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    /// Nothing.
    Plain,
    /// Its text fills a field.
    Field,
    /// An entry is complete.
    Entry,
    /// It is markup within a text.
    Inline,
}

/// An element that has begun.
struct Open<'t> {
    name: &'t str,
    role: Role,
    /// What was before it, for afterwards.
    scope: Scope,
    collector: Option<usize>,
    prefixes: (usize, usize),
    bases: usize,
}

struct Walker<'t> {
    text: &'t str,
    tokens: Tokens<'t>,
    circumstances: Circumstances,
    prefixes: Prefixes<'t>,
    entities: Entities,
    bases: Vec<Url>,
    open: Vec<Open<'t>>,
    /// Elements that are open beyond [`MAX_DEPTH`].
    beyond: usize,
    scope: Scope,
    /// The texts that are being read, outermost first, and which of them takes what comes.
    collectors: Vec<Collector>,
    collector: Option<usize>,
    spare: Vec<String>,
    attributes: Vec<(&'t str, &'t str)>,
    atom: bool,
    feed: Option<FeedDocument>,
    feed_title_depth: Option<usize>,
    entry: Option<Box<Building>>,
    entries: Vec<Entry>,
    faults: Faults,
    letters: Letters,
    dates: Dates,
    strays: Strays,
    period: Option<Duration>,
    frequency: Option<u32>,
    feed_permalink: Option<String>,
}

impl<'t> Walker<'t> {
    fn new(text: &'t str, mut circumstances: Circumstances) -> Walker<'t> {
        Walker {
            text,
            tokens: Tokens::new(text),
            prefixes: Prefixes::default(),
            entities: Entities::default(),
            bases: circumstances.base.iter().cloned().collect(),
            open: Vec::new(),
            beyond: 0,
            scope: Scope {
                holder: Holder::Nobody,
                part: Part::Whole,
            },
            collectors: Vec::new(),
            collector: None,
            spare: Vec::new(),
            attributes: Vec::new(),
            atom: false,
            feed: None,
            feed_title_depth: None,
            entry: None,
            entries: Vec::new(),
            faults: Faults::default(),
            letters: Letters::new(circumstances.options),
            dates: std::mem::take(&mut circumstances.dates),
            strays: Strays::default(),
            period: None,
            frequency: None,
            feed_permalink: None,
            circumstances,
        }
    }

    #[inline]
    fn token(&mut self, token: Token<'t>) {
        match token {
            Token::Start {
                name,
                attributes,
                empty,
            } => self.start(name, attributes, empty),
            Token::End { name } => self.end(name),
            Token::Text(text) => {
                if let Some(collector) = self.collector.filter(|_| self.beyond == 0) {
                    self.collectors[collector].characters(
                        text,
                        &mut self.entities,
                        &mut self.strays,
                    );
                }
            }
            Token::Cdata(text) => {
                if let Some(collector) = self.collector.filter(|_| self.beyond == 0) {
                    self.collectors[collector].literal(text);
                }
            }
            Token::Doctype(doctype) => {
                if self.open.is_empty() {
                    self.entities.declare(doctype);
                }
            }
        }
    }

    /// The value of an attribute, with its references replaced.
    fn attribute(&mut self, name: &str) -> Option<String> {
        let found = self
            .attributes
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name));
        let (_, raw) = *found?;
        let mut value = String::new();
        crate::xml::unescape(raw, &mut self.entities, &mut self.strays, &mut value);
        Some(value)
    }

    /// The value of an attribute unless it is empty, without space around it.
    fn stated(&mut self, name: &str) -> Option<String> {
        let value = self.attribute(name)?;
        let value = self.letters.tidy(value.trim());
        (!value.is_empty()).then_some(value)
    }

    fn absolute(&self, address: &str) -> String {
        links::absolute(address, self.bases.last())
    }

    fn finish(mut self) -> Walked {
        let last = self.open.last().map(|open| open.name.to_owned());
        if let Some(name) = last {
            self.faults.ends_within = Some(name);
            // The text that was cut off is left out; what its entry had before stays.
            if let Some(level) = self.open.iter().position(|open| open.role == Role::Field) {
                self.faults.cut_text = true;
                for open in &mut self.open[level..] {
                    open.role = Role::Plain;
                }
            }
            if let Some(building) = &mut self.entry {
                building.entry.cut_off = true;
            }
            self.close_to(0);
        }
        self.finish_feed();
        let mut notes = self.faults.notes(self.text, &self.tokens, &self.strays);
        notes.extend(self.letters.notes());
        let dates = std::mem::take(&mut self.dates);
        let language = self.feed.as_ref().and_then(|feed| feed.language.as_deref());
        dates.reread(&mut self.entries, language);
        notes.extend(dates.into_notes());
        Walked {
            feed: self.feed,
            entries: self.entries,
            notes,
            cut_off: self.faults.ends_within.is_some(),
        }
    }
}

fn format_of(local: &str) -> Format {
    match local.len() {
        3 if local.eq_ignore_ascii_case("rdf") => Format::Rdf,
        3 => Format::Rss,
        7 if local == "CHANNEL" => Format::Cdf,
        7 => Format::Rss,
        _ => Format::Atom,
    }
}
