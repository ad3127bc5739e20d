//! Requests that are not a feed's poll: pages, robots.txt, forms for hubs. They carry no feed's
//! headers and no validators, and are bounded like polls.

use std::time::Duration;

use dateline_pipeline::fault::Fault;
use jiff::Timestamp;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, Response};
use url::Url;

use super::client::Client;
use super::exchange::{Came, Exchange, Limits};
use super::feed::Refusal;
use super::redirects::without_credentials;
use super::{body, faults};

impl Limits {
    /// For a page: as much as long articles with all their scripts take, within what a reader
    /// waits for.
    pub const PAGE: Limits = Limits {
        timeout: Duration::from_secs(30),
        connect_timeout: Duration::from_secs(10),
        max_body: 8 << 20,
        cut: false,
        max_redirects: 5,
    };
}

/// An answer with a success status.
#[derive(Debug)]
pub struct Page {
    /// Its address after redirects, without credentials.
    pub url: Url,
    /// Its status.
    pub status: u16,
    /// Its header fields.
    pub headers: HeaderMap,
    /// Its body, decompressed.
    pub bytes: Vec<u8>,
}

impl Page {
    /// A header's value, where it is text.
    pub fn header(&self, name: HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The `Content-Type` header.
    pub fn content_type(&self) -> Option<&str> {
        self.header(CONTENT_TYPE)
    }
}

/// One request's answer.
pub(crate) enum Step {
    Page(Page),
    /// It leads on to this address.
    Redirect(Url),
}

impl Client {
    /// Asks for a document. What robots.txt says of it is the caller's business.
    pub(crate) async fn page(
        &self,
        url: &Url,
        accept: &'static str,
        limits: &Limits,
        now: Timestamp,
    ) -> Result<Page, Refusal> {
        self.whole(url, Method::GET, (ACCEPT, accept), None, limits, now)
            .await
    }

    /// Sends a form (`application/x-www-form-urlencoded`). Only redirects that keep the method are
    /// followed.
    pub(crate) async fn post(
        &self,
        url: &Url,
        form: &str,
        limits: &Limits,
        now: Timestamp,
    ) -> Result<Page, Refusal> {
        let kind = (CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.whole(url, Method::POST, kind, Some(form), limits, now)
            .await
    }

    async fn whole(
        &self,
        url: &Url,
        method: Method,
        (name, value): (HeaderName, &'static str),
        body: Option<&str>,
        limits: &Limits,
        now: Timestamp,
    ) -> Result<Page, Refusal> {
        let headers = |_: &Url| Ok(only(name.clone(), value));
        let exchange = Exchange {
            client: self,
            limits,
            method,
            headers: &headers,
            body,
        };
        let asking = async {
            let reached = exchange.run(url).await?;
            answer(&reached.url, reached.response, limits, now).await
        };
        within(url, limits, asking).await
    }

    /// Asks for the last of the addresses visited, and follows no redirect.
    pub(crate) async fn page_step(
        &self,
        visited: &[Url],
        accept: &'static str,
        limits: &Limits,
        now: Timestamp,
    ) -> Result<Step, Refusal> {
        let Some(url) = visited.last() else {
            return Err(Fault::permanent("url", "there is no address to ask for").into());
        };
        let headers = |_: &Url| Ok(only(ACCEPT, accept));
        let exchange = Exchange {
            client: self,
            limits,
            method: Method::GET,
            headers: &headers,
            body: None,
        };
        let asking = async {
            match exchange.step(url, visited).await? {
                Came::Redirect(hop) => Ok(Step::Redirect(hop.to)),
                Came::Response(response) => {
                    answer(url, response, limits, now).await.map(Step::Page)
                }
            }
        };
        within(url, limits, asking).await
    }
}

fn only(name: HeaderName, value: &'static str) -> HeaderMap {
    HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
}

async fn within<T>(
    url: &Url,
    limits: &Limits,
    asking: impl Future<Output = Result<T, Refusal>>,
) -> Result<T, Refusal> {
    match tokio::time::timeout(limits.timeout, asking).await {
        Ok(answer) => answer,
        Err(_) => Err(faults::timeout(url, limits.timeout).into()),
    }
}

async fn answer(
    url: &Url,
    response: Response,
    limits: &Limits,
    now: Timestamp,
) -> Result<Page, Refusal> {
    let status = response.status();
    let headers = response.headers().clone();
    if !status.is_success() {
        return Err(faults::refuse(url, status, &headers, now));
    }
    match body::read(url, response, limits, faults::too_large).await {
        Ok(bytes) => Ok(Page {
            url: without_credentials(url),
            status: status.as_u16(),
            headers,
            bytes,
        }),
        Err(fault) => Err(Refusal {
            fault,
            retry_after: None,
            status: Some(status.as_u16()),
            by: None,
            redirected: false,
        }),
    }
}
