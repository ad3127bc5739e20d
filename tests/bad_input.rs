//! Bad input from outside: servers that misbehave and files that are no articles. Each is marked
//! with the reason, what is healthy beside them arrives completely, and memory stays bounded.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

#[allow(dead_code, reason = "each test binary uses its part of the harness")]
mod torture;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use torture::article::Token;
use torture::daemon::{Daemon, dateline};
use torture::misrule::{self, Misrule};
use torture::newsroom::Newsroom;
use torture::oracle::compare;
use torture::outputs::{self, Tap};
use torture::setup::Setup;
use torture::until;

/// For what takes some seconds when all is well.
const SOON: Duration = Duration::from_secs(60);

/// What the daemon may hold at most, whatever comes: three of the largest bodies that are allowed
/// by default, and itself.
const MEMORY_LIMIT: u64 = 200 << 20;

/// Below the limit of one dropped file by default, 16 MiB, and beyond any disk of a test.
const GIGABYTE: u64 = 1 << 30;

/// A healthy newsroom, and room for what is not.
struct Scene {
    setup: Setup,
    newsroom: Newsroom,
}

impl Scene {
    fn new(name: &str) -> Scene {
        let setup = Setup::new(name);
        Scene {
            newsroom: Newsroom::open(setup.folder(), 5),
            setup,
        }
    }

    fn start(&self, more: &str) -> Daemon {
        let sources = self.newsroom.configuration();
        Daemon::start(
            &self
                .setup
                .configure(&(sources + more + &self.setup.jsonl(""))),
        )
    }

    fn publish(&mut self, count: usize) {
        for _ in 0..count {
            self.newsroom.print_new(2);
            self.newsroom.drop_new();
        }
    }

    /// Waits until everything healthy has arrived.
    fn wait_for_articles(&self) {
        let issued = self.newsroom.issued();
        let mut tap = Tap::new(self.setup.records());
        until("every healthy article arrives", SOON, || {
            issued
                .keys()
                .all(|token| tap.look().contains(token))
                .then_some(())
        });
    }

    /// Failing sources by id, as `dateline status` tells them.
    fn failing(&self) -> BTreeMap<String, Value> {
        let config = self.setup.folder().join("dateline.toml");
        let output = dateline()
            .args(["status", "--json", "--worst", "100", "-c"])
            .arg(config)
            .output()
            .unwrap();
        let Ok(status) = serde_json::from_slice::<Value>(&output.stdout) else {
            return BTreeMap::new();
        };
        let sources = status["worst"].as_array().cloned().unwrap_or_default();
        sources
            .into_iter()
            .map(|source| (source["id"].as_str().unwrap().to_owned(), source))
            .collect()
    }

    /// Dead letters as source and file, with kind and reason, from the state.
    fn dead_letters(&self) -> BTreeMap<(String, String), (String, String)> {
        let path = self.setup.state().join("dateline.db");
        let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
        // It is not there, or has no tables, before the daemon has started.
        let Ok(state) = rusqlite::Connection::open_with_flags(path, flags) else {
            return BTreeMap::new();
        };
        let Ok(mut letters) =
            state.prepare("SELECT origin, subject, kind, reason FROM dead_letters")
        else {
            return BTreeMap::new();
        };
        let rows = letters
            .query_map([], |row| {
                Ok(((row.get(0)?, row.get(1)?), (row.get(2)?, row.get(3)?)))
            })
            .unwrap();
        rows.map(Result::unwrap).collect()
    }

    /// Ends the daemon, which has lived well, and compares.
    fn finish(&self, mut daemon: Daemon) {
        assert_eq!(
            daemon.ask("/readyz").0,
            200,
            "bad input is no reason not to be ready"
        );
        assert_eq!(
            daemon
                .metric("dateline_collect_panics_total", &[])
                .unwrap_or(0.0),
            0.0
        );
        let peak = daemon.peak_memory();
        println!("peak memory {} MiB", peak >> 20);
        assert!(peak < MEMORY_LIMIT, "{} MiB of memory", peak >> 20);
        daemon.stop(SOON);
        let problems = compare(
            &self.newsroom.issued(),
            &[("jsonl", outputs::jsonl(self.setup.records()))],
        );
        assert_eq!(problems, []);
    }
}

