//! The HTTP client of the process: whoever asks the network for something on behalf of a feed asks through it.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, Once};
use std::time::Duration;

use dateline_config::{Collect, Feed, Http, Network, Proxy};
use dateline_pipeline::fault::Fault;
use thiserror::Error;
use tokio::time::Instant;
use url::Url;

use super::agents::{Agents, Way};
use super::guard::{Names, SystemNames};
use super::proxy::{Proxies, Through};
use super::spacing::Spacing;
use crate::pace::host;

/// Connect timeout of the agent that is made to see whether one can be made.
const TRIAL_TIMEOUT: Duration = Duration::from_secs(10);

/// Why no client could be made.
#[derive(Debug, Error)]
pub enum FetchError {
    /// The text for `User-Agent` cannot be sent.
    #[error(
        "collect.user_agent or collect.contact: {0:?} cannot be sent in an HTTP header; use printable ASCII"
    )]
    UserAgent(String),
    /// TLS or a proxy could not be set up.
    #[error("{0}")]
    Setup(String),
}

/// The HTTP client that all feeds share. No request of it leaves the networks that may be asked.
///
/// Cheap to clone: clones share agents and connections.
#[derive(Clone)]
pub struct Client {
    pub(super) shared: Arc<Shared>,
    /// Least time between two requests to one host.
    spacing: Duration,
    /// What holds for whom the requests are made for.
    pub(super) route: Arc<Route>,
}

/// What all requests share.
pub(super) struct Shared {
    pub(super) http: Http,
    pub(super) agents: Agents,
    pub(super) proxies: Proxies,
    spacing: Mutex<Spacing>,
}

/// What one feed's requests may do besides those of all.
#[derive(Default)]
pub(super) struct Route {
    /// The proxy, where it is not the one of `[http]`.
    pub(super) proxy: Option<Proxy>,
    /// Networks that may be asked besides those of `[http]`.
    pub(super) networks: Vec<Network>,
    /// Files of authorities that are trusted besides those of `[http]`.
    pub(super) ca_files: Vec<PathBuf>,
}

impl Client {
    /// A client for the feeds of one configuration.
    ///
    /// # Errors
    /// [`FetchError`] where the configured names cannot be sent, a file of certificates cannot be read, or TLS cannot be
    /// set up.
    pub fn new(collect: &Collect, http: &Http) -> Result<Client, FetchError> {
        Client::with_names(collect, http, Arc::new(SystemNames))
    }

    /// A client that looks names up by other means than the system's.
    ///
    /// # Errors
    /// As [`Client::new`].
    pub fn with_names(
        collect: &Collect,
        http: &Http,
        names: Arc<dyn Names>,
    ) -> Result<Client, FetchError> {
        let user_agent = user_agent(collect);
        if reqwest::header::HeaderValue::from_str(&user_agent).is_err() {
            return Err(FetchError::UserAgent(user_agent));
        }
        install_crypto();
        let shared = Shared {
            http: http.clone(),
            agents: Agents::new(user_agent, names),
            proxies: Proxies::new(http),
            spacing: Mutex::default(),
        };
        let client = Client {
            shared: Arc::new(shared),
            spacing: collect.per_host_spacing,
            route: Arc::default(),
        };
        let trial = client.way_out(TRIAL_TIMEOUT, None);
        client
            .shared
            .agents
            .agent(&trial)
            .map_err(|fault| FetchError::Setup(fault.reason))?;
        Ok(client)
    }

    /// Waits for the next place among the requests to an address's host. Whoever asks a host on its own takes one: feeds,
    /// which their schedule spaces too, and their older pages, which it knows nothing of.
    pub(crate) async fn turn_at(&self, url: &Url) {
        if let Ok(wait) = self.place(url, self.spacing, Duration::MAX)
            && !wait.is_zero()
        {
            tokio::time::sleep(wait).await;
        }
    }

    /// Takes the next place, `delay` before the one after it; says how long it is until then. Takes none, and says `Err`,
    /// where that is longer than `patience`.
    pub(crate) fn place(
        &self,
        url: &Url,
        delay: Duration,
        patience: Duration,
    ) -> Result<Duration, Duration> {
        let host = host(url).unwrap_or_default();
        let now = Instant::now().into_std();
        let mut spacing = self
            .shared
            .spacing
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        spacing.take(&host, delay, patience, now)
    }

