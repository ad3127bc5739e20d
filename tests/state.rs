//! The state as an operator looks after it: checked, copied, restored, made smaller.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

#[allow(dead_code, reason = "each test binary uses its part of the harness")]
mod torture;

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::os::unix::fs::{FileExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Output;
use std::time::Duration;

use rusqlite::Connection;
use serde_json::Value;

use torture::article::Token;
use torture::broker::Broker;
use torture::daemon::{Daemon, dateline};
use torture::disk::SmallDisk;
use torture::newsroom::Newsroom;
use torture::office::FEEDS;
use torture::oracle::{Problem, compare};
use torture::outputs::{self, Tap};
use torture::setup::{self, Setup};
use torture::{unique, until};

/// For what takes some seconds when all is well.
const SOON: Duration = Duration::from_secs(90);

/// Articles that come at most while a backup is made: the feeds go on showing all of them.
const MEANWHILE: usize = 8;

/// A newsroom whose feeds are collected.
struct Scene {
    setup: Setup,
    newsroom: Newsroom,
    tap: Tap,
    more: String,
}

impl Scene {
    fn new(name: &str) -> Scene {
        let setup = Setup::new(name);
        Scene {
            newsroom: Newsroom::open(setup.folder(), 21),
            tap: Tap::new(setup.records()),
            setup,
            more: String::new(),
        }
    }

    fn config(&self) -> PathBuf {
        let feeds = self
            .newsroom
            .feed_configuration(&FEEDS.map(|(name, _)| name));
        self.setup
            .configure(&(feeds + &self.setup.jsonl("") + &self.more))
    }

    fn start(&self) -> Daemon {
        Daemon::start(&self.config())
    }

    fn print(&mut self, count: usize) {
        for _ in 0..count {
            self.newsroom.print_new(1);
        }
    }

    /// Everything issued so far.
    fn issued(&self) -> BTreeSet<Token> {
        self.newsroom.issued().into_keys().collect()
    }

    fn wait_for_files(&mut self) {
        let issued = self.issued();
        until("everything issued is in the JSON lines", SOON, || {
            issued.is_subset(self.tap.look()).then_some(())
        });
    }

    /// A stopped daemon's state with some articles in it.
    fn lived(name: &str) -> Scene {
        let mut scene = Scene::new(name);
        scene.print(5);
        let mut daemon = scene.start();
        scene.wait_for_files();
        daemon.stop(SOON);
        scene
    }

    fn state(&self, arguments: &[&str]) -> Output {
        let mut command = dateline();
        command.arg("state").args(arguments);
        let config = self.setup.folder().join("dateline.toml");
        command.arg("-c").arg(config).output().unwrap()
    }

    fn json(&self, arguments: &[&str]) -> Value {
        let output = self.state(&[arguments, &["--json"]].concat());
        serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}", said(&output)))
    }

    fn database(&self) -> PathBuf {
        self.setup.state().join("dateline.db")
    }

    fn change(&self, sql: &str) {
        Connection::open(self.database())
            .unwrap()
            .execute_batch(sql)
            .unwrap();
    }

    /// Puts a backup in the place of the state.
    fn restore(&self, backup: &Path) {
        for entry in fs::read_dir(self.setup.state()).unwrap() {
            let path = entry.unwrap().path();
            if path
                .file_name()
                .unwrap()
                .to_string_lossy()
                .starts_with("dateline.db")
            {
                fs::remove_file(path).unwrap();
            }
        }
        fs::copy(backup, self.database()).unwrap();
    }
}

fn said(output: &Output) -> String {
    let both = [output.stdout.as_slice(), &output.stderr].concat();
    String::from_utf8(both).unwrap()
}

