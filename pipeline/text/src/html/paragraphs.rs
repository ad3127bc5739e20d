//! Tokens to paragraphs: which elements part the text, and which are no text at all.

use html5ever::tokenizer::{Tag, TagKind};
use html5ever::{LocalName, local_name};

use super::tokens::Reader;
use crate::clean::Line;

/// Builds the paragraphs of a fragment.
#[derive(Default)]
pub(super) struct Paragraphs {
    paragraphs: Vec<String>,
    line: Line,
    /// The length of the line when the last `<br>` came: a second one at the same place parts paragraphs.
    break_at: Option<usize>,
    /// The dropped element that the tokens are in, and how many of its name are open.
    dropped: Option<(LocalName, usize)>,
}

impl Paragraphs {
    pub(super) fn finish(mut self) -> Vec<String> {
        self.end_paragraph();
        self.paragraphs
    }

    fn end_paragraph(&mut self) {
        self.break_at = None;
        let paragraph = self.line.take();
        if !paragraph.is_empty() {
            self.paragraphs.push(paragraph);
        }
    }

    fn line_break(&mut self) {
        if self.break_at == Some(self.line.len()) {
            self.end_paragraph();
        } else {
            self.break_at = Some(self.line.len());
            self.line.push_space();
        }
    }

    /// Follows `tag` inside of a dropped element; says whether the tag is still part of it.
    fn stays_dropped(&mut self, tag: &Tag) -> bool {
        let Some((name, open)) = &mut self.dropped else {
            return false;
        };
        match tag.kind {
            TagKind::StartTag if tag.name == *name && !tag.self_closing => *open += 1,
            TagKind::EndTag if tag.name == *name => *open -= 1,
            _ => {}
        }
        if *open == 0 {
            self.dropped = None;
            return true;
        }
        let broken_out =
            tag.kind == TagKind::StartTag && ends_at_block(name) && role(&tag.name) == Role::Block
                || *name == local_name!("rt") && tag.name == local_name!("ruby");
        if broken_out {
            self.dropped = None;
        }
        !broken_out
    }
}

impl Reader for Paragraphs {
    fn text(&mut self, text: &str) {
        if self.dropped.is_none() {
            self.line.push_str(text);
        }
    }

    fn tag(&mut self, tag: &Tag) {
        if self.stays_dropped(tag) {
            return;
        }
        match role(&tag.name) {
            Role::Inline => {}
            Role::Block => self.end_paragraph(),
            Role::Cell => self.line.push_space(),
            // `<br></br>`, as XHTML allows, is one break.
            Role::LineBreak if tag.kind == TagKind::StartTag => self.line_break(),
            Role::LineBreak => {}
            Role::Dropped => {
                if tag.kind == TagKind::StartTag && !tag.self_closing {
                    self.dropped = Some((tag.name.clone(), 1));
                }
            }
        }
    }

    fn wants_attributes(&self, _tag_start: &str) -> bool {
        false
    }
}

/// What an element means for the text around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    /// It is part of the line.
    Inline,
    /// It stands in paragraphs of its own.
    Block,
    /// A space parts it from its neighbours.
    Cell,
    LineBreak,
    /// Neither it nor its content is text of the article.
    Dropped,
}

fn role(name: &LocalName) -> Role {
    match *name {
        local_name!("br") => Role::LineBreak,
        local_name!("td") | local_name!("th") => Role::Cell,
        local_name!("address")
        | local_name!("article")
        | local_name!("aside")
        | local_name!("blockquote")
        | local_name!("body")
        | local_name!("caption")
        | local_name!("center")
        | local_name!("dd")
        | local_name!("details")
        | local_name!("dialog")
        | local_name!("dir")
        | local_name!("div")
        | local_name!("dl")
        | local_name!("dt")
        | local_name!("fieldset")
        | local_name!("figcaption")
        | local_name!("figure")
        | local_name!("footer")
        | local_name!("form")
        | local_name!("h1")
        | local_name!("h2")
        | local_name!("h3")
        | local_name!("h4")
        | local_name!("h5")
        | local_name!("h6")
        | local_name!("header")
        | local_name!("hgroup")
        | local_name!("hr")
        | local_name!("html")
        | local_name!("legend")
        | local_name!("li")
        | local_name!("listing")
        | local_name!("main")
        | local_name!("menu")
        | local_name!("nav")
        | local_name!("ol")
        | local_name!("p")
        | local_name!("pre")
        | local_name!("search")
        | local_name!("section")
        | local_name!("summary")
        | local_name!("table")
        | local_name!("tbody")
        | local_name!("tfoot")
        | local_name!("thead")
        | local_name!("tr")
        | local_name!("ul") => Role::Block,
        // Embedded things and what an old browser shows in their stead; form controls; the reading aids in ruby.
        local_name!("audio")
        | local_name!("canvas")
        | local_name!("head")
        | local_name!("noscript")
        | local_name!("object")
        | local_name!("rp")
        | local_name!("rt")
        | local_name!("select")
        | local_name!("svg")
        | local_name!("template")
        | local_name!("video") => Role::Dropped,
        _ => Role::Inline,
    }
}

/// Whether a block element ends the dropped element `name` even without its end tag, as in the standard's tree building:
/// an unclosed drawing or head must not swallow the article.
fn ends_at_block(name: &LocalName) -> bool {
    matches!(
        *name,
        local_name!("head")
            | local_name!("svg")
            | local_name!("select")
            | local_name!("rt")
            | local_name!("rp")
    )
}
