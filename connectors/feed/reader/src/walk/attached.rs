//! What elements say by their attributes: links, categories, pictures, files.

use super::{Holder, MAX_LIST, Part, Role, Walker};
use crate::elements::Element;
use crate::model::{Media, Tag, WebLink};

impl Walker<'_> {
    /// The list that links go into.
    pub(super) fn links(&mut self) -> Option<&mut Vec<WebLink>> {
        match (self.scope.holder, self.scope.part) {
            (_, Part::Image | Part::TextInput) => None,
            (Holder::Entry, _) => Some(&mut self.entry.as_mut()?.entry.links),
            (Holder::Feed, _) => Some(&mut self.feed.as_mut()?.links),
            _ => None,
        }
    }

    pub(super) fn begin_link(&mut self) -> Role {
        let rel = self.stated("rel").map(|rel| rel.to_ascii_lowercase());
        let media_type = self
            .stated("type")
            .map(|media_type| media_type.to_ascii_lowercase());
        let href = self.stated("href").or_else(|| self.itself());
        let fallback = self.stated("url").or_else(|| self.stated("uri"));
        let link = WebLink {
            href: href.map(|href| self.absolute(&href)).unwrap_or_default(),
            rel,
            media_type,
            title: self.stated("title"),
            language: self.stated("hreflang"),
            length: self.stated("length").and_then(|length| length.parse().ok()),
        };
        let stated = !link.href.is_empty();
        if stated {
            self.attach_link(&link);
        }
        if stated && self.scope.holder == Holder::Source && is_page(&link) {
            self.source_link(link.href.clone());
        }
        let page = (stated && is_page(&link)).then(|| link.href.clone());
        let place = match self.links() {
            Some(links) if links.len() < MAX_LIST => {
                links.push(link);
                Some(links.len() - 1)
            }
            _ => None,
        };
        if let Some(page) = page {
            self.main_link(page);
        }
        if !stated {
            let collector = self.simple(Element::Link);
            collector.link = place;
            collector.fallback = fallback;
            return Role::Field;
        }
        Role::Plain
    }

    /// The document's base, where `href` is there and empty: by RFC 3986, section 4.4, a link to the document itself. No
    /// publisher means that, so it counts as left out unless things are to stay as they are written.
    fn itself(&mut self) -> Option<String> {
        let as_written = self.circumstances.options.as_written;
        let href = self.attribute("href").filter(|_| as_written)?;
        let base = self.bases.last()?;
        href.trim().is_empty().then(|| base.to_string())
    }

    /// Attaches the file that a link leads to, if it says so.
    pub(super) fn attach_link(&mut self, link: &WebLink) {
        if link.rel.as_deref() == Some("enclosure") {
            self.attach(Media {
                url: link.href.clone(),
                media_type: link.media_type.clone(),
                length: link.length,
                ..Media::default()
            });
        }
    }

    pub(super) fn license(&mut self) -> Role {
        if let Some(href) = self
            .stated("rdf:resource")
            .or_else(|| self.stated("resource"))
        {
            let href = self.absolute(&href);
            self.further_link(href, "license");
        }
        Role::Plain
    }

    /// A link beside those to the article.
    pub(super) fn further_link(&mut self, href: String, rel: &str) {
        let link = WebLink {
            href,
            rel: Some(rel.to_owned()),
            ..WebLink::default()
        };
        let list = match self.scope.holder {
            Holder::Entry if rel == "license" => {
                self.entry.as_mut().map(|entry| &mut entry.entry.links)
            }
            Holder::Entry => self.entry.as_mut().map(|entry| &mut entry.further_links),
            Holder::Feed => self.feed.as_mut().map(|feed| &mut feed.links),
            _ => None,
        };
        if let Some(list) = list.filter(|list| list.len() < MAX_LIST) {
            list.push(link);
        }
    }

    pub(super) fn begin_category(&mut self, element: Element) -> Role {
        let term = match element {
            Element::TextCategory => self.stated("text"),
            _ => self.stated("term"),
        };
        let scheme = self.stated("scheme").or_else(|| self.stated("domain"));
        let scheme = scheme.or_else(|| match element {
            Element::TextCategory => Some("http://www.itunes.com/".to_owned()),
            Element::MediaCategory => {
                Some("http://search.yahoo.com/mrss/category_schema".to_owned())
            }
            _ => None,
        });
        let label = self.stated("label");
        let pending = match term {
            Some(term) => {
                self.tag(Tag {
                    term,
                    scheme,
                    label,
                });
                None
            }
            None => Some(Tag {
                term: String::new(),
                scheme,
                label,
            }),
        };
        self.simple(Element::Category).tag = pending;
        Role::Field
    }

    pub(super) fn tag(&mut self, tag: Tag) {
        let list = match self.scope.holder {
            Holder::Entry => self.entry.as_mut().map(|entry| &mut entry.entry.tags),
            Holder::Feed => self.feed.as_mut().map(|feed| &mut feed.tags),
            _ => None,
        };
        if let Some(list) = list
            && list.len() < MAX_LIST
            && !list.contains(&tag)
        {
            list.push(tag);
        }
    }

    pub(super) fn begin_picture(&mut self) -> Role {
        let href = self.stated("href").or_else(|| self.stated("url"));
        match href {
            Some(href) => {
                let href = self.absolute(&href);
                self.picture(href, true);
                Role::Plain
            }
            None => {
                self.simple(Element::Picture);
                Role::Field
            }
        }
    }

    /// A picture of the feed or the entry; of a feed's several, one by an attribute counts.
    pub(super) fn picture(&mut self, href: String, counts: bool) {
        match self.scope.holder {
            Holder::Feed => {
                if let Some(feed) = &mut self.feed
                    && (counts || feed.image.is_none())
                {
                    feed.image = Some(href);
                }
            }
            Holder::Entry => self.thumbnail(href),
            _ => {}
        }
    }

    pub(super) fn thumbnail(&mut self, href: String) {
        if let Some(entry) = &mut self.entry {
            let known = &mut entry.entry.thumbnails;
            if known.len() < MAX_LIST && !known.contains(&href) {
                known.push(href);
            }
        }
    }

    pub(super) fn begin_thumbnail(&mut self) -> Role {
        if let Some(href) = self.stated("url") {
            let href = self.absolute(&href);
            if self.scope.holder == Holder::Entry {
                self.thumbnail(href);
            }
            return Role::Plain;
        }
        self.simple(Element::Thumbnail);
        Role::Field
    }

    pub(super) fn begin_enclosure(&mut self) -> Role {
        if let Some(media) = self.file("length") {
            self.attach(media);
        }
        Role::Plain
    }

    /// The file that the attributes describe.
    fn file(&mut self, length: &str) -> Option<Media> {
        let url = ["url", "href", "uri"]
            .iter()
            .find_map(|name| self.stated(name))?;
        Some(Media {
            url: self.absolute(&url),
            media_type: self
                .stated("type")
                .map(|media_type| media_type.to_ascii_lowercase()),
            length: self.stated(length).and_then(|length| length.parse().ok()),
            ..Media::default()
        })
    }

    pub(super) fn begin_media(&mut self) -> Role {
        self.scope.part = Part::Media;
        let media = self.file("filesize");
        let medium = self.stated("medium");
        if let Some(mut media) = media {
            if media.media_type.is_none() && medium.as_deref() == Some("image") {
                media.media_type = Some("image/*".to_owned());
            }
            self.attach(media);
        }
        Role::Plain
    }

    /// Adds a file to the entry, each address once.
    fn attach(&mut self, media: Media) {
        let Some(entry) = self
            .entry
            .as_mut()
            .filter(|_| self.scope.holder == Holder::Entry)
        else {
            return;
        };
        let list = &mut entry.entry.media;
        match list.iter().position(|known| known.url == media.url) {
            Some(place) => {
                // What is said of it now goes to the end, where captions look for it.
                let mut known = list.remove(place);
                known.media_type = known.media_type.or(media.media_type);
                known.length = known.length.or(media.length);
                list.push(known);
            }
            None if list.len() < MAX_LIST => list.push(media),
            None => {}
        }
    }
}

/// Whether a link leads to the page itself, for readers.
pub(super) fn is_page(link: &WebLink) -> bool {
    let alternate = matches!(link.rel.as_deref(), None | Some("alternate"));
    let readable = link.media_type.as_deref().is_none_or(|media_type| {
        let essence = media_type.split(';').next().unwrap_or_default().trim();
        matches!(
            essence,
            "text/html" | "application/xhtml+xml" | "html" | "xhtml"
        )
    });
    alternate && readable
}
