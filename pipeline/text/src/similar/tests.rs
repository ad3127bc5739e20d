//! What counts as nearly the same, measured on articles of our own.

#![allow(clippy::unwrap_used, clippy::panic)]

use proptest::prelude::*;

use super::{close, distance, sketch, title_overlap};
use crate::samples::{HARBOUR, HARBOUR_ELSEWHERE, MARKET_IN_CHINESE, TRAMS};

fn sketch_of(paragraphs: &[&str]) -> u64 {
    sketch(&paragraphs.join("\n\n")).unwrap()
}

/// Light edits as newsrooms make them, each of one article.
fn light_edits(article: &[&str]) -> Vec<(&'static str, Vec<String>)> {
    let owned = |paragraphs: &[&str]| {
        paragraphs
            .iter()
            .map(|p| (*p).to_owned())
            .collect::<Vec<_>>()
    };
    let with = |edit: &dyn Fn(&mut Vec<String>)| {
        let mut edited = owned(article);
        edit(&mut edited);
        edited
    };
    vec![
        (
            "a number",
            with(&|a| a[0] = a[0].replace("3.2", "3.4").replace("31", "32")),
        ),
        (
            "some numbers",
            with(&|a| {
                a.iter_mut().for_each(|p| {
                    *p = p
                        .replace("140", "144")
                        .replace("63 ", "71 ")
                        .replace("300", "320")
                        .replace("212", "214")
                })
            }),
        ),
        (
            "a sentence",
            with(&|a| {
                a[1].push_str(
                    " This paragraph was updated with the latest figures from the authorities.",
                )
            }),
        ),
        (
            "a sentence rewritten",
            with(&|a| {
                let end = a[2].find(". ").unwrap();
                a[2].replace_range(
                    ..end,
                    "Officials confirmed late in the day that the timetable stays in doubt",
                );
            }),
        ),
        (
            "a paragraph added",
            with(&|a| {
                a.push("A spokeswoman for the regional government said a report would be presented to the assembly in autumn.".to_owned())
            }),
        ),
        (
            "the last paragraph cut",
            with(&|a| drop(a.remove(a.len() - 2))),
        ),
        (
            "a credit line",
            with(&|a| {
                a.insert(
                    0,
                    "By our correspondent on the coast, with material from agencies".to_owned(),
                )
            }),
        ),
        ("the order", with(&|a| a.swap(1, 2))),
        (
            "the typography",
            with(&|a| {
                a.iter_mut()
                    .for_each(|p| *p = p.replace('"', "“").replace(", ", " – ").to_uppercase())
            }),
        ),
    ]
}

#[test]
fn lightly_edited_articles_are_close() {
    let mut furthest = 0;
    for article in [&HARBOUR[..], &HARBOUR_ELSEWHERE, &TRAMS] {
        let original = sketch_of(article);
        for (name, edited) in light_edits(article) {
            let edited: Vec<&str> = edited.iter().map(String::as_str).collect();
            let apart = distance(original, sketch_of(&edited));
            assert!(
                close(original, sketch_of(&edited)),
                "{name} in {:?} makes {apart} bits",
                &article[0][..30]
            );
            furthest = furthest.max(apart);
        }
    }
    assert_eq!(furthest, 10, "the figure beside the threshold");
}

#[test]
fn different_articles_are_not_close() {
    let articles = [
        sketch_of(&HARBOUR),
        sketch_of(&HARBOUR_ELSEWHERE),
        sketch_of(&TRAMS),
        sketch(MARKET_IN_CHINESE).unwrap(),
    ];
    let mut nearest = 64;
    for (i, &a) in articles.iter().enumerate() {
        for &b in &articles[i + 1..] {
            assert!(!close(a, b));
            nearest = nearest.min(distance(a, b));
        }
    }
    assert_eq!(nearest, 28, "the figure beside the threshold");
}

#[test]
fn an_edit_in_a_script_without_spaces_is_close() {
    let edited = MARKET_IN_CHINESE
        .replace("八十五", "九十")
        .replace("三成", "四成");
    assert!(close(
        sketch(MARKET_IN_CHINESE).unwrap(),
        sketch(&edited).unwrap()
    ));
}

#[test]
fn sketches_stay_what_they_are() {
    assert_eq!(format!("{:016x}", sketch_of(&HARBOUR)), "b9e6e10e5ede5c8c");
    assert_eq!(format!("{:016x}", sketch_of(&TRAMS)), "3ec482311dc41a14");
    assert_eq!(
        format!("{:016x}", sketch(MARKET_IN_CHINESE).unwrap()),
        "d45e0c0a07a80332"
    );
}

#[test]
fn short_texts_have_no_sketch() {
    assert_eq!(sketch(""), None);
    assert_eq!(sketch(&"word ".repeat(39)), None);
    assert!(sketch(&"word ".repeat(40)).is_some());
}

#[test]
fn titles_overlap_by_their_words() {
    assert_eq!(
        title_overlap("Storm closes harbour", "STORM closes the harbour!"),
        0.75
    );
    assert_eq!(
        title_overlap("Storm closes harbour", "Harbour, closed: storm"),
        0.5
    );
    assert_eq!(title_overlap("The mayor’s word", "Word: the mayor's"), 1.0);
    assert_eq!(title_overlap("Storm", "Trams"), 0.0);
    assert_eq!(title_overlap("", "..."), 0.0);
}

#[test]
fn titles_without_spaces_overlap_by_pairs_of_characters() {
    assert_eq!(title_overlap("渔市重新开放", "渔市重新开放"), 1.0);
    assert_eq!(
        title_overlap("渔市开放", "渔市关闭"),
        0.2,
        "one pair of five"
    );
    assert_eq!(
        title_overlap("雨", "雨"),
        1.0,
        "a single character has no pair"
    );
    assert_eq!(title_overlap("雨 A", "雪 A"), 1.0 / 3.0);
    assert_eq!(
        title_overlap("2024年渔市", "渔市2024年"),
        0.5,
        "the year and one pair of four terms"
    );
}

proptest! {
    #[test]
    fn any_two_texts_can_be_compared(a in any::<String>(), b in any::<String>()) {
        let overlap = title_overlap(&a, &b);
        prop_assert!((0.0..=1.0).contains(&overlap));
        prop_assert_eq!(overlap, title_overlap(&b, &a));
        sketch(&a);
    }

    #[test]
    fn case_and_spacing_make_no_difference(words in prop::collection::vec("[a-z]{1,8}", 40..80)) {
        let plain = sketch(&words.join(" "));
        prop_assert!(plain.is_some());
        prop_assert_eq!(plain, sketch(&words.join(",\n").to_uppercase()));
    }

    #[test]
    fn distance_counts_bits(a in any::<u64>(), bits in prop::collection::btree_set(0_u32..64, 0..64)) {
        let b = bits.iter().fold(a, |b, bit| b ^ (1 << bit));
        prop_assert_eq!(distance(a, b) as usize, bits.len());
    }
}
