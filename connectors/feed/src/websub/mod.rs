//! WebSub (W3C Recommendation of 23 January 2018): hubs tell of new items as they are published.
//!
//! - [`announce`]: which hub an answer announces; no I/O.
//! - [`subscription`]: the life of a subscription; no I/O.
//! - [`trust`]: how far a hub may be relied on; no I/O.
//! - [`keys`]: names, secrets and signatures.
//! - [`callbacks`]: who is called under which name.
//! - [`places`]: how many ask one hub at a time, and which hubs are left alone; no I/O.
//! - [`ask`](mod@ask): one request to a hub.
//! - [`farewell`]: hubs are told of subscriptions that nobody wants any more.
//! - [`hook`]: what came for one feed, on its way to the feed's next turn.
//! - [`server`]: the port that hubs call.
//!
//! Nothing here writes state: a subscription is remembered with its feed, and what a hub sends is
//! acknowledged once the harvest that holds it is committed. Polling goes on beside it, more slowly
//! while a subscription is active, so that a hub that fails costs time and no items.

mod announce;
mod arrivals;
mod ask;
mod callbacks;
mod farewell;
mod hook;
mod keys;
mod places;
mod server;
mod subscription;
mod trust;

pub(crate) use announce::{Announced, announced};
pub(crate) use arrivals::{Arrivals, Push};
pub(crate) use ask::ask;
pub use callbacks::Callbacks;
pub(crate) use callbacks::{KEY, Place};
pub use hook::Hook;
pub use server::serve;
pub(crate) use subscription::{Errand, Subscription, next};
pub(crate) use trust::Trust;
