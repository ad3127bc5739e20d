//! Tokens to images: the sources, the alternative texts, and the captions of figures.

use std::collections::HashSet;

use html5ever::tokenizer::{Tag, TagKind};
use html5ever::{LocalName, local_name};

use super::tokens::Reader;
use crate::clean::{self, Line};

/// An image that a fragment shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HtmlImage {
    /// The address as the markup has it, entities decoded; it may be relative. Never empty, never a `data:` URL.
    pub src: String,
    /// The alternative text, cleaned to one line; absent where the markup has none or an empty one.
    pub alt: Option<String>,
    /// The caption of the figure that the image is in, cleaned to one line.
    pub caption: Option<String>,
}

/// Where pages that load their images late keep the address, in order of preference.
const LAZY_SOURCES: [&str; 3] = ["data-src", "data-original", "data-lazy-src"];

/// Collects the images of a fragment.
pub(super) struct Images {
    limit: usize,
    images: Vec<HtmlImage>,
    seen_sources: HashSet<String>,
    figure: Option<Figure>,
}

/// The figure that the tokens are in.
#[derive(Default)]
struct Figure {
    /// The index of its first image.
    first_image: usize,
    caption: Line,
    in_caption: bool,
}

impl Images {
    pub(super) fn new(limit: usize) -> Images {
        Images {
            limit,
            images: Vec::new(),
            seen_sources: HashSet::new(),
            figure: None,
        }
    }

    pub(super) fn finish(mut self) -> Vec<HtmlImage> {
        self.end_figure();
        self.images
    }

    fn add(&mut self, tag: &Tag) {
        let attribute = |name: &str| {
            let is_named = |attribute: &&html5ever::Attribute| *attribute.name.local == *name;
            tag.attrs
                .iter()
                .find(is_named)
                .map(|attribute| clean::keep_visible(&attribute.value))
        };
        let shows_something = |src: &str| !src.is_empty() && !starts_with_ignore_case(src, "data:");
        let mut sources = std::iter::once("src")
            .chain(LAZY_SOURCES)
            .filter_map(attribute);
        let Some(src) = sources.find(|src| shows_something(src)) else {
            return;
        };
        if self.images.len() < self.limit && self.seen_sources.insert(src.to_string()) {
            let alt = attribute("alt")
                .map(|alt| clean::line(&alt))
                .filter(|alt| !alt.is_empty());
            self.images.push(HtmlImage {
                src: src.into_owned(),
                alt,
                caption: None,
            });
        }
    }

    fn end_figure(&mut self) {
        let Some(mut figure) = self.figure.take() else {
            return;
        };
        let caption = figure.caption.take();
        if !caption.is_empty() {
            for image in self.images.iter_mut().skip(figure.first_image) {
                image.caption = Some(caption.clone());
            }
        }
    }
}

impl Reader for Images {
    fn text(&mut self, text: &str) {
        if let Some(figure) = self.figure.as_mut().filter(|figure| figure.in_caption) {
            figure.caption.push_str(text);
        }
    }

    fn tag(&mut self, tag: &Tag) {
        let starts = tag.kind == TagKind::StartTag;
        match tag.name {
            local_name!("img") if starts => self.add(tag),
            local_name!("figure") => {
                self.end_figure();
                self.figure = starts.then(|| Figure {
                    first_image: self.images.len(),
                    ..Figure::default()
                });
            }
            local_name!("figcaption") => {
                if let Some(figure) = &mut self.figure {
                    figure.in_caption = starts;
                }
            }
            _ => {
                if let Some(figure) = self.figure.as_mut().filter(|_| !is_inline(&tag.name)) {
                    figure.caption.push_space();
                }
            }
        }
    }

    fn wants_attributes(&self, tag_start: &str) -> bool {
        tag_start.eq_ignore_ascii_case("<img")
    }

    fn is_done(&self) -> bool {
        self.images.len() >= self.limit && self.figure.is_none()
    }
}

/// Whether a tag may stand inside a word of a caption. `span` may not: newsrooms put the credit into one, without a space.
fn is_inline(name: &LocalName) -> bool {
    matches!(
        *name,
        local_name!("a")
            | local_name!("abbr")
            | local_name!("b")
            | local_name!("em")
            | local_name!("i")
            | local_name!("strong")
            | local_name!("sub")
            | local_name!("sup")
    )
}

fn starts_with_ignore_case(text: &str, start: &str) -> bool {
    text.get(..start.len())
        .is_some_and(|head| head.eq_ignore_ascii_case(start))
}
