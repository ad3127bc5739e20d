//! Which part of a plain-text article is which.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr)]

mod front;
mod image;
mod lines;
mod properties;
mod rtl;
mod several;
mod trailer;
mod wire;

use std::path::Path;

use super::{PlainArticle, PlainImage};
use crate::samples::HARBOUR;

const HEADLINE: &str = "Norhaven’s harbour stays closed after highest surge in 41 years";
const CAPTION: &str = "A fishing boat lies on the quay of Norhaven (L), Tuesday, May 14, 2024.";

/// Whether a text is a date, of those that the samples have.
fn is_date(text: &str) -> bool {
    let begins = text.starts_with(|c: char| c.is_numeric()) || text.starts_with("May ");
    begins && text.contains("2023") && text.len() < 40
}

/// The parts of a text that is one article.
fn split_plain(text: &str) -> PlainArticle {
    let articles = super::split_plain(text, &is_date);
    assert_eq!(articles.len(), 1, "{text}");
    articles.into_iter().next().unwrap_or_default()
}

/// An article as text, its parts parted by blank lines.
fn text_of(parts: &[&str]) -> String {
    parts.join("\n\n")
}

/// `front` above the paragraphs of a body.
fn above_body(front: &[&str]) -> String {
    text_of(&[front, &HARBOUR[..]].concat())
}

/// What is expected of an article with a headline and the body of [`HARBOUR`].
fn harbour() -> PlainArticle {
    PlainArticle {
        headline: Some(HEADLINE.to_owned()),
        body: HARBOUR
            .iter()
            .map(|paragraph| (*paragraph).to_owned())
            .collect(),
        ..PlainArticle::default()
    }
}

fn strings(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

fn image(alt: Option<&str>, caption: Option<&str>, credit: Option<&str>) -> Option<PlainImage> {
    let owned = |text: Option<&str>| text.map(str::to_owned);
    Some(PlainImage {
        alt: owned(alt),
        caption: owned(caption),
        credit: owned(credit),
    })
}

#[test]
fn the_seed_has_every_part_in_its_place() {
    let seed =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/seed/000_d891b1a45b58ca3d.txt");
    let Ok(text) = std::fs::read_to_string(&seed) else {
        eprintln!("skipped: there is no {}", seed.display());
        return;
    };
    let article = split_plain(&text);
    assert_eq!(
        article.source_line.as_deref(),
        Some("Audio Sources - Full Text Articles")
    );
    assert!(
        article
            .headline
            .unwrap()
            .ends_with("reluctant to be there, report claims")
    );
    assert_eq!(article.byline, Vec::<String>::new());
    let image = article.image.unwrap();
    assert_eq!(
        image.alt.as_deref(),
        Some("Putin Victory Day - Central Asian leaders")
    );
    let caption = image.caption.unwrap();
    assert!(
        caption.starts_with("Russian President Vladimir Putin (L) ")
            && caption.ends_with(" in Moscow, Russia on May 9, 2023.")
    );
    assert_eq!(
        image.credit.as_deref(),
        Some("Sefa Karacan/Anadolu Agency via Getty Images")
    );
    assert_eq!(article.key_points.len(), 3);
    assert!(
        article.key_points[0].starts_with("Vladimir Putin was joined")
            && article.key_points[2].ends_with("show of support.")
    );
    assert_eq!(article.body.len(), 12);
    assert!(
        article.body[0].starts_with("Russian President")
            && article.body[11].ends_with("RFERL reported.")
    );
    assert_eq!(
        article.original_publisher.as_deref(),
        Some("Business Insider")
    );
}

#[test]
fn an_article_with_every_part() {
    let text = above_body(&[
        "Norhaven Gazette - Full Articles",
        HEADLINE,
        "By Jane Doe and John Smith",
        &format!("Norhaven storm surge - boats on the quay{CAPTION}"),
        "Ann Other/Anadolu Agency via Getty Images",
        "  • The harbour is closed.\u{a0}\n  • Two boats sank.\n  • Ferries return on Thursday.",
    ]) + "\n\nRead the original article on The Norhaven Gazette";
    let expected = PlainArticle {
        source_line: Some("Norhaven Gazette - Full Articles".to_owned()),
        byline: strings(&["Jane Doe", "John Smith"]),
        image: image(
            Some("Norhaven storm surge - boats on the quay"),
            Some(CAPTION),
            Some("Ann Other/Anadolu Agency via Getty Images"),
        ),
        key_points: strings(&[
            "The harbour is closed.",
            "Two boats sank.",
            "Ferries return on Thursday.",
        ]),
        original_publisher: Some("The Norhaven Gazette".to_owned()),
        ..harbour()
    };
    assert_eq!(split_plain(&text), expected);
    assert_eq!(
        split_plain(&format!("\u{feff}{}\r\n", text.replace('\n', "\r\n"))),
        expected,
        "CRLF and byte order mark"
    );
}

#[test]
fn headline_and_body_alone() {
    assert_eq!(split_plain(&above_body(&[HEADLINE])), harbour());
}

#[test]
fn hard_wrapped_lines_join() {
    let wrapped = above_body(&[HEADLINE])
        .replace(" the ", "\nthe ")
        .replace(" closed ", "\nclosed ")
        .replace(" and ", "\nand ");
    assert_eq!(split_plain(&wrapped), harbour());
}
