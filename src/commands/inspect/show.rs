//! Findings for people at a terminal.

use dateline_pipeline::record::{DateOrigin, Instant, Record};
use dateline_pipeline::transform::rules::Dropped;

use super::Findings;
use crate::marks;
use crate::terminal::{self, Style, paint};

/// Characters of a long text that are shown.
const EXCERPT: usize = 280;

/// Times of a record that are shown.
const TIMES: usize = 8;

/// Records shown in full; of more, only the headlines.
const IN_FULL: usize = 3;

pub(super) fn findings(findings: &Findings) -> String {
    let colour = terminal::stdout_is_colourful();
    let mut text = String::new();
    if let Some(title) = &findings.title {
        text += &format!("{}\n\n", paint(title, Style::Bold, colour));
    }
    for record in findings.records.iter().take(IN_FULL) {
        text += &in_full(record, colour);
        text.push('\n');
    }
    for record in findings.records.iter().skip(IN_FULL) {
        text += &in_short(record, colour);
    }
    if findings.records.len() > IN_FULL {
        text.push('\n');
    }
    for dropped in &findings.left_out {
        text += &format!("{}\n", left_out(dropped));
    }
    for problem in &findings.problems {
        text += &format!("{} {problem}\n", paint("problem:", Style::Warning, colour));
    }
    let count = findings.records.len();
    text += &format!("{count} record{}\n", if count == 1 { "" } else { "s" });
    text
}

/// What a rule does not let become a record.
pub(super) fn left_out(dropped: &Dropped) -> String {
    let title = dropped.title.as_deref().unwrap_or("(no title)");
    format!("left out by the rule `{}`: {title}", dropped.rule)
}

fn in_short(record: &Record, colour: bool) -> String {
    let when = record
        .published
        .as_ref()
        .map_or("no date".to_owned(), |published| {
            published.instant.to_string()
        });
    let title = record.title.as_deref().unwrap_or("(no title)");
    format!(
        "{}  {title}\n",
        paint(&format!("{when:<20}"), Style::Dim, colour)
    )
}

fn in_full(record: &Record, colour: bool) -> String {
    let mut text = String::new();
    let mut line = |name: &str, value: &str| {
        if !value.is_empty() {
            text += &format!(
                "{} {value}\n",
                paint(&format!("{name:>12}"), Style::Dim, colour)
            );
        }
    };
    let title = record.title.as_deref().unwrap_or("(no title)");
    line("title", &paint(title, Style::Bold, colour));
    line("id", &record.id);
    line("url", record.url.as_deref().unwrap_or_default());
    if record.canonical_url != record.url {
        line(
            "canonical",
            record.canonical_url.as_deref().unwrap_or_default(),
        );
    }
    line("guid", record.guid.as_deref().unwrap_or_default());
    line("publisher", record.publisher.as_deref().unwrap_or_default());
    line(
        "syndicator",
        record.syndicator.as_deref().unwrap_or_default(),
    );
    let authors: Vec<_> = record
        .authors
        .iter()
        .filter_map(|author| author.name.as_deref())
        .collect();
    line("authors", &authors.join(", "));
    for (name, instant) in [
        ("published", &record.published),
        ("updated", &record.updated),
    ] {
        if let Some(instant) = instant {
            line(name, &date(instant));
        }
    }
    line(
        "language",
        record
            .language
            .as_ref()
            .map_or("", |language| &language.code),
    );
    line("categories", &record.categories.join(", "));
    for image in &record.images {
        line("image", image.url.as_deref().unwrap_or_default());
        line("alt", image.alt.as_deref().unwrap_or_default());
        line("caption", image.caption.as_deref().unwrap_or_default());
        line("credit", image.credit.as_deref().unwrap_or_default());
    }
    for point in &record.key_points {
        line("key point", point);
    }
    line(
        "summary",
        &excerpt(record.summary.as_deref().unwrap_or_default()),
    );
    if let Some(body) = &record.text {
        let paragraphs = body.split("\n\n").count();
        let words = body.split_whitespace().count();
        line(
            "text",
            &format!("{paragraphs} paragraphs, {words} words: {}", excerpt(body)),
        );
    }
    line("timestamps", &times(record));
    for recovered in &record.provenance.recovered {
        line("recovered", recovered);
    }
    text
}

/// An instant with what it was read from, and how sure it is where it is not.
fn date(date: &Instant) -> String {
    let mut text = date.instant.to_string();
    if let Some(raw) = &date.raw {
        text += &format!("  from {raw:?}");
    }
    if date.from == DateOrigin::Url {
        text += " in the address";
    }
    match date.confidence {
        Some(confidence) if confidence < 1.0 => text + &format!("  confidence {confidence:.2}"),
        _ => text,
    }
}

/// The first times that a record's texts speak of, with their values.
fn times(record: &Record) -> String {
    let shown = record.timestamps.iter().take(TIMES);
    let mut times: Vec<String> = shown
        .map(|timex| format!("{} → {}", timex.text, marks::meaning(timex)))
        .collect();
    if record.timestamps.len() > TIMES {
        times.push(format!("… {} in all", record.timestamps.len()));
    }
    times.join("; ")
}

fn excerpt(text: &str) -> String {
    let flat = text.replace("\n\n", " ¶ ");
    if flat.chars().count() <= EXCERPT {
        return flat;
    }
    let mut cut: String = flat.chars().take(EXCERPT).collect();
    cut.push('…');
    cut
}
