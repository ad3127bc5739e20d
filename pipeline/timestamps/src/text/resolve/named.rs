//! Holidays: their day in the year that is said, or the one nearest to the anchor.

use jiff::civil::Date;

use super::period::Period;
use super::{Meaning, Resolver, What};
use crate::holidays::{self, Occurrence, Scope};
use crate::text::matching::Frame;
use crate::text::table::{Rel, Slot};
use crate::text::types::{Anchor, Interval};

impl Resolver<'_> {
    /// Nothing where the day is another in each country, and the country is not known: the name alone tells no time then.
    pub(super) fn holiday(&self, frame: &Frame, year: Option<(i16, Anchor)>) -> Option<Meaning> {
        let place = usize::try_from(frame.get(Slot::Holiday)?).ok()?;
        let holiday = holidays::names(self.language).get(place)?.holiday;
        let in_year = |year: i16| {
            let days = holidays::occurrences(holiday, year, self.country);
            days.into_iter().find(|day| day.scope != Scope::Candidate)
        };
        let (day, anchor) = match year {
            Some((year, anchor)) => (in_year(year)?, anchor),
            None => {
                let spoken = self.spoken.filter(|_| self.narrative);
                let (at, anchor) = match spoken {
                    Some(spoken) => (spoken.period.first()?, Anchor::Earlier(spoken.index)),
                    None => (self.today()?, Anchor::Publication),
                };
                let years = [at.year() - 1, at.year(), at.year() + 1];
                let days: Vec<Occurrence> = years.into_iter().filter_map(in_year).collect();
                let rel = frame.get(Slot::Rel).and_then(Rel::of);
                (self.nearest_day(&days, at, rel)?, anchor)
            }
        };
        let what = What::Period(Period::day(day.begin));
        let mut meaning = Meaning::of(what, anchor, 0.9 * day.confidence);
        meaning.interval = Some(Interval {
            begin: day.begin.into(),
            end: day.end.into(),
            offset: None,
        });
        Some(meaning)
    }

    fn nearest_day(&self, days: &[Occurrence], at: Date, rel: Option<Rel>) -> Option<Occurrence> {
        let mut days = days.iter();
        let found = match rel {
            Some(Rel::Last | Rel::Previous) => days.rfind(|day| day.end <= at),
            Some(Rel::Next | Rel::Following) => days.find(|day| day.begin > at),
            Some(Rel::This | Rel::Same | Rel::That) => {
                days.find(|day| day.begin.year() == at.year())
            }
            _ => days.min_by_key(|day| {
                let distance = at.until(day.begin).map_or(i32::MAX, |span| span.get_days());
                self.cost(distance)
            }),
        };
        found.copied()
    }
}
