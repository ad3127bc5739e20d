//! When: dates of feed and entries, and when the feed wants to be asked again.

use std::time::Duration;

use jiff::civil::Weekday;

use super::building::{Building, Slot};
use super::people::drop_nobodies;
use super::{Holder, Part, Walker};
use crate::elements::Element;
use crate::model::FeedDocument;
use crate::values::Date;

/// Longest update period that is believed; feeds that say more are dead or joking.
const LONGEST_PERIOD: Duration = Duration::from_secs(366 * 24 * 3600);

const DAY: Duration = Duration::from_secs(24 * 3600);

impl Walker<'_> {
    /// A date; one that is not understood is noted.
    pub(super) fn date(&mut self, text: &str) -> Option<Date> {
        let of_entry = self.entry.as_ref().map(|entry| &entry.entry.language);
        let of_feed = self.feed.as_ref().map(|feed| &feed.language);
        let language = [of_entry, of_feed]
            .into_iter()
            .flatten()
            .find_map(|language| language.as_deref());
        self.dates.read(text, language)
    }

    pub(super) fn end_date(&mut self, element: Element, value: &str) {
        if !self.is_whole() || self.scope.holder == Holder::Source {
            return;
        }
        let depth = self.depth();
        let Some(date) = self.date(value) else { return };
        match self.scope.holder {
            Holder::Entry => {
                if let Some(entry) = &mut self.entry {
                    date_of_entry(entry, element, date, depth);
                }
            }
            Holder::Feed => {
                if let Some(feed) = &mut self.feed {
                    date_of_feed(feed, element, date);
                }
            }
            _ => {}
        }
    }

    /// When the feed wants to be asked again.
    pub(super) fn end_schedule(&mut self, element: Element, value: &str) {
        let part = self.scope.part;
        let Some(feed) = self
            .feed
            .as_mut()
            .filter(|_| self.scope.holder == Holder::Feed)
        else {
            return;
        };
        match element {
            Element::Ttl => feed.ttl = value.parse().ok().or(feed.ttl),
            Element::Hour if part == Part::SkipHours => {
                // The first versions of RSS count from 1 to 24.
                let hour = value
                    .parse::<u8>()
                    .ok()
                    .filter(|hour| *hour <= 24)
                    .map(|hour| hour % 24);
                if let Some(hour) = hour.filter(|hour| !feed.skip_hours.contains(hour)) {
                    feed.skip_hours.push(hour);
                }
            }
            Element::Day if part == Part::SkipDays => {
                if let Some(day) = weekday(value).filter(|day| !feed.skip_days.contains(day)) {
                    feed.skip_days.push(day);
                }
            }
            Element::UpdatePeriod => self.period = period(value),
            Element::UpdateFrequency => {
                self.frequency = value.parse().ok().filter(|count| *count > 0)
            }
            _ => {}
        }
    }

    /// The feed with what is only known once all is read.
    pub(super) fn finish_feed(&mut self) {
        let every = self
            .period
            .or(self.frequency.map(|_| DAY))
            .map(|period| period / self.frequency.unwrap_or(1));
        if let Some(feed) = &mut self.feed {
            feed.link = feed.link.take().or(self.feed_permalink.take());
            feed.update_every = every.filter(|every| *every <= LONGEST_PERIOD && !every.is_zero());
            drop_nobodies(&mut feed.authors);
            drop_nobodies(&mut feed.contributors);
        }
    }
}

fn period(value: &str) -> Option<Duration> {
    let days = match value.to_ascii_lowercase().as_str() {
        "hourly" => return Some(DAY / 24),
        "daily" => 1,
        "weekly" => 7,
        "monthly" => 30,
        "yearly" => 365,
        _ => return None,
    };
    Some(DAY * days)
}

fn weekday(value: &str) -> Option<Weekday> {
    let lower = value.to_ascii_lowercase();
    Some(match lower.get(..3)? {
        "mon" => Weekday::Monday,
        "tue" => Weekday::Tuesday,
        "wed" => Weekday::Wednesday,
        "thu" => Weekday::Thursday,
        "fri" => Weekday::Friday,
        "sat" => Weekday::Saturday,
        "sun" => Weekday::Sunday,
        _ => return None,
    })
}

fn date_of_entry(building: &mut Building, element: Element, date: Date, depth: usize) {
    let slot = match element {
        Element::Published => Slot::Published,
        Element::Updated => Slot::Updated,
        Element::Created => Slot::Created,
        _ => Slot::Date,
    };
    if !building.takes(slot, depth) {
        return;
    }
    match slot {
        Slot::Published => building.entry.published = Some(date),
        Slot::Updated => building.entry.updated = Some(date),
        Slot::Created => building.created = Some(date),
        _ => building.date = Some(date),
    }
}

fn date_of_feed(feed: &mut FeedDocument, element: Element, date: Date) {
    match element {
        Element::Published => feed.published = Some(date),
        Element::Updated | Element::Date => feed.updated = Some(date),
        _ => {}
    }
}
