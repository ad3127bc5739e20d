//! Lines that name the publisher.

use super::super::PlainArticle;
use super::{HEADLINE, above_body, harbour, split_plain};

#[test]
fn trailers_name_the_publisher() {
    for (trailer, publisher) in [
        (
            "Read the original article on The Norhaven Gazette",
            "The Norhaven Gazette",
        ),
        (
            "This article originally appeared on openHarbour.",
            "openHarbour",
        ),
        (
            "This story was originally published by Norhaven Radio",
            "Norhaven Radio",
        ),
        ("Read more at Norhaven Radio", "Norhaven Radio"),
        ("Read more on gazette.example", "gazette.example"),
        ("READ THE FULL STORY AT The Gazette", "The Gazette"),
    ] {
        let expected = PlainArticle {
            original_publisher: Some(publisher.to_owned()),
            ..harbour()
        };
        assert_eq!(
            split_plain(&(above_body(&[HEADLINE]) + "\n\n" + trailer)),
            expected
        );
    }
    for body in [
        "Read more at night, doctors say",
        "Read more on how the surge came about",
        "Read the original article on the front page, it said.",
        "Read more at https://gazette.example/story",
        "This article originally appeared on",
        "Originally published: 2024",
    ] {
        let article = split_plain(&(above_body(&[HEADLINE]) + "\n\n" + body));
        assert_eq!(
            (
                article.original_publisher,
                article.body.last().map(String::as_str)
            ),
            (None, Some(body))
        );
    }
    let article = split_plain(&above_body(&[HEADLINE, "Read more at Norhaven Radio"]));
    assert_eq!(
        (article.original_publisher, article.body.len()),
        (None, 8),
        "only the last paragraph is a trailer"
    );
}

#[test]
fn the_smallest_article_with_a_trailer() {
    let article = split_plain("Harbour closed\n\nRead more at Norhaven Radio");
    assert_eq!(
        (
            article.headline.as_deref(),
            article.original_publisher.as_deref()
        ),
        (Some("Harbour closed"), Some("Norhaven Radio"))
    );
}
