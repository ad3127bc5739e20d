//! The names in patterns that stand for tokens of a certain look rather than for words of a table.

use super::slots::Slot;

/// Tokens that the matcher knows by their look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Builtin {
    /// A number in digits or words.
    Number,
    /// An ordinal in digits or words.
    Ordinal,
    /// 1 to 31 in digits, with or without an ordinal's ending.
    Day,
    /// 1 to 31 in digits with an ordinal's ending.
    DayOrdinal,
    /// Four digits, 1000 to 2199.
    Year,
    /// Two digits.
    Year2,
    /// One to four digits.
    AnyYear,
    /// 0 to 24 in digits.
    Hour,
    /// Two digits below 60.
    Minute,
    /// `18:05`.
    ClockTime,
    /// `1805`.
    Clock4,
    /// `18.05`.
    DotClock,
    /// `2023-05-09`.
    Iso,
    /// `5/9/2023`.
    Numeric,
    /// Any word.
    Word,
    /// A word with a capital.
    Capital,
    /// A word with a capital that no table knows.
    Name,
    /// A word without one that no table knows.
    Lower,
    /// Any number in digits.
    Digits,
    /// The paragraph's start.
    Start,
    /// The paragraph's end.
    End,
}

impl Builtin {
    pub(super) fn of(name: &str) -> Option<(Builtin, Option<Slot>)> {
        Some(match name {
            "number" => (Builtin::Number, Some(Slot::Number)),
            "ordinal" => (Builtin::Ordinal, Some(Slot::Ordinal)),
            "day" => (Builtin::Day, Some(Slot::Day)),
            "day-ordinal" => (Builtin::DayOrdinal, Some(Slot::Day)),
            "year" => (Builtin::Year, Some(Slot::Year)),
            "year2" => (Builtin::Year2, Some(Slot::Year)),
            "any-year" => (Builtin::AnyYear, Some(Slot::Year)),
            "hour" => (Builtin::Hour, Some(Slot::Clock)),
            "minute" => (Builtin::Minute, Some(Slot::Minute)),
            "clock" => (Builtin::ClockTime, Some(Slot::Clock)),
            "clock4" => (Builtin::Clock4, Some(Slot::Clock)),
            "dot-clock" => (Builtin::DotClock, Some(Slot::Clock)),
            "iso" => (Builtin::Iso, Some(Slot::Ymd)),
            "numeric" => (Builtin::Numeric, Some(Slot::Ymd)),
            "word" => (Builtin::Word, None),
            "Capital" => (Builtin::Capital, None),
            "Name" => (Builtin::Name, None),
            "lower" => (Builtin::Lower, None),
            "digits" => (Builtin::Digits, None),
            "^" => (Builtin::Start, None),
            "$" => (Builtin::End, None),
            _ => return None,
        })
    }
}
