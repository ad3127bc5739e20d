//! A number of a text, and the magnitudes behind it: `2.5 million`. How it is read stands beside: [`super::digits`], [`super::words`].

use super::decimal::Decimal;
use super::scan;
use super::spellings::no_word;
use super::tables::TABLES;

/// Magnitudes in a row: "a hundred thousand million" has them all.
const MAX_MAGNITUDES: usize = 3;

/// A number of a text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Number {
    /// Nothing where the text does not say: "millions of".
    pub(super) value: Option<Decimal>,
    pub(super) end: usize,
    /// Its magnitude as a power of ten, where one stands behind it.
    pub(super) magnitude: i32,
    /// In words.
    pub(super) spelled: bool,
    /// With its thousands parted: nobody writes a year or a number of a thing so.
    pub(super) grouped: bool,
}

impl Number {
    pub(super) fn new(value: Decimal, end: usize) -> Self {
        Self {
            value: Some(value),
            end,
            magnitude: 0,
            spelled: false,
            grouped: false,
        }
    }

    pub(super) fn times(self, power: i32, end: usize) -> Self {
        Self {
            value: self.value.map(|value| value.shifted(power)),
            magnitude: self.magnitude + power,
            end,
            ..self
        }
    }

    /// Its value before the magnitude.
    pub(super) fn bare(self) -> Option<Decimal> {
        self.value.map(|value| value.shifted(-self.magnitude))
    }

    /// The magnitudes that stand behind it, in words.
    pub(super) fn with_magnitudes(mut self, text: &str) -> Self {
        for _ in 0..MAX_MAGNITUDES {
            let next = scan::joint(text, self.end);
            let Some((end, power)) = TABLES.magnitudes.longest(text, next, no_word) else {
                break;
            };
            self = self.times(power, end);
        }
        self
    }
}