#[test]
fn a_backup_made_under_load_loses_nothing_when_it_is_restored_and_repeats_what_is_documented() {
    let broker = Broker::shared();
    let topic = unique("restored");
    broker.create_topic(&topic, &[]);
    let mut scene = Scene::new("restore");
    scene.more = setup::kafka(&broker.bootstrap, &topic, "linger = \"10ms\"\n");
    let topic = || outputs::kafka(&broker.bootstrap, &topic);
    let wait_for_topic = |tokens: &BTreeSet<Token>| {
        until("everything issued is in the topic", SOON, || {
            tokens.is_subset(&outputs::tokens(&topic())).then_some(())
        });
    };
    let mut daemon = scene.start();
    scene.print(5);
    scene.wait_for_files();
    wait_for_topic(&scene.issued());
    let before = scene.issued();

    let backup = scene.setup.folder().join("backup.db");
    let mut command = dateline();
    command.args(["state", "backup"]).arg(&backup);
    let config = scene.setup.folder().join("dateline.toml");
    let mut making = command.arg("-c").arg(config).spawn().unwrap();
    for _ in 0..MEANWHILE {
        scene.print(1);
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(making.wait().unwrap().success());
    let meanwhile = scene.issued();
    scene.print(4);
    let after: BTreeSet<Token> = scene.issued().difference(&meanwhile).copied().collect();
    scene.wait_for_files();
    wait_for_topic(&scene.issued());
    daemon.kill();

    scene.restore(&backup);
    assert_eq!(scene.state(&["check"]).status.code(), Some(0));
    let mut daemon = scene.start();
    scene.print(2);
    until("what came after the backup comes again", SOON, || {
        let twice = doubled(&compare(&scene.newsroom.issued(), &[("kafka", topic())]));
        after.is_subset(&twice).then_some(())
    });
    scene.wait_for_files();
    wait_for_topic(&scene.issued());
    daemon.stop(SOON);

    let issued = scene.newsroom.issued();
    // In the open file what came after the backup was cut off, and written again.
    assert_eq!(
        compare(&issued, &[("jsonl", outputs::jsonl(scene.setup.records()))]),
        []
    );
    let problems = compare(&issued, &[("kafka", topic())]);
    let twice = doubled(&problems);
    assert_eq!(twice.len(), problems.len(), "{problems:?}");
    assert!(after.is_subset(&twice), "{problems:?}");
    assert!(twice.is_disjoint(&before), "{problems:?}");
}

/// The versions that arrived twice, and not more often.
fn doubled(problems: &[Problem]) -> BTreeSet<Token> {
    let doubled = problems.iter().filter_map(|problem| match problem {
        Problem::Doubled {
            token, times: 2, ..
        } => Some(*token),
        _ => None,
    });
    doubled.collect()
}

#[test]
fn a_backup_overwrites_nothing_and_leaves_nothing_half_done() {
    let scene = Scene::lived("backup");
    let folder = scene.setup.folder().join("backups");
    fs::create_dir(&folder).unwrap();
    let path = |folder: &Path| folder.to_str().unwrap().to_owned();
    let made = scene.json(&["backup", &path(&folder)]);
    let backup = PathBuf::from(made["path"].as_str().unwrap());
    let name = backup.file_name().unwrap().to_string_lossy().into_owned();
    assert!(
        name.starts_with("dateline-2") && name.ends_with("Z.db"),
        "{name}"
    );
    let metadata = fs::metadata(&backup).unwrap();
    assert_eq!(made["bytes"], metadata.len());
    assert_eq!(
        metadata.permissions().mode() & 0o777,
        0o600,
        "it holds secrets"
    );

    let before = fs::read(&backup).unwrap();
    let refused = scene.state(&["backup", &path(&backup)]);
    assert_eq!(refused.status.code(), Some(69));
    assert!(
        said(&refused).contains("overwrites nothing"),
        "{}",
        said(&refused)
    );
    assert_eq!(fs::read(&backup).unwrap(), before);
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);

    let nowhere = scene.state(&["backup", &path(&folder.join("no/such/folder.db"))]);
    assert_eq!(nowhere.status.code(), Some(69), "{}", said(&nowhere));
    if let Some(disk) = SmallDisk::mount(1) {
        disk.fill();
        let full = scene.state(&["backup", &path(&disk.path().join("backup.db"))]);
        assert_eq!(full.status.code(), Some(69));
        assert!(said(&full).contains("bytes are needed"), "{}", said(&full));
        assert_eq!(
            fs::read_dir(disk.path()).unwrap().count(),
            1,
            "the filler alone"
        );
    }
}

