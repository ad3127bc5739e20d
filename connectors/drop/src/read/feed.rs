//! Feeds as files: each item is an article, in the document's own words.

use dateline_feed::identity::identify;
use dateline_feed::read::{Context, read as read_feed};
use dateline_pipeline::fault::Fault;

use super::FileArticle;

/// Lines about the whole document that go into each of its articles.
const MAX_LINES: usize = 8;

pub(super) fn read(bytes: &[u8]) -> Result<Vec<FileArticle>, Fault> {
    let reading = read_feed(bytes, &Context::default());
    let feed = match (&reading.error, &reading.feed) {
        (None, Some(feed)) => feed,
        (error, _) => {
            let said = error.as_ref().map_or_else(String::new, ToString::to_string);
            let reason = format!("the file looks like a feed and cannot be read as one: {said}");
            return Err(Fault::poison("format", reason));
        }
    };
    let lines: Vec<String> = reading.recovered.iter().take(MAX_LINES).cloned().collect();
    let articles: Vec<FileArticle> = identify(&reading.entries)
        .into_iter()
        .map(|identity| {
            let mut item = dateline_feed::item(&reading.entries[identity.index], feed, None);
            if let Some(guid) = &mut item.guid {
                guid.trust = identity.guid_trust;
            }
            if let Some(link) = &mut item.link {
                link.trust = identity.link_trust;
            }
            FileArticle {
                item,
                recovered: lines.clone(),
                ..FileArticle::default()
            }
        })
        .collect();
    if articles.is_empty() {
        return Err(Fault::poison("empty", "the file is a feed without items"));
    }
    Ok(articles)
}
