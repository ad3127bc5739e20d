//! What a scan has found: fields that the text itself names, and numbers whose role is still open.

use super::refusal::{Part, Refusal};
use super::settle::TimeOfDay;
use super::words::Rank;
use super::zone::Zone;

/// Numbers without a role; a date has three, one with a compact or dotted time two more, and a text with more is refused.
pub(super) const MAX_LOOSE: usize = 6;

/// Names of months and weekdays in one text: one of each, and room to see that there are too many.
const MAX_NAMES: usize = 4;

/// A number that no word or mark has given a role.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Loose {
    pub(super) value: u64,
    pub(super) digits: u8,
    /// The mark before it; a blank where there is none, `\0` at the start and behind words.
    pub(super) separator: char,
    /// Whether no blank is on either side of the separator.
    pub(super) tight: bool,
    /// Written `'70`.
    pub(super) apostrophe: bool,
    /// Written `17th`.
    pub(super) ordinal: bool,
}

/// A name that may be a month, a weekday or both, each with its rank.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Name {
    pub(super) month: Option<(u8, Rank)>,
    pub(super) weekday: Option<(u8, Rank)>,
    /// A month of another calendar.
    pub(super) other: Option<(Calendar, u8)>,
    /// Different months in languages that are equally near.
    pub(super) contested: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Month {
    Gregorian(u64),
    /// Of another calendar; and the Gregorian month that some other language calls so (Nisan is the Turkish April), which the year decides.
    Other(Calendar, u64, Option<u64>),
}

/// A calendar other than the Gregorian one, which has months of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Calendar {
    Persian,
    Islamic,
    Hebrew,
}

/// How the year is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Era {
    #[default]
    Unsaid,
    /// Year 1 is this one.
    From(u16),
    Buddhist,
    Persian,
    Islamic,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meridiem {
    Am,
    Pm,
    Night,
    Noon,
    Midnight,
}

/// All that a scan has found.
#[derive(Debug, Clone)]
pub(super) struct Parts {
    pub(super) year: Option<(u64, u8)>,
    pub(super) era: Era,
    pub(super) month: Option<Month>,
    pub(super) day: Option<u64>,
    pub(super) weekday: Option<u8>,
    /// ISO week, and its day.
    pub(super) week: Option<(u64, u64)>,
    pub(super) time: Option<TimeOfDay>,
    pub(super) meridiem: Option<Meridiem>,
    pub(super) zone: Option<Zone>,
    pub(super) loose: [Loose; MAX_LOOSE],
    pub(super) loose_count: usize,
    pub(super) names: [Name; MAX_NAMES],
    pub(super) name_count: usize,
    pub(super) confidence: f32,
}

impl Parts {
    pub(super) fn new() -> Parts {
        Parts {
            year: None,
            era: Era::Unsaid,
            month: None,
            day: None,
            weekday: None,
            week: None,
            time: None,
            meridiem: None,
            zone: None,
            loose: [Loose::default(); MAX_LOOSE],
            loose_count: 0,
            names: [Name::default(); MAX_NAMES],
            name_count: 0,
            confidence: 1.0,
        }
    }

    pub(super) fn loose(&self) -> &[Loose] {
        &self.loose[..self.loose_count]
    }

    pub(super) fn push_loose(&mut self, number: Loose) -> Result<(), Refusal> {
        let slot = self.loose.get_mut(self.loose_count);
        *slot.ok_or(Refusal::Ambiguous("more numbers than a date has"))? = number;
        self.loose_count += 1;
        Ok(())
    }

    pub(super) fn push_name(&mut self, name: Name) -> Result<(), Refusal> {
        let slot = self.names.get_mut(self.name_count);
        *slot.ok_or(Refusal::Ambiguous("more names than a date has"))? = name;
        self.name_count += 1;
        Ok(())
    }

