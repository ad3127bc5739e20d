#![allow(clippy::unwrap_used)]

use super::*;
use crate::draft::{Item, Text};
use crate::record::Image;
use crate::transform::drafts::record;

fn characters(text: &str, time: &Timex) -> String {
    text.chars()
        .skip(time.start)
        .take(time.end - time.start)
        .collect()
}

#[test]
fn every_text_of_a_record_is_read_and_offsets_count_code_points() {
    let record = record(Item {
        title: Some(Text::plain(
            "Der Ærø-Fähre „Tern“ fehlt seit 2023-05-01 ein Rad",
        )),
        summary: Some(Text::plain("Since 2023-05-01.")),
        content: Some(Text::html(
            "<p>“Ærø” sailed.</p><p>On 2023-05-09 she came back.</p>",
        )),
        key_points: vec!["None yet".to_owned(), "Back on 2023-05-09".to_owned()],
        images: vec![Image {
            caption: Some("The quay, 2023-05-09".to_owned()),
            ..Image::default()
        }],
        ..Item::default()
    });
    let fields: Vec<_> = record
        .timestamps
        .iter()
        .map(|time| time.field.as_str())
        .collect();
    assert_eq!(
        fields,
        [
            "title",
            "summary",
            "key_points[1]",
            "text",
            "images[0].caption"
        ]
    );
    for (time, text) in record.timestamps.iter().zip([
        record.title.as_deref().unwrap(),
        record.summary.as_deref().unwrap(),
        &record.key_points[1],
        record.text.as_deref().unwrap(),
        record.images[0].caption.as_deref().unwrap(),
    ]) {
        assert_eq!(characters(text, time), time.text);
        assert_eq!(time.value, time.text);
        assert_eq!(time.kind, TimexKind::Date);
        let interval = time.interval.as_ref().unwrap();
        assert_eq!(interval.begin, time.value);
    }
}

#[test]
fn a_language_without_a_table_is_left_alone() {
    for (language, expected) in [
        (None, 1),
        (Some("en-GB"), 1),
        (Some("tlh"), 0),
        // No tag at all says nothing.
        (Some("?"), 1),
    ] {
        let record = record(Item {
            content: Some(Text::plain("Back on 2023-05-09.")),
            language: language.map(str::to_owned),
            ..Item::default()
        });
        assert_eq!(record.timestamps.len(), expected, "{language:?}");
    }
}

#[test]
fn a_table_of_dates_has_its_limit_and_says_so() {
    let record = record(Item {
        title: Some(Text::plain("2023-05-09")),
        content: Some(Text::plain("2023-05-09 ".repeat(MAX_TIMEXES))),
        ..Item::default()
    });
    assert_eq!(record.timestamps.len(), MAX_TIMEXES);
    assert_eq!(
        record.provenance.recovered,
        ["the texts speak of 1001 times and only the first 1000 were taken"]
    );
}

#[test]
fn of_a_very_long_text_the_start_is_searched_and_that_is_said() {
    let record = record(Item {
        title: Some(Text::plain("2023-05-09")),
        content: Some(Text::plain(format!(
            "2023-05-09 {} 2023-05-09",
            "é ".repeat(MAX_BYTES / 3)
        ))),
        ..Item::default()
    });
    assert_eq!(record.timestamps.len(), 2);
    assert_eq!(
        record.provenance.recovered,
        [
            "the texts are long and only their first 1048576 bytes were searched for times and amounts"
        ]
    );
}

#[test]
fn the_anchor_is_the_publishers_day() {
    let stated = |text: &str, offset: Option<&str>, precision| crate::draft::Stated {
        instant: text.parse().unwrap(),
        raw: None,
        offset: offset.map(str::to_owned),
        precision,
        confidence: 1.0,
    };
    let of = |published, updated| {
        let record = record(Item {
            title: Some(Text::plain("Tern")),
            published,
            updated,
            ..Item::default()
        });
        anchor(&record).map_or("none".to_owned(), |anchor| anchor.to_string())
    };
    let late = "2023-05-08T23:00:00Z";
    assert_eq!(
        of(Some(stated(late, Some("+02:00"), Precision::Second)), None),
        "2023-05-09T01:00:00"
    );
    assert_eq!(
        of(Some(stated(late, None, Precision::Second)), None),
        "2023-05-08T23:00:00"
    );
    let month = stated("2023-05-01T00:00:00Z", None, Precision::Month);
    let updated = stated(late, None, Precision::Second);
    assert_eq!(
        of(Some(month.clone()), Some(updated)),
        "2023-05-08T23:00:00"
    );
    assert_eq!(of(Some(month), None), "none");
    assert_eq!(of(None, None), "none");
}
