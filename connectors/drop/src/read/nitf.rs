//! NITF 3 (IPTC, <https://iptc.org/standards/nitf/>): one article.

use dateline_pipeline::draft::{Guid, Item, Text, Trust};
use dateline_pipeline::fault::Fault;
use dateline_pipeline::record::Image;
use roxmltree::Node;

use super::FileArticle;
use super::fields::{people, stated};
use super::xml::{attribute, children, declared, find, line, line_at, paragraphs, parse};

/// Pictures of one article that are kept.
const MAX_IMAGES: usize = 64;

pub(super) fn read(text: &str) -> Result<Vec<FileArticle>, Fault> {
    let text = declared(text);
    let document = parse(&text, "NITF")?;
    let item = item(document.root_element());
    if item.title.is_none() && item.content.is_none() {
        return Err(Fault::poison(
            "empty",
            "it is NITF without headline and text",
        ));
    }
    Ok(vec![item.into()])
}

/// What a `nitf` element says.
pub(super) fn item(nitf: Node<'_, '_>) -> Item {
    let data = find(nitf, &["head", "docdata"]);
    let of_data = |path: &[&str], name: &str| {
        let found = data.and_then(|data| find(data, path));
        found.and_then(|found| attribute(found, name))
    };
    let language = attribute(nitf, "lang");
    let date =
        |name: &str| of_data(&[name], "norm").and_then(|norm| stated(&norm, language.as_deref()));
    let head =
        |path: &[&str]| find(nitf, &["body", "body.head"]).and_then(|head| line_at(head, path));
    let content = find(nitf, &["body", "body.content"]);
    let body = content.map(paragraphs).unwrap_or_default();
    let keywords = data.and_then(|data| find(data, &["key-list"]));
    let keywords = keywords
        .into_iter()
        .flat_map(|list| children(list, "keyword"));
    let published =
        find(nitf, &["head", "pubdata"]).and_then(|data| attribute(data, "date.publication"));
    Item {
        guid: of_data(&["doc-id"], "id-string").map(|value| Guid {
            value,
            trust: Trust::Stated,
        }),
        title: head(&["hedline", "hl1"])
            .or_else(|| line_at(nitf, &["head", "title"]))
            .map(Text::plain),
        summary: head(&["abstract"]).map(Text::plain),
        content: (!body.is_empty()).then(|| Text::plain(body.join("\n\n"))),
        authors: head(&["byline"])
            .map(|byline| people(&byline))
            .unwrap_or_default(),
        publisher: of_data(&["doc.copyright"], "holder"),
        categories: keywords
            .filter_map(|keyword| attribute(keyword, "key"))
            .collect(),
        images: content.map(images).unwrap_or_default(),
        published: date("date.release")
            .or_else(|| date("date.issue"))
            .or_else(|| stated(&published?, language.as_deref())),
        language,
        ..Item::default()
    }
}

fn images(content: Node<'_, '_>) -> Vec<Image> {
    let media = content
        .descendants()
        .filter(|node| node.tag_name().name() == "media");
    let pictures = media.filter(|media| {
        attribute(*media, "media-type")
            .is_none_or(|kind| matches!(kind.as_str(), "image" | "photo"))
    });
    let image = |media: Node<'_, '_>| Image {
        url: find(media, &["media-reference"]).and_then(|reference| attribute(reference, "source")),
        alt: find(media, &["media-reference"])
            .and_then(|reference| attribute(reference, "alternate-text")),
        caption: find(media, &["media-caption"]).and_then(line),
        credit: find(media, &["media-producer"]).and_then(line),
    };
    pictures
        .map(image)
        .filter(|image| *image != Image::default())
        .take(MAX_IMAGES)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_go_to_their_fields() {
        let text = r#"<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE nitf SYSTEM "nitf-3-4.dtd">
            <nitf xml:lang="en-GB"><head><title>Gulls</title><docdata><doc-id id-string="quay.1"/><date.issue norm="20230509T100000+0100"/>
            <doc.copyright year="2023" holder="Quay News"/><key-list><keyword key="gulls"/><keyword key="harbour"/></key-list></docdata></head>
            <body><body.head><hedline><hl1>Gulls return</hl1><hl2>Late by a week</hl2></hedline><byline>By <person>Jane Roe</person></byline>
            <abstract><p>They came late.</p></abstract></body.head>
            <body.content><p>The gulls came back&nbsp;on <chron norm="20230508">Monday</chron>.</p><hl2>Last year</hl2><p>They came in April.</p>
            <media media-type="image"><media-reference source="gulls.jpg" alternate-text="Gulls"/><media-caption><p>Above the quay.</p></media-caption><media-producer>Tom Low</media-producer></media>
            </body.content></body></nitf>"#;
        let articles = read(text).unwrap();
        let item = &articles[0].item;
        assert_eq!(item.guid.as_ref().unwrap().value, "quay.1");
        assert_eq!(item.title.as_ref().unwrap().value, "Gulls return");
        assert_eq!(item.summary.as_ref().unwrap().value, "They came late.");
        assert_eq!(
            item.content.as_ref().unwrap().value,
            "The gulls came back on Monday.\n\nLast year\n\nThey came in April."
        );
        assert_eq!(item.authors[0].name.as_deref(), Some("Jane Roe"));
        assert_eq!(item.publisher.as_deref(), Some("Quay News"));
        assert_eq!(item.categories, ["gulls", "harbour"]);
        assert_eq!(item.language.as_deref(), Some("en-GB"));
        assert_eq!(
            item.published.as_ref().unwrap().instant.to_string(),
            "2023-05-09T09:00:00Z"
        );
        assert_eq!(item.images[0].caption.as_deref(), Some("Above the quay."));
        assert_eq!(item.images[0].credit.as_deref(), Some("Tom Low"));
        assert_eq!(read("<nitf><body/></nitf>").unwrap_err().kind, "empty");
        let broken = read("<nitf><body><p>cut off").unwrap_err();
        assert!(broken.reason.contains("broken XML"), "{}", broken.reason);
    }
}
