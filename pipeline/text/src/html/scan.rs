//! Markup cut into its pieces, as written: nothing is decoded, nothing is lost, their concatenation is the input.
//!
//! Where pieces begin and end is what a browser sees: the tokenizer of the HTML standard, section 13.2.5
//! (<https://html.spec.whatwg.org/multipage/parsing.html#tokenization>). Some readings are kinder than the standard: the
//! content of `<script/>` is empty and that of a CDATA section is markup, since feeds are often written as XHTML; `<!`
//! before what begins no declaration is text; and neither a frame nor a comment that nothing ends swallows the article.

use super::tags::{tag_end, tag_start};

const CDATA_START: &str = "<![CDATA[";
const CDATA_END: &str = "]]>";

/// A piece of markup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    /// Text with character references; a `<` in it is one that begins no tag.
    Text(&'a str),
    /// A start tag or an end tag, whole.
    Tag(Tag<'a>),
    /// The content of an element that has no markup in it. `references` says whether it has character references.
    Raw { text: &'a str, references: bool },
    /// A comment, a doctype, a processing instruction, a border of a CDATA section, or a tag that is cut off.
    Other(&'a str),
}

impl<'a> Piece<'a> {
    /// The piece as written.
    pub(crate) fn source(self) -> &'a str {
        match self {
            Piece::Text(text) | Piece::Raw { text, .. } | Piece::Other(text) => text,
            Piece::Tag(tag) => tag.source,
        }
    }
}

/// A start tag or an end tag, as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tag<'a> {
    pub(crate) source: &'a str,
    pub(crate) self_closing: bool,
}

impl<'a> Tag<'a> {
    pub(crate) fn is_end(self) -> bool {
        self.source.as_bytes().get(1) == Some(&b'/')
    }

    /// The name in the letters it is written in.
    pub(crate) fn name(self) -> &'a str {
        tag_start(self.source).trim_start_matches(['<', '/'])
    }

    /// The attributes in their order, doubles too.
    pub(crate) fn attributes(self) -> Attributes<'a> {
        let start = tag_start(self.source).len();
        let end = self.source.len() - usize::from(self.source.ends_with('>'));
        Attributes {
            rest: self.source.get(start..end).unwrap_or_default(),
            end,
        }
    }
}

/// An attribute of a tag, as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Attribute<'a> {
    /// The name in the letters it is written in.
    pub(crate) name: &'a str,
    /// Where in the tag the name is.
    pub(crate) name_at: usize,
    /// What is between the quotes, or stands without; none where there is no equals sign.
    pub(crate) value: Option<&'a str>,
    /// Where in the tag the value is, with its quotes.
    pub(crate) span: (usize, usize),
}

/// The attributes of a tag, read one after the other.
#[derive(Clone, Debug)]
pub(crate) struct Attributes<'a> {
    rest: &'a str,
    /// Where in the tag the rest ends.
    end: usize,
}

impl<'a> Iterator for Attributes<'a> {
    type Item = Attribute<'a>;

    fn next(&mut self) -> Option<Attribute<'a>> {
        let start = self.rest.trim_start_matches(|c| is_space(c) || c == '/');
        let name_at = self.end - start.len();
        // An equals sign at the start is part of the name.
        let first = start.chars().next()?.len_utf8();
        let ends_name = |c: char| is_space(c) || c == '/' || c == '=';
        let name_len = start[first..]
            .find(ends_name)
            .map_or(start.len(), |at| first + at);
        let (name, after_name) = start.split_at(name_len);
        let Some(value) = after_name.trim_start_matches(is_space).strip_prefix('=') else {
            self.rest = after_name;
            let at = self.end - after_name.len();
            return Some(Attribute {
                name,
                name_at,
                value: None,
                span: (at, at),
            });
        };
        let start = value.trim_start_matches(is_space);
        let (value, rest) = match start.as_bytes().first() {
            Some(quote @ (b'"' | b'\'')) => {
                let quoted = &start[1..];
                quoted
                    .split_once(char::from(*quote))
                    .unwrap_or((quoted, ""))
            }
            _ => start.split_at(start.find(is_space).unwrap_or(start.len())),
        };
        self.rest = rest;
        let span = (self.end - start.len(), self.end - rest.len());
        Some(Attribute {
            name,
            name_at,
            value: Some(value),
            span,
        })
    }
}

fn is_space(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\n' | '\r' | '\x0c')
}

/// Cuts markup into its pieces.
pub(crate) struct Scanner<'a> {
    rest: &'a str,
    /// The start tag of an element without markup has just been read.
    raw: Option<Raw<'a>>,
    in_cdata: bool,
    /// Whether ends of comments and frames may still come: they are not looked for again and again.
    comments_end: bool,
    frames_end: bool,
}

#[derive(Clone, Copy)]
struct Raw<'a> {
    name: &'a str,
    references: bool,
}

impl<'a> Scanner<'a> {
    pub(crate) fn new(markup: &'a str) -> Scanner<'a> {
        Scanner {
            rest: markup,
            raw: None,
            in_cdata: false,
            comments_end: true,
            frames_end: true,
        }
    }

    fn take(&mut self, len: usize) -> &'a str {
        let (piece, rest) = self.rest.split_at(len);
        self.rest = rest;
        piece
    }

