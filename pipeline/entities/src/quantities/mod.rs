//! Amounts of money, percentages, measured quantities and tickers of shares in English texts, by rule. What words there are stands in the tables of
//! `data/quantities`; how they are put together, in the rooms here.

mod amount;
mod context;
mod decimal;
mod digits;
mod number;
mod pounds;
mod range;
mod scan;
mod spellings;
mod tables;
#[cfg(test)]
mod tests;
mod ticker;
mod words;

use crate::tagger::{Chars, MAX_TEXT};

/// An amount in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quantity {
    /// Its first byte. Words such as "about" and "or more" are no part of it.
    pub start: usize,
    /// The byte after its last.
    pub end: usize,
    /// The same in code points.
    pub chars: (usize, usize),
    /// What it is.
    pub kind: QuantityKind,
    /// Its exact value as a plain decimal number, `1200000000` or `-0.25`, or the ticker's symbol; nothing where the text does not say ("millions of dollars").
    pub value: Option<String>,
    /// The end of a range, where it is one: 10000000 of "$5-10 million".
    pub value_to: Option<String>,
    /// Money: the code of ISO 4217, nothing where the word alone does not say ("pesos"). Percent: `percent` or `percentage point`. A quantity: the symbol
    /// of UCUM where it has a plain one (`km`, `m2`, `degC`), else the usual one (`mi`, `lb`, `bbl`). A ticker: the exchange, where it is told.
    pub unit: Option<&'static str>,
    /// What the words around it say.
    pub modifier: Option<Modifier>,
}

/// Kinds of quantities.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum QuantityKind {
    /// An amount of money.
    Money,
    /// A percentage, or a difference of two in percentage points; basis points are hundredths of these.
    Percent,
    /// A length, area, volume, mass, speed, temperature, energy, power, or size of data.
    Quantity,
    /// The symbol of a share.
    Ticker,
}

impl QuantityKind {
    /// The word for it in a record.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Money => "money",
            Self::Percent => "percent",
            Self::Quantity => "quantity",
            Self::Ticker => "ticker",
        }
    }
}

/// How a value is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Modifier {
    /// "about", "nearly"
    About,
    /// "more than", "over"
    MoreThan,
    /// "at least", "or more"
    AtLeast,
    /// "less than", "below"
    LessThan,
    /// "up to", "or less"
    AtMost,
}

impl Modifier {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::About,
        Self::MoreThan,
        Self::AtLeast,
        Self::LessThan,
        Self::AtMost,
    ];

    /// The word for it in a record.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::About => "about",
            Self::MoreThan => "more-than",
            Self::AtLeast => "at-least",
            Self::LessThan => "less-than",
            Self::AtMost => "at-most",
        }
    }
}

/// What a room has found: where, and what it says.
#[derive(Debug)]
struct Found {
    start: usize,
    end: usize,
    kind: QuantityKind,
    value: Option<String>,
    value_to: Option<String>,
    unit: Option<&'static str>,
}

/// The quantities of an English text, in order, none within another. Linear in the text's size; no text makes it fail.
///
/// Lengths of time are none (they are temporal expressions), nor are plain counts, years, dates, scores, numbers of phones and of versions.
/// Where a word is of several meanings, the usual one of news is taken: "dollars" are those of the United States, "pounds" those of the United
/// Kingdom unless the words around tell of a weight, "rupees" those of India; "pesos", "francs" and "dinars" have no unit without their country.
/// `5m` is a length where no currency is beside it and nothing countable follows. Tons and gallons are of no one size: their units are `ton` and `gal`.
///
/// ```
/// use dateline_entities::{Modifier, quantities};
///
/// let found = quantities("It paid more than $1.2 billion, 25 percent in shares.");
/// assert_eq!(found[0].value.as_deref(), Some("1200000000"));
/// assert_eq!((found[0].unit, found[0].modifier), (Some("USD"), Some(Modifier::MoreThan)));
/// assert_eq!((found[1].value.as_deref(), found[1].unit), (Some("25"), Some("percent")));
/// ```
#[must_use]
pub fn quantities(text: &str) -> Vec<Quantity> {
    let text = &text[..text.floor_char_boundary(MAX_TEXT)];
    let mut all = Vec::new();
    let mut chars = Chars::default();
    let mut at = 0;
    while at < text.len() {
        at = match look(text, at) {
            Look::Pass(next) => next,
            Look::Found(found) => {
                let end = found.end;
                all.push(Quantity {
                    start: found.start,
                    end,
                    chars: (chars.at(text, found.start), chars.at(text, end)),
                    modifier: context::modifier(text, &found),
                    kind: found.kind,
                    value: found.value,
                    value_to: found.value_to,
                    unit: found.unit,
                });
                end
            }
        };
    }
    all
}

enum Look {
    /// Nothing up to this place, which is beyond the one that was looked at.
    Pass(usize),
    Found(Found),
}

impl Look {
    fn of(found: Result<Found, usize>) -> Self {
        found.map_or_else(Self::Pass, Self::Found)
    }
}

/// What begins at a place that is no letter's inside.
fn look(text: &str, at: usize) -> Look {
    let bytes = text.as_bytes();
    match bytes[at] {
        b'0'..=b'9' => {
            if context::is_part_of_more(text, at) {
                return Look::Pass(digits::chain_end(text, at));
            }
            Look::of(range::quantity(text, at))
        }
        b'.' if scan::digit_at(text, at + 1) && !context::is_part_of_more(text, at) => {
            Look::of(range::quantity(text, at))
        }
        b'a'..=b'z' | b'A'..=b'Z' => word(text, at),
        b'$' => symbol(text, at, '$'),
        byte if byte.is_ascii() => Look::Pass(at + 1),
        _ => match scan::char_at(text, at) {
            Some(letter) if letter.is_alphabetic() => Look::Pass(scan::word_end(text, at)),
            Some(letter) => symbol(text, at, letter),
            None => Look::Pass(at + 1),
        },
    }
}

/// A symbol of a currency, a fraction, or any other mark.
fn symbol(text: &str, at: usize, mark: char) -> Look {
    let next = at + mark.len_utf8();
    if scan::char_before(text, at).is_some_and(char::is_alphanumeric) {
        return Look::Pass(next);
    }
    if let Some(found) = ticker::cashtag(text, at) {
        return Look::Found(found);
    }
    match range::quantity(text, at) {
        Ok(found) => Look::Found(found),
        Err(after) => Look::Pass(after.max(next)),
    }
}

/// A word: a code before a number, a number in words, an exchange before a symbol, or none of these.
fn word(text: &str, at: usize) -> Look {
    let end = scan::word_end(text, at);
    if context::may_begin_code(text, at)
        && let Ok(found) = range::quantity(text, at)
    {
        return Look::Found(found);
    }
    if text.as_bytes()[at].is_ascii_uppercase()
        && let Some(found) = ticker::listed(text, at)
    {
        return Look::Found(found);
    }
    match range::spelled(text, at) {
        Some(found) => found.map_or_else(|after| Look::Pass(after.max(end)), Look::Found),
        None => Look::Pass(end),
    }
}
