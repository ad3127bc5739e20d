//! The letters that mean something only between digits: `T`, `W` and `Z` of ISO 8601, military zones, the end of Go's clock readings.

use jiff::tz::Offset;

use super::clock;
use super::items::Item;
use super::refusal::Refusal;
use super::scan::Scan;
use super::stamp::ZoneSource;
use super::zone::Zone;

impl Scan<'_> {
    /// The letters of ISO 8601, which mean something only between digits: `T`, `Z`, `W`; and the end of Go's clock readings.
    pub(super) fn marker(&mut self, word: &str, item: Item) -> Result<bool, Refusal> {
        let next = self.items.get(self.at + 1);
        let before = self
            .previous()
            .is_some_and(|before| before.number().is_some() && !item.blank);
        let after = next.is_some_and(|next| next.number().is_some() && !next.blank);
        match word {
            "T" | "t" if before && after => self.time_marker(),
            "Z" | "z" if self.after_clock => {
                if self.parts.zone.is_none() {
                    self.parts.zone = Some(Zone::Offset(Offset::UTC, ZoneSource::Utc));
                }
                Ok(self.done())
            }
            "W" | "w" if after => Ok(self.week()),
            "m" if self.parts.time.is_some() && next.is_some_and(|next| next.is_mark('=')) => {
                self.at = self.items.len();
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    /// One capital behind a time is a military zone. RFC 822 gave their signs the wrong way round, so nobody knows what is meant (RFC 1123, 5.2.14).
    pub(super) fn military(&self, word: &str) -> Result<bool, Refusal> {
        let letter = matches!(word.as_bytes(), [b'A'..=b'G' | b'I'..=b'Y']);
        let last = self.items.get(self.at + 1).is_none();
        if letter && last && self.after_clock && self.parts.zone.is_none() {
            return Err(self.unknown_zone());
        }
        Ok(false)
    }

    /// Behind `T`, one number is the time without colons.
    fn time_marker(&mut self) -> Result<bool, Refusal> {
        self.at += 1;
        let colon = self
            .items
            .get(self.at + 1)
            .is_some_and(|item| item.is_mark(':'));
        let number = self.items.get(self.at).and_then(Item::number);
        let Some((value, digits)) = number.filter(|_| !colon) else {
            return Ok(true);
        };
        let time = clock::compact(value, digits).ok_or(Refusal::NoDate)?;
        self.set_time(time)?;
        Ok(self.done())
    }

    /// `2004-W53-6`, `2004W536`.
    fn week(&mut self) -> bool {
        let rest = self.rest();
        let Some((value, digits)) = rest.get(1).and_then(Item::number) else {
            return false;
        };
        let day = rest
            .get(3)
            .filter(|_| {
                rest.get(2)
                    .is_some_and(|mark| mark.is_mark('-') && !mark.blank)
            })
            .and_then(Item::number)
            .filter(|&(_, digits)| digits == 1);
        let (week, length) = match (digits, day) {
            (2, Some((day, _))) => ((value, day), 4),
            (2, None) => ((value, 0), 2),
            (3, None) => ((value / 10, value % 10), 2),
            _ => return false,
        };
        self.parts.week = Some(week);
        self.at += length;
        true
    }
}
