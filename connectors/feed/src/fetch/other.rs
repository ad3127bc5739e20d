//! Requests that are not a feed's poll: pages, robots.txt, forms for hubs. They carry no feed's
//! headers and no validators, and are bounded like polls.

use std::time::Duration;

use dateline_pipeline::fault::Fault;
use jiff::Timestamp;
use reqwest::header::{ACCEPT, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderValue, LOCATION};
use reqwest::{RequestBuilder, Response};
use url::Url;

use super::{Client, MAX_HEADER_BYTES, MAX_IDLE, Refusal, faults, header_bytes, target};

/// Bounds of one request, redirects included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The longest time for all of it.
    pub timeout: Duration,
    /// The longest time to connect.
    pub connect_timeout: Duration,
    /// Bytes of the body, after decompression.
    pub max_body: usize,
    /// Whether a longer body is cut there; otherwise it fails the request.
    pub cut: bool,
    /// Redirects that are followed.
    pub max_redirects: usize,
}

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
    pub fn header(&self, name: reqwest::header::HeaderName) -> Option<&str> {
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
        let mut visited = vec![url.clone()];
        let asking = async {
            loop {
                match self.page_step(&visited, accept, limits, now).await? {
                    Step::Page(page) => return Ok(page),
                    Step::Redirect(to) => visited.push(to),
                }
            }
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
        let request =
            |agent: &reqwest::Client, url: &Url| agent.get(url.clone()).header(ACCEPT, accept);
        self.step(visited, limits, now, is_any_redirect, request)
            .await
    }

    /// Sends a form (`application/x-www-form-urlencoded`). Only redirects that keep the method are
    /// followed.
    #[allow(dead_code, reason = "hubs are asked by it")]
    pub(crate) async fn post(
        &self,
        url: &Url,
        form: &str,
        limits: &Limits,
        now: Timestamp,
    ) -> Result<Page, Refusal> {
        let request = |agent: &reqwest::Client, url: &Url| {
            let kind = HeaderValue::from_static("application/x-www-form-urlencoded");
            agent
                .post(url.clone())
                .header(CONTENT_TYPE, kind)
                .body(form.to_owned())
        };
        let mut visited = vec![url.clone()];
        let asking = async {
            loop {
                let step = self.step(&visited, limits, now, keeps_the_method, request);
                match step.await? {
                    Step::Page(page) => return Ok(page),
                    Step::Redirect(to) => visited.push(to),
                }
            }
        };
        within(url, limits, asking).await
    }

    async fn step(
        &self,
        visited: &[Url],
        limits: &Limits,
        now: Timestamp,
        follows: fn(u16) -> bool,
        request: impl Fn(&reqwest::Client, &Url) -> RequestBuilder,
    ) -> Result<Step, Refusal> {
        let Some(url) = visited.last() else {
            return Err(Fault::permanent("url", "there is no address to ask for").into());
        };
        let response = within(url, limits, self.ask_once(url, limits, &request)).await?;
        if !follows(response.status().as_u16()) {
            let answer = answer(url, response, limits, now);
            return within(url, limits, answer).await.map(Step::Page);
        }
        let location = response
            .headers()
            .get(LOCATION)
            .and_then(|location| location.to_str().ok());
        let to = target::next(url, location, visited, limits.max_redirects)?;
        Ok(Step::Redirect(to))
    }

    async fn ask_once(
        &self,
        url: &Url,
        limits: &Limits,
        request: &impl Fn(&reqwest::Client, &Url) -> RequestBuilder,
    ) -> Result<Response, Refusal> {
        let agent = self.agent(limits.connect_timeout);
        let agent = agent.map_err(|error| Fault::permanent("tls", faults::deepest(&error)))?;
        let sent = request(&agent, url).send().await;
        let response =
            sent.map_err(|error| faults::of_request(url, &error, limits.connect_timeout))?;
        let size = header_bytes(response.headers());
        if size > MAX_HEADER_BYTES as usize {
            return Err(faults::large_headers(url, size, MAX_HEADER_BYTES).into());
        }
        Ok(response)
    }
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

fn is_any_redirect(status: u16) -> bool {
    matches!(status, 301 | 302 | 303 | 307 | 308)
}

fn keeps_the_method(status: u16) -> bool {
    matches!(status, 307 | 308)
}

async fn answer(
    url: &Url,
    response: Response,
    limits: &Limits,
    now: Timestamp,
) -> Result<Page, Refusal> {
    let status = response.status();
    if !status.is_success() {
        return Err(faults::refuse(url, status, response.headers(), now));
    }
    let headers = response.headers().clone();
    let refused = |fault: Fault| Refusal {
        fault,
        retry_after: None,
        status: Some(status.as_u16()),
        headers: Some(headers.clone()),
    };
    if let Some(encoding) = headers
        .get(CONTENT_ENCODING)
        .filter(|encoding| *encoding != "identity")
    {
        return Err(refused(faults::unknown_encoding(url, encoding)));
    }
    let bytes = body(url, response, limits).await.map_err(refused)?;
    Ok(Page {
        url: target::without_credentials(url),
        status: status.as_u16(),
        headers,
        bytes,
    })
}

/// Reads the body piece by piece, up to the limit.
async fn body(url: &Url, mut response: Response, limits: &Limits) -> Result<Vec<u8>, Fault> {
    let mut body = Vec::new();
    loop {
        let chunk = tokio::time::timeout(MAX_IDLE, response.chunk())
            .await
            .map_err(|_| faults::timeout(url, MAX_IDLE))?
            .map_err(|error| faults::of_body(url, &error))?;
        let Some(chunk) = chunk else { return Ok(body) };
        let room = limits.max_body - body.len();
        if chunk.len() > room {
            if limits.cut {
                body.extend_from_slice(&chunk[..room]);
                return Ok(body);
            }
            let (url, limit) = (target::without_credentials(url), limits.max_body);
            let reason = format!(
                "{url}: the document is larger than {limit} bytes after decompression; it is not read"
            );
            return Err(Fault::permanent("too_large", reason));
        }
        body.extend_from_slice(&chunk);
    }
}
