//! Words that name a zone: IANA names, abbreviations, names spelled out.

use super::items::{Item, Kind};
use super::scan::Scan;
use super::words::Rank;
use super::zone::{self, Zone};

/// Words that the name of a zone may have: `central european summer time`.
const MAX_ZONE_WORDS: usize = 4;

impl Scan<'_> {
    /// `Eastern Daylight Time`, `北京时间`: the longest name of a zone that begins here.
    pub(super) fn long_zone(&mut self, item: Item) -> bool {
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

    /// `Europe/Paris`, `EST5EDT`.
    pub(super) fn place(&mut self, item: Item) -> bool {
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
    pub(super) fn abbreviation(&mut self, word: &str, item: Item) -> bool {
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

    pub(super) fn lower_case_zone(&mut self, word: &str) -> bool {
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
}
