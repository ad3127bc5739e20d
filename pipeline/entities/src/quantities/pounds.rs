//! Pounds, which are money or a weight: money, unless the words around tell of a weight. A number with a magnitude is money even so ("a 5-million-pound
//! deal"), as is one of what only money is paid for ("3 billion pounds of debt").

use super::amount::Amount;
use super::tables::Measure;
use super::{QuantityKind, context, scan};

/// What pounds are when they are a weight.
pub(super) const WEIGHT: Measure = Measure {
    kind: QuantityKind::Quantity,
    unit: Some("lb"),
    shift: 0,
    weak: false,
};

/// Words for weighing: the pounds behind them are no money.
const WEIGHING: [&str; 12] = [
    "weigh", "weighs", "weighed", "weighing", "lose", "loses", "lost", "losing", "gain", "gained",
    "lift", "lifted",
];

/// Words that say behind pounds that they are a weight.
const WEIGHT_BEHIND: [&str; 6] = [
    "of",
    "heavier",
    "lighter",
    "overweight",
    "in weight",
    "per square",
];

/// What pounds of it are money.
const MONEY_BEHIND: [&str; 10] = [
    "debt",
    "debts",
    "investment",
    "savings",
    "aid",
    "cuts",
    "taxpayers",
    "public",
    "funding",
    "spending",
];

/// Whether the pounds of an amount are a weight.
pub(super) fn are_weight(text: &str, amount: &Amount) -> bool {
    let written = &text[amount.number.end..amount.end];
    let word = written.trim_start_matches(|mark: char| !mark.is_alphabetic());
    if !word.eq_ignore_ascii_case("pound") && !word.eq_ignore_ascii_case("pounds") {
        return false;
    }
    let hyphenated = written.starts_with('-');
    let behind = text[amount.end..].trim_start();
    let told = WEIGHT_BEHIND.iter().any(|words| begins_with(behind, words));
    let paid = behind
        .strip_prefix("of ")
        .is_some_and(|of| MONEY_BEHIND.iter().any(|word| begins_with(of, word)));
    let before = scan::before(text, amount.start, context::NEAR);
    let weighed = before
        .split(|letter: char| !letter.is_alphabetic())
        .any(|word| WEIGHING.contains(&word));
    let small = amount.number.magnitude == 0;
    told && !paid || small && (hyphenated || weighed)
}

fn begins_with(text: &str, words: &str) -> bool {
    let rest = text.strip_prefix(words);
    rest.is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
}
