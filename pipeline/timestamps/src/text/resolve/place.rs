//! Which year, which week: places what the text leaves open, by what is nearest to its anchor and by the tense around it.

use jiff::civil::Date;

use super::period::{Period, Shape};
use super::{Resolver, Spoken};
use crate::text::types::{Anchor, Relation};

/// How much farther a day may be on the side that nothing speaks for and still be taken: in news, most of what is undated has happened.
const PAST_PULL: i32 = 2;
/// The same where the sentence speaks of the other side.
const TENSE_PULL: i32 = 5;
/// Months back from which a narrative has rather gone on into the next year: from December to May, but not to June.
const TURN: i8 = 7;

impl Resolver<'_> {
    /// -1, 0 or 1: whither the words around the expression point.
    pub(super) fn whither(&self) -> i8 {
        match self.relation() {
            Some(Relation::Since) => -1,
            Some(Relation::Until | Relation::By) => 1,
            _ => self.found.tense,
        }
    }

    /// How far a day is from the anchor, so many days on or, below zero, back: farther on the side that the words do not point to.
    pub(super) fn cost(&self, days: i32) -> i32 {
        let (distance, whither) = (days.saturating_abs(), self.whither());
        let pull = match (days < 0, whither) {
            (true, 1) => TENSE_PULL,
            (true, _) | (false, 1) => 1,
            (false, 0) => PAST_PULL,
            (false, _) => TENSE_PULL,
        };
        distance.saturating_mul(pull)
    }

    /// The year for what lacks one. `fits` tells whether a year is possible at all.
    pub(super) fn placed(&self, shape: Shape, fits: impl Fn(Date) -> bool) -> (Period, Anchor) {
        let open = (Period::new(None, shape), Anchor::Itself);
        let spoken = self.spoken.filter(|_| self.narrative);
        if let Some(spoken) = spoken {
            return match self.in_narrative(shape, spoken) {
                Some(year) => (
                    Period::new(Some(year), shape),
                    Anchor::Earlier(spoken.index),
                ),
                None => open,
            };
        }
        let Some(today) = self.today() else {
            return open;
        };
        match nearest(shape, today, |distance| self.cost(distance), fits) {
            Some(year) => (Period::new(Some(year), shape), Anchor::Publication),
            None => open,
        }
    }

    /// The year of what was spoken of last, or the one before or after it.
    fn in_narrative(&self, shape: Shape, spoken: Spoken) -> Option<i16> {
        let first = spoken.period.first()?;
        if matches!(spoken.period.shape, Shape::Year) {
            return Some(first.year());
        }
        // A winter is remembered by its year, not by the December in which it begins.
        let from = match spoken.period.shape {
            Shape::Season(_) => 1,
            _ => first.month(),
        };
        let to = Period::new(Some(first.year()), shape).first()?.month();
        Some(first.year() + i16::from(from - to >= TURN))
    }

    /// The day of a weekday nearest to the anchor, on the side that the words point to.
    pub(super) fn weekday(&self, weekday: i8) -> (Period, Anchor) {
        let open = (Period::new(None, Shape::Weekday(weekday)), Anchor::Itself);
        let (anchor, source, forward) = match self.spoken_day.filter(|_| self.narrative) {
            Some(spoken) => (spoken.period.first(), Anchor::Earlier(spoken.index), true),
            None => (self.today(), Anchor::Publication, self.whither() > 0),
        };
        let Some(anchor) = anchor.filter(|_| !self.narrative || source != Anchor::Publication)
        else {
            return open;
        };
        let back = (anchor.weekday().to_monday_one_offset() - weekday).rem_euclid(7);
        let days = if forward { (7 - back) % 7 } else { -back };
        match on(anchor, i64::from(days)) {
            Some(day) => (Period::day(day), source),
            None => open,
        }
    }
}

/// The year in which a shape is nearest to a day: the one before, the same, the one after.
pub(super) fn nearest(
    shape: Shape,
    to: Date,
    cost: impl Fn(i32) -> i32,
    fits: impl Fn(Date) -> bool,
) -> Option<i16> {
    let years = [to.year(), to.year() - 1, to.year() + 1];
    let candidates = years.into_iter().filter_map(|year| {
        let period = Period::new(Some(year), shape);
        let (first, after) = (period.first()?, period.after()?);
        let distance = if to < first {
            days_between(to, first)
        } else if to >= after {
            // From the period's end, so that what has just passed is nearest.
            -days_between(after, to) - 1
        } else {
            0
        };
        Some((!fits(first), cost(distance), year))
    });
    candidates
        .min_by_key(|&(unfit, cost, _)| (unfit, cost))
        .map(|(_, _, year)| year)
}

/// Days from one day to another.
pub(super) fn days_between(from: Date, to: Date) -> i32 {
    to.since(from).map_or(i32::MAX, |span| span.get_days())
}

/// A day so many days on.
pub(super) fn on(day: Date, days: i64) -> Option<Date> {
    let span = jiff::Span::new().try_days(days).ok()?;
    day.checked_add(span).ok()
}
