//! Captions, credits and alternative texts.

use super::super::PlainArticle;
use super::{CAPTION, HEADLINE, above_body, harbour, image, split_plain, strings, text_of};
use crate::samples::TRAMS;

#[test]
fn credits_have_a_label_or_an_agency() {
    for (line, credit) in [
        ("Photo: Jane Doe", "Jane Doe"),
        ("Photograph by Jane Doe", "Jane Doe"),
        ("(Reuters/Jane Doe)", "Reuters/Jane Doe"),
        ("(Jane Doe/Norhaven Gazette)", "Jane Doe/Norhaven Gazette"),
        ("[Photo: Jane Doe]", "Jane Doe"),
        ("Jane Doe/AP Photo", "Jane Doe/AP Photo"),
        ("Getty Images", "Getty Images"),
        (
            "Courtesy of the Norhaven Museum",
            "Courtesy of the Norhaven Museum",
        ),
        ("© Jane Doe", "© Jane Doe"),
    ] {
        let expected = PlainArticle {
            image: image(None, Some(CAPTION), Some(credit)),
            ..harbour()
        };
        assert_eq!(
            split_plain(&above_body(&[HEADLINE, CAPTION, line])),
            expected,
            "{line}"
        );
        let expected = PlainArticle {
            image: image(None, None, Some(credit)),
            ..harbour()
        };
        assert_eq!(
            split_plain(&above_body(&[HEADLINE, line])),
            expected,
            "{line} alone"
        );
    }
    for body in [
        "Reuters reported the figures first",
        "Photo: what the surge left behind",
        "Jane Doe/John Smith",
        "(the story continues below)",
    ] {
        let article = split_plain(&above_body(&[HEADLINE, body]));
        assert_eq!((article.image, article.body[0].as_str()), (None, body));
    }
}

#[test]
fn a_caption_may_end_with_its_credit() {
    for (end, credit) in [
        (" (Reuters/Jane Doe)", "Reuters/Jane Doe"),
        (" Photo: Jane Doe", "Jane Doe"),
        ("\n(AP Photo/Jane Doe)", "AP Photo/Jane Doe"),
    ] {
        let expected = PlainArticle {
            image: image(None, Some(CAPTION), Some(credit)),
            ..harbour()
        };
        assert_eq!(
            split_plain(&above_body(&[HEADLINE, &format!("{CAPTION}{end}")])),
            expected,
            "{end}"
        );
    }
}

#[test]
fn a_caption_without_a_credit_must_say_what_it_is() {
    for caption in [
        CAPTION,
        "FILE PHOTO: The flood gates of Norhaven",
        "Mayor Karim Lindqvist (left) in the lower town",
    ] {
        let expected = PlainArticle {
            image: image(None, Some(caption), None),
            ..harbour()
        };
        assert_eq!(
            split_plain(&above_body(&[HEADLINE, caption])),
            expected,
            "{caption}"
        );
    }
    let deck = "Two boats sank, and ferries are not expected to sail before Thursday";
    let article = split_plain(&above_body(&[HEADLINE, deck, "- One\n- Two"]));
    assert_eq!(
        article.body[..3],
        strings(&[deck, "- One", "- Two"]),
        "in doubt a paragraph is body, and what follows it too"
    );
}

#[test]
fn an_alternative_text_is_split_from_the_caption_it_was_glued_to() {
    for (alt, caption) in [
        (
            "Boats in the harbour",
            "Boats lie in the harbour of Norhaven.",
        ),
        ("Boats in the harbour", "A storm closed it."),
        (
            "The town and mayor Lindqvist",
            "Norhaven was flooded on Tuesday.",
        ),
        (
            "Überschwemmung, wie Anwohner sie sahen",
            "Übersicht über die Schäden.",
        ),
    ] {
        let expected = PlainArticle {
            image: image(Some(alt), Some(caption), Some("Jane Doe")),
            ..harbour()
        };
        assert_eq!(
            split_plain(&above_body(&[
                HEADLINE,
                &format!("{alt}{caption}"),
                "Photo: Jane Doe"
            ])),
            expected,
            "{alt}"
        );
    }
}

#[test]
fn names_with_a_capital_inside_are_not_split() {
    for caption in [
        "An employee of McDonald and an iPhone in Norhaven.",
        "A film on YouTube as RFERL and BuzzFeed showed it.",
        "Mayor DeSantis and the LinkedIn office in Norhaven.",
        "Some macOS and eBay users near the quay.",
    ] {
        let expected = PlainArticle {
            image: image(None, Some(caption), Some("Jane Doe")),
            ..harbour()
        };
        assert_eq!(
            split_plain(&above_body(&[HEADLINE, caption, "Photo: Jane Doe"])),
            expected,
            "{caption}"
        );
    }
    let text = text_of(&[
        "Airline cancels flights",
        "Boarding an easyJet plane in May",
        "Photo: Jane Doe",
        "The airline easyJet cancelled flights.",
    ]);
    assert_eq!(
        split_plain(&text).image.unwrap().alt,
        None,
        "the article writes the name elsewhere"
    );
}

#[test]
fn a_credit_below_the_only_paragraph_leaves_it_body() {
    let article = split_plain(&text_of(&[HEADLINE, TRAMS[0], "Photo: Jane Doe"]));
    assert_eq!(article.body, strings(&[TRAMS[0], "Photo: Jane Doe"]));
}
