//! Addresses: made absolute where a base is known, left as they are where not.

use url::Url;

/// The address against the base. Absolute ones stay as they are written.
pub(crate) fn absolute(address: &str, base: Option<&Url>) -> String {
    let address = address.trim();
    match base {
        Some(base) if !has_scheme(address) => base
            .join(address)
            .map_or_else(|_| address.to_owned(), String::from),
        _ => address.to_owned(),
    }
}

/// A link without an empty fragment: `…/a#` leads where `…/a` does (RFC 3986, section 3.5).
pub(crate) fn without_empty_fragment(mut link: String) -> String {
    if link.ends_with('#') {
        link.pop();
    }
    link
}

/// The base within a document, from what it states and what was known before.
pub(crate) fn base(stated: &str, outer: Option<&Url>) -> Option<Url> {
    let stated = stated.trim();
    let found = match outer {
        Some(outer) => outer.join(stated).ok(),
        None => Url::parse(stated).ok(),
    };
    // Neither scripts nor data are places.
    found.filter(|url| !url.cannot_be_a_base())
}

/// Whether the address is absolute.
pub(crate) fn has_scheme(address: &str) -> bool {
    let scheme = address
        .split([':', '/', '?', '#'])
        .next()
        .unwrap_or_default();
    address.as_bytes().get(scheme.len()) == Some(&b':')
        && scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
}

/// Whether an identifier can be followed as a link.
pub(crate) fn is_followable(identifier: &str) -> bool {
    let scheme = identifier.split(':').next().unwrap_or_default();
    let web = ["http", "https"]
        .iter()
        .any(|known| known.eq_ignore_ascii_case(scheme));
    (web && has_scheme(identifier)) || identifier.starts_with('/')
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn only_relative_addresses_change() {
        let base = Url::parse("http://x.example/a/b").unwrap();
        for (address, result) in [
            (" c?d=e:f ", "http://x.example/a/c?d=e:f"),
            ("/c", "http://x.example/c"),
            ("//y.example/c", "http://y.example/c"),
            ("HTTP://X.example", "HTTP://X.example"),
            ("urn:x", "urn:x"),
            ("mailto:x", "mailto:x"),
            ("#c", "http://x.example/a/b#c"),
        ] {
            assert_eq!(absolute(address, Some(&base)), result);
        }
        assert_eq!(absolute("c", None), "c");
    }

    #[test]
    fn an_empty_fragment_leads_nowhere() {
        for (link, result) in [
            ("http://x.example/#", "http://x.example/"),
            ("http://x.example/#a", "http://x.example/#a"),
            ("http://x.example/", "http://x.example/"),
        ] {
            assert_eq!(without_empty_fragment(link.to_owned()), result);
        }
    }
}
