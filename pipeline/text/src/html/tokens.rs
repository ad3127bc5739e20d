//! Drives html5ever's tokenizer over a fragment, piece by piece: no tree, no recursion, linear time.
//!
//! The tokenizer is fed one tag at a time, and a tag whose attributes nobody wants goes in without them: that is most of the
//! speed, and a guard against tags of hostile size (see [`MAX_TAG_BYTES`]). What a tag means is the reader's business; only
//! raw text, which changes how to tokenize, is known here.

use std::cell::{Cell, RefCell};

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};
use html5ever::{LocalName, TokenizerResult, local_name};

use super::tags::{MAX_TAG_BYTES, tag_end, tag_start};

/// The most markup that is read of one fragment, in bytes; what comes after is ignored.
///
/// The tokenizer counts in 32 bits and holds a comment in one piece. Callers bound what they fetch far below this.
const MAX_HTML_BYTES: usize = 256 * 1024 * 1024;

const CDATA_START: &str = "<![CDATA[";
const CDATA_END: &str = "]]>";

/// What takes the tokens of a fragment.
pub(super) trait Reader {
    /// Text with its entities decoded, cut anywhere; never the content of scripts, styles and the like.
    fn text(&mut self, text: &str);
    /// A start tag or an end tag.
    fn tag(&mut self, tag: &Tag);
    /// Whether a tag is wanted with its attributes, given its start up to the end of its name, as `<img`.
    fn wants_attributes(&self, tag_start: &str) -> bool;
    /// Whether the rest of the fragment is of no interest.
    fn is_done(&self) -> bool {
        false
    }
}

/// Reads `html` to its end, or until the reader is done, and gives the reader back.
pub(super) fn read<R: Reader>(html: &str, reader: R) -> R {
    let mut feeder = Feeder::new(reader);
    let mut rest = clamp(html);
    while let Some(at) = rest.find('<') {
        let (text, markup) = rest.split_at(at);
        feeder.text(text);
        if feeder.is_done() {
            return feeder.into_reader();
        }
        rest = feeder.construct(markup);
    }
    feeder.text(rest);
    feeder.tokenizer.end();
    feeder.into_reader()
}

/// Hands a fragment to the tokenizer, one construct at a time.
struct Feeder<R> {
    tokenizer: Tokenizer<Sink<R>>,
    input: BufferQueue,
    /// A CDATA section has begun, and not ended.
    in_cdata: bool,
    /// The tokenizer has just seen the end of a tag: what follows up to the next `<` is text whatever it contains.
    after_tag: bool,
}

impl<R: Reader> Feeder<R> {
    fn new(reader: R) -> Feeder<R> {
        let sink = Sink {
            reader: RefCell::new(reader),
            raw_text: RefCell::new(None),
            in_declaration: Cell::new(false),
        };
        // Cleaning drops byte order marks wherever they are; the tokenizer would look for one in every piece.
        let options = TokenizerOpts {
            discard_bom: false,
            ..TokenizerOpts::default()
        };
        let tokenizer = Tokenizer::new(sink, options);
        Feeder {
            tokenizer,
            input: BufferQueue::default(),
            in_cdata: false,
            after_tag: false,
        }
    }

    fn into_reader(self) -> R {
        self.tokenizer.sink.reader.into_inner()
    }

    fn is_done(&self) -> bool {
        self.tokenizer.sink.reader.borrow().is_done()
    }

    /// Takes what stands before the next `<`.
    fn text(&mut self, text: &str) {
        match self.cdata_end(text) {
            Some((inside, after)) => {
                self.in_cdata = false;
                self.feed(inside);
                self.feed(after);
            }
            // The common case needs no tokenizer: text without a character reference is its own token.
            None if self.after_tag && !text.contains('&') => self.tokenizer.sink.text(text),
            None => self.feed(text),
        }
    }

    /// The parts of `text` around the end of the CDATA section that is open, if any.
    fn cdata_end<'a>(&self, text: &'a str) -> Option<(&'a str, &'a str)> {
        if self.in_cdata {
            text.split_once(CDATA_END)
        } else {
            None
        }
    }

    /// Takes what starts at the `<` at the start of `markup`; returns what comes after it.
    fn construct<'a>(&mut self, markup: &'a str) -> &'a str {
        let construct = self.tokenizer.sink.next_construct(markup);
        self.after_tag = matches!(construct, Construct::Tag);
        match construct {
            Construct::Tag => self.tag(markup),
            Construct::Cdata => {
                self.in_cdata = true;
                &markup[CDATA_START.len()..]
            }
            Construct::Other { len } => {
                let (start, after) = markup.split_at(len);
                self.feed(start);
                after
            }
        }
    }

    /// Takes the tag at the start of `markup`, without the attributes that nobody wants. A tag that is cut off is no tag, and
    /// nothing comes after it.
    fn tag<'a>(&mut self, markup: &'a str) -> &'a str {
        let Some(end) = tag_end(markup) else {
            return "";
        };
        let (tag, after) = markup.split_at(end.len);
        let start = tag_start(tag);
        let wants_attributes = tag.len() <= MAX_TAG_BYTES
            && self.tokenizer.sink.reader.borrow().wants_attributes(start);
        if wants_attributes || tag.len() == start.len() + 1 {
            self.feed(tag);
        } else {
            self.feed(start);
            self.feed(if end.self_closing { "/>" } else { ">" });
        }
        after
    }

    fn feed(&self, piece: &str) {
        self.input.push_back(StrTendril::from_slice(piece));
        let result = self.tokenizer.feed(&self.input);
        debug_assert!(
            matches!(result, TokenizerResult::Done),
            "the sink stops for no script and no charset"
        );
    }
}