#[test]
fn a_sound_state_is_found_sound_and_each_fault_is_named_with_what_to_do() {
    let scene = Scene::lived("check");
    let mut daemon = scene.start();
    daemon.wait_for_log(&["dateline is running"], SOON);
    let sound = scene.state(&["check"]);
    assert_eq!(sound.status.code(), Some(0), "{}", said(&sound));
    assert!(said(&sound).contains("the state is sound"));
    daemon.stop(SOON);
    let backup = scene.setup.folder().join("sound.db");
    scene.json(&["backup", backup.to_str().unwrap()]);
    for (sql, what, advice) in [
        (
            "UPDATE logs SET bytes = bytes + 1 WHERE name = 'records'",
            "the log of records",
            "UPDATE logs",
        ),
        (
            "UPDATE records SET size = size + 1, record = record || ' ' || ' ' WHERE seq = 1",
            "not as long as is noted",
            "restore",
        ),
        (
            "UPDATE positions SET seq = 99 WHERE reader = 'jsonl.files'",
            "jsonl.files has come to entry 99",
            "dateline replay --sink jsonl.files --from",
        ),
        (
            "UPDATE positions SET detail = '{' WHERE reader = 'jsonl.files'",
            "cannot be read",
            "restore",
        ),
        (
            "UPDATE positions SET seq = 99 WHERE reader = 'transform'",
            "transform has come to entry 99",
            "restore",
        ),
        (
            "INSERT INTO versions VALUES (zeroblob(16), zeroblob(16), 'x')",
            "1 versions are of articles that are not known",
            "DELETE FROM versions",
        ),
        (
            "UPDATE articles SET revision = 0 WHERE record = 1",
            "behind their own latest record",
            "restore",
        ),
        (
            "UPDATE articles SET record = 1000",
            "that the log has not come to",
            "restore",
        ),
        (
            "UPDATE records SET record = replace(record, '}', ')')",
            "records are not JSON",
            "restore",
        ),
    ] {
        scene.restore(&backup);
        scene.change(sql);
        let found = scene.json(&["check"]);
        assert_eq!(found.as_array().map(Vec::len), Some(1), "{sql}: {found}");
        assert!(
            found[0]["what"].as_str().unwrap().contains(what),
            "{sql}: {found}"
        );
        assert!(
            found[0]["advice"].as_str().unwrap().contains(advice),
            "{sql}: {found}"
        );
        assert_eq!(scene.state(&["check"]).status.code(), Some(1));
    }
    // The advice for a wrong count, taken.
    scene.restore(&backup);
    scene.change("UPDATE logs SET bytes = 7");
    scene.change(
        "UPDATE logs SET bytes = (SELECT coalesce(sum(size), 0) FROM drafts) WHERE name = 'drafts'",
    );
    scene.change("UPDATE logs SET bytes = (SELECT coalesce(sum(size), 0) FROM records) WHERE name = 'records'");
    assert_eq!(scene.state(&["check"]).status.code(), Some(0));
}

