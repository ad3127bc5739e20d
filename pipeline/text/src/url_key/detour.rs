//! Addresses that lead to an article by way of something else and hold its own address openly: a protocol written twice, the
//! redirects of search engines, networks and feeds, caches of AMP pages.
//!
//! Only services that are known to redirect are followed: for any other, `?url=` may be what its page is about. Addresses that
//! hold the target in a secret way (FeedBurner, shorteners) can be told by asking only, which nobody here does.

use std::borrow::Cow;

use url::{Position, Url};

use super::is_web;

/// Detours one inside another: a share button's around a search engine's around a feed's. More of them lead nowhere.
const MAX_DETOURS: usize = 4;

/// The longer one first, which ends like the other.
const PROTOCOLS: [&str; 2] = ["https", "http"];

/// Services that redirect to the address in one of their parameters: host (with all below it), path (a `*` at its end stands
/// for anything), parameter.
const REDIRECTS: [(&str, &str, &str); 16] = [
    ("bing.com", "/news/apiclick.aspx", "url"),
    ("duckduckgo.com", "/l/", "uddg"),
    ("facebook.com", "/l.php", "u"),
    ("getpocket.com", "/redirect", "url"),
    ("google.*", "/news/url", "url"),
    ("google.*", "/url", "q"),
    ("google.*", "/url", "url"),
    ("l.instagram.com", "/", "u"),
    ("l.threads.com", "/", "u"),
    ("linkedin.com", "/redir/redirect", "url"),
    ("out.reddit.com", "/*", "url"),
    ("safelinks.protection.outlook.com", "/*", "url"), // Microsoft 365 mail
    ("slack-redir.net", "/link", "url"),
    ("t.umblr.com", "/redirect", "z"), // Tumblr
    ("vk.com", "/away.php", "to"),
    ("youtube.com", "/redirect", "q"),
];

/// Caches of AMP pages: host (with all below it), and the beginning of the path before `s/` (for https) and the page's address.
const AMP_CACHES: [(&str, &str); 4] = [
    ("bing-amp.com", "/c/"),
    ("cdn.ampproject.org", "/c/"),
    ("cdn.ampproject.org", "/v/"), // in a viewer
    ("google.*", "/amp/"),
];

/// Where `url` leads in the end, as far as it tells; the URL itself where it is no detour.
pub(super) fn end(url: &Url) -> Url {
    let mut end = url.clone();
    for _ in 0..MAX_DETOURS {
        match target(&end) {
            Some(target) => end = target,
            None => break,
        }
    }
    end
}

/// Where a detour leads.
fn target(url: &Url) -> Option<Url> {
    if !is_web(url) {
        return None;
    }
    let host = url.host_str()?.trim_end_matches('.');
    doubled(url, host)
        .or_else(|| repeated(url, host))
        .or_else(|| redirected(url, host))
        .or_else(|| starred(url, host))
        .or_else(|| cached(url, host))
}

/// `http://https://example.com/a`: the second protocol is read as the host, or as the end of one that was put before it.
fn doubled(url: &Url, host: &str) -> Option<Url> {
    let scheme = PROTOCOLS
        .into_iter()
        .find(|scheme| host.ends_with(scheme))?;
    let before = &host[..host.len() - scheme.len()];
    if !before.is_empty() && !before.contains('.') {
        return None;
    }
    let rest = url[Position::BeforePath..].strip_prefix("//")?;
    of_site(&format!("{scheme}://{rest}"))
}

/// `https://example.com/https://example.com/a`: the address of the site before one that was whole. Where the second site is
/// another one, this is a page about it.
fn repeated(url: &Url, host: &str) -> Option<Url> {
    // Servers and proxies often make one slash of two, which is the same to those that read an address.
    let inner = of_site(url[Position::BeforePath..].strip_prefix('/')?)?;
    let site = |host: &str| host.strip_prefix("www.").unwrap_or(host).to_owned();
    (site(inner.host_str()?) == site(host)).then_some(inner)
}

/// A redirect to the address in a parameter.
fn redirected(url: &Url, host: &str) -> Option<Url> {
    let mut known = REDIRECTS.iter().filter(|(service, path, _)| {
        is_within(host, service)
            && match path.strip_suffix('*') {
                Some(start) => url.path().starts_with(start),
                None => url.path() == *path,
            }
    });
    known.find_map(|(_, _, parameter)| {
        let (_, value) = url.query_pairs().find(|(name, _)| name == parameter)?;
        of_site(&value)
    })
}

/// Yahoo's redirects, of feeds (`/rss/*https://example.com/a`) and of its search (`/RU=https%3a%2f%2fexample.com%2fa/RK=2`).
fn starred(url: &Url, host: &str) -> Option<Url> {
    if !is_within(host, "yahoo.com") {
        return None;
    }
    let path = &url[Position::BeforePath..Position::AfterQuery];
    if let Some((_, target)) = path.split_once("/*") {
        return of_site(&target.replacen("%3A", ":", 1));
    }
    let mut parts = url.path().split('/');
    let target = parts.find_map(|part| part.strip_prefix("RU="))?;
    of_site(&decoded(target))
}

/// The page that a cache of AMP pages shows.
fn cached(url: &Url, host: &str) -> Option<Url> {
    let path = &url[Position::BeforePath..Position::AfterQuery];
    let mut caches = AMP_CACHES.iter();
    let page = caches
        .find_map(|(cache, start)| path.strip_prefix(start).filter(|_| is_within(host, cache)))?;
    match page.strip_prefix("s/") {
        Some(page) => of_site(&format!("https://{page}")),
        None => of_site(&format!("http://{page}")),
    }
}

/// A web address whose host is a name with a dot, as those of sites are, or a protocol once more.
fn of_site(address: &str) -> Option<Url> {
    let url = Url::parse(address).ok().filter(is_web)?;
    let host = url.domain()?.trim_matches('.');
    let is_site = host.contains('.') || PROTOCOLS.contains(&host);
    is_site.then_some(url)
}

/// Whether a host is `service` or below it; `google.*` is Google in any country.
fn is_within(host: &str, service: &str) -> bool {
    if let Some(name) = service.strip_suffix(".*") {
        let mut labels = host.rsplit('.').skip(1);
        let short = |label: &&str| label.len() <= 3;
        // `google.com`, `google.de`, `google.co.uk`
        return match labels.next() {
            Some(label) if label == name => true,
            label => label.is_some_and(|label| short(&label)) && labels.next() == Some(name),
        };
    }
    host.strip_suffix(service)
        .is_some_and(|before| before.is_empty() || before.ends_with('.'))
}

/// A percent-encoded piece of a path, decoded.
fn decoded(piece: &str) -> Cow<'_, str> {
    // In a query, `+` would be a space.
    let query = format!("v={}", piece.replace('+', "%2B"));
    let value = url::form_urlencoded::parse(query.as_bytes()).next();
    value.map_or(Cow::Borrowed(piece), |(_, value)| {
        Cow::Owned(value.into_owned())
    })
}
