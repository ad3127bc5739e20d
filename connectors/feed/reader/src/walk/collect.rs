//! The text of an element while it is being read, with the markup within it.

use crate::elements::Element;
use crate::model::Tag;
use crate::xml::{Attributes, Entities, Strays, unescape};

/// Longest text of one element in bytes. Books have less.
const MAX_TEXT: usize = 16 << 20;

/// What the text of an element is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Characters mean themselves.
    Plain,
    /// Escaped HTML.
    Html,
    /// Markup as elements of the document.
    Xml,
    /// Anything else, which is to be in base64.
    Binary,
}

impl Kind {
    /// From a type as Atom writes it.
    pub(super) fn of(written: &str) -> Kind {
        let lower = written.trim().to_ascii_lowercase();
        let essence = lower.split(';').next().unwrap_or_default().trim_end();
        match essence {
            "text/html" | "html" | "text/x-html" => Kind::Html,
            "xhtml" => Kind::Xml,
            "text" | "plain" => Kind::Plain,
            _ if essence.ends_with("+xml") || essence.ends_with("/xml") => Kind::Xml,
            _ if essence.starts_with("text/") => Kind::Plain,
            "" => Kind::Plain,
            _ => Kind::Binary,
        }
    }
}

/// The text of an element.
#[derive(Debug)]
pub(super) struct Collector {
    pub(super) element: Element,
    /// Whether elements within are markup of the text, rather than parts of the feed.
    pub(super) takes_markup: bool,
    pub(super) kind: Kind,
    pub(super) base64: bool,
    /// Whether the type was stated as XML, so that elements within are expected.
    pub(super) stated_xml: bool,
    /// Whether the type was stated as HTML, and not only taken for granted.
    pub(super) stated_html: bool,
    /// Whether elements were found within.
    pub(super) marked_up: bool,
    pub(super) text: String,
    pub(super) cut: bool,
    /// Elements that are open within the text.
    pub(super) inline: usize,
    /// Byte ranges of the tags of a `div` that begins the text.
    wrapper: Option<Wrapper>,
    /// The category whose text this is.
    pub(super) tag: Option<Tag>,
    /// Whether it fills the place of the content rather than of the summary.
    pub(super) as_content: bool,
    /// Whether an identifier is a link too.
    pub(super) permalink: bool,
    /// Place of the link in its list whose address this is.
    pub(super) link: Option<usize>,
    /// What counts where the text is empty.
    pub(super) fallback: Option<String>,
}

#[derive(Debug)]
struct Wrapper {
    start: (usize, usize),
    end: Option<(usize, usize)>,
}

impl Collector {
    pub(super) fn new(element: Element, buffer: String) -> Collector {
        Collector {
            element,
            takes_markup: false,
            kind: Kind::Plain,
            base64: false,
            stated_xml: false,
            stated_html: false,
            marked_up: false,
            text: buffer,
            cut: false,
            inline: 0,
            wrapper: None,
            tag: None,
            as_content: false,
            permalink: false,
            link: None,
            fallback: None,
        }
    }

    fn has_room(&mut self, more: usize) -> bool {
        let fits = self.text.len() + more <= MAX_TEXT;
        self.cut |= !fits;
        fits && !self.cut
    }

    /// Character data with its references.
    pub(super) fn characters(&mut self, raw: &str, entities: &mut Entities, strays: &mut Strays) {
        if !self.has_room(raw.len()) {
            return;
        }
        if self.kind != Kind::Xml {
            return unescape(raw, entities, strays, &mut self.text);
        }
        if memchr::memchr2(b'&', b'<', raw.as_bytes()).is_none() {
            return self.text.push_str(raw);
        }
        let mut text = String::new();
        unescape(raw, entities, strays, &mut text);
        escape(&text, false, &mut self.text);
    }

    /// Character data without references.
    pub(super) fn literal(&mut self, text: &str) {
        if !self.has_room(text.len()) {
            return;
        }
        match self.kind {
            Kind::Xml => escape(text, false, &mut self.text),
            _ => self.text.push_str(text),
        }
    }