    /// The client for all that is asked on behalf of a feed: its pages, its hub, the feed itself. It takes the feed's
    /// proxy, and may ask the networks and trusts the authorities that the feed names.
    pub fn on_behalf_of(&self, feed: &Feed) -> Client {
        let route = Route {
            proxy: feed.proxy.clone(),
            networks: feed.allow_networks.clone(),
            ca_files: feed.ca_files.clone(),
        };
        Client {
            shared: Arc::clone(&self.shared),
            spacing: self.spacing,
            route: Arc::new(route),
        }
    }

    /// The way out to an address.
    pub(super) fn way_to(&self, url: &Url, connect_timeout: Duration) -> Result<Way, Fault> {
        let proxy = self
            .shared
            .proxies
            .for_url(self.route.proxy.as_ref(), url)?;
        Ok(self.way_out(connect_timeout, proxy))
    }

    fn way_out(&self, connect_timeout: Duration, proxy: Option<Through>) -> Way {
        let (http, own) = (&self.shared.http, &self.route);
        let mut networks = [http.allow_networks.as_slice(), &own.networks].concat();
        networks.sort_unstable();
        networks.dedup();
        Way {
            connect_timeout,
            networks,
            ca_files: [http.ca_files.as_slice(), &own.ca_files].concat(),
            proxy,
        }
    }
}

/// `dateline/VERSION (+contact)`, unless the configuration has its own.
fn user_agent(collect: &Collect) -> String {
    let version = env!("CARGO_PKG_VERSION");
    match (&collect.user_agent, &collect.contact) {
        (Some(user_agent), _) => user_agent.clone(),
        (None, Some(contact)) => format!("dateline/{version} (+{contact})"),
        (None, None) => format!("dateline/{version}"),
    }
}

/// Makes ring the process's cryptography once; one that is there already is as good.
pub(super) fn install_crypto() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let provider = rustls::crypto::ring::default_provider();
        drop(provider.install_default());
    });
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use std::path::Path;

    use super::*;

    /// The clients of all feeds, and of pages, wait for each other.
    #[tokio::test(start_paused = true)]
    async fn whoever_asks_a_host_waits_for_its_place() {
        let text =
            "[[feeds]]\nurl = \"https://a.example/feed\"\n[collect]\nper_host_spacing = \"2s\"\n";
        let config = dateline_config::parse(text, Path::new("dateline.toml"))
            .unwrap()
            .config;
        let client = Client::new(&config.collect, &config.http).unwrap();
        let other = client.on_behalf_of(&config.feeds[0]);
        let url = |url: &str| Url::parse(url).unwrap();
        let began = Instant::now();
        client.turn_at(&url("https://a.example/feed")).await;
        client.turn_at(&url("https://b.example/feed")).await;
        assert_eq!(began.elapsed(), Duration::ZERO);
        let taken = other.place(
            &url("http://a.example/page"),
            Duration::ZERO,
            Duration::ZERO,
        );
        assert_eq!(taken, Err(Duration::from_secs(2)));
        let (feed, page) = (url("https://a.example/feed"), url("https://a.example/page"));
        let both = tokio::join!(
            async {
                other.turn_at(&page).await;
                began.elapsed().as_secs()
            },
            async {
                client.turn_at(&feed).await;
                began.elapsed().as_secs()
            }
        );
        assert_eq!(both, (2, 4));
    }

    #[test]
    fn ten_thousand_feeds_share_few_agents() {
        // A few feeds have ways of their own, as in real configurations.
        let mut text = "[http]\nallow_networks = [\"10.0.0.0/8\", \"10.0.0.0/8\"]\n".to_owned();
        for number in 0..10_000 {
            let own = match number % 1000 {
                1 => "proxy = \"http://proxy.example:3128\"",
                2 => "connect_timeout = \"7s\"",
                3 => "allow_networks = [\"192.168.0.0/16\"]",
                // Allowed already: this is no way of its own.
                4 => "allow_networks = [\"10.0.0.0/8\"]",
                _ => "",
            };
            text.push_str(&format!(
                "[[feeds]]\nid = \"f{number}\"\nurl = \"https://h{number}.example/\"\n{own}\n"
            ));
        }
        let config = dateline_config::parse(&text, Path::new("dateline.toml"))
            .unwrap()
            .config;
        let client = Client::new(&config.collect, &config.http).unwrap();
        for feed in &config.feeds {
            let client = client.on_behalf_of(feed);
            let way = client.way_to(&feed.url, feed.connect_timeout).unwrap();
            client.shared.agents.agent(&way).unwrap();
        }
        assert_eq!(
            (config.feeds.len(), client.shared.agents.count()),
            (10_000, 4)
        );
    }
}
