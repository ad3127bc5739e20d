//! The bytes of a dropped file into articles. No I/O.
//!
//! A file is recognised by its content, never by its name. Today only plain-text articles are read,
//! one a file; every other format is named in the reason for its rejection.

use dateline_pipeline::draft::{Item, Text};
use dateline_pipeline::fault::Fault;
use dateline_pipeline::record::{Image, Person};
use dateline_text::article::{PlainArticle, PlainImage, split_plain};
use dateline_text::charset::{self, Declared};

use crate::look;

/// One article of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct FileArticle {
    /// What the file says about it. Identity (`guid`) and language are the source's to add.
    pub item: Item,
    /// What was repaired while reading it, one line each.
    pub recovered: Vec<String>,
}

/// Reads the articles of a file, at least one.
///
/// # Errors
/// A poison fault of kind `empty` (nothing but white space), `binary` (no text; the reason says
/// what it looks like) or `format` (text, but no plain-text article).
pub fn read(bytes: &[u8]) -> Result<Vec<FileArticle>, Fault> {
    if let Some(name) = look::magic(bytes) {
        return Err(binary(name));
    }
    let decoded = charset::decode(bytes, &Declared::default());
    if decoded.text.contains('\0') {
        return Err(binary("data with NUL bytes"));
    }
    if is_blank(&decoded.text) {
        return Err(Fault::poison(
            "empty",
            "the file is empty or holds only white space",
        ));
    }
    if look::is_riddled(&decoded.text) {
        return Err(binary("data with many control characters"));
    }
    if let Some(format) = look::format(&decoded.text) {
        let reason = format!("the file looks like {format}, and only plain-text articles are read");
        return Err(Fault::poison("format", reason));
    }
    let item = item(split_plain(&decoded.text));
    Ok(vec![FileArticle {
        item,
        recovered: decoded.notes(),
    }])
}

fn binary(name: &str) -> Fault {
    Fault::poison(
        "binary",
        format!("the file looks like {name}, and only plain-text articles are read"),
    )
}

/// Whether nothing in the text can be seen.
fn is_blank(text: &str) -> bool {
    text.chars().all(|character| {
        character.is_whitespace() || matches!(character, '\u{feff}' | '\u{200b}' | '\u{1a}')
    })
}

fn item(article: PlainArticle) -> Item {
    Item {
        title: article.headline.map(Text::plain),
        content: (!article.body.is_empty()).then(|| Text::plain(article.body.join("\n\n"))),
        key_points: article.key_points,
        authors: article.byline.into_iter().map(author).collect(),
        publisher: article.original_publisher,
        syndicator: article.source_line,
        images: article.image.into_iter().map(image).collect(),
        ..Item::default()
    }
}

fn author(name: String) -> Person {
    Person {
        name: Some(name),
        ..Person::default()
    }
}

fn image(image: PlainImage) -> Image {
    Image {
        url: None,
        alt: image.alt,
        caption: image.caption,
        credit: image.credit,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::collection::vec;
    use proptest::prelude::{any, prop_assert, proptest};

    use super::*;

    const STORY: &str = "Harbour Wire - Full Text Articles\n\n\
        Ferries return to the old quay after nine years\n\n\
        The first boat left the old quay on Monday with forty passengers aboard, the ferry office said.\n\n\
        The office expects a boat every hour from June, and a bus that meets each of them at the gate.\n\n\
        Read the original article on Quay Courier\n";

    fn kind(bytes: &[u8]) -> &'static str {
        read(bytes).unwrap_err().kind
    }

    #[test]
    fn the_parts_of_an_article_go_to_their_fields() {
        let articles = read(STORY.as_bytes()).unwrap();
        assert_eq!(articles.len(), 1);
        let item = &articles[0].item;
        assert_eq!(
            item.syndicator.as_deref(),
            Some("Harbour Wire - Full Text Articles")
        );
        assert_eq!(item.publisher.as_deref(), Some("Quay Courier"));
        assert_eq!(
            item.title.as_ref().unwrap().value,
            "Ferries return to the old quay after nine years"
        );
        let content = &item.content.as_ref().unwrap().value;
        assert!(content.starts_with("The first boat") && content.ends_with("at the gate."));
        assert_eq!(content.matches("\n\n").count(), 1);
        assert!(articles[0].recovered.is_empty());
    }

    #[test]
    fn an_article_in_another_charset_is_the_same_article() {
        let utf16: Vec<u8> = STORY.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let articles = read(&utf16).unwrap();
        assert_eq!(articles[0].item, read(STORY.as_bytes()).unwrap()[0].item);
        assert_eq!(articles[0].recovered.len(), 1);
    }

    #[test]
    fn what_is_no_article_is_named() {
        assert_eq!(kind(b""), "empty");
        assert_eq!(kind(b" \n\t\r\n"), "empty");
        assert_eq!(kind(b"\xef\xbb\xbf\n"), "empty");
        assert_eq!(kind(b"\xff\xfe"), "empty");
        assert_eq!(kind(b"%PDF-1.7\nstory"), "binary");
        assert_eq!(kind(b"story\0\0\x01story story"), "binary");
        assert_eq!(kind(&[0_u8; 4096]), "binary");
        assert_eq!(kind(b"<rss><channel/></rss>"), "format");
        assert!(
            read(b"\x89PNG\r\n\x1a\n")
                .unwrap_err()
                .reason
                .contains("PNG")
        );
        assert!(
            read(b"<rss><channel/></rss>")
                .unwrap_err()
                .reason
                .contains("RSS")
        );
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_named(bytes in vec(any::<u8>(), 0..600)) {
            match read(&bytes) {
                Ok(articles) => prop_assert!(!articles.is_empty()),
                Err(fault) => prop_assert!(["empty", "binary", "format"].contains(&fault.kind)),
            }
        }

        #[test]
        fn any_text_is_read_or_named(text in "([<{\\[a-zé \n\"!?/>-]|\\PC|<!--|<!doctype){0,60}") {
            match read(text.as_bytes()) {
                Ok(articles) => prop_assert!(!articles.is_empty()),
                Err(fault) => prop_assert!(["empty", "binary", "format"].contains(&fault.kind)),
            }
        }
    }
}
