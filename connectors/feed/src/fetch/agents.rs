//! The HTTP agents: one for each way out that requests take, which is most often one for all feeds.
//!
//! What is trusted and which networks may be asked belongs to the way out, since agents keep connections open: a
//! connection that one feed was allowed to make must not serve another.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use dateline_config::{Http, Network};
use dateline_pipeline::fault::Fault;
use reqwest::Certificate;

use super::client::{FetchError, install_crypto};
use super::faults;
use super::guard::{Guard, Names};
use super::proxy::Through;

/// Agents kept. Each holds the roots of trust and its connections, a few MB; a configuration has few ways out.
const MAX_AGENTS: usize = 32;

/// Header fields of an answer; servers send 10 to 40.
pub(super) const MAX_HEADERS: usize = 200;

/// Bytes of header fields of an answer; long ones have 10 KiB, mostly cookies and security policies.
pub(super) const MAX_HEADER_BYTES: u32 = 64 << 10;

/// Connections to one host that are kept open between two requests, and for how long: feeds of one
/// host are often due together, and the next turn is minutes away.
const MAX_IDLE_CONNECTIONS: usize = 2;
const KEEP_CONNECTION: Duration = Duration::from_secs(20);

/// Largest file of certificates; the roots of a whole system take 250 KB.
const MAX_CA_FILE: u64 = 4 << 20;

/// A way out to the network.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct Way {
    pub(super) connect_timeout: Duration,
    /// Networks that may be asked besides the public internet.
    pub(super) networks: Vec<Network>,
    /// Authorities that are trusted besides those of the system.
    pub(super) ca_files: Vec<PathBuf>,
    pub(super) proxy: Option<Through>,
}

/// The agents in use.
pub(super) struct Agents {
    user_agent: String,
    names: Arc<dyn Names>,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    agents: HashMap<Way, (reqwest::Client, u64)>,
    /// Counts uses, so that the agent unused for longest is known.
    uses: u64,
}

impl Agents {
    pub(super) fn new(user_agent: String, names: Arc<dyn Names>) -> Agents {
        Agents {
            user_agent,
            names,
            kept: Mutex::default(),
        }
    }

    /// The agent for a way out; made at its first use.
    pub(super) fn agent(&self, way: &Way) -> Result<reqwest::Client, Fault> {
        let mut kept = self
            .kept
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        kept.uses += 1;
        let now = kept.uses;
        if let Some((agent, used)) = kept.agents.get_mut(way) {
            *used = now;
            return Ok(agent.clone());
        }
        let agent = self.make(way)?;
        if kept.agents.len() >= MAX_AGENTS {
            let oldest = kept.agents.iter().min_by_key(|(_, (_, used))| *used);
            if let Some(oldest) = oldest.map(|(way, _)| way.clone()) {
                kept.agents.remove(&oldest);
            }
        }
        kept.agents.insert(way.clone(), (agent.clone(), now));
        Ok(agent)
    }

    fn make(&self, way: &Way) -> Result<reqwest::Client, Fault> {
        let mut authorities = Vec::new();
        for file in &way.ca_files {
            authorities.extend(certificates(file)?);
        }
        let exempt = way.proxy.as_ref().and_then(|proxy| proxy.url.host_str());
        let guard = Guard {
            names: Arc::clone(&self.names),
            allowed: way.networks.clone(),
            exempt: exempt.map(str::to_owned),
        };
        let builder = reqwest::Client::builder()
            .user_agent(&self.user_agent)
            .connect_timeout(way.connect_timeout)
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .retry(reqwest::retry::never())
            .http1_max_headers(MAX_HEADERS)
            .http2_max_header_list_size(MAX_HEADER_BYTES)
            .pool_max_idle_per_host(MAX_IDLE_CONNECTIONS)
            .pool_idle_timeout(KEEP_CONNECTION)
            .tls_certs_merge(authorities)
            .dns_resolver(Arc::new(guard))
            // Without this, the environment would be asked for proxies in silence.
            .no_proxy();
        let builder = match &way.proxy {
            Some(proxy) => builder.proxy(through(proxy)?),
            None => builder,
        };
        builder.build().map_err(|error| no_tls(&error))
    }

