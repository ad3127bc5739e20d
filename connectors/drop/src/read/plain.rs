//! Plain-text articles, one or several in a file.

use std::borrow::Cow;

use dateline_pipeline::draft::{Item, Text};
use dateline_pipeline::record::{Image, Person, Precision};
use dateline_text::article::{PlainArticle, PlainImage, split_plain};
use dateline_text::charset::{Decoded, undo_second_encodings};

use super::FileArticle;
use super::fields::stated;

/// The articles of a text. What was repaired is said of the first.
pub(super) fn read(decoded: &Decoded<'_>) -> Vec<FileArticle> {
    let mut recovered = decoded.notes();
    let mut text = Cow::Borrowed(decoded.text.as_ref());
    if let Some(inner) = undo_second_encodings(&text) {
        recovered.push("text had been encoded twice and was set right".to_owned());
        text = Cow::Owned(inner);
    }
    let articles = split_plain(&text, &names_a_day);
    let mut articles: Vec<FileArticle> = articles.into_iter().map(item).map(Into::into).collect();
    if let Some(first) = articles.first_mut() {
        first.recovered = recovered;
    }
    articles
}

/// Whether `written` is a date and nothing else, and names a day at least.
fn names_a_day(written: &str) -> bool {
    stated(written, None)
        .is_some_and(|date| !matches!(date.precision, Precision::Year | Precision::Month))
}

fn item(article: PlainArticle) -> Item {
    let date = |written: Option<String>| written.and_then(|written| stated(&written, None));
    Item {
        title: article.headline.map(Text::plain),
        content: (!article.body.is_empty()).then(|| Text::plain(article.body.join("\n\n"))),
        key_points: article.key_points,
        authors: article.byline.into_iter().map(Person::named).collect(),
        publisher: article.original_publisher.or(article.agency),
        syndicator: article.source_line,
        images: article.image.into_iter().map(image).collect(),
        published: date(article.published),
        updated: date(article.updated),
        ..Item::default()
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

    use crate::read::whole;

    #[test]
    fn several_articles_say_who_when_and_for_whom() {
        let file = "Gulls return to the old quay\nBy JANE ROE, Quay Wire\nPublished 9 May 2023, 10:15 BST\nUpdated 10 May 2023\n\n\
            The gulls came back on Monday, said the office.\n\n----------\n\n\
            Ferries leave an hour late\n\nBRIDPORT, England, May 9 (Reuters) - The tide was low, said the office.\n";
        let articles = whole(file.as_bytes(), None).unwrap();
        let [gulls, ferries] = articles.as_slice() else {
            unreachable!("there are two");
        };
        let gulls = &gulls.item;
        assert_eq!(gulls.authors[0].name.as_deref(), Some("JANE ROE"));
        assert_eq!(gulls.publisher.as_deref(), Some("Quay Wire"));
        let published = gulls.published.as_ref().unwrap();
        assert_eq!(published.instant.to_string(), "2023-05-09T09:15:00Z");
        assert_eq!(published.raw.as_deref(), Some("9 May 2023, 10:15 BST"));
        assert_eq!(published.offset.as_deref(), Some("+01:00"));
        let updated = gulls.updated.as_ref().unwrap();
        assert_eq!(updated.instant.to_string(), "2023-05-10T00:00:00Z");
        let ferries = &ferries.item;
        assert_eq!(ferries.publisher.as_deref(), Some("Reuters"));
        assert_eq!((&ferries.published, &ferries.updated), (&None, &None));
        let content = &ferries.content.as_ref().unwrap().value;
        assert!(content.starts_with("BRIDPORT, England, May 9 (Reuters) - The tide"));
    }

    #[test]
    fn a_line_that_is_no_date_stays_text() {
        for line in [
            "Published soon",
            "May 2023",
            "Summer 2023 at the quay",
            "24/7",
        ] {
            let file = format!(
                "Gulls return\n\n{line}\n\nThe gulls came back on Monday, said the office.\n"
            );
            let item = whole(file.as_bytes(), None).unwrap().remove(0).item;
            assert_eq!(item.published, None, "{line}");
            assert!(item.content.unwrap().value.starts_with(line));
        }
    }

    #[test]
    fn text_that_was_encoded_twice_is_set_right_and_said() {
        let right = "Gulls return\n\nThe quayâ€™s gulls are back.\n\n“Late,” said Zoë.\n";
        let meant = "Gulls return\n\nThe quay’s gulls are back – “late”, said Zoë.\n";
        let twice: String = meant.bytes().map(encoding).collect();
        for (file, expected) in [
            (
                twice.as_str(),
                "The quay’s gulls are back – “late”, said Zoë.",
            ),
            (right, "The quay’s gulls are back.\n\n“Late,” said Zoë."),
        ] {
            let article = whole(file.as_bytes(), None).unwrap().remove(0);
            assert_eq!(article.item.content.unwrap().value, expected);
            assert_eq!(
                article.recovered,
                ["text had been encoded twice and was set right"]
            );
        }
    }

    /// What windows-1252 makes of a byte, of those that the sample has.
    fn encoding(byte: u8) -> char {
        match byte {
            0x80 => '€',
            0x93 => '“',
            0x99 => '™',
            0x9c => 'œ',
            _ => char::from(byte),
        }
    }
}
