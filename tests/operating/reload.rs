//! Another configuration while everything runs: by a command, a signal, a changed file. Under load nothing is lost or
//! doubled, what has not changed is not disturbed, and a bad file changes nothing. Records are delivered again to a sink
//! that is told so, and those alone.
//!
//! `DATELINE_TORTURE_RELOADS` sets how many reloads there are, `DATELINE_TORTURE_SEED` repeats their order.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;

use crate::torture::article::Token;
use crate::torture::daemon::Daemon;
use crate::torture::dice::Dice;
use crate::torture::newsroom::Newsroom;
use crate::torture::office::FEEDS;
use crate::torture::outputs::{self, Delivered};
use crate::torture::setup::Setup;
use crate::torture::{number_from_env, until};
use crate::unrest::{TAKEN, Unrest, hang_up, lines};
use crate::{SOON, STOP_LIMIT, command, said};

/// Reloads where nobody says otherwise.
const USUAL_RELOADS: u64 = 24;

#[test]
fn every_version_arrives_once_however_often_the_configuration_changes() {
    let seed = number_from_env("DATELINE_TORTURE_SEED").unwrap_or_else(Dice::fresh_seed);
    let reloads = number_from_env("DATELINE_TORTURE_RELOADS").unwrap_or(USUAL_RELOADS);
    println!("DATELINE_TORTURE_SEED={seed} DATELINE_TORTURE_RELOADS={reloads}");
    let mut unrest = Unrest::new("unrest", seed);
    let config = unrest.configure(true);
    let mut daemon = Daemon::start(&config);
    daemon.wait_for_log(&["dateline is running"], SOON);
    for round in 1..=reloads {
        unrest.work();
        unrest.reload(&mut daemon);
        // Amid all that it is killed now and then, between a change and what comes of it.
        if round % 8 == 0 {
            daemon.kill();
            daemon = Daemon::start(&config);
            daemon.wait_for_log(&["dateline is running"], SOON);
        }
    }
    unrest.configure(true);
    command(&config, &["reload"]);
    unrest.catch_up();
    daemon.stop(STOP_LIMIT);
    unrest.judge();
}

/// How often each version arrived.
fn times(delivered: &[Delivered]) -> BTreeMap<Token, usize> {
    let mut times = BTreeMap::new();
    for one in delivered {
        let token = outputs::token(one.record.as_ref().unwrap()).unwrap();
        *times.entry(token).or_default() += 1;
    }
    times
}

/// Those that arrived twice; the rest must have arrived once.
fn doubled(delivered: &[Delivered]) -> BTreeSet<Token> {
    let times = times(delivered);
    assert!(
        times.values().all(|times| (1..=2).contains(times)),
        "{times:?}"
    );
    let doubled = times.into_iter().filter(|(_, times)| *times == 2);
    doubled.map(|(token, _)| token).collect()
}

/// The versions of the log from this record on, up to the last that was there.
fn logged(setup: &Setup, from: i64, to: i64) -> BTreeSet<Token> {
    let log = rusqlite::Connection::open(setup.state().join("dateline.db")).unwrap();
    let mut records = log
        .prepare("SELECT record FROM records WHERE seq BETWEEN ?1 AND ?2")
        .unwrap();
    let records = records.query_map([from, to], |row| row.get::<_, String>(0));
    let records = records.unwrap().map(|record| {
        let record: Value = serde_json::from_str(&record.unwrap()).unwrap();
        outputs::token(&record).unwrap()
    });
    records.collect()
}

