//! Says what went wrong with a request, in words that tell what to do.

mod tls;

use std::error::Error;
use std::io;
use std::time::Duration;

use dateline_pipeline::fault::Fault;
use jiff::Timestamp;
use reqwest::StatusCode;
use reqwest::header::{HeaderMap, HeaderValue, RETRY_AFTER};
use url::Url;

use super::agents::{MAX_HEADER_BYTES, MAX_HEADERS};
use super::feed::Refusal;
use super::guard::Forbidden;
use super::redirects::without_credentials;
use super::retry;

/// A request on its way, for messages.
pub(super) struct Attempt<'a> {
    pub(super) url: &'a Url,
    pub(super) connect_timeout: Duration,
    /// The proxy, without login.
    pub(super) proxy: Option<Url>,
}

/// What a status code other than success means.
pub(super) fn refuse(
    url: &Url,
    status: StatusCode,
    headers: &HeaderMap,
    now: Timestamp,
) -> Refusal {
    let wait = headers
        .get(RETRY_AFTER)
        .and_then(|value| value.to_str().ok());
    let advice = match status.as_u16() {
        404 => "there is nothing at this address; look up the feed's present address",
        407 => "the proxy wants a login; check proxy_login under [http]",
        410 => "the feed is gone for good; remove it from the configuration",
        401 | 403 => {
            "access is refused; check the feed's auth and headers, and whether its publisher wants it read by programs"
        }
        408 | 425 | 429 => "the server wants fewer requests; it is asked again later",
        204..=206 => "the answer holds no document; check the address",
        304 => "the server says unchanged though nothing was asked about; it is asked again later",
        421 => "the connection was meant for another server; it is asked again later",
        451 => "the feed may not be shown where you are; ask its publisher",
        500..=599 => "the server has a problem; it is asked again later",
        _ => "the answer cannot be used; check the address",
    };
    let name = status.canonical_reason().unwrap_or("unknown status");
    let reason = format!(
        "{}: HTTP {} {name}: {advice}",
        without_credentials(url),
        status.as_u16()
    );
    let passing =
        status.is_server_error() || matches!(status.as_u16(), 304 | 408 | 421 | 425 | 429);
    let fault = if passing {
        Fault::transient(kind_of_status(status), reason)
    } else {
        Fault::permanent(kind_of_status(status), reason)
    };
    Refusal {
        fault,
        retry_after: wait.and_then(|wait| retry::after(wait, now)),
        status: Some(status.as_u16()),
        by: None,
        redirected: false,
    }
}

/// A word for metrics: the statuses that feeds do answer with are told apart, the others by their hundred.
fn kind_of_status(status: StatusCode) -> &'static str {
    match status.as_u16() {
        304 => "http_304",
        400 => "http_400",
        401 => "http_401",
        402 => "http_402",
        403 => "http_403",
        404 => "http_404",
        406 => "http_406",
        407 => "proxy",
        408 => "http_408",
        410 => "http_410",
        429 => "http_429",
        451 => "http_451",
        500 => "http_500",
        502 => "http_502",
        503 => "http_503",
        504 => "http_504",
        _ if status.is_client_error() => "http_4xx",
        _ if status.is_server_error() => "http_5xx",
        _ => "http_status",
    }
}

/// Why there was no answer.
pub(super) fn of_request(attempt: &Attempt<'_>, error: &reqwest::Error) -> Fault {
    let url = without_credentials(attempt.url);
    let cause = deepest(error);
    if let Some(forbidden) = find::<Forbidden>(error) {
        return self::forbidden(attempt.url, forbidden);
    }
    if let Some(tls) = find::<rustls::Error>(error) {
        return match &attempt.proxy {
            Some(proxy) if is_of_proxy(attempt, proxy, error) => tls::of_proxy(&url, proxy, tls),
            _ => tls::of_server(&url, tls),
        };
    }
    if error.is_builder() {
        let reason = format!("{url}: cannot be asked for: {cause}; correct the address");
        return Fault::permanent("url", reason);
    }
    if error.is_connect() {
        return of_connecting(attempt, error, &cause);
    }
    if error.is_timeout() {
        let reason = format!("{url}: no answer in time; raise timeout if the server is slow");
        return Fault::transient("timeout", reason);
    }
    if TOO_LARGE_HEADS.iter().any(|said| cause.contains(said)) {
        return large_headers(attempt.url);
    }
    if cause == REFUSED_STREAM {
        return refused_headers(attempt.url);
    }
    let reason = format!(
        "{url}: the connection broke before an answer came: {cause}; it is asked again later"
    );
    Fault::transient("interrupted", reason)
}

/// What hyper and h2 say of an answer with more header fields than they were told to take.
const TOO_LARGE_HEADS: [&str; 2] = ["message head is too large", "too_many_continuations"];

/// What h2 says of an answer whose header fields it refuses to take: those that are too many for it, and those that
/// are none. It tells no difference.
const REFUSED_STREAM: &str = "stream error detected: unspecific protocol error detected";

/// What the system says of a connection that was not made, in hyper's words; what fails later is TLS or a proxy.
const NOT_CONNECTED: &str = "tcp connect error";

/// What hyper-util says where not even the proxy was reached, rather than the server behind it.
const NO_TUNNEL: &str = "tunnel error: failed to create underlying connection";

/// Whether what is wrong with TLS is wrong with the proxy's, which may be asked over TLS itself.
fn is_of_proxy(attempt: &Attempt<'_>, proxy: &Url, error: &reqwest::Error) -> bool {
    let tunnelled = attempt.url.scheme() == "https";
    let unreached = || chain(error).any(|cause| cause.to_string() == NO_TUNNEL);
    proxy.scheme() == "https" && (!tunnelled || unreached())
}

