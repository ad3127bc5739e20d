//! Times, numbers and what has become of orders, as people say them, in the terminal and on the page.

use dateline_pipeline::clock::{Clock, before};
use dateline_pipeline::collect::Polled;
use dateline_pipeline::letters::Retry;
use dateline_pipeline::store::Job;
use jiff::Timestamp;

use crate::daemon::control::Applied;

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

/// The instant that somebody names: itself, or how long ago it is.
pub(crate) fn named_instant(text: &str) -> Option<Timestamp> {
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Some(instant);
    }
    let ago = dateline_config::parse_duration(text)?;
    Some(before(Clock::System.now(), ago))
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

/// A job that makes records anew, in one line.
pub(crate) fn job(job: &Job, now: Timestamp) -> String {
    let (number, becomes) = (job.number, job.wish.becomes.as_str());
    let percent = (job.done() * 100.0) as u32;
    let records = count(
        usize::try_from(job.tally.made).unwrap_or(usize::MAX),
        "record",
    );
    let stands = match (job.ended, job.cancelled) {
        (None, _) => format!("is {percent} % done, began {}", ago(job.began, now)),
        (Some(at), false) => format!("is done, ended {}", ago(at, now)),
        (Some(at), true) => format!("was cancelled at {percent} %, {}", ago(at, now)),
    };
    format!("reprocess job {number} as {becomes} {stands}: {records} made anew")
}

/// For which sink a job waits that has so many records before it.
pub(crate) fn waits(sink: &str, records: i64) -> String {
    format!("it waits for {sink}, which has {records} records before it")
}

/// What the turn of a source waits for that was to be asked now; the source stands before it.
pub(crate) fn polled(turn: &Polled, now: Timestamp) -> String {
    match turn {
        Polled::Running => "is being asked at this moment".to_owned(),
        Polled::Now => "is looked into now".to_owned(),
        Polled::Due => "is asked now, as soon as the spacing of its host allows".to_owned(),
        Polled::Held { host, until } => format!(
            "is asked when {host}, which is left alone, may be asked again: {}, at {}",
            ahead(*until, now),
            instant(*until)
        ),
        Polled::NetworkOut => {
            "is due, and waits for this machine's network, which seems to be out".to_owned()
        }
        Polled::LogsFull => "is due, and waits for room in the logs, which are full".to_owned(),
    }
}

/// What has changed with another configuration, each with its names; empty where nothing has.
pub(crate) fn applied(applied: &Applied) -> Vec<String> {
    let lines = [
        ("collected from now on", &applied.added),
        ("collected otherwise from now on", &applied.changed),
        ("not collected any more", &applied.removed),
        ("sinks that get records from now on", &applied.sinks_added),
        (
            "sinks that get them otherwise from now on",
            &applied.sinks_changed,
        ),
        ("sinks that get no more", &applied.sinks_removed),
        ("sections that hold from now on", &applied.settings),
        (
            "these hold only from the next start on",
            &applied.at_next_start,
        ),
    ];
    lines
        .into_iter()
        .filter(|(_, names)| !names.is_empty())
        .map(|(what, names)| format!("{what}: {}", names.join(", ")))
        .collect()
}

/// How many dead letters are tried again and how, with ` when …` at the end of each where it is not now.
pub(crate) fn retried(retry: &Retry, when: &str) -> Vec<String> {
    let stages = [
        (
            "deliver",
            "record",
            "delivered again, to the sink that refused it alone",
        ),
        ("transform", "draft", "transformed again"),
        ("collect", "part", "read again with its file"),
    ];
    stages
        .into_iter()
        .filter_map(|(stage, noun, what)| {
            let of_stage = retry.again.iter().filter(|again| again.stage == stage);
            let number = Some(of_stage.count()).filter(|number| *number > 0)?;
            Some(format!("{}: {what}{when}", count(number, noun)))
        })
        .collect()
}
