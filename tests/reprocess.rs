//! Records that are made anew from what was fetched before: which come again, as what, and that kills neither lose nor repeat any.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

#[allow(dead_code, reason = "each test binary uses its part of the harness")]
mod torture;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::time::Duration;

use dateline_pipeline::crash::OPERATOR_POINTS;
use rusqlite::Connection;
use serde_json::{Value, json};

use torture::article::Token;
use torture::broker::Broker;
use torture::daemon::{Daemon, dateline};
use torture::newsroom::Newsroom;
use torture::oracle::compare;
use torture::outputs::{self, Delivered, Tap};
use torture::setup::{self, Setup};
use torture::{number_from_env, unique, until};

/// For what takes some seconds when all is well.
const SOON: Duration = Duration::from_secs(60);

/// Articles of the test that needs several portions: six, and some.
const MANY: usize = 800;

const FERRY: &str = "Ferry office moves to the harbour\n\nThe office of Tern Ferries moves to the old customs house, its owner said on \
                     Monday. It opens in May.\n";
const ROWERS: &str = "Rowers win by a length\n\nThe rowers of Tarnwick won the race around the island by a length, their first victory \
                      in nine years.\n";
const BEES: &str = "Bees are back\n\nThe bees of the foundry are back. Nobody knows where they were, and the owner did not ask them.\n";

const DESK: &str = "[[rules]]\nname = \"desk\"\nwhen = \"record.title.contains('harbour')\"\nset.fields.desk = \"'coast'\"\n";

/// A drop folder, and what a daemon makes of it.
struct Scene {
    setup: Setup,
    folder: PathBuf,
}

impl Scene {
    fn new(name: &str) -> Scene {
        let setup = Setup::new(name);
        let folder = setup.folder().join("wire");
        fs::create_dir(&folder).unwrap();
        Scene { setup, folder }
    }

    /// With three stories that a daemon has delivered, and has stopped.
    fn told(name: &str) -> Scene {
        let scene = Scene::new(name);
        for (file, story) in [
            ("ferry.txt", FERRY),
            ("rowers.txt", ROWERS),
            ("bees.txt", BEES),
        ] {
            scene.put(file, story);
        }
        let mut daemon = Daemon::start(&scene.configure(""));
        scene.wait_for(3);
        daemon.stop(SOON);
        scene
    }

    fn put(&self, file: &str, text: &str) {
        let unfinished = self.folder.join(format!(".{file}"));
        fs::write(&unfinished, text).unwrap();
        fs::rename(unfinished, self.folder.join(file)).unwrap();
    }

    fn configure(&self, more: &str) -> PathBuf {
        self.setup.configure(&format!(
            "[[drops]]\nid = \"wire\"\npath = {:?}\nsettle = \"0s\"\nscan_every = \"100ms\"\nlanguage = \"en\"\n\n{more}\n{}",
            self.folder,
            self.setup.jsonl("")
        ))
    }

    fn ask(&self, arguments: &[&str]) -> Output {
        let config = self.setup.folder().join("dateline.toml");
        let mut command = dateline();
        command.args(arguments).arg("-c").arg(config);
        command.output().unwrap()
    }

    /// What `dateline reprocess` prints as JSON.
    fn json(&self, arguments: &[&str]) -> Value {
        let output = self.ask(&[&["reprocess"], arguments, &["--json"]].concat());
        serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}", said(&output)))
    }

    /// Has records made anew by the daemon that runs, and waits for the end; what came of the drafts.
    fn reprocess(&self, arguments: &[&str]) -> Value {
        let begun = self.json(arguments);
        let number = begun["began"]["number"].as_i64().unwrap();
        self.ended(number)["tally"].clone()
    }

    /// Waits for a job's end.
    fn ended(&self, number: i64) -> Value {
        until("the end of the job", SOON, || {
            let job = self.json(&["--status"]);
            assert_eq!(job["number"], number);
            (!job["ended"].is_null()).then_some(job)
        })
    }

    fn records(&self) -> Vec<Value> {
        match self.setup.records().exists() {
            true => whole(outputs::jsonl(self.setup.records())),
            false => Vec::new(),
        }
    }

    fn wait_for(&self, count: usize) -> Vec<Value> {
        until(&format!("{count} records"), SOON, || {
            Some(self.records()).filter(|records| records.len() >= count)
        })
    }

    fn state(&self) -> Connection {
        Connection::open(self.setup.state().join("dateline.db")).unwrap()
    }

    /// All rows of a table that the state has, as text.
    fn table(&self, name: &str) -> Vec<String> {
        let state = self.state();
        let mut statement = state.prepare(&format!("SELECT * FROM {name}")).unwrap();
        let columns = statement.column_count();
        let rows = statement.query_map([], |row| {
            let cells = (0..columns).map(|column| Ok(format!("{:?}", row.get_ref(column)?)));
            cells.collect::<rusqlite::Result<String>>()
        });
        rows.unwrap().map(Result::unwrap).collect()
    }
}

