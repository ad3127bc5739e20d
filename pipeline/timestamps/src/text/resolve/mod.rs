//! Meanings to values, in the order of the text: each expression is reckoned from the publication or from what was spoken of before. Knows no language.

mod answer;
mod date;
mod genre;
mod hours;
mod named;
mod notation;
mod nth;
mod pair;
mod period;
mod place;
mod quantity;
mod relative;
mod shifting;

use jiff::civil::{Date, DateTime};

use crate::holidays;

use self::period::Period;
use super::matching::{Findings, Found, Frame};
use super::table::{Language, Op, Slot, modifier};
use super::types::{Anchor, Context, Granularity, Interval, Modifier, Relation, Timex};

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
