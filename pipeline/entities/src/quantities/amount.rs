//! One number with what makes it a quantity: a currency before it, or a currency, a percent sign, a unit behind.

use super::number::Number;
use super::scan;
use super::spellings::{no_letter, no_word};
use super::tables::{Measure, TABLES};
use super::{QuantityKind, context, digits, pounds, words};

/// A number and what stands around it; one without a measure may be the first of a range.
#[derive(Debug, Clone, Copy)]
pub(super) struct Amount {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) number: Number,
    /// Before the number.
    pub(super) symbol: Option<Measure>,
    /// Behind it.
    pub(super) suffix: Option<Measure>,
}

impl Amount {
    /// What it is an amount of.
    pub(super) fn measure(&self) -> Option<Measure> {
        match (self.symbol, self.suffix) {
            // "$5 million Canadian dollars": the words tell more than the symbol.
            (Some(_), Some(suffix)) if suffix.kind == QuantityKind::Money => Some(suffix),
            (symbol, suffix) => symbol.or(suffix),
        }
    }
}

/// The amount that begins at a digit, a fraction, a symbol or a code; or where to go on.
pub(super) fn amount(text: &str, at: usize) -> Result<Amount, usize> {
    let symbol = symbol(text, at);
    let start = symbol.map_or(at, |(after, _)| after);
    let number = digits::number(text, start)?;
    let amount = with_suffix(text, at, symbol.map(|(_, measure)| measure), number);
    // What stands before the number was no currency after all.
    let other = symbol.is_some() && amount.symbol.is_none();
    let sensible = !other && context::is_sensible(text, &amount);
    sensible.then_some(amount).ok_or(number.end)
}

/// The amount whose number is in words; or where to go on when it is none, if there is a number at all.
pub(super) fn spelled(text: &str, at: usize) -> Option<Result<Amount, usize>> {
    let number = words::number(text, at)?;
    let amount = with_suffix(text, at, None, number);
    let sensible = context::is_sensible(text, &amount);
    Some(sensible.then_some(amount).ok_or(number.end))
}

/// A symbol or code right before a number, and where the number begins.
fn symbol(text: &str, at: usize) -> Option<(usize, Measure)> {
    let (end, measure) = TABLES.symbols.longest(text, at, no_letter)?;
    let number = scan::blank(text, end);
    let begins = scan::digit_at(text, number)
        || scan::char_at(text, number) == Some('.') && scan::digit_at(text, number + 1);
    begins.then_some((number, measure))
}

fn with_suffix(text: &str, start: usize, symbol: Option<Measure>, number: Number) -> Amount {
    let mut amount = Amount {
        start,
        end: number.end,
        number,
        symbol,
        suffix: None,
    };
    if let Some(scaled) = short_magnitude(text, &amount) {
        amount.number = scaled;
        amount.end = scaled.end;
    }
    let found = suffix(text, amount.end).filter(|(_, measure)| {
        let money = measure.kind == QuantityKind::Money;
        (symbol.is_none() || money) && context::carries(&amount.number, *measure)
    });
    if let Some((end, measure)) = found {
        amount.end = end;
        let weight = symbol.is_none() && pounds::are_weight(text, &amount);
        amount.suffix = Some(if weight { pounds::WEIGHT } else { measure });
    }
    amount.symbol = symbol.filter(|&measure| context::carries(&amount.number, measure));
    amount
}

/// `m`, `bn`, `k`: beside a symbol, or before a word that is counted in such numbers.
fn short_magnitude(text: &str, amount: &Amount) -> Option<Number> {
    let number = amount.number;
    if number.magnitude != 0 || number.spelled {
        return None;
    }
    let glued = TABLES.short_magnitudes.longest(text, number.end, no_word);
    let (end, power) = glued.or_else(|| {
        let next = scan::joint(text, number.end);
        TABLES.short_magnitudes.longest(text, next, no_word)
    })?;
    let scaled = number.times(power, end);
    let counted = || suffix(text, end).is_some_and(|(after, _)| after > end + 2);
    (amount.symbol.is_some() || counted()).then_some(scaled)
}

/// What stands behind a number, with its end.
fn suffix(text: &str, at: usize) -> Option<(usize, Measure)> {
    let found = |at| Some((at, TABLES.suffixes.longest(text, at, no_word)?));
    let (start, (end, measure)) = found(at).or_else(|| found(scan::joint(text, at)))?;
    // The symbol or code of the next number: "in 2019 £5 million".
    let symbol = TABLES.symbols.longest(text, start, no_letter);
    let of_next = symbol.is_some_and(|(after, _)| after == end)
        && scan::digit_at(text, scan::blank(text, end));
    (!of_next).then_some((end, measure))
}
