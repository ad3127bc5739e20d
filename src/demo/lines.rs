//! Events as lines: for logs, and for the ticker below the live table.

use std::time::Duration;

use dateline_pipeline::record::Op;

use super::watch::Event;
use crate::terminal::{Style, paint};

/// One line that says when, what kind, and what.
pub(crate) fn line(at: Duration, event: &Event, colourful: bool) -> String {
    let (kind, style, what) = match event {
        Event::Newsroom(what) => ("newsroom", Style::Dim, what.clone()),
        Event::Record {
            op,
            revision,
            language,
            source,
            title,
        } => {
            let (kind, style) = match op {
                Op::New => ("new".to_owned(), Style::Good),
                Op::Revised => (format!("revised {revision}"), Style::Bold),
            };
            return whole(
                at,
                &kind,
                style,
                &format!("{language:<3} {title} ({source})"),
                colourful,
            );
        }
        Event::Failing { source, reason } => (
            "failing",
            Style::Error,
            format!("{source}: {}", without_address(reason)),
        ),
        Event::Recovered { source } => (
            "recovered",
            Style::Good,
            format!("{source} can be read again"),
        ),
        Event::DeadLetter {
            source,
            subject,
            reason,
        } => (
            "set aside",
            Style::Warning,
            format!("{source}/{subject}: {reason}"),
        ),
    };
    whole(at, kind, style, &what, colourful)
}

fn whole(at: Duration, kind: &str, style: Style, what: &str, colourful: bool) -> String {
    let kind = paint(&format!("{kind:<10}"), style, colourful);
    format!("{:>5.1} s  {kind} {what}", at.as_secs_f64())
}

/// A reason without the feed's address before it: the row names the feed.
pub(crate) fn without_address(reason: &str) -> &str {
    match reason.split_once(": ") {
        Some((address, rest)) if address.starts_with("http") => rest,
        _ => reason,
    }
}
