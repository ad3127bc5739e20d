//! Ranges of IP addresses: how they are written, and which addresses they hold.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::text::{Complaint, Text};
use crate::suggest::quote;

/// A range of IP addresses, such as `10.0.0.0/8` or `fd00::/8`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Network {
    /// The first address of the range.
    first: IpAddr,
    /// How many leading bits all its addresses share.
    prefix: u8,
}

impl Network {
    /// The range that holds this address only.
    pub const fn of(address: IpAddr) -> Network {
        let prefix = match address {
            IpAddr::V4(_) => 32,
            IpAddr::V6(_) => 128,
        };
        Network {
            first: address,
            prefix,
        }
    }

    /// The range of IPv4 addresses that share the first `prefix` bits with `address`.
    pub const fn v4(address: Ipv4Addr, prefix: u8) -> Network {
        let bits = address.to_bits() & mask_v4(prefix);
        Network {
            first: IpAddr::V4(Ipv4Addr::from_bits(bits)),
            prefix,
        }
    }

    /// The range of IPv6 addresses that share the first `prefix` bits with `address`.
    pub const fn v6(address: Ipv6Addr, prefix: u8) -> Network {
        let bits = address.to_bits() & mask_v6(prefix);
        Network {
            first: IpAddr::V6(Ipv6Addr::from_bits(bits)),
            prefix,
        }
    }

    /// Whether the address lies in the range. IPv4 and IPv6 are apart.
    pub fn contains(&self, address: IpAddr) -> bool {
        match address {
            IpAddr::V4(address) => Network::v4(address, self.prefix).first == self.first,
            IpAddr::V6(address) => Network::v6(address, self.prefix).first == self.first,
        }
    }
}

/// The bits that count; no prefix is longer than 32.
const fn mask_v4(prefix: u8) -> u32 {
    match prefix {
        0 => 0,
        1..=31 => u32::MAX << (32 - prefix),
        _ => u32::MAX,
    }
}

/// The bits that count; no prefix is longer than 128.
const fn mask_v6(prefix: u8) -> u128 {
    match prefix {
        0 => 0,
        1..=127 => u128::MAX << (128 - prefix),
        _ => u128::MAX,
    }
}

impl fmt::Display for Network {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.first, self.prefix)
    }
}

/// A range as users write it.
pub(crate) fn network() -> Text<Network> {
    Text {
        kind: "network: address/prefix",
        example: "10.0.0.0/8",
        pattern: Some("^[0-9A-Fa-f.:]+/[0-9]{1,3}$"),
        parse: parse_network,
        write: Network::to_string,
    }
}

pub(super) fn parse_network(text: &str) -> Result<Network, Complaint> {
    let no_network = |help: &str| {
        Complaint::new(
            format!("is not a network: `{}`", quote(text)),
            help.to_owned(),
        )
    };
    let Some((address, prefix)) = text.split_once('/') else {
        return Err(match text.parse::<IpAddr>() {
            Ok(address) => no_network(&format!("write \"{}\"", Network::of(address))),
            Err(_) => no_network(
                "write an address and how many of its bits count: \"10.0.0.0/8\"; names are not taken, since what they stand for can change",
            ),
        });
    };
    let address: IpAddr = address
        .parse()
        .map_err(|_| no_network("write an IP address before the `/`: \"10.0.0.0/8\""))?;
    let most = Network::of(address).prefix;
    let prefix = prefix.parse::<u8>().ok().filter(|prefix| *prefix <= most);
    let prefix = prefix.ok_or_else(|| {
        no_network(&format!(
            "write a number from 0 to {most} after the `/`: \"{}\"",
            Network::of(address)
        ))
    })?;
    let network = match address {
        IpAddr::V4(address) => Network::v4(address, prefix),
        IpAddr::V6(address) => Network::v6(address, prefix),
    };
    if network.first != address {
        return Err(Complaint::new(
            format!("has more bits than its prefix of {prefix} counts"),
            format!(
                "write \"{network}\" for the whole range, or \"{}\" for the one address",
                Network::of(address)
            ),
        ));
    }
    Ok(network)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use super::*;

    fn network(text: &str) -> Network {
        parse_network(text).unwrap_or_else(|complaint| panic!("{text} {}", complaint.what))
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn ranges_hold_their_addresses_and_no_others() {
        for (range, inside, outside) in [
            ("10.0.0.0/8", "10.255.0.1", "11.0.0.0"),
            ("192.168.7.0/25", "192.168.7.127", "192.168.7.128"),
            ("10.1.2.3/32", "10.1.2.3", "10.1.2.2"),
            ("fd00::/8", "fdff::1", "fe00::"),
            ("::1/128", "::1", "::2"),
        ] {
            assert!(network(range).contains(ip(inside)), "{range}");
            assert!(!network(range).contains(ip(outside)), "{range}");
            assert_eq!(network(range).to_string(), range);
        }
        assert!(network("0.0.0.0/0").contains(ip("203.0.113.1")));
        assert!(!network("0.0.0.0/0").contains(ip("::1")));
        assert!(network("::/0").contains(ip("::ffff:10.0.0.1")));
    }

    #[test]
    fn what_is_no_range_gets_advice() {
        for (text, advice) in [
            ("10.1.2.3", "10.1.2.3/32"),
            ("::1", "::1/128"),
            ("intranet", "10.0.0.0/8"),
            ("intranet/8", "10.0.0.0/8"),
            ("10.0.0.0/33", "0 to 32"),
            ("10.0.0.0/-1", "0 to 32"),
            ("10.0.0.0/", "0 to 32"),
            ("::/129", "0 to 128"),
            ("10.1.2.3/8", "10.0.0.0/8"),
            ("10.1.2.3/8", "10.1.2.3/32"),
        ] {
            let Err(complaint) = parse_network(text) else {
                panic!("{text}")
            };
            assert!(
                complaint.help.contains(advice),
                "{text}: {}",
                complaint.help
            );
        }
    }
}
