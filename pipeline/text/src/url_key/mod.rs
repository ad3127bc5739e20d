//! Which addresses mean the same article: what of a URL identifies it, and what only tells how the reader got there.
//!
//! The rule is to keep when in doubt. Two keys for one article cost a duplicate, which similarity still finds; one key for
//! two articles would hide one of them.

#[cfg(test)]
mod tests;
mod tracking;

use url::{Position, Url};

/// The canonical form of an article's `url`: it leads to the same article, without what does not identify it.
///
/// Dropped are tracking parameters (see the list in `tracking.rs`), an empty query, the fragment except a hashbang route
/// (`#!/story/5`, where the article is named by nothing else), user name and password, and trailing dots of the host. The
/// scheme, the path, and the order and exact encoding of the other parameters stay. (Lower-case scheme and host, and no
/// default port, are `Url`'s own work.) URLs other than `http` and `https` are returned as they are.
pub fn canonical(url: &Url) -> Url {
    let mut canonical = url.clone();
    if !is_web(url) {
        return canonical;
    }
    if !url.fragment().is_some_and(is_hashbang_route) {
        canonical.set_fragment(None);
    }
    let kept = identifying_parameters(url).collect::<Vec<_>>().join("&");
    if kept.is_empty() {
        canonical.set_query(None);
    } else if url.query() != Some(&kept) {
        canonical.set_query(Some(&kept));
    }
    // These fail for URLs without a host alone, which a web URL always has.
    let has_host = canonical.set_username("").is_ok() && canonical.set_password(None).is_ok();
    debug_assert!(has_host, "{url} is http without a host");
    let host = url.host_str().unwrap_or_default();
    let without_dot = host.trim_end_matches('.');
    // A host that is nothing without its dots stays as it is.
    if host.ends_with('.') && canonical.set_host(Some(without_dot)).is_err() {
        return url.clone();
    }
    canonical
}

/// The comparison key of an article's `url`: two URLs with the same key mean the same article. It is no URL.
///
/// It is the canonical URL without its scheme, `www.`, and one trailing slash of the path, with its parameters sorted and the
/// hexadecimal digits of its percent-encodings in upper case (RFC 3986, section 6.2.2.1).
pub fn key(url: &Url) -> String {
    let canonical = canonical(url);
    if !is_web(&canonical) {
        return canonical.into();
    }
    let host_and_port = &canonical[Position::BeforeHost..Position::AfterPort];
    let without_www = host_and_port
        .strip_prefix("www.")
        .filter(|rest| rest.contains('.'))
        .unwrap_or(host_and_port);
    let path = canonical.path();
    let mut key = format!("{without_www}{}", path.strip_suffix('/').unwrap_or(path));
    if let Some(query) = canonical.query() {
        let mut parameters: Vec<&str> = query.split('&').collect();
        parameters.sort_unstable();
        key.push('?');
        key.push_str(&parameters.join("&"));
    }
    if let Some(fragment) = canonical.fragment() {
        key.push('#');
        key.push_str(fragment);
    }
    upper_case_escapes(&key)
}

fn is_web(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https")
}

/// Whether a fragment names a route of an application in the page. A bare `#!` is only a link that goes nowhere.
fn is_hashbang_route(fragment: &str) -> bool {
    fragment.len() > 1 && fragment.starts_with('!')
}

/// The parameters that may identify the article, each as it is encoded.
fn identifying_parameters(url: &Url) -> impl Iterator<Item = &str> {
    url.query()
        .unwrap_or("")
        .split('&')
        .filter(|parameter| !parameter.is_empty() && !tracking::is_tracking(parameter))
}

fn upper_case_escapes(text: &str) -> String {
    let mut digits_left = 0_u8;
    let upper = |c: char| {
        if c == '%' {
            digits_left = 2;
            return c;
        }
        let in_escape = digits_left > 0 && c.is_ascii_hexdigit();
        digits_left = if in_escape { digits_left - 1 } else { 0 };
        if in_escape { c.to_ascii_uppercase() } else { c }
    };
    text.chars().map(upper).collect()
}
