//! Named points at which a test can end the process, before and after each step of a commit.
//!
//! With the feature `crash-points`, `DATELINE_CRASH_AT=NAME` or `NAME:N` ends the process without
//! any unwinding or flushing at the `N`th passage (the first by default) of the point `NAME`.
//! Without the feature, which is how releases are built, a point is nothing at all.

/// Every point, in the order in which an article passes them.
pub const POINTS: &[&str] = &[
    "collect.polled",
    "collect.before_commit",
    "collect.after_commit",
    "drop.before_remove",
    "drop.after_remove",
    "transform.before_commit",
    "transform.after_commit",
    "store.before_commit",
    "store.after_commit",
    "deliver.before_write",
    "deliver.after_write",
    "deliver.after_commit",
    "jsonl.opened",
    "jsonl.written",
    "jsonl.synced",
    "jsonl.before_compress",
    "jsonl.compressed",
    "jsonl.renamed",
    "jsonl.removed",
    "kafka.begun",
    "kafka.sent",
    "kafka.position_sent",
    "kafka.committed",
];

/// Points that are passed only when an operator does something: a command, an upgrade.
pub const OPERATOR_POINTS: &[&str] = &[
    "letters.before_commit",
    "letters.after_commit",
    "reprocess.before_begin",
    "reprocess.after_begin",
    "reprocess.before_commit",
    "reprocess.after_commit",
    "schema.copy_written",
    "schema.copied",
    "schema.step",
];

/// Passes the point `name`.
#[cfg(not(feature = "crash-points"))]
#[inline(always)]
pub fn point(_name: &'static str) {}

/// Passes the point `name`; ends the process if it is the one that was asked for.
#[cfg(feature = "crash-points")]
pub fn point(name: &'static str) {
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicU64, Ordering};

    static TARGET: OnceLock<Option<(String, AtomicU64)>> = OnceLock::new();
    debug_assert!(
        POINTS.contains(&name) || OPERATOR_POINTS.contains(&name),
        "crash point {name} is not listed"
    );
    let target = TARGET.get_or_init(|| {
        let wish = std::env::var("DATELINE_CRASH_AT").ok()?;
        let (wanted, passages) = match wish.split_once(':') {
            Some((wanted, count)) => (wanted, count.parse().ok()?),
            None => (wish.as_str(), 1),
        };
        Some((wanted.to_owned(), AtomicU64::new(passages)))
    });
    let Some((wanted, left)) = target else { return };
    if wanted == name && left.fetch_sub(1, Ordering::SeqCst) == 1 {
        std::process::abort();
    }
}
