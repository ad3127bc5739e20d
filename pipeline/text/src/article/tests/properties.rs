//! What holds for every text.

use proptest::prelude::*;

use super::super::{PlainArticle, split_plain};

/// All text of an article's parts, in the order of the file where that is fixed.
fn all_text(article: &PlainArticle) -> String {
    let image = article.image.clone().unwrap_or_default();
    let single = [
        &article.source_line,
        &article.headline,
        &image.alt,
        &image.caption,
        &image.credit,
        &article.original_publisher,
    ];
    let lists = [&article.byline, &article.key_points, &article.body];
    single
        .into_iter()
        .flatten()
        .chain(lists.into_iter().flatten())
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join(" ")
}

/// The words of a text, sorted, without those of the phrases that a part may lose.
fn sorted_words(text: &str) -> Vec<String> {
    const LOST: [&str; 14] = [
        "by",
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

proptest! {
    #[test]
    fn no_word_is_lost_and_the_body_keeps_its_order(paragraphs in paragraphs(), separator in prop::sample::select(&["\n\n", "\r\n\r\n", "\n \n", "\n"][..])) {
        let text = paragraphs.join(separator);
        let cleaned = crate::clean::paragraphs(&text);
        let article = split_plain(&text);
        prop_assert_eq!(sorted_words(&all_text(&article)), sorted_words(&cleaned.join(" ")));
        let mut rest = cleaned.iter();
        prop_assert!(article.body.iter().all(|paragraph| rest.any(|other| other == paragraph)), "the body is a subsequence");
    }

    #[test]
    fn any_text_gives_clean_parts(text in any::<String>()) {
        let article = split_plain(&text);
        let all = all_text(&article);
        prop_assert!(!all.contains(char::is_control));
        let visible = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).count();
        prop_assert_eq!(visible(&all), visible(&text), "without a known phrase nothing is lost");
    }
}
