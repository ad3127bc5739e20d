//! What must hold of temporal expressions in any text, and the one article that the design names.

#![allow(clippy::print_stdout)]

use std::path::Path;

use dateline_timestamps::text::languages;
use dateline_timestamps::{Context, Kind, Timex, annotate};
use jiff::civil::DateTime;
use proptest::prelude::*;

fn published() -> Option<DateTime> {
    "2023-05-10T12:00:00".parse().ok()
}

fn found(text: &str, language: &str) -> Vec<Timex> {
    let context = Context {
        published: published(),
        language,
        country: None,
    };
    annotate(text, &context)
}

/// Texts and values, and that nothing else is found.
#[track_caller]
fn finds(text: &str, expected: &[(&str, &str)]) {
    let answers = found(text, "en");
    let answers: Vec<(&str, &str)> = answers
        .iter()
        .map(|timex| (&text[timex.bytes.clone()], timex.value.as_str()))
        .collect();
    assert_eq!(answers, expected, "{text}");
}

#[test]
fn the_article_of_the_design_has_exactly_seven() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/seed");
    let Some(path) = std::fs::read_dir(&folder)
        .ok()
        .and_then(|mut files| files.next()?.ok())
    else {
        println!("skipped: {} is not there", folder.display());
        return;
    };
    let text = std::fs::read_to_string(path.path()).expect("the article");
    finds(
        &text,
        &[
            ("May 9, 2023", "2023-05-09"),
            ("Tuesday", "2023-05-09"),
            ("last year", "2022"),
            ("Monday", "2023-05-08"),
            ("April 24", "2023-04-24"),
            ("1991", "1991"),
            ("last year", "2022"),
        ],
    );
}

#[test]
fn what_looks_like_a_time_and_is_none() {
    finds("It was a last-minute deal.", &[]);
    finds(
        "He may march in the spring of his life.",
        &[("the spring", "2023-SP")],
    );
    finds("Call 555-2010 or see version 4.2011.", &[]);
    finds("They paid $2000 for 1990 people.", &[]);
}

#[test]
fn the_relation_is_told() {
    let answers = found("Closed since Monday, until next week.", "en");
    let relations: Vec<_> = answers
        .iter()
        .map(|timex| timex.relation.map(dateline_timestamps::Relation::name))
        .collect();
    assert_eq!(relations, [Some("since"), Some("until")]);
}

#[test]
fn both_ends_of_a_range_have_the_interval_of_the_whole() {
    let answers = found("Open from 3 to 5 May 2021.", "en");
    let intervals: Vec<_> = answers
        .iter()
        .map(|timex| timex.interval.map(|interval| interval.to_string()))
        .collect();
    let whole = Some("2021-05-03/2021-05-06".to_owned());
    assert_eq!(intervals, [whole.clone(), whole]);
}

#[test]
fn without_a_publication_what_depends_on_it_stays_open() {
    let context = Context {
        language: "en",
        ..Context::default()
    };
    let answers = annotate("They met on Tuesday.", &context);
    let values: Vec<&str> = answers.iter().map(|timex| timex.value.as_str()).collect();
    assert_eq!(values, ["XXXX-WXX-2"]);
    let head = annotate("May 9, 2023\n\nThey met on Monday.", &context);
    assert_eq!(head[1].value, "2023-05-08");
}

/// Words and marks of which expressions are made, in all languages.
const PARTS: &[&str] = &[
    "the",
    "of",
    "a",
    "in",
    "last",
    "next",
    "three",
    "12",
    "1999",
    "31",
    "30",
    "2023",
    "99",
    "May",
    "March",
    "Monday",
    "days",
    "year",
    "quarter",
    "century",
    "first",
    "20th",
    "ago",
    "later",
    "before",
    "after",
    "from",
    "to",
    "and",
    "-",
    "–",
    ",",
    ".",
    "'",
    "’",
    "s",
    "th",
    ":",
    "/",
    "5/9/2023",
    "2023-05-09",
    "18:05",
    "8.15",
    "p.m.",
    "GMT",
    "EST",
    "half",
    "million",
    "hundred",
    "twenty",
    "night",
    "Christmas",
    "Ramadan",
    "every",
    "weekend",
    "9999999999",
    "0",
    "00",
    "BC",
    "fiscal",
    "vor",
    "drei",
    "Tagen",
    "Montagabend",
    "il",
    "y",
    "hace",
    "días",
    "dopo",
    "há",
    "geleden",
    "мая",
    "года",
    "назад",
    "понедельник",
    "é",
    "ß",
    "🙂",
    "\u{301}",
    "\n",
    "\n\n",
    "\t",
    "\u{a0}",
    "\u{200f}",
    "%",
    "$",
    "(",
    ")",
    "\"",
];

fn sound(text: &str, language: &str) {
    let answers = found(text, language);
    let mut last = 0;
    let characters: Vec<char> = text.chars().collect();
    for timex in &answers {
        assert!(
            timex.bytes.start >= last && timex.bytes.end > timex.bytes.start,
            "{text:?}"
        );
        last = timex.bytes.end;
        let by_bytes = text
            .get(timex.bytes.clone())
            .expect("boundaries of characters");
        let by_characters: String = characters[timex.start..timex.end].iter().collect();
        assert_eq!(by_bytes, by_characters, "{text:?}");
        assert!((0.0..=1.0).contains(&timex.confidence), "{text:?}");
        assert!(
            !timex.value.is_empty() && !timex.rule.is_empty(),
            "{text:?}"
        );
        if let Some(interval) = timex.interval {
            assert!(interval.begin < interval.end, "{text:?}: {timex:?}");
        }
        if timex.kind == Kind::Duration {
            assert!(timex.value.starts_with('P'), "{text:?}: {timex:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_answered_soundly(text in ".{0,400}", language in prop::sample::select(languages().to_vec())) {
        sound(&text, language);
    }

    #[test]
    fn any_heap_of_words_is_answered_soundly(
        parts in prop::collection::vec((prop::sample::select(PARTS), prop::sample::select(&["", " ", " ", " "][..])), 0..60),
        language in prop::sample::select(languages().to_vec()),
    ) {
        let text: String = parts.iter().flat_map(|(part, blank)| [*part, *blank]).collect();
        sound(&text, language);
    }
}
