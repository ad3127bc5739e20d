//! From every older schema to the present one: nothing that was in the state is lost, the daemon delivers on, the state as it was is kept beside it,
//! and nothing leads backwards by accident.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

#[allow(dead_code, reason = "each test binary uses its part of the harness")]
mod torture;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::time::Duration;

use dateline_pipeline::crash::OPERATOR_POINTS;
use dateline_pipeline::store::SCHEMA_VERSION;
use jiff::Timestamp;
use rusqlite::types::Value as Cell;
use rusqlite::{Connection, OpenFlags, params};
use serde_json::{Value, json};

use torture::daemon::{Daemon, dateline};
use torture::disk::SmallDisk;
use torture::outputs;
use torture::schemas::{STEPS, take_step};
use torture::setup::Setup;
use torture::until;

/// For what takes a second or two when all is well.
const SOON: Duration = Duration::from_secs(60);

/// Fills tables.
type Fill = fn(&Connection);

/// What fills the tables that each step has added.
const FILLS: [Fill; STEPS.len()] = [
    fill_first,
    fill_holds,
    fill_held,
    fill_copies,
    fill_turns,
    |_| {},
    |_| {},
    |_| {},
];

/// Tables that a daemon that runs changes at once.
const IN_MOTION: [&str; 3] = ["positions", "sources", "logs"];

const ARTICLE: [u8; 16] = [1; 16];

fn now() -> i64 {
    Timestamp::now().as_millisecond()
}

fn record(number: i64) -> String {
    json!({
        "schema": "dateline/1", "id": format!("{number:032}"), "revision": 1, "op": "new",
        "source": { "kind": "drop", "id": "wire" }, "title": format!("Record {number}"),
        "first_seen": "2026-03-01T12:00:00Z", "fetched": "2026-03-01T12:00:00Z",
        "emitted": "2026-03-01T12:00:00Z", "seen_in": ["wire"], "provenance": { "content_hash": "0" },
    })
    .to_string()
}

fn draft(title: &str) -> String {
    json!({
        "source": { "kind": "drop", "id": "wire" }, "fetched": Timestamp::now(),
        "item": { "title": { "format": "plain", "value": title } },
    })
    .to_string()
}

/// Two drafts, of which one is transformed; three records, of which one is delivered; and what was known then.
fn fill_first(state: &Connection) {
    let now = now();
    for title in ["Record 3", "Not yet a record"] {
        let draft = draft(title);
        let size = draft.len() as i64;
        let row = params![now, size, draft];
        state
            .execute(
                "INSERT INTO drafts (at, source, size, draft) VALUES (?1, 'wire', ?2, ?3)",
                row,
            )
            .unwrap();
    }
    for number in 1..=3 {
        let record = record(number);
        let size = record.len() as i64;
        state
            .execute(
                "INSERT INTO records (at, id, revision, op, kind, source, language, size, record)
                 VALUES (?1, ?2, 1, 'new', 'drop', 'wire', 'en', ?3, ?4)",
                params![now, format!("{number:032}"), size, record],
            )
            .unwrap();
    }
    state
        .execute_batch(&format!(
            "UPDATE logs SET bytes = (SELECT sum(size) FROM drafts) WHERE name = 'drafts';
             UPDATE logs SET bytes = (SELECT sum(size) FROM records) WHERE name = 'records';
             INSERT INTO positions VALUES ('transform', 1, 'null', {now}), ('jsonl.files', 1, 'null', {now});
             INSERT INTO sources VALUES
                 ('wire', 'drop', NULL, {now}, {now}, {now}, {now}, 0, 'read', NULL, NULL, NULL, 2, 'null');
             INSERT INTO seen VALUES ('wire', zeroblob(16), zeroblob(16), {now});
             INSERT INTO articles VALUES
                 (x'01010101010101010101010101010101', 1, zeroblob(16), 'ferry stays', 7, 1, 'wire', {now}, 'wire', {now}, {now});
             INSERT INTO article_keys VALUES (zeroblob(16), x'01010101010101010101010101010101');
             INSERT INTO sightings VALUES (x'01010101010101010101010101010101', 'wire', zeroblob(16), 1);
             INSERT INTO versions VALUES (x'01010101010101010101010101010101', zeroblob(16), 'wire');
             INSERT INTO dead_letters (at, stage, origin, subject, kind, reason, bytes)
                 VALUES ({now}, 'collect', 'wire', 'picture.txt', 'binary', 'no text', x'89504e47');"
        ))
        .unwrap();
}

fn fill_holds(state: &Connection) {
    let until = now() + 3_600_000;
    state
        .execute(
            "INSERT INTO holds VALUES ('news.example', ?1, 3600000, 'it asked for it')",
            [until],
        )
        .unwrap();
}

fn fill_held(state: &Connection) {
    let row = params![ARTICLE, now() + 86_400_000, [3_u8; 16], record(4)];
    state
        .execute("INSERT INTO held VALUES (?1, ?2, 'wire', ?3, ?4)", row)
        .unwrap();
}

