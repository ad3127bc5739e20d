//! One request and the redirects that follow it, each within the networks that may be asked.
//!
//! Redirects are followed by hand, so that every address is checked before it is asked, a feed's own headers never reach
//! another host, and rules for programs can be looked up on the way.

use std::time::Duration;

use dateline_pipeline::fault::Fault;
use reqwest::header::{HeaderMap, LOCATION};
use reqwest::{Method, Response};
use url::Url;

use super::agents::{MAX_HEADER_BYTES, MAX_HEADERS};
use super::client::Client;
use super::faults::{self, Attempt};
use super::{guard, redirects};

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

/// A redirect that was followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Hop {
    /// The status that sent the request on.
    pub(super) status: u16,
    /// Where it was sent.
    pub(super) to: Url,
}

/// What came of asking one address.
pub(super) enum Came {
    /// An answer, its body not read yet.
    Response(Response),
    /// A redirect that may be followed.
    Redirect(Hop),
}

/// The answer at the end of the redirects, its body not read yet.
pub(super) struct Reached {
    pub(super) url: Url,
    pub(super) response: Response,
    pub(super) hops: Vec<Hop>,
}

/// The headers for the server that a request goes to.
pub(super) type HeadersFor<'a> = dyn Fn(&Url) -> Result<HeaderMap, Fault> + Send + Sync + 'a;

/// One request.
pub(super) struct Exchange<'a> {
    pub(super) client: &'a Client,
    pub(super) limits: &'a Limits,
    pub(super) method: Method,
    pub(super) headers: &'a HeadersFor<'a>,
    pub(super) body: Option<&'a str>,
}

impl Exchange<'_> {
    /// Asks `start` and whom it names in its place.
    pub(super) async fn run(&self, start: &Url) -> Result<Reached, Fault> {
        let mut visited = vec![start.clone()];
        let mut hops = Vec::new();
        let mut url = start.clone();
        loop {
            match self.step(&url, &visited).await? {
                Came::Response(response) => {
                    return Ok(Reached {
                        url,
                        response,
                        hops,
                    });
                }
                Came::Redirect(hop) => {
                    url = hop.to.clone();
                    visited.push(hop.to.clone());
                    hops.push(hop);
                }
            }
        }
    }

    /// Asks `url`, the last of the addresses visited, and follows no redirect.
    pub(super) async fn step(&self, url: &Url, visited: &[Url]) -> Result<Came, Fault> {
        let response = self.send(url).await?;
        let status = response.status().as_u16();
        if !self.follows(status) {
            return Ok(Came::Response(response));
        }
        let location = response
            .headers()
            .get(LOCATION)
            .and_then(|location| location.to_str().ok());
        let to = redirects::next(url, location, visited, self.limits.max_redirects)?;
        Ok(Came::Redirect(Hop { status, to }))
    }

    /// Whether an answer sends the request elsewhere. What is posted is sent again only where the method stays.
    fn follows(&self, status: u16) -> bool {
        match self.method {
            Method::GET => matches!(status, 301 | 302 | 303 | 307 | 308),
            _ => matches!(status, 307 | 308),
        }
    }

    async fn send(&self, url: &Url) -> Result<Response, Fault> {
        let way = self.client.way_to(url, self.limits.connect_timeout)?;
        guard::check_host(url, &way.networks)
            .map_err(|forbidden| faults::forbidden(url, &forbidden))?;
        let agent = self.client.shared.agents.agent(&way)?;
        let headers = (self.headers)(url)?;
        let mut request = agent
            .request(self.method.clone(), url.clone())
            .headers(headers);
        if let Some(body) = self.body {
            request = request.body(body.to_owned());
        }
        let attempt = Attempt {
            url,
            connect_timeout: way.connect_timeout,
            proxy: way.proxy.as_ref().map(|proxy| proxy.shown()),
        };
        let response = request
            .send()
            .await
            .map_err(|error| faults::of_request(&attempt, &error))?;
        check_headers(url, response.headers())?;
        Ok(response)
    }
}

fn check_headers(url: &Url, headers: &HeaderMap) -> Result<(), Fault> {
    let size: usize = headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len())
        .sum();
    if headers.len() > MAX_HEADERS || size > MAX_HEADER_BYTES as usize {
        return Err(faults::large_headers(url));
    }
    Ok(())
}
