//! The pages of fresh items, where the feed's own text is not enough: asked for politely, a few at a time, again where that may help. A page that is not to
//! be had costs the item nothing but a line that says why.

use std::sync::Arc;
use std::time::Duration;

use dateline_config::FullText;
use dateline_pipeline::clock::Clock;
use dateline_pipeline::draft::{FetchedPage, Item, Text, TextFormat};
use dateline_pipeline::fault::Class;
use dateline_pipeline::source::Gathered;
use dateline_text::html;
use futures::StreamExt as _;
use futures::stream;
use url::Url;

use super::FeedSource;
use crate::fetch::Limits;
use crate::robots::{PageError, Pages};

/// Words of a feed's text below which it is a summary.
const SHORT: usize = 150;
/// Pages of one feed that are asked for at a time; requests to one host keep their distance besides.
const AT_A_TIME: usize = 4;
/// Pages of one turn: a feed that is read for the first time may have thousands of items.
const MAX_PAGES: usize = 200;
/// Waits before a page that failed for the moment is asked for again.
const RETRIES: [Duration; 2] = [Duration::from_secs(2), Duration::from_secs(10)];

/// Asks for the pages of one feed's items.
pub(super) struct FullTexts {
    when: FullText,
    pages: Pages,
}

impl FeedSource {
    /// The same with the pages of its items, where the feed's `full_text` wants them; `per_host` is the least time between two requests to a host.
    #[must_use]
    pub fn with_pages(mut self, per_host: Duration, clock: Clock) -> FeedSource {
        let when = self.feed.full_text;
        self.full_texts = (when != FullText::Never).then(|| FullTexts {
            when,
            pages: Pages::new(
                Arc::new(self.client.on_behalf_of(&self.feed)),
                per_host,
                clock,
            ),
        });
        self
    }

    /// Adds their pages to fresh items.
    pub(super) async fn add_pages(&self, mut items: Vec<Gathered>) -> Vec<Gathered> {
        let Some(full_texts) = &self.full_texts else {
            return items;
        };
        let mut wanted: Vec<(usize, Url)> = items
            .iter()
            .enumerate()
            .filter(|(_, gathered)| full_texts.wants(&gathered.draft.item))
            .filter_map(|(place, gathered)| Some((place, address(&gathered.draft.item)?)))
            .collect();
        for (place, _) in wanted.drain(MAX_PAGES.min(wanted.len())..) {
            let reason =
                format!("the page was not asked for: {MAX_PAGES} are the most at one turn");
            items[place].draft.page_fault = Some(reason);
        }
        let requests = wanted
            .into_iter()
            .map(|(place, url)| async move { (place, full_texts.ask(&url).await) });
        let mut answers = stream::iter(requests).buffer_unordered(AT_A_TIME);
        while let Some((place, answer)) = answers.next().await {
            let draft = &mut items[place].draft;
            match answer {
                Ok(page) => draft.page = Some(page),
                Err(reason) => {
                    draft.page_fault = Some(format!("the page was not to be had: {reason}"));
                }
            }
        }
        drop(answers);
        items
    }
}

impl FullTexts {
    fn wants(&self, item: &Item) -> bool {
        match self.when {
            FullText::Never => false,
            FullText::Always => true,
            FullText::WhenShort => {
                let texts = [&item.content, &item.summary];
                let longest = texts.into_iter().flatten().map(words).max();
                longest.unwrap_or(0) < SHORT
            }
        }
    }

    /// Asks for a page, and again after a while where that may help.
    async fn ask(&self, url: &Url) -> Result<FetchedPage, String> {
        let mut waits = RETRIES.iter();
        loop {
            match self.pages.page(url, &Limits::PAGE).await {
                Ok(page) => {
                    let content_type = page.content_type().map(str::to_owned);
                    if !is_markup(content_type.as_deref()) {
                        let kind = content_type.unwrap_or_default();
                        return Err(format!("{url}: it is no page but {kind}"));
                    }
                    return Ok(FetchedPage {
                        url: page.url.to_string(),
                        content_type,
                        fetched: None,
                        bytes: page.bytes,
                    });
                }
                Err(error) => {
                    let may_help = match &error {
                        PageError::Failed { fault, .. } => fault.class == Class::Transient,
                        PageError::Busy { .. } => true,
                        PageError::Disallowed(_) => false,
                    };
                    let Some(wait) = waits.next().filter(|_| may_help) else {
                        return Err(error.to_string());
                    };
                    tokio::time::sleep(*wait).await;
                }
            }
        }
    }
}

/// The item's page, where it has one on the web.
fn address(item: &Item) -> Option<Url> {
    let url = Url::parse(&item.link.as_ref()?.href).ok()?;
    matches!(url.scheme(), "http" | "https").then_some(url)
}

fn words(text: &Text) -> usize {
    match text.format {
        TextFormat::Plain => text.value.split_whitespace().count(),
        TextFormat::Html => html::to_text(&text.value).split_whitespace().count(),
    }
}

fn is_markup(content_type: Option<&str>) -> bool {
    content_type.is_none_or(|kind| {
        let kind = kind.to_ascii_lowercase();
        kind.contains("html") || kind.contains("xml") || kind.starts_with("text/plain")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_are_no_pages_are_told_apart() {
        assert!(is_markup(None));
        assert!(is_markup(Some("text/html; charset=utf-8")));
        assert!(is_markup(Some("application/xhtml+xml")));
        assert!(!is_markup(Some("application/pdf")));
        assert!(!is_markup(Some("video/mp4")));
    }
}