fn fill_copies(state: &Connection) {
    let now = now();
    let row = params![now, ARTICLE, [5_u8; 500]];
    state
        .execute(
            "INSERT INTO likenesses VALUES (1, ?1, ?2, 'ferry stays', ?1, ?3)",
            row,
        )
        .unwrap();
    state
        .execute("INSERT INTO copies VALUES (?1, ?1)", [ARTICLE])
        .unwrap();
    state
        .execute(
            "INSERT INTO clusters VALUES (?1, ?1, ?2)",
            params![ARTICLE, now],
        )
        .unwrap();
}

fn fill_turns(state: &Connection) {
    let now = now();
    state
        .execute_batch(&format!(
            "INSERT INTO turns VALUES ('wire', {now}, 'read', NULL, 2, 5, NULL);
             INSERT INTO samples VALUES ({now}, 'records', 3);"
        ))
        .unwrap();
}

/// A state folder that a version with this schema has left.
struct Scene {
    setup: Setup,
    config: PathBuf,
}

impl Scene {
    fn of_schema(version: usize) -> Scene {
        Scene::of_schema_in(Setup::new("upgrade"), version)
    }

    fn of_schema_in(setup: Setup, version: usize) -> Scene {
        let folder = setup.folder().join("in");
        fs::create_dir(&folder).unwrap();
        let config = setup.configure(&format!(
            "[[drops]]\nid = \"wire\"\npath = {folder:?}\n\n{}",
            setup.jsonl("")
        ));
        fs::create_dir(setup.state()).unwrap();
        let scene = Scene { setup, config };
        let state = Connection::open(scene.database()).unwrap();
        for (number, fill) in (1..).zip(&FILLS[..version]) {
            take_step(&state, number);
            fill(&state);
        }
        scene
    }

    fn database(&self) -> PathBuf {
        self.setup.state().join("dateline.db")
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = dateline();
        command
            .args(arguments)
            .arg("-c")
            .arg(&self.config)
            .output()
            .unwrap()
    }

    /// The titles of what was delivered, in order.
    fn titles(&self) -> Vec<String> {
        if !self.setup.records().exists() {
            return Vec::new();
        }
        let all = outputs::jsonl(self.setup.records()).into_iter();
        all.filter_map(|one| Some(one.record.ok()?["title"].as_str()?.to_owned()))
            .collect()
    }
}

fn said(output: &Output) -> String {
    let both = [output.stdout.as_slice(), &output.stderr].concat();
    String::from_utf8(both).unwrap()
}

fn open(path: &Path) -> Connection {
    Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap()
}

/// What a row holds, by column.
type Row = BTreeMap<String, Cell>;

/// All rows of all tables, by table.
fn dump(state: &Connection) -> BTreeMap<String, Vec<Row>> {
    let names: Vec<String> = state
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB 'sqlite_*'")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let rows = |name: String| {
        let mut statement = state.prepare(&format!("SELECT * FROM {name}")).unwrap();
        let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
        let read = |row: &rusqlite::Row<'_>| {
            let cells = columns.iter().enumerate();
            cells
                .map(|(number, column)| Ok((column.clone(), row.get(number)?)))
                .collect::<rusqlite::Result<Row>>()
        };
        let rows = statement
            .query_map([], read)
            .unwrap()
            .map(Result::unwrap)
            .collect();
        (name, rows)
    };
    names.into_iter().map(rows).collect()
}

/// Everything that there was is there, in the columns that it had.
fn assert_nothing_is_lost(before: &BTreeMap<String, Vec<Row>>, after: &BTreeMap<String, Vec<Row>>) {
    for (table, rows) in before {
        if IN_MOTION.contains(&table.as_str()) {
            continue;
        }
        assert!(!rows.is_empty(), "{table} was empty");
        for row in rows {
            let is_kept = |found: &Row| {
                row.iter()
                    .all(|(column, cell)| found.get(column) == Some(cell))
            };
            assert!(after[table].iter().any(is_kept), "{table}: {row:?} is lost");
        }
    }
}

#[test]
fn every_older_state_is_brought_up_and_the_daemon_delivers_on() {
    assert_eq!(STEPS.len() as i64, SCHEMA_VERSION, "a step is missing here");
    for version in 1..STEPS.len() {
        let scene = Scene::of_schema(version);
        let before = dump(&open(&scene.database()));
        let refused = scene.run(&["status"]);
        assert_eq!(refused.status.code(), Some(69));
        assert!(
            said(&refused).contains("`dateline run` brings it up"),
            "{}",
            said(&refused)
        );

        let mut daemon = Daemon::start(&scene.config);
        let expected = ["Record 2", "Record 3", "Not yet a record"];
        until(&format!("schema {version} delivers on"), SOON, || {
            (scene.titles() == expected).then_some(())
        });
        daemon.stop(SOON);
        assert_nothing_is_lost(&before, &dump(&open(&scene.database())));
        let checked = scene.run(&["state", "check"]);
        assert_eq!(
            checked.status.code(),
            Some(0),
            "schema {version}: {}",
            said(&checked)
        );

        // The way back.
        let name = format!("dateline.db.schema-{version}");
        let copy = scene.setup.state().join(&name);
        assert_eq!(dump(&open(&copy)), before, "schema {version}");
        let info = scene.run(&["state", "info", "--json"]);
        let info: Value = serde_json::from_slice(&info.stdout).unwrap();
        assert_eq!(info["schema"], SCHEMA_VERSION);
        assert!(
            info["copies"][0]["path"].as_str().unwrap().ends_with(&name),
            "{info}"
        );
        // It is made once.
        fs::remove_file(copy).unwrap();
        Daemon::start(&scene.config).stop_when_running();
        let info = scene.run(&["state", "info", "--json"]);
        let info: Value = serde_json::from_slice(&info.stdout).unwrap();
        assert_eq!(info["copies"], json!([]));
    }
}

