//! A draft made into an article: pure, without state, one draft at a time.
//!
//! Whatever needs to know other articles (its id, its revision) is left to [`super::resolve`].

use std::collections::HashSet;

use dateline_text::page::Page;
use dateline_text::{clean, html, similar, url_key};
use url::Url;

use super::copies::Wording;
use super::dates;
use super::enrichment::Enrichment;
use super::identity::{Evidence, evidence};
use super::{addresses, cosmetic, entities, full_text, quantities, timex};
use crate::draft::{Draft, Item, Text, TextFormat};
use crate::fault::Fault;
use crate::record::{Image, Language, Models, Op, Origin, Person, Provenance, Record, SCHEMA};
use crate::store::Hash;

/// Pictures read from an item's markup when the item attaches none.
const IMAGES: usize = 16;

/// Categories of one item: more are a feed gone wrong.
pub(super) const CATEGORIES: usize = 64;

/// An article without its place among others: `id`, `revision`, `op`, `first_seen` and `emitted`
/// of the record are set when it is resolved.
#[derive(Debug, Clone, PartialEq)]
pub struct Article {
    /// The record so far.
    pub record: Record,
    /// What it is told apart by.
    pub evidence: Evidence,
    /// Whether its page was wanted for its text and could not be had.
    pub lacks_page: bool,
    /// What copies of it are known by.
    pub wording: Wording,
}

/// Makes a draft into an article.
///
/// # Errors
/// A poison fault when the draft says nothing that could be an article, and what kept a dropped page from being read.
pub fn normalise(mut draft: Draft, enrichment: &Enrichment) -> Result<Article, Fault> {
    let mut origin = draft.origin();
    let mut recovered = draft.recovered.clone();
    let page = full_text::page(&draft, &mut recovered)?;
    let page = page.as_ref();
    let lacks_page = full_text::is_lacking(&draft, page);
    if let Some(link) = page.and_then(full_text::link) {
        draft.item.link.get_or_insert(link);
    }
    let item = &draft.item;
    let title = item
        .title
        .as_ref()
        .map(one_line)
        .filter(|title| !title.is_empty())
        .or_else(|| page?.title.clone());
    let summary = item.summary.as_ref().map(paragraphs).unwrap_or_default();
    let content = item.content.as_ref().map(paragraphs).unwrap_or_default();
    if origin == Origin::Drop && page.is_some_and(Page::is_without_text) {
        return Err(Fault::poison(
            "no_text",
            "no article was found in the page; if there is one, please report it with the page",
        ));
    }
    if title.is_none() && summary.is_empty() && content.is_empty() {
        return Err(Fault::poison(
            "empty_item",
            "the item has neither title nor text; if the feed means it, there is nothing to deliver",
        ));
    }
    // A feed that gives one text gives it as the article's text, wherever it stands.
    let own = if content.is_empty() {
        &summary
    } else {
        &content
    };
    let whole = page.and_then(|page| full_text::text(page, own, &mut recovered));
    let (summary, text) = if let Some(whole) = whole {
        if origin == Origin::Feed {
            origin = Origin::Page;
        }
        let short = if summary.is_empty() { content } else { summary };
        (joined(short), joined(whole))
    } else if content.is_empty() {
        (None, joined(summary))
    } else {
        (joined(summary), joined(content))
    };
    let summary = summary.filter(|summary| Some(summary) != text.as_ref());
    let link = item.link.as_ref().map(|link| link.href.clone());
    let parsed_link = link
        .as_deref()
        .and_then(|link| Url::parse(link).ok())
        .filter(is_web);
    let declared = item.language.as_deref().and_then(language);
    let declared = declared.or_else(|| page?.language.as_deref().and_then(language));
    let sample = [title.as_deref(), text.as_deref().or(summary.as_deref())];
    let language = detected(declared, sample);
    let dates = dates::settle(&draft, language.as_ref(), page);
    recovered.extend(dates.notes);
    let mut record = Record {
        schema: SCHEMA.to_owned(),
        id: String::new(),
        revision: 0,
        op: Op::New,
        reprocessed: None,
        canonical_url: parsed_link
            .as_ref()
            .map(|link| url_key::canonical(link).to_string()),
        url: link,
        guid: item
            .guid
            .as_ref()
            .filter(|guid| guid.trust != crate::draft::Trust::Place)
            .map(|guid| guid.value.clone()),
        publisher: item
            .publisher
            .as_deref()
            .and_then(clean_line)
            .or_else(|| page?.publisher.as_deref().and_then(clean_line)),
        syndicator: item.syndicator.as_deref().and_then(clean_line),
        authors: match page {
            Some(page) if item.authors.is_empty() => authors(&full_text::authors(page)),
            _ => authors(&item.authors),
        },
        text_origin: text.is_some().then_some(origin),
        title,
        summary,
        key_points: item
            .key_points
            .iter()
            .filter_map(|point| clean_line(point))
            .collect(),
        text,
        images: match (images(item), page.and_then(|page| page.image.as_ref())) {
            (none, Some(lead)) if none.is_empty() => {
                full_text::image(&draft, lead).into_iter().collect()
            }
            (own, _) => own,
        },
        enclosures: item.enclosures.clone(),
        categories: match page {
            Some(page) if item.categories.is_empty() => {
                let stated = page.section.iter().chain(&page.tags);
                categories(&stated.cloned().collect::<Vec<_>>())
            }
            _ => categories(&item.categories),
        },
        language,
        rights: item
            .rights
            .as_deref()
            .map(html::to_text)
            .filter(|rights| !rights.is_empty()),
        published: dates.published,
        updated: dates.updated,
        first_seen: draft.fetched,
        fetched: draft.fetched,
        emitted: draft.fetched,
        entities: Vec::new(),
        timestamps: Vec::new(),
        quantities: Vec::new(),
        duplicates: None,
        fields: serde_json::Map::new(),
        provenance: Provenance {
            http_status: draft.http.as_ref().map(|http| http.status),
            etag: draft.http.as_ref().and_then(|http| http.etag.clone()),
            last_modified: draft
                .http
                .as_ref()
                .and_then(|http| http.last_modified.clone()),
            file: draft.file.clone(),
            content_hash: String::new(),
            recovered,
            models: Models::default(),
        },
        seen_in: vec![draft.source.id.clone()],
        source: draft.source.clone(),
    };
    addresses::leave_out_active(&mut record);
    enrich(&mut record, enrichment);
    let content_hash = content_hash(&record);
    record.provenance.content_hash = super::identity::hex(&content_hash);
    let evidence = evidence(item, &record, parsed_link.as_ref(), content_hash);
    let wording = Wording::of(&record, enrichment);
    Ok(Article {
        record,
        evidence,
        lacks_page,
        wording,
    })
}

