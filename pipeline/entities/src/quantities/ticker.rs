//! Symbols of shares: `(NASDAQ: AAPL)`, `NYSE:BRK.B`, `$TSLA`.

use super::spellings::no_word;
use super::tables::TABLES;
use super::{Found, QuantityKind, scan};

/// Letters and digits of a symbol.
const MAX_SYMBOL: usize = 6;

/// Letters of a symbol behind a dollar sign.
const MAX_CASHTAG: usize = 5;

/// Bytes of the longest name of an exchange, and the colon.
const MAX_EXCHANGE: usize = 32;

/// `$TSLA`; `$X million` is a gap to be filled.
pub(super) fn cashtag(text: &str, at: usize) -> Option<Found> {
    let start = at + 1;
    let first = text.get(at..)?.strip_prefix('$')?;
    first
        .starts_with(|letter: char| letter.is_ascii_uppercase())
        .then_some(())?;
    let end = symbol_end(text, start, MAX_CASHTAG)?;
    let symbol = &text[start..end];
    let letters = symbol
        .bytes()
        .all(|byte| byte.is_ascii_uppercase() || byte == b'.');
    let gap = symbol.bytes().all(|byte| byte == b'X')
        && TABLES
            .magnitudes
            .longest(text, scan::joint(text, end), no_word)
            .is_some();
    (letters && !gap && !scan::digit_at(text, scan::blank(text, end)))
        .then(|| found(at, end, symbol, None))
}

/// A symbol behind the name of its exchange.
pub(super) fn listed(text: &str, at: usize) -> Option<Found> {
    let reach = text.as_bytes()[at..].iter().take(MAX_EXCHANGE);
    reach.clone().any(|byte| *byte == b':').then_some(())?;
    let (end, exchange) = TABLES.exchanges.longest(text, at, no_word)?;
    let colon = scan::blank(text, end);
    (scan::char_at(text, colon) == Some(':')).then_some(())?;
    let bracket = matches!(scan::char_before(text, at), Some('(' | '['));
    let start = scan::blank(text, colon + 1);
    let end = symbol_end(text, start, MAX_SYMBOL)?;
    // Outside of brackets a single letter begins a sentence.
    let clear = bracket || !exchange.in_brackets && end - start > 1;
    clear.then(|| found(at, end, &text[start..end], Some(exchange.name)))
}

/// The end of capitals and digits, with a class of shares behind a point: `BRK.B`.
fn symbol_end(text: &str, start: usize, most: usize) -> Option<usize> {
    let capital = |byte: &&u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    let run = |from: usize| {
        let rest = text.as_bytes().get(from..).unwrap_or_default();
        from + rest.iter().take(MAX_SYMBOL + 1).take_while(capital).count()
    };
    let mut end = run(start);
    ((1..=most).contains(&(end - start))).then_some(())?;
    if matches!(scan::char_at(text, end), Some('.' | '-'))
        && (1..=2).contains(&(run(end + 1) - end - 1))
    {
        let class = run(end + 1);
        if scan::char_at(text, class).is_none_or(no_word) {
            end = class;
        }
    }
    scan::char_at(text, end).is_none_or(no_word).then_some(end)
}

fn found(start: usize, end: usize, symbol: &str, exchange: Option<&'static str>) -> Found {
    Found {
        start,
        end,
        kind: QuantityKind::Ticker,
        value: Some(symbol.to_owned()),
        value_to: None,
        unit: exchange,
    }
}
