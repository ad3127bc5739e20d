//! Proxies: where requests are sent instead of to the server itself, and which are not.

use std::fmt;

use url::{Host, Url};

use super::network::{Network, parse_network};
use super::text::{Complaint, Text};
use crate::suggest::quote;

/// Schemes of proxies, and how names are looked up with each.
const SCHEMES: [&str; 4] = ["http", "https", "socks5", "socks5h"];

/// Who requests are sent through.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Proxy {
    /// Nobody: servers are asked directly.
    None,
    /// Whom the environment names: `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY`.
    Environment,
    /// The proxy at this address.
    At(Url),
}

impl fmt::Display for Proxy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Proxy::None => formatter.write_str("none"),
            Proxy::Environment => formatter.write_str("environment"),
            Proxy::At(url) => fmt::Display::fmt(url, formatter),
        }
    }
}

/// A proxy as users write it.
pub(crate) fn proxy() -> Text<Proxy> {
    Text {
        kind: "\"none\", \"environment\", or http, https, socks5 or socks5h URL",
        example: "http://proxy.example.org:3128",
        pattern: Some("^(none|environment|(https?|socks5h?)://.+)$"),
        parse: |text| match text {
            "none" => Ok(Proxy::None),
            "environment" => Ok(Proxy::Environment),
            text => address(text).map(Proxy::At),
        },
        write: Proxy::to_string,
    }
}

fn address(text: &str) -> Result<Url, Complaint> {
    if !text.contains("://") && text.contains('@') {
        return Err(with_login());
    }
    if !text.contains("://") {
        return Err(Complaint::new(
            format!("has no scheme: `{}`", quote(text)),
            format!(
                "write \"http://{0}\" or \"socks5h://{0}\", or \"none\" or \"environment\"",
                quote(text)
            ),
        ));
    }
    let url = Url::parse(text).map_err(|error| Complaint {
        what: format!("is not a URL: {error}"),
        help: "for example \"http://proxy.example.org:3128\"".to_owned(),
        mask: text.contains('@'),
    })?;
    if !SCHEMES.contains(&url.scheme()) {
        return Err(Complaint::new(
            format!("has the scheme `{}`", quote(url.scheme())),
            "http, https, socks5 (names are looked up here) and socks5h (by the proxy) are supported",
        ));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(with_login());
    }
    if url.host().is_none() || !matches!(url.path(), "" | "/") || url.query().is_some() {
        return Err(Complaint::new(
            "must be a scheme, a host and a port",
            "for example \"http://proxy.example.org:3128\"",
        ));
    }
    Ok(url)
}

fn with_login() -> Complaint {
    Complaint {
        what: "holds a user name or a password".to_owned(),
        help: "take them out of the address and write under [http]: \
               proxy_login = { user = \"dateline\", password = { env = \"PROXY_PASSWORD\" } }"
            .to_owned(),
        mask: true,
    }
}

/// Hosts that are asked directly though there is a proxy.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum NoProxy {
    /// This host and all below it.
    Domain(String),
    /// Hosts written as an address of this range.
    Network(Network),
}

impl NoProxy {
    /// Reads an entry: a domain with or without a dot before it, an address, or a range of addresses.
    pub fn read(text: &str) -> Option<NoProxy> {
        parse_no_proxy(text).ok()
    }

    /// Whether the host of this URL is meant.
    pub fn holds_for(&self, url: &Url) -> bool {
        match (self, url.host()) {
            (NoProxy::Domain(domain), Some(Host::Domain(host))) => {
                let host = host.trim_end_matches('.');
                host.strip_suffix(domain.as_str())
                    .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
            }
            (NoProxy::Network(network), Some(Host::Ipv4(address))) => {
                network.contains(address.into())
            }
            (NoProxy::Network(network), Some(Host::Ipv6(address))) => {
                network.contains(address.into())
            }
            _ => false,
        }
    }
}

impl fmt::Display for NoProxy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NoProxy::Domain(domain) => formatter.write_str(domain),
            NoProxy::Network(network) => fmt::Display::fmt(network, formatter),
        }
    }
}

/// An entry of `no_proxy` as users write it.
pub(crate) fn no_proxy() -> Text<NoProxy> {
    Text {
        kind: "domain, address or network",
        example: "intranet.example.org",
        pattern: Some("^[^*\\s]+$"),
        parse: parse_no_proxy,
        write: NoProxy::to_string,
    }
}

fn parse_no_proxy(text: &str) -> Result<NoProxy, Complaint> {
    if let Ok(address) = text.trim_matches(['[', ']']).parse() {
        return Ok(NoProxy::Network(Network::of(address)));
    }
    if text.contains('/') && !text.contains("://") {
        return parse_network(text).map(NoProxy::Network);
    }
    let domain = text.trim_start_matches("*.").trim_start_matches('.');
    match Host::parse(domain) {
        Ok(Host::Domain(domain)) if !domain.contains('*') => Ok(NoProxy::Domain(domain)),
        _ => Err(Complaint::new(
            format!("is no host: `{}`", quote(text)),
            "write a domain (which stands for all hosts below it too), an address or a network: \
             [\"intranet.example.org\", \"10.0.0.0/8\"]; for no proxy at all write proxy = \"none\"",
        )),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use super::*;

    #[test]
    fn hosts_below_a_domain_are_meant_too() {
        for (entry, host, meant) in [
            ("example.org", "example.org", true),
            (".example.org", "a.b.example.org", true),
            ("*.Example.ORG", "a.example.org.", true),
            ("example.org", "notexample.org", false),
            ("example.org", "example.org.evil.example", false),
            ("10.0.0.0/8", "10.1.2.3", true),
            ("10.0.0.0/8", "11.1.2.3", false),
            ("192.0.2.7", "192.0.2.7", true),
            ("::1", "[::1]", true),
            ("[::1]", "[::2]", false),
        ] {
            let url = Url::parse(&format!("http://{host}:8080/")).unwrap();
            let entry = NoProxy::read(entry).unwrap();
            assert_eq!(entry.holds_for(&url), meant, "{entry} {host}");
        }
        for nonsense in ["*", "", "a b", "http://example.org", "10.1.2.3/8"] {
            assert_eq!(NoProxy::read(nonsense), None, "{nonsense}");
        }
    }
}
