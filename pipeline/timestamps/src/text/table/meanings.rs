//! The closed sets that slots and rules name: units, directions, times of day, meanings. Nothing here belongs to any one language.

/// A unit of time, the finest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Unit {
    Second,
    Minute,
    Hour,
    Day,
    Weekend,
    Week,
    Month,
    Quarter,
    Half,
    Year,
    Decade,
    Century,
    Millennium,
}

impl Unit {
    pub(crate) fn of(value: i64) -> Option<Unit> {
        const ALL: [Unit; 13] = [
            Unit::Second,
            Unit::Minute,
            Unit::Hour,
            Unit::Day,
            Unit::Weekend,
            Unit::Week,
            Unit::Month,
            Unit::Quarter,
            Unit::Half,
            Unit::Year,
            Unit::Decade,
            Unit::Century,
            Unit::Millennium,
        ];
        ALL.get(usize::try_from(value).ok()?).copied()
    }
}

/// Whither, and from what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    /// Back from the publication.
    Ago,
    /// On from the publication.
    Hence,
    /// Back from what was spoken of.
    Earlier,
    /// On from what was spoken of.
    Later,
    /// Back from the date that follows in the expression.
    Before,
    /// On from it.
    After,
}

impl Direction {
    pub(crate) fn of(value: i64) -> Option<Direction> {
        const ALL: [Direction; 6] = [
            Direction::Ago,
            Direction::Hence,
            Direction::Earlier,
            Direction::Later,
            Direction::Before,
            Direction::After,
        ];
        ALL.get(usize::try_from(value).ok()?).copied()
    }

    pub(crate) fn sign(self) -> i64 {
        match self {
            Direction::Ago | Direction::Earlier | Direction::Before => -1,
            Direction::Hence | Direction::Later | Direction::After => 1,
        }
    }
}

/// Which one of many: of the publication (this, last, next) or of what was spoken of (the others).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rel {
    This,
    Last,
    Next,
    Previous,
    Following,
    Same,
    That,
    The,
}

impl Rel {
    pub(crate) fn of(value: i64) -> Option<Rel> {
        const ALL: [Rel; 8] = [
            Rel::This,
            Rel::Last,
            Rel::Next,
            Rel::Previous,
            Rel::Following,
            Rel::Same,
            Rel::That,
            Rel::The,
        ];
        ALL.get(usize::try_from(value).ok()?).copied()
    }
}

/// A time of day with its precision, in one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Clock {
    pub(crate) hour: u8,
    pub(crate) minute: u8,
    pub(crate) second: u8,
    /// 1 the hour alone, 2 with minutes, 3 with seconds.
    pub(crate) fields: u8,
}

impl Clock {
    pub(crate) fn pack(self) -> i64 {
        let [hour, minute, second, fields] =
            [self.hour, self.minute, self.second, self.fields].map(i64::from);
        ((hour * 100 + minute) * 100 + second) * 10 + fields
    }

    pub(crate) fn unpack(packed: i64) -> Clock {
        let part = |divisor: i64, base: i64| (packed / divisor % base) as u8;
        Clock {
            hour: part(100_000, 100),
            minute: part(1000, 100),
            second: part(10, 100),
            fields: part(1, 10),
        }
    }
}

/// What a rule makes of its parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Op {
    /// A calendar date, partial or whole.
    Date,
    /// This, last, next unit.
    Relative,
    /// So many units back or on.
    Shift,
    /// The nth unit of a larger one.
    Nth,
    /// A part of a day.
    Part,
    /// A time of day.
    Clock,
    /// A length of time.
    Duration,
    /// Two lengths added.
    Sum,
    /// Something that recurs.
    Set,
    /// Past, present, future.
    Ref,
    /// A modifier on another expression.
    Modify,
    /// Two expressions that bound one stretch.
    Range,
    /// Two expressions that stand beside each other and lend each other what they lack.
    List,
    /// No expression at all: keeps others from being seen here.
    Nothing,
    /// What its only part means.
    Same,
}

impl Op {
    pub(crate) fn of(name: &str) -> Option<Op> {
        Some(match name {
            "date" => Op::Date,
            "relative" => Op::Relative,
            "shift" => Op::Shift,
            "nth" => Op::Nth,
            "part" => Op::Part,
            "clock" => Op::Clock,
            "duration" => Op::Duration,
            "sum" => Op::Sum,
            "set" => Op::Set,
            "ref" => Op::Ref,
            "modify" => Op::Modify,
            "range" => Op::Range,
            "list" => Op::List,
            "nothing" => Op::Nothing,
            "same" => Op::Same,
            _ => return None,
        })
    }
}