#[test]
fn a_replay_under_load_brings_those_records_again_and_no_others() {
    let seed = number_from_env("DATELINE_TORTURE_SEED").unwrap_or_else(Dice::fresh_seed);
    println!("DATELINE_TORTURE_SEED={seed}");
    let mut unrest = Unrest::new("replay", seed);
    let config = unrest.configure(true);
    let mut daemon = Daemon::start(&config);
    daemon.wait_for_log(&["dateline is running"], SOON);
    for _ in 0..4 {
        unrest.work();
    }
    unrest.catch_up();
    let position = |answer: &Value| answer["position"].as_i64().unwrap();
    let (from_kafka, from_files) = (5, 9);
    // News goes on coming meanwhile.
    unrest.work();
    let kafka = said(
        &config,
        &["replay", "--sink", "kafka.stream", "--from", "5", "--json"],
    );
    unrest.work();
    let files = said(
        &config,
        &["replay", "--sink", "files", "--from", "9", "--json"],
    );
    assert_eq!(
        (position(&kafka), position(&files)),
        (from_kafka - 1, from_files - 1)
    );
    let last = |answer: &Value| position(answer) + answer["records"].as_i64().unwrap();
    let (wanted_kafka, wanted_files) = (
        logged(&unrest.setup, from_kafka, last(&kafka)),
        logged(&unrest.setup, from_files, last(&files)),
    );
    assert!(wanted_kafka.len() > 5 && wanted_files.len() > 5);
    unrest.work();
    // Amid the replay the daemon dies, and it is not begun again.
    daemon.kill();
    let mut daemon = Daemon::start(&config);
    unrest.catch_up();
    daemon.stop(STOP_LIMIT);
    assert_eq!(doubled(&unrest.topic()), wanted_kafka);
    assert_eq!(
        doubled(&outputs::jsonl(unrest.setup.records())),
        wanted_files
    );

    // Of a stopped daemon the state itself is set back.
    let answer = said(
        &config,
        &["replay", "--sink", "jsonl.files", "--since", "1w", "--json"],
    );
    let records = answer["records"].as_u64().unwrap() as usize;
    let before = outputs::jsonl(unrest.setup.records()).len();
    let mut daemon = Daemon::start(&config);
    daemon.wait_for_log(&["dateline is running"], SOON);
    // Whoever stops delivers what there is.
    daemon.stop(STOP_LIMIT);
    let all = outputs::jsonl(unrest.setup.records());
    assert_eq!(all.len(), before + records);
}

fn write(path: &Path, text: &str) {
    std::fs::write(path, text).unwrap();
}

#[test]
fn a_bad_file_changes_nothing_and_says_what_is_wrong() {
    let setup = Setup::new("bad-file");
    let newsroom = Newsroom::open(setup.folder(), 1);
    let config = setup.configure(&(newsroom.configuration() + &setup.jsonl("")));
    let mut daemon = Daemon::start(&config);
    daemon.wait_for_log(&["dateline is running"], SOON);
    let good = std::fs::read_to_string(&config).unwrap();
    let bad = good.replace("every = \"1s\"", "every = \"soon\"");
    write(&config, &bad);
    daemon.wait_for_log(&["is not taken", "soon", "dateline.toml"], SOON);
    daemon.wait_for_metric("dateline_config_reload_successful", &[], SOON, |value| {
        value == 0.0
    });
    let output = command(&config, &["reload"]);
    assert_eq!(output.status.code(), Some(78));
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        message.contains("soon") && message.contains("dateline.toml"),
        "{message}"
    );
    // It collects all the same.
    let before = newsroom.requests()[0];
    until("requests", SOON, || {
        (newsroom.requests()[0] > before + 1).then_some(())
    });
    write(&config, &good);
    daemon.wait_for_metric("dateline_config_reload_successful", &[], SOON, |value| {
        value == 1.0
    });
    daemon.stop(STOP_LIMIT);
}

#[test]
fn a_fault_may_be_mended_in_a_file_that_was_not_there() {
    let setup = Setup::new("mended-elsewhere");
    let newsroom = Newsroom::open(setup.folder(), 1);
    let rest = newsroom.configuration() + &setup.jsonl("");
    let config = setup.configure(&rest);
    let mut daemon = Daemon::start(&config);
    daemon.wait_for_log(&["dateline is running"], SOON);
    let text = std::fs::read_to_string(&config).unwrap();
    write(&config, &format!("include = [\"more.toml\"]\n{text}"));
    daemon.wait_for_log(&["is not taken", "more.toml"], SOON);
    let more = setup.folder().join("more.toml");
    write(&more, "[[feeds]]\nurl = \"nowhere\"\n");
    daemon.wait_for_log(&["is not taken", "more.toml:2"], SOON);
    write(
        &more,
        "[[feeds]]\nid = \"more\"\nurl = \"http://127.0.0.1:9/\"\n",
    );
    let line = daemon.wait_for_log(&[TAKEN], SOON);
    assert_eq!(line["added"], "more");
    daemon.stop(STOP_LIMIT);
}

