//! Meanings to values, in the order of the text: each expression is reckoned from the publication or from what was spoken of before. Knows no language.

mod date;
mod genre;
mod named;
mod period;
mod place;
mod quantity;
mod relative;

use jiff::civil::{Date, DateTime};

use crate::holidays;

use self::period::Period;
use super::matching::{Findings, Found, Frame};
use super::table::{Direction, Language, Op, Rel, Slot, Unit, modifier};
use super::types::{Anchor, Context, Granularity, Interval, Kind, Modifier, Relation, Timex};

/// What an expression comes to.
#[derive(Debug, Clone)]
struct Meaning {
    what: What,
    modifier: Option<Modifier>,
    anchor: Anchor,
    confidence: f32,
    /// Where it differs from the period's own.
    interval: Option<Interval>,
}

#[derive(Debug, Clone)]
enum What {
    Period(Period),
    Duration(String, Option<Granularity>),
    Set {
        value: String,
        freq: Option<String>,
        quant: Option<&'static str>,
    },
    Reference(i64),
}

impl Meaning {
    fn of(what: What, anchor: Anchor, confidence: f32) -> Meaning {
        Meaning {
            what,
            modifier: None,
            anchor,
            confidence,
            interval: None,
        }
    }

    fn period(&self) -> Option<&Period> {
        match &self.what {
            What::Period(period) => Some(period),
            _ => None,
        }
    }
}

/// What was spoken of last.
#[derive(Debug, Clone, Copy)]
struct Spoken {
    period: Period,
    /// Its place in the answer.
    index: usize,
    paragraph: u32,
}

struct Resolver<'r> {
    frames: &'r [Frame],
    published: Option<DateTime>,
    /// Whose holidays are meant.
    language: &'static str,
    country: Option<&'r str>,
    narrative: bool,
    /// The last definite time.
    spoken: Option<Spoken>,
    /// The last definite day.
    spoken_day: Option<Spoken>,
    /// The expression in hand.
    found: Found,
    answers: Vec<Timex>,
}

/// Resolves all findings; positions are in bytes only, yet.
pub(super) fn resolve(
    language: &Language,
    findings: &Findings,
    context: &Context<'_>,
) -> Vec<Timex> {
    let Some(&first) = findings.found.first() else {
        return Vec::new();
    };
    let mut resolver = Resolver {
        frames: &findings.frames,
        published: context.published.or_else(|| genre::dateline(findings)),
        language: language.tag,
        country: context.country.or(holidays::country_of(language.tag)),
        narrative: genre::is_narrative(findings, context.published),
        spoken: None,
        spoken_day: None,
        found: first,
        answers: Vec::new(),
    };
    for found in &findings.found {
        resolver.found = *found;
        resolver.expression(found.frame, language);
    }
    resolver.answers
}