    /// Whether nothing of a date has been found yet.
    pub(super) fn is_empty(&self) -> bool {
        self.loose_count == 0 && self.name_count == 0 && self.time.is_none() && self.year.is_none()
    }

    /// Whether the date is one of the Hijra.
    pub(super) fn is_islamic(&self) -> bool {
        matches!(self.month, Some(Month::Other(Calendar::Islamic, ..))) || self.era == Era::Islamic
    }

    /// Whether there is nothing yet but a time.
    pub(super) fn is_dateless(&self) -> bool {
        self.loose_count == 0 && self.name_count == 0 && self.year.is_none() && self.month.is_none()
    }

    /// Gives the names their roles: which is the month, which the weekday.
    pub(super) fn resolve_names(&mut self) -> Result<(), Refusal> {
        let names = self.names;
        let names = &names[..self.name_count];
        // Beside a Gregorian month, a name that only another calendar has for a month is no month: the Swedish "av" is no Av.
        let gregorian = names.iter().any(|name| name.month.is_some());
        let is_month = |name: &&Name| name.month.is_some() || (name.other.is_some() && !gregorian);
        let mut chosen: Option<&Name> = None;
        let month_names = names.iter().filter(is_month).count();
        let numeric = self.loose_count >= 3 || self.month.is_some();
        for name in names {
            let weekday_instead = match (name.month, name.weekday) {
                (Some(_), Some(_)) if month_names > 1 && self.weekday.is_none() => true,
                (Some((_, month)), Some((_, weekday))) => {
                    weekday < month || (weekday == month && numeric)
                }
                _ => false,
            };
            if weekday_instead || !is_month(&name) {
                self.weekday = self.weekday.or(name.weekday.map(|(day, _)| day));
                continue;
            }
            match chosen {
                Some(one) if one.month != name.month || one.other != name.other => {
                    return Err(Refusal::Ambiguous("it names two months"));
                }
                _ => chosen = Some(name),
            }
        }
        let Some(name) = chosen else { return Ok(()) };
        if self.month.is_some() {
            return Err(Refusal::Ambiguous("it names two months"));
        }
        if name.contested {
            return Err(Refusal::Ambiguous(
                "the name of the month means different months in several languages",
            ));
        }
        let gregorian = name.month.map(|(month, _)| u64::from(month));
        self.month = match name.other {
            Some((calendar, month)) => {
                let instead = gregorian.filter(|_| calendar != Calendar::Persian);
                Some(Month::Other(calendar, month.into(), instead))
            }
            None => gregorian.map(Month::Gregorian),
        };
        Ok(())
    }

    /// Puts the time on the 24-hour clock.
    pub(super) fn resolve_meridiem(&mut self) -> Result<(), Refusal> {
        let Some(meridiem) = self.meridiem else {
            return Ok(());
        };
        let Some(time) = &mut self.time else {
            let hour = match meridiem {
                Meridiem::Noon => 12,
                Meridiem::Midnight => 0,
                // The evening of a day is a day.
                _ => return Ok(()),
            };
            self.time = Some(TimeOfDay {
                hour,
                precision: super::Precision::Hour,
                ..TimeOfDay::START
            });
            return Ok(());
        };
        time.hour = match (meridiem, time.hour) {
            (Meridiem::Am | Meridiem::Midnight | Meridiem::Night, 12) => 0,
            (Meridiem::Pm, hour @ 0..12) => hour + 12,
            (Meridiem::Noon, hour @ 1..=3) => hour + 12,
            (Meridiem::Night, hour @ 6..12) => hour + 12,
            (_, hour @ 0..=12) => hour,
            // 14:00 AM: one of the two is wrong, and it is rather the letters.
            (Meridiem::Am, hour) => {
                self.confidence *= 0.5;
                hour
            }
            (_, hour) => hour,
        };
        if time.hour > 24 {
            return Err(Refusal::impossible(Part::Hour, time.hour.into()));
        }
        Ok(())
    }
}
