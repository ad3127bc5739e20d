//! The closed vocabulary of a language's table: the slots that words fill, and the values they take. Nothing here
//! belongs to any one language.

use crate::text::{Modifier, Relation};

/// What a word or a number of an expression says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Slot {
    Year,
    Month,
    Day,
    /// Monday is 1.
    Weekday,
    /// Index into [`SEASONS`].
    Season,
    Quarter,
    Half,
    /// First year of the decade; below 100 without its century.
    Decade,
    /// 20 is the 1900s.
    Century,
    /// Index into the calendar's holidays.
    Holiday,
    /// [`Unit`].
    Unit,
    /// Thousandths; [`VAGUE`] for “several”.
    Number,
    Ordinal,
    /// Days from the anchor: “yesterday” is -1.
    Offset,
    /// [`Direction`].
    Direction,
    /// [`Rel`].
    Rel,
    /// Index into [`MODIFIERS`].
    Mod,
    /// Index into [`PARTS`].
    Part,
    /// Seconds of the day, and the precision: see [`Clock`].
    Clock,
    /// 0 before noon, 1 after it.
    Meridiem,
    /// Minutes from UTC.
    Zone,
    /// -1 past, 0 present, 1 future.
    Ref,
    /// Times per period.
    Freq,
    /// 0 each, 1 every, 2 some.
    Quant,
    /// 1: counted before our era.
    Era,
    /// 1: a fiscal year.
    Fiscal,
    /// Index into [`RELATIONS`].
    Relation,
    /// -1 past, 0 neither, 1 future.
    Tense,
    /// Minutes beside an hour.
    Minute,
    /// Year, month and day in eight digits.
    Ymd,
    /// 1: only in narratives, whose annotators mark it.
    Narrative,
    /// Percent that the rule is sure of itself.
    Confidence,
}

impl Slot {
    /// The slot of a class of words, by the name that the table gives it; other classes are only matched.
    pub(crate) fn of(class: &str) -> Option<Slot> {
        Some(match class {
            "year" => Slot::Year,
            "month" => Slot::Month,
            "day" => Slot::Day,
            "weekday" => Slot::Weekday,
            "season" => Slot::Season,
            "quarter" => Slot::Quarter,
            "half" => Slot::Half,
            "decade" => Slot::Decade,
            "century" => Slot::Century,
            "holiday" => Slot::Holiday,
            "unit" => Slot::Unit,
            "number" => Slot::Number,
            "ordinal" => Slot::Ordinal,
            "offset" => Slot::Offset,
            "direction" => Slot::Direction,
            "rel" => Slot::Rel,
            "mod" => Slot::Mod,
            "part" => Slot::Part,
            "clock" => Slot::Clock,
            "meridiem" => Slot::Meridiem,
            "zone" => Slot::Zone,
            "ref" => Slot::Ref,
            "freq" => Slot::Freq,
            "quant" => Slot::Quant,
            "era" => Slot::Era,
            "fiscal" => Slot::Fiscal,
            "relation" => Slot::Relation,
            "tense" => Slot::Tense,
            "minute" => Slot::Minute,
            "ymd" => Slot::Ymd,
            "narrative" => Slot::Narrative,
            "confidence" => Slot::Confidence,
            _ => return None,
        })
    }

    /// The value that a table writes, as a number.
    pub(crate) fn value(self, written: &str) -> Option<i64> {
        let place = |names: &[&str]| {
            let found = names.iter().position(|&name| name == written)?;
            i64::try_from(found).ok()
        };
        match self {
            Slot::Season => place(&SEASONS),
            Slot::Part => place(&PARTS),
            Slot::Unit => place(&UNITS),
            Slot::Direction => place(&DIRECTIONS),
            Slot::Rel => place(&RELS),
            Slot::Meridiem => place(&["am", "pm", "night"]),
            Slot::Ref => Some(place(&["past", "present", "future"])? - 1),
            Slot::Tense => Some(place(&["past", "none", "future"])? - 1),
            Slot::Quant => place(&QUANTS),
            Slot::Mod => place(&MODIFIERS.map(Modifier::name)),
            Slot::Relation => place(&RELATIONS.map(Relation::name)),
            Slot::Number if written == "X" => Some(VAGUE),
            Slot::Number => thousandths(written),
            _ => written.parse().ok(),
        }
    }
}

/// `2.5` to 2500.
fn thousandths(written: &str) -> Option<i64> {
    let (whole, part) = written.split_once('.').unwrap_or((written, ""));
    let part = format!("{part:0<3}");
    Some(whole.parse::<i64>().ok()? * 1000 + part.get(..3)?.parse::<i64>().ok()?)
}

/// The number of “several years”.
pub(crate) const VAGUE: i64 = -1;

/// TIMEX3 codes of the seasons.
pub(crate) const SEASONS: [&str; 4] = ["SP", "SU", "FA", "WI"];
/// TIMEX3 codes of the parts of the day.
pub(crate) const PARTS: [&str; 6] = ["MO", "MI", "AF", "EV", "NI", "DT"];
/// TIMEX3 quantifiers of sets.
pub(crate) const QUANTS: [&str; 3] = ["EACH", "EVERY", "SOME"];

const UNITS: [&str; 13] = [
    "second",
    "minute",
    "hour",
    "day",
    "weekend",
    "week",
    "month",
    "quarter",
    "half",
    "year",
    "decade",
    "century",
    "millennium",
];
const DIRECTIONS: [&str; 6] = ["ago", "hence", "earlier", "later", "before", "after"];
const RELS: [&str; 8] = [
    "this",
    "last",
    "next",
    "previous",
    "following",
    "same",
    "that",
    "the",
];
const MODIFIERS: [Modifier; 12] = [
    Modifier::Start,
    Modifier::Mid,
    Modifier::End,
    Modifier::Approx,
    Modifier::Before,
    Modifier::After,
    Modifier::OnOrBefore,
    Modifier::OnOrAfter,
    Modifier::LessThan,
    Modifier::MoreThan,
    Modifier::EqualOrLess,
    Modifier::EqualOrMore,
];
const RELATIONS: [Relation; 11] = [
    Relation::Since,
    Relation::Until,
    Relation::By,
    Relation::Before,
    Relation::After,
    Relation::From,
    Relation::To,
    Relation::During,
    Relation::Within,
    Relation::Around,
    Relation::Between,
];

/// The modifier at an index that a table's value became.
pub(crate) fn modifier(value: i64) -> Option<Modifier> {
    MODIFIERS.get(usize::try_from(value).ok()?).copied()
}

/// The relation at an index.
pub(crate) fn relation(value: i64) -> Option<Relation> {
    RELATIONS.get(usize::try_from(value).ok()?).copied()
}
