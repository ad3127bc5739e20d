//! The tokens that are known by their look: numbers within bounds, numeric dates, capitals.

use super::numbers;
use super::walk::Walker;
use crate::instant::FieldOrder;
use crate::text::scan::{Shape, Token, UNKNOWN};
use crate::text::table::{Ask, Builtin, Clock, Key, Vocabulary};

/// Years in digits alone: earlier and later ones need a word beside them.
const YEARS: std::ops::RangeInclusive<i64> = 1000..=2199;

/// Up to two readings: where the tokens end, and their value.
pub(super) type Matches = [Option<(usize, i64)>; 2];

/// Whether an expression that begins or ends before this token would cut a word or a number in two: `737-800`, `2000s`, `A380`.
pub(super) fn splits(tokens: &[Token], at: usize) -> bool {
    let (Some(token), Some(before)) = (tokens.get(at), at.checked_sub(1).map(|i| &tokens[i]))
    else {
        return false;
    };
    token.glued && !is_mark(token) && !is_mark(before)
}

fn is_mark(token: &Token) -> bool {
    token.shape == Shape::Mark
}

/// A quick look whether a reading can begin with this token.
pub(super) fn may_begin(asked: Builtin, token: &Token, vocabulary: &Vocabulary) -> bool {
    match asked {
        Builtin::Number | Builtin::Ordinal => match token.shape {
            Shape::Digits(_) | Shape::Amount | Shape::Decimal => true,
            Shape::Word => numbers::begins(token, vocabulary),
            _ => false,
        },
        Builtin::Day
        | Builtin::DayOrdinal
        | Builtin::Year
        | Builtin::Year2
        | Builtin::AnyYear
        | Builtin::Hour
        | Builtin::Minute
        | Builtin::Clock4
        | Builtin::Digits => matches!(token.shape, Shape::Digits(_)),
        Builtin::ClockTime => token.shape == Shape::Clock,
        Builtin::DotClock => token.shape == Shape::Decimal,
        Builtin::Iso | Builtin::Numeric => token.shape == Shape::Triple,
        Builtin::Word => token.shape == Shape::Word,
        Builtin::Capital => token.shape == Shape::Word && token.capital,
        Builtin::Name => token.shape == Shape::Word && token.capital && token.word == UNKNOWN,
        Builtin::Lower => token.shape == Shape::Word && !token.capital && token.word == UNKNOWN,
        Builtin::Start | Builtin::End => false,
    }
}

/// The readings at a token.
pub(super) fn matches(walker: &Walker<'_>, asked: Builtin, at: usize) -> Matches {
    let tokens = walker.tokens;
    let token = &tokens[at];
    let one = |fits: bool| [fits.then_some((at + 1, token.value)), None];
    let digits = match token.shape {
        Shape::Digits(count) => count,
        _ => 0,
    };
    match asked {
        Builtin::Number => numbers::number(walker, at),
        Builtin::Ordinal => [numbers::ordinal(walker, at), None],
        Builtin::Day | Builtin::DayOrdinal => {
            let fits = matches!(digits, 1 | 2) && (1..=31).contains(&token.value);
            let ended = numbers::suffix(walker, at + 1).filter(|_| fits);
            let bare = fits && asked == Builtin::Day;
            [
                bare.then_some((at + 1, token.value)),
                ended.map(|end| (end, token.value)),
            ]
        }
        Builtin::Year => one(digits == 4 && YEARS.contains(&token.value)),
        Builtin::Year2 => one(digits == 2),
        Builtin::AnyYear => one(matches!(digits, 1..=4)),
        Builtin::Hour => {
            let fits = matches!(digits, 1 | 2) && token.value <= 24;
            let clock = Clock {
                hour: token.value as u8,
                minute: 0,
                second: 0,
                fields: 1,
            };
            [fits.then(|| (at + 1, clock.pack())), None]
        }
        Builtin::Clock4 => {
            let fits = digits == 4 && token.value < 2400 && token.value % 100 < 60;
            let clock = Clock {
                hour: (token.value / 100 % 100) as u8,
                minute: (token.value % 100) as u8,
                second: 0,
                fields: 2,
            };
            [fits.then(|| (at + 1, clock.pack())), None]
        }
        Builtin::Minute => one(digits == 2 && token.value < 60),
        Builtin::Digits => one(digits > 0),
        Builtin::ClockTime => one(token.shape == Shape::Clock),
        Builtin::DotClock => [dot_clock(token).map(|clock| (at + 1, clock.pack())), None],
        Builtin::Iso | Builtin::Numeric if token.shape == Shape::Triple => {
            let read = triple(token, asked == Builtin::Iso, walker.order);
            [read.map(|day| (at + 1, day)), None]
        }
        Builtin::Word | Builtin::Capital | Builtin::Name | Builtin::Lower => {
            one(may_begin(asked, token, &walker.language.vocabulary))
        }
        Builtin::Iso | Builtin::Numeric | Builtin::Start | Builtin::End => [None, None],
    }
}

/// Whether a token beside an expression is what a context asks for.
pub(super) fn stands(
    walker: &Walker<'_>,
    asked: Ask,
    token: Option<(usize, &Token)>,
    behind: bool,
) -> bool {
    let edge = if behind { Builtin::Start } else { Builtin::End };
    let Some((at, token)) = token else {
        return asked == Ask::Builtin(edge);
    };
    match asked {
        Ask::Builtin(builtin) => matches(walker, builtin, at)[0].is_some(),
        Ask::Key(key) => {
            Key::of(token) == Some(key)
                || walker.language.vocabulary.lexemes(token).any(|lexeme| {
                    Key::class(lexeme.class) == key
                        && (token.capital || !lexeme.capital)
                        && (lexeme.rest.is_empty()
                            || (!behind && walker.rest(&lexeme.rest, at + 1).is_some()))
                })
        }
        Ask::Phrase(_) => false,
    }
}

/// `8.15`; `8.1` is none.
fn dot_clock(token: &Token) -> Option<Clock> {
    (token.shape == Shape::Decimal).then_some(())?;
    let (hour, minute) = (token.value / 1000, token.value % 1000 / 10);
    let whole = if hour < 10 { 1..=2 } else { 2..=2 };
    let written = (token.end - token.start) as usize;
    let fits = hour <= 24 && minute < 60 && whole.contains(&written.checked_sub(3)?);
    fits.then_some(Clock {
        hour: hour as u8,
        minute: minute as u8,
        second: 0,
        fields: 2,
    })
}

/// A numeric date of three fields as eight digits, the year first; years of two digits keep them.
fn triple(token: &Token, iso: bool, order: FieldOrder) -> Option<i64> {
    let (first, second, third) = (
        token.value / 10_000_000_000,
        token.value / 100_000 % 100_000,
        token.value % 100_000,
    );
    if first > 99 {
        return iso.then(|| valid(first, second, third)).flatten();
    }
    if iso {
        return None;
    }
    match order {
        FieldOrder::Mdy => valid(third, first, second).or_else(|| valid(third, second, first)),
        FieldOrder::Dmy => valid(third, second, first).or_else(|| valid(third, first, second)),
        FieldOrder::Ymd => valid(first, second, third).or_else(|| valid(third, second, first)),
    }
}

fn valid(year: i64, month: i64, day: i64) -> Option<i64> {
    let fits = (1..=12).contains(&month) && (1..=31).contains(&day);
    fits.then_some(year * 10_000 + month * 100 + day)
}
