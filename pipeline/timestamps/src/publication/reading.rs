//! A date as it was read, and the two ways in which the circumstances may read it better: the order that the address shows, and the
//! publisher's own time.

use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};
use jiff::{Span, Timestamp};

use super::note::Note;
use super::{Candidate, Circumstances, SKEW};
use crate::instant::{FieldOrder, Hints, Precision, Stamp, parse};

/// Sure of local time in the publisher's country, where nobody wrote a zone.
const SURE_OF_PLACE: f32 = 0.8;

/// An instant and how it was read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reading {
    /// The first moment of the smallest unit written.
    pub instant: Timestamp,
    /// Offset from UTC; absent where none is known and UTC was assumed.
    pub offset: Option<Offset>,
    /// The smallest unit written.
    pub precision: Precision,
    /// How sure, 0 to 1.
    pub confidence: f32,
}

impl From<&Stamp> for Reading {
    fn from(stamp: &Stamp) -> Reading {
        Reading {
            instant: stamp.instant,
            offset: stamp.offset,
            precision: stamp.precision,
            confidence: stamp.confidence,
        }
    }
}

impl Reading {
    /// Date and time on the clock of the place.
    pub(super) fn local(&self) -> DateTime {
        self.offset.unwrap_or(Offset::UTC).to_datetime(self.instant)
    }

    /// The first moment after the unit that is named.
    pub(super) fn end(&self) -> Timestamp {
        let span = match self.precision {
            Precision::Year => Span::new().years(1),
            Precision::Month => Span::new().months(1),
            Precision::Day => Span::new().days(1),
            Precision::Hour => Span::new().hours(1),
            Precision::Minute => Span::new().minutes(1),
            Precision::Second | Precision::Subsecond => return self.instant,
        };
        let offset = self.offset.unwrap_or(Offset::UTC);
        let end = self.local().checked_add(span).ok();
        end.and_then(|end| offset.to_timestamp(end).ok())
            .unwrap_or(Timestamp::MAX)
    }

    /// Whether the other one lies in the unit that this one names, each on its own clock.
    pub(super) fn holds(&self, other: &Reading) -> bool {
        let (own, other) = (self.local().date(), other.local().date());
        match self.precision {
            Precision::Year => own.year() == other.year(),
            Precision::Month => (own.year(), own.month()) == (other.year(), other.month()),
            Precision::Day => own == other,
            _ => false,
        }
    }
}

/// Takes a time without a zone as local time of `place`, unless the moment would then lie after the fetch and does not as it stands. A day
/// without a time stays what it is.
pub(super) fn place(reading: &mut Reading, place: &TimeZone, fetched: Timestamp) {
    if reading.offset.is_some() || reading.precision < Precision::Hour {
        return;
    }
    let Ok(there) = place.to_ambiguous_timestamp(reading.local()).compatible() else {
        return;
    };
    let is_ahead = |instant: Timestamp| instant.duration_since(fetched) > SKEW;
    if is_ahead(there) && !is_ahead(reading.instant) {
        return;
    }
    reading.offset = Some(place.to_offset(there));
    reading.instant = there;
    reading.confidence = reading.confidence.max(SURE_OF_PLACE);
}

/// Reads a date again whose day and month may be the other way round, if that gives the day of the address and the reading so far does not.
pub(super) fn reorder(
    candidate: &mut Candidate<'_>,
    by_url: &Reading,
    circumstances: &Circumstances<'_>,
    notes: &mut Vec<Note>,
) {
    if by_url.precision != Precision::Day || is_near(&candidate.reading, by_url) {
        return;
    }
    let Some(raw) = candidate.raw else { return };
    // The offset that the feed's other dates gave holds in the other order too.
    let offset = candidate.reading.offset;
    let again = [FieldOrder::Dmy, FieldOrder::Mdy, FieldOrder::Ymd]
        .into_iter()
        .find_map(|order| {
            let hints = Hints {
                language: circumstances.language,
                country: circumstances.country,
                order: Some(order),
                offsets: offset.as_slice(),
                now: Some(circumstances.fetched),
            };
            let reading = Reading::from(&parse(raw, &hints).ok()?);
            is_near(&reading, by_url).then_some(reading)
        });
    if let Some(again) = again {
        notes.push(Note::reordered(candidate, &again));
        candidate.reading = again;
    }
}

/// Whether two dates are a day apart at most: an address holds the day of the publisher's clock.
fn is_near(one: &Reading, other: &Reading) -> bool {
    let days = one.local().date().until(other.local().date());
    days.is_ok_and(|days| days.get_days().abs() <= 1)
}