#[test]
fn a_kill_at_any_step_of_an_upgrade_is_made_good_by_the_next_start() {
    let points = OPERATOR_POINTS
        .iter()
        .filter(|point| point.starts_with("schema."));
    for point in points {
        let scene = Scene::of_schema(2);
        let before = dump(&open(&scene.database()));
        let mut daemon = Daemon::start_to_crash(&scene.config, point, 1);
        assert!(!daemon.wait(SOON).success(), "{point}");
        let mut daemon = Daemon::start(&scene.config);
        until(point, SOON, || (scene.titles().len() == 3).then_some(()));
        daemon.stop(SOON);
        assert_nothing_is_lost(&before, &dump(&open(&scene.database())));
        let copy = scene.setup.state().join("dateline.db.schema-2");
        assert_eq!(dump(&open(&copy)), before, "{point}");
        let names = fs::read_dir(scene.setup.state()).unwrap();
        let mut names = names.map(|entry| entry.unwrap().file_name());
        assert!(
            !names.any(|name| name.to_string_lossy().ends_with(".part")),
            "{point}"
        );
    }
}

#[test]
fn without_room_for_a_copy_a_state_is_brought_up_all_the_same_and_that_is_said() {
    let Some(disk) = SmallDisk::mount(4) else {
        return;
    };
    let state = disk.path().join("state");
    let scene = Scene::of_schema_in(Setup::new("narrow").with_state(&state), 4);
    Connection::open(scene.database())
        .unwrap()
        .execute("UPDATE dead_letters SET bytes = randomblob(2600000)", [])
        .unwrap();
    let mut daemon = Daemon::start(&scene.config);
    daemon.wait_for_log(&["there will be no way back"], SOON);
    until("it delivers on", SOON, || {
        (scene.titles().len() == 3).then_some(())
    });
    daemon.stop(SOON);
    assert!(!state.join("dateline.db.schema-4").exists());
    assert_eq!(scene.run(&["state", "check"]).status.code(), Some(0));
}

#[test]
fn a_state_can_be_backed_up_by_the_version_that_will_bring_it_up() {
    let scene = Scene::of_schema(1);
    let to = scene.setup.folder().join("before.db");
    let made = scene.run(&["state", "backup", to.to_str().unwrap()]);
    assert_eq!(made.status.code(), Some(0), "{}", said(&made));
    assert_eq!(dump(&open(&to)), dump(&open(&scene.database())));
    let info = scene.run(&["state", "info", "--json"]);
    let info: Value = serde_json::from_slice(&info.stdout).unwrap();
    assert_eq!(
        (&info["schema"], &info["known"]),
        (&json!(1), &json!(SCHEMA_VERSION))
    );
}

#[test]
fn a_state_of_a_later_version_is_refused_and_left_as_it_is() {
    let scene = Scene::of_schema(STEPS.len());
    let later = SCHEMA_VERSION + 1;
    let state = Connection::open(scene.database()).unwrap();
    state.pragma_update(None, "user_version", later).unwrap();
    drop(state);
    let before = fs::read(scene.database()).unwrap();
    for arguments in [
        vec!["run"],
        vec!["status"],
        vec!["state", "check"],
        vec!["state", "vacuum"],
        vec!["dead-letters", "retry", "--all"],
    ] {
        let refused = scene.run(&arguments);
        assert_eq!(
            refused.status.code(),
            Some(69),
            "{arguments:?}: {}",
            said(&refused)
        );
        for part in [
            "written by a later version",
            &format!("schema {later}"),
            "run that version",
        ] {
            assert!(
                said(&refused).contains(part),
                "{arguments:?}: {}",
                said(&refused)
            );
        }
    }
    let info = scene.run(&["state", "info", "--json"]);
    let info: Value = serde_json::from_slice(&info.stdout).unwrap();
    assert_eq!(
        info["schema"], later,
        "which version it is can be asked for"
    );
    let state = open(&scene.database());
    let version: i64 = state
        .query_row("PRAGMA user_version", [], |row| row.get(0))
        .unwrap();
    assert_eq!(version, later);
    assert_eq!(fs::read(scene.database()).unwrap().len(), before.len());
}
