//! A harness for tests of the daemon from outside: a newsroom that issues articles with known
//! tokens, a daemon that can be killed, a real broker, readers of what came out, and the oracle
//! that compares. It sees Dateline only through its command line, its files and its ports.

pub(crate) mod article;
pub(crate) mod broker;
pub(crate) mod daemon;
pub(crate) mod dice;
pub(crate) mod disk;
pub(crate) mod fates;
pub(crate) mod misrule;
pub(crate) mod newsroom;
pub(crate) mod office;
pub(crate) mod oracle;
pub(crate) mod outputs;
pub(crate) mod schemas;
pub(crate) mod server;
pub(crate) mod setup;
pub(crate) mod syndication;

use std::time::{Duration, Instant};

/// Between two looks at something that is waited for.
const LOOK_EVERY: Duration = Duration::from_millis(25);

/// Looks until there is something to see, at most for `limit`.
pub(crate) fn until<T>(what: &str, limit: Duration, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + limit;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(
            Instant::now() < deadline,
            "waited {limit:?} in vain: {what}"
        );
        std::thread::sleep(LOOK_EVERY);
    }
}

/// Looks for the whole of `span`, during which nothing may be found wrong.
pub(crate) fn throughout(span: Duration, mut check: impl FnMut()) {
    let end = Instant::now() + span;
    while Instant::now() < end {
        check();
        std::thread::sleep(LOOK_EVERY);
    }
}

/// A number from the environment, for runs by hand.
pub(crate) fn number_from_env(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(
        text.parse()
            .unwrap_or_else(|_| panic!("{name} must be a whole number, not {text:?}")),
    )
}

/// A name that no other run uses on the same broker.
pub(crate) fn unique(name: &str) -> String {
    format!("{name}-{}-{}", std::process::id(), dice::Dice::fresh_seed())
}

/// Whether a switch is on in the environment.
pub(crate) fn is_set(name: &str) -> bool {
    std::env::var(name).is_ok_and(|value| !matches!(value.as_str(), "" | "0"))
}
