//! Asks feeds for their documents over HTTP. Knows nothing of what is in them.
//!
//! Redirects are followed by hand, so that headers of one feed never reach another host. Whatever the
//! other side does, a request ends within the feed's timeout and holds at most the feed's `max_body`
//! of memory: bodies are counted after decompression, piece by piece.

mod faults;
mod memory;
mod other;
mod retry;
mod target;

use std::collections::HashMap;
use std::sync::{Mutex, Once};
use std::time::Duration;

use dateline_config::{Collect, Feed};
use dateline_pipeline::fault::Fault;
use jiff::Timestamp;
use reqwest::header::{
    ACCEPT, CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_LOCATION, CONTENT_TYPE, HeaderMap,
    HeaderName, LOCATION,
};
use reqwest::{Response, StatusCode};
use thiserror::Error;
use url::Url;

pub(crate) use memory::Memory;
pub(crate) use other::Step;
pub use other::{Limits, Page};
pub(crate) use target::without_credentials;

use crate::read::Context;
use faults::refuse;

/// Formats that are asked for, the best first.
const ACCEPTED: &str = "application/atom+xml, application/rss+xml, application/feed+json, \
    application/xml;q=0.9, application/json;q=0.9, text/xml;q=0.8, */*;q=0.1";

/// Longest silence within a body. A server that sends at all sends more often.
const MAX_IDLE: Duration = Duration::from_secs(30);

/// Header fields of an answer; servers send 10 to 40.
const MAX_HEADERS: usize = 200;

/// Bytes of header fields of an answer; long ones have 10 KiB, mostly cookies and security policies.
const MAX_HEADER_BYTES: u32 = 64 << 10;

/// Connections to one host that are kept open between two requests, and for how long: feeds of one
/// host are often due together, and the next turn is minutes away.
const MAX_IDLE_CONNECTIONS: usize = 2;
const KEEP_CONNECTION: Duration = Duration::from_secs(20);

/// Why no client could be made.
#[derive(Debug, Error)]
pub enum FetchError {
    /// The text for `User-Agent` cannot be sent.
    #[error(
        "collect.user_agent or collect.contact: {0:?} cannot be sent in an HTTP header; use printable ASCII"
    )]
    UserAgent(String),
    /// TLS or the resolver could not be set up.
    #[error(
        "cannot set up HTTP and TLS: {0}; check that the system's root certificates are installed"
    )]
    Setup(String),
}

/// The HTTP client that all feeds share.
pub struct Client {
    user_agent: String,
    /// Least time between two requests to one host.
    spacing: Duration,
    /// One agent for each connect timeout that feeds are configured with, most often one.
    agents: Mutex<HashMap<Duration, reqwest::Client>>,
}

/// What a feed answered.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Body,
    /// What to remember; `None` keeps what was remembered before.
    pub(crate) memory: Option<Memory>,
    /// Bytes read, after decompression.
    pub(crate) bytes: u64,
    /// The answer's header fields, of a 304 too; at most [`MAX_HEADER_BYTES`].
    pub(crate) headers: HeaderMap,
}

pub(crate) enum Body {
    /// The same as last time.
    Unchanged,
    Document {
        bytes: Vec<u8>,
        context: Context,
    },
}

/// Why a feed gave no answer that can be used.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) fault: Fault,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) status: Option<u16>,
    /// The header fields of the answer, where there was one; at most [`MAX_HEADER_BYTES`].
    #[allow(dead_code, reason = "read by pace and paging")]
    pub(crate) headers: Option<HeaderMap>,
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Refusal {
        Refusal {
            fault,
            retry_after: None,
            status: None,
            headers: None,
        }
    }
}

