//! Numbers in words: `twenty-five`, `one hundred and ten thousand`, `half a million`, `a million`; and those of which no more is told, `millions of`.

use super::decimal::Decimal;
use super::number::Number;
use super::scan;
use super::spellings::no_word;
use super::tables::{TABLES, Tables};

/// Parts of a number in words: no sum of money has more.
const MAX_PARTS: usize = 10;

/// The number in words that begins at a place.
pub(super) fn number(text: &str, at: usize) -> Option<Number> {
    let tables: &Tables = &TABLES;
    if let Some(number) = vague(text, at, tables) {
        return Some(number);
    }
    if let Some((end, value)) = tables.fractions.longest(text, at, no_word) {
        let number = Number {
            spelled: true,
            ..Number::new(value, end)
        };
        return Some(number.with_magnitudes(text));
    }
    let article = article(text, at, tables);
    article.or_else(|| counted(text, at, tables))
}

/// "millions of", "several million".
fn vague(text: &str, at: usize, tables: &Tables) -> Option<Number> {
    let (end, ()) = tables.vague.longest(text, at, no_word)?;
    let number = Number {
        value: None,
        spelled: true,
        ..Number::new(Decimal::whole(0), end)
    };
    let scaled = number.with_magnitudes(text);
    let enough = scaled.magnitude > 0 || scan::ends_with(&text[at..end], "of");
    enough.then_some(scaled)
}

/// "a million".
fn article(text: &str, at: usize, tables: &Tables) -> Option<Number> {
    let word = scan::letters_end(text, at);
    let article = text[at..word].eq_ignore_ascii_case("a");
    article.then_some(())?;
    let next = scan::joint(text, word);
    tables.magnitudes.longest(text, next, no_word)?;
    let number = Number {
        spelled: true,
        ..Number::new(Decimal::whole(1), word)
    };
    Some(number.with_magnitudes(text))
}

/// "one hundred and twenty-five thousand", "two and a half million".
fn counted(text: &str, at: usize, tables: &Tables) -> Option<Number> {
    let (mut end, first) = tables.numbers.longest(text, at, no_word)?;
    // `sum` is complete, `group` still waits for what may multiply it.
    let (mut sum, mut group) = (0_u128, u128::from(first));
    let mut magnitude = 0;
    for _ in 0..MAX_PARTS {
        let next = scan::joint(text, end);
        if let Some((after, power)) = tables.magnitudes.longest(text, next, no_word) {
            if power == 2 && (group == 0 || group >= 100) {
                break;
            }
            let times = 10_u128.checked_pow(u32::try_from(power).ok()?)?;
            if power == 2 {
                group *= times;
            } else if group == 0 {
                sum = sum.checked_mul(times)?;
                magnitude += power;
            } else {
                magnitude = if sum == 0 { power } else { 0 };
                sum = sum.checked_add(group.checked_mul(times)?)?;
                group = 0;
            }
            end = after;
            continue;
        }
        if sum == 0
            && let Some(half) = behind(text, next, "and a half")
        {
            let value = Decimal::whole(group * 10 + 5).shifted(-1);
            let number = Number {
                spelled: true,
                ..Number::new(value, half)
            };
            return Some(number.with_magnitudes(text));
        }
        let joined = behind(text, next, "and").filter(|_| group.is_multiple_of(100));
        let next = joined.map_or(next, |after| scan::joint(text, after));
        let part = tables.numbers.longest(text, next, no_word);
        let Some((after, part)) = part.filter(|&(_, part)| fits(u128::from(part), group, sum))
        else {
            break;
        };
        group += u128::from(part);
        magnitude = 0;
        end = after;
    }
    Some(Number {
        value: Some(Decimal::whole(sum.checked_add(group)?)),
        end,
        magnitude,
        spelled: true,
        grouped: false,
    })
}

/// Whether a part can follow: its digits fill the zeros before it.
fn fits(part: u128, group: u128, sum: u128) -> bool {
    match group {
        0 => sum > 0 && part > 0,
        _ if group.is_multiple_of(100) => part > 0,
        20.. if group.is_multiple_of(10) => (1..10).contains(&part),
        _ => false,
    }
}

/// The end of these words, where they stand at a place.
fn behind(text: &str, at: usize, words: &str) -> Option<usize> {
    let mut end = at;
    for word in words.split(' ') {
        let start = if end == at {
            at
        } else {
            scan::joint(text, end)
        };
        end = start + word.len();
        let found = text.get(start..end)?;
        let whole = scan::char_at(text, end).is_none_or(no_word);
        (found.eq_ignore_ascii_case(word) && whole).then_some(())?;
    }
    Some(end)
}
