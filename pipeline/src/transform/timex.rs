//! The times that a record's texts speak of: which text is read, in which language, reckoned from which day. What an expression means is for
//! `dateline_timestamps::text` to say.

use std::borrow::Cow;

use dateline_timestamps::text::{self, Anchor, Context, Kind};
use jiff::tz::Offset;

use super::dates;
use super::fields::{self, MAX_BYTES};
use crate::record::{Instant, Precision, Record, Timex, TimexInterval, TimexKind};

/// Expressions in one record: a long article has fifty, a chronicle some hundreds. What is beyond is a table of dates, and its readers have the text.
const MAX_TIMEXES: usize = 1000;

/// The language that is read where none is declared: most of what declares none is English, and numbers are written alike.
const USUAL_LANGUAGE: &str = "en";

/// Finds the times of a record's texts; what is left out is said in its provenance. Nothing is looked for in a text whose
/// language is declared and has no table.
pub(super) fn annotate(record: &mut Record, publisher: Option<&str>) {
    let declared = record.language.as_ref();
    if declared.is_some_and(|language| !text::languages().contains(&language.code.as_str())) {
        return;
    }
    let context = Context {
        published: anchor(record),
        language: declared.map_or(USUAL_LANGUAGE, |language| &language.code),
        country: publisher,
    };
    let mut times = Vec::new();
    let (mut left_out, mut is_long) = (0, false);
    for (field, text, is_whole) in fields::searched(record) {
        let base = times.len();
        is_long |= !is_whole;
        let found = text::annotate(text, &context);
        let room = MAX_TIMEXES - base;
        left_out += found.len().saturating_sub(room);
        let found = found.into_iter().take(room);
        times.extend(found.map(|timex| of_record(&field, text, timex, base)));
    }
    record.timestamps = times;
    if left_out > 0 {
        record.provenance.recovered.push(format!(
            "the texts speak of {} times and only the first {MAX_TIMEXES} were taken",
            MAX_TIMEXES + left_out
        ));
    }
    if is_long {
        record.provenance.recovered.push(format!(
            "the texts are long and only their first {MAX_BYTES} bytes were searched for times and amounts"
        ));
    }
}

/// What stands in one text, as a record has it: for `inspect`. Nothing is left out.
#[must_use]
pub fn of_text(field: &str, text: &str, context: &Context<'_>) -> Vec<Timex> {
    let found = text::annotate(text, context).into_iter();
    found
        .map(|timex| of_record(field, text, timex, 0))
        .collect()
}

/// The day and time that the texts are reckoned from, on the publisher's clock: of publication, else of the last change. Without one, nothing is
/// made up: "Tuesday" stays some Tuesday.
fn anchor(record: &Record) -> Option<jiff::civil::DateTime> {
    let names_a_day =
        |instant: &&Instant| !matches!(instant.precision, Precision::Year | Precision::Month);
    let stated = [&record.published, &record.updated];
    let instant = stated.into_iter().flatten().find(names_a_day)?;
    let offset = instant
        .offset
        .as_deref()
        .and_then(dateline_timestamps::offset);
    Some(offset.unwrap_or(Offset::UTC).to_datetime(instant.instant))
}

fn of_record(field: &str, text: &str, timex: text::Timex, base: usize) -> Timex {
    Timex {
        field: field.to_owned(),
        start: timex.start,
        end: timex.end,
        text: text.get(timex.bytes).unwrap_or_default().to_owned(),
        kind: match timex.kind {
            Kind::Date => TimexKind::Date,
            Kind::Time => TimexKind::Time,
            Kind::Duration => TimexKind::Duration,
            Kind::Set => TimexKind::Set,
        },
        value: timex.value,
        interval: timex.interval.map(|interval| TimexInterval {
            begin: interval.begin_text(),
            end: interval.end_text(),
        }),
        granularity: timex.granularity.map(|unit| unit.name().into()),
        modifier: timex.modifier.map(|modifier| modifier.name().into()),
        relation: timex.relation.map(|relation| relation.name().into()),
        freq: timex.freq,
        quant: timex.quant.map(Cow::Borrowed),
        anchor: timex.anchor.name().into(),
        anchor_index: match timex.anchor {
            Anchor::Earlier(index) => Some(base + index),
            _ => None,
        },
        confidence: dates::hundredths(timex.confidence),
        rule: timex.rule.into(),
    }
}

#[cfg(test)]
mod tests;