impl Client {
    /// A client for the feeds of one configuration.
    ///
    /// # Errors
    /// [`FetchError`] where the configured names cannot be sent or TLS cannot be set up.
    pub fn new(collect: &Collect) -> Result<Client, FetchError> {
        let user_agent = user_agent(collect);
        if reqwest::header::HeaderValue::from_str(&user_agent).is_err() {
            return Err(FetchError::UserAgent(user_agent));
        }
        install_crypto();
        let client = Client {
            user_agent,
            spacing: collect.per_host_spacing,
            agents: Mutex::default(),
        };
        client
            .agent(MAX_IDLE)
            .map_err(|error| FetchError::Setup(faults::deepest(&error)))?;
        Ok(client)
    }

    /// Least time between two requests to one host.
    pub(crate) fn spacing(&self) -> Duration {
        self.spacing
    }

    fn agent(&self, connect_timeout: Duration) -> Result<reqwest::Client, reqwest::Error> {
        let mut agents = self
            .agents
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        if let Some(agent) = agents.get(&connect_timeout) {
            return Ok(agent.clone());
        }
        let agent = reqwest::Client::builder()
            .user_agent(&self.user_agent)
            .connect_timeout(connect_timeout)
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .http1_max_headers(MAX_HEADERS)
            .http2_max_header_list_size(MAX_HEADER_BYTES)
            .pool_max_idle_per_host(MAX_IDLE_CONNECTIONS)
            .pool_idle_timeout(KEEP_CONNECTION)
            .build()?;
        agents.insert(connect_timeout, agent.clone());
        Ok(agent)
    }

    /// Asks for a feed's document, given what was remembered of the last answer.
    pub(crate) async fn get(
        &self,
        feed: &Feed,
        memory: &Memory,
        now: Timestamp,
    ) -> Result<Answer, Refusal> {
        let exchange = Exchange {
            client: self,
            feed,
            memory,
            now,
        };
        match tokio::time::timeout(feed.timeout, exchange.run()).await {
            Ok(answer) => answer,
            Err(_) => Err(faults::timeout(&feed.url, feed.timeout).into()),
        }
    }
}

/// `dateline/VERSION (+contact)`, unless the configuration has its own.
fn user_agent(collect: &Collect) -> String {
    let version = env!("CARGO_PKG_VERSION");
    match (&collect.user_agent, &collect.contact) {
        (Some(user_agent), _) => user_agent.clone(),
        (None, Some(contact)) => format!("dateline/{version} (+{contact})"),
        (None, None) => format!("dateline/{version}"),
    }
}

/// The size of header fields as HTTP/1 writes them, without what stands between name and value.
fn header_bytes(headers: &HeaderMap) -> usize {
    headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len())
        .sum()
}

/// Makes ring the process's cryptography once; one that is there already is as good.
fn install_crypto() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let provider = rustls::crypto::ring::default_provider();
        drop(provider.install_default());
    });
}

/// One request with the redirects that follow.
struct Exchange<'a> {
    client: &'a Client,
    feed: &'a Feed,
    memory: &'a Memory,
    now: Timestamp,
}

