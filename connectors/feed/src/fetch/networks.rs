//! Which addresses are of the public internet, and which must be allowed by name. Pure: looks nothing up.
//!
//! A feed, a redirect or a page may name any address it likes; asking for it from inside a network would let a
//! stranger reach what only insiders may. The ranges are those of the IANA special-purpose address registries
//! (RFC 6890, read in 2025; a fact of public record), with the addresses at which clouds hand out credentials.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use dateline_config::Network;

const PRIVATE: &str = "a private network";
const THIS_MACHINE: &str = "this machine itself";
const UNSPECIFIED: &str = "no address at all";
const LINK_LOCAL: &str = "a link-local network";
const METADATA: &str = "a cloud's metadata service";
const SHARED: &str = "a network shared behind a provider's NAT";
const DOCUMENTATION: &str = "a range kept for documentation";
const MULTICAST: &str = "a multicast group";
const BROADCAST: &str = "the broadcast address";
const BENCHMARK: &str = "a range kept for measurements";
const RESERVED: &str = "a reserved range";

const fn v4(a: u8, b: u8, c: u8, d: u8, prefix: u8) -> Network {
    Network::v4(Ipv4Addr::new(a, b, c, d), prefix)
}

const fn v6(head: [u16; 4], last: u16, prefix: u8) -> Network {
    let [a, b, c, d] = head;
    Network::v6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, last), prefix)
}

/// Ranges that are not public, the narrower before the wider.
const SPECIAL: [(Network, &str); 37] = [
    (v4(0, 0, 0, 0, 8), UNSPECIFIED),
    (v4(10, 0, 0, 0, 8), PRIVATE),
    (v4(100, 100, 100, 200, 32), METADATA),
    (v4(100, 64, 0, 0, 10), SHARED),
    (v4(127, 0, 0, 0, 8), THIS_MACHINE),
    (v4(168, 63, 129, 16, 32), METADATA),
    (v4(169, 254, 169, 254, 32), METADATA),
    (v4(169, 254, 170, 2, 32), METADATA),
    (v4(169, 254, 0, 0, 16), LINK_LOCAL),
    (v4(172, 16, 0, 0, 12), PRIVATE),
    (v4(192, 0, 0, 192, 32), METADATA),
    (v4(192, 0, 0, 0, 24), RESERVED),
    (v4(192, 0, 2, 0, 24), DOCUMENTATION),
    (v4(192, 88, 99, 0, 24), RESERVED),
    (v4(192, 168, 0, 0, 16), PRIVATE),
    (v4(198, 18, 0, 0, 15), BENCHMARK),
    (v4(198, 51, 100, 0, 24), DOCUMENTATION),
    (v4(203, 0, 113, 0, 24), DOCUMENTATION),
    (v4(224, 0, 0, 0, 4), MULTICAST),
    (v4(255, 255, 255, 255, 32), BROADCAST),
    (v4(240, 0, 0, 0, 4), RESERVED),
    (v6([0, 0, 0, 0], 0, 128), UNSPECIFIED),
    (v6([0, 0, 0, 0], 1, 128), THIS_MACHINE),
    (v6([0x64, 0xff9b, 1, 0], 0, 48), PRIVATE),
    (v6([0x100, 0, 0, 0], 0, 64), RESERVED),
    (v6([0x2001, 2, 0, 0], 0, 48), BENCHMARK),
    (v6([0x2001, 0x10, 0, 0], 0, 28), RESERVED),
    (v6([0x2001, 0x20, 0, 0], 0, 28), RESERVED),
    (v6([0x2001, 0xdb8, 0, 0], 0, 32), DOCUMENTATION),
    (v6([0x3fff, 0, 0, 0], 0, 20), DOCUMENTATION),
    (v6([0xfd00, 0xec2, 0, 0], 0x254, 128), METADATA),
    (v6([0xfd20, 0xce, 0, 0], 0x254, 128), METADATA),
    (v6([0xfc00, 0, 0, 0], 0, 7), PRIVATE),
    (v6([0xfe80, 0, 0, 0], 0, 10), LINK_LOCAL),
    (v6([0xfec0, 0, 0, 0], 0, 10), PRIVATE),
    (v6([0xff00, 0, 0, 0], 0, 8), MULTICAST),
    (v6([0x5f00, 0, 0, 0], 0, 16), RESERVED),
];

