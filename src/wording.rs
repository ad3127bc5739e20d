//! Times and numbers as people say them, in the terminal and on the page.

use jiff::Timestamp;

/// How long ago something was.
pub(crate) fn ago(at: Timestamp, now: Timestamp) -> String {
    format!("{} ago", rough(dateline_pipeline::clock::between(at, now)))
}

/// How long something is off.
pub(crate) fn ahead(at: Timestamp, now: Timestamp) -> String {
    match dateline_pipeline::clock::between(now, at) {
        std::time::Duration::ZERO => "now".to_owned(),
        wait => format!("in {}", rough(wait)),
    }
}

/// A duration in its largest unit, as people say it.
pub(crate) fn rough(duration: std::time::Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0..=99 => format!("{seconds} s"),
        100..=5999 => format!("{} min", seconds / 60),
        6000..=172_799 => format!("{} h", seconds / 3600),
        _ => format!("{} d", seconds / 86_400),
    }
}

/// An instant to the second.
pub(crate) fn instant(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// A reason without the address that it begins with, for where that stands beside it.
pub(crate) fn bare<'r>(reason: &'r str, address: &str) -> &'r str {
    let rest = reason.strip_prefix(address);
    rest.and_then(|rest| rest.strip_prefix(": "))
        .unwrap_or(reason)
}

/// `1 feed`, `2 feeds`.
pub(crate) fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}