#[test]
fn feeds_that_misbehave_are_marked_with_the_reason_and_harm_no_other() {
    let misrule = Misrule::open();
    let mut scene = Scene::new("bad-feeds");
    scene.publish(3);
    let mut daemon = scene.start(&misrule.configuration());
    until("every bad feed is marked", SOON, || {
        let failing = scene.failing();
        misrule::FEEDS
            .iter()
            .all(|(id, _)| failing.contains_key(*id))
            .then_some(())
    });
    for (id, why) in misrule::FEEDS {
        let source = &scene.failing()[*id];
        let reason = source["reason"].as_str().unwrap();
        assert!(
            reason.contains(why) && reason.contains(&misrule.address().to_string()),
            "{id}: {reason}"
        );
        let said = match *id {
            "gone" => "the source is gone for good",
            _ => "the source could not be read",
        };
        assert!(
            daemon
                .logged(&[said, &format!("\"source\":\"{id}\"")])
                .is_some(),
            "{id}"
        );
    }
    assert_eq!(scene.failing().len(), misrule::FEEDS.len());
    assert!(
        scene.failing()["gone"].get("due").is_none(),
        "what is gone is not asked again"
    );
    assert!(
        daemon
            .metric("dateline_collect_faults_total", &["http_500"])
            .unwrap()
            >= 1.0
    );
    scene.publish(3);
    scene.wait_for_articles();

    // Each failure in a row doubles the wait.
    let source = until("the third failure", SOON, || {
        scene
            .failing()
            .remove("error")
            .filter(|source| source["failures"].as_u64() >= Some(3))
    });
    let at = |field: &str| {
        source[field]
            .as_str()
            .unwrap()
            .parse::<jiff::Timestamp>()
            .unwrap()
    };
    let wait = at("attempted").duration_until(at("due"));
    assert!(
        wait >= jiff::SignedDuration::from_secs(3),
        "{wait} after {} failures",
        source["failures"]
    );
    scene.finish(daemon);
}

#[test]
fn files_that_are_no_articles_become_dead_letters_and_harm_no_other() {
    let mut scene = Scene::new("bad-files");
    scene.publish(3);
    let folders =
        ["kept", "archived", "deleted"].map(|name| (name, scene.newsroom.drop_folder(name)));
    for (_, folder) in &folders {
        fs::write(
            folder.join("picture.txt"),
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x02\x80",
        )
        .unwrap();
        fs::copy("/bin/sh", folder.join("program.txt")).unwrap();
        fs::write(folder.join("empty.txt"), "").unwrap();
        fs::write(
            folder.join("feed.txt"),
            "<rss version=\"2.0\"><channel/></rss>",
        )
        .unwrap();
        File::create(folder.join("huge.txt"))
            .unwrap()
            .set_len(GIGABYTE)
            .unwrap();
        // None of these is a file to be read.
        fs::create_dir(folder.join("folder.txt")).unwrap();
        std::os::unix::fs::symlink("/etc/passwd", folder.join("elsewhere.txt")).unwrap();
        assert!(
            Command::new("mkfifo")
                .arg(folder.join("pipe.txt"))
                .status()
                .unwrap()
                .success()
        );
    }
    let mut daemon = scene.start("");
    let expected = [
        ("picture.txt", "binary"),
        ("program.txt", "binary"),
        ("empty.txt", "empty"),
        ("feed.txt", "empty"),
        ("huge.txt", "too_large"),
    ];
    let all = expected.len() * folders.len();
    until("every bad file is a dead letter", SOON, || {
        (scene.dead_letters().len() >= all).then_some(())
    });
    let letters = scene.dead_letters();
    for (name, folder) in &folders {
        for (file, kind) in expected {
            let letter = letters.get(&((*name).to_owned(), file.to_owned()));
            assert_eq!(
                letter.map(|(kind, _)| kind.as_str()),
                Some(kind),
                "{name}/{file}: {letter:?}"
            );
            let said = ["dead letter", &format!("\"source\":\"{name}\""), file, kind];
            assert!(daemon.logged(&said).is_some(), "{said:?}");
        }
        assert!(folder.join("elsewhere.txt").is_symlink() && folder.join("pipe.txt").exists());
    }
    let count = daemon.metric("dateline_dead_letters_total", &["stage=\"collect\""]);
    assert_eq!(count, Some(all as f64));
    scene.publish(3);
    scene.wait_for_articles();
    assert_eq!(scene.dead_letters().len(), all, "none was set aside twice");
    assert_what_became_of_the_files(&folders, &expected);
    scene.finish(daemon);
}