/// The part of IPv6 that is handed out to the public internet.
const GLOBAL_UNICAST: Network = v6([0x2000, 0, 0, 0], 0, 3);

/// Whether `address` may be asked; otherwise what it is, in words that follow "it is".
pub(super) fn check(address: IpAddr, allowed: &[Network]) -> Result<(), &'static str> {
    let allows = |address: IpAddr| allowed.iter().any(|network| network.contains(address));
    if allows(address) {
        return Ok(());
    }
    let carried = match address {
        IpAddr::V4(_) => [None, None],
        IpAddr::V6(address) => carried(address),
    };
    let mut inner = carried.into_iter().flatten().peekable();
    if inner.peek().is_none() {
        return special_use(address).map_or(Ok(()), Err);
    }
    for address in inner.map(IpAddr::V4) {
        if let (Some(what), false) = (special_use(address), allows(address)) {
            return Err(what);
        }
    }
    match address {
        // What is written in IPv6 only stands nowhere itself.
        IpAddr::V6(address) if is_translated(address) => Ok(()),
        _ => special_use(address).map_or(Ok(()), Err),
    }
}

/// Whether an IPv6 address is an IPv4 one in another spelling, which the system or a gateway turns back.
fn is_translated(address: Ipv6Addr) -> bool {
    matches!(
        address.segments(),
        // Compatible (deprecated), mapped, translated (RFC 4291, RFC 2765), and NAT64 (RFC 6052).
        [0, 0, 0, 0, 0, 0 | 0xffff, _, _]
            | [0, 0, 0, 0, 0xffff, 0, _, _]
            | [0x64, 0xff9b, 0, 0, 0, 0, _, _]
    )
}

/// What an address is used for, where it is not one of the public internet.
fn special_use(address: IpAddr) -> Option<&'static str> {
    let known = SPECIAL.iter().find(|(range, _)| range.contains(address));
    match known {
        Some((_, what)) => Some(what),
        None if address.is_ipv6() && !GLOBAL_UNICAST.contains(address) => Some(RESERVED),
        None => None,
    }
}

