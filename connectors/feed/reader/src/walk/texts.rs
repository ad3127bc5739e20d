//! What a title, an abstract, a content says, in its format, once its text is complete.

use dateline_text::html;

use super::building::Slot;
use super::collect::{Collector, Kind};
use super::{Holder, MAX_LIST, Part, Walker};
use crate::elements::Element;
use crate::tidy;
use crate::values::Text;

impl Walker<'_> {
    pub(super) fn text_field(&mut self, collector: &Collector) {
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
}
