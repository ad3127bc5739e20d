//! Decides where a redirect may lead and who may be sent a feed's own headers.

use dateline_pipeline::fault::Fault;
use url::Url;

/// The address that a redirect leads to, if it may be followed.
pub(super) fn next(
    from: &Url,
    location: Option<&str>,
    visited: &[Url],
    limit: usize,
) -> Result<Url, Fault> {
    let refused =
        |why: String| Fault::permanent("redirect", format!("{}: {why}", without_credentials(from)));
    let Some(location) = location else {
        return Err(refused(
            "the server redirects and does not say where to; look up the feed's present address"
                .into(),
        ));
    };
    let mut to = from
        .join(location)
        .map_err(|_| refused(format!("the server redirects to {location:?}, which is no address; look up the feed's present address")))?;
    to.set_fragment(None);
    let shown = without_credentials(&to);
    if !matches!(to.scheme(), "http" | "https") || to.host_str().is_none() {
        return Err(refused(format!(
            "redirect to {shown}, which is not HTTP; look up the feed's present address"
        )));
    }
    if from.scheme() == "https" && to.scheme() == "http" {
        return Err(refused(format!(
            "redirect from https to {shown} would give up encryption; configure that address if you trust it"
        )));
    }
    if visited.contains(&to) {
        return Err(refused(format!(
            "redirects go round in a circle at {shown}; look up the feed's present address"
        )));
    }
    if visited.len() > limit {
        return Err(refused(format!(
            "more than {limit} redirects; configure the address that they lead to"
        )));
    }
    Ok(to)
}

/// Whether `to` is the server that was configured: the same host and port, or the same host after
/// a change from http to https on their usual ports.
pub(super) fn same_site(configured: &Url, to: &Url) -> bool {
    let port = |url: &Url| url.port_or_known_default();
    let upgraded = port(configured) == Some(80) && to.scheme() == "https" && port(to) == Some(443);
    let same_scheme = configured.scheme() == to.scheme();
    configured.host() == to.host() && (upgraded || (same_scheme && port(configured) == port(to)))
}

/// The address without user name and password.
pub(crate) fn without_credentials(url: &Url) -> Url {
    let mut bare = url.clone();
    // Addresses that cannot hold credentials refuse to have them removed.
    if bare
        .set_username("")
        .and_then(|()| bare.set_password(None))
        .is_err()
    {
        return url.clone();
    }
    bare
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn headers_go_to_the_configured_server_only() {
        let configured = url("http://a.example/feed");
        assert!(same_site(&configured, &url("http://a.example/other")));
        assert!(same_site(&configured, &url("https://a.example/feed")));
        assert!(!same_site(&configured, &url("http://a.example:8080/feed")));
        assert!(!same_site(&configured, &url("https://a.example:8443/feed")));
        assert!(!same_site(&configured, &url("http://b.example/feed")));
        assert!(!same_site(
            &url("https://a.example/"),
            &url("http://a.example/")
        ));
    }

    #[test]
    fn redirects_lead_to_http_and_not_back() {
        let from = url("https://a.example/feed");
        let visited = [from.clone()];
        let to = |location| {
            next(&from, location, &visited, 3)
                .map(String::from)
                .map_err(|fault| fault.kind)
        };
        assert_eq!(
            to(Some("/new#part")),
            Ok("https://a.example/new".to_owned())
        );
        assert_eq!(
            to(Some("//b.example/x")),
            Ok("https://b.example/x".to_owned())
        );
        for refused in [
            None,
            Some("/feed"),
            Some("http://a.example/"),
            Some("file:///etc/passwd"),
            Some("https://["),
        ] {
            assert_eq!(to(refused), Err("redirect"), "{refused:?}");
        }
        assert!(
            next(
                &from,
                Some("/d"),
                &[url("https://a/1"), url("https://a/2")],
                1
            )
            .is_err()
        );
    }

    #[test]
    fn credentials_are_not_shown() {
        assert_eq!(
            without_credentials(&url("https://me:secret@a.example/x")).as_str(),
            "https://a.example/x"
        );
    }
}
