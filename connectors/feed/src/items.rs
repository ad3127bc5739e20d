//! Makes the item of a draft from an entry. No I/O; decides nothing about identity.

use dateline_pipeline::draft::{Guid, Item, Link, Text, Trust};
use dateline_pipeline::record::{Enclosure, Image};

use crate::read::{Entry, FeedDocument, Media};

/// The item that an entry describes, in the entry's own words. What the entry leaves open is taken
/// from its feed (language, rights), then from `language` (the configured one).
pub fn item(entry: &Entry, feed: &FeedDocument, language: Option<&str>) -> Item {
    let language = entry
        .language
        .as_deref()
        .or(feed.language.as_deref())
        .or(language);
    let rights = entry.rights.as_ref().or(feed.rights.as_ref());
    Item {
        guid: entry.id.clone().map(|value| Guid {
            value,
            trust: Trust::Stated,
        }),
        link: entry.link.clone().map(|href| Link {
            href,
            trust: Trust::Stated,
        }),
        title: entry.title.clone(),
        summary: entry.summary.clone(),
        content: longest(&entry.contents),
        authors: entry.authors.clone(),
        categories: categories(entry),
        images: images(entry),
        enclosures: entry
            .media
            .iter()
            .filter(|media| !media.is_image())
            .map(enclosure)
            .collect(),
        language: language.map(str::to_owned),
        rights: rights.map(|rights| rights.value.clone()),
        published: entry.published.clone(),
        updated: entry.updated.clone(),
        ..Item::default()
    }
}

/// The fullest of several contents.
fn longest(contents: &[Text]) -> Option<Text> {
    contents
        .iter()
        .max_by_key(|content| content.value.len())
        .cloned()
}

/// Labels of the categories, else their terms, each once.
fn categories(entry: &Entry) -> Vec<String> {
    let mut categories: Vec<String> = Vec::new();
    for tag in &entry.tags {
        let shown = tag
            .label
            .as_deref()
            .map(str::trim)
            .filter(|label| !label.is_empty())
            .unwrap_or(&tag.term);
        if !categories.iter().any(|known| known == shown) {
            categories.push(shown.to_owned());
        }
    }
    categories
}

/// Attached pictures; thumbnails where there are none, since they show the same in small.
fn images(entry: &Entry) -> Vec<Image> {
    let attached: Vec<Image> = entry
        .media
        .iter()
        .filter(|media| media.is_image())
        .map(|media| Image {
            url: Some(media.url.clone()),
            alt: None,
            caption: media.caption.clone(),
            credit: media.credit.clone(),
        })
        .collect();
    if !attached.is_empty() {
        return attached;
    }
    let thumbnail = |url: &String| Image {
        url: Some(url.clone()),
        ..Image::default()
    };
    entry.thumbnails.iter().map(thumbnail).collect()
}

fn enclosure(media: &Media) -> Enclosure {
    Enclosure {
        url: media.url.clone(),
        media_type: media.media_type.clone(),
        length: media.length,
    }
}
