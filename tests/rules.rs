//! Rules, routes and tests of a configuration, with the binary from outside.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

#[allow(dead_code, reason = "each test binary uses its part of the harness")]
mod torture;

use std::fs;
use std::path::Path;
use std::process::Output;
use std::time::Duration;

use serde_json::Value;

use torture::daemon::{Daemon, dateline};
use torture::setup::Setup;
use torture::until;

/// For what takes some seconds when all is well.
const SOON: Duration = Duration::from_secs(60);

/// Stories by the names of their files.
const STORIES: [(&str, &str); 4] = [
    (
        "ferry.txt",
        "Ferry office moves to the harbour\n\nThe office of the ferry moves to the old customs house, the harbour said on Monday. It opens in May.\n",
    ),
    (
        "rowers.txt",
        "Sport: rowers win by a length\n\nThe rowers of Tarnwick won the race around the island by a length, their first victory in nine years.\n",
    ),
    (
        "bees.txt",
        "Bees are back\n\nThe bees of the foundry are back. Nobody knows where they were, and the owner did not ask them.\n",
    ),
    ("broken.txt", "\u{0}\u{1}\u{2}"),
];

const RULES: &str = r#"
[[rules]]
name = "no-sport"
when = "record.title.startsWith('Sport')"
drop = true

[[rules]]
name = "desk"
when = "record.title.contains('harbour')"
set.fields.desk = "'coast'"

[[rules]]
name = "label"
set.fields.label = "record.fields.desk + '/' + record.source.id"
set.publisher = "'Harbour Desk'"

[[rules]]
name = "wrong"
set.fields.sum = "record.fields.label + 1"
"#;

fn records(folder: &Path) -> Vec<Value> {
    let Ok(files) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let texts = files.map(|file| fs::read_to_string(file.unwrap().path()).unwrap_or_default());
    let lines = texts.flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>());
    let mut records: Vec<Value> = lines
        .filter_map(|line| serde_json::from_str(&line).ok())
        .collect();
    records.sort_by_key(|record| record["title"].to_string());
    records
}

fn titles(records: &[Value]) -> Vec<&str> {
    records
        .iter()
        .map(|record| record["title"].as_str().unwrap())
        .collect()
}

/// A drop folder with the stories, rules, and a sink for all records beside one for some.
fn ruled(name: &str) -> (Setup, std::path::PathBuf) {
    let setup = Setup::new(name);
    let folder = setup.folder();
    fs::create_dir(folder.join("wire")).unwrap();
    for (name, text) in STORIES {
        fs::write(folder.join("wire").join(name), text).unwrap();
    }
    let config = setup.configure(&format!(
        "[[drops]]\npath = \"wire\"\nsettle = \"0ms\"\nlanguage = \"en\"\n{RULES}\n{}\n[sinks.jsonl.coast]\ndir = \"coast\"\nwhere = \"record.fields.desk == 'coast'\"\n",
        setup.jsonl("")
    ));
    (setup, config)
}

