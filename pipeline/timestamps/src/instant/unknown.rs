//! Words that no language has: cut short, with an ending of their own, labels; or the reason to refuse.

use super::items::Kind;
use super::parts::Name;
use super::refusal::Refusal;
use super::scan::Scan;
use super::words::{self, Rank};
use crate::names::{self, Key, Role};

/// Letters that a name cut short, or the stem of an inflected one, must have left.
const MIN_STEM: usize = 3;

/// Letters that an ending may have.
const MAX_ENDING: usize = 3;

impl Scan<'_> {
    /// A name cut short or with an ending that CLDR does not list, in the language of the text. English has neither: there it is a slip.
    pub(super) fn guess(&mut self, word: &str) -> Result<bool, Refusal> {
        let Some(language) = self.language.filter(|&language| language != words::ENGLISH) else {
            return Ok(false);
        };
        let key = Key::of(word);
        let key = key.as_str();
        let letters = key.chars().count();
        let shortest = letters.saturating_sub(MAX_ENDING).max(MIN_STEM);
        let role = (shortest..=letters).rev().find_map(|length| {
            let end = key
                .char_indices()
                .nth(length)
                .map_or(key.len(), |(at, _)| at);
            let long_enough = length == letters || length > MIN_STEM;
            long_enough.then(|| names::by_prefix(&key[..end], language))?
        });
        let Some(role) = role else { return Ok(false) };
        let mut name = Name::default();
        match role {
            Role::Month(month) => name.month = Some((month, Rank::Hinted)),
            Role::Weekday(day) => name.weekday = Some((day, Rank::Hinted)),
            _ => return Ok(false),
        }
        self.parts.push_name(name)?;
        self.parts.confidence *= 0.85;
        self.after_clock = false;
        Ok(self.done())
    }

    /// A label before the date (`Actualisé par la rédaction :`), or one unknown word and a comma where a weekday would stand.
    pub(super) fn label(&mut self, word: &str) -> bool {
        if !self.parts.is_empty() {
            return false;
        }
        let rest = self.rest();
        let end = rest
            .iter()
            .position(|item| item.number().is_some())
            .unwrap_or(rest.len());
        let mark = rest[..end]
            .iter()
            .position(|item| matches!(item.kind, Kind::Mark(':' | '|' | '\u{2013}')));
        if let Some(mark) = mark {
            self.at += mark + 1;
            self.parts.confidence *= 0.8;
            return true;
        }
        let comma = rest.get(1).is_some_and(|item| item.is_mark(','))
            || (rest.get(1).is_some_and(|item| item.is_mark('.'))
                && rest.get(2).is_some_and(|item| item.is_mark(',')));
        if self.at == 0 && comma && word.chars().count() <= 12 {
            self.at += 1;
            self.parts.confidence *= 0.6;
            return true;
        }
        false
    }

    /// Behind a time an unknown word is an unknown zone.
    pub(super) fn unknown(&self, word: &str) -> Refusal {
        if self.after_clock {
            return self.unknown_zone();
        }
        if self.parts.is_empty() && self.items.iter().all(|item| item.number().is_none()) {
            return Refusal::NoDate;
        }
        Refusal::UnknownWord(word.into())
    }
}
