//! Whether a date can be that of an article that was fetched at some moment.

use jiff::Timestamp;
use jiff::civil::{Date, date};

use super::note::Reason;
use super::reading::Reading;
use super::{AHEAD, SKEW};
use crate::instant::Precision;

/// How much is left of the confidence in a date that lies a little after the fetch.
const AHEAD_LEAVES: f32 = 0.6;

/// The year of the first newspaper, the Relation of Strasbourg: nothing was news before.
const FIRST_NEWS: i16 = 1605;

/// Days on which machines' calendars begin: what programs write that have no date.
const ZEROS: [Date; 2] = [date(1970, 1, 1), date(1899, 12, 30)];

/// How much of the confidence is left.
pub(super) fn check(reading: &Reading, fetched: Timestamp) -> Result<f32, Reason> {
    let local = reading.local();
    let is_midnight = local.time() == jiff::civil::Time::midnight();
    if reading.instant == Timestamp::UNIX_EPOCH || (is_midnight && ZEROS.contains(&local.date())) {
        return Err(Reason::Unset);
    }
    if local.year() < FIRST_NEWS {
        return Err(Reason::TooOld);
    }
    let ahead = reading.instant.duration_since(fetched);
    if ahead > AHEAD {
        return Err(Reason::Future(ahead));
    }
    // A day may have begun somewhere; a time of day that is still to come has not.
    let has_time = reading.precision >= Precision::Hour;
    Ok(if has_time && ahead > SKEW {
        AHEAD_LEAVES
    } else {
        1.0
    })
}
