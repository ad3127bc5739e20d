//! From the articles of a file to drafts: what their folder says of them is added.

use std::io::Read;

use dateline_config::DropFolder;
use dateline_pipeline::draft::{Draft, Guid, Trust};
use dateline_pipeline::record::{SourceKind, SourceRef};
use jiff::Timestamp;

use crate::read::{FileArticle, Next, Part, Parts, Settings};

/// What a folder says of its articles.
pub(crate) struct Drafting {
    pub(crate) reference: SourceRef,
    language: Option<String>,
}

/// What becomes of a file.
#[derive(Debug, Default)]
pub struct FileDrafts {
    /// Its articles, in their order.
    pub drafts: Vec<Draft>,
    /// What else is to be said of the file.
    pub said: Vec<String>,
    /// What could not be read, with reasons.
    pub unread: Vec<String>,
}

impl Drafting {
    pub(crate) fn of(folder: &DropFolder) -> Self {
        Self {
            reference: SourceRef {
                kind: SourceKind::Drop,
                id: folder.id.clone(),
                name: folder.name.clone(),
                url: None,
                tags: folder.tags.clone(),
            },
            language: folder.language.clone(),
        }
    }

    /// The draft of an article in `file`, which has a `place` of its own there.
    pub(crate) fn draft(
        &self,
        fetched: Timestamp,
        file: String,
        place: String,
        article: FileArticle,
    ) -> Draft {
        let mut item = article.item;
        // Items of a feed may have one of their own.
        item.guid.get_or_insert(Guid {
            value: place,
            trust: Trust::Place,
        });
        item.language = item.language.or_else(|| self.language.clone());
        Draft {
            source: self.reference.clone(),
            fetched,
            item,
            http: article.http,
            file: Some(file),
            page: article.page,
            page_fault: None,
            recovered: article.recovered,
        }
    }
}

/// Where a part of `file` is: the file within, and its place there.
pub(crate) fn place_of(mut file: String, part: &Part) -> (String, String) {
    if !part.path.is_empty() {
        file = format!("{file}/{}", part.path);
    }
    let place = if part.number == 0 {
        file.clone()
    } else {
        format!("{file}#{}", part.number)
    };
    (file, place)
}

/// What would become of a file called `file` in `folder`, where it is read as it streams. At most `most` articles are looked at.
pub fn drafts(
    folder: &DropFolder,
    file: &str,
    content: impl Read + Send + 'static,
    fetched: Timestamp,
    most: usize,
) -> FileDrafts {
    let drafting = Drafting::of(folder);
    let mut found = FileDrafts::default();
    for next in Parts::new(content, Settings::of(folder)) {
        let part = match next {
            Next::Part(part) => part,
            Next::Said(line) => {
                found.said.push(line);
                continue;
            }
            Next::Worked => continue,
        };
        let (within, place) = place_of(file.to_owned(), &part);
        if found.drafts.len() == most {
            let more = format!(
                "{place} and what follows it was not looked at: {most} articles are enough"
            );
            found.unread.push(more);
            break;
        }
        match part.article {
            Ok(article) => found
                .drafts
                .push(drafting.draft(fetched, within, place, *article)),
            Err(unread) => found
                .unread
                .push(format!("{place}: {}", unread.fault.reason)),
        }
    }
    found
}
