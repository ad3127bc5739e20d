//! How requests leave for the network: proxies, networks, certificates and logins.

use std::path::PathBuf;

use crate::decode::{Context, Fields};
use crate::finding::Finding;
use crate::shape::{
    ConfigPath, List, Network, NoProxy, Proxy, Secret, SecretRef, Table, line, network, no_proxy,
    proxy,
};

/// Most entries of each list: what an operator would still read through.
const MAX_NETWORKS: usize = 100;
const MAX_NO_PROXY: usize = 1000;
const MAX_CA_FILES: usize = 100;

/// Networks that may be asked, as users write them.
pub(super) fn networks() -> List<impl crate::shape::Shape<Value = Network>> {
    List {
        of: network(),
        least: 0,
        most: MAX_NETWORKS,
    }
}

/// Files of certificates, as users write them.
pub(super) fn ca_files() -> List<ConfigPath> {
    List {
        of: ConfigPath,
        least: 0,
        most: MAX_CA_FILES,
    }
}

/// Makes a section of a user's name and password.
macro_rules! login {
    ($(#[doc = $doc:literal])* $name:ident at $place:literal, such as $example:literal) => {
        section! {
            $(#[doc = $doc])*
            item $name at $place, hints {
                "username" => "did you mean `user`?",
                "pass" => "did you mean `password`?",
            } {
                /// Name to log in with.
                user: String = required, line($example);
                /// Password, as a secret: `{ env = "NAME" }` or `{ file = "path" }`.
                password: Secret = required, SecretRef;
            }
        }
    };
}

section! {
    /// How requests leave for the network: for feeds, article pages and hubs alike.
    table Http at "[http]", hints {
        "http_proxy" => "did you mean `proxy`?",
        "https_proxy" => "did you mean `proxy`?",
        "ca" => "did you mean `ca_files`?",
        "ca_file" => "did you mean `ca_files`? It is a list",
        "allow" => "did you mean `allow_networks`?",
        "allow_private" => "did you mean `allow_networks`? It is a list: [\"10.0.0.0/8\"]",
        "user_agent" => "write it under [collect]",
        "verify" => "certificates are always checked: name the server's authority in `ca_files`",
        "insecure" => "certificates are always checked: name the server's authority in `ca_files`",
    }, check check_http {
        /// Who requests are sent through: `"none"`, `"environment"` (`HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and
        /// `NO_PROXY`, which are not looked at otherwise), or a proxy's address, such as `"http://proxy.example.org:3128"`
        /// or `"socks5h://proxy.example.org:1080"`. A feed may name another one.
        proxy: Proxy = default(Proxy::None), proxy();
        /// Login at the proxy that stands here: `{ user = "…", password = { env = "NAME" } }`.
        proxy_login: Option<ProxyLogin> = optional, Table::<ProxyLogin>::new();
        /// Hosts that are asked directly though there is a proxy: domains with all hosts below them, addresses, networks.
        no_proxy: Vec<NoProxy> = default(Vec::new()), List { of: no_proxy(), least: 0, most: MAX_NO_PROXY };
        /// Networks that may be asked though they are not of the public internet, such as `["10.0.0.0/8"]`. Without, no
        /// feed, redirect or page leads Dateline to this machine, to its neighbours or to a cloud's metadata. A feed may allow
        /// more for itself.
        allow_networks: Vec<Network> = default(Vec::new()), networks();
        /// Files with certificates (PEM) of authorities that are trusted besides those of the system. A feed may add its own.
        ca_files: Vec<PathBuf> = default(Vec::new()), ca_files();
    }
}

login! {
    /// Login at a proxy.
    ProxyLogin at "[http.proxy_login]", such as "dateline"
}

section! {
    /// How a feed's server is told who asks. Sent to the configured server only, never to one that a redirect leads to.
    table Auth at "[feeds.auth]", hints {
        "token" => "did you mean `bearer`?",
        "user" => "write basic = { user = \"…\", password = { env = \"NAME\" } }",
        "username" => "write basic = { user = \"…\", password = { env = \"NAME\" } }",
        "password" => "write basic = { user = \"…\", password = { env = \"NAME\" } }",
    }, check check_auth {
        /// User name and password: `{ user = "…", password = { env = "NAME" } }`.
        basic: Option<BasicAuth> = optional, Table::<BasicAuth>::new();
        /// Token, as a secret: `{ env = "NAME" }` or `{ file = "path" }`.
        bearer: Option<Secret> = optional, SecretRef;
    }
}

login! {
    /// User name and password for a feed's server.
    BasicAuth at "[feeds.auth.basic]", such as "reader"
}

fn check_http(http: &mut Http, context: &mut Context, at: &Fields<'_>) {
    let login_unused = http.proxy_login.is_some() && !matches!(http.proxy, Proxy::At(_));
    let exceptions_unused = !http.no_proxy.is_empty() && http.proxy == Proxy::None;
    for (key, unused) in [
        ("proxy_login", login_unused),
        ("no_proxy", exceptions_unused),
    ] {
        if unused && !at.failed("proxy") {
            let finding = Finding::warning(format!("`{key}` is not used without a `proxy`"))
                .at(at.span(key))
                .help("add proxy = \"http://proxy.example.org:3128\", or take it out");
            context.report(finding);
        }
    }
}

fn check_auth(auth: &mut Auth, context: &mut Context, at: &Fields<'_>) {
    if at.has("basic") == at.has("bearer") {
        let finding = Finding::error("`auth` needs either `basic` or `bearer`")
            .at(at.span("basic"))
            .help(
                "write auth = { basic = { user = \"…\", password = { env = \"NAME\" } } } \
                 or auth = { bearer = { env = \"NAME\" } }",
            );
        context.report(finding);
        auth.basic = None;
    }
}