#[test]
fn files_are_not_watched_where_that_is_not_wanted() {
    let setup = Setup::new("unwatched");
    let newsroom = Newsroom::open(setup.folder(), 1);
    let rest = newsroom.configuration() + &setup.jsonl("");
    let config = setup.configure(&(rest.clone() + "\n[reload]\nwatch = false\n"));
    let mut daemon = Daemon::start(&config);
    daemon.wait_for_log(&["dateline is running"], SOON);
    setup.configure(&(rest.clone() + "\n[duplicates]\nwindow = \"2d\"\n"));
    let before = newsroom.requests()[0];
    until("requests", SOON, || {
        (newsroom.requests()[0] > before + 1).then_some(())
    });
    hang_up(&daemon);
    let line = daemon.wait_for_log(&[TAKEN], SOON);
    assert_eq!(line["why"], "SIGHUP");
    // From now on they are.
    setup.configure(&rest);
    daemon.wait_for_log(&[TAKEN, "its files have changed"], SOON);
    daemon.stop(STOP_LIMIT);
}

#[test]
fn a_feed_in_an_included_folder_is_taken_up_and_let_go() {
    let setup = Setup::new("feeds-d");
    let newsroom = Newsroom::open(setup.folder(), 1);
    let folder = setup.folder().join("feeds.d");
    std::fs::create_dir(&folder).unwrap();
    let config = setup.configure(&setup.jsonl(""));
    let rest = std::fs::read_to_string(&config).unwrap();
    let folders = newsroom.drop_configuration();
    write(
        &config,
        &format!("include = [\"feeds.d/*.toml\"]\n\n{rest}{folders}"),
    );
    let mut daemon = Daemon::start(&config);
    daemon.wait_for_log(&["dateline is running"], SOON);
    let (name, _) = FEEDS[0];
    write(
        &folder.join("one.toml"),
        &newsroom.feed_configuration(&[name]),
    );
    let line = daemon.wait_for_log(&[TAKEN, name], SOON);
    assert_eq!(line["added"], name);
    until("a request", SOON, || {
        (newsroom.requests()[0] > 0).then_some(())
    });
    std::fs::remove_file(folder.join("one.toml")).unwrap();
    until("the feed's leave", SOON, || {
        daemon.logged(&[TAKEN, &format!("\"removed\":\"{name}\"")])
    });
    let asked = newsroom.requests()[0];
    // Longer than its interval; others are asked meanwhile.
    let looks = lines(&daemon, "nothing");
    assert_eq!(
        said(&config, &["reload", "--json"])["added"],
        serde_json::json!([])
    );
    assert!(lines(&daemon, "nothing has changed") >= looks);
    assert_eq!(newsroom.requests()[0], asked);
    daemon.stop(STOP_LIMIT);
}

#[test]
fn what_cannot_change_while_it_runs_is_said_and_the_rest_is_applied() {
    let setup = Setup::new("at-next-start");
    let newsroom = Newsroom::open(setup.folder(), 1);
    let config = setup.configure(&(newsroom.configuration() + &setup.jsonl("")));
    let mut daemon = Daemon::start(&config);
    daemon.wait_for_log(&["dateline is running"], SOON);
    let good = std::fs::read_to_string(&config).unwrap();
    let text = good.replace(
        "[log]\n",
        "[reload]\nwatch = false\n\n[log]\nlevel = \"debug\"\n",
    );
    let text = text.replace("[admin]\n", "[admin]\nenabled = false\n#");
    let text = text.replace("\n#listen", "\n# listen");
    write(&config, &text);
    let at_next_start = || said(&config, &["reload", "--json"])["at_next_start"].clone();
    // However often it is asked, and whoever has read the file before.
    for _ in 0..2 {
        assert_eq!(at_next_start(), serde_json::json!(["[admin]"]));
    }
    daemon.wait_for_log(&["\"level\":\"DEBUG\"", "\"turn\""], SOON);
    write(&config, &good);
    assert_eq!(at_next_start(), serde_json::json!([]));
    daemon.stop(STOP_LIMIT);
}

#[test]
fn who_orders_nobody_is_told_so() {
    let setup = Setup::new("nobody");
    let newsroom = Newsroom::open(setup.folder(), 1);
    let config = setup.configure(&(newsroom.configuration() + &setup.jsonl("")));
    for (arguments, code, words) in [
        (&["reload"][..], 69, "no daemon works on"),
        (&["tail"], 69, "no daemon works on"),
        (
            &["replay", "--sink", "files", "--since", "1d"],
            69,
            "there is no state",
        ),
        (
            &["replay", "--sink", "nobody", "--since", "1d"],
            2,
            "there are: jsonl.files",
        ),
        (
            &["replay", "--sink", "files", "--since", "soon"],
            2,
            "neither a duration nor an instant",
        ),
    ] {
        let output = command(&config, arguments);
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {message}");
        assert!(message.contains(words), "{arguments:?}: {message}");
    }
}
