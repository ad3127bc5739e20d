//! Series of single feeds under `/metrics`, made at each request from what is stored of them. The recorder knows none of them: it keeps what it once had, and
//! a feed that leaves the configuration is to take its series along.

use std::collections::HashMap;
use std::sync::Arc;

use dateline_config::Config;
use dateline_pipeline::store::{SourceStatus, StoreError};
use jiff::Timestamp;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::Facts;

/// Something that is known of each feed.
struct Series {
    name: &'static str,
    kind: &'static str,
    help: &'static str,
    /// `None` where it is not known of a feed.
    value: fn(&SourceStatus) -> Option<f64>,
}

const SERIES: [Series; 5] = [
    Series {
        name: "dateline_feed_last_success_timestamp_seconds",
        kind: "gauge",
        help: "when a feed could last be read, in seconds since 1970; absent where it never could",
        value: |feed| feed.succeeded.map(seconds),
    },
    Series {
        name: "dateline_feed_consecutive_failures",
        kind: "gauge",
        help: "turns of a feed that failed in a row",
        value: |feed| Some(f64::from(feed.failures)),
    },
    Series {
        name: "dateline_feed_gone",
        kind: "gauge",
        help: "1 while a feed is gone for good and not asked any more",
        value: |feed| Some(f64::from(u8::from(feed.outcome == "gone"))),
    },
    Series {
        name: "dateline_feed_http_status",
        kind: "gauge",
        help: "status of the last answer for a feed; absent where there was none",
        value: |feed| feed.status.map(f64::from),
    },
    Series {
        name: "dateline_feed_drafts_total",
        kind: "counter",
        help: "drafts of a feed that were committed, over restarts",
        value: |feed| Some(feed.drafts as f64),
    },
];

fn seconds(at: Timestamp) -> f64 {
    at.as_millisecond() as f64 / 1000.0
}

/// The series of every feed of the configuration that has had a turn, as Prometheus' text; nothing where there are more feeds than are to have some.
///
/// # Errors
/// When the store cannot be read.
pub(super) async fn of_feeds(facts: &Facts) -> Result<String, StoreError> {
    let config = facts.config();
    if left_out(&config) > 0 {
        return Ok(String::new());
    }
    let states = facts.ask(|reader| reader.source_statuses()).await?;
    Ok(text(&config, states))
}

fn text(config: &Config, states: Vec<SourceStatus>) -> String {
    let states: HashMap<String, SourceStatus> = states
        .into_iter()
        .map(|state| (state.id.clone(), state))
        .collect();
    let feeds: Vec<&SourceStatus> = enabled(config)
        .filter_map(|feed| states.get(&feed.id))
        .collect();
    let mut text = String::new();
    for series in SERIES {
        let Series {
            name,
            kind,
            help,
            value,
        } = series;
        let values = feeds
            .iter()
            .filter_map(|feed| Some((&feed.id, value(feed)?)));
        let mut samples = String::new();
        for (id, value) in values {
            samples += &format!("{name}{{feed=\"{}\"}} {value}\n", escaped(id));
        }
        if !samples.is_empty() {
            text += &format!("# HELP {name} {help}\n# TYPE {name} {kind}\n{samples}\n");
        }
    }
    text
}

/// A label's value as Prometheus' text has it.
fn escaped(value: &str) -> String {
    value
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}

fn enabled(config: &Config) -> impl Iterator<Item = &dateline_config::Feed> {
    config.feeds.iter().filter(|feed| feed.enabled)
}

/// How many feeds have no series, because there are more of them than are to have some.
fn left_out(config: &Config) -> usize {
    let feeds = enabled(config).count();
    if feeds > config.admin.feed_series {
        feeds
    } else {
        0
    }
}

/// Says how many feeds have no series of their own, now and with every other configuration, until `stop`.
pub(super) async fn count_left_out(
    mut config: watch::Receiver<Arc<Config>>,
    stop: CancellationToken,
) {
    let mut said = false;
    loop {
        let (feeds, most) = {
            let config = config.borrow_and_update();
            (left_out(&config), config.admin.feed_series)
        };
        metrics::gauge!("dateline_feeds_without_series").set(feeds as f64);
        // Who has switched them off knows it.
        let is_over = feeds > 0 && most > 0;
        if is_over && !said {
            tracing::warn!(
                feeds,
                limit = most,
                "there are more feeds than [admin] feed_series, so none has series of its own under /metrics; those of all together are there"
            );
        }
        said = is_over;
        if !matches!(
            stop.run_until_cancelled(config.changed()).await,
            Some(Ok(()))
        ) {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::path::Path;

    use super::*;

    fn config(feed_series: usize) -> Config {
        let text = format!(
            "[admin]\nfeed_series = {feed_series}\n\
             [[feeds]]\nid = \"a\"\nurl = \"https://a.example/\"\n\
             [[feeds]]\nid = \"b\"\nurl = \"https://b.example/\"\n\
             [[feeds]]\nid = \"new\"\nurl = \"https://new.example/\"\n\
             [[feeds]]\nid = \"off\"\nurl = \"https://off.example/\"\nenabled = false\n"
        );
        let loaded = dateline_config::parse(&text, Path::new("dateline.toml"));
        loaded.unwrap().config
    }

    fn status(id: &str, outcome: &str, failures: u32, succeeded: Option<i64>) -> SourceStatus {
        SourceStatus {
            id: id.to_owned(),
            kind: "feed".to_owned(),
            title: None,
            outcome: outcome.to_owned(),
            failures,
            failing_since: None,
            status: (outcome == "gone").then_some(410),
            reason: None,
            drafts: 7,
            attempted: Timestamp::from_second(2000).unwrap(),
            succeeded: succeeded.map(|at| Timestamp::from_millisecond(at).unwrap()),
            due: None,
        }
    }

    #[test]
    fn every_feed_that_is_asked_has_its_series() {
        let states = vec![
            status("a", "read", 0, Some(1_500_250)),
            status("b", "gone", 3, None),
            status("off", "read", 0, Some(1)),
            status("a drop folder", "read", 0, Some(1)),
        ];
        let text = text(&config(3), states);
        let samples = text.lines().filter(|line| !line.starts_with('#'));
        let samples: Vec<&str> = samples.filter(|line| !line.is_empty()).collect();
        assert_eq!(
            samples,
            [
                "dateline_feed_last_success_timestamp_seconds{feed=\"a\"} 1500.25",
                "dateline_feed_consecutive_failures{feed=\"a\"} 0",
                "dateline_feed_consecutive_failures{feed=\"b\"} 3",
                "dateline_feed_gone{feed=\"a\"} 0",
                "dateline_feed_gone{feed=\"b\"} 1",
                "dateline_feed_http_status{feed=\"b\"} 410",
                "dateline_feed_drafts_total{feed=\"a\"} 7",
                "dateline_feed_drafts_total{feed=\"b\"} 7",
            ]
        );
        assert!(text.contains("# TYPE dateline_feed_drafts_total counter\n"));
    }

    #[test]
    fn with_more_feeds_than_that_none_has_any() {
        assert_eq!(left_out(&config(3)), 0);
        assert_eq!(left_out(&config(2)), 3, "one that is off does not count");
        assert_eq!(left_out(&config(0)), 3);
    }

    #[test]
    fn ids_cannot_break_out_of_their_label() {
        assert_eq!(escaped("a\"} 1\nb\\"), "a\\\"} 1\\nb\\\\");
    }
}
