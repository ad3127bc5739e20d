//! One pass over the items, left to right: clocks, zones, names and units take their roles, other numbers stay loose.

use super::clock;
use super::items::{Item, Items, Kind};
use super::parts::{Loose, Meridiem, Parts};
use super::refusal::{Part, Refusal, whole};
use super::settle::TimeOfDay;
use super::stamp::Precision;
use super::words::{self, Rank};
use crate::names::{Role, Unit};

pub(super) struct Scan<'t> {
    pub(super) text: &'t str,
    pub(super) items: &'t [Item],
    pub(super) language: Option<u16>,
    pub(super) at: usize,
    pub(super) parts: Parts,
    /// Whether the last thing read was a clock, a part of the day or a zone, so that a sign begins an offset.
    pub(super) after_clock: bool,
}

/// Reads all items into parts.
pub(super) fn scan(text: &str, items: &Items, language: Option<u16>) -> Result<Parts, Refusal> {
    let mut scan = Scan {
        text,
        items,
        language,
        at: 0,
        parts: Parts::new(),
        after_clock: false,
    };
    if items.is_empty() {
        return Err(Refusal::NoDate);
    }
    while let Some(item) = scan.items.get(scan.at) {
        match item.kind {
            Kind::Number { value, digits } => scan.number(value, digits)?,
            Kind::Word => scan.word(*item)?,
            Kind::Mark(mark) => scan.mark(mark)?,
        }
    }
    scan.parts.resolve_names()?;
    scan.parts.resolve_meridiem()?;
    Ok(scan.parts)
}

