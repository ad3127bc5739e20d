//! What a page says of itself beside its text: title, meta elements, linked data, headings, bylines, times.

use crate::html::scan::Tag;

use super::slim::{is_one_of, line};

/// Meta elements, scripts of linked data, headings, bylines and times that are kept: pages have some dozens, hostile ones thousands.
const MAX_KEPT: usize = 200;
/// Bytes of linked data in all.
const MAX_DATA: usize = 2 << 20;
/// Bytes of one text that is gathered.
const MAX_TEXT: usize = 1000;

/// What is beside the text.
#[derive(Debug, Default)]
pub(super) struct Head<'p> {
    /// Names or properties of meta elements, in small letters, and their contents.
    pub(super) metas: Vec<(String, String)>,
    pub(super) title: Option<String>,
    pub(super) data: Vec<&'p str>,
    pub(super) language: Option<String>,
    pub(super) canonical: Option<String>,
    /// Texts of `h1`.
    pub(super) headings: Vec<String>,
    /// Texts of elements that say who wrote the article, and how clearly they say so.
    pub(super) bylines: Vec<(Clarity, String)>,
    /// Times of `time` elements, and whether they are said to be of publication.
    pub(super) times: Vec<(bool, String)>,
    /// Texts below pictures, as written.
    pub(super) captions: Vec<String>,
    gathered: Vec<Gathered<'p>>,
    data_bytes: usize,
}

/// How clearly an element says that it names an author.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Clarity {
    /// By its class.
    Class,
    /// By `rel`.
    Rel,
    /// By `itemprop`.
    Property,
}

/// An element whose text is gathered until it ends.
#[derive(Debug)]
struct Gathered<'p> {
    name: &'p str,
    depth: usize,
    text: String,
    sort: Sort,
}

#[derive(Debug, Clone, Copy)]
enum Sort {
    Heading,
    Byline(Clarity),
}

impl<'p> Head<'p> {
    pub(super) fn title(&mut self, text: &str) {
        if self.title.is_none() {
            let title = line(text);
            self.title = Some(title).filter(|title| !title.is_empty());
        }
    }

    /// The text below a picture begins.
    pub(super) fn caption(&mut self) {
        if self.captions.len() < MAX_KEPT {
            self.captions.push(String::new());
        }
    }

    pub(super) fn caption_text(&mut self, text: &str) {
        if let Some(caption) = self.captions.last_mut()
            && caption.len() < MAX_TEXT
        {
            caption.push_str(text);
            caption.push(' ');
        }
    }

    pub(super) fn linked_data(&mut self, text: &'p str) {
        if self.data.len() < MAX_KEPT && self.data_bytes + text.len() <= MAX_DATA {
            self.data_bytes += text.len();
            self.data.push(text);
        }
    }

    /// A meta element, a link, a time, or the root.
    pub(super) fn tag(&mut self, tag: Tag<'p>, name: &str) {
        let of = |wanted: &str| {
            let mut attributes = tag.attributes();
            let found = attributes.find(|attribute| attribute.name.eq_ignore_ascii_case(wanted));
            found.and_then(|attribute| attribute.value).map(line)
        };
        match name.to_ascii_lowercase().as_str() {
            "html" => self.language = self.language.take().or_else(|| of("lang")),
            "link" => {
                let is_canonical =
                    of("rel").is_some_and(|rel| rel.eq_ignore_ascii_case("canonical"));
                if is_canonical && self.canonical.is_none() {
                    self.canonical = of("href");
                }
            }
            "time" => {
                if let Some(time) = of("datetime").filter(|_| self.times.len() < MAX_KEPT) {
                    let said = [
                        of("itemprop"),
                        of("class"),
                        of("pubdate").map(|_| "publi".to_owned()),
                    ];
                    let is_publication = said
                        .iter()
                        .flatten()
                        .any(|text| text.to_lowercase().contains("publi"));
                    self.times.push((is_publication, time));
                }
            }
            _ => {
                let key = of("property")
                    .or_else(|| of("name"))
                    .or_else(|| of("itemprop"));
                if let (Some(key), Some(content)) = (key, of("content"))
                    && self.metas.len() < MAX_KEPT
                    && !content.is_empty()
                {
                    self.metas.push((key.to_lowercase(), content));
                }
            }
        }
    }

    /// The first meta element of one of these names, in their order.
    pub(super) fn meta(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| self.metas_of(name).next())
    }

    pub(super) fn metas_of(&self, name: &str) -> impl Iterator<Item = &str> {
        let metas = self.metas.iter();
        metas
            .filter(move |(other, _)| other == name)
            .map(|(_, content)| content.as_str())
    }

    /// An element of the body begins.
    pub(super) fn element(&mut self, tag: Tag<'p>, name: &'p str) {
        for gathered in &mut self.gathered {
            if gathered.name.eq_ignore_ascii_case(name) && !tag.self_closing {
                gathered.depth += 1;
            }
            gathered.text.push(' ');
        }
        let kept = self.headings.len() + self.bylines.len() + self.gathered.len();
        if kept >= MAX_KEPT || tag.self_closing || tag.source.len() > MAX_TEXT {
            return;
        }
        let sort = if name.eq_ignore_ascii_case("h1") {
            Some(Sort::Heading)
        } else if is_one_of(&["a", "address", "div", "li", "p", "span"], name) {
            clarity(tag).map(Sort::Byline)
        } else {
            None
        };
        if let Some(sort) = sort {
            self.gathered.push(Gathered {
                name,
                depth: 0,
                text: String::new(),
                sort,
            });
        }
    }

    pub(super) fn text(&mut self, text: &str) {
        for gathered in &mut self.gathered {
            if gathered.text.len() < MAX_TEXT {
                gathered.text.push_str(text);
            }
        }
    }

    pub(super) fn end(&mut self, name: &str) {
        let mut at = 0;
        while at < self.gathered.len() {
            let gathered = &mut self.gathered[at];
            if !gathered.name.eq_ignore_ascii_case(name) {
                gathered.text.push(' ');
                at += 1;
            } else if gathered.depth > 0 {
                gathered.depth -= 1;
                at += 1;
            } else {
                let gathered = self.gathered.remove(at);
                let text = line(&gathered.text);
                match gathered.sort {
                    _ if text.is_empty() => {}
                    Sort::Heading => self.headings.push(text),
                    Sort::Byline(clarity) => self.bylines.push((clarity, text)),
                }
            }
        }
    }
}

/// How clearly a tag says that an author's name is in it, if it does.
fn clarity(tag: Tag<'_>) -> Option<Clarity> {
    let mut clearest = None;
    for attribute in tag.attributes() {
        let value = attribute.value.unwrap_or_default();
        let is = |name: &str| attribute.name.eq_ignore_ascii_case(name);
        let has_word = |word: &str| {
            let mut words = value.split_ascii_whitespace();
            words.any(|other| other.eq_ignore_ascii_case(word))
        };
        let found = if is("itemprop") && has_word("author") {
            Some(Clarity::Property)
        } else if is("rel") && has_word("author") {
            Some(Clarity::Rel)
        } else if is("class") || is("id") || is("data-testid") {
            let small = value.to_ascii_lowercase();
            [
                "byline",
                "author-name",
                "author__name",
                "article-author",
                "article__author",
                "autor",
                "authors",
            ]
            .iter()
            .any(|word| small.contains(word))
            .then_some(Clarity::Class)
        } else {
            None
        };
        clearest = clearest.max(found);
    }
    clearest
}
