//! The section about WebSub: where hubs reach Dateline.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use url::Url;

use crate::shape::{callback_url, days, duration, hours, socket};

section! {
    /// WebSub (W3C, 2018): where a feed announces a hub, Dateline subscribes there, and the hub sends new items as they
    /// are published. It is on where `callback` is set, and needs an address that hubs on the internet can reach.
    table WebSub at "[websub]", hints {
        "enabled" => "set `callback` to switch it on; take it away to switch it off",
        "url" => "did you mean `callback`?",
        "hub" => "hubs are announced by the feeds themselves; write `callback`, the address at which hubs reach you",
        "port" => "write the port into `listen`: \"127.0.0.1:8089\"",
        "bind" => "did you mean `listen`?",
    } {
        /// Public address at which hubs reach `listen`, most often through a proxy. Each feed has its own address below
        /// it, which cannot be guessed.
        callback: Option<Url> = optional, callback_url();
        /// Address and port that hubs' requests are served on, in plain HTTP: put a proxy that speaks TLS before it.
        listen: SocketAddr = default(SocketAddr::from((Ipv4Addr::LOCALHOST, 8089))), socket();
        /// How long a subscription is asked for. The hub decides; it is renewed after two thirds of what the hub grants.
        lease: Duration = default(days(10)), duration(hours(1), days(365));
    }
}
