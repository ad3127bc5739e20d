//! A field of a record with its names, times and amounts marked. Each kind has a line of its own below its words, so that none is told by colour alone.

use dateline_pipeline::record::Record;
use maud::{Markup, html};

use crate::marks::{self, Mark, What};

/// A field of a record, by its name in mentions, such as `text` or `key_points[2]`.
pub(in crate::admin) fn field(record: &Record, name: &str, text: &str) -> Markup {
    let times = record.timestamps.iter().filter(|timex| timex.field == name);
    let amounts = record
        .quantities
        .iter()
        .filter(|amount| amount.field == name);
    let names = marks::mentions(&record.entities, |field| field == name);
    marked(text, &marks::of(times, amounts, names))
}

fn marked(text: &str, marks: &[Mark<'_>]) -> Markup {
    let mut characters = text.chars();
    let mut at = 0;
    let mut take = |end: usize| -> String {
        let taken = characters.by_ref().take(end.saturating_sub(at)).collect();
        at = at.max(end);
        taken
    };
    html! {
        @for mark in marks {
            (take(mark.start))
            @let words = take(mark.end);
            // A record of another version may speak of places that its text does not have.
            @if !words.is_empty() { mark class=(class(&mark.what)) title=(title(mark)) { (words) } }
        }
        (take(usize::MAX))
    }
}

/// How a kind of mark looks.
fn class(what: &What<'_>) -> &'static str {
    match what {
        What::Time(_) => "time",
        What::Amount(_) => "amount",
        What::Name(entity) => kind_class(&entity.kind),
    }
}

/// How names of a type look.
fn kind_class(kind: &str) -> &'static str {
    match kind {
        "person" => "person",
        "organization" => "organization",
        "location" => "location",
        _ => "other",
    }
}

fn title(mark: &Mark<'_>) -> String {
    match mark.what {
        What::Time(_) => format!("time: {}", mark.meaning()),
        What::Amount(amount) => format!("{}: {}", amount.kind, mark.meaning()),
        What::Name(entity) => {
            let id = entity.id.as_deref().map(|id| format!(" ({id})"));
            format!(
                "{}: {}{}",
                entity.kind,
                mark.meaning(),
                id.unwrap_or_default()
            )
        }
    }
}

/// What the marks of a text mean.
pub(in crate::admin) fn legend() -> Markup {
    html! {
        ul.legend.marks aria-label="What is marked" {
            @for (class, words) in [
                ("person", "person"), ("organization", "organization"), ("location", "location"), ("other", "other name"), ("time", "time"),
                ("amount", "amount"),
            ] {
                li { mark class=(class) { (words) } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use dateline_pipeline::record::{Entity, Timex};

    use super::*;

    #[test]
    fn marks_stand_at_their_code_points_and_everything_is_escaped() {
        let text = "😀 Ærø & <b>May 9</b>\u{202e}!";
        let timex: Timex = serde_json::from_value(serde_json::json!({
            "field": "text", "start": 11, "end": 16, "text": "May 9", "type": "DATE", "value": "2023-05-09", "anchor": "itself",
            "confidence": 1.0, "rule": "day"
        }))
        .unwrap();
        let place: Entity = serde_json::from_value(serde_json::json!({
            "type": "location", "name": "Ærø <i>", "confidence": 0.9,
            "mentions": [
                { "field": "text", "start": 2, "end": 5, "text": "Ærø" },
                { "field": "text", "start": 9, "end": 12, "text": "b>M" },
                { "field": "text", "start": 900, "end": 910, "text": "beyond" },
            ]
        }))
        .unwrap();
        let names = marks::mentions(std::slice::from_ref(&place), |field| field == "text");
        let marks = marks::of([&timex], [], names);
        assert_eq!(
            marked(text, &marks).into_string(),
            "😀 <mark class=\"location\" title=\"location: Ærø &lt;i&gt;\">Ærø</mark> &amp; &lt;b&gt;\
             <mark class=\"time\" title=\"time: 2023-05-09\">May 9</mark>&lt;/b&gt;\u{202e}!"
        );
    }
}
