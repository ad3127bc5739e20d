//! Keeps requests within the networks that may be asked.
//!
//! Names are looked up here, once for a connection, and only addresses that passed the check are handed on to be
//! connected to: a name that changes its mind between check and connection gains nothing. Addresses written into a
//! URL are not looked up, so they are checked before each request ([`check_host`]), those of redirects included.

use std::error::Error;
use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use dateline_config::Network;
use futures::future::BoxFuture;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use super::networks;

/// Most addresses taken from one answer of the resolver; large sites have a dozen.
const MAX_ADDRESSES: usize = 64;

/// Looks host names up.
pub trait Names: Send + Sync + 'static {
    /// The addresses of a host, in the order in which they should be tried.
    fn lookup(&self, host: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>>;
}

/// The system's resolver.
pub(super) struct SystemNames;

impl Names for SystemNames {
    fn lookup(&self, host: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        Box::pin(async move {
            let found = tokio::net::lookup_host((host, 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

/// A host that must not be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Forbidden {
    /// The name, where the address was not written into the URL itself.
    host: Option<String>,
    address: IpAddr,
    what: &'static str,
}

impl fmt::Display for Forbidden {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Forbidden { address, what, .. } = self;
        match &self.host {
            Some(host) => write!(formatter, "{host} resolves to {address}, {what}")?,
            None => write!(formatter, "{address} is {what}")?,
        }
        write!(
            formatter,
            "; if you mean to collect from it, add allow_networks = [\"{}\"]",
            Network::of(*address)
        )
    }
}

impl Error for Forbidden {}

/// Checks a host that no resolver will see: an address in place of a name, or the name of the machine itself.
pub(super) fn check_host(url: &Url, allowed: &[Network]) -> Result<(), Forbidden> {
    let (host, address) = match url.host() {
        Some(Host::Ipv4(address)) => (None, IpAddr::V4(address)),
        Some(Host::Ipv6(address)) => (None, IpAddr::V6(address)),
        // A proxy would take this for itself; no resolver may give it another meaning (RFC 6761).
        Some(Host::Domain(name)) if is_localhost(name) => {
            (Some(name.to_owned()), IpAddr::from([127, 0, 0, 1]))
        }
        Some(Host::Domain(_)) | None => return Ok(()),
    };
    networks::check(address, allowed).map_err(|what| Forbidden {
        host,
        address,
        what,
    })
}

fn is_localhost(name: &str) -> bool {
    let name = name.trim_end_matches('.');
    name.eq_ignore_ascii_case("localhost") || name.to_ascii_lowercase().ends_with(".localhost")
}

/// The networks that the host of an address stands for, as far as they are not public. For an address that a person
/// typed: who names a machine of their own means it. Redirects to others are not meant by it.
pub async fn networks_of(url: &Url) -> Vec<Network> {
    let host = match url.host() {
        Some(Host::Ipv4(address)) => return private(&[address.into()]),
        Some(Host::Ipv6(address)) => return private(&[address.into()]),
        Some(Host::Domain(name)) => name.to_owned(),
        None => return Vec::new(),
    };
    // A name that is not known is complained about when it is asked.
    let found = SystemNames.lookup(host).await.unwrap_or_default();
    private(&found)
}

fn private(addresses: &[IpAddr]) -> Vec<Network> {
    let private = addresses
        .iter()
        .filter(|address| networks::check(**address, &[]).is_err());
    private.map(|address| Network::of(*address)).collect()
}

/// A resolver that gives away only addresses that may be asked.
pub(super) struct Guard {
    pub(super) names: Arc<dyn Names>,
    pub(super) allowed: Vec<Network>,
    /// The proxy's host, which the operator chose: it may stand anywhere.
    pub(super) exempt: Option<String>,
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        // A literal address arrives here on the way through a SOCKS proxy.
        let host = name.as_str().trim_matches(['[', ']']).to_owned();
        let exempt = self
            .exempt
            .as_ref()
            .is_some_and(|exempt| exempt.eq_ignore_ascii_case(&host));
        let allowed = self.allowed.clone();
        let found = self.names.lookup(host.clone());
        Box::pin(async move {
            let found = found.await?;
            let mut passed = Vec::new();
            let mut refused = None;
            for address in found.into_iter().take(MAX_ADDRESSES) {
                match networks::check(address, &allowed) {
                    Err(what) if !exempt => refused = Some((address, what)),
                    _ => passed.push(SocketAddr::new(address, 0)),
                }
            }
            match refused {
                Some((address, what)) if passed.is_empty() => Err(Box::new(Forbidden {
                    host: Some(host),
                    address,
                    what,
                })
                    as Box<dyn Error + Send + Sync>),
                _ if passed.is_empty() => Err("the name has no address".into()),
                _ => Ok(Box::new(passed.into_iter()) as Addrs),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use super::*;

    struct Fixed(Vec<IpAddr>);

    impl Names for Fixed {
        fn lookup(&self, _: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
            let found = self.0.clone();
            Box::pin(async move { Ok(found) })
        }
    }

    async fn resolve(found: &[&str], exempt: Option<&str>) -> Result<Vec<String>, String> {
        let guard = Guard {
            names: Arc::new(Fixed(found.iter().map(|ip| ip.parse().unwrap()).collect())),
            allowed: vec![Network::v4([192, 168, 7, 0].into(), 24)],
            exempt: exempt.map(str::to_owned),
        };
        let addresses = guard.resolve("feed.example".parse().unwrap()).await;
        addresses
            .map(|addresses| addresses.map(|address| address.ip().to_string()).collect())
            .map_err(|error| error.to_string())
    }

    #[tokio::test]
    async fn only_addresses_that_may_be_asked_are_given_away() {
        assert_eq!(
            resolve(&["10.1.2.3", "1.1.1.1", "::1", "192.168.7.1"], None).await,
            Ok(vec!["1.1.1.1".to_owned(), "192.168.7.1".to_owned()])
        );
        assert_eq!(
            resolve(&["10.1.2.3"], None).await,
            Err("feed.example resolves to 10.1.2.3, a private network; if you mean to collect from it, add allow_networks = [\"10.1.2.3/32\"]".to_owned())
        );
        assert!(resolve(&[], None).await.is_err());
        assert!(resolve(&["10.1.2.3"], Some("Feed.Example")).await.is_ok());
        assert!(resolve(&["10.1.2.3"], Some("other.example")).await.is_err());
    }

    #[test]
    fn addresses_within_urls_are_checked_however_they_are_written() {
        for url in [
            "http://127.0.0.1/",
            "http://127.1/",
            "http://0x7f.0.0.1/",
            "http://2130706433/",
            "http://0177.0.0.1/",
            "http://[::1]/",
            "http://[::ffff:127.0.0.1]/",
            "http://localhost:8080/",
            "http://LOCALHOST./",
            "http://a.localhost/",
            "http://169.254.169.254/latest/meta-data",
        ] {
            let url = Url::parse(url).unwrap();
            assert!(check_host(&url, &[]).is_err(), "{url}");
        }
        let public = Url::parse("http://feed.example/").unwrap();
        assert_eq!(check_host(&public, &[]), Ok(()));
        let loopback = [Network::v4([127, 0, 0, 0].into(), 8)];
        let url = Url::parse("http://localhost:8080/").unwrap();
        assert_eq!(check_host(&url, &loopback), Ok(()));
    }
}
