//! Metrics of single feeds.

use std::fs;

use crate::torture::daemon::Daemon;
use crate::torture::newsroom::Newsroom;
use crate::torture::office::FEEDS;
use crate::torture::setup::Setup;
use crate::{SOON, STOP_LIMIT, said};

const FAILURES: &str = "dateline_feed_consecutive_failures";

#[test]
fn every_feed_has_series_until_it_leaves_or_there_are_too_many() {
    let setup = Setup::new("series");
    let newsroom = Newsroom::open(setup.folder(), 1);
    let names = FEEDS.map(|(name, _)| name);
    let configure = |admin: &str, feeds: &[&str]| {
        let more = newsroom.feed_configuration(feeds) + &setup.jsonl("");
        let config = setup.configure(&("[reload]\nwatch = false\n\n".to_owned() + &more));
        let text = fs::read_to_string(&config).unwrap();
        fs::write(
            &config,
            text.replace("[admin]\n", &format!("[admin]\n{admin}")),
        )
        .unwrap();
        config
    };
    let config = configure("", &names);
    let mut daemon = Daemon::start(&config);
    let (first, last) = (names[0], names[names.len() - 1]);
    for name in names {
        let label = format!("feed=\"{name}\"");
        daemon.wait_for_metric(FAILURES, &[&label], SOON, |value| value == 0.0);
    }
    let (first, last) = (format!("feed=\"{first}\""), format!("feed=\"{last}\""));
    let read = "dateline_feed_last_success_timestamp_seconds";
    assert!(daemon.metric(read, &[&first]).unwrap() > 1.6e9);
    assert_eq!(
        daemon.metric("dateline_feeds_without_series", &[]),
        Some(0.0)
    );

    configure("", &names[1..]);
    said(&config, &["reload", "--json"]);
    assert_eq!(daemon.metric(FAILURES, &[&first]), None, "it has left");
    assert_eq!(daemon.metric(FAILURES, &[&last]), Some(0.0));

    let most = names.len() - 1;
    configure(&format!("feed_series = {most}\n"), &names);
    let applied = said(&config, &["reload", "--json"]);
    assert_eq!(
        applied["settings"],
        serde_json::json!(["[admin] feed_series"])
    );
    assert_eq!(applied["at_next_start"], serde_json::json!([]));
    daemon.wait_for_log(&["there are more feeds than [admin] feed_series"], SOON);
    assert_eq!(daemon.metric(FAILURES, &[]), None, "all or none");
    daemon.wait_for_metric("dateline_feeds_without_series", &[], SOON, |feeds| {
        feeds == FEEDS.len() as f64
    });
    daemon.stop(STOP_LIMIT);
}
