//! Which proxy a request goes through, if any.
//!
//! A proxy is configured by the operator, so it may stand in any network. What a URL's name means is then the
//! proxy's to find out (with `socks5` alone names are looked up here): what lies behind it, it must guard itself.
//! Addresses written into a URL are checked all the same.

use std::sync::OnceLock;

use dateline_config::{Http, NoProxy, Proxy};
use dateline_pipeline::fault::Fault;
use url::Url;

use super::redirects::without_credentials;

/// Entries read from `NO_PROXY`; beyond it the variable is no list for hosts any more.
const MAX_NO_PROXY: usize = 1000;

/// A proxy with the login to be shown to it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct Through {
    pub(super) url: Url,
    pub(super) login: Option<(String, String)>,
}

impl Through {
    /// The proxy's address for messages.
    pub(super) fn shown(&self) -> Url {
        without_credentials(&self.url)
    }
}

/// The configured proxies.
pub(super) struct Proxies {
    http: Http,
    environment: OnceLock<Environment>,
}

impl Proxies {
    pub(super) fn new(http: &Http) -> Proxies {
        Proxies {
            http: http.clone(),
            environment: OnceLock::new(),
        }
    }

    /// The proxy for this URL; `own` is what the feed says.
    pub(super) fn for_url(&self, own: Option<&Proxy>, url: &Url) -> Result<Option<Through>, Fault> {
        match own.unwrap_or(&self.http.proxy) {
            Proxy::None => Ok(None),
            Proxy::Environment => {
                let read = || Environment::read(|name| std::env::var(name).ok());
                Ok(self.environment.get_or_init(read).for_url(url))
            }
            Proxy::At(_) if self.http.no_proxy.iter().any(|host| host.holds_for(url)) => Ok(None),
            Proxy::At(proxy) => Ok(Some(Through {
                url: proxy.clone(),
                login: self.login(proxy)?,
            })),
        }
    }

    /// The login, for the proxy that it was configured for only.
    fn login(&self, proxy: &Url) -> Result<Option<(String, String)>, Fault> {
        let configured = matches!(&self.http.proxy, Proxy::At(configured) if configured == proxy);
        match &self.http.proxy_login {
            Some(login) if configured => {
                let password = login.password.reveal().map_err(|error| {
                    Fault::permanent("proxy", format!("password of http.proxy_login: {error}"))
                })?;
                Ok(Some((login.user.clone(), password.to_string())))
            }
            _ => Ok(None),
        }
    }
}

/// The proxies that the environment names, as most programs read them: lower case before upper case.
#[derive(Default)]
struct Environment {
    http: Option<Through>,
    https: Option<Through>,
    /// Hosts that are asked directly.
    not: Vec<NoProxy>,
    /// Every host is asked directly: `*`.
    off: bool,
}

impl Environment {
    fn read(variable: impl Fn(&str) -> Option<String>) -> Environment {
        let value = |name: &str| {
            variable(&name.to_ascii_lowercase())
                .or_else(|| variable(name))
                .map(|value| value.trim().to_owned())
                .filter(|value| !value.is_empty())
        };
        let proxy = |name: &str| {
            value(name)
                .or_else(|| value("ALL_PROXY"))
                .as_deref()
                .and_then(through)
        };
        let not = value("NO_PROXY").unwrap_or_default();
        Environment {
            http: proxy("HTTP_PROXY"),
            https: proxy("HTTPS_PROXY"),
            off: not.split(',').any(|entry| entry.trim() == "*"),
            not: not
                .split(',')
                .take(MAX_NO_PROXY)
                .filter_map(|entry| NoProxy::read(entry.trim()))
                .collect(),
        }
    }

    fn for_url(&self, url: &Url) -> Option<Through> {
        if self.off || self.not.iter().any(|host| host.holds_for(url)) {
            return None;
        }
        match url.scheme() {
            "https" => self.https.clone(),
            _ => self.http.clone(),
        }
    }
}

/// A proxy from a variable, where login and scheme are part of the address or missing.
fn through(value: &str) -> Option<Through> {
    let url = match value.contains("://") {
        true => Url::parse(value),
        false => Url::parse(&format!("http://{value}")),
    };
    let url = url.ok().filter(|url| url.has_host())?;
    let login = (!url.username().is_empty()).then(|| {
        (
            decoded(url.username()),
            decoded(url.password().unwrap_or_default()),
        )
    });
    Some(Through {
        url: without_credentials(&url),
        login,
    })
}

/// Undoes percent-encoding, which the login within a URL has.
fn decoded(text: &str) -> String {
    let query = format!("x={}", text.replace('+', "%2B").replace('&', "%26"));
    let mut pairs = url::form_urlencoded::parse(query.as_bytes());
    pairs
        .next()
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use super::*;

    fn chosen(environment: &Environment, url: &str) -> Option<String> {
        let through = environment.for_url(&Url::parse(url).unwrap())?;
        Some(match through.login {
            Some((user, password)) => format!("{user}:{password} at {}", through.url),
            None => through.url.to_string(),
        })
    }

    #[test]
    fn the_environment_is_read_as_other_programs_read_it() {
        let read = |variables: &[(&str, &str)]| {
            Environment::read(|name| {
                let found = variables.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| (*value).to_owned())
            })
        };
        let environment = read(&[
            ("http_proxy", "proxy.example:3128"),
            ("HTTP_PROXY", "http://other.example/"),
            ("ALL_PROXY", "socks5h://me:p%40ss+word@all.example:1080"),
            ("NO_PROXY", "intranet.example, 10.0.0.0/8,,nonsense here"),
        ]);
        assert_eq!(
            chosen(&environment, "http://feed.example/").as_deref(),
            Some("http://proxy.example:3128/")
        );
        assert_eq!(
            chosen(&environment, "https://feed.example/").as_deref(),
            Some("me:p@ss+word at socks5h://all.example:1080")
        );
        assert_eq!(chosen(&environment, "https://a.intranet.example/"), None);
        assert_eq!(chosen(&environment, "http://10.1.2.3/"), None);
        assert_eq!(chosen(&read(&[]), "http://feed.example/"), None);
        let off = read(&[("http_proxy", "proxy.example"), ("no_proxy", "*")]);
        assert_eq!(chosen(&off, "http://feed.example/"), None);
    }
}
