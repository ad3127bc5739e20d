//! Two amounts that are the ends of one: `$5-10 million`, `5 to 10 percent`, `between €1bn and €2bn`; or one alone.

use super::amount::{self, Amount};
use super::tables::Measure;
use super::{Found, context, scan};

/// The quantity that begins at a digit, a fraction, a symbol or a code; or where to go on.
pub(super) fn quantity(text: &str, at: usize) -> Result<Found, usize> {
    settle(text, amount::amount(text, at)?)
}

/// The quantity that begins with a number in words; or where to go on; nothing where no number begins.
pub(super) fn spelled(text: &str, at: usize) -> Option<Result<Found, usize>> {
    Some(amount::spelled(text, at)?.and_then(|amount| settle(text, amount)))
}

fn settle(text: &str, first: Amount) -> Result<Found, usize> {
    if let Some(found) = range(text, &first) {
        return Ok(found);
    }
    let measure = first.measure().ok_or(first.number.end)?;
    let start = context::signed(text, first.start);
    let value = first.number.value.map(|value| value.shifted(measure.shift));
    let value = value.map(|value| {
        if start < first.start {
            value.negated()
        } else {
            value
        }
    });
    Ok(Found {
        start,
        end: first.end,
        kind: measure.kind,
        value: value.map(|value| value.to_string()),
        value_to: None,
        unit: measure.unit,
    })
}

fn range(text: &str, first: &Amount) -> Option<Found> {
    // The sign of the first would not be that of the second.
    (context::signed(text, first.start) == first.start).then_some(())?;
    let (at, mark) = between(text, first)?;
    let second = match amount::spelled(text, at) {
        Some(spelled) => spelled.ok()?,
        None => amount::amount(text, at).ok()?,
    };
    let measure = common(text, first, &second, mark)?;
    let to = second.number.value?;
    let from = if leans_on(first, &second) {
        first.number.value?.shifted(second.number.magnitude)
    } else {
        first.number.value?
    };
    from.is_below(to).then_some(())?;
    Some(Found {
        start: first.start,
        end: second.end,
        kind: measure.kind,
        value: Some(from.shifted(measure.shift).to_string()),
        value_to: Some(to.shifted(measure.shift).to_string()),
        unit: measure.unit,
    })
}

/// What stands between the ends of a range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Between {
    Dash,
    Word,
    /// Two choices, or two states one after the other: they are one only where the first is told in part.
    Or,
}

/// Where the second amount would begin.
fn between(text: &str, first: &Amount) -> Option<(usize, Between)> {
    let glued = scan::char_at(text, first.end);
    let next = scan::blank(text, first.end);
    let mark = scan::char_at(text, next)?;
    if matches!(mark, '-' | '–' | '—' | '‑') {
        let after = next + mark.len_utf8();
        let word = scan::word_end(text, after);
        if text.get(after..word) == Some("to") && scan::char_at(text, word) == Some('-') {
            return Some((word + 1, Between::Word));
        }
        let after = if Some(mark) == glued {
            after
        } else {
            scan::blank(text, after)
        };
        return Some((after, Between::Dash));
    }
    let word = scan::letters_end(text, next);
    let joined = match text.get(next..word)? {
        "to" if context::follows_change(text, first.start) => Between::Or,
        "to" => Between::Word,
        "and" if context::follows_between(text, first.start) => Between::Word,
        "or" => Between::Or,
        _ => return None,
    };
    let after = scan::blank(text, word);
    (after > word).then_some((after, joined))
}

/// What both are amounts of, if they are ends of a range.
fn common(text: &str, first: &Amount, second: &Amount, between: Between) -> Option<Measure> {
    let Some(measure) = second.measure() else {
        // "$5-10", "$5 to $10" yes; "$5 to 10 people", no.
        let counts =
            scan::char_at(text, scan::blank(text, second.end)).is_some_and(char::is_alphabetic);
        let alone = between == Between::Dash || second.number.magnitude > 0 || !counts;
        return first.symbol.filter(|_| first.suffix.is_none() && alone);
    };
    let Some(own) = first.measure() else {
        return Some(measure);
    };
    let parted = between == Between::Or && !leans_on(first, second);
    let same = own.kind == measure.kind && own.unit == measure.unit && own.shift == measure.shift;
    (same && !parted).then_some(measure)
}

/// Whether the first is told in the magnitude of the second, which alone has any: "5 to 10 million", but not "500 to 1 million".
fn leans_on(first: &Amount, second: &Amount) -> bool {
    let (Some(one), Some(other)) = (first.number.value, second.number.bare()) else {
        return false;
    };
    let alone = first.number.magnitude == 0 && second.number.magnitude > 0;
    alone && one.is_below(other)
}
