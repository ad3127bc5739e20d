//! Says what is wrong with a secure connection, a feed's server's or a proxy's.

use dateline_pipeline::fault::Fault;
use rustls::CertificateError as Wrong;
use url::Url;

/// Why there is no secure connection to the server that `url` names.
pub(super) fn of_server(url: &Url, error: &rustls::Error) -> Fault {
    let host = url.host_str().unwrap_or_default();
    let advice = advice(error);
    let reason = format!("{url}: no secure connection to {host}: {error}; {advice}");
    match error {
        rustls::Error::InvalidCertificate(_) => Fault::permanent("tls", reason),
        _ => Fault::transient("tls", reason),
    }
}

/// Why there is none to the proxy. It passes: the feed is not to blame.
pub(super) fn of_proxy(url: &Url, proxy: &Url, error: &rustls::Error) -> Fault {
    let advice = advice(error);
    let reason = format!("{url}: no secure connection to the proxy {proxy}: {error}; {advice}");
    Fault::transient("proxy", reason)
}

fn advice(error: &rustls::Error) -> &'static str {
    match error {
        rustls::Error::InvalidCertificate(Wrong::UnknownIssuer) => {
            "its certificate is signed by nobody known here; if the authority is your own, name its certificate in ca_files"
        }
        rustls::Error::InvalidCertificate(
            Wrong::Expired
            | Wrong::ExpiredContext { .. }
            | Wrong::NotValidYet
            | Wrong::NotValidYetContext { .. },
        ) => "its certificate is out of date; check this machine's clock, or tell who runs it",
        rustls::Error::InvalidCertificate(
            Wrong::NotValidForName | Wrong::NotValidForNameContext { .. },
        ) => "its certificate is for another name; check the address",
        rustls::Error::InvalidMessage(_) => {
            "what it sent is no TLS; check that it serves https at this port"
        }
        _ => {
            "it may be the server's certificate or its version of TLS; if the authority is your own, name its certificate in ca_files"
        }
    }
}
