//! Where the feeds of a text stand, byte by byte: sections, and the lists `feeds = [ … ]` and `include = [ … ]`.
//! Reads events of TOML's own parser and holds offsets only; what to cut or insert is decided elsewhere.

use toml_parser::Source;
use toml_parser::decoder::Encoding;
use toml_parser::parser::{Event, EventKind, parse_document};

/// The key that feeds stand under.
const FEEDS: &str = "feeds";

/// The key that more files are named under.
const INCLUDE: &str = "include";

/// What is known of a text's shape.
#[derive(Debug)]
pub(super) struct Layout {
    /// The keys before the first header, and then one section for each header.
    pub(super) sections: Vec<Section>,
    /// The value of `feeds = [ … ]`.
    pub(super) feeds: Option<List>,
    /// The value of `include = [ … ]`.
    pub(super) include: Option<List>,
}

/// A header with the keys below it.
#[derive(Debug)]
pub(super) struct Section {
    pub(super) role: Role,
    /// Where its header begins.
    pub(super) start: usize,
    /// Where its last key's value, or its header, ends.
    pub(super) end: usize,
    /// Its keys, where it is a feed.
    pub(super) entries: Vec<Entry>,
}

/// What a section is to the feeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// `[[feeds]]`: a feed begins.
    Feed,
    /// `[feeds.…]`: it belongs to the feed before it.
    OfFeed,
    /// Anything else.
    Other,
}

/// One `key = value`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    pub(super) key: usize,
    pub(super) key_end: usize,
    pub(super) equals: usize,
    pub(super) value: usize,
}

/// `[ … ]`.
#[derive(Debug)]
pub(super) struct List {
    /// Just after the opening bracket.
    pub(super) open: usize,
    /// At the closing one.
    pub(super) close: usize,
    pub(super) elements: Vec<Element>,
}

/// One entry of a list.
#[derive(Debug, Clone, Copy)]
pub(super) struct Element {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) comma: Option<usize>,
}

impl Element {
    /// Where it ends, with the comma after it.
    pub(super) fn end_with_comma(&self) -> usize {
        self.comma.map_or(self.end, |comma| comma + 1)
    }
}

/// Reads the shape of a text that is valid TOML.
pub(super) fn layout(text: &str) -> Layout {
    let source = Source::new(text);
    let tokens = source.lex().into_vec();
    let mut walk = Walk {
        source,
        sections: vec![Section {
            role: Role::Other,
            start: 0,
            end: 0,
            entries: Vec::new(),
        }],
        feeds: None,
        include: None,
        header: None,
        path: Vec::new(),
        entry: None,
        depth: 0,
        inside: None,
    };
    parse_document(&tokens, &mut |event: Event| walk.take(&event), &mut ());
    Layout {
        sections: walk.sections,
        feeds: walk.feeds,
        include: walk.include,
    }
}

/// The state between two events.
struct Walk<'t> {
    source: Source<'t>,
    sections: Vec<Section>,
    feeds: Option<List>,
    include: Option<List>,
    /// Start of the header that is open, and whether it has two brackets.
    header: Option<(usize, bool)>,
    /// The key that is being read, part by part.
    path: Vec<String>,
    entry: Option<Entry>,
    /// Arrays and inline tables that are open.
    depth: usize,
    /// The key of the list that is the outermost of them.
    inside: Option<&'static str>,
}

