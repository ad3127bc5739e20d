//! Tokens to links: what a page says of other documents in its head (`link`, `base`) and in its text (`a`).

use html5ever::local_name;
use html5ever::tokenizer::{Tag, TagKind};

use super::tokens::Reader;
use crate::clean::{self, Line};

/// What a page links to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HtmlLinks {
    /// The first `<base href>`, as the markup has it: what the links are relative to.
    pub base: Option<String>,
    /// The links, in document order.
    pub links: Vec<HtmlLink>,
}

/// A link of a page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HtmlLink {
    /// The address as the markup has it, entities decoded; it may be relative. Never empty.
    pub href: String,
    /// Relations, in lower case, each a word.
    pub rel: Vec<String>,
    /// The media type as the markup has it.
    pub media_type: Option<String>,
    /// The attribute `title`, cleaned to one line; for an anchor without one, its text.
    pub title: Option<String>,
    /// Whether it is an anchor of the text (`a`) rather than said of the page as a whole (`link`).
    pub anchor: bool,
}

/// Collects the links of a page.
pub(super) struct Links {
    limit: usize,
    found: HtmlLinks,
    /// The text of the anchor that the tokens are in; only of one without a title.
    anchor: Option<Line>,
}

impl Links {
    pub(super) fn new(limit: usize) -> Links {
        Links {
            limit,
            found: HtmlLinks::default(),
            anchor: None,
        }
    }

    pub(super) fn finish(mut self) -> HtmlLinks {
        self.end_anchor();
        self.found
    }

    fn add(&mut self, tag: &Tag, anchor: bool) {
        let Some(href) = attribute(tag, "href").filter(|href| !href.is_empty()) else {
            return;
        };
        if self.found.links.len() >= self.limit {
            return;
        }
        let rel = attribute(tag, "rel").unwrap_or_default();
        let link = HtmlLink {
            href,
            rel: rel
                .split_ascii_whitespace()
                .map(str::to_ascii_lowercase)
                .collect(),
            media_type: attribute(tag, "type").filter(|media_type| !media_type.is_empty()),
            title: attribute(tag, "title").filter(|title| !title.is_empty()),
            anchor,
        };
        if anchor && link.title.is_none() {
            self.anchor = Some(Line::default());
        }
        self.found.links.push(link);
    }

    fn end_anchor(&mut self) {
        let Some(mut text) = self.anchor.take() else {
            return;
        };
        let text = text.take();
        if let Some(link) = self.found.links.last_mut().filter(|_| !text.is_empty()) {
            link.title = Some(text);
        }
    }
}

impl Reader for Links {
    fn text(&mut self, text: &str) {
        if let Some(anchor) = &mut self.anchor {
            anchor.push_str(text);
        }
    }

    fn tag(&mut self, tag: &Tag) {
        let starts = tag.kind == TagKind::StartTag;
        match tag.name {
            local_name!("a") => {
                self.end_anchor();
                if starts {
                    self.add(tag, true);
                }
            }
            local_name!("link") if starts => {
                self.end_anchor();
                self.add(tag, false);
            }
            local_name!("base") if starts && self.found.base.is_none() => {
                self.found.base = attribute(tag, "href").filter(|href| !href.is_empty());
            }
            _ => {
                if let Some(anchor) = &mut self.anchor {
                    anchor.push_space();
                }
            }
        }
    }

    fn wants_attributes(&self, tag_start: &str) -> bool {
        ["<a", "<link", "<base"]
            .iter()
            .any(|name| tag_start.eq_ignore_ascii_case(name))
    }

    fn is_done(&self) -> bool {
        self.found.links.len() >= self.limit && self.anchor.is_none()
    }
}

/// The value of an attribute, cleaned to one line.
fn attribute(tag: &Tag, name: &str) -> Option<String> {
    let attribute = tag
        .attrs
        .iter()
        .find(|attribute| *attribute.name.local == *name)?;
    Some(clean::line(&attribute.value))
}

#[cfg(test)]
mod tests {
    use crate::html::links;

    #[test]
    fn links_of_head_and_text_are_told_apart() {
        let page = r#"<html><head><BASE href=" /blog/ "><base href="/other/">
            <LINK REL="Alternate  feed" TYPE="application/atom+xml" href="a.xml?x=1&amp;y=2" title=" All&nbsp;news ">
            <link rel=stylesheet href=""><script>"<a href=no>"</script></head>
            <body><a href="/rss"><img src=x>Subscribe <b>here</b></a> <a name=top>no</a>
            <a href="/atom" title="Titled">text</a><a href=/open>open"#;
        let found = links(page, 10);
        assert_eq!(found.base.as_deref(), Some("/blog/"));
        let short: Vec<_> = found
            .links
            .iter()
            .map(|link| {
                (
                    link.href.as_str(),
                    link.rel.join(","),
                    link.title.as_deref(),
                    link.anchor,
                )
            })
            .collect();
        assert_eq!(
            short,
            [
                (
                    "a.xml?x=1&y=2",
                    "alternate,feed".to_owned(),
                    Some("All news"),
                    false
                ),
                ("/rss", String::new(), Some("Subscribe here"), true),
                ("/atom", String::new(), Some("Titled"), true),
                ("/open", String::new(), Some("open"), true),
            ]
        );
    }

    #[test]
    fn no_more_links_than_wanted_are_kept() {
        let page = "<a href=/x>x</a>".repeat(1000);
        assert_eq!(links(&page, 7).links.len(), 7);
    }
}
