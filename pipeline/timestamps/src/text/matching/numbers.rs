//! Numbers and ordinals in digits, in words, and in both: “2.5 million”, “two hundred and fifty”, “twenty-first”, “two and a half”. Which word is
//! worth what stands in the language's table: classes `number`, `multiplier`, `number-and`, `fraction`, `ordinal`, `ordinal-suffix`.

use super::builtin::Matches;
use super::walk::Walker;
use crate::text::scan::{Shape, Token};
use crate::text::table::{Key, Lexeme, VAGUE, Vocabulary};

/// Parts of a number in words: more than any number has that counts years.
const MAX_PARTS: usize = 8;

/// The largest number that is read; larger ones count no time that matters.
const MAX: i64 = 1_000_000_000_000_000;

pub(super) fn begins(token: &Token, vocabulary: &Vocabulary) -> bool {
    let classes = vocabulary.numeric;
    vocabulary
        .lexemes(token)
        .any(|lexeme| lexeme.class == classes.number || lexeme.class == classes.ordinal)
}

/// The meaning of class `class` at a token, with its end.
fn word<'w>(walker: &Walker<'w>, class: u16, at: usize) -> Option<(usize, &'w Lexeme)> {
    let token = walker.tokens.get(at)?;
    let lexemes = walker.language.vocabulary.lexemes(token);
    let of_class = lexemes.filter(|lexeme| lexeme.class == class);
    let ends = of_class.filter_map(|lexeme| Some((walker.rest(&lexeme.rest, at + 1)?, lexeme)));
    ends.max_by_key(|(end, _)| *end)
}

/// The number at a token: with its fraction and without.
pub(super) fn number(walker: &Walker<'_>, at: usize) -> Matches {
    let Some((end, value)) = whole(walker, at) else {
        return [None, None];
    };
    let fraction = word(walker, walker.language.vocabulary.numeric.fraction, end)
        .filter(|_| value != VAGUE)
        .map(|(end, lexeme)| (end, value + lexeme.value));
    [Some((end, value)), fraction]
}

/// In thousandths.
fn whole(walker: &Walker<'_>, at: usize) -> Option<(usize, i64)> {
    let classes = walker.language.vocabulary.numeric;
    let token = walker.tokens.get(at)?;
    let first = match token.shape {
        Shape::Digits(_) | Shape::Amount => Some((at + 1, token.value.min(MAX) * 1000)),
        Shape::Decimal => Some((at + 1, token.value)),
        _ => None,
    };
    if let Some((end, value)) = first {
        return Some(multiplied(walker, end, value));
    }
    let (mut end, lexeme) = word(walker, classes.number, at)?;
    if lexeme.value == VAGUE {
        return Some((end, VAGUE));
    }
    // `sum` is complete, `group` still waits for what may multiply it.
    let (mut sum, mut group) = (0, lexeme.value);
    for _ in 0..MAX_PARTS {
        if let Some((after, multiplier)) = word(walker, classes.multiplier, end) {
            group = group.max(1000).saturating_mul(multiplier.value / 1000);
            if multiplier.value >= 1_000_000 {
                sum += group;
                group = 0;
            }
            end = after;
            continue;
        }
        let joint = word(walker, classes.and, end)
            .map(|(after, _)| after)
            .filter(|_| group % 100_000 == 0);
        let hyphen = walker.tokens.get(end).and_then(Key::of) == Some(Key::mark('-'));
        let after = joint.unwrap_or(end + usize::from(hyphen));
        let Some((after, next)) = word(walker, classes.number, after) else {
            break;
        };
        // A smaller part adds: twenty five, one hundred five; anything else is another number.
        let adds = next.value > 0 && (group == 0 || fits_below(next.value, group));
        if !adds {
            break;
        }
        group += next.value;
        end = after;
    }
    let value = (sum + group).min(MAX);
    Some((end, value))
}

/// Whether a part can follow another: its digits fill the other's zeros.
fn fits_below(part: i64, group: i64) -> bool {
    let (part, group) = (part / 1000, group / 1000);
    let zeros = if group % 100 == 0 {
        100
    } else if group % 10 == 0 {
        10
    } else {
        1
    };
    part < zeros
}

/// “2.5 million”.
fn multiplied(walker: &Walker<'_>, end: usize, value: i64) -> (usize, i64) {
    let multiplier = walker.language.vocabulary.numeric.multiplier;
    match word(walker, multiplier, end) {
        Some((after, lexeme)) => {
            let value = value.saturating_mul(lexeme.value / 1000).min(MAX);
            (after, value)
        }
        None => (end, value),
    }
}

/// The ordinal at a token.
pub(super) fn ordinal(walker: &Walker<'_>, at: usize) -> Option<(usize, i64)> {
    let classes = walker.language.vocabulary.numeric;
    let token = walker.tokens.get(at)?;
    if let Shape::Digits(_) = token.shape {
        return Some((suffix(walker, at + 1)?, token.value));
    }
    if let Some((end, lexeme)) = word(walker, classes.ordinal, at) {
        return Some((end, lexeme.value));
    }
    // Tens, then an ordinal: twenty-first.
    let (end, tens) = word(walker, classes.number, at)?;
    let hyphen = walker.tokens.get(end).and_then(Key::of) == Some(Key::mark('-'));
    let (end, ones) = word(walker, classes.ordinal, end + usize::from(hyphen))?;
    let tens = tens.value / 1000;
    ((20..100).contains(&tens) && tens % 10 == 0 && (1..10).contains(&ones.value))
        .then_some((end, tens + ones.value))
}

/// The end of an ordinal's ending (`rd`, German `.`) that follows a number directly.
pub(super) fn suffix(walker: &Walker<'_>, at: usize) -> Option<usize> {
    let class = walker.language.vocabulary.numeric.suffix;
    walker.tokens.get(at).filter(|token| token.glued)?;
    word(walker, class, at).map(|(end, _)| end)
}
