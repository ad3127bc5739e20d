//! What the formats write alike: bylines, texts and dates.

use dateline_pipeline::draft::{Stated, Text};
use dateline_pipeline::record::Person;
use dateline_text::html::looks_like_html;
use dateline_text::page::byline_names;
use dateline_timestamps::{Hints, offset_text, parse};

/// The people of a byline.
pub(super) fn people(byline: &str) -> Vec<Person> {
    byline_names(byline)
        .into_iter()
        .map(Person::named)
        .collect()
}

/// A text that is markup where it looks like it.
pub(super) fn written(text: &str) -> Text {
    if looks_like_html(text) {
        Text::html(text)
    } else {
        Text::plain(text)
    }
}

/// A date as it is written.
pub(super) fn stated(written: &str, language: Option<&str>) -> Option<Stated> {
    let hints = Hints {
        language,
        ..Hints::default()
    };
    let stamp = parse(written, &hints).ok()?;
    Some(Stated {
        instant: stamp.instant,
        raw: Some(written.to_owned()),
        offset: stamp.offset.map(offset_text),
        precision: stamp.precision.into(),
        confidence: stamp.confidence,
    })
}
