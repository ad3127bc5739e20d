//! Numbers and what is written with digits and marks alone: amounts, decimals, clock times, numeric dates. The same in all languages; which field of
//! a numeric date is which is decided later.

use super::super::table::Clock;
use super::{Shape, Token, UNKNOWN};

/// Digits of a run that are counted; more are an amount of no interest.
const MAX_DIGITS: usize = 9;

/// Pushes what begins with the digit at `at` and returns its end.
pub(super) fn number(text: &str, at: usize, tokens: &mut Vec<Token>) -> usize {
    let bytes = text.as_bytes();
    let first = Run::at(bytes, at);
    let (shape, value, end) = triple(bytes, first)
        .or_else(|| clock(bytes, first))
        .or_else(|| separated(bytes, first))
        .or_else(|| decimal(bytes, first))
        .unwrap_or_else(|| plain(first));
    tokens.push(Token {
        start: at as u32,
        end: end as u32,
        word: UNKNOWN,
        shape,
        glued: false,
        capital: false,
        value,
    });
    end
}

/// A run of digits.
#[derive(Clone, Copy)]
struct Run {
    start: usize,
    end: usize,
    value: i64,
}

impl Run {
    fn at(bytes: &[u8], start: usize) -> Run {
        let mut end = start;
        let mut value = 0_i64;
        while bytes.get(end).is_some_and(u8::is_ascii_digit) {
            if end - start < MAX_DIGITS {
                value = value * 10 + i64::from(bytes[end] - b'0');
            }
            end += 1;
        }
        Run { start, end, value }
    }

    /// The run behind one of these marks that follows directly.
    fn after(self, bytes: &[u8], mark: u8) -> Option<Run> {
        (bytes.get(self.end) == Some(&mark)).then_some(())?;
        let run = Run::at(bytes, self.end + 1);
        (run.len() > 0).then_some(run)
    }

    fn len(self) -> usize {
        self.end - self.start
    }
}

fn plain(run: Run) -> (Shape, i64, usize) {
    let shape = if run.len() > MAX_DIGITS {
        Shape::Amount
    } else {
        Shape::Digits(run.len() as u8)
    };
    (shape, run.value, run.end)
}

/// `2023-05-09`, `5/9/2023`, `09.05.23`.
fn triple(bytes: &[u8], first: Run) -> Option<(Shape, i64, usize)> {
    for mark in [b'-', b'/', b'.'] {
        let Some(second) = first.after(bytes, mark) else {
            continue;
        };
        let third = second.after(bytes, mark)?;
        let fits = match mark {
            b'-' => first.len() == 4 && second.len() == 2 && third.len() == 2,
            _ => {
                let big_end = first.len() <= 2 && matches!(third.len(), 2 | 4);
                let big_start = first.len() == 4 && third.len() <= 2;
                second.len() <= 2 && (big_end || big_start)
            }
        };
        // Four fields are an address or a version.
        let more = bytes.get(third.end) == Some(&mark)
            && bytes.get(third.end + 1).is_some_and(u8::is_ascii_digit);
        if !fits || more {
            return None;
        }
        let value = (first.value * 100_000 + second.value) * 100_000 + third.value;
        return Some((Shape::Triple, value, third.end));
    }
    None
}

/// `18:05`, `18:05:30`.
fn clock(bytes: &[u8], hour: Run) -> Option<(Shape, i64, usize)> {
    let minute = hour.after(bytes, b':')?;
    let fits = hour.len() <= 2 && minute.len() == 2 && hour.value <= 24 && minute.value < 60;
    fits.then_some(())?;
    let second = minute
        .after(bytes, b':')
        .filter(|second| second.len() == 2 && second.value < 61);
    let clock = Clock {
        hour: hour.value as u8,
        minute: minute.value as u8,
        second: second.map_or(0, |run| run.value as u8),
        fields: if second.is_some() { 3 } else { 2 },
    };
    Some((
        Shape::Clock,
        clock.pack(),
        second.map_or(minute.end, |run| run.end),
    ))
}

/// `10,000`.
fn separated(bytes: &[u8], first: Run) -> Option<(Shape, i64, usize)> {
    (first.len() <= 3).then_some(())?;
    let mut last = first.after(bytes, b',').filter(|run| run.len() == 3)?;
    let mut value = first.value * 1000 + last.value;
    while let Some(next) = last.after(bytes, b',').filter(|run| run.len() == 3) {
        value = value.saturating_mul(1000).saturating_add(next.value);
        last = next;
    }
    Some((Shape::Amount, value, last.end))
}

/// `2.5`, `2,5`.
fn decimal(bytes: &[u8], whole: Run) -> Option<(Shape, i64, usize)> {
    let part = whole
        .after(bytes, b'.')
        .or_else(|| whole.after(bytes, b',').filter(|run| run.len() <= 2))?;
    (whole.len() <= 6).then_some(())?;
    let scale = 10_i64.pow(part.len().min(MAX_DIGITS) as u32);
    let value = whole.value * 1000 + part.value * 1000 / scale;
    Some((Shape::Decimal, value, part.end))
}
