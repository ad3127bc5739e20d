//! Plus and minus: the beginning of an offset from UTC, a year before the common era, or a mere separator.

use super::items::{Item, Kind};
use super::refusal::{Part, Refusal};
use super::scan::Scan;
use super::settle;
use super::stamp::ZoneSource;
use super::year;
use super::zone::Zone;

impl Scan<'_> {
    /// A sign begins an offset, or it is a mere separator.
    pub(super) fn sign(&mut self, negative: bool) -> Result<(), Refusal> {
        let rest = self.rest();
        let digits_follow = self.next_tight().and_then(Item::number);
        if let Some((value, digits)) = digits_follow {
            if negative
                && !self.after_clock
                && rest[0].blank
                && digits >= 4
                && value < 1000
                && self.names_month()
                && !self.has_year()
            {
                return Err(Refusal::impossible(Part::Year, -year::written(value)?));
            }
            let dash_follows = rest.get(2).is_some_and(|item| item.is_mark('-'));
            if negative && self.at == 0 && digits >= 4 && dash_follows {
                return Err(Refusal::impossible(Part::Year, -year::written(value)?));
            }
            if self.begins_offset(negative, value, digits) {
                return self.offset(negative, value, digits);
            }
        }
        if !negative {
            return Err(if self.after_clock {
                self.unknown_zone()
            } else {
                Refusal::NoDate
            });
        }
        if self.after_clock
            && !rest[0].blank
            && self
                .next_tight()
                .is_some_and(|item| item.kind == Kind::Word)
        {
            return Err(self.unknown_zone());
        }
        self.at += 1;
        Ok(())
    }

    fn begins_offset(&self, negative: bool, value: u64, digits: u8) -> bool {
        if matches!(self.parts.zone, Some(Zone::Offset(_, ZoneSource::Numeric))) {
            return false;
        }
        if self.after_clock {
            return !self.parts.is_dateless() || !negative;
        }
        let whole_date =
            self.parts.loose_count == 3 || (self.names_month() && self.parts.loose_count == 2);
        let colon = self
            .items
            .get(self.at + 2)
            .is_some_and(|item| item.is_mark(':'));
        let minutes = self
            .items
            .get(self.at + 3)
            .and_then(Item::number)
            .map(|(value, _)| value);
        // A day of XML Schema has its zone right behind it; 2014-01-02-10:17 is a time.
        let quarter =
            colon && value <= 14 && minutes.is_some_and(|minutes| matches!(minutes, 0 | 30 | 45));
        let compact = digits == 4 && value % 100 < 60 && value / 100 <= 14;
        self.parts.time.is_none()
            && whole_date
            && !self.items[self.at].blank
            && (compact || quarter || (!negative && colon))
    }

    fn offset(&mut self, negative: bool, value: u64, digits: u8) -> Result<(), Refusal> {
        let value = u32::try_from(value).unwrap_or(u32::MAX);
        let colon = self
            .items
            .get(self.at + 2)
            .is_some_and(|item| item.is_mark(':') && !item.blank);
        let after_colon = self.items.get(self.at + 3).filter(|_| colon);
        let mut length = 2;
        let (hours, minutes) = match (digits, after_colon.and_then(Item::number)) {
            (1 | 2, Some((minutes, 2))) => {
                length = 4;
                (value, minutes as u32)
            }
            (1 | 2, None) if !colon => (value, 0),
            (3 | 4, None) if !colon => (value / 100, value % 100),
            _ => return Err(self.unknown_zone()),
        };
        let offset = settle::offset(negative, hours, minutes)?;
        self.parts.zone = Some(Zone::Offset(offset, ZoneSource::Numeric));
        self.at += length;
        self.after_clock = true;
        Ok(())
    }

    /// What stands where a zone should.
    pub(super) fn unknown_zone(&self) -> Refusal {
        let start = usize::from(self.items[self.at].start);
        let rest = &self.text[start..];
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        Refusal::UnknownZone(rest[..end].into())
    }
}