    /// The length of the text that the rest begins with.
    fn text_len(&self) -> usize {
        let end = self.rest.find('<').unwrap_or(self.rest.len());
        let cdata_end = || self.rest[..end].find(CDATA_END);
        self.in_cdata.then(cdata_end).flatten().unwrap_or(end)
    }

    fn raw(&mut self, raw: Raw<'a>) -> Option<Piece<'a>> {
        let is_frame = raw.name.eq_ignore_ascii_case("iframe");
        let end = (!is_frame || self.frames_end)
            .then(|| raw_end(self.rest, raw.name))
            .flatten();
        self.frames_end &= !is_frame || end.is_some();
        let len = end.unwrap_or(if is_frame { 0 } else { self.rest.len() });
        let text = self.take(len);
        let references = raw.references;
        (!text.is_empty()).then_some(Piece::Raw { text, references })
    }

    fn comment(&mut self) -> Piece<'a> {
        let end = self.comments_end.then(|| comment_end(self.rest)).flatten();
        self.comments_end = end.is_some();
        let end = end.or_else(|| sgml_comment_end(self.rest));
        Piece::Other(self.take(end.unwrap_or(self.rest.len())))
    }

    fn construct(&mut self) -> Piece<'a> {
        match self.rest.as_bytes() {
            [_, b'a'..=b'z' | b'A'..=b'Z', ..] | [_, b'/', b'a'..=b'z' | b'A'..=b'Z', ..] => {
                self.tag()
            }
            [_, b'!', b'-', b'-', ..] => self.comment(),
            [_, b'!', b'[', ..] if self.rest.starts_with(CDATA_START) => {
                self.in_cdata = true;
                Piece::Other(self.take(CDATA_START.len()))
            }
            // `<!` before anything else is what a person wrote.
            [_, b'!', b'a'..=b'z' | b'A'..=b'Z' | b'-' | b'[' | b'>', ..]
            | [_, b'?' | b'/', _, ..] => {
                let len = self.rest.find('>').map_or(self.rest.len(), |at| at + 1);
                Piece::Other(self.take(len))
            }
            _ => Piece::Text(self.take(1)),
        }
    }

    fn tag(&mut self) -> Piece<'a> {
        let Some(end) = tag_end(self.rest) else {
            return Piece::Other(self.take(self.rest.len()));
        };
        let tag = Tag {
            source: self.take(end.len),
            self_closing: end.self_closing,
        };
        if !tag.is_end() && !tag.self_closing {
            self.raw = references_in_raw(tag.name()).map(|references| Raw {
                name: tag.name(),
                references,
            });
        }
        Piece::Tag(tag)
    }
}

impl<'a> Iterator for Scanner<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        if let Some(piece) = self.raw.take().and_then(|raw| self.raw(raw)) {
            return Some(piece);
        }
        if self.rest.is_empty() {
            return None;
        }
        if self.in_cdata && self.rest.starts_with(CDATA_END) {
            self.in_cdata = false;
            return Some(Piece::Other(self.take(CDATA_END.len())));
        }
        match self.text_len() {
            0 => Some(self.construct()),
            len => Some(Piece::Text(self.take(len))),
        }
    }
}

/// Whether the element never has content or an end tag: those of the standard and those that went before.
pub(crate) fn is_void(name: &str) -> bool {
    const VOID: [&str; 19] = [
        "area", "base", "basefont", "br", "col", "command", "embed", "frame", "hr", "img", "input",
        "isindex", "keygen", "link", "meta", "param", "source", "track", "wbr",
    ];
    VOID.iter().any(|void| void.eq_ignore_ascii_case(name))
}

/// Whether the element has text without markup in it, and then whether that has character references.
fn references_in_raw(name: &str) -> Option<bool> {
    let is_one_of = |names: &[&str]| names.iter().any(|known| known.eq_ignore_ascii_case(name));
    if is_one_of(&["textarea", "title"]) {
        Some(true)
    } else if is_one_of(&[
        "iframe",
        "noembed",
        "noframes",
        "plaintext",
        "script",
        "style",
        "xmp",
    ]) {
        Some(false)
    } else {
        None
    }
}

/// Where the content of the raw element `name` ends: at its end tag, if there is one.
fn raw_end(markup: &str, name: &str) -> Option<usize> {
    let ends = |at: &usize| {
        let Some((end_tag, after)) = markup[*at..].split_at_checked(2 + name.len()) else {
            return false;
        };
        let is_delimited = after.starts_with(|c| is_space(c) || c == '/' || c == '>');
        is_delimited && end_tag[2..].eq_ignore_ascii_case(name)
    };
    if name.eq_ignore_ascii_case("plaintext") {
        return None;
    }
    let mut candidates = markup.match_indices("</").map(|(at, _)| at);
    candidates.find(ends)
}

/// Where the comment at the start of `markup`, which begins `<!--`, ends for a browser.
fn comment_end(markup: &str) -> Option<usize> {
    let inside = &markup[4..];
    let ends = |at: &usize| {
        let before = &inside[..*at];
        before.is_empty() || before == "-" || before.ends_with("--") || before.ends_with("--!")
    };
    let mut candidates = inside.match_indices('>').map(|(at, _)| at);
    candidates.find(ends).map(|at| 4 + at + 1)
}

/// Where it ends as SGML had it: at the first `>` behind the second `--`.
fn sgml_comment_end(markup: &str) -> Option<usize> {
    let dashes = 4 + markup[4..].find("--")?;
    markup[dashes..].find('>').map(|at| dashes + at + 1)
}
