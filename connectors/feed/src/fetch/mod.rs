//! Asks the network for feeds, and for what lies around them, over HTTP. Knows nothing of what is in a document.
//!
//! Whatever the other side does, a request ends within its timeout and holds at most its `max_body` of memory; it goes to
//! networks that may be asked only, and a feed's own headers reach no other host.
//!
//! - `client`: the client that everybody shares.
//! - `feed`: a feed's document, on conditions; `memory` what is remembered of it, `moved` where it has gone.
//! - `other`: pages, robots.txt, forms for hubs.
//! - `exchange`: one request with its redirects; `redirects` where they may lead; `body` reads what came.
//! - `guard` and `networks`: who may be asked. `proxy`, `credentials`, `agents`: how, and as whom.
//! - `spacing`: when a host may be asked again, whoever asks.
//! - `faults` and `retry`: what went wrong, and how long to wait.

mod agents;
mod body;
mod client;
mod credentials;
mod exchange;
mod faults;
mod feed;
mod guard;
mod memory;
mod moved;
mod networks;
mod other;
mod proxy;
mod redirects;
mod retry;
mod spacing;

pub use agents::agent_for_own_service;
pub use client::{Client, FetchError};
pub use exchange::Limits;
pub use guard::{Names, networks_of};
pub use other::Page;

pub(crate) use feed::{Answer, Body, Refusal};
pub(crate) use memory::Memory;
pub(crate) use moved::Moved;
pub(crate) use other::Step;
pub(crate) use redirects::without_credentials;