impl<'t> Scan<'t> {
    pub(super) fn rest(&self) -> &'t [Item] {
        &self.items[self.at..]
    }

    pub(super) fn previous(&self) -> Option<&'t Item> {
        self.at.checked_sub(1).map(|at| &self.items[at])
    }

    fn number(&mut self, value: u64, digits: u8) -> Result<(), Refusal> {
        if digits > 19 {
            return Err(Refusal::NoDate);
        }
        let ordinal = self.has_ordinal_suffix();
        if !ordinal && (self.clock(value, digits)? || self.with_unit(value, digits)?) {
            return Ok(());
        }
        self.after_clock = false;
        let (separator, tight) = self.separator();
        let apostrophe = separator == '\'';
        self.parts.push_loose(Loose {
            value,
            digits,
            separator,
            tight,
            apostrophe,
            ordinal,
        })?;
        self.at += 1;
        Ok(())
    }

    /// The mark between this number and what is before.
    fn separator(&self) -> (char, bool) {
        let blank = self.items[self.at].blank;
        match self.previous().map(|item| (item.kind, item.blank)) {
            Some((Kind::Mark(mark), before)) => (mark, !blank && !before),
            Some((Kind::Number { .. }, _)) => (' ', false),
            _ => ('\0', false),
        }
    }

    /// `17th`, `1er`, `15-го`.
    fn has_ordinal_suffix(&self) -> bool {
        let is_suffix = |item: Option<&Item>| item.is_some_and(|item| self.is_ordinal(item));
        let rest = self.rest();
        is_suffix(rest.get(1))
            || (rest
                .get(1)
                .is_some_and(|item| item.is_mark('-') && !item.blank)
                && is_suffix(rest.get(2)))
    }

    /// Whether a word right behind a number is its ordinal suffix rather than a name.
    pub(super) fn is_ordinal(&self, item: &Item) -> bool {
        let ordinal = words::best(item.entries, self.language, |role| {
            (role == Role::Ordinal).then_some(())
        });
        // One letter is too little to be taken out of another language.
        let ordinal =
            ordinal.filter(|found| found.rank <= Rank::English || item.end - item.start > 1);
        let nearer = |name| ordinal.is_some_and(|ordinal| name < ordinal.rank);
        !item.blank && ordinal.is_some() && !self.name_rank(item).is_some_and(nearer)
    }

    fn clock(&mut self, value: u64, digits: u8) -> Result<bool, Refusal> {
        let rest = self.rest();
        let colon = rest.get(1).is_some_and(|item| item.is_mark(':'));
        if colon
            && digits == 4
            && self.names_month()
            && self.parts.time.is_none()
            && !self.has_year()
        {
            // 30/May/2008:08:11:17, as web servers log.
            self.loose_number(value, digits)?;
            self.at += 2;
            return Ok(true);
        }
        if colon && self.parts.loose_count == 0 && clock::is_colon_date(rest) {
            for at in [0, 2, 4] {
                if let Some((value, digits)) = rest[at].number() {
                    self.loose_number(value, digits)?;
                }
                self.parts.loose[self.parts.loose_count - 1].separator = ':';
            }
            self.at += 5;
            return Ok(true);
        }
        if colon && digits == 10 && self.parts.time.is_none() {
            // 2016020417:10, a day and an hour without anything between.
            let minute = rest
                .get(2)
                .and_then(Item::number)
                .filter(|&(_, digits)| digits == 2);
            let (minute, _) = minute.ok_or(Refusal::NoDate)?;
            self.loose_number(value / 100, 8)?;
            self.set_time(TimeOfDay {
                hour: (value % 100) as u8,
                minute: minute as u8,
                precision: Precision::Minute,
                ..TimeOfDay::START
            })?;
            self.at += 3;
            return Ok(true);
        }
        let found = clock::with_colons(rest)
            .or_else(|| self.clock_with_units())
            .or_else(|| clock::before_meridiem(rest, self.language, |item| self.is_meridiem(item)))
            .or_else(|| clock::dotted_before_unit(rest, self.language));
        let Some((time, length)) = found else {
            return Ok(false);
        };
        self.set_time(time)?;
        self.at += length;
        Ok(true)
    }

    /// The `T` of ISO 8601 is the hour's sign in the languages of Scandinavia.
    fn clock_with_units(&self) -> clock::Found {
        let marker = self.rest().get(1)?.text(self.text) == "T";
        (!marker)
            .then(|| clock::with_units(self.rest(), self.language))?
            .filter(|(time, _)| time.hour <= 24)
    }

    pub(super) fn set_time(&mut self, time: TimeOfDay) -> Result<(), Refusal> {
        if self.parts.time.replace(time).is_some() {
            return Err(Refusal::Ambiguous("it has two times of day"));
        }
        self.after_clock = true;
        Ok(())
    }

    fn loose_number(&mut self, value: u64, digits: u8) -> Result<(), Refusal> {
        let (separator, tight) = self.separator();
        self.parts.push_loose(Loose {
            value,
            digits,
            separator,
            tight,
            ..Loose::default()
        })
    }

    pub(super) fn names_month(&self) -> bool {
        self.parts.name_count > 0 || self.parts.month.is_some()
    }

    pub(super) fn has_year(&self) -> bool {
        self.parts.year.is_some() || self.parts.loose().iter().any(|number| number.digits >= 4)
    }

    /// `2014年`, `04월`, `13 г.`: the unit behind a number gives it its role.
    fn with_unit(&mut self, value: u64, digits: u8) -> Result<bool, Refusal> {
        let rest = self.rest();
        let Some(word) = rest.get(1).filter(|item| item.kind == Kind::Word) else {
            return Ok(false);
        };
        let ranked = [Unit::Year, Unit::Month, Unit::Day]
            .map(|unit| (clock::unit(word, unit, self.language), unit));
        let nearest = ranked
            .iter()
            .filter_map(|(rank, unit)| rank.map(|rank| (rank, *unit)))
            .min();
        let Some((rank, unit)) = nearest else {
            return Ok(false);
        };
        let is_name = self.name_rank(word).is_some_and(|name| name < rank);
        // 15 เดือนมกราคม, 15/3 năm 2020: there the unit belongs to what follows.
        let belongs_to_next = rest.get(2).is_some_and(|next| match unit {
            Unit::Month => self.name_rank(next).is_some(),
            _ => digits <= 2 && next.number().is_some_and(|(_, digits)| digits == 4),
        });
        if is_name || belongs_to_next {
            return Ok(false);
        }
        let parts = &mut self.parts;
        match unit {
            Unit::Year if parts.year.is_none() => parts.year = Some((value, digits)),
            Unit::Month if parts.month.is_none() && parts.name_count == 0 => {
                if !(1..=12).contains(&value) {
                    return Err(Refusal::impossible(Part::Month, whole(value)));
                }
                parts.month = Some(super::parts::Month::Gregorian(value));
            }
            Unit::Day if parts.day.is_none() => parts.day = Some(value),
            _ => return Ok(false),
        }
        self.after_clock = false;
        self.at += 2;
        Ok(true)
    }

    fn mark(&mut self, mark: char) -> Result<(), Refusal> {
        match mark {
            '+' | '-' => return self.sign(mark == '-'),
            '(' if self.parts.zone.is_some() => return self.comment(),
            '.' if self
                .next_tight()
                .is_some_and(|item| item.is_mark('-') || item.is_mark('/')) =>
            {
                return Err(Refusal::NoDate);
            }
            ','
            | '.'
            | ';'
            | ':'
            | '|'
            | '('
            | ')'
            | '['
            | ']'
            | '\u{2013}'
            | '/'
            | '\''
            | '"'
            | '@'
            | '_'
            | '~'
            | '«'
            | '»'
            | '\u{201c}'..='\u{201e}' => {}
            _ => return Err(Refusal::NoDate),
        }
        if mark != '(' {
            self.after_clock = false;
        }
        self.at += 1;
        Ok(())
    }

    pub(super) fn next_tight(&self) -> Option<&'t Item> {
        self.items.get(self.at + 1).filter(|item| !item.blank)
    }

    /// Past a remark in brackets, which repeats a zone that is known already.
    fn comment(&mut self) -> Result<(), Refusal> {
        let length = self.rest().iter().position(|item| item.is_mark(')'));
        self.at += length.map_or(self.rest().len(), |length| length + 1);
        Ok(())
    }

    pub(super) fn is_meridiem(&self, item: &Item) -> bool {
        self.meridiem(item).is_some()
    }

    pub(super) fn set_meridiem(&mut self, meridiem: Meridiem) {
        self.parts.meridiem = Some(meridiem);
    }
}