/// Looks for what is wanted of a record's source in its texts.
pub(super) fn enrich(record: &mut Record, enrichment: &Enrichment) {
    let publisher = dates::publisher_country(record);
    let wanted = enrichment.wanted(&record.source.id);
    if wanted.timestamps {
        timex::annotate(record, publisher.as_deref());
    }
    if wanted.entities {
        entities::annotate(record, publisher.as_deref(), enrichment.gazetteer());
    }
    if wanted.quantities {
        quantities::annotate(record);
    }
}

/// Hash over the wording of what a reader reads. Links, dates, categories, pictures and provenance are left out: they change
/// without the article changing.
pub(super) fn content_hash(record: &Record) -> Hash {
    let mut hasher = blake3::Hasher::new();
    let mut part = |name: &str, value: &str| {
        if value.is_empty() {
            return;
        }
        // Lengths keep neighbouring parts apart.
        hasher.update(&(name.len() as u64).to_le_bytes());
        hasher.update(name.as_bytes());
        hasher.update(&(value.len() as u64).to_le_bytes());
        hasher.update(value.as_bytes());
    };
    let language = record
        .language
        .as_ref()
        .map(|language| language.code.as_str());
    let wording = |text: &str| cosmetic::wording(text, language);
    if let Some(title) = &record.title {
        part("title", &cosmetic::headline(title));
    }
    for (name, text) in [("summary", &record.summary), ("text", &record.text)] {
        if let Some(text) = text {
            part(name, &wording(text));
        }
    }
    for point in &record.key_points {
        part("key_point", &wording(point));
    }
    for name in record
        .authors
        .iter()
        .filter_map(|author| author.name.as_ref())
    {
        part("author", &wording(name));
    }
    for image in &record.images {
        for (name, text) in [("caption", &image.caption), ("credit", &image.credit)] {
            if let Some(text) = text {
                part(name, &wording(text));
            }
        }
    }
    super::identity::short(&hasher.finalize())
}

fn is_web(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https") && url.has_host()
}

/// Text on one line. Titles and the like are often doubly escaped markup even where their feed
/// says that they are plain.
fn one_line(text: &Text) -> String {
    match text.format {
        TextFormat::Html => html::to_text(&text.value),
        TextFormat::Plain => clean::line(&text.value),
    }
}

fn paragraphs(text: &Text) -> Vec<String> {
    match text.format {
        TextFormat::Html => html::to_paragraphs(&text.value),
        TextFormat::Plain => clean::paragraphs(&text.value),
    }
}

fn joined(paragraphs: Vec<String>) -> Option<String> {
    (!paragraphs.is_empty()).then(|| paragraphs.join("\n\n"))
}

fn clean_line(text: &str) -> Option<String> {
    let line = clean::line(text);
    (!line.is_empty()).then_some(line)
}

fn authors(given: &[Person]) -> Vec<Person> {
    let mut seen = HashSet::new();
    let clean = given.iter().map(|person| Person {
        name: person.name.as_deref().and_then(clean_line),
        email: person.email.as_deref().and_then(clean_line),
        url: person.url.as_deref().and_then(clean_line),
    });
    clean
        .filter(|person| *person != Person::default())
        .filter(|person| seen.insert((person.name.clone(), person.email.clone())))
        .collect()
}

