//! Hard-wrapped lines, parted words and numbered lists.

use super::{HEADLINE, split_plain, strings, text_of};
use crate::samples::HARBOUR;

/// A text wrapped at 64 columns, its first line behind `indent`.
fn wrapped(text: &str, indent: &str) -> String {
    let mut lines = vec![indent.to_owned()];
    for word in text.split(' ') {
        let line = lines.last_mut().unwrap();
        if line.chars().count() + word.chars().count() > 64 {
            lines.push(word.to_owned());
        } else {
            let gap = if line.trim().is_empty() { "" } else { " " };
            line.push_str(&format!("{gap}{word}"));
        }
    }
    lines.join("\n")
}

#[test]
fn wrapped_paragraphs_are_told_by_indents() {
    for indent in ["  ", "     ", "\t"] {
        let paragraphs: Vec<String> = HARBOUR.iter().map(|text| wrapped(text, indent)).collect();
        let article = split_plain(&format!("{HEADLINE}\n\n{}\n", paragraphs.join("\n")));
        assert_eq!(article.body, strings(&HARBOUR));
    }
}

#[test]
fn wrapped_paragraphs_are_told_by_short_last_lines() {
    let paragraphs = [
        "The first boat left the old quay on Monday with forty passengers aboard, the ferry office of the town said.",
        "The office expects a boat every hour from June, and a bus that meets each of them at the gate.",
        "Nobody was late. The next boats leave on Tuesday, when the tide allows it and the wind is fair enough.",
    ];
    let wrapped: Vec<String> = paragraphs.iter().map(|text| wrapped(text, "")).collect();
    let article = split_plain(&format!("Ferries return\n{}", wrapped.join("\n")));
    assert_eq!(article.headline.as_deref(), Some("Ferries return"));
    assert_eq!(article.body, strings(&paragraphs));
}

#[test]
fn lines_that_were_broken_by_hand_stay_one_paragraph() {
    let text = "The tide came in at noon.\nNobody\nsaw it but the keeper of the light, who was up early.\nHe said nothing.";
    assert_eq!(
        split_plain(&text_of(&[HEADLINE, text])).body,
        [text.replace('\n', " ")]
    );
}

#[test]
fn words_parted_at_the_end_of_a_line_are_joined_as_far_as_is_sure() {
    for (text, joined) in [
        (
            "The har-\nbour is closed. The harbour stays so.",
            "The harbour is closed. The harbour stays so.",
        ),
        (
            "A well-\nknown quay, and well-known boats.",
            "A well-known quay, and well-known boats.",
        ),
        (
            "Anglo-\nSaxon boats were here.",
            "Anglo-Saxon boats were here.",
        ),
        (
            "One- or two-\nand three-hour trips are sold.",
            "One- or two- and three-hour trips are sold.",
        ),
        (
            "It closed -\nfor good, it was said.",
            "It closed - for good, it was said.",
        ),
    ] {
        assert_eq!(split_plain(&text_of(&[HEADLINE, text])).body, [joined]);
    }
}

#[test]
fn numbered_lists_are_body_item_by_item() {
    let items = [
        "1. Bring a coat.",
        "2. Come early, as the boats are small and the queue is long.",
        "3) Stay.",
    ];
    let list = "1. Bring a coat.\n2. Come early, as the boats are small and the\n   queue is long.\n3) Stay.";
    let article = split_plain(&text_of(&[HEADLINE, list, HARBOUR[1]]));
    assert_eq!(article.key_points, Vec::<String>::new());
    assert_eq!(
        article.body,
        strings(&[items[0], items[1], items[2], HARBOUR[1]])
    );
    let numbered: Vec<String> = HARBOUR[..3]
        .iter()
        .zip(1..)
        .map(|(text, n)| format!("{n}. {text}"))
        .collect();
    let article = split_plain(&format!("{HEADLINE}\n\n{}", numbered.join("\n\n")));
    assert_eq!(article.body, numbered);
    let article = split_plain(&text_of(&["1. Bring a coat", "2. Come early", HARBOUR[0]]));
    assert_eq!((article.headline, article.body.len()), (None, 3));
    let article = split_plain(&text_of(&[
        HEADLINE,
        "He finished in\n12. The others were\nlate.",
    ]));
    assert_eq!(article.body, ["He finished in 12. The others were late."]);
}
