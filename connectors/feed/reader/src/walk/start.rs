//! What begins with an element: an entry, a person, a text, or what its attributes say at once.

use super::building::Building;
use super::collect::{Collector, Kind};
use super::{Holder, MAX_LIST, Part, Role, Scope, Walker, format_of};
use crate::elements::Element;
use crate::model::{FeedDocument, Format, WebLink};
use crate::names::Space;
use crate::values::Person;

impl<'t> Walker<'t> {
    /// Begins an element that is no markup within a text; its attributes are those just read.
    pub(super) fn begin(&mut self, element: Element, space: Space, local: &str) -> Role {
        if self.feed.is_none() {
            return self.begin_root(element, space, local);
        }
        match element {
            Element::Root => Role::Plain,
            Element::Channel => {
                self.see_channel();
                Role::Plain
            }
            Element::Item => self.begin_entry(),
            Element::Image => self.part(Part::Image),
            Element::TextInput => self.part(Part::TextInput),
            Element::Owner => self.part(Part::Owner),
            Element::SkipHours => self.part(Part::SkipHours),
            Element::SkipDays => self.part(Part::SkipDays),
            Element::Source => self.begin_source(),
            Element::Group => self.part(Part::Group),
            Element::Media => self.begin_media(),
            Element::Thumbnail => self.begin_thumbnail(),
            Element::Enclosure => self.begin_enclosure(),
            Element::Author | Element::Contributor | Element::ContributorName => {
                self.begin_person(element)
            }
            Element::Link => self.begin_link(),
            Element::Category | Element::MediaCategory | Element::TextCategory => {
                self.begin_category(element)
            }
            Element::Picture => self.begin_picture(),
            Element::LicenseResource => self.license(),
            Element::Id => {
                let permalink = self.attribute("ispermalink");
                let collector = self.simple(Element::Id);
                collector.permalink =
                    permalink.is_none_or(|value| value.trim().eq_ignore_ascii_case("true"));
                Role::Field
            }
            Element::Title
            | Element::PartTitle
            | Element::Description
            | Element::Summary
            | Element::Abstract
            | Element::PartDescription
            | Element::Content
            | Element::Encoded
            | Element::Body
            | Element::Rights
            | Element::Subtitle
            | Element::PartSubtitle => self.begin_text(element),
            Element::Unknown => Role::Plain,
            _ => {
                self.simple(element);
                Role::Field
            }
        }
    }

    fn begin_root(&mut self, element: Element, space: Space, local: &str) -> Role {
        if !matches!(element, Element::Root | Element::Channel | Element::Item) {
            return Role::Plain;
        }
        let format = match element {
            Element::Item if local.eq_ignore_ascii_case("item") => Format::Rss,
            Element::Item => Format::Atom,
            _ => format_of(local),
        };
        self.atom = space == Space::Atom && format == Format::Atom;
        let stated = self.stated("xml:lang").or_else(|| self.stated("lang"));
        let language = match self.attribute("xml:lang") {
            Some(empty) if empty.trim().is_empty() => None,
            _ => stated.or_else(|| self.circumstances.language.clone()),
        };
        self.feed = Some(FeedDocument {
            language: language.map(|tag| tag.replace('_', "-")),
            ..FeedDocument::new(format)
        });
        self.scope.holder = Holder::Feed;
        match element {
            Element::Item => self.begin_entry(),
            Element::Channel => {
                self.see_channel();
                Role::Plain
            }
            _ => Role::Plain,
        }
    }

    /// CDF writes address and date of a channel as attributes.
    fn see_channel(&mut self) {
        let href = self.stated("href");
        let modified = self.stated("lastmod");
        let link = href.map(|href| self.absolute(&href));
        let date = modified.and_then(|text| self.date(&text));
        if let Some(feed) = &mut self.feed {
            if let Some(href) = link {
                feed.link = Some(href.clone());
                feed.links.push(WebLink {
                    href,
                    ..WebLink::default()
                });
            }
            feed.updated = date.or(feed.updated.take());
        }
    }