fn test(config: &Path, more: &[&str]) -> Output {
    let mut command = dateline();
    command.arg("test").arg("--config").arg(config).args(more);
    command.env("NO_COLOR", "1").output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn the_daemon_applies_rules_and_routes_as_the_tests_of_its_configuration_say() {
    let (setup, config) = ruled("rules");
    let folder = setup.folder();
    let mut daemon = Daemon::start(&config);
    until("the records", SOON, || {
        (records(setup.records()).len() == 2).then_some(())
    });
    until("the coast's", SOON, || {
        (records(&folder.join("coast")).len() == 1).then_some(())
    });
    for (metric, label) in [
        ("dateline_rules_dropped_total", "rule=\"no-sport\""),
        ("dateline_expressions_failed_total", "place=\"rules.wrong\""),
        ("dateline_passed_over_records_total", "sink=\"jsonl.coast\""),
    ] {
        daemon.wait_for_metric(metric, &[label], SOON, |value| value == 1.0);
    }
    daemon.stop(SOON);

    let all = records(setup.records());
    assert_eq!(
        titles(&all),
        ["Bees are back", "Ferry office moves to the harbour"]
    );
    let (bees, ferry) = (&all[0], &all[1]);
    assert_eq!(ferry["fields"]["desk"], "coast");
    assert_eq!(ferry["fields"]["label"], "coast/wire");
    assert_eq!(ferry["publisher"], "Harbour Desk");
    assert!(
        bees.get("fields").is_none(),
        "what needs a field that is not there is not set"
    );
    let recovered = &ferry["provenance"]["recovered"];
    assert_eq!(
        recovered[0],
        "the rule `wrong` did not set `fields.sum`: `add` does not take a text and an integer"
    );
    assert_eq!(
        titles(&records(&folder.join("coast"))),
        ["Ferry office moves to the harbour"]
    );

    // The same files, as tests: what they expect is what the daemon has delivered.
    let mut tests = String::new();
    for (name, _) in STORIES {
        let delivered: Vec<&Value> = all
            .iter()
            .filter(|record| record["provenance"]["file"] == name)
            .collect();
        tests += &format!(
            "[[tests]]\nname = \"{name}\"\ndrop = \"wire\"\nfile = \"wire/{name}\"\nrecords = {}\n",
            delivered.len()
        );
        for record in delivered {
            let sinks = match record["fields"]["desk"].as_str() {
                Some("coast") => "\"jsonl.coast\", ",
                _ => "",
            };
            tests += &format!(
                "[[tests.expect]]\nsinks = [{sinks}\"jsonl.files\"]\n[tests.expect.fields]\nid = {}\ntitle = {}\npublisher = {}\nprovenance.content_hash = {}\n",
                record["id"],
                record["title"],
                record["publisher"],
                record["provenance"]["content_hash"]
            );
        }
    }
    fs::write(folder.join("all.test.toml"), tests).unwrap();
    let output = test(&config, &[]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(
        said(&output).ends_with("4 tests, all passed\n"),
        "{}",
        said(&output)
    );
}

#[test]
fn a_test_that_fails_says_where_and_what_there_was() {
    let (setup, config) = ruled("rules-fail");
    let folder = setup.folder();
    fs::write(
        folder.join("some.test.toml"),
        r#"[[tests]]
name = "the ferry"
drop = "wire"
file = "wire/ferry.txt"
fetched = 2026-03-01T12:00:00Z
records = 2
[[tests.expect]]
record = "record.title.contains('tram')"
[[tests.expect]]
that = ["record.language.code == 'de' && record.source.id == 'wire'", "record.publisher == 'Harbour Desk'", "record.rights == 'mine'"]
fields = { "publisher" = "Courier", "fields.desk" = "coast" }
sinks = ["jsonl.coast"]

[[tests]]
name = "the rowers"
drop = "wire"
file = "wire/rowers.txt"
records = 1

[[tests]]
name = "nothing there"
drop = "wire"
file = "wire/none.txt"
records = 0

[[tests]]
name = "the bees"
drop = "wire"
file = "wire/bees.txt"
"#,
    )
    .unwrap();
    let output = test(&config, &[]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    let page = said(&output).replace(&folder.display().to_string(), "FOLDER");
    insta::assert_snapshot!("rules_failing_tests", page);

    let output = test(&config, &["--json"]);
    assert_eq!(output.status.code(), Some(1));
    let results: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (&results["passed"], &results["failed"]),
        (&Value::from(1), &Value::from(3))
    );
    assert_eq!(results["tests"][0]["name"], "the ferry");
    assert_eq!(results["tests"][0]["failures"][0]["line"], 6);
    assert_eq!(results["tests"][3]["passed"], true);
}

#[test]
fn tests_that_cannot_be_run_are_told_from_tests_that_fail() {
    let (setup, config) = ruled("rules-wrong");
    let folder = setup.folder();
    let output = test(&config, &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        said(&output).contains("there is no *.test.toml beside"),
        "{}",
        said(&output)
    );
    let pattern = folder.join("checks/*.toml").display().to_string();
    assert_eq!(test(&config, &["--tests", &pattern]).status.code(), Some(2));
    fs::write(
        folder.join("a.test.toml"),
        "[[tests]]\nname = \"x\"\ndrop = \"wier\"\nfile = \"a.txt\"\n",
    )
    .unwrap();
    let output = test(&config, &[]);
    assert_eq!(output.status.code(), Some(78));
    let page = said(&output);
    assert!(
        page.contains("a.test.toml:3:8") && page.contains("did you mean \"wire\"?"),
        "{page}"
    );
    fs::write(&config, "[[rules]]\nname = \"x\"\n").unwrap();
    assert_eq!(test(&config, &[]).status.code(), Some(78));
}

#[test]
fn inspecting_a_file_of_a_folder_applies_the_rules() {
    let (setup, config) = ruled("rules-inspect");
    let inspect = |name: &str| {
        let mut command = dateline();
        command.args(["inspect", "drop", "--json", "--drop", "wire", "--config"]);
        let file = setup.folder().join("wire").join(name);
        command.arg(&config).arg(file).output().unwrap()
    };
    let ferry = inspect("ferry.txt");
    let record: Value = serde_json::from_slice(&ferry.stdout).unwrap();
    assert_eq!(record["fields"]["label"], "coast/wire");
    let rowers = inspect("rowers.txt");
    assert_eq!(rowers.status.code(), Some(0));
    assert!(rowers.stdout.is_empty());
    assert!(
        said(&rowers).contains("left out by the rule `no-sport`: Sport: rowers win by a length")
    );
}
