//! An entry while it is being read, and what decides between several values for one field.

use crate::model::{Entry, WebLink};
use crate::values::{Date, Text};

/// Fields of which one value counts.
#[derive(Debug, Clone, Copy)]
pub(super) enum Slot {
    Id,
    Link,
    Summary,
    Published,
    Updated,
    Created,
    Date,
    Language,
    Rights,
}

/// An entry while it is being read.
#[derive(Debug, Default)]
pub(super) struct Building {
    pub(super) entry: Entry,
    /// Depth of the title, once there is one.
    title_depth: Option<usize>,
    /// Depth at which each field was found.
    depths: [Option<usize>; 9],
    /// Whether a content has begun, and whether there is something that serves as a summary.
    pub(super) has_content: bool,
    pub(super) has_summary: bool,
    /// Stands in for a title.
    pub(super) part_title: Option<Text>,
    /// Stands in for a summary.
    pub(super) part_description: Option<Text>,
    /// Stands in for a content beside a summary.
    pub(super) group_description: Option<Text>,
    /// An identifier that is a link too.
    pub(super) permalink: Option<String>,
    pub(super) created: Option<Date>,
    /// A date that does not say of what.
    pub(super) date: Option<Date>,
    /// Links beside those to the article, which go last.
    pub(super) further_links: Vec<WebLink>,
}

impl Building {
    /// Whether a value at `depth` counts: what lies further out before what lies deeper, then what comes later.
    pub(super) fn takes(&mut self, slot: Slot, depth: usize) -> bool {
        let known = &mut self.depths[slot as usize];
        let takes = known.is_none_or(|known| depth <= known);
        if takes {
            *known = Some(depth);
        }
        takes
    }

    /// Takes a title, unless there is one that lies no deeper.
    pub(super) fn see_title(&mut self, title: Text, depth: usize) {
        if self.title_depth.is_none_or(|known| depth < known) {
            self.title_depth = Some(depth);
            self.entry.title = Some(title);
        }
    }

    /// Takes a copyright line, if it counts.
    pub(super) fn see_rights(&mut self, rights: Text, depth: usize) {
        if self.takes(Slot::Rights, depth) {
            self.entry.rights = Some(rights);
        }
    }

    /// The entry, with what stands in for what is missing.
    pub(super) fn finish(self) -> Entry {
        let mut entry = self.entry;
        entry.title = entry.title.or(self.part_title);
        if entry.contents.is_empty() {
            if entry.summary.is_none() {
                entry.summary = self.group_description.or(self.part_description);
            } else {
                entry.contents.extend(self.group_description);
            }
        }
        entry.link = entry.link.or(self.permalink);
        entry.published = entry.published.or(self.date);
        if entry.published.is_none() && entry.updated.is_none() {
            entry.published = self.created;
        }
        entry.links.extend(self.further_links);
        entry
    }
}