impl Walk<'_> {
    fn take(&mut self, event: &Event) {
        let (start, end) = (event.span().start(), event.span().end());
        match event.kind() {
            EventKind::StdTableOpen => self.header = Some((start, false)),
            EventKind::ArrayTableOpen => self.header = Some((start, true)),
            EventKind::StdTableClose | EventKind::ArrayTableClose => self.section(end),
            EventKind::SimpleKey if self.depth == 0 => self.key(event, start, end),
            EventKind::KeyValSep if self.depth == 0 => {
                if let Some(entry) = &mut self.entry {
                    entry.equals = start;
                }
            }
            EventKind::Scalar => self.value(start, end),
            EventKind::ArrayOpen => self.open(start, end, true),
            EventKind::InlineTableOpen => self.open(start, end, false),
            EventKind::ArrayClose | EventKind::InlineTableClose => self.close(start, end),
            EventKind::ValueSep if self.depth == 1 => {
                let element = self.list().and_then(|list| list.elements.last_mut());
                if let Some(element) = element {
                    element.comma = Some(start);
                }
            }
            _ => {}
        }
    }

    fn key(&mut self, event: &Event, start: usize, end: usize) {
        self.path
            .push(decode(&self.source, event.encoding(), start, end));
        if self.header.is_none() {
            let first = self.entry.map_or(start, |entry| entry.key);
            self.entry = Some(Entry {
                key: first,
                key_end: end,
                equals: end,
                value: end,
            });
        }
    }

    fn section(&mut self, end: usize) {
        let path = std::mem::take(&mut self.path);
        let Some((start, doubled)) = self.header.take() else {
            return;
        };
        let role = match path.as_slice() {
            [only] if only == FEEDS && doubled => Role::Feed,
            [first, _, ..] if first == FEEDS => Role::OfFeed,
            _ => Role::Other,
        };
        self.sections.push(Section {
            role,
            start,
            end,
            entries: Vec::new(),
        });
    }

    fn open(&mut self, start: usize, end: usize, array: bool) {
        if self.depth == 0 {
            self.begin_value(start);
            let at_top = array && self.sections.len() == 1;
            let mut keys = [FEEDS, INCLUDE].into_iter();
            self.inside = keys.find(|key| at_top && self.path == [*key]);
            let list = List {
                open: end,
                close: end,
                elements: Vec::new(),
            };
            match self.inside {
                Some(FEEDS) => self.feeds = Some(list),
                Some(_) => self.include = Some(list),
                None => {}
            }
        } else if self.depth == 1 {
            self.element(start, end);
        }
        self.depth += 1;
    }

    fn close(&mut self, start: usize, end: usize) {
        self.depth = self.depth.saturating_sub(1);
        let depth = self.depth;
        if let Some(list) = self.list() {
            match (depth, list.elements.last_mut()) {
                (0, _) => list.close = start,
                (1, Some(element)) => element.end = end,
                _ => {}
            }
        }
        if self.depth == 0 {
            self.inside = None;
            self.end_entry(end);
        }
    }

    fn value(&mut self, start: usize, end: usize) {
        if self.depth == 0 {
            self.begin_value(start);
            self.end_entry(end);
        } else if self.depth == 1 {
            self.element(start, end);
        }
    }

    fn element(&mut self, start: usize, end: usize) {
        if let Some(list) = self.list() {
            list.elements.push(Element {
                start,
                end,
                comma: None,
            });
        }
    }

    /// The list that is open.
    fn list(&mut self) -> Option<&mut List> {
        match self.inside? {
            FEEDS => self.feeds.as_mut(),
            _ => self.include.as_mut(),
        }
    }

    fn begin_value(&mut self, start: usize) {
        if let Some(entry) = &mut self.entry {
            entry.value = start;
        }
    }

    fn end_entry(&mut self, end: usize) {
        self.path.clear();
        let entry = self.entry.take();
        if let (Some(section), Some(entry)) = (self.sections.last_mut(), entry) {
            section.end = end;
            if section.role == Role::Feed {
                section.entries.push(entry);
            }
        }
    }
}

/// A key without its quotes and escapes.
fn decode(source: &Source<'_>, encoding: Option<Encoding>, start: usize, end: usize) -> String {
    let span = toml_parser::Span::new_unchecked(start, end);
    let raw = source.input().get(start..end).unwrap_or_default();
    let mut key = String::new();
    toml_parser::Raw::new_unchecked(raw, encoding, span).decode_key(&mut key, &mut ());
    key
}
