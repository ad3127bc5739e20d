//! By which names the port may be asked.

use std::net::{Ipv4Addr, Ipv6Addr};

/// Whether `host` (the header's value, with or without port) is an IP address, `localhost` or one of `hosts`. A web page can have any name of its own
/// lead to this machine, but no IP address.
pub(super) fn is_ours(host: &str, hosts: &[String]) -> bool {
    if let Some(rest) = host.strip_prefix('[') {
        let Some((address, port)) = rest.split_once(']') else {
            return false;
        };
        return address.parse::<Ipv6Addr>().is_ok() && is_port(port);
    }
    let (name, port) = match host.split_once(':') {
        Some((name, _)) => (name, &host[name.len()..]),
        None => (host, ""),
    };
    let is_name = name.eq_ignore_ascii_case("localhost")
        || hosts.iter().any(|known| name.eq_ignore_ascii_case(known));
    is_port(port) && (is_name || name.parse::<Ipv4Addr>().is_ok())
}

/// Whether it is `:PORT`, or nothing.
fn is_port(text: &str) -> bool {
    text.is_empty()
        || text
            .strip_prefix(':')
            .is_some_and(|port| port.parse::<u16>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_localhost_and_configured_names_are_ours() {
        let hosts = ["news.example.org".to_owned()];
        for host in [
            "127.0.0.1:9464",
            "127.0.0.1",
            "192.0.2.7:80",
            "[::1]:9464",
            "[::1]",
            "localhost",
            "LocalHost:9464",
            "News.Example.org:443",
        ] {
            assert!(is_ours(host, &hosts), "{host}");
        }
        for host in [
            "",
            "evil.example",
            "evil.example:9464",
            "127.0.0.1.evil.example",
            "localhost.evil.example:9464",
            "news.example.org.evil.example",
            "127.0.0.1:x",
            "127.0.0.1:9464:1",
            "[::1",
            "[evil]:80",
            "::1",
            "localhost@evil.example",
        ] {
            assert!(!is_ours(host, &hosts), "{host}");
        }
    }
}
