//! A feed's document over HTTP: asks for it on the conditions remembered, and says what the answer means.
//! Knows nothing of what is in the document.

use dateline_config::Feed;
use dateline_pipeline::fault::Fault;
use dateline_pipeline::trace;
use jiff::Timestamp;
use reqwest::header::{ACCEPT, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, StatusCode};
use tracing::field::Empty;
use tracing::{Instrument, Span};
use url::Url;

use super::client::Client;
use super::exchange::{Exchange, Hop, Limits, Reached};
use super::memory::Memory;
use super::moved::Moved;
use super::{body, credentials, faults, without_credentials};
use crate::read::Context;

/// Formats that are asked for, the best first.
const ACCEPTED: &str = "application/atom+xml, application/rss+xml, application/feed+json, \
    application/xml;q=0.9, application/json;q=0.9, text/xml;q=0.8, */*;q=0.1";

/// The instance manipulations that an answer underwent (RFC 3229, section 10.5.2).
const IM: HeaderName = HeaderName::from_static("im");

/// What a feed answered.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Body,
    /// What to remember.
    pub(crate) memory: Option<Memory>,
    /// Bytes read, after decompression.
    pub(crate) bytes: u64,
    /// The answer's header fields, of a 304 too; within the limits of [`super::agents`].
    pub(crate) headers: HeaderMap,
}

pub(crate) enum Body {
    /// The same as last time.
    Unchanged,
    Document {
        bytes: Vec<u8>,
        context: Box<Context>,
    },
}

/// Why a feed gave no answer that can be used.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) fault: Fault,
    pub(crate) retry_after: Option<std::time::Duration>,
    pub(crate) status: Option<u16>,
    /// The address that answered so.
    pub(crate) by: Option<Url>,
    /// Whether redirects led there.
    pub(crate) redirected: bool,
}

impl Refusal {
    /// The same, told of the address that gave it.
    fn at(self, url: Url, hops: &[Hop]) -> Refusal {
        Refusal {
            by: Some(url),
            redirected: !hops.is_empty(),
            ..self
        }
    }
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Refusal {
        Refusal {
            fault,
            retry_after: None,
            status: None,
            by: None,
            redirected: false,
        }
    }
}

impl Client {
    /// Asks for a feed's document, given what was remembered of the last answer. Each address that is asked for it has
    /// the feed's timeout for itself; there are two at most.
    pub(crate) async fn get(
        &self,
        feed: &Feed,
        memory: &Memory,
        now: Timestamp,
    ) -> Result<Answer, Refusal> {
        let ask = Ask::new(self, feed, memory, now);
        let adopted = memory
            .moved
            .as_ref()
            .and_then(|moved| moved.adopted(&feed.url));
        match adopted {
            None => ask.configured().await,
            // Once a day the configured address is asked whether it still says so.
            Some(adopted) if memory.wants_whole(now) => match ask.configured().await {
                Ok(answer) => Ok(answer),
                Err(_) => ask.adopted(adopted).await,
            },
            Some(adopted) => match ask.adopted(adopted).await {
                Err(refusal) if is_lost(&refusal) => ask.configured().await,
                answered => answered,
            },
        }
    }

    /// Asks for an older page of a feed, at an address that the feed named: its server gets the feed's own headers there
    /// too, any other does not.
    pub(crate) async fn get_older(
        &self,
        feed: &Feed,
        page: &Url,
        now: Timestamp,
    ) -> Result<Answer, Refusal> {
        let nothing = Memory::default();
        let ask = Ask::new(self, feed, &nothing, now);
        ask.within_timeout(page, |_| None).await
    }
}

fn limits_of(feed: &Feed) -> Limits {
    Limits {
        timeout: feed.timeout,
        connect_timeout: feed.connect_timeout,
        max_body: usize::try_from(feed.max_body.0).unwrap_or(usize::MAX),
        cut: false,
        max_redirects: feed.max_redirects,
    }
}

impl<'a> Ask<'a> {
    fn new(client: &Client, feed: &'a Feed, memory: &'a Memory, now: Timestamp) -> Ask<'a> {
        Ask {
            client: client.on_behalf_of(feed),
            limits: limits_of(feed),
            feed,
            memory,
            now,
        }
    }
}

/// Whether an address that was moved to serves the feed no more, rather than not at the moment.
fn is_lost(refusal: &Refusal) -> bool {
    match refusal.status {
        Some(status) => matches!(status, 404 | 410),
        None => matches!(
            refusal.fault.kind,
            "dns" | "connect" | "tls" | "network" | "redirect"
        ),
    }
}

/// A feed's turn at asking.
struct Ask<'a> {
    client: Client,
    limits: Limits,
    feed: &'a Feed,
    memory: &'a Memory,
    now: Timestamp,
}

/// What is asked for, at one address.
#[derive(Clone, Copy)]
enum Wish {
    /// The document if it is another one by now.
    IfChanged,
    /// The document.
    Whole,
}

