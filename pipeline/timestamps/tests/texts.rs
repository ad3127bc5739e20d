//! The marked texts under `texts/`: every file is well formed, and the annotator is held to a floor on each.
//!
//! `TEXTS_MISSED=1 cargo test -p dateline-timestamps --test texts -- --nocapture` prints what is missed.

#![allow(clippy::panic, clippy::print_stdout)]

use std::fs;
use std::path::Path;

use dateline_timestamps::text::{Context, annotate};

#[path = "texts/marks.rs"]
mod marks;
#[path = "texts/score.rs"]
mod score;

/// What a file must reach, in per cent of F1. Floors are raised as the figures grow and never lowered.
struct Floor {
    file: &'static str,
    strict: f64,
    relaxed: f64,
    value: f64,
}

const FLOORS: &[Floor] = &[
    floor("en.news", 98.0, 98.5, 95.5),
    floor("en.histories", 99.0, 99.0, 98.0),
    floor("de.news", 98.0, 98.5, 96.5),
    floor("fr.news", 98.5, 98.5, 96.5),
    floor("es.news", 98.0, 98.0, 98.0),
    floor("it.news", 97.5, 98.5, 96.0),
    floor("pt.news", 98.0, 98.5, 96.0),
    floor("nl.news", 98.0, 98.0, 95.0),
    floor("ru.news", 98.0, 99.0, 95.0),
    floor("en.holidays", 97.0, 97.0, 95.0),
    floor("de.holidays", 97.0, 97.0, 97.0),
    floor("fr.holidays", 97.0, 97.0, 97.0),
    floor("es.holidays", 97.0, 97.0, 97.0),
    floor("it.holidays", 97.0, 97.0, 97.0),
    floor("pt.holidays", 97.0, 97.0, 97.0),
    floor("nl.holidays", 97.0, 97.0, 97.0),
    floor("ru.holidays", 97.0, 97.0, 97.0),
];

const fn floor(file: &'static str, strict: f64, relaxed: f64, value: f64) -> Floor {
    Floor {
        file,
        strict,
        relaxed,
        value,
    }
}

fn articles(file: &str) -> Vec<marks::Article> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/texts/{file}.txt"));
    let text =
        fs::read_to_string(&path).unwrap_or_else(|fault| panic!("{}: {fault}", path.display()));
    marks::read(&text).unwrap_or_else(|fault| panic!("{file}: {fault}"))
}

#[test]
fn every_file_is_well_formed_and_has_a_floor() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/texts");
    for entry in fs::read_dir(folder).expect("the folder of the texts") {
        let name = entry
            .expect("an entry")
            .file_name()
            .into_string()
            .expect("a name in UTF-8");
        let Some(file) = name.strip_suffix(".txt") else {
            continue;
        };
        assert!(
            FLOORS.iter().any(|floor| floor.file == file),
            "{file} has no floor"
        );
        assert!(
            articles(file)
                .iter()
                .all(|article| !article.marks.is_empty()),
            "{file}: an article without marks"
        );
    }
}

#[test]
fn no_file_is_below_its_floor() {
    let report = std::env::var_os("TEXTS_MISSED").is_some();
    let mut below = Vec::new();
    for floor in FLOORS {
        let language = floor.file.split('.').next().unwrap_or_default();
        let mut score = score::Score::default();
        for article in articles(floor.file) {
            let context = Context {
                published: Some(article.published),
                language,
                country: article.country.as_deref(),
            };
            let answers = annotate(&article.text, &context);
            score.add(&article, &answers, report.then_some(floor.file));
        }
        println!("{}: {score}", floor.file);
        if score.strict() < floor.strict
            || score.relaxed() < floor.relaxed
            || score.value() < floor.value
        {
            below.push(format!("{}: {score}", floor.file));
        }
    }
    assert!(below.is_empty(), "below the floor: {below:#?}");
}
