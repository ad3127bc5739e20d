//! What the formats write alike: bylines and dates.

use dateline_pipeline::draft::Stated;
use dateline_pipeline::record::Person;
use dateline_text::page::byline_names;
use dateline_timestamps::{Hints, offset_text, parse};

/// The people of a byline.
pub(super) fn people(byline: &str) -> Vec<Person> {
    byline_names(byline)
        .into_iter()
        .map(Person::named)
        .collect()
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
