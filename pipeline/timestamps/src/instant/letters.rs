//! Hebrew numerals, days and years of the Hebrew calendar in letters: ט״ו בניסן תשפ״ד.

use super::items::{Item, Kind};
use super::parts::Loose;
use super::refusal::Refusal;
use super::scan::Scan;
use crate::names::Role;

/// Letters of a numeral; a year has four or five.
const MAX_LETTERS: usize = 6;

/// Thousands that a year in letters leaves out.
const THOUSANDS: u64 = 5000;

impl Scan<'_> {
    /// A numeral, where the text has a month of the Hebrew calendar. Without one the letters are a word, or the name of a weekday.
    pub(super) fn hebrew_numeral(&mut self, word: &str) -> Result<bool, Refusal> {
        if !word.starts_with(is_hebrew) || !self.names_hebrew_month() {
            return Ok(false);
        }
        let rest = self.rest();
        let tight = |at: usize| rest.get(at).filter(|item: &&Item| !item.blank);
        let mark = |at: usize, mark| tight(at).is_some_and(|item| item.is_mark(mark));
        // ה׳ before a year is its thousands.
        let thousands = word == "ה" && mark(1, '\'') && tight(2).is_some();
        let first = if thousands { 2 } else { 0 };
        let Some(letters) = rest.get(first).filter(|item| item.kind == Kind::Word) else {
            return Ok(false);
        };
        let (value, length) = if mark(first + 1, '"') {
            let last = tight(first + 2).map_or("", |item| item.text(self.text));
            let letters = letters.text(self.text).chars().chain(last.chars());
            (numeral(letters), 3)
        } else if mark(first + 1, '\'') && !thousands {
            (numeral(letters.text(self.text).chars()), 2)
        } else {
            return Ok(false);
        };
        let Some(value) = value else { return Ok(false) };
        let (value, digits) = match value {
            0..100 => (value, 2),
            _ => (THOUSANDS + value, 4),
        };
        self.after_clock = false;
        self.parts.push_loose(Loose {
            value,
            digits,
            ..Loose::default()
        })?;
        self.at += first + length;
        Ok(true)
    }

    fn names_hebrew_month(&self) -> bool {
        let entries = self.items.iter().flat_map(|item| item.entries);
        entries
            .into_iter()
            .any(|entry| matches!(entry.role, Role::HebrewMonth(_)))
    }
}

fn is_hebrew(c: char) -> bool {
    ('א'..='ת').contains(&c)
}

/// The sum of the letters, which come from the greatest to the least.
fn numeral(letters: impl Iterator<Item = char>) -> Option<u64> {
    let (mut sum, mut before, mut count) = (0, u64::MAX, 0);
    for letter in letters {
        let value = value(letter)?;
        count += 1;
        if value > before || count > MAX_LETTERS {
            return None;
        }
        (sum, before) = (sum + value, value);
    }
    (count > 0).then_some(sum)
}

fn value(letter: char) -> Option<u64> {
    Some(match letter {
        'א'..='ט' => u64::from(letter) - u64::from('א') + 1,
        'י' => 10,
        'כ' | 'ך' => 20,
        'ל' => 30,
        'מ' | 'ם' => 40,
        'נ' | 'ן' => 50,
        'ס' => 60,
        'ע' => 70,
        'פ' | 'ף' => 80,
        'צ' | 'ץ' => 90,
        'ק' => 100,
        'ר' => 200,
        'ש' => 300,
        'ת' => 400,
        _ => return None,
    })
}