    #[cfg(test)]
    pub(super) fn count(&self) -> usize {
        self.kept.lock().map_or(0, |kept| kept.agents.len())
    }
}

fn no_tls(error: &reqwest::Error) -> Fault {
    let cause = faults::deepest(error);
    Fault::permanent(
        "tls",
        format!(
            "cannot set up TLS: {cause}; check that the system's root certificates are installed"
        ),
    )
}

/// An agent for a service of the operator's own, such as a collector of traces. It asks any network, directly, follows no
/// redirect, and trusts the authorities of `[http]` besides those of the system. Each request ends within `timeout`.
///
/// # Errors
/// [`FetchError::Setup`] where a file of certificates cannot be read, or TLS cannot be set up.
pub fn agent_for_own_service(
    http: &Http,
    timeout: Duration,
) -> Result<reqwest::Client, FetchError> {
    install_crypto();
    let setup = |fault: Fault| FetchError::Setup(fault.reason);
    let mut authorities = Vec::new();
    for file in &http.ca_files {
        authorities.extend(certificates(file).map_err(setup)?);
    }
    reqwest::Client::builder()
        .user_agent(concat!("dateline/", env!("CARGO_PKG_VERSION")))
        .timeout(timeout)
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .http1_max_headers(MAX_HEADERS)
        .http2_max_header_list_size(MAX_HEADER_BYTES)
        .pool_max_idle_per_host(1)
        .tls_certs_merge(authorities)
        .no_proxy()
        .build()
        .map_err(|error| setup(no_tls(&error)))
}

fn through(proxy: &Through) -> Result<reqwest::Proxy, Fault> {
    let made = reqwest::Proxy::all(proxy.url.as_str()).map_err(|error| {
        let cause = faults::deepest(&error);
        Fault::permanent(
            "proxy",
            format!("proxy {}: {cause}; correct its address", proxy.shown()),
        )
    })?;
    Ok(match &proxy.login {
        Some((user, password)) => made.basic_auth(user, password),
        None => made,
    })
}

/// Reads the certificates of a file.
pub(super) fn certificates(file: &Path) -> Result<Vec<Certificate>, Fault> {
    let wrong =
        |what: String| Fault::permanent("tls", format!("ca_files: {}: {what}", file.display()));
    let size = std::fs::metadata(file)
        .map_err(|error| wrong(format!("{error}; correct the path")))?
        .len();
    if size > MAX_CA_FILE {
        return Err(wrong(format!(
            "larger than {MAX_CA_FILE} bytes; name a file of certificates"
        )));
    }
    let bytes = std::fs::read(file).map_err(|error| wrong(error.to_string()))?;
    let certificates = Certificate::from_pem_bundle(&bytes).map_err(|error| {
        wrong(format!(
            "{}; certificates are written as PEM",
            faults::deepest(&error)
        ))
    })?;
    if certificates.is_empty() {
        return Err(wrong(
            "no certificate stands there; certificates are written as PEM".to_owned(),
        ));
    }
    Ok(certificates)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use super::*;
    use crate::fetch::client::install_crypto;
    use crate::fetch::guard::SystemNames;

    fn way(seconds: u64) -> Way {
        Way {
            connect_timeout: Duration::from_secs(seconds),
            networks: Vec::new(),
            ca_files: Vec::new(),
            proxy: None,
        }
    }

    #[test]
    fn feeds_with_one_way_out_share_an_agent_and_many_ways_stay_few_agents() {
        install_crypto();
        let agents = Agents::new("test".to_owned(), Arc::new(SystemNames));
        for _ in 0..10_000 {
            agents.agent(&way(1)).unwrap();
        }
        assert_eq!(agents.count(), 1);
        for seconds in 1..=100 {
            agents.agent(&way(seconds)).unwrap();
        }
        assert_eq!(agents.count(), MAX_AGENTS);
    }

    #[test]
    fn files_without_certificates_are_named() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        for file in ["no-such-file.pem", "Cargo.toml", "src"] {
            let fault = certificates(&folder.join(file)).err().unwrap();
            assert!(
                fault.kind == "tls" && fault.reason.contains(file),
                "{fault}"
            );
        }
    }
}
