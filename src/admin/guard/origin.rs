//! Where a request comes from, by what its browser says. Browsers say it with every request that may change something, and no page can have them say
//! otherwise.

use axum::http::HeaderMap;
use axum::http::header::{HOST, HeaderName, ORIGIN, REFERER};

use super::text;

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Whether a request comes from a page of the same port, which it asks as `host`. One that says nothing of where it comes from does not.
pub(super) fn is_ours(headers: &HeaderMap, host: Option<&str>) -> bool {
    let said_twice = [ORIGIN, FETCH_SITE, HOST]
        .iter()
        .any(|name| headers.get_all(name).iter().count() > 1);
    if said_twice {
        return false;
    }
    let site = headers.get(FETCH_SITE).map(|site| site == "same-origin");
    let origin = headers.get(ORIGIN).map(|_| {
        let origin = text(headers, ORIGIN).and_then(authority);
        origin.is_some() && origin == host
    });
    match (site, origin) {
        (None, None) => false,
        (site, origin) => site.unwrap_or(true) && origin.unwrap_or(true),
    }
}

/// The page of ours that a request was sent from, as path and query; `None` where that is not said, or is somebody else's.
pub(super) fn page(headers: &HeaderMap) -> Option<&str> {
    let rest = authority(text(headers, REFERER)?)?;
    let path = rest.strip_prefix(text(headers, HOST)?)?;
    path.starts_with('/').then_some(path)
}

/// `https://HOST:PORT` without the scheme: a proxy before the port may speak TLS.
fn authority(origin: &str) -> Option<&str> {
    let rest = origin.strip_prefix("https://");
    rest.or_else(|| origin.strip_prefix("http://"))
}
