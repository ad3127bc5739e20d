//! Web pages of articles: the article's paragraphs, and what the page says of it.

mod authors;
mod body;
mod head;
mod linked;
mod slim;
#[cfg(test)]
mod tests;
mod title;

pub use authors::byline_names;
use linked::Linked;

use crate::article::split_credit;
use crate::clean;
use slim::slim;

/// Paragraphs among which the headline may stand.
const ABOVE: usize = 3;

/// An article as its page gives it. Absent means that the page does not say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// The headline, without the site's name.
    pub title: Option<String>,
    /// Who wrote it, as the page names them.
    pub authors: Vec<String>,
    /// The site's name.
    pub publisher: Option<String>,
    /// When it was published and changed, as written, the surest first.
    pub dates: Vec<PageDate>,
    /// The lead image.
    pub image: Option<PageImage>,
    /// The section that the site files it under.
    pub section: Option<String>,
    /// Keywords.
    pub tags: Vec<String>,
    /// The language that the page declares: `en-GB`.
    pub language: Option<String>,
    /// The address that the page gives itself, as written.
    pub canonical: Option<String>,
    /// What it is about, in a sentence or two.
    pub summary: Option<String>,
    /// The text, paragraph by paragraph, in order.
    pub paragraphs: Vec<String>,
}

impl Page {
    /// Whether no text of an article was found.
    #[must_use]
    pub fn is_without_text(&self) -> bool {
        self.paragraphs.is_empty()
    }
}

/// A date as a page states it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageDate {
    /// Of what.
    pub role: DateRole,
    /// Where it stands.
    pub place: DatePlace,
    /// As written.
    pub text: String,
}

/// What a date is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateRole {
    /// Publication.
    Published,
    /// The last change.
    Modified,
}

/// Where in a page a date stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatePlace {
    /// In its linked data.
    LinkedData,
    /// In a meta element.
    Meta,
    /// In an element of its text.
    Element,
}

/// A picture of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageImage {
    /// Its address, as written.
    pub url: String,
    /// What it shows.
    pub caption: Option<String>,
    /// Who made or supplied it.
    pub credit: Option<String>,
}

/// Reads the page of an article. Whatever is there, something comes back; time is bounded by the limits of what is kept of the page, some hundred
/// milliseconds at the most.
#[must_use]
pub fn read(page: &str) -> Page {
    let slim = slim(page);
    let head = &slim.head;
    let linked = linked::read(&head.data);
    let publisher = linked.publisher.clone().or_else(|| {
        head.meta(&["og:site_name", "application-name"])
            .map(str::to_owned)
    });
    let title = title::title(head, &linked, publisher.as_deref());
    let summary = head.meta(&["og:description", "description", "twitter:description"]);
    Page {
        authors: authors::authors(head, &linked),
        dates: dates(&slim.head, &linked),
        image: image(&slim.head, &linked),
        section: linked
            .section
            .clone()
            .or_else(|| head.meta(&["article:section"]).map(str::to_owned)),
        tags: tags(head, &linked),
        language: head.language.clone(),
        canonical: head
            .canonical
            .clone()
            .or_else(|| head.meta(&["og:url"]).map(str::to_owned)),
        summary: summary.map(str::to_owned),
        paragraphs: without_headlines(
            body::paragraphs(&slim.html, linked.body.as_deref(), summary),
            title.iter().chain(&head.headings),
        ),
        title,
        publisher,
    }
}

/// An article that is given as linked data alone (JSON-LD of schema.org), its text in `articleBody`; none where there is no article.
#[must_use]
pub fn of_linked_data(json: &str) -> Option<Page> {
    let linked = linked::read(&[json]);
    if !linked.is_article {
        return None;
    }
    let head = head::Head::default();
    let body = linked.body.as_deref().unwrap_or_default();
    let image = linked.images.first().map(|(url, caption)| PageImage {
        url: url.clone(),
        caption: caption.clone(),
        credit: None,
    });
    Some(Page {
        authors: authors::authors(&head, &linked),
        dates: dates(&head, &linked),
        tags: tags(&head, &linked),
        paragraphs: clean::paragraphs(body),
        title: linked.headline,
        publisher: linked.publisher,
        image,
        section: linked.section,
        language: linked.language,
        canonical: linked.url,
        summary: linked.description,
    })
}

