//! NewsML-G2 (IPTC, <https://iptc.org/standards/newsml-g2/>): text items, alone or in a message.

use dateline_pipeline::draft::{Guid, Item, Text, Trust};
use dateline_pipeline::fault::Fault;
use dateline_pipeline::record::Image;
use roxmltree::Node;

use super::fields::{people, stated};
use super::many::Many;
use super::xml::{attribute, children, declared, find, line_at, paragraphs, parse};
use super::{FileArticle, nitf};

/// Items of one message that are read, and subjects of one that are kept.
const MAX_ITEMS: usize = 10_000;
const MAX_SUBJECTS: usize = 64;

pub(super) fn read(text: &str) -> Result<Vec<FileArticle>, Fault> {
    let text = declared(text);
    let document = parse(&text, "NewsML-G2")?;
    let items: Vec<Node<'_, '_>> = document
        .descendants()
        .filter(|node| node.tag_name().name() == "newsItem")
        .collect();
    let many = Many {
        name: "item",
        limit: MAX_ITEMS,
        lines: Vec::new(),
    };
    let none = "it is NewsML-G2 without a news item: packages, events and concepts are not read";
    many.read(&items, |node| item(*node), none)
}

fn item(node: Node<'_, '_>) -> Result<Item, Fault> {
    let class = find(node, &["itemMeta", "itemClass"]).and_then(|class| attribute(class, "qcode"));
    if let Some(class) =
        class.filter(|class| !class.ends_with(":text") && !class.ends_with(":composite"))
    {
        let reason = format!("its class is `{class}`, and items of text are read");
        return Err(Fault::poison("format", reason));
    }
    let status =
        find(node, &["itemMeta", "pubStatus"]).and_then(|status| attribute(status, "qcode"));
    if let Some(status) =
        status.filter(|status| status.ends_with(":withheld") || status.ends_with(":canceled"))
    {
        let reason =
            format!("its `pubStatus` is `{status}`: its sender does not want it to be published");
        return Err(Fault::poison("withheld", reason));
    }
    let meta = |path: &[&str]| find(node, &["contentMeta"]).and_then(|meta| line_at(meta, path));
    let language = find(node, &["contentMeta", "language"])
        .and_then(|language| attribute(language, "tag"))
        .or_else(|| attribute(node, "lang"));
    let date = |path: &[&str]| {
        line_at(node, path).and_then(|written| stated(&written, language.as_deref()))
    };
    // What is written in NITF within the item says more.
    let inline = find(node, &["contentSet", "inlineXML"]);
    let inner = inline
        .and_then(|inline| children(inline, "nitf").next())
        .map(nitf::item)
        .unwrap_or_default();
    let body = match (inline, find(node, &["contentSet", "inlineData"])) {
        (Some(inline), _) if inner.content.is_none() => paragraphs(inline).join("\n\n"),
        (None, Some(data)) => data.text().unwrap_or_default().trim().to_owned(),
        _ => String::new(),
    };
    let holder = find(node, &["rightsInfo", "copyrightHolder"]);
    let subjects = find(node, &["contentMeta"])
        .into_iter()
        .flat_map(|meta| children(meta, "subject"));
    let item = Item {
        guid: attribute(node, "guid").map(|value| Guid {
            value,
            trust: Trust::Stated,
        }),
        title: meta(&["headline"]).map(Text::plain).or(inner.title),
        summary: meta(&["description"]).map(Text::plain).or(inner.summary),
        content: inner
            .content
            .or_else(|| (!body.is_empty()).then(|| Text::plain(body))),
        authors: meta(&["by"])
            .map(|by| people(&by))
            .filter(|people| !people.is_empty())
            .unwrap_or(inner.authors),
        publisher: holder
            .and_then(|holder| line_at(holder, &["name"]).or_else(|| attribute(holder, "literal"))),
        rights: line_at(node, &["rightsInfo", "copyrightNotice"]),
        categories: subjects
            .filter_map(|subject| line_at(subject, &["name"]))
            .take(MAX_SUBJECTS)
            .collect(),
        images: icon(node).into_iter().chain(inner.images).collect(),
        published: date(&["itemMeta", "firstCreated"])
            .or_else(|| date(&["contentMeta", "contentCreated"]))
            .or_else(|| date(&["itemMeta", "versionCreated"])),
        updated: date(&["itemMeta", "versionCreated"]),
        language,
        ..Item::default()
    };
    if item.title.is_none() && item.content.is_none() {
        return Err(Fault::poison(
            "empty",
            "it is a news item without headline and text",
        ));
    }
    Ok(item)
}

