//! Says what went wrong with a request, in words that tell what to do.

use std::error::Error;
use std::io;
use std::time::Duration;

use dateline_pipeline::fault::Fault;
use jiff::Timestamp;
use reqwest::StatusCode;
use reqwest::header::{HeaderMap, HeaderValue, RETRY_AFTER};
use url::Url;

use super::target::without_credentials;
use super::{Refusal, retry};

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
        410 => "the feed is gone for good; remove it from the configuration",
        401 | 403 | 407 => {
            "access is refused; check the feed's headers, and whether its publisher wants it read by programs"
        }
        408 | 425 | 429 => "the server wants fewer requests; it is asked again later",
        204..=206 => "the answer holds no document; check the address",
        304 => "the server says unchanged though nothing was asked about; it is asked again later",
        500..=599 => "the server has a problem; it is asked again later",
        _ => "the answer cannot be used; check the address",
    };
    let name = status.canonical_reason().unwrap_or("unknown status");
    let reason = format!(
        "{}: HTTP {} {name}: {advice}",
        without_credentials(url),
        status.as_u16()
    );
    let passing = status.is_server_error() || matches!(status.as_u16(), 304 | 408 | 425 | 429);
    let fault = if passing {
        Fault::transient("http_status", reason)
    } else {
        Fault::permanent("http_status", reason)
    };
    Refusal {
        fault,
        retry_after: wait.and_then(|wait| retry::after(wait, now)),
        status: Some(status.as_u16()),
        headers: Some(headers.clone()),
    }
}

/// Why there was no answer.
pub(super) fn of_request(url: &Url, error: &reqwest::Error, connect_timeout: Duration) -> Fault {
    let host = url.host_str().unwrap_or_default();
    let cause = deepest(error);
    let said = |what: &str| format!("{}: {what}", without_credentials(url));
    if let Some(tls) = find::<rustls::Error>(error) {
        let reason = said(&format!(
            "no secure connection to {host}: {tls}; it may be the server's certificate or this machine's clock or root certificates"
        ));
        return match tls {
            rustls::Error::InvalidCertificate(_) => Fault::permanent("tls", reason),
            _ => Fault::transient("tls", reason),
        };
    }
    if error.is_dns() {
        return Fault::transient(
            "dns",
            said(&format!(
                "the name {host} is not known: {cause}; check its spelling and this machine's resolver"
            )),
        );
    }
    if error.is_timeout() && error.is_connect() {
        let seconds = connect_timeout.as_secs_f64();
        return Fault::transient(
            "timeout",
            said(&format!(
                "no connection within {seconds} s; raise connect_timeout if the server is slow"
            )),
        );
    }
    if error.is_timeout() {
        return Fault::transient(
            "timeout",
            said("no answer in time; raise timeout if the server is slow"),
        );
    }
    if error.is_connect() {
        return Fault::transient(
            "connect",
            said(&format!(
                "no connection: {cause}; check that the server is up and reachable from here"
            )),
        );
    }
    if error.is_builder() {
        return Fault::permanent(
            "url",
            said(&format!(
                "cannot be asked for: {cause}; correct the address"
            )),
        );
    }
    Fault::transient(
        "interrupted",
        said(&format!(
            "the connection broke before an answer came: {cause}; it is asked again later"
        )),
    )
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

pub(super) fn too_large(url: &Url, limit: u64) -> Fault {
    let url = without_credentials(url);
    let reason = format!(
        "{url}: the body is larger than max_body ({limit} bytes after decompression); raise max_body if that is right for this feed"
    );
    Fault::permanent("too_large", reason)
}

pub(super) fn large_headers(url: &Url, size: usize, limit: u32) -> Fault {
    let url = without_credentials(url);
    let reason = format!(
        "{url}: the answer's header fields take {size} bytes, more than {limit}; tell the feed's publisher"
    );
    Fault::permanent("headers", reason)
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
