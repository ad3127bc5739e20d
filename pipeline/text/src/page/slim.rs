//! A page made small and harmless before anything builds a tree of it: what no reader reads is left out, and depth, elements, attributes and bytes are
//! bounded, so that no page can make a parser run for minutes or overflow its stack.

use std::borrow::Cow;

use super::head::Head;
use crate::html::scan::{Piece, Scanner, Tag, is_void};
use crate::html::unescape;

/// Open elements within each other that are kept; browsers stop at 512, articles at 50.
const MAX_DEPTH: usize = 200;
/// Elements that are kept: the largest of 117 pages of newspapers has 4,000.
const MAX_ELEMENTS: usize = 15_000;
/// Bytes of markup that come out: ten times the longest articles.
const MAX_BYTES: usize = 2 << 20;
/// Bytes of text between two tags: a chapter of a book.
const MAX_RUN: usize = 64 << 10;
/// Bytes of one attribute that are kept, and of a tag whose attributes are looked at.
const MAX_VALUE: usize = 300;
const MAX_TAG: usize = 16 << 10;
/// Open elements that an end tag is looked for among.
const MAX_OPEN: usize = 64;

/// Elements that go with all that is in them.
const DROPPED: [&str; 18] = [
    "audio",
    "button",
    "canvas",
    "datalist",
    "embed",
    "figcaption",
    "math",
    "noscript",
    "object",
    "option",
    "progress",
    "select",
    "svg",
    "template",
    "textarea",
    "video",
    "dialog",
    "map",
];
/// The one whose text is kept apart.
const CAPTION: &str = "figcaption";
/// Elements that go while their content stays: formatting, which parsers copy into every paragraph that it is left open over.
const UNWRAPPED: [&str; 22] = [
    "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "del", "em", "font", "i", "ins",
    "kbd", "mark", "nobr", "s", "small", "strike", "strong", "tt", "u",
];
/// What a dropped element that nothing ends is ended by: an article's own parts.
const ENDS_DROPPED: [&str; 8] = [
    "article", "body", "h1", "h2", "main", "p", "section", "html",
];
/// Parts of the names of boxes that ask for consent.
const CONSENT: [&str; 9] = [
    "onetrust",
    "cookie-banner",
    "cookie-consent",
    "cookieconsent",
    "cookie-notice",
    "consent-banner",
    "usercentrics",
    "didomi",
    "gdpr-banner",
];
/// What such a box that nothing ends is ended by.
const ENDS_CONSENT: [&str; 4] = ["article", "body", "html", "main"];
/// Attributes that extractors look at.
const KEPT: [&str; 10] = [
    "aria-hidden",
    "class",
    "hidden",
    "href",
    "id",
    "itemprop",
    "itemtype",
    "rel",
    "role",
    "datetime",
];

/// A page as extractors get it, and what its head says.
#[derive(Debug, Default)]
pub(super) struct Slim<'p> {
    pub(super) html: String,
    pub(super) head: Head<'p>,
}

pub(super) fn slim(page: &str) -> Slim<'_> {
    let mut slimmer = Slimmer::default();
    for piece in Scanner::new(page) {
        if slimmer.elements >= MAX_ELEMENTS || slimmer.slim.html.len() >= MAX_BYTES {
            break;
        }
        match piece {
            Piece::Text(text) => slimmer.text(text),
            Piece::Tag(tag) => slimmer.tag(tag),
            Piece::Raw { text, .. } => slimmer.raw(text),
            Piece::Other(_) => {}
        }
    }
    slimmer.slim
}

#[derive(Default)]
struct Slimmer<'p> {
    slim: Slim<'p>,
    open: Vec<&'p str>,
    elements: usize,
    dropped: Option<Dropped<'p>>,
    /// What the next raw text belongs to.
    raw_of: Option<Raw>,
}

