//! Plain-text articles, as they are dropped into a folder, to their parts.
//!
//! The parts are told apart by their form and their place alone. The decisions, in this order:
//!
//! 1. **Articles.** A separator (a rule, a form feed, an end mark such as `ENDS`, `###`, `-30-`) parts two articles where a headline above a body
//!    stands behind it, and one before it. A short rule is believed only where that headline has four words, or a byline, a date, an agency or a
//!    source line is there; asterisks only with one of these. Any other separator is a rule within an article.
//! 2. **Paragraphs** are those of [`clean::paragraphs`], without rules and end marks. Above the body, a line that is a byline or a date and
//!    nothing else stands alone, and a dateline begins a paragraph. All that follows looks at whole paragraphs.
//! 3. **Trailer.** A last paragraph that consists of a known phrase and a name ("Read the original article on X") gives the
//!    original publisher.
//! 4. **One paragraph** is a headline where it is short, and body otherwise. Nothing else is looked for.
//! 5. **Source line.** A short first paragraph in title case that reads like the name of a medium or a collection, above a
//!    longer line that reads like a headline, above something else.
//! 6. **Headline.** A first short paragraph that does not end like a sentence, above something else.
//! 7. **Front matter**: byline, dates, image and key points, each once at most, in any order, without anything between them.
//!    - *Byline*: "By", then nothing but names, and for whom they write: an agency or a medium. Where it says what they are by trade, it
//!      stays in the body too. A line below it that is an agency and nothing else is for whom they write.
//!    - *Dates*: a date and nothing else, with "Published", "Updated" or the like before it or without.
//!    - *Image*, below a headline alone: a paragraph above one that is nothing but a credit; a paragraph that ends with its
//!      credit; a paragraph that says itself that it is a caption. Where an alternative text was glued to the caption without
//!      a space, it is split off. Below a caption that says that it is one, a person's name is its credit, also without label and agency.
//!    - *Key points*: a run of list items. Numbered ones are body.
//! 8. **Body** is everything else, in its order. A paragraph that fits nowhere ends the front matter: in doubt it is body.
//! 9. **Dateline.** Where the body begins with one that names an agency, `LONDON (AP) — …`, the agency is told; the dateline stays in the body,
//!    as the places and times of a text are found in it.
//!
//! Every word of the text is in some part of the result, but for end marks and the phrases of trailer, byline, date and credit label.

mod caption;
mod dateline;
mod front;
mod lines;
mod names;
mod several;
#[cfg(test)]
mod tests;
mod trailer;

pub(crate) use caption::split_credit;
pub use front::Dates;

use crate::clean;
use front::Credits;

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
    /// The agency or medium that its dateline or its byline names.
    pub agency: Option<String>,
    /// When it was published, as written and without a label.
    pub published: Option<String>,
    /// When it was changed, likewise.
    pub updated: Option<String>,
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

/// Splits a plain text into its articles and these into their parts, see the decisions at the head of this file; at least one, which is
/// without any part where the text is blank. `dates` says what a date is. Time and memory are linear.
pub fn split_plain(text: &str, dates: Dates<'_>) -> Vec<PlainArticle> {
    let articles = several::articles(text, dates);
    articles.into_iter().map(|text| one(text, dates)).collect()
}

/// The parts of a text that is one article.
fn one(text: &str, dates: Dates<'_>) -> PlainArticle {
    let mut paragraphs = lines::paragraphs(text, dates);
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
    rest = read_credits(rest, &mut article, dates);
    if front::has_headline(rest) {
        (article.headline, rest) = (rest.first().cloned(), &rest[1..]);
    }
    let body = read_front_matter(rest, &mut article, dates);
    if article.agency.is_none() {
        let agency = body.first().and_then(|first| dateline::agency(first));
        article.agency = agency.map(str::to_owned);
    }
    article.body.extend_from_slice(body);
    article
}

/// Reads what stands between headline and body; returns the body, but for lines that say more than what is read, which begin it.
fn read_front_matter<'a>(
    mut rest: &'a [String],
    article: &mut PlainArticle,
    dates: Dates<'_>,
) -> &'a [String] {
    // Each turn fills a part that was empty, so that there are few.
    loop {
        rest = read_credits(rest, article, dates);
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

/// Reads bylines and dates; returns what is below them.
fn read_credits<'a>(
    mut rest: &'a [String],
    article: &mut PlainArticle,
    dates: Dates<'_>,
) -> &'a [String] {
    while let Some((first, below)) = rest.split_first() {
        let Some(credits) = front::credits(first, dates).filter(|credits| article.lacks(credits))
        else {
            break;
        };
        rest = below;
        let is_byline = !credits.authors.is_empty();
        // With another publisher there is no part for the agency.
        let has_no_place = credits.agency.is_some() && article.original_publisher.is_some();
        if credits.says_more || has_no_place {
            article.body.push(first.clone());
        }
        article.take(credits);
        let agency = rest.first().filter(|next| {
            is_byline
                && article.agency.is_none()
                && article.original_publisher.is_none()
                && names::is_wire(next)
        });
        if agency.is_some() {
            (article.agency, rest) = (agency.cloned(), &rest[1..]);
        }
    }
    rest
}

impl PlainArticle {
    /// Whether nothing of what `credits` say is known already.
    fn lacks(&self, credits: &Credits) -> bool {
        let is_free = |own: &Option<String>, new: &Option<String>| own.is_none() || new.is_none();
        (self.byline.is_empty() || credits.authors.is_empty())
            && is_free(&self.agency, &credits.agency)
            && is_free(&self.published, &credits.published)
            && is_free(&self.updated, &credits.updated)
    }

    /// Takes what `credits` say.
    fn take(&mut self, credits: Credits) {
        self.byline.extend(credits.authors);
        self.agency = self.agency.take().or(credits.agency);
        self.published = self.published.take().or(credits.published);
        self.updated = self.updated.take().or(credits.updated);
    }
}

fn is_short(paragraph: &str) -> bool {
    paragraph.chars().nth(MAX_HEADLINE_CHARS).is_none()
}