fn whole(delivered: Vec<Delivered>) -> Vec<Value> {
    // The last line may just be being written.
    delivered
        .into_iter()
        .filter_map(|one| one.record.ok())
        .collect()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

fn running(config: &Path) -> Daemon {
    let mut daemon = Daemon::start(config);
    daemon.wait_for_log(&["dateline is running"], SOON);
    daemon
}

/// Title, revision, op and `reprocessed`.
fn brief(record: &Value) -> (&str, u64, &str, Option<&str>) {
    (
        record["title"].as_str().unwrap(),
        record["revision"].as_u64().unwrap(),
        record["op"].as_str().unwrap(),
        record["reprocessed"].as_str(),
    )
}

#[test]
fn as_revisions_exactly_the_articles_that_are_different_come_once_with_the_next_number() {
    let scene = Scene::told("again-revisions");
    let untouched = [
        "sightings",
        "copies",
        "clusters",
        "likenesses",
        "article_keys",
        "versions",
    ];
    let before = untouched.map(|table| scene.table(table));
    let mut daemon = running(&scene.configure(DESK));
    let tally = scene.reprocess(&["--as", "revisions"]);
    assert_eq!(
        tally,
        json!({ "drafts": 3, "made": 1, "unknown": 0, "same": 2, "superseded": 0, "waiting": 0, "left_out": 0, "unreadable": 0, "gone": 0 })
    );
    let records = scene.wait_for(4);
    assert_eq!(
        brief(&records[3]),
        (
            "Ferry office moves to the harbour",
            2,
            "revised",
            Some("revision")
        )
    );
    assert_eq!(records[3]["fields"]["desk"], "coast");
    let first = records
        .iter()
        .find(|record| record["id"] == records[3]["id"]);
    for field in ["text", "fetched", "provenance", "source"] {
        assert_eq!(records[3][field], first.unwrap()[field], "{field}");
    }
    daemon.wait_for_metric(
        "dateline_reprocess_drafts_total",
        &["outcome=\"made\""],
        SOON,
        |value| value == 1.0,
    );
    assert_eq!(untouched.map(|table| scene.table(table)), before);

    // A name of one's own, with the job after the first.
    fs::write(
        scene.setup.folder().join("companies.csv"),
        "name,type,id\nTern Ferries,organization,desk:17\n",
    )
    .unwrap();
    scene.configure(&format!(
        "[enrich.entities]\ngazetteers = [\"companies.csv\"]\n\n{DESK}"
    ));
    until("the names hold", SOON, || {
        scene.ask(&["reload"]).status.success().then_some(())
    });
    assert_eq!(scene.reprocess(&["--as", "revisions"])["made"], 1);
    let records = scene.wait_for(5);
    let ids = records[4]["entities"].as_array().unwrap().iter();
    assert!(ids.clone().any(|entity| entity["id"] == "desk:17"));
    assert_eq!(records[4]["revision"], 3);

    // Nothing is different any more; an edit is an ordinary revision after that.
    assert_eq!(scene.reprocess(&["--as", "revisions"])["same"], 3);
    scene.put("ferry.txt", &FERRY.replace("in May", "in June"));
    let records = scene.wait_for(6);
    assert_eq!(
        brief(&records[5]),
        ("Ferry office moves to the harbour", 4, "revised", None)
    );
    daemon.stop(SOON);
    assert_eq!(scene.records().len(), 6);
}

#[test]
fn as_replacements_they_come_with_the_number_that_they_have() {
    let scene = Scene::told("again-replacements");
    let mut daemon = running(&scene.configure(DESK));
    let tally = scene.reprocess(&["--as", "replacements"]);
    assert_eq!((&tally["made"], &tally["same"]), (&json!(1), &json!(2)));
    let records = scene.wait_for(4);
    assert_eq!(
        brief(&records[3]),
        (
            "Ferry office moves to the harbour",
            1,
            "new",
            Some("replacement")
        )
    );
    assert_eq!(records[3]["fields"]["desk"], "coast");
    let is_before = |record: &&Value| record["id"] == records[3]["id"];
    let before = records.iter().find(is_before).unwrap();
    assert!(before["emitted"].as_str() <= records[3]["emitted"].as_str());
    assert_eq!(scene.reprocess(&["--as", "replacements"])["same"], 3);
    scene.put("ferry.txt", &FERRY.replace("in May", "in June"));
    let records = scene.wait_for(5);
    assert_eq!(
        brief(&records[4]),
        ("Ferry office moves to the harbour", 2, "revised", None)
    );
    daemon.stop(SOON);
    assert_eq!(scene.records().len(), 5);
}

#[test]
fn an_article_keeps_its_latest_wording_whichever_version_of_dateline_made_it() {
    for noted in [true, false] {
        let scene = Scene::told("again-latest");
        let mut daemon = running(&scene.configure(""));
        scene.put("ferry.txt", &FERRY.replace("in May", "in June"));
        scene.wait_for(4);
        daemon.stop(SOON);
        if !noted {
            let state = scene.state();
            state
                .execute("UPDATE articles SET draft = NULL", [])
                .unwrap();
        }
        let mut daemon = running(&scene.configure(DESK));
        let tally = scene.reprocess(&["--as", "revisions"]);
        assert_eq!(
            (&tally["drafts"], &tally["made"], &tally["superseded"]),
            (&json!(4), &json!(1), &json!(1)),
            "{noted}"
        );
        let records = scene.wait_for(5);
        assert_eq!(records[4]["revision"], 3);
        assert!(records[4]["text"].as_str().unwrap().contains("in June"));
        daemon.stop(SOON);
        assert_eq!(scene.records().len(), 5, "{noted}");
    }
}

#[test]
fn what_has_left_the_log_comes_and_what_a_rule_drops_does_not() {
    let scene = Scene::told("again-unknown");
    let state = scene.state();
    state
        .execute(
            "DELETE FROM records WHERE json_extract(record, '$.title') = 'Bees are back'",
            [],
        )
        .unwrap();
    state
        .execute(
            "UPDATE logs SET bytes = (SELECT sum(size) FROM records) WHERE name = 'records'",
            [],
        )
        .unwrap();
    drop(state);
    let rule = "[[rules]]\nname = \"no-rowers\"\nwhen = \"record.title.contains('Rowers')\"\ndrop = true\n";
    let mut daemon = running(&scene.configure(rule));
    let tally = scene.reprocess(&["--as", "replacements"]);
    assert_eq!(
        tally,
        json!({ "drafts": 3, "made": 1, "unknown": 1, "same": 1, "superseded": 0, "waiting": 0, "left_out": 1, "unreadable": 0, "gone": 0 })
    );
    let records = scene.wait_for(4);
    assert_eq!(
        brief(&records[3]),
        ("Bees are back", 1, "new", Some("replacement"))
    );
    daemon.wait_for_metric("dateline_records_total", &["op=\"new\""], SOON, |value| {
        value == 1.0
    });
    // The job has counted it, and no record was dropped.
    assert_eq!(daemon.metric("dateline_rules_dropped_total", &[]), None);
    daemon.stop(SOON);
    assert_eq!(scene.records().len(), 4);
}

#[test]
fn a_dry_run_counts_shows_and_writes_nothing() {
    let scene = Scene::told("again-dry");
    let config = scene.configure(DESK);
    let tables = [
        "records",
        "drafts",
        "articles",
        "versions",
        "reprocess",
        "held",
        "dead_letters",
        "sqlite_sequence",
    ];
    for is_running in [false, true] {
        let daemon = is_running.then(|| running(&config));
        let before = tables.map(|table| scene.table(table));
        let trial = scene.json(&["--as", "revisions", "--dry-run"]);
        assert_eq!(
            (&trial["tally"]["made"], &trial["tally"]["same"]),
            (&json!(1), &json!(2))
        );
        let examples = trial["examples"].as_array().unwrap();
        assert_eq!(examples.len(), 1);
        assert_eq!(examples[0]["fields"], json!(["fields"]));
        let page = scene.ask(&["reprocess", "--as", "replacements", "--dry-run"]);
        for part in [
            "nothing is written",
            "pass over it",
            "Ferry office moves to the harbour: fields",
        ] {
            assert!(said(&page).contains(part), "{part}: {}", said(&page));
        }
        assert_eq!(tables.map(|table| scene.table(table)), before);
        if let Some(mut daemon) = daemon {
            daemon.stop(SOON);
        }
    }
    assert_eq!(scene.records().len(), 3);
}

#[test]
fn sources_and_times_are_chosen_and_what_cannot_be_meant_is_refused() {
    let scene = Scene::new("again-chosen");
    assert_eq!(
        scene.ask(&["reprocess", "--as", "revisions"]).status.code(),
        Some(78)
    );
    scene.configure(DESK);
    assert_eq!(
        scene.ask(&["reprocess", "--as", "revisions"]).status.code(),
        Some(69)
    );
    drop(scene);
    let scene = Scene::told("again-chosen");
    let mut daemon = running(&scene.configure(DESK));
    for (arguments, part) in [
        (&["reprocess"][..], "--as"),
        (&["reprocess", "--as", "deletions"], "revisions"),
        (
            &["reprocess", "--as", "revisions", "--source", "wier"],
            "there is no source wier",
        ),
        (
            &["reprocess", "--as", "revisions", "--since", "soon"],
            "--since soon",
        ),
        (
            &["reprocess", "--status", "--cancel"],
            "cannot be used with",
        ),
    ] {
        let output = scene.ask(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(
            said(&output).contains(part),
            "{arguments:?}: {}",
            said(&output)
        );
    }
    let cancelled = scene.ask(&["reprocess", "--cancel"]);
    assert_eq!(cancelled.status.code(), Some(1), "{}", said(&cancelled));
    let later = scene.reprocess(&["--as", "revisions", "--since", "2999-01-01T00:00:00Z"]);
    assert_eq!((&later["drafts"], &later["made"]), (&json!(0), &json!(0)));
    let chosen = scene.reprocess(&["--as", "revisions", "--since", "1h", "--source", "wire"]);
    assert_eq!((&chosen["drafts"], &chosen["made"]), (&json!(3), &json!(1)));
    daemon.stop(SOON);
    assert_eq!(scene.records().len(), 4);
}

#[test]
fn with_a_stopped_daemon_a_job_waits_and_another_is_refused_until_it_is_cancelled() {
    let scene = Scene::told("again-stopped");
    let config = scene.configure(DESK);
    let begun = scene.ask(&["reprocess", "--as", "revisions"]);
    assert_eq!(begun.status.code(), Some(0), "{}", said(&begun));
    for part in [
        "the next `revision`",
        "when the daemon runs it goes over up to 3 drafts",
    ] {
        assert!(said(&begun).contains(part), "{part}: {}", said(&begun));
    }
    let second = scene.ask(&["reprocess", "--as", "replacements"]);
    assert_eq!(second.status.code(), Some(1), "{}", said(&second));
    assert!(
        said(&second).contains("reprocess job 1 as revisions is 0 % done"),
        "{}",
        said(&second)
    );
    assert!(said(&scene.ask(&["status"])).contains("reprocess job 1 as revisions"));
    let status = said(&scene.ask(&["reprocess", "--status"]));
    assert!(
        status.contains("it goes on when the daemon runs"),
        "{status}"
    );
    let cancelled = scene.json(&["--cancel"]);
    assert_eq!(
        (&cancelled["number"], &cancelled["cancelled"]),
        (&json!(1), &json!(true))
    );
    assert_eq!(scene.json(&["--as", "replacements"])["began"]["number"], 2);
    let mut daemon = running(&config);
    assert_eq!(scene.ended(2)["tally"]["made"], 1);
    assert_eq!(scene.wait_for(4)[3]["reprocessed"], "replacement");
    assert!(!said(&scene.ask(&["status"])).contains("reprocess job"));
    daemon.wait_for_log(&["no more records are made anew"], SOON);
    daemon.stop(SOON);
}

/// Stories in one file, one a line.
fn many(beginning: usize, count: usize) -> String {
    let numbers = beginning..beginning + count;
    let lines = numbers.map(|number| {
        json!({
            "@context": "https://schema.org", "@type": "NewsArticle",
            "url": format!("https://harbour.example/{number}"),
            "headline": format!("Boat {number} leaves"),
            "articleBody": format!("Boat number {number} left quay {} on time. Its next journey is planned.", number % 7),
        })
        .to_string()
    });
    lines.collect::<Vec<_>>().join("\n") + "\n"
}

#[test]
fn a_kill_at_any_step_of_a_job_neither_loses_nor_repeats() {
    let points = OPERATOR_POINTS
        .iter()
        .filter(|point| point.starts_with("reprocess."));
    let deaths: Vec<(&str, u64)> = points
        .flat_map(|point| match point.ends_with("begin") {
            true => vec![(*point, 1)],
            false => vec![(*point, 1), (*point, 3)],
        })
        .collect();
    let scene = Scene::new("again-killed");
    scene.put("many.jsonl", &many(0, MANY));
    let mut daemon = Daemon::start(&scene.configure(""));
    scene.wait_for(MANY);
    daemon.stop(SOON);
    for (round, (point, count)) in deaths.iter().enumerate() {
        let rule = format!("[[rules]]\nname = \"round\"\nset.fields.round = \"{round}\"\n");
        let config = scene.configure(&rule);
        let before = scene.json(&["--status"])["number"].as_i64().unwrap_or(0);
        let known = scene.records().len();
        let mut daemon = Daemon::start_to_crash(&config, point, *count);
        daemon.wait_for_log(&["dateline is running"], SOON);
        // It may die before it answers.
        scene.ask(&["reprocess", "--as", "revisions"]);
        daemon.wait(SOON);
        // What comes meanwhile is made by the same rule, and is none of the job's.
        scene.put(&format!("more-{round}.jsonl"), &many(MANY + round * 10, 10));
        let mut daemon = running(&config);
        let job = scene.json(&["--status"]);
        if *point == "reprocess.before_begin" {
            assert_eq!(job["number"].as_i64().unwrap_or(0), before);
            scene.reprocess(&["--as", "revisions"]);
        } else {
            assert_eq!(job["number"], before + 1);
            scene.ended(before + 1);
        }
        let articles = MANY + round * 10;
        scene.wait_for(known + articles + 10);
        daemon.stop(SOON);
        judge(&scene.records()[known..], round, articles, point);
    }
}

/// Every article that was there has come once as a revision of the round, and ten new ones once.
fn judge(records: &[Value], round: usize, articles: usize, point: &str) {
    assert_eq!(records.len(), articles + 10, "{point}");
    let (again, new): (Vec<&Value>, Vec<&Value>) = records
        .iter()
        .partition(|record| record["reprocessed"] == "revision");
    let ids = |records: &[&Value]| -> BTreeSet<String> {
        records
            .iter()
            .map(|record| record["id"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(
        (ids(&again).len(), ids(&new).len()),
        (articles, 10),
        "{point}"
    );
    for record in records {
        assert_eq!(record["fields"]["round"], round, "{point}");
    }
    for record in &again {
        let title = record["title"].as_str().unwrap();
        let number: usize = title.split(' ').nth(1).unwrap().parse().unwrap();
        // One for each round that has found it there.
        let born = (number + 10).saturating_sub(MANY) / 10;
        assert_eq!(record["revision"], round + 2 - born, "{point}: {title}");
    }
}

/// Things that the newsroom does in one life of a daemon at the most.
const NEWS: usize = 400;

#[test]
fn while_a_newsroom_works_nothing_is_lost_by_jobs_that_die() {
    let seed = number_from_env("DATELINE_TORTURE_SEED").unwrap_or(20);
    println!("DATELINE_TORTURE_SEED={seed}");
    let setup = Setup::new("again-newsroom");
    let mut newsroom = Newsroom::open(setup.folder(), seed);
    let mut tap = Tap::new(setup.records());
    let broker = Broker::shared();
    let topic = unique("again-newsroom");
    broker.create_topic(&topic, &[]);
    let sinks = setup.jsonl("") + &setup::kafka(&broker.bootstrap, &topic, "");
    let ask = |config: &Path, arguments: &[&str]| {
        let mut command = dateline();
        command
            .arg("reprocess")
            .args(arguments)
            .arg("-c")
            .arg(config);
        command.output().unwrap()
    };
    let configure = |newsroom: &Newsroom, edition: usize| {
        let rule = format!("[[rules]]\nname = \"edition\"\nset.fields.edition = \"{edition}\"\n");
        setup.configure(&(newsroom.configuration() + &sinks + &rule))
    };
    let mut daemon = Daemon::start(&configure(&newsroom, 0));
    while tap.look().len() < 20 {
        newsroom.act(tap.look());
        std::thread::sleep(Duration::from_millis(20));
    }
    daemon.stop(SOON);
    let points = [
        "reprocess.before_commit",
        "reprocess.after_commit",
        "reprocess.after_begin",
    ];
    for (edition, point) in (1..).zip(points.iter().cycle().take(6)) {
        let config = configure(&newsroom, edition);
        let mut daemon = Daemon::start_to_crash(&config, point, 1);
        daemon.wait_for_log(&["dateline is running"], SOON);
        if point.ends_with("begin") {
            // One that the life before has left behind would keep another from beginning.
            ask(&config, &["--cancel"]);
        }
        ask(&config, &["--as", "replacements"]);
        for _ in 0..NEWS {
            if daemon.ended().is_some() {
                break;
            }
            newsroom.act(tap.look());
            std::thread::sleep(Duration::from_millis(20));
        }
        daemon.wait(SOON);
    }
    let config = configure(&newsroom, 7);
    let mut daemon = running(&config);
    let status = || -> Value {
        serde_json::from_slice(&ask(&config, &["--status", "--json"]).stdout).unwrap()
    };
    let over = || {
        until("the end of the job", SOON, || {
            (!status()["ended"].is_null()).then_some(())
        })
    };
    over();
    let issued = newsroom.issued();
    let all_come = |come: &BTreeSet<Token>| issued.keys().all(|token| come.contains(token));
    until("everything has come", SOON, || {
        all_come(tap.look()).then_some(())
    });
    assert_eq!(
        ask(&config, &["--as", "replacements"]).status.code(),
        Some(0)
    );
    over();
    daemon.wait_for_metric("dateline_sink_lag_records", &[], SOON, |lag| lag == 0.0);
    daemon.stop(SOON);
    let delivered = [
        ("jsonl", outputs::jsonl(setup.records())),
        ("kafka", outputs::kafka(&broker.bootstrap, &topic)),
    ];
    let of_sources = delivered
        .clone()
        .map(|(sink, delivered)| (sink, delivered.into_iter().filter(is_of_source).collect()));
    assert_eq!(compare(&issued, &of_sources), []);
    for (sink, delivered) in delivered {
        judge_editions(sink, delivered, 7);
    }
}

/// Whether it was not made anew; what cannot be read is the oracle's to judge.
fn is_of_source(delivered: &Delivered) -> bool {
    let record = delivered.record.as_ref();
    record.map_or(true, |record| record["reprocessed"].is_null())
}

/// Each edition of a version came once to a sink, as a replacement of what was the latest then, and the last one is of all articles.
fn judge_editions(sink: &str, delivered: Vec<Delivered>, last: u64) {
    let mut latest: BTreeMap<String, Value> = BTreeMap::new();
    let mut known = BTreeSet::new();
    for record in whole(delivered) {
        let id = record["id"].as_str().unwrap().to_owned();
        let name = format!("{sink} {id} {}", record["revision"]);
        let edition = record["fields"]["edition"].to_string();
        assert!(
            known.insert((name.clone(), edition.clone())),
            "twice: {name} {edition}"
        );
        if record["reprocessed"] == "replacement" {
            let replaced = &latest[&id];
            assert_eq!(
                replaced["revision"], record["revision"],
                "{name} replaces the latest"
            );
            assert_eq!(replaced["text"], record["text"], "{name} has its wording");
        }
        latest.insert(id, record);
    }
    for record in latest.values() {
        assert_eq!(
            record["fields"]["edition"], last,
            "{sink} {}",
            record["title"]
        );
    }
}
