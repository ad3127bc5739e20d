//! A plain-text article, as it is dropped into a folder, to its parts.
//!
//! The parts are told apart by their form and their place alone. The decisions, in this order:
//!
//! 1. **Paragraphs** are those of [`clean::paragraphs`]; all that follows looks at whole paragraphs.
//! 2. **Trailer.** A last paragraph that consists of a known phrase and a name ("Read the original article on X") gives the
//!    original publisher.
//! 3. **One paragraph** is a headline where it is short, and body otherwise. Nothing else is looked for.
//! 4. **Source line.** A short first paragraph in title case that reads like the name of a medium or a collection, above a
//!    longer line that reads like a headline, above something else.
//! 5. **Headline.** A first short paragraph that does not end like a sentence, above something else.
//! 6. **Front matter**: byline, image and key points, each once at most, in any order, without anything between them.
//!    - *Byline*: "By", then nothing but names.
//!    - *Image*, below a headline alone: a paragraph above one that is nothing but a credit; a paragraph that ends with its
//!      credit; a paragraph that says itself that it is a caption. Where an alternative text was glued to the caption without
//!      a space, it is split off.
//!    - *Key points*: a run of list items.
//! 7. **Body** is everything else, in its order. A paragraph that fits nowhere ends the front matter: in doubt it is body.
//!
//! Every word of the text is in some part of the result, but for the phrases of trailer, byline and credit label.

mod caption;
mod front;
mod names;
#[cfg(test)]
mod tests;
mod trailer;

pub(crate) use caption::split_credit;

use crate::clean;

/// The longest paragraph that can be a headline, in characters. Headlines on the web end below 120, those of agencies and of
/// the tabloid press below 200; a first sentence of a body that is shorter still ends with its full stop.
const MAX_HEADLINE_CHARS: usize = 200;

/// The parts of a plain-text article; what it does not have is absent or empty. All texts are clean lines, none is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlainArticle {
    /// The line above the headline that names the medium or the collection.
    pub source_line: Option<String>,
    /// The headline.
    pub headline: Option<String>,
    /// The names of the authors.
    pub byline: Vec<String>,
    /// What the text tells about the article's image.
    pub image: Option<PlainImage>,
    /// The items of the list above the body, without their bullets.
    pub key_points: Vec<String>,
    /// The paragraphs of the body.
    pub body: Vec<String>,
    /// The publisher that the trailer names.
    pub original_publisher: Option<String>,
}

/// What a plain-text article tells about its image: at least one of the three.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlainImage {
    /// The alternative text, where it stood before the caption.
    pub alt: Option<String>,
    /// The caption.
    pub caption: Option<String>,
    /// Who made or owns the image, without a label such as "Photo:" and without parentheses around it.
    pub credit: Option<String>,
}

/// Splits a plain-text article into its parts, see the decisions at the head of this file. Time and memory are linear.
pub fn split_plain(text: &str) -> PlainArticle {
    let mut paragraphs = clean::paragraphs(text);
    let mut article = PlainArticle::default();
    if paragraphs.len() > 1 {
        article.original_publisher = paragraphs.last().and_then(|last| trailer::publisher(last));
        if article.original_publisher.is_some() {
            paragraphs.pop();
        }
    }
    if let [only] = paragraphs.as_slice() {
        let is_headline = is_short(only) && clean::bullet(only).is_none();
        if is_headline {
            article.headline = Some(only.clone());
        } else {
            article.body = paragraphs;
        }
        return article;
    }

    let mut rest = paragraphs.as_slice();
    if front::is_source_line(rest) {
        (article.source_line, rest) = (rest.first().cloned(), &rest[1..]);
    }
    if front::has_headline(rest) {
        (article.headline, rest) = (rest.first().cloned(), &rest[1..]);
    }
    article.body = read_front_matter(rest, &mut article).to_vec();
    article
}

/// Reads what stands between headline and body; returns the body.
fn read_front_matter<'a>(mut rest: &'a [String], article: &mut PlainArticle) -> &'a [String] {
    // Each turn fills a part that was empty, so that there are four turns at most.
    loop {
        let byline = if article.byline.is_empty() {
            rest.first().and_then(|first| front::byline(first))
        } else {
            None
        };
        if let Some(names) = byline {
            article.byline = names;
            rest = &rest[1..];
            continue;
        }
        let image = if article.image.is_none() {
            caption::image(rest, article.headline.is_some())
        } else {
            None
        };
        if let Some((image, paragraphs)) = image {
            article.image = Some(image);
            rest = &rest[paragraphs..];
            continue;
        }
        let key_points = if article.key_points.is_empty() {
            front::key_points(rest)
        } else {
            Vec::new()
        };
        if key_points.is_empty() {
            return rest;
        }
        rest = &rest[key_points.len()..];
        article.key_points = key_points;
    }
}

fn is_short(paragraph: &str) -> bool {
    paragraph.chars().nth(MAX_HEADLINE_CHARS).is_none()
}
