//! What a word does in a scan: which of its meanings holds here, and what happens to a word that has none.

use super::items::Item;
use super::parts::{Calendar, Era, Meridiem, Name};
use super::refusal::Refusal;
use super::scan::Scan;
use super::words::{self, Rank};
use crate::names::Role;

impl Scan<'_> {
    pub(super) fn word(&mut self, item: Item) -> Result<(), Refusal> {
        let word = item.text(self.text);
        if self.hebrew_numeral(word)? {
            return Ok(());
        }
        if self.marker(word, item)?
            || self.military(word)?
            || self.place(item)
            || self.long_zone(item)
            || self.abbreviation(word, item)
            || self.meaning(item)?
        {
            return Ok(());
        }
        if self.guess(word)? || self.lower_case_zone(word) || self.label(word) {
            return Ok(());
        }
        Err(self.unknown(word))
    }

    pub(super) fn done(&mut self) -> bool {
        self.at += 1;
        true
    }

    /// The nearest of the word's meanings.
    fn meaning(&mut self, item: Item) -> Result<bool, Refusal> {
        if item.entries.is_empty() {
            return Ok(false);
        }
        let touches_number = !item.blank
            && self
                .previous()
                .is_some_and(|before| before.number().is_some() || before.is_mark('-'));
        if touches_number && self.is_ordinal(&item) {
            return Ok(self.done());
        }
        if let Some(meridiem) = self.meridiem(&item) {
            self.set_meridiem(meridiem);
            return Ok(self.done());
        }
        if self.era(&item) {
            return Ok(self.done());
        }
        let name = self.name_rank(&item);
        let filler = self.filler_rank(&item);
        if name.is_some_and(|name| filler.is_none_or(|filler| name <= filler)) {
            let name = self.name(&item);
            self.parts.push_name(name)?;
            self.after_clock = false;
            return Ok(self.done());
        }
        Ok(filler.is_some() && self.done())
    }

    pub(super) fn name_rank(&self, item: &Item) -> Option<Rank> {
        let is_name = |role| {
            matches!(
                role,
                Role::Month(_)
                    | Role::Weekday(_)
                    | Role::PersianMonth(_)
                    | Role::IslamicMonth(_)
                    | Role::HebrewMonth(_)
            )
            .then_some(())
        };
        words::best(item.entries, self.language, is_name).map(|found| found.rank)
    }

    /// Units that stand before their number, or alone, are passed over like the small words.
    pub(super) fn filler_rank(&self, item: &Item) -> Option<Rank> {
        let is_filler = |role| matches!(role, Role::Filler | Role::Unit(_)).then_some(());
        words::best(item.entries, self.language, is_filler).map(|found| found.rank)
    }

    /// The part of the day that a word names. A word that is as well a small word (`am`, `de`) must be in the text's own language, and behind
    /// a time or before one.
    pub(super) fn meridiem(&self, item: &Item) -> Option<Meridiem> {
        let found = words::best(item.entries, self.language, |role| match role {
            Role::Noon => Some(Meridiem::Noon),
            Role::Midnight => Some(Meridiem::Midnight),
            Role::Am => Some(Meridiem::Am),
            Role::Pm => Some(Meridiem::Pm),
            Role::Night => Some(Meridiem::Night),
            _ => None,
        })?;
        let filler = self.filler_rank(item);
        let nearer = [filler, self.name_rank(item)]
            .into_iter()
            .flatten()
            .any(|other| other < found.rank);
        if nearer {
            return None;
        }
        let beside = self.after_clock || self.rest().get(1) == Some(item) || self.clock_follows();
        if filler == Some(found.rank) && !beside {
            return None;
        }
        Some(found.value)
    }

    fn clock_follows(&self) -> bool {
        let rest = self.rest();
        rest.get(1).is_some_and(|item| item.number().is_some())
            && rest.get(2).is_some_and(|item| item.is_mark(':'))
    }

    fn era(&mut self, item: &Item) -> bool {
        let found = words::best(item.entries, self.language, |role| match role {
            Role::Era(first) => Some(Era::From(first)),
            Role::Buddhist => Some(Era::Buddhist),
            Role::Persian => Some(Era::Persian),
            Role::Islamic => Some(Era::Islamic),
            _ => None,
        });
        let Some(found) = found else { return false };
        let number_follows = self
            .rest()
            .get(1)
            .is_some_and(|next| next.number().is_some());
        let one_letter = item.end - item.start == 1;
        if one_letter && !(number_follows && found.rank == Rank::Hinted) {
            return false;
        }
        self.parts.era = found.value;
        true
    }

    fn name(&self, item: &Item) -> Name {
        let month = words::best(item.entries, self.language, |role| match role {
            Role::Month(month) => Some(month),
            _ => None,
        });
        let weekday = words::best(item.entries, self.language, |role| match role {
            Role::Weekday(day) => Some(day),
            _ => None,
        });
        let other = words::best(item.entries, self.language, |role| match role {
            Role::PersianMonth(month) => Some((Calendar::Persian, month)),
            Role::IslamicMonth(month) => Some((Calendar::Islamic, month)),
            Role::HebrewMonth(month) => Some((Calendar::Hebrew, month)),
            _ => None,
        });
        let other = other.filter(|other| month.is_none_or(|month| other.rank < month.rank));
        let contested = match (&other, &month) {
            (Some(other), None) => other.contested,
            _ => month.is_some_and(|found| found.contested),
        };
        Name {
            month: month.map(|found| (found.value, found.rank)),
            weekday: weekday.map(|found| (found.value, found.rank)),
            other: other.map(|found| found.value),
            contested,
        }
    }
}