fn categories(given: &[String]) -> Vec<String> {
    let mut seen = HashSet::new();
    given
        .iter()
        .filter_map(|category| clean_line(category))
        .filter(|category| seen.insert(category.clone()))
        .take(CATEGORIES)
        .collect()
}

/// The item's own pictures, else those in its markup.
fn images(item: &Item) -> Vec<Image> {
    if !item.images.is_empty() {
        return item
            .images
            .iter()
            .map(|image| Image {
                url: image.url.clone(),
                alt: image.alt.as_deref().and_then(clean_line),
                caption: image
                    .caption
                    .as_deref()
                    .map(html::to_text)
                    .filter(|text| !text.is_empty()),
                credit: image
                    .credit
                    .as_deref()
                    .map(html::to_text)
                    .filter(|text| !text.is_empty()),
            })
            .filter(|image| *image != Image::default())
            .collect();
    }
    let base = item
        .link
        .as_ref()
        .and_then(|link| Url::parse(&link.href).ok());
    let markup = [&item.content, &item.summary];
    let Some(text) = markup
        .into_iter()
        .flatten()
        .find(|text| text.format == TextFormat::Html && text.value.contains("<img"))
    else {
        return Vec::new();
    };
    html::images(&text.value, IMAGES)
        .into_iter()
        .filter_map(|image| {
            let url = match &base {
                Some(base) => base.join(&image.src).ok()?,
                None => Url::parse(&image.src).ok()?,
            };
            is_web(&url).then(|| Image {
                url: Some(url.to_string()),
                alt: image.alt,
                caption: image.caption,
                credit: None,
            })
        })
        .collect()
}

/// A declared language tag with its primary subtag; `None` when it is not a tag (BCP 47).
fn language(declared: &str) -> Option<Language> {
    let declared = declared.trim();
    let primary = declared.split(['-', '_']).next()?;
    let is_tag =
        (2..=3).contains(&primary.len()) && primary.bytes().all(|byte| byte.is_ascii_alphabetic());
    is_tag.then(|| Language {
        code: primary.to_ascii_lowercase(),
        confidence: None,
        declared: Some(declared.to_owned()),
    })
}

/// Confidence from which a text is of another language than the declared one.
const SURE_OF_ANOTHER: f64 = 0.95;

/// The declared language beside that of title and text.
fn detected(declared: Option<Language>, texts: [Option<&str>; 2]) -> Option<Language> {
    let texts: Vec<&str> = texts.into_iter().flatten().collect();
    let Some(found) = dateline_text::language::detect(&texts) else {
        return declared;
    };
    let confidence = Some(super::dates::hundredths_of(found.confidence));
    match declared {
        None => Some(Language {
            code: found.code.to_owned(),
            confidence,
            declared: None,
        }),
        Some(declared) if declared.code == found.code => Some(Language {
            confidence,
            ..declared
        }),
        Some(declared)
            if found.confidence >= SURE_OF_ANOTHER
                && dateline_text::language::contradicts(&declared.code, found.code) =>
        {
            Some(Language {
                code: found.code.to_owned(),
                confidence,
                ..declared
            })
        }
        declared => declared,
    }
}

/// The text that likeness is judged by.
pub(super) fn sketch(record: &Record) -> Option<u64> {
    text(record).and_then(similar::sketch)
}

/// The text that an article is compared by.
pub(super) fn text(record: &Record) -> Option<&str> {
    record.text.as_deref().or(record.summary.as_deref())
}

#[cfg(test)]
mod tests {
    use super::super::drafts::record;
    use super::*;

    fn language_of(declared: Option<&str>, text: &str) -> Option<Language> {
        record(Item {
            language: declared.map(str::to_owned),
            title: Some(Text::plain("20 Minuten")),
            content: Some(Text::plain(text)),
            ..Item::default()
        })
        .language
    }

    #[test]
    fn the_language_is_detected_beside_the_declared_one() {
        let german = "Die Möwen sind zurück. Sie kamen am Montag in den Hafen, eine Woche später als in anderen Jahren, sagte der Wärter.";
        let told = language_of(None, german).unwrap();
        assert_eq!((told.code.as_str(), &told.declared), ("de", &None));
        assert!(told.confidence.unwrap() >= 0.8);
        let agreed = language_of(Some("de-CH"), german).unwrap();
        assert_eq!(agreed.code, "de");
        assert_eq!(agreed.declared.as_deref(), Some("de-CH"));
        assert!(agreed.confidence.is_some());
        let wrong = language_of(Some("en-US"), german).unwrap();
        assert_eq!(wrong.code, "de");
        assert_eq!(wrong.declared.as_deref(), Some("en-US"));
        let short = language_of(Some("en"), "Goal!").unwrap();
        assert_eq!((short.code.as_str(), short.confidence), ("en", None));
        assert_eq!(language_of(None, "Goal!"), None);
    }
}
