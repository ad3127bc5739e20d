//! Writes OPML 2.0.

use std::borrow::Cow;
use std::io::Write;

use jiff::Timestamp;
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use super::Subscription;

/// What a list says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// What it is called.
    pub title: String,
    /// When it was made.
    pub created: Timestamp,
}

/// The list as an OPML document. Feeds with the same first tag stand in one folder, folders in the order of their first
/// feeds, after the feeds without a tag.
pub fn write(head: &Head, feeds: &[Subscription]) -> String {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    // Writing to memory cannot fail.
    drop(document(&mut writer, head, feeds));
    let mut text = String::from_utf8_lossy(&writer.into_inner()).into_owned();
    text.push('\n');
    text
}

fn document<W: Write>(
    writer: &mut Writer<W>,
    head: &Head,
    feeds: &[Subscription],
) -> std::io::Result<()> {
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    writer.write_event(Event::Start(
        BytesStart::new("opml").with_attributes([("version", "2.0")]),
    ))?;
    writer.write_event(Event::Start(BytesStart::new("head")))?;
    let created = head
        .created
        .strftime("%a, %d %b %Y %H:%M:%S GMT")
        .to_string();
    for (name, text) in [("title", head.title.as_str()), ("dateCreated", &created)] {
        writer.write_event(Event::Start(BytesStart::new(name)))?;
        writer.write_event(Event::Text(BytesText::new(text)))?;
        writer.write_event(Event::End(BytesEnd::new(name)))?;
    }
    writer.write_event(Event::End(BytesEnd::new("head")))?;
    writer.write_event(Event::Start(BytesStart::new("body")))?;
    for (folder, feeds) in folders(feeds) {
        if let Some(folder) = folder {
            writer.write_event(Event::Start(
                BytesStart::new("outline").with_attributes([("text", folder), ("title", folder)]),
            ))?;
        }
        for feed in feeds {
            writer.write_event(Event::Empty(outline(feed)))?;
        }
        if folder.is_some() {
            writer.write_event(Event::End(BytesEnd::new("outline")))?;
        }
    }
    writer.write_event(Event::End(BytesEnd::new("body")))?;
    writer.write_event(Event::End(BytesEnd::new("opml")))
}

fn outline(feed: &Subscription) -> BytesStart<'_> {
    let mut outline = BytesStart::new("outline");
    outline.push_attribute(("type", "rss"));
    let name = feed.name.as_deref().map(allowed);
    outline.push_attribute(("text", name.as_deref().unwrap_or(&feed.url)));
    if let Some(name) = &name {
        outline.push_attribute(("title", name.as_ref()));
    }
    outline.push_attribute(("xmlUrl", feed.url.as_str()));
    if let Some(page) = &feed.page {
        outline.push_attribute(("htmlUrl", page.as_str()));
    }
    if !feed.tags.is_empty() {
        outline.push_attribute(("category", feed.tags.join(",").as_str()));
    }
    outline
}

/// A name without the characters that XML cannot hold.
fn allowed(name: &str) -> Cow<'_, str> {
    let forbidden = |letter: char| letter.is_control() || matches!(letter, '\u{fffe}' | '\u{ffff}');
    if name.contains(forbidden) {
        name.replace(forbidden, " ").into()
    } else {
        name.into()
    }
}

/// The feeds by their first tag.
fn folders(feeds: &[Subscription]) -> Vec<(Option<&str>, Vec<&Subscription>)> {
    let mut places = std::collections::HashMap::new();
    let mut folders: Vec<(Option<&str>, Vec<&Subscription>)> = vec![(None, Vec::new())];
    places.insert(None, 0);
    for feed in feeds {
        let first = feed.tags.first().map(String::as_str);
        let place = *places.entry(first).or_insert_with(|| {
            folders.push((first, Vec::new()));
            folders.len() - 1
        });
        folders[place].1.push(feed);
    }
    folders
}