impl Ask<'_> {
    /// Asks the configured address, and notes whether it says that the feed has moved for good.
    async fn configured(&self) -> Result<Answer, Refusal> {
        let before = self.memory.moved.as_ref();
        let reached = |hops: &_| Moved::after(before, &self.feed.url, hops, self.now);
        let answer = self.within_timeout(&self.feed.url, reached).await?;
        let adopted = |moved: Option<&Moved>| {
            moved
                .and_then(|moved| moved.adopted(&self.feed.url))
                .cloned()
        };
        let moved = answer
            .memory
            .as_ref()
            .and_then(|memory| memory.moved.as_ref());
        let now = adopted(moved);
        if let (Some(to), None) = (&now, adopted(before)) {
            tracing::warn!(
                feed = self.feed.id,
                from = %without_credentials(&self.feed.url),
                to = %without_credentials(to),
                "the feed has moved for good, as its server has said for days; it is asked at its new address from now on: write that into the configuration"
            );
        }
        Ok(answer)
    }

    /// Asks the address that the feed has moved to.
    async fn adopted(&self, address: &Url) -> Result<Answer, Refusal> {
        let moved = self.memory.moved.clone();
        self.within_timeout(address, |_| moved).await
    }

    async fn within_timeout(
        &self,
        start: &Url,
        moved: impl FnOnce(&[Hop]) -> Option<Moved>,
    ) -> Result<Answer, Refusal> {
        let span = fetch_span(start);
        let asking = self.ask_in_time(start, moved);
        let answered = asking.instrument(span.clone()).await;
        let status = match &answered {
            Ok(answer) => Some(answer.status),
            Err(refusal) => refusal.status,
        };
        span.record("http.response.status_code", status);
        if let Err(refusal) = &answered {
            trace::fail(&span, refusal.fault.kind);
        }
        answered
    }

    async fn ask_in_time(
        &self,
        start: &Url,
        moved: impl FnOnce(&[Hop]) -> Option<Moved>,
    ) -> Result<Answer, Refusal> {
        let wish = match self.memory.wants_whole(self.now) {
            true => Wish::Whole,
            false => Wish::IfChanged,
        };
        let asking = async {
            match self.once(start, wish).await {
                // A difference to something else: what it holds cannot be told, so the whole is asked for.
                Ok(None) => self.once(start, Wish::Whole).await,
                answered => answered,
            }
        };
        let answered = tokio::time::timeout(self.feed.timeout, asking).await;
        let (hops, mut answer) = answered
            .map_err(|_| faults::timeout(start, self.feed.timeout))??
            .ok_or_else(|| faults::unasked_delta(start))?;
        answer.memory = answer.memory.map(|memory| memory.with_moved(moved(&hops)));
        Ok(answer)
    }

    /// Asks once; `None` is a difference that was not asked for.
    async fn once(&self, start: &Url, wish: Wish) -> Result<Option<(Vec<Hop>, Answer)>, Refusal> {
        let headers = |url: &Url| self.headers(url, wish);
        let exchange = Exchange {
            client: &self.client,
            limits: &self.limits,
            method: Method::GET,
            headers: &headers,
            body: None,
        };
        let Reached {
            url,
            response,
            hops,
        } = exchange.run(start).await?;
        let conditional = matches!(wish, Wish::IfChanged) && self.memory.holds_for(&url);
        let delta = response.status() == StatusCode::IM_USED;
        if delta
            && !(conditional && self.memory.takes_delta(&url) && is_feed_delta(response.headers()))
        {
            return Ok(None);
        }
        let answer = self.answer(url.clone(), response, conditional, delta).await;
        let answer = answer.map_err(|refusal| refusal.at(url, &hops))?;
        Ok(Some((hops, answer)))
    }

    fn headers(&self, url: &Url, wish: Wish) -> Result<HeaderMap, Fault> {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static(ACCEPTED));
        if matches!(wish, Wish::IfChanged) {
            self.memory.add_conditions(url, &mut headers);
        }
        credentials::add(self.feed, url, &mut headers)?;
        Ok(headers)
    }

    async fn answer(
        &self,
        url: Url,
        response: reqwest::Response,
        conditional: bool,
        delta: bool,
    ) -> Result<Answer, Refusal> {
        let status = response.status();
        let headers = response.headers().clone();
        if status == StatusCode::NOT_MODIFIED && conditional {
            return Ok(Answer {
                status: status.as_u16(),
                body: Body::Unchanged,
                memory: Some(self.memory.clone()),
                bytes: 0,
                headers,
            });
        }
        if !status.is_success() || matches!(status.as_u16(), 204..=206) {
            return Err(faults::refuse(&url, status, &headers, self.now));
        }
        let refused = |fault: Fault| Refusal {
            fault,
            retry_after: None,
            status: Some(status.as_u16()),
            by: None,
            redirected: false,
        };
        let bytes = body::read(&url, response, &self.limits, faults::feed_too_large)
            .await
            .map_err(refused)?;
        let whole = if delta {
            self.memory.whole()
        } else {
            Some(self.now)
        };
        let memory = Memory::of_document(&url, &headers, &bytes).with_whole(whole);
        let length = bytes.len() as u64;
        let header = |name: &str| {
            let value: Option<&HeaderValue> = headers.get(name);
            value
                .and_then(|value| value.to_str().ok())
                .map(str::to_owned)
        };
        let body = if self.memory.same_body(&memory) {
            Body::Unchanged
        } else {
            let context = Context {
                url: Some(without_credentials(&url)),
                ..Context::from_headers(header)
            };
            let context = Box::new(context);
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
}

/// The span of a request with its redirects, by the conventions for HTTP clients; without the address, in which readers'
/// tokens may stand.
fn fetch_span(start: &Url) -> Span {
    tracing::info_span!(
        "fetch",
        otel.kind = "client",
        http.request.method = "GET",
        server.address = start.host_str(),
        http.response.status_code = Empty,
        error.type = Empty,
        otel.status_code = Empty,
    )
}

/// Whether a difference is one that can be read: a feed of the new items, with nothing done to it on top.
fn is_feed_delta(headers: &HeaderMap) -> bool {
    let mut fields = headers.get_all(IM).iter();
    let only = fields.next().and_then(|value| value.to_str().ok());
    only.is_some_and(|value| value.trim().eq_ignore_ascii_case("feed")) && fields.next().is_none()
}
