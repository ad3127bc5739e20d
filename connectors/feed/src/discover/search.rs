//! Asks the web for the feeds of an address, within few requests.

use std::collections::HashSet;

use dateline_feed_reader::{Context, Format, Reading, read};
use dateline_pipeline::fault::Class;
use jiff::Timestamp;
use thiserror::Error;
use url::Url;

use super::guess::guesses;
use super::page::{candidates, is_page};
use super::{Candidate, How};
use crate::fetch::{Limits, Page, without_credentials};
use crate::robots::{PageError, Pages};

/// Candidates of a page that are asked: sites announce one to three feeds, and what counts is first.
const MAX_CANDIDATES: usize = 10;

/// Usual places that are asked.
const MAX_GUESSES: usize = 10;

/// A feed that was found and read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its address, after redirects.
    pub url: Url,
    /// What it calls itself, else what the page calls it.
    pub title: Option<String>,
    /// Its format.
    pub format: Format,
    /// The number of items in it.
    pub items: usize,
    /// The latest time that it states.
    pub newest: Option<Timestamp>,
    /// How it was found.
    pub how: How,
}

/// An address that turned out to be no feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Miss {
    /// The address.
    pub url: Url,
    /// How it was found.
    pub how: How,
    /// Why it is none, in one line.
    pub reason: String,
    /// Whether that passes: it could not be reached, or its server is in trouble or wants to be left alone.
    pub passing: bool,
}

/// What a search brought.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Discovery {
    /// Feeds, the likeliest first.
    pub found: Vec<Found>,
    /// Addresses that were asked in vain.
    pub missed: Vec<Miss>,
}

/// Finds the feeds of an address: the address itself, else those that the page there names, else
/// those at usual places of its site.
///
/// Asks at most 21 times: for the address, ten candidates and ten usual places; robots.txt decides
/// over those that nobody announces as a feed. What fails stands in [`Discovery::missed`].
pub async fn discover(pages: &Pages, url: &Url) -> Discovery {
    let mut search = Search {
        pages,
        asked: HashSet::new(),
        discovery: Discovery::default(),
    };
    search.run(url).await;
    search.discovery
}

/// Why an address gave no feed.
#[derive(Debug, Error)]
enum Trouble {
    #[error("{0}")]
    Page(#[from] PageError),
    #[error("{reason}")]
    NotAFeed { reason: String, page: Box<Page> },
}

impl Trouble {
    fn passes(&self) -> bool {
        match self {
            Trouble::Page(PageError::Failed { fault, .. }) => fault.class == Class::Transient,
            Trouble::Page(PageError::Busy { .. }) => true,
            Trouble::Page(PageError::Disallowed(_)) | Trouble::NotAFeed { .. } => false,
        }
    }
}

struct Search<'p> {
    pages: &'p Pages,
    asked: HashSet<Url>,
    discovery: Discovery,
}

impl Search<'_> {
    async fn run(&mut self, url: &Url) {
        let address = Candidate {
            url: url.clone(),
            title: None,
            media_type: None,
            how: How::Address,
        };
        let trouble = match self.verify(&address).await {
            Ok(()) => return,
            Err(trouble) => trouble,
        };
        let (site, announced) = match &trouble {
            Trouble::NotAFeed { page, .. } if is_page(&page.bytes, page.content_type()) => {
                let found = candidates(&page.bytes, page.content_type(), &page.url);
                (Some(page.url.clone()), found)
            }
            Trouble::NotAFeed { page, .. } => (Some(page.url.clone()), Vec::new()),
            // A site that answers may have its feed elsewhere; one that does not will not.
            Trouble::Page(PageError::Failed {
                status: Some(_), ..
            }) => (Some(url.clone()), Vec::new()),
            Trouble::Page(_) => (None, Vec::new()),
        };
        self.miss(&address, &trouble);
        self.verify_all(announced.into_iter().take(MAX_CANDIDATES))
            .await;
        let Some(site) = site.filter(|_| self.discovery.found.is_empty()) else {
            return;
        };
        let usual = guesses(&site).into_iter().take(MAX_GUESSES);
        for url in usual {
            let guess = Candidate {
                url,
                title: None,
                media_type: None,
                how: How::Usual,
            };
            self.verify_all(std::iter::once(guess)).await;
            // Others would most often be the same feed in another format.
            if !self.discovery.found.is_empty() {
                return;
            }
        }
    }

    async fn verify_all(&mut self, candidates: impl Iterator<Item = Candidate>) {
        for candidate in candidates {
            if let Err(trouble) = self.verify(&candidate).await {
                self.miss(&candidate, &trouble);
            }
        }
    }

    fn miss(&mut self, candidate: &Candidate, trouble: &Trouble) {
        self.discovery.missed.push(Miss {
            url: without_credentials(&candidate.url),
            how: candidate.how,
            reason: trouble.to_string(),
            passing: trouble.passes(),
        });
    }

    /// Asks for a candidate and notes it if it is a feed. What was asked before is not asked again.
    async fn verify(&mut self, candidate: &Candidate) -> Result<(), Trouble> {
        if !self.asked.insert(candidate.url.clone()) {
            return Ok(());
        }
        let page = match candidate.how {
            How::Address | How::Announced => {
                self.pages.named(&candidate.url, &Limits::PAGE).await?
            }
            How::Linked | How::Usual => self.pages.page(&candidate.url, &Limits::PAGE).await?,
        };
        self.asked.insert(page.url.clone());
        let (page, reading) = read_page(page).await?;
        let newest = newest(&reading);
        let Some(feed) = reading.feed else {
            let reason = reading.error.map_or_else(
                || "this is not a feed".to_owned(),
                |error| error.to_string(),
            );
            let page = Box::new(page);
            let reason = format!("{}: {reason}", page.url);
            return Err(Trouble::NotAFeed { reason, page });
        };
        let known = |found: &Found| found.url == page.url;
        if self.discovery.found.iter().any(known) {
            return Ok(());
        }
        let title = feed
            .title
            .map(|title| dateline_text::html::to_text(&title.value));
        self.discovery.found.push(Found {
            url: page.url,
            title: title
                .filter(|title| !title.is_empty())
                .or_else(|| candidate.title.clone()),
            format: feed.format,
            items: reading.entries.len(),
            newest,
            how: candidate.how,
        });
        Ok(())
    }
}

/// The latest time that items state, or the feed itself where they state none.
fn newest(reading: &Reading) -> Option<Timestamp> {
    let entries = reading.entries.iter();
    let stated = entries.flat_map(|entry| [&entry.published, &entry.updated]);
    let latest = stated.flatten().map(|stated| stated.instant).max();
    latest.or_else(|| {
        let feed = reading.feed.as_ref()?;
        let stated = feed.updated.as_ref().or(feed.published.as_ref())?;
        Some(stated.instant)
    })
}

/// Reads off the async threads: documents may be large.
async fn read_page(page: Page) -> Result<(Page, Reading), Trouble> {
    let reading = tokio::task::spawn_blocking(move || {
        let context = Context {
            url: Some(page.url.clone()),
            content_type: page.content_type().map(str::to_owned),
            ..Context::default()
        };
        let reading = read(&page.bytes, &context);
        (page, reading)
    });
    reading.await.map_err(|_| {
        let fault = dateline_pipeline::fault::Fault::transient("stopped", "the search was stopped");
        let (status, retry_after) = (None, None);
        Trouble::Page(PageError::Failed {
            fault,
            status,
            retry_after,
        })
    })
}