/// Paragraphs without the headline that stands above them.
fn without_headlines<'t>(
    mut paragraphs: Vec<String>,
    headlines: impl Iterator<Item = &'t String>,
) -> Vec<String> {
    let known: Vec<String> = headlines.map(|headline| title::folded(headline)).collect();
    let headline = paragraphs
        .iter()
        .take(ABOVE)
        .position(|text| known.contains(&title::folded(text)));
    if let Some(place) = headline {
        paragraphs.remove(place);
    }
    paragraphs
}

fn dates(head: &head::Head<'_>, linked: &Linked) -> Vec<PageDate> {
    let mut dates = Vec::new();
    let mut add = |role, place, text: Option<&str>| {
        if let Some(text) = text {
            dates.push(PageDate {
                role,
                place,
                text: text.to_owned(),
            });
        }
    };
    add(
        DateRole::Published,
        DatePlace::LinkedData,
        linked.published.as_deref(),
    );
    add(
        DateRole::Published,
        DatePlace::Meta,
        head.meta(&[
            "article:published_time",
            "og:published_time",
            "datepublished",
            "date",
            "pubdate",
            "publishdate",
            "publish-date",
            "publish_date",
            "dc.date.issued",
            "dc.date",
            "dcterms.created",
            "dcterms.date",
            "parsely-pub-date",
            "sailthru.date",
            "article.published",
            "cxenseparse:recs:publishtime",
            "citation_publication_date",
            "citation_online_date",
        ]),
    );
    let publication = head
        .times
        .iter()
        .find(|(is_publication, _)| *is_publication);
    let time = publication.or(head.times.first());
    add(
        DateRole::Published,
        DatePlace::Element,
        time.map(|(_, text)| text.as_str()),
    );
    add(
        DateRole::Modified,
        DatePlace::LinkedData,
        linked.modified.as_deref(),
    );
    add(
        DateRole::Modified,
        DatePlace::Meta,
        head.meta(&[
            "article:modified_time",
            "og:updated_time",
            "datemodified",
            "last-modified",
            "dcterms.modified",
        ]),
    );
    dates
}

fn image(head: &head::Head<'_>, linked: &Linked) -> Option<PageImage> {
    let described = linked.images.first();
    let url = head.meta(&[
        "og:image",
        "og:image:url",
        "og:image:secure_url",
        "twitter:image",
        "twitter:image:src",
    ]);
    let url = url.or(described.map(|(url, _)| url.as_str()))?;
    let described = described.and_then(|(_, caption)| caption.clone());
    let mut below = head.captions.iter().map(|caption| slim::line(caption));
    let below = below.find(|caption| !caption.is_empty());
    let alternative = head.meta(&["og:image:alt", "twitter:image:alt"]);
    let written = described.or(below).or(alternative.map(str::to_owned));
    let (caption, credit) = match written.as_deref().and_then(split_credit) {
        Some((caption, credit)) => (Some(caption.trim().to_owned()), Some(credit)),
        None => (written, None),
    };
    Some(PageImage {
        url: url.to_owned(),
        caption: caption.filter(|caption| !caption.is_empty()),
        credit,
    })
}

fn tags(head: &head::Head<'_>, linked: &Linked) -> Vec<String> {
    let stated: Vec<String> = head.metas_of("article:tag").map(str::to_owned).collect();
    let keywords = head
        .meta(&["news_keywords", "keywords"])
        .unwrap_or_default();
    let keywords = keywords.split(',').map(|word| word.trim().to_owned());
    let mut tags: Vec<String> = Vec::new();
    let lists = [linked.keywords.clone(), stated, keywords.collect()];
    for tag in lists
        .into_iter()
        .find(|list| list.iter().any(|tag| !tag.is_empty()))
        .unwrap_or_default()
    {
        if !tag.is_empty() && !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    tags
}
