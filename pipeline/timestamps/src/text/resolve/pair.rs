//! Two expressions that stand beside each other: the ends of a stretch, the members of a list.

use super::period::{self, Period};
use super::{Meaning, Resolver, What, date, place};
use crate::text::matching::Frame;
use crate::text::table::{Language, Op, Unit};
use crate::text::types::{Anchor, Interval, Relation};

impl Resolver<'_> {
    /// Two expressions beside each other, each lending the other what it lacks.
    pub(super) fn pair(&mut self, frame: &Frame, language: &Language) {
        let [Some(one), Some(other)] = frame.parts else {
            return;
        };
        let (mut one, mut other) = (self.frames[one as usize], self.frames[other as usize]);
        date::lend(&mut one, &mut other);
        let from = self.answers.len();
        let bounds = frame.op == Op::Range
            || matches!(self.relation(), Some(Relation::Between | Relation::From));
        let end = if bounds { self.meaning(&other) } else { None };
        for (place, part) in [&one, &other].into_iter().enumerate() {
            if let Some(mut meaning) = self.meaning(part) {
                if let (0, Some(end)) = (place, &end) {
                    put_before(&mut meaning, end);
                }
                self.answer(part, meaning, language);
            }
        }
        if frame.op == Op::Range && self.answers.len() == from + 2 {
            self.join(from);
        }
    }

    /// Gives both ends of a range the interval of the whole.
    fn join(&mut self, from: usize) {
        let ends = &mut self.answers[from..];
        let [one, other] = ends else { return };
        if let (Some(begin), Some(end)) = (one.interval, other.interval)
            && begin.begin < end.end
        {
            let whole = Interval {
                begin: begin.begin,
                end: end.end,
                offset: begin.offset.or(end.offset),
            };
            one.interval = Some(whole);
            other.interval = Some(whole);
        }
    }
}

/// What a stretch begins with is not after its end: “between January and September”, told in November, begins in the January that is farther.
fn put_before(begin: &mut Meaning, end: &Meaning) {
    let placed = begin.anchor == Anchor::Publication && end.anchor == Anchor::Publication;
    let (What::Period(from), What::Period(to)) = (&mut begin.what, &end.what) else {
        return;
    };
    let days = match (from.first(), to.first()) {
        (Some(from), Some(to)) => place::days_between(to, from),
        _ => return,
    };
    // Two weekdays are of one week.
    let earlier = if matches!(from.shape, period::Shape::Day(..)) && (1..7).contains(&days) {
        let Some(earlier) = from.shifted(-7, Unit::Day, false) else {
            return;
        };
        earlier
    } else {
        Period {
            year: from.year.map(|year| year - 1),
            ..*from
        }
    };
    if placed && from.first() > to.first() && earlier.first() <= to.first() {
        *from = earlier;
    }
}
