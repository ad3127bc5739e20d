//! The words of quantities, from the tables in `data/quantities`, whose columns its README tells.

use std::sync::LazyLock;

use super::decimal::Decimal;
use super::spellings::Spellings;
use super::{Modifier, QuantityKind};

const CURRENCIES: &str = include_str!("../../data/quantities/currencies.tsv");
const UNITS: &str = include_str!("../../data/quantities/units.tsv");
const NUMBERS: &str = include_str!("../../data/quantities/numbers.tsv");
const MODIFIERS: &str = include_str!("../../data/quantities/modifiers.tsv");
const EXCHANGES: &str = include_str!("../../data/quantities/exchanges.tsv");

/// What makes a number a quantity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Measure {
    pub(super) kind: QuantityKind,
    pub(super) unit: Option<&'static str>,
    /// Power of ten that makes its numbers ones of `unit`: -2 for cents.
    pub(super) shift: i32,
    /// It is a word of other meanings too, and counts only beside a number that nobody counts other things by.
    pub(super) weak: bool,
}

/// A place where shares are traded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Exchange {
    pub(super) name: &'static str,
    /// It is a word of other meanings too, and counts only in brackets.
    pub(super) in_brackets: bool,
}

#[derive(Debug)]
pub(super) struct Tables {
    /// Before a number.
    pub(super) symbols: Spellings<Measure>,
    /// Behind a number.
    pub(super) suffixes: Spellings<Measure>,
    pub(super) numbers: Spellings<u32>,
    /// Powers of ten.
    pub(super) magnitudes: Spellings<i32>,
    /// Powers of ten.
    pub(super) short_magnitudes: Spellings<i32>,
    pub(super) fractions: Spellings<Decimal>,
    pub(super) vague: Spellings<()>,
    pub(super) exchanges: Spellings<Exchange>,
    /// Before an amount; the longest first.
    pub(super) modifiers: Vec<(&'static str, Modifier)>,
    /// Behind an amount.
    pub(super) modifiers_behind: Spellings<Modifier>,
}

pub(super) static TABLES: LazyLock<Tables> = LazyLock::new(Tables::read);

/// The columns of each row.
fn rows(table: &'static str) -> impl Iterator<Item = [&'static str; 5]> {
    table
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| {
            let mut cells = line.split('\t');
            [(); 5].map(|()| cells.next().unwrap_or_default())
        })
}

impl Tables {
    fn read() -> Self {
        let mut tables = Self {
            symbols: Spellings::new(),
            suffixes: Spellings::new(),
            numbers: Spellings::new(),
            magnitudes: Spellings::new(),
            short_magnitudes: Spellings::new(),
            fractions: Spellings::new(),
            vague: Spellings::new(),
            exchanges: Spellings::new(),
            modifiers: Vec::new(),
            modifiers_behind: Spellings::new(),
        };
        tables.read_currencies();
        tables.read_units();
        tables.read_numbers();
        tables.read_modifiers();
        for [name, spellings, brackets, ..] in rows(EXCHANGES) {
            let in_brackets = brackets == "()";
            tables
                .exchanges
                .add(spellings, true, Exchange { name, in_brackets });
        }
        tables
    }

    fn read_currencies(&mut self) {
        for [code, shift, symbols, words, weak] in rows(CURRENCIES) {
            let money = Measure {
                kind: QuantityKind::Money,
                unit: (code != "-").then_some(code),
                shift: shift.parse().unwrap_or_default(),
                weak: false,
            };
            self.symbols.add(symbols, true, money);
            self.suffixes.add(symbols, true, money);
            self.suffixes.add(words, false, money);
            let money = Measure {
                weak: true,
                ..money
            };
            self.symbols.add(weak, true, money);
            self.suffixes.add(weak, true, money);
        }
    }

    fn read_units(&mut self) {
        for [kind, unit, shift, symbols, words] in rows(UNITS) {
            let measure = Measure {
                kind: if kind == "%" {
                    QuantityKind::Percent
                } else {
                    QuantityKind::Quantity
                },
                unit: Some(unit),
                shift: shift.parse().unwrap_or_default(),
                weak: false,
            };
            self.suffixes.add(symbols, true, measure);
            self.suffixes.add(words, false, measure);
        }
    }

    fn read_numbers(&mut self) {
        for [sort, value, spellings, ..] in rows(NUMBERS) {
            match sort {
                "number" => {
                    let value = value.parse().unwrap_or_default();
                    self.numbers.add(spellings, false, value);
                }
                "magnitude" => {
                    let power = value.parse().unwrap_or_default();
                    self.magnitudes.add(spellings, false, power);
                }
                "short" => {
                    let power = value.parse().unwrap_or_default();
                    self.short_magnitudes.add(spellings, true, power);
                }
                "fraction" => {
                    let value = Decimal::read(value).unwrap_or(Decimal::whole(0));
                    self.fractions.add(spellings, false, value);
                }
                _ => self.vague.add(spellings, false, ()),
            }
        }
    }

    fn read_modifiers(&mut self) {
        for [name, spellings, behind, ..] in rows(MODIFIERS) {
            let Some(modifier) = Modifier::ALL
                .into_iter()
                .find(|other| other.as_str() == name)
            else {
                continue;
            };
            let all = spellings.split('|').map(|words| (words, modifier));
            self.modifiers.extend(all);
            self.modifiers_behind.add(behind, false, modifier);
        }
        self.modifiers
            .sort_by_key(|(words, _)| std::cmp::Reverse(words.len()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_read() {
        let is_number = |text: &str| text.parse::<i32>().is_ok();
        for [code, shift, symbols, words, weak] in rows(CURRENCIES) {
            let named =
                code == "-" || code.len() == 3 && code.bytes().all(|b| b.is_ascii_uppercase());
            assert!(named && is_number(shift), "{code}");
            assert!(
                [symbols, words, weak]
                    .iter()
                    .any(|cell| cell.len() > 1 || !cell.is_empty()),
                "{code}"
            );
        }
        for [kind, unit, shift, symbols, words] in rows(UNITS) {
            assert!(matches!(kind, "%" | "q") && is_number(shift), "{unit}");
            assert!(!symbols.is_empty() && !words.is_empty(), "{unit}");
        }
        for [sort, value, spellings, ..] in rows(NUMBERS) {
            let known = match sort {
                "number" | "magnitude" | "short" => is_number(value),
                "fraction" => Decimal::read(value).is_some(),
                _ => sort == "vague",
            };
            assert!(known && !spellings.is_empty(), "{spellings}");
        }
        for [name, spellings, ..] in rows(MODIFIERS) {
            let known = Modifier::ALL
                .iter()
                .any(|modifier| modifier.as_str() == name);
            assert!(known && !spellings.is_empty(), "{name}");
        }
        for [name, spellings, brackets, ..] in rows(EXCHANGES) {
            assert!(
                !name.is_empty() && !spellings.is_empty() && matches!(brackets, "" | "()"),
                "{name}"
            );
        }
    }
}