    fn begin_entry(&mut self) -> Role {
        let mut building = Building::default();
        let about = self.attribute("rdf:about");
        building.entry.id = about
            .map(|about| self.letters.identifier(about.trim()))
            .filter(|id| !id.is_empty());
        building.entry.language = self.stated("xml:lang");
        if let Some(href) = self.stated("href") {
            let href = self.absolute(&href);
            building.entry.link = Some(href.clone());
            building.entry.links.push(WebLink {
                href,
                ..WebLink::default()
            });
        }
        if let Some(modified) = self.stated("lastmod") {
            building.entry.updated = self.date(&modified);
        }
        self.entry = Some(Box::new(building));
        self.scope = Scope {
            holder: Holder::Entry,
            part: Part::Whole,
        };
        Role::Entry
    }

    fn part(&mut self, part: Part) -> Role {
        self.scope.part = part;
        Role::Plain
    }

    fn begin_source(&mut self) -> Role {
        if self.scope.holder != Holder::Entry {
            return Role::Plain;
        }
        let href = self.stated("url");
        let href = href.map(|href| self.absolute(&href));
        if let Some(entry) = &mut self.entry {
            entry.entry.source.get_or_insert_default().link = href;
        }
        self.simple(Element::Source);
        self.scope = Scope {
            holder: Holder::Source,
            part: Part::Whole,
        };
        Role::Field
    }

    /// A text without markup.
    pub(super) fn simple(&mut self, element: Element) -> &mut Collector {
        let buffer = self.spare.pop().unwrap_or_default();
        self.collectors.push(Collector::new(element, buffer));
        let place = self.collectors.len() - 1;
        self.collector = Some(place);
        &mut self.collectors[place]
    }

    /// A text that may hold markup.
    fn begin_text(&mut self, element: Element) -> Role {
        let written = self.stated("type");
        let mode = self.attribute("mode");
        let kind = match &written {
            Some(written) => Kind::of(written),
            None => match element {
                Element::Description | Element::Encoded => Kind::Html,
                Element::Body => Kind::Xml,
                _ => Kind::Plain,
            },
        };
        let as_content = self.serves_as_content(element);
        let collector = self.simple(element);
        collector.takes_markup = true;
        collector.base64 = mode.is_some_and(|mode| mode.trim().eq_ignore_ascii_case("base64"))
            || kind == Kind::Binary;
        collector.stated_xml = kind == Kind::Xml;
        collector.stated_html = kind == Kind::Html && written.is_some();
        collector.kind = kind;
        collector.as_content = as_content;
        Role::Field
    }

    /// Whether a text is content: a second abstract is, where there is no content of its own.
    fn serves_as_content(&mut self, element: Element) -> bool {
        let Some(entry) = self
            .entry
            .as_mut()
            .filter(|_| self.scope.holder == Holder::Entry)
        else {
            return false;
        };
        match element {
            Element::Content | Element::Encoded => {
                entry.has_content = true;
                true
            }
            Element::Body => true,
            Element::Description | Element::Summary => {
                let second = entry.has_summary && !entry.has_content;
                entry.has_content |= second;
                second
            }
            _ => false,
        }
    }

    fn begin_person(&mut self, element: Element) -> Role {
        let contributor = element != Element::Author;
        if let Some(persons) = self.persons(contributor)
            && persons.len() < MAX_LIST
        {
            persons.push(Person::default());
        }
        self.scope.part = if contributor {
            Part::Contributor
        } else {
            Part::Author
        };
        self.simple(element);
        Role::Field
    }

    /// The list that persons go into.
    pub(super) fn persons(&mut self, contributors: bool) -> Option<&mut Vec<Person>> {
        match self.scope.holder {
            Holder::Entry => {
                let entry = &mut self.entry.as_mut()?.entry;
                Some(if contributors {
                    &mut entry.contributors
                } else {
                    &mut entry.authors
                })
            }
            Holder::Feed => {
                let feed = self.feed.as_mut()?;
                Some(if contributors {
                    &mut feed.contributors
                } else {
                    &mut feed.authors
                })
            }
            Holder::Source if !contributors => {
                let entry = &mut self.entry.as_mut()?.entry;
                Some(&mut entry.source.get_or_insert_default().authors)
            }
            _ => None,
        }
    }
}