/// The picture that stands for the item.
fn icon(node: Node<'_, '_>) -> Option<Image> {
    let href = attribute(find(node, &["contentMeta", "icon"])?, "href")?;
    Some(Image {
        url: Some(href),
        ..Image::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item_of(meta: &str, content: &str) -> String {
        format!(
            r#"<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="urn:quay:1" version="2" standard="NewsML-G2" xml:lang="en">
            <rightsInfo><copyrightHolder uri="x"><name>Quay News</name></copyrightHolder><copyrightNotice>All rights</copyrightNotice></rightsInfo>
            <itemMeta><itemClass qcode="ninat:text"/><versionCreated>2023-05-09T12:00:00+01:00</versionCreated><firstCreated>2023-05-09T10:00:00+01:00</firstCreated>{meta}</itemMeta>
            <contentMeta><headline>Gulls return</headline><by>By Jane Roe</by><language tag="en-GB"/><subject qcode="a"><name>nature</name></subject></contentMeta>
            <contentSet>{content}</contentSet></newsItem>"#
        )
    }

    #[test]
    fn text_items_are_read_in_each_of_their_contents() {
        let html = r#"<inlineXML contenttype="application/xhtml+xml"><html xmlns="http://www.w3.org/1999/xhtml"><head><title>No</title></head><body><h1>Gulls return</h1><p>They are back.</p><figure><p>No</p></figure></body></html></inlineXML>"#;
        let nitf = r#"<inlineXML contenttype="application/nitf+xml"><nitf><body><body.head><abstract>Late.</abstract></body.head><body.content><p>They are back.</p></body.content></body></nitf></inlineXML>"#;
        let plain = r#"<inlineData contenttype="text/plain">They are back.</inlineData>"#;
        for (content, body) in [
            (html, "Gulls return\n\nThey are back."),
            (nitf, "They are back."),
            (plain, "They are back."),
        ] {
            let articles = read(&item_of("", content)).unwrap();
            let item = &articles[0].item;
            assert_eq!(item.guid.as_ref().unwrap().value, "urn:quay:1");
            assert_eq!(item.title.as_ref().unwrap().value, "Gulls return");
            assert_eq!(item.content.as_ref().unwrap().value, body);
            assert_eq!(item.authors[0].name.as_deref(), Some("Jane Roe"));
            assert_eq!(item.publisher.as_deref(), Some("Quay News"));
            assert_eq!(item.language.as_deref(), Some("en-GB"));
            assert_eq!(item.categories, ["nature"]);
            assert_eq!(
                item.published.as_ref().unwrap().instant.to_string(),
                "2023-05-09T09:00:00Z"
            );
            assert_eq!(
                item.updated.as_ref().unwrap().instant.to_string(),
                "2023-05-09T11:00:00Z"
            );
        }
    }

    #[test]
    fn a_message_gives_its_text_items_and_says_what_it_passes_over() {
        let plain = "<inlineData>They are back.</inlineData>";
        let good = item_of("", plain);
        let picture = good.replace("ninat:text", "ninat:picture");
        let withheld = item_of("<pubStatus qcode=\"stat:withheld\"/>", plain);
        let message =
            format!("<newsMessage><itemSet>{picture}{good}{withheld}</itemSet></newsMessage>");
        let articles = read(&message).unwrap();
        assert_eq!(articles.len(), 1);
        let said = articles[0].recovered.join("\n");
        assert!(
            said.contains("item 1 was passed over: its class is `ninat:picture`"),
            "{said}"
        );
        assert!(
            said.contains("item 3 was passed over: its `pubStatus` is `stat:withheld`"),
            "{said}"
        );
        assert_eq!(read(&withheld).unwrap_err().kind, "withheld");
        assert_eq!(
            read("<newsMessage><itemSet/></newsMessage>")
                .unwrap_err()
                .kind,
            "empty"
        );
    }
}