/// An element that is dropped with its content.
#[derive(Clone, Copy)]
struct Dropped<'p> {
    name: &'p str,
    /// How many of its name are open within it.
    depth: usize,
    /// What ends it before its end tag.
    ends: &'static [&'static str],
}

#[derive(Clone, Copy, PartialEq)]
enum Raw {
    Title,
    LinkedData,
}

impl<'p> Slimmer<'p> {
    fn text(&mut self, text: &'p str) {
        if let Some(dropped) = self.dropped {
            if dropped.name.eq_ignore_ascii_case(CAPTION) {
                self.slim.head.caption_text(text);
            }
            return;
        }
        let text = cut(text, MAX_RUN);
        self.slim.html.push_str(text);
        self.slim.head.text(text);
    }

    fn raw(&mut self, text: &'p str) {
        match self.raw_of.take() {
            Some(Raw::Title) => self.slim.head.title(text),
            Some(Raw::LinkedData) => self.slim.head.linked_data(text),
            None => {}
        }
    }

    fn tag(&mut self, tag: Tag<'p>) {
        let name = tag.name();
        if let Some(dropped) = self.dropped {
            self.dropped = dropped.with(tag);
            if self.dropped.is_some() || tag.is_end() && name.eq_ignore_ascii_case(dropped.name) {
                return;
            }
        }
        if tag.is_end() {
            self.end(name);
        } else {
            self.start(tag, name);
        }
    }

    fn start(&mut self, tag: Tag<'p>, name: &'p str) {
        let is = |other: &str| name.eq_ignore_ascii_case(other);
        if is("script") {
            let is_data = tag.source.len() <= MAX_TAG
                && tag.attributes().any(|attribute| {
                    attribute.name.eq_ignore_ascii_case("type")
                        && attribute
                            .value
                            .is_some_and(|value| value.contains("ld+json"))
                });
            self.raw_of = is_data.then_some(Raw::LinkedData);
            return;
        }
        if is("title") {
            self.raw_of = Some(Raw::Title);
            return;
        }
        self.raw_of = None;
        if is_one_of(&["meta", "link", "html", "time"], name) && tag.source.len() <= MAX_TAG {
            self.slim.head.tag(tag, name);
        }
        if is_one_of(
            &[
                "style", "iframe", "meta", "link", "base", "input", "source", "track",
            ],
            name,
        ) || is_one_of(&UNWRAPPED, name)
        {
            return;
        }
        if is_one_of(&DROPPED, name) {
            if !tag.self_closing && !is_void(name) {
                self.dropped = Some(Dropped {
                    name,
                    depth: 0,
                    ends: &ENDS_DROPPED,
                });
                if is(CAPTION) {
                    self.slim.head.caption();
                }
            }
            return;
        }
        if is_consent(tag) {
            self.dropped = Some(Dropped {
                name,
                depth: 0,
                ends: &ENDS_CONSENT,
            });
            return;
        }
        self.slim.head.element(tag, name);
        self.elements += 1;
        if is_void(name) {
            self.write(tag, name);
            return;
        }
        // A paragraph ends where the next begins.
        if is("p")
            && self
                .open
                .last()
                .is_some_and(|last| last.eq_ignore_ascii_case("p"))
        {
            self.open.pop();
        }
        if self.open.len() < MAX_DEPTH {
            self.open.push(name);
            self.write(tag, name);
        }
    }

    fn end(&mut self, name: &'p str) {
        self.slim.head.end(name);
        let recent = self.open.len().saturating_sub(MAX_OPEN);
        let place = self.open[recent..]
            .iter()
            .rposition(|open| open.eq_ignore_ascii_case(name));
        if let Some(place) = place {
            self.open.truncate(recent + place);
            self.slim.html.push_str("</");
            self.slim.html.push_str(name);
            self.slim.html.push('>');
        }
    }

