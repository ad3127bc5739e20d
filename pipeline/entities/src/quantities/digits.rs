//! Numbers in digits: `1,250.5`, `12,34,567`, `2½`, `2 1/2`. What has more marks among its digits is a time, a date, a score or an address.

use super::decimal::Decimal;
use super::number::Number;
use super::scan;

/// Digits of a number; what has more is no amount.
const MAX_DIGITS: usize = 30;

/// The number that begins at a digit, a point or a fraction; or where to go on when what stands there is none.
pub(super) fn number(text: &str, at: usize) -> Result<Number, usize> {
    let whole = scan::digits_end(text, at);
    if whole == at && scan::char_at(text, at) != Some('.') {
        let after = at + scan::char_at(text, at).map_or(1, char::len_utf8);
        return fraction(text, at)
            .map(|number| number.with_magnitudes(text))
            .ok_or(after);
    }
    let mut end = groups(text, at, whole);
    let grouped = end > whole;
    if scan::char_at(text, end) == Some('.') && scan::digit_at(text, end + 1) {
        end = scan::digits_end(text, end + 1);
    }
    let zeros = text[at..].starts_with('0') && whole > at + 1;
    if end - at > MAX_DIGITS || zeros {
        return Err(chain_end(text, end));
    }
    let Some(value) = Decimal::read(&text[at..end]) else {
        return Err(end);
    };
    let number = with_fraction(text, at, end, value).unwrap_or(Number {
        grouped,
        ..Number::new(value, end)
    });
    // Times, scores, dates, addresses, versions: digits go on behind a mark.
    let mark = matches!(
        text.as_bytes().get(number.end),
        Some(b':' | b'.' | b'/' | b',')
    );
    if mark && scan::digit_at(text, number.end + 1) {
        return Err(chain_end(text, number.end));
    }
    Ok(number.with_magnitudes(text))
}

/// The end of groups of digits behind a first one of at most three: by three, or Indian ones, by two with three at the end.
fn groups(text: &str, at: usize, whole: usize) -> usize {
    let mut end = whole;
    if whole - at > 3 {
        return end;
    }
    // Up to where the last group had three.
    let mut complete = end;
    while let Some(mark @ (',' | '\u{a0}' | '\u{2009}' | '\u{202f}')) = scan::char_at(text, end) {
        let group = end + mark.len_utf8();
        let next = scan::digits_end(text, group);
        match next - group {
            3 => complete = next,
            2 => {}
            _ => break,
        }
        end = next;
    }
    complete
}

/// `1/2`, `2 1/2`, `2½`, `2 ½`: the number that digits are together with a fraction.
fn with_fraction(text: &str, at: usize, end: usize, value: Decimal) -> Option<Number> {
    if let Some((simple, after)) = simple_fraction(text, at, end) {
        return Some(Number::new(simple, after));
    }
    let next = scan::blank(text, end);
    let above = scan::digits_end(text, next).min(next + 2);
    let (part, after) = match simple_fraction(text, next, above) {
        Some(simple) if next > end => simple,
        _ => {
            let part = fraction(text, end).or_else(|| fraction(text, next))?;
            (part.value?, part.end)
        }
    };
    Some(Number::new(value.plus(part)?, after))
}

/// `1/2`, `3/4`, `7/8`: what has an exact decimal value.
fn simple_fraction(text: &str, at: usize, end: usize) -> Option<(Decimal, usize)> {
    let (above, rest) = (text.get(at..end)?, text.get(end..)?.strip_prefix('/')?);
    let below = &rest[..scan::digits_end(rest, 0)];
    let parts: u128 = below
        .parse()
        .ok()
        .filter(|parts| matches!(parts, 2 | 4 | 5 | 8 | 10))?;
    let count: u128 = above
        .parse()
        .ok()
        .filter(|count| (1..parts).contains(count))?;
    let value = Decimal::whole(count * 1000 / parts).shifted(-3);
    Some((value, end + 1 + below.len()))
}

/// `½` and its like.
fn fraction(text: &str, at: usize) -> Option<Number> {
    let letter = scan::char_at(text, at)?;
    let thousandths = match letter {
        '½' => 500,
        '¼' => 250,
        '¾' => 750,
        '⅕' => 200,
        '⅖' => 400,
        '⅗' => 600,
        '⅘' => 800,
        '⅛' => 125,
        '⅜' => 375,
        '⅝' => 625,
        '⅞' => 875,
        _ => return None,
    };
    let value = Decimal::whole(thousandths).shifted(-3);
    Some(Number::new(value, at + letter.len_utf8()))
}

/// The end of digits and the marks among them.
pub(super) fn chain_end(text: &str, at: usize) -> usize {
    let rest = text.as_bytes().get(at..).unwrap_or_default();
    let belongs = |byte: &&u8| byte.is_ascii_digit() || matches!(byte, b'.' | b':' | b'/' | b',');
    at + rest.iter().take_while(belongs).count()
}