/// The IPv4 addresses that an IPv6 address stands for: gateways and the system itself send packets there.
fn carried(address: Ipv6Addr) -> [Option<Ipv4Addr>; 2] {
    let bits = address.to_bits();
    // The cast keeps the low 32 bits of what was moved there.
    let at = |shift: u32| Ipv4Addr::from_bits((bits >> shift) as u32);
    match address.segments() {
        // Unspecified and loopback are addresses of their own.
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => [None, None],
        _ if is_translated(address) => [Some(at(0)), None],
        // 6to4 (RFC 3056).
        [0x2002, ..] => [Some(at(80)), None],
        // Teredo (RFC 4380): the server, and the client with all its bits turned.
        [0x2001, 0, ..] => [Some(at(64)), Some(Ipv4Addr::from_bits(!at(0).to_bits()))],
        // ISATAP (RFC 5214) within any network.
        [_, _, _, _, 0 | 0x200, 0x5efe, _, _] => [Some(at(0)), None],
        _ => [None, None],
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap_or_else(|_| panic!("{text}"))
    }

    #[test]
    fn every_class_of_special_address_is_refused() {
        for (addresses, what) in [
            ("0.0.0.0 0.1.2.3 ::", UNSPECIFIED),
            ("127.0.0.1 127.255.255.254 ::1", THIS_MACHINE),
            (
                "10.0.0.0 10.255.255.255 172.16.0.1 172.31.255.255 192.168.0.1 fc00::1 fdff::1 fec0::1 64:ff9b:1::1",
                PRIVATE,
            ),
            ("100.64.0.1 100.127.255.255", SHARED),
            ("169.254.0.1 169.254.255.255 fe80::1 febf::1", LINK_LOCAL),
            (
                "169.254.169.254 169.254.170.2 100.100.100.200 168.63.129.16 192.0.0.192 fd00:ec2::254 fd20:ce::254",
                METADATA,
            ),
            ("224.0.0.1 239.255.255.255 ff02::1 ff0e::1", MULTICAST),
            ("255.255.255.255", BROADCAST),
            (
                "240.0.0.1 255.255.255.254 192.0.0.1 192.88.99.1 100::1 2001:10::1 2001:20::1 4000::1 5f00::1",
                RESERVED,
            ),
            (
                "192.0.2.1 198.51.100.1 203.0.113.255 2001:db8::1 3fff::1",
                DOCUMENTATION,
            ),
            ("198.18.0.1 198.19.255.255 2001:2::1", BENCHMARK),
        ] {
            for address in addresses.split(' ') {
                assert_eq!(check(ip(address), &[]), Err(what), "{address}");
            }
        }
    }

    #[test]
    fn what_ipv6_carries_counts() {
        for (carrier, what) in [
            ("::ffff:127.0.0.1", THIS_MACHINE),
            ("::ffff:169.254.169.254", METADATA),
            ("::10.0.0.1", PRIVATE),
            ("::ffff:0:192.168.0.1", PRIVATE),
            ("64:ff9b::10.0.0.1", PRIVATE),
            ("64:ff9b::a9fe:a9fe", METADATA),
            ("2002:7f00:1::", THIS_MACHINE),
            ("2002:a9fe:a9fe::1", METADATA),
            // Teredo: the server is private; the client is 10.0.0.1.
            ("2001:0:a00:1::1", PRIVATE),
            ("2001:0:808:808::f5ff:fffe", PRIVATE),
            ("2600::5efe:10.0.0.1", PRIVATE),
            ("2600::200:5efe:10.0.0.1", PRIVATE),
            // What carries a public address may itself stand in a network that is none.
            ("fd00::5efe:1.1.1.1", PRIVATE),
            ("fe80::200:5efe:8.8.8.8", LINK_LOCAL),
            ("2001:db8::5efe:1.1.1.1", DOCUMENTATION),
            ("4000::5efe:1.1.1.1", RESERVED),
        ] {
            assert_eq!(check(ip(carrier), &[]), Err(what), "{carrier}");
        }
    }

    #[test]
    fn public_addresses_are_asked() {
        for address in [
            "1.1.1.1",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.1",
            "169.253.255.255",
            "172.15.255.255",
            "172.32.0.0",
            "192.167.255.255",
            "192.169.0.0",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "2606:4700::1111",
            "2a00:1450::1",
            "::ffff:1.1.1.1",
            "64:ff9b::1.1.1.1",
            "2002:101:101::1",
            "2001:4860:4860::8888",
        ] {
            assert_eq!(check(ip(address), &[]), Ok(()), "{address}");
        }
    }

    #[test]
    fn what_is_allowed_is_asked_and_nothing_beside_it() {
        let allowed = [v4(10, 0, 0, 0, 8), v4(127, 0, 0, 1, 32)];
        for address in [
            "10.1.2.3",
            "127.0.0.1",
            "::ffff:10.1.2.3",
            "64:ff9b::10.1.2.3",
        ] {
            assert_eq!(check(ip(address), &allowed), Ok(()), "{address}");
        }
        for address in [
            "127.0.0.2",
            "192.168.0.1",
            "::1",
            "169.254.169.254",
            "::ffff:127.0.0.2",
        ] {
            assert!(check(ip(address), &allowed).is_err(), "{address}");
        }
        assert_eq!(check(ip("::1"), &[v6([0; 4], 1, 128)]), Ok(()));
    }
}