pub(super) fn clamp(html: &str) -> &str {
    &html[..html.floor_char_boundary(MAX_HTML_BYTES)]
}

/// What a `<` starts, given where the tokenizer stands.
enum Construct {
    /// A start tag or an end tag.
    Tag,
    /// A CDATA section, which HTML has not, but feeds that wrap twice have: its content is read as markup.
    Cdata,
    /// Anything else: `len` bytes that can be fed without a look at what follows.
    Other { len: usize },
}

pub(super) struct Sink<R> {
    pub(super) reader: RefCell<R>,
    /// The element whose raw text is being read: only its own end tag is markup.
    pub(super) raw_text: RefCell<Option<LocalName>>,
    /// A comment or doctype has begun, and not ended: nothing in it is markup.
    pub(super) in_declaration: Cell<bool>,
}

impl<R> Sink<R> {
    /// Tells what the `<` at the start of `markup` begins, and notes the start of a declaration.
    fn next_construct(&self, markup: &str) -> Construct {
        if self.in_declaration.get() {
            return Construct::Other { len: 1 };
        }
        if let Some(name) = &*self.raw_text.borrow() {
            return if ends_raw_text(markup, name) {
                Construct::Tag
            } else {
                Construct::Other { len: 1 }
            };
        }
        match markup.as_bytes() {
            [_, b'a'..=b'z' | b'A'..=b'Z', ..] | [_, b'/', b'a'..=b'z' | b'A'..=b'Z', ..] => {
                Construct::Tag
            }
            [_, b'/', b'>', ..] => Construct::Other { len: 3 },
            [_, b'!', b'[', ..] if markup.starts_with(CDATA_START) => Construct::Cdata,
            [_, b'!' | b'?', ..] | [_, b'/', _, ..] => {
                self.in_declaration.set(true);
                Construct::Other { len: 2 }
            }
            _ => Construct::Other { len: 1 },
        }
    }
}

impl<R: Reader> Sink<R> {
    fn text(&self, text: &str) {
        if self.raw_text.borrow().is_none() {
            self.reader.borrow_mut().text(text);
        }
    }
}

impl<R: Reader> TokenSink for Sink<R> {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        match token {
            Token::CharacterTokens(text) => self.text(&text),
            Token::CommentToken(_) | Token::DoctypeToken(_) => self.in_declaration.set(false),
            Token::TagToken(tag) => {
                self.reader.borrow_mut().tag(&tag);
                let raw_kind = raw_kind(&tag);
                *self.raw_text.borrow_mut() = raw_kind.map(|_| tag.name);
                return raw_kind.map_or(TokenSinkResult::Continue, TokenSinkResult::RawData);
            }
            Token::NullCharacterToken | Token::EOFToken | Token::ParseError(_) => {}
        }
        TokenSinkResult::Continue
    }
}

/// Whether the `<` at the start of `markup` begins the end tag of the raw text element `name`.
fn ends_raw_text(markup: &str, name: &LocalName) -> bool {
    let Some((end_tag, after)) = markup.split_at_checked(2 + name.len()) else {
        return false;
    };
    let is_delimited = matches!(
        after.as_bytes().first(),
        Some(b' ' | b'\t' | b'\n' | b'\r' | b'\x0c' | b'/' | b'>')
    );
    is_delimited && end_tag.starts_with("</") && end_tag[2..].eq_ignore_ascii_case(name)
}

/// How the content of the element that `tag` starts is tokenized, if not as markup.
///
/// Feeds are often written as XHTML, where `<script/>` and `<iframe/>` are empty: they would swallow the article otherwise.
/// None of it is text of an article, so that no reader sees it; that is why `script` needs none of the standard's own states.
fn raw_kind(tag: &Tag) -> Option<RawKind> {
    if tag.kind == TagKind::EndTag || tag.self_closing {
        return None;
    }
    match tag.name {
        local_name!("script")
        | local_name!("style")
        | local_name!("iframe")
        | local_name!("noembed")
        | local_name!("noframes") => Some(RawKind::Rawtext),
        local_name!("title") | local_name!("textarea") => Some(RawKind::Rcdata),
        _ => None,
    }
}
