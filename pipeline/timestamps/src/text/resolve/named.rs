//! Holidays: their day in the year that is said, or the one nearest to the anchor; what stands around one, its weekend, its week; periods.

use jiff::civil::{Date, Weekday};

use super::period::{Period, Shape};
use super::place::on;
use super::{Meaning, Resolver, What};
use crate::holidays::{self, Holiday, Occurrence, Scope};
use crate::text::matching::Frame;
use crate::text::table::{Rel, Slot, Unit};
use crate::text::types::{Anchor, Interval};

/// A stretch of so many days is told by its first: two days of a feast, three of Christmas.
const SHORT: i32 = 3;
/// One of so many by the week that has its middle, a longer one by that month.
const ABOUT_A_WEEK: i32 = 10;
/// How much less sure the season around a holiday is than the day.
const SEASON: f32 = 0.6;

impl Resolver<'_> {
    /// Nothing where the day is another in each country, and the country is not known: the name alone tells no time then.
    pub(super) fn holiday(&self, frame: &Frame, year: Option<(i16, Anchor)>) -> Option<Meaning> {
        let holiday = self.holiday_named(frame)?;
        let in_year = |year: i16| {
            let days = holidays::occurrences(holiday, year, self.country);
            days.into_iter().filter(|day| day.scope != Scope::Candidate)
        };
        let spoken = self.spoken.filter(|_| self.narrative);
        let anchor = match spoken {
            Some(spoken) => (spoken.period.first(), Anchor::Earlier(spoken.index)),
            None => (self.today(), Anchor::Publication),
        };
        let (day, anchor) = match (year, anchor) {
            (Some((year, anchor)), _) => (in_year(year).next()?, anchor),
            (None, (Some(at), anchor)) => {
                let years = (at.year() - 1..=at.year() + 1).flat_map(in_year);
                let days: Vec<Occurrence> = years.collect();
                let rel = frame.get(Slot::Rel).and_then(Rel::of);
                let found = self.nearest_day(&days, at, rel).map(|day| (day, anchor));
                found.or_else(|| Some((holidays::once(holiday)?, Anchor::Itself)))?
            }
            (None, (None, _)) => match holidays::once(holiday) {
                Some(day) => (day, Anchor::Itself),
                None => return self.any_year(holiday),
            },
        };
        told(frame, day, anchor)
    }

    fn holiday_named(&self, frame: &Frame) -> Option<Holiday> {
        let place = usize::try_from(frame.get(Slot::Holiday)?).ok()?;
        Some(holidays::names(self.language).get(place)?.holiday)
    }

    /// A day that is the same in every year, of none that is known.
    fn any_year(&self, holiday: Holiday) -> Option<Meaning> {
        let shape = self.same_every_year(holiday)?;
        let period = Period::new(None, shape);
        Some(Meaning::of(What::Period(period), Anchor::Itself, 0.7))
    }

    fn same_every_year(&self, holiday: Holiday) -> Option<Shape> {
        // Two years in which neither the weekdays nor the moons agree.
        let [one, other] = [2001, 2004].map(|year| {
            let days = holidays::occurrences(holiday, year, self.country);
            let [day] = days[..] else { return None };
            let one_day = day.begin.tomorrow().ok() == Some(day.end);
            (one_day && day.scope != Scope::Candidate)
                .then(|| Shape::Day(day.begin.month(), day.begin.day()))
        });
        one.filter(|_| one == other)
    }

    /// What recurs with a holiday: its day of the year, or once a year.
    pub(super) fn every_holiday(&self, frame: &Frame) -> Option<String> {
        let holiday = self.holiday_named(frame)?;
        Some(match self.same_every_year(holiday) {
            Some(shape) => Period::new(None, shape).value(),
            None => "P1Y".to_owned(),
        })
    }

    fn nearest_day(&self, days: &[Occurrence], at: Date, rel: Option<Rel>) -> Option<Occurrence> {
        let mut days = days.iter();
        let distance = |day: &Occurrence| {
            let days = |to: Date| at.until(to).map_or(i32::MAX, |span| span.get_days());
            match (days(day.begin), days(day.end)) {
                (ahead @ 1.., _) => ahead,
                // From its end, so that what has just passed is nearest.
                (_, over @ ..=0) => over.saturating_sub(1),
                _ => 0,
            }
        };
        let found = match rel {
            Some(Rel::Last | Rel::Previous) => days.rfind(|day| day.end <= at),
            Some(Rel::Next | Rel::Following) => days.find(|day| day.begin > at),
            Some(Rel::This | Rel::Same | Rel::That) => {
                days.find(|day| day.begin.year() == at.year())
            }
            _ => days.min_by_key(|day| self.cost(distance(day))),
        };
        found.copied()
    }
}

/// The holiday itself, days before or after it, or the unit around it.
fn told(frame: &Frame, day: Occurrence, anchor: Anchor) -> Option<Meaning> {
    let days = frame.get(Slot::Offset).unwrap_or(0);
    let begin = on(day.begin, days)?;
    let end = match days {
        0 => day.end,
        _ => begin.tomorrow().ok()?,
    };
    let mut confidence = 0.9 * day.confidence;
    let (period, from, to) = match frame.get(Slot::Unit).and_then(Unit::of) {
        Some(Unit::Weekend) => {
            let saturday = on(begin, to_saturday(begin))?;
            let monday = on(saturday, 2)?;
            (
                Period::weekend(saturday),
                begin.min(saturday),
                end.max(monday),
            )
        }
        Some(unit) => {
            confidence *= SEASON;
            let period = Period::around(begin, unit);
            (period, period.first()?, period.after()?)
        }
        None => (spanned(begin, end)?, begin, end),
    };
    let mut meaning = Meaning::of(What::Period(period), anchor, confidence);
    meaning.interval = Some(Interval {
        begin: from.into(),
        end: to.into(),
        offset: None,
    });
    Some(meaning)
}

/// The unit that tells a stretch of days; the interval tells it exactly.
fn spanned(begin: Date, end: Date) -> Option<Period> {
    let days = begin.until(end).ok()?.get_days();
    let middle = on(begin, i64::from(days / 2))?;
    if days <= SHORT {
        return Some(Period::day(begin));
    }
    Some(if days <= ABOUT_A_WEEK {
        Period::week(middle)
    } else {
        Period::month(middle)
    })
}

/// Days to the Saturday of the weekend that a day makes long.
fn to_saturday(day: Date) -> i64 {
    match day.weekday() {
        Weekday::Monday => -2,
        Weekday::Tuesday => -3,
        Weekday::Wednesday => 3,
        Weekday::Thursday => 2,
        Weekday::Friday => 1,
        Weekday::Saturday => 0,
        Weekday::Sunday => -1,
    }
}
