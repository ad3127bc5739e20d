//! What holds for every text.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::super::{PlainArticle, split_plain};
use super::is_date;

/// All text of the articles' parts, in the order of the file where that is fixed.
fn all_text(articles: &[PlainArticle]) -> String {
    let parts = articles.iter().cloned().flat_map(|article| {
        let image = article.image.unwrap_or_default();
        let single = [
            article.source_line,
            article.headline,
            image.alt,
            image.caption,
            image.credit,
            article.agency,
            article.published,
            article.updated,
            article.original_publisher,
        ];
        let lists = [article.byline, article.key_points, article.body];
        single
            .into_iter()
            .flatten()
            .chain(lists.into_iter().flatten())
    });
    parts.collect::<Vec<_>>().join(" ")
}

/// The words of a text, sorted, without those of the phrases that a part may lose.
fn sorted_words(text: &str) -> Vec<String> {
    const LOST: [&str; 21] = [
        "by",
        "und",
        "von",
        "published",
        "updated",
        "ends",
        "end",
        "30",
        "and",
        "photo",
        "image",
        "read",
        "the",
        "original",
        "article",
        "on",
        "more",
        "at",
        "via",
        "originally",
        "appeared",
    ];
    let words = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty() && !LOST.contains(&word.to_lowercase().as_str()));
    let mut words: Vec<String> = words.map(str::to_owned).collect();
    words.sort_unstable();
    words
}

/// Paragraphs that look like parts, and such that do not.
fn paragraphs() -> impl Strategy<Value = Vec<String>> {
    let paragraph = prop_oneof![
        "(Storm|Gazette|News|Harbour|closed|the|U\\.S\\.|2024|Мэр|市长)( (Storm|Gazette|- News|Harbour|closed|the|U\\.S\\.|2024|Мэр|市长)){0,12}[.?]?",
        "(By|Photo:|Image by|Read more at|Read the original article on) (Jane Doe|Reuters|the news|Norhaven Radio)( and John Smith|, 5|/AP|\\.)?",
        "[•*–-] ?(One|two|Three four)( five){0,3}",
        "\\(?(Reuters|Jane Doe|AP Photo|Photo: Ann Other)(/Jane Doe| via Getty Images)?\\)?",
        "(A long sentence about the harbour and the storm, as bodies have them\\. ){1,8}",
        "(The boats \\(L\\) of Norhaven|FILE PHOTO: Boats)( at sea){1,3}( \\(Reuters/Jane Doe\\)| Photo: Jane Doe)?",
    ];
    prop::collection::vec(paragraph, 0..9)
}

/// Files as wires and desks write them: articles of these parts, wrapped or not, with separators between them or within.
fn files() -> impl Strategy<Value = String> {
    let front = prop::sample::select(
        &[
            "By Jane Roe",
            "By JANE ROE, Quay Wire",
            "Von Jana Reh und Tom Low",
            "By Jane Roe, Staff Writer",
            "By Jane Roe | 9 May 2023",
            "Published 9 May 2023, 10:15",
            "Updated: 10 May 2023",
            "9 May 2023",
            "Photo: Jane Roe",
            "A boat on the quay (L) at low tide.",
            "FILE PHOTO: The quay.\n\nJane Roe/Quay Courier",
            "• The quay is open.\n• Boats sail.",
            "BRIDPORT, England, May 9 (Reuters) - The first boat left on Monday.",
            "Reuters",
        ][..],
    );
    let body = prop::sample::select(
        &[
            "1. Bring a coat.\n2. Bring a hat.\n3. Come early.",
            "LONDON (AP) — The boats are back, said the office on Monday.",
            "   The first boat left the old quay with forty passengers aboard.\nIt came back at noon.\n   Nobody was late.",
            "قالت السلطات يوم الاثنين إن \u{200f}الميناء\u{200f} مفتوح.",
            "A heading of four words\n\nThe office expects a boat every hour from June.",
            "---",
            "* * *",
        ][..],
    );
    let article = (
        "(Boats|Ferries|Gulls) return to the (old|new) quay( after nine years)?",
        prop::collection::vec(front, 0..4),
        prop::collection::vec(body, 1..5),
        prop::option::of(Just("Read the original article on Quay Courier")),
        prop::sample::select(&["\n\n", "\r\n\r\n", "\n"][..]),
    )
        .prop_map(|(headline, front, body, trailer, separator)| {
            let fixed = std::iter::once(headline.as_str())
                .chain(front)
                .chain(body)
                .chain(trailer);
            fixed.collect::<Vec<_>>().join(separator)
        });
    let rule = prop::sample::select(
        &[
            "\n\n----------\n\n",
            "\n=====\n",
            "\n\n###\n\n",
            "\nENDS\n\n",
            "\u{c}",
            "\n-30-\n",
        ][..],
    );
    prop::collection::vec((article, rule), 1..5).prop_map(|articles| {
        articles
            .into_iter()
            .map(|(article, rule)| article + rule)
            .collect()
    })
}

proptest! {
    #[test]
    fn no_word_is_lost_and_the_body_keeps_its_order(paragraphs in paragraphs(), separator in prop::sample::select(&["\n\n", "\r\n\r\n", "\n \n", "\n"][..])) {
        let text = paragraphs.join(separator);
        let cleaned = crate::clean::paragraphs(&text);
        let articles = split_plain(&text, &is_date);
        prop_assert_eq!(sorted_words(&all_text(&articles)), sorted_words(&cleaned.join(" ")));
        let whole = cleaned.join(" ");
        let mut rest = whole.as_str();
        for paragraph in articles.iter().flat_map(|article| &article.body) {
            let Some(place) = rest.find(paragraph.as_str()) else {
                return Err(TestCaseError::fail(format!("{paragraph:?} is not in its place")));
            };
            rest = &rest[place + paragraph.len()..];
        }
    }

    #[test]
    fn no_word_of_a_file_is_lost(file in files()) {
        let articles = split_plain(&file, &is_date);
        let cleaned = crate::clean::paragraphs(&file).join(" ");
        // Agencies of datelines, and authors of lines that stay, are in the text too.
        let once = |text: &str| BTreeSet::from_iter(sorted_words(text));
        prop_assert_eq!(once(&all_text(&articles)), once(&cleaned));
    }

    #[test]
    fn any_text_gives_clean_parts(text in any::<String>()) {
        let all = all_text(&split_plain(&text, &is_date));
        prop_assert!(!all.contains(char::is_control));
        let visible = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).count();
        prop_assert_eq!(visible(&all), visible(&text), "without a known phrase nothing is lost");
    }
}
