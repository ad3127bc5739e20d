//! Bylines, dates and datelines as wires and desks write them.

use super::super::PlainArticle;
use super::{HEADLINE, above_body, harbour, image, split_plain, strings, text_of};
use crate::samples::HARBOUR;

#[test]
fn bylines_may_say_for_whom() {
    for (line, authors, agency) in [
        ("By JANE ROE, Quay Wire", &["JANE ROE"][..], "Quay Wire"),
        (
            "By Jane Roe and Tom Low, Associated Press",
            &["Jane Roe", "Tom Low"],
            "Associated Press",
        ),
        ("Von Jana Reh, dpa", &["Jana Reh"], "dpa"),
        (
            "Par Jeanne Roux et Luc Petit, AFP",
            &["Jeanne Roux", "Luc Petit"],
            "AFP",
        ),
        ("Por Juana Reyes, Diario", &["Juana Reyes"], "Diario"),
    ] {
        let expected = PlainArticle {
            byline: strings(authors),
            agency: Some(agency.to_owned()),
            ..harbour()
        };
        assert_eq!(
            split_plain(&above_body(&[HEADLINE, line])),
            expected,
            "{line}"
        );
    }
    let article = split_plain(&above_body(&[HEADLINE, "By JANE ROE\nAssociated Press"]));
    assert_eq!(
        (article.byline, article.agency.as_deref(), article.image),
        (strings(&["JANE ROE"]), Some("Associated Press"), None)
    );
}

#[test]
fn what_an_author_is_by_trade_stays_in_the_text() {
    let line = "By Jane Roe and Tom Low, Political Correspondents";
    let article = split_plain(&above_body(&[HEADLINE, line]));
    assert_eq!(article.byline, ["Jane Roe", "Tom Low"]);
    assert_eq!(article.body[0], line);
    let line = "By Jane Roe, Staff Writer";
    let article = split_plain(&above_body(&[HEADLINE, line, "9 May 2023"]));
    assert_eq!(article.byline, ["Jane Roe"]);
    assert_eq!(article.published.as_deref(), Some("9 May 2023"));
    assert_eq!(article.body[..2], strings(&[line, HARBOUR[0]]));
}

#[test]
fn dates_stand_alone_or_beside_the_byline() {
    let both = (
        Some("9 May 2023, 10:15 BST"),
        Some("10 May 2023, 08:00 BST"),
    );
    for (front, (published, updated)) in [
        (&["Published 9 May 2023, 10:15 BST"][..], (both.0, None)),
        (&["Updated: 10 May 2023, 08:00 BST"], (None, both.1)),
        (
            &["Published 9 May 2023, 10:15 BST\nUpdated 10 May 2023, 08:00 BST"],
            both,
        ),
        (
            &["Published 9 May 2023, 10:15 BST | Updated 10 May 2023, 08:00 BST"],
            both,
        ),
        (
            &["9 May 2023, 10:15 BST; updated 10 May 2023, 08:00 BST"],
            both,
        ),
        (
            &["Veröffentlicht am 9. Mai 2023", "Stand: 10. Mai 2023"],
            (Some("9. Mai 2023"), Some("10. Mai 2023")),
        ),
        (&["May 9, 2023"], (Some("May 9, 2023"), None)),
    ] {
        let expected = PlainArticle {
            published: published.map(str::to_owned),
            updated: updated.map(str::to_owned),
            ..harbour()
        };
        let with_headline = [&[HEADLINE], front].concat();
        assert_eq!(
            split_plain(&above_body(&with_headline)),
            expected,
            "{front:?}"
        );
        let above_headline = [front, &[HEADLINE]].concat();
        assert_eq!(
            split_plain(&above_body(&above_headline)),
            expected,
            "{front:?}"
        );
    }
    let expected = PlainArticle {
        byline: strings(&["Jane Roe", "Tom Low"]),
        published: Some("9 May 2023".to_owned()),
        ..harbour()
    };
    for line in [
        "By Jane Roe and Tom Low | 9 May 2023",
        "By Jane Roe and Tom Low\n9 May 2023",
    ] {
        assert_eq!(
            split_plain(&above_body(&[HEADLINE, line])),
            expected,
            "{line}"
        );
    }
}

#[test]
fn a_date_that_cannot_be_read_is_body() {
    for line in [
        "Published at last",
        "Updated in 2023 or so",
        "9 May, they say",
    ] {
        let article = split_plain(&above_body(&[HEADLINE, line]));
        assert_eq!((article.published, article.updated), (None, None));
        assert_eq!(article.body[0], line);
    }
}

#[test]
fn datelines_tell_the_agency_and_stay_in_the_text() {
    for (dateline, agency) in [
        ("LONDON (AP) — ", Some("AP")),
        ("BRIDPORT, England, May 9 (Reuters) - ", Some("Reuters")),
        ("Bridport, May 9, 2023 (AFP) -- ", Some("AFP")),
        ("NORHAVEN (Quay Wire) — ", Some("Quay Wire")),
        ("МОСКВА, 9 мая. /ТАСС/. ", Some("ТАСС")),
        ("القاهرة (رويترز) - ", Some("رويترز")),
        ("(Reuters) - ", Some("Reuters")),
        ("PARIS — ", None),
        ("PARIS, May 9 — ", None),
        ("Mayor Lindqvist (Labour) — once a sailor — says: ", None),
        (
            "The mayor said on Monday (Reuters) - and said it twice - that ",
            None,
        ),
    ] {
        let first = format!("{dateline}{}", HARBOUR[0]);
        let article = split_plain(&text_of(&[HEADLINE, &first, HARBOUR[1]]));
        assert_eq!(article.agency.as_deref(), agency, "{dateline}");
        assert_eq!(article.body, strings(&[&first, HARBOUR[1]]));
        assert_eq!(article.headline.as_deref(), Some(HEADLINE));
    }
}

#[test]
fn a_dateline_needs_no_blank_line_above_it() {
    let text = "Gulls return to the old quay\nBy Jane Roe\nBRIDPORT, England, May 9 (Reuters) - The gulls came back on\nMonday, said the office.\n";
    let expected = PlainArticle {
        headline: Some("Gulls return to the old quay".to_owned()),
        byline: strings(&["Jane Roe"]),
        agency: Some("Reuters".to_owned()),
        body: strings(&[
            "BRIDPORT, England, May 9 (Reuters) - The gulls came back on Monday, said the office.",
        ]),
        ..PlainArticle::default()
    };
    assert_eq!(split_plain(text), expected);
}

#[test]
fn credits_need_no_agency() {
    for (caption, credit) in [
        ("A fishing boat lies on the quay (L).", "Jane Roe"),
        (
            "FILE PHOTO: The flood gates of Norhaven",
            "Jane Roe/Tom Low",
        ),
        (
            "The flood gates of Norhaven on Monday.",
            "Jane Roe/Quay Courier",
        ),
        ("The flood gates of Norhaven on Monday.", "Photo: Jane Roe"),
        (
            "The flood gates of Norhaven on Monday.",
            "Jane Roe via Norhaven Radio",
        ),
    ] {
        let expected = PlainArticle {
            image: image(
                None,
                Some(caption),
                Some(credit.trim_start_matches("Photo: ")),
            ),
            ..harbour()
        };
        assert_eq!(
            split_plain(&above_body(&[HEADLINE, caption, credit])),
            expected,
            "{credit}"
        );
    }
}