/// A rejected file is never deleted: it stays, or goes to the archive.
fn assert_what_became_of_the_files(folders: &[(&str, std::path::PathBuf)], files: &[(&str, &str)]) {
    for (name, folder) in folders {
        for (file, _) in files {
            let stays = folder.join(file).exists();
            match *name {
                "archived" => until("the rejected file is archived", SOON, || {
                    (!folder.join(file).exists() && is_below(&folder.join(".archive"), file))
                        .then_some(())
                }),
                _ => assert!(stays, "{name}/{file} is gone"),
            }
        }
    }
}

fn is_below(folder: &Path, file: &str) -> bool {
    let Ok(entries) = fs::read_dir(folder) else {
        return false;
    };
    entries
        .map(|entry| entry.unwrap().path())
        .any(|path| match path.is_dir() {
            true => is_below(&path, file),
            false => path.file_name().is_some_and(|name| name == file),
        })
}

#[test]
fn a_file_is_read_once_when_it_is_whole() {
    let mut scene = Scene::new("half-written");
    scene.publish(1);
    let folder = scene.setup.folder().join("slow");
    fs::create_dir(&folder).unwrap();
    let slow = format!(
        "[[drops]]\nid = \"slow\"\npath = {folder:?}\nsettle = \"4s\"\nscan_every = \"200ms\"\n\n"
    );
    let daemon = scene.start(&slow);
    scene.wait_for_articles();

    // Written piece by piece during many looks at it, and never still for as long as a file must be.
    let mut article = torture::article::Article::new(900_000);
    article.padding = 600;
    let text = torture::syndication::plain_text(&article);
    let mut file = File::create(folder.join("article.txt")).unwrap();
    for piece in text.as_bytes().chunks(text.len() / 30 + 1) {
        file.write_all(piece).unwrap();
        std::thread::sleep(Duration::from_millis(50));
    }
    drop(file);
    let token = article.token();
    let mut tap = Tap::new(scene.setup.records());
    until("the whole file arrives", SOON, || {
        tap.look().contains(&token).then_some(())
    });
    let mut expected = scene.newsroom.issued();
    expected.insert(token, article.wordings[0]);
    stop_and_expect(&scene, daemon, &expected, token, &text);
}

fn stop_and_expect(
    scene: &Scene,
    mut daemon: Daemon,
    issued: &torture::article::Issued,
    token: Token,
    text: &str,
) {
    daemon.stop(SOON);
    let delivered = outputs::jsonl(scene.setup.records());
    let whole = delivered.iter().filter_map(|one| one.record.as_ref().ok());
    let record = whole
        .clone()
        .find(|record| outputs::token(record) == Some(token))
        .unwrap();
    let last = text.trim_end().rsplit("\n\n").next().unwrap();
    assert!(record["text"].as_str().unwrap().ends_with(last), "{record}");
    assert_eq!(compare(issued, &[("jsonl", delivered)]), []);
}