    /// The start tag of an element within the text, which is thereby markup.
    pub(super) fn start(
        &mut self,
        tag: &InlineTag<'_>,
        attributes: Attributes<'_>,
        entities: &mut Entities,
    ) {
        self.kind = Kind::Xml;
        self.marked_up = true;
        if !self.has_room(tag.local.len() + 2) {
            return;
        }
        let before = self.text.len();
        self.text.push('<');
        push_lower(tag.local, &mut self.text);
        if let Some(address) = tag.namespace {
            self.text.push_str(" xmlns=\"");
            self.text.push_str(address);
            self.text.push('"');
        }
        for (name, value) in attributes {
            // The vocabulary has done its work; prefixes may be those of attributes further in.
            if name == "xmlns" {
                continue;
            }
            if !self.has_room(name.len() + value.len()) {
                break;
            }
            self.text.push(' ');
            push_lower(name, &mut self.text);
            self.text.push_str("=\"");
            let mut plain = String::new();
            unescape(value, entities, &mut Strays::default(), &mut plain);
            escape(&plain, true, &mut self.text);
            self.text.push('"');
        }
        self.text.push_str(if tag.void { " />" } else { ">" });
        let first =
            self.inline == 0 && self.wrapper.is_none() && self.text[..before].trim().is_empty();
        if first && tag.local.eq_ignore_ascii_case("div") {
            self.wrapper = Some(Wrapper {
                start: (before, self.text.len()),
                end: None,
            });
        } else if self.wrapper.is_none() {
            self.wrapper = Some(Wrapper {
                start: (0, 0),
                end: Some((0, 0)),
            });
        }
        self.inline += usize::from(!tag.void);
    }

    /// The end tag of an element within the text.
    pub(super) fn end(&mut self, local: &str) {
        self.inline = self.inline.saturating_sub(1);
        let before = self.text.len();
        if !self.has_room(local.len() + 3) {
            return;
        }
        self.text.push_str("</");
        push_lower(local, &mut self.text);
        self.text.push('>');
        if self.inline == 0
            && let Some(wrapper) = &mut self.wrapper
            && wrapper.end.is_none()
        {
            wrapper.end = Some((before, self.text.len()));
        }
    }

    /// The text, without the `div` around all of it if `unwrap`.
    pub(super) fn finished(&self, unwrap: bool) -> &str {
        let text = self.text.as_str();
        if unwrap
            && let Some(Wrapper {
                start,
                end: Some(end),
            }) = &self.wrapper
            && end.1 > 0
            && text[..start.0].trim().is_empty()
            && text[end.1..].trim().is_empty()
        {
            return text[start.1..end.0].trim();
        }
        text.trim()
    }
}

/// An element within a text.
pub(super) struct InlineTag<'t> {
    pub(super) local: &'t str,
    /// Whether HTML knows it without an end.
    pub(super) void: bool,
    /// The vocabulary that HTML asks to be named.
    pub(super) namespace: Option<&'static str>,
}

impl<'t> InlineTag<'t> {
    /// The element `name`, of which `declared` tells whether it names a vocabulary itself.
    pub(super) fn new(name: &str, local: &'t str, declared: bool) -> InlineTag<'t> {
        let namespace = match local {
            "svg" => Some("http://www.w3.org/2000/svg"),
            "math" => Some("http://www.w3.org/1998/Math/MathML"),
            _ => None,
        };
        InlineTag {
            local,
            void: is_void(local),
            namespace: namespace.filter(|_| declared || name.contains(':')),
        }
    }
}

/// Whether HTML knows the element without content and end.
pub(super) fn is_void(local: &str) -> bool {
    const VOID: [&str; 16] = [
        "area", "base", "br", "col", "command", "embed", "hr", "img", "input", "keygen", "link",
        "meta", "param", "source", "track", "wbr",
    ];
    VOID.iter().any(|name| name.eq_ignore_ascii_case(local))
}

fn push_lower(name: &str, out: &mut String) {
    out.extend(name.chars().map(|character| character.to_ascii_lowercase()));
}

fn escape(text: &str, quotes: bool, out: &mut String) {
    let mut rest = text;
    while let Some(at) = rest.find(['&', '<', '>', '"']) {
        out.push_str(&rest[..at]);
        match rest.as_bytes()[at] {
            b'&' => out.push_str("&amp;"),
            b'<' => out.push_str("&lt;"),
            b'>' => out.push_str("&gt;"),
            _ if quotes => out.push_str("&quot;"),
            _ => out.push('"'),
        }
        rest = &rest[at + 1..];
    }
    out.push_str(rest);
}
