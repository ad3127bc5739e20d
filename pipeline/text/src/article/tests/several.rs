//! Several articles in one file.

use super::super::split_plain;
use super::{is_date, text_of};

const FIRST: &str =
    "Gulls return to the old quay\n\nThe gulls came back on Monday, said the office.";
const SECOND: &str =
    "Ferries leave an hour late\n\nThe tide was low, said the office. Nobody minded.";

fn headlines(text: &str) -> Vec<String> {
    let articles = split_plain(text, &is_date);
    articles
        .into_iter()
        .map(|article| article.headline.unwrap_or_default())
        .collect()
}

const BOTH: [&str; 2] = ["Gulls return to the old quay", "Ferries leave an hour late"];

#[test]
fn separators_part_articles() {
    for separator in [
        "----------------",
        "================",
        "* * * * * * * * * *",
        "________________",
        "---",
        "=====",
        "-----",
        "\u{c}",
        "###",
        "# # #",
        "-30-",
        "– 30 –",
        "ENDS",
        "(END)",
        "- ends -",
        "END\n\n----------\n",
    ] {
        for around in ["\n\n", "\n", "\r\n\r\n"] {
            let text = format!("{FIRST}{around}{separator}{around}{SECOND}");
            let articles = split_plain(&text, &is_date);
            assert_eq!(headlines(&text), BOTH, "{separator:?} {around:?}");
            assert_eq!(
                articles[0].body,
                ["The gulls came back on Monday, said the office."]
            );
            assert_eq!(
                articles[1].body,
                ["The tide was low, said the office. Nobody minded."]
            );
        }
    }
}

#[test]
fn asterisks_part_articles_that_are_signed() {
    assert_eq!(headlines(&text_of(&[FIRST, "***", SECOND])).len(), 1);
    let signed = SECOND.replacen("\n\n", "\n\nBy Jane Roe\n\n", 1);
    assert_eq!(headlines(&text_of(&[FIRST, "***", &signed])), BOTH);
}

#[test]
fn a_rule_within_an_article_parts_nothing() {
    for (above, below) in [
        (FIRST, "They were late this year, and nobody knows why."),
        (FIRST, "What next\n\nThe office expects more gulls in June."),
        (FIRST, "Copyright 2023 Quay Wire"),
        (
            "Gulls return to the old quay",
            "The gulls came back on Monday, said the office.",
        ),
        (
            "Gulls return to the old quay\nBy Jane Roe",
            "The gulls came back on Monday.\n\nThey were late.",
        ),
    ] {
        for rule in ["---", "-----", "* * *", "___"] {
            let text = text_of(&[above, rule, below]);
            let articles = split_plain(&text, &is_date);
            assert_eq!(articles.len(), 1, "{text}");
            assert_eq!(articles[0].headline.as_deref(), Some(BOTH[0]), "{text}");
            assert!(
                !articles[0].body.iter().any(|paragraph| paragraph == rule),
                "a rule is no text"
            );
        }
    }
}

#[test]
fn an_underlined_headline_is_a_headline() {
    let text = format!(
        "{}\n",
        FIRST.replacen("\n\n", "\n============================\n\n", 1)
    );
    let articles = split_plain(&text, &is_date);
    assert_eq!(articles, split_plain(FIRST, &is_date));
}

#[test]
fn what_stands_below_the_end_of_a_release_belongs_to_it() {
    for notes in [
        "Notes to editors\n\n1. The quay was built in 1902.\n\n2. It is 40 metres long.",
        "About Quay Ferries\n\nQuay Ferries runs twelve boats.",
        "Contact: Jane Roe, 555 0101",
    ] {
        let text = text_of(&[FIRST, "ENDS", notes]);
        let articles = split_plain(&text, &is_date);
        assert_eq!(articles.len(), 1, "{text}");
        let last = notes.rsplit("\n\n").next().unwrap();
        assert_eq!(articles[0].body.last().map(String::as_str), Some(last));
    }
}

#[test]
fn a_collection_s_line_goes_with_the_first_article() {
    let text = text_of(&[
        "Harbour Wire - Full Text Articles",
        "==========",
        FIRST,
        "==========",
        SECOND,
        "==========",
    ]);
    let articles = split_plain(&text, &is_date);
    assert_eq!(headlines(&text), BOTH);
    assert_eq!(
        articles[0].source_line.as_deref(),
        Some("Harbour Wire - Full Text Articles")
    );
    assert_eq!(articles[1].source_line, None);
}

#[test]
fn many_rules_take_no_time() {
    let text = "a\n----------\n".repeat(50_000);
    assert_eq!(split_plain(&text, &is_date).len(), 1);
}
