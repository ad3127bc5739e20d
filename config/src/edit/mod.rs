//! Changes the list of feeds in a file that someone wrote by hand: the rest stays byte for byte as it is.
//!
//! [`Document`] finds the feeds of a text, adds some in the text's own hand and takes some out with their comments;
//! [`replace_file`] puts a new text in the place of a file at once. Whether a text is a good configuration is the
//! loader's business ([`crate::load_with`]): check a new text before it replaces an old one.

mod layout;
mod replace;
mod splice;
mod style;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use toml::de::DeTable;
use url::Url;

use crate::model::derive_id;
use layout::{Layout, Role};

pub use replace::{Before, ReplaceError, replace_file};

/// A text with feeds.
#[derive(Debug)]
pub struct Document {
    text: String,
    /// Whether the file began with a byte order mark.
    marked: bool,
    layout: Layout,
    feeds: Vec<WrittenFeed>,
}

/// A feed as it stands in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenFeed {
    /// Its id, written or made from the URL.
    pub id: String,
    /// Its address, as it is compared; empty where it is not an address.
    pub url: String,
    /// The line that it begins on, from one.
    pub line: usize,
}

/// A feed to be written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewFeed {
    /// Its id, where it is not to be made from the URL.
    pub id: Option<String>,
    /// Its name for people.
    pub name: Option<String>,
    /// Its address.
    pub url: String,
    /// The page that it belongs to.
    pub page: Option<String>,
    /// Its tags.
    pub tags: Vec<String>,
    /// The time between two fetches, as users write it.
    pub every: Option<String>,
}

/// The text is no TOML; the loader says where.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the text is not valid TOML: {0}")]
pub struct NotToml(String);

impl Document {
    /// Finds the feeds of a text.
    ///
    /// # Errors
    /// [`NotToml`] where it cannot be parsed.
    pub fn parse(text: &str) -> Result<Document, NotToml> {
        let unmarked = text.strip_prefix('\u{feff}');
        let (marked, text) = (unmarked.is_some(), unmarked.unwrap_or(text).to_owned());
        let table = DeTable::parse(&text).map_err(|error| NotToml(error.message().to_owned()))?;
        let layout = layout::layout(&text);
        let feeds = written(&text, table.get_ref(), &layout);
        drop(table);
        Ok(Document {
            text,
            marked,
            layout,
            feeds,
        })
    }

    /// Its feeds in their order.
    pub fn feeds(&self) -> &[WrittenFeed] {
        &self.feeds
    }

    /// The text with `feeds` after the last one, or at its end where there is none.
    pub fn with(&self, feeds: &[NewFeed]) -> String {
        if feeds.is_empty() {
            return self.marked_as_before(self.text.clone());
        }
        self.marked_as_before(splice::insert(&self.text, &self.layout, feeds))
    }

    /// The text without the feeds of these ids.
    pub fn without(&self, ids: &BTreeSet<&str>) -> String {
        let numbers = self
            .feeds
            .iter()
            .enumerate()
            .filter(|(_, feed)| ids.contains(feed.id.as_str()))
            .map(|(number, _)| number)
            .collect();
        self.marked_as_before(splice::remove(&self.text, &self.layout, &numbers))
    }

    /// The text with another entry of `include`.
    pub fn with_include(&self, entry: &str) -> String {
        self.marked_as_before(splice::include(&self.text, &self.layout, entry))
    }

    fn marked_as_before(&self, text: String) -> String {
        if self.marked {
            format!("\u{feff}{text}")
        } else {
            text
        }
    }
}

/// The id of a feed that is given none.
pub fn derived_id(url: &Url) -> String {
    derive_id(url)
}

/// Pairs what the feeds say with where they stand; both are in the order of the text.
fn written(text: &str, table: &DeTable<'_>, layout: &Layout) -> Vec<WrittenFeed> {
    let starts: Vec<usize> = match &layout.feeds {
        Some(list) => list.elements.iter().map(|element| element.start).collect(),
        None => layout
            .sections
            .iter()
            .filter(|section| section.role == Role::Feed)
            .map(|section| section.start)
            .collect(),
    };
    let said = table
        .get("feeds")
        .and_then(|feeds| feeds.get_ref().as_array());
    let (mut line, mut counted) = (1, 0);
    let mut feeds = Vec::with_capacity(starts.len());
    for (start, feed) in starts
        .into_iter()
        .zip(said.into_iter().flat_map(|said| said.iter()))
    {
        line += text[counted..start].matches('\n').count();
        counted = start;
        let word = |key: &str| feed.get_ref().as_table()?.get(key)?.get_ref().as_str();
        let url = word("url").and_then(|url| Url::parse(url).ok());
        let id = word("id").map(str::to_owned);
        feeds.push(WrittenFeed {
            id: id
                .or_else(|| url.as_ref().map(derive_id))
                .unwrap_or_default(),
            url: url.map(String::from).unwrap_or_default(),
            line,
        });
    }
    feeds
}