#[test]
fn damage_is_found() {
    let scene = Scene::lived("damage");
    let file = File::options().write(true).open(scene.database()).unwrap();
    let length = file.metadata().unwrap().len();
    // All pages but the first few, which say what the database is.
    file.write_all_at(
        &vec![0xa5; usize::try_from(length).unwrap() - 65_536],
        65_536,
    )
    .unwrap();
    for arguments in [vec!["check"], vec!["check", "--quick"]] {
        let found = scene.state(&arguments);
        assert_eq!(found.status.code(), Some(1), "{}", said(&found));
        assert!(said(&found).contains("damaged") && said(&found).contains("restore a backup"));
    }
    let refused = scene.state(&[
        "backup",
        scene.setup.folder().join("b.db").to_str().unwrap(),
    ]);
    assert_eq!(
        refused.status.code(),
        Some(69),
        "no backup is made of it: {}",
        said(&refused)
    );
    assert!(!scene.setup.folder().join("b.db").exists());
}

#[test]
fn a_vacuum_gives_room_back_and_needs_the_folder_for_itself() {
    let scene = Scene::lived("vacuum");
    scene.change(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
         INSERT INTO dead_letters (at, stage, origin, subject, kind, reason, bytes)
             SELECT 0, 'collect', 's', 's', 'k', 'r', randomblob(8000) FROM n;
         DELETE FROM dead_letters;",
    );
    let info = scene.json(&["info"]);
    assert!(info["unused"].as_u64().unwrap() > 3_000_000, "{info}");
    let mut daemon = scene.start();
    daemon.wait_for_log(&["dateline is running"], SOON);
    let refused = scene.state(&["vacuum"]);
    assert_eq!(refused.status.code(), Some(69));
    assert!(
        said(&refused).contains(&format!("pid {}", daemon.pid())),
        "{}",
        said(&refused)
    );
    daemon.stop(SOON);
    // It has taken turns and samples meanwhile.
    let stopped = scene.json(&["info"]);
    let done = scene.json(&["vacuum"]);
    let sizes = ["before", "after"].map(|size| done[size].as_u64().unwrap());
    assert!(sizes[0] > sizes[1] + 3_000_000, "{done}");
    assert_eq!(fs::metadata(scene.database()).unwrap().len(), sizes[1]);
    assert_eq!(scene.state(&["check"]).status.code(), Some(0));
    let after = scene.json(&["info"]);
    assert_eq!(
        (&after["unused"], &after["tables"]),
        (&Value::from(0), &stopped["tables"])
    );
    // It still knows all that it has delivered.
    let mut daemon = scene.start();
    daemon.wait_for_log(&["dateline is running"], SOON);
    daemon.stop(SOON);
    let delivered = outputs::jsonl(scene.setup.records());
    assert_eq!(
        compare(&scene.newsroom.issued(), &[("jsonl", delivered)]),
        []
    );
}

#[test]
fn a_state_says_what_it_holds() {
    let scene = Scene::lived("info");
    let info = scene.json(&["info"]);
    let rows = |table: &str| {
        let tables = info["tables"].as_array().unwrap().iter();
        let mut tables = tables.filter(|row| row["name"] == table);
        tables.next().unwrap()["rows"].clone()
    };
    assert_eq!(
        (rows("records"), rows("articles")),
        (Value::from(5), Value::from(5))
    );
    assert_eq!(info["written_by"], env!("CARGO_PKG_VERSION"));
    assert_eq!(info["entries"][1]["of"], "records");
    let at = |end: &str| -> jiff::Timestamp {
        info["entries"][1][end].as_str().unwrap().parse().unwrap()
    };
    assert!(at("oldest") <= at("newest") && at("newest") <= jiff::Timestamp::now());
    let shown = said(&scene.state(&["info"]));
    for part in ["records", "written by", "schema", "newest"] {
        assert!(shown.contains(part), "{shown}");
    }
    let unborn = Scene::new("unborn");
    unborn.config();
    for arguments in [
        vec!["info"],
        vec!["check"],
        vec!["vacuum"],
        vec!["backup", "x.db"],
    ] {
        let output = unborn.state(&arguments);
        assert_eq!(
            output.status.code(),
            Some(69),
            "{arguments:?}: {}",
            said(&output)
        );
        assert!(
            said(&output).contains("there is no state"),
            "{}",
            said(&output)
        );
    }
}