fn of_connecting(attempt: &Attempt<'_>, error: &reqwest::Error, cause: &str) -> Fault {
    let url = without_credentials(attempt.url);
    let seconds = attempt.connect_timeout.as_secs_f64();
    if let Some(proxy) = &attempt.proxy {
        let reason = match error.is_timeout() {
            true => format!(
                "{url}: no connection through the proxy {proxy} within {seconds} s; check that the proxy is up, or raise connect_timeout"
            ),
            false => format!(
                "{url}: no connection through the proxy {proxy}: {cause}; check that the proxy is up, its login, and that it lets this host through"
            ),
        };
        return Fault::transient("proxy", reason);
    }
    let host = attempt.url.host_str().unwrap_or_default();
    if error.is_dns() {
        let reason = format!(
            "{url}: the name {host} is not known: {cause}; check its spelling and this machine's resolver"
        );
        return Fault::transient("dns", reason);
    }
    if error.is_timeout() {
        let reason = format!(
            "{url}: no connection within {seconds} s; raise connect_timeout if the server is slow"
        );
        return Fault::transient("connect_timeout", reason);
    }
    let connected = chain(error).all(|cause| cause.to_string() != NOT_CONNECTED);
    if connected && attempt.url.scheme() == "https" {
        let reason = format!(
            "{url}: {host} broke off while a secure connection was made: {cause}; check that it serves https at this port"
        );
        return Fault::transient("tls", reason);
    }
    let reason = format!(
        "{url}: no connection: {cause}; check that the server is up and reachable from here"
    );
    Fault::transient("connect", reason)
}

/// A host that must not be asked.
pub(super) fn forbidden(url: &Url, forbidden: &Forbidden) -> Fault {
    let url = without_credentials(url);
    Fault::permanent("network", format!("{url}: {forbidden}"))
}

/// Why a body could not be read to its end.
pub(super) fn of_body(url: &Url, error: &reqwest::Error) -> Fault {
    let cause = deepest(error);
    let url = without_credentials(url);
    let undecodable = find_io(error).is_some_and(|error| {
        matches!(
            error.kind(),
            io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput | io::ErrorKind::Other
        )
    });
    if undecodable {
        let reason =
            format!("{url}: the compressed body is damaged: {cause}; it is asked for again later");
        return Fault::transient("decode", reason);
    }
    let reason = format!(
        "{url}: the body broke off: {cause}; nothing of it was taken, it is asked for again later"
    );
    Fault::transient("interrupted", reason)
}

pub(super) fn unknown_encoding(url: &Url, encoding: &HeaderValue) -> Fault {
    let url = without_credentials(url);
    let reason = format!(
        "{url}: the body is in the encoding {encoding:?}, which was not asked for; tell the feed's publisher"
    );
    Fault::permanent("decode", reason)
}

/// A feed's document is larger than its feed's limit.
pub(super) fn feed_too_large(url: &Url, limit: usize) -> Fault {
    let advice = "raise max_body if that is right for this feed";
    larger(
        url,
        &format!("the body is larger than max_body ({limit} bytes after decompression); {advice}"),
    )
}

/// Something else is larger than anything of its kind.
pub(super) fn too_large(url: &Url, limit: usize) -> Fault {
    larger(
        url,
        &format!("the document is larger than {limit} bytes after decompression; it is not read"),
    )
}

fn larger(url: &Url, what: &str) -> Fault {
    Fault::permanent("too_large", format!("{}: {what}", without_credentials(url)))
}

pub(super) fn large_headers(url: &Url) -> Fault {
    headers(url, "has")
}

fn refused_headers(url: &Url) -> Fault {
    headers(url, "breaks the rules of HTTP/2, or has")
}

fn headers(url: &Url, what: &str) -> Fault {
    let url = without_credentials(url);
    let reason = format!(
        "{url}: the answer {what} more than {MAX_HEADERS} header fields or {MAX_HEADER_BYTES} bytes of them; tell the feed's publisher"
    );
    Fault::permanent("headers", reason)
}

pub(super) fn unasked_delta(url: &Url) -> Fault {
    let url = without_credentials(url);
    let reason = format!(
        "{url}: HTTP 226: the answer is a difference to another document, though the whole was asked for; tell the feed's publisher"
    );
    Fault::permanent("delta", reason)
}

pub(super) fn timeout(url: &Url, after: Duration) -> Fault {
    let url = without_credentials(url);
    let seconds = after.as_secs_f64();
    Fault::transient(
        "timeout",
        format!("{url}: nothing more came within {seconds} s; raise timeout if the server is slow"),
    )
}

/// The last cause in an error's chain, which is the one that says what happened.
pub(super) fn deepest(error: &(dyn Error + 'static)) -> String {
    chain(error)
        .last()
        .map(ToString::to_string)
        .unwrap_or_default()
}

fn find<'e, T: Error + 'static>(error: &'e (dyn Error + 'static)) -> Option<&'e T> {
    chain(error).find_map(|cause| cause.downcast_ref::<T>())
}

fn find_io<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e io::Error> {
    find::<io::Error>(error)
}

/// An error and its causes. What an [`io::Error`] wraps counts as its cause.
fn chain<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    std::iter::successors(Some(error), |current| {
        let current: &'e (dyn Error + 'static) = *current;
        let wrapped = current
            .downcast_ref::<io::Error>()
            .and_then(|error| error.get_ref());
        match wrapped {
            Some(inner) => Some(inner as &(dyn Error + 'static)),
            None => current.source(),
        }
    })
}
