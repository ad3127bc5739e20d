//! Walks through the elements of a document and gathers feed and entries.
//!
//! Open elements are a list, not a recursion. An end tag closes what it names and everything within; one that names nothing
//! open is passed over; an item that begins within another ends it. So a fault costs the element that it stands in.

mod building;
mod collect;
mod fields;
mod notes;
mod start;

use std::time::Duration;

use url::Url;

use crate::Options;
use crate::dates::Dates;
use crate::elements::{Element, element};
use crate::links;
use crate::model::{Entry, FeedDocument, Format};
use crate::names::{Prefixes, Space};
use crate::tidy::Letters;
use crate::xml::{Attributes, Entities, Strays, Token, Tokens};
use building::Building;
use collect::{Collector, InlineTag, is_void};
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
    fn new(text: &'t str, circumstances: Circumstances) -> Walker<'t> {
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
            dates: Dates::default(),
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

    fn start(&mut self, name: &'t str, attributes: &'t str, empty: bool) {
        let (prefixes, bases) = (self.prefixes.mark(), self.bases.len());
        self.attributes.clear();
        if !attributes.is_empty() {
            self.attributes.extend(Attributes::new(attributes));
            for (name, value) in &self.attributes {
                if name.starts_with("xmlns") {
                    self.prefixes.see(name, value);
                }
            }
        }
        let (space, local) = self.prefixes.resolve(name);
        let element = element(space, local);
        let markup = self
            .collector
            .is_some_and(|collector| self.collectors[collector].takes_markup);
        let is_item = element == Element::Item && self.is_item_here(space, markup);
        if markup && !is_item && !self.ends_text(element, local) {
            let place = (prefixes, bases);
            return self.inline(name, local, attributes, empty, place);
        }
        if is_item {
            self.end_unfinished_entry();
        }
        if self.open.len() >= MAX_DEPTH || self.beyond > 0 {
            self.beyond += usize::from(!empty);
            self.faults.too_deep += 1;
            self.prefixes.forget(prefixes);
            return;
        }
        if !attributes.is_empty() {
            self.see_base();
        }
        self.open.push(Open {
            name,
            role: Role::Plain,
            scope: self.scope,
            collector: self.collector,
            prefixes,
            bases,
        });
        self.collector = None;
        let role = self.begin(element, space, local);
        if let Some(open) = self.open.last_mut() {
            open.role = role;
        }
        if empty {
            self.close();
        }
    }

    /// Whether `item` and `entry` begin an entry here: within a text only where no markup of that name is to be expected.
    fn is_item_here(&self, space: Space, markup: bool) -> bool {
        let stated_xml = self
            .collector
            .is_some_and(|collector| self.collectors[collector].stated_xml);
        self.scope.holder != Holder::Nobody && (!markup || (space != Space::Other && !stated_xml))
            || self.open.is_empty()
    }

    /// Whether an element within a text shows that the text was never closed.
    fn ends_text(&mut self, element: Element, local: &str) -> bool {
        let Some(collector) = self.collector else {
            return false;
        };
        let telling = matches!(
            element,
            Element::Published
                | Element::Updated
                | Element::Id
                | Element::Description
                | Element::Enclosure
        ) && !local.eq_ignore_ascii_case("id");
        if !telling || self.collectors[collector].stated_xml || self.atom {
            return false;
        }
        let role = |open: &Open<'_>| open.role == Role::Field;
        if let Some(level) = self.open.iter().rposition(role) {
            self.fault_here(|faults| &mut faults.unclosed_elements);
            self.close_to(level);
        }
        true
    }

    fn inline(
        &mut self,
        name: &'t str,
        local: &'t str,
        attributes: &'t str,
        empty: bool,
        place: ((usize, usize), usize),
    ) {
        let Some(collector) = self.collector else {
            return;
        };
        let void = is_void(local);
        // A paragraph within a paragraph shows that the first was never closed.
        let again = self.open.last().is_some_and(|open| {
            open.role == Role::Inline
                && open.name == name
                && matches!(local, "p" | "P" | "li" | "LI")
        });
        if again {
            self.close();
        }
        if (self.open.len() >= MAX_DEPTH || self.beyond > 0) && !void {
            self.beyond += usize::from(!empty);
            self.faults.too_deep += 1;
            self.prefixes.forget(place.0);
            return;
        }
        let text = &mut self.collectors[collector];
        // Some wrap a div around what they have declared to be plain or escaped.
        let transparent = text.kind != collect::Kind::Xml && local.eq_ignore_ascii_case("div");
        if !transparent {
            let declared = self.attributes.iter().any(|(name, _)| *name == "xmlns");
            let tag = InlineTag::new(name, local, declared);
            text.start(&tag, Attributes::new(attributes), &mut self.entities);
        }
        if void {
            self.prefixes.forget(place.0);
            return;
        }
        self.open.push(Open {
            name,
            role: if transparent {
                Role::Plain
            } else {
                Role::Inline
            },
            scope: self.scope,
            collector: self.collector,
            prefixes: place.0,
            bases: place.1,
        });
        if empty {
            self.close();
        }
    }

    fn end(&mut self, name: &str) {
        if let Some(open) = self.open.last()
            && open.name == name
            && self.beyond == 0
        {
            return self.close();
        }
        self.end_out_of_order(name);
    }

    #[cold]
    fn end_out_of_order(&mut self, name: &str) {
        let local = local_of(name);
        let within_text = self
            .open
            .last()
            .is_some_and(|open| open.role == Role::Inline)
            || self
                .collector
                .is_some_and(|collector| self.collectors[collector].takes_markup);
        if within_text && is_void(local) {
            return;
        }
        let named = |open: &Open<'_>| open.name == name;
        let level = self.open.iter().rposition(named).or_else(|| {
            self.open
                .iter()
                .rposition(|open| open.name.eq_ignore_ascii_case(name))
        });
        if self.beyond > 0 {
            // What is too deep ends where its entry does, or by as many ends as it had beginnings.
            let around = level.is_some_and(|level| self.open[level].role != Role::Inline);
            if !around {
                self.beyond -= 1;
                return;
            }
            self.beyond = 0;
        }
        match level {
            Some(level) => {
                if level + 1 < self.open.len() {
                    self.fault_here(|faults| &mut faults.unclosed_elements);
                }
                self.close_to(level);
            }
            None => self.fault_here(|faults| &mut faults.unmatched_ends),
        }
    }

    fn fault_here(&mut self, which: impl Fn(&mut Faults) -> &mut notes::Seen) {
        let position = self.tokens.position();
        which(&mut self.faults).note(position);
    }

    /// Closes open elements until `level` are left.
    fn close_to(&mut self, level: usize) {
        while self.open.len() > level {
            self.close();
        }
    }

    /// Closes the innermost open element.
    fn close(&mut self) {
        let Some(open) = self.open.last() else { return };
        match open.role {
            Role::Plain => {}
            Role::Inline => {
                if let Some(collector) = self.collector {
                    self.collectors[collector].end(local_of(open.name));
                }
            }
            Role::Field => self.end_field(),
            Role::Entry => self.end_entry(),
        }
        if let Some(open) = self.open.pop() {
            self.scope = open.scope;
            self.collector = open.collector;
            self.prefixes.forget(open.prefixes);
            self.bases.truncate(open.bases);
        }
    }

    fn end_unfinished_entry(&mut self) {
        self.beyond = 0;
        if let Some(level) = self.open.iter().rposition(|open| open.role == Role::Entry) {
            self.fault_here(|faults| &mut faults.unclosed_elements);
            self.close_to(level);
        } else if let Some(level) = self.open.iter().position(|open| open.role == Role::Field) {
            self.fault_here(|faults| &mut faults.unclosed_elements);
            self.close_to(level);
        }
    }

    /// Takes over the base that the attributes state.
    fn see_base(&mut self) {
        let stated = self
            .attribute("xml:base")
            .or_else(|| self.attribute("base"));
        if let Some(base) = stated.and_then(|stated| links::base(&stated, self.bases.last())) {
            self.bases.push(base);
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

fn local_of(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
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
