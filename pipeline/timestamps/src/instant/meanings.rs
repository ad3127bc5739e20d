//! What a word does in a scan: which of its meanings holds here, and what happens to a word that has none.

use super::items::{Item, Kind};
use super::parts::{Era, Meridiem, Name};
use super::refusal::Refusal;
use super::scan::Scan;
use super::stamp::ZoneSource;
use super::words::{self, Rank};
use super::zone::{self, Zone};
use crate::names::{self, Key, Role};

/// Letters that a name cut short, or the stem of an inflected one, must have left.
const MIN_STEM: usize = 3;

/// Letters that an ending may have.
const MAX_ENDING: usize = 3;

/// Words that the name of a zone may have: `central european summer time`.
const MAX_ZONE_WORDS: usize = 4;

impl Scan<'_> {
    pub(super) fn word(&mut self, item: Item) -> Result<(), Refusal> {
        let word = item.text(self.text);
        if self.marker(word, item)?
            || self.military(word)?
            || self.place(item)
            || self.long_zone(item)
            || self.abbreviation(word, item)
            || self.meaning(item)?
        {
            return Ok(());
        }
        if self.guess(word)? || self.lower_case_zone(word) || self.label(word) {
            return Ok(());
        }
        Err(self.unknown(word))
    }

    fn done(&mut self) -> bool {
        self.at += 1;
        true
    }

    /// The letters of ISO 8601, which mean something only between digits: `T`, `Z`, `W`; and the end of Go's clock readings.
    fn marker(&mut self, word: &str, item: Item) -> Result<bool, Refusal> {
        let next = self.items.get(self.at + 1);
        let before = self
            .previous()
            .is_some_and(|before| before.number().is_some() && !item.blank);
        let after = next.is_some_and(|next| next.number().is_some() && !next.blank);
        match word {
            "T" | "t" if before && after => self.time_marker(),
            "Z" | "z" if self.after_clock => {
                if self.parts.zone.is_none() {
                    self.parts.zone = Some(Zone::Offset(jiff::tz::Offset::UTC, ZoneSource::Utc));
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
    fn military(&self, word: &str) -> Result<bool, Refusal> {
        let letter = matches!(word.as_bytes(), [b'A'..=b'G' | b'I'..=b'Y']);
        let last = self.items.get(self.at + 1).is_none();
        if letter && last && self.after_clock && self.parts.zone.is_none() {
            return Err(self.unknown_zone());
        }
        Ok(false)
    }

    /// `Eastern Daylight Time`, `北京时间`: the longest name of a zone that begins here.
    fn long_zone(&mut self, item: Item) -> bool {
        if self.parts.zone.is_some() && !self.after_clock {
            return false;
        }
        let words = self
            .rest()
            .iter()
            .take(MAX_ZONE_WORDS)
            .take_while(|item| item.kind == Kind::Word)
            .count();
        let start = usize::from(item.start);
        for count in (1..=words).rev() {
            let end = usize::from(self.rest()[count - 1].end);
            if let Some(zone) = self.text.get(start..end).and_then(zone::of_long_name) {
                self.take_zone(zone);
                self.at += count;
                return true;
            }
        }
        false
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
        let time = super::clock::compact(value, digits).ok_or(Refusal::NoDate)?;
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

    /// `Europe/Paris`, `EST5EDT`.
    fn place(&mut self, item: Item) -> bool {
        let tight = |at: usize| self.items.get(at).filter(|item| !item.blank);
        let slash = tight(self.at + 1).is_some_and(|mark| mark.is_mark('/'))
            && tight(self.at + 2).is_some_and(|word| word.kind == Kind::Word);
        let posix = tight(self.at + 1).is_some_and(|number| number.number().is_some())
            && tight(self.at + 2).is_some_and(|word| word.kind == Kind::Word);
        let posix = posix && item.text(self.text).len() >= 3;
        if !slash && !posix {
            return false;
        }
        let start = usize::from(item.start);
        let Some((place, length)) = zone::place_at(&self.text[start..]) else {
            return false;
        };
        if self.parts.zone.is_none() {
            self.parts.zone = Some(Zone::Place(place));
        }
        while self
            .items
            .get(self.at)
            .is_some_and(|item| usize::from(item.start) < start + length)
        {
            self.at += 1;
        }
        self.after_clock = true;
        true
    }

    /// An abbreviation in capitals: behind a time it wins over names in other languages than the text's.
    fn abbreviation(&mut self, word: &str, item: Item) -> bool {
        if word.chars().any(|c| !c.is_uppercase()) || word.chars().nth(1).is_none() {
            return false;
        }
        let known = [self.name_rank(&item), self.filler_rank(&item)]
            .into_iter()
            .flatten()
            .min();
        let taken = match (self.parts.time.is_some(), known) {
            (true, rank) => self.name_rank(&item).is_some() && rank <= Some(Rank::English),
            (false, rank) => rank.is_some() || self.is_meridiem(&item),
        };
        if taken || self.is_meridiem(&item) {
            return false;
        }
        let Some(zone) = zone::of_word(word) else {
            return false;
        };
        self.take_zone(zone);
        self.done()
    }

    /// An explicit offset stays; an abbreviation beside it only repeats it.
    fn take_zone(&mut self, zone: Zone) {
        if self.parts.zone.is_none() {
            self.parts.zone = Some(zone);
        }
        self.after_clock = true;
    }

    fn lower_case_zone(&mut self, word: &str) -> bool {
        if self.parts.time.is_none() || word.len() < 3 {
            return false;
        }
        match zone::of_word(word) {
            Some(zone) => {
                self.take_zone(zone);
                self.done()
            }
            None => false,
        }
    }

    /// The nearest of the word's meanings.
    fn meaning(&mut self, item: Item) -> Result<bool, Refusal> {
        if item.entries.is_empty() {
            return Ok(false);
        }
        let touches_number = !item.blank
            && self
                .previous()
                .is_some_and(|before| before.number().is_some() || before.is_mark('-'));
        if touches_number && self.is_ordinal(&item) {
            return Ok(self.done());
        }
        if let Some(meridiem) = self.meridiem(&item) {
            self.set_meridiem(meridiem);
            return Ok(self.done());
        }
        if self.era(&item) {
            return Ok(self.done());
        }
        let name = self.name_rank(&item);
        let filler = self.filler_rank(&item);
        if name.is_some_and(|name| filler.is_none_or(|filler| name <= filler)) {
            let name = self.name(&item);
            self.parts.push_name(name)?;
            self.after_clock = false;
            return Ok(self.done());
        }
        Ok(filler.is_some() && self.done())
    }

    pub(super) fn name_rank(&self, item: &Item) -> Option<Rank> {
        let is_name = |role| {
            matches!(
                role,
                Role::Month(_) | Role::Weekday(_) | Role::PersianMonth(_)
            )
            .then_some(())
        };
        words::best(item.entries, self.language, is_name).map(|found| found.rank)
    }

    /// Units that stand before their number, or alone, are passed over like the small words.
    fn filler_rank(&self, item: &Item) -> Option<Rank> {
        let is_filler = |role| matches!(role, Role::Filler | Role::Unit(_)).then_some(());
        words::best(item.entries, self.language, is_filler).map(|found| found.rank)
    }

    /// The part of the day that a word names. A word that is as well a small word (`am`, `de`) must be in the text's own language, and behind
    /// a time or before one.
    pub(super) fn meridiem(&self, item: &Item) -> Option<Meridiem> {
        let found = words::best(item.entries, self.language, |role| match role {
            Role::Noon => Some(Meridiem::Noon),
            Role::Midnight => Some(Meridiem::Midnight),
            Role::Am => Some(Meridiem::Am),
            Role::Pm => Some(Meridiem::Pm),
            Role::Night => Some(Meridiem::Night),
            _ => None,
        })?;
        let filler = self.filler_rank(item);
        let nearer = [filler, self.name_rank(item)]
            .into_iter()
            .flatten()
            .any(|other| other < found.rank);
        if nearer {
            return None;
        }
        let beside = self.after_clock || self.rest().get(1) == Some(item) || self.clock_follows();
        if filler == Some(found.rank) && !beside {
            return None;
        }
        Some(found.value)
    }

    fn clock_follows(&self) -> bool {
        let rest = self.rest();
        rest.get(1).is_some_and(|item| item.number().is_some())
            && rest.get(2).is_some_and(|item| item.is_mark(':'))
    }

    fn era(&mut self, item: &Item) -> bool {
        let found = words::best(item.entries, self.language, |role| match role {
            Role::Era(first) => Some(Era::From(first)),
            Role::Buddhist => Some(Era::Buddhist),
            Role::Persian => Some(Era::Persian),
            _ => None,
        });
        let Some(found) = found else { return false };
        let number_follows = self
            .rest()
            .get(1)
            .is_some_and(|next| next.number().is_some());
        let one_letter = item.end - item.start == 1;
        if one_letter && !(number_follows && found.rank == Rank::Hinted) {
            return false;
        }
        self.parts.era = found.value;
        true
    }

    fn name(&self, item: &Item) -> Name {
        let month = words::best(item.entries, self.language, |role| match role {
            Role::Month(month) => Some(month),
            _ => None,
        });
        let weekday = words::best(item.entries, self.language, |role| match role {
            Role::Weekday(day) => Some(day),
            _ => None,
        });
        let persian = words::best(item.entries, self.language, |role| match role {
            Role::PersianMonth(month) => Some(month),
            _ => None,
        });
        let persian = persian.filter(|persian| month.is_none_or(|month| persian.rank < month.rank));
        Name {
            month: month
                .filter(|_| persian.is_none())
                .map(|found| (found.value, found.rank)),
            weekday: weekday.map(|found| (found.value, found.rank)),
            persian: persian.map(|found| found.value),
            contested: month.is_some_and(|found| found.contested),
        }
    }

    /// A name cut short or with an ending that CLDR does not list, in the language of the text. English has neither: there it is a slip.
    fn guess(&mut self, word: &str) -> Result<bool, Refusal> {
        let Some(language) = self.language.filter(|&language| language != words::ENGLISH) else {
            return Ok(false);
        };
        let key = Key::of(word);
        let key = key.as_str();
        let letters = key.chars().count();
        let shortest = letters.saturating_sub(MAX_ENDING).max(MIN_STEM);
        let role = (shortest..=letters).rev().find_map(|length| {
            let end = key
                .char_indices()
                .nth(length)
                .map_or(key.len(), |(at, _)| at);
            let long_enough = length == letters || length > MIN_STEM;
            long_enough.then(|| names::by_prefix(&key[..end], language))?
        });
        let Some(role) = role else { return Ok(false) };
        let mut name = Name::default();
        match role {
            Role::Month(month) => name.month = Some((month, Rank::Hinted)),
            Role::Weekday(day) => name.weekday = Some((day, Rank::Hinted)),
            _ => return Ok(false),
        }
        self.parts.push_name(name)?;
        self.parts.confidence *= 0.85;
        self.after_clock = false;
        Ok(self.done())
    }

    /// A label before the date (`Actualisé par la rédaction :`), or one unknown word and a comma where a weekday would stand.
    fn label(&mut self, word: &str) -> bool {
        if !self.parts.is_empty() {
            return false;
        }
        let rest = self.rest();
        let end = rest
            .iter()
            .position(|item| item.number().is_some())
            .unwrap_or(rest.len());
        let mark = rest[..end]
            .iter()
            .position(|item| matches!(item.kind, Kind::Mark(':' | '|' | '\u{2013}')));
        if let Some(mark) = mark {
            self.at += mark + 1;
            self.parts.confidence *= 0.8;
            return true;
        }
        let comma = rest.get(1).is_some_and(|item| item.is_mark(','))
            || (rest.get(1).is_some_and(|item| item.is_mark('.'))
                && rest.get(2).is_some_and(|item| item.is_mark(',')));
        if self.at == 0 && comma && word.chars().count() <= 12 {
            self.at += 1;
            self.parts.confidence *= 0.6;
            return true;
        }
        false
    }

    /// Behind a time an unknown word is an unknown zone.
    fn unknown(&self, word: &str) -> Refusal {
        if self.after_clock {
            return self.unknown_zone();
        }
        if self.parts.is_empty() && self.items.iter().all(|item| item.number().is_none()) {
            return Refusal::NoDate;
        }
        Refusal::UnknownWord(word.into())
    }
}
