//! Markup that is safe to show in a page of one's own, out of markup from anywhere.
//!
//! # Why what comes out is safe
//!
//! Sanitisers fail where the next parser reads their output differently: a comment, a raw text element, a foreign namespace,
//! a cut tag, and what was text is a tag. Here no agreement about trees is needed, since it holds for every byte written:
//!
//! - a `<` is written only as the start of a tag of an allowed element, by [`Sanitiser::start_tag`] and
//!   [`Sanitiser::end_tag`]; in text and in attributes it is `&lt;`;
//! - an attribute is allowed by name, its value is always in double quotes, and `"`, `<`, `>` in it are references;
//! - an `&` is written only as the start of a whole reference.
//!
//! So in whatever state a parser is (text, raw text, foreign content, a broken table), it finds a subset of the tags written
//! here, each whole. No comment, no doctype, no CDATA section, no processing instruction is ever written.
//!
//! Tags are not balanced: what was open stays open, as written.

mod allow;
mod css;
mod write;

use std::borrow::Cow;

use url::Url;

use self::allow::{HTML, Kind, MATH, SVG, Vocabulary};
use super::absolute::growth_limit;
use super::address::{self, Base, scheme, trimmed};
use super::references::{push_escaped, unescape_attribute};
use super::scan::{Attribute, Piece, Scanner, Tag, is_void};
use super::tokens::clamp;

const SVG_NAMESPACE: &str = "http://www.w3.org/2000/svg";
const MATH_NAMESPACE: &str = "http://www.w3.org/1998/Math/MathML";
const XLINK_NAMESPACE: &str = "http://www.w3.org/1999/xlink";

/// See [`super::sanitise`].
pub(super) fn sanitise(html: &str, base: Option<&Url>) -> String {
    let html = clamp(html);
    if !html.contains(['<', '&', '\r', '\0']) {
        return html.trim().to_owned();
    }
    let mut sanitiser = Sanitiser::new(html, base.and_then(Base::new));
    for piece in Scanner::new(html) {
        sanitiser.take(piece);
    }
    sanitiser.finish()
}

struct Sanitiser<'a> {
    out: String,
    base: Option<Base<'a>>,
    /// The length of the output from which on addresses stay relative.
    limit: usize,
    /// How many drawings and formulas are open.
    svg: usize,
    math: usize,
    /// How many elements are open that are dropped with all that is in them.
    dropped: usize,
    /// The content of the element without markup that has just begun is dropped.
    drops_raw: bool,
    /// A text field is open.
    in_textarea: bool,
    /// The attributes of the tag at hand, by their place in the vocabulary.
    attributes: Vec<(usize, Cow<'a, str>)>,
}

