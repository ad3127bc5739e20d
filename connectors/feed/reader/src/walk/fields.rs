//! What an element says, once its text is complete.

use std::time::Duration;

use dateline_text::html;
use jiff::civil::Weekday;

use super::building::{Building, Slot};
use super::collect::{Collector, Kind};
use super::{Holder, MAX_ENTRIES, MAX_LIST, MAX_SPARE, Part, Walker};
use crate::elements::Element;
use crate::model::{FeedDocument, Tag};
use crate::values::{Date, Person, Text};
use crate::{links, persons, tidy};

/// Longest update period that is believed; feeds that say more are dead or joking.
const LONGEST_PERIOD: Duration = Duration::from_secs(366 * 24 * 3600);

impl Walker<'_> {
    /// Ends the field that is being collected.
    pub(super) fn end_field(&mut self) {
        let Some(collector) = self.collectors.pop() else {
            return;
        };
        self.faults.too_long += usize::from(collector.cut);
        if collector.takes_markup {
            self.text_field(&collector);
        } else {
            let text = collector.text.trim();
            let value = match collector.element {
                Element::Id => self.letters.identifier(text),
                _ => self.letters.tidy(text),
            };
            self.simple_field(&collector, value);
        }
        if self.spare.len() < MAX_SPARE && collector.text.capacity() < (1 << 16) {
            let mut buffer = collector.text;
            buffer.clear();
            self.spare.push(buffer);
        }
    }

    pub(super) fn end_entry(&mut self) {
        let Some(building) = self.entry.take() else {
            return;
        };
        if self.entries.len() >= MAX_ENTRIES {
            self.faults.too_many_entries += 1;
            return;
        }
        let mut entry = building.finish();
        drop_nobodies(&mut entry.authors);
        drop_nobodies(&mut entry.contributors);
        self.entries.push(entry);
    }

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

    fn depth(&self) -> usize {
        self.open.len()
    }

    fn is_whole(&self) -> bool {
        self.scope.part == Part::Whole
    }

    fn text_field(&mut self, collector: &Collector) {
        let Some(text) = self.text_of(collector) else {
            return;
        };
        let depth = self.depth();
        match self.scope.holder {
            Holder::Entry => self.text_of_entry(collector, text, depth),
            Holder::Feed if self.is_whole() => self.text_of_feed(collector.element, text, depth),
            Holder::Source if self.is_whole() && collector.element == Element::Title => {
                if let Some(entry) = &mut self.entry {
                    entry.entry.source.get_or_insert_default().title = Some(text.value);
                }
            }
            _ => {}
        }
    }

    /// The text in its format, mended, with absolute addresses.
    fn text_of(&mut self, collector: &Collector) -> Option<Text> {
        // What Atom 1.0 leaves out (RFC 4287, section 3.1.1.3) is a part of the text in Atom 0.3.
        let unwrap = self.atom && collector.kind == Kind::Xml;
        let text = collector.finished(unwrap);
        let decoded = collector.base64.then(|| tidy::from_base64(text)).flatten();
        let text = decoded.as_deref().unwrap_or(text).trim();
        if text.is_empty() {
            return None;
        }
        let value = self.letters.tidy(text);
        let is_html = match collector.kind {
            Kind::Xml | Kind::Html if self.atom => true,
            Kind::Html if collector.stated_html => true,
            Kind::Xml if collector.marked_up || collector.stated_xml => true,
            Kind::Plain if self.atom && !collector.base64 => false,
            _ => html::looks_like_html(&value),
        };
        Some(if is_html {
            Text::html(self.html(value))
        } else {
            Text::plain(value)
        })
    }

    fn html(&self, value: String) -> String {
        tidy::html(value, self.bases.last(), self.circumstances.options)
    }

    fn text_of_entry(&mut self, collector: &Collector, text: Text, depth: usize) {
        let part = self.scope.part;
        let Some(entry) = self.entry.as_mut() else {
            return;
        };
        match (collector.element, part) {
            (Element::Title, Part::Whole) => entry.see_title(text, depth),
            (Element::PartTitle, Part::Whole | Part::Group) => {
                entry.part_title.get_or_insert(text);
            }
            (Element::PartTitle | Element::PartDescription, Part::Media) => {
                if let Some(media) = entry.entry.media.last_mut()
                    && (media.caption.is_none() || collector.element == Element::PartDescription)
                {
                    media.caption = Some(text.value.clone());
                }
                if collector.element == Element::PartTitle {
                    entry.part_title.get_or_insert(text);
                }
            }
            (Element::PartDescription, Part::Group) => {
                entry.group_description.get_or_insert(text);
            }
            (Element::PartDescription, _) => {
                entry.part_description.get_or_insert(text);
            }
            (_, Part::Image | Part::TextInput | Part::Owner) => {}
            (Element::Description | Element::Summary | Element::Abstract, _)
                if !collector.as_content =>
            {
                if entry.takes(Slot::Summary, depth) {
                    entry.entry.summary = Some(text);
                }
                entry.has_summary = true;
            }
            (Element::Rights, _) => entry.see_rights(text, depth),
            _ if collector.as_content => {
                entry.has_summary |= collector.kind != Kind::Binary;
                if entry.entry.contents.len() < MAX_LIST {
                    entry.entry.contents.push(text);
                }
            }
            _ => {}
        }
    }

    fn text_of_feed(&mut self, element: Element, text: Text, depth: usize) {
        let Some(feed) = self.feed.as_mut() else {
            return;
        };
        match element {
            Element::Title if self.feed_title_depth.is_none_or(|known| depth < known) => {
                self.feed_title_depth = Some(depth);
                feed.title = Some(text);
            }
            Element::PartTitle if feed.title.is_none() => feed.title = Some(text),
            Element::Description | Element::Abstract | Element::Subtitle => {
                feed.subtitle = Some(text)
            }
            Element::PartSubtitle | Element::Summary if feed.subtitle.is_none() => {
                feed.subtitle = Some(text)
            }
            Element::Rights => feed.rights = Some(text),
            _ => {}
        }
    }

    fn simple_field(&mut self, collector: &Collector, value: String) {
        match collector.element {
            Element::Author | Element::Contributor | Element::ContributorName => {
                return self.end_person(&value);
            }
            Element::Category => return self.end_category(collector, value),
            Element::Source => return self.end_source(value),
            _ => {}
        }
        let value = match &collector.fallback {
            Some(fallback) if value.is_empty() => fallback.clone(),
            _ => value,
        };
        if value.is_empty() {
            return;
        }
        match collector.element {
            Element::Name | Element::Email | Element::Url => {
                self.part_of_person(collector.element, value)
            }
            Element::Link => self.end_link(collector.link, &value),
            Element::Id => self.end_id(collector.permalink, value),
            Element::Published | Element::Updated | Element::Created | Element::Date => {
                self.end_date(collector.element, &value);
            }
            Element::Keywords | Element::PodcastKeywords => {
                self.end_keywords(collector.element, &value)
            }
            Element::Comments | Element::CommentsFeed => {
                let href = self.absolute(&value);
                self.further_link(href, "replies");
            }
            Element::OriginalLink => {
                let href = self.absolute(&value);
                self.further_link(href, "canonical");
            }
            Element::LicenseText => {
                let href = self.absolute(&value);
                self.further_link(href, "license");
            }
            Element::Picture => {
                let href = self.absolute(&value);
                self.picture(href, false);
            }
            Element::Thumbnail if self.scope.holder == Holder::Entry => {
                let href = self.absolute(&value);
                self.thumbnail(href);
            }
            Element::Credit => self.end_credit(value),
            Element::Language => self.end_language(value),
            element => self.end_schedule(element, &value),
        }
    }

    fn end_person(&mut self, line: &str) {
        let contributor = self.scope.part == Part::Contributor;
        let Some(last) = self
            .persons(contributor)
            .and_then(|persons| persons.last_mut())
        else {
            return;
        };
        if *last == Person::default() && !line.is_empty() {
            *last = persons::person(line);
        }
        if let Some(list) = self.persons(contributor) {
            merge_last(list);
        }
    }

    fn part_of_person(&mut self, element: Element, value: String) {
        let contributor = match self.scope.part {
            Part::Author => false,
            Part::Contributor => true,
            Part::Image if element == Element::Url => {
                let href = self.absolute(&value);
                return self.picture(href, false);
            }
            _ => return,
        };
        let href = (element == Element::Url).then(|| self.absolute(&value));
        let Some(person) = self
            .persons(contributor)
            .and_then(|persons| persons.last_mut())
        else {
            return;
        };
        match element {
            Element::Name => person.name = Some(value),
            Element::Email => person.email = Some(value),
            _ => person.url = href,
        }
    }

    fn end_link(&mut self, place: Option<usize>, value: &str) {
        // Addresses that are folded over lines are one word.
        let value: String = value.split_ascii_whitespace().collect();
        let href = self.absolute(&value);
        if self.scope.holder == Holder::Source {
            return self.source_link(href);
        }
        let mut page = true;
        if let Some(link) = place.and_then(|place| self.links()?.get_mut(place)) {
            link.href.clone_from(&href);
            page = super::start::is_page(link);
            let link = link.clone();
            self.attach_link(&link);
        }
        if page {
            self.main_link(href);
        }
    }

    pub(super) fn source_link(&mut self, href: String) {
        if let Some(entry) = &mut self.entry {
            entry.entry.source.get_or_insert_default().link = Some(href);
        }
    }

    /// The link to the page itself; what comes later and lies no deeper counts.
    pub(super) fn main_link(&mut self, href: String) {
        let depth = self.depth();
        match (self.scope.holder, self.scope.part) {
            (Holder::Entry, Part::Whole | Part::Group | Part::Media) => {
                if let Some(entry) = &mut self.entry
                    && entry.takes(Slot::Link, depth)
                {
                    entry.entry.link = Some(href);
                }
            }
            (Holder::Feed, Part::Whole) => {
                if let Some(feed) = &mut self.feed {
                    feed.link = Some(href);
                }
            }
            _ => {}
        }
    }

    fn end_id(&mut self, permalink: bool, value: String) {
        let depth = self.depth();
        let followable = permalink && links::is_followable(&value);
        let link = followable.then(|| {
            let address = self.letters.tidy(&value);
            self.absolute(&address)
        });
        // An identifier stays as it is written, so that it stays the same wherever the feed moves; but what the document
        // itself says that it is relative to is part of it.
        let within_base = self.bases.len() > usize::from(self.circumstances.base.is_some());
        let value = if permalink && within_base {
            self.absolute(&value)
        } else {
            value
        };
        match self.scope.holder {
            Holder::Entry if self.is_whole() => {
                if let Some(entry) = &mut self.entry
                    && entry.takes(Slot::Id, depth)
                {
                    entry.permalink = link;
                    entry.entry.id = Some(value);
                }
            }
            Holder::Feed if self.is_whole() => {
                if let Some(feed) = &mut self.feed {
                    feed.id = Some(value);
                    self.feed_permalink = link;
                }
            }
            _ => {}
        }
    }

    fn end_date(&mut self, element: Element, value: &str) {
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

    fn end_category(&mut self, collector: &Collector, value: String) {
        let stated = collector.tag.clone().unwrap_or_default();
        // A category that is only a label is shown to readers all the same.
        let term = match &stated.label {
            Some(label) if value.is_empty() && collector.tag.is_some() => label.clone(),
            _ => value,
        };
        if !term.is_empty() {
            self.tag(Tag { term, ..stated });
        }
    }

    fn end_keywords(&mut self, element: Element, value: &str) {
        let scheme =
            (element == Element::PodcastKeywords).then(|| "http://www.itunes.com/".to_owned());
        for term in value
            .split(',')
            .map(str::trim)
            .filter(|term| !term.is_empty())
        {
            self.tag(Tag {
                term: term.to_owned(),
                scheme: scheme.clone(),
                label: None,
            });
        }
    }

    fn end_source(&mut self, value: String) {
        if let Some(entry) = &mut self.entry
            && let Some(source) = &mut entry.entry.source
        {
            if !value.is_empty() {
                source.title = Some(value);
            }
            drop_nobodies(&mut source.authors);
        }
    }

    fn end_credit(&mut self, value: String) {
        let part = self.scope.part;
        if let Some(entry) = self
            .entry
            .as_mut()
            .filter(|_| part == Part::Media || part == Part::Group)
            && let Some(media) = entry.entry.media.last_mut()
        {
            media.credit = Some(match media.credit.take() {
                Some(known) if known.len() < 1 << 10 => format!("{known}, {value}"),
                Some(known) => known,
                None => value,
            });
        }
    }

    fn end_language(&mut self, value: String) {
        let depth = self.depth();
        match self.scope.holder {
            Holder::Entry => {
                if let Some(entry) = &mut self.entry
                    && entry.takes(Slot::Language, depth)
                {
                    entry.entry.language = Some(value);
                }
            }
            Holder::Feed => {
                if let Some(feed) = &mut self.feed {
                    feed.language = Some(value);
                }
            }
            _ => {}
        }
    }

    /// When the feed wants to be asked again.
    fn end_schedule(&mut self, element: Element, value: &str) {
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

const DAY: Duration = Duration::from_secs(24 * 3600);

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

fn drop_nobodies(persons: &mut Vec<Person>) {
    persons.retain(|person| *person != Person::default());
}

/// Takes the last person into the one before of the same name: feeds name an author once for each vocabulary.
fn merge_last(persons: &mut Vec<Person>) {
    let Some((last, before)) = persons.split_last_mut() else {
        return;
    };
    let Some(name) = &last.name else { return };
    let same = |known: &&mut Person| {
        known
            .name
            .as_deref()
            .is_some_and(|known| known.eq_ignore_ascii_case(name))
    };
    let Some(known) = before.iter_mut().find(same) else {
        return;
    };
    let agree = |a: &Option<String>, b: &Option<String>| a.is_none() || b.is_none() || a == b;
    if agree(&known.email, &last.email) && agree(&known.url, &last.url) {
        known.email = known.email.take().or(last.email.take());
        known.url = known.url.take().or(last.url.take());
        persons.pop();
    }
}