impl Resolver<'_> {
    fn expression(&mut self, place: u32, language: &Language) {
        let frame = &self.frames[place as usize];
        match frame.op {
            Op::Range | Op::List => self.pair(frame, language),
            // “Half an hour, and two days”: not one length.
            Op::Sum if !self.descends(frame) => {
                for part in frame.parts.into_iter().flatten() {
                    self.expression(part, language);
                }
            }
            _ => {
                if let Some(meaning) = self.meaning(frame) {
                    self.answer(frame, meaning, language);
                }
            }
        }
    }

    /// What a frame means; nothing where its numbers are no time (31 February).
    fn meaning(&mut self, frame: &Frame) -> Option<Meaning> {
        if frame.get(Slot::Narrative).is_some() && !self.narrative {
            return None;
        }
        let mut meaning = match frame.op {
            Op::Same => self.part(frame, 0)?,
            Op::Date => self.date(frame)?,
            Op::Relative => self.relative(frame)?,
            Op::Shift => self.shift(frame)?,
            Op::Nth => self.nth(frame)?,
            Op::Part => self.part_of_day(frame)?,
            Op::Clock => self.clock(frame)?,
            Op::Duration => self.duration(frame)?,
            Op::Sum => self.sum(frame)?,
            Op::Set => self.set(frame)?,
            Op::Ref => {
                let when = frame.get(Slot::Ref)?;
                Meaning::of(What::Reference(when), Anchor::Itself, 0.8)
            }
            Op::Modify => self.part(frame, 0)?,
            Op::Range | Op::List | Op::Nothing => return None,
        };
        if let Some(said) = frame.get(Slot::Mod).and_then(modifier) {
            meaning.modifier = Some(said);
        }
        if let Some(percent) = frame.get(Slot::Confidence) {
            meaning.confidence *= percent as f32 / 100.0;
        }
        Some(meaning)
    }

    /// What one of a frame's parts means. As deep as phrases stand in one another in the table.
    fn part(&mut self, frame: &Frame, which: usize) -> Option<Meaning> {
        let part = frame.parts[which]?;
        let part = self.frames.get(part as usize)?;
        let part = *part;
        self.meaning(&part)
    }

    /// Two expressions beside each other, each lending the other what it lacks.
    fn pair(&mut self, frame: &Frame, language: &Language) {
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

    fn answer(&mut self, frame: &Frame, meaning: Meaning, language: &Language) {
        let index = self.answers.len();
        let Meaning {
            what,
            modifier,
            anchor,
            confidence,
            interval,
        } = meaning;
        let rule = language.rules[frame.rule as usize].name;
        let mut timex = Timex {
            start: 0,
            end: 0,
            bytes: frame.start as usize..frame.end as usize,
            kind: Kind::Date,
            value: String::new(),
            modifier,
            interval,
            granularity: None,
            anchor,
            relation: self.found.relation,
            freq: None,
            quant: None,
            confidence,
            rule,
        };
        match what {
            What::Period(period) => {
                if !back(frame) {
                    self.remember(period, index);
                }
                timex.kind = if period.time.is_some() {
                    Kind::Time
                } else {
                    Kind::Date
                };
                timex.value = period.value();
                timex.interval = timex.interval.or_else(|| period.interval());
                timex.granularity = Some(period.granularity());
            }
            What::Duration(value, granularity) => {
                timex.kind = Kind::Duration;
                timex.value = value;
                timex.granularity = granularity;
            }
            What::Set { value, freq, quant } => {
                timex.kind = Kind::Set;
                timex.value = value;
                timex.freq = freq;
                timex.quant = quant;
            }
            What::Reference(when) => {
                timex.value = match when {
                    -1 => "PAST_REF",
                    0 => "PRESENT_REF",
                    _ => "FUTURE_REF",
                }
                .to_owned();
            }
        }
        self.answers.push(timex);
    }

    fn remember(&mut self, period: Period, index: usize) {
        let spoken = Spoken {
            period,
            index,
            paragraph: self.found.paragraph,
        };
        if period.first().is_none() || period.fiscal || period.granularity() > Granularity::Year {
            return;
        }
        if self.is_aside(&period) {
            return;
        }
        self.spoken = Some(spoken);
        if matches!(period.shape, period::Shape::Day(..)) {
            self.spoken_day = Some(spoken);
        }
    }

    /// Whether a bare year does not move what is spoken of: it is the year already spoken of, or an earlier one in the same paragraph (“the
    /// constitution of 1790”).
    fn is_aside(&self, period: &Period) -> bool {
        let Some(spoken) = self.spoken.filter(|_| period.shape == period::Shape::Year) else {
            return false;
        };
        let same_paragraph = spoken.paragraph == self.found.paragraph;
        spoken.period.year == period.year || (same_paragraph && spoken.period.year > period.year)
    }

    fn today(&self) -> Option<Date> {
        self.published.map(DateTime::date)
    }

    /// The day of publication as a period.
    fn publication(&self) -> Option<(Period, Anchor)> {
        Some((Period::day(self.today()?), Anchor::Publication))
    }

    /// What was spoken of last, else the publication.
    fn reference(&self) -> Option<(Period, Anchor)> {
        match self.spoken {
            Some(spoken) => Some((spoken.period, Anchor::Earlier(spoken.index))),
            None => self.publication(),
        }
    }

    /// The day spoken of last, if that was in this paragraph or the one before, else the publication.
    fn reference_day(&self) -> Option<(Period, Anchor)> {
        let near = |spoken: &Spoken| self.narrative || spoken.paragraph + 1 >= self.found.paragraph;
        match self.spoken_day.filter(near) {
            Some(spoken) => {
                let mut day = spoken.period;
                day.time = None;
                Some((day, Anchor::Earlier(spoken.index)))
            }
            None => self.publication(),
        }
    }

    fn relation(&self) -> Option<Relation> {
        self.found.relation
    }
}

/// Whether an expression only looks back from where the text is (“the previous year”): what follows goes on from there.
fn back(frame: &Frame) -> bool {
    let rel = frame.get(Slot::Rel).and_then(Rel::of);
    let direction = frame.get(Slot::Direction).and_then(Direction::of);
    rel == Some(Rel::Previous) || direction == Some(Direction::Earlier)
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