    fn write(&mut self, tag: Tag<'p>, name: &str) {
        let html = &mut self.slim.html;
        html.push('<');
        html.push_str(name);
        if tag.source.len() <= MAX_TAG {
            for attribute in tag.attributes() {
                let value = attribute.value.unwrap_or_default();
                let is_style = attribute.name.eq_ignore_ascii_case("style");
                if is_style && hides(value) {
                    html.push_str(" hidden");
                } else if is_one_of(&KEPT, attribute.name) {
                    html.push(' ');
                    html.push_str(attribute.name);
                    html.push_str("=\"");
                    html.push_str(&quotable(value));
                    html.push('"');
                }
            }
        }
        html.push('>');
    }
}

impl<'p> Dropped<'p> {
    /// What is still dropped behind a tag.
    fn with(self, tag: Tag<'p>) -> Option<Self> {
        let is_same = tag.name().eq_ignore_ascii_case(self.name);
        match (is_same, tag.is_end()) {
            (true, true) => self
                .depth
                .checked_sub(1)
                .map(|depth| Self { depth, ..self }),
            (true, false) if !tag.self_closing => Some(Self {
                depth: self.depth + 1,
                ..self
            }),
            _ => (!is_one_of(self.ends, tag.name())).then_some(self),
        }
    }
}

/// Whether an element asks the reader for his consent to being watched.
fn is_consent(tag: Tag<'_>) -> bool {
    if tag.self_closing
        || tag.source.len() > MAX_TAG
        || !is_one_of(&["div", "section", "aside"], tag.name())
    {
        return false;
    }
    let mut attributes = tag.attributes();
    attributes.any(|attribute| {
        is_one_of(&["id", "class"], attribute.name)
            && attribute.value.is_some_and(|value| {
                let small = value.to_ascii_lowercase();
                CONSENT.iter().any(|word| small.contains(word))
            })
    })
}

/// Whether a style hides what it is of.
fn hides(style: &str) -> bool {
    let bare: String = style
        .chars()
        .filter(|letter| !letter.is_whitespace())
        .take(MAX_VALUE)
        .collect();
    bare.contains("display:none") || bare.contains("visibility:hidden")
}

/// A value as it can stand between double quotes, cut where it is too long.
fn quotable(value: &str) -> Cow<'_, str> {
    let value = cut(value, MAX_VALUE);
    if value.contains('"') {
        Cow::Owned(value.replace('"', "&quot;"))
    } else {
        Cow::Borrowed(value)
    }
}

/// As many whole characters as some bytes hold.
fn cut(text: &str, bytes: usize) -> &str {
    &text[..text.floor_char_boundary(bytes)]
}

pub(super) fn is_one_of(names: &[&str], name: &str) -> bool {
    names.iter().any(|other| other.eq_ignore_ascii_case(name))
}

/// A text of markup with its character references read, as one line.
pub(super) fn line(text: &str) -> String {
    let text = unescape(text);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_reads_is_left_out() {
        let page = "<html><head><style>p{}</style><script>var a = '<p>';</script></head><body class='a \"b\"' onload=x>\
                    <svg><title>t</title><path d=1></svg><p>One <b>two</b><button>Share<p>three</p><div style='display : none'>x</div></body>";
        assert_eq!(
            slim(page).html,
            "<html><head></head><body class=\"a &quot;b&quot;\"><p>One two<p>three</p><div hidden>x</div></body>"
        );
    }

    #[test]
    fn depth_elements_and_attributes_are_bounded() {
        let deep = slim(&"<div>".repeat(100_000)).html;
        assert_eq!(deep.matches("<div").count(), MAX_DEPTH);
        let wide = slim(&"<br>".repeat(200_000)).html;
        assert_eq!(wide.matches("<br").count(), MAX_ELEMENTS);
        let attributes = format!("<p {}>x</p>", "class=a ".repeat(200_000));
        assert_eq!(slim(&attributes).html, "<p>x</p>");
        let formatting = slim(&format!(
            "{}{}",
            "<font size=1>".repeat(10_000),
            "<p>x".repeat(10)
        ))
        .html;
        assert!(!formatting.contains("font"));
    }
}
