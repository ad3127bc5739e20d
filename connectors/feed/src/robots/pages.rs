//! The polite way to a page: rules first, then its host's turn, then the request.

use std::sync::Arc;
use std::time::Duration;

use dateline_pipeline::clock::Clock;
use dateline_pipeline::fault::Fault;
use thiserror::Error;
use url::Url;

use super::cache::Robots;
use crate::fetch::{Client, Limits, Page, Refusal, Step, without_credentials};

/// Documents that are asked for, the best first.
const ACCEPTED: &str = "text/html, application/xhtml+xml, application/xml;q=0.9, \
    application/atom+xml;q=0.9, application/rss+xml;q=0.9, application/feed+json;q=0.9, */*;q=0.5";

/// Why there is no page.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PageError {
    /// The site does not want it to be read by programs.
    #[error("{0}: robots.txt does not allow programs to ask for this")]
    Disallowed(String),
    /// The site wants to be asked more rarely than the caller can wait.
    #[error("{url}: the site asks for a pause before its next request: {} s; ask later", .wait.as_secs())]
    Busy {
        /// The page.
        url: String,
        /// How long it would be.
        wait: Duration,
    },
    /// The request failed.
    #[error("{fault}")]
    Failed {
        /// Why.
        fault: Fault,
        /// The answer's status, where there was one.
        status: Option<u16>,
        /// How long the site asks to be left alone.
        retry_after: Option<Duration>,
    },
}

/// Asks for pages: obeys robots.txt, spaces requests to one host, follows redirects within the
/// limits. Share one over everything that asks.
pub struct Pages {
    client: Arc<Client>,
    robots: Robots,
    per_host: Duration,
    clock: Clock,
}

impl Pages {
    /// Pages over `client`, at least `per_host` between two requests to one host.
    pub fn new(client: Arc<Client>, per_host: Duration, clock: Clock) -> Pages {
        Pages {
            client,
            robots: Robots::default(),
            per_host,
            clock,
        }
    }

    /// Asks for a page that robots.txt allows; redirects lead only to what it allows too.
    ///
    /// # Errors
    /// [`PageError`] where it is not allowed, or not to be had within the limits.
    pub async fn page(&self, url: &Url, limits: &Limits) -> Result<Page, PageError> {
        self.follow(url, limits, true).await
    }

    /// Asks for an address that a person or a feed's publisher named: rules for programs that
    /// wander do not concern it.
    pub(crate) async fn named(&self, url: &Url, limits: &Limits) -> Result<Page, PageError> {
        self.follow(url, limits, false).await
    }

    async fn follow(&self, url: &Url, limits: &Limits, obey: bool) -> Result<Page, PageError> {
        let mut visited = vec![url.clone()];
        let mut url = url.clone();
        loop {
            let delay = if obey {
                self.allowed(&url).await?
            } else {
                self.per_host
            };
            self.wait(&url, delay, limits).await?;
            let now = self.clock.now();
            match self
                .client
                .page_step(&visited, ACCEPTED, limits, now)
                .await?
            {
                Step::Page(page) => return Ok(page),
                Step::Redirect(to) => {
                    visited.push(to.clone());
                    url = to;
                }
            }
        }
    }

    /// The pause between requests to the address's site, if the address may be asked for.
    async fn allowed(&self, url: &Url) -> Result<Duration, PageError> {
        let rules = self.robots.rules(&self.client, url, self.clock.now()).await;
        if rules.allows(&url[url::Position::BeforePath..url::Position::AfterQuery]) {
            Ok(rules.crawl_delay().unwrap_or_default().max(self.per_host))
        } else {
            Err(PageError::Disallowed(without_credentials(url).into()))
        }
    }

    /// Waits for the host's turn.
    async fn wait(&self, url: &Url, delay: Duration, limits: &Limits) -> Result<(), PageError> {
        let taken = self.client.place(url, delay, limits.timeout);
        let wait = taken.map_err(|wait| PageError::Busy {
            url: without_credentials(url).into(),
            wait,
        })?;
        tokio::time::sleep(wait).await;
        Ok(())
    }
}

impl From<Refusal> for PageError {
    fn from(refusal: Refusal) -> PageError {
        PageError::Failed {
            fault: refusal.fault,
            status: refusal.status,
            retry_after: refusal.retry_after,
        }
    }
}
