//! What an element says, once its text is complete: whose field it fills.

use super::attached::is_page;
use super::building::Slot;
use super::collect::Collector;
use super::people::drop_nobodies;
use super::{Holder, MAX_ENTRIES, MAX_SPARE, Part, Walker};
use crate::elements::Element;
use crate::links;
use crate::model::Tag;

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

    pub(super) fn depth(&self) -> usize {
        self.open.len()
    }

    pub(super) fn is_whole(&self) -> bool {
        self.scope.part == Part::Whole
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
            page = is_page(link);
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
        let href = links::without_empty_fragment(href);
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
}