impl Exchange<'_> {
    async fn run(&self) -> Result<Answer, Refusal> {
        let mut visited = vec![self.feed.url.clone()];
        let mut url = self.feed.url.clone();
        loop {
            let response = self.send(&url).await?;
            if !target::is_redirect(response.status()) {
                return self.answer(url, response).await;
            }
            let location = response
                .headers()
                .get(LOCATION)
                .and_then(|location| location.to_str().ok());
            url = target::next(&url, location, &visited, self.feed.max_redirects)?;
            visited.push(url.clone());
        }
    }

    async fn send(&self, url: &Url) -> Result<Response, Refusal> {
        let agent = self.client.agent(self.feed.connect_timeout);
        let agent = agent.map_err(|error| Fault::permanent("tls", faults::deepest(&error)))?;
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, reqwest::header::HeaderValue::from_static(ACCEPTED));
        self.memory.add_conditions(url, &mut headers);
        if target::same_site(&self.feed.url, url) {
            self.add_own_headers(&mut headers)?;
        }
        let sent = agent.get(url.clone()).headers(headers).send().await;
        let response =
            sent.map_err(|error| faults::of_request(url, &error, self.feed.connect_timeout))?;
        let size = header_bytes(response.headers());
        if size > MAX_HEADER_BYTES as usize {
            return Err(faults::large_headers(url, size, MAX_HEADER_BYTES).into());
        }
        Ok(response)
    }

    /// The headers configured for this feed, secrets revealed for this request only.
    fn add_own_headers(&self, headers: &mut HeaderMap) -> Result<(), Fault> {
        for (name, value) in &self.feed.headers {
            let wrong = |what: &str| {
                Fault::permanent(
                    "header",
                    format!("header {name} of feed {}: {what}", self.feed.id),
                )
            };
            let name = HeaderName::try_from(name)
                .map_err(|_| wrong("the name cannot be sent; correct it"))?;
            let sendable = |value: &str| reqwest::header::HeaderValue::from_str(value);
            let value = match value {
                dateline_config::HeaderValue::Plain(value) => sendable(value),
                dateline_config::HeaderValue::Secret(secret) => {
                    let revealed = secret.reveal().map_err(|error| wrong(&error.to_string()))?;
                    sendable(&revealed)
                }
            };
            let mut value =
                value.map_err(|_| wrong("the value cannot be sent; use printable ASCII"))?;
            value.set_sensitive(true);
            headers.insert(name, value);
        }
        Ok(())
    }

    async fn answer(&self, url: Url, response: Response) -> Result<Answer, Refusal> {
        let status = response.status();
        if status == StatusCode::NOT_MODIFIED && self.memory.holds_for(&url) {
            return Ok(Answer {
                status: status.as_u16(),
                body: Body::Unchanged,
                memory: None,
                bytes: 0,
                headers: response.headers().clone(),
            });
        }
        if !status.is_success() || matches!(status.as_u16(), 204..=206) {
            return Err(refuse(&url, status, response.headers(), self.now));
        }
        let headers = response.headers().clone();
        let refused = |fault: Fault| Refusal {
            fault,
            retry_after: None,
            status: Some(status.as_u16()),
            headers: Some(headers.clone()),
        };
        if let Some(encoding) = response
            .headers()
            .get(CONTENT_ENCODING)
            .filter(|encoding| *encoding != "identity")
        {
            // The client takes the header away with the encodings that it knows.
            return Err(refused(faults::unknown_encoding(&url, encoding)));
        }
        let bytes = self.body(&url, response).await.map_err(refused)?;
        let memory = Memory::new(&url, &headers, &bytes);
        let length = bytes.len() as u64;
        let header = |name| {
            headers
                .get(name)
                .and_then(|value: &reqwest::header::HeaderValue| value.to_str().ok())
                .map(str::to_owned)
        };
        let body = if self.memory.same_body(&memory) {
            Body::Unchanged
        } else {
            let context = Context {
                url: Some(without_credentials(&url)),
                content_type: header(CONTENT_TYPE),
                content_location: header(CONTENT_LOCATION),
                content_language: header(CONTENT_LANGUAGE),
            };
            Body::Document { bytes, context }
        };
        Ok(Answer {
            status: status.as_u16(),
            body,
            memory: Some(memory),
            bytes: length,
            headers,
        })
    }

    /// Reads the body piece by piece, up to the limit.
    async fn body(&self, url: &Url, mut response: Response) -> Result<Vec<u8>, Fault> {
        let limit = self.feed.max_body.0;
        if response
            .content_length()
            .is_some_and(|length| length > limit)
        {
            return Err(faults::too_large(url, limit));
        }
        let idle = MAX_IDLE.min(self.feed.timeout);
        let mut body = Vec::new();
        loop {
            let chunk = tokio::time::timeout(idle, response.chunk())
                .await
                .map_err(|_| faults::timeout(url, idle))?
                .map_err(|error| faults::of_body(url, &error))?;
            let Some(chunk) = chunk else { return Ok(body) };
            if (body.len() + chunk.len()) as u64 > limit {
                return Err(faults::too_large(url, limit));
            }
            body.extend_from_slice(&chunk);
        }
    }
}