impl<'a> Sanitiser<'a> {
    fn new(html: &'a str, base: Option<Base<'a>>) -> Sanitiser<'a> {
        Sanitiser {
            out: String::with_capacity(html.len() + html.len() / 8),
            base,
            limit: growth_limit(html),
            svg: 0,
            math: 0,
            dropped: 0,
            drops_raw: false,
            in_textarea: false,
            attributes: Vec::new(),
        }
    }

    fn take(&mut self, piece: Piece<'a>) {
        match piece {
            Piece::Tag(tag) if tag.name().eq_ignore_ascii_case("applet") => self.applet(tag),
            _ if self.dropped > 0 => {}
            Piece::Tag(tag) if tag.is_end() => self.end_tag(tag),
            Piece::Tag(tag) => self.start_tag(tag),
            Piece::Text(text) => write::text(text, &mut self.out),
            Piece::Raw { .. } if self.drops_raw => {}
            Piece::Raw {
                text,
                references: true,
            } => write::text(text, &mut self.out),
            Piece::Raw {
                text,
                references: false,
            } => write::literal(text, &mut self.out),
            Piece::Other(_) => {}
        }
    }

    fn finish(mut self) -> String {
        if self.in_textarea {
            self.out.push_str("</textarea>");
        }
        let trimmed = self.out.trim();
        if trimmed.len() < self.out.len() {
            trimmed.to_owned()
        } else {
            self.out
        }
    }

    fn applet(&mut self, tag: Tag) {
        if tag.is_end() {
            self.dropped = self.dropped.saturating_sub(1);
        } else if !tag.self_closing {
            self.dropped += 1;
        }
    }

    /// The vocabulary that the element is from, where it stands, and its canonical name.
    fn element(&self, name: &str) -> Option<(&'static Vocabulary, &'static str)> {
        let of = |vocabulary: &'static Vocabulary| {
            let (_, name) = vocabulary.elements.find(name)?;
            Some((vocabulary, name))
        };
        let foreign = || {
            let math = (self.math > 0 || name.eq_ignore_ascii_case("math"))
                .then(|| of(&MATH))
                .flatten();
            let svg = || {
                (self.svg > 0 || name.eq_ignore_ascii_case("svg"))
                    .then(|| of(&SVG))
                    .flatten()
            };
            math.or_else(svg)
        };
        // In a drawing, a link is one of drawings.
        if self.svg > 0 {
            foreign().or_else(|| of(&HTML))
        } else {
            of(&HTML).or_else(foreign)
        }
    }

    fn end_tag(&mut self, tag: Tag) {
        let element = self.element(tag.name());
        match tag.name() {
            name if name.eq_ignore_ascii_case("svg") => self.svg = self.svg.saturating_sub(1),
            name if name.eq_ignore_ascii_case("math") => self.math = self.math.saturating_sub(1),
            name if name.eq_ignore_ascii_case("textarea") => self.in_textarea = false,
            _ => {}
        }
        if let Some((_, name)) = element.filter(|(_, name)| !is_void(name)) {
            self.out.extend(["</", name, ">"]);
        }
    }

    fn start_tag(&mut self, tag: Tag<'a>) {
        let hidden = ["iframe", "noembed", "noframes", "script", "style"];
        self.drops_raw = hidden
            .iter()
            .any(|name| name.eq_ignore_ascii_case(tag.name()));
        let Some((vocabulary, name)) = self.element(tag.name()) else {
            return;
        };
        let has_content = !tag.self_closing && !is_void(name);
        match name {
            "svg" => self.svg += usize::from(has_content),
            "math" => self.math += usize::from(has_content),
            "textarea" => self.in_textarea = has_content,
            _ => {}
        }
        self.read_attributes(tag, name, vocabulary);
        self.write_start_tag(name, vocabulary);
        if is_void(name) {
            self.out.push_str(" />");
        } else if tag.self_closing {
            self.out.extend(["></", name, ">"]);
        } else {
            self.out.push('>');
        }
    }

    /// Collects the allowed attributes: of doubles the first, as browsers do.
    fn read_attributes(&mut self, tag: Tag<'a>, name: &str, vocabulary: &'static Vocabulary) {
        self.attributes.clear();
        let mut seen = [0_u64; 4];
        for attribute in tag.attributes() {
            let Some((place, known)) = vocabulary.attributes.find(attribute.name) else {
                continue;
            };
            let Some(word) = seen
                .get_mut(place / 64)
                .filter(|word| **word & (1 << (place % 64)) == 0)
            else {
                continue;
            };
            *word |= 1 << (place % 64);
            if let Some(value) = self.value(name, known, attribute) {
                self.attributes.push((place, value));
            }
        }
        self.attributes.sort_unstable_by_key(|(place, _)| *place);
    }

    /// The safe value of an attribute, references still in it; none where the attribute is better left out.
    fn value(
        &self,
        element: &str,
        name: &'static str,
        attribute: Attribute<'a>,
    ) -> Option<Cow<'a, str>> {
        let kind = allow::kind(name);
        let Some(value) = attribute.value else {
            let switch = if is_switch(name) { name } else { "" };
            return (!matches!(kind, Kind::Style | Kind::Namespace))
                .then_some(Cow::Borrowed(switch));
        };
        // Nothing is judged by characters that will not be written: without them it may mean something else.
        let value = without_nul(value);
        match kind {
            Kind::Text => Some(value),
            Kind::Words => Some(Cow::Owned(value.to_ascii_lowercase())),
            Kind::Namespace => None,
            Kind::Address => {
                let value = unescape_attribute(&value);
                let address = trimmed(&value);
                Some(Cow::Owned(self.safe_address(element, name, &address)))
            }
            Kind::Style => {
                let style = css::style(&unescape_attribute(&value), self.svg > 0);
                (!style.is_empty()).then(|| Cow::Owned(escaped(&style)))
            }
            Kind::Paint => {
                let paint = unescape_attribute(&value);
                let is_safe = !paint.contains(['(', '\\']) || is_local_paint(&paint);
                is_safe.then_some(value)
            }
        }
    }

    /// The address, escaped, or nothing where it may do something else than show another page.
    fn safe_address(&self, element: &str, name: &str, address: &str) -> String {
        let is_safe = match scheme(address) {
            _ if element == "use" => address.starts_with('#'),
            None => true,
            Some(scheme) if scheme.eq_ignore_ascii_case("data") => {
                name == "src" && allow::is_picture(address)
            }
            Some(scheme) => allow::is_safe_scheme(scheme),
        };
        let mut safe = String::new();
        if is_safe {
            let is_relative = self.out.len() < self.limit && address::is_address(element, name);
            let base = self.base.filter(|_| is_relative);
            match base.and_then(|base| base.resolve(address)) {
                Some(absolute) => push_escaped(&absolute, &mut safe),
                None => push_escaped(address, &mut safe),
            }
        }
        safe
    }

    /// Writes the start tag up to where it closes, with the attributes collected.
    fn write_start_tag(&mut self, name: &str, vocabulary: &Vocabulary) {
        self.out.extend(["<", name]);
        let mut needs_xlink = false;
        for (place, value) in self.attributes.drain(..) {
            let attribute = vocabulary.attributes.get(place);
            needs_xlink |= attribute.starts_with("xlink:");
            self.out.extend([" ", attribute, "=\""]);
            write::value(&value, &mut self.out);
            self.out.push('"');
        }
        let namespaces = [
            ("xmlns", SVG_NAMESPACE, name == "svg"),
            ("xmlns", MATH_NAMESPACE, name == "math"),
            ("xmlns:xlink", XLINK_NAMESPACE, needs_xlink),
        ];
        for (attribute, namespace, _) in namespaces.into_iter().filter(|(_, _, needed)| *needed) {
            self.out.extend([" ", attribute, "=\"", namespace, "\""]);
        }
    }
}

fn without_nul(value: &str) -> Cow<'_, str> {
    if value.contains('\0') {
        Cow::Owned(value.replace('\0', ""))
    } else {
        Cow::Borrowed(value)
    }
}

fn escaped(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    push_escaped(value, &mut escaped);
    escaped
}

/// Whether the attribute is on by being there, so that XHTML writes its name for its value.
fn is_switch(attribute: &str) -> bool {
    let switches = [
        "autofocus",
        "checked",
        "compact",
        "controls",
        "default",
        "disabled",
        "hidden",
        "ismap",
        "loop",
        "multiple",
        "nohref",
        "noshade",
        "nowrap",
        "open",
        "readonly",
        "required",
        "selected",
    ];
    switches.contains(&attribute)
}

/// Whether a colour or marker is a function of numbers, or something of the same drawing.
fn is_local_paint(paint: &str) -> bool {
    let inside = |c: char| c.is_ascii_alphanumeric() || " ,.%-_#()".contains(c);
    let names_url = paint.to_ascii_lowercase().contains("url");
    paint.chars().all(inside)
        && (!names_url
            || paint
                .trim()
                .get(..5)
                .is_some_and(|s| s.eq_ignore_ascii_case("url(#")))
}
