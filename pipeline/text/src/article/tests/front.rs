//! Headlines, bylines, key points and source lines.

use super::super::PlainArticle;
use super::{CAPTION, HEADLINE, above_body, harbour, split_plain, strings, text_of};
use crate::samples::HARBOUR;

#[test]
fn one_paragraph_is_a_headline_or_a_body() {
    assert_eq!(
        split_plain(HEADLINE),
        PlainArticle {
            headline: Some(HEADLINE.to_owned()),
            ..PlainArticle::default()
        }
    );
    assert_eq!(
        split_plain(HARBOUR[1]),
        PlainArticle {
            body: strings(&HARBOUR[1..2]),
            ..PlainArticle::default()
        }
    );
    assert_eq!(split_plain(" \r\n\u{feff}\n"), PlainArticle::default());
}

#[test]
fn a_first_paragraph_that_is_a_sentence_is_body() {
    let text = text_of(&HARBOUR);
    assert_eq!(
        split_plain(&text),
        PlainArticle {
            headline: None,
            ..harbour()
        }
    );
    let headline_of = |first: &str| split_plain(&above_body(&[first])).headline;
    assert_eq!(headline_of("The harbour is closed."), None);
    assert_eq!(headline_of("“The harbour is closed.”"), None);
    for headline in [
        "Is the harbour closed?",
        "Harbour closed...",
        "Fisherman rescued in the U.S.",
        "“Nobody was on board”",
    ] {
        assert_eq!(headline_of(headline).as_deref(), Some(headline));
    }
}

#[test]
fn bylines_are_names_and_nothing_else() {
    let byline = |line: &str| split_plain(&above_body(&[HEADLINE, line])).byline;
    assert_eq!(byline("By Jane Doe"), ["Jane Doe"]);
    assert_eq!(
        byline("By: Jane Doe, Ann B. Other-Smith and Ludo van der Meer"),
        ["Jane Doe", "Ann B. Other-Smith", "Ludo van der Meer"]
    );
    assert_eq!(
        byline("BY JANE DOE, JOHN SMITH, AND ANN O’HARA"),
        ["JANE DOE", "JOHN SMITH", "ANN O’HARA"]
    );
    assert_eq!(
        byline("Von Anna Schmidt und Jörg Weiß"),
        ["Anna Schmidt", "Jörg Weiß"]
    );
    assert_eq!(byline("By Reuters"), ["Reuters"]);
    for body in [
        "By Land and Sea",
        "By Friday",
        "By the time the water fell, Jane Doe had left",
        "By Jane Doe, 34",
        "By Jane Doe, Staff Writer at large",
    ] {
        let article = split_plain(&above_body(&[HEADLINE, body]));
        assert_eq!(
            (article.byline.as_slice(), article.body[0].as_str()),
            (&[][..], body)
        );
    }
}

#[test]
fn key_points_have_one_kind_of_bullet() {
    for bullet in ["•", "-", "*", "–", "▪"] {
        for separator in ["\n", "\n\n", "\r\n"] {
            let list = [
                format!("{bullet} One thing"),
                format!("  {bullet} Another"),
                format!("{bullet} A third"),
            ]
            .join(separator);
            let expected = PlainArticle {
                key_points: strings(&["One thing", "Another", "A third"]),
                ..harbour()
            };
            assert_eq!(
                split_plain(&above_body(&[HEADLINE, &list])),
                expected,
                "{list}"
            );
        }
    }
    assert_eq!(
        split_plain(&above_body(&[HEADLINE, "• One alone"])).key_points,
        ["One alone"]
    );
    assert_eq!(
        split_plain(&above_body(&[HEADLINE, "– That is speech, he said."])).key_points,
        Vec::<String>::new()
    );
    assert_eq!(
        split_plain(&above_body(&[HEADLINE, "-5 degrees in the night"])).key_points,
        Vec::<String>::new()
    );
}

#[test]
fn a_list_in_the_body_stays_there_with_its_bullets() {
    let text = text_of(&[HEADLINE, HARBOUR[0], "• One\n• Two", HARBOUR[1]]);
    assert_eq!(
        split_plain(&text).body,
        strings(&[HARBOUR[0], "• One", "• Two", HARBOUR[1]])
    );
}

#[test]
fn source_lines_name_a_medium() {
    let source_line = |first: &str| split_plain(&above_body(&[first, HEADLINE])).source_line;
    for line in [
        "Norhaven Gazette",
        "The Evening Post",
        "News | Norhaven",
        "Example Wire – World",
        "gazette.example",
        "Norhavener Zeitung",
    ] {
        assert_eq!(source_line(line).as_deref(), Some(line));
    }
    for headline in [
        "Storm Surge – Harbour Closed",
        "Post Workers Strike",
        "Harbour closed, says news agency",
        "Norhaven",
    ] {
        let article = split_plain(&above_body(&[headline, HEADLINE]));
        assert_eq!(
            (article.source_line, article.headline.as_deref()),
            (None, Some(headline))
        );
        assert_eq!(article.body[0], HEADLINE);
    }
    let two_lines = split_plain(&text_of(&["Norhaven Gazette", HEADLINE]));
    assert_eq!(
        (two_lines.source_line, two_lines.headline.as_deref()),
        (None, Some("Norhaven Gazette")),
        "nothing would be left below"
    );
}

#[test]
fn front_matter_comes_in_any_order() {
    let text = above_body(&[
        HEADLINE,
        "• One\n• Two",
        CAPTION,
        "Photo: Ann Other",
        "By Jane Doe",
    ]);
    let article = split_plain(&text);
    assert_eq!(
        (article.byline, article.body.len()),
        (strings(&["Jane Doe"]), HARBOUR.len())
    );
    assert_eq!(article.image.unwrap().credit.as_deref(), Some("Ann Other"));
    assert_eq!(article.key_points, ["One", "Two"]);
}
