//! Which addresses mean the same article: what of a URL identifies it, and what only tells how the reader got there.
//!
//! The rule is to keep when in doubt. Two keys for one article cost a duplicate, which similarity still finds; one key for
//! two articles would hide one of them.

mod detour;
#[cfg(test)]
mod tests;
mod tracking;
mod variant;

use url::{Position, Url};

/// The canonical form of an article's `url`: an address that leads to the same article, without what does not identify it.
///
/// Undone are detours: a protocol that is written twice, and redirects and caches that hold the address of the article openly
/// (see `detour.rs`). Dropped are tracking parameters (see the list in `tracking.rs`), an empty query, the fragment except a
/// hashbang route (`#!/story/5`, where the article is named by nothing else), the session ids of Java servers, user name and
/// password, and trailing dots of the host. The scheme, the rest of the path, and the order and exact encoding of the other
/// parameters stay. (Lower-case scheme and host, and no default port, are `Url`'s own work.) URLs other than `http` and `https`
/// are returned as they are.
pub fn canonical(url: &Url) -> Url {
    let url = detour::end(url);
    let mut canonical = url.clone();
    if !is_web(&url) {
        return canonical;
    }
    if !url.fragment().is_some_and(is_hashbang_route) {
        canonical.set_fragment(None);
    }
    let kept = identifying_parameters(&url).collect::<Vec<_>>().join("&");
    if kept.is_empty() {
        canonical.set_query(None);
    } else if url.query() != Some(&kept) {
        canonical.set_query(Some(&kept));
    }
    if let Some(path) = without_session(url.path()) {
        canonical.set_path(&path);
    }
    // These fail for URLs without a host alone, which a web URL always has.
    let has_host = canonical.set_username("").is_ok() && canonical.set_password(None).is_ok();
    debug_assert!(has_host, "{url} is http without a host");
    let host = url.host_str().unwrap_or_default();
    let without_dot = host.trim_end_matches('.');
    // A host that is nothing without its dots stays as it is.
    if host.ends_with('.') && canonical.set_host(Some(without_dot)).is_err() {
        return url;
    }
    canonical
}

/// The comparison key of an article's `url`: two URLs with the same key mean the same article. It is no URL.
///
/// It is the canonical URL without its scheme, without what makes it a site's mobile, AMP or print version or the index page of
/// its folder (see `variant.rs`), and without one trailing slash of the path. Parameters are sorted by their names (several of
/// one name keep their order, which may mean something), repetitions dropped; percent-encodings are written in upper case and
/// only where they are needed (RFC 3986, section 6.2.2), spaces of the query as `+`.
pub fn key(url: &Url) -> String {
    let canonical = canonical(url);
    if !is_web(&canonical) {
        return canonical.into();
    }
    let mut key = variant::host(canonical.host_str().unwrap_or_default());
    key.push_str(&canonical[Position::AfterHost..Position::AfterPort]);
    key.push_str(variant::path(&plain_escapes(canonical.path())).as_ref());
    if let Some(query) = canonical.query() {
        push_query(&mut key, query, canonical.path());
    }
    if let Some(fragment) = canonical.fragment() {
        key.push('#');
        key.push_str(&plain_escapes(fragment));
    }
    key
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

/// A path without session ids (`;jsessionid=5`, Jakarta Servlet, section 7.1.3); `None` where it has none.
fn without_session(path: &str) -> Option<String> {
    const SESSION: &str = ";jsessionid=";
    let mut rest = path;
    let mut kept = String::new();
    while let Some(start) = rest.to_ascii_lowercase().find(SESSION) {
        kept.push_str(&rest[..start]);
        let id = &rest[start + SESSION.len()..];
        rest = &id[id.find([';', '/']).unwrap_or(id.len())..];
    }
    (rest.len() < path.len()).then(|| kept + rest)
}

/// Adds what identifies the article in a canonical query.
fn push_query(key: &mut String, query: &str, path: &str) {
    let mut parameters: Vec<String> = query
        .split('&')
        .filter(|parameter| !variant::is_of_variant(parameter, path))
        .map(|parameter| plain_escapes(parameter).replace("%20", "+"))
        .collect();
    let name = |parameter: &String| parameter.split('=').next().map(str::to_owned);
    parameters.sort_by_key(name);
    parameters.dedup();
    if !parameters.is_empty() {
        key.push('?');
        key.push_str(&parameters.join("&"));
    }
}

/// Percent-encodings in their normal form: none for letters, digits and `-._~`, upper-case digits for the others (RFC 3986,
/// sections 6.2.2.1 and 6.2.2.2).
fn plain_escapes(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('%') {
        let (before, escape) = rest.split_at(start);
        plain.push_str(before);
        match escape
            .get(1..3)
            .map(|digits| u8::from_str_radix(digits, 16))
        {
            Some(Ok(byte)) => {
                match char::from(byte) {
                    c if c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | '~') => {
                        plain.push(c);
                    }
                    _ => plain.push_str(&escape[..3].to_ascii_uppercase()),
                }
                rest = &escape[3..];
            }
            _ => {
                plain.push('%');
                rest = &escape[1..];
            }
        }
    }
    plain.push_str(rest);
    plain
}
